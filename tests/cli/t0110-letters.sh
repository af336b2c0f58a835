#!/bin/bash
# t0110-letters.sh - the sample letters of many producers: each that is sure is signed where the decree says and sealed over the left
# third; each that is not sure is answered with its candidates and nothing is written. NĐ 30/2020, Phụ lục I, II.7.d and II.8.a.
. "$(dirname "$0")/lib.sh"
make_ca
make_people

# one line a letter: everything that must hold, the first thing that does not
one_sure() { # FILE SIGNER PAGE
	local in=$letters/$1 plan=$TMPDIR/plan.json seal=$TMPDIR/seal.json signed=$TMPDIR/signed.pdf sealed=$TMPDIR/sealed.pdf
	local before

	before=$(sha256sum <"$in")
	"$kyso" sign plan "$in" --as person --signer "$2" --image "$marks/chu-ky.png" --json >"$plan" || { echo "plan: not sure" && return 1; }
	[ "$(python3 "$tool" get "$plan" marks.0.page)" = "$3" ] || { echo "plan: another page" && return 1; }
	sign_person "$in" "$signed" --signer "$2" >/dev/null || { echo "not signed" && return 1; }
	"$kyso" sign plan "$signed" --as agency --image "$marks/dau.png" --json >"$seal" || { echo "seal: no plan" && return 1; }
	python3 "$tool" seal "$plan" "$seal" 36 || return 1
	sign_agency "$signed" "$sealed" >/dev/null || { echo "not sealed" && return 1; }
	pdfsig_valid "$sealed" 2 || { echo "pdfsig" && cat "$TMPDIR/pdfsig" && return 1; }
	qpdf_as_before "$in" "$sealed" || return 1
	! command -v mutool >/dev/null || mupdf_as_before "$in" "$sealed" "$3" || return 1
	cmp -n "$(stat -c %s "$in")" "$in" "$sealed" || return 1
	[ "$before" = "$(sha256sum <"$in")" ] || { echo "the input was changed" && return 1; }
}

# Letters are real producers' work: what qpdf or MuPDF had to say before may be said again, and nothing new.
qpdf_as_before() {
	qpdf --check "$1" 2>&1 | grep -i 'warning' | sed 's/.*: //' | sort -u >"$TMPDIR/was"
	qpdf --check "$2" 2>&1 | grep -i 'warning' | sed 's/.*: //' | sort -u >"$TMPDIR/is"
	diff "$TMPDIR/was" "$TMPDIR/is" || { echo "qpdf says more" && return 1; }
}
mupdf_as_before() { # BEFORE AFTER PAGE
	mutool draw -q -o /dev/null -r 20 "$1" "$3" >"$TMPDIR/was" 2>&1
	mutool draw -q -o /dev/null -r 20 "$2" "$3" >"$TMPDIR/is" 2>&1 && diff "$TMPDIR/was" "$TMPDIR/is" || { echo "MuPDF says more" && return 1; }
}

not_sure() { # FILE SIGNER
	SAYS= refused "$1: not sure, nothing is written" 1 - "$letters/$1" sign_person "$letters/$1" "$OUT" --signer "$2" --json
	cp "$TMPDIR/stdout" "$TMPDIR/answer"
	does "$1: says why, places nothing" python3 -c '
import json, sys
plan = json.load(open(sys.argv[1]))
assert plan["sure"] is False and plan["marks"] == [] and plan["reason"] and plan["reason_en"] and isinstance(plan["candidates"], list)' "$TMPDIR/answer"
}

producers=$(awk -F'\t' 'NR > 1 && $4 == "yes" { print $2 }' "$letters/expected.tsv" | sort -u | wc -l)
does "at least 12 producers" test "$producers" -ge 12
while IFS=$'\t' read -r file _ signer sure page _; do
	[[ $file == \#* || -z $file ]] && continue
	[ -f "$letters/$file" ] || continue
	if [ "$sure" = yes ]; then does "$file: $signer signs, the seal stands, others' tools agree" one_sure "$file" "$signer" "$page"; else not_sure "$file" "$signer"; fi
done <"$letters/expected.tsv"

# rotated, shifted and scaled pages are in millimetres of the page as shown: compare with the picture that is drawn
has_colour_at() { # FILE PAGE X Y W H mm, channel: the rectangle holds coloured pixels and its margin does not lack them
	"$kyso" pdf image "$1" -o "$TMPDIR/page.png" --page "$2" --dpi 72 &&
		python3 - "$TMPDIR/page.png" "$3" <<'PY'
import json, struct, sys, zlib
data = open(sys.argv[1], "rb").read()
x, y, w, h = (v * 72 / 25.4 for v in json.load(open(sys.argv[2]))["marks"][0]["rect_mm"])
width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
assert depth == 8 and kind in (2, 6)
bpp = 3 if kind == 2 else 4
pos, idat = 8, b""
while pos < len(data):
    n, name = struct.unpack(">I4s", data[pos:pos + 8])
    if name == b"IDAT":
        idat += data[pos + 8:pos + 8 + n]
    pos += 12 + n
raw, stride = zlib.decompress(idat), width * bpp
rows, prior = [], bytearray(stride)
for r in range(height):
    f, line = raw[r * (stride + 1)], bytearray(raw[r * (stride + 1) + 1:(r + 1) * (stride + 1)])
    for i in range(stride):
        a = line[i - bpp] if i >= bpp else 0
        b, c = prior[i], prior[i - bpp] if i >= bpp else 0
        if f == 1: line[i] = (line[i] + a) & 255
        elif f == 2: line[i] = (line[i] + b) & 255
        elif f == 3: line[i] = (line[i] + (a + b) // 2) & 255
        elif f == 4:
            p = a + b - c
            q = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line[i] = (line[i] + q) & 255
    rows.append(line)
    prior = line
xs, ys = [], []
for j in range(height):
    for i in range(width):
        red, green, blue = rows[j][i * bpp:i * bpp + 3]
        if blue > red + 60 and blue > green + 40:
            xs.append(i); ys.append(j)
assert xs, "no blue on the page"
box = min(xs), min(ys), max(xs) + 1, max(ys) + 1
want = x, y, x + w, y + h
assert all(abs(a - b) < 4 for a, b in zip(box, want)), (box, want)
PY
}
for file in cong-van.pdf pikepdf-xoay.pdf pikepdf-cropbox.pdf; do
	signer=$(awk -F'\t' -v f="$file" '$1 == f { print $3 }' "$letters/expected.tsv")
	page=$(awk -F'\t' -v f="$file" '$1 == f { print $5 }' "$letters/expected.tsv")
	"$kyso" sign plan "$letters/$file" --as person --signer "$signer" --image "$marks/chu-ky.png" --json >"$TMPDIR/plan.json"
	sign_person "$letters/$file" "$TMPDIR/signed.pdf" --signer "$signer" >/dev/null
	does "$file: the picture is drawn where the plan says" has_colour_at "$TMPDIR/signed.pdf" "$page" "$TMPDIR/plan.json"
done
finish
