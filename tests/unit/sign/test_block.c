/* test_block.c - the block finder on letters drawn by hand: each trap by itself. */
#include "pages.h"

#include "sign/block.h"

static struct block_search find(struct letter *letter, const char *signer)
{
	struct err err = ERR_INIT;
	struct block_search search;

	assert_ok(block_find(&letter->text, signer, letter->arena, &search, &err), &err);
	if (search.sure) {
		assert_non_null(search.found);
		assert_null(search.found->why_not);
	} else {
		assert_null(search.found);
		assert_non_null(search.reason_vi);
		assert_non_null(search.reason_en);
	}
	return search;
}

static void assert_sure(struct letter *letter, const char *signer, const char *last_title)
{
	struct block_search search = find(letter, signer);

	if (!search.sure)
		fail_msg("not sure of %s: %s", signer, search.reason_en);
	assert_true(search.found->title_count > 0);
	assert_string_equal(search.found->titles[search.found->title_count - 1], last_title);
	assert_true(search.found->room.h > 5);
	assert_true(search.found->room.w > 20);
	assert_true(search.found->room.y >= search.found->title_rect.y + search.found->title_rect.h);
	assert_true(search.found->room.y + search.found->room.h <= search.found->name_rect.y);
}

static void assert_unsure(struct letter *letter, const char *signer, enum block_why best)
{
	struct block_search search = find(letter, signer);

	assert_false(search.sure);
	if (best == BLOCK_WHY_COUNT) {
		assert_int_equal(search.candidate_count, 0);
		return;
	}
	assert_true(search.candidate_count > 0);
	if (search.candidates[0].why != best)
		fail_msg("best candidate: %s", search.candidates[0].why_not ? search.candidates[0].why_not : "taken");
}

/* True when a candidate has this reason. */
static bool has_candidate(const struct block_search *search, enum block_why why)
{
	for (size_t i = 0; i < search->candidate_count; i++)
		if (search->candidates[i].why == why)
			return true;
	return false;
}

static void one_block(void **state)
{
	AUTO(letter_freep) struct letter *letter = plain_letter("GIÁM ĐỐC", "Nguyễn Minh Quân");
	struct block_search search;

	(void)state;
	assert_sure(letter, "Nguyễn Minh Quân", "GIÁM ĐỐC");
	assert_sure(letter, "NGUYỄN MINH QUÂN", "GIÁM ĐỐC");
	assert_sure(letter, "Nguye\xcc\x82\xcc\x83n Minh Qua\xcc\x82n", "GIÁM ĐỐC");
	assert_sure(letter, NULL, "GIÁM ĐỐC");
	search = find(letter, "Nguyễn Minh Quân");
	assert_string_equal(search.found->name, "Nguyễn Minh Quân");
	assert_int_equal(search.found->page, 0);
	/* the room ends at "Nơi nhận" on the left and at the page's edge on the right */
	assert_true(search.found->room.x > 50 && search.found->room.x < 110);
	assert_true(search.found->room.x + search.found->room.w > 195);
}

static void certificates_add_words(void **state)
{
	static const char *const spellings[] = { "Nguyễn Minh Quân - Giám đốc",   "Nguyễn Minh Quân (SNV)",
						 "Nguyễn Minh Quân, Sở Nội vụ",   "ThS. Nguyễn Minh Quân",
						 "Nguyễn Minh Quân 079080000001", "Đ/c Nguyễn Minh Quân",
						 "  Nguyễn\xc2\xa0Minh  Quân " };
	AUTO(letter_freep) struct letter *letter = plain_letter("GIÁM ĐỐC", "Nguyễn Minh Quân");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++)
		assert_sure(letter, spellings[i], "GIÁM ĐỐC");
}

static void other_names_are_not_this_name(void **state)
{
	AUTO(letter_freep) struct letter *letter = plain_letter("GIÁM ĐỐC", "Nguyễn Minh Quân");
	struct err err = ERR_INIT;
	struct block_search search;

	(void)state;
	assert_unsure(letter, "NGUYEN MINH QUAN", BLOCK_ACCENTS_DIFFER);
	assert_unsure(letter, "Nguyễn Minh Quan", BLOCK_ACCENTS_DIFFER);
	assert_unsure(letter, "Minh Quân", BLOCK_OTHER_PERSON);
	assert_unsure(letter, "Nguyễn Minh", BLOCK_OTHER_PERSON);
	assert_unsure(letter, "Trần Thị B", BLOCK_OTHER_PERSON);
	assert_fails(block_find(&letter->text, " 12 ", letter->arena, &search, &err), &err, ERR_USAGE);
	assert_fails(block_find(&letter->text, "\xff", letter->arena, &search, &err), &err, ERR_TEXT);
}

