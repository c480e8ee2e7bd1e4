/*
 * gap.h - rows that few entries of the log have, looked for by index.
 *
 * Who asks for one index after the other asks mostly for what is not there. One look finds the next
 * row that is there, and so that none is in between.
 */
#ifndef CBI_BANK_GAP_H
#define CBI_BANK_GAP_H

#include "store/store.h"

/* Of one sort of rows, as of one commit. Begin with {0}; owns nothing. */
typedef struct cbi_gap {
    uint64_t version;
    uint64_t from, end; /* indices that have no row */
} cbi_gap;

/*
 * The row `kind` | index u64 of the table, as cbi_txn_get has it; NOT_FOUND without a word. Only in
 * read transactions: what a write changes is not seen. `gap` may be NULL.
 */
cbank_status cbi_gap_get(cbi_gap *gap, cbi_txn *txn, cbi_table table, char kind, uint64_t index,
                         cbank_buffer *value, cbank_error *err);

#endif
