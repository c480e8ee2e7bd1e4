#include "ledger/met.h"

#include <string.h>

#include "base/memory.h"

/* A row has its place in one of the sets, where the eighth after it takes its place. */
#define SETS 16u
#define WAYS 8u
#define BYTES_FIRST ((size_t)16 * 1024)
#define BYTES_MAX ((size_t)128 * 1024)
/* Rows of one chain are of a few colleges, and of a few years. */
#define PATTERNS 4u

typedef struct met_row {
    cbi_logged logged; /* but where its statement is */
    size_t statement_at;
} met_row;

struct cbi_met {
    uint64_t ends[SETS][WAYS]; /* index + 1; 0 for nothing */
    uint8_t next[SETS];
    cbi_pattern patterns[PATTERNS];
    cbank_buffer bytes; /* rows as they are when they are not packed */
    met_row rows[SETS][WAYS];
};

static void forget(cbi_met *met)
{
    memset(met->ends, 0, sizeof(met->ends));
    cbi_buffer_rewind(&met->bytes);
}

cbank_status cbi_met_new(cbi_met **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_met *met = NULL;

    CBI_TRY(cbi_alloc_bytes(sizeof(*met), &met, err));
    met->bytes = (cbank_buffer){0};
    memset(met->next, 0, sizeof(met->next));
    memset(met->patterns, 0, sizeof(met->patterns));
    forget(met);
    CBI_TRY(cbi_buffer_reserve(&met->bytes, BYTES_FIRST, err));
    *out = met;
    met = NULL;
done:
    cbi_met_free(met);
    return status;
}

void cbi_met_free(cbi_met *met)
{
    if (met == NULL)
        return;
    for (size_t i = 0; i < PATTERNS; i++)
        cbi_pattern_clear(&met->patterns[i]);
    cbank_buffer_clear(&met->bytes);
    cbi_free(met);
}

static void lend(const cbi_met *met, const met_row *row, cbi_logged *out)
{
    *out = row->logged;
    if (!out->erased)
        out->statement.data = met->bytes.data + row->statement_at;
}

bool cbi_met_find(const cbi_met *met, uint64_t index, cbi_logged *out)
{
    size_t set = (size_t)(index % SETS);

    for (size_t way = 0; way < WAYS; way++) {
        if (met->ends[set][way] == index + 1 && index != CBI_NO_INDEX) {
            lend(met, &met->rows[set][way], out);
            return true;
        }
    }
    return false;
}

/* Appends the row to the bytes, unpacked. */
static cbank_status add_bytes(cbi_met *met, cbi_txn *txn, uint64_t index, cbi_bytes row,
                              cbank_error *err)
{
    uint64_t pattern = cbi_logged_pattern(row);

    if (pattern == 0)
        return cbi_buffer_append(&met->bytes, row, err);
    return cbi_logged_unpack(txn, index, row, &met->patterns[pattern % PATTERNS], &met->bytes,
                             err);
}

cbank_status cbi_met_take(cbi_met *met, cbi_txn *txn, cbi_hasher *hasher, uint64_t index,
                          cbi_bytes row, cbi_logged *out, cbank_error *err)
{
    size_t set = (size_t)(index % SETS);
    cbank_status status = CBANK_OK;
    met_row *place;
    size_t from;

    if (met->bytes.size > BYTES_MAX)
        forget(met);
    from = met->bytes.size;
    CBI_TRY(add_bytes(met, txn, index, row, err));
    CBI_TRY(cbi_logged_decode(hasher, index,
                              cbi_bytes_of(met->bytes.data + from, met->bytes.size - from), out,
                              err));
    place = &met->rows[set][met->next[set]];
    place->logged = *out;
    place->statement_at = out->erased ? 0 : (size_t)(out->statement.data - met->bytes.data);
    met->ends[set][met->next[set]] = index + 1;
    met->next[set] = (uint8_t)((met->next[set] + 1) % WAYS);
done:
    return status;
}
