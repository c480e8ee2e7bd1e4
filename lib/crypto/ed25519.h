/*
 * ed25519.h - a good Ed25519 signature, told in half the time that OpenSSL takes. Private to
 * lib/crypto.
 *
 * libsodium solves the equation that OpenSSL solves, with S below the order and R compared byte by
 * byte, and refuses some R besides. So its yes is a yes; its no is only that it does not say yes,
 * and OpenSSL decides: what is accepted is exactly what OpenSSL accepts.
 */
#ifndef CBI_CRYPTO_ED25519_H
#define CBI_CRYPTO_ED25519_H

#include "crypto/key.h"

/* True only if the signature is good; `key` went through cbi_public_parse. Allocates nothing. */
bool cbi_ed25519_is_good(const cbi_public *key, cbi_bytes message, cbi_bytes signature);

#endif
