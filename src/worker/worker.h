/*
 * worker.h - kyso-worker's own process: it takes jobs from its parent and gives each one to a process of its own.
 *
 * The process that answers the parent's socket never looks into a file. For each job it forks; the child closes the
 * cage, runs the job, writes its answer into the pipe that came with the request and ends. So a file can spoil nothing
 * but its own answer: not the next file's, not the worker (docs/decisions/022). It ends when the parent closes the
 * socket or dies.
 */
#ifndef KYSO_WORKER_WORKER_H
#define KYSO_WORKER_WORKER_H

struct job_row;

/* Serves the jobs of a table on the socket that is standard input. Returns the exit status of main. */
int worker_serve(const struct job_row *table);

#endif
