/*
 * evidence.h - the institution's own signature under what a transcript shows.
 *
 * A batch's head, the bank's receipt for it, and the receipt's place in the log. The key must have
 * been the institution's at that place: times inside files decide nothing.
 */
#ifndef CBI_PROOF_EVIDENCE_H
#define CBI_PROOF_EVIDENCE_H

#include "proof/batch.h"
#include "proof/directory.h"
#include "proof/transcript.h"

/* Whose word was checked; the numbers of cbank.api.v1.Proven. */
typedef enum cbi_proven {
    CBI_PROVEN_BANK = 1,
    CBI_PROVEN_VOUCHED = 2,
    CBI_PROVEN_INSTITUTION = 3,
    CBI_PROVEN_PINNED = 4,
} cbi_proven;

/* A key that the verifier knows of an institution from another channel. */
typedef struct cbi_pinned_key {
    char institution[CBI_INSTITUTION_CODE_MAX + 1];
    cbi_hash fingerprint;
} cbi_pinned_key;

/* Whom the verifier trusts. */
typedef struct cbi_trust {
    const cbi_directory *directory;
    const cbi_pinned_key *pins;
    size_t pin_count;
} cbi_trust;

/* A receipt on an institution's chain, as a file brings it along. Everything is lent. */
typedef struct cbi_receipt {
    const char *institution;
    ProtobufCBinaryData statement;
    uint64_t sequence;
    ProtobufCBinaryData previous;
    uint64_t index;
    uint32_t day; /* on which the bank gave it */
    const ProtobufCBinaryData *path;
    size_t n_path;
} cbi_receipt;

/*
 * What the verifier knows of an institution itself: `proven` is raised if its key at `used` is
 * pinned, or a later one that a pinned key has signed in without a gap. `used` is its key count
 * where none of its keys has signed. UNTRUSTED_KEY (PINNED_KEY_DIFFERS) if the pinned key is none
 * of its keys.
 */
cbank_status cbi_evidence_weigh_pins(const cbi_trust *trust,
                                     const cbi_directory_institution *institution, size_t used,
                                     cbi_proven *proven, cbank_error *err);

/* It is in the log of the transcript. NOT_INCLUDED, MALFORMED. */
cbank_status cbi_receipt_check_included(cbi_hasher *hasher, const cbi_transcript *transcript,
                                        const cbi_receipt *receipt, cbank_error *err);
/*
 * The key that it names was the institution's where it stands, and has signed the envelope.
 * UNTRUSTED_KEY, KEY_NOT_VALID, BAD_SIGNATURE.
 */
cbank_status cbi_receipt_check_signer(const cbi_trust *trust, const cbi_receipt *receipt,
                                      ProtobufCBinaryData public_key,
                                      const cbi_envelope *envelope,
                                      const cbi_directory_institution **institution,
                                      cbi_proven *proven, cbank_error *err);

typedef struct cbi_evidence {
    Cbank__V1__BatchEvidence *message;
    cbi_batch_head batch; /* lends from message */
    const cbi_directory_institution *institution;
    const cbi_public *key; /* of it, that signed */
    cbi_proven proven;
    uint64_t index; /* of the receipt */
    uint32_t day;   /* the same, UTC */
} cbi_evidence;

/*
 * Takes over `message`. Everything about one batch: form, receipt, its inclusion in the log of
 * this size and root, the key's range, the signature. NOT_INCLUDED, UNTRUSTED_KEY, KEY_NOT_VALID,
 * BAD_SIGNATURE, BAD_SEMANTICS.
 */
cbank_status cbi_evidence_check(cbi_hasher *hasher, const cbi_trust *trust,
                                const cbi_transcript *transcript,
                                Cbank__V1__BatchEvidence *message, cbi_evidence *out,
                                cbank_error *err);
void cbi_evidence_clear(cbi_evidence *evidence);

/* That item `id` is at `index` of the batch. NOT_INCLUDED. `ascent` is of the items before it. */
cbank_status cbi_evidence_check_item(cbi_hasher *hasher, const cbi_evidence *evidence,
                                     cbi_ascent *ascent, uint32_t index, const cbi_hash *id,
                                     const Cbank__V1__TranscriptItem *item, cbank_error *err);

#endif
