/* Keys in other hands: reported with a place in the log, and replaced on the bank's word. */
#include <criterion/criterion.h>

#include <string.h>

#include "bank/auditor.h"
#include "bank/keyloss.h"
#include "bank/keyring.h"

static void begin(void)
{
    auditor_begin();
}

static void end(void)
{
    auditor_end();
}

TestSuite(keyloss, .init = begin, .fini = end);

static const cbi_keyloss lost = {
    .institution = TELLER_COLLEGE, .reason = "stolen", .document = ""};

static cbank_status report(const cbi_keyloss *loss, cbi_keyloss_noted *out, cbank_error *err)
{
    return cbi_keyloss_report(audited.bank, loss, (cbi_bytes){0}, ++audited.now, out, err);
}

static Cbank__V1__DirectoryInstitution *college(void)
{
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_READ);

    teller_works(cbi_institution_read(txn, TELLER_COLLEGE, &row, &teller_err));
    cbi_txn_abort(txn);
    return row;
}

static cbank_status signer(cbank_error *err)
{
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_READ);
    cbi_public key;
    cbank_status status =
        cbi_institution_signer(audited.bank, txn, TELLER_COLLEGE, &key, err);

    cbi_txn_abort(txn);
    return status;
}

static cbi_private *replace(void)
{
    cbi_private *key = NULL;

    teller_works(cbi_private_new(audited.bank->config.suite, &key, &teller_err));
    teller_works(cbi_keyloss_replace(audited.bank, TELLER_COLLEGE, cbi_private_public(key),
                                     (cbi_bytes){0}, ++audited.now, &teller_err));
    return key;
}

Test(keyloss, from_now_on_leaves_all_that_was_received)
{
    Cbank__V1__DirectoryInstitution *row;
    cbi_keyloss_noted noted;
    cbank_error err;

    teller_works(report(&lost, &noted, &teller_err));
    cr_expect_eq(noted.since, noted.index);
    row = college();
    cr_expect_eq(row->keys[0]->compromised_since, noted.index);
    cr_expect_eq(row->keys[0]->until_index, noted.index);
    cbi_message_free(row);
    teller_fails(signer(&err), err, SIGNER_COMPROMISED);
    auditor_finds_nothing();
}

Test(keyloss, a_place_can_be_moved_back_and_never_forward)
{
    cbi_keyloss loss = lost;
    cbi_keyloss_noted noted;
    Cbank__V1__DirectoryInstitution *row = college();
    uint64_t first = row->keys[0]->from_index;
    cbank_error err;

    cbi_message_free(row);
    loss.since = first + 3;
    teller_works(report(&loss, &noted, &teller_err));
    teller_fails(report(&loss, &noted, &err), err, COMPROMISED_ALREADY);
    loss.since = first + 4;
    teller_fails(report(&loss, &noted, &err), err, COMPROMISED_ALREADY);
    loss.since = 0;
    teller_fails(report(&loss, &noted, &err), err, COMPROMISED_ALREADY);
    loss.since = first;
    teller_works(report(&loss, &noted, &teller_err));
    row = college();
    cr_expect_eq(row->keys[0]->compromised_since, first);
    cr_expect_lt(row->keys[0]->until_index, noted.index, "it ended with the first report");
    cbi_message_free(row);
    auditor_finds_nothing();
}

Test(keyloss, the_place_lies_within_the_keys_own_time)
{
    cbi_keyloss loss = lost;
    cbi_keyloss_noted noted;
    cbank_error err;
    uint8_t unknown[32] = {9};

    loss.since = UINT64_MAX;
    teller_fails(report(&loss, &noted, &err), err, COMPROMISE_PLACE);
    loss.key = cbi_bytes_of(unknown, sizeof(unknown));
    teller_fails(report(&loss, &noted, &err), err, BANK_KEY_UNKNOWN);
    loss = lost;
    loss.institution = "NOBODY";
    teller_fails(report(&loss, &noted, &err), err, INSTITUTION_MISSING);
    loss.institution = "x";
    teller_fails(report(&loss, &noted, &err), err, INSTITUTION_MISSING);
    loss = lost;
    loss.reason = "my neighbour took it";
    cr_expect_neq(report(&loss, &noted, &err), CBANK_OK, "free text never enters the log");
}

Test(keyloss, the_same_token_gives_the_same_answer)
{
    uint8_t token[CBI_TOKEN_SIZE] = {7};
    cbi_keyloss_noted one, two;

    for (int i = 0; i < 2; i++)
        teller_works(cbi_keyloss_report(audited.bank, &lost, cbi_bytes_of(token, sizeof(token)),
                                        ++audited.now, i == 0 ? &one : &two, &teller_err));
    cr_expect_eq(one.index, two.index);
    cr_expect_eq(one.since, two.since);
    cr_expect(cbi_public_equal(&one.key, &two.key));
}

