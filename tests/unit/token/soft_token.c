/* soft_token.c - see soft_token.h. */
#include "soft_token.h"

#include <sys/stat.h>

#include "test.h"
#include "token/tk_admin.h"
#include "util/file.h"

static char *made_args;

static const char *scratch(const char *name)
{
	static char path[512];
	const char *root = getenv("TMPDIR");

	snprintf(path, sizeof(path), "%s/%s", root ? root : "/tmp", name);
	return path;
}

struct secret *soft_secret(const char *text)
{
	struct err err = ERR_INIT;
	struct secret *secret = NULL;

	assert_ok(secret_new(text, strlen(text), &secret, &err), &err);
	return secret;
}

static char *prepare_softhsm(void)
{
	struct err err = ERR_INIT;
	char text[1024];

	mkdir(scratch("softhsm"), 0700);
	snprintf(text, sizeof(text),
		 "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n",
		 scratch("softhsm"));
	assert_ok(file_write(scratch("softhsm2.conf"), text, strlen(text), &err), &err);
	setenv("SOFTHSM2_CONF", scratch("softhsm2.conf"), 1);
	return NULL;
}

static void set_up_softhsm(struct tk_module *module)
{
	AUTO(secret_freep) struct secret *so_pin = soft_secret(SOFT_SO_PIN);
	AUTO(secret_freep) struct secret *pin = soft_secret(SOFT_PIN);
	struct err err = ERR_INIT;
	struct tk_token token;

	assert_ok(tk_token_init(module, TK_ANY_SLOT, SOFT_LABEL, so_pin, 0, &token, &err), &err);
	assert_string_equal(token.label, SOFT_LABEL);
	assert_int_equal(token.pin, TK_PIN_NOT_INITIALISED);
	assert_ok(tk_token_unblock(module, (struct tk_which){ .label = SOFT_LABEL }, so_pin, pin, 0, &err), &err);
}

static char *prepare_nss(void)
{
	char *args = NULL;

	mkdir(scratch("nss"), 0700);
	assert_true(asprintf(&args,
			     "configdir='sql:%s' certPrefix='' keyPrefix='' secmod='secmod.db' flags= "
			     "dbTokenDescription='" SOFT_LABEL "' dbSlotDescription='NSS database'",
			     scratch("nss")) > 0);
	return args;
}

/* NSS has no security officer of its own: he logs in with an empty PIN until the user has one. */
static void set_up_nss(struct tk_module *module)
{
	AUTO(secret_freep) struct secret *so_pin = soft_secret("");
	AUTO(secret_freep) struct secret *pin = soft_secret(SOFT_PIN);
	struct err err = ERR_INIT;

	assert_ok(tk_token_unblock(module, (struct tk_which){ .label = SOFT_LABEL }, so_pin, pin, 0, &err), &err);
}

const struct soft_token_kind softhsm_kind = {
	.name = "SoftHSM2",
	.paths = { "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
		   "/usr/lib64/softhsm/libsofthsm.so" },
	.prepare = prepare_softhsm,
	.set_up = set_up_softhsm,
	.has_so_pin = true,
	.hides_keys = true,
	.tells_local = true,
};

const struct soft_token_kind nss_kind = {
	.name = "NSS softokn",
	.paths = { "/usr/lib/x86_64-linux-gnu/libsoftokn3.so", "/usr/lib/aarch64-linux-gnu/libsoftokn3.so",
		   "/usr/lib64/libsoftokn3.so" },
	.prepare = prepare_nss,
	.set_up = set_up_nss,
};

const char *soft_token_path(const struct soft_token_kind *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kind->paths); i++)
		if (kind->paths[i] && access(kind->paths[i], R_OK) == 0)
			return kind->paths[i];
	return NULL;
}

const char *soft_token_args(void)
{
	return made_args;
}

struct tk_module *soft_token_make(const struct soft_token_kind *kind)
{
	const char *path = soft_token_path(kind);
	struct tk_module *module = NULL;
	struct err err = ERR_INIT;

	if (!path) {
		fprintf(stderr, "# skipped: %s is not installed\n", kind->name);
		return NULL;
	}
	free(made_args);
	made_args = kind->prepare();
	assert_ok(tk_module_load(path, made_args, &module, &err), &err);
	kind->set_up(module);
	return module;
}
