/* Numbers that a spreadsheet program has ruined are found, whatever form they have taken. */
#include "exchange/damage.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static cbi_damage_sign look(const char *number)
{
    return cbi_damage_look(cbi_bytes_of_text(number));
}

Test(damage, what_programs_leave_of_a_number_is_known)
{
    cr_expect_eq(look("4.40524E+17"), CBI_DAMAGE_CERTAIN);
    cr_expect_eq(look("4.40524188001010e+17"), CBI_DAMAGE_CERTAIN);
    cr_expect_eq(look("440524188001009984"), CBI_DAMAGE_POSSIBLE, "the nearest double");
    cr_expect_eq(look("440524188001010000"), CBI_DAMAGE_POSSIBLE, "fifteen digits");
    cr_expect_eq(look("360302188103040000"), CBI_DAMAGE_POSSIBLE, "both");
}

Test(damage, what_no_program_has_changed_is_let_alone)
{
    static const char *const numbers[] = {
        "440524188001010014",
        "36031318851122002X",
        "360302000101001",
        "20230101",
        "1E5X",
        "",
        "E+17",
        "G440524188001010014",
        "4.4E+1X",
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        cr_expect_eq(look(numbers[i]), CBI_DAMAGE_NONE, "%s", numbers[i]);
}

/* Every number of eighteen digits is one that a double holds, or rounds to one that is found. */
Test(damage, no_rounded_number_escapes)
{
    uint64_t state = 20261127;

    for (int i = 0; i < 100000; i++) {
        char number[24];
        volatile double rounded;

        state = state * 6364136223846793005u + 1442695040888963407u;
        rounded = (double)(100000000000000000u + state % 900000000000000000u);
        snprintf(number, sizeof(number), "%.0f", rounded);
        cr_assert_eq(look(number), CBI_DAMAGE_POSSIBLE, "%s", number);
    }
}

static cbi_damage count(const char *const *numbers, const bool *good, size_t size)
{
    cbi_damage damage = {0};

    for (size_t i = 0; i < size; i++)
        (void)cbi_damage_add(&damage, cbi_bytes_of_text(numbers[i]), good[i], 2 + i);
    return damage;
}

Test(damage, one_ruined_cell_is_not_a_ruined_column)
{
    static const char *const numbers[] = {"440524188001010014", "360302188103040012",
                                          "440524188001009984", "36031318851122002X"};
    static const bool good[] = {true, true, false, true};
    cbi_damage damage = count(numbers, good, 4);

    cr_expect_eq(damage.ruined, 1);
    cr_expect_eq(damage.first, 4);
    cr_expect(!cbi_damage_is_column(&damage));
}

Test(damage, a_ruined_column_is_not_saved_by_numbers_that_are_good_by_chance)
{
    static const char *const numbers[] = {"440524188001009984", "360302189302140096",
                                          "36031318851122002X"};
    static const bool good[] = {false, true, true};
    cbi_damage damage = count(numbers, good, 3);

    cr_expect_eq(damage.ruined, 1);
    cr_expect_eq(damage.possible, 1);
    cr_expect(cbi_damage_is_column(&damage));
}

Test(damage, a_good_number_that_a_double_holds_is_innocent_alone)
{
    static const char *const numbers[] = {"360302189302140096", "440524188001010014"};
    static const bool good[] = {true, true};
    cbi_damage damage = count(numbers, good, 2);

    cr_expect_eq(damage.possible, 1);
    cr_expect(!cbi_damage_is_column(&damage));
}
