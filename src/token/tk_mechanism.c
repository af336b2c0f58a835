/* tk_mechanism.c - see tk_mechanism.h. RFC 8017 9.2 (DigestInfo), RFC 3279 2.2.3 (Ecdsa-Sig-Value), PKCS#11 2.40
 * mechanisms 2.1 and 2.3. */
#include "token/tk_mechanism.h"

#include "pki/der.h"
#include "util/buf.h"

/* One prepared C_Sign: valid while it stays where it is (the mechanism points into it). */
struct signing {
	CK_MECHANISM mechanism;
	CK_RSA_PKCS_PSS_PARAMS pss;
	uint8_t input[32 + DIGEST_MAX_BYTES]; /* DigestInfo or digest */
	size_t input_len;
};

/* One row a digest: what stands before it in a DigestInfo (RFC 8017 9.2 note 1) and its PKCS#11 names. */
struct digest_row {
	enum digest_alg alg;
	size_t size;
	uint8_t prefix[19];
	CK_MECHANISM_TYPE hash;
	CK_RSA_PKCS_MGF_TYPE mgf;
	CK_MECHANISM_TYPE hashing_rsa; /* the mechanism that hashes by itself, useless here but worth naming */
	CK_MECHANISM_TYPE hashing_pss;
	const char *name;
};

static const struct digest_row digest_rows[] = {
	{ DIGEST_SHA256,
	  32,
	  { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
	    0x20 },
	  CKM_SHA256,
	  CKG_MGF1_SHA256,
	  CKM_SHA256_RSA_PKCS,
	  CKM_SHA256_RSA_PKCS_PSS,
	  "SHA256" },
	{ DIGEST_SHA384,
	  48,
	  { 0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04,
	    0x30 },
	  CKM_SHA384,
	  CKG_MGF1_SHA384,
	  CKM_SHA384_RSA_PKCS,
	  CKM_SHA384_RSA_PKCS_PSS,
	  "SHA384" },
	{ DIGEST_SHA512,
	  64,
	  { 0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04,
	    0x40 },
	  CKM_SHA512,
	  CKG_MGF1_SHA512,
	  CKM_SHA512_RSA_PKCS,
	  CKM_SHA512_RSA_PKCS_PSS,
	  "SHA512" },
};

static const struct digest_row *row_of(enum digest_alg alg)
{
	for (size_t i = 0; i < ARRAY_LEN(digest_rows); i++)
		if (digest_rows[i].alg == alg)
			return &digest_rows[i];
	return NULL;
}

/* The mechanism that signs a digest made elsewhere; false when kyso does not sign so. */
static bool mechanism_of(struct sig_alg alg, CK_MECHANISM_TYPE *ret_type, const char **ret_name)
{
	if (!row_of(alg.digest))
		return false;
	if (alg.key == KEY_EC) {
		*ret_type = CKM_ECDSA;
		*ret_name = "CKM_ECDSA";
		return true;
	}
	if (alg.key != KEY_RSA || alg.padding == SIG_PAD_NONE)
		return false;
	*ret_type = alg.padding == SIG_PAD_PSS ? CKM_RSA_PKCS_PSS : CKM_RSA_PKCS;
	*ret_name = alg.padding == SIG_PAD_PSS ? "CKM_RSA_PKCS_PSS" : "CKM_RSA_PKCS";
	return true;
}

static void put_input(struct signing *signing, const void *data, size_t len)
{
	memcpy(signing->input + signing->input_len, data, len);
	signing->input_len += len;
}

static int prepare(struct signing *signing, struct sig_alg alg, const struct digest *digest, int key_bits,
		   struct err *err)
{
	const struct digest_row *row = row_of(alg.digest);
	size_t take = digest->len;
	CK_MECHANISM_TYPE type;
	const char *name;

	if (!mechanism_of(alg, &type, &name))
		return err_set(err, ERR_KEY_UNSUPPORTED, "no PKCS#11 mechanism for %s", sig_alg_name(alg));
	if (digest->len != row->size)
		return err_set(err, ERR_KEY_UNSUPPORTED, "a digest of %zu bytes is not %s", digest->len, row->name);
	memset(signing, 0, sizeof(*signing));
	signing->mechanism.mechanism = type;
	if (type == CKM_RSA_PKCS_PSS) {
		signing->pss = (CK_RSA_PKCS_PSS_PARAMS){ .hashAlg = row->hash, .mgf = row->mgf, .sLen = row->size };
		signing->mechanism.pParameter = &signing->pss;
		signing->mechanism.ulParameterLen = sizeof(signing->pss);
	}
	if (type == CKM_RSA_PKCS)
		put_input(signing, row->prefix, sizeof(row->prefix));
	/* FIPS 186-4 6.4: the leftmost bits of the digest; some tokens refuse more than the order's length. */
	if (type == CKM_ECDSA && take > ((size_t)key_bits + 7) / 8)
		take = ((size_t)key_bits + 7) / 8;
	put_input(signing, digest->bytes, take);
	return 0;
}

