/* What earlier uses leave of a record. */
#include "bank/auditor.h"
#include "bank/letter.h"
#include "bank/panel.h"

#define PROGRAMME CBANK__V1__USE_SCOPE__USE_SCOPE_PROGRAMME

TestSuite(used, .init = auditor_begin, .fini = auditor_end);

/* Spent in one unit, it is spent, whatever another programme has left of it in another. */
Test(used, what_is_spent_in_one_unit_cannot_be_noted_for_what_is_left_in_another)
{
    static const int64_t parts[2][2] = {{600, 400}, {400, 0}};
    cbi_recognised out;
    cbank_error err = {0};
    letter from;
    teller_id record = teller_issue(&audited, "O-1", 1000);
    panel at;

    for (size_t i = 0; i < 2; i++) {
        panel_convene(&at, &audited, i == 0 ? "K-1" : "K-2", &record, 1, PROGRAMME);
        at.sources[0].leftover = CBANK__V1__LEFTOVER__LEFTOVER_KEPT;
        at.sources[0].used_milli = parts[i][0];
        at.sources[0].left_milli = parts[i][1];
        teller_works(panel_enter(&at, &audited, &out, &teller_err));
    }
    panel_convene(&at, &audited, "K-3", &record, 1, PROGRAMME);
    panel_counts(&at, &audited, "q", TELLER_COLLEGE, "hour");
    at.sources[0].leftover = CBANK__V1__LEFTOVER__LEFTOVER_KEPT;
    at.sources[0].used_milli = 32000;
    at.sources[0].left_milli = 32000;
    teller_works(panel_enter(&at, &audited, &out, &teller_err));
    letter_write(&from, &audited, "2026-7", &record, 1);
    teller_fails(letter_note(&audited, &from, &out, &err), err, RECORD_USED_UP);
}
