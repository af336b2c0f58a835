/* titles.c - tables of folded words; see titles.h. The tone stands at the end of its vowels in every row ("chủ toạ",
 * "chủ tọa", "uỷ viên", "ủy viên"). */
#include "sign/titles.h"

#include <string.h>

#include "util/defer.h"
#include "util/text_vi.h"

enum { MAX_LINE_BYTES = 200, MAX_TITLE_WORDS = 14, MAX_MIXED_WORDS = 9 };

/* Thay mặt, ký thay, thừa lệnh, thừa ủy quyền, quyền (II.7.a), also as the Party and the army write them (K/T, T/M). */
static const char *const authority[] = {
	"tm",  "kt",    "tl",       "tuq",     "q",         "k t",           "t m",
	"t l", "t u q", "thay mặt", "ký thay", "thừa lệnh", "thừa uỷ quyền", "thừa ủy quyền"
};

/* A title begins with one of these, after the authority and "phó", "quyền". */
static const char *const titles[] = {
	"giám đốc",      "tổng giám đốc",   "chủ tịch",       "chủ nhiệm",     "chủ toạ",         "chủ tọa",
	"chủ trì",       "chủ hộ",          "chủ đầu tư",     "chủ sở hữu",    "chủ tài khoản",   "chánh văn phòng",
	"chánh án",      "chánh thanh tra", "chánh toà",      "chánh tòa",     "tổng cục trưởng", "tổng thư ký",
	"tổng bí thư",   "tổng biên tập",   "tổng kiểm toán", "tổng tham mưu", "tổng lãnh sự",    "tổng thanh tra",
	"tổng tư lệnh",  "bộ trưởng",       "thứ trưởng",     "bí thư",        "trưởng",          "hiệu trưởng",
	"hiệu phó",      "cục trưởng",      "vụ trưởng",      "viện trưởng",   "hội trưởng",      "đội trưởng",
	"tổ trưởng",     "trạm trưởng",     "hạt trưởng",     "xã đội trưởng", "thư ký",          "đại diện",
	"người",         "bên a",           "bên b",          "bên giao",      "bên nhận",        "bên mua",
	"bên bán",       "kế toán",         "thủ quỹ",        "thủ qũy",       "thủ kho",         "thủ trưởng",
	"thủ tướng",     "chấp hành viên",  "thẩm phán",      "hội thẩm",      "thẩm tra viên",   "kiểm sát viên",
	"điều tra viên", "thanh tra viên",  "kiểm toán viên", "kiểm lâm viên", "công chứng viên", "đăng ký viên",
	"chuyên viên",   "cán bộ",          "thành viên",     "uỷ viên",       "ủy viên",         "tư lệnh",
	"chính uỷ",      "chính ủy",        "chính trị viên", "chỉ huy",       "đại sứ",          "tham tán",
	"phụ trách",     "xác nhận của",    "ý kiến của",     "duyệt",         "phê duyệt",       "lãnh đạo",
	"thường trực",   "đoàn chủ tịch",   "giáo viên",      "giảng viên",    "bác sĩ",          "quản lý",
	"quản đốc",      "luật sư",         "nhân viên",      "trợ lý",        "cố vấn",          "phó",
	"lập biểu",      "lập bảng",        "tổng giám thị",  "giám thị",      "giám sát",        "văn thư",
	"tư vấn",        "nhà thầu",        "đơn vị thi công", "đơn vị sử dụng", "đơn vị tư vấn", "đơn vị giám sát",
	"đơn vị vận hành", "đơn vị quản lý", "đơn vị cung cấp", "bên thuê", "bên cho", "bên cung cấp", "bên c", "đơn vị được",
};

static const char *const prefixes[] = { "phó", "quyền", "nguyên", "các" };

static const char *const notes[] = { "ký tên", "ký và",    "ký ghi rõ", "ký đóng dấu", "ký họ tên",
				     "chữ ký", "đóng dấu", "ghi rõ họ", "ký số",       "ký và ghi" };

