/* world.c - see world.h. */
#include "world.h"

#include "pki/algid.h"
#include "pki/x509_ext.h"

struct key *world_key(void)
{
	struct key *key = NULL;
	struct err err = ERR_INIT;

	assert_ok(key_generate(KEY_TYPE_P256, &key, &err), &err);
	return key;
}

void ext_basic(struct buf *out, bool ca, int path_len)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	size_t begin = der_begin(&value, DER_SEQUENCE);

	if (ca)
		der_put_bool(&value, true);
	if (path_len >= 0)
		der_put_long(&value, path_len);
	der_end(&value, begin);
	fixture_extension(out, OID_EXT_BASIC_CONSTRAINTS, true, fixture_bytes(&value));
}

/* SHA-256 of the SPKI's last octets will do as a key identifier. */
static void key_id(const struct key *key, uint8_t ret[20])
{
	AUTO(buf_release) struct buf spki = BUF_INIT;
	struct err err = ERR_INIT;
	uint8_t hash[32];

	assert_ok(key_spki(key, &spki, &err), &err);
	digest_sha256(fixture_bytes(&spki), hash);
	memcpy(ret, hash, 20);
}

void ext_ski(struct buf *out, const struct key *key)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	uint8_t id[20];

	key_id(key, id);
	der_put(&value, DER_OCTET_STRING, (struct bytes){ id, 20 });
	fixture_extension(out, OID_EXT_SKI, false, fixture_bytes(&value));
}

void ext_aki(struct buf *out, const struct key *key)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	size_t begin = der_begin(&value, DER_SEQUENCE);
	uint8_t id[20];

	key_id(key, id);
	der_put(&value, DER_CONTEXT(0), (struct bytes){ id, 20 });
	der_end(&value, begin);
	fixture_extension(out, OID_EXT_AKI, false, fixture_bytes(&value));
}

void ext_eku(struct buf *out, struct bytes oid, bool critical)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	size_t begin = der_begin(&value, DER_SEQUENCE);

	der_put_oid(&value, oid);
	der_end(&value, begin);
	fixture_extension(out, OID_EXT_EKU, critical, fixture_bytes(&value));
}

static void put_access(struct buf *out, struct bytes method, const char *url)
{
	size_t begin;

	if (!url)
		return;
	begin = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, method);
	der_put(out, DER_CONTEXT(6), fixture_text(url));
	der_end(out, begin);
}

void ext_access(struct buf *out, const char *ocsp_url, const char *issuers_url)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	size_t begin = der_begin(&value, DER_SEQUENCE);

	put_access(&value, OID_AD_OCSP, ocsp_url);
	put_access(&value, OID_AD_CA_ISSUERS, issuers_url);
	der_end(&value, begin);
	fixture_extension(out, OID_EXT_AIA, false, fixture_bytes(&value));
}

void ext_crl_point(struct buf *out, const char *url)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	size_t list = der_begin(&value, DER_SEQUENCE), point = der_begin(&value, DER_SEQUENCE);
	size_t name = der_begin(&value, DER_CONTEXT_CONSTRUCTED(0)),
	       full = der_begin(&value, DER_CONTEXT_CONSTRUCTED(0));

	der_put(&value, DER_CONTEXT(6), fixture_text(url));
	der_end(&value, full);
	der_end(&value, name);
	der_end(&value, point);
	der_end(&value, list);
	fixture_extension(out, OID_EXT_CRL_DP, false, fixture_bytes(&value));
}

struct cert *world_cert(struct key *key, const char *cn, const struct cert *issuer, struct key *issuer_key,
			struct bytes extensions)
{
	static unsigned serial = 0x1000;
	char hex[16];

	snprintf(hex, sizeof(hex), "%08X", ++serial);
	return fixture_cert(&(struct fixture_cert){ .key = key,
						    .issuer_key = issuer_key,
						    .issuer = issuer,
						    .cn = cn,
						    .serial_hex = hex,
						    .extensions = extensions,
						    .not_before_ms = NOW - 100 * DAY,
						    .not_after_ms = NOW + 700 * DAY });
}

