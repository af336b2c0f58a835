/*
 * fake_p11.h - the strings of the fake PKCS#11 module: what the test sets, and what the module counts.
 *
 * The module (fake_p11.c) is one token with an RSA and an EC key and up to four certificates. Tests reach the strings
 * through dlsym("fake_p11_strings") after loading the same file.
 */
#ifndef KYSO_TEST_FAKE_P11_H
#define KYSO_TEST_FAKE_P11_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FAKE_RSA_PRIVATE = 1,
	FAKE_RSA_PUBLIC,
	FAKE_EC_PRIVATE,
	FAKE_EC_PUBLIC,
	FAKE_CERT,
	FAKE_MAX_CERTS = 4,
	FAKE_MAX_CALLS = 64
};

enum fake_answer {
	FAKE_ANSWER_RIGHT,
	FAKE_ANSWER_SHORT,
	FAKE_ANSWER_LONG,
	FAKE_ANSWER_FLIPPED,
	FAKE_ANSWER_CLAIMS_TOO_MUCH
};

struct fake_cert {
	const uint8_t *der;
	size_t len;
	const char *id; /* CKA_ID */
	const char *label;
};

struct fake_p11 {
	/* the n-th call of a function from now answers rv (and every later one, when it stays) */
	const char *fail_function;
	unsigned fail_at;
	unsigned long fail_rv;
	bool fail_stays;
	bool fail_removes;       /* and the token is gone from then on */
	const char *fail_serial; /* and the token has this serial from then on */

	bool absent;
	unsigned slot_count; /* claimed number of slots when not 0 */
	const char *label;
	const char *serial;
	unsigned long extra_flags; /* of the token */
	unsigned long hidden_flags;
	const char *pin;
	const char *so_pin;
	int tries; /* left; 0 = locked */
	bool second_token;

	enum fake_answer answer;
	bool no_digest_mechanisms; /* only those that hash by themselves */
	bool no_mechanisms;
	bool always_authenticate;
	bool no_sign_flag;
	bool extractable;
	bool bare_point;      /* CKA_EC_POINT without its OCTET STRING */
	bool hidden_public;   /* no public key material at all */
	bool no_rsa;          /* only the EC key */
	bool endless_objects; /* C_FindObjects never ends */
	bool huge_attribute;
	bool no_locking;
	bool drop_sign; /* the function list lacks C_Sign */
	bool null_list; /* C_GetFunctionList gives nothing */
	int version_major;
	struct fake_cert certs[FAKE_MAX_CERTS];

	/* counted */
	unsigned initialized, finalized, logins, so_logins, context_logins, signs, destroyed, created, sessions;
	const char *last_function;
	bool initialized_without_locks;
	bool pin_was_null;
};

struct fake_p11 *fake_p11_strings(void);
void fake_p11_reset(void);

#endif
