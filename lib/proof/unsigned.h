/*
 * unsigned.h - a file that waits for a signature made elsewhere, in a UKey or an HSM.
 *
 * It is the file itself, but in its envelope a signature that is missing is empty and its keyid
 * names the public key in hexadecimal digits; in a finished file there is no keyid. What is to be
 * signed are DSSE's bytes (envelope.h), by Ed25519 as they are, by SM2 with the id
 * 1234567812345678 over SM3.
 */
#ifndef CBI_PROOF_UNSIGNED_H
#define CBI_PROOF_UNSIGNED_H

#include "proof/envelope.h"

typedef struct cbi_unsigned {
    cbank_buffer bytes; /* to be signed */
    cbi_public key;     /* by this one next */
    char payload_type[64];
} cbi_unsigned;

/* MALFORMED (NOT_A_DRAFT) if no signature is missing; UNTRUSTED_KEY. `out` is {0} before. */
cbank_status cbi_unsigned_read(cbi_bytes file, cbi_unsigned *out, cbank_error *err);
void cbi_unsigned_clear(cbi_unsigned *draft);

/*
 * Checks the signature against the key that is next, and appends the file with it; `*missing` tells
 * how many are still to come. BAD_SIGNATURE.
 */
cbank_status cbi_unsigned_attach(cbi_bytes file, cbi_bytes signature, cbank_buffer *out,
                                 size_t *missing, cbank_error *err);

#endif
