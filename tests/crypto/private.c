#include "crypto/key.h"

#include "crypto/fixture.h"

#include <pthread.h>
#include <string.h>

static const cbi_bytes no_passphrase;

static cbi_bytes passphrase(void)
{
    return cbi_bytes_of_text("三个字 and more");
}

static cbank_status decode(const cbank_buffer *pem, cbi_bytes words, cbi_private **out)
{
    cbank_error err = {0};
    cbank_status status = cbi_private_decode(cbi_bytes_of_buffer(pem), words, out, &err);

    cr_assert(err.status == (int32_t)status);
    return status;
}

/* That `again` signs for `key`'s public half. */
static void assert_same_key(const cbi_private *again, const cbi_private *key)
{
    const cbi_bytes message = cbi_bytes_of_text("m");
    cbank_buffer signature = {0};

    cr_assert(cbi_public_equal(cbi_private_public(again), cbi_private_public(key)));
    cr_assert(cbi_sign(again, message, &signature, NULL) == CBANK_OK);
    cr_assert(cbi_verify(cbi_private_public(key), message, cbi_bytes_of_buffer(&signature), NULL) ==
              CBANK_OK);
    cbank_buffer_clear(&signature);
}

Test(private, survives_pkcs8_with_and_without_a_passphrase)
{
    const cbi_bytes words[] = {no_passphrase, passphrase()};
    static const char *const first_lines[] = {"-----BEGIN PRIVATE KEY-----\n",
                                              "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"};

    for (int suite = 0; suite < FIXTURE_SUITES; suite++) {
        cbi_private *key = fixture_key(fixture_suites[suite]);

        for (int i = 0; i < 2; i++) {
            cbank_buffer pem = {0};
            cbi_private *again = NULL;

            cr_assert(cbi_private_encode(key, words[i], &pem, NULL) == CBANK_OK);
            cr_assert(memcmp(pem.data, first_lines[i], strlen(first_lines[i])) == 0);
            cr_assert(decode(&pem, words[i], &again) == CBANK_OK);
            assert_same_key(again, key);
            cbi_private_free(again);
            cbank_buffer_clear(&pem);
        }
        cbi_private_free(key);
    }
}

Test(private, under_a_passphrase_needs_that_passphrase)
{
    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbi_private *key = fixture_key(fixture_suites[i]);
        cbi_private *again = NULL;
        cbank_buffer pem = {0};
        cbank_error err;

        cr_assert(cbi_private_encode(key, passphrase(), &pem, NULL) == CBANK_OK);
        cr_assert(cbi_private_decode(cbi_bytes_of_buffer(&pem), no_passphrase, &again, &err) ==
                  CBANK_E_KEY);
        cr_assert(err.reason == CBI_REASON_PASSPHRASE_MISSING);
        cr_assert(cbi_private_decode(cbi_bytes_of_buffer(&pem), cbi_bytes_of_text("三个字"), &again,
                                     &err) == CBANK_E_KEY);
        cr_assert(err.reason == CBI_REASON_WRONG_PASSPHRASE);
        cr_assert_null(again);
        cbank_buffer_clear(&pem);
        cbi_private_free(key);
    }
}

Test(private, takes_a_passphrase_up_to_its_limit)
{
    static const char words[CBI_PASSPHRASE_MAX + 1] = {'x'};
    cbi_private *key = fixture_key(CBI_SUITE_SHA256_ED25519);
    cbi_private *again = NULL;
    cbank_buffer pem = {0};

    cr_assert(cbi_private_encode(key, cbi_bytes_of(words, CBI_PASSPHRASE_MAX), &pem, NULL) ==
              CBANK_OK);
    cr_assert(decode(&pem, cbi_bytes_of(words, CBI_PASSPHRASE_MAX), &again) == CBANK_OK);
    cr_assert(cbi_private_encode(key, cbi_bytes_of(words, sizeof(words)), &pem, NULL) ==
              CBANK_E_TOO_LARGE);
    cbi_private_free(again);
    cbi_private_free(key);
    cbank_buffer_clear(&pem);
}

