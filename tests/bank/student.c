/* Student numbers lead to accounts: to whom, and when. */
#include "bank/student.h"
#include "bank/teller.h"

#define STUDENT "20240001"

static cbi_identity number_of(const char *text)
{
    cbi_identity number = {0};

    teller_works(cbi_identity_normalise(cbi_bytes_of_text("student/PXU"), cbi_bytes_of_text(text),
                                        &number, &teller_err));
    return number;
}

static cbank_status link_number(teller *it, const char *account, uint32_t from, uint32_t until,
                                cbank_error *err)
{
    cbi_identity number = number_of(STUDENT);
    cbi_period period = {from, until};
    cbi_txn *txn = teller_begin(it, CBI_TXN_WRITE);
    bool linked;
    cbank_status status = cbi_student_check(it->bank, txn, &number, account, &period, &linked, err);

    if (status == CBANK_OK)
        status = cbi_student_link(it->bank, txn, &number, account, &period, err);
    if (status == CBANK_OK)
        teller_commit(txn);
    else
        cbi_txn_abort(txn);
    return status;
}

/* To whom the number leads on a day; "" if that is a conflict or nobody. */
static cbi_account find_on(teller *it, uint32_t on)
{
    cbi_identity number = number_of(STUDENT);
    cbi_txn *txn = teller_begin(it, CBI_TXN_READ);
    cbi_account found = {0};

    (void)cbi_student_find(it->bank, txn, &number, on, &found, NULL);
    cbi_txn_abort(txn);
    return found;
}

Test(student, a_number_leads_to_whoever_has_it)
{
    cbi_identity number = number_of(STUDENT);
    cbi_account found;
    cbank_error err;
    cbi_txn *txn;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    txn = teller_begin(&it, CBI_TXN_READ);
    teller_fails(cbi_student_find(it.bank, txn, &number, 0, &found, &err), err, LEARNER_UNKNOWN);
    cbi_txn_abort(txn);
    teller_works(link_number(&it, it.account.digits, 20200901, 0, &teller_err));
    cr_expect_str_eq(find_on(&it, 0).digits, it.account.digits);
    cr_expect_str_eq(find_on(&it, 20190101).digits, it.account.digits, "nobody else ever had it");
    teller_close(&it);
}

Test(student, a_number_that_is_given_again_leads_to_its_holder_of_the_day)
{
    cbi_account other;
    cbank_error err;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    other = teller_open_account(&it, "passport/GBR", "AB1234567", "");
    teller_works(link_number(&it, it.account.digits, 20160901, 0, &teller_err));
    teller_fails(link_number(&it, other.digits, 20200901, 0, &err), err, STUDENT_TAKEN);
    teller_works(link_number(&it, it.account.digits, 0, 20190600, &teller_err));
    teller_fails(link_number(&it, other.digits, 20190630, 0, &err), err, STUDENT_TAKEN);
    teller_works(link_number(&it, other.digits, 20190701, 0, &teller_err));
    cr_expect_str_eq(find_on(&it, 0).digits, other.digits, "today");
    cr_expect_str_eq(find_on(&it, 20190630).digits, it.account.digits);
    cr_expect_str_eq(find_on(&it, 20190700).digits, other.digits);
    cr_expect_str_eq(find_on(&it, 20170000).digits, it.account.digits);
    cr_expect_str_eq(find_on(&it, 20190000).digits, "", "the year alone does not tell");
    cr_expect_str_eq(find_on(&it, 20150101).digits, "", "neither of them yet");
    teller_close(&it);
}

Test(student, a_number_moves_with_a_merged_account_and_goes_with_an_erased_one)
{
    cbi_identity number = number_of(STUDENT);
    cbi_account other;
    cbi_txn *txn;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    other = teller_open_account(&it, "passport/GBR", "AB1234567", "");
    teller_works(link_number(&it, it.account.digits, 20160901, 20190600, &teller_err));
    teller_works(link_number(&it, other.digits, 20190701, 0, &teller_err));
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_vault_move_account(it.bank, txn, &number, it.account.digits, other.digits,
                                        &teller_err));
    teller_commit(txn);
    cr_expect_str_eq(find_on(&it, 20170000).digits, other.digits, "both are one account's");
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_vault_drop_account(it.bank, txn, &number, it.account.digits, &teller_err));
    teller_commit(txn);
    cr_expect_str_eq(find_on(&it, 0).digits, other.digits, "it was not that one's any more");
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_vault_drop_account(it.bank, txn, &number, other.digits, &teller_err));
    teller_commit(txn);
    cr_expect_str_eq(find_on(&it, 0).digits, "");
    teller_close(&it);
}

Test(student, a_number_stands_among_the_documents_of_its_holder)
{
    Cbank__Api__V1__Person *person = NULL;
    cbi_txn *txn;
    teller it;

    teller_open(&it, CBI_SUITE_SM3_SM2);
    teller_works(link_number(&it, it.account.digits, 20160901, 0, &teller_err));
    teller_works(link_number(&it, it.account.digits, 0, 20190630, &teller_err));
    txn = teller_begin(&it, CBI_TXN_READ);
    teller_works(cbi_vault_get_person(it.bank, txn, it.account.digits, &person, &teller_err));
    cr_assert_eq(person->n_documents, 2, "once");
    cr_expect_str_eq(person->documents[1]->number, STUDENT);
    cr_expect_eq(person->documents[1]->from, 20160901);
    cr_expect_eq(person->documents[1]->until, 20190630);
    cbi_vault_free_person(person);
    cbi_txn_abort(txn);
    teller_close(&it);
}

Test(student, a_row_is_read_in_both_forms_and_no_other)
{
    static const char account[] = "1234567890123428";
    cbi_student_holder holders[CBI_STUDENT_HOLDERS_MAX];
    uint8_t row[CBI_STUDENT_HOLDERS_MAX * 24 + 24] = {0};
    size_t count;

    for (size_t at = 0; at < sizeof(row); at += 24)
        memcpy(row + at, account, 16);
    for (size_t size = 0; size <= sizeof(row); size++) {
        bool good = size == 16 || (size > 0 && size % 24 == 0 && size < sizeof(row));

        cr_expect_eq(cbi_student_decode(cbi_bytes_of(row, size), holders, &count), good, "%zu",
                     size);
    }
    row[3] ^= 1;
    cr_expect(!cbi_student_decode(cbi_bytes_of(row, 24), holders, &count));
}
