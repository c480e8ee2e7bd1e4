/*
 * signatory.h - whether this bank knows the key under which another bank shows a record.
 *
 * A code is one bank's handle: another bank may have it stand for somebody else, or lie. So what
 * comes in the name of an institution that is entered here, with a key or without one, has to be
 * signed with a key that is known here: one that the institution has or had, or one of whoever may
 * sign for it (record/mandate.h). It was replaced here no earlier than on the day on which the
 * other bank received the record, and not in other hands by then; which day that was is the other
 * bank's word. An institution that is not entered here is the other bank's word altogether.
 */
#ifndef CBI_BANK_SIGNATORY_H
#define CBI_BANK_SIGNATORY_H

#include "bank/bank.h"
#include "proof/verdict.h"

/*
 * `item` is a record that another bank shows with its institution's signature. DENIED:
 * TRANSFER_KEY, TRANSFER_KEY_OVER; of the institution `item` names, with the key's fingerprint.
 */
cbank_status cbi_signatory_check(cbi_txn *txn, cbi_hasher *hasher, const cbi_verdict_item *item,
                                 cbank_error *err);

#endif
