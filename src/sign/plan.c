/* plan.c - one function a mark; see plan.h. Called by src/service and `kyso sign plan`. */
#include "sign/plan.h"

#include <string.h>

#include "pdf/font.h"
#include "sign/geometry.h"
#include "util/arena.h"
#include "util/err.h"
#include "util/text_vi.h"

static void add_clause(struct planned_mark *mark, const char *clause)
{
	if (mark->clause_count < PLAN_MAX_CLAUSES)
		mark->clauses[mark->clause_count++] = clause;
}

static void add_warning(struct planned_mark *mark, const char *text)
{
	if (text && mark->warning_count < PLAN_MAX_WARNINGS)
		mark->warnings[mark->warning_count++] = text;
}

static int load_page(struct pd_view view, uint32_t index, struct pd_page *page, struct err *err)
{
	uint32_t count;

	if (pd_page_count(view, &count, err) < 0)
		return -1;
	if (index >= count)
		return err_set(err, ERR_PDF_PAGE, "page %u: the file has %u page(s)", index + 1, count);
	return pd_page_load(view, index, page, err);
}

static bool on_page(struct pd_rect_mm r, const struct pd_page *page)
{
	const double slack = 0.01;

	return r.x >= -slack && r.y >= -slack && r.x + r.w <= pd_page_width_mm(page) + slack &&
	       r.y + r.h <= pd_page_height_mm(page) + slack;
}

/* PLACE_RECT for any mark: the caller's own rectangle, checked against the page. */
static int place_rect(const struct plan_request *request, struct pd_view view, struct sign_plan *plan, struct err *err)
{
	struct pd_page page;

	if (load_page(view, request->place.page, &page, err) < 0)
		return -1;
	if (!on_page(request->place.rect, &page))
		return err_set(err, ERR_SIGN_PLACE, "the rectangle does not lie on page %u (%.1f x %.1f mm)",
			       request->place.page + 1, pd_page_width_mm(&page), pd_page_height_mm(&page));
	plan->sure = true;
	plan->mark.page = request->place.page;
	plan->mark.rect = request->place.rect;
	return 0;
}

static struct pd_rect_mm fit(struct pd_rect_mm box, double aspect)
{
	double w = box.w;
	double h = w * aspect;

	if (h > box.h) {
		h = box.h;
		w = h / aspect;
	}
	return (struct pd_rect_mm){ box.x + (box.w - w) / 2, box.y + (box.h - h) / 2, w, h };
}

static void take_titles(struct planned_mark *mark, const struct sign_block *block)
{
	memcpy(mark->titles, block->titles, sizeof(mark->titles));
	mark->title_count = block->title_count;
}

static int plan_person(const struct plan_request *request, struct pd_view view, const struct page_text *text,
		       struct arena *arena, struct sign_plan *plan, struct err *err)
{
	double width = request->picture_width_mm > 0 ? request->picture_width_mm : MARK_PICTURE_WIDTH_MM;
	const char *name = request->place.kind == PLACE_NAME ? request->place.name : request->signer;
	struct block_search search;

	add_clause(&plan->mark, mark_info(MARK_PERSON)->clause);
	plan->mark.signer = request->signer;
	if (request->place.kind == PLACE_RECT) {
		if (place_rect(request, view, plan, err) < 0)
			return -1;
		plan->mark.rect = fit(plan->mark.rect, request->picture_aspect);
		return 0;
	}
	if (!text)
		BUG("a person's place is searched without page text");
	if (block_find(text, name, arena, &search, err) < 0)
		return -1;
	plan->candidates = search.candidates;
	plan->candidate_count = search.candidate_count;
	plan->sure = search.sure;
	if (!search.sure) {
		plan->reason_vi = search.reason_vi;
		plan->reason_en = search.reason_en;
		return 0;
	}
	plan->mark.signer = search.found->name;
	plan->mark.page = search.found->page;
	plan->mark.rect = geometry_person(search.found, 1.0 / request->picture_aspect, width);
	take_titles(&plan->mark, search.found);
	return 0;
}

static bool names_match(const char *a, const char *b)
{
	return a && b && text_vi_equal_names(str_of(a), str_of(b));
}

/* Which accepted person's signature the seal goes over; NULL when it is not certain. */
static const struct signed_mark *find_leader(const struct plan_request *request, struct sign_plan *plan)
{
	const char *wanted = request->place.kind == PLACE_NAME ? request->place.name : request->signer;
	const struct signed_mark *found = NULL;
	size_t usable = 0;
	size_t same_agency = 0;
	const struct signed_mark *of_agency = NULL;

	for (size_t i = 0; i < request->signed_mark_count; i++) {
		const struct signed_mark *mark = &request->signed_marks[i];

		if (!mark->person || !mark->accepted || !mark->trusted || mark->rect.w <= 0)
			continue;
		if (wanted && !names_match(mark->signer, wanted))
			continue;
		usable++;
		found = mark;
		if (names_match(mark->organization, request->agency_name)) {
			same_agency++;
			of_agency = mark;
		}
	}
	if (usable == 1)
		return found;
	if (same_agency == 1)
		return of_agency;
	if (usable > 1) {
		plan->reason_vi = "nhiều người đã ký; hãy nêu đóng dấu trùm lên chữ ký của ai (--signer)";
		plan->reason_en = "several people have signed; say over whose signature the seal goes (--signer)";
	}
	return NULL;
}