static void spellings_on_the_page(void **state)
{
	static const char *const names[] = { "NGUYỄN THỊ HÒA",
					     "Nguyễn Thị Hoà",
					     "Nguyễn  Thị   Hòa",
					     "Nguye\xcc\x83\xcc\x82n Thi\xcc\xa3 Ho\xcc\x80\x61",
					     "N g u y ễ n T h ị H ò a",
					     "Đại tá Nguyễn Thị Hòa",
					     "PGS.TS. Nguyễn Thị Hòa",
					     "NguyễnThị Hòa" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		AUTO(letter_freep) struct letter *letter = plain_letter("GIÁM ĐỐC", names[i]);

		assert_sure(letter, "Nguyễn Thị Hoà", "GIÁM ĐỐC");
	}
}

static void points_and_apostrophes(void **state)
{
	AUTO(letter_freep) struct letter *point = plain_letter("GIÁM ĐỐC", "Nguyễn H. Minh");
	AUTO(letter_freep) struct letter *apostrophe = plain_letter("GIÁM ĐỐC", "H’Nhi Niê Kđăm");

	(void)state;
	assert_sure(point, "Nguyễn H. Minh", "GIÁM ĐỐC");
	assert_sure(point, "Nguyễn H Minh", "GIÁM ĐỐC");
	assert_unsure(point, "Nguyễn Minh", BLOCK_OTHER_PERSON);
	assert_sure(apostrophe, "H'Nhi Niê Kđăm", "GIÁM ĐỐC");
}

/* Certificates of merit and invitations: a name under capitals and room, and nobody signs there. */
static void names_in_sentences(void **state)
{
	AUTO(letter_freep) struct letter *awarded = plain_letter("GIÁM ĐỐC", "Trần Thị Bình");
	AUTO(letter_freep) struct letter *invited = plain_letter("GIÁM ĐỐC SỞ TRÂN TRỌNG KÍNH MỜI", "Trần Thị Bình");
	AUTO(letter_freep) struct letter *merit = plain_letter("CHỦ TỊCH TẶNG BẰNG KHEN", "Trần Thị Bình");
	AUTO(letter_freep) struct letter *telephone = plain_letter("GIÁM ĐỐC", "Trần Thị Bình");

	(void)state;
	centre(awarded, 0, 150, 165.5f, 13, "Đã có thành tích xuất sắc trong công tác");
	assert_unsure(awarded, "Trần Thị Bình", BLOCK_TEXT_GOES_ON);
	assert_false(find(invited, "Trần Thị Bình").sure);
	assert_false(find(merit, "Trần Thị Bình").sure);
	centre(telephone, 0, 150, 165.5f, 11, "Số hiệu thẻ công chức: B 0123");
	assert_sure(telephone, "Trần Thị Bình", "GIÁM ĐỐC");
}

static void spread_and_broken_names(void **state)
{
	AUTO(letter_freep) struct letter *spread = plain_letter("GIÁM ĐỐC", NULL);
	AUTO(letter_freep) struct letter *broken = plain_letter("GIÁM ĐỐC", NULL);

	(void)state;
	centre(spread, 0, 130, 160, 13, "Đỗ");
	centre(spread, 0, 150, 160, 13, "Kim");
	centre(spread, 0, 170, 160, 13, "Ngân");
	assert_sure(spread, "Đỗ Kim Ngân", "GIÁM ĐỐC");
	assert_sure(spread, NULL, "GIÁM ĐỐC");
	centre(broken, 0, 150, 160, 13, "Công Tằng Tôn Nữ");
	centre(broken, 0, 150, 165.5f, 13, "Phương Thảo");
	assert_sure(broken, "Công Tằng Tôn Nữ Phương Thảo", "GIÁM ĐỐC");
}

