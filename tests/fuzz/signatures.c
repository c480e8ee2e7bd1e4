/*
 * Signatures that cost nothing, so that ten million files can be signed and read: 64 bytes that
 * stand for a key and a message, where the key is Ed25519's. The linker leads every cbi_sign,
 * cbi_verify and cbi_keyring_verify to here; all other signatures are checked as ever.
 */
#include <string.h>

#include "base/text.h"
#include "crypto/keyring.h"
#include "fuzz/fuzz.h"

#define SIGNATURE_SIZE 64
#define MARK "a mark, no more:" /* what such a signature begins with */
#define MARK_SIZE 16

cbank_status __real_cbi_sign(const cbi_private *key, cbi_bytes message, cbank_buffer *signature,
                             cbank_error *err);
cbank_status __wrap_cbi_sign(const cbi_private *key, cbi_bytes message, cbank_buffer *signature,
                             cbank_error *err);
cbank_status __real_cbi_keyring_verify(cbi_keyring *ring, const cbi_public *key,
                                       cbi_bytes message, cbi_bytes signature, cbank_error *err);
cbank_status __wrap_cbi_keyring_verify(cbi_keyring *ring, const cbi_public *key,
                                       cbi_bytes message, cbi_bytes signature, cbank_error *err);
cbank_status __wrap_cbi_verify(const cbi_public *key, cbi_bytes message, cbi_bytes signature,
                               cbank_error *err);

static bool true_ones;

void fuzz_sign_truly(bool truly)
{
    true_ones = truly;
}

static void mix(uint64_t *state, cbi_bytes bytes)
{
    for (size_t done = 0; done <= bytes.size; done += sizeof(uint64_t)) {
        size_t left = bytes.size - done;
        uint64_t word = 0;

        if (left > 0)
            memcpy(&word, bytes.data + done, left < sizeof(word) ? left : sizeof(word));
        *state = (*state ^ word ^ bytes.size) * 0x9e3779b97f4a7c15u;
        *state ^= *state >> 29;
    }
}

static void mark(const cbi_public *key, cbi_bytes message, uint8_t out[SIGNATURE_SIZE])
{
    uint64_t state = 0;

    mix(&state, cbi_public_bytes(key));
    mix(&state, message);
    memcpy(out, MARK, MARK_SIZE);
    for (size_t at = MARK_SIZE; at < SIGNATURE_SIZE; at += sizeof(state)) {
        cbi_put_u64(out + at, state);
        state = state * 0x9e3779b97f4a7c15u + 1;
    }
}

cbank_status __wrap_cbi_sign(const cbi_private *key, cbi_bytes message, cbank_buffer *signature,
                             cbank_error *err)
{
    const cbi_public *public = cbi_private_public(key);
    uint8_t made[SIGNATURE_SIZE];

    if (true_ones || public->suite != CBI_SUITE_SHA256_ED25519)
        return __real_cbi_sign(key, message, signature, err);
    mark(public, message, made);
    return cbi_buffer_append(signature, cbi_bytes_of(made, sizeof(made)), err);
}

cbank_status __wrap_cbi_keyring_verify(cbi_keyring *ring, const cbi_public *key,
                                       cbi_bytes message, cbi_bytes signature, cbank_error *err)
{
    uint8_t right[SIGNATURE_SIZE];

    if (true_ones || key->suite != CBI_SUITE_SHA256_ED25519 || signature.size != SIGNATURE_SIZE ||
        memcmp(signature.data, MARK, MARK_SIZE) != 0)
        return __real_cbi_keyring_verify(ring, key, message, signature, err);
    mark(key, message, right);
    if (memcmp(signature.data, right, SIGNATURE_SIZE) == 0)
        return CBANK_OK;
    return cbi_fail(err, CBI_REASON_BAD_SIGNATURE, 0, cbi_suite_name(key->suite), NULL);
}

cbank_status __wrap_cbi_verify(const cbi_public *key, cbi_bytes message, cbi_bytes signature,
                               cbank_error *err)
{
    return __wrap_cbi_keyring_verify(NULL, key, message, signature, err);
}
