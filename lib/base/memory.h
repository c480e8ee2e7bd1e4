/* memory.h - memory that is asked for politely and, where it held a secret, wiped. */
#ifndef CBI_BASE_MEMORY_H
#define CBI_BASE_MEMORY_H

#include "base/error.h"

/* Zeroed memory for `count` times `size`; MEMORY on failure or overflow. */
cbank_status cbi_alloc(size_t count, size_t size, void *out_pointer, cbank_error *err);
/* `size` bytes, not zeroed: for what is written before it is read. */
cbank_status cbi_alloc_bytes(size_t size, void *out_pointer, cbank_error *err);
/* A copy of `text` that the caller frees with cbi_free. */
cbank_status cbi_alloc_text(const char *text, char **out, cbank_error *err);
void cbi_free(void *pointer);

/*
 * Room for one more item behind `count` items of `size` bytes; `*items` moves when it grows, at
 * most to `max` items: the caller has checked that count < max.
 */
cbank_status cbi_grow(void *items, size_t size, uint32_t count, uint32_t *capacity, uint32_t max,
                      cbank_error *err);

/*
 * Zeroed pages of their own for what lives long and is secret: no core dump takes them along and,
 * where the limits of the process allow it, they are not swapped out.
 */
cbank_status cbi_alloc_hidden(size_t size, void *out_pointer, cbank_error *err);
/* Wipes them first. NULL is a no-op. */
void cbi_free_hidden(void *pointer, size_t size);

/* Overwrites in a way that the compiler keeps. */
void cbi_wipe(void *pointer, size_t size);
/* True if equal, in time that depends on `size` only. */
bool cbi_equal_secret(const void *a, const void *b, size_t size);

#endif
