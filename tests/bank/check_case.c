/* The auditor's check of cases: what a stranger changes of one is found. */
#include <criterion/criterion.h>

#include "bank/auditor.h"
#include "bank/chamber.h"

#define TABLE CBI_TABLE_RECOGNITION
#define ACT(name) CBANK__V1__CASE_ACT__CASE_ACT_##name

static void begin(void)
{
    auditor_begin();
    chamber_moves(&audited, ACT(OPEN), 0, CBI_CASE_SUBMITTED);
    chamber_moves(&audited, ACT(ACCEPT), 0, CBI_CASE_ACCEPTED);
}

TestSuite(check_case, .init = begin, .fini = auditor_end);

static void finds(const char *detail)
{
    auditor_finds(CBI_REASON_CHECK_ROW, "recognition", detail);
}

Test(check_case, one_that_is_as_its_steps_say_has_no_findings)
{
    auditor_finds_nothing();
}

Test(check_case, a_state_a_day_or_an_account_that_no_step_says_is_found)
{
    static const size_t offsets[] = {0, 4, 1 + 4 + 7, 1 + 4 + 8 + 7, 1 + 4 + 24 + 7, 1 + 4 + 32};

    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        auditor_flip_row(TABLE, "k", 0, offsets[i]);
        finds("case");
        auditor_flip_row(TABLE, "k", 0, offsets[i]);
    }
}

Test(check_case, a_row_that_is_gone_is_found)
{
    auditor_drop_row(TABLE, "d", 0);
    finds("case");
    auditor_drop_row(TABLE, "m", 0);
    finds("case");
    auditor_drop_row(TABLE, "k", 0);
    finds("case");
}

Test(check_case, rows_of_a_case_that_is_not_there_are_found)
{
    static const char *const keys[] = {"kPXU\0N", "dPXU\0\0\0\0\0N",
                                       "m0000000000000000PXU\0N"};
    static const size_t sizes[] = {6, 10, 22};
    uint8_t one = 1;

    for (size_t i = 0; i < 3; i++) {
        auditor_put(TABLE, cbi_bytes_of(keys[i], sizes[i]), cbi_bytes_of(&one, 1));
        finds("case");
        auditor_drop(TABLE, cbi_bytes_of(keys[i], sizes[i]));
    }
    auditor_finds_nothing();
}
