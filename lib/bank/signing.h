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

/*
 * Adds a record; `revision` and `supersedes` (NULL for the first) say what it follows. Where the
 * draft names another awarder than who signs, `grant` is what allows that (capacity.h).
 */
cbank_status cbi_signing_add_record(cbi_batch_builder *builder, const char *institution,
                                    const Cbank__V1__CreditRecord *draft,
                                    const cbi_signing_holder *holder, uint32_t revision,
                                    const cbi_hash *supersedes, const cbi_hash *grant,
                                    cbank_error *err);

/*
 * The same in two steps, of which any thread may do the first: a record completed, as it is signed
 * and as it goes into a batch. Begins as {0}, may be made again and again.
 */
typedef struct cbi_signing_record {
    cbank_buffer bytes;
    cbi_hash random; /* of its opening */
    cbi_batch_part part;
} cbi_signing_record;
cbank_status cbi_signing_make_record(cbi_hasher *hasher, const char *institution,
                                     const Cbank__V1__CreditRecord *draft,
                                     const cbi_signing_holder *holder, uint32_t revision,
                                     const cbi_hash *supersedes, const cbi_hash *grant,
                                     cbi_signing_record *out, cbank_error *err);
/* Wipes. */
void cbi_signing_record_clear(cbi_signing_record *record);

/* A record that changes; `awarder` is "" where it is who signs. */
typedef struct cbi_signing_subject {
    const cbi_hash *id;
    const char *reference;
    const char *awarder;
} cbi_signing_subject;
/* As an institution names it. */
cbi_signing_subject cbi_signing_subject_of(const char *institution, const cbi_holding *holding);
cbank_status cbi_signing_add_change(cbi_batch_builder *builder, cbi_signing_subject subject,
                                    Cbank__V1__ChangeAction action, const char *reason,
                                    const char *document, cbank_error *err);

/* An enrolment; its institution is who signs. */
cbank_status cbi_signing_add_enrolment(cbi_batch_builder *builder, const char *institution,
                                       const Cbank__V1__Enrolment *draft,
                                       const cbi_signing_holder *holder, cbank_error *err);
/* A change of the enrolment of this id, which has that reference; its revision is stated. */
cbank_status cbi_signing_add_enrolment_change(cbi_batch_builder *builder, const cbi_hash *id,
                                              const char *reference,
                                              const Cbank__V1__EnrolmentChange *draft,
                                              cbank_error *err);

/* A batch number that is most likely new: time and 20 random bits. */
cbank_status cbi_signing_number(int64_t now, uint64_t *out, cbank_error *err);

#endif
