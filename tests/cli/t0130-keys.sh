#!/bin/bash
# t0130-keys.sh - keys that do not do: each its own error, and nothing is left behind. PKCS#12, PKCS#11, certificates.
. "$(dirname "$0")/lib.sh"
make_ca
serve_ca
make_people
letter=$letters/cong-van.pdf
none() { "$kyso" sign "$letter" -o "$OUT" --as none --status skip "$@"; }
with() { local p12=$1 && shift && none --p12 "$TMPDIR/$p12" --pin-file "$TMPDIR/pin" "$@"; }

# ---- PKCS#12 ----
refused "wrong password" 4 key.password "$letter" none --p12 "$TMPDIR/person.p12" --pin-file "$TMPDIR/bad-pin"
cp "$letter" "$TMPDIR/no.p12"
refused "a file that is no PKCS#12" 4 key.file "$letter" with no.p12
head -c 300 "$TMPDIR/person.p12" >"$TMPDIR/cut.p12"
refused "a PKCS#12 that is cut off" 4 key.file "$letter" with cut.p12
: >"$TMPDIR/empty.p12"
refused "an empty file" 4 key.file "$letter" with empty.p12
refused "a file that is not there" 4 file.open "$letter" with gone.p12
refused "a folder" 4 file.not-regular "$letter" with .
openssl pkcs12 -in "$TMPDIR/person.p12" -passin file:"$TMPDIR/pin" -nodes -out "$TMPDIR/person-all.pem" 2>/dev/null
openssl pkcs12 -export -nokeys -in "$TMPDIR/person-all.pem" -passout file:"$TMPDIR/pin" -out "$TMPDIR/nokey.p12"
refused "a PKCS#12 without a key" 4 key.file "$letter" with nokey.p12
openssl pkcs12 -export -nocerts -inkey "$TMPDIR/person-all.pem" -passout file:"$TMPDIR/pin" -out "$TMPDIR/nocert.p12"
refused "a PKCS#12 without a certificate" 4 key.file "$letter" with nocert.p12
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TMPDIR/k.pem" -subj /CN=x -out "$TMPDIR/r.pem" 2>/dev/null
openssl pkey -in "$TMPDIR/k.pem" -pubout -out "$TMPDIR/pub.pem"
# old and new protections of the file, as other programs make them
openssl pkcs12 -export -legacy -in "$TMPDIR/person-all.pem" -passout file:"$TMPDIR/pin" -out "$TMPDIR/legacy.p12" 2>/dev/null &&
	does "a legacy PKCS#12 (RC2, 3DES, SHA-1 MAC) is opened" with legacy.p12
refused "a legacy PKCS#12 with the wrong password" 4 key.password "$letter" none --p12 "$TMPDIR/legacy.p12" --pin-file "$TMPDIR/bad-pin"
openssl pkcs12 -export -certpbe AES-256-CBC -keypbe AES-256-CBC -macalg sha256 -in "$TMPDIR/person-all.pem" -passout file:"$TMPDIR/pin" -out "$TMPDIR/aes.p12"
does "PBES2 with AES-256 is opened" with aes.p12
refused "the password file is missing" 4 file.open "$letter" none --p12 "$TMPDIR/person.p12" --pin-file "$TMPDIR/no-such-pin"
refused "two ways to give a password" 2 usage "$letter" none --p12 "$TMPDIR/person.p12" --pin-file "$TMPDIR/pin" --pin-fd 3
does "a password from a descriptor" bash -c "'$kyso' sign '$letter' -o '$TMPDIR/x.pdf' --as none --status skip --p12 '$TMPDIR/person.p12' --pin-fd 7 7<'$TMPDIR/pin'"
refused "no key at all" 2 usage "$letter" none
does "the password is nowhere in /proc/PID/cmdline or the output" bash -c "! grep -rq 'mat khau thu' '$TMPDIR/stdout' '$TMPDIR/stderr'"

