#!/bin/bash
# t0200-verify.sh - kyso verify and kyso cert: levels now and years later, mutants and published attacks, revocation before and after the proven
# time, reports, exit statuses; PKITS through the command line.
. "$(dirname "$0")/lib.sh"
make_ca
serve_ca
make_people
letter=$letters/cong-van.pdf
mutate=$root/tests/cli/mutate.py
report=$TMPDIR/report.json

# verdict NAME WANTED FILE [OPTION...] : "INDICATION SUB LEVEL" of the file and its first signature, "-" = any
verdict() {
	local name=$1 want=$2 file=$3 got
	shift 3
	# shellcheck disable=SC2086
	"$kyso" verify "$file" $trust --json "$@" >"$report" 2>"$TMPDIR/stderr"
	got=$(python3 -c '
import json, sys
r = json.load(open(sys.argv[1])); s = r["signatures"][0]
print(r["indication"], s["sub_indication"] or "none", s["level"])' "$report" 2>&1)
	# shellcheck disable=SC2053
	if [[ $got == ${want//-ANY/*} ]]; then yes_ "$name"; else
		echo "$got" >"$TMPDIR/got"
		no_ "$name: wanted $want" "$TMPDIR/got" "$TMPDIR/stderr" "$report"
	fi
}
exits() { # NAME STATUS COMMAND...
	local name=$1 want=$2 got
	shift 2
	"$@" >"$TMPDIR/stdout" 2>"$TMPDIR/stderr"
	got=$?
	if [ $got = "$want" ]; then yes_ "$name"; else
		echo "exit $got, wanted $want" >"$TMPDIR/got"
		no_ "$name" "$TMPDIR/got" "$TMPDIR/stdout" "$TMPDIR/stderr"
	fi
}

for level in B T LT LTA; do
	# shellcheck disable=SC2086
	does "signs $level" sign_person "$letter" "$TMPDIR/$level.pdf" $trust --level $level --tsa "$url/tsa"
	verdict "$level, asking the network, passes" "TOTAL-PASSED none B-$level" "$TMPDIR/$level.pdf"
done
# shellcheck disable=SC2086
does "seals to LTA" sign_agency "$TMPDIR/LTA.pdf" "$TMPDIR/sealed.pdf" $trust --level LTA --tsa "$url/tsa"
verdict "two people, both to LTA, pass" "TOTAL-PASSED none B-LTA" "$TMPDIR/sealed.pdf" --offline --profile vn
verdict "B, offline, stays open" "INDETERMINATE TRY_LATER B-B" "$TMPDIR/B.pdf" --offline
verdict "T, offline, stays open" "INDETERMINATE TRY_LATER B-T" "$TMPDIR/T.pdf" --offline
soon=$(date -u -d '+3 days' +%Y-%m-%dT%H:%M:%SZ)
years=$(date -u -d '+7 years' +%Y-%m-%dT%H:%M:%SZ)
ages=$(date -u -d '+11 years' +%Y-%m-%dT%H:%M:%SZ)
for level in LT LTA; do
	verdict "$level, offline, passes" "TOTAL-PASSED none B-$level" "$TMPDIR/$level.pdf" --offline
	verdict "$level, offline, three days later" "TOTAL-PASSED none B-$level" "$TMPDIR/$level.pdf" --offline --at "$soon"
	verdict "$level, offline, when the signer's certificate has expired" "TOTAL-PASSED none B-$level" "$TMPDIR/$level.pdf" --offline --at "$years"
	verdict "$level, offline, when the time-stamp authority's has" "INDETERMINATE OUT_OF_BOUNDS_NO_POE -ANY" "$TMPDIR/$level.pdf" --offline --at "$ages"
done
verdict "B, offline, expired" "INDETERMINATE OUT_OF_BOUNDS_NO_POE B-B" "$TMPDIR/B.pdf" --offline --at "$years"
verdict "before it was issued" "TOTAL-FAILED NOT_YET_VALID -ANY" "$TMPDIR/B.pdf" --offline --at 2020-01-01T00:00:00Z
exits "nobody is trusted by default" 1 "$kyso" verify "$TMPDIR/LTA.pdf" --offline

# ---- revocation ----
sleep 1
serial=$(openssl x509 -in "$TMPDIR/person.pem" -noout -serial | cut -d= -f2)
does "revokes the signer" "$kyso" ca revoke "$ca" "$serial" --reason keyCompromise
"$kyso" ca crl "$ca" -o "$TMPDIR/new.crl" >/dev/null
verdict "revoked, time proven before: passes" "TOTAL-PASSED none B-LTA" "$TMPDIR/LTA.pdf" --offline --crl "$TMPDIR/new.crl"
verdict "revoked, no time proven: stays open" "INDETERMINATE REVOKED_NO_POE B-B" "$TMPDIR/B.pdf" --offline --crl "$TMPDIR/new.crl" --crl "$ca/root.crl"
verdict "revoked, asked of the network" "INDETERMINATE REVOKED_NO_POE B-B" "$TMPDIR/B.pdf"
has "and the report says revoked" '"revocation": "revoked"' "$report"

# ---- mutants, attacks ----
for of in B sealed; do # the last signature of the second is a document time-stamp
	mkdir "$TMPDIR/mutants-$of"
	does "mutants of $of are made" python3 "$mutate" make "$TMPDIR/$of.pdf" "$TMPDIR/mutants-$of" "$TMPDIR/T.pdf"
	# shellcheck disable=SC2086
	exits "mutants of $of: no crash" 1 "$kyso" verify "$TMPDIR/mutants-$of" $trust --offline --json --jobs 2
	cp "$TMPDIR/stdout" "$TMPDIR/mutants.jsonl"
	does "mutants of $of: none accepted" python3 "$mutate" check "$TMPDIR/mutants.jsonl"
done
for p in 1 2 3; do
	does "certifies at P=$p" sign_person "$letter" "$TMPDIR/certified-$p.pdf" --certify $p
	mkdir "$TMPDIR/attack-$p"
	python3 "$mutate" attack "$TMPDIR/certified-$p.pdf" "$TMPDIR/attack-$p"
	[ $p != 3 ] || sign_agency "$TMPDIR/certified-3.pdf" "$TMPDIR/signed-over.pdf" >/dev/null
	# a visible field may be added at P = 2 and 3, and is told
	[ $p = 1 ] || mv "$TMPDIR/attack-$p/ssa-empty.pdf" "$TMPDIR/ssa-$p.pdf"
	# shellcheck disable=SC2086
	"$kyso" verify "$TMPDIR/attack-$p" $trust --offline --json >"$TMPDIR/attack.jsonl"
	does "EAA and SSA at P=$p: none accepted" python3 "$mutate" check "$TMPDIR/attack.jsonl"
	[ $p = 1 ] && continue
	"$kyso" verify "$TMPDIR/ssa-$p.pdf" --offline --json >"$report"
	has "a visible field after certification at P=$p is told" '"changes.notice"' "$report"
done

# ---- the decree's rules ----
rules() { # NAME FILE WANTED : "kind:broken,rules kind:..." of all marks
	local got

	"$kyso" verify "$2" --offline --profile vn --json >"$report" 2>"$TMPDIR/stderr"
	got=$(python3 -c '
import json, sys
print(*[s["mark"]["kind"] + ":" + ",".join(r["rule"] for r in s["mark"]["rules"] if not r["ok"]) for s in json.load(open(sys.argv[1]))["signatures"]])' "$report")
	if [ "$got" = "$3" ]; then yes_ "$1"; else
		echo "$got, wanted $3" >"$TMPDIR/got"
		no_ "$1" "$TMPDIR/got" "$report"
	fi
}
# shellcheck disable=SC2046
{
	"$kyso" sign "$letter" -o "$TMPDIR/copy.pdf" --as copy --copy-form 'SAO Y' --agency "$agency_name" $(key agency) --status skip
	"$kyso" sign "$letter" -o "$TMPDIR/annex.pdf" --as annex --number 12/STTTT-CNTT $(key agency) --status skip
	"$kyso" sign "$letter" -o "$TMPDIR/low.pdf" --as person --image "$marks/chu-ky.png" --place P1:20,200,40,13 $(key person) --status skip ||
		"$kyso" sign "$letter" -o "$TMPDIR/low.pdf" --as person --image "$marks/chu-ky.png" --place 1:20,200,40,13 $(key person) --status skip
	"$kyso" document prepare "$letter" -o "$TMPDIR/prepared.pdf"
	sign_person "$TMPDIR/prepared.pdf" "$TMPDIR/prepared-p.pdf"
	sign_agency "$TMPDIR/prepared-p.pdf" "$TMPDIR/unnumbered.pdf"
	sign_agency "$TMPDIR/prepared-p.pdf" "$TMPDIR/numbered.pdf" --doc-number 12 --doc-date 22/11/2026
} >"$TMPDIR/signing" 2>&1
rules "rules: a copy's line" "$TMPDIR/copy.pdf" copy:
rules "rules: an annex's line" "$TMPDIR/annex.pdf" annex:
rules "rules: person and seal" "$TMPDIR/numbered.pdf" 'person: agency:'
rules "rules: sealed without a number" "$TMPDIR/unnumbered.pdf" 'person: agency:agency.numbered'
rules "rules: a signature away from title and name" "$TMPDIR/low.pdf" person:person.between

# ---- files that are none, and how it ends ----
exits "a text file is no signed document" 1 "$kyso" verify "$0" --offline --json
has "and says so" '"NOT-SIGNED"' "$TMPDIR/stdout"
: >"$TMPDIR/empty.pdf"
exits "an empty file too" 1 "$kyso" verify "$TMPDIR/empty.pdf" --offline --json
exits "an unsigned letter too" 1 "$kyso" verify "$letter" --offline
exits "a missing file is the outside world" 4 "$kyso" verify "$TMPDIR/none.pdf" --offline
exits "no file is a mistake" 2 "$kyso" verify --offline
exits "an unknown option is a mistake" 2 "$kyso" verify "$letter" --deep
exits "an unknown profile is a mistake" 2 "$kyso" verify "$letter" --profile eu
exits "a bad time is a mistake" 2 "$kyso" verify "$letter" --at yesterday
exits "a trust file that is none" 4 "$kyso" verify "$letter" --trust "$0"
# shellcheck disable=SC2086
exits "all passed is 0" 0 "$kyso" verify "$TMPDIR/sealed.pdf" $trust --offline --html "$TMPDIR/report.html"
has "in Vietnamese" 'HỢP LỆ' "$TMPDIR/stdout"
has "the page says it too" '>HỢP LỆ<' "$TMPDIR/report.html"
# shellcheck disable=SC2086
exits "in English" 0 "$kyso" verify "$TMPDIR/sealed.pdf" $trust --offline --lang en
has "says valid" ': VALID' "$TMPDIR/stdout"
# shellcheck disable=SC2086
exits "several files" 1 "$kyso" verify "$TMPDIR/sealed.pdf" "$TMPDIR/B.pdf" $trust --offline --json
cp "$TMPDIR/stdout" "$report"
does "are an array" python3 -c "import json,sys; assert len(json.load(open(sys.argv[1]))) == 2" "$report"

# ---- certificates ----
exits "cert verify, good" 0 "$kyso" cert verify "$TMPDIR/agency.pem" --trust "$ca/root.cer" --cert "$ca/ca.cer" --crl "$TMPDIR/new.crl" --crl "$ca/root.crl" --json
has "is valid" '"status": "valid"' "$TMPDIR/stdout"
exits "cert verify, revoked" 1 "$kyso" cert verify "$TMPDIR/person.pem" --trust "$ca/root.cer" --cert "$ca/ca.cer" --crl "$TMPDIR/new.crl" --crl "$ca/root.crl" --json
has "is invalid" '"status": "invalid"' "$TMPDIR/stdout"
exits "cert show" 0 "$kyso" cert show "$TMPDIR/person.pem" --json
has "shows the serial" "\"serial\": \"$serial\"" "$TMPDIR/stdout"
exits "cert show of something else" 4 "$kyso" cert show "$0"
pkits=${KYSO_SHARED_DIR:-$root/../shared}/data/pkits
if [ -d "$pkits" ]; then does "PKITS, all rows" python3 "$root/tests/cli/pkits.py" "$kyso" "$pkits"; else skip_ "PKITS" "the data are absent"; fi
finish
