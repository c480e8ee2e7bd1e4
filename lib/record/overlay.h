/*
 * overlay.h - a record with other values in some fields: what an amendment states is only those.
 *
 * A field that is stated takes the place of the record's; amounts do so unit by unit. What names
 * a record (version, salt, holder, reference, revision, supersedes) is not an amendment's to say.
 */
#ifndef CBI_RECORD_OVERLAY_H
#define CBI_RECORD_OVERLAY_H

#include "base/error.h"

#include "cbank/v1/record.pb-c.h"

#define CBI_OVERLAY_AMOUNTS_MAX 64u

/* `record` lends from both sides and from here. */
typedef struct cbi_overlay {
    Cbank__V1__CreditRecord record;
    Cbank__V1__Amount *amounts[CBI_OVERLAY_AMOUNTS_MAX];
} cbi_overlay;

/* INVALID if nothing is stated, or something that is not an amendment's: the object. */
cbank_status cbi_overlay_check(const Cbank__V1__CreditRecord *stated, cbank_error *err);

/* `record` with what is `stated` in its place. INVALID for too many amounts. */
cbank_status cbi_overlay_make(const Cbank__V1__CreditRecord *record,
                              const Cbank__V1__CreditRecord *stated, cbi_overlay *out,
                              cbank_error *err);

#define CBI_OVERLAY_FIELDS_MAX 64u /* a record has no more */

/*
 * Names of the fields in which two records differ, in their order, lent for ever. What every
 * revision has of its own (salt, holder, number, who deposited it) is left out.
 */
cbank_status cbi_overlay_differences(const Cbank__V1__CreditRecord *a,
                                     const Cbank__V1__CreditRecord *b,
                                     const char *out[CBI_OVERLAY_FIELDS_MAX], size_t *count,
                                     cbank_error *err);

#endif
