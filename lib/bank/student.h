/*
 * student.h - student numbers as look-up keys: whose a number is, and when it was.
 *
 * A row of `identity` under a student number holds one or more of account 16 | from u32 | until
 * u32, dates as yyyymmdd and 0 where they are not stated; a row of 16 bytes is an account without
 * dates. An institution may give a number again once its holder has left: then a date tells whose.
 * A number is a key to find an account by, not a proof of identity, and no statement speaks of it.
 */
#ifndef CBI_BANK_STUDENT_H
#define CBI_BANK_STUDENT_H

#include "bank/vault.h"

#define CBI_STUDENT_HOLDERS_MAX 16u

typedef struct cbi_student_holder {
    cbi_account account;
    cbi_period period;
} cbi_student_holder;

/* The row of a number; `out` has CBI_STUDENT_HOLDERS_MAX places. False for another form. */
bool cbi_student_decode(cbi_bytes row, cbi_student_holder *out, size_t *count);

/*
 * Whose number it is on a day, or today for 0. The only one who ever had it is meant on any day.
 * NOT_FOUND (LEARNER_UNKNOWN); CONFLICT (STUDENT_AMBIGUOUS) where the day does not tell.
 */
cbank_status cbi_student_find(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                              uint32_t on, cbi_account *out, cbank_error *err);
/* Whether the account has, or had, this number. */
cbank_status cbi_student_holds(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                               const char *account, bool *out, cbank_error *err);

/*
 * Whether the number can be the account's in that period: CONFLICT (STUDENT_TAKEN) if somebody
 * else has it then. `*linked` if that is what the bank holds already.
 */
cbank_status cbi_student_check(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                               const char *account, const cbi_period *period, bool *linked,
                               cbank_error *err);
/* Writes the row; what it says of this account otherwise is replaced. After cbi_student_check. */
cbank_status cbi_student_put(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                             const char *account, const cbi_period *period, cbank_error *err);
/* It is not the account's any more; nothing if it never was. */
cbank_status cbi_student_drop(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                              const char *account, cbank_error *err);
/* What was the one account's is the other's, on the same dates. Nothing if it was not. */
cbank_status cbi_student_move(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                              const char *from, const char *into, cbank_error *err);
/* The same as put, and the number among the documents of the account's person. */
cbank_status cbi_student_link(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                              const char *account, const cbi_period *period, cbank_error *err);

#endif
