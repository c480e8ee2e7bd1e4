/* What proto/ may use: every message is one that the walker reads whole. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "base/limits.h"
#include "wire/field.h"
#include "wire/message.h"

#include "schema.inc"

#define MESSAGES (sizeof(schema) / sizeof(schema[0]))

static uint8_t first_value(const ProtobufCEnumDescriptor *type)
{
    for (unsigned i = 0; i < type->n_values; i++)
        if (type->values[i].value > 0 && type->values[i].value < 128)
            return (uint8_t)type->values[i].value;
    cr_assert_fail("%s has no value of one byte to try", type->name);
    return 0;
}

/* The shortest message that has this field. */
static size_t write_field(const ProtobufCFieldDescriptor *field, uint8_t *out)
{
    bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
    bool sized = true;
    uint8_t value = 'a';
    size_t size;

    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        break;
    case PROTOBUF_C_TYPE_ENUM:
        value = first_value(field->descriptor);
        sized = list;
        break;
    default:
        value = 1;
        sized = list;
        break;
    }
    size = cbi_varint_write((uint64_t)field->id << 3 | (sized ? 2 : 0), out);
    if (sized)
        out[size++] = field->type == PROTOBUF_C_TYPE_MESSAGE ? 0 : 1;
    if (field->type != PROTOBUF_C_TYPE_MESSAGE)
        out[size++] = value;
    return size;
}

Test(schema, every_field_of_every_message_is_of_a_type_that_the_walker_reads)
{
    unsigned fields = 0;

    for (size_t m = 0; m < MESSAGES; m++) {
        const ProtobufCMessageDescriptor *type = schema[m];

        for (unsigned i = 0; i < type->n_fields; i++) {
            uint8_t bytes[16];
            cbank_error err = {0};
            size_t size = write_field(&type->fields[i], bytes);
            cbank_status status = cbi_message_check(type, cbi_bytes_of(bytes, size), &err);

            cr_assert_eq(status, CBANK_OK, "%s.%s answers %d: %s", type->name,
                         type->fields[i].name, status, err.detail);
            fields++;
        }
    }
    printf("schema: %zu messages, %u fields\n", MESSAGES, fields);
    cr_assert(fields > 200);
}

Test(schema, no_message_has_a_map)
{
    cr_assert_eq(schema_maps, 0);
}

Test(schema, no_message_needs_more_nesting_than_the_walker_allows)
{
    /* Each message's height is one more than the highest of its children; a circle never ends. */
    for (size_t m = 0; m < MESSAGES; m++) {
        const ProtobufCMessageDescriptor *level[256] = {schema[m]};
        size_t count = 1;
        unsigned height = 0;

        while (count > 0) {
            const ProtobufCMessageDescriptor *below[256];
            size_t found = 0;

            cr_assert(++height <= CBI_NESTING_MAX, "%s is nested too deeply", schema[m]->name);
            for (size_t i = 0; i < count; i++)
                for (unsigned f = 0; f < level[i]->n_fields; f++)
                    if (level[i]->fields[f].type == PROTOBUF_C_TYPE_MESSAGE) {
                        cr_assert(found < 256);
                        below[found++] = level[i]->fields[f].descriptor;
                    }
            for (size_t i = 0; i < found; i++)
                level[i] = below[i];
            count = found;
        }
    }
}
