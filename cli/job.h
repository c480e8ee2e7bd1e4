/* job.h - runs a job of the library to its end: feeds a file, takes its output, shows a bar. */
#ifndef CBANK_CLI_JOB_H
#define CBANK_CLI_JOB_H

#include "call.h"
#include "file.h"

/* Where the job's input comes from and its output goes; both may be absent. */
typedef struct job_files {
    const char *input;  /* path or "-"; NULL: the job needs none */
    const char *const *more; /* further inputs, read on from; ends with NULL. NULL: none */
    const char *output; /* path or "-"; NULL: the output is dropped */
    const bytes *given; /* the input itself, instead of a path; lent */
    bytes *taken;       /* receives the output, instead of a path; freed with memory_free */
    bool output_if_any; /* no file where there is no output */
    /* Where a second output goes, and its name (Progress.output); NULL: there is one only. */
    const char *second_name;
    const char *second;
} job_files;

/*
 * Closes the job. The reply is a message of `type`; the output is in its place then, but not on a
 * dry run. NULL with a failure. An interruption cancels the job and ends the program.
 */
void *job_run(cli *c, cbank_job *job, const job_files *files, const message_type *type);

#endif
