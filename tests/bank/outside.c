/* What an office outside recognised: used there, it is used here, on the bank's word alone. */
#include <pthread.h>

#include "bank/auditor.h"
#include "bank/courier.h"
#include "bank/erase.h"
#include "bank/letter.h"
#include "bank/merge.h"
#include "bank/panel.h"
#include "bank/stranger.h"
#include "bank/telling.h"

#define SCOPE(name) CBANK__V1__USE_SCOPE__USE_SCOPE_##name
#define ACTION(name) CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_##name
#define CHANGE(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name
#define LISTED(name) CBANK__V1__RECORD_STATE__RECORD_STATE_##name

static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};
static teller_id ids[3]; /* of 1, 1.5 and 0.5 credits */

static void begin(void)
{
    auditor_begin();
    ids[0] = teller_issue(&audited, "O-1", 1000);
    ids[1] = teller_issue(&audited, "O-2", 1500);
    ids[2] = teller_issue(&audited, "O-3", 500);
}

/* Whatever a test has done, the bank is sound. */
static void end(void)
{
    auditor_finds_nothing();
    auditor_end();
}

TestSuite(outside, .init = begin, .fini = end);

static cbi_recognised noted(const char *number, const teller_id *records, size_t count,
                            Cbank__V1__UseScope scope)
{
    return letter_noted(&audited, number, records, count, scope);
}

static cbank_status note(letter *from, cbi_recognised *out, cbank_error *err)
{
    return letter_note(&audited, from, out, err);
}

static cbank_status settle(const cbi_recognised *it, Cbank__V1__RecognitionAction action,
                           cbi_recognised *out, cbank_error *err)
{
    const cbi_order order = {.actor = "op1", .reason = "error", .now = ++audited.now};
    const cbi_hash id = it->row.id; /* `out` may be the same */

    return cbi_outside_settle(audited.bank, cbi_bytes_of(id.bytes, 8), action, &order, out, err);
}

static void settles(cbi_recognised *it, Cbank__V1__RecognitionAction action,
                    cbi_conversion_state state)
{
    teller_works(settle(it, action, it, &teller_err));
    cr_expect_eq(it->row.state, state);
}

static cbank_status recognise(const char *number, const teller_id *id, Cbank__V1__UseScope scope,
                              cbank_error *err)
{
    cbi_recognised entered;
    panel at;

    panel_convene(&at, &audited, number, id, 1, scope);
    return panel_enter(&at, &audited, &entered, err);
}

static void cannot_be_used(const teller_id *id, const char *number)
{
    cbi_transfer_row row;
    cbank_error err = {0};

    teller_fails(recognise(number, id, SCOPE(EVERYWHERE), &err), err, RECORD_USED_UP);
    teller_fails(courier_try_offer(&audited, "other.example/credit/sha256-ed25519/1", id, 1, &row,
                                   &err),
                 err, RECORD_USED_UP);
}

/* ---- used ---------------------------------------------------------------------------------- */

Test(outside_suites, what_was_used_there_is_used_here)
{
    for (size_t i = 0; i < 2; i++) {
        cbi_disclosure_terms terms;
        cbi_recognised out;
        teller_id records[2];
        cbank_error err = {0};
        stranger other;
        letter from;
        teller it;
        panel at;

        teller_open(&it, suites[i]);
        records[0] = teller_issue(&it, "A", 3500);
        records[1] = teller_issue(&it, "B", 1000);
        letter_write(&from, &it, "2026-7", records, 1);
        teller_works(letter_note(&it, &from, &out, &teller_err));
        cr_expect_not(out.known);
        cr_expect_eq(out.row.state, CBI_CONVERSION_STANDS);
        panel_convene(&at, &it, "R-1", records, 2, SCOPE(EVERYWHERE));
        teller_fails(panel_enter(&at, &it, &out, &err), err, RECORD_USED_UP);
        terms = stranger_asks(&it);
        stranger_show(&it, &terms, &other);
        cr_assert_eq(other.verdict.item_count, 4);
        cr_expect_eq(other.verdict.items[1].listed, LISTED(CONSUMED));
        cr_expect_eq(other.verdict.items[2].listed, LISTED(UNSPECIFIED));
        cr_expect_null(other.verdict.items[3].decision, "it is the bank's word alone");
        stranger_leave(&other);
        teller_close(&it);
    }
}

