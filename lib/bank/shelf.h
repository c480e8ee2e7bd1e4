/*
 * shelf.h - published data that is loaded: ready to be asked, shared, and kept while it is used.
 *
 * What was loaded once is found by its digest by every thread that has the bank open. It never
 * changes. Those that nobody holds are put away when there are too many, the longest unused first.
 */
#ifndef CBI_BANK_SHELF_H
#define CBI_BANK_SHELF_H

#include "bank/edition.h"
#include "rules/programme.h"
#include "rules/ruleset.h"

/* Kept besides those that are held. */
#define CBI_SHELF_IDLE_MAX 8u

typedef struct cbi_shelf cbi_shelf;

typedef struct cbi_volume {
    cbi_edition edition;
    cbank_buffer envelope;
    cbi_publication publication; /* its head */
    cbi_ruleset *ruleset;        /* of a rule set */
    cbi_programme *programme;    /* of a programme */
    /* The shelf's own. */
    uint32_t holders;
    uint64_t used;
    struct cbi_volume *next;
} cbi_volume;

/*
 * Gives the rule set the scales, frameworks and units that its head names, as far as they are
 * published here. CORRUPT.
 */
cbank_status cbi_shelf_refer(cbi_txn *txn, const Cbank__V1__PublicationHead *head,
                             cbi_ruleset *ruleset, cbank_error *err);

cbank_status cbi_shelf_new(cbi_shelf **out, cbank_error *err);
/* Nothing is held any more. NULL is a no-op. */
void cbi_shelf_free(cbi_shelf *shelf);

/*
 * The rule set or programme of this edition, which is loaded if need be: all its pages are read.
 * It is to be given back. CORRUPT, INVALID (nothing that can be asked), MEMORY.
 */
cbank_status cbi_shelf_take(cbi_shelf *shelf, cbi_txn *txn, cbi_hasher *hasher,
                            const cbi_edition *edition, const cbi_volume **out, cbank_error *err);
/* NULL is a no-op. */
void cbi_shelf_give_back(cbi_shelf *shelf, const cbi_volume *volume);

#endif
