/* Accounts: one for each person, whoever asks and however often. */
#include <criterion/criterion.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "bank/account.h"
#include "bank/counter.h"
#include "bank/standing.h"
#include "bank/teller.h"

#define OTHER_NUMBER "360321190001010033"
#define THIRD_NUMBER "360302190001010018"

static teller it;

static void begin(void)
{
    teller_open(&it, CBI_SUITE_SHA256_ED25519);
}

static void end(void)
{
    teller_close(&it);
}

TestSuite(account, .init = begin, .fini = end);

static const cbi_opening_terms counter_terms = {
    .opened_by = "",
    .assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN};

static cbi_person person_of(const char *number, const char *name)
{
    cbi_person person = {0};

    teller_works(cbi_person_from_opening(TELLER_DOCUMENT, number, name, &person, &teller_err));
    return person;
}

static cbank_status open_one(const char *number, const char *name, const cbi_opening_terms *terms,
                             bool dry_run, cbi_opened *out, cbank_error *err)
{
    cbi_person person = person_of(number, name);
    cbank_status status =
        cbi_account_open_all(it.bank, &person, 1, terms, ++it.now, dry_run, out, err);

    cbi_person_clear(&person);
    return status;
}

static uint64_t log_size(void)
{
    cbi_sealed sealed;

    teller_works(cbi_ledger_view(it.bank->ledger, &sealed, &teller_err));
    return sealed.size;
}

static uint64_t accounts(void)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);
    uint64_t count;

    teller_works(cbi_counter_read(txn, CBI_COUNTER_ACCOUNTS, &count, &teller_err));
    cbi_txn_abort(txn);
    return count;
}

Test(account, is_found_again_and_not_opened_twice)
{
    cbi_opened opened;
    uint64_t size = log_size();

    teller_works(open_one(TELLER_NUMBER, TELLER_NAME, &counter_terms, false, &opened,
                          &teller_err));
    cr_expect(!opened.opened);
    cr_expect_str_eq(opened.account.digits, it.account.digits);
    cr_expect_eq(log_size(), size, "nothing is written");
}

Test(account, is_found_however_the_number_and_the_name_are_typed)
{
    cbi_opened opened;

    teller_works(open_one(" ３６０３０２ 1890-0101-001x", TELLER_NAME, &counter_terms, false,
                          &opened, &teller_err));
    cr_expect_str_eq(opened.account.digits, it.account.digits);
}

Test(account, is_found_by_whoever_does_not_state_a_name)
{
    cbi_opened opened;

    teller_works(open_one(TELLER_NUMBER, "", &counter_terms, false, &opened, &teller_err));
    cr_expect_str_eq(opened.account.digits, it.account.digits);
}

Test(account, of_a_number_known_under_another_name_is_a_conflict)
{
    cbi_opened opened;
    cbank_error err;

    teller_fails(open_one(TELLER_NUMBER, "另一人", &counter_terms, false, &opened, &err), err,
                 PERSON_CONFLICT);
    cr_expect_eq(accounts(), 1);
}

Test(account, of_persons_in_one_request_is_all_or_nothing)
{
    cbi_person persons[2] = {person_of(OTHER_NUMBER, "乙"), person_of(TELLER_NUMBER, "另一人")};
    cbi_opened opened[2];
    cbank_error err;

    teller_fails(cbi_account_open_all(it.bank, persons, 2, &counter_terms, ++it.now, false, opened,
                                      &err),
                 err, PERSON_CONFLICT);
    cr_expect_eq(err.where, 1, "the second is the one");
    cr_expect_eq(accounts(), 1);
    for (size_t i = 0; i < 2; i++)
        cbi_person_clear(&persons[i]);
}

Test(account, of_two_persons_in_one_request_are_two)
{
    cbi_person persons[2] = {person_of(OTHER_NUMBER, "乙"), person_of(THIRD_NUMBER, "丙")};
    cbi_opened opened[2];

    teller_works(cbi_account_open_all(it.bank, persons, 2, &counter_terms, ++it.now, false, opened,
                                      &teller_err));
    cr_expect(opened[0].opened && opened[1].opened);
    cr_expect(strcmp(opened[0].account.digits, opened[1].account.digits) < 0);
    cr_expect_eq(accounts(), 3);
    for (size_t i = 0; i < 2; i++)
        cbi_person_clear(&persons[i]);
}

Test(account, of_one_person_twice_in_one_request_is_one)
{
    cbi_person persons[2] = {person_of(OTHER_NUMBER, "乙"), person_of(OTHER_NUMBER, "乙")};
    cbi_opened opened[2];

    teller_works(cbi_account_open_all(it.bank, persons, 2, &counter_terms, ++it.now, false, opened,
                                      &teller_err));
    cr_expect(opened[0].opened && !opened[1].opened);
    cr_expect_str_eq(opened[0].account.digits, opened[1].account.digits);
    for (size_t i = 0; i < 2; i++)
        cbi_person_clear(&persons[i]);
}