Test(outside, a_record_noted_is_neither_recognised_nor_offered_again)
{
    noted("2026-7", ids, 2, SCOPE(UNSPECIFIED));
    cannot_be_used(&ids[0], "R-1");
    cannot_be_used(&ids[1], "R-2");
    teller_works(recognise("R-3", &ids[2], SCOPE(EVERYWHERE), &teller_err));
}

Test(outside, what_was_only_counted_there_is_free_here)
{
    noted("2026-7", ids, 1, SCOPE(COUNTED));
    noted("2026-8", ids, 1, SCOPE(COUNTED));
    teller_works(recognise("R-1", ids, SCOPE(EVERYWHERE), &teller_err));
    noted("2026-9", ids, 1, SCOPE(COUNTED));
}

Test(outside, towards_which_programme_it_was_there_is_not_known_here)
{
    cbank_error err = {0};

    noted("2026-7", ids, 1, SCOPE(PROGRAMME));
    teller_works(recognise("R-1", ids, SCOPE(PROGRAMME), &teller_err));
    teller_fails(recognise("R-2", ids, SCOPE(EVERYWHERE), &err), err, RECORD_USED_UP);
}

Test(outside, what_is_used_here_cannot_be_noted_as_used_there)
{
    cbi_recognised out;
    cbank_error err = {0};
    letter from;

    panel_recognise(&audited, "R-1", ids, 1, SCOPE(EVERYWHERE));
    letter_write(&from, &audited, "2026-7", ids, 2);
    teller_fails(note(&from, &out, &err), err, RECORD_USED_UP);
    from.terms.scope = SCOPE(COUNTED);
    teller_works(note(&from, &out, &teller_err));
}

/* Parts of it were used, and the letter takes the rest; of what has no rest there is none. */
Test(outside, what_is_left_of_a_record_may_have_been_used_there)
{
    cbi_recognised out;
    cbank_error err = {0};
    letter from;
    panel at;

    panel_convene(&at, &audited, "K-1", ids, 1, SCOPE(EVERYWHERE));
    at.sources[0].leftover = CBANK__V1__LEFTOVER__LEFTOVER_KEPT;
    at.sources[0].used_milli = 400;
    at.sources[0].left_milli = 600;
    teller_works(panel_enter(&at, &audited, &out, &teller_err));
    noted("2026-7", ids, 1, SCOPE(EVERYWHERE));
    cannot_be_used(ids, "K-2");
    panel_convene(&at, &audited, "K-3", ids + 1, 1, SCOPE(EVERYWHERE));
    at.sources[0].leftover = CBANK__V1__LEFTOVER__LEFTOVER_KEPT;
    teller_works(panel_enter(&at, &audited, &out, &teller_err));
    letter_write(&from, &audited, "2026-8", ids + 1, 1);
    teller_fails(note(&from, &out, &err), err, RECORD_USED_UP);
}

/* ---- what becomes of it -------------------------------------------------------------------- */

Test(outside, what_was_noted_by_mistake_is_reversed_and_its_records_are_free)
{
    cbi_recognised it = noted("2026-7", ids, 2, SCOPE(EVERYWHERE)), out;
    cbank_error err = {0};

    settles(&it, ACTION(SUSPEND), CBI_CONVERSION_SUSPENDED);
    cannot_be_used(&ids[0], "R-1");
    settles(&it, ACTION(REINSTATE), CBI_CONVERSION_STANDS);
    settles(&it, ACTION(REVERSE), CBI_CONVERSION_REVERSED);
    teller_fails(settle(&it, ACTION(REINSTATE), &out, &err), err, CONVERSION_FINAL);
    teller_works(recognise("R-2", &ids[0], SCOPE(EVERYWHERE), &teller_err));
    noted("2026-7", &ids[1], 1, SCOPE(EVERYWHERE)); /* the same letter, read rightly */
}

