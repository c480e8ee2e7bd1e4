/* memory.h - memory that is asked for politely and, where it held a secret, wiped. */
#ifndef CBI_BASE_MEMORY_H
#define CBI_BASE_MEMORY_H

#include "base/error.h"

/* Zeroed memory for `count` times `size`; MEMORY on failure or overflow. */
cbank_status cbi_alloc(size_t count, size_t size, void *out_pointer, cbank_error *err);
/* A copy of `text` that the caller frees with cbi_free. */
cbank_status cbi_alloc_text(const char *text, char **out, cbank_error *err);
void cbi_free(void *pointer);

/* Overwrites in a way that the compiler keeps. */
void cbi_wipe(void *pointer, size_t size);
/* True if equal, in time that depends on `size` only. */
bool cbi_equal_secret(const void *a, const void *b, size_t size);

#endif
