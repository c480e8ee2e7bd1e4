/* Cases in the bank: step by step, by whom they may, one at a time, and gone with their account. */
#include <pthread.h>

#include "bank/auditor.h"
#include "bank/chamber.h"
#include "bank/erase.h"
#include "bank/panel.h"

#define ACT(name) CBANK__V1__CASE_ACT__CASE_ACT_##name
#define RESULT(name) CBANK__V1__CASE_RESULT__CASE_RESULT_##name
#define NO_RESULT RESULT(UNSPECIFIED)
#define EVERYWHERE CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE

static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};

static cbi_heard moves(Cbank__V1__CaseAct act, cbi_case_state state)
{
    return chamber_moves(&audited, act, NO_RESULT, state);
}

static void begin(void)
{
    auditor_begin();
}

/* Whatever a test has done, the bank is sound. */
static void end(void)
{
    auditor_finds_nothing();
    auditor_end();
}

TestSuite(hearing, .init = begin, .fini = end);

/* ---- a life -------------------------------------------------------------------------------- */

Test(hearing_suites, from_the_application_to_the_end)
{
    for (size_t i = 0; i < 2; i++) {
        cbi_heard heard;
        teller it;

        teller_open(&it, suites[i]);
        chamber_moves(&it, ACT(OPEN), NO_RESULT, CBI_CASE_SUBMITTED);
        chamber_moves(&it, ACT(RETURN), NO_RESULT, CBI_CASE_RETURNED);
        chamber_moves(&it, ACT(ADD_EVIDENCE), NO_RESULT, CBI_CASE_SUBMITTED);
        chamber_moves(&it, ACT(ACCEPT), NO_RESULT, CBI_CASE_ACCEPTED);
        chamber_moves(&it, ACT(FIND), NO_RESULT, CBI_CASE_IN_REVIEW);
        chamber_moves(&it, ACT(DECIDE), NO_RESULT, CBI_CASE_DECIDED);
        heard = chamber_moves(&it, ACT(OPEN_NOTICE), NO_RESULT, CBI_CASE_NOTICE);
        cr_expect_eq(heard.row.due_on, 20260306, "its last day");
        chamber_moves(&it, ACT(CLOSE_NOTICE), RESULT(AGAIN), CBI_CASE_IN_REVIEW);
        chamber_moves(&it, ACT(DECIDE), NO_RESULT, CBI_CASE_DECIDED);
        chamber_moves(&it, ACT(APPEAL), NO_RESULT, CBI_CASE_APPEALED);
        chamber_moves(&it, ACT(DECIDE_APPEAL), RESULT(STANDS), CBI_CASE_EFFECTIVE);
        heard = chamber_moves(&it, ACT(CLOSE), NO_RESULT, CBI_CASE_CLOSED);
        cr_expect_eq(heard.row.steps, 12);
        cr_expect_eq(heard.row.due_on, 0);
        teller_close(&it);
    }
}

Test(hearing, a_step_that_does_not_follow_is_refused)
{
    cbi_heard heard;
    cbank_error err = {0};
    chamber at;

    chamber_convene(&at, &audited, ACT(ACCEPT));
    at.step.step = 1;
    teller_fails(chamber_enter(&at, &audited, &heard, &err), err, CASE_UNKNOWN);
    moves(ACT(OPEN), CBI_CASE_SUBMITTED);
    chamber_convene(&at, &audited, ACT(DECIDE));
    teller_fails(chamber_enter(&at, &audited, &heard, &err), err, CASE_STATE);
    cr_expect_str_eq(err.object, CHAMBER_CASE);
    moves(ACT(WITHDRAW), CBI_CASE_WITHDRAWN);
    chamber_convene(&at, &audited, ACT(ACCEPT));
    teller_fails(chamber_enter(&at, &audited, &heard, &err), err, CASE_STATE);
}