Test(outside, once_a_record_falls_it_is_suspended_and_stands_again_only_if_the_record_holds)
{
    cbi_recognised it = noted("2026-7", ids, 2, SCOPE(EVERYWHERE)), out;
    cbank_error err = {0};

    teller_change(&audited, ids[0].text, CHANGE(SUSPEND));
    teller_works(cbi_conversion_reread(audited.bank, &it.row.id, &it.row, &teller_err));
    cr_expect_eq(it.row.state, CBI_CONVERSION_SUSPENDED);
    teller_fails(settle(&it, ACTION(REINSTATE), &out, &err), err, RECORD_NOT_HELD);
    teller_change(&audited, ids[0].text, CHANGE(REINSTATE));
    settles(&it, ACTION(REINSTATE), CBI_CONVERSION_STANDS);
    teller_change(&audited, ids[1].text, CHANGE(REVOKE));
    teller_works(cbi_conversion_reread(audited.bank, &it.row.id, &it.row, &teller_err));
    cr_expect_eq(it.row.state, CBI_CONVERSION_SUSPENDED);
    settles(&it, ACTION(REVERSE), CBI_CONVERSION_REVERSED);
}

/* ---- by whom ------------------------------------------------------------------------------- */

Test(outside, whoever_has_a_key_here_signs_itself)
{
    static const char *const names[] = {TELLER_COLLEGE, "萍乡学院"};
    cbi_recognised out;
    cbank_error err = {0};
    letter from;

    for (size_t i = 0; i < 2; i++) {
        letter_write(&from, &audited, "2026-7", ids, 1);
        from.notice.recogniser = cbi_message_string(names[i]);
        teller_fails(note(&from, &out, &err), err, NOTED_MEMBER);
    }
}

Test(outside, whoever_has_no_key_here_is_noted_under_its_name)
{
    Cbank__V1__InstitutionRegistered body = CBANK__V1__INSTITUTION_REGISTERED__INIT;
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};
    const cbi_notice notice = {.code = "STREET", .now = audited.now};
    cbi_recognised out;
    letter from;

    name.value = cbi_message_string("街道学习中心");
    body.institution = cbi_message_string("STREET");
    body.names = names;
    body.n_names = 1;
    teller_works(cbi_telling_register(audited.bank, &notice, &body, &teller_err));
    letter_write(&from, &audited, "2026-7", ids, 1);
    from.notice.recogniser = name.value;
    teller_works(note(&from, &out, &teller_err));
}

Test(outside, the_bank_changes_what_it_noted_and_nothing_that_was_signed)
{
    cbi_recognised it = noted("2026-7", ids, 1, SCOPE(EVERYWHERE)), out;
    cbi_recognised theirs = panel_recognise(&audited, "R-1", ids + 1, 1, SCOPE(EVERYWHERE));
    cbank_error err = {0};
    panel at;

    teller_fails(settle(&theirs, ACTION(REVERSE), &out, &err), err, RECOGNITION_SIGNED);
    teller_fails(panel_change(&audited, &it.row.id, ACTION(REVERSE), &out, &err), err,
                 RECOGNITION_NOTED);
    panel_convene(&at, &audited, "R-2", ids, 1, SCOPE(EVERYWHERE));
    at.head.replaces = cbi_message_data(cbi_bytes_of_hash(&it.row.id));
    teller_fails(panel_enter(&at, &audited, &out, &err), err, RECOGNITION_NOTED);
}

/* ---- once ---------------------------------------------------------------------------------- */

Test(outside, the_same_letter_about_the_same_records_is_noted_once)
{
    cbi_recognised first = noted("2026-7", ids, 2, SCOPE(COUNTED)), again;
    const teller_id turned[2] = {ids[1], ids[0]};
    letter from;

    again = noted("2026-7", turned, 2, SCOPE(COUNTED));
    cr_expect(again.known);
    cr_expect_eq(again.row.number, first.row.number);
    again = noted("2026-7", ids, 1, SCOPE(COUNTED));
    cr_expect_not(again.known, "other records");
    letter_write(&from, &audited, "2026-7", ids, 2);
    from.terms.scope = SCOPE(COUNTED);
    from.notice.on = 20260302;
    teller_works(note(&from, &again, &teller_err));
    cr_expect_not(again.known, "another letter");
}

Test(outside, a_token_stands_for_its_whole_request)
{
    static const uint8_t token[16] = {9};
    cbi_recognised first, again;
    cbank_error err = {0};
    letter from;

    letter_write(&from, &audited, "2026-7", ids, 1);
    from.order.token = cbi_bytes_of(token, sizeof(token));
    teller_works(note(&from, &first, &teller_err));
    teller_works(note(&from, &again, &teller_err));
    cr_expect_eq(first.row.number, again.row.number);
    from.notice.programme = cbi_message_string("护理");
    teller_fails(note(&from, &again, &err), err, TOKEN_CONFLICT);
}

