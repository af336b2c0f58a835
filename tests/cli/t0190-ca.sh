#!/bin/bash
# t0190-ca.sh - the stand-in authority from the command line: made, issuing, revoking, serving; openssl is the peer.
kyso=${KYSO_BUILD_DIR:-build}/kyso
dir=$TMPDIR/ca
n=0
check() { # check NAME COMMAND... : ok when it succeeds
	local name=$1
	shift
	n=$((n + 1))
	if "$@" >"$TMPDIR/out" 2>&1; then echo "ok $n - $name"; else echo "not ok $n - $name"; sed 's/^/# /' "$TMPDIR/out"; fi
}
status() { # status WANTED COMMAND...
	local want=$1
	shift
	"$@"
	[ $? = "$want" ]
}

check "init makes an authority" "$kyso" ca init "$dir" --url auto --root-key p256 --key p256 --ocsp-key p256 --tsa-key p256
check "a second init is refused" status 3 "$kyso" ca init "$dir"
check "init tells a bad address" status 2 "$kyso" ca init "$dir-2" --url ftp://x
check "init tells a bad kind of key" status 2 "$kyso" ca init "$dir-2" --key rsa512
check "certificates verify" bash -c "cd '$dir' && openssl x509 -inform DER -in root.cer -out root.pem && openssl x509 -inform DER -in ca.cer -out ca.pem &&
	openssl verify -CAfile root.pem ca.pem"

printf 'mat khau' >"$TMPDIR/pin"
check "issue makes a PKCS#12" "$kyso" --json ca issue "$dir" --cn 'Nguyễn Văn Thử' --org 'UBND tỉnh Thử' --ou 'Sở A' --ou 'Phòng B' --province 'Lạng Sơn' \
	--title 'Giám đốc' --email thu@example.gov.vn --key p256 --p12 "$TMPDIR/a.p12" --pin-file "$TMPDIR/pin" -o "$TMPDIR/a.pem"
serial=$(sed -n 's/.*"serial": "\([0-9A-F]*\)".*/\1/p' "$TMPDIR/out")
check "its serial has 16 digits" test ${#serial} = 16
check "the PKCS#12 opens" openssl pkcs12 -in "$TMPDIR/a.p12" -passin file:"$TMPDIR/pin" -nodes -out "$TMPDIR/all.pem"
check "the certificate verifies" openssl verify -CAfile "$dir/root.pem" -untrusted "$dir/ca.pem" "$TMPDIR/a.pem"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TMPDIR/k.pem" -subj /CN=x -out "$TMPDIR/r.pem" 2>/dev/null
check "a request is answered" "$kyso" ca issue "$dir" --profile agency --cn 'UBND tỉnh Thử' --email ubnd@example.gov.vn --csr "$TMPDIR/r.pem" -o "$TMPDIR/b.cer"
openssl pkey -in "$TMPDIR/k.pem" -pubout -out "$TMPDIR/pub.pem"
check "a public key is answered" "$kyso" ca issue "$dir" --profile device --cn may-chu --spki "$TMPDIR/pub.pem" -o "$TMPDIR/c.cer"
check "a broken one is made for tests" "$kyso" ca issue "$dir" --cn 'Hết Hạn' --email x@example.gov.vn --spki "$TMPDIR/pub.pem" --fault expired -o "$TMPDIR/d.pem"
check "and is broken" status 2 openssl verify -CAfile "$dir/root.pem" -untrusted "$dir/ca.pem" "$TMPDIR/d.pem"
check "an unknown fault is a mistake" status 2 "$kyso" ca issue "$dir" --cn x --spki "$TMPDIR/pub.pem" --fault nothing
check "two sources of a key are a mistake" status 2 "$kyso" ca issue "$dir" --cn x --spki "$TMPDIR/pub.pem" --csr "$TMPDIR/r.pem"
check "a person without mail is refused" status 3 "$kyso" ca issue "$dir" --cn x --spki "$TMPDIR/pub.pem"
check "six years are refused" status 3 "$kyso" ca issue "$dir" --cn x --email x@y --spki "$TMPDIR/pub.pem" --not-after 2099-01-01T00:00:00Z
check "a missing file is told" status 4 "$kyso" ca issue "$dir" --cn x --email x@y --csr "$TMPDIR/none"

check "revoke" "$kyso" ca revoke "$dir" "$serial" --reason keyCompromise
check "revoked twice is refused" status 3 "$kyso" ca revoke "$dir" "$serial"
check "an unknown serial is no" status 1 "$kyso" ca revoke "$dir" 0123456789ABCDEF
check "an unknown reason is a mistake" status 2 "$kyso" ca revoke "$dir" "$serial" --reason boredom
check "crl" "$kyso" ca crl "$dir" -o "$TMPDIR/ca.crl"
check "the crl lists it" bash -c "openssl crl -inform DER -in '$TMPDIR/ca.crl' -noout -text | grep -q 'Serial Number: $serial'"
check "the root's crl" "$kyso" ca crl "$dir" --root -o "$TMPDIR/root.crl"
check "list" bash -c "'$kyso' ca list '$dir' | grep -q '$serial  revoked  person'"
check "list as JSON" bash -c "'$kyso' ca list '$dir' --json | grep -q '\"reason\": \"keyCompromise\"'"
check "no authority, no list" status 4 "$kyso" ca list "$TMPDIR"

"$kyso" ca serve "$dir" --listen 127.0.0.1:0 >"$TMPDIR/url" 2>"$TMPDIR/serve.err" &
pid=$!
for _ in $(seq 100); do [ -s "$TMPDIR/url" ] && break; sleep 0.05; done
url=$(head -1 "$TMPDIR/url")
check "serve prints its URL" test "${url%:*}" = http://127.0.0.1
check "ocsp says revoked" bash -c "openssl ocsp -issuer '$dir/ca.pem' -cert '$TMPDIR/a.pem' -url $url/ocsp -CAfile '$dir/root.pem' -verify_other '$dir/ca.pem' 2>&1 | grep -q 'a.pem: revoked'"
check "ocsp says good" bash -c "openssl ocsp -issuer '$dir/ca.pem' -cert '$TMPDIR/b.cer' -url $url/ocsp -CAfile '$dir/root.pem' -verify_other '$dir/ca.pem' 2>&1 | grep -q 'b.cer: good'"
check "a port in use is told" status 4 "$kyso" ca serve "$dir" --listen "${url#http://}"
kill -TERM $pid
check "SIGTERM ends it well" wait $pid
"$kyso" ca serve "$dir" >"$TMPDIR/url2" 2>"$TMPDIR/serve2.err" &
pid=$!
for _ in $(seq 100); do [ -s "$TMPDIR/url2" ] && break; sleep 0.05; done
check "it listens where its certificates say" grep -qF "$(head -1 "$TMPDIR/url2")" "$dir/ca.json"
kill -INT $pid
wait $pid
check "an unknown misbehaviour is a mistake" status 2 "$kyso" ca serve "$dir" --misbehave sulking
echo "1..$n"
