#include "wire/unpack.h"

#include <string.h>

/* What a message points to beside its copy, mostly less than that; more is taken when need be. */
#define BESIDE_MAX ((size_t)64 * 1024)

void *cbi_unpack_begin(cbi_unpack *unpack, cbi_block *within,
                       const ProtobufCMessageDescriptor *type, cbi_bytes bytes)
{
    size_t beside = bytes.size < BESIDE_MAX ? bytes.size : BESIDE_MAX;
    void *message;

    unpack->bytes = bytes;
    unpack->block = within != NULL
                        ? within
                        : cbi_block_again(unpack->block,
                                          type->sizeof_message + bytes.size + beside);
    if (unpack->block == NULL)
        return NULL;
    message = cbi_unpack_message(unpack, type);
    if (within != NULL)
        return message;
    unpack->copy = cbi_block_take(unpack->block, bytes.size + 1);
    if (unpack->copy == NULL)
        return NULL;
    memcpy(unpack->copy, bytes.data, bytes.size);
    return message;
}

void *cbi_unpack_message(cbi_unpack *unpack, const ProtobufCMessageDescriptor *type)
{
    void *message = cbi_block_take(unpack->block, type->sizeof_message);

    if (message != NULL)
        type->message_init(message);
    return message;
}

bool cbi_unpack_begin_list(cbi_unpack *unpack, char *message,
                           const ProtobufCFieldDescriptor *field, size_t count, size_t size)
{
    void *list = cbi_block_take(unpack->block, count * size);

    memcpy(message + field->offset, &list, sizeof(list));
    return list != NULL;
}
