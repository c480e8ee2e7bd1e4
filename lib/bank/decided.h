/*
 * decided.h - what a chunk decided, as the row of its token remembers it.
 *
 * The batch's id, then the items in order, in runs of those that were decided alike: outcome u8 |
 * count u32 | index u64 of the first one | step u8, by which the index grows from one to the next:
 * 0 or 1. So ten thousand records for accounts that are there take 14 bytes.
 */
#ifndef CBI_BANK_DECIDED_H
#define CBI_BANK_DECIDED_H

#include "ledger/act.h"

/* What became of one item. */
typedef struct cbi_deposited {
    uint8_t outcome; /* cbi_outcome; 0: not reached */
    bool change;     /* of a record, rather than one; this and the next: once it is judged */
    bool amends;     /* a record that takes the place of another one */
    uint64_t index;  /* deposited, unchanged, changed: of the record */
} cbi_deposited;

/* Of no item yet; replaces `out`. */
cbank_status cbi_decided_begin(const cbi_hash *batch, cbank_buffer *out, cbank_error *err);
/* There is room for the items up to this one, whatever was decided of them. */
#define CBI_DECIDED_RUN 14u
#define CBI_DECIDED_SURE ((CBI_ACT_RESULT_MAX - CBI_HASH_SIZE) / CBI_DECIDED_RUN - 2)
/* Adds the next item. Two fit if there is room. */
cbank_status cbi_decided_add(cbank_buffer *decided, uint8_t outcome, uint64_t index,
                             cbank_error *err);
bool cbi_decided_has_room(const cbank_buffer *decided);

/* Outcome and index of each item go to `items`. CORRUPT; also if they are more than `capacity`. */
cbank_status cbi_decided_read(cbi_bytes decided, cbi_hash *batch, cbi_deposited *items,
                              size_t capacity, size_t *out_count, cbank_error *err);

#endif
