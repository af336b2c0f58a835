#!/bin/bash
# t0150-outside.sh - time-stamp authorities and responders that answer wrongly or not at all: the error names them and what is
# missing for which certificate; no file of a lower level is ever written.
. "$(dirname "$0")/lib.sh"
make_ca
serve_ca
make_people
letter=$letters/cong-van.pdf
# shellcheck disable=SC2046,SC2086
at() { "$kyso" sign "$letter" -o "$OUT" --as none --status skip $(key person) $trust "$@"; }
port=${url##*:}

does "all well: LTA" at --level LTA --tsa "$url/tsa"
refused "a TSA address that is none" 2 usage "$letter" at --level T --tsa not-an-url
SAYS=/nowhere refused "a path that the server does not have" 4 net.status "$letter" at --level T --tsa "$url/nowhere"
stop_ca
for level in T LT LTA; do SAYS="$port" refused "TSA down, $level" 4 net "$letter" at --level $level --tsa "$url/tsa"; done
SAYS='127.0.0.1:1' refused "nothing listens" 4 net "$letter" at --level T --tsa http://127.0.0.1:1/tsa
SAYS='khong-co' refused "a name that is not known" 4 net "$letter" at --level T --tsa http://khong-co.invalid/tsa

while read -r kind code; do
	serve_ca "tsa:$kind"
	SAYS=$url/tsa refused "TSA answers: $kind" 4 "$code" "$letter" at --level T --tsa "$url/tsa"
	stop_ca
done <<'ROWS'
garbage tsa
html tsa
empty tsa
truncated tsa
error net.status
reject tsa
wrong-imprint tsa
wrong-nonce tsa
ROWS
serve_ca tsa:slow
start=$SECONDS
SAYS=$url/tsa refused "TSA answers slowly" 4 net.timeout "$letter" at --level T --tsa "$url/tsa"
does "it is not waited for longer than 40 s" test $((SECONDS - start)) -lt 40
stop_ca

# OCSP and CRL both gone: LT cannot be reached, and it is said which certificate lacks what
while read -r kind; do
	serve_ca "ocsp:$kind"
	does "OCSP answers $kind: the CRL proves it" at --level LT --tsa "$url/tsa"
	stop_ca
done <<'ROWS'
garbage
error
ROWS
# one server for both faults: the same kind for OCSP and CRL would spoil the TSA too, so the TSA is another authority's
"$kyso" ca init "$TMPDIR/tsa-ca" --url auto --root-key p256 --key p256 --ocsp-key p256 --tsa-key p256 >/dev/null
"$kyso" ca serve "$TMPDIR/tsa-ca" >"$TMPDIR/tsa-url" 2>/dev/null &
servers="$servers $!"
for _ in $(seq 100); do [ -s "$TMPDIR/tsa-url" ] && break; sleep 0.05; done
tsa=$(head -n 1 "$TMPDIR/tsa-url")
tsa=${tsa%/}/tsa
both="$trust --trust $TMPDIR/tsa-ca/root.cer"
# shellcheck disable=SC2046,SC2086
lt() { "$kyso" sign "$letter" -o "$OUT" --as none --status skip $(key person) $both --tsa "$tsa" "$@"; }
serve_ca
does "TSA of another authority: LT" lt --level LT
stop_ca
for level in LT LTA; do
	SAYS="CN=CA thử nghiệm.*CRL: $url" refused "OCSP and CRL down, $level: the certificate is named" 4 proof.missing "$letter" lt --level $level
done
does "T needs no revocation data" lt --level T
for kind in garbage html error; do
	serve_ca "$kind"
	SAYS="CN=CA thử nghiệm.*CRL: $url" refused "OCSP and CRL answer $kind" 4 proof.missing "$letter" lt --level LT
	stop_ca
done
# the chain leads to no anchor
serve_ca
# shellcheck disable=SC2046
refused "LT without an anchor" 3 chain.incomplete "$letter" "$kyso" sign "$letter" -o "$OUT" --as none --status skip $(key person) --level LT --tsa "$tsa" --trust "$TMPDIR/tsa-ca/root.cer"
refused "LT without --tsa" 2 usage "$letter" at --level LT
refused "a level that is none" 2 usage "$letter" at --level XL --tsa "$tsa"
finish