/* Every cut of an unencrypted key, and every kind of PEM that is no PKCS#8. */
Test(private, that_is_not_pkcs8_is_malformed)
{
    cbi_private *key = fixture_key(CBI_SUITE_SM3_SM2);
    cbi_private *again = NULL;
    cbank_buffer pem = {0};
    cbank_buffer der = {0};

    cr_assert(cbi_private_encode(key, no_passphrase, &pem, NULL) == CBANK_OK);
    for (size_t size = 0; size + 1 < pem.size; size++)
        cr_assert(cbi_private_decode(cbi_bytes_of(pem.data, size), no_passphrase, &again, NULL) ==
                      CBANK_E_MALFORMED,
                  "%zu", size);
    cr_assert(cbi_public_encode_pem(cbi_private_public(key), &pem, NULL) == CBANK_OK);
    cr_assert(decode(&pem, no_passphrase, &again) == CBANK_E_MALFORMED);
    cbi_buffer_rewind(&pem);
    fixture_pem("EC PRIVATE KEY", fixture_hex("3003020101", &der), &pem);
    cr_assert(decode(&pem, passphrase(), &again) == CBANK_E_MALFORMED);
    cbi_buffer_rewind(&pem);
    fixture_pem("ENCRYPTED PRIVATE KEY", fixture_hex("3003020101", &der), &pem);
    cr_assert(decode(&pem, passphrase(), &again) == CBANK_E_MALFORMED);
    cr_assert_null(again);
    cbank_buffer_clear(&pem);
    cbank_buffer_clear(&der);
    cbi_private_free(key);
}

Test(private, of_another_algorithm_is_not_supported)
{
    static const char p256[] = "-----BEGIN PRIVATE KEY-----\n"
                               "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgmOYIRqMuK6l1kA+4\n"
                               "KFUGhhrkq7Rd3MJHlWgfYZTTSeehRANCAAQPPCea6f+qaTSu8yI7n3GPkEaR80cj\n"
                               "ZSYdcCyNIvLa514SP/JpDcu0fxwTaVA5ZG40NQbdOsZT0yxkb7RzUW05\n"
                               "-----END PRIVATE KEY-----\n";
    cbi_private *key = NULL;

    cr_assert(cbi_private_decode(cbi_bytes_of_text(p256), no_passphrase, &key, NULL) ==
              CBANK_E_UNSUPPORTED);
    cr_assert(cbi_private_new((cbi_suite)3, &key, NULL) == CBANK_E_UNSUPPORTED);
    cr_assert_null(key);
}

/* The SM2 key 1 with the public point of key 2 would sign what nobody can verify. */
Test(private, with_another_keys_public_half_is_malformed)
{
    static const char head[] = "308187020100301306072a8648ce3d020106082a811ccf5501822d"
                               "046d306b0201010420"
                               "0000000000000000000000000000000000000000000000000000000000000003"
                               "a144034200";
    cbi_private *other = fixture_key(CBI_SUITE_SM3_SM2);
    cbi_private *key = NULL;
    cbank_buffer der = {0};
    cbank_buffer pem = {0};

    fixture_hex(head, &der);
    cr_assert(cbi_buffer_append(&der, cbi_public_bytes(cbi_private_public(other)), NULL) ==
              CBANK_OK);
    fixture_pem("PRIVATE KEY", cbi_bytes_of_buffer(&der), &pem);
    cr_assert(decode(&pem, no_passphrase, &key) == CBANK_E_MALFORMED);
    cbank_buffer_clear(&der);
    cbank_buffer_clear(&pem);
    cbi_private_free(other);
}

Test(private, signs_for_its_own_suite_and_key_and_message_only)
{
    const cbi_bytes message = cbi_bytes_of_text("m");

    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbi_private *key = fixture_key(fixture_suites[i]);
        cbi_private *sibling = fixture_key(fixture_suites[i]);
        cbi_private *stranger = fixture_key(fixture_suites[1 - i]);
        cbank_buffer signature = {0};
        cbank_error err;

        cr_assert(cbi_sign(key, message, &signature, NULL) == CBANK_OK);
        cr_assert(cbi_verify(cbi_private_public(sibling), message, cbi_bytes_of_buffer(&signature),
                             &err) == CBANK_E_BAD_SIGNATURE);
        cr_assert(err.reason == CBI_REASON_BAD_SIGNATURE);
        cr_assert(cbi_verify(cbi_private_public(stranger), message, cbi_bytes_of_buffer(&signature),
                             NULL) == CBANK_E_BAD_SIGNATURE);
        cr_assert(cbi_verify(cbi_private_public(key), cbi_bytes_of_text("n"),
                             cbi_bytes_of_buffer(&signature), NULL) == CBANK_E_BAD_SIGNATURE);
        cr_assert(cbi_verify(cbi_private_public(key), (cbi_bytes){0},
                             cbi_bytes_of_buffer(&signature), NULL) == CBANK_E_BAD_SIGNATURE);
        cbank_buffer_clear(&signature);
        cbi_private_free(key);
        cbi_private_free(sibling);
        cbi_private_free(stranger);
    }
}

