/*
 * roll.h - opening the accounts of many, each judged for itself.
 *
 * Unlike cbi_account_open_all, a person who cannot be taken in stops nobody else: rosters have
 * conflicts, and the rest of the class is waiting.
 */
#ifndef CBI_BANK_ROLL_H
#define CBI_BANK_ROLL_H

#include "bank/account.h"

/* Persons of one act. */
#define CBI_ROLL_MAX 256u

typedef enum cbi_roll_outcome {
    CBI_ROLL_OPENED = 1,
    CBI_ROLL_KNOWN = 2,
    CBI_ROLL_CONFLICT = 3,
} cbi_roll_outcome;

typedef struct cbi_roll_result {
    cbi_roll_outcome outcome;
    bool linked;         /* known, and has a student number now that it had not */
    cbi_account account; /* "" for what was only judged */
    cbank_error why;     /* of a conflict */
} cbi_roll_result;

/* What would become of a person. OK whatever it is; another answer is the store's. */
cbank_status cbi_roll_judge(const cbi_bank *bank, cbi_txn *txn, const cbi_person *person,
                            cbi_roll_result *out, cbank_error *err);

/* Takes in up to CBI_ROLL_MAX persons in one act. `results` has as many places. */
cbank_status cbi_roll_take_in(cbi_bank *bank, const cbi_person *persons, size_t count,
                              const cbi_opening_terms *terms, int64_t now, cbi_roll_result *results,
                              cbank_error *err);

#endif
