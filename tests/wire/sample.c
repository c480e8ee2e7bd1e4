#include "wire/sample.h"

#include <criterion/criterion.h>

#include <string.h>

#include "wire/field.h"

/* The ways in which one field can stand in the bytes otherwise than accepted. */
enum fault {
    NO_FAULT,
    LONG_TAG,
    LONG_NUMBER,
    TWICE,
    BEFORE_OTHERS,
    DEFAULT_STATED,
    OUT_OF_RANGE,
    UNKNOWN_BEFORE,
    UNKNOWN_AFTER,
    NOT_PACKED,
    OTHER_WIRE_TYPE,
    BAD_TEXT,
    WRONG_LENGTH,
    FAULTS,
};

uint32_t dice_below(sample_dice *dice, uint32_t sides)
{
    /* splitmix64 */
    uint64_t z = dice->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ (z >> 31)) >> 32) % sides;
}

static uint64_t any_number(sample_dice *dice)
{
    uint64_t high = dice_below(dice, UINT32_MAX);
    uint64_t number = high << 32 | dice_below(dice, UINT32_MAX);

    return number >> dice_below(dice, 64);
}

static void put(cbank_buffer *out, const void *data, size_t size)
{
    cr_assert(cbi_buffer_append(out, cbi_bytes_of(data, size), NULL) == CBANK_OK);
}

static void put_varint(cbank_buffer *out, uint64_t value, bool longer)
{
    uint8_t bytes[CBI_VARINT_MAX + 1];
    size_t size = cbi_varint_write(value, bytes);

    if (longer && size < CBI_VARINT_MAX) {
        bytes[size - 1] |= 0x80;
        bytes[size++] = 0;
    }
    put(out, bytes, size);
}

static bool is_number(const ProtobufCFieldDescriptor *field)
{
    return field->type != PROTOBUF_C_TYPE_STRING && field->type != PROTOBUF_C_TYPE_BYTES &&
           field->type != PROTOBUF_C_TYPE_MESSAGE;
}

static bool is_list(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED;
}

static uint64_t number_beyond(sample_dice *dice, ProtobufCType type)
{
    uint64_t number = any_number(dice);

    return type == PROTOBUF_C_TYPE_BOOL ? 2 + number % 1000 : number | 1ull << 33;
}

static uint64_t number_of(sample_dice *dice, const ProtobufCFieldDescriptor *field,
                          enum fault fault)
{
    const ProtobufCEnumDescriptor *colours = field->descriptor;
    uint64_t number = any_number(dice);
    int32_t chosen;

    if (fault == DEFAULT_STATED)
        return 0;
    if (fault == OUT_OF_RANGE)
        return number_beyond(dice, field->type);
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return 1;
    case PROTOBUF_C_TYPE_ENUM:
        do
            chosen = colours->values[dice_below(dice, colours->n_values)].value;
        while (chosen == 0);
        return (uint64_t)(int64_t)chosen;
    case PROTOBUF_C_TYPE_UINT32:
        return (number & UINT32_MAX) | 1;
    case PROTOBUF_C_TYPE_INT32:
        return (uint64_t)(int64_t)(int32_t)((uint32_t)number | 1);
    default:
        return number | 1;
    }
}

static void put_text(sample_dice *dice, cbank_buffer *out, enum fault fault)
{
    static const char *const good[] = {"a", "credit", "学分", "0", "é", "\U0001F333", "x y"};
    static const char *const bad[] = {"\xff", "\xc0\x80", "\xed\xa0\x80", "\n", "\x7f",
                                      "\xe2\x80\xae", "\xe5\xad", "\0", "\xf4\x90\x80\x80"};
    size_t words = 1 + dice_below(dice, 3);

    for (size_t i = 0; i < words; i++) {
        const char *word = good[dice_below(dice, sizeof(good) / sizeof(good[0]))];
        put(out, word, strlen(word));
    }
    if (fault == BAD_TEXT) {
        const char *word = bad[dice_below(dice, sizeof(bad) / sizeof(bad[0]))];
        put(out, word, word[0] == 0 ? 1 : strlen(word));
    }
}

