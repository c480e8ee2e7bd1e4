/* Whatever a stranger changes in the tables of a bank, the auditor's check finds. */
#include <criterion/criterion.h>

#include <string.h>

#include "bank/auditor.h"
#include "bank/institution.h"
#include "bank/vault.h"

TestSuite(check_tables, .init = auditor_begin, .fini = auditor_end);

/* ---- persons ---------------------------------------------------------------------------- */

Test(check_tables, a_vault_row_swapped_between_two_accounts_is_found_and_refused_at_use)
{
    cbi_account other = teller_open_account(&audited, "cn-id", "360321190001010033", "乙");
    Cbank__Api__V1__Person *person = NULL;
    cbi_txn *txn;
    cbank_error err;

    auditor_swap(CBI_TABLE_VAULT, cbi_bytes_of_text(audited.account.digits),
                 cbi_bytes_of_text(other.digits));
    txn = teller_begin(&audited, CBI_TXN_READ);
    cr_expect_eq(cbi_vault_get_person(audited.bank, txn, other.digits, &person, &err),
                 CBANK_E_CORRUPT);
    cr_expect_null(person);
    cbi_txn_abort(txn);
    auditor_finds(CBI_REASON_CHECK_ROW, "vault", "SEAL_BROKEN");
}

Test(check_tables, a_person_who_is_gone_while_the_account_stands_is_found)
{
    auditor_drop(CBI_TABLE_VAULT, cbi_bytes_of_text(audited.account.digits));
    auditor_finds(CBI_REASON_CHECK_ROW, "vault", "missing");
}

Test(check_tables, a_person_of_nobodys_account_is_found)
{
    cbank_buffer value = auditor_get(CBI_TABLE_VAULT, cbi_bytes_of_text(audited.account.digits));
    cbi_account nobody;

    teller_works(cbi_account_make(4711, &nobody, &teller_err));
    auditor_put(CBI_TABLE_VAULT, cbi_bytes_of_text(nobody.digits), cbi_bytes_of_buffer(&value));
    cbank_buffer_clear(&value);
    auditor_finds(CBI_REASON_CHECK_ROW, "vault", "account");
}

Test(check_tables, openings_swapped_between_two_records_are_found)
{
    cbank_buffer keys[2] = {{0}}, value = {0};

    auditor_get_row(CBI_TABLE_OPENING, "", 1, &keys[0], &value);
    auditor_get_row(CBI_TABLE_OPENING, "", 2, &keys[1], &value);
    auditor_swap(CBI_TABLE_OPENING, cbi_bytes_of_buffer(&keys[0]), cbi_bytes_of_buffer(&keys[1]));
    for (size_t i = 0; i < 2; i++)
        cbank_buffer_clear(&keys[i]);
    cbank_buffer_clear(&value);
    auditor_finds(CBI_REASON_CHECK_ROW, "opening", "SEAL_BROKEN");
}

Test(check_tables, an_opening_sealed_anew_that_does_not_open_its_record_is_found)
{
    cbi_hash random = {{7}};
    cbank_buffer key = {0}, value = {0};
    uint64_t count;
    cbi_txn *txn;

    txn = teller_begin(&audited, CBI_TXN_READ);
    teller_works(cbi_txn_count(txn, CBI_TABLE_OPENING, &count, &teller_err));
    cbi_txn_abort(txn);
    auditor_get_row(CBI_TABLE_OPENING, "", (size_t)count - 1, &key, &value);
    auditor_drop(CBI_TABLE_OPENING, cbi_bytes_of_buffer(&key));
    txn = teller_begin(&audited, CBI_TXN_WRITE);
    teller_works(cbi_vault_put_opening(audited.bank, txn, cbi_get_u64(key.data), &random,
                                       TELLER_DOCUMENT, TELLER_NUMBER, &teller_err));
    teller_commit(txn);
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
    auditor_finds(CBI_REASON_CHECK_ROW, "opening", "commitment");
}

Test(check_tables, an_opening_that_is_gone_is_found)
{
    auditor_drop_row(CBI_TABLE_OPENING, "", 1);
    auditor_finds(CBI_REASON_CHECK_ROW, "opening", "missing");
}

Test(check_tables, a_document_that_leads_nowhere_is_found)
{
    auditor_drop_row(CBI_TABLE_IDENTITY, "", 0);
    auditor_finds(CBI_REASON_CHECK_ROW, "vault", "LEARNER_UNKNOWN");
}

