/*
 * ready.h - records that were judged and may be written as they are: each is read once.
 *
 * What the rows of a deposited record are made of is kept from judging to writing, up to a bound;
 * what finds no place is read and ruled on again. It is personal data, and wiped.
 */
#ifndef CBI_BANK_READY_H
#define CBI_BANK_READY_H

#include "bank/claim.h"

/* Lent. */
typedef struct cbi_ready_record {
    uint32_t item;       /* position in the batch */
    cbi_account account; /* that is open; "" if the bank did not know whose it is */
    bool opens;          /* the first one of somebody without an account */
    uint64_t entries;    /* of its chain, when it was judged */
    uint32_t yearly;     /* records of the institution's on it this year, with this one; at most */
    uint32_t day;        /* of which a student number speaks (person.h) */
    cbi_hash random;     /* of the opening, as are the next three */
    const char *document_type;
    const char *document_number;
    const char *name;
    const char *awarder;
    const char *reference;
    cbi_hash content; /* MAC (holding.h) */
    cbi_bytes bytes;  /* that the institution signed */
} cbi_ready_record;

/*
 * Whether what was ruled on a record by itself can be kept: it goes as it is to an account that
 * has room for all that one batch may bring.
 */
bool cbi_ready_suits(const cbi_claim *claim, const cbi_ruling *ruling);
/* What claim and ruling say of it, lent; the rest is {0}. */
cbi_ready_record cbi_ready_record_of(const cbi_claim *claim, const cbi_ruling *ruling);

/* What all records of a batch share. */
typedef struct cbi_ready_batch {
    const cbi_hash *id;
    const char *institution; /* that signs */
    cbi_bytes token;
} cbi_ready_batch;

/* The account of whom the bank did not know, which may have one since: as cbi_account_match. */
cbank_status cbi_ready_find_account(const cbi_bank *bank, cbi_txn *txn, cbi_ready_record *record,
                                    bool *known, cbank_error *err);
/*
 * Whether what was ruled on the record holds after others have only added to the store: what they
 * could have changed is that its reference is taken, that its account has grown, or that there is
 * one for whom the bank did not know.
 */
cbank_status cbi_ready_holds(const cbi_bank *bank, cbi_txn *txn, cbi_ready_record *record,
                             bool *holds, cbank_error *err);
/* Finds it, or opens it. Does nothing if the account is known; fails as cbi_account_match does. */
cbank_status cbi_ready_open_account(const cbi_bank *bank, cbi_append *append,
                                    const cbi_ready_batch *batch, cbi_ready_record *record,
                                    bool *opened, cbank_error *err);
/* Writes statement, opening and reference; `index` and `leaf` are the statement's. */
cbank_status cbi_ready_write(const cbi_bank *bank, cbi_append *append,
                             const cbi_ready_batch *batch, const cbi_ready_record *record,
                             uint64_t *index, cbi_hash *leaf, cbank_error *err);

/* ---- keeping them -------------------------------------------------------------------------- */

/* In the order of their items. One thread. */
typedef struct cbi_ready cbi_ready;

/* For a batch of so many; it may be of a single one. */
cbank_status cbi_ready_new(uint32_t count, cbi_ready **out, cbank_error *err);
/* Wipes. NULL is a no-op. */
void cbi_ready_free(cbi_ready *ready);
/* Forgets all, and keeps the room for others. */
void cbi_ready_rewind(cbi_ready *ready);
/*
 * Keeps a copy, unless there is no place, then or before; `item` is above all before it. In the
 * second half of the largest batch there is less place, and what is beyond it is given up.
 */
cbank_status cbi_ready_add(cbi_ready *ready, const cbi_ready_record *record, cbank_error *err);
/* The first item for which there was no place; UINT32_MAX if there was for all. */
uint32_t cbi_ready_missed(const cbi_ready *ready);
/* The record of this item, lent; quick for who asks in order. False if it is not kept. */
bool cbi_ready_find(cbi_ready *ready, uint32_t item, cbi_ready_record *out);

#endif
