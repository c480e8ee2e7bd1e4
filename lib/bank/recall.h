/*
 * recall.h - persons whom one file names again and again, and the open accounts that were found.
 *
 * A college's grades name each learner several times. Whoever was found on an account that takes
 * deposits is not looked for again; of everybody else nothing is kept. What is kept of a person is
 * a digest. It is of the state of the store in which it was found, and of later ones for as long
 * as rulings are said to stand (deposit.h).
 */
#ifndef CBI_BANK_RECALL_H
#define CBI_BANK_RECALL_H

#include "bank/person.h"
#include "record/account.h"

/* May be shared by threads. */
typedef struct cbi_recall cbi_recall;

/* For so many items; NULL, which recalls nobody, where they are too few. */
cbank_status cbi_recall_new(uint64_t items, cbi_recall **out, cbank_error *err);
/* Wipes. NULL is a no-op, here and below. */
void cbi_recall_free(cbi_recall *recall);
/* Forgets everybody, if what was found is of another version of the store (store.h). */
void cbi_recall_turn(cbi_recall *recall, uint64_t version);

/* Who is meant, for the two calls below; whatever finds the account and decides whose it is. */
cbank_status cbi_recall_name(cbi_hasher *hasher, const cbi_person *person, cbi_hash *out,
                             cbank_error *err);
/* Account and entries of its chain as they were found; false if the person is not recalled. */
bool cbi_recall_find(cbi_recall *recall, const cbi_hash *who, cbi_account *account,
                     uint64_t *entries);
void cbi_recall_add(cbi_recall *recall, const cbi_hash *who, const cbi_account *account,
                    uint64_t entries);

#endif
