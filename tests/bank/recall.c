/*
 * Who was found once is not looked for again, as long as it could not be told otherwise: a bank
 * that has been open all the while rules as one that was opened just now.
 */
#include "bank/recall.h"
#include "bank/parcel.h"

#include <stdio.h>

#include "bank/accountstate.h"
#include "bank/documents.h"
#include "bank/erase.h"
#include "bank/merge.h"

static teller it;
static parcel p;
static uint64_t batches;

static void begin(void)
{
    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    parcel_begin(&p, &it);
    batches = 0;
}

static void end(void)
{
    cbi_batch_builder_clear(&p.builder);
    teller_close(&it);
}

TestSuite(recall, .init = begin, .fini = end, .timeout = 120);

/* ---- what is known of whom ------------------------------------------------------------------ */

static cbi_fingerprint name_of(const char *type, const char *number, const char *name, uint32_t on)
{
    const cbi_recall_view view = {.recall = it.bank->recall};
    cbi_person person = {0};
    cbi_fingerprint who;

    teller_works(cbi_person_from_opening(type, number, name, &person, &teller_err));
    person.on = on;
    who = cbi_recall_name(&view, &person);
    cbi_person_clear(&person);
    return who;
}

static cbi_fingerprint learner(void)
{
    return name_of(TELLER_DOCUMENT, TELLER_NUMBER, TELLER_NAME, 0);
}

/* Entries of the learner's chain as a transaction that begins now recalls them; 0: nobody. */
static uint64_t recalled(void)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);
    const cbi_recall_view view = cbi_recall_look(it.bank, txn);
    const cbi_fingerprint who = learner();
    cbi_account account = {""};
    uint64_t entries = 0;

    if (cbi_recall_find(&view, &who, &account, &entries))
        cr_expect_str_eq(account.digits, it.account.digits);
    cbi_txn_abort(txn);
    return entries;
}

static uint64_t chain_of(const char *account)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);
    uint64_t entries;

    teller_works(cbi_account_entries(txn, account, &entries, &teller_err));
    cbi_txn_abort(txn);
    return entries;
}

/* A batch with one record that names the learner, under a reference made of the batch's number. */
static parcel_answer name_learner(void)
{
    char reference[16];

    cbi_batch_builder_clear(&p.builder);
    parcel_begin(&p, &it);
    snprintf(reference, sizeof(reference), "L%u", (unsigned)++batches);
    parcel_add(&p, &(parcel_record){.reference = reference,
                                    .type = TELLER_DOCUMENT,
                                    .number = TELLER_NUMBER,
                                    .name = TELLER_NAME});
    return parcel_send(&p, batches);
}

/* Whose account that record went to. */
static cbi_account holder_of(uint64_t batch)
{
    cbi_account account = {""};
    cbi_holding holding;
    char reference[16];

    snprintf(reference, sizeof(reference), "L%u", (unsigned)batch);
    holding = parcel_find(&it, reference);
    snprintf(account.digits, sizeof(account.digits), "%s", holding.account);
    cbi_holding_clear(&holding);
    return account;
}

/* The learner is named in a batch, and recalled when the next one comes. */
static void meet(void)
{
    cr_assert_eq(name_learner().intake.taken, 1);
    cr_assert_neq(recalled(), 0);
}

/* Not recalled; and refused for this reason. */
#define refuses(reason_name)                                                                       \
    do {                                                                                           \
        cr_expect_eq(recalled(), 0);                                                               \
        parcel_answer got = name_learner();                                                        \
        cr_expect_eq(got.refused, 1);                                                              \
        cr_expect_str_eq(cbank_reason_name(got.why.reason), #reason_name);                         \
    } while (0)

/* Not recalled; and found on this account, or on one that is new. */
static void goes_to(const char *account)
{
    cbi_account holder;

    cr_expect_eq(recalled(), 0);
    cr_assert_eq(name_learner().intake.taken, 1);
    holder = holder_of(batches);
    if (account != NULL)
        cr_expect_str_eq(holder.digits, account);
    else
        cr_expect_str_neq(holder.digits, it.account.digits);
}

/* ---- a person ------------------------------------------------------------------------------- */

Test(recall, a_person_is_document_and_name_and_of_a_student_number_the_day)
{
    const char *student = "student/" TELLER_COLLEGE;
    cbi_fingerprint who = name_of(student, "1", "甲", 20250101), same;
    cbi_fingerprint others[] = {name_of(student, "2", "甲", 20250101),
                                name_of(student, "1", "乙", 20250101),
                                name_of(student, "1", "", 20250101),
                                name_of(student, "1", "甲", 20250102),
                                name_of("student/ABC", "1", "甲", 20250101)};
    cbi_fingerprint citizen = name_of(TELLER_DOCUMENT, TELLER_NUMBER, "甲", 20250101);

    same = name_of(student, "1", "甲", 20250101);
    cr_expect(cbi_fingerprint_equal(&who, &same));
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        cr_expect_not(cbi_fingerprint_equal(&who, &others[i]), "%zu", i);
    same = name_of(TELLER_DOCUMENT, TELLER_NUMBER, "甲", 20250102);
    cr_expect(cbi_fingerprint_equal(&citizen, &same));
}

/* Among many records of one learner, those that name somebody else are refused, each alone. */
Test(recall, a_name_that_does_not_fit_is_told_however_often_the_number_was_found)
{
    enum { MANY = 700, EVERY = 100 };
    cbi_account account = teller_open_account(&it, "student/" TELLER_COLLEGE, "1", "甲");
    parcel_answer answer;
    cbi_holding last;
    char reference[16];

    for (unsigned i = 0; i < MANY; i++) {
        snprintf(reference, sizeof(reference), "R%u", i);
        parcel_add(&p, &(parcel_record){.reference = reference,
                                        .number = "1",
                                        .name = i % EVERY == 99 ? "乙" : "甲"});
    }
    answer = parcel_send_most(&p, 1);
    cr_expect_eq(answer.intake.taken, MANY - MANY / EVERY);
    cr_expect_eq(answer.refused, MANY / EVERY);
    cr_expect_eq(answer.item, 99);
    cr_expect_str_eq(cbank_reason_name(answer.why.reason), "PERSON_CONFLICT");
    last = parcel_find(&it, "R698");
    cr_expect_str_eq(last.account, account.digits);
    cbi_holding_clear(&last);
}

/* ---- as long as there is only added --------------------------------------------------------- */

Test(recall, who_was_found_is_recalled_with_the_entries_of_now)
{
    meet();
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(name_learner().intake.taken, 1);
        cr_expect_eq(recalled(), chain_of(it.account.digits));
        cr_expect_str_eq(holder_of(batches).digits, it.account.digits);
    }
}

