/*
 * recognition.h - what an institution recognises, and what it changes about it later.
 *
 * A recognition is a file that stands alone: the head is signed, the pages with sources, grants,
 * refusals and findings are bound by digest. A change has no body. Their ids are payload ids.
 */
#ifndef CBI_PROOF_RECOGNITION_H
#define CBI_PROOF_RECOGNITION_H

#include "proof/file.h"

#include "cbank/v1/recognition.pb-c.h"

#define CBI_RECOGNITION_TYPE CBI_ENVELOPE_TYPE("recognition")
#define CBI_RECOGNITION_CHANGE_TYPE CBI_ENVELOPE_TYPE("recognition-change")

/* Rows of all pages, in order; lent. */
typedef struct cbi_recognition_rows {
    Cbank__V1__RecognitionSource **sources;
    size_t source_count;
    Cbank__V1__RecognitionGrant **grants;
    size_t grant_count;
    Cbank__V1__RecognitionRefusal **refusals;
    size_t refusal_count;
    Cbank__V1__Finding **findings;
    size_t finding_count;
    Cbank__V1__SupportingDocument **evidence;
    size_t evidence_count;
} cbi_recognition_rows;

/* ---- making one -------------------------------------------------------------------------- */

/*
 * Fills version, counts and digest of the head, checks everything, signs and appends the file.
 * INVALID with the field as object.
 */
cbank_status cbi_recognition_make(Cbank__V1__RecognitionHead *head,
                                  const cbi_recognition_rows *rows, const cbi_private *key,
                                  cbank_buffer *file, cbank_error *err);
/* The same of a change. */
cbank_status cbi_recognition_change_make(Cbank__V1__RecognitionChange *change,
                                         const cbi_private *key, cbank_buffer *file,
                                         cbank_error *err);

/* ---- reading one ------------------------------------------------------------------------- */

typedef struct cbi_recognition {
    cbi_envelope envelope; /* lent */
    Cbank__V1__RecognitionHead *head;
    cbi_hash id;
    Cbank__V1__RecognitionPage **pages; /* none: the head alone is at hand */
    size_t page_count;
    cbi_recognition_rows rows;
} cbi_recognition;

/*
 * Container, head, body digest and every row; checks no signature. MALFORMED, UNSUPPORTED,
 * TOO_LARGE, BAD_SIGNATURE (the body is another). Lends `file`. Empty on failure.
 */
cbank_status cbi_recognition_open(cbi_hasher *hasher, cbi_bytes file, cbi_recognition *out,
                                  cbank_error *err);
/* The same from an envelope and its pages; without pages only the head is read. */
cbank_status cbi_recognition_read(cbi_hasher *hasher, cbi_bytes envelope, const cbi_bytes *pages,
                                  size_t page_count, cbi_recognition *out, cbank_error *err);
void cbi_recognition_clear(cbi_recognition *recognition);

typedef struct cbi_recognition_change {
    cbi_envelope envelope; /* lent */
    Cbank__V1__RecognitionChange *message;
    cbi_hash id;
} cbi_recognition_change;

cbank_status cbi_recognition_change_open(cbi_hasher *hasher, cbi_bytes file,
                                         cbi_recognition_change *out, cbank_error *err);
cbank_status cbi_recognition_change_read(cbi_hasher *hasher, cbi_bytes envelope,
                                         cbi_recognition_change *out, cbank_error *err);
void cbi_recognition_change_clear(cbi_recognition_change *change);

/* Checks of what is signed, all INVALID (recognition_check.c). */
cbank_status cbi_recognition_check_head(const Cbank__V1__RecognitionHead *head, cbank_error *err);
cbank_status cbi_recognition_check_rows(const Cbank__V1__RecognitionHead *head,
                                        const cbi_recognition_rows *rows, cbank_error *err);
cbank_status cbi_recognition_check_change(const Cbank__V1__RecognitionChange *change,
                                          cbank_error *err);

/* Of its parts: a decision under which so much was granted; NULL is no notice. */
cbank_status cbi_recognition_check_decision(const Cbank__V1__Decision *decision, size_t granted,
                                            cbank_error *err);
cbank_status cbi_recognition_check_notice(const Cbank__V1__PublicNotice *notice, cbank_error *err);
cbank_status cbi_recognition_check_finding(const Cbank__V1__Finding *finding, size_t position,
                                           cbank_error *err);

/* H("cbank/v1/plan" | 00 | plan): what a recognition names its plan by. */
cbank_status cbi_recognition_plan_digest(cbi_hasher *hasher, cbi_bytes plan, cbi_hash *out,
                                         cbank_error *err);

#endif