Test(keyloss, a_new_key_stands_on_the_banks_word_and_only_after_a_loss)
{
    cbi_private *key = NULL;
    cbi_keyloss_noted noted;
    cbank_error err;

    teller_works(cbi_private_new(audited.bank->config.suite, &key, &teller_err));
    teller_fails(cbi_keyloss_replace(audited.bank, TELLER_COLLEGE, cbi_private_public(key),
                                     (cbi_bytes){0}, ++audited.now, &err),
                 err, KEY_NOT_COMPROMISED);
    cbi_private_free(key);
    teller_works(report(&lost, &noted, &teller_err));
    teller_fails(cbi_keyloss_replace(audited.bank, TELLER_COLLEGE, &noted.key, (cbi_bytes){0},
                                     ++audited.now, &err),
                 err, KEY_USED_BEFORE);
    cbi_private_free(audited.college_key);
    audited.college_key = replace();
    teller_issue(&audited, "AFTER", 1000);
    Cbank__V1__DirectoryInstitution *row = college();
    cr_expect_eq(row->n_keys, 2);
    cr_expect_eq(row->keys[1]->request.len, 0);
    cbi_message_free(row);
    auditor_finds_nothing();
}

Test(keyloss, a_suspended_institutions_key_can_be_lost_too)
{
    cbi_keyloss_noted noted;

    teller_works(cbi_institution_change(audited.bank, TELLER_COLLEGE, true, "audit", "",
                                        (cbi_bytes){0}, ++audited.now, &teller_err));
    teller_works(report(&lost, &noted, &teller_err));
    auditor_finds_nothing();
    teller_works(cbi_institution_change(audited.bank, TELLER_COLLEGE, false, "audit", "",
                                        (cbi_bytes){0}, ++audited.now, &teller_err));
    cbi_private_free(audited.college_key);
    audited.college_key = replace();
    teller_issue(&audited, "AFTER", 1000);
    auditor_finds_nothing();
}

Test(keyloss, a_row_that_hides_the_loss_or_dates_it_otherwise_is_found)
{
    for (int i = 0; i < 2; i++) {
        Cbank__V1__DirectoryInstitution *row;
        cbi_keyloss_noted noted;
        cbi_txn *txn;

        if (i == 1) {
            end();
            begin();
        }
        teller_works(report(&lost, &noted, &teller_err));
        row = college();
        row->keys[0]->compromised_since = i == 0 ? 0 : noted.since - 1;
        txn = teller_begin(&audited, CBI_TXN_WRITE);
        teller_works(cbi_institution_write(txn, row, &teller_err));
        teller_commit(txn);
        cbi_message_free(row);
        auditor_finds(CBI_REASON_CHECK_ROW, "institution", i == 0 ? "compromised" : "content");
    }
}

Test(keyloss, the_log_key_of_today_is_replaced_first)
{
    cbi_keyloss loss = {.institution = "", .since = 2, .reason = "stolen", .document = ""};
    Cbank__V1__BankKeys *keys = NULL;
    cbi_keyloss_noted noted;
    cbank_error err;
    cbi_txn *txn;
    uint8_t old[CBI_PUBLIC_MAX];
    cbi_bytes key = cbi_public_bytes(cbi_private_public(audited.bank->log_key.key));

    memcpy(old, key.data, key.size);
    loss.key = cbi_bytes_of(old, key.size);
    teller_fails(report(&loss, &noted, &err), err, KEY_IN_USE);
    cbi_bank_close(audited.bank);
    audited.bank = NULL;
    teller_works(cbi_logkey_rotate(audited.path, (cbi_bytes){0}, ++audited.now, &teller_err));
    teller_works(cbi_bank_open(audited.path, (cbi_bytes){0}, &audited.bank, &teller_err));
    loss.since = 0;
    teller_fails(report(&loss, &noted, &err), err, FIELD_MISSING);
    loss.since = 5;
    teller_works(report(&loss, &noted, &teller_err));
    txn = teller_begin(&audited, CBI_TXN_READ);
    teller_works(cbi_keyring_read(audited.bank, txn, &keys, &teller_err));
    cbi_txn_abort(txn);
    cr_expect_eq(keys->log_keys[0]->compromised_since, 5);
    cr_expect_eq(keys->log_keys[1]->compromised_since, 0);
    cbi_message_free(keys);
    auditor_finds_nothing();
}
