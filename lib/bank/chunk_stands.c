#include "bank/chunk_part.h"

#include "bank/holding.h"
#include "base/memory.h"
#include "base/time.h"

/* Whether this transaction sees what judging saw. */
static bool sees_the_same(const cbi_deposit *deposit, const cbi_append *append)
{
    return deposit->one_version && cbi_txn_version(append->txn) == deposit->version &&
           cbi_txn_dirty(append->txn) == 0;
}

/* Whether those who only added have left each item of the chunk as it was ruled on. */
static cbank_status look_at_items(cbi_chunk_act *chunk, cbi_txn *txn, bool *hold, cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    uint64_t item = chunk->intake.next, end = cbi_chunk_end(chunk);
    cbank_status status = CBANK_OK;
    cbi_ready_record record;

    for (*hold = true; *hold && item < end; item++) {
        if (deposit->items[item].outcome != CBI_OUTCOME_DEPOSITED)
            continue;
        *hold = cbi_ready_find(deposit->ready, (uint32_t)item, &record);
        if (*hold)
            CBI_TRY(cbi_ready_holds(deposit->bank, txn, &record, hold, err));
    }
done:
    cbi_wipe(&record, sizeof(record));
    return status;
}

cbank_status cbi_chunk_find_standing(cbi_chunk_act *chunk, const cbi_append *append,
                                     cbank_error *err)
{
    const cbi_deposit *deposit = chunk->deposit;
    cbank_status status = CBANK_OK;

    chunk->stands =
        deposit->stands && cbi_date_of(append->at) == cbi_date_of(deposit->terms.now);
    chunk->same = chunk->stands && sees_the_same(deposit, append);
    if (!chunk->stands || chunk->same)
        return CBANK_OK;
    chunk->stands = append->added_since <= deposit->version;
    if (chunk->stands)
        CBI_TRY(look_at_items(chunk, append->txn, &chunk->stands, err));
done:
    return status;
}
