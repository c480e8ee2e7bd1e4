#include "base/bytes.h"

#include <criterion/criterion.h>

#include <string.h>

#include "base/heap.h"
#include "base/limits.h"

static const char secret[] = "440524188001010014";

Test(bytes, of_no_text_are_none)
{
    cr_assert_eq(cbi_bytes_of_text(NULL).size, 0);
    cr_assert_eq(cbi_bytes_of_text("").size, 0);
    cr_assert_eq(cbi_bytes_of_text("学分").size, 6);
}

Test(bytes, are_equal_if_size_and_content_are)
{
    cr_assert(cbi_bytes_equal(cbi_bytes_of("ab", 2), cbi_bytes_of("abc", 2)));
    cr_assert(!cbi_bytes_equal(cbi_bytes_of("ab", 2), cbi_bytes_of("abc", 3)));
    cr_assert(!cbi_bytes_equal(cbi_bytes_of("ab", 2), cbi_bytes_of("ac", 2)));
    cr_assert(cbi_bytes_equal(cbi_bytes_of(NULL, 0), cbi_bytes_of("x", 0)));
}

Test(bytes, are_ordered_byte_by_byte_with_a_prefix_first)
{
    static const struct {
        const char *text;
        size_t size;
    } ordered[] = {{"", 0}, {"\0", 1}, {"a", 1}, {"a\0", 2}, {"a\0b", 3}, {"ab", 2}, {"\xff", 1}};
    size_t count = sizeof(ordered) / sizeof(ordered[0]);

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            int order = cbi_bytes_compare(cbi_bytes_of(ordered[i].text, ordered[i].size),
                                          cbi_bytes_of(ordered[j].text, ordered[j].size));

            cr_assert_eq((order > 0) - (order < 0), (i > j) - (i < j), "%zu and %zu", i, j);
        }
    }
}

Test(hash, comes_from_exactly_32_bytes)
{
    uint8_t bytes[33];
    cbi_hash hash = {{0}};

    memset(bytes, 7, sizeof(bytes));
    for (size_t size = 0; size <= sizeof(bytes); size++)
        cr_assert_eq(cbi_hash_from(cbi_bytes_of(bytes, size), &hash), size == 32, "%zu", size);
    cr_assert_arr_eq(hash.bytes, bytes, 32);
}

Test(hash, is_zero_only_if_every_byte_is)
{
    cbi_hash hash = {{0}};
    const cbi_hash zero = {{0}};

    cr_assert(cbi_hash_is_zero(&hash));
    for (size_t i = 0; i < CBI_HASH_SIZE; i++) {
        hash.bytes[i] = 1;
        cr_assert(!cbi_hash_is_zero(&hash) && !cbi_hash_equal(&hash, &zero), "byte %zu", i);
        hash.bytes[i] = 0;
    }
}

Test(numbers, stand_with_the_highest_byte_first)
{
    uint8_t four[4], eight[8];

    cbi_put_u32(four, 0x01020304);
    cbi_put_u64(eight, 0x0102030405060708);
    cr_assert_arr_eq(four, ((uint8_t[]){1, 2, 3, 4}), 4);
    cr_assert_arr_eq(eight, ((uint8_t[]){1, 2, 3, 4, 5, 6, 7, 8}), 8);
}

Test(numbers, come_back_as_they_were)
{
    static const uint64_t values[] = {0, 1, 0x80, 0xffffffff, 0x100000000, 0x8000000000000000,
                                      UINT64_MAX};
    uint8_t four[4], eight[8];

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        cbi_put_u64(eight, values[i]);
        cr_assert_eq(cbi_get_u64(eight), values[i]);
        cbi_put_u32(four, (uint32_t)values[i]);
        cr_assert_eq(cbi_get_u32(four), (uint32_t)values[i]);
    }
}

Test(buffer, grows_and_keeps_what_it_holds)
{
    cbank_buffer buffer = {0};

    for (unsigned i = 0; i < 10000; i++) {
        uint8_t byte = (uint8_t)(i * 31);

        cr_assert_eq(cbi_buffer_append(&buffer, cbi_bytes_of(&byte, 1), NULL), CBANK_OK);
    }
    cr_assert_eq(buffer.size, 10000);
    cr_assert_geq(buffer.capacity, buffer.size);
    for (unsigned i = 0; i < 10000; i++)
        cr_assert_eq(buffer.data[i], (uint8_t)(i * 31));
    cbank_buffer_clear(&buffer);
}

Test(buffer, of_nothing_needs_no_memory)
{
    cbank_buffer buffer = {0};

    heap_fail_next(1);
    cr_assert_eq(cbi_buffer_append(&buffer, cbi_bytes_of(NULL, 0), NULL), CBANK_OK);
    cr_assert_null(buffer.data);
    heap_fail_next(0);
}

