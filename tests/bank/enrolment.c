/* Enrolments: signed by the institution, pinned to an edition, shown and checked as they are. */
#include <string.h>

#include "bank/auditor.h"
#include "bank/erase.h"
#include "bank/merge.h"
#include "bank/registrar.h"
#include "bank/stranger.h"

#define CHANGE CBANK__V1__ENROLMENT_ACTION__ENROLMENT_ACTION_CHANGE
#define END CBANK__V1__ENROLMENT_ACTION__ENROLMENT_ACTION_END

static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};
static const char OTHER_NUMBER[] = "360321190001010033";

static void open_with_programme(teller *it, cbi_suite suite)
{
    teller_open(it, suite);
    registrar_publish(it, "pxu/nursing", 1, 0, 0);
}

static void change(teller *it, const char *id, Cbank__V1__EnrolmentAction action)
{
    registrar_change one;

    registrar_prepare_change(&one, action);
    teller_works(registrar_change_it(&one, it, id, NULL, &teller_err));
}

static void finds_nothing(teller *it)
{
    audited = *it;
    auditor_finds_nothing();
}

/* ---- what is said of one ----------------------------------------------------------------- */

Test(enrolment, a_learner_is_enrolled_changes_programme_and_graduates)
{
    for (size_t i = 0; i < 2; i++) {
        cbi_enrolment_row row;
        registrar_change one;
        teller_id id;
        teller it;

        open_with_programme(&it, suites[i]);
        registrar_publish(&it, "pxu/care", 1, 0, 0);
        id = registrar_enrol(&it, "E-1", "pxu/nursing");
        row = registrar_row(&it, id.text);
        cr_expect_eq(row.state, CBI_ENROLMENT_ACTIVE);
        cr_expect_eq(row.revision, 1);
        cr_expect_str_eq(row.account.digits, it.account.digits);
        registrar_prepare_change(&one, CHANGE);
        registrar_into(&one, "pxu/care", 0);
        teller_works(registrar_change_it(&one, &it, id.text, NULL, &teller_err));
        change(&it, id.text, END);
        row = registrar_row(&it, id.text);
        cr_expect_eq(row.state, CBI_ENROLMENT_ENDED);
        cr_expect_eq(row.revision, 3);
        finds_nothing(&it);
        teller_close(&it);
    }
}

Test(enrolment, the_same_again_is_unchanged_and_other_content_is_a_conflict)
{
    cbank_error err = {0};
    registrar one;
    teller it;

    open_with_programme(&it, CBI_SUITE_SHA256_ED25519);
    registrar_enrol(&it, "E-1", "pxu/nursing");
    registrar_prepare(&one, &it, "E-1", "pxu/nursing");
    teller_works(registrar_add(&one, &it, &teller_err));
    cr_expect_eq(one.item.outcome, CBI_OUTCOME_UNCHANGED);
    one.terms.cohort = cbi_message_string("2021");
    teller_fails(registrar_add(&one, &it, &err), err, ENROLMENT_TAKEN);
    finds_nothing(&it);
    teller_close(&it);
}

Test(enrolment, what_has_ended_changes_no_more_and_no_revision_is_left_out)
{
    cbi_outcome outcome;
    cbank_error err = {0};
    registrar_change one;
    teller_id id;
    teller it;

    open_with_programme(&it, CBI_SUITE_SHA256_ED25519);
    id = registrar_enrol(&it, "E-1", "pxu/nursing");
    registrar_prepare_change(&one, CHANGE);
    one.change.revision = 3;
    teller_fails(registrar_change_it(&one, &it, id.text, NULL, &err), err, ENROLMENT_REVISION);
    one.change.revision = 2;
    teller_works(registrar_change_it(&one, &it, id.text, &outcome, &teller_err));
    cr_expect_eq(outcome, CBI_OUTCOME_DEPOSITED);
    teller_works(registrar_change_it(&one, &it, id.text, &outcome, &teller_err));
    cr_expect_eq(outcome, CBI_OUTCOME_UNCHANGED, "signed anew, but it says the same");
    one.terms.cohort = cbi_message_string("2023");
    teller_fails(registrar_change_it(&one, &it, id.text, NULL, &err), err, ENROLMENT_REVISION);
    change(&it, id.text, END);
    registrar_prepare_change(&one, CHANGE);
    teller_fails(registrar_change_it(&one, &it, id.text, NULL, &err), err, ENROLMENT_ENDED);
    finds_nothing(&it);
    teller_close(&it);
}

