#!/bin/bash
# t0100-levels.sh - every algorithm at every level, judged by poppler, qpdf, openssl and MuPDF; EN 319 142-1 5 and 6.
. "$(dirname "$0")/lib.sh"
make_ca
serve_ca
make_key rsa person rsa2048 "$leader"
make_key p256 person p256 "$leader"
make_key p384 person p384 "$leader"
letter=$letters/cong-van.pdf

judge() { # NAME FILE SIGNATURES
	does "$1: pdfsig says valid and the whole document signed" pdfsig_valid "$2" "$3"
	does "$1: qpdf --check is clean" qpdf_clean "$2"
	does "$1: openssl cms -verify -cades" openssl_verifies "$2" 1
	does "$1: every earlier revision is whole" revisions_verify "$2"
	if command -v mutool >/dev/null; then does "$1: MuPDF opens it unrepaired" mupdf_clean "$2"; else skip_ "$1: MuPDF" "mutool is not installed"; fi
}

# The digest of the signed attributes and of the file is the algorithm's, the subfilter CAdES, no signing-time, /M with +07'00'.
shape() { # FILE DIGEST
	openssl cms -cmsout -print -inform DER -in "$TMPDIR/cms.der" >"$TMPDIR/print" 2>/dev/null || openssl asn1parse -inform DER -in "$TMPDIR/cms.der" >"$TMPDIR/print"
	grep -q "algorithm: $2 " "$TMPDIR/print" || { echo "not $2" && return 1; }
	grep -q 'id-smime-aa-signingCertificateV2' "$TMPDIR/print" || { echo "no signing-certificate-v2" && return 1; }
	! grep -q signingTime "$TMPDIR/print" || { echo "a signing-time" && return 1; }
	grep -qa '/SubFilter */ETSI.CAdES.detached' "$1" || { echo "another subfilter" && return 1; }
	grep -qaE "/M ?\(D:[0-9]{14}\+07'00'?\)" "$1" || { echo "/M without +07'00'" && return 1; }
	[ "$(grep -c 'd.certificate:' "$TMPDIR/print")" -ge 2 ] || { echo "the chain is not embedded" && return 1; }
}

for row in rsa:rsa-sha256:sha256 rsa:rsa-sha384:sha384 rsa:rsa-sha512:sha512 rsa:rsa-pss-sha256:sha256 rsa:rsa-pss-sha384:sha384 rsa:rsa-pss-sha512:sha512 \
	p256:ecdsa-sha256:sha256 p256:ecdsa-sha384:sha384 p384:ecdsa-sha384:sha384 p384:ecdsa-sha512:sha512; do
	IFS=: read -r name alg digest <<<"$row"
	# shellcheck disable=SC2046,SC2086
	does "$alg ($name) B: signs" "$kyso" sign "$letter" -o "$TMPDIR/$alg.pdf" --as person --image "$marks/chu-ky.png" $(key $name) $trust --alg $alg
	judge "$alg ($name) B" "$TMPDIR/$alg.pdf" 1
	does "$alg ($name) B: signed attributes, subfilter, time, chain" shape "$TMPDIR/$alg.pdf" $digest
done

for row in rsa:rsa-pss-sha256 p256:ecdsa-sha256 p384:ecdsa-sha384 rsa:rsa-sha512; do
	IFS=: read -r name alg <<<"$row"
	for level in T LT LTA; do
		# shellcheck disable=SC2046,SC2086
		does "$alg $level: signs" "$kyso" sign "$letter" -o "$TMPDIR/x.pdf" --as none $(key $name) $trust --alg $alg --level $level --tsa "$url/tsa"
		if [ $level = T ]; then judge "$alg $level" "$TMPDIR/x.pdf" 1; else
			python3 "$tool" revisions "$TMPDIR/x.pdf" "$TMPDIR/r" >/dev/null
			does "$alg $level: its revision is valid and wholly signed" pdfsig_valid "$TMPDIR/r-2.pdf" 1
			does "$alg $level: qpdf --check is clean" qpdf_clean "$TMPDIR/x.pdf"
			does "$alg $level: openssl cms -verify -cades" openssl_verifies "$TMPDIR/x.pdf" 1
			does "$alg $level: every revision is whole" revisions_verify "$TMPDIR/x.pdf"
		fi
		openssl cms -cmsout -print -inform DER -in "$TMPDIR/cms.der" >"$TMPDIR/print" 2>/dev/null
		has "$alg $level: a signature time-stamp is inside" 'id-smime-aa-timeStampToken' "$TMPDIR/print"
		[ $level = T ] || does "$alg $level: the DSS holds certificates and revocation data" \
			bash -c "qpdf --json '$TMPDIR/x.pdf' | tr -d ' \n' | grep -q '\"/DSS\":' && grep -qa '/Certs' '$TMPDIR/x.pdf' && grep -qaE '/(OCSPs|CRLs)' '$TMPDIR/x.pdf'"
		[ $level != LTA ] || does "$alg LTA: the document time-stamp verifies" bash -c "
			python3 '$tool' cms '$TMPDIR/x.pdf' 2 '$TMPDIR/tst.der' '$TMPDIR/tst.bin' &&
			openssl ts -verify -token_in -in '$TMPDIR/tst.der' -data '$TMPDIR/tst.bin' -CAfile '$ca/root.pem' -untrusted '$ca/ca.pem'"
	done
done

# a chain of increments: person LTA, agency LTA, copy LTA; every earlier revision still verifies
make_people
does "person, LTA" sign_person "$letter" "$TMPDIR/1.pdf" $trust --level LTA --tsa "$url/tsa"
does "seal over it, LTA" sign_agency "$TMPDIR/1.pdf" "$TMPDIR/2.pdf" $trust --level LTA --tsa "$url/tsa"
# shellcheck disable=SC2046,SC2086
does "copy of it, LTA" "$kyso" sign "$TMPDIR/2.pdf" -o "$TMPDIR/3.pdf" --as copy --copy-form 'SAO Y' --agency "$agency_name" $(key agency) $trust --level LTA --tsa "$url/tsa"
does "pdfsig: three valid signatures" pdfsig_valid "$TMPDIR/3.pdf" 3
does "qpdf --check is clean" qpdf_clean "$TMPDIR/3.pdf"
does "every earlier revision verifies" revisions_verify "$TMPDIR/3.pdf"
for n in 1 3 5; do does "openssl verifies signature $n" openssl_verifies "$TMPDIR/3.pdf" $n; done
does "earlier bytes are untouched" cmp -n "$(stat -c %s "$TMPDIR/1.pdf")" "$TMPDIR/1.pdf" "$TMPDIR/3.pdf"

# object streams, linearized, CropBox, rotated: the xref's kind follows the file's
for row in qpdf-objstm:stream qpdf-tuyen-tinh: pikepdf-cropbox: pikepdf-xoay: lo-quyet-dinh: chromium-phu-luc:; do
	IFS=: read -r name kind <<<"$row"
	# shellcheck disable=SC2046,SC2086
	does "$name: signs" "$kyso" sign "$letters/$name.pdf" -o "$TMPDIR/x.pdf" --as person --image "$marks/chu-ky.png" --place 1:120,200,40,20 $(key p256) --status skip
	does "$name: pdfsig" pdfsig_valid "$TMPDIR/x.pdf" 1
	does "$name: qpdf" qpdf_clean "$TMPDIR/x.pdf"
	does "$name: the kind of xref follows" bash -c "'$kyso' pdf show '$TMPDIR/x.pdf' --json | grep '\"xref\"' | sort -u | wc -l | grep -qx 1"
done
finish
