/*
 * rules.c - the decree's rules on marks (NĐ 30/2020/NĐ-CP): which mark each signature is, and whether it stands where and how it must.
 *
 * The mark is told by what it shows: a red picture is a seal, another picture a hand signature, text alone at the top right of page 1 a
 * copy's or an annex's line. A broken rule is a finding and never touches the verdict. Rules that need the page's text are asked only
 * when it is there.
 */
#include "pdf/look.h"
#include "util/page_text.h"
#include "util/text_vi.h"
#include "verify/verify_priv.h"

#define COLOUR_SHARE 0.5          /* of the coloured pixels */
#define SEAL_MIN_MM 20.0
#define SEAL_MAX_MM 50.0
#define THIRD_TOLERANCE 0.15      /* "about a third": of the picture's width */
#define NEAR_MM 45.0              /* title above and name below the picture */
#define TOP_SHARE 0.35            /* of the page's height */

enum rule_id {
	RULE_PERSON_PICTURE, RULE_PERSON_BLUE, RULE_PERSON_BETWEEN, RULE_SEAL_RED, RULE_SEAL_SIZE, RULE_SEAL_THIRD, RULE_SEAL_AFTER, RULE_SEAL_NUMBER,
	RULE_LINE_PLACE, RULE_LINE_NO_PICTURE, RULE_COPY_TEXT, RULE_ANNEX_TEXT
};

static const struct rule_row {
	const char *rule, *ref, *vi, *en;
} rule_rows[] = {
	[RULE_PERSON_PICTURE] = { "person.picture", "NĐ 30/2020 PL I II.7.d", "chữ ký của người có thẩm quyền phải là hình ảnh chữ ký",
				  "a competent person's signature shows a picture of the hand signature" },
	[RULE_PERSON_BLUE] = { "person.blue", "NĐ 30/2020 PL I II.7.d", "hình ảnh chữ ký phải màu xanh", "the picture of the signature is blue" },
	[RULE_PERSON_BETWEEN] = { "person.between", "NĐ 30/2020 PL I II.7.d", "chữ ký phải ở giữa chức vụ và họ tên người ký",
				  "the signature stands between title and name of the signer" },
	[RULE_SEAL_RED] = { "agency.red", "NĐ 30/2020 PL I II.8.a", "hình ảnh dấu phải màu đỏ", "the picture of the seal is red" },
	[RULE_SEAL_SIZE] = { "agency.size", "NĐ 30/2020 PL I II.8.a", "dấu phải bằng kích thước thực tế (20-50 mm)", "the seal has its real size (20-50 mm)" },
	[RULE_SEAL_THIRD] = { "agency.left-third", "NĐ 30/2020 PL I II.8.a", "dấu phải trùm khoảng 1/3 hình ảnh chữ ký về bên trái",
			      "the seal covers about a third of the signature's picture, on its left" },
	[RULE_SEAL_AFTER] = { "agency.after-person", "NĐ 30/2020 Đ.32 k2 d", "cơ quan chỉ ký sau khi người có thẩm quyền đã ký",
			      "the agency signs after the competent person" },
	[RULE_SEAL_NUMBER] = { "agency.numbered", "NĐ 30/2020 Đ.14, Đ.15", "số và ngày văn bản phải được điền trước khi cơ quan ký",
			       "number and date are filled when the agency signs" },
	[RULE_LINE_PLACE] = { "line.top-right", "NĐ 30/2020 PL I II.8.b, Phần II.I", "dòng ký phải ở góc trên bên phải trang đầu",
			      "the line stands at the top right of the first page" },
	[RULE_LINE_NO_PICTURE] = { "line.no-picture", "NĐ 30/2020 PL I II.8.b, Phần II.I", "không hiển thị hình ảnh", "no picture is shown" },
	[RULE_COPY_TEXT] = { "copy.text", "NĐ 30/2020 Phần II.I", "phải ghi hình thức sao, tên cơ quan sao và thời gian ký",
			     "form of the copy, agency and time are given" },
	[RULE_ANNEX_TEXT] = { "annex.text", "NĐ 30/2020 PL I II.8.b", "phải ghi số, ký hiệu văn bản và thời gian ký", "number, symbol and time are given" },
};

