/* What the log must not hold: sealed, in its place, and nowhere else readable. */
#include <criterion/criterion.h>

#include <string.h>

#include "bank/teller.h"
#include "bank/vault.h"

#define OTHER_NUMBER "360321190001010033"

static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};
static teller it;

static cbank_buffer get(cbi_table table, cbi_bytes key)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);
    cbank_buffer value = {0};

    teller_works(cbi_txn_get(txn, table, key, &value, &teller_err));
    cbi_txn_abort(txn);
    return value;
}

static cbank_status read_person(const char *account, char *name, cbank_error *err)
{
    Cbank__Api__V1__Person *person = NULL;
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);
    cbank_status status = cbi_vault_get_person(it.bank, txn, account, &person, err);

    if (status == CBANK_OK)
        strcpy(name, cbi_person_current_name(person));
    cbi_vault_free_person(person);
    cbi_txn_abort(txn);
    return status;
}

Test(vault, gives_back_the_person_in_both_suites)
{
    char name[128];

    for (size_t i = 0; i < 2; i++) {
        teller_open(&it, suites[i]);
        teller_works(read_person(it.account.digits, name, &teller_err));
        cr_expect_str_eq(name, TELLER_NAME);
        teller_close(&it);
    }
}

Test(vault, shows_nothing_of_a_person_in_its_rows)
{
    for (size_t i = 0; i < 2; i++) {
        cbank_buffer row;

        teller_open(&it, suites[i]);
        row = get(CBI_TABLE_VAULT, cbi_bytes_of_text(it.account.digits));
        cr_expect_null(memmem(row.data, row.size, TELLER_NAME, strlen(TELLER_NAME)));
        cr_expect_null(memmem(row.data, row.size, TELLER_NUMBER, strlen(TELLER_NUMBER)));
        cbank_buffer_clear(&row);
        teller_close(&it);
    }
}

Test(vault, does_not_open_a_row_that_was_moved_or_changed)
{
    char name[128];
    cbank_error err;

    for (size_t i = 0; i < 2; i++) {
        cbi_account other;
        cbank_buffer row;
        cbi_txn *txn;

        teller_open(&it, suites[i]);
        other = teller_open_account(&it, TELLER_DOCUMENT, OTHER_NUMBER, "乙");
        row = get(CBI_TABLE_VAULT, cbi_bytes_of_text(other.digits));
        txn = teller_begin(&it, CBI_TXN_WRITE);
        teller_works(cbi_txn_put(txn, CBI_TABLE_VAULT, cbi_bytes_of_text(it.account.digits),
                                 cbi_bytes_of_buffer(&row), &teller_err));
        row.data[row.size / 2] ^= 1;
        teller_works(cbi_txn_put(txn, CBI_TABLE_VAULT, cbi_bytes_of_text(other.digits),
                                 cbi_bytes_of_buffer(&row), &teller_err));
        teller_commit(txn);
        cr_expect_eq(read_person(it.account.digits, name, &err), CBANK_E_CORRUPT, "moved");
        cr_expect_eq(read_person(other.digits, name, &err), CBANK_E_CORRUPT, "changed");
        cbank_buffer_clear(&row);
        teller_close(&it);
    }
}

Test(vault, does_not_find_whom_it_has_forgotten)
{
    char name[128];
    cbank_error err;
    cbi_txn *txn;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_txn_delete(txn, CBI_TABLE_VAULT, cbi_bytes_of_text(it.account.digits),
                                &teller_err));
    teller_commit(txn);
    cr_expect_eq(read_person(it.account.digits, name, &err), CBANK_E_NOT_FOUND);
    teller_close(&it);
}

