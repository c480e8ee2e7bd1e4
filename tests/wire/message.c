/* What a message must look like in bytes: each row of what protobuf-c accepts silently, by name. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "wire/message.h"
#include "wire/oracle.h"

#include "cbank/v1/common.pb-c.h"
#include "cbank/v1/statement.pb-c.h"
#include "shapes.pb-c.h"

static const ProtobufCMessageDescriptor *const everything = &shapes__everything__descriptor;

static cbank_error err;

#define BYTES(text) cbi_bytes_of(text, sizeof(text) - 1)

static void accepts(cbi_bytes bytes)
{
    cr_expect_eq(cbi_message_check(everything, bytes, &err), CBANK_OK, "%s at %lu: %s", err.object,
                 (unsigned long)err.where, err.detail);
    cr_expect(oracle_accepts(everything, bytes));
}

static void refuses(cbi_bytes bytes, cbank_status status, cbi_reason reason, const char *object,
                    uint64_t where)
{
    err = (cbank_error){0};
    cr_expect_eq(cbi_message_check(everything, bytes, &err), status, "status %d", err.status);
    cr_expect_eq(err.reason, (int32_t)reason, "reason %d, %s", err.reason, err.detail);
    cr_expect_str_eq(err.object, object);
    cr_expect_eq(err.where, where, "at %lu", (unsigned long)err.where);
}

static void malformed(cbi_bytes bytes, const char *object, uint64_t where)
{
    refuses(bytes, CBANK_E_MALFORMED, CBI_REASON_MESSAGE_FORM, object, where);
}

/* Where protobuf-c by itself says nothing: the reason why there is a walker. */
static void protobuf_accepts(cbi_bytes bytes, bool packs_the_same)
{
    oracle_view view = oracle_look(everything, bytes);

    cr_expect(view.unpacks);
    cr_expect_eq(view.packs_the_same, packs_the_same);
}

Test(message, nothing_at_all_is_a_message_of_defaults)
{
    accepts(BYTES(""));
    accepts((cbi_bytes){NULL, 0});
}

Test(message, fields_in_order_and_once_are_accepted)
{
    accepts(BYTES("\x08\x05\x10\x07\x28\x01\x3a\x01z"));
}

Test(message, a_field_given_twice_is_refused)
{
    malformed(BYTES("\x08\x05\x08\xe7\x07"), "u32", 2);
    protobuf_accepts(BYTES("\x08\x05\x08\xe7\x07"), false);
}

Test(message, fields_out_of_order_are_refused)
{
    malformed(BYTES("\x10\x07\x08\x05"), "u32", 2);
    protobuf_accepts(BYTES("\x10\x07\x08\x05"), false);
}

Test(message, an_over_long_number_is_refused)
{
    malformed(BYTES("\x08\x85\x00"), "u32", 0);
    protobuf_accepts(BYTES("\x08\x85\x00"), false);
}

Test(message, an_over_long_tag_is_refused)
{
    malformed(BYTES("\x88\x00\x05"), "Everything", 0);
    protobuf_accepts(BYTES("\x88\x00\x05"), false);
}

Test(message, an_over_long_length_is_refused)
{
    malformed(BYTES("\x3a\x81\x00z"), "text", 0);
    protobuf_accepts(BYTES("\x3a\x81\x00z"), false);
}

Test(message, an_explicit_default_is_refused)
{
    malformed(BYTES("\x08\x00"), "u32", 0);
    malformed(BYTES("\x28\x00"), "flag", 0);
    malformed(BYTES("\x30\x00"), "colour", 0);
    malformed(BYTES("\x3a\x00"), "text", 0);
    malformed(BYTES("\x42\x00"), "data", 0);
    protobuf_accepts(BYTES("\x08\x00"), false);
}

Test(message, a_bool_is_1_and_nothing_else)
{
    malformed(BYTES("\x28\x02"), "flag", 0);
    malformed(BYTES("\x28\x80\x02"), "flag", 0);
    protobuf_accepts(BYTES("\x28\x02"), false);
    protobuf_accepts(BYTES("\x28\x80\x02"), false);
}

Test(message, a_list_of_numbers_that_is_not_packed_is_refused)
{
    accepts(BYTES("\x82\x01\x02\x01\x02"));
    malformed(BYTES("\x80\x01\x01\x80\x01\x02"), "u32s", 0);
    protobuf_accepts(BYTES("\x80\x01\x01\x80\x01\x02"), false);
}

