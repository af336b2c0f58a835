#!/bin/bash
# t0120-marks.sh - the marks of NĐ 30/2020 and what they refuse: copy, annex, number and date, the seal without a person's valid
# signature, certification, existing fields, locks and seed values, several signers.
. "$(dirname "$0")/lib.sh"
make_ca
make_people
make_key other person p256 'Nguyễn Thị Lạ'
letter=$letters/cong-van.pdf

# ---- text marks: PL I Phần II.I and II.8.b: text only, top right of page 1, over nothing ----
day=$(date -u -d '+30 days' +%Y-%m-%d)
clock="--clock ${day}T03:04:05Z"
when="$(date -u -d "$day" +%d/%m/%Y) 10:04:05+07:00"
line_free() { # FILE TEXT
	python3 "$tool" free "$1" 1 "$2" && pdfsig_valid "$1" "${3:-1}" && qpdf_clean "$1"
}
"$kyso" sign plan "$letter" --as annex --number 12/X --json $clock >"$TMPDIR/plan.json"
has "the plan of an annex names its clause" 'II.8.b' "$TMPDIR/plan.json"
for file in cong-van lo-quyet-dinh lo-phu-luc chromium-phu-luc weasyprint-ubnd pikepdf-xoay pikepdf-cropbox qpdf-objstm scan-anh; do
	# shellcheck disable=SC2046,SC2086
	does "$file: annex is signed" "$kyso" $clock sign "$letters/$file.pdf" -o "$TMPDIR/annex.pdf" --as annex --number 815/STTTT-CNTT $(key agency) --status skip
	does "$file: number and time stand free at the top right" line_free "$TMPDIR/annex.pdf" "815/STTTT-CNTT; $when"
done
for form in 'SAO Y' 'SAO LỤC' 'TRÍCH SAO'; do
	# shellcheck disable=SC2046,SC2086
	does "a copy: $form" "$kyso" $clock sign "$letter" -o "$TMPDIR/copy.pdf" --as copy --copy-form "$form" --agency "$agency_name" $(key agency) --status skip
	does "$form: form, agency and time stand free at the top right" line_free "$TMPDIR/copy.pdf" "$form; $agency_name; $when"
done
does "the copy's text is real text, black, no picture" bash -c "! pdfimages -list '$TMPDIR/copy.pdf' -f 1 -l 1 | grep -q smask || test \$(pdfimages -list '$TMPDIR/copy.pdf' -f 1 -l 1 | wc -l) = \$(pdfimages -list '$letter' -f 1 -l 1 | wc -l)"
does "its font is embedded and a subset" bash -c "pdffonts '$TMPDIR/copy.pdf' | grep -E '[A-Z]{6}\+(Tinos|LiberationSerif)' | grep -qE 'yes +yes +yes'"
# shellcheck disable=SC2046
refused "a copy without its form" 2 usage "$letter" "$kyso" sign "$letter" -o "$OUT" --as copy --agency X $(key agency) --status skip
# shellcheck disable=SC2046
refused "a form that the decree does not know" 2 usage "$letter" "$kyso" sign "$letter" -o "$OUT" --as copy --copy-form 'BẢN SAO' --agency X $(key agency) --status skip
# shellcheck disable=SC2046
refused "a copy without the agency" 2 usage "$letter" "$kyso" sign "$letter" -o "$OUT" --as copy --copy-form 'SAO Y' $(key agency) --status skip
# shellcheck disable=SC2046
refused "an annex without number" 2 usage "$letter" "$kyso" sign "$letter" -o "$OUT" --as annex $(key agency) --status skip
# shellcheck disable=SC2046
refused "a copy with a picture" 2 usage "$letter" "$kyso" sign "$letter" -o "$OUT" --as copy --copy-form 'SAO Y' --agency X --image "$marks/dau.png" $(key agency) --status skip
# shellcheck disable=SC2046
refused "a person without a picture" 2 usage "$letter" "$kyso" sign "$letter" -o "$OUT" --as person $(key person) --status skip

