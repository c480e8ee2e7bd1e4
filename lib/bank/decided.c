#include "bank/decided.h"

#include <string.h>

#define COUNT_AT 1u
#define INDEX_AT 5u
#define STEP_AT 13u
#define RUN CBI_DECIDED_RUN

typedef struct run {
    uint8_t outcome;
    uint32_t count;
    uint64_t first;
    uint8_t step;
} run;

static void encode(const run *it, uint8_t out[RUN])
{
    out[0] = it->outcome;
    cbi_put_u32(out + COUNT_AT, it->count);
    cbi_put_u64(out + INDEX_AT, it->first);
    out[STEP_AT] = it->step;
}

static run decode(const uint8_t bytes[RUN])
{
    return (run){.outcome = bytes[0],
                 .count = cbi_get_u32(bytes + COUNT_AT),
                 .first = cbi_get_u64(bytes + INDEX_AT),
                 .step = bytes[STEP_AT]};
}

cbank_status cbi_decided_begin(const cbi_hash *batch, cbank_buffer *out, cbank_error *err)
{
    return cbi_buffer_set(out, cbi_bytes_of_hash(batch), err);
}

/* Takes the item in, if it goes on as the run does; the second one settles how that is. */
static bool extend(run *it, uint8_t outcome, uint64_t index)
{
    uint64_t step = it->count == 1 ? index - it->first : it->step;

    if (outcome != it->outcome || it->count == UINT32_MAX || step > 1 ||
        index != it->first + step * it->count)
        return false;
    it->step = (uint8_t)step;
    it->count++;
    return true;
}

cbank_status cbi_decided_add(cbank_buffer *decided, uint8_t outcome, uint64_t index,
                             cbank_error *err)
{
    run next = {.outcome = outcome, .count = 1, .first = index};
    uint8_t bytes[RUN];

    if (decided->size > CBI_HASH_SIZE) {
        uint8_t *last = decided->data + decided->size - RUN;
        run open = decode(last);

        if (extend(&open, outcome, index)) {
            encode(&open, last);
            return CBANK_OK;
        }
    }
    encode(&next, bytes);
    return cbi_buffer_append(decided, cbi_bytes_of(bytes, sizeof(bytes)), err);
}

bool cbi_decided_has_room(const cbank_buffer *decided)
{
    return decided->size + 2 * RUN <= CBI_ACT_RESULT_MAX;
}

static cbank_status damaged(cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_TOKEN), NULL);
}

cbank_status cbi_decided_read(cbi_bytes decided, cbi_hash *batch, cbi_deposited *items,
                              size_t capacity, size_t *out_count, cbank_error *err)
{
    size_t count = 0;

    if (decided.size < CBI_HASH_SIZE || (decided.size - CBI_HASH_SIZE) % RUN != 0)
        return damaged(err);
    for (size_t at = CBI_HASH_SIZE; at < decided.size; at += RUN) {
        run it = decode(decided.data + at);

        if (it.count == 0 || it.count > capacity - count || it.step > 1)
            return damaged(err);
        for (uint32_t i = 0; i < it.count; i++, count++) {
            items[count].outcome = it.outcome;
            items[count].index = it.first + (uint64_t)it.step * i;
        }
    }
    memcpy(batch->bytes, decided.data, CBI_HASH_SIZE);
    *out_count = count;
    return CBANK_OK;
}
