#!/bin/bash
# t0160-two-steps.sh - prepare here, sign elsewhere (openssl stands for the other machine), embed here; every change in between is noticed.
. "$(dirname "$0")/lib.sh"
make_ca
serve_ca
make_key rsa person rsa2048 "$leader"
make_people
letter=$letters/cong-van.pdf
PREP=$TMPDIR/prep.pdf
STATE=$TMPDIR/state.json
SIG=$TMPDIR/sig.bin
KEY="--state-key $TMPDIR/state.key"
for name in rsa person agency; do
	openssl pkcs12 -in "$TMPDIR/$name.p12" -passin file:"$TMPDIR/pin" -nodes -nocerts -out "$TMPDIR/$name.key" 2>/dev/null
	cat "$TMPDIR/$name.pem" "$ca/ca.pem" >"$TMPDIR/$name.chain.pem"
done

# prepare NAME [OPTION...] : makes $PREP and $STATE
# shellcheck disable=SC2086
prepare() { "$kyso" pdf prepare "$letter" -o "$PREP" --state "$STATE" $KEY --cert-file "$TMPDIR/$1.chain.pem" "${@:2}"; }
# The other machine: it knows the state's attributes and its key, nothing else.
elsewhere() { # KEY [PKEYUTL-OPTION...]
	python3 -c '
import base64, json, sys
sys.stdout.buffer.write(base64.b64decode(json.load(open(sys.argv[1]))["signed_attributes"]))' "$STATE" >"$TMPDIR/attributes.der" &&
		openssl dgst -sha256 -binary "$TMPDIR/attributes.der" >"$TMPDIR/hash" &&
		openssl pkeyutl -sign -inkey "$TMPDIR/$1.key" -in "$TMPDIR/hash" -pkeyopt digest:sha256 "${@:2}" -out "$SIG"
}
# shellcheck disable=SC2086
embed() { "$kyso" pdf embed "$PREP" --state "$STATE" $KEY --signature "$SIG" -o "$OUT" "$@"; }

whole() { # NAME : judges $OUT
	does "$1: pdfsig" pdfsig_valid "$OUT" 1
	does "$1: qpdf" qpdf_clean "$OUT"
	does "$1: openssl" openssl_verifies "$OUT" 1
}
# shellcheck disable=SC2086
does "prepare, RSA" prepare rsa --as person --image "$marks/chu-ky.png"
does "the state key is its owner's alone" test "$(stat -c %a "$TMPDIR/state.key")" = 600
does "the key signs elsewhere" elsewhere rsa
does "embed" embed
whole "RSA v1.5"
does "prepare, PSS" prepare rsa --alg rsa-pss-sha256
elsewhere rsa -pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:digest
does "embed" embed
whole "PSS"
does "prepare, ECDSA" prepare person --as person --image "$marks/chu-ky.png"
elsewhere person
does "embed" embed
whole "ECDSA"
does "prepare, B-T" prepare person --level T --tsa "$url/tsa"
elsewhere person
does "embed with a time-stamp" embed --tsa "$url/tsa"
whole "B-T"
refused "B-T without --tsa" 2 usage "$PREP" embed
refused "LT in two steps" 2 usage "$letter" prepare person --level LT --tsa "$url/tsa"

# ---- between the steps ----
prepare person >/dev/null && elsewhere person
cp "$STATE" "$TMPDIR/good.json" && cp "$PREP" "$TMPDIR/good.pdf" && cp "$SIG" "$TMPDIR/good.sig"
again() { cp "$TMPDIR/good.json" "$STATE" && cp "$TMPDIR/good.pdf" "$PREP" && cp "$TMPDIR/good.sig" "$SIG"; }
for member in schema expires_ms file_size byte_range algorithm level document_digest signed_attributes certificates mac; do
	again
	python3 - "$STATE" "$member" <<'PY'
import json, sys
state = json.load(open(sys.argv[1]))
value = state[sys.argv[2]]
if isinstance(value, int): state[sys.argv[2]] = value + 86400000
elif isinstance(value, list): state[sys.argv[2]] = value[:-1] + ([value[-1] + 1] if isinstance(value[-1], int) else [])
else: state[sys.argv[2]] = ("0" if value[0] != "0" else "1") + value[1:]
json.dump(state, open(sys.argv[1], "w"))
PY
	refused "altered state: $member" 3 sign.state "$PREP" embed
	again
	python3 - "$STATE" "$member" <<'PY'
