#include "record/overlay.h"

#include <string.h>

#include "base/bytes.h"
#include "wire/message.h"

static const char *const names_of_record[] = {"version",  "salt",     "holder",
                                              "reference", "revision", "supersedes"};

static const void *field_at(const Cbank__V1__CreditRecord *record, size_t offset)
{
    return (const uint8_t *)record + offset;
}

static size_t count_of(const Cbank__V1__CreditRecord *record, const ProtobufCFieldDescriptor *field)
{
    size_t count;

    memcpy(&count, field_at(record, field->quantifier_offset), sizeof(count));
    return count;
}

/* Size of a field in the struct; proto3 has no presence beside the value. */
static size_t size_of(const ProtobufCFieldDescriptor *field)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return sizeof(void *);
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return sizeof(uint32_t); /* numbers and enums; the record has no wider ones of its own */
    }
}

static bool is_stated(const Cbank__V1__CreditRecord *record, const ProtobufCFieldDescriptor *field)
{
    ProtobufCBinaryData bytes;
    const char *pointer;
    uint32_t number;

    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return count_of(record, field) > 0;
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        memcpy(&pointer, field_at(record, field->offset), sizeof(pointer));
        return pointer != NULL && pointer[0] != '\0';
    case PROTOBUF_C_TYPE_MESSAGE:
        memcpy(&pointer, field_at(record, field->offset), sizeof(pointer));
        return pointer != NULL;
    case PROTOBUF_C_TYPE_BYTES:
        memcpy(&bytes, field_at(record, field->offset), sizeof(bytes));
        return bytes.len > 0;
    default:
        memcpy(&number, field_at(record, field->offset), sizeof(number));
        return number != 0;
    }
}

static bool is_name(const char *field)
{
    for (size_t i = 0; i < sizeof(names_of_record) / sizeof(names_of_record[0]); i++) {
        if (strcmp(names_of_record[i], field) == 0)
            return true;
    }
    return false;
}

cbank_status cbi_overlay_check(const Cbank__V1__CreditRecord *stated, cbank_error *err)
{
    const ProtobufCMessageDescriptor *type = &cbank__v1__credit_record__descriptor;
    size_t count = 0;

    for (unsigned i = 0; i < type->n_fields; i++) {
        if (!is_stated(stated, &type->fields[i]))
            continue;
        if (is_name(type->fields[i].name))
            return cbi_fail(err, CBI_REASON_OVERLAY_NAME, 0, type->fields[i].name, NULL);
        count++;
    }
    return count > 0 ? CBANK_OK : cbi_fail(err, CBI_REASON_OVERLAY_EMPTY, 0, "record", NULL);
}

static cbank_status merge_amounts(const Cbank__V1__CreditRecord *record,
                                  const Cbank__V1__CreditRecord *stated, cbi_overlay *out,
                                  cbank_error *err)
{
    size_t count = record->n_amounts;

    if (count + stated->n_amounts > CBI_OVERLAY_AMOUNTS_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_SIZE, CBI_OVERLAY_AMOUNTS_MAX, "amounts", NULL);
    if (count > 0)
        memcpy(out->amounts, record->amounts, count * sizeof(*out->amounts));
    for (size_t i = 0; i < stated->n_amounts; i++) {
        size_t at = 0;

        while (at < count && strcmp(out->amounts[at]->unit, stated->amounts[i]->unit) != 0)
            at++;
        count += at == count;
        out->amounts[at] = stated->amounts[i];
    }
    out->record.amounts = out->amounts;
    out->record.n_amounts = count;
    return CBANK_OK;
}

cbank_status cbi_overlay_make(const Cbank__V1__CreditRecord *record,
                              const Cbank__V1__CreditRecord *stated, cbi_overlay *out,
                              cbank_error *err)
{
    const ProtobufCMessageDescriptor *type = &cbank__v1__credit_record__descriptor;

    out->record = *record;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        uint8_t *place = (uint8_t *)&out->record;

        if (!is_stated(stated, field))
            continue;
        memcpy(place + field->offset, field_at(stated, field->offset), size_of(field));
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            memcpy(place + field->quantifier_offset, field_at(stated, field->quantifier_offset),
                   sizeof(size_t));
    }
    if (stated->n_amounts == 0)
        return CBANK_OK;
    return merge_amounts(record, stated, out, err);
}

/* Who signed, and how one revision is written down, is no part of what was awarded. */
static bool is_of_revision(const char *field)
{
    return (is_name(field) && strcmp(field, "reference") != 0) ||
           strcmp(field, "deposited_by") == 0 || strcmp(field, "delegation") == 0;
}

/* The bytes of a record that states this field alone. */
static cbank_status write_field(const Cbank__V1__CreditRecord *record,
                                const ProtobufCFieldDescriptor *field, cbank_buffer *out,
                                cbank_error *err)
{
    Cbank__V1__CreditRecord alone = CBANK__V1__CREDIT_RECORD__INIT;
    uint8_t *place = (uint8_t *)&alone;

    memcpy(place + field->offset, field_at(record, field->offset), size_of(field));
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        memcpy(place + field->quantifier_offset, field_at(record, field->quantifier_offset),
               sizeof(size_t));
    cbi_buffer_rewind(out);
    return cbi_message_pack(&alone, out, err);
}

cbank_status cbi_overlay_differences(const Cbank__V1__CreditRecord *a,
                                     const Cbank__V1__CreditRecord *b,
                                     const char *out[CBI_OVERLAY_FIELDS_MAX], size_t *count,
                                     cbank_error *err)
{
    const ProtobufCMessageDescriptor *type = &cbank__v1__credit_record__descriptor;
    cbank_buffer one = {0}, other = {0};
    cbank_status status = CBANK_OK;

    *count = 0;
    for (unsigned i = 0; i < type->n_fields && *count < CBI_OVERLAY_FIELDS_MAX; i++) {
        if (is_of_revision(type->fields[i].name))
            continue;
        CBI_TRY(write_field(a, &type->fields[i], &one, err));
        CBI_TRY(write_field(b, &type->fields[i], &other, err));
        if (!cbi_bytes_equal(cbi_bytes_of_buffer(&one), cbi_bytes_of_buffer(&other)))
            out[(*count)++] = type->fields[i].name;
    }
done:
    cbank_buffer_clear(&one);
    cbank_buffer_clear(&other);
    return status;
}
