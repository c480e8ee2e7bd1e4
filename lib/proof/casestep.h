/*
 * casestep.h - one step of a case, as the institution that hears it signs it.
 */
#ifndef CBI_PROOF_CASESTEP_H
#define CBI_PROOF_CASESTEP_H

#include "proof/file.h"

#include "cbank/v1/case.pb-c.h"

#define CBI_CASE_STEP_TYPE CBI_ENVELOPE_TYPE("case")

/* Fills the version, checks, signs and appends the file. INVALID with the field as object. */
cbank_status cbi_case_step_make(Cbank__V1__CaseStep *step, const cbi_private *key,
                                cbank_buffer *file, cbank_error *err);

typedef struct cbi_case_step {
    cbi_envelope envelope; /* lent */
    Cbank__V1__CaseStep *message;
    cbi_hash id; /* of the payload */
} cbi_case_step;

/* Checks no signature. MALFORMED, UNSUPPORTED, TOO_LARGE. Lends `file`. Empty on failure. */
cbank_status cbi_case_step_open(cbi_hasher *hasher, cbi_bytes file, cbi_case_step *out,
                                cbank_error *err);
/* The same from the envelope alone. */
cbank_status cbi_case_step_read(cbi_hasher *hasher, cbi_bytes envelope, cbi_case_step *out,
                                cbank_error *err);
void cbi_case_step_clear(cbi_case_step *step);

/* What is signed: what its act needs is there, and nothing else. INVALID. */
cbank_status cbi_case_step_check(const Cbank__V1__CaseStep *step, cbank_error *err);

#endif