Test(check_tables, a_document_that_leads_to_another_account_is_found)
{
    cbi_account other = teller_open_account(&audited, "cn-id", "360321190001010033", "乙");
    cbank_buffer key = {0}, value = {0};

    auditor_get_row(CBI_TABLE_IDENTITY, "", 0, &key, &value);
    auditor_put(CBI_TABLE_IDENTITY, cbi_bytes_of_buffer(&key),
        cbi_bytes_equal(cbi_bytes_of_buffer(&value), cbi_bytes_of_text(other.digits))
            ? cbi_bytes_of_text(audited.account.digits)
            : cbi_bytes_of_text(other.digits));
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
    auditor_finds(CBI_REASON_CHECK_ROW, "vault", "account");
}

Test(check_tables, a_document_of_an_account_that_is_not_there_is_found)
{
    cbi_hash key = {{1}};
    cbi_account nobody;

    teller_works(cbi_account_make(4711, &nobody, &teller_err));
    auditor_put(CBI_TABLE_IDENTITY, cbi_bytes_of_hash(&key), cbi_bytes_of_text(nobody.digits));
    auditor_finds(CBI_REASON_CHECK_ROW, "identity", "account");
}

/* ---- states ----------------------------------------------------------------------------- */

Test(check_tables, a_revoked_record_made_to_hold_again_is_found)
{
    auditor_drop_row(CBI_TABLE_STATE, "s", 1);
    auditor_finds(CBI_REASON_CHECK_ROW, "state", "record");
}

Test(check_tables, a_state_that_no_change_led_to_is_found)
{
    auditor_flip_row(CBI_TABLE_STATE, "s", 0, 0);
    auditor_finds(CBI_REASON_CHECK_ROW, "state", "record");
}

Test(check_tables, the_state_of_what_is_no_record_is_found)
{
    uint8_t key[9] = {'s'}, revoked = CBI_RECORD_REVOKED;

    auditor_put(CBI_TABLE_STATE, cbi_bytes_of(key, sizeof(key)), cbi_bytes_of(&revoked, 1));
    auditor_finds(CBI_REASON_CHECK_ROW, "state", "form");
}

Test(check_tables, an_account_frozen_without_a_statement_is_found)
{
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_WRITE);

    teller_works(cbi_account_put_life(txn, audited.account.digits, CBI_LIFE_FROZEN, &teller_err));
    teller_commit(txn);
    auditor_finds(CBI_REASON_CHECK_ROW, "state", "account");
}

/* ---- references and batches ------------------------------------------------------------- */

Test(check_tables, a_reference_that_is_gone_is_found)
{
    auditor_drop_row(CBI_TABLE_REFERENCE, "", 0);
    auditor_finds(CBI_REASON_CHECK_ROW, "reference", "older");
}

Test(check_tables, a_reference_to_an_older_revision_is_found)
{
    cbank_buffer key = {0}, value = {0}, other_key = {0}, other = {0};

    auditor_get_row(CBI_TABLE_REFERENCE, "", 0, &other_key, &other);
    auditor_get_row(CBI_TABLE_REFERENCE, "", 3, &key, &value);
    auditor_put(CBI_TABLE_REFERENCE, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&other));
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
    cbank_buffer_clear(&other_key);
    cbank_buffer_clear(&other);
    auditor_finds(CBI_REASON_CHECK_ROW, "reference", "reference");
}

Test(check_tables, a_content_digest_that_was_changed_is_found)
{
    auditor_flip_row(CBI_TABLE_REFERENCE, "", 0, 20);
    auditor_finds(CBI_REASON_CHECK_ROW, "reference", "content");
}

/* All others are good, and what they are about was looked at before this one is met. */
Test(check_tables, a_reference_more_to_a_record_that_has_one_is_found)
{
    cbank_buffer key = {0}, value = {0};

    auditor_get_row(CBI_TABLE_REFERENCE, "", 0, &key, &value);
    key.data[key.size - 1] ^= 1;
    auditor_put(CBI_TABLE_REFERENCE, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&value));
    auditor_finds(CBI_REASON_CHECK_ROW, "reference", "reference");
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
}