static void several_titles(void **state)
{
	AUTO(letter_freep) struct letter *letter = plain_letter("TM. ỦY BAN NHÂN DÂN", "Lê Văn Cường");
	struct block_search search;

	(void)state;
	centre(letter, 0, 150, 135.5f, 13, "KT. CHỦ TỊCH");
	centre(letter, 0, 150, 141, 13, "PHÓ CHỦ TỊCH");
	assert_sure(letter, "Lê Văn Cường", "PHÓ CHỦ TỊCH");
	search = find(letter, "Lê Văn Cường");
	assert_int_equal(search.found->title_count, 3);
	assert_string_equal(search.found->titles[0], "TM. ỦY BAN NHÂN DÂN");
	assert_string_equal(search.found->titles[1], "KT. CHỦ TỊCH");
}

static void ranks_and_notes(void **state)
{
	AUTO(letter_freep) struct letter *rank_over_name = plain_letter("CHỈ HUY TRƯỞNG", "Tạ Hùng Cường");
	AUTO(letter_freep) struct letter *rank_under_title = plain_letter("CHỈ HUY TRƯỞNG", "Tạ Hùng Cường");
	AUTO(letter_freep) struct letter *note = plain_letter("Người đứng đầu Cơ quan,", "Nông Văn Toàn");
	struct block_search search;

	(void)state;
	centre(rank_over_name, 0, 150, 154.5f, 13, "Đại tá");
	assert_sure(rank_over_name, "Tạ Hùng Cường", "CHỈ HUY TRƯỞNG");
	search = find(rank_over_name, "Tạ Hùng Cường");
	assert_true(search.found->room.y + search.found->room.h <= 154.5);
	centre(rank_under_title, 0, 150, 135.5f, 13, "Đại tá");
	assert_sure(rank_under_title, "Tạ Hùng Cường", "CHỈ HUY TRƯỞNG");
	search = find(rank_under_title, "Tạ Hùng Cường");
	assert_true(search.found->room.y >= 140);
	centre(note, 0, 150, 135.5f, 13, "tổ chức");
	centre(note, 0, 150, 141, 13, "(Ký, đóng dấu và ghi rõ họ tên)");
	assert_sure(note, "Nông Văn Toàn", "tổ chức");
	search = find(note, "Nông Văn Toàn");
	assert_int_equal(search.found->title_count, 2);
	assert_true(search.found->room.y >= 146);
}

static void name_elsewhere_is_not_taken(void **state)
{
	AUTO(letter_freep) struct letter *letter = plain_letter("GIÁM ĐỐC", "Nguyễn Minh Quân");
	struct block_search search;

	(void)state;
	draw(letter, 0, 30, 112, 13, "Ông Nguyễn Minh Quân, Giám đốc Sở, chủ trì cuộc họp này.");
	draw(letter, 0, 30, 118, 13, "Nguyễn Minh Quân");
	draw(letter, 0, 30, 146, 11, "- Nguyễn Minh Quân;");
	draw(letter, 0, 30, 151, 11, "Nguyễn Minh Quân");
	draw(letter, 0, 82, 60.5f, 13, "- Ông Nguyễn Minh Quân;");
	assert_sure(letter, "Nguyễn Minh Quân", "GIÁM ĐỐC");
	search = find(letter, "Nguyễn Minh Quân");
	assert_int_equal(search.candidate_count, 6);
	assert_true(has_candidate(&search, BLOCK_IN_TEXT));
	assert_true(has_candidate(&search, BLOCK_IN_RECIPIENTS));
	assert_true(has_candidate(&search, BLOCK_IN_ADDRESSEES));
	assert_true(has_candidate(&search, BLOCK_NO_TITLE));
}

static void name_only_elsewhere(void **state)
{
	AUTO(letter_freep) struct letter *letter = plain_letter("GIÁM ĐỐC", "Trần Thị B");
	struct block_search search;

	(void)state;
	draw(letter, 0, 30, 180, 12, "1");
	draw(letter, 0, 50, 180, 12, "Nguyễn Minh Quân");
	draw(letter, 0, 120, 180, 12, "Chuyên viên");
	draw(letter, 0, 150, 190, 12, "- Nguyễn Minh Quân");
	search = find(letter, "Nguyễn Minh Quân");
	assert_false(search.sure);
	assert_true(has_candidate(&search, BLOCK_IN_TABLE));
	assert_true(has_candidate(&search, BLOCK_IN_LIST));
	assert_true(has_candidate(&search, BLOCK_OTHER_PERSON));
	assert_string_equal(search.reason_en, "the signer's name is in the document, but in no signing block");
}