static void open_authorities(struct world *world, const struct world_options *options)
{
	AUTO(buf_release) struct buf root = BUF_INIT;
	AUTO(buf_release) struct buf sub = BUF_INIT;
	struct err err = ERR_INIT;

	ext_basic(&root, true, -1);
	fixture_key_usage(&root, KU_KEY_CERT_SIGN | KU_CRL_SIGN);
	ext_ski(&root, world->root_key);
	world->root = world_cert(world->root_key, "Root", NULL, NULL, fixture_bytes(&root));
	ext_basic(&sub, true, -1);
	fixture_key_usage(&sub, options->sub_key_usage ? options->sub_key_usage : KU_KEY_CERT_SIGN | KU_CRL_SIGN);
	ext_ski(&sub, world->sub_key);
	ext_aki(&sub, world->root_key);
	ext_access(&sub, NULL, URL_ROOT);
	ext_crl_point(&sub, URL_ROOT_CRL);
	buf_append(&sub, options->sub_extensions.p, options->sub_extensions.n);
	world->sub = world_cert(world->sub_key, "Issuing CA", world->root, world->root_key, fixture_bytes(&sub));
	assert_ok(cert_list_add(&world->anchors, world->root, &err), &err);
	assert_ok(cert_list_add(&world->certs, world->sub, &err), &err);
}

static void open_leaf(struct world *world, const struct world_options *options)
{
	AUTO(buf_release) struct buf leaf = BUF_INIT;

	fixture_key_usage(&leaf, options->leaf_key_usage ? options->leaf_key_usage
							 : KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION);
	ext_aki(&leaf, world->sub_key);
	if (!options->leaf_no_urls) {
		ext_access(&leaf, options->leaf_no_ocsp ? NULL : URL_OCSP, URL_SUB);
		ext_crl_point(&leaf, URL_SUB_CRL);
	}
	buf_append(&leaf, options->leaf_extensions.p, options->leaf_extensions.n);
	world->leaf = fixture_cert(&(struct fixture_cert){ .key = world->leaf_key,
							   .issuer_key = world->sub_key,
							   .issuer = world->sub,
							   .cn = "Nguyễn Văn A",
							   .extensions = fixture_bytes(&leaf),
							   .not_before_ms = options->leaf_not_before_ms,
							   .not_after_ms = options->leaf_not_after_ms });
}

void world_open(struct world *world, const struct world_options *options)
{
	AUTO(buf_release) struct buf ocsp = BUF_INIT;
	AUTO(buf_release) struct buf tsa = BUF_INIT;
	const uint8_t null[] = { 5, 0 };

	memset(world, 0, sizeof(*world));
	world->root_key = world_key();
	world->sub_key = world_key();
	world->leaf_key = world_key();
	world->ocsp_key = world_key();
	world->tsa_key = world_key();
	open_authorities(world, options);
	open_leaf(world, options);
	fixture_key_usage(&ocsp, KU_DIGITAL_SIGNATURE);
	if (!options->ocsp_no_eku)
		ext_eku(&ocsp, OID_EKU_OCSP_SIGNING, false);
	if (options->ocsp_no_check)
		fixture_extension(&ocsp, OID_EXT_OCSP_NO_CHECK, false, (struct bytes){ null, sizeof(null) });
	else
		ext_crl_point(&ocsp, URL_SUB_CRL);
	world->ocsp = world_cert(world->ocsp_key, "OCSP", world->sub, world->sub_key, fixture_bytes(&ocsp));
	fixture_key_usage(&tsa, KU_DIGITAL_SIGNATURE);
	ext_eku(&tsa, OID_EKU_TIME_STAMPING, true);
	ext_crl_point(&tsa, URL_SUB_CRL);
	world->tsa = world_cert(world->tsa_key, "TSA", world->sub, world->sub_key, fixture_bytes(&tsa));
}

