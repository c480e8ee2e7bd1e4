/* receive_part.h - what taking in and giving back share: an answer, and the statement of it. */
#ifndef CBI_BANK_RECEIVE_PART_H
#define CBI_BANK_RECEIVE_PART_H

#include "bank/receive.h"

/* A record that is not taken, and why: a code. */
typedef struct cbi_receive_refusal {
    cbi_hash record;
    const char *reason;
} cbi_receive_refusal;

/* What is said. The lists are the caller's. */
typedef struct cbi_receive_answer {
    Cbank__V1__TransferOutcome outcome;
    const char *origin; /* of the bank that offered */
    cbi_hash *records;  /* taken, or given back */
    size_t count;
    cbi_receive_refusal *refused;
    size_t refused_count;
    const cbi_order *order;
} cbi_receive_answer;

/*
 * Makes the answer, states it on the bank's own chain, and keeps it with the row, which is written;
 * of the first answer the row's index is the statement's.
 */
cbank_status cbi_receive_say(const cbi_bank *bank, cbi_append *append, cbi_transfer_row *row,
                             const cbi_receive_answer *answer, cbi_bytes token, cbank_error *err);

#endif
