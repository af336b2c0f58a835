/* keys.c - see keys.h. */
#include "service/keys.h"

#include "token/p11_signer.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/file.h"

enum { MAX_P12_BYTES = 4 * 1024 * 1024 };

static int open_p12(const char *path, const struct secret *secret, struct signer **ret_signer, struct err *err)
{
	AUTO(buf_release) struct buf file = BUF_INIT;

	if (file_read(path, MAX_P12_BYTES, &file, err) < 0)
		return -1;
	return p12_signer_open((struct bytes){ (const uint8_t *)buf_str(&file), file.len }, path, secret, ret_signer,
			       err);
}

static int open_p11(const struct key_source *source, const struct secret *secret, int64_t at_ms,
		    struct signer **ret_signer, struct err *err)
{
	struct p11_signer_options options = {
		.module_path = source->p11_module,
		.module_init_args = source->p11_init,
		.token = { .label = source->p11_token },
		.pin = secret,
		.login_flags = source->last_try ? TK_LOGIN_FINAL_TRY : 0,
		.choice = { .key_label = source->p11_key, .at_ms = at_ms },
	};

	return p11_signer_open(&options, ret_signer, err);
}

int service_key_open(const struct key_source *source, const struct secret *secret, int64_t at_ms,
		     struct signer **ret_signer, struct err *err)
{
	AUTO(signer_freep) struct signer *signer = NULL;
	int rc = source->p12_path ? open_p12(source->p12_path, secret, &signer, err)
				  : open_p11(source, secret, at_ms, &signer, err);

	if (rc < 0)
		return -1;
	if (signer_check_usable(signer, at_ms, err) < 0)
		return -1;
	*ret_signer = TAKE(signer);
	return 0;
}
