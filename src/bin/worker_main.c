/* worker_main.c - kyso-worker: started by kyso with a socket as standard input, never by hand. See src/worker/worker.h.
 */
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker/jobs.h"
#include "worker/worker.h"

int main(void)
{
	struct stat st;

	if (fstat(STDIN_FILENO, &st) < 0 || !S_ISSOCK(st.st_mode)) {
		fputs("kyso-worker is started by kyso.\n", stderr);
		return 2;
	}
	return worker_serve(worker_jobs);
}
