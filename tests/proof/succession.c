/* Root keys that follow one another: an old pin leads to today's key, and to no other. */
#include <criterion/criterion.h>

#include <string.h>

#include "proof/signers.h"
#include "proof/succession.h"

#define ORIGIN "bank.example/credit/sha256-ed25519/1"
#define LINKS 3

typedef struct chain {
    cbi_suite suite;
    cbi_private *keys[LINKS + 1];
    cbank_buffer files[LINKS];
    cbi_succession links[LINKS];
    ProtobufCBinaryData envelopes[LINKS];
} chain;

static chain it;

static void link_up(size_t i, const char *origin, uint32_t epoch, const cbi_private *earlier,
                    const cbi_private *next)
{
    cbank_buffer_clear(&it.files[i]);
    cbi_succession_clear(&it.links[i]);
    cr_assert_eq(cbi_succession_make(origin, epoch, 1700000000, earlier, next, &it.files[i], NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_succession_open(it.suite, cbi_bytes_of_buffer(&it.files[i]), &it.links[i],
                                     NULL),
                 CBANK_OK);
    it.envelopes[i] = cbi_message_data(it.links[i].bytes);
}

static void begin(cbi_suite suite)
{
    it = (chain){.suite = suite};
    for (size_t i = 0; i <= LINKS; i++)
        it.keys[i] = signers_new_key(suite);
    for (size_t i = 0; i < LINKS; i++)
        link_up(i, ORIGIN, (uint32_t)i + 2, it.keys[i], it.keys[i + 1]);
}

static void start(void)
{
    begin(CBI_SUITE_SHA256_ED25519);
}

static void end(void)
{
    for (size_t i = 0; i < LINKS; i++) {
        cbi_succession_clear(&it.links[i]);
        cbank_buffer_clear(&it.files[i]);
    }
    for (size_t i = 0; i <= LINKS; i++)
        cbi_private_free(it.keys[i]);
}

TestSuite(succession, .init = start, .fini = end);

static cbank_status follow(size_t first, size_t count, size_t last, cbi_root_keys *out,
                           cbank_error *err)
{
    return cbi_succession_follow(it.suite, ORIGIN, it.envelopes + first, count,
                                 cbi_private_public(it.keys[last]), out, err);
}

static void broken(size_t first, size_t count, size_t last, uint64_t epoch, const char *why)
{
    cbank_error err = {0};
    cbi_root_keys roots;

    cr_expect_eq(follow(first, count, last, &roots, &err), CBANK_E_UNTRUSTED_KEY);
    cr_expect_eq(err.reason, CBI_REASON_SUCCESSION_BROKEN);
    cr_expect_eq(err.where, epoch, "%s: epoch %llu", why, (unsigned long long)err.where);
    cr_expect_str_eq(err.detail, why);
}

Test(succession, whoever_pinned_any_of_the_keys_can_follow_in_both_suites)
{
    end();
    for (size_t s = 0; s < SIGNERS_SUITES; s++) {
        cbi_root_keys roots;

        begin(signers_suites[s]);
        cr_assert_eq(follow(0, LINKS, LINKS, &roots, NULL), CBANK_OK);
        cr_expect_eq(roots.count, LINKS + 1u);
        for (size_t i = 0; i <= LINKS; i++) {
            cbi_hash fingerprint;
            uint32_t epoch;

            cr_assert_eq(cbi_public_fingerprint(cbi_private_public(it.keys[i]), &fingerprint,
                                                NULL),
                         CBANK_OK);
            cr_assert_eq(cbi_root_keys_find(&roots, &fingerprint, &epoch, NULL), CBANK_OK);
            cr_expect_eq(epoch, i + 1);
            fingerprint.bytes[3] ^= 1;
            cr_assert_eq(cbi_root_keys_find(&roots, &fingerprint, &epoch, NULL), CBANK_OK);
            cr_expect_eq(epoch, 0u);
        }
        if (s + 1 < SIGNERS_SUITES)
            end();
    }
}

Test(succession, without_a_link_the_key_is_the_first)
{
    cbi_root_keys roots;

    cr_assert_eq(follow(0, 0, 2, &roots, NULL), CBANK_OK);
    cr_expect_eq(roots.count, 1u);
    cr_expect(cbi_public_equal(&roots.keys[0], cbi_private_public(it.keys[2])));
}

Test(succession, a_gap_a_wrong_end_and_a_wrong_beginning_are_refused)
{
    broken(0, LINKS, LINKS - 1, 4, "today's key");
    broken(0, 2, LINKS, 3, "today's key");
    broken(1, 2, LINKS, 2, "number"); /* the first link is missing */
    it.envelopes[1] = it.envelopes[2];
    broken(0, 2, LINKS, 3, "number"); /* epoch 3 is skipped */
}

Test(succession, a_link_of_another_bank_or_of_another_key_is_refused)
{
    cbi_private *other = signers_new_key(it.suite);

    link_up(1, "bank.example/credit/sha256-ed25519/2", 3, it.keys[1], it.keys[2]);
    broken(0, LINKS, LINKS, 3, "origin");
    link_up(1, ORIGIN, 3, other, it.keys[2]);
    broken(0, LINKS, LINKS, 3, "earlier key");
    link_up(1, ORIGIN, 3, it.keys[1], it.keys[0]);
    broken(0, LINKS, LINKS, 3, "key used before");
    cbi_private_free(other);
}

/* Each bit of a link is bound by the signatures of both keys, or by its form. */
Test(succession, no_byte_of_a_link_can_be_changed)
{
    cbi_bytes link = it.links[1].bytes;
    uint8_t copy[1024];
    cbi_root_keys roots;

    cr_assert_leq(link.size, sizeof(copy));
    for (size_t i = 0; i < link.size; i++) {
        memcpy(copy, link.data, link.size);
        copy[i] ^= (uint8_t)(1u << i % 8);
        it.envelopes[1] = (ProtobufCBinaryData){link.size, copy};
        cr_expect_eq(follow(0, LINKS, LINKS, &roots, NULL), CBANK_E_UNTRUSTED_KEY, "byte %zu", i);
    }
    for (size_t size = 0; size < link.size; size++) {
        it.envelopes[1] = (ProtobufCBinaryData){size, copy};
        cr_expect_eq(follow(0, LINKS, LINKS, &roots, NULL), CBANK_E_UNTRUSTED_KEY, "size %zu",
                     size);
    }
}

Test(succession, both_keys_sign_it_and_in_this_order)
{
    const cbi_private *orders[][2] = {{it.keys[1], it.keys[0]}, {it.keys[0], it.keys[0]},
                                      {it.keys[1], it.keys[1]}};
    cbi_envelope envelope;

    cr_assert_eq(cbi_envelope_parse(it.links[0].bytes, CBI_SUCCESSION_TYPE, &envelope, NULL),
                 CBANK_OK);
    for (size_t i = 0; i < 3; i++) {
        cbank_buffer forged = {0};

        cr_assert_eq(cbi_envelope_sign(CBI_SUCCESSION_TYPE, envelope.payload, orders[i], 2,
                                       &forged, NULL),
                     CBANK_OK);
        it.envelopes[0] = (ProtobufCBinaryData){forged.size, forged.data};
        broken(0, LINKS, LINKS, 2, "BAD_SIGNATURE");
        cbank_buffer_clear(&forged);
    }
    for (size_t i = 0; i < 2; i++) {
        cbank_buffer forged = {0};
        const cbi_private *key = it.keys[i];

        cr_assert_eq(cbi_envelope_sign(CBI_SUCCESSION_TYPE, envelope.payload, &key, 1, &forged,
                                       NULL),
                     CBANK_OK);
        it.envelopes[0] = (ProtobufCBinaryData){forged.size, forged.data};
        broken(0, LINKS, LINKS, 2, "ENVELOPE_SIGNERS");
        cbank_buffer_clear(&forged);
    }
}

Test(succession, is_not_made_for_another_suite_nor_for_oneself_nor_as_the_first)
{
    cbi_private *sm2 = signers_new_key(CBI_SUITE_SM3_SM2);
    cbank_buffer file = {0};
    cbank_error err = {0};

    cr_expect_eq(cbi_succession_make(ORIGIN, 2, 1, it.keys[0], sm2, &file, &err),
                 CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_SUCCESSION_NOT_NEXT);
    cr_expect_eq(cbi_succession_make(ORIGIN, 2, 1, it.keys[0], it.keys[0], &file, &err),
                 CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_KEY_USED_BEFORE);
    cr_expect_eq(cbi_succession_make(ORIGIN, 1, 1, it.keys[0], it.keys[1], &file, &err),
                 CBANK_E_INVALID);
    cr_expect_eq(cbi_succession_make("Bank", 2, 1, it.keys[0], it.keys[1], &file, &err),
                 CBANK_E_INVALID);
    cr_expect_eq(file.size, 0u);
    cbi_private_free(sm2);
}

Test(succession, more_than_the_limit)
{
    ProtobufCBinaryData many[CBI_ROOT_KEYS_MAX];
    cbank_error err = {0};
    cbi_root_keys roots;

    for (size_t i = 0; i < CBI_ROOT_KEYS_MAX; i++)
        many[i] = it.envelopes[0];
    cr_expect_eq(cbi_succession_follow(it.suite, ORIGIN, many, CBI_ROOT_KEYS_MAX,
                                       cbi_private_public(it.keys[0]), &roots, &err),
                 CBANK_E_UNTRUSTED_KEY);
    cr_expect_str_eq(err.detail, "too long");
}
