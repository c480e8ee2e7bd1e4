/*
 * keyring.h - the bank's own keys as its log says: root keys and log keys, one after the other.
 *
 * What a statement about a key changes is said here once, for whoever writes it and for the check
 * that derives the row of `meta` again (ledger/epoch.h).
 */
#ifndef CBI_BANK_KEYRING_H
#define CBI_BANK_KEYRING_H

#include "bank/bank.h"
#include "ledger/epoch.h"

/* The row, or what the bank's first statement says if there is none; freed with
 * cbi_message_free. */
cbank_status cbi_keyring_read(const cbi_bank *bank, cbi_txn *txn, Cbank__V1__BankKeys **out,
                              cbank_error *err);

/* What the first statement says alone. */
cbank_status cbi_keyring_found(const Cbank__V1__BankCreated *self, Cbank__V1__BankKeys **out,
                               cbank_error *err);

/* The keys after a statement of kind 602 to 604 with this body, at this place in the log; packed
 * into `row`. CORRUPT if it does not follow from them. */
cbank_status cbi_keyring_apply(const cbi_bank *bank, const Cbank__V1__BankKeys *keys, int kind,
                               const void *body, uint64_t index, cbank_buffer *row,
                               cbank_error *err);
/* The same, read, applied and written. */
cbank_status cbi_keyring_write(const cbi_bank *bank, cbi_txn *txn, int kind, const void *body,
                               uint64_t index, cbank_error *err);

/* The subject of statements about the bank itself. */
cbi_subject cbi_bank_subject(const cbi_bank *bank);

#endif
