/*
 * fingerprint.h - 16 bytes that tell texts apart, in memory and for as long as one table lives.
 *
 * SipHash-2-4 with 128 bits, as libsodium has it: a third of what a digest of a short text costs.
 * Its key is drawn for the table and never leaves it, nor do fingerprints: so nobody can search
 * for two texts that have the same one, and of n texts any two have it with a chance of n^2 in
 * 2^129. Nothing that is stored, sent, or compared by somebody else may be made of it.
 */
#ifndef CBI_CRYPTO_FINGERPRINT_H
#define CBI_CRYPTO_FINGERPRINT_H

#include "crypto/secret.h"

#define CBI_FINGERPRINT_SIZE 16

typedef struct cbi_fingerprint {
    uint8_t bytes[CBI_FINGERPRINT_SIZE];
} cbi_fingerprint;

typedef struct cbi_fingerprint_key {
    uint8_t bytes[16];
} cbi_fingerprint_key;

/* INTERNAL if there are no random bytes to be had. */
cbank_status cbi_fingerprint_draw(cbi_fingerprint_key *out, cbank_error *err);
void cbi_fingerprint_wipe(cbi_fingerprint_key *key);

cbi_fingerprint cbi_fingerprint_of(const cbi_fingerprint_key *key, cbi_bytes text);

static inline bool cbi_fingerprint_equal(const cbi_fingerprint *a, const cbi_fingerprint *b)
{
    return cbi_bytes_equal(cbi_bytes_of(a->bytes, CBI_FINGERPRINT_SIZE),
                           cbi_bytes_of(b->bytes, CBI_FINGERPRINT_SIZE));
}

#endif
