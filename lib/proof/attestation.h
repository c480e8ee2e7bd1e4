/*
 * attestation.h - claims: the bank's word that a learner fulfils a requirement, or how much of it.
 *
 * What it says rests on records that are not shown: the bank's log key signs, for one recipient and
 * for a time. Whoever is shown the records can make its plan again and compare the digest. Whether
 * it was withdrawn or extended since, a status file says, as of a transcript.
 */
#ifndef CBI_PROOF_ATTESTATION_H
#define CBI_PROOF_ATTESTATION_H

#include "proof/file.h"
#include "proof/verify.h"

#include "cbank/v1/claim.pb-c.h"

#define CBI_CLAIM_TYPE CBI_ENVELOPE_TYPE("claim")

/* Signs and appends the file; fills the version. INVALID with the field as object. */
cbank_status cbi_attestation_make(Cbank__V1__ClaimHead *head, const cbi_private *key,
                                  cbank_buffer *file, cbank_error *err);

typedef struct cbi_attestation {
    cbi_file file; /* lends the bytes */
    const Cbank__V1__ClaimHead *head;
    cbi_hash id;
    cbi_hash root; /* of the log as of which the account was looked at */
    /* By a status file, where there is one that says something. */
    bool fresh;
    uint64_t status_size;
    int64_t extended_until; /* 0: as the claim says itself */
} cbi_attestation;

/* Form and values; no signature. MALFORMED, UNSUPPORTED. */
cbank_status cbi_attestation_open(cbi_hasher *hasher, cbi_bytes bytes, cbi_attestation *out,
                                  cbank_error *err);
void cbi_attestation_clear(cbi_attestation *attestation);

/*
 * Opens and verifies: origin and log key, then expiry and recipient, then the log that the
 * directory knows, then freshness. OK means VALID; `out` is to be cleared whatever the answer, and
 * may be read only when it is OK. Of the terms `pin`, `consistency` and `require` are not for
 * claims: it has no note and no record that could be held against them.
 */
cbank_status cbi_attestation_verify(cbi_hasher *hasher, cbi_bytes bytes,
                                    const cbi_directory *directory, const cbi_verify_terms *terms,
                                    cbi_attestation *out, cbank_error *err);

#endif
