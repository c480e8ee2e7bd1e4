/*
 * request.h - an institution asks to join, changes its key, or lets another one sign for it.
 *
 * To join: signed by the key it brings. To change: signed by the earlier key, then by the new one,
 * so that nobody but the institution can follow itself. To let another one sign or answer for it:
 * signed by its key of today, which is the key in it.
 */
#ifndef CBI_PROOF_REQUEST_H
#define CBI_PROOF_REQUEST_H

#include "proof/envelope.h"

#include "cbank/v1/request.pb-c.h"

#define CBI_REQUEST_TYPE CBI_ENVELOPE_TYPE("request")

/*
 * Appends the signed file. The head's suite and public key are filled from `key`; `earlier` is
 * NULL but to change. The act follows from that and from what is asked.
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
/* Does it hand something on, rather than bring a key? */
bool cbi_request_hands_on(const cbi_request *request);
/* The signatures; `earlier` is NULL but for a change of keys. BAD_SIGNATURE. */
cbank_status cbi_request_verify(const cbi_request *request, const cbi_public *earlier,
                                cbank_error *err);
void cbi_request_clear(cbi_request *request);

#endif
