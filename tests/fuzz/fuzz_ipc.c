/* fuzz_ipc.c - what the parent takes from the worker: the answer's frame, then the result of each kind of job. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/job.h"
#include "util/page_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(16 * 1024 * 1024);
	struct buf again = BUF_INIT;
	struct bytes result = { data, size };
	struct page_text text;
	struct page_image image;
	struct job_hello hello;
	struct err err = ERR_INIT;
	int status;

	if (job_answer_parse((struct bytes){ data, size }, &result, &err) == 0) {
		if (page_image_parse(result, &image, &err) == 0)
			buf_append(&again, image.rgb, (size_t)image.width * image.height * 3);
		if (job_hello_parse(result, &hello, &err) == 0)
			buf_puts(&again, hello.engine);
		buf_clear(&again);
		/* what was taken must come out the same */
		if (page_text_parse(result, arena, &text, &err) == 0) {
			page_text_write(&text, &again);
			if (again.len != result.n || (result.n && memcmp(again.data, result.p, result.n) != 0))
				__builtin_trap();
		}
	}
	if (job_done_parse((struct bytes){ data, size }, &status, &err) == 0)
		buf_clear(&again);
	buf_release(&again);
	arena_free(arena);
	return 0;
}
