/*
 * enrolment.h - what institutions sign about who studies what: enrolments, and changes to them.
 *
 * As with credit.h, the check is about the message alone: whether the programme is published, and
 * for this cohort, is the bank's question.
 */
#ifndef CBI_RECORD_ENROLMENT_H
#define CBI_RECORD_ENROLMENT_H

#include "wire/message.h"

#include "cbank/v1/enrolment.pb-c.h"

#define CBI_ENROLMENT_VERSION 1
#define CBI_COHORT_MAX 32
#define CBI_STAGE_MAX 16

/* INVALID with the field as object, UNSUPPORTED for another version. */
cbank_status cbi_enrolment_check(const Cbank__V1__Enrolment *enrolment, cbank_error *err);
cbank_status cbi_enrolment_change_check(const Cbank__V1__EnrolmentChange *change,
                                        cbank_error *err);

/* The bytes of a draft, appended: checked and packed. As cbi_credit_record_build. */
cbank_status cbi_enrolment_build(const Cbank__V1__Enrolment *enrolment, cbank_buffer *out,
                                 cbank_error *err);
cbank_status cbi_enrolment_change_build(const Cbank__V1__EnrolmentChange *change,
                                        cbank_buffer *out, cbank_error *err);

/* Signed bytes, strictly; freed with cbi_message_free. As cbi_credit_record_parse. */
cbank_status cbi_enrolment_parse(cbi_bytes bytes, Cbank__V1__Enrolment **out, cbank_error *err);
cbank_status cbi_enrolment_change_parse(cbi_bytes bytes, Cbank__V1__EnrolmentChange **out,
                                        cbank_error *err);
/* The same within `holder` (wire/message.h): not freed by itself, and lends from `bytes`. */
cbank_status cbi_enrolment_parse_within(void *holder, cbi_bytes bytes, Cbank__V1__Enrolment **out,
                                        cbank_error *err);
cbank_status cbi_enrolment_change_parse_within(void *holder, cbi_bytes bytes,
                                               Cbank__V1__EnrolmentChange **out, cbank_error *err);

/* What becomes of an enrolment; the numbers of cbank.api.v1.EnrolmentStatus. */
typedef enum cbi_enrolment_state {
    CBI_ENROLMENT_NONE = 0,
    CBI_ENROLMENT_ACTIVE = 1,
    CBI_ENROLMENT_ENDED = 2, /* final */
} cbi_enrolment_state;

/*
 * Moves an enrolment of `revision` by one change. STATE once it has ended, or if the change is not
 * of the next revision: it was made without knowing the last one.
 */
cbank_status cbi_enrolment_step(cbi_enrolment_state *state, uint32_t *revision,
                                const Cbank__V1__EnrolmentChange *change, cbank_error *err);

#endif
