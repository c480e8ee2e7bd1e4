/* An amendment says only what is to be different. */
#include "record/overlay.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "record/credit.h"
#include "record/sample.h"

static cbank_buffer packed(const Cbank__V1__CreditRecord *record)
{
    cbank_buffer out = {0};

    cr_assert_eq(cbi_message_pack(record, &out, NULL), CBANK_OK);
    return out;
}

static void expect_same(const Cbank__V1__CreditRecord *a, const Cbank__V1__CreditRecord *b)
{
    cbank_buffer one = packed(a), other = packed(b);

    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&one), cbi_bytes_of_buffer(&other)));
    cbank_buffer_clear(&one);
    cbank_buffer_clear(&other);
}

/* Of a field in the struct. */
static size_t size_of(const ProtobufCFieldDescriptor *field)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED || field->type == PROTOBUF_C_TYPE_STRING ||
        field->type == PROTOBUF_C_TYPE_MESSAGE)
        return sizeof(void *);
    return field->type == PROTOBUF_C_TYPE_BYTES ? sizeof(ProtobufCBinaryData) : sizeof(uint32_t);
}

static void move_field(const ProtobufCFieldDescriptor *field, Cbank__V1__CreditRecord *from,
                       Cbank__V1__CreditRecord *to)
{
    static const Cbank__V1__CreditRecord empty = CBANK__V1__CREDIT_RECORD__INIT;
    bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;

    memcpy((char *)to + field->offset, (char *)from + field->offset, size_of(field));
    memcpy((char *)from + field->offset, (const char *)&empty + field->offset, size_of(field));
    if (!repeated)
        return;
    memcpy((char *)to + field->quantifier_offset, (char *)from + field->quantifier_offset,
           sizeof(size_t));
    memset((char *)from + field->quantifier_offset, 0, sizeof(size_t));
}

Test(overlay, every_field_that_is_stated_is_in_what_comes_of_it)
{
    const ProtobufCMessageDescriptor *type = &cbank__v1__credit_record__descriptor;
    static sample_record whole;
    static cbi_overlay overlay;

    sample_record_init(&whole);
    for (unsigned i = 0; i < type->n_fields; i++) {
        Cbank__V1__CreditRecord stated = CBANK__V1__CREDIT_RECORD__INIT;
        Cbank__V1__CreditRecord old = whole.record;

        move_field(&type->fields[i], &old, &stated);
        cr_assert_eq(cbi_overlay_make(&old, &stated, &overlay, NULL), CBANK_OK);
        expect_same(&overlay.record, &whole.record);
    }
}

Test(overlay, amounts_are_replaced_unit_by_unit)
{
    static sample_record old;
    static cbi_overlay overlay;
    Cbank__V1__CreditRecord stated = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__Amount less = CBANK__V1__AMOUNT__INIT, more = CBANK__V1__AMOUNT__INIT;
    Cbank__V1__Amount *list[] = {&less, &more};
    size_t count;

    sample_record_init(&old);
    count = old.record.n_amounts;
    less.unit = old.record.amounts[count - 1]->unit;
    less.milli = 17;
    more.unit = cbi_message_string("swipe");
    more.milli = 1000;
    stated.amounts = list;
    stated.n_amounts = 2;
    cr_assert_eq(cbi_overlay_make(&old.record, &stated, &overlay, NULL), CBANK_OK);
    cr_assert_eq(overlay.record.n_amounts, count + 1);
    cr_expect_eq(overlay.record.amounts[count - 1]->milli, 17);
    cr_expect_str_eq(overlay.record.amounts[count]->unit, "swipe");
    cr_expect_eq(overlay.record.amounts[0], count > 1 ? old.record.amounts[0] : &less);
    cr_expect_eq(cbi_credit_record_check(&overlay.record, NULL), CBANK_OK);
}

Test(overlay, what_names_a_record_is_not_an_amendments_to_say)
{
    Cbank__V1__CreditRecord stated = CBANK__V1__CREDIT_RECORD__INIT;
    cbank_error err;

    cr_expect_eq(cbi_overlay_check(&stated, &err), CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_OVERLAY_EMPTY);
    stated.code = cbi_message_string("C-1");
    cr_expect_eq(cbi_overlay_check(&stated, &err), CBANK_OK);
    stated.reference = cbi_message_string("R-1");
    cr_expect_eq(cbi_overlay_check(&stated, &err), CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_OVERLAY_NAME);
    cr_expect_str_eq(err.object, "reference");
    stated.reference = cbi_message_string("");
    stated.holder = sample_bytes(1, 32);
    cr_expect_eq(cbi_overlay_check(&stated, &err), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, "holder");
}

/* Every field alone: taken away from one of two that are the same, it is what differs. */
Test(overlay, what_differs_is_named_field_by_field)
{
    const ProtobufCMessageDescriptor *type = &cbank__v1__credit_record__descriptor;
    static const char own[] = " version salt holder revision supersedes deposited_by delegation ";
    static sample_record whole;
    const char *names[CBI_OVERLAY_FIELDS_MAX];
    size_t count;

    sample_record_init(&whole);
    for (unsigned i = 0; i < type->n_fields; i++) {
        Cbank__V1__CreditRecord taken = CBANK__V1__CREDIT_RECORD__INIT;
        Cbank__V1__CreditRecord other = whole.record;
        cbank_buffer before, after;
        char name[64];
        bool stated;

        cr_assert_eq(cbi_overlay_differences(&whole.record, &other, names, &count, NULL), CBANK_OK);
        cr_expect_eq(count, 0);
        before = packed(&other);
        move_field(&type->fields[i], &other, &taken);
        after = packed(&other);
        stated = before.size != after.size;
        cbank_buffer_clear(&before);
        cbank_buffer_clear(&after);
        cr_assert_eq(cbi_overlay_differences(&whole.record, &other, names, &count, NULL), CBANK_OK);
        snprintf(name, sizeof(name), " %s ", type->fields[i].name);
        cr_assert_eq(count, stated && strstr(own, name) == NULL, "%s", name);
        if (count > 0)
            cr_expect_str_eq(names[0], type->fields[i].name);
    }
}
