/*
 * pem.h - one PEM block, read strictly and wiped after use. Private to lib/crypto.
 */
#ifndef CBI_CRYPTO_PEM_H
#define CBI_CRYPTO_PEM_H

#include <openssl/bio.h>

#include "base/bytes.h"

typedef struct cbi_pem {
    char *name; /* "PUBLIC KEY" */
    char *header;
    uint8_t *data;
    long size;
} cbi_pem;

/* The first block of `text`; one with headers (the old way to encrypt) is refused for `reason`. */
cbank_status cbi_pem_read(cbi_bytes text, cbi_reason reason, cbi_pem *out, cbank_error *err);
void cbi_pem_clear(cbi_pem *pem);

/* Replaces `text` by what was written to `bio`. */
cbank_status cbi_pem_take(BIO *bio, cbank_buffer *text, cbank_error *err);

#endif
