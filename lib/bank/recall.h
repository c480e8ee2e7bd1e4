/*
 * recall.h - persons whom batches name again and again, and the open accounts that were found.
 *
 * A college's grades name each learner several times, and a term's batches name the same learners.
 * Whoever was found on an account that takes deposits is not looked for again; of everybody else
 * nothing is kept. What is kept of a person is a fingerprint under a key that exists only here.
 *
 * It lives with the bank. That a person was found stands as long as there is only added to the
 * store: records and accounts of those whom it did not know (append.h). Whatever else is done, here
 * or by another process - a name or a number corrected, an account closed, merged, erased - all
 * who were found before count no more. What is added makes chains longer, so their entries are
 * read again for each state of the store. The number of a state that a reader has seen is never
 * another one's: LMDB tells it to readers once the commit is on the disk, and one that was lost
 * was told to nobody.
 *
 * An erasure by this process empties it. After one by another process what is left of whoever was
 * erased says nothing without the key, is not used, and goes when its place is taken or the bank
 * is closed.
 */
#ifndef CBI_BANK_RECALL_H
#define CBI_BANK_RECALL_H

#include "bank/bank.h"
#include "bank/person.h"
#include "crypto/fingerprint.h"
#include "record/account.h"

/* May be shared by threads. */
typedef struct cbi_recall cbi_recall;

cbank_status cbi_recall_new(cbi_recall **out, cbank_error *err);
/* NULL is a no-op. */
void cbi_recall_free(cbi_recall *recall);

/*
 * Forgets everybody, as is due to who was erased by this version of the store: whoever still looks
 * at an earlier one adds nobody again.
 */
void cbi_recall_forget(cbi_recall *recall, uint64_t version);

/* What one read transaction may recall: who was found in a version from `since` to its own. */
typedef struct cbi_recall_view {
    cbi_recall *recall;
    cbi_txn *txn;
    uint64_t since, version; /* of the store (store.h) */
} cbi_recall_view;

/* Of a bank with a ledger. */
cbi_recall_view cbi_recall_look(const cbi_bank *bank, cbi_txn *txn);

/* Who is meant; whatever finds the account and decides whose it is. */
cbi_fingerprint cbi_recall_name(const cbi_recall_view *view, const cbi_person *person);
/* That somebody is about to be looked for: it comes into the processor's cache meanwhile. */
void cbi_recall_expect(const cbi_recall_view *view, const cbi_fingerprint *who);
/*
 * Account and entries of its chain, as this transaction sees it; false if the person is not
 * recalled, or the account takes no more.
 */
bool cbi_recall_find(const cbi_recall_view *view, const cbi_fingerprint *who, cbi_account *account,
                     uint64_t *entries);
/* Who was found in this transaction. */
void cbi_recall_add(const cbi_recall_view *view, const cbi_fingerprint *who,
                    const cbi_account *account, uint64_t entries);

#endif