static void headers_and_footers(void **state)
{
	AUTO(letter_freep) struct letter *letter = letter_new(2);
	struct block_search search;

	(void)state;
	head(letter);
	for (size_t p = 0; p < 2; p++) {
		draw(letter, p, 150, 10, 11, "Cao Bá Lộc");
		draw(letter, p, 150, 285, 11, "Cao Bá Lộc");
	}
	search = find(letter, "Cao Bá Lộc");
	assert_false(search.sure);
	assert_int_equal(search.candidates[0].why, BLOCK_IN_HEADER);
	centre(letter, 1, 150, 30, 13, "VIỆN TRƯỞNG");
	centre(letter, 1, 150, 60, 13, "Cao Bá Lộc");
	assert_sure(letter, "Cao Bá Lộc", "VIỆN TRƯỞNG");
	assert_int_equal(find(letter, "Cao Bá Lộc").found->page, 1);
}

static void blocks_side_by_side(void **state)
{
	AUTO(letter_freep) struct letter *letter = letter_new(1);
	struct block_search left, right;

	(void)state;
	head(letter);
	centre(letter, 0, 70, 130, 13, "SỞ TÀI CHÍNH");
	centre(letter, 0, 70, 135.5f, 13, "GIÁM ĐỐC");
	centre(letter, 0, 70, 165, 13, "Mai Thúy Vân");
	centre(letter, 0, 150, 130, 13, "SỞ NỘI VỤ");
	centre(letter, 0, 150, 135.5f, 13, "PHÓ GIÁM ĐỐC");
	centre(letter, 0, 150, 165, 13, "Đặng Hữu Tài");
	assert_sure(letter, "Mai Thuý Vân", "GIÁM ĐỐC");
	assert_sure(letter, "Đặng Hữu Tài", "PHÓ GIÁM ĐỐC");
	assert_unsure(letter, NULL, BLOCK_TAKEN);
	left = find(letter, "Mai Thuý Vân");
	right = find(letter, "Đặng Hữu Tài");
	assert_string_equal(left.found->titles[0], "SỞ TÀI CHÍNH");
	assert_true(left.found->room.x + left.found->room.w <= right.found->room.x + 0.01);
}

static void same_name_twice(void **state)
{
	AUTO(letter_freep) struct letter *letter = letter_new(1);
	struct block_search search;

	(void)state;
	head(letter);
	centre(letter, 0, 70, 130, 13, "NGƯỜI LẬP");
	centre(letter, 0, 70, 160, 13, "Mai Thúy Vân");
	centre(letter, 0, 150, 130, 13, "GIÁM ĐỐC");
	centre(letter, 0, 150, 160, 13, "Mai Thúy Vân");
	search = find(letter, "Mai Thúy Vân");
	assert_false(search.sure);
	assert_int_equal(search.candidate_count, 2);
	assert_string_equal(search.reason_en, "several signing blocks have this name");
}

static void room_must_fit(void **state)
{
	AUTO(letter_freep) struct letter *none = plain_letter("GIÁM ĐỐC", NULL);
	AUTO(letter_freep) struct letter *tall = plain_letter("GIÁM ĐỐC", NULL);
	AUTO(letter_freep) struct letter *aside = plain_letter("GIÁM ĐỐC TRUNG TÂM CHUYỂN ĐỔI SỐ", NULL);

	(void)state;
	centre(none, 0, 150, 137, 13, "Lê Văn Cường");
	assert_unsure(none, "Lê Văn Cường", BLOCK_NO_ROOM);
	centre(tall, 0, 150, 240, 13, "Lê Văn Cường");
	assert_unsure(tall, "Lê Văn Cường", BLOCK_ROOM_TOO_TALL);
	centre(aside, 0, 185, 160, 13, "Lê Văn Cường");
	assert_unsure(aside, "Lê Văn Cường", BLOCK_OFF_CENTRE);
}