Test(enrolment, a_programme_counts_only_if_it_is_published_the_institutions_and_for_that_day)
{
    cbank_error err = {0};
    registrar one;
    teller it;

    open_with_programme(&it, CBI_SUITE_SHA256_ED25519);
    registrar_publish(&it, "pxu/nursing", 2, 20230101, 20231231);
    registrar_prepare(&one, &it, "E-1", "pxu/nursing");
    one.programme.edition = 2;
    teller_fails(registrar_add(&one, &it, &err), err, ENROLMENT_PROGRAMME);
    cr_expect_str_eq(err.detail, "cohort");
    one.terms.started_on = REGISTRAR_NEW;
    teller_works(registrar_add(&one, &it, &teller_err));
    registrar_prepare(&one, &it, "E-2", "pxu/nursing");
    one.terms.started_on = 20190901; /* before its force */
    teller_fails(registrar_add(&one, &it, &err), err, ENROLMENT_PROGRAMME);
    registrar_prepare(&one, &it, "E-2", "pxu/nothing");
    teller_fails(registrar_add(&one, &it, &err), err, PUBLICATION_UNKNOWN);
    finds_nothing(&it);
    teller_close(&it);
}

Test(enrolment, only_the_institution_itself_speaks_of_it)
{
    cbank_error err = {0};
    registrar_change one;
    cbi_desk_order order;
    cbi_enrol_change asked;
    cbi_deposited item;
    cbi_hash batch;
    teller_id id;
    teller it;

    open_with_programme(&it, CBI_SUITE_SHA256_ED25519);
    id = registrar_enrol(&it, "E-1", "pxu/nursing");
    teller_vouch(&it, "NCU");
    registrar_prepare_change(&one, END);
    one.change.terms = &one.terms;
    asked = (cbi_enrol_change){.id = id.text, .change = &one.change};
    order = (cbi_desk_order){.institution = "NCU", .key = it.college_key, .now = ++it.now};
    cr_expect_neq(cbi_enroldesk_change(it.bank, &order, &asked, 1, &item, &batch, &err), CBANK_OK);
    cr_expect_eq(registrar_row(&it, id.text).revision, 1);
    teller_close(&it);
}

Test(enrolment, a_later_stage_goes_on_from_one_of_the_same_learner)
{
    cbank_error err = {0};
    cbi_account other;
    teller_id first;
    registrar one;
    teller it;

    open_with_programme(&it, CBI_SUITE_SHA256_ED25519);
    first = registrar_enrol(&it, "E-1", "pxu/nursing");
    registrar_prepare(&one, &it, "E-2", "pxu/nursing");
    one.draft.continues = first.text;
    one.terms.stage = 2;
    teller_works(registrar_add(&one, &it, &teller_err));
    other = teller_open_account(&it, "cn-id", OTHER_NUMBER, "乙");
    registrar_prepare(&one, &it, "E-3", "pxu/nursing");
    one.draft.continues = first.text;
    one.draft.account = other.digits;
    teller_fails(registrar_add(&one, &it, &err), err, ENROLMENT_CONTINUES);
    finds_nothing(&it);
    teller_close(&it);
}

