/*
 * retake.h - which of several passed attempts at one course counts, by the school's policy.
 *
 * Rows of one learner and one course count once as soon as one of them is a makeup or a retake;
 * ordinary attempts alone are different terms of one course, and all count. The best is judged
 * within one scale; where attempts are on different scales, the later one counts. 36 bytes a row.
 */
#ifndef CBI_EXCHANGE_RETAKE_H
#define CBI_EXCHANGE_RETAKE_H

#include "crypto/digest.h"
#include "exchange/profile.h"

/* A passed attempt. */
typedef struct cbi_attempt {
    uint64_t row;
    cbi_attempt_kind kind;
    uint32_t scale; /* which of the profile's */
    uint32_t rank;  /* within the scale; the greater the better */
    uint32_t when;  /* year and term, or 0; the greater the later */
} cbi_attempt;

typedef struct cbi_retake cbi_retake;

cbank_status cbi_retake_new(cbi_suite suite, cbi_retakes policy, cbi_retake **out,
                            cbank_error *err);
/* NULL is a no-op. */
void cbi_retake_free(cbi_retake *retake);

cbank_status cbi_retake_add(cbi_retake *retake, cbi_bytes learner, cbi_bytes course,
                            const cbi_attempt *attempt, cbank_error *err);
/* After the last row: settles which count. */
cbank_status cbi_retake_settle(cbi_retake *retake, cbank_error *err);
/* Whether the attempt of this row is another's to stand for; `*by` is that row then. */
bool cbi_retake_yields(const cbi_retake *retake, uint64_t row, uint64_t *by);

#endif