/* ---- what cannot be noted ------------------------------------------------------------------ */

static void fails_for(const teller_id *records, size_t count, cbi_reason reason)
{
    cbi_recognised out;
    cbank_error err = {0};
    letter from;

    letter_write(&from, &audited, "2026-7", records, count);
    cr_expect_neq(note(&from, &out, &err), CBANK_OK);
    cr_expect_eq(err.reason, reason, "%s", cbi_reason_word((cbi_reason)err.reason));
}

Test(outside, only_records_of_the_account_that_hold_and_are_here)
{
    cbi_account other = teller_open_account(&audited, "passport/FRA", "AB0000001", "");
    const teller_id twice[2] = {ids[0], ids[0]};
    teller_id theirs;

    teller_issue_many(&audited, other.digits, 1, &theirs);
    fails_for(&theirs, 1, CBI_REASON_RECORD_UNKNOWN);
    fails_for(twice, 2, CBI_REASON_USES_ORDER);
    fails_for(ids, 0, CBI_REASON_FIELD_MISSING);
    courier_offer(&audited, "other.example/credit/sha256-ed25519/1", ids, 1);
    fails_for(ids, 1, CBI_REASON_RECORD_OFFERED);
    teller_change(&audited, ids[1].text, CHANGE(REVOKE));
    fails_for(ids + 1, 1, CBI_REASON_RECORD_NOT_HELD);
    teller_freeze(&audited, true);
    fails_for(ids + 2, 1, CBI_REASON_ACCOUNT_FROZEN);
}

Test(outside, a_letter_says_who_under_which_number_and_when)
{
    cbi_recognised out;
    cbank_error err = {0};
    letter from;

    letter_write(&from, &audited, "", ids, 1);
    cr_expect_eq(note(&from, &out, &err), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, "document");
    letter_write(&from, &audited, "2026-7", ids, 1);
    from.notice.recogniser = cbi_message_string("two\nlines");
    cr_expect_eq(note(&from, &out, &err), CBANK_E_INVALID);
    letter_write(&from, &audited, "2026-7", ids, 1);
    from.notice.on = 20260230;
    cr_expect_eq(note(&from, &out, &err), CBANK_E_INVALID);
    from.notice.on = 0;
    teller_fails(note(&from, &out, &err), err, FIELD_MISSING);
}

Test(outside, a_dry_run_judges_and_writes_nothing)
{
    cbi_recognised out;
    cbank_error err = {0};
    letter from;

    letter_write(&from, &audited, "2026-7", ids, 1);
    from.order.dry_run = true;
    teller_works(note(&from, &out, &teller_err));
    cr_expect_eq(out.row.number, 0);
    teller_works(recognise("R-1", ids, SCOPE(EVERYWHERE), &teller_err));
    teller_fails(note(&from, &out, &err), err, RECORD_USED_UP);
}

/* ---- whose it is --------------------------------------------------------------------------- */

Test(outside, a_merger_under_it_is_undone_only_once_it_is_reversed)
{
    cbi_account other = teller_open_account(&audited, "passport/FRA", "AB0000001", "");
    cbi_order order = {.actor = "op1", .approver = "op2", .reason = "same-person"};
    cbi_merge_list list = {0};
    cbi_recognised it;
    cbank_error err = {0};
    teller_id theirs;

    teller_issue_many(&audited, other.digits, 1, &theirs);
    order.now = ++audited.now;
    teller_works(cbi_merge_accounts(audited.bank, other.digits, audited.account.digits, &order,
                                    &list, &teller_err));
    cbi_merge_list_clear(&list);
    it = noted("2026-7", &theirs, 1, SCOPE(EVERYWHERE));
    cannot_be_used(&theirs, "R-1");
    auditor_finds_nothing();
    order.now = ++audited.now;
    teller_fails(cbi_merge_undo(audited.bank, other.digits, &order, &list, &err), err,
                 UNMERGE_RECOGNISED);
    settles(&it, ACTION(REVERSE), CBI_CONVERSION_REVERSED);
    order.now = ++audited.now;
    teller_works(cbi_merge_undo(audited.bank, other.digits, &order, &list, &teller_err));
    cbi_merge_list_clear(&list);
}

