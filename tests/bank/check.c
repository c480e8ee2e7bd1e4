/* The auditor's check: a sound bank has no findings, and whatever a stranger changes is found. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bank/check.h"
#include "bank/institution.h"
#include "bank/teller.h"
#include "bank/vault.h"

static teller it;

static void begin(void)
{
    teller_id id;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue(&it, "A", 3500);
    id = teller_issue(&it, "B", 2000);
    teller_change(&it, id.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND);
    id = teller_issue(&it, "C", 1000);
    teller_change(&it, id.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    id = teller_issue(&it, "D", 1000);
    teller_amend(&it, id.text, 1500);
}

static void end(void)
{
    teller_close(&it);
}

TestSuite(check, .init = begin, .fini = end);

static cbi_check *run_check(void)
{
    cbi_check *check = NULL;
    bool more = true;

    teller_works(cbi_check_begin(it.bank, &check, &teller_err));
    while (more)
        teller_works(cbi_check_step(check, &more, &teller_err));
    return check;
}

/* The check finds this, among what else it may find. */
static void expect_finding(cbi_reason reason, const char *object, const char *detail)
{
    cbi_check *check = run_check();
    const cbank_error *finding;
    bool found = false;

    for (size_t i = 0; (finding = cbi_check_finding(check, i)) != NULL; i++) {
        found = found || (finding->reason == (int32_t)reason &&
                          strcmp(finding->object, object) == 0 &&
                          strcmp(finding->detail, detail) == 0);
    }
    cr_assert(found, "%s %s %s is not among %llu findings", cbi_reason_word(reason), object,
              detail, (unsigned long long)cbi_check_total(check));
    cbi_check_end(check);
}

static void expect_nothing(void)
{
    cbi_check *check = run_check();
    const cbank_error *finding = cbi_check_finding(check, 0);

    cr_assert_null(finding, "%s %s %llu %s", cbi_reason_word((cbi_reason)finding->reason),
                   finding->object, (unsigned long long)finding->where, finding->detail);
    cr_assert_eq(cbi_check_total(check), 0);
    cbi_check_end(check);
}

/* ---- what a stranger with access to the store may do --------------------------------------- */

static void put(cbi_table table, cbi_bytes key, cbi_bytes value)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_WRITE);

    teller_works(cbi_txn_put(txn, table, key, value, &teller_err));
    teller_commit(txn);
}

static void drop(cbi_table table, cbi_bytes key)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_WRITE);

    cr_assert(cbi_txn_has(txn, table, key));
    teller_works(cbi_txn_delete(txn, table, key, &teller_err));
    teller_commit(txn);
}

static cbank_buffer get(cbi_table table, cbi_bytes key)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);
    cbank_buffer value = {0};

    teller_works(cbi_txn_get(txn, table, key, &value, &teller_err));
    cbi_txn_abort(txn);
    return value;
}

static void flip(cbi_table table, cbi_bytes key, size_t offset)
{
    cbank_buffer value = get(table, key);

    cr_assert_lt(offset, value.size);
    value.data[offset] ^= 1;
    put(table, key, cbi_bytes_of_buffer(&value));
    cbank_buffer_clear(&value);
}

static void swap(cbi_table table, cbi_bytes a, cbi_bytes b)
{
    cbank_buffer first = get(table, a), second = get(table, b);

    put(table, a, cbi_bytes_of_buffer(&second));
    put(table, b, cbi_bytes_of_buffer(&first));
    cbank_buffer_clear(&first);
    cbank_buffer_clear(&second);
}

/* Key and value of row `number` of a table. */
static void get_row(cbi_table table, const char *prefix, size_t number, cbank_buffer *key,
                    cbank_buffer *value)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);
    cbi_page page = {0};

    teller_works(cbi_txn_page(txn, table, cbi_bytes_of_text(prefix), cbi_bytes_of_text(prefix),
                              100, &page, &teller_err));
    cr_assert_lt(number, page.count);
    teller_works(cbi_buffer_set(key, cbi_page_key(&page, number), &teller_err));
    teller_works(cbi_buffer_set(value, cbi_page_value(&page, number), &teller_err));
    cbi_page_clear(&page);
    cbi_txn_abort(txn);
}

