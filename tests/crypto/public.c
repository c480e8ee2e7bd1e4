#include "crypto/key.h"

#include "base/text.h"
#include "crypto/fixture.h"

#include <string.h>

/* The generator of the SM2 curve, and the first public key of RFC 8032. */
#define SM2_POINT                                                                                  \
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"                             \
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
#define ED25519_POINT "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

/* SubjectPublicKeyInfo up to an Ed25519 key, and a whole one of P-256. */
#define ED25519_SPKI "302a300506032b6570032100"
static const char p256_pem[] = "-----BEGIN PUBLIC KEY-----\n"
                               "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEDzwnmun/qmk0rvMiO59xj5BGkfNH\n"
                               "I2UmHXAsjSLy2udeEj/yaQ3LtH8cE2lQOWRuNDUG3TrGU9MsZG+0c1FtOQ==\n"
                               "-----END PUBLIC KEY-----\n";

static cbank_status parse_hex(cbi_suite suite, const char *hex, cbi_public *out)
{
    cbank_buffer bytes = {0};
    cbank_status status = cbi_public_parse(suite, fixture_hex(hex, &bytes), out, NULL);

    cbank_buffer_clear(&bytes);
    return status;
}

Test(public, is_the_bytes_that_travel)
{
    cbank_buffer bytes = {0};
    cbi_public key;

    cr_assert(parse_hex(CBI_SUITE_SHA256_ED25519, ED25519_POINT, &key) == CBANK_OK);
    cr_assert(cbi_bytes_equal(cbi_public_bytes(&key), fixture_hex(ED25519_POINT, &bytes)));
    cr_assert(parse_hex(CBI_SUITE_SM3_SM2, "04" SM2_POINT, &key) == CBANK_OK);
    cr_assert(cbi_bytes_equal(cbi_public_bytes(&key), fixture_hex("04" SM2_POINT, &bytes)));
    cbank_buffer_clear(&bytes);
}

Test(public, of_another_length_is_malformed)
{
    static const uint8_t zeros[CBI_PUBLIC_MAX + 1] = {0x04};
    cbi_public key;

    for (int i = 0; i < FIXTURE_SUITES; i++) {
        for (size_t size = 0; size <= sizeof(zeros); size++) {
            if (size == cbi_suite_public_size(fixture_suites[i]))
                continue;
            cr_assert(cbi_public_parse(fixture_suites[i], cbi_bytes_of(zeros, size), &key, NULL) ==
                      CBANK_E_MALFORMED);
        }
    }
    cr_assert(cbi_public_parse((cbi_suite)3, cbi_bytes_of(zeros, 32), &key, NULL) ==
              CBANK_E_UNSUPPORTED);
}

Test(public, with_an_ed25519_point_of_small_order_is_not_trusted)
{
    static const char *const weak[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    cbi_public key;

    for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++)
        cr_assert(parse_hex(CBI_SUITE_SHA256_ED25519, weak[i], &key) == CBANK_E_UNTRUSTED_KEY, "%s",
                  weak[i]);
}

/* The prime ends in ed: 19 numbers below 2^255 are not below it, each with two signs of x. */
Test(public, with_an_ed25519_y_beyond_the_prime_is_not_trusted)
{
    uint8_t bytes[32];
    cbi_public key;
    cbank_error err;

    for (unsigned low = 0xed; low <= 0xff; low++) {
        for (unsigned sign = 0; sign <= 0x80; sign += 0x80) {
            memset(bytes, 0xff, sizeof(bytes));
            bytes[0] = (uint8_t)low;
            bytes[31] = (uint8_t)(0x7f | sign);
            cr_assert(cbi_public_parse(CBI_SUITE_SHA256_ED25519, cbi_bytes_of(bytes, 32), &key,
                                       &err) == CBANK_E_UNTRUSTED_KEY);
            cr_assert(err.reason == CBI_REASON_WEAK_PUBLIC_KEY);
        }
    }
    bytes[0] = 0xeb;
    cr_assert(cbi_public_parse(CBI_SUITE_SHA256_ED25519, cbi_bytes_of(bytes, 32), &key, NULL) ==
              CBANK_OK);
}

Test(public, with_an_sm2_point_off_the_curve_is_malformed)
{
    static const char *const wrong[] = {
        /* one bit of y */
        "0432c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
        "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a1",
        /* compressed, hybrid or no form */
        "02" SM2_POINT,
        "06" SM2_POINT,
        "07" SM2_POINT,
        "00" SM2_POINT,
        /* x and y zero, as some write infinity */
        "040000000000000000000000000000000000000000000000000000000000000000"
        "0000000000000000000000000000000000000000000000000000000000000000",
        /* x and y beyond the field */
        "04ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        /* the generator of P-256 */
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    };
    cbi_public key;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_assert(parse_hex(CBI_SUITE_SM3_SM2, wrong[i], &key) == CBANK_E_MALFORMED, "%s",
                  wrong[i]);
}

