/*
 * pages.h - letters for the tests, written as lines of text with their places: draw(page, x, y, size, text) as a
 * typewriter of 0.5 em wide letters would set them. Centred lines by centre().
 */
#ifndef KYSO_TEST_SIGN_PAGES_H
#define KYSO_TEST_SIGN_PAGES_H

#include "near.h"

#include "util/arena.h"
#include "util/page_text.h"
#include "util/text_vi.h"

enum { PAGES_MAX = 4, LINES_MAX = 120 };

struct letter {
	struct arena *arena;
	struct page_text text;
	struct text_page pages[PAGES_MAX];
	struct text_line lines[PAGES_MAX][LINES_MAX];
	struct text_box images[8];
};

static inline struct letter *letter_new(size_t page_count)
{
	struct letter *letter = calloc(1, sizeof(*letter));

	letter->arena = arena_new(0);
	letter->text = (struct page_text){ .doc_page_count = (uint32_t)page_count,
					   .pages = letter->pages,
					   .page_count = page_count };
	for (size_t i = 0; i < page_count; i++)
		letter->pages[i] = (struct text_page){ .width_mm = 210, .height_mm = 297, .lines = letter->lines[i] };
	letter->pages[0].images = letter->images;
	return letter;
}

static inline void letter_free(struct letter *letter)
{
	arena_free(letter->arena);
	free(letter);
}

static inline void letter_freep(struct letter **letter)
{
	letter_free(*letter);
}

static inline float advance_mm(float size_pt)
{
	return size_pt * 0.5f * 25.4f / 72;
}

static inline float width_mm(const char *text, float size_pt)
{
	size_t n = 0;
	uint32_t code;

	for (struct str s = str_of(text); utf8_next(&s, &code);)
		n += code < 0x300 || code > 0x36f;
	return (float)n * advance_mm(size_pt);
}

static inline struct text_line *draw(struct letter *letter, size_t page, float x, float y, float size_pt,
				     const char *text)
{
	struct text_page *to = &letter->pages[page];
	struct text_line *line = &to->lines[to->line_count++];
	struct str rest = str_of(text);
	struct text_char *chars = ARENA_ARRAY(letter->arena, struct text_char, utf8_count(rest) + 1);
	float at = x;
	float h = size_pt * 1.1f * 25.4f / 72;
	size_t n = 0;
	uint32_t code;

	assert_true(to->line_count <= LINES_MAX);
	while (utf8_next(&rest, &code)) {
		bool mark = code >= 0x300 && code <= 0x36f;

		chars[n++] =
		    (struct text_char){ code, mark ? at - 1 : at, y, mark ? at : at + advance_mm(size_pt), y + h };
		at += mark ? 0 : advance_mm(size_pt);
	}
	*line = (struct text_line){ .x0 = x,
				    .y0 = y,
				    .x1 = at,
				    .y1 = y + h,
				    .baseline = y + h * 0.8f,
				    .size_pt = size_pt,
				    .utf8 = text,
				    .chars = chars,
				    .char_count = n };
	return line;
}

static inline struct text_line *centre(struct letter *letter, size_t page, float x, float y, float size_pt,
				       const char *text)
{
	return draw(letter, page, x - width_mm(text, size_pt) / 2, y, size_pt, text);
}

static inline void picture(struct letter *letter, float x0, float y0, float x1, float y1)
{
	letter->images[letter->pages[0].image_count++] = (struct text_box){ x0, y0, x1, y1 };
}

/* The head and some body, to y = 110. */
static inline void head(struct letter *letter)
{
	centre(letter, 0, 65, 20, 12, "UBND TỈNH LÂM HẢI");
	centre(letter, 0, 65, 25, 12, "SỞ NỘI VỤ");
	centre(letter, 0, 148, 20, 12, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA");
	centre(letter, 0, 148, 25, 12, "Độc lập - Tự do - Hạnh phúc");
	draw(letter, 0, 45, 38, 13, "Số: ....../SNV-VP");
	draw(letter, 0, 115, 38, 13, "Lâm Hải, ngày ..... tháng ..... năm 2026");
	draw(letter, 0, 70, 55, 13, "Kính gửi: Các cơ quan.");
	for (int i = 0; i < 5; i++)
		draw(letter, 0, 30, 75 + 7 * (float)i, 13,
		     "Thực hiện kế hoạch của tỉnh, Sở đề nghị các cơ quan rà soát");
}

static inline void recipients(struct letter *letter, float y)
{
	draw(letter, 0, 30, y, 12, "Nơi nhận:");
	draw(letter, 0, 30, y + 6, 11, "- Như trên;");
	draw(letter, 0, 30, y + 11, 11, "- Lưu: VT.");
}

/* A letter with "Nơi nhận" on the left and one block on the right. */
static inline struct letter *plain_letter(const char *title, const char *name)
{
	struct letter *letter = letter_new(1);

	head(letter);
	recipients(letter, 130);
	centre(letter, 0, 150, 130, 13, title);
	if (name)
		centre(letter, 0, 150, 160, 13, name);
	return letter;
}

#endif
