/* Numbers and fields as they stand in the bytes. */
#include <criterion/criterion.h>

#include "wire/field.h"

#define BYTES(text) cbi_bytes_of(text, sizeof(text) - 1)

Test(field, every_number_is_read_as_it_was_written)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        const uint64_t around[] = {(1ull << bit) - 1, 1ull << bit, (1ull << bit) + 1, ~0ull >> bit};

        for (size_t i = 0; i < 4; i++) {
            uint8_t bytes[CBI_VARINT_MAX];
            size_t size = cbi_varint_write(around[i], bytes);
            size_t offset = 0;
            uint64_t value = 0;

            cr_assert(cbi_varint_read(cbi_bytes_of(bytes, size), &offset, &value));
            cr_assert_eq(value, around[i]);
            cr_assert_eq(offset, size);
            for (size_t cut = 0; cut < size; cut++) {
                offset = 0;
                cr_assert(!cbi_varint_read(cbi_bytes_of(bytes, cut), &offset, &value));
                cr_assert_eq(offset, 0);
            }
        }
    }
}

Test(field, a_number_that_is_not_the_shortest_or_too_large_is_refused)
{
    const cbi_bytes rows[] = {
        BYTES("\x80\x00"),
        BYTES("\x85\x00"),
        BYTES("\xff\x80\x00"),
        BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
        BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00"),
        BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"),
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t offset = 0;
        uint64_t value;

        cr_expect(!cbi_varint_read(rows[i], &offset, &value), "row %zu", i);
        cr_expect_eq(offset, 0);
    }
}

Test(field, fields_are_read_one_after_the_other)
{
    cbi_bytes bytes = BYTES("\x08\x96\x01\x12\x02zy");
    size_t offset = 0;
    cbi_field field;

    cr_assert(cbi_field_next(bytes, &offset, &field));
    cr_expect_eq(field.number, 1);
    cr_expect_eq(field.form, CBI_FIELD_NUMBER);
    cr_expect_eq(field.value, 150);
    cr_assert(cbi_field_next(bytes, &offset, &field));
    cr_expect_eq(field.number, 2);
    cr_expect_eq(field.form, CBI_FIELD_BYTES);
    cr_expect(cbi_bytes_equal(field.bytes, BYTES("zy")));
    cr_expect_eq(field.bytes.data, bytes.data + 5);
    cr_expect(!cbi_field_next(bytes, &offset, &field));
    cr_expect_eq(offset, bytes.size);
}

Test(field, what_is_no_field_is_refused_and_the_reader_stays)
{
    const cbi_bytes rows[] = {
        BYTES("\x00\x01"),             /* field 0 */
        BYTES("\x09\x01\x01\x01\x01"), /* a fixed number */
        BYTES("\x0b\x0c"),             /* a group */
        BYTES("\x0a\x02z"),            /* cut short */
        BYTES("\x08"),
        BYTES("\x88\x80\x80\x80\x10\x01"), /* a field number beyond 29 bits */
        BYTES("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01z"),
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t offset = 0;
        cbi_field field;

        cr_expect(!cbi_field_next(rows[i], &offset, &field), "row %zu", i);
        cr_expect_eq(offset, 0);
    }
}

Test(field, a_written_field_is_read_again)
{
    cbank_buffer out = {0};
    size_t offset = 0;
    cbi_field field;

    cr_assert_eq(cbi_field_write_bytes(&out, 3000, BYTES("zy"), NULL), CBANK_OK);
    cr_assert(cbi_field_next(cbi_bytes_of_buffer(&out), &offset, &field));
    cr_expect_eq(field.number, 3000);
    cr_expect(cbi_bytes_equal(field.bytes, BYTES("zy")));
    cbank_buffer_clear(&out);
}
