/*
 * change_xmp.c - is a metadata stream well-formed XMP (ISO 16684-1 7)? Just enough of XML to refuse what could make another reader see
 * something else: document types, entities, unbalanced elements, anything but one x:xmpmeta.
 */
#include <string.h>

#include "pdf/changes_private.h"

enum { XMP_MAX_DEPTH = 64 };

struct xml {
	const char *p, *end;
	struct str open[XMP_MAX_DEPTH]; /* names of the elements under way */
	size_t depth;
	size_t roots;
};

static bool starts(const struct xml *x, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(x->end - x->p) >= n && memcmp(x->p, s, n) == 0;
}

/* Moves past the next occurrence of `s`. */
static bool skip_past(struct xml *x, const char *s)
{
	for (; x->p < x->end; x->p++)
		if (starts(x, s)) {
			x->p += strlen(s);
			return true;
		}
	return false;
}

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct str take_name(struct xml *x)
{
	const char *start = x->p;

	while (x->p < x->end && !space(*x->p) && *x->p != '>' && *x->p != '/' && *x->p != '=')
		x->p++;
	return str_from(start, (size_t)(x->p - start));
}

/* `&name;` of the five predefined entities or a character reference. */
static bool entity_ok(struct xml *x)
{
	static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&apos;" };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (starts(x, known[i])) {
			x->p += strlen(known[i]);
			return true;
		}
	return starts(x, "&#") && skip_past(x, ";");
}

/* Attributes up to `>` or `/>`; ret_ns says whether one is xmlns:x="adobe:ns:meta/" for the element's own prefix. */
static bool take_attributes(struct xml *x, bool *ret_empty, bool *ret_ns)
{
	for (;;) {
		struct str value;
		char quote;

		while (x->p < x->end && space(*x->p))
			x->p++;
		*ret_empty = starts(x, "/>");
		if (*ret_empty || starts(x, ">")) {
			x->p += *ret_empty ? 2 : 1;
			return true;
		}
		if (take_name(x).n == 0)
			return false;
		while (x->p < x->end && (space(*x->p) || *x->p == '='))
			x->p++;
		if (x->p >= x->end || (*x->p != '"' && *x->p != '\''))
			return false;
		quote = *x->p++;
		value.p = x->p;
		while (x->p < x->end && *x->p != quote)
			if (*x->p == '<' || (*x->p == '&' ? !entity_ok(x) : (x->p++, false)))
				return false;
		if (x->p >= x->end)
			return false;
		value.n = (size_t)(x->p++ - value.p);
		*ret_ns |= str_is(value, "adobe:ns:meta/");
	}
}

static bool local_name_is(struct str name, const char *local)
{
	const char *colon = memchr(name.p, ':', name.n);
	struct str tail = colon ? str_from(colon + 1, name.n - (size_t)(colon + 1 - name.p)) : name;

	return str_is(tail, local);
}

static bool take_element(struct xml *x)
{
	bool empty = false;
	bool ns = false;
	struct str name;

	x->p++;
	name = take_name(x);
	if (name.n == 0 || !take_attributes(x, &empty, &ns))
		return false;
	if (x->depth == 0 && (x->roots++ > 0 || !ns || !local_name_is(name, "xmpmeta")))
		return false;
	if (!empty && x->depth >= XMP_MAX_DEPTH)
		return false;
	if (!empty)
		x->open[x->depth++] = name;
	return true;
}

static bool take_end(struct xml *x)
{
	struct str name;

	x->p += 2;
	name = take_name(x);
	while (x->p < x->end && space(*x->p))
		x->p++;
	if (x->depth == 0 || !str_eq(name, x->open[x->depth - 1]) || !starts(x, ">"))
		return false;
	x->p++;
	x->depth--;
	return true;
}

static bool take_text(struct xml *x)
{
	while (x->p < x->end && *x->p != '<') {
		if (x->depth == 0 && !space(*x->p))
			return false;
		if (*x->p == '&' ? !entity_ok(x) : (x->p++, false))
			return false;
	}
	return true;
}

bool change_xmp_ok(struct bytes bytes)
{
	struct xml x = { .p = (const char *)bytes.p, .end = (const char *)bytes.p + bytes.n };

	if (starts(&x, "\xef\xbb\xbf"))
		x.p += 3;
	while (x.p < x.end && *x.p == '\0') /* padding some writers leave */
		x.p++;
	while (x.p < x.end) {
		bool ok;

		if (starts(&x, "<?"))
			ok = skip_past(&x, "?>");
		else if (starts(&x, "<!--"))
			ok = skip_past(&x, "-->");
		else if (starts(&x, "<![CDATA["))
			ok = x.depth > 0 && skip_past(&x, "]]>");
		else if (starts(&x, "<!"))
			ok = false; /* document type: entities could follow */
		else if (starts(&x, "</"))
			ok = take_end(&x);
		else if (starts(&x, "<"))
			ok = take_element(&x);
		else
			ok = take_text(&x);
		if (!ok)
			return false;
	}
	return x.roots == 1 && x.depth == 0;
}