static int refuse_seal(const struct plan_request *request, struct err *err)
{
	for (size_t i = 0; i < request->signed_mark_count; i++) {
		const struct signed_mark *mark = &request->signed_marks[i];

		if (mark->person && mark->why_not)
			return err_set(err, ERR_SIGN_NO_PERSON,
				       "the signature of %s (%s) does not do: %s (NĐ 30/2020, Điều 32)",
				       mark->signer ? mark->signer : "?", mark->field, mark->why_not);
	}
	return err_set(
	    err, ERR_SIGN_NO_PERSON,
	    "the file has no visible valid signature of a competent person%s%s (NĐ 30/2020, Điều 32 khoản 2 điểm d)",
	    request->signer ? " named " : "", request->signer ? request->signer : "");
}

static void warn_seal_size(struct planned_mark *mark, double seal_mm)
{
	if (seal_mm < MARK_SEAL_USUAL_MIN_MM || seal_mm > MARK_SEAL_USUAL_MAX_MM)
		add_warning(mark, "đường kính con dấu ngoài khoảng thường gặp 34-42 mm (the seal's diameter is outside "
				  "the usual 34-42 mm)");
}

static int plan_agency(const struct plan_request *request, struct pd_view view, struct arena *arena,
		       struct sign_plan *plan, struct err *err)
{
	double seal = request->seal_mm > 0 ? request->seal_mm : MARK_SEAL_DEFAULT_MM;
	const struct signed_mark *leader;
	struct pd_page page;

	(void)arena;
	add_clause(&plan->mark, mark_info(MARK_AGENCY)->clause);
	add_clause(&plan->mark, "NĐ 30/2020 Đ.32 k2 d");
	if (seal < MARK_SEAL_MIN_MM || seal > MARK_SEAL_MAX_MM)
		return err_set(err, ERR_SIGN_MARK_IMAGE, "a seal of %.1f mm: 20 to 50 mm are possible", seal);
	leader = find_leader(request, plan);
	if (!leader)
		return plan->reason_en ? 0 : refuse_seal(request, err);
	warn_seal_size(&plan->mark, seal);
	plan->mark.signer = leader->signer;
	if (request->place.kind == PLACE_RECT) {
		if (place_rect(request, view, plan, err) < 0)
			return -1;
		plan->mark.rect = fit(plan->mark.rect, 1.0);
		add_warning(&plan->mark, "vị trí do người dùng chọn, không theo II.8.a (place chosen by hand)");
		return 0;
	}
	if (load_page(view, leader->page, &page, err) < 0)
		return -1;
	plan->sure = true;
	plan->mark.page = leader->page;
	plan->mark.rect = geometry_agency(leader->rect, seal, pd_page_width_mm(&page), pd_page_height_mm(&page));
	return 0;
}

static int plan_line(const struct plan_request *request, struct pd_view view, const struct page_text *text,
		     struct arena *arena, struct sign_plan *plan, struct err *err)
{
	struct err place_err = ERR_INIT;
	double w;
	double h;
	int rc;

	add_clause(&plan->mark, mark_info(request->mark)->clause);
	if (mark_line_text(request->mark, &request->line, arena, &plan->mark.text, err) < 0)
		return -1;
	if (request->place.kind == PLACE_RECT)
		return place_rect(request, view, plan, err);
	w = pd_font_text_width(request->font, plan->mark.text, MARK_TEXT_SIZE_PT) * PD_MM_PER_PT;
	h = (pd_font_ascent(request->font, MARK_TEXT_SIZE_PT) - pd_font_descent(request->font, MARK_TEXT_SIZE_PT)) *
	    PD_MM_PER_PT;
	if (!text || text->page_count == 0)
		BUG("a copy or annex line is placed without page text");
	rc = request->first_page
		 ? geometry_top_right_seen(&text->pages[0], request->first_page, w, h, &plan->mark.rect, &place_err)
		 : geometry_top_right(&text->pages[0], w, h, &plan->mark.rect, &place_err);
	if (rc < 0) {
		plan->reason_vi = "không còn chỗ trống ở góc trên bên phải trang đầu";
		plan->reason_en = "there is no free place at the top right of page 1";
		return 0;
	}
	plan->sure = true;
	return 0;
}

int plan_make(const struct plan_request *request, struct pd_view view, const struct page_text *text,
	      struct arena *arena, struct sign_plan *ret_plan, struct err *err)
{
	struct sign_plan plan = { .mark.kind = request->mark };
	int rc = 0;

	switch (request->mark) {
	case MARK_PERSON:
		rc = plan_person(request, view, text, arena, &plan, err);
		break;
	case MARK_AGENCY:
		rc = plan_agency(request, view, arena, &plan, err);
		break;
	case MARK_COPY:
	case MARK_ANNEX:
		rc = plan_line(request, view, text, arena, &plan, err);
		break;
	case MARK_NONE:
		plan.sure = true;
		add_clause(&plan.mark, mark_info(MARK_NONE)->clause);
		break;
	case MARK_KIND_COUNT:
	default:
		BUG("mark kind %d", (int)request->mark);
	}
	if (rc < 0)
		return -1;
	*ret_plan = plan;
	return 0;
}
