/* Transcripts that the bank issues, as a stranger with the directory verifies them. */
#include <criterion/criterion.h>

#include <string.h>

#include "bank/stranger.h"
#include "bank/vault.h"

static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};

Test(disclosure, an_account_that_holds_nothing_is_shown)
{
    for (size_t i = 0; i < 2; i++) {
        cbi_disclosure_terms terms;
        stranger other;
        teller it;

        teller_open(&it, suites[i]);
        terms = stranger_asks(&it);
        stranger_show(&it, &terms, &other);
        cr_expect_eq(other.verdict.item_count, 1);
        cr_expect_eq(other.transcript.items, 1);
        cr_expect_eq(other.transcript.totals.count, 0);
        cr_expect(other.verdict.holder_proven);
        cr_expect_str_eq(other.verdict.transcript.head->holder->name, TELLER_NAME);
        cr_expect_eq(other.verdict.transcript.head->holder->born_on, TELLER_BORN_ON);
        stranger_leave(&other);
        teller_close(&it);
    }
}

Test(disclosure, with_evidence_each_record_is_proven_by_its_institution)
{
    for (size_t i = 0; i < 2; i++) {
        cbi_disclosure_terms terms;
        stranger other;
        teller it;

        teller_open(&it, suites[i]);
        teller_issue(&it, "A", 3500);
        teller_issue(&it, "B", 2000);
        teller_issue_many(&it, it.account.digits, 5, NULL);
        terms = stranger_asks(&it);
        stranger_show(&it, &terms, &other);
        cr_expect_eq(other.verdict.item_count, 8);
        cr_expect_eq(other.verdict.shown, 8);
        cr_expect_eq(other.verdict.least, CBI_PROVEN_INSTITUTION);
        cr_expect_eq(other.verdict.transcript.head->batches, 3, "each batch comes once");
        cr_expect_eq(cbi_totals_of(&other.verdict.totals, "credit"), 10500);
        cr_expect_eq(cbi_totals_of(&other.transcript.totals, "credit"), 10500);
        for (size_t n = 1; n < 8; n++) {
            cr_expect_eq(other.verdict.items[n].proven, CBI_PROVEN_INSTITUTION);
            cr_expect(other.verdict.items[n].holder_shown);
        }
        stranger_leave(&other);
        teller_close(&it);
    }
}

Test(disclosure, without_evidence_there_is_the_banks_word)
{
    cbi_disclosure_terms terms;
    stranger other;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue(&it, "A", 3500);
    terms = stranger_asks(&it);
    terms.evidence = false;
    stranger_show(&it, &terms, &other);
    cr_expect_eq(other.verdict.least, CBI_PROVEN_BANK);
    cr_expect_eq(other.verdict.transcript.head->batches, 0);
    cr_expect_eq(cbi_totals_of(&other.verdict.totals, "credit"), 3500);
    stranger_leave(&other);
    teller_close(&it);
}

