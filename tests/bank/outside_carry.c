/* A record that is amended: the letter about it goes on with the revision. */
#include "bank/auditor.h"
#include "bank/letter.h"
#include "bank/panel.h"
#include "bank/stranger.h"

#define SCOPE(name) CBANK__V1__USE_SCOPE__USE_SCOPE_##name
#define ACTION(name) CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_##name
#define CHANGE(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name
#define LISTED(name) CBANK__V1__RECORD_STATE__RECORD_STATE_##name

static teller_id ids[2];

static void begin(void)
{
    auditor_begin();
    ids[0] = teller_issue(&audited, "O-1", 1000);
    ids[1] = teller_issue(&audited, "O-2", 1500);
}

/* Whatever a test has done, the bank is sound. */
static void end(void)
{
    auditor_finds_nothing();
    auditor_end();
}

TestSuite(outside_carry, .init = begin, .fini = end);

static cbi_recognised noted(const char *number, const teller_id *records, size_t count,
                            Cbank__V1__UseScope scope)
{
    return letter_noted(&audited, number, records, count, scope);
}

static void settle(cbi_recognised *it, Cbank__V1__RecognitionAction action)
{
    const cbi_order order = {.actor = "op1", .reason = "error", .now = ++audited.now};
    const cbi_hash id = it->row.id;

    teller_works(cbi_outside_settle(audited.bank, cbi_bytes_of_hash(&id), action, &order, it,
                                    &teller_err));
}

static void is_in(const cbi_recognised *it, cbi_conversion_state state)
{
    cbi_recognition_row row;

    teller_works(cbi_conversion_reread(audited.bank, &it->row.id, &row, &teller_err));
    cr_expect_eq(row.state, state);
}

static void cannot_be_used(const teller_id *id, const char *number)
{
    cbi_recognised entered;
    cbank_error err = {0};
    panel at;

    panel_convene(&at, &audited, number, id, 1, SCOPE(EVERYWHERE));
    teller_fails(panel_enter(&at, &audited, &entered, &err), err, RECORD_USED_UP);
}

/* The office keeps what it gave: the revision is used in its place, for everybody who asks. */
Test(outside_carry, a_record_that_is_amended_stays_used_and_the_letter_goes_on_with_it)
{
    cbi_recognised it = noted("2026-7", ids, 1, SCOPE(EVERYWHERE)), again;
    teller_id anew = teller_amend(&audited, ids[0].text, 1000);
    cbi_disclosure_terms terms = stranger_asks(&audited);
    size_t consumed = 0;
    stranger other;

    is_in(&it, CBI_CONVERSION_REVERSED);
    cannot_be_used(&anew, "R-1");
    stranger_show(&audited, &terms, &other);
    for (size_t i = 0; i < other.verdict.item_count; i++)
        consumed += other.verdict.items[i].listed == LISTED(CONSUMED);
    cr_expect_eq(consumed, 1);
    stranger_leave(&other);
    again = noted("2026-7", &anew, 1, SCOPE(EVERYWHERE));
    cr_expect(again.known, "it says the same of the revision");
    settle(&again, ACTION(SUSPEND));
    anew = teller_amend(&audited, anew.text, 1500);
    cannot_be_used(&anew, "R-2");
    again = noted("2026-7", &anew, 1, SCOPE(EVERYWHERE));
    cr_expect(again.known);
    settle(&again, ACTION(REVERSE));
    panel_recognise(&audited, "R-3", &anew, 1, SCOPE(EVERYWHERE));
}

Test(outside_carry, of_two_records_the_one_that_is_not_amended_stays_used_as_well)
{
    cbi_recognised it = noted("2026-7", ids, 2, SCOPE(EVERYWHERE)), again;
    teller_id anew;

    teller_change(&audited, ids[0].text, CHANGE(SUSPEND));
    teller_change(&audited, ids[1].text, CHANGE(SUSPEND));
    anew = teller_amend(&audited, ids[0].text, 1000);
    teller_change(&audited, ids[1].text, CHANGE(REINSTATE));
    cannot_be_used(&anew, "R-1");
    cannot_be_used(&ids[1], "R-2");
    is_in(&it, CBI_CONVERSION_SUSPENDED);
    anew = teller_amend(&audited, ids[1].text, 1500);
    cannot_be_used(&anew, "R-3");
    is_in(&it, CBI_CONVERSION_REVERSED);
    again = noted("2026-7", &anew, 1, SCOPE(EVERYWHERE));
    cr_expect(again.known);
}

Test(outside_carry, what_was_counted_there_is_counted_of_the_revision)
{
    teller_id anew;

    noted("2026-7", ids, 1, SCOPE(COUNTED));
    noted("2026-8", ids, 1, SCOPE(PROGRAMME));
    anew = teller_amend(&audited, ids[0].text, 1000);
    cr_expect(noted("2026-7", &anew, 1, SCOPE(COUNTED)).known);
    cr_expect(noted("2026-8", &anew, 1, SCOPE(PROGRAMME)).known);
    panel_recognise(&audited, "R-1", &anew, 1, SCOPE(PROGRAMME));
}
