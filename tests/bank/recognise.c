/* Recognitions in the bank: used once within the scope, by whom they may, and shown as they are. */
#include <pthread.h>

#include "bank/panel.h"
#include "bank/stranger.h"

#define SCOPE(name) CBANK__V1__USE_SCOPE__USE_SCOPE_##name
#define ACTION(name) CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_##name
#define LISTED(name) CBANK__V1__RECORD_STATE__RECORD_STATE_##name
#define REVOKE CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE
#define SUSPEND CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND
#define REINSTATE CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REINSTATE

static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};

/* What a stranger finds in the newest transcript; with the status file of the moment. */
static void show(teller *it, stranger *out)
{
    cbi_disclosure_terms terms = stranger_asks(it);

    stranger_show(it, &terms, out);
}

Test(recognise, a_stranger_sees_who_recognised_what_and_what_is_consumed)
{
    for (size_t i = 0; i < 2; i++) {
        cbi_recognised entered;
        cbi_publication status = {0};
        teller_id ids[2];
        stranger other;
        teller it;

        teller_open(&it, suites[i]);
        ids[0] = teller_issue(&it, "A", 3500);
        ids[1] = teller_issue(&it, "B", 1000);
        entered = panel_recognise(&it, "R-1", ids, 1, SCOPE(EVERYWHERE));
        cr_expect_not(entered.known);
        cr_expect_eq(entered.row.sequence, 3);
        show(&it, &other);
        cr_assert_eq(other.verdict.item_count, 4);
        cr_expect_eq(other.verdict.items[1].listed, LISTED(CONSUMED));
        cr_expect_eq(other.verdict.items[2].listed, LISTED(UNSPECIFIED));
        cr_expect_eq(other.verdict.items[3].proven, CBI_PROVEN_INSTITUTION);
        cr_assert_not_null(other.verdict.items[3].decision);
        cr_expect_eq(other.verdict.items[3].decision->recognition.rows.grant_count, 1);
        cr_expect_eq(cbi_totals_of(&other.verdict.totals, "credit"), 4500);
        teller_works(cbi_publish_status(it.bank, ++it.now, 0, &status, &teller_err));
        other.terms.status = cbi_bytes_of_buffer(&status.file);
        cbi_verdict_clear(&other.verdict);
        teller_works(stranger_judge(&other, &teller_err));
        cr_expect(other.verdict.fresh);
        cbi_publish_clear(&status);
        stranger_leave(&other);
        teller_close(&it);
    }
}

Test(recognise, a_record_is_used_once_within_its_scope_and_counted_as_often_as_one_likes)
{
    cbi_recognised entered;
    cbank_error err = {0};
    teller_id id;
    stranger other;
    teller it;
    panel at;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    id = teller_issue(&it, "A", 3500);
    panel_recognise(&it, "C-1", &id, 1, SCOPE(COUNTED));
    panel_recognise(&it, "C-2", &id, 1, SCOPE(COUNTED));
    panel_recognise(&it, "P-1", &id, 1, SCOPE(PROGRAMME));
    panel_convene(&at, &it, "P-2", &id, 1, SCOPE(PROGRAMME));
    teller_fails(panel_enter(&at, &it, &entered, &err), err, RECORD_USED_UP);
    panel_convene(&at, &it, "P-3", &id, 1, SCOPE(PROGRAMME));
    panel_towards(&at, &it, "q", TELLER_COLLEGE);
    teller_works(panel_enter(&at, &it, &entered, &teller_err));
    panel_convene(&at, &it, "E-1", &id, 1, SCOPE(EVERYWHERE));
    panel_towards(&at, &it, "r", TELLER_COLLEGE);
    teller_fails(panel_enter(&at, &it, &entered, &err), err, RECORD_USED_UP);
    panel_recognise(&it, "C-3", &id, 1, SCOPE(COUNTED));
    show(&it, &other);
    cr_expect_eq(other.verdict.item_count, 7);
    stranger_leave(&other);
    teller_close(&it);
}

