/*
 * heads.h - the newest entries of chains, in memory: while one transaction lets many grow, or for
 * who asks for the same ones again and again.
 *
 * A learner's head changes with each record of theirs. Where many are written at once it is owed,
 * and put once, in the order of its table: until then the table is behind. One thread.
 */
#ifndef CBI_LEDGER_HEADS_H
#define CBI_LEDGER_HEADS_H

#include "ledger/subject.h"

/* Where a chain ends: its newest entry, and the tag of all its entries. */
typedef struct cbi_chain_end {
    cbi_head head;
    cbi_hash tag;
} cbi_chain_end;

typedef struct cbi_heads cbi_heads;

cbank_status cbi_heads_new(cbi_heads **out, cbank_error *err);
/* What is owed is lost. NULL is a no-op. */
void cbi_heads_free(cbi_heads *heads);

/* Lent until the next call that sets one; NULL for a subject that was never set. */
const cbi_chain_end *cbi_heads_find(const cbi_heads *heads, const cbi_subject *subject);
/* Of a valid subject. `owed`: its row is still to be put. */
cbank_status cbi_heads_set(cbi_heads *heads, const cbi_subject *subject, const cbi_chain_end *end,
                           bool owed, cbank_error *err);

size_t cbi_heads_count(const cbi_heads *heads);
size_t cbi_heads_count_owed(const cbi_heads *heads);
/* Puts what is owed; all stay known. */
cbank_status cbi_heads_put(cbi_heads *heads, cbi_txn *txn, cbank_error *err);

#endif
