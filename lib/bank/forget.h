/*
 * forget.h - what goes with who is erased: of each entry its statement and whatever was kept for
 * it; and from which file a batch came that was about nobody else.
 */
#ifndef CBI_BANK_FORGET_H
#define CBI_BANK_FORGET_H

#include "bank/family.h"

/* Everything of an entry of the account's own chain but its hashes. Part of an act's write. */
cbank_status cbi_forget_entry(cbi_append *append, uint64_t index, cbank_error *err);

/*
 * The sources of batches in which nobody is left but this family: a file's name may be a person's.
 * An act of its own, before the entries go, which say what batches they were in.
 */
cbank_status cbi_forget_sources(cbi_bank *bank, const cbi_family *family, int64_t now,
                                cbank_error *err);

#endif
