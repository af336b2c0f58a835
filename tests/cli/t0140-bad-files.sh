#!/bin/bash
# t0140-bad-files.sh - files that are broken, hostile, or not what they seem; places that cannot be written. A clear error with its
# code and status, no output, the input untouched.
. "$(dirname "$0")/lib.sh"
make_ca
make_people
letter=$letters/cong-van.pdf
# shellcheck disable=SC2046
none() { "$kyso" sign "$1" -o "$OUT" --as none $(key person) --status skip; }
bad() { # NAME STATUS CODE FILE : refused when signing, within ten seconds, and shown without a crash
	refused "$1" "$2" "$3" "$4" timeout 10 "$kyso" sign "$4" -o "$OUT" --as none --p12 "$TMPDIR/person.p12" --pin-file "$TMPDIR/pin" --status skip
	timeout 10 "$kyso" pdf show "$4" >/dev/null 2>&1
	[ $? -le 4 ] && yes_ "$1: pdf show ends well" || no_ "$1: pdf show crashes or hangs"
}
python3 "$tool" bad "$letter" "$TMPDIR"
while read -r name code what; do bad "$what" 4 "$code" "$TMPDIR/bad-$name.pdf"; done <<'ROWS'
half pdf.truncated cut off in the middle
end pdf.truncated the last 20 bytes are missing
head pdf.not-pdf the header is missing
text pdf.not-pdf a text file named .pdf
empty pdf.not-pdf an empty file
xref-by-one pdf.xref startxref is off by one
offset-by-one pdf.xref an entry's offset is off by one
cyclic-pages pdf.structure a page tree that bites its tail
cyclic-prev pdf.xref /Prev leads to itself
arrays pdf.limit 10^6 nested arrays
stream pdf.syntax a stream longer than the file
duplicate pdf.syntax the same key twice in the catalog
object-0 pdf.xref object number 0 is in use
object-2-31 pdf.limit object number 2^31
no-root pdf.xref no /Root
root-int pdf.xref /Root is a number
bomb pdf.limit a stream that inflates without end
hybrid pdf.hybrid hybrid cross-references
trailing pdf.unaccounted bytes after the end
lzw pdf.filter an object stream with a wrong filter
ROWS
qpdf --encrypt '' owner 256 -- "$letter" "$TMPDIR/encrypted.pdf"
bad "encrypted with an empty password" 4 pdf.encrypted "$TMPDIR/encrypted.pdf"
qpdf --encrypt user owner 128 --use-aes=y -- "$letter" "$TMPDIR/encrypted-128.pdf"
bad "encrypted with a password" 4 pdf.encrypted "$TMPDIR/encrypted-128.pdf"

# ---- what is not a file ----
refused "no such file" 4 file.open "$TMPDIR/gone.pdf" none "$TMPDIR/gone.pdf"
refused "a folder" 4 file.not-regular "$TMPDIR" none "$TMPDIR"
mkfifo "$TMPDIR/fifo.pdf"
refused "a FIFO does not block" 4 file.not-regular - timeout 5 "$kyso" sign "$TMPDIR/fifo.pdf" -o "$OUT" --as none --p12 "$TMPDIR/person.p12" --pin-file "$TMPDIR/pin" --status skip
refused "a device" 4 file.not-regular - none /dev/null
ln -s loop.pdf "$TMPDIR/loop.pdf"
refused "a symbolic link to itself" 4 file.open - none "$TMPDIR/loop.pdf"
if [ "$(id -u)" != 0 ]; then
	cp "$letter" "$TMPDIR/unreadable.pdf" && chmod 000 "$TMPDIR/unreadable.pdf"
	refused "an unreadable file" 4 file.open "$TMPDIR/unreadable.pdf" none "$TMPDIR/unreadable.pdf"
elif command -v setpriv >/dev/null; then
	cp "$letter" "$TMPDIR/unreadable.pdf" && chmod 000 "$TMPDIR/unreadable.pdf"
	refused "an unreadable file" 4 file.open "$TMPDIR/unreadable.pdf" setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-all \
		"$kyso" sign "$TMPDIR/unreadable.pdf" -o "$OUT" --as none --p12 "$TMPDIR/person.p12" --pin-file "$TMPDIR/pin" --status skip
else
	skip_ "an unreadable file" "root reads everything"
fi

# ---- what cannot be written ----
# shellcheck disable=SC2046
write_to() { "$kyso" sign "$letter" -o "$1" --as none $(key person) --status skip; }
refused "into a folder that is not there" 4 file.write "$letter" write_to "$out_dir/gone/out.pdf"
refused "onto a folder" 4 file.not-regular "$letter" write_to "$TMPDIR"
refused "below a file" 4 file.write "$letter" write_to "$letter/out.pdf"
# shellcheck disable=SC2046
limited() { (ulimit -f 40 && trap '' XFSZ && exec "$kyso" sign "$letter" -o "$OUT" --as none $(key person) --status skip); }
refused "the disk is full (a limit of 40 blocks)" 4 file.write "$letter" limited
if mkdir -p "$TMPDIR/small" && mount -t tmpfs -o size=64k tmpfs "$TMPDIR/small" 2>/dev/null; then
	refused "the disk is full (a tmpfs of 64 KiB)" 4 file.write "$letter" write_to "$TMPDIR/small/out.pdf"
	does "and nothing is left on it" bash -c "[ -z \"\$(ls -A '$TMPDIR/small')\" ]"
	umount "$TMPDIR/small"
