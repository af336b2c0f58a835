/* evidence.c - the store of evidence. See evidence.h; collecting is in collect.c. */
#include "pki/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "util/err.h"

void evidence_release(struct evidence *evidence)
{
	cert_list_release(&evidence->certs);
	for (size_t i = 0; i < evidence->crl_count; i++)
		crl_free(evidence->crls[i]);
	for (size_t i = 0; i < evidence->ocsp_count; i++)
		ocsp_free(evidence->ocsps[i]);
	free(evidence->crls);
	free(evidence->ocsps);
	memset(evidence, 0, sizeof(*evidence));
}

static int grow(void **items, size_t count, size_t *cap, struct err *err)
{
	size_t more = *cap ? *cap * 2 : 8;
	void *bigger;

	if (count < *cap)
		return 0;
	bigger = realloc(*items, more * sizeof(void *));
	if (!bigger)
		return err_set(err, ERR_NO_MEMORY, "no memory for %zu pieces of evidence", more);
	*items = bigger;
	*cap = more;
	return 0;
}

static const struct crl *find_crl(const struct evidence *evidence, struct bytes der)
{
	for (size_t i = 0; i < evidence->crl_count; i++)
		if (bytes_eq(crl_der(evidence->crls[i]), der))
			return evidence->crls[i];
	return NULL;
}

static const struct ocsp *find_ocsp(const struct evidence *evidence, struct bytes der)
{
	for (size_t i = 0; i < evidence->ocsp_count; i++)
		if (bytes_eq(ocsp_der(evidence->ocsps[i]), der))
			return evidence->ocsps[i];
	return NULL;
}

static int put_crl(struct evidence *evidence, struct crl *crl, struct err *err)
{
	void *items = evidence->crls;
	int status = grow(&items, evidence->crl_count, &evidence->crl_cap, err);

	evidence->crls = items;
	if (status != 0) {
		crl_free(crl);
		return -1;
	}
	evidence->crls[evidence->crl_count++] = crl;
	return 0;
}

static int put_ocsp(struct evidence *evidence, struct ocsp *ocsp, struct err *err)
{
	void *items = evidence->ocsps;
	int status = grow(&items, evidence->ocsp_count, &evidence->ocsp_cap, err);

	evidence->ocsps = items;
	if (status != 0) {
		ocsp_free(ocsp);
		return -1;
	}
	evidence->ocsps[evidence->ocsp_count++] = ocsp;
	return 0;
}

int evidence_add_crl(struct evidence *evidence, struct bytes der, const struct crl **ret_crl, struct err *err)
{
	const struct crl *kept = find_crl(evidence, der);
	struct crl *crl;

	if (!kept) {
		if (crl_parse(der, &crl, err) != 0 || put_crl(evidence, crl, err) != 0)
			return -1;
		kept = crl;
	}
	if (ret_crl)
		*ret_crl = kept;
	return 0;
}

int evidence_add_ocsp(struct evidence *evidence, struct bytes der, const struct ocsp **ret_ocsp, struct err *err)
{
	const struct ocsp *kept = find_ocsp(evidence, der);
	struct ocsp *ocsp;

	if (!kept) {
		if (ocsp_parse(der, &ocsp, err) != 0 || put_ocsp(evidence, ocsp, err) != 0)
			return -1;
		kept = ocsp;
	}
	if (ret_ocsp)
		*ret_ocsp = kept;
	return 0;
}

int evidence_add_cert(struct evidence *evidence, struct bytes der, struct err *err)
{
	AUTO(cert_freep) struct cert *cert = NULL;

	if (cert_parse(der, &cert, err) != 0)
		return -1;
	return cert_list_add(&evidence->certs, cert, err);
}

int evidence_load_crl(struct evidence *evidence, struct bytes file, const char *name, struct err *err)
{
	struct crl *crl;

	if (crl_load(file, name, &crl, err) != 0)
		return -1;
	if (!find_crl(evidence, crl_der(crl)))
		return put_crl(evidence, crl, err);
	crl_free(crl);
	return 0;
}

int evidence_load_ocsp(struct evidence *evidence, struct bytes file, const char *name, struct err *err)
{
	struct ocsp *ocsp;

	if (ocsp_load(file, name, &ocsp, err) != 0)
		return -1;
	if (!find_ocsp(evidence, ocsp_der(ocsp)))
		return put_ocsp(evidence, ocsp, err);
	ocsp_free(ocsp);
	return 0;
}

/* Unreadable pieces are as if absent; only want of memory stops. */
static int keep_going(int status, const struct err *why, struct err *err)
{
	if (status == 0 || why->code != ERR_NO_MEMORY)
		return 0;
	if (err)
		*err = *why;
	return -1;
}

static int visit_crl(void *context, struct bytes der, struct err *err)
{
	struct err why = ERR_INIT;

	return keep_going(evidence_add_crl(context, der, NULL, &why), &why, err);
}

static int visit_ocsp(void *context, struct bytes der, struct err *err)
{
	struct err why = ERR_INIT;

	return keep_going(evidence_add_ocsp(context, der, NULL, &why), &why, err);
}

int evidence_add_archival(struct evidence *evidence, struct bytes attribute_der, struct err *err)
{
	struct revocation_archival_visitor visitor = { visit_crl, visit_ocsp, evidence };

	return revocation_archival_read(attribute_der, &visitor, err);
}

int evidence_add_all(struct evidence *evidence, const struct evidence *from, struct err *err)
{
	for (size_t i = 0; i < from->certs.count; i++)
		if (cert_list_add(&evidence->certs, from->certs.items[i], err) != 0)
			return -1;
	for (size_t i = 0; i < from->crl_count; i++)
		if (evidence_add_crl(evidence, crl_der(from->crls[i]), NULL, err) != 0)
			return -1;
	for (size_t i = 0; i < from->ocsp_count; i++)
		if (evidence_add_ocsp(evidence, ocsp_der(from->ocsps[i]), NULL, err) != 0)
			return -1;
	return 0;
}