static void flip_row(cbi_table table, const char *prefix, size_t number, size_t offset)
{
    cbank_buffer key = {0}, value = {0};

    get_row(table, prefix, number, &key, &value);
    flip(table, cbi_bytes_of_buffer(&key), offset);
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
}

static void drop_row(cbi_table table, const char *prefix, size_t number)
{
    cbank_buffer key = {0}, value = {0};

    get_row(table, prefix, number, &key, &value);
    drop(table, cbi_bytes_of_buffer(&key));
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
}

static cbi_bytes number_key(uint64_t number)
{
    static uint8_t key[8];

    cbi_put_u64(key, number);
    return cbi_bytes_of(key, sizeof(key));
}

static void count(const char *name, uint64_t value)
{
    uint8_t bytes[8];

    cbi_put_u64(bytes, value);
    put(CBI_TABLE_META, cbi_bytes_of_text(name), cbi_bytes_of(bytes, sizeof(bytes)));
}

/* ---- sound banks ---------------------------------------------------------------------------- */

Test(check, a_bank_in_order_has_no_findings)
{
    expect_nothing();
}

Test(check, a_bank_that_has_seen_everything_has_no_findings)
{
    cbi_account other = teller_open_account(&it, "cn-id", "360321190001010033", "乙");

    teller_vouch(&it, "AAA");
    teller_works(cbi_institution_change(it.bank, "AAA", true, "audit", "2026-1", (cbi_bytes){0},
                                        ++it.now, &teller_err));
    teller_works(cbi_institution_change(it.bank, "AAA", false, "", "", (cbi_bytes){0}, ++it.now,
                                        &teller_err));
    teller_issue_many(&it, other.digits, 1000, NULL);
    teller_freeze(&it, true);
    expect_nothing();
    teller_freeze(&it, false);
    expect_nothing();
}

Test(check, a_bank_of_the_other_suite_has_no_findings)
{
    teller_close(&it);
    teller_open(&it, CBI_SUITE_SM3_SM2);
    teller_issue(&it, "A", 3500);
    expect_nothing();
}

Test(check, tells_how_far_it_is)
{
    const char *stage;
    uint64_t done, total, before = 0;
    cbi_check *check = NULL;
    bool more = true;

    teller_works(cbi_check_begin(it.bank, &check, &teller_err));
    cbi_check_progress(check, &stage, &done, &total);
    cr_expect_str_eq(stage, "log");
    cr_expect_eq(done, 0);
    while (more) {
        teller_works(cbi_check_step(check, &more, &teller_err));
        cbi_check_progress(check, &stage, &done, &total);
        cr_expect_geq(done, before);
        cr_expect_leq(done, total);
        before = done;
    }
    cr_expect_eq(done, total);
    cbi_check_end(check);
}

Test(check, a_bank_in_use_meanwhile_has_no_findings)
{
    cbi_check *check = NULL;
    char reference[16];
    bool more = true;
    int round = 0;

    teller_works(cbi_check_begin(it.bank, &check, &teller_err));
    while (more) {
        snprintf(reference, sizeof(reference), "M%d", round++);
        teller_issue(&it, reference, 1000);
        teller_works(cbi_check_step(check, &more, &teller_err));
    }
    cr_expect_eq(cbi_check_total(check), 0, "%s: %s",
                 cbi_reason_word((cbi_reason)cbi_check_finding(check, 0)->reason),
                 cbi_check_finding(check, 0)->detail);
    cbi_check_end(check);
}

/* ---- persons ---------------------------------------------------------------------------------- */

Test(check, a_vault_row_swapped_between_two_accounts_is_found_and_refused_at_use)
{
    cbi_account other = teller_open_account(&it, "cn-id", "360321190001010033", "乙");
    Cbank__Api__V1__Person *person = NULL;
    cbi_txn *txn;
    cbank_error err;

    swap(CBI_TABLE_VAULT, cbi_bytes_of_text(it.account.digits), cbi_bytes_of_text(other.digits));
    txn = teller_begin(&it, CBI_TXN_READ);
    cr_expect_eq(cbi_vault_get_person(it.bank, txn, other.digits, &person, &err),
                 CBANK_E_CORRUPT);
    cr_expect_null(person);
    cbi_txn_abort(txn);
    expect_finding(CBI_REASON_CHECK_ROW, "vault", "SEAL_BROKEN");
}