/* "CHỦ TỊCH TẶNG BẰNG KHEN", "GIÁM ĐỐC TRÂN TRỌNG KÍNH MỜI": a sentence in capitals, and the name under it is not the signer's. */
static const char *const sentences[] = { "tặng bằng", "tặng giấy", "tặng kỷ niệm", "tặng danh hiệu", "tặng thưởng", "trao tặng",
					 "bằng khen", "giấy khen",  "kính mời",     "trân trọng",     "chứng nhận", "truy tặng" };

/* What other programs print into a visible signature. */
static const char *const signature_text[] = { "người ký", "ký bởi",     "được ký bởi",      "ngày ký",  "thời gian ký",
					      "ký ngày",  "ký số ngày", "digitally signed", "signed by" };

static const char *const signed_words[] = { "đã ký", "đã ký số", "đã ký và đóng dấu", "ký số bởi" };

/* Single words of ranks (armed forces may print them, II.7.b), degrees (not to be printed, but met) and forms of
 * address. */
static const char *const rank_words[] = {
	"binh",  "hạ",   "thiếu", "trung", "thượng", "đại",  "chuẩn", "phó",   "sĩ",     "uý",   "úy",    "tá",
	"tướng", "đô",   "đốc",   "gs",    "pgs",    "ts",   "ths",   "tskh",  "bs",     "bsck", "bscki", "bsckii",
	"cki",   "ckii", "ck1",   "ck2",   "ck",     "ds",   "dsck",  "dscki", "dsckii", "ks",   "kts",   "cn",
	"ls",    "th",   "s",     "i",     "ii",     "ngưt", "ngnd",  "ttưt",  "ttnd",   "giáo", "phó",   "tiến",
	"thạc",  "luật", "sư",    "kỹ",    "bác",    "ông",  "bà",    "đ",     "c",      "đồng", "chí",   "dr",
};
/* ... of which one at least must be a word that only ranks, degrees and addresses have. */
static const char *const rank_heads[] = { "thiếu",  "thượng", "đại",  "trung", "chuẩn",  "đô",   "gs",
					  "pgs",    "ts",     "ths",  "tskh",  "bs",     "bsck", "bscki",
					  "bsckii", "ds",     "dsck", "dscki", "dsckii", "ks",   "kts",
					  "cn",     "ls",     "th",   "ngưt",  "ngnd",   "ttưt", "ttnd",
					  "giáo",   "tiến",   "thạc", "luật",  "kỹ",     "bác",  "ông",
					  "bà",     "đ",      "đồng", "dr",    "binh",   "hạ",   "thượng" };

const char *titles_table_row(size_t i)
{
	static const struct {
		const char *const *rows;
		size_t count;
	} tables[] = { { authority, ARRAY_LEN(authority) },       { titles, ARRAY_LEN(titles) },
		       { prefixes, ARRAY_LEN(prefixes) },         { notes, ARRAY_LEN(notes) },
		       { signed_words, ARRAY_LEN(signed_words) }, { rank_words, ARRAY_LEN(rank_words) } };

	for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
		if (i < tables[t].count)
			return tables[t].rows[i];
		i -= tables[t].count;
	}
	return NULL;
}

/* ---- a line as plain words ---- */

struct plain {
	char text[MAX_LINE_BYTES + 1]; /* letters and digits, single spaces */
	size_t words;
};

/* False when the line is longer than any title. */
static bool plain_words(struct str key, struct plain *ret)
{
	struct plain plain = { .words = 0 };
	size_t n = 0;
	bool gap = true;

	while (key.n) {
		struct str rest = key;
		uint32_t code;
		bool letter;

		if (!utf8_next(&rest, &code))
			return false;
		letter = text_vi_is_letter(code) || (code >= '0' && code <= '9') || (code >= 0x300 && code <= 0x36f);
		if (letter) {
			size_t size = (size_t)(rest.p - key.p);

			if (n + size + 1 >= MAX_LINE_BYTES)
				return false;
			if (gap && n)
				plain.text[n++] = ' ';
			plain.words += gap;
			memcpy(plain.text + n, key.p, size);
			n += size;
		}
		gap = !letter;
		key = rest;
	}
	plain.text[n] = '\0';
	*ret = plain;
	return true;
}

