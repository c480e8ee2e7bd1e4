#include "crypto/fixture.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

const cbi_suite fixture_suites[FIXTURE_SUITES] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};

cbi_bytes fixture_hex(const char *hex, cbank_buffer *out)
{
    size_t size = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;

    cbi_buffer_rewind(out);
    cr_assert(cbi_buffer_reserve(out, size + 1, NULL) == CBANK_OK);
    cr_assert(cbi_hex_decode(cbi_bytes_of(hex, 2 * size), out->data, size), "%s", hex);
    out->size = size;
    return cbi_bytes_of_buffer(out);
}

void fixture_assert_hash(const cbi_hash *hash, const char *hex)
{
    char text[2 * CBI_HASH_SIZE + 1];

    cbi_hex_encode(cbi_bytes_of_hash(hash), text);
    cr_assert_str_eq(text, hex);
}

cbi_private *fixture_key(cbi_suite suite)
{
    cbi_private *key = NULL;

    cr_assert(cbi_private_new(suite, &key, NULL) == CBANK_OK);
    return key;
}

void fixture_pem(const char *name, cbi_bytes der, cbank_buffer *out)
{
    char line[64];

    snprintf(line, sizeof(line), "-----BEGIN %s-----\n", name);
    cr_assert(cbi_buffer_append(out, cbi_bytes_of_text(line), NULL) == CBANK_OK);
    for (size_t begin = 0; begin < der.size; begin += 48) {
        size_t size = der.size - begin < 48 ? der.size - begin : 48;

        cr_assert(cbi_base64_encode(cbi_bytes_of(der.data + begin, size), out, NULL) == CBANK_OK);
        cr_assert(cbi_buffer_append(out, cbi_bytes_of_text("\n"), NULL) == CBANK_OK);
    }
    snprintf(line, sizeof(line), "-----END %s-----\n", name);
    cr_assert(cbi_buffer_append(out, cbi_bytes_of_text(line), NULL) == CBANK_OK);
}

cbi_private *fixture_key_of(cbi_suite suite, cbi_bytes raw)
{
    /* PKCS#8 around 32 raw bytes: id-Ed25519, and id-ecPublicKey on curve 1.2.156.10197.1.301. */
    const char *prefix = suite == CBI_SUITE_SM3_SM2
                             ? "3041020100301306072a8648ce3d020106082a811ccf5501822d"
                               "042730250201010420"
                             : "302e020100300506032b657004220420";
    cbank_buffer der = {0};
    cbank_buffer pem = {0};
    cbi_private *key = NULL;
    cbank_error err = {0};

    cr_assert(raw.size == 32);
    fixture_hex(prefix, &der);
    cr_assert(cbi_buffer_append(&der, raw, NULL) == CBANK_OK);
    fixture_pem("PRIVATE KEY", cbi_bytes_of_buffer(&der), &pem);
    cr_assert(cbi_private_decode(cbi_bytes_of_buffer(&pem), (cbi_bytes){0}, &key, &err) == CBANK_OK,
              "%s", err.detail);
    cbank_buffer_clear(&der);
    cbank_buffer_clear(&pem);
    return key;
}

void fixture_count(fixture_tally *tally, bool passed, const char *name, long number)
{
    tally->run++;
    if (passed)
        tally->passed++;
    else
        fprintf(stderr, "FAILED: %s, case %ld\n", name, number);
}

void fixture_report(const char *set, const fixture_tally *tally, size_t wanted)
{
    fprintf(stderr, "%s: %zu run, %zu passed, %zu skipped\n", set, tally->run, tally->passed,
            tally->skipped);
    cr_assert(tally->passed == tally->run, "%s", set);
    cr_assert(tally->run == wanted, "%s has %zu cases, not %zu", set, tally->run, wanted);
}
