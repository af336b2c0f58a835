/*
 * scan.c - signatures of a file that cannot be read strictly, found by their letters only, so that they are told and not passed over
 * (rule 5). Every one is malformed: nothing is repaired, nothing is believed.
 */
#include "util/buf.h"
#include "verify/verify_priv.h"

enum { MAX_SCANNED = 200, OBJECT_LOOK_BYTES = 200000 };

static const uint8_t *find(const uint8_t *p, const uint8_t *end, const char *what)
{
	return p < end ? memmem(p, (size_t)(end - p), what, strlen(what)) : NULL;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0';
}

/* "/FT /Sig" and the like: key, white space or none, name, not a longer name. */
static bool has_pair(const uint8_t *p, const uint8_t *end, const char *key, const char *name)
{
	size_t key_len = strlen(key), name_len = strlen(name);

	while ((p = find(p, end, key))) {
		p += key_len;
		while (p < end && is_space(*p))
			p++;
		if ((size_t)(end - p) >= name_len && memcmp(p, name, name_len) == 0 &&
		    (p + name_len == end || is_space(p[name_len]) || strchr("/<>[]()", p[name_len])))
			return true;
	}
	return false;
}

static bool is_signature(const uint8_t *p, const uint8_t *end)
{
	return find(p, end, "/ByteRange") || has_pair(p, end, "/Type", "/Sig") || has_pair(p, end, "/Type", "/DocTimeStamp") ||
	       find(p, end, "/adbe.pkcs7") || find(p, end, "/adbe.x509") || find(p, end, "/ETSI.");
}

/* The plain literal string after /T in a signature field. */
static const char *field_name(struct vf *vf, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *close;

	while ((p = find(p, end, "/T"))) {
		p += 2;
		while (p < end && is_space(*p))
			p++;
		if (p < end && *p == '(' && (close = memchr(p, ')', (size_t)(end - p))))
			return arena_strndup(vf->arena, (const char *)p + 1, (size_t)(close - p - 1));
	}
	return NULL;
}

/* Names of signature fields in the order of the file, to be given to the dictionaries in theirs. */
struct names {
	const char *items[MAX_SCANNED];
	size_t count, used;
};

static const uint8_t *object_end(const uint8_t *obj, const uint8_t *end)
{
	const uint8_t *limit = end - obj > OBJECT_LOOK_BYTES ? obj + OBJECT_LOOK_BYTES : end;
	const uint8_t *next = find(obj + 3, limit, "endobj");

	return next ? next : limit;
}

static void collect_names(struct vf *vf, struct names *names)
{
	const uint8_t *end = vf->file.p + vf->file.n;

	for (const uint8_t *p = vf->file.p, *stop; (p = find(p, end, "obj")) && names->count < MAX_SCANNED; p = stop) {
		const char *name;

		stop = p + 3;
		if (p > vf->file.p && p[-1] == 'd') /* endobj */
			continue;
		stop = object_end(p, end);
		if (!has_pair(p, stop, "/FT", "/Sig") || !find(p, stop, "/V") || !(name = field_name(vf, p, stop)))
			continue;
		for (size_t i = 0; i < names->count && name; i++)
			if (strcmp(names->items[i], name) == 0)
				name = NULL;
		if (name)
			names->items[names->count++] = name;
	}
}

static void add(struct vf *vf, struct names *names)
{
	struct vf_sig *sig = vf_add_sig(vf);

	if (!sig)
		return;
	sig->field = names->used < names->count ? names->items[names->used++] : "";
	vf_malformed(vf, sig, FIND_FILE, vf->problem);
}

void vf_scan(struct vf *vf)
{
	const uint8_t *end = vf->file.p + vf->file.n;
	struct names *names = ARENA_NEW(vf->arena, struct names);
	size_t found = 0;

	if (!names)
		return;
	collect_names(vf, names);
	for (const uint8_t *p = vf->file.p, *stop; (p = find(p, end, "obj")) && found < MAX_SCANNED; p = stop) { /* each byte is looked at once */
		stop = p > vf->file.p && p[-1] == 'd' ? p + 3 : object_end(p, end);
		if (!is_signature(p, stop))
			continue;
		add(vf, names);
		found++;
	}
	while (names->used < names->count)
		add(vf, names);
	if (!vf->sig_count && find(vf->file.p, end, "/ByteRange"))
		add(vf, names);
}
