/*
 * receive.h - an offer of another bank is answered, once for ever; what was taken may go back.
 *
 * The answer, the records that are taken and the statement that proves the answer are one commit.
 * Whoever brings the same offer again is given the same answer.
 */
#ifndef CBI_BANK_RECEIVE_H
#define CBI_BANK_RECEIVE_H

#include "bank/order.h"
#include "bank/transfer.h"
#include "proof/verdict.h"

typedef struct cbi_receive_terms {
    bool decline;
    const cbi_hash *refuse; /* ids of records that are not taken */
    size_t refuse_count;
    bool open_accounts;
    bool refuse_unknown_keys; /* what no key that is known here has signed is not taken */
    const cbi_order *order; /* reason, document, token, time */
} cbi_receive_terms;

typedef struct cbi_received {
    cbi_transfer_row row; /* number 0 after a dry run of a new one */
    cbi_transfer_state outcome;
    bool known; /* it had been answered before */
} cbi_received;

/*
 * `verdict` is what a verification of the file has found, for this bank and of whatever day.
 * INVALID (TRANSFER_NO_OFFER), UNSUPPORTED (TRANSFER_SUITE), DENIED (TRANSFER_UNPROVEN,
 * TRANSFER_KEY, TRANSFER_KEY_OVER), BAD_HOLDER (TRANSFER_HOLDER), CONFLICT
 * (TRANSFER_TAKEN; TRANSFER_HELD; TRANSFER_ANSWERED for another answer than the one that was given;
 * TOKEN_CONFLICT for a token of another request), NOT_FOUND (LEARNER_UNKNOWN), STATE. An offer past
 * its due date is answered so, and nothing is taken. Which records are not taken, offered.h says.
 */
cbank_status cbi_receive_offer(cbi_bank *bank, const cbi_verdict *verdict,
                               const cbi_receive_terms *terms, cbi_received *out,
                               cbank_error *err);

/*
 * Gives back what was taken: the records of these display ids, or all that are here still. STATE
 * (TRANSFER_STATE, RECORD_USED_UP, RECORD_NOT_HELD), NOT_FOUND.
 */
cbank_status cbi_receive_return(cbi_bank *bank, const char *id, char *const *only,
                                size_t only_count, const cbi_order *order, cbi_received *out,
                                cbank_error *err);

/* The receipt of the newest answer to an offer, signed anew under the newest checkpoint. */
cbank_status cbi_receive_receipt(cbi_bank *bank, const cbi_transfer_row *row, cbank_buffer *file,
                                 cbank_error *err);

#endif
