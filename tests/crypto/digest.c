#include "crypto/digest.h"

#include "crypto/fixture.h"

#include <string.h>

#define SHA256_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SM3_OF_ABC "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
#define SHA256_OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SM3_OF_NOTHING "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"

static cbi_hasher *hasher_of(cbi_suite suite)
{
    cbi_hasher *hasher = NULL;

    cr_assert(cbi_hasher_new(suite, &hasher, NULL) == CBANK_OK);
    cr_assert(cbi_hasher_suite(hasher) == suite);
    return hasher;
}

Test(digest, is_sha256_or_sm3_as_the_suite_says)
{
    static const char *const of_abc[] = {SHA256_OF_ABC, SM3_OF_ABC};
    static const char *const of_nothing[] = {SHA256_OF_NOTHING, SM3_OF_NOTHING};
    const cbi_bytes abc = cbi_bytes_of_text("abc");
    cbi_hash hash;

    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbi_hasher *hasher = hasher_of(fixture_suites[i]);

        cr_assert(cbi_digest_parts(hasher, &abc, 1, &hash, NULL) == CBANK_OK);
        fixture_assert_hash(&hash, of_abc[i]);
        cr_assert(cbi_digest_parts(hasher, NULL, 0, &hash, NULL) == CBANK_OK);
        fixture_assert_hash(&hash, of_nothing[i]);
        cbi_hasher_free(hasher);
    }
}

Test(digest, is_the_same_in_parts_in_pieces_and_whole)
{
    const cbi_bytes parts[] = {cbi_bytes_of_text("a"), {0}, cbi_bytes_of_text("bc")};
    cbi_hasher *hasher = hasher_of(CBI_SUITE_SM3_SM2);
    cbi_hash hash;

    cr_assert(cbi_digest_parts(hasher, parts, 3, &hash, NULL) == CBANK_OK);
    fixture_assert_hash(&hash, SM3_OF_ABC);
    cr_assert(cbi_digest_begin(hasher, NULL) == CBANK_OK);
    for (int i = 0; i < 3; i++)
        cr_assert(cbi_digest_update(hasher, parts[i], NULL) == CBANK_OK);
    cr_assert(cbi_digest_end(hasher, &hash, NULL) == CBANK_OK);
    fixture_assert_hash(&hash, SM3_OF_ABC);
    cbi_hasher_free(hasher);
}

/* However the pieces fall into what the hasher keeps of them. */
Test(digest, of_pieces_of_any_size_is_that_of_the_whole)
{
    enum { SIZE = 20000 };
    static uint8_t bytes[SIZE];
    cbi_hasher *hasher = hasher_of(CBI_SUITE_SHA256_ED25519);
    const cbi_bytes whole = cbi_bytes_of(bytes, SIZE);
    cbi_hash wanted, hash;

    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)(i * i >> 3);
    cr_assert(cbi_digest_parts(hasher, &whole, 1, &wanted, NULL) == CBANK_OK);
    for (size_t step = 1; step <= SIZE; step = step * 3 / 2 + 1) {
        cr_assert(cbi_digest_begin(hasher, NULL) == CBANK_OK);
        for (size_t at = 0, size = step; at < SIZE; at += size, size = size % 5000 + 7) {
            if (size > SIZE - at)
                size = SIZE - at;
            cr_assert(cbi_digest_update(hasher, cbi_bytes_of(bytes + at, size), NULL) == CBANK_OK);
        }
        cr_assert(cbi_digest_end(hasher, &hash, NULL) == CBANK_OK);
        cr_assert(cbi_hash_equal(&hash, &wanted), "pieces from %zu bytes on", step);
    }
    cbi_hasher_free(hasher);
}

Test(digest, does_not_remember_what_was_begun_and_left)
{
    const cbi_bytes abc = cbi_bytes_of_text("abc");
    cbi_hasher *hasher = hasher_of(CBI_SUITE_SHA256_ED25519);
    cbi_hash hash;

    cr_assert(cbi_digest_begin(hasher, NULL) == CBANK_OK);
    cr_assert(cbi_digest_update(hasher, cbi_bytes_of_text("left behind"), NULL) == CBANK_OK);
    cr_assert(cbi_digest_parts(hasher, &abc, 1, &hash, NULL) == CBANK_OK);
    fixture_assert_hash(&hash, SHA256_OF_ABC);
    cbi_hasher_free(hasher);
}

Test(digest, under_a_label_has_a_zero_between_label_and_bytes)
{
    const cbi_bytes parts[] = {cbi_bytes_of("cbank/v1/statement", 19), cbi_bytes_of_text("abc")};

    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbi_hasher *hasher = hasher_of(fixture_suites[i]);
        cbi_hash plain;
        cbi_hash labelled;
        cbi_hash shifted;

        cr_assert(cbi_digest_parts(hasher, parts, 2, &plain, NULL) == CBANK_OK);
        cr_assert(cbi_digest_labelled(hasher, "cbank/v1/statement", parts[1], &labelled, NULL) ==
                  CBANK_OK);
        cr_assert(cbi_digest_labelled(hasher, "cbank/v1/statementa", cbi_bytes_of_text("bc"),
                                      &shifted, NULL) == CBANK_OK);
        cr_assert(cbi_hash_equal(&plain, &labelled));
        cr_assert_not(cbi_hash_equal(&plain, &shifted));
        cbi_hasher_free(hasher);
    }
}

Test(digest, for_key_ids_of_notes_is_sha256_without_a_hasher)
{
    cbi_hash hash;

    cr_assert(cbi_digest_sha256(cbi_bytes_of_text("abc"), &hash, NULL) == CBANK_OK);
    fixture_assert_hash(&hash, SHA256_OF_ABC);
    cr_assert(cbi_digest_sha256((cbi_bytes){0}, &hash, NULL) == CBANK_OK);
    fixture_assert_hash(&hash, SHA256_OF_NOTHING);
}

Test(digest, of_an_unknown_suite_is_refused)
{
    cbi_hasher *hasher = NULL;

    cr_assert(cbi_hasher_new((cbi_suite)3, &hasher, NULL) == CBANK_E_UNSUPPORTED);
    cr_assert_null(hasher);
    cbi_hasher_free(NULL);
}
