/*
 * yearly.h - how many records one institution has put on one account since the year began (UTC).
 *
 * The limit is CBI_YEARLY_RECORDS_MAX. Nobody keeps a count: the account's chain knows, and is
 * walked only where its length says that the limit could be met.
 */
#ifndef CBI_BANK_YEARLY_H
#define CBI_BANK_YEARLY_H

#include "bank/account.h"

/* Never too few: of so many entries of an account's chain, those that could be such records. */
static inline uint64_t cbi_yearly_bound(uint64_t entries)
{
    return entries - 1; /* the first one opens the account */
}

/* Exactly; walks back from the head to where the year of `now` begins. */
cbank_status cbi_yearly_count(cbi_txn *txn, cbi_hasher *hasher, const char *account,
                              const char *institution, int64_t now, uint64_t *out,
                              cbank_error *err);

#endif