/* Who was told of an account that is opened later would write what its snapshot does not know. */
Test(recall, an_earlier_snapshot_recalls_nobody_who_was_found_later)
{
    cbi_txn *early = teller_begin(&it, CBI_TXN_READ);
    cbi_recall_view view = cbi_recall_look(it.bank, early);
    const cbi_fingerprint who = learner();
    cbi_account account;
    uint64_t entries;

    meet();
    meet();
    cr_expect_not(cbi_recall_find(&view, &who, &account, &entries));
    view = cbi_recall_look(it.bank, early);
    cr_expect_not(cbi_recall_find(&view, &who, &account, &entries));
    cbi_txn_abort(early);
}

/* What an institution has put there this year is counted from the chain as it has become. */
Test(recall, the_limit_of_a_year_holds_over_several_batches)
{
    enum { FIRST = CBI_YEARLY_RECORDS_MAX - 4, NEXT = 10 };
    char reference[16];
    parcel_answer answer;

    for (unsigned batch = 0; batch < 2; batch++) {
        for (unsigned i = 0; i < (batch == 0 ? FIRST : NEXT); i++) {
            snprintf(reference, sizeof(reference), "Y%u-%u", batch, i);
            parcel_add(&p, &(parcel_record){.reference = reference,
                                            .type = TELLER_DOCUMENT,
                                            .number = TELLER_NUMBER,
                                            .name = TELLER_NAME});
        }
        answer = parcel_send_most(&p, batch + 1);
        parcel_begin(&p, &it);
        cr_expect_eq(answer.intake.taken, batch == 0 ? FIRST : CBI_YEARLY_RECORDS_MAX - FIRST);
    }
    cr_expect_eq(answer.item, CBI_YEARLY_RECORDS_MAX - FIRST);
    cr_expect_str_eq(cbank_reason_name(answer.why.reason), "YEARLY_LIMIT");
}

/* ---- as soon as there is more than that ------------------------------------------------------ */

static const cbi_order *order(void)
{
    static cbi_order made;

    made = (cbi_order){.actor = "op1", .approver = "op2", .reason = "request",
                       .document = "2026-12", .now = ++it.now};
    return &made;
}

static void change_documents(cbi_document_change *change, const char *number)
{
    cbi_identity document = {0};

    change->account = it.account.digits;
    change->assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN;
    if (number != NULL) {
        teller_works(cbi_identity_normalise(cbi_bytes_of_text("passport/FRA"),
                                            cbi_bytes_of_text(number), &document, &teller_err));
        change->document = &document;
    }
    teller_works(cbi_documents_change(it.bank, change, order(), &teller_err));
    cbi_identity_clear(&document);
}

Test(recall, another_name_is_asked_for)
{
    Cbank__Api__V1__PersonName name = CBANK__API__V1__PERSON_NAME__INIT, *names[1] = {&name};
    Cbank__Api__V1__Person stated = CBANK__API__V1__PERSON__INIT;
    cbi_document_change change = {.act = CBI_DOCUMENT_AMEND, .stated = &stated};

    name.kind = CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT;
    name.value = cbi_message_string("学生乙");
    stated.names = names;
    stated.n_names = 1;
    meet();
    change_documents(&change, NULL);
    refuses(PERSON_CONFLICT);
}