Test(outside, a_letter_noted_before_a_merger_is_the_same_after_it)
{
    cbi_account other = teller_open_account(&audited, "passport/FRA", "AB0000001", "");
    const cbi_order order = {.actor = "op1", .approver = "op2", .reason = "same-person",
                             .now = ++audited.now};
    cbi_recognised it = noted("2026-7", ids, 1, SCOPE(EVERYWHERE)), again;
    cbi_merge_list list = {0};
    letter from;

    teller_works(cbi_merge_accounts(audited.bank, audited.account.digits, other.digits, &order,
                                    &list, &teller_err));
    cbi_merge_list_clear(&list);
    letter_write(&from, &audited, "2026-7", ids, 1);
    from.terms.account = other.digits;
    teller_works(note(&from, &again, &teller_err));
    cr_expect(again.known);
    cr_expect_eq(again.row.number, it.row.number);
}

Test(outside, of_an_erased_account_the_letter_is_erased)
{
    const cbi_order order = {.actor = "op1", .approver = "op2", .document = "2026-12",
                             .now = ++audited.now};
    cbi_recognised it = noted("2026-7", ids, 1, SCOPE(EVERYWHERE));
    Cbank__V1__OutsideNotice *notice = NULL;
    cbi_outside outside = {0};
    cbi_reader reader = {0};
    cbank_error err = {0};

    teller_works(cbi_ledger_read_begin(audited.bank->ledger, &reader, &teller_err));
    teller_works(cbi_outside_read(audited.bank, reader.txn, reader.hasher, &it.row, &outside,
                                  &teller_err));
    cr_expect_str_eq(outside.notice->recogniser, LETTER_OFFICE);
    cbi_outside_clear(&outside);
    cbi_ledger_read_end(&reader);
    teller_works(cbi_erase_account(audited.bank, audited.account.digits, 0, &order, &teller_err));
    teller_works(cbi_ledger_read_begin(audited.bank->ledger, &reader, &teller_err));
    teller_fails(cbi_outside_read(audited.bank, reader.txn, reader.hasher, &it.row, &outside, &err),
                 err, RECOGNITION_ERASED);
    cr_expect_eq(cbi_vault_get_notice(audited.bank, reader.txn, it.row.number, &notice, NULL),
                 CBANK_E_NOT_FOUND);
    cbi_ledger_read_end(&reader);
}

/* ---- at once ------------------------------------------------------------------------------ */

#define CALLERS 8

typedef struct caller {
    pthread_t thread;
    cbi_bank *bank;
    cbank_buffer file; /* of a recognition; of those who note it is empty */
    letter from;
    int64_t now;
    cbank_status status;
} caller;

static void *call(void *argument)
{
    caller *it = argument;
    cbi_recognised out;

    it->status = it->file.size > 0
                     ? cbi_recognise_enter(it->bank, cbi_bytes_of_buffer(&it->file), (cbi_bytes){0},
                                           it->now, false, &out, NULL)
                     : cbi_outside_note(it->bank, &it->from.terms, &out, NULL);
    return NULL;
}

Test(outside, of_many_who_note_and_recognise_one_record_at_once_one_succeeds)
{
    static caller callers[CALLERS];
    size_t succeeded = 0;

    for (size_t i = 0; i < CALLERS; i++) {
        char number[8] = {'T', (char)('0' + i), '\0'};
        panel at;

        callers[i] = (caller){.bank = audited.bank};
        letter_write(&callers[i].from, &audited, number, ids, 1);
        panel_convene(&at, &audited, number, ids, 1, SCOPE(EVERYWHERE));
        if (i % 2 == 0)
            callers[i].file = panel_sign(&at, audited.college_key);
    }
    audited.now++;
    for (size_t i = 0; i < CALLERS; i++) {
        callers[i].now = callers[i].from.order.now = audited.now;
        callers[i].from.notice.on = 20260301 + (uint32_t)i; /* each is a letter of its own */
        callers[i].from.notice.document = cbi_message_string("2026-7");
        cr_assert_eq(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
    }
    for (size_t i = 0; i < CALLERS; i++) {
        pthread_join(callers[i].thread, NULL);
        cr_expect(callers[i].status == CBANK_OK || callers[i].status == CBANK_E_STATE);
        succeeded += callers[i].status == CBANK_OK;
        cbank_buffer_clear(&callers[i].file);
    }
    cr_expect_eq(succeeded, 1);
}
