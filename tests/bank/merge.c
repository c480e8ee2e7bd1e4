/* Two accounts become one and are told apart again: judged where it is written, answered once. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "bank/accountstate.h"
#include "bank/auditor.h"
#include "bank/documents.h"
#include "bank/erase.h"
#include "bank/merge.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define PASSPORT "passport/FRA"

static cbi_account other;

static cbi_account open_account(unsigned number)
{
    char text[16];

    snprintf(text, sizeof(text), "AB%07u", number);
    return teller_open_account(&audited, PASSPORT, text, "");
}

static void begin(void)
{
    auditor_begin();
    other = open_account(0);
}

TestSuite(merge, .init = begin, .fini = auditor_end);

#define OWN audited.account.digits

static const uint8_t token[16] = {7};

static cbi_order order_of(bool named)
{
    return (cbi_order){.actor = "op1", .approver = "op2", .reason = "same-person",
                       .document = "2026-3", .now = ++audited.now,
                       .token = cbi_bytes_of(token, named ? sizeof(token) : 0)};
}

static cbank_status merge(const char *from, const char *into, bool named, cbank_error *err)
{
    const cbi_order order = order_of(named);
    cbi_merge_list doubles = {0};
    cbank_status status = cbi_merge_accounts(audited.bank, from, into, &order, &doubles, err);

    cbi_merge_list_clear(&doubles);
    return status;
}

static cbank_status undo(const char *account, bool named, cbank_error *err)
{
    const cbi_order order = order_of(named);
    cbi_merge_list to_move = {0};
    cbank_status status = cbi_merge_undo(audited.bank, account, &order, &to_move, err);

    cbi_merge_list_clear(&to_move);
    return status;
}

static cbank_status erase(bool named, cbank_error *err)
{
    const cbi_order order = order_of(named);

    return cbi_erase_account(audited.bank, OWN, 0, &order, err);
}

static cbi_account find(const char *number)
{
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_READ);
    cbi_identity document = {0};
    cbi_account found = {0};

    teller_works(cbi_identity_normalise(cbi_bytes_of_text(PASSPORT), cbi_bytes_of_text(number),
                                        &document, &teller_err));
    (void)cbi_vault_find_account(audited.bank, txn, &document, &found, NULL);
    cbi_identity_clear(&document);
    cbi_txn_abort(txn);
    return found;
}

static cbank_status change_document(cbi_document_act act, const char *account, const char *number,
                                    cbank_error *err)
{
    const cbi_order order = order_of(false);
    cbi_identity document = {0};
    cbi_document_change change = {
        .act = act,
        .account = account,
        .assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN};
    cbank_status status;

    teller_works(cbi_identity_normalise(cbi_bytes_of_text(PASSPORT), cbi_bytes_of_text(number),
                                        &document, &teller_err));
    if (act == CBI_DOCUMENT_UNBIND)
        change.gone = &document;
    else
        change.document = &document;
    status = cbi_documents_change(audited.bank, &change, &order, err);
    cbi_identity_clear(&document);
    return status;
}

/* ---- limits ------------------------------------------------------------------------------ */

Test(merge, more_than_a_transcript_holds_is_refused_with_a_token_too)
{
    cbank_error err = {0};
    cbi_account one;

    for (unsigned i = 1; i < CBI_TRANSCRIPT_CHAINS_MAX; i++) {
        one = open_account(i);
        teller_works(merge(one.digits, OWN, false, &teller_err));
    }
    teller_fails(merge(other.digits, OWN, false, &err), err, MERGE_LIMIT);
    teller_fails(merge(other.digits, OWN, true, &err), err, MERGE_LIMIT);
}

Test(merge, no_document_is_left_behind)
{
    cbank_error err = {0};
    char number[16];
    cbi_account one;

    for (unsigned i = 1; i <= 8; i++) {
        one = open_account(100 * i);
        for (unsigned k = 1; k < CBI_PERSON_DOCUMENTS_MAX; k++) {
            snprintf(number, sizeof(number), "AB%07u", 100 * i + k);
            teller_works(change_document(CBI_DOCUMENT_BIND, one.digits, number, &teller_err));
        }
        if (i < 8)
            teller_works(merge(one.digits, OWN, false, &teller_err));
    }
    teller_fails(merge(one.digits, OWN, false, &err), err, VAULT_FULL);
    cr_expect_str_eq(find("AB0000815").digits, one.digits);
    auditor_finds_nothing();
}

/* ---- telling apart again ----------------------------------------------------------------- */