Test(recall, a_number_that_was_corrected_leads_there_no_more)
{
    cbi_document_change change = {.act = CBI_DOCUMENT_CORRECT};

    meet();
    change_documents(&change, "AB1234567");
    goes_to(NULL);
}

Test(recall, a_number_that_was_unbound_leads_there_no_more)
{
    cbi_document_change bind = {.act = CBI_DOCUMENT_BIND};
    cbi_document_change unbind = {.act = CBI_DOCUMENT_UNBIND};

    meet();
    change_documents(&bind, "AB1234567");
    goes_to(it.account.digits);
    cr_assert_neq(recalled(), 0);
    change_documents(&unbind, NULL);
    goes_to(NULL);
}

Test(recall, an_account_that_is_frozen_or_closed_takes_nothing)
{
    meet();
    teller_freeze(&it, true);
    refuses(ACCOUNT_FROZEN);
    teller_freeze(&it, false);
    goes_to(it.account.digits);
    cr_assert_neq(recalled(), 0);
    teller_change_account(&it, it.account.digits,
                          CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_CLOSED);
    refuses(ACCOUNT_CLOSED);
}

Test(recall, an_account_that_was_merged_leads_to_the_other)
{
    cbi_account other = teller_open_account(&it, "passport/FRA", "AB1234567", "");
    cbi_merge_list doubles = {0}, moved = {0};

    meet();
    teller_works(cbi_merge_accounts(it.bank, it.account.digits, other.digits, order(), &doubles,
                                    &teller_err));
    goes_to(other.digits);
    teller_works(cbi_merge_undo(it.bank, it.account.digits, order(), &moved, &teller_err));
    goes_to(it.account.digits);
    cbi_merge_list_clear(&doubles);
    cbi_merge_list_clear(&moved);
}

Test(recall, who_was_erased_is_unknown)
{
    meet();
    teller_works(cbi_erase_account(it.bank, it.account.digits, 0, order(), &teller_err));
    goes_to(NULL);
}

/* Another process may have done anything. */
Test(recall, what_others_have_written_is_not_guessed_at)
{
    cbi_txn *txn;

    meet();
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_txn_put(txn, CBI_TABLE_META, cbi_bytes_of_text("x"), cbi_bytes_of_text("y"),
                             &teller_err));
    teller_commit(txn);
    goes_to(it.account.digits);
}

Test(recall, another_handle_on_the_bank_is_another_process)
{
    cbi_bank *own = it.bank, *second = NULL;

    meet();
    teller_works(cbi_bank_open(it.path, (cbi_bytes){0}, &second, &teller_err));
    it.bank = second;
    teller_freeze(&it, true);
    it.bank = own;
    cbi_bank_close(second);
    refuses(ACCOUNT_FROZEN);
}

/* ---- and when something fails ---------------------------------------------------------------- */

/* Who still looks at the bank as it was before an erasure brings nobody back. */
Test(recall, who_was_erased_is_not_found_again_by_an_earlier_look)
{
    cbi_txn *early;
    cbi_recall_view view;
    const cbi_fingerprint who = learner();
    cbi_account account;
    uint64_t entries;

    meet();
    early = teller_begin(&it, CBI_TXN_READ);
    view = cbi_recall_look(it.bank, early);
    cr_assert(cbi_recall_find(&view, &who, &account, &entries));
    teller_works(cbi_erase_account(it.bank, it.account.digits, 0, order(), &teller_err));
    cr_expect_not(cbi_recall_find(&view, &who, &account, &entries));
    cbi_recall_add(&view, &who, &account, entries);
    cr_expect_not(cbi_recall_find(&view, &who, &account, &entries));
    view = cbi_recall_look(it.bank, early);
    cbi_recall_add(&view, &who, &account, entries);
    cr_expect_not(cbi_recall_find(&view, &who, &account, &entries));
    cbi_txn_abort(early);
}

static cbank_status accept_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    (void)act;
    (void)append;
    (void)err;
    return CBANK_OK;
}

static cbank_status write_and_fail(cbi_act *act, cbi_append *append, cbank_error *err)
{
    (void)act;
    teller_works(cbi_txn_put(append->txn, CBI_TABLE_META, cbi_bytes_of_text("x"),
                             cbi_bytes_of_text("y"), &teller_err));
    return cbi_fail(err, CBI_REASON_COMMIT_LOST, 0, NULL, NULL);
}

/* What was not done is neither added nor anything else. */
Test(recall, a_write_that_failed_was_none)
{
    cbi_act act = {.now = 0, .only_adds = true, .check = accept_act, .write = write_and_fail};
    cbank_error err = {0};

    meet();
    for (uint8_t round = 0; round < 3; round++) {
        act.now = ++it.now;
        act.only_adds = round != 1;
        act.token[0] = (uint8_t)(0x80 + round);
        cr_assert_neq(cbi_ledger_submit(it.bank->ledger, &act, &err), CBANK_OK);
        cbank_buffer_clear(&act.result);
        cr_expect_eq(recalled(), chain_of(it.account.digits));
        cr_assert_eq(name_learner().intake.taken, 1);
        cr_expect_eq(recalled(), chain_of(it.account.digits));
    }
}
