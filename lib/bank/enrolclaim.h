/*
 * enrolclaim.h - enrolments and their changes among the items of a batch: the part of claim.h that
 * is about them.
 *
 * A programme counts for a learner if this very edition is published here, its institutions are
 * those that it names (else its authority), and the day of admission is in its cohorts; where it
 * names none, in the time of its force.
 */
#ifndef CBI_BANK_ENROLCLAIM_H
#define CBI_BANK_ENROLCLAIM_H

#include "bank/claim.h"

/* As cbi_claim_judge and cbi_claim_carry_out, of an item that is one of these. */
cbank_status cbi_enrolclaim_judge(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                                  const cbi_claim *claim, bool open_accounts, cbi_ruling *out,
                                  cbank_error *err);
cbank_status cbi_enrolclaim_carry_out(const cbi_bank *bank, cbi_append *append,
                                      const cbi_claim *claim, const cbi_claim_place *place,
                                      cbi_ruling *ruling, cbank_error *err);

#endif
