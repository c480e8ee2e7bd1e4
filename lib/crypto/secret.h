/*
 * secret.h - randomness, secrets of 32 bytes and the keyed MACs they make.
 *
 * One secret serves one purpose: derive another for another. HMAC is over the suite's hash.
 */
#ifndef CBI_CRYPTO_SECRET_H
#define CBI_CRYPTO_SECRET_H

#include "crypto/suite.h"

#define CBI_SECRET_SIZE 32
#define CBI_PASSPHRASE_MAX 1024u

typedef struct cbi_secret {
    uint8_t bytes[CBI_SECRET_SIZE];
} cbi_secret;

cbank_status cbi_random(void *out, size_t size, cbank_error *err);

/* One key per purpose: HMAC(master, label). */
cbank_status cbi_secret_derive(cbi_suite suite, const cbi_secret *master, const char *label,
                               cbi_secret *out, cbank_error *err);

/* TOO_LARGE for a passphrase beyond the limit. */
cbank_status cbi_passphrase_require(cbi_bytes passphrase, cbank_error *err);
/* scrypt, some tenths of a second on purpose; `salt` is random and kept beside what it opens. */
cbank_status cbi_secret_from_passphrase(cbi_bytes passphrase, cbi_bytes salt, cbi_secret *out,
                                        cbank_error *err);
void cbi_secret_wipe(cbi_secret *secret);

/* HMAC over length-prefixed parts, so that no two lists of parts share a MAC. */
cbank_status cbi_mac(cbi_suite suite, const cbi_secret *key, const cbi_bytes *parts, size_t count,
                     cbi_hash *out, cbank_error *err);

#endif