Test(public, equals_only_itself)
{
    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbi_private *one = fixture_key(fixture_suites[i]);
        cbi_private *other = fixture_key(fixture_suites[i]);
        cbi_public copy;

        cr_assert(cbi_public_parse(fixture_suites[i], cbi_public_bytes(cbi_private_public(one)),
                                   &copy, NULL) == CBANK_OK);
        cr_assert(cbi_public_equal(&copy, cbi_private_public(one)));
        cr_assert_not(cbi_public_equal(&copy, cbi_private_public(other)));
        copy.suite = fixture_suites[1 - i];
        cr_assert_not(cbi_public_equal(&copy, cbi_private_public(one)));
        cbi_private_free(one);
        cbi_private_free(other);
    }
}

Test(public, has_a_fingerprint_over_label_suite_and_bytes)
{
    cbank_buffer text = {0};
    cbi_public key;
    cbi_hash hash;
    cbi_hash wanted;

    cr_assert(parse_hex(CBI_SUITE_SHA256_ED25519, ED25519_POINT, &key) == CBANK_OK);
    cr_assert(cbi_public_fingerprint(&key, &hash, NULL) == CBANK_OK);
    cr_assert(cbi_buffer_append(&text, cbi_bytes_of("cbank/v1/key\0\1", 14), NULL) == CBANK_OK);
    cr_assert(cbi_buffer_append(&text, cbi_public_bytes(&key), NULL) == CBANK_OK);
    cr_assert(cbi_digest_sha256(cbi_bytes_of_buffer(&text), &wanted, NULL) == CBANK_OK);
    cr_assert(cbi_hash_equal(&hash, &wanted));
    cbank_buffer_clear(&text);
}

Test(public, survives_pem)
{
    cbank_buffer pem = {0};
    cbi_public again;

    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbi_private *key = fixture_key(fixture_suites[i]);

        cr_assert(cbi_public_encode_pem(cbi_private_public(key), &pem, NULL) == CBANK_OK);
        cr_assert(memcmp(pem.data, "-----BEGIN PUBLIC KEY-----\n", 27) == 0);
        cr_assert(cbi_public_decode_pem(cbi_bytes_of_buffer(&pem), &again, NULL) == CBANK_OK);
        cr_assert(cbi_public_equal(&again, cbi_private_public(key)));
        cbi_private_free(key);
    }
    cbank_buffer_clear(&pem);
}

Test(public, is_checked_when_it_comes_in_pem_too)
{
    cbank_buffer der = {0};
    cbank_buffer pem = {0};
    cbi_public key;

    fixture_hex(ED25519_SPKI "0100000000000000000000000000000000000000000000000000000000000000",
                &der);
    fixture_pem("PUBLIC KEY", cbi_bytes_of_buffer(&der), &pem);
    cr_assert(cbi_public_decode_pem(cbi_bytes_of_buffer(&pem), &key, NULL) ==
              CBANK_E_UNTRUSTED_KEY);
    cr_assert(cbi_public_decode_pem(cbi_bytes_of_text(p256_pem), &key, NULL) ==
              CBANK_E_UNSUPPORTED);
    cbank_buffer_clear(&der);
    cbank_buffer_clear(&pem);
}

Test(public, in_pem_is_one_whole_key_and_nothing_else)
{
    cbi_private *private = fixture_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer pem = {0};
    cbank_buffer der = {0};
    cbi_public key;

    cr_assert(cbi_public_encode_pem(cbi_private_public(private), &pem, NULL) == CBANK_OK);
    /* The last byte is the newline after the closing line, which may be missing. */
    for (size_t size = 0; size + 1 < pem.size; size++)
        cr_assert(cbi_public_decode_pem(cbi_bytes_of(pem.data, size), &key, NULL) ==
                      CBANK_E_MALFORMED,
                  "%zu", size);
    cbi_buffer_rewind(&pem);
    fixture_hex(ED25519_SPKI ED25519_POINT "00", &der);
    fixture_pem("PUBLIC KEY", cbi_bytes_of_buffer(&der), &pem);
    cr_assert(cbi_public_decode_pem(cbi_bytes_of_buffer(&pem), &key, NULL) == CBANK_E_MALFORMED);
    cr_assert(cbi_private_encode(private, (cbi_bytes){0}, &pem, NULL) == CBANK_OK);
    cr_assert(cbi_public_decode_pem(cbi_bytes_of_buffer(&pem), &key, NULL) == CBANK_E_MALFORMED);
    cbank_buffer_clear(&pem);
    cbank_buffer_clear(&der);
    cbi_private_free(private);
}
