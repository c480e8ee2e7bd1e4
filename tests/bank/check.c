/* The auditor's check of the log, and of a bank in order. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "bank/auditor.h"
#include "bank/institution.h"

TestSuite(check, .init = auditor_begin, .fini = auditor_end);

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
    auditor_put(CBI_TABLE_META, cbi_bytes_of_text(name), cbi_bytes_of(bytes, sizeof(bytes)));
}

/* ---- sound banks ------------------------------------------------------------------------ */

Test(check, a_bank_in_order_has_no_findings)
{
    auditor_finds_nothing();
}

Test(check, a_bank_that_has_seen_everything_has_no_findings)
{
    cbi_account other = teller_open_account(&audited, "cn-id", "360321190001010033", "乙");

    teller_vouch(&audited, "AAA");
    teller_works(cbi_institution_change(audited.bank, "AAA", true, "audit", "2026-1",
                                        (cbi_bytes){0}, ++audited.now, &teller_err));
    teller_works(cbi_institution_change(audited.bank, "AAA", false, "", "", (cbi_bytes){0},
                                        ++audited.now, &teller_err));
    teller_issue_many(&audited, other.digits, 1000, NULL);
    teller_freeze(&audited, true);
    auditor_finds_nothing();
    teller_freeze(&audited, false);
    auditor_finds_nothing();
}

Test(check, a_bank_of_the_other_suite_has_no_findings)
{
    teller_close(&audited);
    teller_open(&audited, CBI_SUITE_SM3_SM2);
    teller_issue(&audited, "A", 3500);
    auditor_finds_nothing();
}

Test(check, tells_how_far_it_is)
{
    const char *stage;
    uint64_t done, total, before = 0;
    cbi_check *check = NULL;
    bool more = true;

    teller_works(cbi_check_begin(audited.bank, &check, &teller_err));
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

    teller_works(cbi_check_begin(audited.bank, &check, &teller_err));
    while (more) {
        snprintf(reference, sizeof(reference), "M%d", round++);
        teller_issue(&audited, reference, 1000);
        teller_works(cbi_check_step(check, &more, &teller_err));
    }
    cr_expect_eq(cbi_check_total(check), 0, "%s: %s",
                 cbi_reason_word((cbi_reason)cbi_check_finding(check, 0)->reason),
                 cbi_check_finding(check, 0)->detail);
    cbi_check_end(check);
}

/* ---- the log ---------------------------------------------------------------------------- */

Test(check, a_changed_statement_is_found_by_the_replay)
{
    cbank_buffer row = auditor_get(CBI_TABLE_RECORD, number_key(3));

    auditor_flip(CBI_TABLE_RECORD, number_key(3), row.size - 1);
    cbank_buffer_clear(&row);
    auditor_finds(CBI_REASON_REPLAY_ROOT, "", "guard");
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

    made.act.now = ++audited.now;
    made.act.check = accept;
    made.act.write = write_forged;
    teller_works(cbi_random(made.act.token, sizeof(made.act.token), &teller_err));
    teller_works(cbi_ledger_submit(audited.bank->ledger, &made.act, &teller_err));
    cbank_buffer_clear(&made.act.result);
}

static cbank_buffer freezing(const char *account, int kind)
{
    Cbank__V1__AccountChanged body = CBANK__V1__ACCOUNT_CHANGED__INIT;
    cbi_statement_draft draft = {.kind = kind, .at = audited.now, .salt = {1}, .body = &body};
    cbank_buffer out = {0};

    body.account = cbi_message_string(account);
    teller_works(cbi_statement_build(&draft, &out, &teller_err));
    return out;
}

Test(check, a_statement_that_cannot_be_read_is_found)
{
    forge(cbi_account_subject(audited.account.digits), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT,
          cbi_bytes_of_text("not a statement"));
    auditor_finds(CBI_REASON_CHECK_STATEMENT, "record", "MESSAGE_FIELD");
}

Test(check, a_statement_about_another_account_is_found)
{
    cbi_account other = teller_open_account(&audited, "cn-id", "360321190001010033", "乙");
    cbank_buffer statement =
        freezing(other.digits, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_FROZEN);

    forge(cbi_account_subject(audited.account.digits), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT,
          cbi_bytes_of_buffer(&statement));
    cbank_buffer_clear(&statement);
    auditor_finds(CBI_REASON_CHECK_STATEMENT, "record", "subject");
}

Test(check, a_statement_of_another_class_than_its_entry_is_found)
{
    cbank_buffer statement =
        freezing(audited.account.digits, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_FROZEN);

    forge(cbi_account_subject(audited.account.digits), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_OTHER,
          cbi_bytes_of_buffer(&statement));
    cbank_buffer_clear(&statement);
    auditor_finds(CBI_REASON_CHECK_STATEMENT, "record", "class");
}

