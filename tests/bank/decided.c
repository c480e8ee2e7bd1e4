#include "bank/decided.h"

#include <criterion/criterion.h>

#include <string.h>

enum { ITEMS = 9000 };

static cbi_deposited said[ITEMS], read_back[ITEMS];

/* Runs of every kind: indexes that follow each other, are the same, fall, jump. */
static cbi_deposited item_of(unsigned seed, uint64_t number)
{
    static const uint8_t outcomes[] = {1, 2, 3, 5};
    uint64_t block = number / (1 + seed % 37), any = (block + seed) * 0x9e3779b97f4a7c15u >> 40;
    cbi_deposited out = {.outcome = outcomes[any % 4]};

    switch (any / 4 % 4) {
    case 0:
        out.index = 1000 * block + number;
        break;
    case 1:
        out.index = block;
        break;
    case 2:
        out.index = UINT64_MAX - number;
        break;
    default:
        out.index = 2 * number;
    }
    return out;
}

Test(decided, is_read_as_it_was_said)
{
    const cbi_hash batch = {{7, 8, 9}};
    cbank_buffer decided = {0};

    for (unsigned seed = 0; seed < 200; seed++) {
        cbi_hash found;
        size_t count = 0, read = 0;

        cr_assert_eq(cbi_decided_begin(&batch, &decided, NULL), CBANK_OK);
        for (; count < ITEMS && cbi_decided_has_room(&decided); count++) {
            said[count] = item_of(seed, count);
            cr_assert_eq(cbi_decided_add(&decided, said[count].outcome, said[count].index, NULL),
                         CBANK_OK);
        }
        cr_assert_gt(count, 4000);
        cr_assert_eq(cbi_decided_read(cbi_bytes_of_buffer(&decided), &found, read_back, ITEMS,
                                      &read, NULL),
                     CBANK_OK);
        cr_assert(cbi_hash_equal(&found, &batch));
        cr_assert_eq(read, count);
        for (size_t i = 0; i < count; i++) {
            cr_assert_eq(read_back[i].outcome, said[i].outcome);
            cr_assert_eq(read_back[i].index, said[i].index, "item %zu of seed %u", i, seed);
        }
        cr_assert_eq(cbi_decided_read(cbi_bytes_of_buffer(&decided), &found, read_back, count - 1,
                                      &read, NULL),
                     CBANK_E_CORRUPT);
    }
    cbank_buffer_clear(&decided);
}

Test(decided, is_short_where_one_follows_the_other)
{
    const cbi_hash batch = {{7}};
    cbank_buffer decided = {0};

    cr_assert_eq(cbi_decided_begin(&batch, &decided, NULL), CBANK_OK);
    for (uint64_t i = 0; i < 10000; i++)
        cr_assert_eq(cbi_decided_add(&decided, 1, 500 + i, NULL), CBANK_OK);
    cr_expect_leq(decided.size, 64);
    cbank_buffer_clear(&decided);
}

Test(decided, of_another_form_is_damage)
{
    const cbi_hash batch = {{7}};
    cbank_buffer decided = {0};
    cbi_hash found;
    size_t count;

    cr_assert_eq(cbi_decided_begin(&batch, &decided, NULL), CBANK_OK);
    cr_assert_eq(cbi_decided_add(&decided, 1, 5, NULL), CBANK_OK);
    cr_assert_eq(cbi_decided_add(&decided, 2, 5, NULL), CBANK_OK);
    for (size_t size = 0; size < decided.size; size++) {
        cbank_status wanted = size == 32 || size == 46 ? CBANK_OK : CBANK_E_CORRUPT;

        cr_expect_eq(cbi_decided_read(cbi_bytes_of(decided.data, size), &found, read_back, ITEMS,
                                      &count, NULL),
                     wanted, "%zu bytes", size);
    }
    decided.data[decided.size - 1] = 2; /* the step */
    cr_expect_eq(cbi_decided_read(cbi_bytes_of_buffer(&decided), &found, read_back, ITEMS, &count,
                                  NULL),
                 CBANK_E_CORRUPT);
    decided.data[decided.size - 1] = 0;
    memset(decided.data + 33, 0, 4); /* the count of the first run */
    cr_expect_eq(cbi_decided_read(cbi_bytes_of_buffer(&decided), &found, read_back, ITEMS, &count,
                                  NULL),
                 CBANK_E_CORRUPT);
    memset(decided.data + 33, 0xff, 4);
    cr_expect_eq(cbi_decided_read(cbi_bytes_of_buffer(&decided), &found, read_back, ITEMS, &count,
                                  NULL),
                 CBANK_E_CORRUPT);
    cbank_buffer_clear(&decided);
}
