/* What tokens stand for is checked as far as a row shows it. */
#include <criterion/criterion.h>

#include "bank/auditor.h"

TestSuite(check_tokens, .init = auditor_begin, .fini = auditor_end);

Test(check_tokens, a_row_too_short_to_say_what_was_asked_is_found)
{
    auditor_put(CBI_TABLE_TOKEN, cbi_bytes_of_text("0123456789abcdef"), cbi_bytes_of_text("short"));
    auditor_finds(CBI_REASON_CHECK_ROW, "token", "form");
}

Test(check_tokens, a_row_that_is_no_tokens_is_found)
{
    static const uint8_t row[64];

    auditor_put(CBI_TABLE_TOKEN, cbi_bytes_of_text("0123456789abcde"), cbi_bytes_of(row, 64));
    auditor_finds(CBI_REASON_CHECK_ROW, "token", "form");
}
