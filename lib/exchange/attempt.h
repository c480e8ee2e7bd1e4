/*
 * attempt.h - an attempt at a course as a record states it, and which of two counts by the policy.
 */
#ifndef CBI_EXCHANGE_ATTEMPT_H
#define CBI_EXCHANGE_ATTEMPT_H

#include "exchange/retake.h"

#include "cbank/v1/record.pb-c.h"

/* Fills scale, rank and when; the row and the kind are not the record's to say. */
void cbi_attempt_measure(const cbi_profile *profile, const Cbank__V1__CreditRecord *record,
                         cbi_attempt *out);

/*
 * Whether a makeup or retake takes the place of an attempt that was deposited before. The best is
 * judged within one scale; on different scales the later one counts, as within a file.
 */
bool cbi_attempt_prevails(const cbi_profile *profile, const Cbank__V1__CreditRecord *record,
                          const Cbank__V1__CreditRecord *before);

#endif