void world_close(struct world *world)
{
	key_free(world->root_key);
	key_free(world->sub_key);
	key_free(world->leaf_key);
	key_free(world->ocsp_key);
	key_free(world->tsa_key);
	cert_free(world->root);
	cert_free(world->sub);
	cert_free(world->leaf);
	cert_free(world->ocsp);
	cert_free(world->tsa);
	cert_list_release(&world->anchors);
	cert_list_release(&world->certs);
	evidence_release(&world->evidence);
}

void world_algid(struct key *key, struct buf *out)
{
	assert_true(algid_put_signature(out, key_default_alg(key_strength(key))));
}

void world_sign(struct bytes tbs, struct key *key, struct bytes rest, struct buf *out)
{
	struct sig_alg alg = key_default_alg(key_strength(key));
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct err err = ERR_INIT;
	struct digest digest;
	size_t begin;

	assert_ok(digest_of(alg.digest, tbs, &digest, &err), &err);
	assert_ok(key_sign(key, alg, &digest, &value, &err), &err);
	begin = der_begin(out, DER_SEQUENCE);
	der_put_raw(out, tbs);
	world_algid(key, out);
	der_put_bits(out, fixture_bytes(&value));
	if (rest.p)
		der_put_raw(out, rest);
	der_end(out, begin);
}

/* ---- CRL ---- */

static void put_number_extension(struct buf *out, struct bytes oid, bool critical, long number)
{
	AUTO(buf_release) struct buf value = BUF_INIT;

	der_put_long(&value, number);
	fixture_extension(out, oid, critical, fixture_bytes(&value));
}

static void put_reason(struct buf *out, int reason)
{
	const uint8_t value[] = { DER_ENUMERATED, 1, (uint8_t)reason };

	fixture_extension(out, OID_EXT_REASON_CODE, false, (struct bytes){ value, sizeof(value) });
}

static void put_entry(struct buf *out, const struct world_entry *entry)
{
	size_t begin = der_begin(out, DER_SEQUENCE), extensions;

	der_put(out, DER_INTEGER, entry->serial);
	der_put_time(out, entry->revoked_ms);
	if (entry->extensions.p || entry->reason >= 0) {
		extensions = der_begin(out, DER_SEQUENCE);
		if (entry->extensions.p)
			der_put_raw(out, entry->extensions);
		else
			put_reason(out, entry->reason);
		der_end(out, extensions);
	}
	der_end(out, begin);
}

static void put_crl_extensions(const struct world_crl *o, struct buf *tbs)
{
	AUTO(buf_release) struct buf list = BUF_INIT;
	size_t begin;

	if (o->number)
		put_number_extension(&list, OID_EXT_CRL_NUMBER, false, o->number);
	if (o->base)
		put_number_extension(&list, OID_EXT_DELTA_CRL_INDICATOR, true, o->base);
	if (o->idp.p)
		fixture_extension(&list, OID_EXT_ISSUING_DP, true, o->idp);
	buf_append(&list, o->extensions.p, o->extensions.n);
	if (list.len == 0)
		return;
	begin = der_begin(tbs, DER_CONTEXT_CONSTRUCTED(0));
	der_put(tbs, DER_SEQUENCE, fixture_bytes(&list));
	der_end(tbs, begin);
}

void world_crl(const struct world_crl *o, struct buf *out)
{
	AUTO(buf_release) struct buf tbs = BUF_INIT;
	size_t begin = der_begin(&tbs, DER_SEQUENCE), entries;

	der_put_long(&tbs, 1);
	world_algid(o->key, &tbs);
	der_put_raw(&tbs, cert_subject_der(o->issuer));
	der_put_time(&tbs, o->this_update_ms ? o->this_update_ms : NOW - DAY);
	if (o->next_update_ms != -1)
		der_put_time(&tbs, o->next_update_ms ? o->next_update_ms : NOW + 7 * DAY);
	if (o->count) {
		entries = der_begin(&tbs, DER_SEQUENCE);
		for (size_t i = 0; i < o->count; i++)
			put_entry(&tbs, &o->entries[i]);
		der_end(&tbs, entries);
	}
	put_crl_extensions(o, &tbs);
	der_end(&tbs, begin);
	world_sign(fixture_bytes(&tbs), o->key, (struct bytes){ NULL, 0 }, out);
}