static void rule(struct vf *vf, struct vf_sig *sig, enum rule_id id, bool ok)
{
	const struct rule_row *row = &rule_rows[id];

	if (sig->rule_count == sig->rule_cap) {
		size_t cap = sig->rule_cap ? 2 * sig->rule_cap : 8;
		void *grown = arena_grow(vf->arena, sig->rules, sig->rule_cap * sizeof(*sig->rules), cap * sizeof(*sig->rules));

		if (!grown)
			return;
		sig->rules = grown;
		sig->rule_cap = cap;
	}
	sig->rules[sig->rule_count++] = (struct vf_rule){ row->rule, row->ref, ok };
	if (!ok)
		vf_find_detail(vf, sig, FIND_RULE, arena_printf(vf->arena, "%s (%s)", row->en, row->ref),
			       arena_printf(vf->arena, "%s (%s)", row->vi, row->ref));
}

/* ---- what it is ---- */

static bool has_copy_form(const char *text)
{
	static const char *const forms[] = { "SAO Y", "SAO LỤC", "TRÍCH SAO" };

	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (strstr(text, forms[i]))
			return true;
	return false;
}

static bool is_square(const struct vf_sig *sig)
{
	double difference = sig->mark_rect.w - sig->mark_rect.h;

	return difference < 1.5 && difference > -1.5;
}

static const char *kind_of(const struct vf_sig *sig, const struct pd_look *look)
{
	if (look->picture) {
		if (look->colour_known)
			return look->red > COLOUR_SHARE ? "agency" : "person";
		return is_square(sig) && sig->mark_rect.w >= SEAL_MIN_MM && sig->mark_rect.w <= SEAL_MAX_MM ? "agency" : "person";
	}
	if (has_copy_form(look->text))
		return "copy";
	return strchr(look->text, '/') && strchr(look->text, ':') ? "annex" : NULL;
}

/* ---- person ---- */

static const struct text_page *page_text_of(const struct vf *vf, uint32_t page)
{
	const struct page_text *text = vf->options->text;

	if (!text || page < text->first_page || page - text->first_page >= text->page_count)
		return NULL;
	return &text->pages[page - text->first_page];
}

static bool beside(const struct text_line *line, const struct pd_rect_mm *rect)
{
	return !line->vertical && (double)line->x1 > rect->x - NEAR_MM / 2 && (double)line->x0 < rect->x + rect->w + NEAR_MM / 2;
}

/* The signer's name below (a rank may stand before it), something in capitals above. */
static bool stands_between(const struct text_page *page, const struct vf_sig *sig)
{
	const struct pd_rect_mm *rect = &sig->mark_rect;
	const char *name = cert_subject_attr(sig->cert, "CN");
	double middle = rect->y + rect->h / 2;
	bool title = false, named = false;

	for (size_t i = 0; i < page->line_count; i++) {
		const struct text_line *line = &page->lines[i];
		double y = (double)(line->y0 + line->y1) / 2;
		struct str text = str_trim(str_of(line->utf8));

		if (!beside(line, rect))
			continue;
		title = title || (y < middle && middle - y < NEAR_MM && text_vi_is_upper(text));
		if (y > middle && y - middle < NEAR_MM && name)
			named = named || text_vi_equal_names(text, str_of(name)) || (text.n > strlen(name) && strstr(line->utf8, name));
	}
	return title && named;
}

static void person_rules(struct vf *vf, struct vf_sig *sig, const struct pd_look *look)
{
	const struct text_page *page = page_text_of(vf, sig->mark_page - 1);

	rule(vf, sig, RULE_PERSON_PICTURE, look->picture);
	if (look->colour_known)
		rule(vf, sig, RULE_PERSON_BLUE, look->blue > COLOUR_SHARE);
	if (page && sig->cert)
		rule(vf, sig, RULE_PERSON_BETWEEN, stands_between(page, sig));
}

/* ---- agency ---- */

static bool is_earlier_person(const struct vf_sig *person, const struct vf_sig *seal)
{
	return person->mark_kind && strcmp(person->mark_kind, "person") == 0 && person->integrity == VF_INTACT && person->revision < seal->revision;
}

/* The seal's right edge at about a third of the picture, its centre at the picture's height. */
static bool covers_third(const struct vf_sig *seal, const struct vf_sig *person)
{
	const struct pd_rect_mm *s = &seal->mark_rect, *p = &person->mark_rect;
	double covered = (s->x + s->w - p->x) / (p->w > 0 ? p->w : 1);
	double middle = s->y + s->h / 2;

	return seal->mark_page == person->mark_page && s->x < p->x && covered > 1.0 / 3 - THIRD_TOLERANCE && covered < 1.0 / 3 + THIRD_TOLERANCE &&
	       middle > p->y && middle < p->y + p->h;
}

