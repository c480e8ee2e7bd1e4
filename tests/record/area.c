/* The province part of an area code; its whole list is tested with the numbers it stands in. */
#include "record/area.h"

#include <criterion/criterion.h>

Test(area, is_two_digits_that_have_named_a_province)
{
    cr_expect(cbi_area_is_plausible("360302"));
    cr_expect(cbi_area_is_plausible("362431"), "abolished in 1992");
    cr_expect(!cbi_area_is_plausible("380000"));
    cr_expect(!cbi_area_is_plausible("000000"));
    cr_expect(!cbi_area_is_plausible("3X0000"));
    cr_expect(!cbi_area_is_plausible("X60000"));
    cr_expect(!cbi_area_is_plausible(""));
}
