#include "ledger/token.h"

#include <string.h>

#define SWEEP_ROWS 4 /* more than are added, so the table does not grow for ever */
#define DAY_S 86400

cbank_status cbi_token_find(cbi_txn *txn, cbi_act *act, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer row = {0};

    act->replayed = false;
    status =
        cbi_txn_get(txn, CBI_TABLE_TOKEN, cbi_bytes_of(act->token, sizeof act->token), &row, err);
    if (status == CBANK_E_NOT_FOUND) {
        status = CBANK_OK;
        goto done;
    }
    if (status != CBANK_OK)
        goto done;
    if (row.size < CBI_TOKEN_ROW_MIN) {
        status =
            cbi_fail(err, CBI_REASON_LEDGER_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_TOKEN), NULL);
        goto done;
    }
    if (memcmp(row.data + 8, act->request.bytes, CBI_HASH_SIZE) != 0) {
        status = cbi_fail(err, CBI_REASON_TOKEN_CONFLICT, 0, NULL, NULL);
        goto done;
    }
    CBI_TRY(cbi_buffer_set(
        &act->result,
        cbi_bytes_of(row.data + CBI_TOKEN_ROW_MIN, row.size - CBI_TOKEN_ROW_MIN), err));
    act->replayed = true;
done:
    cbank_buffer_clear(&row);
    return status;
}

/* Removes old rows among the SWEEP_ROWS from `from` on; `*left` says how many were not there. */
static cbank_status sweep(cbi_txn *txn, int64_t at, cbi_bytes from, size_t *left, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_page page = {0};

    CBI_TRY(cbi_txn_page(txn, CBI_TABLE_TOKEN, cbi_bytes_of(NULL, 0), from, *left, &page, err));
    for (size_t i = 0; i < page.count; i++) {
        cbi_bytes value = cbi_page_value(&page, i);
        if (value.size < CBI_TOKEN_ROW_MIN ||
            (int64_t)cbi_get_u64(value.data) + (int64_t)CBI_TOKEN_DAYS * DAY_S >= at)
            continue;
        CBI_TRY(cbi_txn_delete(txn, CBI_TABLE_TOKEN, cbi_page_key(&page, i), err));
    }
    *left -= page.count;
done:
    cbi_page_clear(&page);
    return status;
}

cbank_status cbi_token_keep(cbi_txn *txn, int64_t at, const cbi_act *act, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer row = {0};
    cbi_bytes key = cbi_bytes_of(act->token, sizeof act->token);
    size_t left = SWEEP_ROWS;
    uint8_t time[8];

    if (act->result.size > CBI_ACT_RESULT_MAX) {
        status = cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_ACT_RESULT_MAX, "result", NULL);
        goto done;
    }
    cbi_put_u64(time, (uint64_t)at);
    CBI_TRY(cbi_buffer_append(&row, cbi_bytes_of(time, sizeof time), err));
    CBI_TRY(cbi_buffer_append(&row, cbi_bytes_of_hash(&act->request), err));
    CBI_TRY(cbi_buffer_append(&row, cbi_bytes_of_buffer(&act->result), err));
    CBI_TRY(cbi_txn_insert(txn, CBI_TABLE_TOKEN, key, cbi_bytes_of_buffer(&row), err));
    CBI_TRY(sweep(txn, at, key, &left, err));
    if (left > 0)
        CBI_TRY(sweep(txn, at, cbi_bytes_of(NULL, 0), &left, err));
done:
    cbank_buffer_clear(&row);
    return status;
}