Test(recognise, what_is_kept_of_a_record_is_used_until_nothing_is_left)
{
    cbi_recognised entered;
    cbank_error err = {0};
    teller_id id;
    teller it;
    panel at;
    int64_t left = 3500;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    id = teller_issue(&it, "A", 3500);
    for (int i = 0; i < 3; i++) {
        char number[8] = {'K', (char)('0' + i), '\0'};

        panel_convene(&at, &it, number, &id, 1, SCOPE(EVERYWHERE));
        at.sources[0].leftover = CBANK__V1__LEFTOVER__LEFTOVER_KEPT;
        at.sources[0].used_milli = i == 2 ? 1500 : 1000;
        at.sources[0].left_milli = left - at.sources[0].used_milli;
        left = at.sources[0].left_milli;
        teller_works(panel_enter(&at, &it, &entered, &teller_err));
    }
    panel_convene(&at, &it, "K9", &id, 1, SCOPE(EVERYWHERE));
    teller_fails(panel_enter(&at, &it, &entered, &err), err, RECORD_USED_UP);
    teller_close(&it);
}

Test(recognise, who_did_not_see_an_earlier_use_has_to_plan_again)
{
    cbi_recognised entered;
    cbank_error err = {0};
    teller_id id;
    teller it;
    panel one, two;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    id = teller_issue(&it, "A", 3500);
    panel_convene(&one, &it, "1", &id, 1, SCOPE(EVERYWHERE));
    panel_convene(&two, &it, "2", &id, 1, SCOPE(EVERYWHERE));
    one.sources[0].leftover = two.sources[0].leftover = CBANK__V1__LEFTOVER__LEFTOVER_KEPT;
    one.sources[0].used_milli = two.sources[0].used_milli = 2000;
    one.sources[0].left_milli = two.sources[0].left_milli = 1500;
    teller_works(panel_enter(&one, &it, &entered, &teller_err));
    teller_fails(panel_enter(&two, &it, &entered, &err), err, RECOGNITION_LEFT);
    teller_close(&it);
}

Test(recognise, the_same_file_again_changes_nothing)
{
    cbi_recognised first, again;
    cbank_buffer file;
    teller_id id;
    teller it;
    panel at;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    id = teller_issue(&it, "A", 3500);
    panel_convene(&at, &it, "R-1", &id, 1, SCOPE(EVERYWHERE));
    file = panel_sign(&at, it.college_key);
    teller_works(cbi_recognise_enter(it.bank, cbi_bytes_of_buffer(&file), (cbi_bytes){0}, ++it.now,
                                     true, &first, &teller_err));
    cr_expect_eq(first.row.number, 0, "a dry run writes nothing");
    teller_works(cbi_recognise_enter(it.bank, cbi_bytes_of_buffer(&file), (cbi_bytes){0}, ++it.now,
                                     false, &first, &teller_err));
    teller_works(cbi_recognise_enter(it.bank, cbi_bytes_of_buffer(&file), (cbi_bytes){0}, ++it.now,
                                     false, &again, &teller_err));
    cr_expect_not(first.known);
    cr_expect(again.known);
    cr_expect_eq(again.row.index, first.row.index);
    cbank_buffer_clear(&file);
    teller_close(&it);
}

Test(recognise, what_is_not_this_accounts_or_no_longer_holds_is_refused)
{
    cbi_recognised entered;
    cbank_error err = {0};
    teller_id ids[2];
    teller it;
    panel at;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    ids[0] = teller_issue(&it, "A", 3500);
    ids[1] = teller_issue(&it, "B", 1000);
    panel_convene(&at, &it, "1", ids, 2, SCOPE(EVERYWHERE));
    at.tag.bytes[0] ^= 1;
    teller_fails(panel_enter(&at, &it, &entered, &err), err, RECOGNITION_ACCOUNT);
    panel_convene(&at, &it, "1", ids, 2, SCOPE(EVERYWHERE));
    at.leaves[1].bytes[31] ^= 1;
    teller_fails(panel_enter(&at, &it, &entered, &err), err, RECOGNITION_SOURCE);
    panel_convene(&at, &it, "1", ids, 2, SCOPE(EVERYWHERE));
    at.records[0].bytes[0] ^= 1;
    teller_fails(panel_enter(&at, &it, &entered, &err), err, RECOGNITION_SOURCE);
    panel_convene(&at, &it, "1", ids, 2, SCOPE(EVERYWHERE));
    at.sources[1].sequence = 900;
    teller_fails(panel_enter(&at, &it, &entered, &err), err, RECOGNITION_SOURCE);
    panel_convene(&at, &it, "1", ids, 2, SCOPE(EVERYWHERE));
    at.head.origin = cbi_message_string("other.example/credit/sha256-ed25519/1");
    teller_fails(panel_enter(&at, &it, &entered, &err), err, FOR_ANOTHER_BANK);
    teller_change(&it, ids[1].text, REVOKE);
    panel_convene(&at, &it, "1", ids, 2, SCOPE(COUNTED));
    teller_fails(panel_enter(&at, &it, &entered, &err), err, RECORD_NOT_HELD);
    teller_freeze(&it, true);
    panel_convene(&at, &it, "1", ids, 1, SCOPE(COUNTED));
    teller_fails(panel_enter(&at, &it, &entered, &err), err, ACCOUNT_FROZEN);
    teller_close(&it);
}

