/*
 * desk.h - where an institution's key signs and the bank deposits in one go: issue, change, amend.
 *
 * Each makes one batch of its own, so that what the institution says is signed by it like
 * everything else. All or nothing; the same token gives the same answer again.
 */
#ifndef CBI_BANK_DESK_H
#define CBI_BANK_DESK_H

#include "bank/deposit.h"

/* Items of one call. */
#define CBI_DESK_ITEMS_MAX 1000u

typedef struct cbi_desk_order {
    const char *institution;
    const cbi_private *key;
    cbi_bytes token;   /* or empty */
    cbi_hash request;  /* digest of what was asked */
    int64_t now;
    bool dry_run;
} cbi_desk_order;

typedef struct cbi_desk_result {
    cbi_outcome outcome;
    uint64_t index;
    cbi_hash id;         /* of the record issued or touched */
    cbi_account account;
    char reference[CBI_REFERENCE_MAX + 1];
} cbi_desk_result;

/* A draft lacks version, salt, holder, revision, supersedes; may lack awarded_by. */
typedef struct cbi_desk_draft {
    const char *account;
    const Cbank__V1__CreditRecord *record;
} cbi_desk_draft;

/* `results` has `count` places (two for an amendment: what it supersedes, and the new record). */
cbank_status cbi_desk_issue(cbi_bank *bank, const cbi_desk_order *order,
                            const cbi_desk_draft *drafts, size_t count, cbi_desk_result *results,
                            cbi_hash *batch, cbank_error *err);
cbank_status cbi_desk_change(cbi_bank *bank, const cbi_desk_order *order, char *const *ids,
                             size_t count, Cbank__V1__ChangeAction action, const char *reason,
                             const char *document, cbi_desk_result *results, cbi_hash *batch,
                             cbank_error *err);
cbank_status cbi_desk_amend(cbi_bank *bank, const cbi_desk_order *order, const char *id,
                            const Cbank__V1__CreditRecord *record, const char *reason,
                            const char *document, cbi_desk_result *results, cbi_hash *batch,
                            cbank_error *err);

/* Adds the items of an order to its batch, from one snapshot of the bank. */
typedef cbank_status (*cbi_desk_fill)(cbi_bank *bank, cbi_reader *reader, const void *what,
                                      const cbi_desk_order *order, cbi_batch_builder *builder,
                                      cbank_error *err);
/*
 * What the calls above are made of: a batch of `count` items is filled, signed and taken in whole,
 * or answered from the order's token. `items` has `count` places.
 */
cbank_status cbi_desk_carry_out(cbi_bank *bank, const cbi_desk_order *order, cbi_desk_fill fill,
                                const void *what, size_t count, cbi_deposited *items,
                                cbi_hash *batch, cbank_error *err);

#endif