/* The text after `phrase` and its space when `text` begins with its words; NULL otherwise. */
static const char *after_phrase(const char *text, const char *phrase)
{
	size_t n = strlen(phrase);

	if (strncmp(text, phrase, n) != 0 || (text[n] != '\0' && text[n] != ' '))
		return NULL;
	return text[n] ? text + n + 1 : text + n;
}

static const char *after_any(const char *text, const char *const *table, size_t count)
{
	const char *longest = NULL;

	for (size_t i = 0; i < count; i++) {
		const char *after = after_phrase(text, table[i]);

		if (after && (!longest || after > longest))
			longest = after;
	}
	return longest;
}

static bool holds_phrase(const char *text, const char *phrase)
{
	for (const char *at = text; *at;) {
		const char *space;

		if (after_phrase(at, phrase))
			return true;
		space = strchr(at, ' ');
		if (!space)
			return false;
		at = space + 1;
	}
	return false;
}

static bool in_table(const char *word, size_t n, const char *const *table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(table[i]) == n && memcmp(table[i], word, n) == 0)
			return true;
	return false;
}

/* ---- what the words say ---- */

static bool plain_is_rank(const struct plain *plain)
{
	bool head = false;
	size_t n;

	if (plain->words == 0 || plain->words > 8)
		return false;
	for (const char *at = plain->text; *at; at += at[n] ? n + 1 : n) {
		n = strcspn(at, " ");
		if (!in_table(at, n, rank_words, ARRAY_LEN(rank_words)))
			return false;
		head = head || in_table(at, n, rank_heads, ARRAY_LEN(rank_heads));
	}
	return head;
}

bool titles_is_rank(struct str key)
{
	struct plain plain;

	return plain_words(key, &plain) && plain_is_rank(&plain);
}

static bool plain_is_note(const struct plain *plain, bool in_brackets)
{
	for (size_t i = 0; i < ARRAY_LEN(notes); i++)
		if (in_brackets ? holds_phrase(plain->text, notes[i]) : after_phrase(plain->text, notes[i]) != NULL)
			return true;
	return in_brackets && (holds_phrase(plain->text, "ký") || holds_phrase(plain->text, "họ tên"));
}

static bool plain_is_title(const struct plain *plain, bool capitals)
{
	const char *text = plain->text;
	const char *after = after_any(text, authority, ARRAY_LEN(authority));

	if (plain->words > (capitals ? MAX_TITLE_WORDS : MAX_MIXED_WORDS))
		return false;
	if (after && capitals)
		return true;
	if (after)
		text = after;
	if (after_any(text, titles, ARRAY_LEN(titles)))
		return true;
	for (const char *next; (next = after_any(text, prefixes, ARRAY_LEN(prefixes))) && next != text && *next;)
		text = next;
	if (after_any(text, titles, ARRAY_LEN(titles)))
		return true;
	/* KIỂM SÁT VIÊN TRƯỞNG, ĐỒN TRƯỞNG, THUYỀN PHÓ ...: an unknown kind of head, in capitals */
	return capitals && plain->words <= 8 && !holds_phrase(text, "của") &&
	       (holds_phrase(text, "trưởng") || holds_phrase(text, "chủ tịch") || holds_phrase(text, "giám đốc"));
}

bool titles_is_list_item(struct str text)
{
	uint32_t code = 0;
	struct str rest = text;
	size_t digits = 0;

	if (text.n == 0 || !utf8_next(&rest, &code))
		return false;
	if (code == '-' || code == '+' || code == '*' || code == 0x2022 || code == 0x2013 || code == 0x2014 ||
	    code == 0x25cf || code == 0x25aa)
		return true;
	while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
		digits++;
	if (digits && digits < text.n && (text.p[digits] == '.' || text.p[digits] == ')' || text.p[digits] == '/'))
		return true;
	return text.p[text.n - 1] == ';';
}