Test(hearing, who_takes_it_on_stays_until_another_does)
{
    cbi_heard heard;
    chamber at;

    chamber_convene(&at, &audited, ACT(OPEN));
    at.step.assigned_to = cbi_message_string("clerk-1");
    at.step.due_on = 20260401;
    teller_works(chamber_enter(&at, &audited, &heard, &teller_err));
    cr_expect_eq(heard.row.due_on, 20260401);
    heard = moves(ACT(ACCEPT), CBI_CASE_ACCEPTED);
    cr_expect_str_eq(heard.row.assigned_to, "clerk-1");
    cr_expect_eq(heard.row.due_on, 0, "a day is for one step");
}

Test(hearing, what_only_adds_to_a_case_leaves_its_day)
{
    cbi_heard heard;
    chamber at;

    moves(ACT(OPEN), CBI_CASE_SUBMITTED);
    chamber_convene(&at, &audited, ACT(ACCEPT));
    at.step.due_on = 20260601;
    teller_works(chamber_enter(&at, &audited, &heard, &teller_err));
    heard = moves(ACT(ADD_EVIDENCE), CBI_CASE_ACCEPTED);
    cr_expect_eq(heard.row.due_on, 20260601);
    moves(ACT(FIND), CBI_CASE_IN_REVIEW);
    chamber_convene(&at, &audited, ACT(FIND));
    at.step.due_on = 20260701;
    teller_works(chamber_enter(&at, &audited, &heard, &teller_err));
    heard = moves(ACT(FIND), CBI_CASE_IN_REVIEW);
    cr_expect_eq(heard.row.due_on, 20260701);
}

/* ---- one at a time ------------------------------------------------------------------------- */

Test(hearing, the_same_step_again_changes_nothing_and_another_one_comes_too_late)
{
    cbi_heard heard;
    cbank_error err = {0};
    chamber first, late;

    chamber_convene(&first, &audited, ACT(OPEN));
    teller_works(chamber_enter(&first, &audited, &heard, &teller_err));
    cr_expect_not(heard.known);
    teller_works(chamber_enter(&first, &audited, &heard, &teller_err));
    cr_expect(heard.known);
    chamber_convene(&first, &audited, ACT(ACCEPT));
    chamber_convene(&late, &audited, ACT(RETURN));
    teller_works(chamber_enter(&first, &audited, &heard, &teller_err));
    teller_fails(chamber_enter(&late, &audited, &heard, &err), err, CASE_STALE);
    moves(ACT(FIND), CBI_CASE_IN_REVIEW);
    teller_works(chamber_enter(&first, &audited, &heard, &teller_err));
    cr_expect(heard.known);
    cr_expect_eq(heard.row.state, CBI_CASE_IN_REVIEW, "how far it has come, not how far it had");
}

Test(hearing, a_number_is_of_one_case)
{
    cbi_heard heard;
    cbank_error err = {0};
    chamber at;

    moves(ACT(OPEN), CBI_CASE_SUBMITTED);
    moves(ACT(CLOSE), CBI_CASE_CLOSED);
    chamber_convene(&at, &audited, ACT(OPEN));
    teller_fails(chamber_enter(&at, &audited, &heard, &err), err, CASE_NUMBER);
    chamber_convene(&at, &audited, ACT(OPEN));
    at.step.number = cbi_message_string("2026-18");
    teller_works(chamber_enter(&at, &audited, &heard, &teller_err));
}

#define CALLERS 6

typedef struct caller {
    pthread_t thread;
    cbank_buffer file;
    int64_t now;
    cbank_status status;
} caller;

static void *enter(void *argument)
{
    caller *it = argument;
    cbi_heard heard;

    it->status = cbi_hearing_enter(audited.bank, cbi_bytes_of_buffer(&it->file),
                                   &(cbi_hearing_order){.now = it->now}, &heard, NULL);
    return NULL;
}

