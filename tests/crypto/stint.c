#include "crypto/stint.h"

#include "crypto/fixture.h"
#include "crypto/seal.h"

#include <stdlib.h>
#include <string.h>

enum { KEYS = 40, DRAWS = 3000 }; /* more keys than a stint keeps, more bytes than it draws */

static cbi_secret key_of(size_t number)
{
    cbi_secret key = {{0x4a, (uint8_t)number}};

    return key;
}

static cbi_hash mac_of(cbi_suite suite, size_t key, const char *text)
{
    const cbi_secret secret = key_of(key);
    const cbi_bytes part = cbi_bytes_of_text(text);
    cbi_hash mac;

    cr_assert(cbi_mac(suite, &secret, &part, 1, &mac, NULL) == CBANK_OK);
    return mac;
}

static cbi_secret derive(cbi_suite suite, size_t key, const char *label)
{
    const cbi_secret secret = key_of(key);
    cbi_secret derived;

    cr_assert(cbi_secret_derive(suite, &secret, label, &derived, NULL) == CBANK_OK);
    return derived;
}

static cbank_buffer seal(cbi_suite suite, size_t key, const char *text)
{
    const cbi_secret secret = key_of(key);
    cbank_buffer sealed = {0};

    cr_assert(cbi_seal(suite, &secret, cbi_bytes_of_text("place"), cbi_bytes_of_text(text),
                       &sealed, NULL) == CBANK_OK);
    return sealed;
}

static void assert_opens(cbi_suite suite, size_t key, const cbank_buffer *sealed, const char *text)
{
    const cbi_secret secret = key_of(key);
    cbank_buffer plain = {0};

    cr_assert(cbi_unseal(suite, &secret, cbi_bytes_of_text("place"), cbi_bytes_of_buffer(sealed),
                         &plain, NULL) == CBANK_OK);
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&plain), cbi_bytes_of_text(text)));
    cbank_buffer_clear(&plain);
}

static cbank_status open_with(cbi_suite suite, size_t key, const cbank_buffer *sealed)
{
    const cbi_secret secret = key_of(key);
    cbank_buffer plain = {0};
    cbank_status status = cbi_unseal(suite, &secret, cbi_bytes_of_text("place"),
                                     cbi_bytes_of_buffer(sealed), &plain, NULL);

    cbank_buffer_clear(&plain);
    return status;
}

Test(stint, makes_the_same_macs_and_secrets_as_without)
{
    static cbi_hash macs[FIXTURE_SUITES][KEYS];
    static cbi_secret secrets[FIXTURE_SUITES][KEYS];

    for (int s = 0; s < FIXTURE_SUITES; s++) {
        for (size_t key = 0; key < KEYS; key++) {
            macs[s][key] = mac_of(fixture_suites[s], key, "what it says");
            secrets[s][key] = derive(fixture_suites[s], key, "what for");
        }
    }
    cbi_stint_begin();
    for (size_t use = 0; use < 3 * KEYS; use++) {
        size_t key = use % 3 == 0 ? 0 : use % KEYS; /* one key again and again, others in between */

        for (int s = 0; s < FIXTURE_SUITES; s++) {
            cbi_secret secret = derive(fixture_suites[s], key, "what for");
            cbi_hash mac = mac_of(fixture_suites[s], key, "what it says");

            cr_assert(memcmp(&secret, &secrets[s][key], sizeof(secret)) == 0);
            cr_assert(cbi_hash_equal(&mac, &macs[s][key]));
            mac = mac_of(fixture_suites[s], key, "");
            cr_assert_not(cbi_hash_equal(&mac, &macs[s][key]));
        }
    }
    cbi_stint_end();
}

Test(stint, opens_what_was_sealed_without_and_the_other_way_round)
{
    for (int s = 0; s < FIXTURE_SUITES; s++) {
        cbi_suite suite = fixture_suites[s];
        cbank_buffer before = seal(suite, 1, "before"), within = {0};

        cbi_stint_begin();
        for (size_t use = 0; use < KEYS; use++) {
            cbank_buffer_clear(&within);
            within = seal(suite, use % 3, "within");
            assert_opens(suite, use % 3, &within, "within");
            assert_opens(suite, 1, &before, "before");
        }
        cbi_stint_end();
        assert_opens(suite, (KEYS - 1) % 3, &within, "within");
        cbank_buffer_clear(&before);
        cbank_buffer_clear(&within);
    }
}

Test(stint, refuses_what_was_changed_and_goes_on)
{
    for (int s = 0; s < FIXTURE_SUITES; s++) {
        cbi_suite suite = fixture_suites[s];
        cbank_buffer sealed = seal(suite, 1, "text");

        cbi_stint_begin();
        for (size_t at = 0; at < sealed.size; at++) {
            sealed.data[at] ^= 1;
            cr_assert(open_with(suite, 1, &sealed) == CBANK_E_CORRUPT);
            sealed.data[at] ^= 1;
            cr_assert(open_with(suite, 2, &sealed) == CBANK_E_CORRUPT);
            assert_opens(suite, 1, &sealed, "text");
        }
        cbi_stint_end();
        cbank_buffer_clear(&sealed);
    }
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, 8);
}

Test(stint, gives_no_random_bytes_twice)
{
    static uint8_t drawn[DRAWS][8];
    uint8_t large[600];

    cbi_stint_begin();
    for (size_t i = 0; i < DRAWS; i++) {
        if (i % 100 == 0)
            cr_assert(cbi_random(large, sizeof(large), NULL) == CBANK_OK);
        cr_assert(cbi_random(drawn[i], sizeof(drawn[i]), NULL) == CBANK_OK);
    }
    cbi_stint_end();
    qsort(drawn, DRAWS, sizeof(drawn[0]), compare);
    for (size_t i = 1; i < DRAWS; i++)
        cr_assert(compare(drawn[i - 1], drawn[i]) != 0);
}

Test(stint, ends_where_the_outermost_ends)
{
    cbi_hash alone = mac_of(CBI_SUITE_SHA256_ED25519, 1, "text"), mac;

    cbi_stint_begin();
    cbi_stint_begin();
    mac = mac_of(CBI_SUITE_SHA256_ED25519, 1, "text");
    cbi_stint_end();
    cr_expect(cbi_hash_equal(&mac, &alone));
    mac = mac_of(CBI_SUITE_SHA256_ED25519, 1, "text");
    cr_expect(cbi_hash_equal(&mac, &alone));
    cbi_stint_end();
    mac = mac_of(CBI_SUITE_SHA256_ED25519, 1, "text");
    cr_expect(cbi_hash_equal(&mac, &alone));
}