Test(check_tables, an_opening_of_what_has_none_is_found)
{
    cbank_buffer key = {0}, value = {0};
    uint8_t founding[8] = {0}; /* the first statement of the log is about the bank */

    auditor_get_row(CBI_TABLE_OPENING, "", 0, &key, &value);
    auditor_put(CBI_TABLE_OPENING, cbi_bytes_of(founding, sizeof(founding)),
                cbi_bytes_of_buffer(&value));
    auditor_finds(CBI_REASON_CHECK_ROW, "opening", "statement");
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
}

/* Two threads find what one finds, in the order of the rows. */
Test(check_tables, of_many_records_each_that_was_changed_is_found_in_its_place)
{
    enum { RECORDS = 60, EVERY = 7 };
    static teller_id ids[RECORDS];
    uint64_t before = 0;
    cbi_check *check;

    teller_issue_many(&audited, audited.account.digits, RECORDS, ids);
    for (unsigned i = 0; i < RECORDS; i += EVERY)
        auditor_flip_row(CBI_TABLE_REFERENCE, "", i, 20);
    check = auditor_run();
    cr_expect_eq(cbi_check_total(check), (RECORDS + EVERY - 1) / EVERY);
    for (size_t i = 0; cbi_check_finding(check, i) != NULL; i++) {
        cr_expect_str_eq(cbi_check_finding(check, i)->detail, "content");
        cr_expect(i == 0 || cbi_check_finding(check, i)->where == before + EVERY);
        before = cbi_check_finding(check, i)->where;
    }
    cbi_check_end(check);
}

/* Of the batches that the auditor made only the last, an amendment, has more than one item. */
#define OF_ONE 1u
#define OF_TWO 7u

/* A row of a batch (intake.h); of its ids the first page. */
static cbi_bytes part_key(uint64_t batch, char part, uint8_t out[CBI_INTAKE_KEY_SIZE + 4])
{
    cbi_bytes key = cbi_intake_key(batch, part, out);

    cbi_put_u32(out + CBI_INTAKE_KEY_SIZE, 0);
    return cbi_bytes_of(out, key.size + (part == 'h' ? 4 : 0));
}

static void flip_part(uint64_t batch, char part, size_t offset)
{
    uint8_t key[CBI_INTAKE_KEY_SIZE + 4];

    auditor_flip(CBI_TABLE_BATCH, part_key(batch, part, key), offset);
}

Test(check_tables, a_record_id_that_was_changed_is_found)
{
    flip_part(OF_TWO, 'h', CBI_HASH_SIZE); /* after the change comes the new record */
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "record id");
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "ROW_DAMAGED");
}

/* It stands in the batch's row, as its root. */
Test(check_tables, the_only_record_id_of_a_batch_that_was_changed_is_found)
{
    flip_part(OF_ONE, 'r', CBI_HASH_SIZE);
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "record id");
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "envelope");
}

Test(check_tables, a_page_of_record_ids_that_is_gone_or_changed_is_found)
{
    static teller_id ids[3];
    uint8_t key[CBI_INTAKE_KEY_SIZE + 4];
    cbank_buffer value;

    teller_issue_many(&audited, audited.account.digits, 3, ids);
    for (uint64_t batch = OF_TWO; batch <= OF_TWO + 1; batch++) {
        cbi_bytes name = part_key(batch, 'h', key);

        value = auditor_get(CBI_TABLE_BATCH, name);
        auditor_drop(CBI_TABLE_BATCH, name);
        auditor_finds(CBI_REASON_CHECK_ROW, "batch", "ROW_DAMAGED");
        auditor_put(CBI_TABLE_BATCH, name, cbi_bytes_of_buffer(&value));
        auditor_flip(CBI_TABLE_BATCH, name, value.size - 1);
        auditor_finds(CBI_REASON_CHECK_ROW, "batch", "ROW_DAMAGED");
        auditor_put(CBI_TABLE_BATCH, name, cbi_bytes_of_buffer(&value));
        cbank_buffer_clear(&value);
    }
    auditor_finds_nothing();
}

