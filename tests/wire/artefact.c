/* The container of every file. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "wire/artefact.h"
#include "wire/field.h"
#include "wire/oracle.h"
#include "wire/sample.h"

#include "cbank/v1/envelope.pb-c.h"

#define BYTES(text) cbi_bytes_of(text, sizeof(text) - 1)

static cbank_error err;

static void malformed(cbi_bytes file, const char *object, uint64_t where)
{
    cbi_artefact_reader reader = {0};

    cr_expect_eq(cbi_artefact_open(file, &reader, &err), CBANK_E_MALFORMED);
    cr_expect_str_eq(err.object, object);
    cr_expect_eq(err.where, where);
    cr_expect_null(reader.file.data, "nothing is handed out of a file that is refused");
}

Test(artefact, what_was_written_is_read_in_order_and_again_after_a_rewind)
{
    cbi_artefact_reader reader;
    cbank_buffer file = {0};
    cbi_bytes part;

    cr_assert_eq(cbi_artefact_write_envelope(&file, BYTES("head"), &err), CBANK_OK);
    cr_assert_eq(cbi_artefact_write_part(&file, BYTES("one"), &err), CBANK_OK);
    cr_assert_eq(cbi_artefact_write_part(&file, BYTES("two!"), &err), CBANK_OK);
    cr_assert_eq(cbi_artefact_open(cbi_bytes_of_buffer(&file), &reader, &err), CBANK_OK);
    cr_expect(cbi_bytes_equal(reader.envelope, BYTES("head")));
    for (int pass = 0; pass < 2; pass++) {
        cr_assert(cbi_artefact_next(&reader, &part));
        cr_expect(cbi_bytes_equal(part, BYTES("one")));
        cr_assert(cbi_artefact_next(&reader, &part));
        cr_expect(cbi_bytes_equal(part, BYTES("two!")));
        cr_expect(!cbi_artefact_next(&reader, &part));
        cr_expect(!cbi_artefact_next(&reader, &part));
        cbi_artefact_rewind(&reader);
    }
    cbank_buffer_clear(&file);
}

Test(artefact, a_file_is_the_message_that_the_schema_says)
{
    cbank_buffer file = {0};

    cr_assert_eq(cbi_artefact_write_envelope(&file, BYTES("head"), &err), CBANK_OK);
    cr_assert_eq(cbi_artefact_write_part(&file, BYTES("one"), &err), CBANK_OK);
    cr_expect(oracle_accepts(&cbank__v1__artefact__descriptor, cbi_bytes_of_buffer(&file)));
    cbank_buffer_clear(&file);
}

Test(artefact, a_file_may_have_no_body)
{
    cbi_artefact_reader reader;
    cbi_bytes part;

    cr_assert_eq(cbi_artefact_open(BYTES("\x0a\x01z"), &reader, &err), CBANK_OK);
    cr_expect(!cbi_artefact_next(&reader, &part));
}

Test(artefact, the_envelope_comes_first_and_once)
{
    malformed(BYTES(""), "envelope", 0);
    malformed(BYTES("\x12\x01z"), "envelope", 0);
    malformed(BYTES("\x12\x01z\x0a\x01z"), "envelope", 0);
    malformed(BYTES("\x0a\x01z\x0a\x01z"), "body", 3);
    malformed(BYTES("\x0a\x01z\x12\x01z\x0a\x01z"), "body", 6);
}

Test(artefact, nothing_in_it_is_empty)
{
    malformed(BYTES("\x0a\x00"), "envelope", 0);
    malformed(BYTES("\x0a\x01z\x12\x00"), "body", 3);
    malformed(BYTES("\x0a\x01z\x12\x01z\x12\x00"), "body", 6);
}

Test(artefact, nothing_else_is_in_it)
{
    malformed(BYTES("\x0a\x01z\x1a\x01z"), "body", 3);
    malformed(BYTES("\x0a\x01z\x10\x01"), "body", 3);
    cr_expect_str_eq(err.detail, "another field stands here");
    malformed(BYTES("\x08\x01"), "envelope", 0);
    malformed(BYTES("\x0a\x01z\x12\x01zz"), "body", 6);
}

Test(artefact, lengths_are_the_shortest_and_within_the_file)
{
    malformed(BYTES("\x0a\x81\x00z"), "envelope", 0);
    malformed(BYTES("\x8a\x00\x01z"), "envelope", 0);
    malformed(BYTES("\x0a\x02z"), "envelope", 0);
    malformed(BYTES("\x0a\x01z\x12\x02z"), "body", 3);
    malformed(BYTES("\x0a\x01z\x12"), "body", 3);
}

Test(artefact, a_file_cut_anywhere_is_refused_or_ends_between_parts)
{
    cbi_bytes file = BYTES("\x0a\x02zz\x12\x03zzz\x12\x01z");

    for (size_t size = 0; size <= file.size; size++) {
        cbi_artefact_reader reader;
        bool whole = size == 4 || size == 9 || size == 12;

        cr_expect_eq(cbi_artefact_open(cbi_bytes_of(file.data, size), &reader, &err),
                     whole ? CBANK_OK : CBANK_E_MALFORMED, "cut at %zu", size);
    }
}

/* As the walker would, but for empty parts. */
Test(artefact, what_is_opened_is_what_the_walkers_oracle_accepts)
{
    sample_dice dice = {.state = 7};
    cbank_buffer file = {0};
    size_t opened = 0;

    for (unsigned round = 0; round < 50000; round++) {
        cbi_artefact_reader reader;
        cbi_bytes bytes;
        bool expected;
        size_t offset = 0;
        cbi_field field;

        file.size = 0;
        sample_message(&dice, &cbank__v1__artefact__descriptor, 2, 100, &file);
        if (dice_below(&dice, 2) == 0)
            sample_damage(&dice, &file);
        bytes = cbi_bytes_of_buffer(&file);
        expected = oracle_accepts(&cbank__v1__artefact__descriptor, bytes) && bytes.size > 0 &&
                   bytes.data[0] == 0x0a;
        while (expected && cbi_field_next(bytes, &offset, &field))
            expected = field.bytes.size > 0;
        cr_assert_eq(cbi_artefact_open(bytes, &reader, &err) == CBANK_OK, expected, "round %u",
                     round);
        opened += expected;
    }
    cr_expect(opened > 1000 && opened < 49000, "%zu opened", opened);
    cbank_buffer_clear(&file);
}

