#include "ledger/clock.h"

#define KEY "clock"

cbank_status cbi_clock_read(cbi_txn *txn, int64_t newest, cbi_clock *out, cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status = cbi_txn_get(txn, CBI_TABLE_META, cbi_bytes_of_text(KEY), &row, err);

    *out = (cbi_clock){.newest = newest, .taken = newest, .kept = status == CBANK_OK};
    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK;
    if (status == CBANK_OK && row.size == 8)
        out->taken = (int64_t)cbi_get_u64(row.data);
    if (status == CBANK_OK && (row.size != 8 || out->taken < 0))
        status = cbi_fail(err, CBI_REASON_LEDGER_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_META),
                          "%s", KEY);
    cbank_buffer_clear(&row);
    return status;
}

cbank_status cbi_clock_check(const cbi_clock *clock, int64_t now, cbank_error *err)
{
    if (now < 0 || (now < clock->taken && clock->taken - now > CBI_CLOCK_SLACK_S))
        return cbi_fail(err, CBI_REASON_CLOCK_BEHIND, 0, NULL, "%lld < %lld", (long long)now,
                        (long long)clock->taken);
    /* The first statement has nothing that it could be held against. */
    if (clock->taken != 0 && now > clock->taken && now - clock->taken > CBI_CLOCK_LEAP_S)
        return cbi_fail(err, CBI_REASON_CLOCK_AHEAD, 0, NULL, "%lld > %lld", (long long)now,
                        (long long)clock->taken);
    return CBANK_OK;
}

int64_t cbi_clock_take(cbi_clock *clock, int64_t now)
{
    if (now > clock->taken)
        clock->taken = now;
    return now > clock->newest ? now : clock->newest;
}

cbank_status cbi_clock_keep(cbi_txn *txn, cbi_clock *clock, int64_t newest, cbank_error *err)
{
    uint8_t row[8];

    if (!clock->kept)
        return CBANK_OK; /* nothing was confirmed: the newest statement says it all */
    if (clock->taken == newest)
        return cbi_txn_delete(txn, CBI_TABLE_META, cbi_bytes_of_text(KEY), err);
    cbi_put_u64(row, (uint64_t)clock->taken);
    return cbi_txn_put(txn, CBI_TABLE_META, cbi_bytes_of_text(KEY), cbi_bytes_of(row, sizeof row),
                       err);
}

cbank_status cbi_clock_confirm(cbi_txn *txn, cbi_clock *clock, int64_t now, cbank_error *err)
{
    clock->kept = true;
    clock->taken = now;
    return cbi_clock_keep(txn, clock, clock->newest, err);
}
