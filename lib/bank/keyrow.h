/*
 * keyrow.h - the keys that an institution has had, oldest first, as its row keeps them.
 */
#ifndef CBI_BANK_KEYROW_H
#define CBI_BANK_KEYROW_H

#include "bank/bank.h"

#include "cbank/v1/directory.pb-c.h"

/* That this key may follow: it was never theirs (KEY_USED_BEFORE), and there is room for it. */
cbank_status cbi_keyrow_check(const Cbank__V1__DirectoryInstitution *row, const cbi_public *key,
                               cbank_error *err);

/* Writes the row with this key as the latest. It has been checked; nothing of it is kept. */
cbank_status cbi_keyrow_add(cbi_txn *txn, const Cbank__V1__DirectoryInstitution *row,
                             Cbank__V1__InstitutionKey *key, cbank_error *err);

#endif