# ---- certificates ----
for row in expired:cert.expired not-yet-valid:cert.not-yet-valid no-signing-usage:cert.key-usage; do
	IFS=: read -r fault code <<<"$row"
	make_key "$fault" person p256 "$leader" --fault "$fault"
	refused "a certificate that is $fault" 3 "$code" "$letter" with "$fault.p12"
done
openssl req -x509 -newkey rsa:1024 -nodes -keyout "$TMPDIR/weak.key" -subj /CN=weak -days 30 -addext keyUsage=digitalSignature -out "$TMPDIR/weak.pem" 2>/dev/null
openssl pkcs12 -export -in "$TMPDIR/weak.pem" -inkey "$TMPDIR/weak.key" -passout file:"$TMPDIR/pin" -out "$TMPDIR/weak.p12"
refused "a key of 1024 bits" 3 cert.weak-key "$letter" with weak.p12
refused "an algorithm of another kind of key" 3 key.unsupported "$letter" with person.p12 --alg rsa-sha256
refused "an algorithm that is none" 2 usage "$letter" with person.p12 --alg md5
openssl genpkey -algorithm ed25519 -out "$TMPDIR/ed.key" 2>/dev/null
openssl req -x509 -key "$TMPDIR/ed.key" -subj /CN=ed -days 30 -addext keyUsage=digitalSignature -out "$TMPDIR/ed.pem" 2>/dev/null
openssl pkcs12 -export -in "$TMPDIR/ed.pem" -inkey "$TMPDIR/ed.key" -passout file:"$TMPDIR/pin" -out "$TMPDIR/ed.p12"
refused "a kind of key that PAdES does not use here" 3 key.unsupported "$letter" with ed.p12
# a key whose certificate is another's: the signature does not match and is not embedded
openssl pkcs12 -export -in "$TMPDIR/agency.pem" -inkey <(openssl pkcs12 -in "$TMPDIR/agency.p12" -passin file:"$TMPDIR/pin" -nodes -nocerts 2>/dev/null) \
	-passout file:"$TMPDIR/pin" -out "$TMPDIR/bare.p12" 2>/dev/null
does "a certificate without its chain signs at B (its chain is not in the file)" with bare.p12
does "--cert gives the chain" with bare.p12 --cert "$ca/ca.cer"
# shellcheck disable=SC2086
does "--status require: good" "$kyso" sign "$letter" -o "$TMPDIR/x.pdf" --as none --status require $(key person) $trust
make_key revoked person p256 "$leader"
"$kyso" ca revoke "$ca" "$(openssl x509 -in "$TMPDIR/revoked.pem" -noout -serial | cut -d= -f2)" --reason keyCompromise >/dev/null
for how in require auto; do
	# shellcheck disable=SC2046,SC2086
	SAYS="revoked@langson.*keyCompromise" refused "revoked, --status $how" 3 cert.revoked "$letter" "$kyso" sign "$letter" -o "$OUT" --as none --status $how $(key revoked) $trust
done
# shellcheck disable=SC2046,SC2086
refused "revoked, level LT" 3 cert.revoked "$letter" "$kyso" sign "$letter" -o "$OUT" --as none --status skip $(key revoked) $trust --level LT --tsa "$url/tsa"
stop_ca
# shellcheck disable=SC2046,SC2086
refused "the responder is down, --status require" 4 proof.missing "$letter" "$kyso" sign "$letter" -o "$OUT" --as none --status require $(key person) $trust
# shellcheck disable=SC2046,SC2086
does "the responder is down, --status auto: told, and signed" "$kyso" sign "$letter" -o "$TMPDIR/x.pdf" --as none $(key person) $trust
has "it is told" 'status not checked' "$TMPDIR/stderr"