Test(recognise, only_with_the_institutions_key_of_today_and_a_number_of_its_own)
{
    cbi_private *stranger_key = NULL;
    cbi_recognised entered;
    cbank_error err = {0};
    cbank_buffer file;
    teller_id id;
    teller it;
    panel at;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    id = teller_issue(&it, "A", 3500);
    teller_works(cbi_private_new(CBI_SUITE_SHA256_ED25519, &stranger_key, &teller_err));
    panel_convene(&at, &it, "1", &id, 1, SCOPE(COUNTED));
    file = panel_sign(&at, stranger_key);
    teller_fails(cbi_recognise_enter(it.bank, cbi_bytes_of_buffer(&file), (cbi_bytes){0}, ++it.now,
                                     false, &entered, &err),
                 err, BAD_SIGNATURE);
    teller_works(panel_enter(&at, &it, &entered, &teller_err));
    panel_convene(&at, &it, "1", &id, 1, SCOPE(COUNTED));
    at.head.at++;
    teller_fails(panel_enter(&at, &it, &entered, &err), err, RECOGNITION_NUMBER);
    cbank_buffer_clear(&file);
    cbi_private_free(stranger_key);
    teller_close(&it);
}

Test(recognise, only_where_the_programme_names_the_institution_and_is_as_published)
{
    cbi_recognised entered;
    cbank_error err = {0};
    teller_id id;
    teller it;
    panel at;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    id = teller_issue(&it, "A", 3500);
    panel_convene(&at, &it, "1", &id, 1, SCOPE(COUNTED));
    panel_towards(&at, &it, "closed", "PXOU");
    teller_fails(panel_enter(&at, &it, &entered, &err), err, RECOGNITION_NOT_ALLOWED);
    panel_convene(&at, &it, "1", &id, 1, SCOPE(COUNTED));
    at.head.level_milli = 6000;
    teller_fails(panel_enter(&at, &it, &entered, &err), err, RECOGNITION_RULES);
    panel_convene(&at, &it, "1", &id, 1, SCOPE(COUNTED));
    at.programme.edition = 2;
    teller_fails(panel_enter(&at, &it, &entered, &err), err, RECOGNITION_RULES);
    panel_convene(&at, &it, "1", &id, 1, SCOPE(COUNTED));
    at.digest.bytes[0] ^= 1;
    teller_fails(panel_enter(&at, &it, &entered, &err), err, PUBLICATION_UNKNOWN);
    teller_close(&it);
}

/* ---- changes ------------------------------------------------------------------------------ */

