/*
 * cmd_verify.c - `kyso verify FILE...|DIR`: validates signed documents and says so in words, as JSON, or as a page. A folder gives one JSON
 * value a line (--json), in the order of names; --jobs N works on several files at once. Exit 0 only when everything passed.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "service/verifying.h"
#include "util/file.h"
#include "util/json.h"
#include "verify/report.h"

enum { MAX_JOBS = 64, EXIT_NO = 1, MAX_DEPTH = 16 };

struct verify_options_cli {
	struct opt_list trust, certs, crls, ocsps;
	const char *at, *profile, *html;
	bool offline, in_process;
	int jobs;
};

#define VERIFY(kind, name, field, metavar, vi, en) { kind, name, offsetof(struct verify_options_cli, field), metavar, vi, en }
const struct opt cmd_verify_options[] = {
	VERIFY(OPT_LIST, "trust", trust, "FILE|DIR", "Chứng thư gốc tin cậy", "A trust anchor"),
	VERIFY(OPT_LIST, "cert", certs, "FILE", "Chứng thư khác của đường dẫn", "Another certificate of the paths"),
	VERIFY(OPT_LIST, "crl", crls, "FILE", "Danh sách thu hồi (CRL)", "A certificate revocation list"),
	VERIFY(OPT_LIST, "ocsp", ocsps, "FILE", "Trả lời OCSP", "An OCSP response"),
	VERIFY(OPT_STRING, "at", at, "TIME", "Thời điểm xét (RFC 3339, mặc định hiện nay)", "The time of the question (RFC 3339, default now)"),
	VERIFY(OPT_FLAG, "offline", offline, NULL, "Không hỏi mạng", "Asks nothing of the network"),
	VERIFY(OPT_STRING, "profile", profile, "pades|vn", "vn: kiểm tra cả thể thức theo NĐ 30/2020", "vn: the decree's rules on marks too"),
	VERIFY(OPT_STRING, "html", html, "FILE", "Ghi báo cáo một trang HTML", "Writes the report as one HTML page"),
	VERIFY(OPT_INT, "jobs", jobs, "N", "Số tệp kiểm tra cùng lúc (thư mục)", "Files at once (folders)"),
	VERIFY(OPT_FLAG, "in-process", in_process, NULL, "Không dùng tiến trình cách ly (tệp của chính mình)", "Without the caged process (files of one's own)"),
	{ .kind = OPT_END },
};

/* ---- which files ---- */

struct files {
	struct arena *arena;
	const char **items;
	size_t count, cap;
	bool folder; /* a folder was among the arguments */
};

static int add_file(struct files *files, const char *path, struct err *err)
{
	if (files->count == files->cap) {
		size_t cap = files->cap ? 2 * files->cap : 64;
		void *grown = arena_grow(files->arena, files->items, files->cap * sizeof(*files->items), cap * sizeof(*files->items));

		if (!grown)
			return err_set(err, ERR_NO_MEMORY, "no memory for a list of files");
		files->items = grown;
		files->cap = cap;
	}
	files->items[files->count++] = path;
	return 0;
}

static bool is_pdf_name(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcasecmp(name + n - 4, ".pdf") == 0;
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int add_folder(struct files *files, const char *dir, int depth, struct err *err)
{
	struct dirent **names;
	int n = scandir(dir, &names, not_hidden, alphasort);
	int status = 0;

	if (n < 0)
		return err_set_errno(err, ERR_FILE_OPEN, errno, "the folder %s", dir);
	for (int i = 0; i < n; i++) {
		const char *path = arena_printf(files->arena, "%s/%s", dir, names[i]->d_name);
		struct stat st;

		if (status == 0 && path && lstat(path, &st) == 0) {
			if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH)
				status = add_folder(files, path, depth + 1, err);
			else if (S_ISREG(st.st_mode) && is_pdf_name(path))
				status = add_file(files, path, err);
		}
		free(names[i]);
	}
	free(names);
	return status;
}

static int collect(const struct opt_list *args, struct files *files, struct err *err)
{
	if (args->count == 0)
		return err_set(err, ERR_USAGE, "a FILE or a DIR is needed");
	for (size_t i = 0; i < args->count; i++) {
		struct stat st;
		bool folder = stat(args->items[i], &st) == 0 && S_ISDIR(st.st_mode);

		files->folder = files->folder || folder;
		if ((folder ? add_folder(files, args->items[i], 0, err) : add_file(files, args->items[i], err)) < 0)
			return -1;
	}
	return 0;
}

/* ---- the run ---- */

struct run {
	struct cli *cli;
	const struct verify_options_cli *options;
	const struct files *files;
	struct verifying_settings settings;
	struct json **reports; /* one a file; NULL = not there yet, or could not be opened */
	bool *done;
	size_t next, printed, passed, unreadable;
	struct json *array;    /* several files, --json */
	pthread_mutex_t lock;
	struct err err;        /* the first that stops the run */
	bool failed, lines, colour;
};

static int print_one(struct run *run, struct json *report, struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	enum report_language language = run->cli->english ? REPORT_EN : REPORT_VI;

	if (!run->cli->json) {
		verify_report_text(report, language, run->colour, &text);
		return cli_print(&text, err);
	}
	if (run->lines) {
		if (js_write(report, 0, &text, err) < 0)
			return -1;
		buf_putc(&text, '\n');
		return cli_print(&text, err);
	}
	if (run->files->count == 1 && !run->files->folder)
		return cli_print_json(report, err);
	js_add(run->array, js_keep(report));
	return 0;
}

static void stop(struct run *run, const struct err *err)
{
	if (!run->failed)
		run->err = *err;
	run->failed = true;
}

