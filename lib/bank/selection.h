/*
 * selection.h - what of one account a transcript shows, decided before anything is written; with
 * what was merged into it.
 *
 * Awards may be withheld, and so is what was erased; changes, uses and account statements are
 * always shown. States are followed through the chain as far as the checkpoint goes, because the
 * rows of `state` may be ahead of it.
 */
#ifndef CBI_BANK_SELECTION_H
#define CBI_BANK_SELECTION_H

#include "bank/family.h"
#include "bank/intake.h"
#include "ledger/history.h"
#include "record/lifecycle.h"

/* One entry of the account's chain. */
typedef struct cbi_selected {
    uint64_t index; /* in the log */
    bool shown;
    bool decided;           /* a conversion whose recognition goes along */
    cbi_record_state state; /* of a deposit */
    bool commits;           /* to a document, and stands */
    uint32_t batch;         /* position of its batch, plus one; 0: it came in none */
    uint32_t place;         /* in that batch */
} cbi_selected;

/* A decision that a shown record is used by. */
typedef struct cbi_selected_decision {
    cbi_hash id;
    bool change;
    bool pages; /* of a recognition: all of its records are shown */
} cbi_selected_decision;

typedef struct cbi_selection {
    cbi_family family;
    cbi_selected *items; /* chain by chain, as many as they have entries */
    size_t holder;       /* the item that commits to the document that counts first */
    size_t shown;
    cbi_intake *batches; /* of what is shown, each once */
    size_t batch_count;
    /* Recognitions, and changes to them, whose evidence goes along; each once. */
    cbi_selected_decision *decisions;
    size_t decision_count;
} cbi_selection;

/*
 * `only` holds display ids of the records to show; none: all. `out` is {0} before.
 * NOT_FOUND: no such account, or one of the records is not the account's. INVALID: not an id.
 * STATE: the account is frozen, a batch is only partly deposited, or what may not be withheld was
 * erased. TOO_LARGE: more entries than a transcript holds or shows.
 */
cbank_status cbi_selection_make(cbi_reader *reader, const char *account, char *const *only,
                                size_t only_count, cbi_selection *out, cbank_error *err);
void cbi_selection_clear(cbi_selection *selection);

#endif
