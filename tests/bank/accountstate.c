/* States of an account: who may do what next, what stays closed, and the sealed word behind it. */
#include <criterion/criterion.h>

#include <string.h>

#include "bank/accountstate.h"
#include "bank/auditor.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

TestSuite(accountstate, .init = auditor_begin, .fini = auditor_end);

#define OWN audited.account.digits

static cbank_status change(const char *account, int kind, bool dry_run, cbank_error *err)
{
    cbi_order order = {.actor = "op1", .reason = "court-order", .document = "2026-7",
                       .now = ++audited.now, .dry_run = dry_run};

    return cbi_account_change(audited.bank, account, kind, &order, err);
}

static cbi_life life_of(const char *account)
{
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_READ);
    cbi_life life;

    teller_works(cbi_account_life(txn, account, &life, &teller_err));
    cbi_txn_abort(txn);
    return life;
}

static uint64_t log_size(void)
{
    cbi_sealed sealed;

    teller_works(cbi_ledger_view(audited.bank->ledger, &sealed, &teller_err));
    return sealed.size;
}

static cbi_reason why_no_deposit(void)
{
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_READ);
    cbank_error err = {0};

    cr_expect_eq(cbi_account_check_open(txn, OWN, &err), CBANK_E_STATE);
    cbi_txn_abort(txn);
    return (cbi_reason)err.reason;
}

Test(accountstate, goes_there_and_back)
{
    static const struct {
        int there, back;
        cbi_life life;
        cbi_reason refusal; /* of everything else meanwhile */
        cbi_reason idle;    /* of the way back where there is none */
    } ways[] = {
        {KIND(ACCOUNT_FROZEN), KIND(ACCOUNT_UNFROZEN), CBI_LIFE_FROZEN,
         CBI_REASON_ACCOUNT_FROZEN, CBI_REASON_ACCOUNT_NOT_FROZEN},
        {KIND(ACCOUNT_RESTRICTED), KIND(ACCOUNT_RELEASED), CBI_LIFE_RESTRICTED,
         CBI_REASON_ACCOUNT_RESTRICTED, CBI_REASON_ACCOUNT_NOT_SO},
        {KIND(ACCOUNT_CLOSED), KIND(ACCOUNT_REOPENED), CBI_LIFE_CLOSED,
         CBI_REASON_ACCOUNT_CLOSED, CBI_REASON_ACCOUNT_NOT_SO},
        {KIND(ACCOUNT_DECEASED), KIND(ACCOUNT_REOPENED), CBI_LIFE_DECEASED,
         CBI_REASON_ACCOUNT_DECEASED, CBI_REASON_ACCOUNT_NOT_SO},
    };

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        cbank_error err = {0};

        cr_expect_eq(life_of(OWN), CBI_LIFE_ACTIVE);
        cr_expect_eq(change(OWN, ways[i].back, false, &err), CBANK_E_STATE);
        cr_expect_eq(err.reason, (int32_t)ways[i].idle, "way %zu", i);
        teller_works(change(OWN, ways[i].there, false, &teller_err));
        cr_expect_eq(life_of(OWN), ways[i].life);
        cr_expect_eq(change(OWN, ways[i].there, false, &err), CBANK_E_STATE);
        cr_expect_eq(err.reason, (int32_t)ways[i].refusal, "way %zu", i);
        cr_expect_str_eq(err.object, OWN);
        cr_expect_eq(why_no_deposit(), ways[i].refusal);
        auditor_finds_nothing();
        teller_works(change(OWN, ways[i].back, false, &teller_err));
    }
    auditor_finds_nothing();
}

Test(accountstate, a_frozen_account_may_be_restricted_and_a_restricted_one_not_frozen)
{
    cbank_error err;

    teller_works(change(OWN, KIND(ACCOUNT_FROZEN), false, &teller_err));
    teller_works(change(OWN, KIND(ACCOUNT_RESTRICTED), false, &teller_err));
    teller_fails(change(OWN, KIND(ACCOUNT_FROZEN), false, &err), err, ACCOUNT_RESTRICTED);
    teller_works(change(OWN, KIND(ACCOUNT_RELEASED), false, &teller_err));
    cr_expect_eq(life_of(OWN), CBI_LIFE_ACTIVE);
}

