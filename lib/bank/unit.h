/*
 * unit.h - what belongs together in a batch: one item, or the two of an amendment.
 *
 * An amendment is a SUPERSEDE and right after it the record that takes the place of the old one;
 * neither is ever carried out without the other.
 */
#ifndef CBI_BANK_UNIT_H
#define CBI_BANK_UNIT_H

#include "bank/claim.h"
#include "bank/tally.h"
#include "proof/batch.h"

typedef struct cbi_unit {
    uint64_t first; /* position in the batch */
    size_t count;
    cbi_batch_item items[2];
    cbi_person persons[2];
    cbi_claim claims[2];
    cbi_ruling rulings[2];
    cbi_hash superseded;
} cbi_unit;

/* Who rules. `tally` is NULL once the batch has been judged whole, and where another settles. */
typedef struct cbi_judge {
    const cbi_bank *bank;
    cbi_hasher *hasher;
    bool open_accounts;
    int64_t now;
    cbi_tally *tally;
    cbi_awarder *last; /* borrowed, for one transaction; or NULL */
    const cbi_recall_view *recall; /* borrowed, for the same one; or NULL */
} cbi_judge;

/*
 * The next unit of the batch; `out` begins as {0}, or has been emptied. AMENDMENT_BROKEN (INVALID)
 * if a supersede has no record after it.
 */
cbank_status cbi_unit_read(cbi_hasher *hasher, cbi_batch *batch, cbi_unit *out,
                           cbank_error *err);
/* Rules on each by what the store holds. */
cbank_status cbi_unit_rule(const cbi_judge *judge, cbi_txn *txn, cbi_unit *unit,
                           cbank_error *err);
/* Then by what the batch does itself. An amendment of which a half is refused is refused whole. */
cbank_status cbi_unit_settle(cbi_tally *tally, cbi_txn *txn, cbi_hasher *hasher, cbi_unit *unit,
                             cbank_error *err);
/* Both. */
cbank_status cbi_unit_judge(const cbi_judge *judge, cbi_txn *txn, cbi_unit *unit,
                            cbank_error *err);
/* Wipes whom it is about, and keeps memory for the next one. */
void cbi_unit_empty(cbi_unit *unit);
void cbi_unit_clear(cbi_unit *unit);

/* Was the item refused? CHANGED is too: whoever signs a batch has to sign an amendment. */
bool cbi_outcome_refuses(cbi_outcome outcome);

#endif
