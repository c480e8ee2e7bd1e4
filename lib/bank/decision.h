/*
 * decision.h - what an institution decides and signs outside of a batch: who signed it, and the
 * bank's receipt, by whose place in the log the key is judged.
 */
#ifndef CBI_BANK_DECISION_H
#define CBI_BANK_DECISION_H

#include "bank/bank.h"
#include "proof/envelope.h"

/*
 * Signed for this bank with the institution's key of today, which is handed out. INVALID (another
 * bank), NOT_FOUND, STATE (suspended), KEY_NOT_VALID (an earlier key), BAD_SIGNATURE.
 */
cbank_status cbi_decision_check_signature(cbi_bank *bank, cbi_txn *txn,
                                          const cbi_envelope *envelope, const char *origin,
                                          const char *institution, cbi_public *signer,
                                          cbank_error *err);

/* Writes the receipt of kind 406 or 407; `index` is where it stands. */
cbank_status cbi_decision_receive(cbi_append *append, const char *institution, int kind,
                                  const cbi_hash *decision, const cbi_public *key, cbi_bytes token,
                                  uint64_t *index, cbank_error *err);

#endif