static void put_content(sample_dice *dice, const ProtobufCFieldDescriptor *field, unsigned depth,
                        unsigned faults, enum fault fault, cbank_buffer *out)
{
    size_t count = 1 + dice_below(dice, 4);

    if (fault == DEFAULT_STATED)
        return;
    if (is_number(field)) {
        for (size_t i = 0; i < count; i++)
            put_varint(out, number_of(dice, field, i == 0 ? fault : NO_FAULT),
                       fault == LONG_NUMBER);
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        put_text(dice, out, fault);
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        sample_message(dice, field->descriptor, depth - 1, faults, out);
    } else {
        for (size_t i = 0; i < count; i++)
            put(out, &(uint8_t){(uint8_t)dice_below(dice, 256)}, 1);
    }
}

static void put_field(sample_dice *dice, const ProtobufCFieldDescriptor *field, unsigned depth,
                      unsigned faults, enum fault fault, cbank_buffer *out)
{
    bool sized = is_list(field) || !is_number(field);
    cbank_buffer content = {0};

    if (fault == NOT_PACKED)
        sized = false;
    put_varint(out,
               (uint64_t)field->id << 3 |
                   (fault == OTHER_WIRE_TYPE ? dice_below(dice, 8) : sized ? 2u : 0u),
               fault == LONG_TAG);
    if (sized) {
        put_content(dice, field, depth, faults, fault, &content);
        put_varint(out, content.size + (fault == WRONG_LENGTH ? 1 : 0), fault == LONG_NUMBER);
        put(out, content.data, content.size);
        cbank_buffer_clear(&content);
    } else {
        put_varint(out, number_of(dice, field, fault), fault == LONG_NUMBER);
    }
}

static void put_unknown(sample_dice *dice, const ProtobufCMessageDescriptor *type,
                        cbank_buffer *out)
{
    uint32_t last = type->fields[type->n_fields - 1].id;

    put_varint(out, (uint64_t)(last + 1 + dice_below(dice, 9)) << 3, false);
    put_varint(out, any_number(dice), false);
}

static void put_before(cbank_buffer *out, size_t begin, const cbank_buffer *field)
{
    put(out, field->data, field->size);
    memmove(out->data + begin + field->size, out->data + begin, out->size - field->size - begin);
    memcpy(out->data + begin, field->data, field->size);
}

void sample_message(sample_dice *dice, const ProtobufCMessageDescriptor *type, unsigned depth,
                    unsigned faults, cbank_buffer *out)
{
    size_t begin = out->size;

    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        bool many = is_list(field) && !is_number(field);
        size_t count = dice_below(dice, 4) == 0 ? 1 + (many ? dice_below(dice, 3) : 0) : 0;

        if (field->type == PROTOBUF_C_TYPE_MESSAGE && depth <= 1)
            continue;
        for (size_t j = 0; j < count; j++) {
            enum fault fault = dice_below(dice, 1000) < faults
                                   ? (enum fault)dice_below(dice, FAULTS)
                                   : NO_FAULT;
            cbank_buffer one = {0};

            if (fault == UNKNOWN_BEFORE)
                put_unknown(dice, type, out);
            put_field(dice, field, depth, faults, fault, &one);
            if (fault == BEFORE_OTHERS)
                put_before(out, begin, &one);
            else
                put(out, one.data, one.size);
            if (fault == TWICE)
                put(out, one.data, one.size);
            if (fault == UNKNOWN_AFTER)
                put_unknown(dice, type, out);
            cbank_buffer_clear(&one);
        }
    }
}

void sample_damage(sample_dice *dice, cbank_buffer *bytes)
{
    uint32_t size = (uint32_t)bytes->size;
    uint32_t at = size == 0 ? 0 : dice_below(dice, size);
    uint32_t run = 1 + dice_below(dice, 8);
    uint8_t copy[8];

    if (size == 0)
        return;
    if (run > size - at)
        run = size - at;
    switch (dice_below(dice, 5)) {
    case 0:
        bytes->data[at] ^= (uint8_t)(1u << dice_below(dice, 8));
        break;
    case 1:
        bytes->data[at] = (uint8_t)dice_below(dice, 256);
        break;
    case 2:
        memmove(bytes->data + at, bytes->data + at + run, size - at - run);
        bytes->size -= run;
        break;
    case 3:
        bytes->size = at;
        break;
    default:
        memcpy(copy, bytes->data + at, run);
        at = dice_below(dice, size);
        put(bytes, copy, run);
        memmove(bytes->data + at + run, bytes->data + at, size - at);
        memcpy(bytes->data + at, copy, run);
        break;
    }
}
