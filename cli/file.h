/*
 * file.h - files in whole: read at once, and written beside their place and moved there once they
 * are complete and on disk. "-" is standard input or output.
 */
#ifndef CBANK_CLI_FILE_H
#define CBANK_CLI_FILE_H

#include "cli.h"

#include <sys/types.h>

#define FILE_PUBLIC 0644
#define FILE_PRIVATE 0600 /* with personal data in it */

/* Standard input for "-", which is there once; -1 with a failure. */
int file_open(cli *c, const char *path);

/* Bytes of a plain file; 0 for anything else, and for "-". */
uint64_t file_size(const char *path);

/* Its name without its folder, lent; "" for "-". */
char *file_label(char *path);

/* The whole file, followed by a zero byte that is not counted. */
bool file_read(cli *c, const char *path, bytes *out);

/* A file being written; begin with {0}. */
typedef struct outfile {
    const char *path;
    char *temporary; /* NULL where `fd` is the place itself */
    int fd;
    bool is_open;
} outfile;

bool outfile_begin(cli *c, const char *path, mode_t mode, outfile *out);
bool outfile_write(cli *c, outfile *out, const void *data, size_t size);
/* Puts the file in its place. */
bool outfile_commit(cli *c, outfile *out);
/* Removes what was not committed. */
void outfile_cancel(outfile *out);

/* All of it at once; nothing on a dry run. */
bool file_write(cli *c, const char *path, mode_t mode, const void *data, size_t size);

#endif
