/*
 * ed25519.h - Ed25519 signatures made, and good ones told, in half the time that OpenSSL takes.
 * Private to lib/crypto.
 *
 * A signature is a function of key and message (RFC 8032), so that it matters not who makes it.
 *
 * libsodium solves the equation that OpenSSL solves, with S below the order and R compared byte by
 * byte, and refuses some R besides. So its yes is a yes; its no is only that it does not say yes,
 * and OpenSSL decides: what is accepted is exactly what OpenSSL accepts.
 */
#ifndef CBI_CRYPTO_ED25519_H
#define CBI_CRYPTO_ED25519_H

#include "crypto/key.h"

/*
 * Writes the signature of CBI_ED25519_SIGNATURE_SIZE bytes. False if libsodium cannot be used: then
 * OpenSSL signs. `public` is the secret's own: with another one a signature would give the secret
 * away. No copy of the secret is left behind.
 */
#define CBI_ED25519_SIGNATURE_SIZE 64
bool cbi_ed25519_sign(const cbi_public *public, const cbi_secret *secret, cbi_bytes message,
                      uint8_t out[CBI_ED25519_SIGNATURE_SIZE]);

/* True only if the signature is good; `key` went through cbi_public_parse. Allocates nothing. */
bool cbi_ed25519_is_good(const cbi_public *key, cbi_bytes message, cbi_bytes signature);

#endif
