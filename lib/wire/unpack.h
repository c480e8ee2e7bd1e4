/*
 * unpack.h - a message in memory, as a walk over its bytes fills it.
 *
 * The bytes are copied once, and texts and bytes point into the copy. The structs are those that
 * protobuf-c would give.
 */
#ifndef CBI_WIRE_UNPACK_H
#define CBI_WIRE_UNPACK_H

#include "wire/block.h"
#include "wire/shape.h"

#include "base/bytes.h"

typedef struct cbi_unpack {
    cbi_block *block; /* NULL while nothing is unpacked */
    cbi_bytes bytes;  /* that are walked */
    char *copy;       /* of them, in the block */
} cbi_unpack;

/* The message itself, empty; it stands first in the block. NULL if there is no memory. */
void *cbi_unpack_begin(cbi_unpack *unpack, const ProtobufCMessageDescriptor *type,
                       cbi_bytes bytes);
/* An empty message within it. NULL if there is no memory. */
void *cbi_unpack_message(cbi_unpack *unpack, const ProtobufCMessageDescriptor *type);

/* Where in the copy the content at `at` of the bytes stands. */
static inline char *cbi_unpack_content(const cbi_unpack *unpack, const uint8_t *at)
{
    return unpack->copy + (at - unpack->bytes.data);
}

/* Memory for a list of `count` elements, none of which is there yet. False if there is none. */
bool cbi_unpack_begin_list(cbi_unpack *unpack, char *message,
                           const ProtobufCFieldDescriptor *field, size_t count, size_t size);

/* How many elements a list holds so far. */
static inline size_t *cbi_unpack_count(char *message, const ProtobufCFieldDescriptor *field)
{
    return (size_t *)(void *)(message + field->quantifier_offset);
}

/* Puts the `size` bytes of a value into its field; of a list, behind what that holds. */
void cbi_unpack_put(char *message, const ProtobufCFieldDescriptor *field, const void *value,
                    size_t size);
/* The same for a number, however wide its field is. */
void cbi_unpack_put_number(char *message, const ProtobufCFieldDescriptor *field, uint64_t value);

#endif
