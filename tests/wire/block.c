/* The memory of one message, however much that is. */
#include <criterion/criterion.h>

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "wire/block.h"
#include "wire/field.h"
#include "wire/message.h"

#include "cbank/v1/record.pb-c.h"

enum { PIECES = 300, ROUNDS = 40 };

/* What is taken is the taker's alone, and aligned for anything. */
static void take_pieces(cbi_block *block)
{
    static uint8_t *pieces[PIECES];

    for (size_t i = 0; i < PIECES; i++) {
        pieces[i] = cbi_block_take(block, i);
        cr_assert_not_null(pieces[i]);
        cr_assert_eq((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        memset(pieces[i], (int)i, i);
    }
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t at = 0; at < i; at++)
            cr_assert_eq(pieces[i][at], (uint8_t)i);
    }
}

Test(block, what_does_not_fit_takes_more_and_all_of_it_is_given_back)
{
    for (size_t size = 0; size < PIECES * PIECES; size = 2 * size + 1) {
        size_t held = 0;

        for (int round = 0; round < ROUNDS; round++) {
            cbi_block *block = cbi_block_new(size);

            cr_assert_not_null(block);
            take_pieces(block);
            cbi_block_free(block);
            if (round == ROUNDS / 2) /* malloc keeps a few of what it was given back */
                held = mallinfo2().uordblks;
        }
        cr_expect_eq(mallinfo2().uordblks, held);
    }
    cbi_block_free(NULL);
    cr_expect_null(cbi_block_new(SIZE_MAX));
}

/* What is taken of it again is no more than there was, and nothing that was taken stays. */
Test(block, used_again_it_has_as_much_at_once_as_was_taken_of_it)
{
    cbi_block *block = cbi_block_again(NULL, 100), *after;
    size_t held = 0;

    for (int round = 0; round < ROUNDS; round++) {
        take_pieces(block);
        if (round == ROUNDS / 2)
            held = mallinfo2().uordblks;
        block = cbi_block_again(block, 100);
        cr_assert_not_null(block);
    }
    take_pieces(block);
    cr_expect_eq(mallinfo2().uordblks, held);
    cbi_block_free(block);

    block = cbi_block_new(1000);
    (void)cbi_block_take(block, 1000);
    after = cbi_block_again(block, 500);
    cr_expect_eq(after, block);
    cr_expect_eq(cbi_block_of(cbi_block_take(after, 500)), after);
    cr_expect_null(cbi_block_again(after, SIZE_MAX));
}

Test(block, it_is_found_again_by_what_was_taken_first)
{
    cbi_block *block = cbi_block_new(1000);
    void *first = cbi_block_take(block, 1000);

    cr_expect_eq(cbi_block_of(first), block);
    cbi_block_free(block);
}

/* A record of many titles, each a message of its own. */
static void pack_titles(cbank_buffer *out)
{
    enum { TITLES = 200 };
    static Cbank__V1__LangText titles[TITLES], *list[TITLES];
    static char values[TITLES][16];
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;

    for (size_t i = 0; i < TITLES; i++) {
        snprintf(values[i], sizeof(values[i]), "title %zu", i);
        cbank__v1__lang_text__init(&titles[i]);
        titles[i].value = values[i];
        list[i] = &titles[i];
    }
    record.version = 1;
    record.title = list;
    record.n_title = TITLES;
    cr_assert_eq(cbi_message_pack(&record, out, NULL), CBANK_OK);
}

Test(block, a_message_is_in_it_with_all_that_it_holds)
{
    cbank_buffer bytes = {0}, again = {0};
    size_t held = 0;

    pack_titles(&bytes);
    for (int round = 0; round < ROUNDS; round++) {
        Cbank__V1__CreditRecord *read = NULL;

        cr_assert_eq(cbi_message_parse(&cbank__v1__credit_record__descriptor,
                                       cbi_bytes_of_buffer(&bytes), &read, NULL),
                     CBANK_OK);
        again.size = 0;
        cr_assert_eq(cbi_message_pack(read, &again, NULL), CBANK_OK);
        cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&bytes), cbi_bytes_of_buffer(&again)));
        cbi_message_free(read);
        if (round == ROUNDS / 2)
            held = mallinfo2().uordblks;
    }
    cr_expect_eq(mallinfo2().uordblks, held);
    cbi_message_free(NULL);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&again);
}

Test(block, a_message_that_is_refused_leaves_nothing)
{
    cbank_buffer bytes = {0};
    size_t held;

    pack_titles(&bytes);
    bytes.data[bytes.size - 1] = 0x7f; /* within the last text */
    for (int round = 0; round < ROUNDS; round++) {
        Cbank__V1__CreditRecord *read = NULL;

        if (round == ROUNDS / 2)
            held = mallinfo2().uordblks;
        cr_assert_eq(cbi_message_parse(&cbank__v1__credit_record__descriptor,
                                       cbi_bytes_of_buffer(&bytes), &read, NULL),
                     CBANK_E_MALFORMED);
        cr_assert_null(read);
    }
    cr_expect_eq(mallinfo2().uordblks, held);
    cbank_buffer_clear(&bytes);
}

