# lib.sh - what the end-to-end tests share: TAP lines, a stand-in authority for each test file, keys, and the law of refusals.
#
# Sourced by tNNNN-*.sh, which tools/run-tests starts with KYSO_BUILD_DIR, KYSO_SOURCE_DIR and a fresh TMPDIR. One authority a file,
# on a free loopback port, stopped at exit. A refusal is proven whole: exit status, code on stderr, nothing left in the output folder,
# the input's bytes untouched.
# shellcheck shell=bash

build=${KYSO_BUILD_DIR:-$PWD/build}
root=${KYSO_SOURCE_DIR:-$PWD}
[ -n "${TMPDIR:-}" ] || { TMPDIR=$(mktemp -d) && export TMPDIR && own_tmp=$TMPDIR; }
kyso=$build/kyso
letters=$root/tests/data/letters
marks=$root/tests/data/marks
tool=$root/tests/cli/tool.py
module=/usr/lib/softhsm/libsofthsm2.so
out_dir=$TMPDIR/out
OUT=$out_dir/out.pdf
leader=$(awk -F'\t' '$1 == "cong-van.pdf" { print $3 }' "$letters/expected.tsv")
agency_name='Sở Thông tin và Truyền thông'
servers=
tests=0
mkdir -p "$out_dir"
printf 'mat khau thu' >"$TMPDIR/pin"
printf 'sai mat khau' >"$TMPDIR/bad-pin"

stop_all() {
	local pid

	for pid in $servers; do kill "$pid" 2>/dev/null; done
	for pid in $servers; do wait "$pid" 2>/dev/null; done
	[ -z "${own_tmp:-}" ] || rm -rf "$own_tmp"
}
trap stop_all EXIT

# ---- TAP ----