Test(check, a_statement_that_may_not_follow_is_found)
{
    cbank_buffer statement =
        freezing(audited.account.digits,
                 CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_UNFROZEN);

    forge(cbi_account_subject(audited.account.digits), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT,
          cbi_bytes_of_buffer(&statement));
    cbank_buffer_clear(&statement);
    auditor_finds(CBI_REASON_CHECK_CHAIN, "record", "ACCOUNT_NOT_FROZEN");
}

Test(check, a_statement_of_an_earlier_time_is_found)
{
    cbank_buffer statement;

    audited.now -= 100;
    statement = freezing(audited.account.digits,
                         CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_FROZEN);
    audited.now += 100;
    forge(cbi_account_subject(audited.account.digits), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT,
          cbi_bytes_of_buffer(&statement));
    cbank_buffer_clear(&statement);
    auditor_finds(CBI_REASON_CHECK_STATEMENT, "record", "time");
}

/* ---- counts ----------------------------------------------------------------------------- */

Test(check, a_counter_that_was_changed_is_found)
{
    count("count/records", 17);
    auditor_finds(CBI_REASON_CHECK_COUNT, "records", "5");
    count("count/accounts", 9);
    auditor_finds(CBI_REASON_CHECK_COUNT, "accounts", "1");
    count("count/ended", 0);
    auditor_finds(CBI_REASON_CHECK_COUNT, "ended", "2");
    count("count/institutions", 0);
    auditor_finds(CBI_REASON_CHECK_COUNT, "institutions", "1");
    count("count/batches", 2);
    auditor_finds(CBI_REASON_CHECK_COUNT, "batches", "7");
}

/* ---- damage of every kind --------------------------------------------------------------- */

/* Cuts every row of a table in half, one after the other: whatever is found, nothing breaks. */
static void halve_rows(cbi_table table)
{
    cbank_buffer key = {0}, value = {0};
    uint64_t rows;
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_READ);

    teller_works(cbi_txn_count(txn, table, &rows, &teller_err));
    cbi_txn_abort(txn);
    for (size_t i = 0; i < rows; i++) {
        cbi_check *check;

        auditor_get_row(table, "", i, &key, &value);
        auditor_put(table, cbi_bytes_of_buffer(&key), cbi_bytes_of(value.data, value.size / 2));
        check = auditor_run();
        cr_expect_gt(cbi_check_total(check), 0, "row %zu of %s", i, cbi_table_name(table));
        cbi_check_end(check);
        auditor_put(table, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&value));
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
    auditor_finds_nothing();
}

/* Rows are looked at ahead of their turn, a thousand at once; what is wrong is told in its turn. */
Test(check, what_is_wrong_along_a_long_log_is_found_in_its_order)
{
    static const uint64_t lost[] = {60, 998, 999, 1000, 1001, 1999, 2000, 2500, 2999};
    size_t count = sizeof(lost) / sizeof(lost[0]), told = 0;
    const cbank_error *finding;
    cbi_check *check;

    for (int i = 0; i < 3; i++)
        teller_issue_many(&audited, audited.account.digits, 1000, NULL);
    for (size_t i = 0; i < count; i++)
        auditor_drop(CBI_TABLE_OPENING, number_key(lost[i]));
    check = auditor_run();
    for (size_t i = 0; (finding = cbi_check_finding(check, i)) != NULL; i++) {
        if (finding->reason != (int32_t)CBI_REASON_CHECK_ROW ||
            strcmp(finding->object, cbi_table_name(CBI_TABLE_OPENING)) != 0 ||
            strcmp(finding->detail, "missing") != 0)
            continue;
        cr_assert_lt(told, count);
        cr_expect_eq(finding->where, lost[told], "%llu", (unsigned long long)finding->where);
        told++;
    }
    cr_expect_eq(told, count);
    cbi_check_end(check);
}

Test(check, keeps_a_thousand_findings_and_counts_the_rest)
{
    cbi_check *check;

    teller_issue_many(&audited, audited.account.digits, 1000, NULL);
    for (uint64_t i = 0; i < 1100; i++) {
        uint8_t key[9] = {'x'};

        cbi_put_u64(key + 1, i);
        auditor_put(CBI_TABLE_STATE, cbi_bytes_of(key, sizeof(key)), cbi_bytes_of("1", 1));
    }
    check = auditor_run();
    cr_expect_eq(cbi_check_total(check), 1100);
    cr_expect_not_null(cbi_check_finding(check, CBI_CHECK_FINDINGS_MAX - 1));
    cr_expect_null(cbi_check_finding(check, CBI_CHECK_FINDINGS_MAX));
    cbi_check_end(check);
}