Test(enrolment, one_may_have_the_number_of_a_record)
{
    teller it;

    open_with_programme(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue(&it, "A", 1000);
    registrar_enrol(&it, "A", "pxu/nursing");
    finds_nothing(&it);
    teller_close(&it);
}

Test(enrolment, a_frozen_account_is_not_enrolled_but_what_it_has_may_end)
{
    cbank_error err = {0};
    teller_id id;
    registrar one;
    teller it;

    open_with_programme(&it, CBI_SUITE_SHA256_ED25519);
    id = registrar_enrol(&it, "E-1", "pxu/nursing");
    teller_freeze(&it, true);
    registrar_prepare(&one, &it, "E-2", "pxu/nursing");
    teller_fails(registrar_add(&one, &it, &err), err, ACCOUNT_FROZEN);
    change(&it, id.text, END);
    cr_expect_eq(registrar_row(&it, id.text).state, CBI_ENROLMENT_ENDED);
    finds_nothing(&it);
    teller_close(&it);
}

/* ---- who sees it ------------------------------------------------------------------------- */

Test(enrolment, a_stranger_sees_what_the_college_signed_and_how_it_stands)
{
    for (size_t i = 0; i < 2; i++) {
        cbi_disclosure_terms terms;
        const cbi_verdict_item *items;
        teller_id id;
        stranger other;
        teller it;

        open_with_programme(&it, suites[i]);
        id = registrar_enrol(&it, "E-1", "pxu/nursing");
        teller_issue(&it, "A", 3500);
        change(&it, id.text, CHANGE);
        change(&it, id.text, END);
        terms = stranger_asks(&it);
        stranger_show(&it, &terms, &other);
        items = other.verdict.items;
        cr_assert_eq(other.verdict.item_count, 5);
        cr_assert_not_null(items[1].enrolment);
        cr_expect_str_eq(items[1].enrolment->terms->programme->id, "pxu/nursing");
        cr_expect_eq(items[1].enrolment_state, CBI_ENROLMENT_ENDED);
        cr_expect_eq(items[1].revision, 3);
        cr_expect_eq(items[1].proven, CBI_PROVEN_INSTITUTION);
        cr_expect_eq(items[1].holder_shown, terms.show_number);
        cr_expect_eq(items[3].proven, CBI_PROVEN_INSTITUTION);
        cr_expect_eq(cbi_totals_of(&other.verdict.totals, "credit"), 3500);
        stranger_leave(&other);
        teller_close(&it);
    }
}

Test(enrolment, it_is_withheld_where_only_some_records_are_shown)
{
    cbi_disclosure_terms terms;
    stranger other;
    teller_id record;
    char *only[1];
    teller it;

    open_with_programme(&it, CBI_SUITE_SHA256_ED25519);
    registrar_enrol(&it, "E-1", "pxu/nursing");
    record = teller_issue(&it, "A", 3500);
    only[0] = record.text;
    terms = stranger_asks(&it);
    terms.only = only;
    terms.only_count = 1;
    stranger_show(&it, &terms, &other);
    cr_expect_not(other.verdict.items[1].shown);
    cr_expect_null(other.verdict.items[1].enrolment);
    stranger_leave(&other);
    teller_close(&it);
}

/* ---- mergers and erasure ----------------------------------------------------------------- */

static const cbi_order two = {
    .actor = "desk-1", .approver = "desk-2", .reason = "same-person", .document = "M-1"};

Test(enrolment, it_goes_on_through_a_merger_and_back)
{
    cbi_merge_list list = {0};
    cbi_disclosure_terms terms;
    cbi_order order = two;
    cbi_account into;
    stranger other;
    teller_id id;
    teller it;

    open_with_programme(&it, CBI_SUITE_SHA256_ED25519);
    id = registrar_enrol(&it, "E-1", "pxu/nursing");
    into = teller_open_account(&it, "cn-id", OTHER_NUMBER, "乙");
    order.now = ++it.now;
    teller_works(cbi_merge_accounts(it.bank, it.account.digits, into.digits, &order, &list,
                                    &teller_err));
    change(&it, id.text, CHANGE);
    cr_expect_eq(registrar_row(&it, id.text).revision, 2);
    finds_nothing(&it);
    terms = stranger_asks(&it);
    terms.account = into.digits;
    stranger_show(&it, &terms, &other);
    stranger_leave(&other);

    order.now = ++it.now;
    cbi_merge_list_clear(&list);
    teller_works(cbi_merge_undo(it.bank, it.account.digits, &order, &list, &teller_err));
    finds_nothing(&it);
    terms.account = it.account.digits;
    stranger_show(&it, &terms, &other);
    stranger_leave(&other);
    terms.account = into.digits;
    stranger_show(&it, &terms, &other);
    stranger_leave(&other);
    change(&it, id.text, END);
    cr_expect_eq(registrar_row(&it, id.text).revision, 3);
    finds_nothing(&it);
    cbi_merge_list_clear(&list);
    teller_close(&it);
}

Test(enrolment, who_is_erased_leaves_no_row_and_the_number_is_free)
{
    cbi_order order = two;
    cbi_txn *txn;
    uint64_t rows;
    teller_id id;
    registrar one;
    cbi_account other;
    teller it;

    open_with_programme(&it, CBI_SUITE_SHA256_ED25519);
    id = registrar_enrol(&it, "E-1", "pxu/nursing");
    change(&it, id.text, END);
    order.now = ++it.now;
    teller_works(cbi_erase_account(it.bank, it.account.digits, 0, &order, &teller_err));
    txn = teller_begin(&it, CBI_TXN_READ);
    teller_works(cbi_txn_count(txn, CBI_TABLE_ENROLMENT, &rows, &teller_err));
    cr_expect_eq(rows, 0);
    cbi_txn_abort(txn);
    finds_nothing(&it);
    other = teller_open_account(&it, "cn-id", OTHER_NUMBER, "乙");
    registrar_prepare(&one, &it, "E-1", "pxu/nursing");
    one.draft.account = other.digits;
    teller_works(registrar_add(&one, &it, &teller_err));
    finds_nothing(&it);
    teller_close(&it);
}

/* ---- what a stranger does to the table --------------------------------------------------- */

/* An enrolment that has changed once, in the auditor's bank. */
static void audit_begin(void)
{
    teller_id id;

    auditor_begin();
    registrar_publish(&audited, "pxu/nursing", 1, 0, 0);
    id = registrar_enrol(&audited, "E-1", "pxu/nursing");
    change(&audited, id.text, CHANGE);
    registrar_enrol(&audited, "E-2", "pxu/nursing");
    auditor_finds_nothing();
}

TestSuite(enrolment_rows, .init = audit_begin, .fini = auditor_end);

Test(enrolment_rows, no_byte_of_one_can_change_unnoticed)
{
    cbank_buffer key = {0}, value = {0};
    size_t size;

    auditor_get_row(CBI_TABLE_ENROLMENT, "r", 0, &key, &value);
    size = value.size;
    for (size_t offset = 0; offset < size; offset += 3) {
        cbi_check *check;

        auditor_flip(CBI_TABLE_ENROLMENT, cbi_bytes_of_buffer(&key), offset);
        check = auditor_run();
        cr_expect_gt(cbi_check_total(check), 0, "%zu", offset);
        cbi_check_end(check);
        auditor_put(CBI_TABLE_ENROLMENT, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&value));
    }
    auditor_finds_nothing();
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
}

