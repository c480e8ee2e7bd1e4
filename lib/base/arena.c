#include "base/arena.h"

#include "base/memory.h"

#include <stdalign.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)64 * 1024)

struct cbi_arena_block {
    struct cbi_arena_block *next;
    size_t size;
    alignas(max_align_t) uint8_t bytes[];
};

/* The next block that holds `size` bytes: one kept from before, or a new one. */
static cbank_status next_block(cbi_arena *arena, size_t size, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct cbi_arena_block **link = arena->current == NULL ? &arena->first : &arena->current->next;
    struct cbi_arena_block *block = NULL;

    while (*link != NULL && (*link)->size < size)
        link = &(*link)->next;
    if (*link == NULL) {
        size_t room = size < BLOCK_SIZE ? BLOCK_SIZE : size;

        CBI_TRY(cbi_alloc(1, sizeof(*block) + room, &block, err));
        block->size = room;
        *link = block;
    }
    arena->current = *link;
    arena->used = 0;
done:
    return status;
}

cbank_status cbi_arena_alloc(cbi_arena *arena, size_t count, size_t size, void *out_pointer,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t bytes;
    void *memory;

    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, (uint64_t)count, NULL, NULL);
    bytes = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (arena->current == NULL || arena->current->size - arena->used < bytes)
        CBI_TRY(next_block(arena, bytes, err));
    memory = arena->current->bytes + arena->used;
    arena->used += bytes;
    memset(memory, 0, bytes);
    memcpy(out_pointer, &memory, sizeof(memory));
done:
    return status;
}

void cbi_arena_rewind(cbi_arena *arena)
{
    arena->current = NULL;
    arena->used = 0;
}

void cbi_arena_clear(cbi_arena *arena)
{
    struct cbi_arena_block *block = arena->first;

    while (block != NULL) {
        struct cbi_arena_block *next = block->next;

        cbi_free(block);
        block = next;
    }
    *arena = (cbi_arena){0};
}
