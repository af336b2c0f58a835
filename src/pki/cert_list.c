/* cert_list.c - lists of certificates, and reading them from files: PEM, DER, PKCS#7 certs-only (RFC 5652 via RFC 2315). */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pki/cert_private.h"
#include "pki/oid.h"
#include "util/file.h"
#include "util/hex.h"

enum { MAX_FILE_BYTES = 16 * 1024 * 1024 };

void cert_list_release(struct cert_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		cert_free(list->items[i]);
	free(list->items);
	*list = (struct cert_list){ 0 };
}

bool cert_list_has(const struct cert_list *list, const struct cert *cert)
{
	for (size_t i = 0; i < list->count; i++)
		if (cert_equal(list->items[i], cert))
			return true;
	return false;
}

int cert_list_add(struct cert_list *list, struct cert *cert, struct err *err)
{
	if (cert_list_has(list, cert))
		return 0;
	if (list->count == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 4;
		struct cert **items = reallocarray(list->items, cap, sizeof(struct cert *));

		if (!items)
			return err_set(err, ERR_NO_MEMORY, "no memory for a list of %zu certificates", cap);
		list->items = items;
		list->cap = cap;
	}
	list->items[list->count++] = cert_keep(cert);
	return 0;
}

static int add_der(struct cert_list *list, struct bytes der, struct err *err)
{
	AUTO(cert_freep) struct cert *cert = NULL;

	return cert_parse(der, &cert, err) ? -1 : cert_list_add(list, cert, err);
}

/* ContentInfo { signedData, [0] SignedData { version, digestAlgorithms, encapContentInfo, certificates [0], ... } } */
static bool open_certs_only(struct bytes file, bool *ber, struct der *ret_certs)
{
	struct der in = der_of_ber(file, ber);
	struct der info;
	struct der wrapped;
	struct der data;
	struct der_item skipped;
	struct bytes oid;
	long version;

	return der_enter(&in, DER_SEQUENCE, &info) && der_at_end(&in) && der_read(&info, DER_OID, &oid) && bytes_eq(oid, OID_SIGNED_DATA) &&
	       der_enter(&info, DER_CONTEXT_CONSTRUCTED(0), &wrapped) && der_enter(&wrapped, DER_SEQUENCE, &data) &&
	       der_read_int(&data, &version) && der_next(&data, &skipped) && der_next(&data, &skipped) &&
	       der_enter(&data, DER_CONTEXT_CONSTRUCTED(0), ret_certs);
}

static int add_pkcs7(struct cert_list *list, struct der certs, struct err *err)
{
	struct der_item item;

	while (!der_at_end(&certs)) {
		if (!der_next(&certs, &item))
			return err_set(err, ERR_CERT, "the PKCS#7 list of certificates is malformed");
		if (item.tag == DER_SEQUENCE && add_der(list, item.whole, err))
			return -1;
	}
	return 0;
}

static int add_binary(struct cert_list *list, struct bytes file, struct err *err)
{
	struct der certs;
	bool ber = false;

	if (open_certs_only(file, &ber, &certs))
		return add_pkcs7(list, certs, err);
	return add_der(list, file, err);
}

/* RFC 7468: base64 between the marks, white space anywhere; headers ("Proc-Type: ...") are no certificate's. */
static int add_pem_block(struct cert_list *list, struct str body, struct err *err)
{
	AUTO(buf_release) struct buf compact = BUF_INIT;
	AUTO(buf_release) struct buf der = BUF_INIT;

	for (size_t i = 0; i < body.n; i++)
		if (!memchr(" \t\r\n", body.p[i], 4))
			buf_putc(&compact, body.p[i]);
	if (buf_check(&compact, err) || base64_decode(str_from(buf_str(&compact), compact.len), &der, err))
		return -1;
	return add_binary(list, (struct bytes){ (const uint8_t *)der.data, der.len }, err);
}

static const char *find(const char *p, const char *end, const char *what)
{
	return p < end ? memmem(p, (size_t)(end - p), what, strlen(what)) : NULL;
}

static bool is_cert_label(struct str label)
{
	return str_is(label, "CERTIFICATE") || str_is(label, "X509 CERTIFICATE") || str_is(label, "PKCS7") || str_is(label, "CMS");
}

/* Other blocks (private keys, CRLs) are stepped over. */
static int add_pem(struct cert_list *list, struct str text, size_t *ret_found, struct err *err)
{
	static const char begin_mark[] = "-----BEGIN ";
	const char *end = text.p + text.n;
	const char *p = text.p;

	while ((p = find(p, end, begin_mark)) != NULL) {
		const char *label = p + sizeof(begin_mark) - 1;
		const char *body = find(label, end, "-----");
		const char *stop = body ? find(body + 5, end, "-----END ") : NULL;

		if (!stop)
			return err_set(err, ERR_CERT, "a PEM block has no end");
		p = stop;
		if (!is_cert_label(str_from(label, (size_t)(body - label))))
			continue;
		++*ret_found;
		if (add_pem_block(list, str_from(body + 5, (size_t)(stop - body - 5)), err)) {
			(void)err_prefix(err, "PEM block %zu", *ret_found);
			return -1;
		}
	}
	return 0;
}

int cert_list_load(struct cert_list *list, struct bytes file, const char *name, struct err *err)
{
	struct str text = str_from((const char *)file.p, file.n);
	size_t found = 0;
	int rc;

	if (file.n && find(text.p, text.p + text.n, "-----BEGIN ")) {
		rc = add_pem(list, text, &found, err);
		if (rc == 0 && found == 0)
			rc = err_set(err, ERR_CERT, "the PEM file holds no certificate");
	} else {
		rc = add_binary(list, file, err);
	}
	return rc ? err_prefix(err, "%s", name) : 0;
}

static int load_file(struct cert_list *list, const char *path, struct err *err)
{
	AUTO(buf_release) struct buf file = BUF_INIT;

	if (file_read(path, MAX_FILE_BYTES, &file, err))
		return -1;
	return cert_list_load(list, (struct bytes){ (const uint8_t *)file.data, file.len }, path, err);
}

static int is_cert_file(const struct dirent *entry)
{
	static const char *const endings[] = { ".pem", ".crt", ".cer", ".der", ".p7b" };
	const char *dot = strrchr(entry->d_name, '.');

	for (size_t i = 0; dot && i < ARRAY_LEN(endings); i++)
		if (strcasecmp(dot, endings[i]) == 0)
			return 1;
	return 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name); /* no locale's order */
}

static int load_entries(struct cert_list *list, const char *dir, struct dirent **entries, int count, struct err *err)
{
	int rc = 0;

	for (int i = 0; i < count; i++) {
		AUTO(buf_release) struct buf path = BUF_INIT;

		buf_printf(&path, "%s/%s", dir, entries[i]->d_name);
		if (rc == 0)
			rc = buf_check(&path, err) ? -1 : load_file(list, buf_str(&path), err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

int cert_list_load_path(struct cert_list *list, const char *path, struct err *err)
{
	struct dirent **entries = NULL;
	struct stat st;
	int count;

	if (stat(path, &st) < 0)
		return err_set_errno(err, ERR_FILE_OPEN, errno, "%s", path);
	if (!S_ISDIR(st.st_mode))
		return load_file(list, path, err);
	count = scandir(path, &entries, is_cert_file, by_bytes);
	if (count < 0)
		return err_set_errno(err, ERR_FILE_OPEN, errno, "%s", path);
	return load_entries(list, path, entries, count, err);
}
