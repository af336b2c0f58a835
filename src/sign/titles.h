/*
 * titles.h (sign, internal) - what a short line near a signature says: a title, a note to sign, a rank, a name.
 *
 * NĐ 30/2020, Phụ lục I, II.7.a-c and the practice of agencies, the Party, the armed forces, courts and minutes. Keys are ROWS_KEY
 * (rows.h). Pure.
 */
#ifndef KYSO_SIGN_TITLES_H
#define KYSO_SIGN_TITLES_H

#include <stdbool.h>

#include "util/str.h"

enum line_kind {
	LINE_PLAIN,    /* anything else */
	LINE_CAPITALS, /* all capitals, unknown: the name of an agency, a title's second line, a title not in the table */
	LINE_TITLE,    /* "KT. GIÁM ĐỐC", "CHỦ TỌA", "Người đứng đầu cơ quan, tổ chức" */
	LINE_NOTE,     /* "(Ký, đóng dấu và ghi rõ họ tên)" */
	LINE_RANK,     /* "Thiếu tướng", "PGS. TS." */
	LINE_SIGNED,   /* "(Đã ký)", "Người ký: ...", "Thời gian ký: ..." */
	LINE_RULE      /* dots or dashes to sign on */
};

enum line_kind titles_kind(struct str key, bool capitals);
/* Every word of the key is a rank or a degree, or a form of address. */
bool titles_is_rank(struct str key);
/* Begins with a dash, a plus, a bullet or a number and a point, or ends with a semicolon. */
bool titles_is_list_item(struct str text);
bool titles_is_recipients(struct str key); /* "Nơi nhận:" */
bool titles_is_addressees(struct str key); /* "Kính gửi: ..." */
/* Two to seven words of letters, each with a capital: "Nguyễn Văn A", "H'Hen Niê", "TRẦN QUỐC BẢO". */
bool titles_looks_like_name(struct str text);

/* The rows of the tables, for the test that they are keys; NULL after the last. */
const char *titles_table_row(size_t i);

#endif
