/*
 * shape.h - what a field of a message may be, as far as our schemas go.
 */
#ifndef CBI_WIRE_SHAPE_H
#define CBI_WIRE_SHAPE_H

#include <protobuf-c/protobuf-c.h>

#include <stdbool.h>
#include <stdint.h>

typedef enum cbi_shape {
    CBI_SHAPE_UNSUPPORTED = 0,
    CBI_SHAPE_NUMBER, /* in a list: packed */
    CBI_SHAPE_TEXT,
    CBI_SHAPE_BYTES,
    CBI_SHAPE_MESSAGE,
} cbi_shape;

static inline bool cbi_shape_is_list(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED;
}

/* UNSUPPORTED for what none of our schemas has: fixed widths, groups, optional fields. */
static inline cbi_shape cbi_shape_of(const ProtobufCFieldDescriptor *field)
{
    static const uint8_t shapes[PROTOBUF_C_TYPE_MESSAGE + 1] = {
        [PROTOBUF_C_TYPE_INT32] = CBI_SHAPE_NUMBER,  [PROTOBUF_C_TYPE_INT64] = CBI_SHAPE_NUMBER,
        [PROTOBUF_C_TYPE_UINT32] = CBI_SHAPE_NUMBER, [PROTOBUF_C_TYPE_UINT64] = CBI_SHAPE_NUMBER,
        [PROTOBUF_C_TYPE_BOOL] = CBI_SHAPE_NUMBER,   [PROTOBUF_C_TYPE_ENUM] = CBI_SHAPE_NUMBER,
        [PROTOBUF_C_TYPE_STRING] = CBI_SHAPE_TEXT,   [PROTOBUF_C_TYPE_BYTES] = CBI_SHAPE_BYTES,
        [PROTOBUF_C_TYPE_MESSAGE] = CBI_SHAPE_MESSAGE,
    };
    cbi_shape shape = (cbi_shape)shapes[field->type];
    uint32_t flags = field->flags & ~(uint32_t)PROTOBUF_C_FIELD_FLAG_DEPRECATED;
    bool packed = cbi_shape_is_list(field) && shape == CBI_SHAPE_NUMBER;

    if (field->label == PROTOBUF_C_LABEL_NONE && flags == 0) /* as most are */
        return shape;
    if (field->label != PROTOBUF_C_LABEL_NONE && !cbi_shape_is_list(field))
        return CBI_SHAPE_UNSUPPORTED;
    return flags == (packed ? PROTOBUF_C_FIELD_FLAG_PACKED : 0u) ? shape : CBI_SHAPE_UNSUPPORTED;
}

/* Bytes of a number in memory; a bool is as wide as an enum. */
static inline size_t cbi_shape_width(ProtobufCType type)
{
    _Static_assert(sizeof(protobuf_c_boolean) == sizeof(uint32_t), "a bool of protobuf-c");
    return type == PROTOBUF_C_TYPE_UINT64 || type == PROTOBUF_C_TYPE_INT64 ? sizeof(uint64_t)
                                                                           : sizeof(uint32_t);
}

/* Is it one of the enum's values? */
static inline bool cbi_shape_knows(const ProtobufCEnumDescriptor *type, int64_t value)
{
    const int64_t first = type->values[0].value;
    unsigned low = 0, high = type->n_values;

    if (type->n_value_ranges == 1) /* without gaps, as most are */
        return value >= first && value - first < (int64_t)type->n_values;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;

        if (type->values[middle].value == value)
            return true;
        if (type->values[middle].value < value)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

#endif
