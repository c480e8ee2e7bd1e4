/* References that a file has had: found again at any size, within the limit of a batch. */
#include "record/seen.h"
#include "base/limits.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static cbi_seen *new_seen(void)
{
    cbi_seen *seen = NULL;

    cr_assert_eq(cbi_seen_new(true, &seen, NULL), CBANK_OK);
    return seen;
}

static cbank_status add(cbi_seen *seen, uint64_t number, const char *content, uint64_t *first,
                        bool *same)
{
    char reference[32];

    snprintf(reference, sizeof(reference), "R-%llu", (unsigned long long)number);
    return cbi_seen_add(seen, cbi_bytes_of_text(reference), cbi_bytes_of_text(content), number + 2,
                        first, same, NULL);
}

Test(seen, a_reference_that_comes_again_names_the_row_that_had_it)
{
    cbi_seen *seen = new_seen();
    uint64_t first = 9;
    bool same = true;

    cr_expect_eq(add(seen, 5, "x", &first, &same), CBANK_OK);
    cr_expect_eq(first, 0);
    cr_expect_not(same);
    cr_expect_eq(add(seen, 5, "x", &first, &same), CBANK_OK);
    cr_expect_eq(first, 7);
    cr_expect(same);
    cr_expect_eq(add(seen, 5, "y", &first, &same), CBANK_OK);
    cr_expect_eq(first, 7);
    cr_expect_not(same);
    cbi_seen_free(seen);
}

Test(seen, looking_remembers_nothing)
{
    const cbi_bytes name = cbi_bytes_of_text("R-5"), x = cbi_bytes_of_text("x");
    cbi_seen *seen = new_seen();
    uint64_t first = 9;
    bool same = true;

    for (int turn = 0; turn < 2; turn++) {
        cbi_seen_look(seen, name, x, &first, &same);
        cr_expect_eq(first, 0);
        cr_expect_not(same);
    }
    cr_expect_eq(add(seen, 5, "x", &first, &same), CBANK_OK);
    cr_expect_eq(first, 0);
    cbi_seen_look(seen, name, x, &first, &same);
    cr_expect_eq(first, 7);
    cr_expect(same);
    cbi_seen_look(seen, name, cbi_bytes_of_text("y"), &first, &same);
    cr_expect_eq(first, 7);
    cr_expect_not(same);
    cbi_seen_free(seen);
}

Test(seen, a_batch_is_full_at_its_limit_and_still_knows_what_it_has)
{
    cbi_seen *seen = new_seen();
    uint64_t first = 0;
    bool same = false;

    for (uint64_t i = 0; i < CBI_BATCH_RECORDS_MAX; i++) {
        cr_assert_eq(add(seen, i, "x", &first, &same), CBANK_OK);
        cr_assert_eq(first, 0);
    }
    cr_expect_eq(add(seen, CBI_BATCH_RECORDS_MAX, "x", &first, &same), CBANK_E_TOO_LARGE);
    for (uint64_t i = 0; i < CBI_BATCH_RECORDS_MAX; i += 4099) {
        cr_assert_eq(add(seen, i, "x", &first, &same), CBANK_OK);
        cr_assert_eq(first, i + 2);
    }
    cbi_seen_free(seen);
}

Test(seen, without_contents_a_reference_that_comes_again_is_the_same)
{
    cbi_seen *seen = NULL;
    uint64_t first = 9;
    bool same = true;

    cr_assert_eq(cbi_seen_new(false, &seen, NULL), CBANK_OK);
    cr_expect_eq(add(seen, 5, "x", &first, &same), CBANK_OK);
    cr_expect(first == 0 && !same);
    cr_expect_eq(add(seen, 5, "y", &first, &same), CBANK_OK);
    cr_expect(first == 7 && same);
    cbi_seen_free(seen);
}