Test(buffer, fills_the_room_that_was_made_without_asking_again)
{
    cbank_buffer buffer = {0};

    cr_assert_eq(cbi_buffer_reserve(&buffer, sizeof(secret), NULL), CBANK_OK);
    heap_fail_next(1);
    cr_assert_eq(cbi_buffer_append(&buffer, cbi_bytes_of(secret, sizeof(secret)), NULL), CBANK_OK);
    heap_fail_next(0);
    cbank_buffer_clear(&buffer);
}

Test(buffer, replaces_what_it_held)
{
    cbank_buffer buffer = {0};

    cr_assert_eq(cbi_buffer_set(&buffer, cbi_bytes_of_text("first"), NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_set(&buffer, cbi_bytes_of_text("two"), NULL), CBANK_OK);
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&buffer), cbi_bytes_of_text("two")));
    cbi_buffer_rewind(&buffer);
    cr_assert_eq(buffer.size, 0);
    cr_assert_gt(buffer.capacity, 0);
    cbank_buffer_clear(&buffer);
}

Test(buffer, leaves_nothing_behind_when_it_grows)
{
    cbank_buffer buffer = {0};

    heap_watch(cbi_bytes_of_text(secret));
    cr_assert_eq(cbi_buffer_append(&buffer, cbi_bytes_of_text(secret), NULL), CBANK_OK);
    for (int i = 0; i < 20; i++) {
        size_t more = buffer.capacity + 1 - buffer.size; /* than it has */

        cr_assert_eq(cbi_buffer_reserve(&buffer, more, NULL), CBANK_OK);
    }
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&buffer), cbi_bytes_of_text(secret)));
    cr_assert_eq(heap_leaks(), 0);
    cbank_buffer_clear(&buffer);
}

Test(buffer, leaves_nothing_behind_when_longer_content_replaces_a_secret)
{
    static const uint8_t longer[4096];
    cbank_buffer buffer = {0};

    cr_assert_eq(cbi_buffer_set(&buffer, cbi_bytes_of_text(secret), NULL), CBANK_OK);
    heap_watch(cbi_bytes_of_text(secret));
    cr_assert_eq(cbi_buffer_set(&buffer, cbi_bytes_of(longer, sizeof longer), NULL), CBANK_OK);
    cr_assert_eq(heap_leaks(), 0);
    cbank_buffer_clear(&buffer);
}

Test(buffer, is_wiped_when_it_is_cleared_and_may_be_used_again)
{
    cbank_buffer buffer = {0};

    heap_watch(cbi_bytes_of_text(secret));
    cr_assert_eq(cbi_buffer_append(&buffer, cbi_bytes_of_text(secret), NULL), CBANK_OK);
    cbi_buffer_rewind(&buffer); /* the whole block is wiped, not only what counts */
    cbank_buffer_clear(&buffer);
    cr_assert_eq(heap_leaks(), 0);
    cr_assert(buffer.data == NULL && buffer.size == 0 && buffer.capacity == 0);
    cr_assert_eq(cbi_buffer_append(&buffer, cbi_bytes_of_text("again"), NULL), CBANK_OK);
    cbank_buffer_clear(&buffer);
    cbank_buffer_clear(&buffer);
    cbank_buffer_clear(NULL);
}

Test(buffer, is_refused_beyond_its_limit_and_stays_as_it_is)
{
    cbank_buffer buffer = {0};
    cbank_error err = {0};

    cr_assert_eq(cbi_buffer_set(&buffer, cbi_bytes_of_text("kept"), NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_reserve(&buffer, CBI_BUFFER_MAX - 3, &err), CBANK_E_TOO_LARGE);
    cr_assert_eq(err.reason, CBI_REASON_BUFFER_TOO_LARGE);
    cr_assert_eq(err.where, CBI_BUFFER_MAX);
    cr_assert_eq(cbi_buffer_reserve(&buffer, SIZE_MAX, NULL), CBANK_E_TOO_LARGE);
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&buffer), cbi_bytes_of_text("kept")));
    cbank_buffer_clear(&buffer);
}

Test(buffer, may_hold_all_that_the_limit_allows)
{
    cbank_buffer buffer = {0};

    heap_fail_next(CBI_BUFFER_MAX); /* so that the test does not need the memory */
    cr_assert_eq(cbi_buffer_reserve(&buffer, CBI_BUFFER_MAX, NULL), CBANK_E_MEMORY);
    cbank_buffer_clear(&buffer);
}

Test(buffer, stays_as_it_is_when_there_is_no_memory)
{
    cbank_buffer buffer = {0};
    cbank_error err = {0};

    cr_assert_eq(cbi_buffer_set(&buffer, cbi_bytes_of_text("kept"), NULL), CBANK_OK);
    heap_fail_next(1);
    cr_assert_eq(cbi_buffer_reserve(&buffer, 100000, &err), CBANK_E_MEMORY);
    cr_assert_eq(err.reason, CBI_REASON_NO_MEMORY);
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&buffer), cbi_bytes_of_text("kept")));
    cbank_buffer_clear(&buffer);
}