Test(check, a_person_who_is_gone_while_the_account_stands_is_found)
{
    drop(CBI_TABLE_VAULT, cbi_bytes_of_text(it.account.digits));
    expect_finding(CBI_REASON_CHECK_ROW, "vault", "missing");
}

Test(check, a_person_of_nobodys_account_is_found)
{
    cbank_buffer value = get(CBI_TABLE_VAULT, cbi_bytes_of_text(it.account.digits));
    cbi_account nobody;

    teller_works(cbi_account_make(4711, &nobody, &teller_err));
    put(CBI_TABLE_VAULT, cbi_bytes_of_text(nobody.digits), cbi_bytes_of_buffer(&value));
    cbank_buffer_clear(&value);
    expect_finding(CBI_REASON_CHECK_ROW, "vault", "account");
}

Test(check, openings_swapped_between_two_records_are_found)
{
    cbank_buffer keys[2] = {{0}}, value = {0};

    get_row(CBI_TABLE_OPENING, "", 1, &keys[0], &value);
    get_row(CBI_TABLE_OPENING, "", 2, &keys[1], &value);
    swap(CBI_TABLE_OPENING, cbi_bytes_of_buffer(&keys[0]), cbi_bytes_of_buffer(&keys[1]));
    for (size_t i = 0; i < 2; i++)
        cbank_buffer_clear(&keys[i]);
    cbank_buffer_clear(&value);
    expect_finding(CBI_REASON_CHECK_ROW, "opening", "SEAL_BROKEN");
}

Test(check, an_opening_sealed_anew_that_does_not_open_its_record_is_found)
{
    cbi_hash random = {{7}};
    cbank_buffer key = {0}, value = {0};
    cbi_txn *txn;

    get_row(CBI_TABLE_OPENING, "", 1, &key, &value);
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_vault_put_opening(it.bank, txn, cbi_get_u64(key.data), &random,
                                       TELLER_DOCUMENT, TELLER_NUMBER, &teller_err));
    teller_commit(txn);
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
    expect_finding(CBI_REASON_CHECK_ROW, "opening", "commitment");
}

Test(check, an_opening_that_is_gone_is_found)
{
    drop_row(CBI_TABLE_OPENING, "", 1);
    expect_finding(CBI_REASON_CHECK_ROW, "opening", "missing");
}

Test(check, a_document_that_leads_nowhere_is_found)
{
    drop_row(CBI_TABLE_IDENTITY, "", 0);
    expect_finding(CBI_REASON_CHECK_ROW, "vault", "LEARNER_UNKNOWN");
}

Test(check, a_document_that_leads_to_another_account_is_found)
{
    cbi_account other = teller_open_account(&it, "cn-id", "360321190001010033", "乙");
    cbank_buffer key = {0}, value = {0};

    get_row(CBI_TABLE_IDENTITY, "", 0, &key, &value);
    put(CBI_TABLE_IDENTITY, cbi_bytes_of_buffer(&key),
        cbi_bytes_equal(cbi_bytes_of_buffer(&value), cbi_bytes_of_text(other.digits))
            ? cbi_bytes_of_text(it.account.digits)
            : cbi_bytes_of_text(other.digits));
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
    expect_finding(CBI_REASON_CHECK_ROW, "vault", "account");
}

Test(check, a_document_of_an_account_that_is_not_there_is_found)
{
    cbi_hash key = {{1}};
    cbi_account nobody;

    teller_works(cbi_account_make(4711, &nobody, &teller_err));
    put(CBI_TABLE_IDENTITY, cbi_bytes_of_hash(&key), cbi_bytes_of_text(nobody.digits));
    expect_finding(CBI_REASON_CHECK_ROW, "identity", "account");
}

/* ---- states ----------------------------------------------------------------------------------- */

Test(check, a_revoked_record_made_to_hold_again_is_found)
{
    drop_row(CBI_TABLE_STATE, "s", 1);
    expect_finding(CBI_REASON_CHECK_ROW, "state", "record");
}

Test(check, a_state_that_no_change_led_to_is_found)
{
    flip_row(CBI_TABLE_STATE, "s", 0, 0);
    expect_finding(CBI_REASON_CHECK_ROW, "state", "record");
}

