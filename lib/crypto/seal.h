/*
 * seal.h - sealed data: encrypted, and authenticated together with what it belongs to.
 *
 * sha256-ed25519: AES-256-GCM. sm3-sm2: SM4-CTR with HMAC-SM3 over the associated data and the
 * ciphertext (OpenSSL 3.0 has no SM4-GCM), under two keys derived from the one given. Sealed form:
 * one byte that names the algorithm, nonce, ciphertext, tag. Nonces are random, so one key may
 * seal some thousand million times.
 */
#ifndef CBI_CRYPTO_SEAL_H
#define CBI_CRYPTO_SEAL_H

#include "crypto/secret.h"

/*
 * Replaces `sealed`, in its own memory, which holds none of the others. It is empty after a failure
 * of OpenSSL or for want of memory.
 */
cbank_status cbi_seal(cbi_suite suite, const cbi_secret *key, cbi_bytes associated, cbi_bytes plain,
                      cbank_buffer *sealed, cbank_error *err);
/* Replaces `plain`, which the caller clears (it wipes). CORRUPT if anything was changed. */
cbank_status cbi_unseal(cbi_suite suite, const cbi_secret *key, cbi_bytes associated,
                        cbi_bytes sealed, cbank_buffer *plain, cbank_error *err);

#endif
