/*
 * An account that was only opened and given records: the log tells all of its chain, which is not
 * walked again. What a stranger does to its rows is found nevertheless.
 */
#include "bank/auditor.h"

#include <string.h>

#include "ledger/subject.h"

#define RECORDS 12u

static cbi_account plain;
static teller_id ids[RECORDS];

static void set_up(void)
{
    auditor_begin();
    plain = teller_open_account(&audited, "cn-id", "360321190001010033", "乙");
    teller_issue_many(&audited, plain.digits, RECORDS, ids);
}

TestSuite(check_plain, .init = set_up, .fini = auditor_end);

static cbank_buffer read_head(void)
{
    cbi_subject subject = cbi_account_subject(plain.digits);
    cbi_subject_key key;

    cbi_subject_key_of(&subject, &key);
    return auditor_get(CBI_TABLE_HEAD, cbi_bytes_of(key.bytes, key.size));
}

static void put_head(const cbank_buffer *value)
{
    cbi_subject subject = cbi_account_subject(plain.digits);
    cbi_subject_key key;

    cbi_subject_key_of(&subject, &key);
    auditor_put(CBI_TABLE_HEAD, cbi_bytes_of(key.bytes, key.size), cbi_bytes_of_buffer(value));
}

static cbi_bytes state_key(size_t i, uint8_t out[9])
{
    uint64_t index;
    uint8_t start[8];

    cr_assert(cbi_holding_split_id(ids[i].text, &index, start));
    out[0] = 's';
    cbi_put_u64(out + 1, index);
    return cbi_bytes_of(out, 9);
}

/* The row that says of record `i` that it does not simply hold. */
static void put_state(size_t i, uint8_t state)
{
    uint8_t key[9];

    auditor_put(CBI_TABLE_STATE, state_key(i, key), cbi_bytes_of(&state, 1));
}

static void drop_state(size_t i)
{
    uint8_t key[9];

    auditor_drop(CBI_TABLE_STATE, state_key(i, key));
}

Test(check_plain, in_order_it_has_no_findings)
{
    auditor_finds_nothing();
}

Test(check_plain, the_state_of_any_of_its_records_is_found)
{
    for (size_t i = 0; i < RECORDS; i++) {
        put_state(i, CBI_RECORD_REVOKED);
        auditor_finds(CBI_REASON_CHECK_ROW, "state", "record");
        drop_state(i);
    }
    auditor_finds_nothing();
}

Test(check_plain, its_own_state_is_found)
{
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_WRITE);

    teller_works(cbi_account_put_life(txn, plain.digits, CBI_LIFE_FROZEN, &teller_err));
    teller_commit(txn);
    auditor_finds(CBI_REASON_CHECK_ROW, "state", "account");
}

Test(check_plain, a_head_that_leaves_its_newest_record_out_is_found)
{
    cbank_buffer head = read_head();
    const cbank_error *finding;
    cbi_check *check;

    teller_issue_many(&audited, plain.digits, 1, ids);
    auditor_finds_nothing();
    put_head(&head);
    check = auditor_run();
    finding = cbi_check_finding(check, 0);
    cr_assert_not_null(finding);
    cr_expect_eq(finding->reason, CBI_REASON_REPLAY_COVERAGE);
    cbi_check_end(check);
    cbank_buffer_clear(&head);
}

Test(check_plain, a_head_that_was_changed_anywhere_is_found)
{
    cbank_buffer head = read_head();

    for (size_t i = 0; i < head.size; i++) {
        head.data[i] ^= 1;
        put_head(&head);
        cr_expect_gt(auditor_count(), 0, "byte %zu", i);
        head.data[i] ^= 1;
    }
    put_head(&head);
    auditor_finds_nothing();
    cbank_buffer_clear(&head);
}

/* From then on its chain is walked; the records before are what they were. */
Test(check_plain, what_is_revoked_later_is_still_told)
{
    teller_change(&audited, ids[3].text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    auditor_finds_nothing();
    put_state(3, CBI_RECORD_SUSPENDED);
    auditor_finds(CBI_REASON_CHECK_ROW, "state", "record");
    put_state(3, CBI_RECORD_REVOKED);
    put_state(4, CBI_RECORD_REVOKED);
    auditor_finds(CBI_REASON_CHECK_ROW, "state", "record");
}
