/*
 * envelope.h - DSSE envelopes: a payload, its type and who signed it.
 *
 * The verifier knows beforehand which kind it expects and which key must have signed; nothing in
 * the envelope chooses either. Ids are digests of payloads, never of envelopes.
 */
#ifndef CBI_PROOF_ENVELOPE_H
#define CBI_PROOF_ENVELOPE_H

#include "proof/known.h"

/* "batch", "request", "directory", "status", "transcript". */
#define CBI_ENVELOPE_TYPE(kind) "application/vnd.cbank." kind ".v1+protobuf"
#define CBI_ENVELOPE_SIGNATURES_MAX 2

typedef struct cbi_envelope {
    cbi_bytes payload; /* lent from the bytes that were parsed */
    cbi_bytes payload_type;
    cbi_bytes signatures[CBI_ENVELOPE_SIGNATURES_MAX];
    size_t signature_count;
} cbi_envelope;

/* DSSE pre-authentication encoding, appended. */
cbank_status cbi_envelope_pae(cbi_bytes payload_type, cbi_bytes payload, cbank_buffer *out,
                              cbank_error *err);

/* Measures and reads; checks no signature. UNSUPPORTED if it is of another type. */
cbank_status cbi_envelope_parse(cbi_bytes bytes, const char *payload_type, cbi_envelope *out,
                                cbank_error *err);

/* Exactly one signature, and it is `key`'s. BAD_SIGNATURE otherwise. */
cbank_status cbi_envelope_verify(const cbi_envelope *envelope, const cbi_public *key,
                                 cbank_error *err);
/* The same of what comes again and again; `known` may be NULL. */
cbank_status cbi_envelope_verify_known(const cbi_envelope *envelope, const cbi_public *key,
                                       cbi_known *known, cbank_error *err);
/* The same of what comes once, by a key that comes again. */
cbank_status cbi_envelope_verify_once(const cbi_envelope *envelope, const cbi_public *key,
                                      cbi_known *known, cbank_error *err);
/* Exactly `count` signatures, by these keys in this order. */
cbank_status cbi_envelope_verify_all(const cbi_envelope *envelope, const cbi_public *const *keys,
                                     size_t count, cbank_error *err);

/*
 * Signs with each key in order and appends the serialised envelope. With a detached key it is a
 * draft (unsigned.h), which no reader takes for an envelope.
 */
cbank_status cbi_envelope_sign(const char *payload_type, cbi_bytes payload,
                               const cbi_private *const *keys, size_t count, cbank_buffer *out,
                               cbank_error *err);

/* H("cbank/v1/payload" | 00 | payload): the id of an artefact, e.g. of a batch. */
cbank_status cbi_envelope_id(cbi_hasher *hasher, cbi_bytes payload, cbi_hash *out,
                             cbank_error *err);

#endif