Test(check, the_state_of_what_is_no_record_is_found)
{
    uint8_t key[9] = {'s'}, revoked = CBI_RECORD_REVOKED;

    put(CBI_TABLE_STATE, cbi_bytes_of(key, sizeof(key)), cbi_bytes_of(&revoked, 1));
    expect_finding(CBI_REASON_CHECK_ROW, "state", "form");
}

Test(check, an_account_frozen_without_a_statement_is_found)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_WRITE);

    teller_works(cbi_account_put_life(txn, it.account.digits, CBI_LIFE_FROZEN, &teller_err));
    teller_commit(txn);
    expect_finding(CBI_REASON_CHECK_ROW, "state", "account");
}

/* ---- references and batches ------------------------------------------------------------------- */

Test(check, a_reference_that_is_gone_is_found)
{
    drop_row(CBI_TABLE_REFERENCE, "", 0);
    expect_finding(CBI_REASON_CHECK_ROW, "reference", "older");
}

Test(check, a_reference_to_an_older_revision_is_found)
{
    cbank_buffer key = {0}, value = {0}, other_key = {0}, other = {0};

    get_row(CBI_TABLE_REFERENCE, "", 0, &other_key, &other);
    get_row(CBI_TABLE_REFERENCE, "", 3, &key, &value);
    put(CBI_TABLE_REFERENCE, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&other));
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
    cbank_buffer_clear(&other_key);
    cbank_buffer_clear(&other);
    expect_finding(CBI_REASON_CHECK_ROW, "reference", "reference");
}

Test(check, a_content_digest_that_was_changed_is_found)
{
    flip_row(CBI_TABLE_REFERENCE, "", 0, 20);
    expect_finding(CBI_REASON_CHECK_ROW, "reference", "content");
}

Test(check, a_record_id_that_was_changed_is_found)
{
    flip_row(CBI_TABLE_BATCH, "h", 0, 0);
    expect_finding(CBI_REASON_CHECK_ROW, "batch", "record id");
    expect_finding(CBI_REASON_CHECK_ROW, "batch", "ROW_DAMAGED");
}

Test(check, a_batch_row_that_differs_from_its_receipt_is_found)
{
    flip_row(CBI_TABLE_BATCH, "r", 0, 64 + 40 + 11); /* taken */
    expect_finding(CBI_REASON_CHECK_ROW, "batch", "receipt");
    expect_finding(CBI_REASON_CHECK_ROW, "batch", "items");
}

Test(check, another_batchs_envelope_is_found)
{
    cbank_buffer keys[2] = {{0}}, value = {0};

    get_row(CBI_TABLE_BATCH, "e", 0, &keys[0], &value);
    get_row(CBI_TABLE_BATCH, "e", 1, &keys[1], &value);
    swap(CBI_TABLE_BATCH, cbi_bytes_of_buffer(&keys[0]), cbi_bytes_of_buffer(&keys[1]));
    for (size_t i = 0; i < 2; i++)
        cbank_buffer_clear(&keys[i]);
    cbank_buffer_clear(&value);
    expect_finding(CBI_REASON_CHECK_ROW, "batch", "envelope");
}

Test(check, a_signature_that_was_changed_is_found)
{
    cbank_buffer key = {0}, value = {0};

    get_row(CBI_TABLE_BATCH, "e", 0, &key, &value);
    flip(CBI_TABLE_BATCH, cbi_bytes_of_buffer(&key), value.size - 1);
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
    expect_finding(CBI_REASON_CHECK_ROW, "batch", "BAD_SIGNATURE");
}

Test(check, a_batch_that_is_gone_is_found)
{
    drop_row(CBI_TABLE_BATCH, "r", 0);
    expect_finding(CBI_REASON_CHECK_ROW, "record", "BATCH_UNKNOWN");
    expect_finding(CBI_REASON_CHECK_ROW, "batch", "BATCH_UNKNOWN");
}

Test(check, a_batch_under_another_number_is_found)
{
    flip_row(CBI_TABLE_BATCH, "n", 1, 7); /* 2 becomes 3 */
    expect_finding(CBI_REASON_CHECK_ROW, "batch", "name");
}

/* ---- institutions ------------------------------------------------------------------------------ */

