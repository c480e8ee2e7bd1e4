/*
 * settle.h - what a bank without cbank writes about an offer is entered: the word of this bank,
 * which names the letter. Without one, the offer may be taken back once its due date has passed.
 */
#ifndef CBI_BANK_SETTLE_H
#define CBI_BANK_SETTLE_H

#include "bank/order.h"
#include "bank/transfer.h"

typedef struct cbi_settle_terms {
    const char *id; /* of the transfer */
    cbi_transfer_state state; /* what the letter says */
    char *const *only; /* PARTLY, RETURNED: display ids of what went, or came back */
    size_t only_count;
    const cbi_order *order; /* `document` is the letter's number; of EXPIRED there is none */
} cbi_settle_terms;

/*
 * The same token again gives the same answer. NOT_FOUND (TRANSFER_UNKNOWN, RECORD_UNKNOWN), STATE
 * (TRANSFER_LETTER: the other bank gives receipts; TRANSFER_STATE: not due, or not away), CONFLICT
 * (TRANSFER_ANSWERED), INVALID (no document, no records or too many).
 */
cbank_status cbi_settle(cbi_bank *bank, const cbi_settle_terms *terms, cbi_transfer_row *out,
                        cbank_error *err);

#endif