Test(artefact, an_envelope_beyond_its_limit_is_neither_read_nor_written)
{
    cbi_artefact_reader reader;
    cbank_buffer large = {0};
    cbank_buffer file = {0};

    cr_assert_eq(cbi_buffer_reserve(&large, CBI_ENVELOPE_MAX + 1, &err), CBANK_OK);
    memset(large.data, 'z', CBI_ENVELOPE_MAX + 1);
    large.size = CBI_ENVELOPE_MAX;
    cr_assert_eq(cbi_artefact_write_envelope(&file, cbi_bytes_of_buffer(&large), &err), CBANK_OK);
    cr_expect_eq(cbi_artefact_open(cbi_bytes_of_buffer(&file), &reader, &err), CBANK_OK);
    file.size = 0;
    large.size++;
    cr_expect_eq(cbi_artefact_write_envelope(&file, cbi_bytes_of_buffer(&large), &err),
                 CBANK_E_TOO_LARGE);
    cr_expect_eq(file.size, 0);
    cr_assert_eq(cbi_field_write_bytes(&file, 1, cbi_bytes_of_buffer(&large), &err), CBANK_OK);
    cr_expect_eq(cbi_artefact_open(cbi_bytes_of_buffer(&file), &reader, &err), CBANK_E_TOO_LARGE);
    cbank_buffer_clear(&large);
    cbank_buffer_clear(&file);
}

Test(artefact, a_file_beyond_its_limit_is_neither_read_nor_written)
{
    cbi_artefact_reader reader;
    cbank_buffer file = {0};

    cr_expect_eq(cbi_artefact_open(cbi_bytes_of("\x0a\x01z", CBI_FILE_MAX + 1u), &reader, &err),
                 CBANK_E_TOO_LARGE, "the size alone decides");
    cr_assert_eq(cbi_buffer_reserve(&file, CBI_FILE_MAX, &err), CBANK_OK);
    file.size = CBI_FILE_MAX - 3;
    cr_expect_eq(cbi_artefact_write_part(&file, BYTES("zz"), &err), CBANK_E_TOO_LARGE);
    cr_expect_eq(file.size, CBI_FILE_MAX - 3);
    cr_expect_eq(cbi_artefact_write_part(&file, BYTES("z"), &err), CBANK_OK);
    free(file.data); /* 256 MiB that were never touched need no wiping */
}

Test(artefact, an_empty_envelope_or_part_is_not_written)
{
    cbank_buffer file = {0};

    cr_expect_eq(cbi_artefact_write_envelope(&file, BYTES(""), &err), CBANK_E_MALFORMED);
    cr_expect_eq(cbi_artefact_write_part(&file, BYTES(""), &err), CBANK_E_MALFORMED);
    cr_expect_eq(file.size, 0);
    cbank_buffer_clear(&file);
}
