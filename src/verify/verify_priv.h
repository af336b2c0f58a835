/* verify_priv.h - what the files of src/verify share. Not for others. */
#ifndef KYSO_VERIFY_PRIV_H
#define KYSO_VERIFY_PRIV_H

#include "pdf/changes.h"
#include "pdf/document.h"
#include "pki/chain.h"
#include "pki/tsp.h"
#include "util/arena.h"
#include "util/err.h"
#include "verify/verify.h"

#define VF_NEVER INT64_MIN /* "no such time" */
#define VF_VN_SHIFT_MS (INT64_C(7) * 3600 * 1000)

enum vf_severity { VF_ERROR, VF_WARNING, VF_INFO };

enum vf_code {
#define FINDING(sym, code, severity, vi, en, ref) sym,
#include "verify/findings.def"
#undef FINDING
	VF_CODE_COUNT
};

struct vf_finding {
	enum vf_code code;
	const char *detail_en, *detail_vi; /* NULL when the table's words say it all */
};

/* Ordered from good to bad. */
enum vf_indication { VF_PASSED, VF_INDETERMINATE, VF_FAILED };
enum vf_integrity { VF_INTACT, VF_BROKEN, VF_MALFORMED };
enum vf_coverage { VF_WHOLE_FILE, VF_REVISION, VF_UNCOVERED };
enum vf_kind { VF_SIGNATURE, VF_CERTIFICATION, VF_DOC_TIMESTAMP };
enum vf_level { VF_CMS, VF_BB, VF_BT, VF_BLT, VF_BLTA };
enum vf_sub_filter { VF_SF_UNKNOWN, VF_SF_CADES, VF_SF_PKCS7, VF_SF_RFC3161, VF_SF_PKCS7_SHA1, VF_SF_X509_SHA1 };

/* Verdict on a certificate and what it signed. */
struct vf_trust {
	enum vf_indication indication;
	const char *sub;               /* EN 319 102-1's name; NULL when passed */
	struct chain_result *result;   /* the path that was judged; owned by the context */
	bool with_time, past;          /* how it passed, when not at the time of the question */
	bool old_status;
	bool embedded;                 /* every status on the path comes from the file itself */
	const char *en, *vi;           /* why not */
};

struct vf_stamp {
	bool present, sound, trusted; /* sound: the imprint and signature are right */
	int64_t time_ms;
	struct tsp_token *token;
	struct vf_trust trust;
};

struct vf_rule {
	const char *rule, *ref;
	bool ok;
};

struct vf_sig {
	const char *field;
	enum vf_kind kind;
	uint32_t revision;             /* the one it covers, or in which its dictionary lies */
	enum vf_indication indication;
	const char *sub;
	enum vf_integrity integrity;
	enum vf_coverage coverage;
	struct pd_change_report changes;
	bool changes_done;
	enum vf_level level;
	int64_t claimed_ms, proven_ms;

	struct pd_signature pd;        /* pd.dict NULL when found by a scan only */
	enum vf_sub_filter sub_filter;
	uint64_t range[4];
	bool has_range;
	struct bytes contents;
	struct cms *cms;               /* of the signature or of the time-stamp token; borrowed when token is set */
	struct tsp_token *token;       /* of a document time-stamp */
	struct cert *cert;             /* signer's; owned reference */
	struct sig_alg alg;
	enum digest_alg digest_alg;
	bool signing_cert_ok;
	struct vf_stamp stamp;         /* the signature time-stamp */
	struct vf_trust trust;

	const char *mark_kind;         /* NULL = not looked at */
	uint32_t mark_page;
	struct pd_rect_mm mark_rect;
	struct vf_rule *rules;
	size_t rule_count, rule_cap;

	struct vf_finding *findings;
	size_t finding_count, finding_cap;
};

/* Bytes of evidence in the file and since when they are proven to exist. */
struct vf_proof_row {
	struct bytes der;
	uint32_t covered_from; /* the first revision whose document time-stamp covers them */
	int64_t since_ms;    /* VF_NEVER = no proof yet */
};

struct vf {
	struct arena *arena;
	struct bytes file;
	const struct verify_material *material;
	const struct verify_options *options;
	struct pd_doc *doc;
	bool strict;
	const char *problem;
	struct vf_sig *sigs;
	size_t sig_count, sig_cap;
	enum vf_indication indication; /* when sig_count > 0 */

	struct cert_list certs;        /* candidates of the file and given */
	struct evidence evidence;
	struct vf_proof_row *proofs;
	size_t proof_count, proof_cap;
	bool has_dss;
	uint32_t dss_revision;         /* the first that put something into it */
	struct chain *chain;
	struct chain_result **results; /* kept until the end */
	size_t result_count, result_cap;
	struct verify_wants wants;
};

/* finding.c */
const char *vf_code_name(enum vf_code code);
enum vf_severity vf_code_severity(enum vf_code code);
const char *vf_code_text(enum vf_code code, bool vietnamese);
const char *vf_code_ref(enum vf_code code);
void vf_find(struct vf *vf, struct vf_sig *sig, enum vf_code code);
void vf_find_detail(struct vf *vf, struct vf_sig *sig, enum vf_code code, const char *en, const char *vi);
/* Makes the verdict worse, never better; the first sub-indication of the worst verdict stays. */
void vf_judge(struct vf_sig *sig, enum vf_indication indication, const char *sub);
void vf_malformed(struct vf *vf, struct vf_sig *sig, enum vf_code code, const char *detail);
struct vf_sig *vf_add_sig(struct vf *vf);

/* scan.c: signatures of a file that cannot be read, by their letters */
void vf_scan(struct vf *vf);
/* format.c: rules 2 to 11 and the changes */
NODISCARD int vf_format(struct vf *vf, struct err *err);
void vf_changes(struct vf *vf, struct vf_sig *sig);
/* crypto.c */
NODISCARD int vf_crypto(struct vf *vf, struct vf_sig *sig, struct err *err);
NODISCARD int vf_crypto_stamp(struct vf *vf, struct vf_sig *sig, struct err *err);
/* material.c */
NODISCARD int vf_material(struct vf *vf, struct err *err);
void vf_prove(struct vf *vf, uint32_t revision, int64_t time_ms);
bool vf_existed_by(const struct vf *vf, struct bytes der, int64_t time_ms);
bool vf_is_embedded(const struct vf *vf, struct bytes der);
/* en319102.c */
NODISCARD int vf_validate(struct vf *vf, struct err *err);
/* trust.c */
NODISCARD int vf_trust(struct vf *vf, struct cert *cert, enum chain_use use, int64_t best_ms, int64_t stamp_ms, struct vf_trust *ret,
		       struct err *err);
/* wants.c */
NODISCARD int vf_want_for(struct vf *vf, const struct chain_result *result, struct err *err);
/* rules.c */
void vf_rules(struct vf *vf);
/* report_json.c */
struct json *vf_report(struct vf *vf, const char *name);

#endif