void world_add_crl(struct world *world, const struct world_crl *options)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct err err = ERR_INIT;

	world_crl(options, &der);
	assert_ok(evidence_add_crl(&world->evidence, fixture_bytes(&der), NULL, &err), &err);
}

/* ---- OCSP ---- */

static void put_cert_id(struct buf *out, const struct world_ocsp *o)
{
	enum digest_alg alg = o->alg == DIGEST_NONE ? DIGEST_SHA1 : o->alg;
	struct err err = ERR_INIT;
	struct digest name, key;
	size_t begin = der_begin(out, DER_SEQUENCE);

	assert_ok(digest_of(alg, cert_subject_der(o->issuer), &name, &err), &err);
	assert_ok(digest_of(alg, cert_key_bits(o->issuer), &key, &err), &err);
	algid_put_digest(out, alg);
	der_put(out, DER_OCTET_STRING, (struct bytes){ name.bytes, name.len });
	der_put(out, DER_OCTET_STRING, (struct bytes){ key.bytes, key.len });
	der_put(out, DER_INTEGER, cert_serial_der(o->cert));
	der_end(out, begin);
}

static void put_status(struct buf *out, const struct world_ocsp *o)
{
	size_t revoked, reason;
	const uint8_t octet = (uint8_t)o->reason;

	if (o->status != OCSP_REVOKED) {
		der_put(out, o->status == OCSP_GOOD ? DER_CONTEXT(0) : DER_CONTEXT(2), (struct bytes){ NULL, 0 });
		return;
	}
	revoked = der_begin(out, DER_CONTEXT_CONSTRUCTED(1));
	der_put_generalized_time(out, o->revoked_ms);
	if (o->reason > 0) {
		reason = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
		der_put(out, DER_ENUMERATED, (struct bytes){ &octet, 1 });
		der_end(out, reason);
	}
	der_end(out, revoked);
}

static void put_extensions(struct buf *out, uint8_t tag, struct bytes extensions)
{
	size_t begin;

	if (!extensions.n)
		return;
	begin = der_begin(out, tag);
	der_put(out, DER_SEQUENCE, extensions);
	der_end(out, begin);
}

static void put_single(struct buf *out, const struct world_ocsp *o, int64_t this_update_ms)
{
	AUTO(buf_release) struct buf extensions = BUF_INIT;
	AUTO(buf_release) struct buf cutoff = BUF_INIT;
	size_t list = der_begin(out, DER_SEQUENCE), single = der_begin(out, DER_SEQUENCE), next;

	put_cert_id(out, o);
	put_status(out, o);
	der_put_generalized_time(out, this_update_ms);
	if (o->next_update_ms != -1) {
		next = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
		der_put_generalized_time(out, o->next_update_ms ? o->next_update_ms : NOW + DAY);
		der_end(out, next);
	}
	buf_append(&extensions, o->extensions.p, o->extensions.n);
	if (o->archive_cutoff_ms) {
		der_put_generalized_time(&cutoff, o->archive_cutoff_ms);
		fixture_extension(&extensions, OID_OCSP_ARCHIVE_CUTOFF, false, fixture_bytes(&cutoff));
	}
	put_extensions(out, DER_CONTEXT_CONSTRUCTED(1), fixture_bytes(&extensions));
	der_end(out, single);
	der_end(out, list);
}

static void put_responder(struct buf *out, const struct world_ocsp *o)
{
	struct err err = ERR_INIT;
	struct digest hash;
	size_t begin = der_begin(out, o->by_key ? DER_CONTEXT_CONSTRUCTED(2) : DER_CONTEXT_CONSTRUCTED(1));

	if (o->by_key) {
		assert_ok(digest_of(DIGEST_SHA1, cert_key_bits(o->responder), &hash, &err), &err);
		der_put(out, DER_OCTET_STRING, (struct bytes){ hash.bytes, hash.len });
	} else {
		der_put_raw(out, cert_subject_der(o->responder));
	}
	der_end(out, begin);
}