static void unknown_titles(void **state)
{
	AUTO(letter_freep) struct letter *level = plain_letter("PHÒNG TỔNG HỢP", "Lê Văn Cường");
	AUTO(letter_freep) struct letter *alone = letter_new(1);

	(void)state;
	assert_sure(level, "Lê Văn Cường", "PHÒNG TỔNG HỢP");
	head(alone);
	centre(alone, 0, 105, 130, 13, "BÁO CÁO TỔNG KẾT");
	centre(alone, 0, 105, 160, 13, "Lê Văn Cường");
	assert_unsure(alone, "Lê Văn Cường", BLOCK_TITLE_UNKNOWN);
	assert_unsure(alone, NULL, BLOCK_WHY_COUNT);
}

static void already_signed(void **state)
{
	AUTO(letter_freep) struct letter *image = plain_letter("GIÁM ĐỐC", "Lê Văn Cường");
	AUTO(letter_freep) struct letter *words = plain_letter("GIÁM ĐỐC", "Lê Văn Cường");
	AUTO(letter_freep) struct letter *clean = plain_letter("GIÁM ĐỐC", "Lê Văn Cường");

	(void)state;
	picture(image, 130, 138, 170, 156);
	assert_unsure(image, "Lê Văn Cường", BLOCK_SIGNED);
	assert_unsure(image, NULL, BLOCK_SIGNED);
	centre(words, 0, 150, 145, 13, "(Đã ký)");
	assert_unsure(words, "Lê Văn Cường", BLOCK_SIGNED);
	picture(clean, 0, 0, 210, 297);    /* the page's background */
	picture(clean, 28, 120, 190, 175); /* a frame around the block */
	picture(clean, 20, 10, 35, 25);    /* a logo */
	assert_sure(clean, "Lê Văn Cường", "GIÁM ĐỐC");
}

static void what_may_stand_in_the_room(void **state)
{
	AUTO(letter_freep) struct letter *dots = plain_letter("GIÁM ĐỐC", "Lê Văn Cường");
	AUTO(letter_freep) struct letter *visible = plain_letter("GIÁM ĐỐC", "Lê Văn Cường");
	AUTO(letter_freep) struct letter *note = plain_letter("GIÁM ĐỐC", NULL);
	AUTO(letter_freep) struct letter *long_note = plain_letter("GIÁM ĐỐC", "Lê Văn Cường");
	AUTO(letter_freep) struct letter *text = plain_letter("GIÁM ĐỐC", "Lê Văn Cường");

	(void)state;
	centre(dots, 0, 150, 150, 13, "......................");
	assert_sure(dots, "Lê Văn Cường", "GIÁM ĐỐC");
	centre(visible, 0, 150, 140, 9, "Người ký: Lê Văn Cường");
	centre(visible, 0, 150, 144, 9, "Cơ quan: Sở Nội vụ, tỉnh Lâm Hải");
	centre(visible, 0, 150, 148, 9, "Thời gian ký: 12.05.2026 10:11:12");
	assert_unsure(visible, "Lê Văn Cường", BLOCK_SIGNED);
	centre(note, 0, 150, 146, 13, "(Ký, ghi rõ họ tên)");
	centre(note, 0, 150, 170, 13, "Lê Văn Cường");
	assert_sure(note, "Lê Văn Cường", "GIÁM ĐỐC");
	centre(long_note, 0, 150, 135.5f, 12, "(Chữ ký của người có thẩm");
	centre(long_note, 0, 150, 140.5f, 12, "quyền, dấu của cơ quan,");
	centre(long_note, 0, 150, 145.5f, 12, "tổ chức)");
	assert_sure(long_note, "Lê Văn Cường", "GIÁM ĐỐC");
	centre(text, 0, 150, 146, 13, "theo phân công");
	assert_unsure(text, "Lê Văn Cường", BLOCK_NO_TITLE);
}

static void tables_over_the_block_are_no_titles(void **state)
{
	AUTO(letter_freep) struct letter *letter = plain_letter("GIÁM ĐỐC", "Lê Văn Cường");

	(void)state;
	centre(letter, 0, 150, 118, 13, "TK-000123");
	centre(letter, 0, 150, 124, 13, "Giám đốc");
	assert_int_equal(find(letter, "Lê Văn Cường").found->title_count, 1);
}

static void invisible_and_vertical_text(void **state)
{
	AUTO(letter_freep) struct letter *hidden = plain_letter("GIÁM ĐỐC", NULL);
	AUTO(letter_freep) struct letter *upright = plain_letter("GIÁM ĐỐC", NULL);

	(void)state;
	centre(hidden, 0, 150, 160, 13, "Lê Văn Cường")->invisible = true;
	assert_unsure(hidden, "Lê Văn Cường", BLOCK_INVISIBLE);
	centre(upright, 0, 150, 160, 13, "Lê Văn Cường")->vertical = true;
	assert_unsure(upright, "Lê Văn Cường", BLOCK_NO_NAME);
}

