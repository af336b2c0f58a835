/* url.c - see url.h. */
#include "http/url.h"

#include <string.h>

#include "util/arena.h"
#include "util/hex.h"
#include "util/str.h"

/* The character at *p, escapes taken; -1 when it may not be there. Moves *p over it. */
static int next_char(const char **p)
{
	unsigned char c = (unsigned char)**p;

	if (c == '%') {
		int high = hex_digit((*p)[1]);
		int low = high < 0 ? -1 : hex_digit((*p)[2]);

		if (low < 0)
			return -1;
		c = (unsigned char)(high << 4 | low);
		*p += 2;
	}
	(*p)++;
	return c < 0x20 || c == 0x7f ? -1 : c;
}

char *url_decode(struct arena *arena, const char *raw)
{
	char *text = arena_alloc(arena, strlen(raw) + 1);
	char *out = text;

	if (!text)
		return NULL;
	while (*raw) {
		int c = next_char(&raw);

		if (c < 0)
			return NULL;
		*out++ = (char)c;
	}
	*out = '\0';
	return text;
}

static bool dot_segment(const char *segment, size_t len)
{
	return (len == 1 && segment[0] == '.') || (len == 2 && segment[0] == '.' && segment[1] == '.');
}

char *url_decode_path(struct arena *arena, const char *raw)
{
	char *path = raw[0] == '/' ? url_decode(arena, raw) : NULL;

	if (!path || strchr(path, '\\'))
		return NULL;
	for (const char *p = path; *p;) {
		size_t len = strcspn(++p, "/");

		if (dot_segment(p, len))
			return NULL;
		p += len;
	}
	return path;
}

bool url_match(const char *pattern, const char *path, const char **ret_tail)
{
	size_t len = strlen(pattern);

	*ret_tail = "";
	if (len == 0 || pattern[len - 1] != '*')
		return strcmp(pattern, path) == 0;
	if (strncmp(pattern, path, len - 1) != 0)
		return false;
	*ret_tail = path + len - 1;
	return true;
}

static bool copy_part(const char *from, size_t len, char *to, size_t size)
{
	if (len == 0 || len >= size)
		return false;
	memcpy(to, from, len);
	to[len] = '\0';
	return true;
}

bool url_split_listen(const char *listen, char *host, size_t host_size, char *port, size_t port_size)
{
	const char *colon = strrchr(listen, ':');
	const char *start = listen;
	const char *end = colon;
	uint64_t number;

	if (!colon || !str_parse_u64(str_of(colon + 1), &number) || number > 65535)
		return false;
	if (*listen == '[') {
		start++;
		end = colon - 1;
		if (end <= start || *end != ']')
			return false;
	}
	return copy_part(start, (size_t)(end - start), host, host_size) &&
	       copy_part(colon + 1, strlen(colon + 1), port, port_size) && (*listen == '[' || !strchr(host, ':'));
}