# ---- number and date: fields before the person signs, values with the seal ----
does "document prepare" "$kyso" document prepare "$letter" -o "$TMPDIR/prepared.pdf"
does "prepared: qpdf is content" qpdf_clean "$TMPDIR/prepared.pdf"
does "the person signs the prepared letter" sign_person "$TMPDIR/prepared.pdf" "$TMPDIR/p.pdf"
does "the clerk fills number and date with the seal" sign_agency "$TMPDIR/p.pdf" "$TMPDIR/sealed.pdf" --doc-number 815 --doc-date 05/02/2020
does "both signatures hold" pdfsig_valid "$TMPDIR/sealed.pdf" 2
does "number and date are read on the page" bash -c "pdftotext -l 1 -layout '$TMPDIR/sealed.pdf' - | tr -s ' ' | grep -q 'Số: *815' && pdftotext -l 1 -layout '$TMPDIR/sealed.pdf' - | tr -s ' ' | grep -q 'ngày *05 *tháng *02'"
does "the person's revision is unchanged" cmp -n "$(stat -c %s "$TMPDIR/p.pdf")" "$TMPDIR/p.pdf" "$TMPDIR/sealed.pdf"
refused "a date that is none" 2 date "$TMPDIR/p.pdf" sign_agency "$TMPDIR/p.pdf" "$OUT" --doc-date 30/02/2020
refused "a number for a file without the field" 4 pdf.field "$letter" sign_person "$letter" "$OUT" --doc-number 5
refused "prepare: no blank on the page" 1 sign.place "$letters/lo-bien-ban.pdf" "$kyso" document prepare "$letters/scan-anh.pdf" -o "$OUT"
refused "prepare: a signed file is not touched" 3 pdf.locked "$TMPDIR/p.pdf" "$kyso" document prepare "$TMPDIR/p.pdf" -o "$OUT"

# ---- the seal wants a valid, unchanged signature of a competent person ----
sign_person "$letter" "$TMPDIR/signed.pdf" >/dev/null
refused "a seal without a person" 3 sign.no-person "$letter" sign_agency "$letter" "$OUT"
refused "the plan says so too" 3 sign.no-person "$letter" "$kyso" sign plan "$letter" --as agency
python3 - "$TMPDIR/signed.pdf" "$TMPDIR" <<'PY'
import sys
sys.path.insert(0, sys.argv[0])
data = bytearray(open(sys.argv[1], "rb").read())
folder = sys.argv[2]
import re
m = re.search(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data)
a, b, c, d = map(int, m.groups())
def put(name, change):
    copy = bytearray(data)
    change(copy)
    open(f"{folder}/{name}.pdf", "wb").write(copy)
def flip_content(x):
    i = x.index(b"stream\n") + 60 if b"stream\n" in x else x.index(b"stream") + 60
    x[i] ^= 1
def flip_value(x):
    gap = bytes(x[b + 1:c - 1]).rstrip(b"0")
    x[b + len(gap) - 3] = ord("a") if x[b + len(gap) - 3] != ord("a") else ord("b")
put("flipped-content", flip_content)
put("flipped-value", flip_value)
PY
SAYS='not what was signed|changed' refused "one bit of the letter flipped" 3 sign.no-person "$TMPDIR/flipped-content.pdf" sign_agency "$TMPDIR/flipped-content.pdf" "$OUT"
refused "one bit of the signature value flipped" 3 sign.no-person "$TMPDIR/flipped-value.pdf" sign_agency "$TMPDIR/flipped-value.pdf" "$OUT"
"$kyso" ca init "$TMPDIR/strange" --url http://127.0.0.1:1 --root-key p256 --key p256 --ocsp-key p256 --tsa-key p256 >/dev/null
SAYS='trusted root' refused "a signer of another authority, with --trust" 3 sign.no-person "$TMPDIR/signed.pdf" sign_agency "$TMPDIR/signed.pdf" "$OUT" --trust "$TMPDIR/strange/root.cer"
# shellcheck disable=SC2086
does "the same with the right --trust" sign_agency "$TMPDIR/signed.pdf" "$TMPDIR/sealed.pdf" $trust
mkdir "$TMPDIR/anchors" && cp "$ca/root.cer" "$TMPDIR/anchors/a.cer" && cp "$TMPDIR/strange/root.cer" "$TMPDIR/anchors/b.cer"
does "anchors from a folder" sign_agency "$TMPDIR/signed.pdf" "$TMPDIR/sealed.pdf" --trust "$TMPDIR/anchors"
refused "a --trust file that is no certificate" 4 cert "$TMPDIR/signed.pdf" sign_agency "$TMPDIR/signed.pdf" "$OUT" --trust "$letter"
# an increment that draws something else over the page after the person signed
python3 - "$TMPDIR/signed.pdf" "$TMPDIR/changed.pdf" <<'PY'
import re, sys
data = open(sys.argv[1], "rb").read()
prev = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
trailer = data[data.rindex(b"trailer"):]
root = re.search(rb"/Root\s+(\d+) 0 R", trailer).group(1)
size = int(re.search(rb"/Size\s+(\d+)", trailer).group(1))
fid = re.search(rb"/ID\s*\[.*?\]", trailer, re.S).group(0)
# the first page object that holds /Contents, written anew without them
best = None
for m in re.finditer(rb"(?m)^(\d+) 0 obj\r?\n?(.*?)endobj", data, re.S):
    if re.search(rb"/Type\s*/Page\b", m.group(2)) and b"/Contents" in m.group(2):
        best = m