Test(recognise, reversing_releases_and_suspending_does_not)
{
    cbi_recognised first, entered;
    cbank_error err = {0};
    teller_id id;
    stranger other;
    teller it;
    panel at;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    id = teller_issue(&it, "A", 3500);
    first = panel_recognise(&it, "1", &id, 1, SCOPE(EVERYWHERE));
    teller_works(panel_change(&it, &first.row.id, ACTION(SUSPEND), &entered, &teller_err));
    cr_expect_eq(entered.row.state, CBI_CONVERSION_SUSPENDED);
    panel_convene(&at, &it, "2", &id, 1, SCOPE(EVERYWHERE));
    teller_fails(panel_enter(&at, &it, &entered, &err), err, RECORD_USED_UP);
    teller_works(panel_change(&it, &first.row.id, ACTION(REINSTATE), &entered, &teller_err));
    teller_works(panel_change(&it, &first.row.id, ACTION(REVERSE), &entered, &teller_err));
    teller_fails(panel_change(&it, &first.row.id, ACTION(SUSPEND), &entered, &err), err,
                 CONVERSION_FINAL);
    panel_convene(&at, &it, "2", &id, 1, SCOPE(EVERYWHERE));
    teller_works(panel_enter(&at, &it, &entered, &teller_err));
    show(&it, &other);
    cr_expect_eq(other.verdict.items[2].conversion, CBI_CONVERSION_REVERSED);
    cr_assert_not_null(other.verdict.items[3].decision, "the change is proven, too");
    cr_expect_eq(other.verdict.items[5].proven, CBI_PROVEN_INSTITUTION);
    cr_expect_eq(other.verdict.items[1].listed, LISTED(CONSUMED));
    stranger_leave(&other);
    teller_close(&it);
}

Test(recognise, a_replacement_releases_first_and_uses_again)
{
    cbi_recognised first, entered;
    teller_id id;
    stranger other;
    teller it;
    panel at;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    id = teller_issue(&it, "A", 3500);
    first = panel_recognise(&it, "1", &id, 1, SCOPE(EVERYWHERE));
    panel_convene(&at, &it, "2", &id, 1, SCOPE(EVERYWHERE));
    at.head.replaces = cbi_message_data(cbi_bytes_of_hash(&first.row.id));
    teller_works(panel_enter(&at, &it, &entered, &teller_err));
    show(&it, &other);
    cr_expect_eq(other.verdict.items[2].conversion, CBI_CONVERSION_REPLACED);
    cr_expect_eq(other.verdict.items[4].conversion, CBI_CONVERSION_STANDS);
    stranger_leave(&other);
    teller_close(&it);
}

Test(recognise, a_record_that_falls_suspends_what_stands_on_it_and_the_signer_decides)
{
    cbi_recognised first, entered;
    cbank_error err = {0};
    teller_id ids[2];
    stranger other;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    ids[0] = teller_issue(&it, "A", 3500);
    ids[1] = teller_issue(&it, "B", 1000);
    first = panel_recognise(&it, "1", ids, 2, SCOPE(EVERYWHERE));
    teller_change(&it, ids[0].text, SUSPEND);
    show(&it, &other);
    cr_expect_eq(other.verdict.items[3].conversion, CBI_CONVERSION_SUSPENDED);
    cr_expect_eq(other.verdict.items[5].proven, CBI_PROVEN_BANK, "by the bank alone");
    stranger_leave(&other);
    teller_fails(panel_change(&it, &first.row.id, ACTION(REINSTATE), &entered, &err), err,
                 RECORD_NOT_HELD);
    teller_change(&it, ids[0].text, REINSTATE);
    teller_works(panel_change(&it, &first.row.id, ACTION(REINSTATE), &entered, &teller_err));
    teller_amend(&it, ids[1].text, 2000);
    show(&it, &other);
    cr_expect_eq(other.verdict.items[3].conversion, CBI_CONVERSION_SUSPENDED);
    stranger_leave(&other);
    teller_close(&it);
}

Test(recognise, who_sees_only_withheld_records_used_learns_nobodys_name)
{
    cbi_disclosure_terms terms;
    teller_id ids[2];
    char *only[1];
    stranger other;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    ids[0] = teller_issue(&it, "A", 3500);
    ids[1] = teller_issue(&it, "B", 1000);
    panel_recognise(&it, "1", &ids[1], 1, SCOPE(EVERYWHERE));
    panel_recognise(&it, "2", ids, 2, SCOPE(COUNTED));
    terms = stranger_asks(&it);
    only[0] = ids[0].text;
    terms.only = only;
    terms.only_count = 1;
    stranger_show(&it, &terms, &other);
    cr_expect_not(other.verdict.items[2].shown);
    cr_expect_eq(other.verdict.items[2].listed, LISTED(CONSUMED), "that it is used is not hidden");
    cr_expect_null(other.verdict.items[3].decision);
    cr_assert_not_null(other.verdict.items[4].decision);
    cr_expect_eq(other.verdict.items[4].decision->recognition.page_count, 0);
    stranger_leave(&other);
    teller_close(&it);
}

