#include "proof/checkpoint.h"

#include <criterion/criterion.h>

#include <string.h>

#include "proof/signers.h"

#define ORIGIN "bank.example/credit/sha256-ed25519/1"
#define ROOT "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo="

static cbi_checkpoint sample(const char *origin)
{
    cbi_checkpoint checkpoint = {.origin = cbi_bytes_of_text(origin), .size = 109482};

    memset(checkpoint.root.bytes, 0xaa, CBI_HASH_SIZE);
    return checkpoint;
}

static cbank_status decode(const char *text)
{
    cbi_checkpoint read;

    return cbi_checkpoint_decode(cbi_bytes_of_text(text), &read, NULL);
}

Test(checkpoint, is_three_lines)
{
    cbi_checkpoint checkpoint = sample(ORIGIN);
    cbi_checkpoint read;
    cbank_buffer text = {0};

    cr_assert_eq(cbi_checkpoint_encode(&checkpoint, &text, NULL), CBANK_OK);
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&text),
                              cbi_bytes_of_text(ORIGIN "\n109482\n" ROOT "\n")));
    cr_assert_eq(cbi_checkpoint_decode(cbi_bytes_of_buffer(&text), &read, NULL), CBANK_OK);
    cr_assert(cbi_bytes_equal(read.origin, checkpoint.origin));
    cr_assert_eq(read.size, checkpoint.size);
    cr_assert(cbi_hash_equal(&read.root, &checkpoint.root));
    cbank_buffer_clear(&text);
}