Test(hearing, of_many_next_steps_at_once_one_is_the_next)
{
    caller callers[CALLERS] = {{0}};
    size_t entered = 0;

    moves(ACT(OPEN), CBI_CASE_SUBMITTED);
    for (size_t i = 0; i < CALLERS; i++) {
        chamber at;

        chamber_convene(&at, &audited, i % 2 == 0 ? ACT(ACCEPT) : ACT(RETURN));
        callers[i].file = chamber_sign(&at, audited.college_key);
        callers[i].now = audited.now + 1;
    }
    for (size_t i = 0; i < CALLERS; i++)
        cr_assert_eq(pthread_create(&callers[i].thread, NULL, enter, &callers[i]), 0);
    for (size_t i = 0; i < CALLERS; i++) {
        pthread_join(callers[i].thread, NULL);
        cr_expect(callers[i].status == CBANK_OK || callers[i].status == CBANK_E_CONFLICT);
        entered += callers[i].status == CBANK_OK;
        cbank_buffer_clear(&callers[i].file);
    }
    audited.now++;
    cr_expect_eq(entered, 1);
}

/* ---- by whom, and about what --------------------------------------------------------------- */

Test(hearing, only_the_institution_that_hears_it_signs)
{
    cbi_heard heard;
    cbank_error err = {0};
    cbi_private *other = NULL;
    cbank_buffer file;
    chamber at;

    teller_works(cbi_private_new(audited.bank->config.suite, &other, &teller_err));
    chamber_convene(&at, &audited, ACT(OPEN));
    file = chamber_sign(&at, other);
    teller_fails(cbi_hearing_enter(audited.bank, cbi_bytes_of_buffer(&file),
                                   &(cbi_hearing_order){.now = ++audited.now}, &heard, &err),
                 err, BAD_SIGNATURE);
    cbank_buffer_clear(&file);
    at.step.origin = cbi_message_string("other.example/credit/sha256-ed25519/1");
    teller_fails(chamber_enter(&at, &audited, &heard, &err), err, FOR_ANOTHER_BANK);
    cbi_private_free(other);
}

Test(hearing, it_is_about_records_of_an_open_account)
{
    cbi_account other = teller_open_account(&audited, "passport/FRA", "AB0000001", "");
    teller_id own = teller_issue(&audited, "H-1", 1000), theirs;
    cbi_heard heard;
    cbank_error err = {0};
    chamber at;

    teller_issue_many(&audited, other.digits, 1, &theirs);
    chamber_convene(&at, &audited, ACT(OPEN));
    at.records[0] = theirs.text;
    at.application.records = at.records;
    at.application.n_records = 1;
    teller_fails(chamber_enter(&at, &audited, &heard, &err), err, RECORD_UNKNOWN);
    at.records[0] = own.text;
    teller_freeze(&audited, true);
    teller_fails(chamber_enter(&at, &audited, &heard, &err), err, ACCOUNT_FROZEN);
    teller_freeze(&audited, false);
    teller_works(chamber_enter(&at, &audited, &heard, &teller_err));
    teller_freeze(&audited, true);
    moves(ACT(ACCEPT), CBI_CASE_ACCEPTED); /* what was begun goes on */
}

/* ---- what was recognised ------------------------------------------------------------------- */

static void name_recognition(chamber *at, const cbi_hash *id)
{
    at->recognition = cbi_message_data(cbi_bytes_of_hash(id));
    at->step.recognitions = &at->recognition;
    at->step.n_recognitions = 1;
    at->decision.outcome = CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_FULL;
}