/* Fields for number and date, where the letter has them, hold something in the revision the seal signs. */
static bool numbered(struct vf *vf, const struct vf_sig *seal, bool *ret_asked)
{
	static const char *const names[] = { "SoVanBan", "NgayVanBan" };
	struct pd_view view = pd_view_at(vf->doc, seal->revision);
	struct pd_field_list fields;
	bool filled = true;

	*ret_asked = false;
	if (pd_field_list(view, vf->arena, &fields, NULL) != 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct pd_field *field = pd_field_find(&fields, names[i]);

		if (!field)
			continue;
		*ret_asked = true;
		filled = filled && field->value_raw && pd_string(pd_deref(view, field->value_raw)).n > 0;
	}
	return filled;
}

static void agency_rules(struct vf *vf, struct vf_sig *sig, const struct pd_look *look)
{
	bool after = false, third = false, asked, filled;

	for (size_t i = 0; i < vf->sig_count; i++) {
		if (!is_earlier_person(&vf->sigs[i], sig))
			continue;
		after = true;
		third = third || covers_third(sig, &vf->sigs[i]);
	}
	if (look->colour_known)
		rule(vf, sig, RULE_SEAL_RED, look->red > COLOUR_SHARE);
	rule(vf, sig, RULE_SEAL_SIZE, is_square(sig) && sig->mark_rect.w >= SEAL_MIN_MM && sig->mark_rect.w <= SEAL_MAX_MM);
	rule(vf, sig, RULE_SEAL_AFTER, after);
	rule(vf, sig, RULE_SEAL_THIRD, third);
	filled = numbered(vf, sig, &asked);
	if (asked)
		rule(vf, sig, RULE_SEAL_NUMBER, filled);
}

/* ---- lines ---- */

static void line_rules(struct vf *vf, struct vf_sig *sig, const struct pd_look *look, const struct pd_page *page, enum rule_id text_rule)
{
	double right = sig->mark_rect.x + sig->mark_rect.w, bottom = sig->mark_rect.y + sig->mark_rect.h;
	bool has_time = strstr(look->text, "+07:00") != NULL && strchr(look->text, '/') != NULL;

	rule(vf, sig, RULE_LINE_PLACE,
	     sig->mark_page == 1 && right > pd_page_width_mm(page) / 2 && bottom < pd_page_height_mm(page) * TOP_SHARE);
	rule(vf, sig, RULE_LINE_NO_PICTURE, !look->picture);
	rule(vf, sig, text_rule, has_time);
}

/* ---- all ---- */

static void read_mark(struct vf *vf, struct vf_sig *sig, const struct pd_widget *widget, const struct pd_page *page)
{
	struct pd_look look;

	sig->mark_page = (uint32_t)widget->page_index + 1;
	sig->mark_rect = pd_page_to_shown(page, widget->rect);
	if (vf->options->profile != VERIFY_VN || pd_look_read(pd_view_last(vf->doc), widget, vf->arena, &look, NULL) != 0 || !look.visible)
		return;
	sig->mark_kind = kind_of(sig, &look);
}

static void judge_mark(struct vf *vf, struct vf_sig *sig, const struct pd_widget *widget, const struct pd_page *page)
{
	struct pd_look look;

	if (!sig->mark_kind || pd_look_read(pd_view_last(vf->doc), widget, vf->arena, &look, NULL) != 0)
		return;
	if (strcmp(sig->mark_kind, "person") == 0)
		person_rules(vf, sig, &look);
	else if (strcmp(sig->mark_kind, "agency") == 0)
		agency_rules(vf, sig, &look);
	else
		line_rules(vf, sig, &look, page, strcmp(sig->mark_kind, "copy") == 0 ? RULE_COPY_TEXT : RULE_ANNEX_TEXT);
}

static void for_each_mark(struct vf *vf, void (*visit)(struct vf *, struct vf_sig *, const struct pd_widget *, const struct pd_page *))
{
	for (size_t i = 0; i < vf->sig_count; i++) {
		struct vf_sig *sig = &vf->sigs[i];
		const struct pd_widget *widget = sig->pd.field && sig->pd.field->widget_count ? &sig->pd.field->widgets[0] : NULL;
		struct pd_page page;

		if (sig->kind == VF_DOC_TIMESTAMP || !widget || widget->page_index < 0 || widget->rect.x1 <= widget->rect.x0 ||
		    widget->rect.y1 <= widget->rect.y0 || pd_page_load(pd_view_last(vf->doc), (uint32_t)widget->page_index, &page, NULL) != 0)
			continue;
		visit(vf, sig, widget, &page);
	}
}

void vf_rules(struct vf *vf)
{
	for_each_mark(vf, read_mark); /* what each is must be known before one is held against another */
	if (vf->options->profile == VERIFY_VN)
		for_each_mark(vf, judge_mark);
}
