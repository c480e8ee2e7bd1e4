#include "bank/counter.h"

static const char *const names[CBI_COUNTER_COUNT] = {
    [CBI_COUNTER_ACCOUNTS] = "count/accounts",
    [CBI_COUNTER_RECORDS] = "count/records",
    [CBI_COUNTER_ENDED] = "count/ended",
    [CBI_COUNTER_INSTITUTIONS] = "count/institutions",
    [CBI_COUNTER_BATCHES] = "count/batches",
    [CBI_COUNTER_DIRECTORIES] = "count/directories",
    [CBI_COUNTER_STATUSES] = "count/statuses",
    [CBI_COUNTER_RECOGNITIONS] = "count/recognitions",
};

cbank_status cbi_counter_read(cbi_txn *txn, cbi_counter counter, uint64_t *out, cbank_error *err)
{
    cbank_buffer value = {0};
    cbank_status status =
        cbi_txn_get(txn, CBI_TABLE_META, cbi_bytes_of_text(names[counter]), &value, err);

    if (status == CBANK_E_NOT_FOUND) {
        *out = 0;
        status = CBANK_OK;
    } else if (status == CBANK_OK && value.size == 8) {
        *out = cbi_get_u64(value.data);
    } else if (status == CBANK_OK) {
        status = cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, names[counter], NULL);
    }
    cbank_buffer_clear(&value);
    return status;
}

cbank_status cbi_counter_add(cbi_txn *txn, cbi_counter counter, uint64_t by, uint64_t *out,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t value;
    uint8_t bytes[8];

    CBI_TRY(cbi_counter_read(txn, counter, &value, err));
    value += by;
    cbi_put_u64(bytes, value);
    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_META, cbi_bytes_of_text(names[counter]),
                        cbi_bytes_of(bytes, sizeof(bytes)), err));
    if (out != NULL)
        *out = value;
done:
    return status;
}