Test(check, an_institutions_key_that_was_changed_is_found)
{
    cbank_buffer row = get(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE));
    cbi_bytes key = cbi_public_bytes(cbi_private_public(it.college_key));
    uint8_t *at = memmem(row.data, row.size, key.data, key.size);

    cr_assert_not_null(at);
    flip(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE), (size_t)(at - row.data));
    cbank_buffer_clear(&row);
    expect_finding(CBI_REASON_CHECK_ROW, "institution", "content");
}

Test(check, an_institution_that_is_gone_is_found)
{
    drop(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE));
    expect_finding(CBI_REASON_CHECK_ROW, "record", "INSTITUTION_MISSING");
}

Test(check, an_institution_that_nobody_admitted_is_found)
{
    cbank_buffer row = get(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE));

    put(CBI_TABLE_INSTITUTION, cbi_bytes_of_text("ZZZ"), cbi_bytes_of_buffer(&row));
    cbank_buffer_clear(&row);
    expect_finding(CBI_REASON_CHECK_ROW, "institution", "key");
}

Test(check, a_suspension_taken_out_of_the_row_is_found)
{
    cbank_buffer before = get(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE));

    teller_works(cbi_institution_change(it.bank, TELLER_COLLEGE, true, "", "", (cbi_bytes){0},
                                        ++it.now, &teller_err));
    put(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE), cbi_bytes_of_buffer(&before));
    cbank_buffer_clear(&before);
    expect_finding(CBI_REASON_CHECK_ROW, "institution", "status");
}

/* ---- the log ------------------------------------------------------------------------------------ */

Test(check, a_changed_statement_is_found_by_the_replay)
{
    cbank_buffer row = get(CBI_TABLE_RECORD, number_key(3));

    flip(CBI_TABLE_RECORD, number_key(3), row.size - 1);
    cbank_buffer_clear(&row);
    expect_finding(CBI_REASON_REPLAY_ROOT, "", "guard");
}

/* One act that writes what the bank would not, in its own name. */
typedef struct forged {
    cbi_act act;
    cbi_subject subject;
    uint8_t entry_class;
    cbi_bytes statement;
} forged;

static cbank_status accept(cbi_act *act, cbi_append *append, cbank_error *err)
{
    (void)act;
    (void)append;
    (void)err;
    return CBANK_OK;
}

static cbank_status write_forged(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const forged *made = (const forged *)(const void *)act;
    cbi_hash randomness = {{9}};

    return cbi_append_statement(append, &made->subject, made->entry_class, made->statement,
                                &randomness, NULL, NULL, err);
}

static void forge(cbi_subject subject, int entry_class, cbi_bytes statement)
{
    forged made = {.subject = subject,
                   .entry_class = (uint8_t)entry_class,
                   .statement = statement};

    made.act.now = ++it.now;
    made.act.check = accept;
    made.act.write = write_forged;
    teller_works(cbi_random(made.act.token, sizeof(made.act.token), &teller_err));
    teller_works(cbi_ledger_submit(it.bank->ledger, &made.act, &teller_err));
    cbank_buffer_clear(&made.act.result);
}

static cbank_buffer freezing(const char *account, int kind)
{
    Cbank__V1__AccountChanged body = CBANK__V1__ACCOUNT_CHANGED__INIT;
    cbi_statement_draft draft = {.kind = kind, .at = it.now, .salt = {1}, .body = &body};
    cbank_buffer out = {0};

    body.account = cbi_message_string(account);
    teller_works(cbi_statement_build(&draft, &out, &teller_err));
    return out;
}

Test(check, a_statement_that_cannot_be_read_is_found)
{
    forge(cbi_account_subject(it.account.digits), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT,
          cbi_bytes_of_text("not a statement"));
    expect_finding(CBI_REASON_CHECK_STATEMENT, "record", "MESSAGE_FIELD");
}

Test(check, a_statement_about_another_account_is_found)
{
    cbi_account other = teller_open_account(&it, "cn-id", "360321190001010033", "乙");
    cbank_buffer statement =
        freezing(other.digits, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_FROZEN);

    forge(cbi_account_subject(it.account.digits), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT,
          cbi_bytes_of_buffer(&statement));
    cbank_buffer_clear(&statement);
    expect_finding(CBI_REASON_CHECK_STATEMENT, "record", "subject");
}

