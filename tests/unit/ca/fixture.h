/* fixture.h - a stand-in authority in a fresh folder, and the openssl command as its peer. */
#ifndef KYSO_TEST_CA_FIXTURE_H
#define KYSO_TEST_CA_FIXTURE_H

#include <sys/stat.h>
#include <sys/wait.h>

#include "ca/ca.h"
#include "pki/cert.h"
#include "pki/key.h"
#include "util/buf.h"
#include "util/date.h"
#include "util/file.h"
#include "util/secret.h"

#define DAY_MS ((int64_t)86400000)

static char fixture_root[200];
static int fixture_count;

/* A fresh folder's name (not made) under TMPDIR. */
static inline const char *fixture_dir(void)
{
	static char dirs[64][256];
	char *dir = dirs[fixture_count % 64];
	const char *tmp = getenv("TMPDIR");

	if (!fixture_root[0]) {
		snprintf(fixture_root, sizeof(fixture_root), "%s/kyso-ca-XXXXXX", tmp ? tmp : "/tmp");
		assert_non_null(mkdtemp(fixture_root));
	}
	snprintf(dir, sizeof(dirs[0]), "%s/%d", fixture_root, fixture_count++);
	return dir;
}

static inline const char *fixture_path(const char *dir, const char *name)
{
	static char paths[8][512];
	static int n;
	char *path = paths[n++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

/* P-256 keys: made in no time. */
static inline struct ca_init_options fixture_options(void)
{
	return (struct ca_init_options){ .root_key = CA_KEY_P256,
					 .issuer_key = CA_KEY_P256,
					 .ocsp_key = CA_KEY_P256,
					 .tsa_key = CA_KEY_P256,
					 .base_url = "http://127.0.0.1:1" };
}

static inline struct ca *fixture_open(const char *dir, struct clock clock)
{
	struct ca *ca = NULL;
	struct err err = ERR_INIT;

	assert_ok(ca_open(dir, &clock, &ca, &err), &err);
	return ca;
}

static inline struct ca *fixture_ca_with(const char *dir, struct clock clock, struct ca_init_options options)
{
	struct err err = ERR_INIT;

	assert_ok(ca_init(dir, &options, &clock, &err), &err);
	return fixture_open(dir, clock);
}

static inline struct ca *fixture_ca(const char *dir, struct clock clock)
{
	return fixture_ca_with(dir, clock, fixture_options());
}

static inline struct ca_issue fixture_person(void)
{
	return (struct ca_issue){ .profile = CA_PROFILE_PERSON,
				  .subject = { .locality = "Lạng Sơn",
					       .organization = "ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN",
					       .units = { "Sở Thử nghiệm", "Văn phòng" },
					       .unit_count = 2,
					       .title = "Giám đốc",
					       .common_name = "Nguyễn Văn Thử",
					       .email = "thunv@example.gov.vn" } };
}

static inline struct cert *fixture_issue(struct ca *ca, const struct ca_issue *what)
{
	AUTO(key_freep) struct key *key = NULL;
	AUTO(buf_release) struct buf spki = BUF_INIT;
	struct cert *cert = NULL;
	struct err err = ERR_INIT;

	assert_ok(key_generate(KEY_TYPE_P256, &key, &err), &err);
	assert_ok(key_spki(key, &spki, &err), &err);
	assert_ok(
	    ca_issue_for_public_key(ca, (struct bytes){ (const uint8_t *)spki.data, spki.len }, what, &cert, &err),
	    &err);
	return cert;
}

static inline void fixture_write(const char *path, struct bytes data)
{
	struct err err = ERR_INIT;

	assert_ok(file_write(path, data.p, data.n, &err), &err);
}

static inline struct bytes fixture_bytes(const struct buf *buf)
{
	return (struct bytes){ (const uint8_t *)buf->data, buf->len };
}

/* Runs a shell command; its output in `out`, its exit status returned. */
__attribute__((format(printf, 2, 3))) static inline int fixture_run(struct buf *out, const char *fmt, ...)
{
	char command[4096], whole[4200], chunk[4096];
	va_list ap;
	FILE *pipe;
	size_t n;
	int status;

	va_start(ap, fmt);
	n = (size_t)vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	assert_true(n < sizeof(command));
	snprintf(whole, sizeof(whole), "( %s ) 2>&1", command);
	buf_clear(out);
	pipe = popen(whole, "re");
	assert_non_null(pipe);
	while ((n = fread(chunk, 1, sizeof(chunk), pipe)) > 0)
		buf_append(out, chunk, n);
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void fixture_has(const struct buf *out, const char *text)
{
	if (!strstr(buf_str(out), text))
		fail_msg("no \"%s\" in:\n%s", text, buf_str(out));
}

/* PEM files beside the DER ones, for openssl; both.pem is ca.pem and tsa.pem. */
static inline void fixture_pem(const char *dir)
{
	AUTO(buf_release) struct buf out = BUF_INIT;

	assert_int_equal(fixture_run(&out,
				     "cd '%s' && for f in root ca ocsp tsa; do openssl x509 -inform DER -in $f.cer "
				     "-out $f.pem || exit 1; done && cat ca.pem tsa.pem > both.pem",
				     dir),
			 0);
}

#endif
