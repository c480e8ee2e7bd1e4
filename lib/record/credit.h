/*
 * credit.h - what institutions sign: credit records, and changes to them.
 *
 * A record is checked before it is signed and again by everyone who reads it. The check is about
 * the record alone; whether its institution, holder or predecessor exists is the bank's question.
 */
#ifndef CBI_RECORD_CREDIT_H
#define CBI_RECORD_CREDIT_H

#include "base/limits.h"
#include "crypto/digest.h"
#include "wire/message.h"

#include "cbank/v1/record.pb-c.h"

#define CBI_CREDIT_VERSION 1
#define CBI_CREDIT_MAX (56u * 1024) /* so that the statement around it keeps its own limit */

/* INVALID with the field as object, UNSUPPORTED for another version. */
cbank_status cbi_credit_record_check(const Cbank__V1__CreditRecord *record, cbank_error *err);
cbank_status cbi_credit_change_check(const Cbank__V1__CreditChange *change, cbank_error *err);

/*
 * The bytes of a draft, appended: checked as above, and packed, which refuses text that may not
 * be signed (MALFORMED). TOO_LARGE past CBI_CREDIT_MAX. `out` is unchanged on failure.
 */
cbank_status cbi_credit_record_build(const Cbank__V1__CreditRecord *record, cbank_buffer *out,
                                     cbank_error *err);
cbank_status cbi_credit_change_build(const Cbank__V1__CreditChange *change, cbank_buffer *out,
                                     cbank_error *err);

/*
 * Signed bytes, strictly: MALFORMED, UNSUPPORTED or TOO_LARGE. A field that the check refuses is
 * MALFORMED, with the field as object and the finer reason's word as detail. The result is freed
 * with cbi_message_free.
 */
cbank_status cbi_credit_record_parse(cbi_bytes bytes, Cbank__V1__CreditRecord **out,
                                     cbank_error *err);
cbank_status cbi_credit_change_parse(cbi_bytes bytes, Cbank__V1__CreditChange **out,
                                     cbank_error *err);
/* The same within `holder` (wire/message.h): not freed by itself, and lends from `bytes`. */
cbank_status cbi_credit_record_parse_within(void *holder, cbi_bytes bytes,
                                            Cbank__V1__CreditRecord **out, cbank_error *err);
cbank_status cbi_credit_change_parse_within(void *holder, cbi_bytes bytes,
                                            Cbank__V1__CreditChange **out, cbank_error *err);

/* What an institution may put into a batch (enrolment.h). */
typedef enum cbi_item_kind {
    CBI_ITEM_RECORD = 0,
    CBI_ITEM_CHANGE = 1,
    CBI_ITEM_ENROLMENT = 2,
    CBI_ITEM_ENROLMENT_CHANGE = 3,
} cbi_item_kind;

/* H(label | 00 | bytes), with a label for each kind: the leaf of the batch's tree. */
cbank_status cbi_credit_item_digest(cbi_hasher *hasher, cbi_item_kind kind, cbi_bytes bytes,
                                    cbi_hash *out, cbank_error *err);

/*
 * What a record says and of whom, as canonical bytes (replaced): everything but salt, holder,
 * revision and supersedes, with the holder's canonical type and number in front. Two deposits
 * under one reference are the same iff these are. They name a person: the bank keeps their MAC.
 */
cbank_status cbi_credit_content(const Cbank__V1__CreditRecord *record, cbi_bytes type,
                                cbi_bytes number, cbank_buffer *out, cbank_error *err);
/* The same of a record's bytes, which have been parsed as one, without unpacking them. */
cbank_status cbi_credit_content_of(cbi_bytes record, cbi_bytes type, cbi_bytes number,
                                   cbank_buffer *out, cbank_error *err);

#endif
