#include "bank/auditor.h"

#include <string.h>

teller audited;

void auditor_begin(void)
{
    teller *it = &audited;
    teller_id id;

    teller_open(it, CBI_SUITE_SHA256_ED25519);
    teller_issue(it, "A", 3500);
    id = teller_issue(it, "B", 2000);
    teller_change(it, id.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND);
    id = teller_issue(it, "C", 1000);
    teller_change(it, id.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    id = teller_issue(it, "D", 1000);
    teller_amend(it, id.text, 1500);
}

void auditor_end(void)
{
    teller_close(&audited);
}

cbi_check *auditor_run(void)
{
    cbi_check *check = NULL;
    bool more = true;

    teller_works(cbi_check_begin(audited.bank, &check, &teller_err));
    while (more)
        teller_works(cbi_check_step(check, &more, &teller_err));
    return check;
}

uint64_t auditor_count(void)
{
    cbi_check *check = auditor_run();
    uint64_t total = cbi_check_total(check);

    cbi_check_end(check);
    return total;
}

void auditor_finds(cbi_reason reason, const char *object, const char *detail)
{
    cbi_check *check = auditor_run();
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

void auditor_finds_nothing(void)
{
    cbi_check *check = auditor_run();
    const cbank_error *finding = cbi_check_finding(check, 0);

    cr_assert_null(finding, "%s %s %llu %s", cbi_reason_word((cbi_reason)finding->reason),
                   finding->object, (unsigned long long)finding->where, finding->detail);
    cr_assert_eq(cbi_check_total(check), 0);
    cbi_check_end(check);
}

/* ---- what a stranger with access to the store may do ------------------------------------ */

void auditor_put(cbi_table table, cbi_bytes key, cbi_bytes value)
{
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_WRITE);

    teller_works(cbi_txn_put(txn, table, key, value, &teller_err));
    teller_commit(txn);
}

void auditor_drop(cbi_table table, cbi_bytes key)
{
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_WRITE);

    cr_assert(cbi_txn_has(txn, table, key));
    teller_works(cbi_txn_delete(txn, table, key, &teller_err));
    teller_commit(txn);
}

cbank_buffer auditor_get(cbi_table table, cbi_bytes key)
{
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_READ);
    cbank_buffer value = {0};

    teller_works(cbi_txn_get(txn, table, key, &value, &teller_err));
    cbi_txn_abort(txn);
    return value;
}

void auditor_flip(cbi_table table, cbi_bytes key, size_t offset)
{
    cbank_buffer value = auditor_get(table, key);

    cr_assert_lt(offset, value.size);
    value.data[offset] ^= 1;
    auditor_put(table, key, cbi_bytes_of_buffer(&value));
    cbank_buffer_clear(&value);
}

void auditor_swap(cbi_table table, cbi_bytes a, cbi_bytes b)
{
    cbank_buffer first = auditor_get(table, a), second = auditor_get(table, b);

    auditor_put(table, a, cbi_bytes_of_buffer(&second));
    auditor_put(table, b, cbi_bytes_of_buffer(&first));
    cbank_buffer_clear(&first);
    cbank_buffer_clear(&second);
}

void auditor_get_row(cbi_table table, const char *prefix, size_t number, cbank_buffer *key,
                    cbank_buffer *value)
{
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_READ);
    cbi_page page = {0};

    teller_works(cbi_txn_page(txn, table, cbi_bytes_of_text(prefix), cbi_bytes_of_text(prefix),
                              100, &page, &teller_err));
    cr_assert_lt(number, page.count);
    teller_works(cbi_buffer_set(key, cbi_page_key(&page, number), &teller_err));
    teller_works(cbi_buffer_set(value, cbi_page_value(&page, number), &teller_err));
    cbi_page_clear(&page);
    cbi_txn_abort(txn);
}

void auditor_flip_row(cbi_table table, const char *prefix, size_t number, size_t offset)
{
    cbank_buffer key = {0}, value = {0};

    auditor_get_row(table, prefix, number, &key, &value);
    auditor_flip(table, cbi_bytes_of_buffer(&key), offset);
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
}

void auditor_drop_row(cbi_table table, const char *prefix, size_t number)
{
    cbank_buffer key = {0}, value = {0};

    auditor_get_row(table, prefix, number, &key, &value);
    auditor_drop(table, cbi_bytes_of_buffer(&key));
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
}