Test(check, a_statement_of_another_class_than_its_entry_is_found)
{
    cbank_buffer statement =
        freezing(it.account.digits, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_FROZEN);

    forge(cbi_account_subject(it.account.digits), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_OTHER,
          cbi_bytes_of_buffer(&statement));
    cbank_buffer_clear(&statement);
    expect_finding(CBI_REASON_CHECK_STATEMENT, "record", "class");
}

Test(check, a_statement_that_may_not_follow_is_found)
{
    cbank_buffer statement =
        freezing(it.account.digits, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_UNFROZEN);

    forge(cbi_account_subject(it.account.digits), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT,
          cbi_bytes_of_buffer(&statement));
    cbank_buffer_clear(&statement);
    expect_finding(CBI_REASON_CHECK_CHAIN, "record", "ACCOUNT_NOT_FROZEN");
}

Test(check, a_statement_of_an_earlier_time_is_found)
{
    cbank_buffer statement;

    it.now -= 100;
    statement = freezing(it.account.digits,
                         CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_FROZEN);
    it.now += 100;
    forge(cbi_account_subject(it.account.digits), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT,
          cbi_bytes_of_buffer(&statement));
    cbank_buffer_clear(&statement);
    expect_finding(CBI_REASON_CHECK_STATEMENT, "record", "time");
}

/* ---- counts -------------------------------------------------------------------------------------- */

Test(check, a_counter_that_was_changed_is_found)
{
    count("count/records", 17);
    expect_finding(CBI_REASON_CHECK_COUNT, "records", "5");
    count("count/accounts", 9);
    expect_finding(CBI_REASON_CHECK_COUNT, "accounts", "1");
    count("count/ended", 0);
    expect_finding(CBI_REASON_CHECK_COUNT, "ended", "2");
    count("count/institutions", 0);
    expect_finding(CBI_REASON_CHECK_COUNT, "institutions", "1");
    count("count/batches", 2);
    expect_finding(CBI_REASON_CHECK_COUNT, "batches", "7");
}

/* ---- damage of every kind ------------------------------------------------------------------------ */

/* Cuts every row of a table in half, one after the other: whatever is found, nothing breaks. */
static void halve_rows(cbi_table table)
{
    cbank_buffer key = {0}, value = {0};
    uint64_t rows;
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);

    teller_works(cbi_txn_count(txn, table, &rows, &teller_err));
    cbi_txn_abort(txn);
    for (size_t i = 0; i < rows; i++) {
        cbi_check *check;

        get_row(table, "", i, &key, &value);
        put(table, cbi_bytes_of_buffer(&key), cbi_bytes_of(value.data, value.size / 2));
        check = run_check();
        cr_expect_gt(cbi_check_total(check), 0, "row %zu of %s", i, cbi_table_name(table));
        cbi_check_end(check);
        put(table, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&value));
    }
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
}

Test(check, a_row_cut_short_is_found_whatever_table_it_is_in)
{
    static const cbi_table tables[] = {
        CBI_TABLE_RECORD,    CBI_TABLE_HEAD,        CBI_TABLE_BATCH,    CBI_TABLE_REFERENCE,
        CBI_TABLE_IDENTITY,  CBI_TABLE_INSTITUTION, CBI_TABLE_STATE,    CBI_TABLE_VAULT,
        CBI_TABLE_OPENING,
    };

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        halve_rows(tables[i]);
    expect_nothing();
}

Test(check, keeps_a_thousand_findings_and_counts_the_rest)
{
    cbi_check *check;

    teller_issue_many(&it, it.account.digits, 1000, NULL);
    for (uint64_t i = 0; i < 1100; i++) {
        uint8_t key[9] = {'x'};

        cbi_put_u64(key + 1, i);
        put(CBI_TABLE_STATE, cbi_bytes_of(key, sizeof(key)), cbi_bytes_of("1", 1));
    }
    check = run_check();
    cr_expect_eq(cbi_check_total(check), 1100);
    cr_expect_not_null(cbi_check_finding(check, CBI_CHECK_FINDINGS_MAX - 1));
    cr_expect_null(cbi_check_finding(check, CBI_CHECK_FINDINGS_MAX));
    cbi_check_end(check);
}