static bool token_signs_by(struct tk_module *module, const struct tk_token *token, CK_MECHANISM_TYPE type)
{
	CK_MECHANISM_INFO info = { 0 };

	return module->fn->C_GetMechanismInfo(token->slot_id, type, &info) == CKR_OK && info.flags & CKF_SIGN;
}

int tk_signing_check_token(struct tk_module *module, const struct tk_token *token, struct sig_alg alg, struct err *err)
{
	const struct digest_row *row = row_of(alg.digest);
	CK_MECHANISM_TYPE type;
	CK_MECHANISM_TYPE hashing;
	const char *name;

	if (!mechanism_of(alg, &type, &name))
		return err_set(err, ERR_KEY_UNSUPPORTED, "no PKCS#11 mechanism for %s", sig_alg_name(alg));
	if (token_signs_by(module, token, type))
		return 0;
	hashing = alg.padding == SIG_PAD_PSS ? row->hashing_pss : row->hashing_rsa;
	if (alg.key == KEY_RSA && token_signs_by(module, token, hashing))
		return err_set(
		    err, ERR_KEY_UNSUPPORTED,
		    "%s does not have %s, only the mechanism that hashes the data by itself (CKM_%s_RSA_PKCS%s): "
		    "it cannot sign a digest",
		    tk_token_name(token), name, row->name, alg.padding == SIG_PAD_PSS ? "_PSS" : "");
	return err_set(err, ERR_KEY_UNSUPPORTED, "%s does not have %s", tk_token_name(token), name);
}

static int fail_length(struct bytes answer, size_t expected, struct err *err)
{
	return err_set(err, ERR_TOKEN, "C_Sign gave %zu bytes where this key's signatures have %zu", answer.n,
		       expected);
}

static int put_answer(struct sig_alg alg, int key_bits, struct bytes answer, struct buf *out, struct err *err)
{
	size_t size = ((size_t)key_bits + 7) / 8;
	size_t begin;

	if (alg.key == KEY_RSA) {
		if (answer.n != size)
			return fail_length(answer, size, err);
		buf_append(out, answer.p, answer.n);
		return buf_check(out, err);
	}
	if (answer.n != 2 * size)
		return fail_length(answer, 2 * size, err);
	begin = der_begin(out, DER_SEQUENCE);
	der_put_unsigned(out, (struct bytes){ answer.p, size });
	der_put_unsigned(out, (struct bytes){ answer.p + size, size });
	der_end(out, begin);
	return buf_check(out, err);
}

/* Whether the token still counts the user as logged in: after another program's log-out some modules only say that the
 * key does not fit. */
static bool logged_out_meanwhile(const struct tk_session *session)
{
	CK_SESSION_INFO info = { 0 };

	if (session->user != TK_USER || session->module->fn->C_GetSessionInfo(session->handle, &info) != CKR_OK)
		return false;
	return info.state == CKS_RO_PUBLIC_SESSION || info.state == CKS_RW_PUBLIC_SESSION;
}

/* A failed call, told apart: the session is lost, the token is gone, or it is there and says no. */
static enum tk_sign_result call_failed(struct tk_session *session, CK_RV rv, const char *function, struct err *err)
{
	bool present = true;

	tk_fail(session, rv, function, err);
	if (tk_session_lost(rv) || logged_out_meanwhile(session))
		return TK_SIGN_SESSION_LOST;
	if (tk_token_present(session->module, &session->token, &present, NULL) == 0 && !present) {
		err_prefix(err, "the token was taken out (serial %s)", session->token.serial);
		if (err)
			err->code = ERR_TOKEN_REMOVED;
	}
	return TK_SIGN_FAILED;
}

enum tk_sign_result tk_sign(struct tk_session *session, const struct tk_sign_key *key, struct sig_alg alg,
			    const struct digest *digest, struct buf *ret_signature, struct err *err)
{
	CK_FUNCTION_LIST *fn = session->module->fn;
	uint8_t answer[TK_MAX_SIGNATURE_BYTES];
	CK_ULONG len = sizeof(answer);
	struct signing signing;
	CK_RV rv;

	if (prepare(&signing, alg, digest, key->bits, err) < 0 ||
	    tk_signing_check_token(session->module, &session->token, alg, err) < 0)
		return TK_SIGN_FAILED;
	rv = fn->C_SignInit(session->handle, &signing.mechanism, key->handle);
	if (rv != CKR_OK)
		return call_failed(session, rv, "C_SignInit", err);
	if (key->always_authenticate && tk_session_login_context(session, err) < 0)
		return TK_SIGN_FAILED;
	rv = fn->C_Sign(session->handle, signing.input, signing.input_len, answer, &len);
	if (rv != CKR_OK)
		return call_failed(session, rv, "C_Sign", err);
	if (len > sizeof(answer))
		len = 0;
	if (put_answer(alg, key->bits, (struct bytes){ answer, len }, ret_signature, err) < 0) {
		err_prefix(err, "%s", tk_token_name(&session->token));
		return TK_SIGN_FAILED;
	}
	return TK_SIGN_DONE;
}
