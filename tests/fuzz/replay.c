/*
 * replay.c - runs a fuzz target over every file of its corpus as an ordinary test, so that what was once found stays found
 * under every compiler. Prints TAP. usage: replay_<thing> CORPUS_DIR
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *dir, const char *name)
{
	char path[1024];
	uint8_t *data;
	long size;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "rb");
	if (!f || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) != 0) {
		printf("not ok - %s cannot be read\n", path);
		return 1;
	}
	data = malloc(size ? (size_t)size : 1); /* exactly as long as the input: a read beyond is seen by the sanitizer */
	if (!data || fread(data, 1, (size_t)size, f) != (size_t)size) {
		printf("not ok - %s cannot be read\n", path);
		return 1;
	}
	fclose(f);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
	printf("ok - %s\n", name);
	fflush(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	DIR *dir = argc > 1 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	int failed = 0;
	int count = 0;

	if (!dir) {
		printf("not ok - no corpus at %s\n", argc > 1 ? argv[1] : "(none)");
		return 1;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		failed += replay(argv[1], entry->d_name);
		count++;
	}
	closedir(dir);
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	printf("ok - the empty input, after %d files\n", count);
	return failed != 0;
}
