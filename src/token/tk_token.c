/* tk_token.c - what slots and tokens say about themselves (PKCS#11 2.40 section 3.2, C_GetSlotInfo, C_GetTokenInfo).
 * See tk_module.h. */
#include <string.h>
#include <time.h>

#include "token/tk_private.h"
#include "util/arena.h"

enum { WAIT_STEP_MS = 100 };

/* Length of the UTF-8 sequence at p with `left` bytes, 0 when it is none; control characters are none. */
static size_t utf8_step(const unsigned char *p, size_t left)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;

	if (n == 0 || p[0] >= 0xf5 || n > left || p[0] < 0x20 || p[0] == 0x7f)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
	    (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

void tk_text(char *out, const unsigned char *field, size_t size)
{
	const unsigned char *nul = memchr(field, '\0', size);
	size_t len = nul ? (size_t)(nul - field) : size;

	while (len && field[len - 1] == ' ')
		len--;
	for (size_t i = 0; i < len;) {
		size_t n = utf8_step(field + i, len - i);

		if (n)
			memcpy(out, field + i, n);
		else
			*out = '?';
		out += n ? n : 1;
		i += n ? n : 1;
	}
	*out = '\0';
}

static enum tk_pin_state pin_state(CK_FLAGS flags, CK_FLAGS locked, CK_FLAGS final_try, CK_FLAGS low, CK_FLAGS change)
{
	if (flags & locked)
		return TK_PIN_LOCKED;
	if (flags & final_try)
		return TK_PIN_FINAL_TRY;
	if (flags & low)
		return TK_PIN_COUNT_LOW;
	return flags & change ? TK_PIN_TO_BE_CHANGED : TK_PIN_OK;
}

static int64_t memory_bytes(CK_ULONG value)
{
	return value == CK_UNAVAILABLE_INFORMATION || value > INT64_MAX ? -1 : (int64_t)value;
}

static void decode_flags(CK_FLAGS flags, struct tk_token *token)
{
	token->initialised = flags & CKF_TOKEN_INITIALIZED;
	token->login_required = flags & CKF_LOGIN_REQUIRED;
	token->write_protected = flags & CKF_WRITE_PROTECTED;
	token->protected_path = flags & CKF_PROTECTED_AUTHENTICATION_PATH;
	token->pin = pin_state(flags, CKF_USER_PIN_LOCKED, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_COUNT_LOW,
			       CKF_USER_PIN_TO_BE_CHANGED);
	token->so_pin =
	    pin_state(flags, CKF_SO_PIN_LOCKED, CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_COUNT_LOW, CKF_SO_PIN_TO_BE_CHANGED);
	if (!(flags & CKF_USER_PIN_INITIALIZED) && token->pin > TK_PIN_COUNT_LOW)
		token->pin = TK_PIN_NOT_INITIALISED;
}

static void decode(const CK_SLOT_INFO *slot, const CK_TOKEN_INFO *info, struct tk_token *token)
{
	tk_text(token->slot_description, slot->slotDescription, sizeof(slot->slotDescription));
	token->removable = slot->flags & CKF_REMOVABLE_DEVICE;
	token->hardware = slot->flags & CKF_HW_SLOT;
	tk_text(token->label, info->label, sizeof(info->label));
	tk_text(token->manufacturer, info->manufacturerID, sizeof(info->manufacturerID));
	tk_text(token->model, info->model, sizeof(info->model));
	tk_text(token->serial, info->serialNumber, sizeof(info->serialNumber));
	decode_flags(info->flags, token);
	token->pin_min = info->ulMinPinLen > 4096 ? 0 : (int)info->ulMinPinLen;
	token->pin_max = info->ulMaxPinLen > 4096 ? 4096 : (int)info->ulMaxPinLen;
	token->total_public_bytes = memory_bytes(info->ulTotalPublicMemory);
	token->free_public_bytes = memory_bytes(info->ulFreePublicMemory);
	token->total_private_bytes = memory_bytes(info->ulTotalPrivateMemory);
	token->free_private_bytes = memory_bytes(info->ulFreePrivateMemory);
	token->hardware_major = info->hardwareVersion.major;
	token->hardware_minor = info->hardwareVersion.minor;
	token->firmware_major = info->firmwareVersion.major;
	token->firmware_minor = info->firmwareVersion.minor;
}

/* 0 read, 1 no token there, -1 error. */
static int read_slot(struct tk_module *module, CK_SLOT_ID id, struct tk_token *token, struct err *err)
{
	CK_SLOT_INFO slot;
	CK_TOKEN_INFO info;
	CK_RV rv;

	memset(&slot, 0, sizeof(slot));
	memset(&info, 0, sizeof(info));
	memset(token, 0, sizeof(*token));
	token->slot_id = id;
	rv = module->fn->C_GetSlotInfo(id, &slot);
	if (rv == CKR_SLOT_ID_INVALID || (rv == CKR_OK && !(slot.flags & CKF_TOKEN_PRESENT)))
		return 1;
	if (rv != CKR_OK)
		return tk_ckr_fail(err, rv, "C_GetSlotInfo", module->path);
	rv = module->fn->C_GetTokenInfo(id, &info);
	if (rv == CKR_TOKEN_NOT_PRESENT || rv == CKR_DEVICE_REMOVED || rv == CKR_TOKEN_NOT_RECOGNIZED ||
	    rv == CKR_SLOT_ID_INVALID)
		return 1;
	if (rv != CKR_OK)
		return tk_ckr_fail(err, rv, "C_GetTokenInfo", module->path);
	decode(&slot, &info, token);
	return 0;
}

int tk_token_read(struct tk_module *module, CK_SLOT_ID slot, struct tk_token *ret_token, struct err *err)
{
	struct tk_token token;
	int rc = read_slot(module, slot, &token, err);

	if (rc < 0)
		return -1;
	if (rc > 0)
		return err_set(err, ERR_TOKEN_REMOVED, "there is no token in slot %lu any more", slot);
	*ret_token = token;
	return 0;
}

/* The slots with a token, in ret_slots[TK_MAX_SLOTS]. */
static int list_slots(struct tk_module *module, struct arena *arena, CK_SLOT_ID **ret_slots, size_t *ret_count,
		      struct err *err)
{
	CK_ULONG count = 0;
	CK_SLOT_ID *slots;
	CK_RV rv = module->fn->C_GetSlotList(CK_TRUE, NULL, &count);

	if (rv != CKR_OK)
		return tk_ckr_fail(err, rv, "C_GetSlotList", module->path);
	count = TK_MAX_SLOTS; /* tokens may come between the two calls */
	slots = ARENA_ARRAY(arena, CK_SLOT_ID, TK_MAX_SLOTS);
	if (!slots)
		return err_set(err, ERR_NO_MEMORY, "%s: no memory for the list of slots", module->path);
	rv = module->fn->C_GetSlotList(CK_TRUE, slots, &count);
	if (rv == CKR_BUFFER_TOO_SMALL || (rv == CKR_OK && count > TK_MAX_SLOTS))
		return err_set(err, ERR_LIMIT, "%s: more than %d slots", module->path, TK_MAX_SLOTS);
	if (rv != CKR_OK)
		return tk_ckr_fail(err, rv, "C_GetSlotList", module->path);
	*ret_slots = slots;
	*ret_count = count;
	return 0;
}

int tk_module_tokens(struct tk_module *module, struct arena *arena, struct tk_token **ret_tokens, size_t *ret_count,
		     struct err *err)
{
	CK_SLOT_ID *slots;
	struct tk_token *tokens;
	size_t slot_count;
	size_t count = 0;

	if (list_slots(module, arena, &slots, &slot_count, err) < 0)
		return -1;
	tokens = ARENA_ARRAY(arena, struct tk_token, slot_count);
	if (!tokens)
		return err_set(err, ERR_NO_MEMORY, "%s: no memory for %zu tokens", module->path, slot_count);
	for (size_t i = 0; i < slot_count; i++) {
		int rc = read_slot(module, slots[i], &tokens[count], err);

		if (rc < 0)
			return -1;
		count += rc == 0;
	}
	*ret_tokens = tokens;
	*ret_count = count;
	return 0;
}

bool tk_token_same(const struct tk_token *a, const struct tk_token *b)
{
	return strcmp(a->serial, b->serial) == 0 && strcmp(a->label, b->label) == 0 &&
	       strcmp(a->model, b->model) == 0 && strcmp(a->manufacturer, b->manufacturer) == 0;
}

const char *tk_token_name(const struct tk_token *token)
{
	return token->label[0] ? token->label : token->slot_description;
}

int tk_token_present(struct tk_module *module, const struct tk_token *token, bool *ret_present, struct err *err)
{
	struct tk_token now;
	int rc = read_slot(module, token->slot_id, &now, err);

	if (rc < 0)
		return -1;
	*ret_present = rc == 0 && tk_token_same(&now, token);
	return 0;
}

int tk_token_wait_removed(struct tk_module *module, const struct tk_token *token, int timeout_ms, bool *ret_removed,
			  struct err *err)
{
	const struct timespec step = { .tv_nsec = WAIT_STEP_MS * 1000000L };
	bool present = true;

	for (int waited_ms = 0;; waited_ms += WAIT_STEP_MS) {
		if (tk_token_present(module, token, &present, err) < 0)
			return -1;
		if (!present || waited_ms >= timeout_ms)
			break;
		nanosleep(&step, NULL);
	}
	*ret_removed = !present;
	return 0;
}

const char *tk_pin_state_name(enum tk_pin_state state)
{
	switch (state) {
	case TK_PIN_LOCKED:
		return "locked";
	case TK_PIN_FINAL_TRY:
		return "final-try";
	case TK_PIN_COUNT_LOW:
		return "count-low";
	case TK_PIN_NOT_INITIALISED:
		return "not-initialised";
	case TK_PIN_TO_BE_CHANGED:
		return "to-be-changed";
	case TK_PIN_OK:
		return "ok";
	}
	BUG("PIN state %d", (int)state);
}