# ---- PKCS#11 ----
if make_tokens; then
	make_token leader rsa2048 person "$leader" || no_ "a token is made"
	p11() { none --p11-module "$module" --p11-token leader "$@"; }
	right="--pin-file $TMPDIR/user.pin"
	# shellcheck disable=SC2086
	does "a token signs" "$kyso" sign "$letter" -o "$TMPDIR/x.pdf" --as person --image "$marks/chu-ky.png" --p11-module "$module" --p11-token leader $right --status skip
	does "pdfsig" pdfsig_valid "$TMPDIR/x.pdf" 1
	# shellcheck disable=SC2086
	does "PSS on the token" p11 $right --alg rsa-pss-sha256
	refused "wrong PIN" 4 token.pin "$letter" p11 --pin-file "$TMPDIR/wrong.pin"
	# shellcheck disable=SC2086
	does "the right PIN still works" p11 $right
	SAYS=leader refused "no such token: those that are there are listed" 4 token.missing "$letter" none --p11-module "$module" --p11-token khac --pin-file "$TMPDIR/user.pin"
	# shellcheck disable=SC2086
	refused "no such key" 4 token.no-key "$letter" p11 $right --p11-key khac
	refused "no such module" 4 token.module "$letter" none --p11-module /no/such.so --p11-token leader --pin-file "$TMPDIR/user.pin"
	refused "a module that is none" 4 token.module "$letter" none --p11-module "$letter" --p11-token leader --pin-file "$TMPDIR/user.pin"
	refused "a token without its label" 2 usage "$letter" none --p11-module "$module" --pin-file "$TMPDIR/user.pin"
	"$kyso" token init --p11-module "$module" --label trong --so-pin-file "$TMPDIR/so.pin" --pin-file "$TMPDIR/user.pin" >/dev/null
	refused "an empty token" 4 token.no-key "$letter" none --p11-module "$module" --p11-token trong --pin-file "$TMPDIR/user.pin"
	"$kyso" token generate --p11-module "$module" --p11-token trong --pin-file "$TMPDIR/user.pin" --label k --key p256 --cn K --email k@x.vn -o "$TMPDIR/k.csr"
	refused "a key without its certificate" 4 token.no-cert "$letter" none --p11-module "$module" --p11-token trong --pin-file "$TMPDIR/user.pin"
	"$kyso" token generate --p11-module "$module" --p11-token leader --pin-file "$TMPDIR/user.pin" --label leader2 --key p256 --cn "$leader" --email k@x.vn -o "$TMPDIR/k.csr"
	"$kyso" ca issue "$ca" --csr "$TMPDIR/k.csr" --cn "$leader" --email k@x.vn -o "$TMPDIR/k2.pem" >/dev/null
	"$kyso" token import --p11-module "$module" --p11-token leader --pin-file "$TMPDIR/user.pin" --cert "$TMPDIR/k2.pem" 2>"$TMPDIR/import.err"
	# shellcheck disable=SC2086
	refused "two keys: which?" 2 token.ambiguous "$letter" p11 $right
	# shellcheck disable=SC2086
	does "--p11-key says which" p11 $right --p11-key leader2
	refused "the same label twice on a token" 3 token.exists "$letter" "$kyso" token generate --p11-module "$module" --p11-token leader --pin-file "$TMPDIR/user.pin" --label leader \
		--key p256 --cn "$leader" --email k@x.vn -o "$OUT"
	printf 1 >"$TMPDIR/short.pin"
	refused "a PIN that the token does not take" 3 token.pin-policy "$letter" "$kyso" token unblock --p11-module "$module" --p11-token trong --so-pin-file "$TMPDIR/so.pin" --pin-file "$TMPDIR/short.pin"
	refused "a wrong SO PIN" 4 token.so-pin "$letter" "$kyso" token unblock --p11-module "$module" --p11-token trong --so-pin-file "$TMPDIR/wrong.pin" --pin-file "$TMPDIR/user.pin"
else
	skip_ "PKCS#11" "SoftHSM is not installed"
fi
finish
