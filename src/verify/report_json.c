/* report_json.c - the report as JSON: the shape that others rely on ("kyso.verify/1"). */
#include <stdio.h>

#include "util/date.h"
#include "util/json.h"
#include "verify/verify_priv.h"

static void set_time(struct json *json, const char *key, int64_t ms)
{
	char text[DATE_TEXT_BYTES];

	if (ms == VF_NEVER) {
		js_set_null(json, key);
		return;
	}
	date_format_rfc3339(ms, text);
	js_set_string(json, key, text);
}

static const char *indication_name(enum vf_indication indication)
{
	static const char *const names[] = { "TOTAL-PASSED", "INDETERMINATE", "TOTAL-FAILED" };

	return names[indication];
}

static struct json *signer_json(const struct cert *cert)
{
	struct json *json = js_new_object();
	const char *name = cert ? cert_subject_attr(cert, "CN") : "";

	js_set_string(json, "name", name ? name : cert_subject(cert));
	js_set_string(json, "subject", cert ? cert_subject(cert) : "");
	js_set_string(json, "issuer", cert ? cert_issuer(cert) : "");
	js_set_string(json, "serial", cert ? cert_serial_hex(cert) : "");
	js_set_string(json, "email", cert && cert_email(cert) ? cert_email(cert) : "");
	js_set_string(json, "organization", cert && cert_subject_attr(cert, "O") ? cert_subject_attr(cert, "O") : "");
	if (cert) {
		set_time(json, "not_before", cert_not_before_ms(cert));
		set_time(json, "not_after", cert_not_after_ms(cert));
	} else {
		js_set_string(json, "not_before", "");
		js_set_string(json, "not_after", "");
	}
	return json;
}

static struct json *change_json(const struct pd_change *change)
{
	struct json *json = js_new_object();
	char object[32];

	snprintf(object, sizeof(object), "%u %u", change->num, change->gen);
	js_set_int(json, "revision", (int64_t)change->revision + 1);
	js_set_string(json, "object", object);
	js_set_string(json, "path", change->path ? change->path : "");
	js_set_string(json, "what", change->what);
	js_set_string(json, "what_vi", change->what_vi);
	js_set_string(json, "level", pd_change_level_name(change->level));
	js_set_bool(json, "suspicious", change->suspicious);
	if (change->old_value || change->new_value) {
		js_set_string(json, "old_value", change->old_value);
		js_set_string(json, "new_value", change->new_value);
	}
	return json;
}

static struct json *changes_json(const struct vf_sig *sig)
{
	struct json *json = js_new_object();
	struct json *items = js_new_array();

	js_set_string(json, "level", sig->changes_done ? pd_change_level_name(sig->changes.level) : "other");
	js_set_string(json, "verdict", sig->changes_done ? pd_change_verdict_name(sig->changes.verdict) : "forbidden");
	for (size_t i = 0; i < sig->changes.count; i++)
		js_add(items, change_json(&sig->changes.items[i]));
	js_set(json, "items", items);
	return json;
}

static const char *revocation_name(const struct vf_trust *trust)
{
	bool unknown = false;

	if (!trust->result)
		return "unknown";
	if (trust->indication == VF_PASSED)
		return "good";
	for (size_t i = 0; i < trust->result->count; i++) {
		enum cert_state state = trust->result->links[i].status.state;

		if (state == CERT_REVOKED || state == CERT_ON_HOLD)
			return "revoked";
		unknown = unknown || state != CERT_GOOD;
	}
	return unknown ? "unknown" : "good";
}

/* The path is one thing, what is known of revocation another: the second has its own member. */
static bool only_revocation_is_open(const struct chain_result *result)
{
	return result->anchor && (result->sub == CHAIN_SUB_TRY_LATER || result->sub == CHAIN_SUB_REVOKED ||
				  result->sub == CHAIN_SUB_REVOKED_CA_NO_POE);
}

static const char *chain_name(const struct vf_trust *trust)
{
	if (trust->result && (trust->indication == VF_PASSED || only_revocation_is_open(trust->result)))
		return "trusted";
	if (!trust->result || (!trust->result->anchor && trust->result->sub == CHAIN_SUB_NO_CERTIFICATE_CHAIN_FOUND &&
			       !cert_self_issued(trust->result->links[trust->result->count - 1].cert)))
		return "incomplete";
	return "untrusted";
}

static struct json *path_json(const struct vf_trust *trust)
{
	struct json *path = js_new_array();

	for (size_t i = 0; trust->result && i < trust->result->count; i++)
		js_add(path, js_new_string(cert_subject(trust->result->links[i].cert)));
	if (trust->result && trust->result->anchor)
		js_add(path, js_new_string(cert_subject(trust->result->anchor)));
	return path;
}

static struct json *chain_json(const struct vf_trust *trust)
{
	struct json *json = js_new_object();

	js_set_string(json, "status", chain_name(trust));
	js_set_string(json, "revocation", revocation_name(trust));
	js_set(json, "path", path_json(trust));
	return json;
}

