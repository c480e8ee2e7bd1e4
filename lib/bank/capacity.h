/*
 * capacity.h - in what capacity an institution signs: for itself, as the delegate, successor or
 * custodian of the one that awards; and whether that one may award it at all.
 */
#ifndef CBI_BANK_CAPACITY_H
#define CBI_BANK_CAPACITY_H

#include "bank/claim.h"
#include "record/mandate.h"

void cbi_awarder_clear(cbi_awarder *awarder);

/*
 * DENIED: RECORD_AWARDER (another institution's, and no delegation is named), and the reasons of
 * mandate.h; NOT_FOUND, STATE (the awarder is not known, or suspended).
 */
cbank_status cbi_capacity_check_record(cbi_txn *txn, const cbi_claim *claim, cbank_error *err);
/* The same of a change of this record. */
cbank_status cbi_capacity_check_change(cbi_txn *txn, const cbi_claim *claim,
                                       const Cbank__V1__CreditRecord *record, cbank_error *err);

/*
 * DENIED (RECORD_FOREIGN) unless the institution may change the record so today: before anything
 * is signed.
 */
cbank_status cbi_capacity_check(cbi_txn *txn, const char *institution,
                                const Cbank__V1__CreditRecord *record,
                                Cbank__V1__ChangeAction action, int64_t now, cbank_error *err);
/*
 * The grant under which it would sign a record of this type for `awarder`: zero where that is
 * itself. DENIED, NOT_FOUND.
 */
cbank_status cbi_capacity_find(cbi_txn *txn, const char *institution, const char *awarder,
                               Cbank__V1__RecordType type, bool amends, int64_t now,
                               cbi_hash *out, cbank_error *err);

/* DENIED unless the institution may do this at all. */
cbank_status cbi_capacity_check_role(cbi_txn *txn, const char *institution,
                                     Cbank__V1__InstitutionRole role, cbi_reason reason,
                                     cbank_error *err);

#endif
