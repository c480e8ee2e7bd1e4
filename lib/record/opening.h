/* opening.h - what travels beside a record and opens its holder commitment. */
#ifndef CBI_RECORD_OPENING_H
#define CBI_RECORD_OPENING_H

#include "record/identity.h"
#include "wire/message.h"

#include "cbank/v1/common.pb-c.h"

/*
 * INVALID unless the opening has 32 random bytes, a known document type with a number in its
 * canonical form, and a name of at most CBI_NAME_CHARACTERS_MAX, if any. That it opens a
 * commitment is another question: cbi_holder_commit. `document` is what it says then, personal data
 * (identity.h), and untouched otherwise.
 */
cbank_status cbi_opening_check(const Cbank__V1__Opening *opening, cbi_identity *document,
                               cbank_error *err);

/* Overwrites what says who it is, and what would prove it. NULL is a no-op. */
void cbi_opening_wipe(Cbank__V1__Opening *opening);

#endif