Test(hearing, it_is_decided_by_what_was_recognised_for_this_account_in_this_case)
{
    teller_id ids[3] = {teller_issue(&audited, "H-1", 1000), teller_issue(&audited, "H-2", 1000),
                        teller_issue(&audited, "H-3", 1000)};
    cbi_recognised ours, theirs, undone, other;
    cbi_heard heard;
    cbank_error err = {0};
    chamber at;
    panel seat;

    moves(ACT(OPEN), CBI_CASE_SUBMITTED);
    moves(ACT(ACCEPT), CBI_CASE_ACCEPTED);
    panel_convene(&seat, &audited, "R-1", ids, 1, EVERYWHERE);
    seat.head.case_number = cbi_message_string(CHAMBER_CASE);
    teller_works(panel_enter(&seat, &audited, &ours, &teller_err));
    panel_convene(&seat, &audited, "R-2", ids + 1, 1, EVERYWHERE);
    seat.head.case_number = cbi_message_string("2025-1");
    teller_works(panel_enter(&seat, &audited, &theirs, &teller_err));
    undone = panel_recognise(&audited, "R-3", ids + 2, 1, EVERYWHERE);
    teller_works(panel_change(&audited, &undone.row.id,
                              CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_REVERSE, &other,
                              &teller_err));
    chamber_convene(&at, &audited, ACT(DECIDE));
    name_recognition(&at, &theirs.row.id);
    teller_fails(chamber_enter(&at, &audited, &heard, &err), err, CASE_RECOGNITION);
    cr_expect_str_eq(err.detail, "case_number");
    name_recognition(&at, &undone.row.id);
    teller_fails(chamber_enter(&at, &audited, &heard, &err), err, CASE_RECOGNITION);
    cr_expect_str_eq(err.detail, "reversed");
    name_recognition(&at, &ours.row.id);
    teller_works(chamber_enter(&at, &audited, &heard, &teller_err));
    cr_expect_eq(heard.row.state, CBI_CASE_DECIDED);
}

Test(hearing, what_is_recognised_in_a_case_is_for_its_account_and_while_it_is_heard)
{
    teller_id id = teller_issue(&audited, "H-1", 1000);
    cbi_account other = teller_open_account(&audited, "passport/FRA", "AB0000001", "");
    cbi_recognised entered;
    cbi_heard heard;
    cbank_error err = {0};
    chamber at;
    panel seat;

    chamber_convene(&at, &audited, ACT(OPEN));
    at.application.account = other.digits;
    teller_works(chamber_enter(&at, &audited, &heard, &teller_err));
    panel_convene(&seat, &audited, "R-1", &id, 1, EVERYWHERE);
    seat.head.case_number = cbi_message_string(CHAMBER_CASE);
    teller_fails(panel_enter(&seat, &audited, &entered, &err), err, CASE_RECOGNITION);
    chamber_convene(&at, &audited, ACT(OPEN));
    at.step.number = cbi_message_string("2026-18");
    teller_works(chamber_enter(&at, &audited, &heard, &teller_err));
    chamber_convene(&at, &audited, ACT(CLOSE));
    at.step.number = cbi_message_string("2026-18");
    at.step.step = 1;
    teller_works(chamber_enter(&at, &audited, &heard, &teller_err));
    panel_convene(&seat, &audited, "R-2", &id, 1, EVERYWHERE);
    seat.head.case_number = cbi_message_string("2026-18");
    teller_fails(panel_enter(&seat, &audited, &entered, &err), err, CASE_RECOGNITION);
    cr_expect_str_eq(err.detail, "closed");
}

/* Only a case that is kept elsewhere is nobody's matter here. */
Test(hearing, a_case_that_cannot_be_read_stops_what_is_recognised_in_it)
{
    static const char key[] = "k" TELLER_COLLEGE "\0" CHAMBER_CASE;
    const cbi_bytes at = cbi_bytes_of(key, sizeof(key) - 1);
    teller_id id = teller_issue(&audited, "R", 1000);
    cbank_buffer row = {0};
    cbi_recognised entered;
    cbank_error err = {0};
    cbi_txn *txn;
    panel seat;

    moves(ACT(OPEN), CBI_CASE_SUBMITTED);
    panel_convene(&seat, &audited, "R-1", &id, 1, EVERYWHERE);
    seat.head.case_number = cbi_message_string(CHAMBER_CASE);
    txn = teller_begin(&audited, CBI_TXN_WRITE);
    teller_works(cbi_txn_get(txn, CBI_TABLE_RECOGNITION, at, &row, &teller_err));
    teller_works(cbi_txn_put(txn, CBI_TABLE_RECOGNITION, at, cbi_bytes_of(key, 1), &teller_err));
    teller_commit(txn);
    teller_fails(panel_enter(&seat, &audited, &entered, &err), err, ROW_DAMAGED);
    txn = teller_begin(&audited, CBI_TXN_WRITE);
    teller_works(cbi_txn_put(txn, CBI_TABLE_RECOGNITION, at, cbi_bytes_of_buffer(&row),
                             &teller_err));
    teller_commit(txn);
    cbank_buffer_clear(&row);
    teller_works(panel_enter(&seat, &audited, &entered, &teller_err));
}