import json, sys
state = json.load(open(sys.argv[1]))
del state[sys.argv[2]]
json.dump(state, open(sys.argv[1], "w"))
PY
	refused "missing in the state: $member" 3 sign.state "$PREP" embed
done
again && printf '{' >"$STATE"
refused "a state that is no JSON" 4 json "$PREP" embed
again && printf '[]' >"$STATE"
refused "a state that is another JSON" 3 sign.state "$PREP" embed
again && printf x | dd of="$PREP" bs=1 seek=3000 conv=notrunc 2>/dev/null
refused "one byte of the prepared file changed" 3 sign.state "$PREP" embed
again && cp "$letter" "$PREP"
refused "another file" 3 sign.state "$PREP" embed
again && head -c -1 "$TMPDIR/good.pdf" >"$PREP"
refused "the prepared file is cut" 3 sign.state "$PREP" embed
again && head -c 64 /dev/urandom >"$SIG"
refused "a signature that is noise" 4 signature.mismatch "$PREP" embed
again && : >"$SIG"
refused "an empty signature" 4 signature.mismatch "$PREP" embed
again && elsewhere agency
refused "another key's signature" 4 signature.mismatch "$PREP" embed
again && openssl pkeyutl -sign -inkey "$TMPDIR/person.key" -in <(openssl dgst -sha256 -binary "$letter") -pkeyopt digest:sha256 -out "$SIG"
refused "a signature over something else" 4 signature.mismatch "$PREP" embed
again
# shellcheck disable=SC2086
refused "two days later" 3 sign.state "$PREP" "$kyso" --clock "$(date -u -d '+2 days' +%Y-%m-%dT%H:%M:%SZ)" pdf embed "$PREP" --state "$STATE" $KEY --signature "$SIG" -o "$OUT"
head -c 32 /dev/urandom >"$TMPDIR/other.key"
refused "the state key of another machine" 3 sign.state "$PREP" "$kyso" pdf embed "$PREP" --state "$STATE" --state-key "$TMPDIR/other.key" --signature "$SIG" -o "$OUT"
head -c 31 /dev/urandom >"$TMPDIR/other.key"
refused "a state key that is none" 3 sign.state "$PREP" "$kyso" pdf embed "$PREP" --state "$STATE" --state-key "$TMPDIR/other.key" --signature "$SIG" -o "$OUT"
refused "no state key" 4 file.open "$PREP" "$kyso" pdf embed "$PREP" --state "$STATE" --state-key "$TMPDIR/gone.key" --signature "$SIG" -o "$OUT"
refused "no signature" 4 file.open "$PREP" embed --signature "$TMPDIR/gone.sig"
does "and what was not altered is embedded" embed
whole "after all that"

# ---- preparing refuses what signing refuses ----
for fault in expired no-signing-usage; do
	make_key "$fault" person p256 "$leader" --fault "$fault"
	code=cert.expired
	[ $fault = expired ] || code=cert.key-usage
	refused "prepare with a certificate that is $fault" 3 $code "$letter" "$kyso" pdf prepare "$letter" -o "$OUT" --state "$out_dir/state.json" --state-key "$TMPDIR/state.key" --cert-file "$TMPDIR/$fault.pem"
done
refused "prepare without a certificate" 2 usage "$letter" "$kyso" pdf prepare "$letter" -o "$OUT" --state "$out_dir/state.json" --state-key "$TMPDIR/state.key"
refused "prepare: the seal wants a person" 3 sign.no-person "$letter" "$kyso" pdf prepare "$letter" -o "$OUT" --state "$out_dir/state.json" --state-key "$TMPDIR/state.key" \
	--cert-file "$TMPDIR/agency.chain.pem" --as agency --image "$marks/dau.png"
refused "prepare: a person without a picture" 2 usage "$letter" "$kyso" pdf prepare "$letter" -o "$OUT" --state "$out_dir/state.json" --state-key "$TMPDIR/state.key" \
	--cert-file "$TMPDIR/person.chain.pem" --as person
refused "prepare: the state cannot be written" 4 file.write "$letter" "$kyso" pdf prepare "$letter" -o "$OUT" --state "$TMPDIR/gone/state.json" --state-key "$TMPDIR/state.key" \
	--cert-file "$TMPDIR/person.chain.pem"
finish
