/*
 * request.h - an institution asks to join, or changes its key.
 *
 * To join: signed by the key it brings. To change: signed by the earlier key, then by the new one,
 * so that nobody but the institution can follow itself.
 */
#ifndef CBI_PROOF_REQUEST_H
#define CBI_PROOF_REQUEST_H

#include "proof/envelope.h"

#include "cbank/v1/request.pb-c.h"

#define CBI_REQUEST_TYPE CBI_ENVELOPE_TYPE("request")

/*
 * Appends the signed file. The head's suite and public key are filled from `key`; `earlier` is
 * NULL to join.
 */
cbank_status cbi_request_make(Cbank__V1__RequestHead *head, const cbi_private *earlier,
                              const cbi_private *key, cbank_buffer *file, cbank_error *err);

typedef struct cbi_request {
    cbi_bytes bytes;       /* the serialised envelope, as it enters the log; lent */
    cbi_envelope envelope; /* lent */
    Cbank__V1__RequestHead *head;
    cbi_public key; /* the one it brings */
} cbi_request;

/*
 * A request file: container, form and values; no signature. MALFORMED, UNSUPPORTED, or
 * UNTRUSTED_KEY for a weak key. Empty on failure.
 */
cbank_status cbi_request_open(cbi_suite suite, cbi_bytes file, cbi_request *out,
                              cbank_error *err);
/* The envelope alone, as it stands in the log and in directories. */
cbank_status cbi_request_parse(cbi_suite suite, cbi_bytes envelope, cbi_request *out,
                               cbank_error *err);
/* The signatures; `earlier` is NULL for a request to join. BAD_SIGNATURE. */
cbank_status cbi_request_verify(const cbi_request *request, const cbi_public *earlier,
                                cbank_error *err);
void cbi_request_clear(cbi_request *request);

#endif
