/*
 * heap.h - the allocator of a program under fault, for calls.c.
 *
 * heap.c stands in front of malloc and its like: for everything that is linked in, or, where a
 * sanitizer has its own malloc, for the library only, by the linker's --wrap.
 */
#ifndef FAULT_HEAP_H
#define FAULT_HEAP_H

#include <stdbool.h>

/* Whether the allocation that is asked for now has to fail; sets errno. */
bool heap_fails(void);

#endif
