/*
 * cmd_sign_batch.c - `kyso sign --batch DIR -o OUTDIR`: one login, many documents. Each document succeeds or fails by
 * itself; the outputs are synced together at the end. JSON lines with --json, a progress line on a terminal.
 *
 * Software keys sign in N threads with a signer each; a token signs one digest at a time (one session, one lock).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/sign_options.h"
#include "util/json.h"
#include "util/str.h"

enum { BATCH_MAX_JOBS = 64, BATCH_ARENA_BYTES = 512 * 1024 * 1024 };

struct batch {
	struct cli *cli;
	const struct signing_settings *settings;
	const char *in_dir, *out_dir;
	char **names;
	size_t count;
	pthread_mutex_t lock; /* of everything below */
	size_t next, done, failed;
	int worst; /* highest exit status so far */
};

struct worker {
	struct batch *batch;
	struct signer *signer;
	pthread_t thread;
	struct err err; /* when the session could not be opened */
	bool broken;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_pdf(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcasecmp(name + n - 4, ".pdf") == 0;
}

static int list_files(struct batch *batch, struct err *err)
{
	DIR *dir = opendir(batch->in_dir);
	size_t cap = 0;
	struct dirent *entry;

	if (!dir)
		return err_set_errno(err, ERR_FILE_OPEN, errno, "%s", batch->in_dir);
	while ((entry = readdir(dir)) != NULL) {
		if (!is_pdf(entry->d_name))
			continue;
		if (batch->count == cap) {
			size_t more = cap ? cap * 2 : 256;

			batch->names =
			    arena_grow(batch->cli->arena, batch->names, cap * sizeof(char *), more * sizeof(char *));
			cap = more;
		}
		if (batch->names)
			batch->names[batch->count++] = arena_strdup(batch->cli->arena, entry->d_name);
	}
	closedir(dir);
	if (arena_failed(batch->cli->arena))
		return err_set(err, ERR_NO_MEMORY, "no memory for the list of files");
	if (batch->count == 0)
		return err_set(err, ERR_FILE_OPEN, "%s holds no .pdf file", batch->in_dir);
	qsort(batch->names, batch->count, sizeof(char *), compare_names);
	return 0;
}

static void print_line(const struct batch *batch, const char *name, const struct err *error)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(js_freep) struct json *row = NULL;

	if (!batch->cli->json)
		return;
	row = js_new_object();
	js_set_string(row, "file", name);
	js_set_bool(row, "signed", !error);
	if (error) {
		js_set_string(row, "code", err_info(error->code)->name);
		js_set_string(row, "detail", error->detail);
	}
	if (js_write(row, 0, &text, NULL) == 0)
		puts(buf_str(&text));
}

static void report(struct batch *batch, const char *name, const struct err *error)
{
	pthread_mutex_lock(&batch->lock);
	batch->done++;
	print_line(batch, name, error);
	if (error) {
		int status = err_info(error->code)->exit_status;

		batch->failed++;
		batch->worst = status > batch->worst ? status : batch->worst;
		cli_note(batch->cli, "%s: %s [%s]", name, error->detail, err_info(error->code)->name);
	}
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%zu/%zu%s", batch->done, batch->count, batch->done == batch->count ? "\n" : "");
	pthread_mutex_unlock(&batch->lock);
}

static const char *take_name(struct batch *batch)
{
	const char *name = NULL;

	pthread_mutex_lock(&batch->lock);
	if (batch->next < batch->count)
		name = batch->names[batch->next++];
	pthread_mutex_unlock(&batch->lock);
	return name;
}

static void sign_named(struct batch *batch, struct signing_session *session, struct arena *arena, const char *name)
{
	struct signing_outcome outcome = { 0 };
	struct err err = ERR_INIT;
	const char *in = arena_printf(arena, "%s/%s", batch->in_dir, name);
	const char *out = arena_printf(arena, "%s/%s", batch->out_dir, name);

	if (!in || !out)
		err_set(&err, ERR_NO_MEMORY, "no memory");
	else
		(void)!signing_sign_file(session, in, out, arena, &outcome, &err);
	report(batch, name, err.code ? &err : NULL);
	arena_reset(arena);
}

