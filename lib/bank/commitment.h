/* commitment.h - which statement of an account's chain commits to a document, and stands. */
#ifndef CBI_BANK_COMMITMENT_H
#define CBI_BANK_COMMITMENT_H

#include "bank/account.h"

/*
 * Walks back from the head. `*found` is false if the log has no commitment to the document that
 * stands; else sequence and leaf of its statement.
 */
cbank_status cbi_commitment_find(const cbi_bank *bank, cbi_append *append, const char *account,
                                 const Cbank__Api__V1__PersonDocument *document,
                                 uint64_t *sequence, cbi_hash *leaf, bool *found,
                                 cbank_error *err);

#endif
