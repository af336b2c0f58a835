/* job.c - see job.h. */
#include "util/job.h"

#include "util/buf.h"
#include "util/wire.h"

enum { ANSWER_RESULT = 0, ANSWER_ERROR = 1 };

void job_request_write(const struct job_request *request, struct buf *out)
{
	wire_put_u8(out, JOB_FRAME_JOB);
	wire_put_u64(out, request->limits.memory_bytes);
	wire_put_u32(out, request->limits.cpu_s);
	wire_put_string(out, request->name);
	wire_put_bytes(out, request->params);
}

int job_request_parse(struct bytes frame, char name[JOB_MAX_NAME_BYTES + 1], struct job_request *ret, struct err *err)
{
	struct wire in = wire_from(frame);
	struct job_request request = { .name = name };
	struct bytes text;

	in.bad = wire_u8(&in) != JOB_FRAME_JOB || in.bad;
	request.limits.memory_bytes = wire_u64(&in);
	request.limits.cpu_s = wire_u32(&in);
	text = wire_bytes(&in);
	request.params = wire_bytes(&in);
	in.bad = in.bad || text.n > JOB_MAX_NAME_BYTES || request.params.n > JOB_MAX_PARAMS_BYTES;
	if (wire_end(&in, "request", err) < 0)
		return -1;
	if (text.n)
		memcpy(name, text.p, text.n);
	name[text.n] = '\0';
	*ret = request;
	return 0;
}

void job_answer_write_result(struct bytes result, struct buf *out)
{
	wire_put_u8(out, ANSWER_RESULT);
	buf_append(out, result.p, result.n);
}

void job_answer_write_error(const struct err *error, struct buf *out)
{
	wire_put_u8(out, ANSWER_ERROR);
	wire_put_string(out, err_info(error->code)->name);
	wire_put_string(out, error->detail);
}

/* Copies as much as fits; what is not printable ASCII becomes "?", so that no terminal or log can be told anything by
 * it. */
static void copy_printable(char *to, size_t size, struct bytes from)
{
	size_t n = from.n < size - 1 ? from.n : size - 1;

	for (size_t i = 0; i < n; i++)
		to[i] = from.p[i] >= 0x20 && from.p[i] < 0x7F ? (char)from.p[i] : '?';
	to[n] = '\0';
}

static int answer_error(struct wire *in, struct err *err)
{
	char name[64];
	char detail[ERR_DETAIL_BYTES];
	const struct err_info *info;

	copy_printable(name, sizeof(name), wire_bytes(in));
	copy_printable(detail, sizeof(detail), wire_bytes(in));
	if (wire_end(in, "worker's error", err) < 0)
		return -1;
	info = err_find(name);
	if (!info || info->code == ERR_NONE)
		return err_set(err, ERR_WORKER, "the worker answers with an unknown error: %s", detail);
	return err_set(err, info->code, "%s", detail);
}

int job_answer_parse(struct bytes frame, struct bytes *ret_result, struct err *err)
{
	struct wire in = wire_from(frame);
	uint8_t kind = wire_u8(&in);

	if (!in.bad && kind == ANSWER_ERROR)
		return answer_error(&in, err);
	if (in.bad || kind != ANSWER_RESULT)
		return err_set(err, ERR_WORKER, "the worker's answer is malformed");
	*ret_result = (struct bytes){ in.p, in.n };
	return 0;
}

void job_done_write(int wait_status, struct buf *out)
{
	wire_put_u8(out, JOB_FRAME_DONE);
	wire_put_u32(out, (uint32_t)wait_status);
}

int job_done_parse(struct bytes frame, int *ret_wait_status, struct err *err)
{
	struct wire in = wire_from(frame);
	uint32_t status;

	in.bad = wire_u8(&in) != JOB_FRAME_DONE || in.bad;
	status = wire_u32(&in);
	if (wire_end(&in, "end of the job", err) < 0)
		return -1;
	*ret_wait_status = (int)status;
	return 0;
}

void job_hello_write(const struct job_hello *hello, struct buf *out)
{
	wire_put_u32(out, hello->protocol);
	wire_put_u32(out, hello->landlock_abi);
	wire_put_u8(out, hello->seccomp);
	wire_put_string(out, hello->engine);
}

int job_hello_parse(struct bytes wire, struct job_hello *ret, struct err *err)
{
	struct wire in = wire_from(wire);
	struct job_hello hello = { 0 };

	hello.protocol = wire_u32(&in);
	hello.landlock_abi = wire_u32(&in);
	hello.seccomp = wire_u8(&in);
	copy_printable(hello.engine, sizeof(hello.engine), wire_bytes(&in));
	if (wire_end(&in, "worker's hello", err) < 0)
		return -1;
	*ret = hello;
	return 0;
}