Test(enrolment_rows, one_that_is_gone_is_found)
{
    auditor_drop_row(CBI_TABLE_ENROLMENT, "r", 0);
    auditor_finds(CBI_REASON_CHECK_ROW, "enrolment", "form"); /* what leads to it */
}

Test(enrolment_rows, a_way_to_one_that_is_gone_is_found)
{
    auditor_drop_row(CBI_TABLE_ENROLMENT, "i", 0);
    auditor_finds(CBI_REASON_CHECK_ROW, "enrolment", "missing");
}

Test(enrolment_rows, an_account_that_does_not_list_it_is_found)
{
    auditor_drop_row(CBI_TABLE_ENROLMENT, "a", 0);
    auditor_finds(CBI_REASON_CHECK_ROW, "enrolment", "account");
}

Test(enrolment_rows, an_opening_that_is_gone_is_found)
{
    uint8_t key[8];
    cbank_buffer name = {0}, value = {0};

    auditor_get_row(CBI_TABLE_ENROLMENT, "r", 0, &name, &value);
    memcpy(key, value.data, sizeof(key));
    auditor_drop(CBI_TABLE_OPENING, cbi_bytes_of(key, sizeof(key)));
    auditor_finds(CBI_REASON_CHECK_ROW, "opening", "missing");
    cbank_buffer_clear(&name);
    cbank_buffer_clear(&value);
}
