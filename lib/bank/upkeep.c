#include "bank/upkeep.h"

static const char *const names[CBI_UPKEEP_COUNT] = {
    [CBI_UPKEEP_ERASED] = "upkeep/erased",
    [CBI_UPKEEP_COMPACTED] = "upkeep/compacted",
};

cbank_status cbi_upkeep_read(cbi_txn *txn, cbi_upkeep what, int64_t *out, cbank_error *err)
{
    cbank_buffer value = {0};
    cbank_status status =
        cbi_txn_get(txn, CBI_TABLE_META, cbi_bytes_of_text(names[what]), &value, err);

    if (status == CBANK_E_NOT_FOUND) {
        *out = 0;
        status = CBANK_OK;
    } else if (status == CBANK_OK && value.size == 8) {
        *out = (int64_t)cbi_get_u64(value.data);
    } else if (status == CBANK_OK) {
        status = cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, names[what], NULL);
    }
    cbank_buffer_clear(&value);
    return status;
}

cbank_status cbi_upkeep_note(cbi_txn *txn, cbi_upkeep what, int64_t at, cbank_error *err)
{
    uint8_t value[8];

    cbi_put_u64(value, (uint64_t)at);
    return cbi_txn_put(txn, CBI_TABLE_META, cbi_bytes_of_text(names[what]),
                       cbi_bytes_of(value, sizeof(value)), err);
}
