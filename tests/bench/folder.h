/*
 * folder.h - a place on the disk for one measurement.
 */
#ifndef BENCH_FOLDER_H
#define BENCH_FOLDER_H

#include "cbank.h"

#define FOLDER_PATH_MAX 2048

typedef struct folder {
    char path[FOLDER_PATH_MAX];
} folder;

/* A new folder of this name within another; ends the process if there is one. */
void folder_make(folder *it, const char *within, const char *name);
/* With all that is in it. */
void folder_remove(const folder *it);
void folder_write(const folder *it, const char *name, const cbank_buffer *content);
/* Replaces what `out` held. */
void folder_read(const folder *it, const char *name, cbank_buffer *out);
/* Writes and deletes so many bytes, so that the disk and its cache have been used before. */
void folder_warm(const folder *it, unsigned megabytes);

#endif