/* A burst of 522 revoked items that reaches 114 recognitions (Korea, 2012), in one signed batch. */
Test(recognise, a_burst_of_revocations_suspends_all_that_stands_on_it)
{
    static teller_id ids[522];
    static cbi_desk_result results[522];
    static char *texts[522];
    cbi_desk_order order = {.institution = TELLER_COLLEGE};
    cbi_recognition_row row;
    cbi_recognised last = {0};
    teller_id granted[2];
    cbi_hash batch;
    cbi_txn *txn;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue_many(&it, it.account.digits, 522, ids);
    for (int i = 0; i < 114; i++) {
        char number[8] = {'K', (char)('0' + i / 100), (char)('0' + i / 10 % 10),
                          (char)('0' + i % 10), '\0'};

        last = panel_recognise(&it, number, ids + 4 * i, 4, SCOPE(EVERYWHERE));
    }
    /* Of two of them came records, which were converted once more. */
    granted[0] = teller_issue_based(&it, it.account.digits, "G0", NULL, &last.row.id);
    granted[1] = teller_issue_based(&it, it.account.digits, "G1", NULL, &last.row.id);
    panel_recognise(&it, "K-of-K", granted, 2, SCOPE(EVERYWHERE));
    for (size_t i = 0; i < 522; i++)
        texts[i] = ids[i].text;
    order.key = it.college_key;
    order.now = ++it.now;
    teller_works(cbi_desk_change(it.bank, &order, texts, 522, REVOKE, "fraud", "", results,
                                 &batch, &teller_err));
    txn = teller_begin(&it, CBI_TXN_READ);
    for (uint64_t number = 1; number <= 115; number++) {
        teller_works(cbi_recognition_row_read(txn, number, &row, &teller_err));
        cr_expect_eq(row.state, CBI_CONVERSION_SUSPENDED, "%d", (int)number);
    }
    for (size_t i = 0; i < 2; i++)
        cr_expect_eq(panel_state_of(txn, &granted[i]), CBI_RECORD_SUSPENDED);
    cbi_txn_abort(txn);
    teller_close(&it);
}

/* ---- at once ------------------------------------------------------------------------------ */

#define CALLERS 8

typedef struct caller {
    pthread_t thread;
    cbi_bank *bank;
    cbank_buffer file;
    int64_t now;
    cbank_status status;
} caller;

static void *enter(void *argument)
{
    caller *it = argument;
    cbi_recognised entered;

    it->status = cbi_recognise_enter(it->bank, cbi_bytes_of_buffer(&it->file), (cbi_bytes){0},
                                     it->now, false, &entered, NULL);
    return NULL;
}

Test(recognise, of_many_who_recognise_one_record_at_once_one_succeeds)
{
    caller callers[CALLERS] = {{0}};
    size_t entered = 0;
    teller_id id;
    stranger other;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    id = teller_issue(&it, "A", 3500);
    for (size_t i = 0; i < CALLERS; i++) {
        char number[8] = {'T', (char)('0' + i), '\0'};
        panel at;

        panel_convene(&at, &it, number, &id, 1, SCOPE(EVERYWHERE));
        callers[i].file = panel_sign(&at, it.college_key);
        callers[i].bank = it.bank;
        callers[i].now = it.now + 1;
    }
    for (size_t i = 0; i < CALLERS; i++)
        cr_assert_eq(pthread_create(&callers[i].thread, NULL, enter, &callers[i]), 0);
    for (size_t i = 0; i < CALLERS; i++) {
        pthread_join(callers[i].thread, NULL);
        cr_expect(callers[i].status == CBANK_OK || callers[i].status == CBANK_E_STATE);
        entered += callers[i].status == CBANK_OK;
        cbank_buffer_clear(&callers[i].file);
    }
    cr_expect_eq(entered, 1);
    it.now++;
    show(&it, &other);
    cr_expect_eq(other.verdict.item_count, 3);
    stranger_leave(&other);
    teller_close(&it);
}
