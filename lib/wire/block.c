#include "wire/block.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
#include <sanitizer/asan_interface.h>
#define HIDE(memory, size) ASAN_POISON_MEMORY_REGION(memory, size)
#define SHOW(memory, size) ASAN_UNPOISON_MEMORY_REGION(memory, size)
#else
#define HIDE(memory, size) ((void)(memory), (void)(size))
#define SHOW(memory, size) ((void)(memory), (void)(size))
#endif

#define LEAST 256
#define DOUBLED_MAX ((size_t)32 * 1024)
#define KEPT_MAX ((size_t)32 * 1024) /* for one like the one before; most are much smaller */

struct cbi_block {
    cbi_block *next; /* what did not fit the first one, the newest first */
    size_t size, used;
    alignas(max_align_t) uint8_t bytes[];
};

cbi_block *cbi_block_new(size_t size)
{
    cbi_block *made = NULL;

    if (size < LEAST)
        size = LEAST;
    if (size > SIZE_MAX / 2 || cbi_alloc_bytes(sizeof(*made) + size, &made, NULL) != CBANK_OK)
        return NULL;
    *made = (cbi_block){.size = size};
    HIDE(made->bytes, size);
    return made;
}

cbi_block *cbi_block_again(cbi_block *block, size_t size)
{
    size_t held = 0;

    if (block == NULL)
        return cbi_block_new(size);
    for (const cbi_block *at = block; at != NULL; at = at->next)
        held += at->size;
    if (block->next == NULL && size <= held && held <= KEPT_MAX) {
        block->used = 0;
        HIDE(block->bytes, block->size);
        return block;
    }
    cbi_block_free(block);
    return cbi_block_new(size < held && held <= KEPT_MAX ? held : size);
}

/* One more, for what does not fit; each as large as the one before, at least, or twice as large. */
static cbi_block *add(cbi_block *first, const cbi_block *newest, size_t size)
{
    size_t room = newest->size <= DOUBLED_MAX ? 2 * newest->size : newest->size;
    cbi_block *made = cbi_block_new(size < room ? room : size);

    if (made != NULL) {
        made->next = first->next;
        first->next = made;
    }
    return made;
}

/* Begins at a multiple of `alignment`. */
static inline void *take(cbi_block *block, size_t size, size_t alignment)
{
    cbi_block *at = block->next == NULL ? block : block->next;
    size_t begin = (at->used + alignment - 1) & ~(alignment - 1);
    void *memory;

    if (begin > at->size || size > at->size - begin) {
        at = add(block, at, size);
        if (at == NULL)
            return NULL;
        begin = 0;
    }
    memory = at->bytes + begin;
    SHOW(memory, size);
    at->used = begin + size;
    return memory;
}

void *cbi_block_take(cbi_block *block, size_t size)
{
    return take(block, size, alignof(max_align_t));
}

char *cbi_block_take_text(cbi_block *block, const char *bytes, size_t size)
{
    char *text = take(block, size + 1, 1);

    if (text != NULL) {
        memcpy(text, bytes, size);
        text[size] = '\0';
    }
    return text;
}

void cbi_block_free(cbi_block *block)
{
    while (block != NULL) {
        cbi_block *next = block->next;

        cbi_free(block);
        block = next;
    }
}

cbi_block *cbi_block_of(void *first)
{
    return (cbi_block *)(void *)((uint8_t *)first - offsetof(cbi_block, bytes));
}
