#!/bin/bash
# t0170-batch.sh - one login, many documents: each succeeds or fails by itself, the exit status is the worst, JSON lines tell all.
. "$(dirname "$0")/lib.sh"
make_ca
make_people
in=$TMPDIR/in
mkdir "$in"
for i in $(seq -w 50); do cp "$letters/cong-van.pdf" "$in/$i.pdf"; done
head -c 30000 "$letters/cong-van.pdf" >"$in/17.pdf"
echo 'not a letter' >"$in/readme.txt"
sum=$(cat "$in"/*.pdf | sha256sum)

# batch OPTION... : into $out_dir/signed
# shellcheck disable=SC2046
batch() {
	rm -rf "$out_dir/signed"
	"$kyso" sign --batch "$in" -o "$out_dir/signed" --as person --image "$marks/chu-ky.png" --status skip "$@" >"$TMPDIR/lines" 2>"$TMPDIR/notes"
	status=$?
}
judge() { # NAME : 49 signed, one refused
	does "$1: the exit status is the bad one's" test "$status" = 4
	does "$1: 49 are signed, nothing else is there" test "$(cd "$out_dir/signed" && ls -A | wc -l)" = 49
	does "$1: the bad one is absent" test ! -e "$out_dir/signed/17.pdf"
	has "$1: it is named with its code" '17.pdf.*\[pdf.truncated\]' "$TMPDIR/notes"
	has "$1: the sum" '49.*1' "$TMPDIR/notes"
	for i in 01 16 18 33 50; do does "$1: $i.pdf is valid" pdfsig_valid "$out_dir/signed/$i.pdf" 1; done
	does "$1: all of them are" bash -c "for f in '$out_dir'/signed/*.pdf; do pdfsig -nocert \$f 2>&1 | grep -q 'Signature is Valid' || exit 1; done"
	does "$1: the inputs are untouched" test "$sum" = "$(cat "$in"/*.pdf | sha256sum)"
}
# shellcheck disable=SC2046
batch $(key person) --json
judge "one thread"
does "JSON lines: 50 objects, 49 signed" python3 -c '
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
assert len(rows) == 50 and sum(r["signed"] for r in rows) == 49
bad = [r for r in rows if not r["signed"]]
assert bad[0]["file"] == "17.pdf" and bad[0]["code"] == "pdf.truncated" and bad[0]["detail"]' "$TMPDIR/lines"
# shellcheck disable=SC2046
batch $(key person) --jobs 2
judge "two threads"
rm "$in/17.pdf"
sum=$(cat "$in"/*.pdf | sha256sum)
# shellcheck disable=SC2046
batch $(key person) --jobs 2 --json
does "without the bad one: exit 0" test "$status" = 0
# shellcheck disable=SC2046
batch $(key person) --jobs 2
does "again into the same folder: exit 0" test "$status" = 0

# shellcheck disable=SC2046
sign_all() { "$kyso" sign --batch "$1" -o "$out_dir/signed" --as none --status skip "${@:2}"; }
refused "wrong password: nothing is signed, no folder is made" 4 key.password "$in/01.pdf" sign_all "$in" --p12 "$TMPDIR/person.p12" --pin-file "$TMPDIR/bad-pin"
mkdir "$TMPDIR/none"
# shellcheck disable=SC2046
refused "a folder without a PDF" 4 file.open - sign_all "$TMPDIR/none" $(key person)
# shellcheck disable=SC2046
refused "a folder that is not there" 4 file.open - sign_all "$TMPDIR/gone" $(key person)
# shellcheck disable=SC2046
refused "0 threads more than there can be" 2 usage - sign_all "$in" $(key person) --jobs 65
# shellcheck disable=SC2046
refused "a file beside --batch" 2 usage - sign_all "$in" "$in/01.pdf" $(key person)

if make_tokens && make_token leader rsa2048 person "$leader"; then
	batch --p11-module "$module" --p11-token leader --pin-file "$TMPDIR/user.pin" --json
	does "a token: exit 0" test "$status" = 0
	does "a token: 49 signed" test "$(cd "$out_dir/signed" && ls -A | wc -l)" = 49
	does "a token: the last is valid" pdfsig_valid "$out_dir/signed/50.pdf" 1
	refused "a token, wrong PIN: asked once, nothing is signed" 4 token.pin "$in/01.pdf" sign_all "$in" --p11-module "$module" --p11-token leader --pin-file "$TMPDIR/wrong.pin"
	does "the token is not locked by it" "$kyso" sign "$in/01.pdf" -o "$TMPDIR/x.pdf" --as none --status skip --p11-module "$module" --p11-token leader --pin-file "$TMPDIR/user.pin"
else
	skip_ "a batch with a token" "SoftHSM is not installed"
fi
finish