/* ---- lists --------------------------------------------------------------------------------- */

static void open_due(const char *number, uint32_t due)
{
    cbi_heard heard;
    chamber at;

    chamber_convene(&at, &audited, ACT(OPEN));
    at.step.number = cbi_message_string(number);
    at.step.due_on = due;
    teller_works(chamber_enter(&at, &audited, &heard, &teller_err));
}

static void lists(cbi_case_order order, const char *whose, const char *const *numbers)
{
    cbi_case_place place = {.size = 0};
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_READ);
    cbi_case_row row;
    bool found;

    for (;; numbers++) {
        teller_works(cbi_case_after(txn, order, whose, &place, &row, &found, &teller_err));
        cr_assert_eq(found, *numbers != NULL);
        if (!found)
            break;
        cr_expect_str_eq(row.number, *numbers);
    }
    cbi_txn_abort(txn);
}

Test(hearing, lists_begin_with_what_is_due_first)
{
    cbi_case_place strange = {.key = {'u'}, .size = 1};
    cbi_txn *txn;
    cbi_case_row row;
    cbank_error err = {0};
    bool found;

    open_due("1", 0);
    open_due("2", 20260501);
    open_due("3", 20260401);
    open_due(CHAMBER_CASE, 20260101);
    moves(ACT(CLOSE), CBI_CASE_CLOSED);
    lists(CBI_CASES_DUE, TELLER_COLLEGE, (const char *const[]){"3", "2", "1", NULL});
    lists(CBI_CASES_NUMBER, TELLER_COLLEGE,
          (const char *const[]){"1", "2", CHAMBER_CASE, "3", NULL});
    lists(CBI_CASES_ACCOUNT, audited.account.digits,
          (const char *const[]){"1", "2", CHAMBER_CASE, "3", NULL});
    lists(CBI_CASES_DUE, "PX", (const char *const[]){NULL});
    txn = teller_begin(&audited, CBI_TXN_READ);
    teller_fails(cbi_case_after(txn, CBI_CASES_DUE, TELLER_COLLEGE, &strange, &row, &found, &err),
                 err, BAD_ARGUMENT);
    cbi_txn_abort(txn);
}

/* ---- gone ---------------------------------------------------------------------------------- */

Test(hearing, of_an_erased_account_no_case_is_left)
{
    const cbi_order order = {.actor = "op1", .approver = "op2", .document = "2026-12",
                             .now = audited.now + 100};
    cbi_account other = teller_open_account(&audited, "passport/FRA", "AB0000001", "");
    cbi_heard heard;
    cbank_error err = {0};
    chamber at;

    open_due("1", 0);
    moves(ACT(OPEN), CBI_CASE_SUBMITTED);
    moves(ACT(ACCEPT), CBI_CASE_ACCEPTED);
    audited.now += 101;
    teller_works(cbi_erase_account(audited.bank, audited.account.digits, 0, &order, &teller_err));
    lists(CBI_CASES_NUMBER, TELLER_COLLEGE, (const char *const[]){NULL});
    lists(CBI_CASES_DUE, TELLER_COLLEGE, (const char *const[]){NULL});
    lists(CBI_CASES_ACCOUNT, audited.account.digits, (const char *const[]){NULL});
    chamber_convene(&at, &audited, ACT(OPEN));
    at.application.account = other.digits;
    teller_fails(chamber_enter(&at, &audited, &heard, &err), err, CASE_NUMBER);
}
