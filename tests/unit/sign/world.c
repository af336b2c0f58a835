/* world.c - see world.h. */
#include "world.h"

#include "pki/name.h"
#include "util/arena.h"

static void make_cert(struct key *key, struct signer *issuer, const char *cn, bool tsa, struct cert **ret)
{
	const struct name_part parts[] = { { "C", "VN" }, { "CN", cn } };
	AUTO(buf_release) struct buf subject = BUF_INIT;
	AUTO(buf_release) struct buf spki = BUF_INIT;
	struct err err = ERR_INIT;
	const uint8_t serial[] = { 0x21, (uint8_t)cn[0], (uint8_t)cn[1] };
	struct issue_cert what = {
		.serial = { serial, sizeof(serial) },
		.not_before_ms = FIXTURE_NOW_MS - 30 * FIXTURE_DAY_MS,
		.not_after_ms = FIXTURE_NOW_MS + 300 * FIXTURE_DAY_MS,
		.path_len = -1,
		.key_usage = KU_DIGITAL_SIGNATURE | (tsa ? 0 : KU_NON_REPUDIATION),
		.ekus = { EKU_TIME_STAMPING },
		.eku_count = tsa,
		.eku_critical = tsa,
	};

	assert_ok(name_build(parts, ARRAY_LEN(parts), &subject, &err), &err);
	assert_ok(key_spki(key, &spki, &err), &err);
	what.subject = fixture_bytes(&subject);
	what.spki = fixture_bytes(&spki);
	if (!issuer) {
		what.ca = true;
		what.key_usage = KU_KEY_CERT_SIGN | KU_CRL_SIGN;
		assert_ok(issue_cert_self_signed(&what, key, ret, &err), &err);
		return;
	}
	assert_ok(issue_cert(&what, issuer, signer_default_alg(issuer), ret, &err), &err);
}

static struct signer *make_signer(struct key *key, struct cert *cert)
{
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	assert_ok(key_signer_new(key, cert, NULL, &signer, &err), &err);
	return signer;
}

static int stamp(void *ctx, const struct digest *imprint, enum digest_alg alg, struct buf *ret_token, struct err *err)
{
	struct sign_world *world = ctx;
	AUTO(tsp_token_freep) struct tsp_token *token = NULL;
	AUTO(buf_release) struct buf request_der = BUF_INIT;
	AUTO(buf_release) struct buf response = BUF_INIT;
	struct tsp_request request;
	const uint8_t serial[] = { 1, 2, (uint8_t)++world->stamps };
	struct issue_tsp how = {
		.tsa = world->tsa,
		.policy_oid = "1.3.6.1.4.1.99999.1",
		.serial = { serial, sizeof(serial) },
		.gen_time_ms = FIXTURE_NOW_MS,
	};

	if (world->no_stamp)
		return err_set(err, ERR_NET, "time-stamp authority http://tsa.test/: no route");
	if (tsp_request_init(&request, alg, imprint, err) < 0 || tsp_request_write(&request, &request_der, err) < 0)
		return -1;
	if (issue_tsp(fixture_bytes(&request_der), &how, &response, err) < 0 ||
	    tsp_response_check(fixture_bytes(&response), &request, &token, err) < 0)
		return -1;
	buf_append(ret_token, tsp_token_der(token).p, tsp_token_der(token).n);
	return buf_check(ret_token, err);
}

static int material(void *ctx, const struct cert_list *leaves, const struct cert_list *known, int64_t at_ms,
		    struct arena *arena, struct pd_dss_material *ret, struct err *err)
{
	struct sign_world *world = ctx;
	struct bytes *certs = ARENA_ARRAY(arena, struct bytes, leaves->count + 1);

	(void)known;
	(void)at_ms;
	if (world->no_material)
		return err_set(err, ERR_PROOF_MISSING, "the status of CN=x cannot be proven");
	assert_non_null(certs);
	for (size_t i = 0; i < leaves->count; i++)
		certs[i] = cert_der(leaves->items[i]);
	certs[leaves->count] = cert_der(world->root);
	*ret = (struct pd_dss_material){ .certs = certs, .cert_count = leaves->count + 1 };
	return 0;
}

void sign_world_open(struct sign_world *world)
{
	struct key *key = fixture_key(KEY_TYPE_P256);

	*world = (struct sign_world){ .outside = { stamp, material, world } };
	make_cert(key, NULL, "Root", false, &world->root);
	world->authority = make_signer(key, world->root);
	make_cert(key, world->authority, "Person", false, &world->cert);
	make_cert(key, world->authority, "Tsa", true, &world->tsa_cert);
	world->signer = make_signer(key, world->cert);
	world->tsa = make_signer(key, world->tsa_cert);
}

void sign_world_close(struct sign_world *world)
{
	signer_free(world->signer);
	signer_free(world->tsa);
	signer_free(world->authority);
	cert_free(world->cert);
	cert_free(world->tsa_cert);
	cert_free(world->root);
}

struct workfile *sign_world_file(bool with_eol)
{
	static const char *const objects[] = {
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
	};
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct workfile *work = NULL;
	struct err err = ERR_INIT;
	size_t offsets[3];
	size_t at;

	buf_puts(&out, "%PDF-1.7\n");
	for (size_t i = 0; i < 3; i++) {
		offsets[i] = out.len;
		buf_printf(&out, "%zu 0 obj\n%s\nendobj\n", i + 1, objects[i]);
	}
	at = out.len;
	buf_puts(&out, "xref\n0 4\n0000000000 65535 f \n");
	for (size_t i = 0; i < 3; i++)
		buf_printf(&out, "%010zu 00000 n \n", offsets[i]);
	buf_printf(&out, "trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF%s", at, with_eol ? "\n" : "");
	assert_ok(workfile_new(fixture_bytes(&out), 4 * 1024 * 1024, &work, &err), &err);
	return work;
}

struct sign_job sign_world_job(struct sign_world *world, enum sign_level level)
{
	return (struct sign_job){
		.signer = world->signer,
		.alg = signer_default_alg(world->signer),
		.level = level,
		.outside = level > SIGN_LEVEL_B ? &world->outside : NULL,
		.now_ms = FIXTURE_NOW_MS,
		.name = "Person",
	};
}
