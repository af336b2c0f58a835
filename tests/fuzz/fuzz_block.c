/* fuzz_block.c - letters laid out by the input: each line is a place, a size and a phrase or raw text. The finder must
 * answer or refuse, and what it is sure of must have room between titles and name. */
#include <stdlib.h>
#include <string.h>

#include "sign/block.h"
#include "sign/geometry.h"
#include "util/arena.h"
#include "util/err.h"
#include "util/text_vi.h"

enum { MAX_LINES = 64, MAX_PAGES = 3, MAX_RAW = 24 };

static const char *const phrases[] = { "GIÁM ĐỐC",
				       "KT. GIÁM ĐỐC",
				       "PHÓ GIÁM ĐỐC",
				       "Nguyễn Minh Quân",
				       "NGUYỄN MINH QUÂN",
				       "Nguyễn Minh",
				       "Quân",
				       "Đại tá",
				       "(Ký, ghi rõ họ tên)",
				       "(Đã ký)",
				       "Nơi nhận:",
				       "- Nguyễn Minh Quân;",
				       "Kính gửi: Nguyễn Minh Quân",
				       "SỞ NỘI VỤ",
				       "Số: ....../SNV",
				       "ngày ..... tháng ..... năm 20....",
				       "Trần Thị B",
				       "Người đứng đầu cơ quan,",
				       "tổ chức)",
				       "......",
				       "Nguyen Minh Quan",
				       "Nguye\xcc\x82\xcc\x83n",
				       "N g u y ễ n M i n h Q u â n" };

static struct text_char *chars_of(struct arena *arena, const char *text, float x, float y, float em, size_t *ret_count)
{
	struct str rest = str_of(text);
	struct text_char *chars = ARENA_ARRAY(arena, struct text_char, rest.n + 1);
	size_t n = 0;
	uint32_t code;

	while (chars && utf8_next(&rest, &code)) {
		chars[n++] = (struct text_char){ code, x, y, x + em / 2, y + em };
		x += em / 2;
	}
	*ret_count = n;
	return chars;
}

static void lay_line(struct text_page *page, struct arena *arena, const uint8_t d[6], const char *text)
{
	struct text_line *line = &page->lines[page->line_count];
	float x = (float)d[1];
	float y = (float)d[2] * 1.2f;
	float em = 2 + (float)(d[3] % 16) / 3;

	line->chars = chars_of(arena, text, x, y, em, &line->char_count);
	if (!line->chars)
		return;
	*line = (struct text_line){ .x0 = x,
				    .y0 = y,
				    .x1 = x + em / 2 * (float)line->char_count,
				    .y1 = y + em,
				    .size_pt = em * 72 / 25.4f,
				    .bold = d[4] & 1,
				    .invisible = (d[4] & 14) == 14,
				    .vertical = (d[4] & 112) == 112,
				    .utf8 = text,
				    .chars = line->chars,
				    .char_count = d[4] & 128 ? 0 : line->char_count };
	page->line_count++;
}

static void lay_out(const uint8_t *data, size_t size, struct arena *arena, struct text_page *pages)
{
	while (size >= 6) {
		struct text_page *page = &pages[data[0] % MAX_PAGES];
		const uint8_t *d = data;
		const char *text = phrases[d[5] % (sizeof(phrases) / sizeof(phrases[0]))];

		data += 6;
		size -= 6;
		if (d[0] & 128 && page->image_count < MAX_LINES) {
			page->images[page->image_count++] =
			    (struct text_box){ d[1], d[2], (float)d[1] + (float)d[3], (float)d[2] + (float)d[4] };
			continue;
		}
		if (d[0] & 64) {
			size_t n = size < MAX_RAW ? size : MAX_RAW;

			text = arena_strndup(arena, (const char *)data, n);
			data += n;
			size -= n;
		}
		if (text && page->line_count < MAX_LINES)
			lay_line(page, arena, d, text);
	}
}

static void search(const struct page_text *text, const char *signer, struct arena *arena)
{
	struct block_search search;
	struct err err = ERR_INIT;

	if (block_find(text, signer, arena, &search, &err) < 0)
		return;
	if (!search.sure != !search.found || (!search.sure && !search.reason_en))
		abort();
	if (search.sure && (search.found->title_count == 0 || search.found->room.h < 5 || search.found->room.w < 0 ||
			    search.found->why_not))
		abort();
	if (search.sure && geometry_person(search.found, 2, 0).h > search.found->room.h + 1e-6)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct text_line lines[MAX_PAGES][MAX_LINES];
	static struct text_box images[MAX_PAGES][MAX_LINES];
	struct text_page pages[MAX_PAGES];
	struct page_text text = { .doc_page_count = MAX_PAGES, .pages = pages, .page_count = MAX_PAGES };
	AUTO(arena_freep) struct arena *arena = arena_new(64 * 1024 * 1024);
	struct number_date_blanks blanks;
	struct pd_rect_mm place;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < MAX_PAGES; i++)
		pages[i] =
		    (struct text_page){ .width_mm = 210, .height_mm = 297, .lines = lines[i], .images = images[i] };
	lay_out(data, size, arena, pages);
	search(&text, "Nguyễn Minh Quân", arena);
	search(&text, NULL, arena);
	if (block_find_blanks(&text, &blanks, &err) == 0 && blanks.number_found && !(blanks.number.w > 0))
		abort();
	if (geometry_top_right(&pages[0], 60, 5, &place, &err) == 0 && place.y < 0)
		abort();
	return 0;
}