static struct json *mark_json(const struct vf_sig *sig)
{
	struct json *json = js_new_object();
	struct json *rect = js_new_array();
	struct json *rules = js_new_array();
	const double mm[4] = { sig->mark_rect.x, sig->mark_rect.y, sig->mark_rect.w, sig->mark_rect.h };

	js_set_string(json, "kind", sig->mark_kind ? sig->mark_kind : "none");
	js_set_int(json, "page", sig->mark_page);
	for (size_t i = 0; i < 4; i++)
		js_add(rect, js_new_real((double)(int64_t)(mm[i] * 100 + (mm[i] < 0 ? -0.5 : 0.5)) / 100));
	js_set(json, "rect_mm", rect);
	for (size_t i = 0; i < sig->rule_count; i++) {
		struct json *rule = js_new_object();

		js_set_string(rule, "rule", sig->rules[i].rule);
		js_set_bool(rule, "ok", sig->rules[i].ok);
		js_set_string(rule, "ref", sig->rules[i].ref);
		js_add(rules, rule);
	}
	js_set(json, "rules", rules);
	return json;
}

static struct json *finding_json(struct vf *vf, const struct vf_finding *finding)
{
	static const char *const severities[] = { "error", "warning", "info" };
	struct json *json = js_new_object();
	const char *vi = vf_code_text(finding->code, true), *en = vf_code_text(finding->code, false);

	js_set_string(json, "code", vf_code_name(finding->code));
	js_set_string(json, "severity", severities[vf_code_severity(finding->code)]);
	js_set_string(json, "vi", finding->detail_vi ? arena_printf(vf->arena, "%s: %s", vi, finding->detail_vi) : vi);
	js_set_string(json, "en", finding->detail_en ? arena_printf(vf->arena, "%s: %s", en, finding->detail_en) : en);
	js_set_string(json, "ref", vf_code_ref(finding->code));
	return json;
}

static struct json *findings_json(struct vf *vf, const struct vf_sig *sig)
{
	struct json *findings = js_new_array();

	for (int severity = VF_ERROR; severity <= VF_INFO; severity++)
		for (size_t i = 0; i < sig->finding_count; i++)
			if ((int)vf_code_severity(sig->findings[i].code) == severity)
				js_add(findings, finding_json(vf, &sig->findings[i]));
	return findings;
}

static struct json *signature_json(struct vf *vf, const struct vf_sig *sig)
{
	static const char *const kinds[] = { "signature", "certification", "doc-timestamp" };
	static const char *const integrities[] = { "intact", "broken", "malformed" };
	static const char *const coverages[] = { "whole-file", "revision", "uncovered" };
	static const char *const levels[] = { "CMS", "B-B", "B-T", "B-LT", "B-LTA" };
	struct json *json = js_new_object();
	struct json *time = js_new_object();

	js_set_string(json, "field", sig->field ? sig->field : "");
	js_set_string(json, "kind", kinds[sig->kind]);
	js_set_int(json, "revision", (int64_t)sig->revision + 1);
	js_set_string(json, "indication", indication_name(sig->indication));
	js_set_string(json, "sub_indication", sig->sub);
	js_set_string(json, "integrity", integrities[sig->integrity]);
	js_set_string(json, "coverage", coverages[sig->coverage]);
	js_set(json, "changes", changes_json(sig));
	js_set_string(json, "level", levels[sig->level]);
	js_set(json, "signer", signer_json(sig->cert));
	set_time(time, "claimed", sig->claimed_ms);
	set_time(time, "proven", sig->proven_ms);
	js_set(json, "time", time);
	js_set(json, "chain", chain_json(&sig->trust));
	js_set(json, "mark", mark_json(sig));
	js_set(json, "findings", findings_json(vf, sig));
	return json;
}

static struct json *report_head(const char *name, int64_t at_ms, const char *indication, bool strict,
				const char *problem)
{
	struct json *json = js_new_object();
	struct json *format = js_new_object();

	js_set_string(json, "schema", "kyso.verify/1");
	js_set_string(json, "file", name);
	set_time(json, "validated_at", at_ms);
	js_set_string(json, "indication", indication);
	js_set_bool(format, "strict", strict);
	js_set_string(format, "problem", problem);
	js_set(json, "format", format);
	return json;
}

struct json *vf_report(struct vf *vf, const char *name)
{
	enum vf_indication worst = VF_PASSED;
	struct json *signatures = js_new_array();
	struct json *json;

	for (size_t i = 0; i < vf->sig_count; i++) {
		if (vf->sigs[i].indication > worst)
			worst = vf->sigs[i].indication;
		js_add(signatures, signature_json(vf, &vf->sigs[i]));
	}
	json = report_head(name, vf->options->at_ms, vf->sig_count ? indication_name(worst) : "NOT-SIGNED", vf->strict,
			   vf->problem);
	js_set(json, "signatures", signatures);
	return json;
}

struct json *verify_report_failed(const char *name, int64_t at_ms, const char *problem)
{
	struct json *json = report_head(name, at_ms, "INDETERMINATE", false, problem);

	js_set(json, "signatures", js_new_array());
	return json;
}
