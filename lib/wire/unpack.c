#include "wire/unpack.h"

#include <string.h>

/* What a message points to beside its copy, mostly less than that; more is taken when need be. */
#define BESIDE_MAX ((size_t)64 * 1024)

void *cbi_unpack_begin(cbi_unpack *unpack, const ProtobufCMessageDescriptor *type,
                       cbi_bytes bytes)
{
    size_t beside = bytes.size < BESIDE_MAX ? bytes.size : BESIDE_MAX;
    void *message;

    unpack->bytes = bytes;
    unpack->block = cbi_block_new(type->sizeof_message + bytes.size + beside);
    if (unpack->block == NULL)
        return NULL;
    message = cbi_unpack_message(unpack, type);
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

void cbi_unpack_put(char *message, const ProtobufCFieldDescriptor *field, const void *value,
                    size_t size)
{
    char *place = message + field->offset;
    char *list;

    if (cbi_shape_is_list(field)) {
        memcpy(&list, place, sizeof(list));
        place = list + size * (*cbi_unpack_count(message, field))++;
    }
    memcpy(place, value, size);
}

void cbi_unpack_put_number(char *message, const ProtobufCFieldDescriptor *field, uint64_t value)
{
    uint32_t half = (uint32_t)value;

    if (cbi_shape_width(field->type) == sizeof(value))
        cbi_unpack_put(message, field, &value, sizeof(value));
    else
        cbi_unpack_put(message, field, &half, sizeof(half));
}