Test(disclosure, what_was_revoked_suspended_or_amended_shows_as_that)
{
    cbi_disclosure_terms terms;
    teller_id revoked, suspended, restored, amended;
    stranger other;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    revoked = teller_issue(&it, "A", 1000);
    suspended = teller_issue(&it, "B", 2000);
    restored = teller_issue(&it, "C", 4000);
    amended = teller_issue(&it, "D", 8000);
    teller_change(&it, revoked.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    teller_change(&it, suspended.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND);
    teller_change(&it, restored.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND);
    teller_change(&it, restored.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REINSTATE);
    teller_amend(&it, amended.text, 16000);
    terms = stranger_asks(&it);
    stranger_show(&it, &terms, &other);
    cr_expect_eq(other.verdict.items[1].state, CBI_RECORD_REVOKED);
    cr_expect_eq(other.verdict.items[2].state, CBI_RECORD_SUSPENDED);
    cr_expect_eq(other.verdict.items[3].state, CBI_RECORD_HELD);
    cr_expect_eq(other.verdict.items[4].state, CBI_RECORD_SUPERSEDED);
    cr_expect_eq(cbi_totals_of(&other.verdict.totals, "credit"), 20000);
    cr_expect_eq(cbi_totals_of(&other.transcript.totals, "credit"), 20000);
    stranger_leave(&other);
    teller_close(&it);
}

Test(disclosure, nothing_of_the_holder_is_disclosed_unless_asked)
{
    cbi_disclosure_terms terms;
    stranger other;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue(&it, "A", 1000);
    terms = stranger_asks(&it);
    terms.show_name = terms.show_number = terms.show_birth = false;
    stranger_show(&it, &terms, &other);
    cr_expect_null(other.verdict.transcript.head->holder);
    cr_expect_not(other.verdict.holder_proven);
    cr_expect_null(memmem(other.transcript.file.data, other.transcript.file.size, TELLER_NUMBER,
                          strlen(TELLER_NUMBER)));
    cr_expect_null(memmem(other.transcript.file.data, other.transcript.file.size, TELLER_NAME,
                          strlen(TELLER_NAME)));
    stranger_leave(&other);

    terms.show_name = true;
    stranger_show(&it, &terms, &other);
    cr_expect_str_eq(other.verdict.transcript.head->holder->name, TELLER_NAME);
    cr_expect_eq(other.verdict.transcript.head->holder->born_on, 0);
    cr_expect_str_eq(other.verdict.transcript.head->holder->document_number, "");
    cr_expect_not(other.verdict.items[1].holder_shown);
    stranger_leave(&other);

    terms.show_name = false;
    terms.show_birth = true;
    stranger_show(&it, &terms, &other);
    cr_expect_str_eq(other.verdict.transcript.head->holder->name, "");
    cr_expect_eq(other.verdict.transcript.head->holder->born_on, TELLER_BORN_ON);
    stranger_leave(&other);
    teller_close(&it);
}

Test(disclosure, is_for_one_recipient_for_a_purpose_and_a_while)
{
    cbi_disclosure_terms terms;
    cbank_error err = {0};
    stranger other;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    terms = stranger_asks(&it);
    terms.recipient = "ECNU";
    terms.purpose = "admission";
    stranger_meet(&it, &other);
    teller_works(cbi_disclosure_issue(it.bank, &terms, &other.transcript, &teller_err));
    teller_fails(stranger_judge(&other, &err), err, RECIPIENT_UNSTATED);
    other.terms.recipient = cbi_bytes_of_text("ECNU");
    teller_works(stranger_judge(&other, &teller_err));
    cr_expect_str_eq(other.verdict.transcript.head->terms->purpose->value, "admission");
    cr_expect_eq(other.transcript.expires_at, it.now + CBI_DISCLOSURE_DAYS * 86400);
    other.terms.at = other.transcript.expires_at + 1;
    teller_fails(stranger_judge(&other, &err), err, FILE_EXPIRED);
    stranger_leave(&other);
    teller_close(&it);
}

Test(disclosure, two_transcripts_have_two_codes)
{
    cbi_disclosure_terms terms;
    stranger one, two;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    terms = stranger_asks(&it);
    stranger_show(&it, &terms, &one);
    stranger_show(&it, &terms, &two);
    cr_expect_str_neq(one.transcript.code.text, two.transcript.code.text);
    stranger_leave(&one);
    stranger_leave(&two);
    teller_close(&it);
}

/* Every byte counts: the file of a small account, one byte at a time. */
Test(disclosure, no_byte_of_it_can_be_changed)
{
    cbi_disclosure_terms terms;
    stranger other;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue(&it, "A", 1000);
    terms = stranger_asks(&it);
    stranger_show(&it, &terms, &other);
    for (size_t i = 0; i < other.transcript.file.size; i++) {
        other.transcript.file.data[i] ^= 1;
        cr_expect_neq(stranger_judge(&other, NULL), CBANK_OK, "byte %zu", i);
        other.transcript.file.data[i] ^= 1;
    }
    teller_works(stranger_judge(&other, &teller_err));
    stranger_leave(&other);
    teller_close(&it);
}

Test(disclosure, records_of_another_document_are_shown_without_opening)
{
    cbi_disclosure_terms terms;
    stranger other;
    teller it;
    cbi_txn *txn;
    cbi_hash random = {{1}};

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue(&it, "A", 1000);
    teller_issue(&it, "B", 1000);
    teller_issue(&it, "C", 1000);
    txn = teller_begin(&it, CBI_TXN_WRITE);
    /* As if B and C had come under others: entries are bank, college, account, A, receipt, ... */
    teller_works(cbi_vault_put_opening(it.bank, txn, 5, &random, "student/PXU", TELLER_NUMBER,
                                       &teller_err));
    teller_works(cbi_vault_put_opening(it.bank, txn, 7, &random, TELLER_DOCUMENT,
                                       "360302189506150026", &teller_err));
    teller_commit(txn);
    terms = stranger_asks(&it);
    stranger_show(&it, &terms, &other);
    cr_expect(other.verdict.items[1].holder_shown);
    cr_expect_not(other.verdict.items[2].holder_shown);
    cr_expect_not(other.verdict.items[3].holder_shown);
    cr_expect(other.verdict.holder_proven);
    stranger_leave(&other);
    teller_close(&it);
}

Test(disclosure, is_refused_on_terms_that_no_transcript_can_have)
{
    cbi_disclosure_terms terms;
    cbank_error err = {0};
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    terms = stranger_asks(&it);
    terms.recipient = "nobody in particular";
    teller_fails(stranger_refuse(&it, &terms, &err), err, RECIPIENT_CODE);
    terms = stranger_asks(&it);
    terms.purpose = "For My Aunt";
    teller_fails(stranger_refuse(&it, &terms, &err), err, BAD_ARGUMENT);
    terms = stranger_asks(&it);
    terms.expires_at = terms.now;
    teller_fails(stranger_refuse(&it, &terms, &err), err, TIME_ORDER);
    teller_close(&it);
}