static void forms_without_name(void **state)
{
	AUTO(letter_freep) struct letter *letter = plain_letter("Người đứng đầu", NULL);
	struct block_search search;

	(void)state;
	centre(letter, 0, 150, 135.5f, 13, "(Ký, đóng dấu)");
	search = find(letter, "Nông Văn Toàn");
	assert_false(search.sure);
	assert_int_equal(search.candidates[0].why, BLOCK_NO_NAME);
	assert_null(search.candidates[0].name);
	assert_true(search.candidates[0].room.h > 5);
	assert_string_equal(search.reason_en, "the signer's name is not in the document");
	search = find(letter, NULL);
	assert_string_equal(search.reason_en, "no signing block with a name was found");
}

static void no_text(void **state)
{
	AUTO(letter_freep) struct letter *letter = letter_new(1);
	struct block_search search = find(letter, "Lê Văn Cường");

	(void)state;
	assert_string_equal(search.reason_en, "the document has no text (a scan?)");
	letter->text.page_count = 0;
	search = find(letter, NULL);
	assert_int_equal(search.candidate_count, 0);
}

static void lines_without_characters(void **state)
{
	AUTO(letter_freep) struct letter *letter = plain_letter("GIÁM ĐỐC", "Lê Văn Cường");

	(void)state;
	for (size_t i = 0; i < letter->pages[0].line_count; i++)
		letter->lines[0][i].char_count = 0;
	assert_sure(letter, "Lê Văn Cường", "GIÁM ĐỐC");
}

static void a_name_a_hundred_times(void **state)
{
	AUTO(letter_freep) struct letter *letter = letter_new(2);

	(void)state;
	for (int i = 0; i < 100; i++)
		draw(letter, 0, 30, 10 + 2.7f * (float)i, 6, "theo Lê Văn Cường thì");
	centre(letter, 1, 150, 130, 13, "GIÁM ĐỐC");
	centre(letter, 1, 150, 160, 13, "Lê Văn Cường");
	assert_sure(letter, "Lê Văn Cường", "GIÁM ĐỐC");
}

static void memory_runs_out(void **state)
{
	AUTO(letter_freep) struct letter *letter = plain_letter("GIÁM ĐỐC", "Lê Văn Cường");
	struct block_search search;

	(void)state;
	for (size_t limit = 1024; limit < 256 * 1024; limit += 1500) {
		AUTO(arena_freep) struct arena *arena = arena_new(limit);
		struct err err = ERR_INIT;

		if (block_find(&letter->text, "Lê Văn Cường", arena, &search, &err) == 0)
			assert_true(search.sure);
		else
			assert_int_equal(err.code, ERR_NO_MEMORY);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(one_block),
	cmocka_unit_test(certificates_add_words),
	cmocka_unit_test(other_names_are_not_this_name),
	cmocka_unit_test(spellings_on_the_page),
	cmocka_unit_test(points_and_apostrophes),
	cmocka_unit_test(names_in_sentences),
	cmocka_unit_test(spread_and_broken_names),
	cmocka_unit_test(several_titles),
	cmocka_unit_test(ranks_and_notes),
	cmocka_unit_test(name_elsewhere_is_not_taken),
	cmocka_unit_test(name_only_elsewhere),
	cmocka_unit_test(headers_and_footers),
	cmocka_unit_test(blocks_side_by_side),
	cmocka_unit_test(same_name_twice),
	cmocka_unit_test(room_must_fit),
	cmocka_unit_test(unknown_titles),
	cmocka_unit_test(already_signed),
	cmocka_unit_test(what_may_stand_in_the_room),
	cmocka_unit_test(tables_over_the_block_are_no_titles),
	cmocka_unit_test(invisible_and_vertical_text),
	cmocka_unit_test(forms_without_name),
	cmocka_unit_test(no_text),
	cmocka_unit_test(lines_without_characters),
	cmocka_unit_test(a_name_a_hundred_times),
	cmocka_unit_test(memory_runs_out),
};

TEST_MAIN(tests)