num, body = int(best.group(1)), re.sub(rb"/Contents\s+\d+ 0 R", b"", best.group(2))
at = len(data)
obj = b"%d 0 obj\n" % num + body.strip() + b"\nendobj\n"
table = b"xref\n%d 1\n%010d 00000 n \n" % (num, at)
out = data + obj + table + b"trailer\n<</Size %d/Root %s 0 R/Prev %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, root, prev, fid, at + len(obj))
open(sys.argv[2], "wb").write(out)
PY
does "(the changed file is a proper PDF)" qpdf --check "$TMPDIR/changed.pdf"
SAYS='changed after' refused "a page changed after the person signed" 3 sign.no-person "$TMPDIR/changed.pdf" sign_agency "$TMPDIR/changed.pdf" "$OUT"
# shellcheck disable=SC2046,SC2086
"$kyso" sign "$letter" -o "$TMPDIR/copied.pdf" --as copy --copy-form 'SAO Y' --agency "$agency_name" $(key agency) --status skip >/dev/null
refused "a copy's text is no person's signature" 3 sign.no-person "$TMPDIR/copied.pdf" sign_agency "$TMPDIR/copied.pdf" "$OUT"
# shellcheck disable=SC2046,SC2086
"$kyso" sign "$letter" -o "$TMPDIR/none.pdf" --as none $(key person) --status skip >/dev/null
refused "an invisible signature gives no place for a seal" 3 sign.no-person "$TMPDIR/none.pdf" sign_agency "$TMPDIR/none.pdf" "$OUT"
refused "a seal over a seal only" 3 sign.no-person "$letter" "$kyso" sign plan "$letter" --as agency --place 1:10,10,40,40
# shellcheck disable=SC2046
does "an agency's own copy of a signed letter needs no new person" "$kyso" sign "$TMPDIR/sealed.pdf" -o "$TMPDIR/c.pdf" --as copy --copy-form 'SAO Y' --agency "$agency_name" $(key agency) --status skip

# ---- the seal's size ----
does "the diameter is the PNG's own" bash -c "'$kyso' sign plan '$TMPDIR/signed.pdf' --as agency --image '$marks/dau-42mm.png' --json >'$TMPDIR/s.json' && python3 -c \"
import json; r = json.load(open('$TMPDIR/s.json'))['marks'][0]['rect_mm']; assert abs(r[2] - 42) < 0.2, r\""
does "--seal-mm decides" bash -c "'$kyso' sign plan '$TMPDIR/signed.pdf' --as agency --image '$marks/dau.png' --seal-mm 40 --json >'$TMPDIR/s.json' && python3 -c \"
import json; r = json.load(open('$TMPDIR/s.json'))['marks'][0]['rect_mm']; assert abs(r[2] - 40) < 0.01, r\""
does "25 mm is done with a warning" bash -c "'$kyso' sign plan '$TMPDIR/signed.pdf' --as agency --image '$marks/dau.png' --seal-mm 25 --json | grep -q 34-42"
for mm in 19 51; do refused "$mm mm is refused" 4 sign.mark-image "$TMPDIR/signed.pdf" sign_agency "$TMPDIR/signed.pdf" "$OUT" --seal-mm $mm; done

# ---- certification: only the first signature; P = 1 closes the file; P = 2 lets it be signed further ----
for p in 1 2 3; do
	does "--certify $p" sign_person "$letter" "$TMPDIR/certified-$p.pdf" --certify $p
	has "--certify $p: /DocMDP with /P $p" "/P ?$p\b" <(grep -ao '/DocMDP.\{0,400\}\|/TransformParams.\{0,120\}' "$TMPDIR/certified-$p.pdf")
	does "--certify $p: pdfsig" pdfsig_valid "$TMPDIR/certified-$p.pdf" 1
