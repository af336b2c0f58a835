/* pem.c - see pem.h; RFC 7468. */
#include "pki/pem.h"

#include <stdio.h>
#include <string.h>

#include "util/buf.h"
#include "util/hex.h"

static const char *find_text(const char *from, const char *end, const char *needle)
{
	return memmem(from, (size_t)(end - from), needle, strlen(needle));
}

bool pem_find(struct bytes file, const char *label, struct buf *out)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	const char *p = (const char *)file.p, *end = p + file.n, *stop;
	char begin[64], finish[64];

	snprintf(begin, sizeof(begin), "-----BEGIN %s-----", label);
	snprintf(finish, sizeof(finish), "-----END %s-----", label);
	if (file.n == 0 || !(p = find_text(p, end, begin)))
		return false;
	p += strlen(begin);
	stop = find_text(p, end, finish);
	if (!stop)
		return false;
	for (; p < stop; p++)
		if (*p != '\n' && *p != '\r' && *p != ' ' && *p != '\t')
			buf_putc(&text, *p);
	if (base64_decode(str_from(text.data, text.len), out, NULL) == 0)
		return true;
	buf_clear(out);
	return false;
}
