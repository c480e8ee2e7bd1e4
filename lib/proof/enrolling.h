/*
 * enrolling.h - enrolments in a transcript: what institutions signed of them, and that each change
 * is the next one of the enrolment that it names.
 */
#ifndef CBI_PROOF_ENROLLING_H
#define CBI_PROOF_ENROLLING_H

#include "proof/verdict.h"

/* The institution's bytes in an item of these kinds, and their id; others are left as they are. */
cbank_status cbi_enrolling_read(cbi_hasher *hasher, cbi_verdict_item *item, cbank_error *err);

/*
 * States, once the chains have been read. What is withheld may stand between two changes, unless
 * the transcript is to be complete. BAD_SEMANTICS (ENROLMENT_DIFFERS).
 */
cbank_status cbi_enrolling_settle(cbi_verdict *verdict, bool complete, cbank_error *err);

#endif