Test(merge, a_document_that_is_somebody_elses_since_is_not_taken_back)
{
    cbank_error err = {0};
    cbi_account third;

    teller_works(merge(other.digits, OWN, false, &teller_err));
    teller_works(change_document(CBI_DOCUMENT_UNBIND, OWN, "AB0000000", &teller_err));
    third = open_account(0);
    teller_fails(undo(other.digits, false, &err), err, DOCUMENT_ELSEWHERE);
    cr_expect_str_eq(err.object, third.digits);
    cr_expect_str_eq(find("AB0000000").digits, third.digits);
}

/* ---- answered once ----------------------------------------------------------------------- */

Test(merge, the_same_token_again_is_answered_as_before)
{
    cbank_error err = {0};

    teller_works(merge(other.digits, OWN, true, &teller_err));
    teller_works(merge(other.digits, OWN, true, &teller_err));
    teller_fails(merge(other.digits, OWN, false, &err), err, ACCOUNT_MERGED);
    teller_fails(undo(other.digits, true, &err), err, TOKEN_CONFLICT);
}

Test(merge, undoing_with_the_same_token_again_is_answered_as_before)
{
    cbank_error err = {0};

    teller_works(merge(other.digits, OWN, false, &teller_err));
    teller_works(undo(other.digits, true, &teller_err));
    teller_works(undo(other.digits, true, &teller_err));
    teller_fails(undo(other.digits, false, &err), err, NOT_MERGED);
    auditor_finds_nothing();
}

Test(merge, erasing_with_the_same_token_again_is_answered_as_before)
{
    cbank_error err = {0};

    teller_works(erase(true, &teller_err));
    teller_works(erase(true, &teller_err));
    teller_fails(erase(false, &err), err, ACCOUNT_ERASED);
}

/* ---- the vault --------------------------------------------------------------------------- */

Test(merge, a_note_that_no_longer_fits_is_refused_and_the_act_works_without_it)
{
    char text[1001];
    cbi_order order = {.actor = "op1", .reason = "audit", .note = text};
    cbank_error err = {0};
    cbank_status status = CBANK_OK;
    int rounds = 0;

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (; status == CBANK_OK && rounds < 100; rounds++) {
        order.now = ++audited.now;
        status = cbi_account_change(
            audited.bank, OWN, rounds % 2 == 0 ? KIND(ACCOUNT_FROZEN) : KIND(ACCOUNT_UNFROZEN),
            &order, &err);
    }
    teller_fails(status, err, VAULT_FULL);
    order.note = "";
    order.now = ++audited.now;
    teller_works(cbi_account_change(
        audited.bank, OWN, rounds % 2 == 1 ? KIND(ACCOUNT_FROZEN) : KIND(ACCOUNT_UNFROZEN), &order,
        &teller_err));
    auditor_finds_nothing();
}

Test(merge, a_student_number_that_no_longer_fits_is_refused_before_anything_is_written)
{
    Cbank__Api__V1__Person stated = CBANK__API__V1__PERSON__INIT;
    Cbank__Api__V1__PersonDocument document = CBANK__API__V1__PERSON_DOCUMENT__INIT,
                                   *documents[] = {&document};
    Cbank__Api__V1__StudentNumber student = CBANK__API__V1__STUDENT_NUMBER__INIT,
                                  *students[] = {&student};
    const cbi_opening_terms terms = {
        .opened_by = TELLER_COLLEGE,
        .assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_STATED};
    cbank_error err = {0};
    cbi_person person = {0};
    char number[16];
    cbi_opened opened;

    for (unsigned i = 1; i < CBI_PERSON_DOCUMENTS_EVER; i++) {
        snprintf(number, sizeof(number), "CD%07u", i);
        teller_works(change_document(CBI_DOCUMENT_BIND, other.digits, number, &teller_err));
    }
    document.type = cbi_message_string(PASSPORT);
    document.number = cbi_message_string("AB0000000");
    student.institution = cbi_message_string(TELLER_COLLEGE);
    student.number = cbi_message_string("20240001");
    stated.documents = documents;
    stated.n_documents = 1;
    stated.student_numbers = students;
    stated.n_student_numbers = 1;
    teller_works(cbi_person_take(&stated, &person, &teller_err));
    teller_fails(cbi_account_open_all(audited.bank, &person, 1, &terms, ++audited.now, false,
                                      &opened, &err),
                 err, VAULT_FULL);
    cbi_person_clear(&person);
    auditor_finds_nothing();
}
