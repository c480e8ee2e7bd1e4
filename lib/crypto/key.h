/*
 * key.h - public keys that verify and private keys that sign, in both suites.
 *
 * A public key is the bytes that travel; it enters the library only through cbi_public_parse,
 * which refuses low-order and non-canonical Ed25519 points and SM2 points off the curve.
 * SM2 signs with the id 1234567812345678, set explicitly, and mixes fresh entropy in first.
 */
#ifndef CBI_CRYPTO_KEY_H
#define CBI_CRYPTO_KEY_H

#include "crypto/digest.h"
#include "crypto/secret.h"

#define CBI_PUBLIC_MAX 65
#define CBI_SIGNATURE_MAX 80 /* Ed25519: 64; SM2 in DER: at most 72 */
#define CBI_PEM_MAX (16u * 1024)

typedef struct cbi_public {
    cbi_suite suite;
    uint8_t size;
    uint8_t bytes[CBI_PUBLIC_MAX];
} cbi_public;

/* MALFORMED for a wrong size or no SM2 point, UNTRUSTED_KEY for a weak key, UNSUPPORTED suite. */
cbank_status cbi_public_parse(cbi_suite suite, cbi_bytes bytes, cbi_public *out, cbank_error *err);
bool cbi_public_equal(const cbi_public *a, const cbi_public *b);
cbi_bytes cbi_public_bytes(const cbi_public *key);

/* H("cbank/v1/key" | 00 | suite number as one byte | key bytes): what people compare by phone. */
cbank_status cbi_public_fingerprint(const cbi_public *key, cbi_hash *out, cbank_error *err);

/* OK only if the signature is good; BAD_SIGNATURE if not, whatever is wrong with it. */
cbank_status cbi_verify(const cbi_public *key, cbi_bytes message, cbi_bytes signature,
                        cbank_error *err);

/*
 * A private key. May be used by several threads at once. It lies where no core dump looks, and is
 * wiped when it is freed; making, reading, writing and using it leave no copy behind.
 */
typedef struct cbi_private cbi_private;

cbank_status cbi_private_new(cbi_suite suite, cbi_private **out, cbank_error *err);
void cbi_private_free(cbi_private *key);
const cbi_public *cbi_private_public(const cbi_private *key);

/* A key whose secret half is elsewhere, in a UKey or an HSM: it signs nothing (KEY_DETACHED). */
cbank_status cbi_private_detached(const cbi_public *public_key, cbi_private **out,
                                  cbank_error *err);
bool cbi_private_is_detached(const cbi_private *key);

/* Appends the signature (Ed25519: 64 bytes, SM2: DER). */
cbank_status cbi_sign(const cbi_private *key, cbi_bytes message, cbank_buffer *signature,
                      cbank_error *err);

/*
 * A secret that only the holder of `key` can have: HMAC(raw private key bytes, label). An
 * institution composes its references with it.
 */
cbank_status cbi_private_derive(const cbi_private *key, const char *label, cbi_secret *out,
                                cbank_error *err);

/*
 * PKCS#8 in PEM; encrypted (PBES2: scrypt, AES-256-CBC) if there is a passphrase. Replaces
 * `pem`, which then holds a secret. Decoding never asks anybody for a passphrase; it answers KEY
 * for a wrong or missing one, UNSUPPORTED for another algorithm's key, MALFORMED for the rest.
 */
cbank_status cbi_private_encode(const cbi_private *key, cbi_bytes passphrase, cbank_buffer *pem,
                                cbank_error *err);
cbank_status cbi_private_decode(cbi_bytes pem, cbi_bytes passphrase, cbi_private **out,
                                cbank_error *err);

/* SubjectPublicKeyInfo in PEM, as other tools read it. Replaces `pem`. */
cbank_status cbi_public_encode_pem(const cbi_public *key, cbank_buffer *pem, cbank_error *err);
cbank_status cbi_public_decode_pem(cbi_bytes pem, cbi_public *out, cbank_error *err);

#endif
