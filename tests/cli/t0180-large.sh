#!/bin/bash
# t0180-large.sh - a PDF of 1 GB is signed with less than 100 MB of anonymous memory; the time is shown beside that of openssl.
. "$(dirname "$0")/lib.sh"
make_ca
make_people
room() { df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }'; }
if [ -w /dev/shm ] && [ "$(room /dev/shm)" -gt 3000 ] && [ "$(awk '/MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)" -gt 5000 ]; then
	big=$(mktemp -d /dev/shm/kyso-test-XXXXXX)
	trap 'rm -rf "$big"; stop_all' EXIT
elif [ "$(room "$TMPDIR")" -gt 3000 ]; then
	big=$TMPDIR
else
	skip_ "a PDF of 1 GB" "less than 3 GB are free"
	finish
	exit 0
fi
python3 "$tool" large "$big/large.pdf" 1000
does "(the file is 1 GB)" test "$(stat -c %s "$big/large.pdf")" -gt 1000000000
start=$(date +%s%N)
openssl dgst -sha256 "$big/large.pdf" >/dev/null
hashed=$(($(date +%s%N) - start))

start=$(date +%s%N)
# shellcheck disable=SC2046
"$kyso" sign "$big/large.pdf" -o "$big/signed.pdf" --as none $(key person) --status skip >"$TMPDIR/stdout" 2>"$TMPDIR/stderr" &
pid=$!
peak=0
while kill -0 $pid 2>/dev/null; do
	now=$(awk '/^RssAnon/ { print $2 }' "/proc/$pid/status" 2>/dev/null)
	[ "${now:-0}" -gt $peak ] && peak=$now
	sleep 0.01
done
wait $pid
status=$?
took=$(($(date +%s%N) - start))
does "it is signed" test $status = 0
if grep -q __asan_init "$KYSO_BUILD_DIR/kyso"; then
	skip_ "peak anonymous memory is under 100 MB" "the address sanitizer's own shadow is counted in this build"
else
	does "peak anonymous memory is under 100 MB" test $peak -lt 102400
fi
echo "# peak anonymous memory $((peak / 1024)) MB; signing $((took / 1000000)) ms, openssl dgst -sha256 $((hashed / 1000000)) ms, $((took * 100 / hashed)) %"
does "pdfsig says valid" pdfsig_valid "$big/signed.pdf" 1
does "its first bytes are the input's" cmp -n "$(stat -c %s "$big/large.pdf")" "$big/large.pdf" "$big/signed.pdf"
finish
