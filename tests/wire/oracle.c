#include "wire/oracle.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

static bool look_at_message(const ProtobufCMessage *message, unsigned depth);

static bool look_at_value(const ProtobufCFieldDescriptor *field, const char *at, unsigned depth)
{
    const ProtobufCMessage *child;
    const char *text;
    int32_t number;

    switch (field->type) {
    case PROTOBUF_C_TYPE_ENUM:
        memcpy(&number, at, sizeof(number));
        return protobuf_c_enum_descriptor_get_value(field->descriptor, number) != NULL &&
               (number != 0 || field->label == PROTOBUF_C_LABEL_NONE);
    case PROTOBUF_C_TYPE_STRING:
        memcpy(&text, at, sizeof(text));
        return strlen(text) <= CBI_TEXT_MAX && cbi_text_is_clean(cbi_bytes_of_text(text));
    case PROTOBUF_C_TYPE_MESSAGE:
        memcpy(&child, at, sizeof(child));
        return child == NULL || look_at_message(child, depth + 1);
    default:
        return true;
    }
}

static size_t size_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(int32_t);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    default:
        return 0; /* nothing to look at */
    }
}

static bool look_at_message(const ProtobufCMessage *message, unsigned depth)
{
    const char *base = (const char *)message;
    const ProtobufCMessageDescriptor *type = message->descriptor;

    if (depth > CBI_NESTING_MAX || message->n_unknown_fields > 0)
        return false;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const char *at = base + field->offset;
        size_t count = 1;

        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            memcpy(&count, base + field->quantifier_offset, sizeof(count));
            memcpy(&at, base + field->offset, sizeof(at));
        }
        for (size_t j = 0; j < count; j++)
            if (!look_at_value(field, at + j * size_of(field->type), depth))
                return false;
    }
    return true;
}

static bool packs_the_same(const ProtobufCMessage *message, cbi_bytes bytes)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *again = malloc(size + 1);
    bool same;

    if (again == NULL)
        return false;
    protobuf_c_message_pack(message, again);
    same = cbi_bytes_equal(cbi_bytes_of(again, size), bytes);
    free(again);
    return same;
}

bool oracle_accepts(const ProtobufCMessageDescriptor *type, cbi_bytes bytes)
{
    ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, bytes.size, bytes.data);
    bool accepts =
        message != NULL && look_at_message(message, 1) && packs_the_same(message, bytes);

    protobuf_c_message_free_unpacked(message, NULL);
    return accepts;
}

oracle_view oracle_look(const ProtobufCMessageDescriptor *type, cbi_bytes bytes)
{
    ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, bytes.size, bytes.data);
    oracle_view view = {.unpacks = message != NULL};

    if (message != NULL)
        view.packs_the_same = packs_the_same(message, bytes);
    protobuf_c_message_free_unpacked(message, NULL);
    return view;
}