done
refused "P = 1: nothing may follow" 3 pdf.locked "$TMPDIR/certified-1.pdf" sign_agency "$TMPDIR/certified-1.pdf" "$OUT"
refused "P = 2: a new visible field may not follow (ISO 32000-2 Table 257)" 3 pdf.locked "$TMPDIR/certified-2.pdf" sign_agency "$TMPDIR/certified-2.pdf" "$OUT"
python3 "$tool" field "$letter" "$TMPDIR/f.pdf" '/FT/Sig/T(ChuKy)'
sign_person "$TMPDIR/f.pdf" "$TMPDIR/c2.pdf" --certify 2 >/dev/null
# shellcheck disable=SC2046
does "P = 2: a field that was there may be signed" "$kyso" sign "$TMPDIR/c2.pdf" -o "$TMPDIR/x.pdf" --as none --field ChuKy --existing-field $(key agency) --status skip
does "P = 2: both hold" pdfsig_valid "$TMPDIR/x.pdf" 2
refused "certified twice" 3 pdf.certify "$TMPDIR/certified-2.pdf" sign_person "$TMPDIR/certified-2.pdf" "$OUT" --certify 2 --place 1:10,10,40,20
refused "certified after a signature" 3 pdf.certify "$TMPDIR/signed.pdf" sign_person "$TMPDIR/signed.pdf" "$OUT" --certify 2 --place 1:10,10,40,20
refused "--certify 4" 2 usage "$letter" sign_person "$letter" "$OUT" --certify 4

# ---- existing fields, made here by hand: empty, with /Lock, with /SV, a text field ----
make_field() { # OUT FIELD-ENTRIES
	python3 "$tool" field "$letter" "$1" "$2"
}
make_field "$TMPDIR/f.pdf" '/FT/Sig/T(ChuKy)'
does "an empty field is signed by name" sign_person "$TMPDIR/f.pdf" "$TMPDIR/x.pdf" --field ChuKy --existing-field --place 1:30,30,40,20
has "it is that field" 'Signature Field Name: ChuKy' <(pdfsig -nocert "$TMPDIR/x.pdf" 2>&1)
refused "a field that is not there" 4 pdf.field "$letter" sign_person "$letter" "$OUT" --field ChuKy --existing-field --place 1:30,30,40,20
refused "a field that is signed" 4 pdf.field "$TMPDIR/x.pdf" sign_person "$TMPDIR/x.pdf" "$OUT" --field ChuKy --existing-field --place 1:30,30,40,20
make_field "$TMPDIR/t.pdf" '/FT/Tx/T(ChuKy)'
refused "a text field is none to sign" 4 pdf.field "$TMPDIR/t.pdf" sign_person "$TMPDIR/t.pdf" "$OUT" --field ChuKy --existing-field --place 1:30,30,40,20
make_field "$TMPDIR/l.pdf" '/FT/Sig/T(ChuKy)/Lock<</Type/SigFieldLock/Action/All>>'
does "a field with /Lock is signed" sign_person "$TMPDIR/l.pdf" "$TMPDIR/x.pdf" --field ChuKy --existing-field --place 1:30,30,40,20
has "its lock is in the signature" '/FieldMDP' "$TMPDIR/x.pdf"
make_field "$TMPDIR/sv.pdf" '/FT/Sig/T(ChuKy)/SV<</Type/SV/Ff 64/DigestMethod[(SHA512)]>>'
refused "/SV wants another digest" 4 pdf.field "$TMPDIR/sv.pdf" sign_person "$TMPDIR/sv.pdf" "$OUT" --field ChuKy --existing-field --place 1:30,30,40,20
does "/SV: the digest it wants" sign_person "$TMPDIR/sv.pdf" "$TMPDIR/x.pdf" --field ChuKy --existing-field --place 1:30,30,40,20 --alg ecdsa-sha512

make_field "$TMPDIR/sv.pdf" '/FT/Sig/T(ChuKy)/SV<</Type/SV/TimeStamp<</Ff 1>>>>'
SAYS=time-stamp refused "/SV wants a time-stamp" 4 pdf.field "$TMPDIR/sv.pdf" sign_person "$TMPDIR/sv.pdf" "$OUT" --field ChuKy --existing-field --place 1:30,30,40,20
subject=$(openssl x509 -in "$TMPDIR/person.pem" -outform DER | od -An -v -tx1 | tr -d ' \n')
make_field "$TMPDIR/sv.pdf" "/FT/Sig/T(ChuKy)/SV<</Type/SV/Cert<</Type/SVCert/Ff 1/Subject[<$subject>]>>>>"
does "/SV: the certificate it wants" sign_person "$TMPDIR/sv.pdf" "$TMPDIR/x.pdf" --field ChuKy --existing-field --place 1:30,30,40,20
# shellcheck disable=SC2046
refused "/SV wants another certificate" 4 pdf.field "$TMPDIR/sv.pdf" "$kyso" sign "$TMPDIR/sv.pdf" -o "$OUT" --as none --field ChuKy --existing-field $(key other) --status skip
make_field "$TMPDIR/sv.pdf" '/FT/Sig/T(ChuKy)/SV<</Type/SV/Cert<</Type/SVCert/Ff 32/KeyUsage[(0)]>>>>'
refused "/SV wants another key usage" 4 pdf.field "$TMPDIR/sv.pdf" sign_person "$TMPDIR/sv.pdf" "$OUT" --field ChuKy --existing-field --place 1:30,30,40,20
make_field "$TMPDIR/sv.pdf" '/FT/Sig/T(ChuKy)/SV<</Type/SV/Cert<</Type/SVCert/Ff 64/URL(http://x)>>>>'
refused "/SV wants what nobody checks" 4 pdf.field "$TMPDIR/sv.pdf" sign_person "$TMPDIR/sv.pdf" "$OUT" --field ChuKy --existing-field --place 1:30,30,40,20

