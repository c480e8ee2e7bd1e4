/*
 * attestation.h - claims: the bank's word that a learner fulfils a requirement, or how much of it.
 *
 * What it says rests on records that are not shown: the bank's log key signs, for one recipient and
 * for a time. Whoever is shown the records can make its plan again and compare the digest.
 */
#ifndef CBI_PROOF_ATTESTATION_H
#define CBI_PROOF_ATTESTATION_H

#include "proof/directory.h"
#include "proof/file.h"

#include "cbank/v1/claim.pb-c.h"

#define CBI_CLAIM_TYPE CBI_ENVELOPE_TYPE("claim")

/* Signs and appends the file; fills the version. INVALID with the field as object. */
cbank_status cbi_attestation_make(Cbank__V1__ClaimHead *head, const cbi_private *key,
                                  cbank_buffer *file, cbank_error *err);

typedef struct cbi_attestation {
    cbi_file file; /* lends the bytes */
    const Cbank__V1__ClaimHead *head;
    cbi_hash id;
} cbi_attestation;

/* Form and values; no signature. MALFORMED, UNSUPPORTED. */
cbank_status cbi_attestation_open(cbi_hasher *hasher, cbi_bytes bytes, cbi_attestation *out,
                                  cbank_error *err);
void cbi_attestation_clear(cbi_attestation *attestation);

typedef struct cbi_attestation_terms {
    cbi_bytes recipient; /* who is asking; empty if not stated */
    bool any_recipient;
    int64_t at;
} cbi_attestation_terms;

/*
 * Opens and verifies: origin and log key, then expiry and recipient. OK means VALID; `out` is to be
 * cleared whatever the answer, and may be read only when it is OK.
 */
cbank_status cbi_attestation_verify(cbi_hasher *hasher, cbi_bytes bytes,
                                    const cbi_directory *directory,
                                    const cbi_attestation_terms *terms, cbi_attestation *out,
                                    cbank_error *err);

#endif