/* In the order of the files, as far as they are done. Under the lock. */
static void print_done(struct run *run)
{
	struct err err = ERR_INIT;

	while (run->printed < run->files->count && run->done[run->printed]) {
		struct json **report = &run->reports[run->printed++];

		if (!*report)
			continue;
		run->passed += verify_report_passed(*report);
		if (print_one(run, *report, &err) < 0)
			stop(run, &err);
		if (!run->options->html) {
			js_free(*report);
			*report = NULL;
		}
	}
	if (run->files->folder && isatty(STDERR_FILENO))
		fprintf(stderr, "\r%zu/%zu", run->printed, run->files->count);
}

static bool take_next(struct run *run, size_t *ret)
{
	bool more;

	pthread_mutex_lock(&run->lock);
	more = !run->failed && run->next < run->files->count;
	if (more)
		*ret = run->next++;
	pthread_mutex_unlock(&run->lock);
	return more;
}

static void finish(struct run *run, size_t i, struct json *report, const struct err *err)
{
	pthread_mutex_lock(&run->lock);
	run->reports[i] = report;
	run->done[i] = true;
	if (!report) {
		run->unreadable++;
		cli_note(run->cli, "%s: %s [%s]", run->files->items[i], err->detail, err_info(err->code)->name);
	}
	print_done(run);
	pthread_mutex_unlock(&run->lock);
}

static void *work(void *arg)
{
	struct run *run = arg;
	AUTO(verifying_freep) struct verifying *verifying = NULL;
	struct err err = ERR_INIT;
	size_t i;

	if (verifying_new(&run->settings, &verifying, &err) < 0) {
		pthread_mutex_lock(&run->lock);
		stop(run, &err);
		pthread_mutex_unlock(&run->lock);
		return NULL;
	}
	while (take_next(run, &i)) {
		struct json *report = NULL;

		if (verifying_file(verifying, run->files->items[i], &report, &err) < 0)
			report = NULL;
		finish(run, i, report, &err);
	}
	return NULL;
}

static void run_all(struct run *run)
{
	pthread_t threads[MAX_JOBS];
	int jobs = run->options->jobs > 1 ? run->options->jobs : 1;
	int started = 0;

	if (jobs > MAX_JOBS)
		jobs = MAX_JOBS;
	while (started < jobs - 1 && (size_t)started + 1 < run->files->count && pthread_create(&threads[started], NULL, work, run) == 0)
		started++;
	work(run);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	if (run->files->folder && isatty(STDERR_FILENO))
		fputc('\n', stderr);
}

static int write_html(struct run *run, struct err *err)
{
	AUTO(buf_release) struct buf page = BUF_INIT;
	const struct json **reports = ARENA_ARRAY(run->cli->arena, const struct json *, run->files->count + 1);
	size_t n = 0;

	if (!reports)
		return err_set(err, ERR_NO_MEMORY, "no memory for a report");
	for (size_t i = 0; i < run->files->count; i++)
		if (run->reports[i])
			reports[n++] = run->reports[i];
	verify_report_html(reports, n, run->cli->english ? REPORT_EN : REPORT_VI, &page);
	if (buf_check(&page, err) < 0)
		return -1;
	return file_write(run->options->html, page.data, page.len, err);
}

static int settle(struct run *run, struct err *err)
{
	if (run->failed) {
		*err = run->err;
		return -1;
	}
	if (run->options->html && write_html(run, err) < 0)
		return -1;
	if (run->cli->json && js_count(run->array) > 0 && cli_print_json(run->array, err) < 0)
		return -1;
	if (run->unreadable)
		return err_info(ERR_FILE_OPEN)->exit_status;
	return run->passed == run->files->count && run->files->count > 0 ? 0 : EXIT_NO;
}

static int fill_settings(struct cli *cli, const struct verify_options_cli *options, struct verifying_settings *ret, struct err *err)
{
	const char *profile = options->profile ? options->profile : "pades";

	*ret = (struct verifying_settings){ .program_dir = cli->program_dir, .offline = options->offline, .in_process = options->in_process,
					    .trust = options->trust, .certs = options->certs, .crls = options->crls, .ocsps = options->ocsps };
	if (strcmp(profile, "pades") != 0 && strcmp(profile, "vn") != 0)
		return err_set(err, ERR_USAGE, "--profile is pades or vn, not \"%s\"", profile);
	if (options->jobs < 0)
		return err_set(err, ERR_USAGE, "--jobs wants a number of files at once");
	ret->profile = strcmp(profile, "vn") == 0 ? VERIFY_VN : VERIFY_PADES;
	return cli_time(cli, options->at, &ret->at_ms, err);
}

int cmd_verify(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct verify_options_cli options = { .at = NULL };
	struct files files = { .arena = cli->arena };
	struct run run = { .cli = cli, .options = &options, .files = &files, .lock = PTHREAD_MUTEX_INITIALIZER };
	struct opt_list args;
	int status;

	if (opt_parse(cmd_verify_options, argc, argv, &options, cli->arena, &args, err) < 0 || fill_settings(cli, &options, &run.settings, err) < 0 ||
	    collect(&args, &files, err) < 0)
		return -1;
	run.reports = ARENA_ARRAY(cli->arena, struct json *, files.count + 1);
	run.done = ARENA_ARRAY(cli->arena, bool, files.count + 1);
	if (!run.reports || !run.done)
		return err_set(err, ERR_NO_MEMORY, "no memory for %zu files", files.count);
	run.lines = files.folder;
	run.colour = isatty(STDOUT_FILENO);
	run.array = js_new_array();
	run_all(&run);
	status = settle(&run, err);
	for (size_t i = 0; i < files.count; i++)
		js_free(run.reports[i]);
	js_free(run.array);
	return status;
}