Test(vault, opens_commitments_only_where_they_stand)
{
    Cbank__V1__Opening *opening = NULL;
    cbi_hash random = {{5}};
    cbank_buffer sealed = {0};
    uint8_t key[8];
    cbi_txn *txn;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_vault_put_opening(it.bank, txn, 1000, &random, TELLER_DOCUMENT, TELLER_NUMBER,
                                       &teller_err));
    teller_works(cbi_vault_get_opening(it.bank, txn, 1000, &opening, &teller_err));
    cr_expect_str_eq(opening->number, TELLER_NUMBER);
    cr_expect_str_eq(opening->document_type, TELLER_DOCUMENT);
    cr_expect(cbi_bytes_equal(cbi_message_bytes(opening->random), cbi_bytes_of_hash(&random)));
    cbi_vault_free_opening(opening);
    opening = NULL;
    cbi_put_u64(key, 1000);
    teller_works(cbi_txn_get(txn, CBI_TABLE_OPENING, cbi_bytes_of(key, 8), &sealed, &teller_err));
    cbi_put_u64(key, 1001);
    teller_works(cbi_txn_put(txn, CBI_TABLE_OPENING, cbi_bytes_of(key, 8),
                             cbi_bytes_of_buffer(&sealed), &teller_err));
    cr_expect_eq(cbi_vault_get_opening(it.bank, txn, 1001, &opening, NULL), CBANK_E_CORRUPT);
    cr_expect_null(opening);
    cbi_txn_abort(txn);
    cbank_buffer_clear(&sealed);
    teller_close(&it);
}

static cbi_identity document_of(const char *type, const char *number)
{
    cbi_identity document;

    teller_works(cbi_identity_normalise(cbi_bytes_of_text(type), cbi_bytes_of_text(number),
                                        &document, &teller_err));
    return document;
}

Test(vault, finds_an_account_by_the_document_it_knows_and_no_other)
{
    cbi_account found;
    cbank_error err;

    for (size_t i = 0; i < 2; i++) {
        cbi_identity known = document_of(TELLER_DOCUMENT, TELLER_NUMBER);
        cbi_identity other = document_of(TELLER_DOCUMENT, OTHER_NUMBER);
        cbi_identity student = document_of("student/PXU", TELLER_NUMBER);
        cbi_txn *txn;

        teller_open(&it, suites[i]);
        txn = teller_begin(&it, CBI_TXN_READ);
        teller_works(cbi_vault_find_account(it.bank, txn, &known, &found, &teller_err));
        cr_expect_str_eq(found.digits, it.account.digits);
        teller_fails(cbi_vault_find_account(it.bank, txn, &other, &found, &err), err,
                     LEARNER_UNKNOWN);
        teller_fails(cbi_vault_find_account(it.bank, txn, &student, &found, &err), err,
                     LEARNER_UNKNOWN);
        cbi_txn_abort(txn);
        teller_close(&it);
    }
}

Test(vault, keeps_look_ups_that_say_nothing_of_the_number)
{
    cbi_identity document = document_of(TELLER_DOCUMENT, TELLER_NUMBER);
    cbi_page page = {0};
    cbi_hash digest;
    cbi_hasher *hasher = NULL;
    cbi_txn *txn;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    txn = teller_begin(&it, CBI_TXN_READ);
    teller_works(cbi_txn_page(txn, CBI_TABLE_IDENTITY, cbi_bytes_of(NULL, 0),
                              cbi_bytes_of(NULL, 0), 10, &page, &teller_err));
    cr_assert_eq(page.count, 1);
    teller_works(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, &teller_err));
    teller_works(cbi_digest_parts(hasher, &(cbi_bytes){(const uint8_t *)document.number,
                                                       strlen(document.number)},
                                  1, &digest, &teller_err));
    cr_expect(!cbi_bytes_equal(cbi_page_key(&page, 0), cbi_bytes_of_hash(&digest)),
              "a plain digest could be tried number by number");
    cr_expect_eq(cbi_page_key(&page, 0).size, CBI_HASH_SIZE);
    cbi_hasher_free(hasher);
    cbi_page_clear(&page);
    cbi_txn_abort(txn);
    teller_close(&it);
}
