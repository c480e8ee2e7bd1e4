/*
 * consentact.h - what every act on a learner's second chain does the same way.
 */
#ifndef CBI_BANK_CONSENTACT_H
#define CBI_BANK_CONSENTACT_H

#include "bank/consentrow.h"
#include "bank/order.h"

/*
 * Appends a statement of this chain and keeps the table as the log says. `out`, which may be NULL,
 * is the row that it begins or touches. Part of an act's write.
 */
cbank_status cbi_consent_append(cbi_append *append, const char *account,
                                const cbi_errand_statement *statement, cbi_consent_row *out,
                                cbank_error *err);
/* The same as it was ordered, with its note in the vault. `randomness` is for a chain's first. */
cbank_status cbi_consent_say(const cbi_bank *bank, cbi_append *append, const char *account,
                             int kind, const void *body, const cbi_order *order, cbi_bytes token,
                             const cbi_hash *randomness, cbi_consent_row *out, cbank_error *err);
/* Answers an act with the row's id. */
cbank_status cbi_consent_answer(cbi_act *act, const cbi_consent_row *row, cbank_error *err);
/* STATE for an account that is erased, of which nothing more is said; with `active`, for one that
 * is not simply open. NOT_FOUND. */
cbank_status cbi_consent_check_account(cbi_txn *txn, const char *account, bool active,
                                       cbank_error *err);
/* TOO_LARGE (SECOND_CHAIN_FULL): half of the chain is kept, so that whatever was begun can end. */
cbank_status cbi_consent_check_room(cbi_txn *txn, const char *account, cbank_error *err);

#endif
