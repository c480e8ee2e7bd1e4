/* memory.h - memory that is always there: without it the program says so and ends. */
#ifndef CBANK_CLI_MEMORY_H
#define CBANK_CLI_MEMORY_H

#include "cli.h"

/* Zeroed; never NULL. */
void *memory_new(size_t count, size_t size);
/* Grows an array; the old pointer is gone. */
void *memory_grow(void *data, size_t count, size_t size);
/* Wipes and frees. */
void memory_free(bytes *data);

#endif
