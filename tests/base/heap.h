/*
 * heap.h - the heap of this test program, seen from below.
 *
 * The linker leads what the layer asks of malloc, calloc, strdup and free through here
 * (sources.cmake), so that a test can let an allocation fail, and look into what is given back.
 */
#ifndef CBI_TESTS_BASE_HEAP_H
#define CBI_TESTS_BASE_HEAP_H

#include "base/bytes.h"

/* The next allocation of at least `size` bytes answers NULL. */
void heap_fail_next(size_t size);

/* Watches for `secret` in every block that is freed from now on. */
void heap_watch(cbi_bytes secret);
/* Blocks that were given back with the secret still in them. */
unsigned heap_leaks(void);

#endif