Test(checkpoint, has_exactly_three_lines_a_plain_size_and_a_canonical_root)
{
    static const char *const bad[] = {
        "",
        "\n",
        ORIGIN,
        ORIGIN "\n",
        ORIGIN "\n5\n",
        ORIGIN "\n5\n" ROOT,
        ORIGIN "\n5\n" ROOT "\nextension\n",
        ORIGIN "\n5\n" ROOT "\n\n",
        ORIGIN "\n5\n" ROOT "\nx",
        "\n5\n" ROOT "\n",
        ORIGIN "\n05\n" ROOT "\n",
        ORIGIN "\n00\n" ROOT "\n",
        ORIGIN "\n+5\n" ROOT "\n",
        ORIGIN "\n-5\n" ROOT "\n",
        ORIGIN "\n 5\n" ROOT "\n",
        ORIGIN "\n5 \n" ROOT "\n",
        ORIGIN "\n\n" ROOT "\n",
        ORIGIN "\n0x5\n" ROOT "\n",
        ORIGIN "\n9223372036854775808\n" ROOT "\n",
        ORIGIN "\n18446744073709551616\n" ROOT "\n",
        ORIGIN "\n5\n\n",
        ORIGIN "\n5\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo\n",
        ORIGIN "\n5\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqp=\n", /* trailing bits */
        ORIGIN "\n5\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\n", /* 33 bytes */
        ORIGIN "\n5\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqg==\n", /* 31 bytes */
        ORIGIN "\n5\n" ROOT " \n",
        ORIGIN "\r\n5\r\n" ROOT "\r\n",
        ORIGIN "\n5\r\n" ROOT "\n",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_assert_eq(decode(bad[i]), CBANK_E_MALFORMED, "text %zu", i);
    cr_assert_eq(decode(ORIGIN "\n0\n" ROOT "\n"), CBANK_OK);
    cr_assert_eq(decode(ORIGIN "\n9223372036854775807\n" ROOT "\n"), CBANK_OK);
}

Test(checkpoint, of_another_log_may_have_any_clean_origin_that_fits)
{
    char text[CBI_ORIGIN_MAX + 128];

    cr_assert_eq(decode("go.sum database tree\n5\n" ROOT "\n"), CBANK_OK);
    cr_assert_eq(decode("学分银行\n5\n" ROOT "\n"), CBANK_OK);
    cr_assert_eq(decode("a\tb\n5\n" ROOT "\n"), CBANK_E_MALFORMED);
    cr_assert_eq(decode("\xff\n5\n" ROOT "\n"), CBANK_E_MALFORMED);
    memset(text, 'a', CBI_ORIGIN_MAX + 1);
    strcpy(text + CBI_ORIGIN_MAX, "\n5\n" ROOT "\n");
    cr_assert_eq(decode(text), CBANK_OK);
    strcpy(text + CBI_ORIGIN_MAX, "a\n5\n" ROOT "\n");
    cr_assert_eq(decode(text), CBANK_E_MALFORMED);
}

Test(checkpoint, has_an_origin_of_at_least_two_parts)
{
    static const char *const good[] = {"a/b", "bank.example/credit/sm3-sm2/12", "0-1/.", ORIGIN};
    static const char *const bad[] = {"",      "a",    "/",       "a/",        "/a",   "a//b",
                                      "A/b",   "a/B",  "a b/c",   "a/b\n",     "a_/b", "a/b/",
                                      "学/分", "a/b+", "a/b\xff", "http://a/b"};
    char longest[CBI_ORIGIN_MAX + 2] = {0};

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        cr_assert(cbi_origin_is_valid(cbi_bytes_of_text(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cbi_checkpoint checkpoint = sample(bad[i]);
        cbank_buffer text = {0};

        cr_assert(!cbi_origin_is_valid(cbi_bytes_of_text(bad[i])), "%s", bad[i]);
        cr_assert_eq(cbi_checkpoint_encode(&checkpoint, &text, NULL), CBANK_E_INVALID);
        cr_assert_eq(text.size, 0);
    }
    memset(longest, 'a', CBI_ORIGIN_MAX + 1);
    longest[1] = '/';
    cr_assert(cbi_origin_is_valid(cbi_bytes_of(longest, CBI_ORIGIN_MAX)));
    cr_assert(!cbi_origin_is_valid(cbi_bytes_of(longest, CBI_ORIGIN_MAX + 1)));
}

Test(checkpoint, of_a_size_that_no_tree_has_is_not_written)
{
    cbi_checkpoint checkpoint = sample(ORIGIN);
    cbank_buffer text = {0};

    checkpoint.size = CBI_TREE_SIZE_MAX + 1;
    cr_assert_eq(cbi_checkpoint_encode(&checkpoint, &text, NULL), CBANK_E_TOO_LARGE);
    cr_assert_eq(text.size, 0);
}

Test(checkpoint, signed_and_verified_is_the_same_in_both_suites)
{
    for (size_t s = 0; s < SIGNERS_SUITES; s++) {
        cbi_private *key = signers_new_key(signers_suites[s]);
        cbi_checkpoint checkpoint = sample(ORIGIN);
        cbi_checkpoint read;
        cbank_buffer note = {0};

        cr_assert_eq(cbi_checkpoint_sign(&checkpoint, key, &note, NULL), CBANK_OK);
        cr_assert_eq(cbi_checkpoint_verify(cbi_bytes_of_buffer(&note), checkpoint.origin,
                                           cbi_private_public(key), NULL, &read, NULL),
                     CBANK_OK);
        cr_assert_eq(read.size, checkpoint.size);
        cr_assert(cbi_hash_equal(&read.root, &checkpoint.root));
        note.data[strlen(ORIGIN) + 1] ^= 1; /* another size */
        cr_assert_eq(cbi_checkpoint_verify(cbi_bytes_of_buffer(&note), checkpoint.origin,
                                           cbi_private_public(key), NULL, &read, NULL),
                     CBANK_E_BAD_SIGNATURE);
        cbank_buffer_clear(&note);
        cbi_private_free(key);
    }
}

Test(checkpoint, of_another_log_under_the_trusted_name_is_not_trusted)
{
    cbi_private *key = signers_new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer note = signers_note("bank.example/other\n5\n" ROOT "\n", ORIGIN, key);
    cbi_checkpoint read;

    cr_assert_eq(cbi_checkpoint_verify(cbi_bytes_of_buffer(&note), cbi_bytes_of_text(ORIGIN),
                                       cbi_private_public(key), NULL, &read, NULL),
                 CBANK_E_UNTRUSTED_KEY);
    cbank_buffer_clear(&note);
    cbi_private_free(key);
}

Test(checkpoint, with_a_signed_extension_line_is_refused)
{
    cbi_private *key = signers_new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer note = signers_note(ORIGIN "\n5\n" ROOT "\nmore\n", ORIGIN, key);
    cbi_checkpoint read;

    cr_assert_eq(cbi_checkpoint_verify(cbi_bytes_of_buffer(&note), cbi_bytes_of_text(ORIGIN),
                                       cbi_private_public(key), NULL, &read, NULL),
                 CBANK_E_MALFORMED);
    cbank_buffer_clear(&note);
    cbi_private_free(key);
}

/* SM2 signatures vary by a byte or two, so many are tried; 452 is the most there can be. */
Test(checkpoint, of_the_longest_origin_and_size_fits_a_guard_slot)
{
    char origin[CBI_ORIGIN_MAX + 1] = {0};

    memset(origin, 'a', CBI_ORIGIN_MAX);
    origin[1] = '/';
    for (size_t s = 0; s < SIGNERS_SUITES; s++) {
        cbi_private *key = signers_new_key(signers_suites[s]);
        cbi_checkpoint checkpoint = sample(origin);
        cbank_buffer note = {0};

        checkpoint.size = CBI_TREE_SIZE_MAX;
        for (size_t round = 0; round < 50; round++) {
            note.size = 0;
            cr_assert_eq(cbi_checkpoint_sign(&checkpoint, key, &note, NULL), CBANK_OK);
            cr_assert_leq(note.size, 452, "%zu bytes", note.size);
        }
        cbank_buffer_clear(&note);
        cbi_private_free(key);
    }
}
