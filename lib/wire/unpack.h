/*
 * unpack.h - a message in memory, as a walk over its bytes fills it.
 *
 * In a block of its own, the bytes are copied once, and texts and bytes point into the copy. In a
 * block that others share, texts are copied one by one, and bytes are lent from what is walked. The
 * structs are those that protobuf-c would give.
 */
#ifndef CBI_WIRE_UNPACK_H
#define CBI_WIRE_UNPACK_H

#include <string.h>

#include "wire/block.h"
#include "wire/shape.h"

#include "base/bytes.h"

typedef struct cbi_unpack {
    cbi_block *block; /* before it begins: one to be used again, or NULL */
    cbi_bytes bytes;  /* that are walked */
    char *copy;       /* of them, in the block; NULL in a shared one */
} cbi_unpack;

/*
 * The message itself, empty, in the block `within`; if that is NULL, first in a block of its own,
 * for which the one to be used again is taken. NULL if there is no memory.
 */
void *cbi_unpack_begin(cbi_unpack *unpack, cbi_block *within,
                       const ProtobufCMessageDescriptor *type, cbi_bytes bytes);
/* An empty message within it. NULL if there is no memory. */
void *cbi_unpack_message(cbi_unpack *unpack, const ProtobufCMessageDescriptor *type);

/* The content at `at` of the bytes, in the copy if there is one. */
static inline uint8_t *cbi_unpack_content(const cbi_unpack *unpack, const uint8_t *at)
{
    return unpack->copy == NULL ? (uint8_t *)(uintptr_t)at
                                : (uint8_t *)unpack->copy + (at - unpack->bytes.data);
}

/* The same as a text. What ends it in the copy has been read. NULL if there is no memory. */
static inline char *cbi_unpack_text(const cbi_unpack *unpack, const uint8_t *at, size_t size)
{
    char *text;

    if (unpack->copy == NULL)
        return cbi_block_take_text(unpack->block, (const char *)at, size);
    text = (char *)cbi_unpack_content(unpack, at);
    text[size] = '\0';
    return text;
}

/* Memory for a list of `count` elements, none of which is there yet. False if there is none. */
bool cbi_unpack_begin_list(cbi_unpack *unpack, char *message,
                           const ProtobufCFieldDescriptor *field, size_t count, size_t size);

/* How many elements a list holds so far. */
static inline size_t *cbi_unpack_count(char *message, const ProtobufCFieldDescriptor *field)
{
    return (size_t *)(void *)(message + field->quantifier_offset);
}

/* Where a value of `size` bytes goes: into its field; in a list, behind what that holds. */
static inline char *cbi_unpack_place(char *message, const ProtobufCFieldDescriptor *field,
                                     size_t size)
{
    char *place = message + field->offset;

    if (cbi_shape_is_list(field)) {
        memcpy(&place, place, sizeof(place));
        place += size * (*cbi_unpack_count(message, field))++;
    }
    return place;
}

/* Puts a number there, however wide its field is. */
static inline void cbi_unpack_put_number(char *message, const ProtobufCFieldDescriptor *field,
                                         uint64_t value)
{
    uint32_t half = (uint32_t)value;

    if (cbi_shape_width(field->type) == sizeof(value))
        memcpy(cbi_unpack_place(message, field, sizeof(value)), &value, sizeof(value));
    else
        memcpy(cbi_unpack_place(message, field, sizeof(half)), &half, sizeof(half));
}

#endif
