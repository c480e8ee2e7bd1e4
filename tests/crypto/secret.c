#include "crypto/secret.h"

#include "crypto/fixture.h"

#include <string.h>

static const cbi_secret some_key = {{0x4a, 0x65, 0x66, 0x65}}; /* "Jefe" and zeros, as HMAC pads */

static cbi_hash mac_of(cbi_suite suite, const cbi_bytes *parts, size_t count)
{
    cbi_hash mac;

    cr_assert(cbi_mac(suite, &some_key, parts, count, &mac, NULL) == CBANK_OK);
    return mac;
}

/* RFC 4231 test case 2, and the same with SM3. */
Test(secret, derives_by_hmac_over_the_label)
{
    static const char *const wanted[FIXTURE_SUITES] = {
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882",
    };

    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbi_secret derived;
        cbi_hash shown;

        cr_assert(cbi_secret_derive(fixture_suites[i], &some_key, "what do ya want for nothing?",
                                    &derived, NULL) == CBANK_OK);
        cr_assert(cbi_hash_from(cbi_bytes_of(derived.bytes, CBI_SECRET_SIZE), &shown));
        fixture_assert_hash(&shown, wanted[i]);
    }
}

Test(secret, derives_another_for_each_label_and_suite)
{
    cbi_secret a;
    cbi_secret b;
    cbi_secret c;

    cr_assert(cbi_secret_derive(CBI_SUITE_SHA256_ED25519, &some_key, "a", &a, NULL) == CBANK_OK);
    cr_assert(cbi_secret_derive(CBI_SUITE_SHA256_ED25519, &some_key, "b", &b, NULL) == CBANK_OK);
    cr_assert(cbi_secret_derive(CBI_SUITE_SM3_SM2, &some_key, "a", &c, NULL) == CBANK_OK);
    cr_assert(memcmp(&a, &b, sizeof(a)) != 0);
    cr_assert(memcmp(&a, &c, sizeof(a)) != 0);
    cr_assert(cbi_secret_derive((cbi_suite)9, &some_key, "a", &a, NULL) == CBANK_E_UNSUPPORTED);
}

/* As OpenSSL answers for eight bytes of length and "ab", eight bytes of length and "c". */
Test(secret, mac_is_hmac_over_parts_with_their_lengths_before_them)
{
    static const char *const wanted[FIXTURE_SUITES] = {
        "d69f23c0aa1566497dd87be51ab3a9c7f96909397737ceb25979da636f71c321",
        "eb6e822a0925ad4b968384f66317f35a10ab01c1fd03509b309920e71f1d4b4c",
    };
    const cbi_bytes parts[] = {cbi_bytes_of_text("ab"), cbi_bytes_of_text("c")};

    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbi_hash mac = mac_of(fixture_suites[i], parts, 2);

        fixture_assert_hash(&mac, wanted[i]);
    }
}

/* No two ways to cut the same text, nor an empty part more or less, share a MAC. */
Test(secret, mac_tells_where_one_part_ends)
{
    const cbi_bytes lists[][3] = {
        {cbi_bytes_of_text("abc")},
        {cbi_bytes_of_text("a"), cbi_bytes_of_text("bc")},
        {cbi_bytes_of_text("ab"), cbi_bytes_of_text("c")},
        {cbi_bytes_of_text("a"), cbi_bytes_of_text("b"), cbi_bytes_of_text("c")},
        {cbi_bytes_of_text("abc"), {0}},
        {{0}, cbi_bytes_of_text("abc")},
        {{0}},
        {{0}, {0}},
        {{0}},
    };
    static const size_t counts[] = {1, 2, 2, 3, 2, 2, 1, 2, 0};
    cbi_hash macs[9];

    for (int suite = 0; suite < FIXTURE_SUITES; suite++) {
        for (int i = 0; i < 9; i++) {
            macs[i] = mac_of(fixture_suites[suite], lists[i], counts[i]);
            for (int j = 0; j < i; j++)
                cr_assert_not(cbi_hash_equal(&macs[i], &macs[j]), "%d and %d", i, j);
        }
    }
}

Test(secret, from_a_passphrase_depends_on_passphrase_and_salt)
{
    static const char long_words[CBI_PASSPHRASE_MAX + 1];
    const cbi_bytes words[] = {cbi_bytes_of_text("口令"), cbi_bytes_of_text("口令 ")};
    const cbi_bytes salts[] = {cbi_bytes_of_text("salt"), cbi_bytes_of_text("Salt")};
    cbi_secret one;
    cbi_secret same;
    cbi_secret other;

    cr_assert(cbi_secret_from_passphrase(words[0], salts[0], &one, NULL) == CBANK_OK);
    cr_assert(cbi_secret_from_passphrase(words[0], salts[0], &same, NULL) == CBANK_OK);
    cr_assert(memcmp(&one, &same, sizeof(one)) == 0);
    cr_assert(cbi_secret_from_passphrase(words[1], salts[0], &other, NULL) == CBANK_OK);
    cr_assert(memcmp(&one, &other, sizeof(one)) != 0);
    cr_assert(cbi_secret_from_passphrase(words[0], salts[1], &other, NULL) == CBANK_OK);
    cr_assert(memcmp(&one, &other, sizeof(one)) != 0);
    cr_assert(cbi_secret_from_passphrase(cbi_bytes_of(long_words, sizeof(long_words)), salts[0],
                                         &other, NULL) == CBANK_E_TOO_LARGE);
}

Test(secret, is_wiped_and_randomness_is_not_zero)
{
    static const cbi_secret zero;
    cbi_secret secret = zero;
    cbi_secret another = zero;

    cr_assert(cbi_random(secret.bytes, CBI_SECRET_SIZE, NULL) == CBANK_OK);
    cr_assert(cbi_random(another.bytes, CBI_SECRET_SIZE, NULL) == CBANK_OK);
    cr_assert(memcmp(&secret, &zero, sizeof(zero)) != 0);
    cr_assert(memcmp(&secret, &another, sizeof(zero)) != 0);
    cbi_secret_wipe(&secret);
    cr_assert(memcmp(&secret, &zero, sizeof(zero)) == 0);
}
