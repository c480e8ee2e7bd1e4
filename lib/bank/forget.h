/* forget.h - one entry of who is erased: its statement and whatever was kept for it. */
#ifndef CBI_BANK_FORGET_H
#define CBI_BANK_FORGET_H

#include "bank/bank.h"

/* Everything of an entry of the account's own chain but its hashes. Part of an act's write. */
cbank_status cbi_forget_entry(cbi_append *append, uint64_t index, cbank_error *err);

#endif
