/* wire.c - material, options and wants in the form in which they cross to the caged process and back. What comes is taken for hostile. */
#include <stdlib.h>

#include "util/buf.h"
#include "util/err.h"
#include "util/wire.h"
#include "verify/verify.h"

void verify_material_release(struct verify_material *material)
{
	cert_list_release(&material->anchors);
	cert_list_release(&material->certs);
	evidence_release(&material->evidence);
	*material = (struct verify_material){ .anchors = { 0 } };
}

static void put_certs(const struct cert_list *list, struct buf *out)
{
	wire_put_u32(out, (uint32_t)list->count);
	for (size_t i = 0; i < list->count; i++)
		wire_put_bytes(out, cert_der(list->items[i]));
}

void verify_material_write(const struct verify_material *material, struct buf *out)
{
	const struct evidence *evidence = &material->evidence;

	put_certs(&material->anchors, out);
	put_certs(&material->certs, out);
	put_certs(&evidence->certs, out);
	wire_put_u32(out, (uint32_t)evidence->crl_count);
	for (size_t i = 0; i < evidence->crl_count; i++)
		wire_put_bytes(out, crl_der(evidence->crls[i]));
	wire_put_u32(out, (uint32_t)evidence->ocsp_count);
	for (size_t i = 0; i < evidence->ocsp_count; i++)
		wire_put_bytes(out, ocsp_der(evidence->ocsps[i]));
}

static int take_certs(struct wire *in, struct cert_list *list, struct err *err)
{
	uint32_t n = wire_count(in, 4);

	for (uint32_t i = 0; i < n; i++) {
		AUTO(cert_freep) struct cert *cert = NULL;

		if (cert_parse(wire_bytes(in), &cert, err) != 0 || cert_list_add(list, cert, err) != 0)
			return -1;
	}
	return 0;
}

static int take_evidence(struct wire *in, struct evidence *evidence, struct err *err)
{
	uint32_t n;

	if (take_certs(in, &evidence->certs, err) != 0)
		return -1;
	n = wire_count(in, 4);
	for (uint32_t i = 0; i < n; i++)
		if (evidence_add_crl(evidence, wire_bytes(in), NULL, err) != 0)
			return -1;
	n = wire_count(in, 4);
	for (uint32_t i = 0; i < n; i++)
		if (evidence_add_ocsp(evidence, wire_bytes(in), NULL, err) != 0)
			return -1;
	return 0;
}

int verify_material_parse(struct bytes wire, struct verify_material *ret, struct err *err)
{
	struct verify_material material = { .anchors = { 0 } };
	struct wire in = wire_from(wire);

	if (take_certs(&in, &material.anchors, err) != 0 || take_certs(&in, &material.certs, err) != 0 ||
	    take_evidence(&in, &material.evidence, err) != 0 || wire_end(&in, "material for validation", err) != 0) {
		verify_material_release(&material);
		return -1;
	}
	*ret = material;
	return 0;
}

void verify_options_write(const struct verify_options *options, struct buf *out)
{
	wire_put_u64(out, (uint64_t)options->at_ms);
	wire_put_u8(out, (uint8_t)options->profile);
	wire_put_u8(out, options->want_more);
}

int verify_options_parse(struct bytes wire, struct verify_options *ret, struct err *err)
{
	struct wire in = wire_from(wire);
	struct verify_options options = { .at_ms = (int64_t)wire_u64(&in) };

	options.profile = wire_u8(&in) == VERIFY_VN ? VERIFY_VN : VERIFY_PADES;
	options.want_more = wire_u8(&in) != 0;
	if (wire_end(&in, "options of validation", err) != 0)
		return -1;
	*ret = options;
	return 0;
}

void verify_wants_write(const struct verify_wants *wants, struct buf *out)
{
	wire_put_u32(out, (uint32_t)wants->count);
	for (size_t i = 0; i < wants->count; i++) {
		wire_put_u8(out, (uint8_t)wants->items[i].kind);
		wire_put_string(out, wants->items[i].url);
		wire_put_bytes(out, (struct bytes){ wants->items[i].body, wants->items[i].body_len });
	}
}

static int take_want(struct wire *in, struct verify_want *want, struct err *err)
{
	uint8_t kind = wire_u8(in);
	struct bytes url = wire_bytes(in);
	struct bytes body = wire_bytes(in);

	if (in->bad || kind < VERIFY_WANT_OCSP || kind > VERIFY_WANT_CERT)
		return err_set(err, ERR_WORKER, "a malformed want");
	*want = (struct verify_want){ .kind = (enum verify_want_kind)kind, .url = strndup((const char *)url.p, url.n), .body = malloc(body.n + 1),
				      .body_len = body.n };
	if (!want->url || !want->body)
		return err_set(err, ERR_NO_MEMORY, "no memory for an address");
	if (body.n)
		memcpy(want->body, body.p, body.n);
	return 0;
}

int verify_wants_parse(struct bytes wire, struct verify_wants *ret, struct err *err)
{
	struct verify_wants wants = { NULL, 0 };
	struct wire in = wire_from(wire);
	uint32_t n = wire_count(&in, 9);
	int status = 0;

	if (n > VERIFY_MAX_WANTS)
		return err_set(err, ERR_WORKER, "%u things to fetch are too many", n);
	wants.items = calloc(n + 1, sizeof(*wants.items));
	if (!wants.items)
		return err_set(err, ERR_NO_MEMORY, "no memory for a list of addresses");
	while (status == 0 && wants.count < n) {
		status = take_want(&in, &wants.items[wants.count], err);
		wants.count++;
	}
	if (status != 0 || wire_end(&in, "things to fetch", err) != 0) {
		verify_wants_release(&wants);
		return -1;
	}
	*ret = wants;
	return 0;
}
