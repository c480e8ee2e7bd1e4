/* merge_part.h - what merging and undoing it share. */
#ifndef CBI_BANK_MERGE_PART_H
#define CBI_BANK_MERGE_PART_H

#include "bank/merge.h"

/* FROM was, is to be, or is no longer merged INTO. */
typedef struct cbi_merge_act {
    cbi_act act;
    const cbi_bank *bank;
    const char *from;
    const char *into;
    const cbi_order *order;
    const cbi_family *family; /* FROM, with those merged into it; to undo only */
} cbi_merge_act;

/* Account numbers, two operators. */
cbank_status cbi_merge_check_order(const cbi_merge_act *it, cbank_error *err);
/* A document of the order that cannot be signed is refused before anything is written. */
cbank_status cbi_merge_try_order(const cbi_merge_act *it, cbank_error *err);
/* May a statement of this kind follow on the account's chain? */
cbank_status cbi_merge_step(cbi_txn *txn, const char *account, int kind, cbank_error *err);
/* Appends a statement of this order; its note goes to the account. `leaf` may be NULL. */
cbank_status cbi_merge_state(const cbi_merge_act *it, cbi_append *append, const char *account,
                             int kind, const void *body, cbi_hash *leaf, cbank_error *err);
/* Fills token, digest and time, and submits. */
cbank_status cbi_merge_submit(cbi_bank *bank, cbi_merge_act *it, const char *word,
                              cbank_error *err);
/* Is the entry that something touches on one of the chains that have their own way again? */
cbank_status cbi_merge_touches(const cbi_merge_act *it, cbi_append *append, uint64_t sequence,
                               cbi_bytes leaf, bool *out, cbank_error *err);
/* Says on FROM's chain what INTO's says behind entry `since`: of its records, of its enrolments. */
cbank_status cbi_merge_restate(const cbi_merge_act *it, cbi_append *append, uint64_t since,
                               cbank_error *err);
cbank_status cbi_merge_list_add(cbi_merge_list *list, uint64_t index, cbank_error *err);

#endif
