/*
 * decision.h - the institution's own signature under a conversion that a transcript shows.
 *
 * A recognition or a change to one, the bank's receipt for it, and the receipt's place in the log:
 * the same discipline as evidence.h.
 */
#ifndef CBI_PROOF_DECISION_H
#define CBI_PROOF_DECISION_H

#include "proof/evidence.h"
#include "proof/recognition.h"

typedef struct cbi_decision {
    Cbank__V1__RecognitionEvidence *message;
    cbi_recognition recognition;   /* lends from message; head NULL: it is a change */
    cbi_recognition_change change; /* message NULL: it is a recognition */
    cbi_hash id;
    const cbi_directory_institution *institution;
    cbi_proven proven;
} cbi_decision;

/*
 * Takes over `message`. Form, receipt, its inclusion in the log, the key's range, the signature.
 * NOT_INCLUDED, UNTRUSTED_KEY, KEY_NOT_VALID, BAD_SIGNATURE, BAD_SEMANTICS, MALFORMED.
 */
cbank_status cbi_decision_check(cbi_hasher *hasher, const cbi_trust *trust,
                                const cbi_transcript *transcript,
                                Cbank__V1__RecognitionEvidence *message, cbi_decision *out,
                                cbank_error *err);
void cbi_decision_clear(cbi_decision *decision);

#endif