Test(account, of_one_number_under_two_names_in_one_request_is_a_conflict)
{
    cbi_person persons[2] = {person_of(OTHER_NUMBER, "乙"), person_of(OTHER_NUMBER, "丙")};
    cbi_opened opened[2];
    cbank_error err;

    teller_fails(cbi_account_open_all(it.bank, persons, 2, &counter_terms, ++it.now, false, opened,
                                      &err),
                 err, PERSON_CONFLICT);
    for (size_t i = 0; i < 2; i++)
        cbi_person_clear(&persons[i]);
}

/* A person with two documents. */
static cbi_person person_with(const char *number, const char *type, const char *second,
                              const char *name)
{
    Cbank__Api__V1__Person stated = CBANK__API__V1__PERSON__INIT;
    Cbank__Api__V1__PersonDocument documents[2] = {CBANK__API__V1__PERSON_DOCUMENT__INIT,
                                                   CBANK__API__V1__PERSON_DOCUMENT__INIT};
    Cbank__Api__V1__PersonDocument *list[2] = {&documents[0], &documents[1]};
    Cbank__Api__V1__PersonName current = CBANK__API__V1__PERSON_NAME__INIT, *names[1] = {&current};
    cbi_person person = {0};

    documents[0].type = cbi_message_string(TELLER_DOCUMENT);
    documents[0].number = cbi_message_string(number);
    documents[1].type = cbi_message_string(type);
    documents[1].number = cbi_message_string(second);
    stated.documents = list;
    stated.n_documents = 2;
    current.value = cbi_message_string(name);
    stated.names = names;
    stated.n_names = 1;
    teller_works(cbi_person_take(&stated, &person, &teller_err));
    return person;
}

Test(account, is_found_by_each_of_its_documents)
{
    cbi_person person = person_with(OTHER_NUMBER, "student/PXU", "20240001", "乙"), by_number = {0};
    cbi_opened opened, found;

    teller_works(cbi_account_open_all(it.bank, &person, 1, &counter_terms, ++it.now, false,
                                      &opened, &teller_err));
    teller_works(cbi_person_from_opening("student/PXU", "20240001", "乙", &by_number,
                                         &teller_err));
    teller_works(cbi_account_open_all(it.bank, &by_number, 1, &counter_terms, ++it.now, false,
                                      &found, &teller_err));
    cr_expect(!found.opened);
    cr_expect_str_eq(found.account.digits, opened.account.digits);
    cbi_person_clear(&person);
    cbi_person_clear(&by_number);
}

Test(account, of_documents_that_lead_to_two_accounts_is_a_conflict)
{
    cbi_person person = person_with(TELLER_NUMBER, "student/PXU", "20240001", TELLER_NAME);
    cbi_opened opened;
    cbank_error err;

    teller_open_account(&it, "student/PXU", "20240001", TELLER_NAME);
    teller_fails(cbi_account_open_all(it.bank, &person, 1, &counter_terms, ++it.now, false,
                                      &opened, &err),
                 err, STUDENT_TAKEN);
    cbi_person_clear(&person);
}

Test(account, is_judged_without_being_opened)
{
    uint64_t size = log_size();
    cbi_opened opened;
    cbank_error err;

    teller_works(open_one(OTHER_NUMBER, "乙", &counter_terms, true, &opened, &teller_err));
    cr_expect(opened.opened);
    cr_expect_str_eq(opened.account.digits, "");
    teller_works(open_one(TELLER_NUMBER, TELLER_NAME, &counter_terms, true, &opened,
                          &teller_err));
    cr_expect(!opened.opened);
    cr_expect_str_eq(opened.account.digits, it.account.digits);
    teller_fails(open_one(TELLER_NUMBER, "另一人", &counter_terms, true, &opened, &err), err,
                 PERSON_CONFLICT);
    cr_expect_eq(log_size(), size);
}

/* ---- tokens -------------------------------------------------------------------------------- */

Test(account, opened_under_the_same_token_gives_the_same_answer_again)
{
    cbi_opening_terms terms = counter_terms;
    cbi_opened first, again;
    uint64_t size;

    terms.token = cbi_bytes_of("0123456789abcdef", CBI_TOKEN_SIZE);
    teller_works(open_one(OTHER_NUMBER, "乙", &terms, false, &first, &teller_err));
    size = log_size();
    teller_works(open_one(OTHER_NUMBER, "乙", &terms, false, &again, &teller_err));
    cr_expect(first.opened && again.opened, "it is the same answer, not a new one");
    cr_expect_str_eq(first.account.digits, again.account.digits);
    cr_expect_eq(log_size(), size);
}

Test(account, another_request_under_the_same_token_is_a_conflict)
{
    cbi_opening_terms terms = counter_terms;
    cbi_opened opened;
    cbank_error err;

    terms.token = cbi_bytes_of("0123456789abcdef", CBI_TOKEN_SIZE);
    teller_works(open_one(OTHER_NUMBER, "乙", &terms, false, &opened, &teller_err));
    teller_fails(open_one(THIRD_NUMBER, "丙", &terms, false, &opened, &err), err, TOKEN_CONFLICT);
    terms.opened_by = TELLER_COLLEGE;
    teller_fails(open_one(OTHER_NUMBER, "乙", &terms, false, &opened, &err), err, TOKEN_CONFLICT);
}

