#include "crypto/keyring.h"

#include "crypto/fixture.h"

#include <pthread.h>

enum { KEYS = 40, ROUNDS = 200, THREADS = 4 };

static const char said[] = "18 学分";

typedef struct signer {
    cbi_private *key;
    cbank_buffer signature;
} signer;

static void sign_all(cbi_suite suite, signer *signers)
{
    for (size_t i = 0; i < KEYS; i++) {
        signers[i] = (signer){.key = fixture_key(suite)};
        cr_assert(cbi_sign(signers[i].key, cbi_bytes_of_text(said), &signers[i].signature, NULL) ==
                  CBANK_OK);
    }
}

static void clear_all(signer *signers)
{
    for (size_t i = 0; i < KEYS; i++) {
        cbi_private_free(signers[i].key);
        cbank_buffer_clear(&signers[i].signature);
    }
}

static cbank_status verify(cbi_keyring *ring, const signer *key, const signer *signature)
{
    return cbi_keyring_verify(ring, cbi_private_public(key->key), cbi_bytes_of_text(said),
                              cbi_bytes_of_buffer(&signature->signature), NULL);
}

/* Far more keys than it holds, over and over: none is taken for another. */
Test(keyring, verifies_as_without_one_whatever_it_holds)
{
    for (int s = 0; s < FIXTURE_SUITES; s++) {
        static signer signers[KEYS];
        cbi_keyring *ring = NULL;

        sign_all(fixture_suites[s], signers);
        cr_assert(cbi_keyring_new(&ring, NULL) == CBANK_OK);
        for (size_t i = 0; i < 3 * KEYS; i++) {
            const signer *one = &signers[i * i % KEYS], *other = &signers[(i * i + 1) % KEYS];

            cr_assert(verify(ring, one, one) == CBANK_OK);
            cr_assert(verify(NULL, one, one) == CBANK_OK);
            cr_assert(verify(ring, one, other) == CBANK_E_BAD_SIGNATURE);
            cr_assert(verify(ring, one, one) == CBANK_OK);
        }
        cbi_keyring_free(ring);
        clear_all(signers);
    }
    cbi_keyring_free(NULL);
}

static signer of_threads[KEYS];

static void *verify_many(void *argument)
{
    cbi_keyring *ring = argument;
    size_t wrong = 0;

    for (size_t i = 0; i < ROUNDS; i++)
        wrong += verify(ring, &of_threads[i % KEYS], &of_threads[i % KEYS]) != CBANK_OK;
    return (void *)wrong;
}

Test(keyring, may_be_used_by_several_threads)
{
    pthread_t threads[THREADS];
    cbi_keyring *ring = NULL;
    void *wrong = NULL;

    sign_all(CBI_SUITE_SM3_SM2, of_threads);
    cr_assert(cbi_keyring_new(&ring, NULL) == CBANK_OK);
    for (size_t i = 0; i < THREADS; i++)
        cr_assert(pthread_create(&threads[i], NULL, verify_many, ring) == 0);
    for (size_t i = 0; i < THREADS; i++) {
        cr_assert(pthread_join(threads[i], &wrong) == 0);
        cr_expect_null(wrong);
    }
    cbi_keyring_free(ring);
    clear_all(of_threads);
}
