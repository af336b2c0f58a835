/* secret.c - see secret.h. */
#include "util/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "util/err.h"

struct secret {
	size_t len;
	char text[SECRET_MAX_BYTES + 1];
};

void secret_wipe(void *p, size_t n)
{
	explicit_bzero(p, n);
}

int secret_new(const char *text, size_t len, struct secret **ret_secret, struct err *err)
{
	struct secret *s;

	if (len > SECRET_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "a secret has at most %d bytes", SECRET_MAX_BYTES);
	s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(err, ERR_NO_MEMORY, "no memory for a secret");
	(void)mlock(s, sizeof(*s)); /* best effort: RLIMIT_MEMLOCK may be 0 */
	if (len)
		memcpy(s->text, text, len);
	s->len = len;
	*ret_secret = s;
	return 0;
}

int secret_read_fd(int fd, struct secret **ret_secret, struct err *err)
{
	char text[SECRET_MAX_BYTES + 2];
	size_t len = 0;
	char *end;
	int rc;

	while (len < sizeof(text)) {
		ssize_t n = read(fd, text + len, sizeof(text) - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			secret_wipe(text, sizeof(text));
			return err_set_errno(err, ERR_FILE_READ, errno, "reading a secret from descriptor %d", fd);
		}
		if (n == 0)
			break;
		len += (size_t)n;
		if (memchr(text, '\n', len))
			break;
	}
	end = memchr(text, '\n', len);
	if (end)
		len = (size_t)(end - text);
	if (len && text[len - 1] == '\r')
		len--;
	rc = secret_new(text, len, ret_secret, err);
	secret_wipe(text, sizeof(text));
	return rc;
}

int secret_read_file(const char *path, struct secret **ret_secret, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int rc;

	if (fd < 0)
		return err_set_errno(err, ERR_FILE_OPEN, errno, "%s", path);
	rc = secret_read_fd(fd, ret_secret, err);
	close(fd);
	return rc;
}

int secret_ask(const char *prompt, struct secret **ret_secret, struct err *err)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios saved;
	struct termios quiet;
	int rc;

	if (fd < 0)
		return err_set(err, ERR_USAGE,
			       "no terminal to ask for a secret on: give it with --pin-fd or --pin-file");
	if (tcgetattr(fd, &saved) < 0) {
		close(fd);
		return err_set_errno(err, ERR_FILE_READ, errno, "/dev/tty");
	}
	quiet = saved;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	tcsetattr(fd, TCSAFLUSH, &quiet);
	(void)!write(fd, prompt, strlen(prompt));
	rc = secret_read_fd(fd, ret_secret, err);
	tcsetattr(fd, TCSAFLUSH, &saved);
	(void)!write(fd, "\n", 1);
	close(fd);
	return rc;
}

const char *secret_text(const struct secret *secret)
{
	return secret->text;
}

size_t secret_len(const struct secret *secret)
{
	return secret->len;
}

void secret_free(struct secret *secret)
{
	if (!secret)
		return;
	secret_wipe(secret, sizeof(*secret));
	munlock(secret, sizeof(*secret));
	free(secret);
}
