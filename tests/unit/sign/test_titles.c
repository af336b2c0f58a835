/* test_titles.c - what short lines say. */
#include "test.h"

#include "sign/rows.h"
#include "sign/titles.h"
#include "util/arena.h"
#include "util/text_vi.h"

static struct str key_of(struct arena *arena, const char *text)
{
	struct err err = ERR_INIT;
	struct str key;

	assert_ok(text_vi_fold(str_of(text), ROWS_KEY, arena, &key, &err), &err);
	return key;
}

static enum line_kind kind_of(const char *text)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);

	return titles_kind(key_of(arena, text), text_vi_is_upper(str_of(text)));
}

static void every_row_is_a_key(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	size_t n = 0;

	(void)state;
	for (const char *row; (row = titles_table_row(n)); n++)
		assert_string_equal(key_of(arena, row).p, row);
	assert_true(n > 150);
}

static void titles_are_known(void **state)
{
	static const char *const rows[] = {
		"GIÁM ĐỐC",
		"KT. GIÁM ĐỐC",
		"PHÓ GIÁM ĐỐC",
		"TM. ỦY BAN NHÂN DÂN",
		"TM. UỶ BAN NHÂN DÂN",
		"KT. CHỦ TỊCH",
		"PHÓ CHỦ TỊCH",
		"TL. GIÁM ĐỐC",
		"CHÁNH VĂN PHÒNG",
		"TUQ. BỘ TRƯỞNG",
		"Q. GIÁM ĐỐC",
		"QUYỀN GIÁM ĐỐC",
		"K/T CHÁNH VĂN PHÒNG",
		"T/L TƯ LỆNH",
		"TRƯỞNG PHÒNG",
		"HIỆU TRƯỞNG",
		"TỔNG CỤC TRƯỞNG",
		"BỘ TRƯỞNG",
		"THỨ TRƯỞNG",
		"CỤC TRƯỞNG",
		"VIỆN TRƯỞNG",
		"CHÁNH ÁN",
		"BÍ THƯ",
		"TRƯỞNG BAN",
		"CHỦ TỌA",
		"CHỦ TOẠ",
		"THƯ KÝ",
		"ĐẠI DIỆN BÊN A",
		"NGƯỜI LẬP BIỂU",
		"KIỂM SÁT VIÊN TRƯỞNG",
		"ĐỒN TRƯỞNG",
		"PHÓ TRƯỞNG ĐOÀN",
		"CÁC PHÓ CHỦ TỊCH",
		"ỦY VIÊN THƯỜNG TRỰC",
		"Người đứng đầu Cơ quan, tổ chức",
		"Giám đốc",
		"Phó Giám đốc",
		"KT. Giám đốc",
		"Đại diện bên nhận",
		"THỦ TƯỚNG",
		"BÁC SĨ",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (kind_of(rows[i]) != LINE_TITLE)
			fail_msg("%s should be a title, is %d", rows[i], (int)kind_of(rows[i]));
}

static void other_lines(void **state)
{
	static const struct {
		const char *text;
		enum line_kind kind;
	} rows[] = {
		{ "SỞ NỘI VỤ", LINE_CAPITALS },
		{ "TRƯỜNG THPT LÂM HẢI", LINE_CAPITALS },
		{ "CHUYỂN ĐỔI SỐ", LINE_CAPITALS },
		{ "TK-000123", LINE_PLAIN },
		{ "12/3", LINE_PLAIN },
		{ "", LINE_PLAIN },
		{ "- Giám đốc (b/c);", LINE_PLAIN },
		{ "Giám đốc, các Phó Giám đốc;", LINE_PLAIN },
		{ "Giám đốc chịu trách nhiệm.", LINE_PLAIN },
		{ "Giám đốc Sở giao các phòng thực hiện việc này", LINE_PLAIN },
		{ "1. Chủ trì", LINE_PLAIN },
		{ "Sở đề nghị các cơ quan thực hiện./.", LINE_PLAIN },
		{ "(Ký, đóng dấu và ghi rõ họ tên)", LINE_NOTE },
		{ "(Chữ ký, dấu (nếu có))", LINE_NOTE },
		{ "(Ký tên)", LINE_NOTE },
		{ "Ký, ghi rõ họ tên", LINE_NOTE },
		{ "(Kèm theo văn bản số 12)", LINE_PLAIN },
		{ "[ký số]", LINE_NOTE },
		{ "......................", LINE_RULE },
		{ "KẾ HOẠCH CỦA CHỦ TỊCH", LINE_CAPITALS },
		{ "Người ký: Nguyễn Văn A", LINE_SIGNED },
		{ "Thời gian ký: 12.05.2026 10:11:12 +07:00", LINE_SIGNED },
		{ "NGƯỜI KÝ", LINE_TITLE },
		{ "(Đã ký)", LINE_SIGNED },
		{ "Đã ký", LINE_SIGNED },
		{ "Thiếu tướng", LINE_RANK },
		{ "ĐẠI TÁ", LINE_RANK },
		{ "Thượng uý", LINE_RANK },
		{ "PGS. TS.", LINE_RANK },
		{ "BSCKII", LINE_RANK },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (kind_of(rows[i].text) != rows[i].kind)
			fail_msg("%s is %d", rows[i].text, (int)kind_of(rows[i].text));
}

static void very_long_lines_are_plain(void **state)
{
	char text[600];

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = i % 5 == 4 ? ' ' : 'A';
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(kind_of(text), LINE_PLAIN);
}

static void labels(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);

	(void)state;
	assert_true(titles_is_recipients(key_of(arena, "Nơi nhận:")));
	assert_true(titles_is_recipients(key_of(arena, "NƠI NHẬN")));
	assert_false(titles_is_recipients(key_of(arena, "Nơi cấp:")));
	assert_true(titles_is_addressees(
	    key_of(arena, "Kính gửi: Ủy ban nhân dân các xã, phường trên địa bàn tỉnh Lâm Hải và các cơ quan khác")));
	assert_false(titles_is_addressees(key_of(arena, "Kính")));
	assert_true(titles_is_rank(key_of(arena, "Đ/c")));
	assert_true(titles_is_rank(key_of(arena, "Ông")));
	assert_false(titles_is_rank(key_of(arena, "Nguyễn")));
	assert_false(titles_is_rank(key_of(arena, "i")));
	assert_true(titles_is_list_item(STR("• Nguyễn Văn A")));
	assert_true(titles_is_list_item(STR("2) Nguyễn Văn A")));
	assert_false(titles_is_list_item(STR("2026")));
	assert_false(titles_is_list_item(STR("")));
}

static void names(void **state)
{
	(void)state;
	assert_true(titles_looks_like_name(STR("Nguyễn Văn A")));
	assert_true(titles_looks_like_name(STR("TRẦN QUỐC BẢO")));
	assert_true(titles_looks_like_name(STR("H'Hen Niê")));
	assert_true(titles_looks_like_name(STR("Tôn Nữ Thị Ninh-Kiều")));
	assert_false(titles_looks_like_name(STR("Nguyễn")));
	assert_false(titles_looks_like_name(STR("Nguyễn văn A")));
	assert_false(titles_looks_like_name(STR("Nguyễn Văn A.")));
	assert_false(titles_looks_like_name(STR("Điều 5 Luật")));
	assert_false(titles_looks_like_name(STR("Một Hai Ba Bốn Năm Sáu Bảy Tám")));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_row_is_a_key),        cmocka_unit_test(titles_are_known), cmocka_unit_test(other_lines),
	cmocka_unit_test(very_long_lines_are_plain), cmocka_unit_test(labels),           cmocka_unit_test(names),
};

TEST_MAIN(tests)
