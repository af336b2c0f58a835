/* fixture.c - see fixture.h. */
#include "fixture.h"

#include "pki/algid.h"
#include "pki/der.h"
#include "pki/name.h"
#include "pki/oid.h"
#include "util/file.h"
#include "util/hex.h"

struct bytes fixture_bytes(const struct buf *buf)
{
	return (struct bytes){ (const uint8_t *)buf->data, buf->len };
}

struct bytes fixture_text(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

struct key *fixture_key(enum key_type type)
{
	static struct key *keys[KEY_TYPE_P384 + 1];
	struct err err = ERR_INIT;

	if (!keys[type])
		assert_ok(key_generate(type, &keys[type], &err), &err);
	return keys[type];
}

void fixture_extension(struct buf *out, struct bytes oid, bool critical, struct bytes value)
{
	size_t ext = der_begin(out, DER_SEQUENCE);

	der_put_oid(out, oid);
	if (critical)
		der_put_bool(out, true);
	der_put(out, DER_OCTET_STRING, value);
	der_end(out, ext);
}

void fixture_key_usage(struct buf *out, unsigned bits)
{
	uint8_t value[5] = { DER_BIT_STRING, 3, 7, 0, 0 };

	for (unsigned i = 0; i < 9; i++)
		if (bits >> i & 1)
			value[3 + i / 8] |= (uint8_t)(0x80u >> i % 8);
	fixture_extension(out, OID_EXT_KEY_USAGE, true, (struct bytes){ value, sizeof(value) });
}

static void put_subject(struct buf *out, const char *cn)
{
	const struct name_part parts[] = { { "C", "VN" }, { "L", "Lạng Sơn" }, { "O", "ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN" }, { "CN", cn },
					   { "emailAddress", "thu@vidu.vn" } };
	struct err err = ERR_INIT;

	assert_ok(name_build(parts, ARRAY_LEN(parts), out, &err), &err);
}

static void put_tbs(const struct fixture_cert *o, struct bytes algid, struct buf *out)
{
	size_t tbs = der_begin(out, DER_SEQUENCE);
	size_t field = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
	AUTO(buf_release) struct buf serial = BUF_INIT;
	struct err err = ERR_INIT;

	der_put_long(out, 2);
	der_end(out, field);
	assert_ok(hex_decode(str_of(o->serial_hex ? o->serial_hex : "2A05F812673607B0"), &serial, &err), &err);
	der_put(out, DER_INTEGER, fixture_bytes(&serial));
	der_put_raw(out, algid);
	if (o->issuer)
		der_put_raw(out, cert_subject_der(o->issuer));
	else
		put_subject(out, o->cn);
	field = der_begin(out, DER_SEQUENCE);
	der_put_time(out, o->not_before_ms ? o->not_before_ms : FIXTURE_NOW_MS - 30 * FIXTURE_DAY_MS);
	der_put_time(out, o->not_after_ms ? o->not_after_ms : FIXTURE_NOW_MS + 335 * FIXTURE_DAY_MS);
	der_end(out, field);
	put_subject(out, o->cn);
	assert_ok(key_spki(o->key, out, &err), &err);
	if (o->extensions.p) {
		field = der_begin(out, DER_CONTEXT_CONSTRUCTED(3));
		der_put(out, DER_SEQUENCE, o->extensions);
		der_end(out, field);
	}
	der_end(out, tbs);
}

void fixture_cert_der(const struct fixture_cert *o, struct buf *out)
{
	struct key *signing = o->issuer_key ? o->issuer_key : o->key;
	struct sig_alg alg = o->alg.key == KEY_UNKNOWN ? key_default_alg(key_strength(signing)) : o->alg;
	AUTO(buf_release) struct buf algid = BUF_INIT;
	AUTO(buf_release) struct buf tbs = BUF_INIT;
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct err err = ERR_INIT;
	struct digest digest;
	size_t all;

	assert_true(algid_put_signature(&algid, alg));
	put_tbs(o, fixture_bytes(&algid), &tbs);
	assert_ok(digest_of(alg.digest, fixture_bytes(&tbs), &digest, &err), &err);
	assert_ok(key_sign(signing, alg, &digest, &value, &err), &err);
	all = der_begin(out, DER_SEQUENCE);
	der_put_raw(out, fixture_bytes(&tbs));
	der_put_raw(out, fixture_bytes(&algid));
	der_put_bits(out, fixture_bytes(&value));
	der_end(out, all);
}

struct cert *fixture_cert(const struct fixture_cert *options)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct err err = ERR_INIT;
	struct cert *cert = NULL;

	fixture_cert_der(options, &der);
	assert_ok(cert_parse(fixture_bytes(&der), &cert, &err), &err);
	return cert;
}

const char *fixture_path(const char *name)
{
	static char paths[8][512];
	static int turn;
	const char *dir = getenv("TMPDIR");

	turn = (turn + 1) % 8;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", dir ? dir : "/tmp", name);
	return paths[turn];
}

const char *fixture_file(const char *name, struct bytes content)
{
	const char *path = fixture_path(name);
	struct err err = ERR_INIT;

	assert_ok(file_write(path, content.p, content.n, &err), &err);
	return path;
}

void fixture_read(const char *path, struct buf *out)
{
	struct err err = ERR_INIT;

	assert_ok(file_read(path, 1 << 24, out, &err), &err);
}
