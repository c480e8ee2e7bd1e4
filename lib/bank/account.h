/*
 * account.h - learners' accounts: one for each person, found by document, opened in an act.
 *
 * The state of an account is what its chain says; `state` keeps a row only for accounts that are
 * not simply open, so that a deposit need not walk the chain.
 */
#ifndef CBI_BANK_ACCOUNT_H
#define CBI_BANK_ACCOUNT_H

#include "bank/vault.h"
#include "record/lifecycle.h"

#include "cbank/v1/common.pb-c.h"

/* What has to be said when an account is opened. */
typedef struct cbi_opening_terms {
    const char *opened_by; /* an institution's code, or "" for the bank */
    const Cbank__V1__Code *channel;
    Cbank__V1__IdentityAssurance assurance;
    cbi_bytes token;
} cbi_opening_terms;

/* Added to the running number, so that no account begins with a zero, which spreadsheets drop. */
#define CBI_ACCOUNT_FIRST 10000000000000ull

cbi_subject cbi_account_subject(const char *account);

/*
 * Whose account this person's documents lead to; reads only. OK with `*known` false if nobody's.
 * CONFLICT if a document is known under another name, or if they lead to different accounts.
 */
cbank_status cbi_account_match(const cbi_bank *bank, cbi_txn *txn, const cbi_person *person,
                               cbi_account *out, bool *known, cbank_error *err);

/*
 * Whether some of the person's student numbers are not the account's yet (`*links`); with `write`
 * they become so. CONFLICT (STUDENT_TAKEN); without `write`, TOO_LARGE (VAULT_FULL).
 */
cbank_status cbi_account_link(const cbi_bank *bank, cbi_txn *txn, const cbi_person *person,
                              const char *account, bool write, bool *links, cbank_error *err);

/* Opens an account; the person must be nobody's so far. Part of an act's write. */
cbank_status cbi_account_open(const cbi_bank *bank, cbi_append *append, const cbi_person *person,
                              const cbi_opening_terms *terms, cbi_account *out, cbank_error *err);

/* Never NONE. NOT_FOUND (ACCOUNT_UNKNOWN). */
cbank_status cbi_account_life(cbi_txn *txn, const char *account, cbi_life *out, cbank_error *err);
cbank_status cbi_account_put_life(cbi_txn *txn, const char *account, cbi_life life,
                                  cbank_error *err);
/* Entries of its chain; and whether one of so many takes so many more. NOT_FOUND. */
cbank_status cbi_account_entries(cbi_txn *txn, const char *account, uint64_t *out,
                                 cbank_error *err);
static inline bool cbi_account_takes(uint64_t entries, unsigned more)
{
    return entries + more < CBI_TRANSCRIPT_ENTRIES_MAX;
}
/* STATE unless the account takes deposits, TOO_LARGE if its chain is full; and its entries. */
cbank_status cbi_account_open_entries(cbi_txn *txn, const char *account, uint64_t *out,
                                      cbank_error *err);
static inline cbank_status cbi_account_check_open(cbi_txn *txn, const char *account,
                                                  cbank_error *err)
{
    uint64_t entries;

    return cbi_account_open_entries(txn, account, &entries, err);
}

/* ---- acts -------------------------------------------------------------------------------- */

typedef struct cbi_opened {
    cbi_account account;
    bool opened;
} cbi_opened;

/*
 * Opens or finds the account of each person, all or nothing. `dry_run` judges only: accounts that
 * would be opened are "". `out` has `count` places.
 */
cbank_status cbi_account_open_all(cbi_bank *bank, const cbi_person *persons, size_t count,
                                  const cbi_opening_terms *terms, int64_t now, bool dry_run,
                                  cbi_opened *out, cbank_error *err);

#endif
