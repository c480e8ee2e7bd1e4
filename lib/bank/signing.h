/*
 * signing.h - completing drafts into what an institution signs: salts, commitments, batch items.
 */
#ifndef CBI_BANK_SIGNING_H
#define CBI_BANK_SIGNING_H

#include "bank/holding.h"
#include "proof/batch.h"

/* Whom a record is for. */
typedef struct cbi_signing_holder {
    const char *type;
    const char *number;
    const char *name; /* "" if it is not stated */
} cbi_signing_holder;

/* Adds a record; `revision` and `supersedes` (NULL for the first) say what it follows. */
cbank_status cbi_signing_add_record(cbi_batch_builder *builder, const char *institution,
                                    const Cbank__V1__CreditRecord *draft,
                                    const cbi_signing_holder *holder, uint32_t revision,
                                    const cbi_hash *supersedes, cbank_error *err);

/* Adds a change of the record with this id and reference. */
cbank_status cbi_signing_add_change(cbi_batch_builder *builder, const cbi_hash *record,
                                    const char *reference, Cbank__V1__ChangeAction action,
                                    const char *reason, const char *document, cbank_error *err);

/* A batch number that is most likely new: time and 20 random bits. */
cbank_status cbi_signing_number(int64_t now, uint64_t *out, cbank_error *err);

#endif
