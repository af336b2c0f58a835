/* tk_object.c - finding objects and reading their attributes (PKCS#11 2.40 section 5.7), with limits. */
#include "token/tk_private.h"
#include "util/arena.h"

enum { FIND_BATCH = 64 };

static int collect(struct tk_session *session, struct arena *arena, CK_OBJECT_HANDLE **ret_handles, size_t *ret_count,
		   struct err *err)
{
	CK_OBJECT_HANDLE *handles = ARENA_ARRAY(arena, CK_OBJECT_HANDLE, TK_MAX_OBJECTS);
	size_t count = 0;

	if (!handles)
		return err_set(err, ERR_NO_MEMORY, "%s: no memory for a list of objects",
			       tk_token_name(&session->token));
	for (;;) {
		CK_OBJECT_HANDLE batch[FIND_BATCH];
		CK_ULONG got = 0;
		CK_RV rv = session->module->fn->C_FindObjects(session->handle, batch, FIND_BATCH, &got);

		if (rv != CKR_OK)
			return tk_fail(session, rv, "C_FindObjects", err);
		if (got == 0)
			break;
		if (got > FIND_BATCH || count + got > TK_MAX_OBJECTS)
			return err_set(err, ERR_LIMIT, "%s: more than %d objects", tk_token_name(&session->token),
				       TK_MAX_OBJECTS);
		memcpy(handles + count, batch, got * sizeof(*batch));
		count += got;
	}
	*ret_handles = handles;
	*ret_count = count;
	return 0;
}

int tk_objects_find(struct tk_session *session, CK_ATTRIBUTE *match, size_t match_count, struct arena *arena,
		    CK_OBJECT_HANDLE **ret_handles, size_t *ret_count, struct err *err)
{
	CK_RV rv = session->module->fn->C_FindObjectsInit(session->handle, match, match_count);
	int rc;

	if (rv != CKR_OK)
		return tk_fail(session, rv, "C_FindObjectsInit", err);
	rc = collect(session, arena, ret_handles, ret_count, err);
	session->module->fn->C_FindObjectsFinal(session->handle);
	return rc;
}

/* The token does not have the attribute, or does not show it: no error, but nothing either. */
static bool is_absent(CK_RV rv, const CK_ATTRIBUTE *attribute)
{
	return rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE ||
	       (rv == CKR_OK && attribute->ulValueLen == CK_UNAVAILABLE_INFORMATION);
}

int tk_object_bytes(struct tk_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, struct arena *arena,
		    struct bytes *ret, struct err *err)
{
	CK_ATTRIBUTE attribute = { .type = type };
	CK_RV rv = session->module->fn->C_GetAttributeValue(session->handle, object, &attribute, 1);

	*ret = (struct bytes){ NULL, 0 };
	if (is_absent(rv, &attribute))
		return 0;
	if (rv != CKR_OK)
		return tk_fail(session, rv, "C_GetAttributeValue", err);
	if (attribute.ulValueLen > TK_MAX_ATTRIBUTE_BYTES)
		return err_set(err, ERR_LIMIT, "%s: attribute 0x%lx has %lu bytes, the limit is %d",
			       tk_token_name(&session->token), type, attribute.ulValueLen, TK_MAX_ATTRIBUTE_BYTES);
	attribute.pValue = arena_alloc(arena, attribute.ulValueLen + 1);
	if (!attribute.pValue)
		return err_set(err, ERR_NO_MEMORY, "%s: no memory for an attribute", tk_token_name(&session->token));
	rv = session->module->fn->C_GetAttributeValue(session->handle, object, &attribute, 1);
	if (rv != CKR_OK)
		return tk_fail(session, rv, "C_GetAttributeValue", err);
	*ret = (struct bytes){ attribute.pValue, attribute.ulValueLen };
	return 0;
}

int tk_object_text(struct tk_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, struct arena *arena,
		   const char **ret, struct err *err)
{
	struct bytes raw;
	char *text;

	if (tk_object_bytes(session, object, type, arena, &raw, err) < 0)
		return -1;
	text = arena_alloc(arena, raw.n + 1);
	if (!text)
		return err_set(err, ERR_NO_MEMORY, "%s: no memory for a label", tk_token_name(&session->token));
	if (raw.n)
		tk_text(text, raw.p, raw.n);
	*ret = text;
	return 0;
}

int tk_object_ulong(struct tk_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
		    unsigned long otherwise, unsigned long *ret, struct err *err)
{
	CK_ULONG value = 0;
	CK_ATTRIBUTE attribute = { .type = type, .pValue = &value, .ulValueLen = sizeof(value) };
	CK_RV rv = session->module->fn->C_GetAttributeValue(session->handle, object, &attribute, 1);

	if (rv != CKR_OK && !is_absent(rv, &attribute))
		return tk_fail(session, rv, "C_GetAttributeValue", err);
	*ret = rv == CKR_OK && attribute.ulValueLen == sizeof(value) ? value : otherwise;
	return 0;
}

int tk_object_bool(struct tk_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, bool otherwise,
		   bool *ret, struct err *err)
{
	CK_BBOOL value = CK_FALSE;
	CK_ATTRIBUTE attribute = { .type = type, .pValue = &value, .ulValueLen = sizeof(value) };
	CK_RV rv = session->module->fn->C_GetAttributeValue(session->handle, object, &attribute, 1);

	if (rv != CKR_OK && !is_absent(rv, &attribute))
		return tk_fail(session, rv, "C_GetAttributeValue", err);
	*ret = rv == CKR_OK && attribute.ulValueLen == sizeof(value) ? value != CK_FALSE : otherwise;
	return 0;
}
