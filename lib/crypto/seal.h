/*
 * seal.h - randomness, keyed MACs and sealed (encrypted and authenticated) data.
 *
 * sha256-ed25519: HMAC-SHA-256 and AES-256-GCM. sm3-sm2: HMAC-SM3, and SM4-CTR with HMAC-SM3 over
 * the associated data and the ciphertext (OpenSSL 3.0 has no SM4-GCM). Sealed form: one byte
 * that names the algorithm, nonce, ciphertext, tag.
 */
#ifndef CBI_CRYPTO_SEAL_H
#define CBI_CRYPTO_SEAL_H

#include "crypto/suite.h"

#define CBI_SECRET_SIZE 32
typedef struct cbi_secret {
    uint8_t bytes[CBI_SECRET_SIZE];
} cbi_secret;

cbank_status cbi_random(void *out, size_t size, cbank_error *err);

/* One key per purpose: HMAC(master, label). */
cbank_status cbi_secret_derive(cbi_suite suite, const cbi_secret *master, const char *label,
                               cbi_secret *out, cbank_error *err);
void cbi_secret_wipe(cbi_secret *secret);

/* HMAC over length-prefixed parts, so that no two lists of parts share a MAC. */
cbank_status cbi_mac(cbi_suite suite, const cbi_secret *key, const cbi_bytes *parts, size_t count,
                     cbi_hash *out, cbank_error *err);

/* Replaces `sealed`. The nonce is random. */
cbank_status cbi_seal(cbi_suite suite, const cbi_secret *key, cbi_bytes associated,
                      cbi_bytes plain, cbank_buffer *sealed, cbank_error *err);
/* Replaces `plain`, which the caller clears (it wipes). CORRUPT if anything was changed. */
cbank_status cbi_unseal(cbi_suite suite, const cbi_secret *key, cbi_bytes associated,
                        cbi_bytes sealed, cbank_buffer *plain, cbank_error *err);

#endif