Test(account, a_token_is_sixteen_bytes_or_none)
{
    cbi_opening_terms terms = counter_terms;
    cbi_opened opened;
    cbank_error err;

    terms.token = cbi_bytes_of("short", 5);
    teller_fails(open_one(OTHER_NUMBER, "乙", &terms, false, &opened, &err), err, BAD_ARGUMENT);
}

/* ---- terms --------------------------------------------------------------------------------- */

Test(account, may_be_opened_by_an_institution_that_the_bank_knows)
{
    cbi_opening_terms terms = counter_terms;
    cbi_opened opened;
    cbank_error err;

    terms.opened_by = "NOBODY";
    teller_fails(open_one(OTHER_NUMBER, "乙", &terms, false, &opened, &err), err,
                 INSTITUTION_MISSING);
    terms.opened_by = TELLER_COLLEGE;
    teller_works(open_one(OTHER_NUMBER, "乙", &terms, false, &opened, &teller_err));
    cr_expect(opened.opened);
}

Test(account, terms_that_make_no_statement_are_refused_before_anything_is_written)
{
    Cbank__V1__Code channel = CBANK__V1__CODE__INIT;
    cbi_opening_terms terms = counter_terms;
    uint64_t size = log_size();
    cbi_opened opened;
    cbank_error err;

    terms.channel = &channel; /* neither scheme nor value */
    cr_expect_eq(open_one(OTHER_NUMBER, "乙", &terms, false, &opened, &err), CBANK_E_INVALID);
    terms = counter_terms;
    terms.assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_UNSPECIFIED;
    cr_expect_eq(open_one(OTHER_NUMBER, "乙", &terms, false, &opened, &err), CBANK_E_INVALID);
    cr_expect_eq(log_size(), size);
    cr_expect_eq(accounts(), 1);
}

/* ---- at once ------------------------------------------------------------------------------- */

#define CLERKS 4
#define PERSONS_EACH 5

/* Every clerk opens accounts for the same persons, and for one of his own. */
static void *work(void *argument)
{
    const size_t clerk = *(const size_t *)argument;

    for (size_t i = 0; i < PERSONS_EACH; i++) {
        char number[32];
        cbi_person person = {0};
        cbi_opened opened;

        snprintf(number, sizeof(number), "2024%zu", i + 1 == PERSONS_EACH ? 100 + clerk : i);
        if (cbi_person_from_opening("student/PXU", number, "乙", &person, NULL) != CBANK_OK ||
            cbi_account_open_all(it.bank, &person, 1, &counter_terms, TELLER_TIME + 60, false,
                                 &opened, NULL) != CBANK_OK)
            return argument;
        cbi_person_clear(&person);
    }
    return NULL;
}

Test(account, of_one_person_is_one_though_several_clerks_open_it_at_once)
{
    pthread_t threads[CLERKS];
    size_t numbers[CLERKS];
    void *failed;

    for (size_t i = 0; i < CLERKS; i++) {
        numbers[i] = i;
        cr_assert_eq(pthread_create(&threads[i], NULL, work, &numbers[i]), 0);
    }
    for (size_t i = 0; i < CLERKS; i++) {
        cr_assert_eq(pthread_join(threads[i], &failed), 0);
        cr_expect_null(failed);
    }
    cr_expect_eq(accounts(), 1 + (PERSONS_EACH - 1) + CLERKS);
}

/* ---- what it amounts to --------------------------------------------------------------------- */

static cbi_standing standing_of(const char *account)
{
    cbi_reader reader;
    cbi_standing standing;

    teller_works(cbi_ledger_read_begin(it.bank->ledger, &reader, &teller_err));
    teller_works(cbi_standing_read(&reader, account, &standing, &teller_err));
    cbi_ledger_read_end(&reader);
    return standing;
}

Test(account, amounts_to_the_records_that_hold)
{
    cbi_standing standing = standing_of(it.account.digits);
    int64_t opened_at = it.now;
    teller_id doubted, revoked, amended;

    cr_expect_eq(standing.opened_at, opened_at);
    cr_expect_eq(standing.entries, 1);
    cr_expect_eq(standing.records, 0);
    cr_expect_eq(standing.totals.count, 0);

    teller_issue(&it, "A", 3500);
    doubted = teller_issue(&it, "B", 2000);
    revoked = teller_issue(&it, "C", 1000);
    amended = teller_issue(&it, "D", 500);
    teller_change(&it, doubted.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND);
    teller_change(&it, revoked.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    teller_amend(&it, amended.text, 700);
    standing = standing_of(it.account.digits);
    cr_expect_eq(standing.records, 2);
    cr_expect_eq(standing.entries, 1 + 4 + 2 + 2);
    cr_expect_eq(cbi_totals_of(&standing.totals, "credit"), 4200);

    teller_change(&it, doubted.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REINSTATE);
    standing = standing_of(it.account.digits);
    cr_expect_eq(standing.records, 3);
    cr_expect_eq(cbi_totals_of(&standing.totals, "credit"), 6200);
}
