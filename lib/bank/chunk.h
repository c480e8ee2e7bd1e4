/*
 * chunk.h - as many items of a batch as fit one commit, carried out in an act.
 */
#ifndef CBI_BANK_CHUNK_H
#define CBI_BANK_CHUNK_H

#include "bank/deposit.h"

/* What belongs together: one item, or the two of an amendment. */
typedef struct cbi_chunk_unit {
    uint64_t first; /* position in the batch */
    size_t count;
    cbi_batch_item items[2];
    cbi_person persons[2];
    cbi_claim claims[2];
    cbi_ruling rulings[2];
    cbi_hash superseded;
} cbi_chunk_unit;

/* The next unit of the batch. AMENDMENT_BROKEN (INVALID) if a supersede has no record after it. */
cbank_status cbi_chunk_read(cbi_deposit *deposit, cbi_chunk_unit *out, cbank_error *err);
/* Rules on each; an amendment of which one half is refused is refused whole. */
cbank_status cbi_chunk_judge(cbi_deposit *deposit, cbi_txn *txn, cbi_chunk_unit *unit,
                             cbank_error *err);
void cbi_chunk_unit_clear(cbi_chunk_unit *unit);

/* Reads what a token remembers of a chunk: its batch, and each item. CORRUPT. */
cbank_status cbi_chunk_result(cbi_bytes result, cbi_hash *batch, cbi_deposited *items,
                              size_t capacity, size_t *out_count, cbank_error *err);

/* Submits the next chunk and updates the deposit's intake and items. */
cbank_status cbi_chunk_write(cbi_deposit *deposit, cbank_error *err);

#endif
