#include "base/error.h"

#include <criterion/criterion.h>

#include <string.h>

#include "base/text.h"

Test(error, is_256_bytes_for_ever)
{
    cr_assert_eq(sizeof(cbank_error), 256);
    cr_assert_eq(offsetof(cbank_error, reason), 4);
    cr_assert_eq(offsetof(cbank_error, where), 8);
    cr_assert_eq(offsetof(cbank_error, object), 16);
    cr_assert_eq(offsetof(cbank_error, detail), 96);
}

Test(error, says_all_that_is_known)
{
    cbank_error err;

    memset(&err, 0xff, sizeof(err));
    cr_assert_eq(cbi_fail(&err, CBI_REASON_BAD_DATE, 7, "awarded_on", "row %d", 12),
                 CBANK_E_INVALID);
    cr_assert_eq(err.status, CBANK_E_INVALID);
    cr_assert_eq(err.reason, CBI_REASON_BAD_DATE);
    cr_assert_eq(err.where, 7);
    cr_assert_str_eq(err.object, "awarded_on");
    cr_assert_str_eq(err.detail, "row 12");
    for (size_t i = strlen("row 12"); i < sizeof(err.detail); i++)
        cr_assert_eq(err.detail[i], 0, "nothing of what was there before is left");
}

Test(error, may_be_left_out)
{
    cr_assert_eq(cbi_fail(NULL, CBI_REASON_NO_MEMORY, 0, "x", "%s", "y"), CBANK_E_MEMORY);
    cbi_error_name(NULL, "x");
}

Test(error, may_lack_object_and_detail)
{
    cbank_error err;

    cr_assert_eq(cbi_fail(&err, CBI_REASON_NO_MEMORY, 0, NULL, NULL), CBANK_E_MEMORY);
    cr_assert_str_eq(err.object, "");
    cr_assert_str_eq(err.detail, "");
}

/* Whatever its length before: what is cut is whole characters and fills what there is. */
Test(error, is_cut_between_characters)
{
    static const char *const characters[] = {"x", "é", "学", "𠮷"};
    char text[600];
    cbank_error err;

    for (size_t c = 0; c < 4; c++) {
        size_t width = strlen(characters[c]);

        for (size_t lead = 0; lead < 4; lead++) {
            memset(text, 'a', lead);
            text[lead] = '\0';
            while (strlen(text) + width < sizeof(text))
                memcpy(text + strlen(text), characters[c], width + 1);
            cbi_fail(&err, CBI_REASON_BAD_DATE, 0, text, "%s", text);
            cr_assert(cbi_text_is_clean(cbi_bytes_of_text(err.object)), "%zu %zu", c, lead);
            cr_assert(cbi_text_is_clean(cbi_bytes_of_text(err.detail)), "%zu %zu", c, lead);
            cr_assert_gt(strlen(err.object) + width, sizeof(err.object) - 1);
            cr_assert_gt(strlen(err.detail) + width, sizeof(err.detail) - 1);
        }
    }
}

Test(error, that_just_fits_is_whole)
{
    char object[80], detail[160];
    cbank_error err;

    memset(object, 'o', 79);
    memset(detail, 'd', 159);
    object[79] = detail[159] = '\0';
    cbi_fail(&err, CBI_REASON_BAD_DATE, 0, object, "%s", detail);
    cr_assert_str_eq(err.object, object);
    cr_assert_str_eq(err.detail, detail);
}

Test(error, keeps_the_name_it_has)
{
    cbank_error err;

    cbi_fail(&err, CBI_REASON_BAD_DATE, 0, NULL, NULL);
    cbi_error_name(&err, "record 7");
    cbi_error_name(&err, "batch");
    cr_assert_str_eq(err.object, "record 7");
}