Test(check_tables, rows_that_a_batch_has_no_use_for_are_found)
{
    uint8_t key[CBI_INTAKE_KEY_SIZE + 4];
    cbank_buffer row = auditor_get(CBI_TABLE_BATCH, part_key(OF_ONE, 'r', key));
    cbi_bytes root = cbi_bytes_of(row.data + CBI_HASH_SIZE, CBI_HASH_SIZE);

    auditor_put(CBI_TABLE_BATCH, part_key(OF_ONE, 'h', key), root);
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "ROW_DAMAGED");
    auditor_drop(CBI_TABLE_BATCH, part_key(OF_ONE, 'h', key));
    auditor_put(CBI_TABLE_BATCH, part_key(OF_TWO, 'p', key), root);
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "ROW_DAMAGED");
    auditor_drop(CBI_TABLE_BATCH, part_key(OF_TWO, 'p', key));
    auditor_put(CBI_TABLE_BATCH, part_key(OF_ONE, 'x', key), root);
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "form");
    cbank_buffer_clear(&row);
}

Test(check_tables, a_batch_row_that_differs_from_its_receipt_is_found)
{
    flip_part(OF_ONE, 'r', 64 + 40 + 11); /* taken */
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "receipt");
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "items");
}

Test(check_tables, another_batchs_envelope_is_found)
{
    uint8_t keys[2][CBI_INTAKE_KEY_SIZE + 4];

    auditor_swap(CBI_TABLE_BATCH, part_key(OF_ONE, 'e', keys[0]), part_key(2, 'e', keys[1]));
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "envelope");
}

Test(check_tables, a_signature_that_was_changed_is_found)
{
    uint8_t key[CBI_INTAKE_KEY_SIZE + 4];
    cbank_buffer value = auditor_get(CBI_TABLE_BATCH, part_key(OF_ONE, 'e', key));

    flip_part(OF_ONE, 'e', value.size - 1);
    cbank_buffer_clear(&value);
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "BAD_SIGNATURE");
}

Test(check_tables, a_batch_that_is_gone_is_found)
{
    uint8_t key[CBI_INTAKE_KEY_SIZE + 4];

    auditor_drop(CBI_TABLE_BATCH, part_key(OF_ONE, 'r', key));
    auditor_finds(CBI_REASON_CHECK_ROW, "record", "BATCH_UNKNOWN");
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "BATCH_UNKNOWN");
}

Test(check_tables, a_batch_under_another_number_is_found)
{
    auditor_flip_row(CBI_TABLE_BATCH, "n", 1, 7); /* 2 becomes 3 */
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "name");
}

Test(check_tables, a_received_batch_that_is_said_to_be_under_way_is_found)
{
    cbank_buffer key = {0}, value = {0};

    auditor_get_row(CBI_TABLE_BATCH, "n", 0, &key, &value);
    key.data[0] = 'u';
    auditor_put(CBI_TABLE_BATCH, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&value));
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "under way");
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
}

/* ---- institutions ----------------------------------------------------------------------- */

Test(check_tables, an_institutions_key_that_was_changed_is_found)
{
    cbank_buffer row = auditor_get(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE));
    cbi_bytes key = cbi_public_bytes(cbi_private_public(audited.college_key));
    uint8_t *at = memmem(row.data, row.size, key.data, key.size);

    cr_assert_not_null(at);
    auditor_flip(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE), (size_t)(at - row.data));
    cbank_buffer_clear(&row);
    auditor_finds(CBI_REASON_CHECK_ROW, "institution", "content");
}

Test(check_tables, an_institution_that_is_gone_is_found)
{
    auditor_drop(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE));
    auditor_finds(CBI_REASON_CHECK_ROW, "record", "INSTITUTION_MISSING");
}

Test(check_tables, an_institution_that_nobody_admitted_is_found)
{
    cbank_buffer row = auditor_get(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE));

    auditor_put(CBI_TABLE_INSTITUTION, cbi_bytes_of_text("ZZZ"), cbi_bytes_of_buffer(&row));
    cbank_buffer_clear(&row);
    auditor_finds(CBI_REASON_CHECK_ROW, "institution", "key");
}

Test(check_tables, a_suspension_taken_out_of_the_row_is_found)
{
    cbank_buffer before = auditor_get(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE));

    teller_works(cbi_institution_change(audited.bank, TELLER_COLLEGE, true, "", "", (cbi_bytes){0},
                                        ++audited.now, &teller_err));
    auditor_put(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE),
                cbi_bytes_of_buffer(&before));
    cbank_buffer_clear(&before);
    auditor_finds(CBI_REASON_CHECK_ROW, "institution", "status");
}
