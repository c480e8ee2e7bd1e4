/*
 * arena.h - memory for many arrays that end together.
 *
 * A rewind keeps the blocks, so that work of the same kind done again asks the system for nothing.
 * What an arena gives out is zeroed and is never freed alone.
 */
#ifndef CBI_BASE_ARENA_H
#define CBI_BASE_ARENA_H

#include "base/error.h"

/* Begins as {0}; owns its blocks. */
typedef struct cbi_arena {
    struct cbi_arena_block *first;
    struct cbi_arena_block *current;
    size_t used; /* bytes of the current block */
} cbi_arena;

/* Zeroed memory for `count` times `size`, aligned for anything; MEMORY on failure or overflow. */
cbank_status cbi_arena_alloc(cbi_arena *arena, size_t count, size_t size, void *out_pointer,
                             cbank_error *err);
/* Everything that was given out is gone. */
void cbi_arena_rewind(cbi_arena *arena);
void cbi_arena_clear(cbi_arena *arena);

#endif
