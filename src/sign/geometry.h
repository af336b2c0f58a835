/*
 * geometry.h - where the marks go, as pure functions in millimetres from the top left of the page as shown.
 *
 * Clauses are of NĐ 30/2020/NĐ-CP, Phụ lục I: II.7.d (person), II.8.a (agency), II.8.b and III.1.d (annex), Phần II.I (copy).
 */
#ifndef KYSO_SIGN_GEOMETRY_H
#define KYSO_SIGN_GEOMETRY_H

#include "sign/block.h"

#define GEOMETRY_PERSON_WIDTH_MM 42.0 /* when the caller does not say */
#define GEOMETRY_SEAL_MIN_MM 20.0
#define GEOMETRY_SEAL_MAX_MM 50.0
#define GEOMETRY_SEAL_USUAL_MIN_MM 34.0
#define GEOMETRY_SEAL_USUAL_MAX_MM 42.0

/* II.7.d: the picture centred between title and name, scaled to the room at its aspect ratio, not wider than the block allows.
 * `picture_aspect` is width by height; width 0 = GEOMETRY_PERSON_WIDTH_MM. A zero rectangle when the block has no room. */
struct pd_rect_mm geometry_person(const struct sign_block *block, double picture_aspect, double picture_width_mm);

/* II.8.a: a seal of real diameter whose right edge stands at one third of the signature picture's width, vertically centred on it,
 * kept on the page (moved in from the edge, never scaled). */
struct pd_rect_mm geometry_agency(struct pd_rect_mm signature, double seal_mm, double page_w_mm, double page_h_mm);

/* Top right of page 1 for a line of w x h mm, clear of all text and pictures: starts in the top margin, moves down in steps.
 * -1 with ERR_SIGN_PLACE when there is no free place in the upper part of the page. */
NODISCARD int geometry_top_right(const struct text_page *page, double w_mm, double h_mm, struct pd_rect_mm *ret, struct err *err);
/* The same for a page whose picture is at hand: a scan fills the page with one image, so only its pixels tell what is free. */
NODISCARD int geometry_top_right_seen(const struct text_page *page, const struct page_image *image, double w_mm, double h_mm,
				      struct pd_rect_mm *ret, struct err *err);

#endif
