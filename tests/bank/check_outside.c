/* The auditor's check of what was noted from outside: what a stranger changes of it is found. */
#include <criterion/criterion.h>

#include "bank/auditor.h"
#include "bank/letter.h"

static void finds(const char *detail)
{
    auditor_finds(CBI_REASON_CHECK_ROW, "recognition", detail);
}

static void begin(void)
{
    teller_id ids[2];

    auditor_begin();
    ids[0] = teller_issue(&audited, "O-1", 1000);
    ids[1] = teller_issue(&audited, "O-2", 1500);
    letter_noted(&audited, "2026-7", ids, 2, CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE);
}

TestSuite(check_outside, .init = begin, .fini = auditor_end);

Test(check_outside, a_record_that_could_be_used_twice_is_found)
{
    auditor_drop_row(CBI_TABLE_RECOGNITION, "u", 0);
    finds("use");
}

Test(check_outside, a_row_that_is_gone_or_of_another_place_is_found)
{
    auditor_flip_row(CBI_TABLE_RECOGNITION, "r", 0, 1 + 32 + 8 + 7);
    finds("statement");
    auditor_drop_row(CBI_TABLE_RECOGNITION, "r", 0);
    finds("missing");
}

Test(check_outside, one_made_to_be_suspended_is_found)
{
    auditor_flip_row(CBI_TABLE_RECOGNITION, "r", 0, 0);
    finds("state");
}

Test(check_outside, a_letter_that_was_changed_or_is_gone_is_found)
{
    cr_expect_eq(auditor_count(), 0);
    auditor_flip_row(CBI_TABLE_RECOGNITION, "e", 0, 40);
    cr_expect_gt(auditor_count(), 0);
    auditor_drop_row(CBI_TABLE_RECOGNITION, "e", 0);
    finds("missing");
}

Test(check_outside, names_that_lead_nowhere_are_found)
{
    auditor_drop_row(CBI_TABLE_RECOGNITION, "a", 0);
    finds("name");
    auditor_drop_row(CBI_TABLE_RECOGNITION, "i", 0);
    finds("missing");
}

Test(check_outside, a_number_that_nobody_gave_is_found)
{
    uint8_t key[] = "n\0Z-9", number[8] = {0, 0, 0, 0, 0, 0, 0, 1};

    auditor_put(CBI_TABLE_RECOGNITION, cbi_bytes_of(key, sizeof(key) - 1),
                cbi_bytes_of(number, sizeof(number)));
    finds("name");
}
