/* What a verifier need not check again, and that nothing else passes for it. */
#include <criterion/criterion.h>

#include <pthread.h>
#include <string.h>

#include "proof/known.h"

static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};

static cbi_bytes text(const char *message)
{
    return cbi_bytes_of(message, strlen(message));
}

/* Good is good again; and each of the three, changed, is what it is without any memory. */
Test(known, knows_a_signature_by_key_message_and_bytes)
{
    for (size_t s = 0; s < 2; s++) {
        cbi_private *key = NULL, *other = NULL;
        cbank_buffer signature = {0};
        cbi_known *known = NULL;
        cbank_error err = {0};

        cr_assert_eq(cbi_known_new(suites[s], &known, &err), CBANK_OK);
        cr_assert_eq(cbi_private_new(suites[s], &key, &err), CBANK_OK);
        cr_assert_eq(cbi_private_new(suites[s], &other, &err), CBANK_OK);
        cr_assert_eq(cbi_sign(key, text("what was signed"), &signature, &err), CBANK_OK);
        for (int again = 0; again < 3; again++) {
            cbi_bytes bytes = cbi_bytes_of_buffer(&signature);

            cr_expect_eq(cbi_known_verify(known, cbi_private_public(key), text("what was signed"),
                                          bytes, &err),
                         CBANK_OK);
            cr_expect_eq(cbi_known_verify(known, cbi_private_public(other),
                                          text("what was signed"), bytes, &err),
                         CBANK_E_BAD_SIGNATURE);
            cr_expect_eq(cbi_known_verify(known, cbi_private_public(key), text("what was signeD"),
                                          bytes, &err),
                         CBANK_E_BAD_SIGNATURE);
            for (size_t i = 0; i < signature.size; i++) {
                signature.data[i] ^= 1;
                cr_expect_eq(cbi_known_verify(known, cbi_private_public(key),
                                              text("what was signed"), bytes, &err),
                             CBANK_E_BAD_SIGNATURE);
                signature.data[i] ^= 1;
            }
            bytes.size--;
            cr_expect_eq(cbi_known_verify(known, cbi_private_public(key), text("what was signed"),
                                          bytes, &err),
                         CBANK_E_BAD_SIGNATURE);
        }
        cbank_buffer_clear(&signature);
        cbi_private_free(other);
        cbi_private_free(key);
        cbi_known_free(known);
    }
}

/* More of them than there are places: what was pushed out is checked, and found good, again. */
Test(known, is_bounded)
{
    enum { MANY = 6000 };
    cbi_private *key = NULL;
    cbi_known *known = NULL;
    cbank_buffer signatures = {0};
    uint32_t i;

    cr_assert_eq(cbi_known_new(suites[0], &known, NULL), CBANK_OK);
    cr_assert_eq(cbi_private_new(suites[0], &key, NULL), CBANK_OK);
    for (i = 0; i < MANY; i++)
        cr_assert_eq(cbi_sign(key, cbi_bytes_of(&i, sizeof(i)), &signatures, NULL), CBANK_OK);
    for (i = 0; i < 2 * MANY; i++) {
        uint32_t message = i % MANY;

        cr_assert_eq(cbi_known_verify(known, cbi_private_public(key),
                                      cbi_bytes_of(&message, sizeof(message)),
                                      cbi_bytes_of(signatures.data + 64 * (size_t)message, 64),
                                      NULL),
                     CBANK_OK);
    }
    cbank_buffer_clear(&signatures);
    cbi_private_free(key);
    cbi_known_free(known);
}

typedef struct asker {
    cbi_known *known;
    const cbi_public *key;
    cbi_bytes signature;
    unsigned wrong;
} asker;

static void *ask(void *context)
{
    asker *it = context;

    for (unsigned i = 0; i < 2000; i++) {
        it->wrong += cbi_known_verify(it->known, it->key, text("one"), it->signature, NULL) !=
                     CBANK_OK;
        if (i % 50 == 0)
            it->wrong += cbi_known_verify(it->known, it->key, text("two"), it->signature, NULL) ==
                         CBANK_OK;
    }
    return NULL;
}

Test(known, is_asked_by_many_at_once)
{
    cbi_private *key = NULL;
    cbi_known *known = NULL;
    cbank_buffer signature = {0};
    pthread_t threads[4];
    asker askers[4];

    cr_assert_eq(cbi_known_new(suites[0], &known, NULL), CBANK_OK);
    cr_assert_eq(cbi_private_new(suites[0], &key, NULL), CBANK_OK);
    cr_assert_eq(cbi_sign(key, text("one"), &signature, NULL), CBANK_OK);
    for (size_t i = 0; i < 4; i++) {
        askers[i] = (asker){known, cbi_private_public(key), cbi_bytes_of_buffer(&signature), 0};
        cr_assert_eq(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        cr_expect_eq(askers[i].wrong, 0);
    }
    cbank_buffer_clear(&signature);
    cbi_private_free(key);
    cbi_known_free(known);
}
