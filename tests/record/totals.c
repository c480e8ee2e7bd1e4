/* Sums by unit. */
#include "record/totals.h"

#include <criterion/criterion.h>

#include <stdio.h>

static cbank_error err;

static cbank_status add(cbi_totals *totals, const char *unit, int64_t milli)
{
    return cbi_totals_add(totals, cbi_bytes_of_text(unit), milli, &err);
}

Test(totals, units_are_never_summed_together_and_stand_in_order)
{
    cbi_totals totals = {0};

    cr_assert_eq(add(&totals, "hour", 16000), CBANK_OK);
    cr_assert_eq(add(&totals, "credit", 3500), CBANK_OK);
    cr_assert_eq(add(&totals, "point", 1), CBANK_OK);
    cr_assert_eq(add(&totals, "credit", 500), CBANK_OK);
    cr_assert_eq(add(&totals, "credits", 7), CBANK_OK);

    cr_assert_eq(totals.count, 4);
    cr_expect_str_eq(totals.items[0].unit, "credit");
    cr_expect_str_eq(totals.items[1].unit, "credits");
    cr_expect_str_eq(totals.items[2].unit, "hour");
    cr_expect_str_eq(totals.items[3].unit, "point");
    cr_expect_eq(cbi_totals_of(&totals, "credit"), 4000);
    cr_expect_eq(cbi_totals_of(&totals, "hour"), 16000);
    cr_expect_eq(cbi_totals_of(&totals, "ects"), 0);
}

Test(totals, the_order_of_adding_does_not_show)
{
    static const char *const units[] = {"a", "b", "c", "d", "e"};
    cbi_totals up = {0};
    cbi_totals down = {0};

    for (int i = 0; i < 5; i++) {
        cr_assert_eq(add(&up, units[i], i), CBANK_OK);
        cr_assert_eq(add(&down, units[4 - i], 4 - i), CBANK_OK);
    }
    cr_expect_arr_eq(&up, &down, sizeof(up));
}

Test(totals, a_sum_that_cannot_be_held_is_refused_and_changes_nothing)
{
    cbi_totals totals = {0};

    cr_assert_eq(add(&totals, "credit", INT64_MAX), CBANK_OK);
    cr_expect_eq(add(&totals, "credit", 1), CBANK_E_TOO_LARGE);
    cr_expect_eq(err.reason, CBI_REASON_TOTAL_OVERFLOW);
    cr_expect_str_eq(err.object, "credit");
    cr_expect_eq(cbi_totals_of(&totals, "credit"), INT64_MAX);
    cr_expect_eq(add(&totals, "credit", -1), CBANK_OK);
    cr_expect_eq(cbi_totals_of(&totals, "credit"), INT64_MAX - 1);
}

Test(totals, a_seventeenth_unit_is_refused_but_the_sixteen_go_on)
{
    cbi_totals totals = {0};
    char unit[8];

    for (int i = 0; i < CBI_TOTALS_MAX; i++) {
        snprintf(unit, sizeof(unit), "u%d", i);
        cr_assert_eq(add(&totals, unit, 1), CBANK_OK);
    }
    cr_expect_eq(add(&totals, "zzz", 1), CBANK_E_TOO_LARGE);
    cr_expect_eq(err.reason, CBI_REASON_TOTAL_UNITS);
    cr_expect_eq(add(&totals, "aaa", 1), CBANK_E_TOO_LARGE);
    cr_expect_eq(add(&totals, "u3", 1), CBANK_OK);
    cr_expect_eq(cbi_totals_of(&totals, "u3"), 2);
}

Test(totals, a_unit_is_a_word)
{
    cbi_totals totals = {0};

    cr_expect_eq(add(&totals, "", 1), CBANK_E_INVALID);
    cr_expect_eq(add(&totals, "学分", 1), CBANK_E_INVALID);
    cr_expect_eq(add(&totals, "Credit", 1), CBANK_E_INVALID);
    cr_expect_eq(add(&totals, "abcdefghijklmnopqrstuvwxyz0123456", 1), CBANK_E_INVALID);
    cr_expect_eq(add(&totals, "abcdefghijklmnopqrstuvwxyz012345", 1), CBANK_OK);
    cr_expect_eq(totals.count, 1);
}

Test(totals, a_record_is_added_whole_or_not_at_all)
{
    Cbank__V1__CreditRecord record;
    Cbank__V1__Amount amounts[2];
    Cbank__V1__Amount *list[2] = {&amounts[0], &amounts[1]};
    cbi_totals totals = {0};

    cbank__v1__credit_record__init(&record);
    for (size_t i = 0; i < 2; i++)
        cbank__v1__amount__init(&amounts[i]);
    amounts[0].unit = cbi_message_string("credit");
    amounts[0].milli = 3000;
    amounts[1].unit = cbi_message_string("hour");
    amounts[1].milli = 48000;
    record.n_amounts = 2;
    record.amounts = list;

    cr_assert_eq(cbi_totals_add_record(&totals, &record, &err), CBANK_OK);
    cr_assert_eq(add(&totals, "hour", INT64_MAX - 48000), CBANK_OK);
    cr_expect_eq(cbi_totals_add_record(&totals, &record, &err), CBANK_E_TOO_LARGE);
    cr_expect_eq(cbi_totals_of(&totals, "credit"), 3000, "not even the half that would fit");
}
