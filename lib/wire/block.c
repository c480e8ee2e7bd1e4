#include "wire/block.h"

#include <stdalign.h>
#include <stddef.h>

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

/* The message itself is the first thing in the first block. */
typedef struct block {
    struct block *next; /* what did not fit the first one */
    size_t size, used;
    alignas(max_align_t) uint8_t bytes[];
} block;

static block *add(block *before, size_t size)
{
    block *made = NULL;

    if (size < LEAST)
        size = LEAST;
    if (cbi_alloc(1, sizeof(*made) + size, &made, NULL) != CBANK_OK)
        return NULL;
    HIDE(made->bytes, size);
    made->size = size;
    if (before != NULL) {
        made->next = before->next;
        before->next = made;
    }
    return made;
}

/* From the block that was added last; the first stays at the head of the list. */
static void *take(void *first, size_t size)
{
    block *at = first;
    void *memory;

    if (at->next != NULL)
        at = at->next;
    size = size == 0 ? 1 : size;
    if (size > at->size - at->used)
        at = size > SIZE_MAX / 2 ? NULL : add(first, size);
    if (at == NULL)
        return NULL;
    memory = at->bytes + at->used;
    SHOW(memory, size);
    size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    at->used += size < at->size - at->used ? size : at->size - at->used;
    return memory;
}

static void give(void *first, void *memory)
{
    (void)first;
    (void)memory;
}

static void end(block *first)
{
    while (first != NULL) {
        block *next = first->next;

        cbi_free(first);
        first = next;
    }
}

ProtobufCMessage *cbi_block_unpack(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                                   size_t size)
{
    /* Room for the message itself, at least: it is found again by where it stands. */
    block *first = add(NULL, size < type->sizeof_message ? type->sizeof_message : size);
    ProtobufCAllocator allocator = {.alloc = take, .free = give, .allocator_data = first};
    ProtobufCMessage *message = NULL;

    if (first != NULL)
        message = protobuf_c_message_unpack(type, &allocator, bytes.size, bytes.data);
    if (message == NULL)
        end(first);
    return message;
}

void cbi_block_free(void *message)
{
    if (message != NULL)
        end((block *)(void *)((uint8_t *)message - offsetof(block, bytes)));
}
