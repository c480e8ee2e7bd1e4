/* Parts of a thousandth: added without losing any, up to a limit that is told. */
#include "rules/fraction.h"

#include <criterion/criterion.h>

static bool is(cbi_fraction value, int64_t num, int64_t den)
{
    return value.num * den == (__int128)num * value.den;
}

Test(fraction, so_many_thirds_and_eighteenths_are_a_whole)
{
    cbi_fraction sum = {0, 1};

    cr_assert(cbi_fraction_add(&sum, (cbi_fraction){1, 3}));
    for (int i = 0; i < 12; i++)
        cr_assert(cbi_fraction_add(&sum, (cbi_fraction){1, 18}));
    cr_expect(is(sum, 1, 1));
}

/* Ten primes of which each product is larger than the one before. */
Test(fraction, what_would_have_too_many_parts_is_not_added)
{
    static const int64_t primes[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29};
    cbi_fraction sum = {0, 1}, before = sum;
    size_t i = 0;

    while (i < 10 && cbi_fraction_add(&sum, (cbi_fraction){1, primes[i]})) {
        before = sum;
        i++;
    }
    cr_expect_eq(i, 9, "the product of nine is 223092870, of ten above the limit");
    cr_expect(sum.num == before.num && sum.den == before.den, "and the sum is left");
    cr_expect(cbi_fraction_add(&sum, (cbi_fraction){1, 6}));
    cr_expect_eq(sum.den, before.den);
}

Test(fraction, the_common_divisor_of_nothing_and_a_number_is_the_number)
{
    cr_expect(cbi_common_divisor(0, 12) == 12 && cbi_common_divisor(12, 0) == 12);
    cr_expect(cbi_common_divisor(12, 18) == 6);
}