yes_() { tests=$((tests + 1)) && echo "ok $tests - $1"; }
no_() { # NAME FILE... : the files say why
	tests=$((tests + 1)) && echo "not ok $tests - $1"
	shift
	[ $# = 0 ] || sed 's/^/#   /' "$@" | head -n 40
}
skip_() { tests=$((tests + 1)) && echo "ok $tests - $1 # SKIP $2"; }
finish() { echo "1..$tests"; }

# does NAME COMMAND... : the command succeeds
does() {
	local name=$1
	shift
	if "$@" >"$TMPDIR/stdout" 2>"$TMPDIR/stderr"; then yes_ "$name"; else
		echo "exit status $?: $*" >>"$TMPDIR/stderr"
		no_ "$name" "$TMPDIR/stdout" "$TMPDIR/stderr"
	fi
}

# has NAME PATTERN FILE : the file has a line that matches
has() {
	if grep -qE -- "$2" "$3"; then yes_ "$1"; else
		echo "no line matches: $2" | cat - "$3" >"$TMPDIR/has"
		no_ "$1" "$TMPDIR/has"
	fi
}

snapshot() { if [ -f "$1" ] && [ -r "$1" ]; then sha256sum <"$1"; else echo none; fi; }

# refused NAME STATUS CODE IN COMMAND... : the command, told to write $OUT, ends with this status and code; nothing is left in the
# output folder and IN is as it was. SAYS (optional) is a pattern that the message must hold.
refused() {
	local name=$1 status=$2 code=$3 in=$4 before after got left
	shift 4
	find "$out_dir" -mindepth 1 -delete
	before=$(snapshot "$in")
	"$@" >"$TMPDIR/stdout" 2>"$TMPDIR/stderr"
	got=$?
	after=$(snapshot "$in")
	left=$(ls -A "$out_dir")
	: >"$TMPDIR/why"
	[ "$got" = "$status" ] || echo "exit status $got, wanted $status" >>"$TMPDIR/why"
	[ "$code" = - ] || grep -qF "[$code]" "$TMPDIR/stderr" || echo "no [$code] on stderr" >>"$TMPDIR/why"
	[ -z "${SAYS:-}" ] || grep -qE -- "$SAYS" "$TMPDIR/stderr" || echo "stderr does not say: $SAYS" >>"$TMPDIR/why"
	[ -z "$left" ] || echo "left behind: $left" >>"$TMPDIR/why"
	[ "$before" = "$after" ] || echo "the input was changed" >>"$TMPDIR/why"
	[ "$code" = - ] || [ "$(wc -l <"$TMPDIR/stderr")" -le 3 ] || echo "more than three lines on stderr" >>"$TMPDIR/why"
	if [ -s "$TMPDIR/why" ]; then no_ "$name" "$TMPDIR/why" "$TMPDIR/stderr"; else yes_ "$name"; fi
}

# ---- the authority ----

ca=$TMPDIR/ca
make_ca() {
	"$kyso" ca init "$ca" --url auto --root-key p256 --key p256 --ocsp-key p256 --tsa-key p256 >/dev/null || exit 1
	openssl x509 -inform DER -in "$ca/root.cer" -out "$ca/root.pem"
	openssl x509 -inform DER -in "$ca/ca.cer" -out "$ca/ca.pem"
	trust="--trust $ca/root.cer"
}

# serve_ca [MISBEHAVE] : serves $ca and sets $url and $server
serve_ca() {
	local file=$TMPDIR/url.$RANDOM

	"$kyso" ca serve "$ca" ${1:+--misbehave "$1"} >"$file" 2>"$TMPDIR/serve.log" &
	server=$!
	servers="$servers $server"
	for _ in $(seq 200); do [ -s "$file" ] && break; sleep 0.05; done
	url=$(head -n 1 "$file")
	url=${url%/}
	[ -n "$url" ] || { echo "Bail out! the authority did not start: $(cat "$TMPDIR/serve.log")"; exit 1; }
}
stop_ca() { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; }

# make_key NAME PROFILE KEY CN [OPTION...] : $TMPDIR/NAME.p12 with certificate and chain, $TMPDIR/NAME.pem
make_key() {
	local name=$1 profile=$2 key=$3 cn=$4
	shift 4
	"$kyso" ca issue "$ca" --profile "$profile" --cn "$cn" --org 'UBND TỈNH LẠNG SƠN' --province 'Lạng Sơn' --email "$name@langson.gov.vn" \
		--key "$key" --p12 "$TMPDIR/$name.p12" --pin-file "$TMPDIR/pin" -o "$TMPDIR/$name.pem" "$@" >"$TMPDIR/issued" 2>&1 || {
		cat "$TMPDIR/issued"
		echo "Bail out! no key $name"
		exit 1
	}
}
key() { echo --p12 "$TMPDIR/$1.p12" --pin-file "$TMPDIR/pin"; }

make_people() { # the two of most tests: P-256, quick
	make_key person person p256 "$leader" --ou "$agency_name"
	make_key agency agency p256 "$agency_name"
}
# shellcheck disable=SC2046
sign_person() { "$kyso" sign "$1" -o "$2" --as person --image "$marks/chu-ky.png" $(key person) --status skip "${@:3}"; }
# shellcheck disable=SC2046
sign_agency() { "$kyso" sign "$1" -o "$2" --as agency --image "$marks/dau.png" $(key agency) --status skip "${@:3}"; }

# ---- tokens ----

make_tokens() { # SoftHSM with an empty store of its own
	[ -f "$module" ] || return 1
	mkdir -p "$TMPDIR/tokens"
	printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$TMPDIR" >"$TMPDIR/softhsm2.conf"
	export SOFTHSM2_CONF=$TMPDIR/softhsm2.conf
	printf 87654321 >"$TMPDIR/so.pin"
	printf 123456 >"$TMPDIR/user.pin"
	printf 654321 >"$TMPDIR/wrong.pin"
}
make_token() { # LABEL KEY PROFILE CN : a token with one key and its certificate
	local common=(--p11-module "$module" --pin-file "$TMPDIR/user.pin")

	"$kyso" token init --p11-module "$module" --label "$1" --so-pin-file "$TMPDIR/so.pin" --pin-file "$TMPDIR/user.pin" >/dev/null &&
		"$kyso" token generate "${common[@]}" --p11-token "$1" --label "$1" --key "$2" --cn "$4" --email t@langson.gov.vn -o "$TMPDIR/$1.csr" &&
		"$kyso" ca issue "$ca" --csr "$TMPDIR/$1.csr" --profile "$3" --cn "$4" --org 'UBND TỈNH LẠNG SƠN' --province 'Lạng Sơn' \
			--email t@langson.gov.vn -o "$TMPDIR/$1.pem" >/dev/null &&
		"$kyso" token import "${common[@]}" --p11-token "$1" --cert "$TMPDIR/$1.pem" --chain "$ca/ca.cer"
}

# ---- other people's tools ----

# The judgement of poppler: how many signatures are valid, none is not, and one of them (or a time-stamp) covers the whole file.
pdfsig_valid() { # FILE COUNT
	pdfsig -nocert "$1" >"$TMPDIR/pdfsig" 2>&1
	[ "$(grep -c 'Signature Validation: Signature is Valid' "$TMPDIR/pdfsig")" = "$2" ] &&
		! grep -qE 'Signature is Invalid|Digest Mismatch|Decoding Error' "$TMPDIR/pdfsig" &&
		grep -q ' Total document signed' "$TMPDIR/pdfsig"
}
qpdf_clean() { qpdf --check "$1" >"$TMPDIR/qpdf" 2>&1 && ! grep -qi warning "$TMPDIR/qpdf"; }
mupdf_clean() { # opens and draws without repair or complaint
	mutool draw -q -o /dev/null -r 20 "$1" >"$TMPDIR/mutool" 2>&1 && ! grep -v 'ICC support' "$TMPDIR/mutool" | grep -iE 'warning|error|repair'
}
# openssl's judgement of the N-th signature (1 = first in the file), over the bytes of its range.
openssl_verifies() { # FILE N
	python3 "$tool" cms "$1" "$2" "$TMPDIR/cms.der" "$TMPDIR/content.bin" &&
		openssl cms -verify -cades -binary -inform DER -in "$TMPDIR/cms.der" -content "$TMPDIR/content.bin" -CAfile "$ca/root.pem" \
			-purpose any -out /dev/null
}
# Each revision of the file, cut off at its end, is still whole in itself for qpdf and its signatures still verify for poppler.
revisions_verify() {
	local n i

	n=$(python3 "$tool" revisions "$1" "$TMPDIR/revision") || return 1
	for i in $(seq "$n"); do
		qpdf --check "$TMPDIR/revision-$i.pdf" >/dev/null 2>&1 || { echo "revision $i: qpdf" && return 1; }
		pdfsig -nocert "$TMPDIR/revision-$i.pdf" 2>&1 | grep -E 'Invalid|Mismatch|Decoding' && { echo "revision $i: pdfsig" && return 1; }
	done
	return 0
}