Test(message, an_unknown_field_before_a_known_one_is_refused)
{
    cbi_bytes bytes = BYTES("\x50\x01\x82\x01\x01\x01");

    refuses(bytes, CBANK_E_UNSUPPORTED, CBI_REASON_MESSAGE_FIELD, "Everything", 0);
    cr_expect_str_eq(err.detail, "10");
    protobuf_accepts(bytes, false);
}

Test(message, an_unknown_field_at_the_end_is_refused)
{
    refuses(BYTES("\x08\x05\x50\x01"), CBANK_E_UNSUPPORTED, CBI_REASON_MESSAGE_FIELD, "Everything",
            2);
    protobuf_accepts(BYTES("\x08\x05\x50\x01"), true);
}

Test(message, an_unknown_field_in_a_message_within_is_refused)
{
    refuses(BYTES("\x4a\x02\x50\x01"), CBANK_E_UNSUPPORTED, CBI_REASON_MESSAGE_FIELD, "Everything",
            2);
    protobuf_accepts(BYTES("\x4a\x02\x50\x01"), true);
}

Test(message, a_message_within_given_twice_is_refused)
{
    malformed(BYTES("\x4a\x02\x08\x01\x4a\x02\x10\x01"), "child", 4);
    protobuf_accepts(BYTES("\x4a\x02\x08\x01\x4a\x02\x10\x01"), false);
}

