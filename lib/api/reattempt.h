/*
 * reattempt.h - a makeup or retake in a file, against the attempts that the bank holds already.
 */
#ifndef CBI_API_REATTEMPT_H
#define CBI_API_REATTEMPT_H

#include "bank/family.h"
#include "bank/holding.h"
#include "exchange/profile.h"

#define CBI_REATTEMPT_MAX 16u

/* Attempts of one learner at one course that the bank holds and that count. */
typedef struct cbi_reattempt {
    struct cbi_reattempt_held {
        cbi_hash id;
        char reference[CBI_REFERENCE_MAX + 1];
        char display[CBI_DISPLAY_ID_MAX];
        bool prevails; /* over the new one */
    } held[CBI_REATTEMPT_MAX];
    size_t count;
} cbi_reattempt;

/*
 * Finds those of the same count group that this institution has awarded to the account, or to those
 * merged into it. TOO_LARGE past the limits of a transcript.
 */
cbank_status cbi_reattempt_find(cbi_reader *reader, const char *account, const char *institution,
                                const cbi_profile *profile, const Cbank__V1__CreditRecord *record,
                                cbi_reattempt *out, cbank_error *err);
/* The first that prevails; NULL if none does. */
const struct cbi_reattempt_held *cbi_reattempt_prevailing(const cbi_reattempt *reattempt);

#endif