Test(accountstate, what_the_college_got_wrong_is_put_right_whatever_the_state)
{
    static const int states[] = {KIND(ACCOUNT_FROZEN), KIND(ACCOUNT_RESTRICTED),
                                 KIND(ACCOUNT_DECEASED)};
    teller_id ids[3];

    for (size_t i = 0; i < 3; i++) {
        char reference[8] = {'W', (char)('0' + i)};

        ids[i] = teller_issue(&audited, reference, 1000);
    }
    for (size_t i = 0; i < 3; i++) {
        teller_works(change(OWN, states[i], false, &teller_err));
        teller_change(&audited, ids[i].text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    }
    auditor_finds_nothing();
}

Test(accountstate, is_judged_without_being_changed)
{
    uint64_t size = log_size();
    cbank_error err;

    teller_works(change(OWN, KIND(ACCOUNT_CLOSED), true, &teller_err));
    teller_fails(change(OWN, KIND(ACCOUNT_REOPENED), true, &err), err, ACCOUNT_NOT_SO);
    cr_expect_eq(log_size(), size);
    cr_expect_eq(life_of(OWN), CBI_LIFE_ACTIVE);
}

Test(accountstate, of_an_account_that_is_not_there_cannot_change)
{
    cbank_error err;
    cbi_account nobody;

    teller_works(cbi_account_make(4711, &nobody, &teller_err));
    teller_fails(change(nobody.digits, KIND(ACCOUNT_FROZEN), false, &err), err, ACCOUNT_UNKNOWN);
    teller_fails(change("1234", KIND(ACCOUNT_FROZEN), false, &err), err, ACCOUNT_UNKNOWN);
    teller_fails(change("", KIND(ACCOUNT_FROZEN), true, &err), err, ACCOUNT_UNKNOWN);
}

Test(accountstate, changes_for_a_word_and_never_for_free_text)
{
    static const cbi_order orders[] = {{.reason = "he said so"},
                                       {.actor = "Mr. Wang"},
                                       {.approver = "王主任"}};
    uint64_t size = log_size();
    cbank_error err;

    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
        teller_fails(cbi_account_change(audited.bank, OWN, KIND(ACCOUNT_FROZEN), &orders[i], &err),
                     err, BAD_ARGUMENT);
    cr_expect_eq(log_size(), size);
}

/* ---- the sealed reason -------------------------------------------------------------------- */

static const char note[] = "其子来电，称与他人同名";

static void freeze_with_note(void)
{
    cbi_order order = {.actor = "op1", .approver = "op2", .reason = "dispute", .note = note,
                       .now = ++audited.now};

    teller_works(cbi_account_change(audited.bank, OWN, KIND(ACCOUNT_FROZEN), &order,
                                    &teller_err));
}

Test(accountstate, a_note_lies_in_the_vault_and_only_its_digest_in_the_log)
{
    Cbank__Api__V1__Person *person = NULL;
    cbi_statement statement = {0};
    cbi_reader reader = {0};
    cbi_logged logged;
    cbi_hash random, digest;

    freeze_with_note();
    teller_works(cbi_ledger_read_begin(audited.bank->ledger, &reader, &teller_err));
    teller_works(cbi_vault_get_person(audited.bank, reader.txn, OWN, &person, &teller_err));
    cr_assert_eq(person->n_notes, 1);
    cr_expect_str_eq(person->notes[0]->text, note);
    teller_works(cbi_history_read(&reader, person->notes[0]->index, &logged, &teller_err));
    cr_expect_null(memmem(logged.statement.data, logged.statement.size, note, 12));
    teller_works(cbi_statement_parse(logged.statement, &statement, &teller_err));
    cr_expect_str_eq(statement.message->actor, "op1");
    cr_assert_eq(statement.message->n_approvers, 1);
    cr_expect_str_eq(statement.message->approvers[0], "op2");
    cr_assert(cbi_hash_from(cbi_message_bytes(person->notes[0]->random), &random));
    teller_works(cbi_order_digest_note(reader.hasher, &random, cbi_bytes_of_text(note), &digest,
                                       &teller_err));
    cr_expect(cbi_bytes_equal(cbi_message_bytes(statement.message->reason_digest),
                              cbi_bytes_of_hash(&digest)));
    cbi_statement_clear(&statement);
    cbi_vault_free_person(person);
    cbi_ledger_read_end(&reader);
    auditor_finds_nothing();
}

Test(accountstate, a_note_that_was_changed_in_the_vault_is_found)
{
    Cbank__Api__V1__Person *person = NULL;
    cbi_txn *txn;

    freeze_with_note();
    txn = teller_begin(&audited, CBI_TXN_WRITE);
    teller_works(cbi_vault_get_person(audited.bank, txn, OWN, &person, &teller_err));
    memset(person->notes[0]->text, 'x', strlen(person->notes[0]->text));
    teller_works(cbi_vault_keep_person(audited.bank, txn, OWN, person, &teller_err));
    teller_commit(txn);
    cbi_vault_free_person(person);
    auditor_finds(CBI_REASON_CHECK_ROW, "vault", "note");
}

Test(accountstate, the_same_order_again_under_its_token_changes_nothing)
{
    uint8_t token[CBI_TOKEN_SIZE] = {7};
    cbi_order order = {.reason = "dispute", .token = cbi_bytes_of(token, sizeof(token)),
                       .now = ++audited.now};
    uint64_t size;
    cbank_error err;

    teller_works(cbi_account_change(audited.bank, OWN, KIND(ACCOUNT_FROZEN), &order,
                                    &teller_err));
    size = log_size();
    teller_works(cbi_account_change(audited.bank, OWN, KIND(ACCOUNT_FROZEN), &order,
                                    &teller_err));
    cr_expect_eq(log_size(), size);
    order.note = "另一事由";
    teller_fails(cbi_account_change(audited.bank, OWN, KIND(ACCOUNT_FROZEN), &order, &err), err,
                 TOKEN_CONFLICT);
}