Test(message, a_number_over_64_bits_is_refused)
{
    accepts(BYTES("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    malformed(BYTES("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x03"), "u64", 0);
    protobuf_accepts(BYTES("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x03"), false);
}

Test(message, a_number_over_32_bits_is_refused_where_the_field_has_32)
{
    accepts(BYTES("\x08\xff\xff\xff\xff\x0f"));
    malformed(BYTES("\x08\x80\x80\x80\x80\x10"), "u32", 0);
    malformed(BYTES("\x18\x80\x80\x80\x80\x08"), "i32", 0);
    protobuf_accepts(BYTES("\x08\x81\x80\x80\x80\x10"), false);
}

Test(message, a_negative_32_bit_number_has_ten_bytes)
{
    accepts(BYTES("\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    accepts(BYTES("\x30\xf9\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    malformed(BYTES("\x18\xff\xff\xff\xff\x0f"), "i32", 0);
    protobuf_accepts(BYTES("\x18\xff\xff\xff\xff\x0f"), false);
}

Test(message, text_with_a_zero_byte_is_refused)
{
    refuses(BYTES("\x3a\x03z\0y"), CBANK_E_MALFORMED, CBI_REASON_MESSAGE_TEXT, "text", 0);
    protobuf_accepts(BYTES("\x3a\x03z\0y"), false);
}

Test(message, text_that_is_not_utf8_is_refused)
{
    refuses(BYTES("\x3a\x02\xc3\x28"), CBANK_E_MALFORMED, CBI_REASON_MESSAGE_TEXT, "text", 0);
    refuses(BYTES("\xb2\x01\x01\xff"), CBANK_E_MALFORMED, CBI_REASON_MESSAGE_TEXT, "texts", 0);
    protobuf_accepts(BYTES("\x3a\x02\xc3\x28"), true);
}

Test(message, text_with_control_or_bidirectional_characters_is_refused)
{
    refuses(BYTES("\x3a\x01\n"), CBANK_E_MALFORMED, CBI_REASON_MESSAGE_TEXT, "text", 0);
    refuses(BYTES("\x3a\x03\xe2\x80\xae"), CBANK_E_MALFORMED, CBI_REASON_MESSAGE_TEXT, "text", 0);
}

Test(message, a_wrong_wire_type_a_group_field_0_and_a_cut_tag_are_refused)
{
    malformed(BYTES("\x0a\x01\x05"), "u32", 0);
    malformed(BYTES("\x38\x05"), "text", 0);
    malformed(BYTES("\x0b\x0c"), "u32", 0);
    malformed(BYTES("\x0d\x01\x00\x00\x00"), "u32", 0);
    malformed(BYTES("\x00\x05"), "Everything", 0);
    malformed(BYTES("\x08\x05\x80"), "Everything", 2);
}

Test(message, content_that_is_cut_short_is_refused)
{
    malformed(BYTES("\x08"), "u32", 0);
    malformed(BYTES("\x3a\x05zz"), "text", 0);
    malformed(BYTES("\x4a\x04\x3a\x05zz"), "text", 2);
    malformed(BYTES("\x42\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01z"), "data", 0);
}

Test(message, a_field_may_not_reach_beyond_the_message_that_holds_it)
{
    malformed(BYTES("\x4a\x02\x08\x85\x01"), "u32", 2);
    malformed(BYTES("\x82\x01\x01\x80\x01"), "u32s", 0);
    malformed(BYTES("\x4a\x03\x3a\x02zz"), "text", 2);
    malformed(BYTES("\x4a\x01\x82\x01\x01\x01"), "Everything", 2);
}

Test(message, an_empty_value_is_accepted_within_a_list_and_nowhere_else)
{
    accepts(BYTES("\xb2\x01\x00\xba\x01\x00\xba\x01\x01z"));
    accepts(BYTES("\x4a\x00"));
}

Test(message, values_of_a_list_stand_together)
{
    malformed(BYTES("\xb2\x01\x01z\xba\x01\x01z\xb2\x01\x01z"), "texts", 8);
    protobuf_accepts(BYTES("\xb2\x01\x01z\xba\x01\x01z\xb2\x01\x01z"), false);
}

Test(message, an_empty_packed_list_is_refused)
{
    malformed(BYTES("\x82\x01\x00"), "u32s", 0);
    protobuf_accepts(BYTES("\x82\x01\x00"), false);
}

Test(message, a_packed_list_given_in_two_pieces_is_refused)
{
    malformed(BYTES("\x82\x01\x01\x01\x82\x01\x01\x02"), "u32s", 4);
    protobuf_accepts(BYTES("\x82\x01\x01\x01\x82\x01\x01\x02"), false);
}

Test(message, numbers_of_a_packed_list_may_be_zero_but_are_in_range)
{
    accepts(BYTES("\x82\x01\x03\x00\x01\x00"));
    accepts(BYTES("\xa2\x01\x02\x00\x01"));
    malformed(BYTES("\xa2\x01\x01\x02"), "flags", 0);
    malformed(BYTES("\x82\x01\x05\x80\x80\x80\x80\x10"), "u32s", 0);
}

Test(message, an_unknown_enum_value_is_not_supported)
{
    accepts(BYTES("\x30\x01"));
    accepts(BYTES("\x30\xff\x7f"));
    refuses(BYTES("\x30\x02"), CBANK_E_UNSUPPORTED, CBI_REASON_MESSAGE_VALUE, "colour", 0);
    cr_expect_str_eq(err.detail, "2");
    refuses(BYTES("\xaa\x01\x02\x01\x02"), CBANK_E_UNSUPPORTED, CBI_REASON_MESSAGE_VALUE,
            "colours", 0);
    protobuf_accepts(BYTES("\x30\x02"), true);
}

Test(message, a_listed_enum_value_is_never_zero)
{
    malformed(BYTES("\xaa\x01\x02\x01\x00"), "colours", 0);
    protobuf_accepts(BYTES("\xaa\x01\x02\x01\x00"), true);
}

Test(message, nesting_ends_at_the_limit)
{
    uint8_t bytes[2 * CBI_NESTING_MAX];

    for (unsigned i = 0; i < CBI_NESTING_MAX; i++) {
        bytes[2 * i] = 0x4a;
        bytes[2 * i + 1] = (uint8_t)(2 * (CBI_NESTING_MAX - 1 - i));
    }
    accepts(cbi_bytes_of(bytes + 2, sizeof(bytes) - 2));
    refuses(cbi_bytes_of(bytes, sizeof(bytes)), CBANK_E_TOO_LARGE, CBI_REASON_MESSAGE_NESTING,
            "child", 2 * (CBI_NESTING_MAX - 1));
}

Test(message, text_ends_at_the_limit)
{
    uint8_t bytes[3 + CBI_TEXT_MAX + 1] = {0x3a, 0x80, 0x08};

    memset(bytes + 3, 'z', CBI_TEXT_MAX + 1);
    accepts(cbi_bytes_of(bytes, 3 + CBI_TEXT_MAX));
    bytes[1] = 0x81;
    refuses(cbi_bytes_of(bytes, sizeof(bytes)), CBANK_E_TOO_LARGE, CBI_REASON_MESSAGE_TEXT_SIZE,
            "text", 0);
}

Test(message, a_type_that_no_message_of_ours_has_is_not_supported)
{
    const struct {
        const ProtobufCMessageDescriptor *type;
        cbi_bytes bytes;
    } rows[] = {
        {&shapes__has_signed__descriptor, BYTES("\x08\x02")},
        {&shapes__has_fixed__descriptor, BYTES("\x0d\x01\x00\x00\x00")},
        {&shapes__has_real__descriptor, BYTES("\x09\x00\x00\x00\x00\x00\x00\xf0\x3f")},
        {&shapes__has_choice__descriptor, BYTES("\x08\x01")},
        {&shapes__has_choice__descriptor, BYTES("\x12\x01z")},
        {&shapes__has_unpacked__descriptor, BYTES("\x08\x01")},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_expect_eq(cbi_message_check(rows[i].type, rows[i].bytes, &err), CBANK_E_UNSUPPORTED);
        cr_expect_eq(err.reason, (int32_t)CBI_REASON_MESSAGE_TYPE);
        cr_expect_str_eq(err.detail, rows[i].type->short_name);
    }
}

Test(message, an_error_may_be_left_out)
{
    cr_expect_eq(cbi_message_check(everything, BYTES("\x08\x00"), NULL), CBANK_E_MALFORMED);
}

Test(message, parsing_checks_first_and_gives_the_typed_struct)
{
    Shapes__Everything *message = NULL;

    cr_assert_eq(cbi_message_parse(everything, BYTES("\x08\x05\x3a\x03z y"), &message, &err),
                 CBANK_OK);
    cr_expect_eq(message->u32, 5);
    cr_expect_str_eq(message->text, "z y");
    cr_expect_eq(cbi_message_text(message->text).size, 3);
    cr_expect_eq(cbi_message_bytes(message->data).size, 0);
    cbi_message_free(message);

    message = NULL;
    cr_expect_eq(cbi_message_parse(everything, BYTES("\x08\x00"), &message, &err),
                 CBANK_E_MALFORMED);
    cr_expect_null(message);
    cbi_message_free(NULL);
}

Test(message, packing_appends_what_checking_accepts)
{
    Cbank__V1__Code code;
    cbank_buffer out = {0};

    cbank__v1__code__init(&code);
    cr_assert_eq(cbi_message_pack(&code, &out, &err), CBANK_OK);
    cr_expect_eq(out.size, 0);
    code.scheme = cbi_message_string("cbank");
    code.value = cbi_message_string("01");
    cr_assert_eq(cbi_message_pack(&code, &out, &err), CBANK_OK);
    cr_assert_eq(cbi_message_pack(&code, &out, &err), CBANK_OK);
    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&out),
                              BYTES("\x0a\x05"
                                    "cbank\x12\x02"
                                    "01\x0a\x05"
                                    "cbank\x12\x02"
                                    "01")));
    cbank_buffer_clear(&out);
}

Test(message, packing_refuses_what_checking_would_refuse_and_appends_nothing)
{
    Cbank__V1__Statement statement;
    cbank_buffer out = {0};

    cbank__v1__statement__init(&statement);
    statement.version = 1;
    statement.actor = cbi_message_string("two\nlines");
    cr_expect_eq(cbi_message_pack(&statement, &out, &err), CBANK_E_MALFORMED);
    cr_expect_str_eq(err.object, "actor");
    cr_expect_eq(out.size, 0);
    statement.actor = cbi_message_string("one");
    statement.kind = (Cbank__V1__StatementKind)999;
    cr_expect_eq(cbi_message_pack(&statement, &out, &err), CBANK_E_UNSUPPORTED);
    cr_expect_eq(out.size, 0);
    cbank_buffer_clear(&out);
}

Test(message, lent_bytes_and_text_are_not_copied)
{
    static const char text[] = "lent";
    cbi_bytes bytes = BYTES("lent");

    cr_expect_eq(cbi_message_data(bytes).data, bytes.data);
    cr_expect_eq(cbi_message_data(bytes).len, bytes.size);
    cr_expect_eq(cbi_message_string(text), text);
    cr_expect_eq(cbi_message_text(NULL).size, 0);
    cr_expect_not_null(cbi_message_text(NULL).data);
}