Test(private, signs_the_empty_message_and_appends_the_signature)
{
    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbi_private *key = fixture_key(fixture_suites[i]);
        cbank_buffer text = {0};

        cr_assert(cbi_buffer_append(&text, cbi_bytes_of_text("before"), NULL) == CBANK_OK);
        cr_assert(cbi_sign(key, (cbi_bytes){0}, &text, NULL) == CBANK_OK);
        cr_assert(memcmp(text.data, "before", 6) == 0);
        cr_assert(cbi_verify(cbi_private_public(key), (cbi_bytes){0},
                             cbi_bytes_of(text.data + 6, text.size - 6), NULL) == CBANK_OK);
        cbank_buffer_clear(&text);
        cbi_private_free(key);
    }
}

Test(private, derives_the_same_secret_after_it_was_read_again)
{
    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbi_private *key = fixture_key(fixture_suites[i]);
        cbi_private *again = NULL;
        cbi_private *other = fixture_key(fixture_suites[i]);
        cbank_buffer pem = {0};
        cbi_secret secrets[4];

        cr_assert(cbi_private_encode(key, no_passphrase, &pem, NULL) == CBANK_OK);
        cr_assert(decode(&pem, no_passphrase, &again) == CBANK_OK);
        cr_assert(cbi_private_derive(key, "reference", &secrets[0], NULL) == CBANK_OK);
        cr_assert(cbi_private_derive(again, "reference", &secrets[1], NULL) == CBANK_OK);
        cr_assert(cbi_private_derive(key, "else", &secrets[2], NULL) == CBANK_OK);
        cr_assert(cbi_private_derive(other, "reference", &secrets[3], NULL) == CBANK_OK);
        cr_assert(memcmp(&secrets[0], &secrets[1], CBI_SECRET_SIZE) == 0);
        cr_assert(memcmp(&secrets[0], &secrets[2], CBI_SECRET_SIZE) != 0);
        cr_assert(memcmp(&secrets[0], &secrets[3], CBI_SECRET_SIZE) != 0);
        cbank_buffer_clear(&pem);
        cbi_private_free(key);
        cbi_private_free(again);
        cbi_private_free(other);
    }
}

/* HMAC(raw bytes, label): the first private key of RFC 8032, as OpenSSL's command answers. */
Test(private, derives_by_hmac_under_its_raw_bytes)
{
    cbank_buffer raw = {0};
    cbi_private *key = fixture_key_of(
        CBI_SUITE_SHA256_ED25519,
        fixture_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", &raw));
    cbi_secret secret;
    cbi_hash shown;

    cr_assert(cbi_private_derive(key, "reference", &secret, NULL) == CBANK_OK);
    cr_assert(cbi_hash_from(cbi_bytes_of(secret.bytes, CBI_SECRET_SIZE), &shown));
    fixture_assert_hash(&shown, "b01d77e93745a46f2525f0875cd3803e5540e546f021feba7b2f97a899d7fef5");
    cbank_buffer_clear(&raw);
    cbi_private_free(key);
}

#define THREADS 8
#define SIGNATURES 100

static void *sign_often(void *shared)
{
    const cbi_private *key = shared;
    cbank_buffer signature = {0};
    size_t good = 0;

    for (uint32_t i = 0; i < SIGNATURES; i++) {
        const cbi_bytes message = cbi_bytes_of(&i, sizeof(i));

        cbi_buffer_rewind(&signature);
        if (cbi_sign(key, message, &signature, NULL) == CBANK_OK &&
            cbi_verify(cbi_private_public(key), message, cbi_bytes_of_buffer(&signature), NULL) ==
                CBANK_OK)
            good++;
    }
    cbank_buffer_clear(&signature);
    return good == SIGNATURES ? shared : NULL;
}

Test(private, signs_in_several_threads_at_once)
{
    for (int suite = 0; suite < FIXTURE_SUITES; suite++) {
        cbi_private *key = fixture_key(fixture_suites[suite]);
        pthread_t threads[THREADS];
        void *answer;

        for (int i = 0; i < THREADS; i++)
            cr_assert(pthread_create(&threads[i], NULL, sign_often, key) == 0);
        for (int i = 0; i < THREADS; i++) {
            cr_assert(pthread_join(threads[i], &answer) == 0);
            cr_assert(answer == key);
        }
        cbi_private_free(key);
    }
}
