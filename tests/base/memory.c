#include "base/memory.h"

#include <criterion/criterion.h>

#include <string.h>

#include "base/heap.h"

Test(memory, is_zero_when_it_is_given)
{
    uint8_t *bytes = NULL;

    cr_assert_eq(cbi_alloc(100, 3, &bytes, NULL), CBANK_OK);
    for (size_t i = 0; i < 300; i++)
        cr_assert_eq(bytes[i], 0);
    cbi_free(bytes);
}

Test(memory, of_nothing_is_something_that_can_be_freed)
{
    void *block = NULL;

    cr_assert_eq(cbi_alloc(0, 8, &block, NULL), CBANK_OK);
    cr_assert_not_null(block);
    cbi_free(block);
    cbi_free(NULL);
}

Test(memory, that_cannot_be_had_is_an_error_and_changes_nothing)
{
    char here = 0;
    void *block = &here;
    char *text = &here;
    cbank_error err = {0};

    heap_fail_next(1);
    cr_assert_eq(cbi_alloc(4, 8, &block, &err), CBANK_E_MEMORY);
    cr_assert_eq(err.reason, CBI_REASON_NO_MEMORY);
    cr_assert_eq(block, &here);
    heap_fail_next(1);
    cr_assert_eq(cbi_alloc_text("text", &text, NULL), CBANK_E_MEMORY);
    cr_assert_eq(text, &here);
}

#ifndef __SANITIZE_ADDRESS__ /* which ends the program where calloc would answer NULL */
Test(memory, is_refused_where_count_times_size_overflows)
{
    volatile size_t count = SIZE_MAX / 2;
    void *block = NULL;

    cr_assert_eq(cbi_alloc(count, 3, &block, NULL), CBANK_E_MEMORY);
    cr_assert_null(block);
}
#endif

Test(memory, copies_text)
{
    char *copy = NULL;

    cr_assert_eq(cbi_alloc_text("学分", &copy, NULL), CBANK_OK);
    cr_assert_str_eq(copy, "学分");
    cbi_free(copy);
}

Test(memory, is_wiped_to_the_last_byte)
{
    uint8_t bytes[40];

    memset(bytes, 0xa5, sizeof(bytes));
    cbi_wipe(bytes + 1, 38);
    cr_assert(bytes[0] == 0xa5 && bytes[39] == 0xa5);
    for (size_t i = 1; i < 39; i++)
        cr_assert_eq(bytes[i], 0);
    cbi_wipe(NULL, 0);
}

/* That it is in no core dump is what tests/api/secrets.c looks for, in a whole program. */
Test(memory, is_hidden_in_zeroed_pages_of_its_own)
{
    uint8_t *first = NULL, *second = NULL;

    cr_assert_eq(cbi_alloc_hidden(5000, &first, NULL), CBANK_OK);
    cr_assert_eq(cbi_alloc_hidden(1, &second, NULL), CBANK_OK);
    for (size_t i = 0; i < 5000; i++)
        cr_assert_eq(first[i], 0);
    memset(first, 0xa5, 5000);
    cr_assert_eq(second[0], 0);
    cbi_free_hidden(first, 5000);
    cbi_free_hidden(second, 1);
    cbi_free_hidden(NULL, 1);
}

Test(memory, that_cannot_be_hidden_is_an_error)
{
    void *memory = NULL;
    cbank_error err;

    cr_assert_eq(cbi_alloc_hidden(SIZE_MAX / 2, &memory, &err), CBANK_E_MEMORY);
    cr_assert_null(memory);
}

Test(memory, compares_secrets_in_every_bit)
{
    uint8_t a[32] = {0}, b[32] = {0};

    cr_assert(cbi_equal_secret(a, b, sizeof(a)));
    cr_assert(cbi_equal_secret(a, b, 0));
    for (size_t bit = 0; bit < 256; bit++) {
        b[bit / 8] = (uint8_t)(1 << bit % 8);
        cr_assert(!cbi_equal_secret(a, b, sizeof(a)), "bit %zu", bit);
        b[bit / 8] = 0;
    }
}
