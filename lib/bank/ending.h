/*
 * ending.h - an offer of this bank ends, or what went comes back: whoever says so, a receipt of the
 * other bank (acknowledge.h) or its letter (settle.h).
 */
#ifndef CBI_BANK_ENDING_H
#define CBI_BANK_ENDING_H

#include "bank/errand.h"
#include "bank/transfer.h"

/* Begin with {0}, open; end with cbi_ending_clear. */
typedef struct cbi_ending {
    cbi_transfer_row row; /* of the offer */
    cbi_transfer_state state; /* what it ends as; RETURNED: what is named comes back */
    cbi_transfer_record *records;
    bool *named; /* one a record */
    size_t named_count;
} cbi_ending;

cbank_status cbi_ending_open(cbi_ending *out, cbank_error *err);
void cbi_ending_clear(cbi_ending *ending);

/* The records of `row`, none of them named yet. */
cbank_status cbi_ending_read(cbi_txn *txn, cbi_ending *it, cbank_error *err);
/*
 * Whether it may end so: CONFLICT (TRANSFER_ANSWERED) for an offer that has ended otherwise, STATE
 * (TRANSFER_STATE) if what comes back is not away.
 */
cbank_status cbi_ending_judge(cbi_txn *txn, const cbi_ending *it, cbank_error *err);

/* By what it ends. */
typedef struct cbi_ending_ground {
    const cbi_hash *answer; /* NULL: a letter, or the due date of one */
    cbi_bytes bytes;        /* the answer itself */
    const char *actor;
    const char *document;
    cbi_bytes token;
} cbi_ending_ground;
/* States it, moves the records, and writes the row. Part of an act's write. */
cbank_status cbi_ending_write(cbi_append *append, cbi_ending *it, const cbi_ending_ground *ground,
                              cbank_error *err);

#endif
