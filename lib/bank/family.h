/*
 * family.h - an account with those that have been merged into it, and into them.
 *
 * Rows of `state`: 'm' | account -> the account it was merged into; 'M' | account | account that
 * was merged into it -> 1, which stays when the merger is undone, and only says that the chain has
 * to be looked at. What stands is what the chains say, as far as the checkpoint goes.
 */
#ifndef CBI_BANK_FAMILY_H
#define CBI_BANK_FAMILY_H

#include "bank/account.h"
#include "ledger/history.h"

/* One chain. */
typedef struct cbi_relative {
    cbi_account account;
    uint32_t merged_into; /* position of the chain that it was merged into, plus one; 0: its own */
    uint64_t joined_at;   /* sequence of the merger there */
    cbi_chain chain;
} cbi_relative;

/* In the order of a transcript: each after the one it was merged into. Begin with {0}. */
typedef struct cbi_family {
    cbi_relative *members; /* CBI_TRANSCRIPT_CHAINS_MAX */
    size_t count;
    size_t entries; /* of all */
} cbi_family;

/*
 * NOT_FOUND (ACCOUNT_UNKNOWN) if nothing of the account is sealed; TOO_LARGE past the limits of a
 * transcript; CORRUPT. An account that was merged away is a family of its own.
 */
cbank_status cbi_family_read(cbi_reader *reader, const char *account, cbi_family *out,
                             cbank_error *err);
void cbi_family_clear(cbi_family *family);

/*
 * The account that goes on for this one: itself, unless it was merged. NOT_FOUND for what is no
 * account number; CORRUPT.
 */
cbank_status cbi_family_root(cbi_txn *txn, const char *account, cbi_account *out,
                             cbank_error *err);
/* The one that it was merged into; itself where it was not. */
cbank_status cbi_family_parent(cbi_txn *txn, const char *account, cbi_account *out,
                               cbank_error *err);
/*
 * The accounts that were ever merged into it, at most CBI_TRANSCRIPT_CHAINS_MAX, whether that was
 * undone or not: whose chains what it recognised may name.
 */
cbank_status cbi_family_guests(cbi_txn *txn, const char *account, cbi_account *out, size_t *count,
                               cbank_error *err);
/*
 * The account and those that are merged into it now, as the transaction has them, at most
 * CBI_TRANSCRIPT_CHAINS_MAX, each after the one it was merged into; with the entries of all their
 * chains. For acts, which may not rely on what was read before. TOO_LARGE.
 */
cbank_status cbi_family_members(cbi_txn *txn, const char *account, cbi_account *out, size_t *count,
                                uint64_t *entries, cbank_error *err);
cbank_status cbi_family_join(cbi_txn *txn, const char *from, const char *into, cbank_error *err);
cbank_status cbi_family_part(cbi_txn *txn, const char *from, cbank_error *err);

#endif
