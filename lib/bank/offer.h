/*
 * offer.h - records are offered to another bank: locked here, and put into a file for it.
 *
 * From the offer on they are used, amended and offered by nobody, until the other bank has
 * answered; the file is a transcript to it that shows them, with the institutions' signatures.
 */
#ifndef CBI_BANK_OFFER_H
#define CBI_BANK_OFFER_H

#include "bank/ground.h"
#include "bank/transfer.h"

#define CBI_OFFER_DAYS 90

typedef struct cbi_offer_terms {
    const char *account;
    const char *to; /* origin of the other bank; by letter its code */
    bool by_letter;
    int64_t due_at; /* 0: CBI_OFFER_DAYS from now */
    char *const *only; /* display ids; none: all that may go */
    size_t only_count;
    const cbi_order *order; /* who offers, and the document */
    cbi_ground_terms ground; /* of the disclosure */
} cbi_offer_terms;

/*
 * Locks the records. The same token again gives the same offer. NOT_FOUND, INVALID (TRANSFER_GOAL),
 * STATE (RECORD_OFFERED, RECORD_AWAY, RECORD_NOT_HELD, RECORD_USED_UP, TRANSFER_FOREIGN, an account
 * that is not open), TOO_LARGE. `out->number` is 0 after a dry run.
 */
cbank_status cbi_offer_make(cbi_bank *bank, const cbi_offer_terms *terms, cbi_transfer_row *out,
                            cbank_error *err);
/* The file of an offer that waits, written anew. STATE (TRANSFER_STATE), and as a disclosure. */
cbank_status cbi_offer_file(cbi_bank *bank, const cbi_transfer_row *row,
                            const cbi_ground_terms *ground, const cbi_order *order,
                            cbank_buffer *file, cbank_error *err);

#endif
