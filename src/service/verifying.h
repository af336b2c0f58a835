/*
 * verifying.h (service) - validate files: in the cage, and with what the network adds in between.
 *
 * The whole of a file is judged by kyso-worker (src/verify), which cannot reach the network: it lists what it would
 * like to have, the parent fetches that, and the worker is asked again, a few times at the most (docs/decisions/030). A
 * worker that dies or meets a limit gives a report of its own: INDETERMINATE, for that file only. An error means that
 * the file could not be opened or that something given (--trust ...) could not be read. Threads: one session, one
 * thread; several sessions may work at once.
 */
#ifndef KYSO_SERVICE_VERIFYING_H
#define KYSO_SERVICE_VERIFYING_H

#include "util/opt.h"
#include "verify/verify.h"

struct err;
struct json;
struct verifying;

struct verifying_settings {
	const char *program_dir; /* where kyso-worker is */
	int64_t at_ms;
	bool offline;
	bool in_process;     /* no cage: files of one's own, benchmarks */
	bool refuse_private; /* addresses of private networks are not asked: a server that validates strangers' files */
	enum verify_profile profile;
	struct opt_list trust, certs, crls, ocsps; /* files; trust also folders */
};

NODISCARD int verifying_new(const struct verifying_settings *settings, struct verifying **ret_verifying,
			    struct err *err);
void verifying_free(struct verifying *verifying);
DEFINE_FREEP(struct verifying, verifying_free)

/* The report on a file; ERR_FILE_... when it cannot be opened. */
NODISCARD int verifying_file(struct verifying *verifying, const char *path, struct json **ret_report, struct err *err);
/* The same of a descriptor that stays the caller's; `name` stands in the report. */
NODISCARD int verifying_fd(struct verifying *verifying, int fd, const char *name, struct json **ret_report,
			   struct err *err);

/* Reads what options name into material (also for `kyso cert verify`). */
NODISCARD int verifying_load(const struct opt_list *trust, const struct opt_list *certs, const struct opt_list *crls,
			     const struct opt_list *ocsps, struct verify_material *material, struct err *err);

#endif