static bool plain_is_signature(const struct plain *plain, char last)
{
	for (size_t i = 0; i < ARRAY_LEN(signed_words); i++)
		if (strcmp(plain->text, signed_words[i]) == 0)
			return true;
	/* "NGƯỜI KÝ" alone is a title; "Người ký: Nguyễn Văn A" is a signature's text */
	for (size_t i = 0; i < ARRAY_LEN(signature_text); i++) {
		const char *after = after_phrase(plain->text, signature_text[i]);

		if (after && (*after || last == ':'))
			return true;
	}
	return false;
}

static bool plain_is_sentence(const struct plain *plain)
{
	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		if (holds_phrase(plain->text, sentences[i]))
			return true;
	return false;
}

enum line_kind titles_kind(struct str key, bool capitals)
{
	struct plain plain;
	char last = key.n ? key.p[key.n - 1] : '\0';
	bool in_brackets = key.n > 2 && (key.p[0] == '(' || key.p[0] == '[');

	if (!plain_words(key, &plain))
		return LINE_PLAIN;
	if (plain.words == 0)
		return key.n > 2 ? LINE_RULE : LINE_PLAIN;
	if (titles_is_list_item(key))
		return LINE_PLAIN;
	if (plain_is_signature(&plain, last))
		return LINE_SIGNED;
	if (plain_is_note(&plain, in_brackets))
		return LINE_NOTE;
	if (in_brackets)
		return LINE_PLAIN;
	if (plain_is_sentence(&plain))
		return LINE_PLAIN;
	if (!capitals && plain_is_rank(&plain)) /* "Bác sĩ" over a name; "BÁC SĨ" is a title */
		return LINE_RANK;
	if ((capitals || (last != ':' && last != '.' && last != ',')) && plain_is_title(&plain, capitals))
		return LINE_TITLE;
	if (plain_is_rank(&plain))
		return LINE_RANK;
	/* A number in capitals is a code or a cell of a table. */
	return capitals && plain.words <= MAX_TITLE_WORDS && !strpbrk(plain.text, "0123456789") ? LINE_CAPITALS
												: LINE_PLAIN;
}

bool titles_is_recipients(struct str key)
{
	struct plain plain;

	return plain_words(key, &plain) && after_phrase(plain.text, "nơi nhận") != NULL;
}

bool titles_is_addressees(struct str key)
{
	struct str head = str_from(key.p, key.n < 60 ? key.n : 60);
	struct plain plain;

	while (head.n && (head.p[head.n - 1] & 0x80)) /* not in the middle of a character */
		head.n--;
	return plain_words(head, &plain) &&
	       (after_phrase(plain.text, "kính gửi") || after_phrase(plain.text, "kính mời"));
}

/* A word of a name: a capital first, then letters, marks, hyphens and apostrophes. */
static bool is_name_word(struct str word, bool *capitals)
{
	uint32_t code;

	if (!text_vi_starts_upper(word))
		return false;
	*capitals = *capitals && text_vi_is_upper(word);
	while (utf8_next(&word, &code))
		if (!text_vi_is_letter(code) && !(code >= 0x300 && code <= 0x36f) && code != '-' && code != '\'' &&
		    code != 0x2019)
			return false;
	return word.n == 0;
}

/* "Nguyễn H. Minh": one capital and a point, not in front ("A. Nội dung") and not last. */
static bool is_initial(struct str word, struct str rest)
{
	struct str next;
	uint32_t code;

	if (!text_vi_next_word(&rest, &next))
		return false;
	return text_vi_starts_upper(word) && utf8_next(&word, &code) && word.n == 1 && word.p[0] == '.';
}

bool titles_looks_like_name(struct str text)
{
	bool capitals = true;
	struct str word;
	size_t words = 0;

	while (text_vi_next_word(&text, &word)) {
		if (!(words && is_initial(word, text)) && !is_name_word(word, &capitals))
			return false;
		words++;
	}
	return words >= 2 && words <= 7;
}