/* One after the other in one memory, refused ones between them: each is as if it were alone. */
Test(block, a_message_takes_the_place_of_another)
{
    const ProtobufCMessageDescriptor *type = &cbank__v1__credit_record__descriptor;
    cbank_buffer bytes = {0}, bad = {0}, again = {0};
    Cbank__V1__CreditRecord *read = NULL;
    size_t held = 0;

    pack_titles(&bytes);
    cr_assert_eq(cbi_buffer_set(&bad, cbi_bytes_of_buffer(&bytes), NULL), CBANK_OK);
    bad.data[bad.size - 1] = 0x7f; /* within the last text */
    for (int round = 0; round < ROUNDS; round++) {
        if (round % 8 == 3) {
            cr_assert_eq(cbi_message_parse_again(type, cbi_bytes_of_buffer(&bad), &read, NULL),
                         CBANK_E_MALFORMED);
            cr_assert_null(read);
            continue;
        }
        cr_assert_eq(cbi_message_parse_again(type, cbi_bytes_of_buffer(&bytes), &read, NULL),
                     CBANK_OK);
        again.size = 0;
        cr_assert_eq(cbi_message_pack(read, &again, NULL), CBANK_OK);
        cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&bytes), cbi_bytes_of_buffer(&again)));
        if (round == ROUNDS / 2 + 3) /* the fourth after one that was refused, as the last is */
            held = mallinfo2().uordblks;
    }
    cr_expect_eq(mallinfo2().uordblks, held);
    cbi_message_free(read);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&bad);
    cbank_buffer_clear(&again);
}

/* Many of them in the memory of another one: each is whole, and all end with that. */
Test(block, messages_within_a_holder_end_with_it_whether_they_were_refused_or_not)
{
    const ProtobufCMessageDescriptor *type = &cbank__v1__credit_record__descriptor;
    cbank_buffer bytes = {0}, bad = {0}, again = {0};
    size_t held = 0;

    pack_titles(&bytes);
    cr_assert_eq(cbi_buffer_set(&bad, cbi_bytes_of_buffer(&bytes), NULL), CBANK_OK);
    bad.data[bad.size - 1] = 0x7f; /* within the last text */
    for (int round = 0; round < ROUNDS; round++) {
        Cbank__V1__CreditRecord *holder = NULL, *records[ROUNDS] = {NULL}, *refused = NULL;

        cr_assert_eq(cbi_message_parse(type, cbi_bytes_of("\x08\x01", 2), &holder, NULL), CBANK_OK);
        for (int i = 0; i < ROUNDS; i++) {
            cr_assert_eq(cbi_message_parse_within(holder, type, cbi_bytes_of_buffer(&bytes),
                                                  &records[i], NULL),
                         CBANK_OK);
            cr_assert_eq(cbi_message_parse_within(holder, type, cbi_bytes_of_buffer(&bad), &refused,
                                                  NULL),
                         CBANK_E_MALFORMED);
            cr_assert_null(refused);
        }
        for (int i = 0; i < ROUNDS; i++) {
            again.size = 0;
            cr_assert_eq(cbi_message_pack(records[i], &again, NULL), CBANK_OK);
            cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&bytes), cbi_bytes_of_buffer(&again)));
        }
        cr_assert_eq(holder->version, 1);
        cbi_message_free(holder);
        if (round == ROUNDS / 2)
            held = mallinfo2().uordblks;
    }
    cr_expect_eq(mallinfo2().uordblks, held);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&bad);
    cbank_buffer_clear(&again);
}

/* What is large is looked at first: an attacker's length alone takes no memory. */
Test(block, a_large_message_that_is_refused_is_never_copied)
{
    cbank_buffer value = {0}, bytes = {0};
    Cbank__V1__CreditRecord *read = NULL;
    size_t before;

    cr_assert_eq(cbi_buffer_reserve(&value, 2 * CBI_MESSAGE_MEMORY_MAX, NULL), CBANK_OK);
    value.size = 2 * CBI_MESSAGE_MEMORY_MAX;
    memset(value.data, 'z', value.size);
    cr_assert_eq(cbi_field_write_bytes(&bytes, 1, cbi_bytes_of_buffer(&value), NULL), CBANK_OK);
    before = mallinfo2().hblkhd;
    cr_expect_eq(cbi_message_parse(&cbank__v1__credit_record__descriptor,
                                   cbi_bytes_of_buffer(&bytes), &read, NULL),
                 CBANK_E_MALFORMED);
    cr_expect_eq(mallinfo2().hblkhd, before);
    cbank_buffer_clear(&value);
    cbank_buffer_clear(&bytes);
}
