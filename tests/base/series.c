/* Items stay where they are, whatever comes after them. */
#include <criterion/criterion.h>

#include "base/heap.h"
#include "base/series.h"

#define ITEMS 100000u

typedef struct item {
    uint64_t number;
    uint32_t half;
} item;

static item *add(cbi_series *series)
{
    cr_assert_eq(cbi_series_reserve(series, NULL), CBANK_OK);
    return cbi_series_next(series);
}

Test(series, items_stay_where_they_are_and_begin_zeroed)
{
    cbi_series series = {.item_size = sizeof(item)};
    item *places[3] = {0};

    for (uint32_t i = 0; i < ITEMS; i++) {
        item *it = add(&series);

        cr_assert(it->number == 0 && it->half == 0);
        *it = (item){.number = i, .half = i / 2};
        if (i < 3)
            places[i] = it;
    }
    cr_assert_eq(series.count, ITEMS);
    for (uint32_t i = 0; i < ITEMS; i++) {
        const item *it = cbi_series_at(&series, i);

        cr_assert(it->number == i && it->half == i / 2);
        cr_assert(i >= 3 || it == places[i]);
    }
    cbi_series_clear(&series);
    cr_assert_eq(series.count, 0);
    cr_assert_eq(add(&series)->number, 0);
    cbi_series_clear(&series);
}

Test(series, without_memory_for_more_all_that_was_there_is_there)
{
    cbi_series series = {.item_size = sizeof(item)};

    for (uint32_t i = 0; i < 64; i++)
        add(&series)->number = i;
    heap_fail_next(64 * sizeof(item));
    cr_assert_eq(cbi_series_reserve(&series, NULL), CBANK_E_MEMORY);
    cr_assert_eq(series.count, 64);
    for (uint32_t i = 0; i < 64; i++)
        cr_assert_eq(((item *)cbi_series_at(&series, i))->number, i);
    add(&series)->number = 64;
    cr_assert_eq(((item *)cbi_series_at(&series, 64))->number, 64);
    cbi_series_clear(&series);
}
