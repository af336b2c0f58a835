/*
 * tk_module.h - PKCS#11 modules (OASIS PKCS#11 2.40) loaded by path, and the tokens that are in their slots.
 *
 * A module is loaded and initialised once a process: loading it again gives the same one, counted. It belongs to the
 * process that loaded it (after fork, load it anew in the child). Text from a token is UTF-8 with the padding cut off;
 * what is not UTF-8 is shown as '?'. Threads: loading and freeing are safe from any; one object, one thread.
 * Errors: ERR_TOKEN_MODULE (no such file, no PKCS#11 in it, it refuses to start), ERR_TOKEN with the CKR_ name.
 */
#ifndef KYSO_TOKEN_TK_MODULE_H
#define KYSO_TOKEN_TK_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/defer.h"

struct arena;
struct err;
struct tk_module;

struct tk_module_info {
	char manufacturer[33];
	char description[33];
	int cryptoki_major, cryptoki_minor;
	int library_major, library_minor;
};

/* State of a PIN as the token's flags tell it (CKF_USER_PIN_... / CKF_SO_PIN_...), the worst first. */
enum tk_pin_state {
	TK_PIN_LOCKED,
	TK_PIN_FINAL_TRY,
	TK_PIN_COUNT_LOW, /* at least one wrong try since the last right one */
	TK_PIN_NOT_INITIALISED,
	TK_PIN_TO_BE_CHANGED,
	TK_PIN_OK
};

/* What a token says about itself. Plain data, copied freely. */
struct tk_token {
	unsigned long slot_id;
	char slot_description[65];
	char label[33];
	char manufacturer[33];
	char model[17];
	char serial[17];
	bool initialised;
	bool login_required;
	bool write_protected;
	bool protected_path; /* the PIN is typed on the device (CKF_PROTECTED_AUTHENTICATION_PATH) */
	bool removable;
	bool hardware;
	enum tk_pin_state pin;
	enum tk_pin_state so_pin;
	int pin_min, pin_max;       /* bytes */
	int64_t total_public_bytes; /* -1 where the token does not tell */
	int64_t free_public_bytes;
	int64_t total_private_bytes;
	int64_t free_private_bytes;
	int hardware_major, hardware_minor;
	int firmware_major, firmware_minor;
};

/* `init_args` is handed to C_Initialize as pReserved for modules that want it (NSS softokn: "configdir='sql:/x' ...");
 * else NULL. */
NODISCARD int tk_module_load(const char *path, const char *init_args, struct tk_module **ret_module, struct err *err);
struct tk_module *tk_module_keep(struct tk_module *module);
/* Drops a reference; the last one finalises the module. */
void tk_module_free(struct tk_module *module);
DEFINE_FREEP(struct tk_module, tk_module_free)

const char *tk_module_path(const struct tk_module *module);
const struct tk_module_info *tk_module_info(const struct tk_module *module);

/* The tokens present now, initialised or not, in the order of the slots; an array in the arena. */
NODISCARD int tk_module_tokens(struct tk_module *module, struct arena *arena, struct tk_token **ret_tokens,
			       size_t *ret_count, struct err *err);

/* Whether this very token (slot, label, serial, model) is still in its slot. */
NODISCARD int tk_token_present(struct tk_module *module, const struct tk_token *token, bool *ret_present,
			       struct err *err);

/* Waits until the token is taken out (another one put in its place counts), at most timeout_ms; false = still there.
 * Looks every 100 ms. */
NODISCARD int tk_token_wait_removed(struct tk_module *module, const struct tk_token *token, int timeout_ms,
				    bool *ret_removed, struct err *err);

const char *tk_pin_state_name(
    enum tk_pin_state state); /* "ok", "count-low", "final-try", "locked", "to-be-changed", "not-initialised" */

#endif