static void *run_worker(void *context)
{
	struct worker *worker = context;
	AUTO(arena_freep) struct arena *arena = arena_new(BATCH_ARENA_BYTES);
	AUTO(signing_session_freep) struct signing_session *session = NULL;
	const char *name;

	if (!arena || signing_session_new(worker->batch->settings, worker->signer, &session, &worker->err) < 0) {
		worker->broken = true;
		return NULL;
	}
	while ((name = take_name(worker->batch)) != NULL)
		sign_named(worker->batch, session, arena, name);
	return NULL;
}

static void sync_output(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		syncfs(fd);
		close(fd);
	}
}

/* Threads sign until no name is left. The first broken session is the run's error. */
static int run_workers(struct batch *batch, struct worker *workers, int count, struct err *err)
{
	int started = 0;
	int rc = 0;

	for (; started < count - 1; started++)
		if (pthread_create(&workers[started].thread, NULL, run_worker, &workers[started]) != 0)
			break;
	run_worker(&workers[count - 1]);
	for (int i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	for (int i = 0; i < count; i++)
		if (workers[i].broken && rc == 0) {
			*err = workers[i].err;
			rc = -1;
		}
	sync_output(batch->out_dir);
	return rc;
}

static int open_workers(struct batch *batch, const struct sign_options *options, struct worker *workers, int count,
			struct err *err)
{
	for (int i = 0; i < count; i++) {
		workers[i].batch = batch;
		if (sign_options_key(batch->cli, options, &workers[i].signer, err) < 0)
			return -1;
	}
	return 0;
}

/* After the key is open: a wrong password leaves no folder behind. */
static int make_out_dir(const char *dir, struct err *err)
{
	return mkdir(dir, 0777) < 0 && errno != EEXIST ? err_set_errno(err, ERR_FILE_WRITE, errno, "%s", dir) : 0;
}

static int run(struct batch *batch, const struct sign_options *options, int jobs, struct err *err)
{
	struct worker *workers = ARENA_ARRAY(batch->cli->arena, struct worker, (size_t)jobs);
	int rc;

	if (!workers)
		return err_set(err, ERR_NO_MEMORY, "no memory for a batch");
	rc = open_workers(batch, options, workers, jobs, err);
	if (rc == 0)
		rc = make_out_dir(batch->out_dir, err);
	if (rc == 0)
		rc = run_workers(batch, workers, jobs, err);
	for (int i = 0; i < jobs; i++)
		signer_free(workers[i].signer);
	return rc;
}

int cmd_sign_batch(struct cli *cli, const struct sign_options *options, const struct signing_settings *settings,
		   struct err *err)
{
	struct signing_settings own = *settings;
	struct batch batch = { .cli = cli, .settings = &own, .in_dir = options->batch, .out_dir = options->out };
	int jobs = options->jobs ? options->jobs : 1;

	if (jobs < 1 || jobs > BATCH_MAX_JOBS)
		return err_set(err, ERR_USAGE, "--jobs wants 1 to %d", BATCH_MAX_JOBS);
	if (options->p11_module || (!options->pin.file && !options->p12))
		jobs = 1; /* one token, one session */
	if (jobs > 1 && !options->pin.file)
		return err_set(err, ERR_USAGE,
			       "--jobs with --p12 reads the password once for each thread: give it with --pin-file");
	own.no_sync = true;
	pthread_mutex_init(&batch.lock, NULL);
	if (list_files(&batch, err) < 0 || run(&batch, options, jobs, err) < 0)
		return -1;
	cli_note(cli, cli->english ? "%zu signed, %zu failed" : "%zu tệp đã ký, %zu tệp lỗi",
		 batch.count - batch.failed, batch.failed);
	return batch.failed ? batch.worst : 0;
}
