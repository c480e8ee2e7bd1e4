/* examine.h - what a publication says is read through before it is published. */
#ifndef CBI_BANK_EXAMINE_H
#define CBI_BANK_EXAMINE_H

#include "bank/edition.h"

/*
 * Its pages are of their form and order, hold as many items as its head says, and mean something:
 * with what it builds on at hand. After its signature. MALFORMED, INVALID (the first fault),
 * NOT_FOUND (what it builds on), TOO_LARGE.
 */
cbank_status cbi_examine(cbi_txn *txn, const cbi_publication *publication, cbank_error *err);

#endif
