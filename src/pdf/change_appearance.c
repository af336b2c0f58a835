/*
 * change_appearance.c - does an appearance show what the value says? The shadow-replace attack signs a form whose value and appearance
 * differ, or fills a field so that they do (rule 17). Also: does an annotation's own appearance paint over content (rule 16)?
 *
 * The content stream is scanned for its operators and shown strings; strings are decoded through /ToUnicode where the font is
 * composite, as Latin text otherwise. What cannot be decided is suspicious.
 */
#include <stdlib.h>
#include <string.h>

#include "pdf/changes_private.h"
#include "pdf/content.h"
#include "util/arena.h"
#include "util/err.h"

static const double MAX_ICON_PT2 = 36 * 36;

static const struct pd_obj *normal_appearance(const struct pd_compare *cmp, const struct pd_obj *widget)
{
	const struct pd_obj *normal = pd_get(cmp->now, pd_get(cmp->now, widget, "AP"), "N");

	return pd_kind(normal) == PD_STREAM ? normal : NULL;
}

/* The colour of a marker pen lets the text through: its graphics state multiplies. */
static bool multiplies(const struct pd_compare *cmp, const struct pd_obj *stream)
{
	const struct pd_obj *states = pd_get(cmp->now, pd_get(cmp->now, stream, "Resources"), "ExtGState");

	for (size_t i = 0; i < pd_dict_len(states); i++)
		if (pd_is_name(pd_get(cmp->now, pd_deref(cmp->now, pd_dict_value_raw(states, i)), "BM"), "Multiply"))
			return true;
	return false;
}

/* A filled area as large as a word hides it; the icon of a note does not reach that far. */
static bool hides_content(const struct pd_compare *cmp, const struct pd_obj *annotation, const struct pd_obj *stream)
{
	struct pd_rect rect;

	if (!pd_rect_read(cmp->now, pd_get(cmp->now, annotation, "Rect"), &rect))
		return true;
	return (rect.x1 - rect.x0) * (rect.y1 - rect.y0) > MAX_ICON_PT2 &&
	       !(pd_is_name(pd_get(cmp->now, annotation, "Subtype"), "Highlight") && multiplies(cmp, stream));
}

bool change_paints_content(const struct pd_compare *cmp, const struct pd_obj *annotation)
{
	const struct pd_obj *appearance = pd_get(cmp->now, annotation, "AP");
	const struct pd_obj *stream = normal_appearance(cmp, annotation);
	struct pd_content_summary summary;

	if (pd_kind(appearance) != PD_DICT)
		return false;
	if (!stream || pd_content_summarise(cmp->now, stream, cmp->arena, &summary, NULL) < 0)
		return true;
	return summary.images || summary.forms || summary.shadings || summary.text[0] ||
	       (summary.fills && hides_content(cmp, annotation, stream));
}

/* Letters and digits only, so that line breaks, justification and bullets of an appearance do not matter. */
static void squeeze(char *text)
{
	char *out = text;

	for (const char *in = text; *in; in++)
		if ((unsigned char)*in > ' ')
			*out++ = *in;
	*out = '\0';
}

static bool shows(struct arena *arena, const char *shown, const char *value)
{
	char *a = arena_strdup(arena, shown);
	char *b = arena_strdup(arena, value);

	if (!a || !b)
		return false;
	squeeze(a);
	squeeze(b);
	return strcmp(a, b) == 0;
}

void change_check_appearance(struct pd_compare *cmp, const struct pd_field *field, const struct pd_obj *widget, struct pd_change *item)
{
	const struct pd_obj *stream = normal_appearance(cmp, widget);
	const char *value = item->new_value ? item->new_value : "";
	struct pd_content_summary summary;

	if (field->type != PD_FIELD_TEXT && field->type != PD_FIELD_CHOICE)
		return; /* buttons: states are named by /AS, their looks were signed with the field or are fresh and listed */
	if (!stream)
		return; /* no appearance: the reader shows the value itself */
	if (pd_content_summarise(cmp->now, stream, cmp->arena, &summary, NULL) < 0 || summary.undecided || summary.images || summary.forms ||
	    summary.shadings || !shows(cmp->arena, summary.text, value)) {
		item->suspicious = true;
		item->what = "form field filled, and its appearance does not show its value";
		item->what_vi = "điền trường biểu mẫu, nhưng hình hiển thị không khớp với giá trị";
	}
}