# a visible field keeps its own rectangle; the picture keeps its shape in the middle of it
make_field "$TMPDIR/v.pdf" '/FT/Sig/T(ChuKy)/Type/Annot/Subtype/Widget/F 4/Rect[100 100 200 200]'
does "a visible empty field is signed" sign_person "$TMPDIR/v.pdf" "$TMPDIR/x.pdf" --field ChuKy --existing-field --place 1:30,30,40,20
does "pdfsig" pdfsig_valid "$TMPDIR/x.pdf" 1
has "its rectangle stays, the appearance is as large" '/BBox ?\[0 0 100(\.0*)? 100(\.0*)?\]' <(tail -c "+$(stat -c %s "$TMPDIR/v.pdf")" "$TMPDIR/x.pdf" | tr -d '\0' | grep -a BBox)

# ---- several signers: each its own block; the seal asks over whose ----
while IFS=$'\t' read -r name who ou; do make_key "$name" person p256 "$who" --ou "$ou"; done <<'ROWS'
j1	Phan Đình Khải	CÔNG AN TỈNH
j2	Nguyễn Minh Quân	SỞ KHOA HỌC VÀ CÔNG NGHỆ
ROWS
joint() { "$kyso" sign "$1" -o "$2" --as person --image "$marks/chu-ky.png" --p12 "$TMPDIR/$3.p12" --pin-file "$TMPDIR/pin" --status skip; }
does "the first of two signs at his own block" joint "$letters/lo-chuong-trinh-phoi-hop.pdf" "$TMPDIR/j1.pdf" j1
does "the second at hers" joint "$TMPDIR/j1.pdf" "$TMPDIR/j2.pdf" j2
does "both hold" pdfsig_valid "$TMPDIR/j2.pdf" 2
does "the pictures do not meet" bash -c "'$kyso' pdf show '$TMPDIR/j2.pdf' --json >/dev/null"
SAYS=- refused "over whose signature? not guessed" 1 - "$TMPDIR/j2.pdf" sign_agency "$TMPDIR/j2.pdf" "$OUT"
does "--signer says whose" sign_agency "$TMPDIR/j2.pdf" "$TMPDIR/x.pdf" --signer 'Phan Đình Khải'
does "three hold" pdfsig_valid "$TMPDIR/x.pdf" 3
refused "a name that did not sign" 3 sign.no-person "$TMPDIR/j2.pdf" sign_agency "$TMPDIR/j2.pdf" "$OUT" --signer 'Hồ Quang Dũng'

# ---- pictures that do not do ----
for row in xau-jpeg:png xau-20000:png.limit xau-qua-nho:-; do
	IFS=: read -r name code <<<"$row"
	[ "$code" = - ] && continue
	refused "$name.png as a signature" 4 "$code" "$letter" "$kyso" sign "$letter" -o "$OUT" --as person --image "$marks/$name.png" --p12 "$TMPDIR/person.p12" --pin-file "$TMPDIR/pin" --status skip
done
refused "a picture that is not there" 4 file.open "$letter" "$kyso" sign "$letter" -o "$OUT" --as person --image "$TMPDIR/none.png" --p12 "$TMPDIR/person.p12" --pin-file "$TMPDIR/pin" --status skip
refused "a place beyond the page" 1 sign.place "$letter" sign_person "$letter" "$OUT" --place 1:190,10,40,20
refused "a page that is not there" 2 pdf.page "$letter" sign_person "$letter" "$OUT" --place 9:10,10,40,20
refused "a place that is none" 2 usage "$letter" sign_person "$letter" "$OUT" --place somewhere
finish