static void put_basic(const struct world_ocsp *o, struct buf *out)
{
	AUTO(buf_release) struct buf data = BUF_INIT;
	AUTO(buf_release) struct buf certs = BUF_INIT;
	AUTO(buf_release) struct buf extensions = BUF_INIT;
	AUTO(buf_release) struct buf nonce = BUF_INIT;
	int64_t this_update_ms = o->this_update_ms ? o->this_update_ms : NOW - DAY / 24;
	size_t begin = der_begin(&data, DER_SEQUENCE), tagged;

	put_responder(&data, o);
	der_put_generalized_time(&data, o->produced_ms ? o->produced_ms : this_update_ms);
	put_single(&data, o, this_update_ms);
	buf_append(&extensions, o->response_extensions.p, o->response_extensions.n);
	if (o->nonce.n) {
		der_put(&nonce, DER_OCTET_STRING, o->nonce);
		fixture_extension(&extensions, OID_OCSP_NONCE, false, fixture_bytes(&nonce));
	}
	put_extensions(&data, DER_CONTEXT_CONSTRUCTED(1), fixture_bytes(&extensions));
	der_end(&data, begin);
	if (!o->leave_out_cert) {
		tagged = der_begin(&certs, DER_CONTEXT_CONSTRUCTED(0));
		der_put(&certs, DER_SEQUENCE, cert_der(o->responder));
		der_end(&certs, tagged);
	}
	world_sign(fixture_bytes(&data), o->key, fixture_bytes(&certs), out);
}

void world_ocsp(const struct world_ocsp *o, struct buf *out)
{
	AUTO(buf_release) struct buf basic = BUF_INIT;
	const uint8_t successful = 0;
	size_t response = der_begin(out, DER_SEQUENCE), tagged, bytes;

	put_basic(o, &basic);
	der_put(out, DER_ENUMERATED, (struct bytes){ &successful, 1 });
	tagged = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
	bytes = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, OID_OCSP_BASIC);
	der_put(out, DER_OCTET_STRING, fixture_bytes(&basic));
	der_end(out, bytes);
	der_end(out, tagged);
	der_end(out, response);
}

void world_add_ocsp(struct world *world, const struct world_ocsp *options)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct err err = ERR_INIT;

	world_ocsp(options, &der);
	assert_ok(evidence_add_ocsp(&world->evidence, fixture_bytes(&der), NULL, &err), &err);
}

void world_ocsp_error(int status, struct buf *out)
{
	const uint8_t octet = (uint8_t)status;
	size_t begin = der_begin(out, DER_SEQUENCE);

	der_put(out, DER_ENUMERATED, (struct bytes){ &octet, 1 });
	der_end(out, begin);
}

/* ---- fetcher ---- */

struct fake {
	struct fetcher base;
	struct fake_answer *answers;
	size_t count;
};

static int fake_fetch(struct fetcher *fetcher, const struct fetch_request *request, struct buf *ret_body,
		      struct err *err)
{
	struct fake *fake = (struct fake *)fetcher;

	for (size_t i = 0; i < fake->count; i++) {
		struct fake_answer *answer = &fake->answers[i];

		if (strcmp(answer->url, request->url) != 0)
			continue;
		answer->asked++;
		if (answer->error)
			return err_set(err, answer->error, "%s: said no", request->url);
		buf_append(ret_body, answer->body.p, answer->body.n);
		return 0;
	}
	return err_set(err, ERR_NET, "%s: no such host", request->url);
}

static void fake_free(struct fetcher *fetcher)
{
	free(fetcher);
}

struct fetcher *fake_fetcher(struct fake_answer *answers, size_t count)
{
	static const struct fetcher_ops ops = { fake_fetch, fake_free };
	struct fake *fake = calloc(1, sizeof(*fake));

	assert_non_null(fake);
	*fake = (struct fake){ { &ops }, answers, count };
	return &fake->base;
}