else
	skip_ "a tmpfs that is full" "mount is not allowed"
fi
refused "standard output is full" 4 file.write "$letter" bash -c "'$kyso' sign '$letter' -o - --as none --p12 '$TMPDIR/person.p12' --pin-file '$TMPDIR/pin' --status skip >/dev/full"
# the output may be the input: it is replaced at once by rename, or not at all
cp "$letter" "$TMPDIR/same.pdf"
# shellcheck disable=SC2046
does "output = input" "$kyso" sign "$TMPDIR/same.pdf" -o "$TMPDIR/same.pdf" --as none $(key person) --status skip
does "it is signed" pdfsig_valid "$TMPDIR/same.pdf" 1
does "its first bytes are the letter" cmp -n "$(stat -c %s "$letter")" "$letter" "$TMPDIR/same.pdf"
cp "$letter" "$out_dir/same.pdf"
before=$(sha256sum <"$out_dir/same.pdf")
"$kyso" sign "$out_dir/same.pdf" -o "$out_dir/same.pdf" --as none --p12 "$TMPDIR/person.p12" --pin-file "$TMPDIR/bad-pin" --status skip 2>/dev/null
does "output = input and a failure: untouched, nothing beside it" bash -c "[ '$before' = \"\$(sha256sum <'$out_dir/same.pdf')\" ] && [ \"\$(ls -A '$out_dir')\" = same.pdf ]"
printf old >"$out_dir/old.pdf"
"$kyso" sign "$TMPDIR/bad-half.pdf" -o "$out_dir/old.pdf" --as none --p12 "$TMPDIR/person.p12" --pin-file "$TMPDIR/pin" --status skip 2>/dev/null
does "an output that is there is not lost by a failure" grep -qx old "$out_dir/old.pdf"
# shellcheck disable=SC2046
does "standard output" bash -c "'$kyso' sign '$letter' -o - --as none --p12 '$TMPDIR/person.p12' --pin-file '$TMPDIR/pin' --status skip 2>/dev/null >'$TMPDIR/piped.pdf'"
does "it is the signed file" pdfsig_valid "$TMPDIR/piped.pdf" 1

# ---- pictures ----
for row in xau-jpeg:png xau-20000:png.limit; do
	IFS=: read -r name code <<<"$row"
	# shellcheck disable=SC2046
	refused "the picture $name" 4 "$code" "$letter" "$kyso" sign "$letter" -o "$OUT" --as person --image "$marks/$name.png" $(key person) --status skip
	refused "mark check: $name" 4 "$code" "$marks/$name.png" "$kyso" mark check "$marks/$name.png"
done
head -c 2000 "$marks/dau.png" >"$TMPDIR/cut.png"
# shellcheck disable=SC2046
refused "a PNG that is cut off" 4 png "$letter" "$kyso" sign "$letter" -o "$OUT" --as person --image "$TMPDIR/cut.png" $(key person) --status skip
for row in xau-chu-ky-den:person xau-dau-xanh:agency xau-nen-trang:person xau-dau-60mm:agency xau-le-rong:person xau-qua-nho:person; do
	IFS=: read -r name kind <<<"$row"
	"$kyso" mark check "$marks/$name.png" --as "$kind" >"$TMPDIR/stdout" 2>"$TMPDIR/stderr"
	got=$?
	if [ $got = 1 ] || [ $got = 0 ]; then yes_ "mark check answers for $name ($got)"; else no_ "mark check $name: $got" "$TMPDIR/stderr"; fi
done

# ---- normalise: an unsigned file that needs repair can be rewritten; then it can be signed ----
does "pdf normalise rewrites a file with a wrong offset" "$kyso" pdf normalise "$TMPDIR/bad-xref-by-one.pdf" -o "$TMPDIR/normal.pdf"
does "it can be signed then" "$kyso" sign "$TMPDIR/normal.pdf" -o "$TMPDIR/normal-signed.pdf" --as none --p12 "$TMPDIR/person.p12" --pin-file "$TMPDIR/pin" --status skip
does "pdfsig" pdfsig_valid "$TMPDIR/normal-signed.pdf" 1
refused "a signed file is not normalised" 3 pdf.signed "$TMPDIR/same.pdf" "$kyso" pdf normalise "$TMPDIR/same.pdf" -o "$OUT"
refused "a text file cannot be normalised" 4 pdf.not-pdf "$TMPDIR/bad-text.pdf" "$kyso" pdf normalise "$TMPDIR/bad-text.pdf" -o "$OUT"
does "bytes before the header are read" "$kyso" sign "$TMPDIR/good-junk.pdf" -o "$TMPDIR/x.pdf" --as none --p12 "$TMPDIR/person.p12" --pin-file "$TMPDIR/pin" --status skip
does "and signed" pdfsig_valid "$TMPDIR/x.pdf" 1
finish
