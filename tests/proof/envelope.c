/* Envelopes: what is signed, by whom, and in which form alone. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "proof/envelope.h"
#include "proof/signers.h"
#include "wire/field.h"

#define TYPE CBI_ENVELOPE_TYPE("batch")
#define BYTES(text) cbi_bytes_of(text, sizeof(text) - 1)

static cbank_error err;

static cbank_buffer sign(cbi_bytes payload, const cbi_private *const *keys, size_t count)
{
    cbank_buffer out = {0};

    cr_assert_eq(cbi_envelope_sign(TYPE, payload, keys, count, &out, &err), CBANK_OK);
    return out;
}

static cbi_envelope parse(const cbank_buffer *bytes)
{
    cbi_envelope envelope = {0};

    cr_assert_eq(cbi_envelope_parse(cbi_bytes_of_buffer(bytes), TYPE, &envelope, &err), CBANK_OK,
                 "%s %s", err.object, err.detail);
    return envelope;
}

static void put(cbank_buffer *out, uint32_t number, cbi_bytes bytes)
{
    cr_assert_eq(cbi_field_write_bytes(out, number, bytes, NULL), CBANK_OK);
}

/* An envelope of the given serialised signatures, of which a NULL is left out. */
static cbank_buffer build(cbi_bytes payload, cbi_bytes type, const cbi_bytes *signatures,
                          size_t count)
{
    cbank_buffer out = {0};

    if (payload.data != NULL)
        put(&out, 1, payload);
    if (type.data != NULL)
        put(&out, 2, type);
    for (size_t i = 0; i < count; i++)
        put(&out, 3, signatures[i]);
    return out;
}

static void refuses(cbank_buffer bytes, cbank_status status, const char *object)
{
    cbi_envelope envelope = {0};

    cr_expect_eq(cbi_envelope_parse(cbi_bytes_of_buffer(&bytes), TYPE, &envelope, &err), status,
                 "answers %d, %s", err.status, err.object);
    cr_expect_str_eq(err.object, object);
    cr_expect_null(envelope.payload.data, "nothing is handed out of what is refused");
    cbank_buffer_clear(&bytes);
}

Test(envelope, the_signed_bytes_carry_both_lengths_in_decimal)
{
    cbank_buffer pae = {0};

    cr_assert_eq(cbi_envelope_pae(BYTES("t/y"), BYTES(""), &pae, &err), CBANK_OK);
    cr_assert_eq(cbi_envelope_pae(BYTES(""), BYTES("ten bytes!"), &pae, &err), CBANK_OK);
    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&pae),
                              BYTES("DSSEv1 3 t/y 0 DSSEv1 0  10 ten bytes!")));
    cbank_buffer_clear(&pae);
}

Test(envelope, what_a_key_signed_verifies_with_that_key_and_no_other)
{
    for (size_t s = 0; s < SIGNERS_SUITES; s++) {
        cbi_private *key = signers_new_key(signers_suites[s]);
        cbi_private *other = signers_new_key(signers_suites[s]);
        const cbi_private *const keys[] = {key};
        cbank_buffer bytes = sign(BYTES("payload"), keys, 1);
        cbi_envelope envelope = parse(&bytes);

        cr_expect(cbi_bytes_equal(envelope.payload, BYTES("payload")));
        cr_expect(cbi_bytes_equal(envelope.payload_type, BYTES(TYPE)));
        cr_expect_eq(envelope.signature_count, 1);
        cr_expect_eq(cbi_envelope_verify(&envelope, cbi_private_public(key), &err), CBANK_OK);
        cr_expect_eq(cbi_envelope_verify(&envelope, cbi_private_public(other), &err),
                     CBANK_E_BAD_SIGNATURE);
        cbank_buffer_clear(&bytes);
        cbi_private_free(other);
        cbi_private_free(key);
    }
}

Test(envelope, a_key_of_another_suite_does_not_verify)
{
    cbi_private *key = signers_new_key(CBI_SUITE_SHA256_ED25519);
    cbi_private *other = signers_new_key(CBI_SUITE_SM3_SM2);
    const cbi_private *const keys[] = {key};
    cbank_buffer bytes = sign(BYTES("payload"), keys, 1);
    cbi_envelope envelope = parse(&bytes);

    cr_expect_eq(cbi_envelope_verify(&envelope, cbi_private_public(other), &err),
                 CBANK_E_BAD_SIGNATURE);
    cbank_buffer_clear(&bytes);
    cbi_private_free(other);
    cbi_private_free(key);
}

Test(envelope, the_payload_is_lent_from_the_bytes)
{
    cbi_private *key = signers_new_key(CBI_SUITE_SHA256_ED25519);
    const cbi_private *const keys[] = {key};
    cbank_buffer bytes = sign(BYTES("payload"), keys, 1);
    cbi_envelope envelope = parse(&bytes);

    cr_expect_eq(envelope.payload.data, bytes.data + 2);
    cbank_buffer_clear(&bytes);
    cbi_private_free(key);
}

Test(envelope, two_signatures_verify_in_their_order_and_only_both)
{
    cbi_private *first = signers_new_key(CBI_SUITE_SHA256_ED25519);
    cbi_private *second = signers_new_key(CBI_SUITE_SHA256_ED25519);
    const cbi_private *const keys[] = {first, second};
    const cbi_public *const right[] = {cbi_private_public(first), cbi_private_public(second)};
    const cbi_public *const wrong[] = {cbi_private_public(second), cbi_private_public(first)};
    cbank_buffer bytes = sign(BYTES("payload"), keys, 2);
    cbi_envelope envelope = parse(&bytes);

    cr_expect_eq(cbi_envelope_verify_all(&envelope, right, 2, &err), CBANK_OK);
    cr_expect_eq(cbi_envelope_verify_all(&envelope, wrong, 2, &err), CBANK_E_BAD_SIGNATURE);
    cr_expect_eq(cbi_envelope_verify_all(&envelope, right, 1, &err), CBANK_E_BAD_SIGNATURE);
    cr_expect_eq(cbi_envelope_verify_all(&envelope, right, 0, &err), CBANK_E_BAD_SIGNATURE);
    cr_expect_eq(cbi_envelope_verify(&envelope, right[0], &err), CBANK_E_BAD_SIGNATURE);
    cr_expect_eq(err.reason, (int32_t)CBI_REASON_ENVELOPE_SIGNERS);
    cr_expect_eq(err.where, 1);
    cbank_buffer_clear(&bytes);
    cbi_private_free(second);
    cbi_private_free(first);
}

Test(envelope, one_signature_is_not_two)
{
    cbi_private *key = signers_new_key(CBI_SUITE_SHA256_ED25519);
    const cbi_private *const keys[] = {key};
    const cbi_public *const both[] = {cbi_private_public(key), cbi_private_public(key)};
    cbank_buffer bytes = sign(BYTES("payload"), keys, 1);
    cbi_envelope envelope = parse(&bytes);

    cr_expect_eq(cbi_envelope_verify_all(&envelope, both, 2, &err), CBANK_E_BAD_SIGNATURE);
    cbank_buffer_clear(&bytes);
    cbi_private_free(key);
}

Test(envelope, whatever_bit_is_flipped_nothing_verifies)
{
    cbi_private *key = signers_new_key(CBI_SUITE_SHA256_ED25519);
    const cbi_private *const keys[] = {key};
    cbank_buffer bytes = sign(BYTES("payload"), keys, 1);
    size_t parsed = 0;

    for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
        cbi_envelope envelope;

        bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (cbi_envelope_parse(cbi_bytes_of_buffer(&bytes), TYPE, &envelope, &err) == CBANK_OK) {
            cr_expect_eq(cbi_envelope_verify(&envelope, cbi_private_public(key), &err),
                         CBANK_E_BAD_SIGNATURE, "bit %zu", bit);
            parsed++;
        }
        bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    printf("envelope: %zu bits flipped, %zu still parsed, none verified\n", 8 * bytes.size, parsed);
    cr_expect(parsed > 0);
    cbank_buffer_clear(&bytes);
    cbi_private_free(key);
}

Test(envelope, cut_anywhere_it_is_refused)
{
    cbi_private *key = signers_new_key(CBI_SUITE_SM3_SM2);
    const cbi_private *const keys[] = {key};
    cbank_buffer bytes = sign(BYTES("payload"), keys, 1);

    for (size_t size = 0; size < bytes.size; size++) {
        cbi_envelope envelope;

        cr_expect_neq(
            cbi_envelope_parse(cbi_bytes_of(bytes.data, size), TYPE, &envelope, &err), CBANK_OK,
            "cut at %zu", size);
    }
    cbank_buffer_clear(&bytes);
    cbi_private_free(key);
}

Test(envelope, another_type_is_not_supported_and_named)
{
    const cbi_bytes one[] = {BYTES("\x0a\x01s")};

    refuses(build(BYTES("p"), BYTES("text/plain"), one, 1), CBANK_E_UNSUPPORTED, TYPE);
    cr_expect_str_eq(err.detail, "text/plain");
    refuses(build(BYTES("p"), BYTES(TYPE " "), one, 1), CBANK_E_UNSUPPORTED, TYPE);
    refuses(build(BYTES("p"), (cbi_bytes){0}, one, 1), CBANK_E_UNSUPPORTED, TYPE);
}

Test(envelope, a_payload_and_a_signature_must_be_there)
{
    const cbi_bytes one[] = {BYTES("\x0a\x01s")};
    const cbi_bytes empty[] = {BYTES("")};

    refuses(build((cbi_bytes){0}, BYTES(TYPE), one, 1), CBANK_E_MALFORMED, "payload");
    refuses(build(BYTES("p"), BYTES(TYPE), NULL, 0), CBANK_E_MALFORMED, "signatures");
    refuses(build(BYTES("p"), BYTES(TYPE), empty, 1), CBANK_E_MALFORMED, "sig");
}

Test(envelope, a_third_signature_is_refused)
{
    const cbi_bytes three[] = {BYTES("\x0a\x01s"), BYTES("\x0a\x01t"), BYTES("\x0a\x01u")};

    refuses(build(BYTES("p"), BYTES(TYPE), three, 3), CBANK_E_MALFORMED, "signatures");
}

Test(envelope, a_keyid_is_refused)
{
    const cbi_bytes both[] = {BYTES("\x0a\x01s\x12\x01k")};
    const cbi_bytes alone[] = {BYTES("\x12\x01k")};

    refuses(build(BYTES("p"), BYTES(TYPE), both, 1), CBANK_E_MALFORMED, "keyid");
    refuses(build(BYTES("p"), BYTES(TYPE), alone, 1), CBANK_E_MALFORMED, "sig");
}

Test(envelope, a_signature_longer_than_any_suite_makes_is_refused)
{
    uint8_t bytes[2 + CBI_SIGNATURE_MAX + 1] = {0x0a, CBI_SIGNATURE_MAX + 1};
    const cbi_bytes one[] = {cbi_bytes_of(bytes, sizeof(bytes))};

    refuses(build(BYTES("p"), BYTES(TYPE), one, 1), CBANK_E_MALFORMED, "sig");
}

Test(envelope, another_form_of_the_same_fields_is_refused)
{
    cbank_buffer bytes = {0};

    put(&bytes, 2, BYTES(TYPE));
    put(&bytes, 1, BYTES("p"));
    put(&bytes, 3, BYTES("\x0a\x01s"));
    refuses(bytes, CBANK_E_MALFORMED, "payload");
    bytes = build(BYTES("p"), BYTES(TYPE), (cbi_bytes[]){BYTES("\x0a\x01s")}, 1);
    put(&bytes, 4, BYTES("x"));
    refuses(bytes, CBANK_E_UNSUPPORTED, "Envelope");
}

Test(envelope, beyond_64_kib_it_is_neither_read_nor_made)
{
    cbi_private *key = signers_new_key(CBI_SUITE_SHA256_ED25519);
    const cbi_private *const keys[] = {key};
    cbank_buffer payload = {0};
    cbank_buffer out = {0};

    cr_assert_eq(cbi_buffer_reserve(&payload, CBI_ENVELOPE_MAX, NULL), CBANK_OK);
    memset(payload.data, 'p', CBI_ENVELOPE_MAX);
    payload.size = CBI_ENVELOPE_MAX - 120; /* 40 bytes of type, 64 of signature, 12 of tags */
    cr_assert_eq(
        cbi_envelope_sign(TYPE, cbi_bytes_of_buffer(&payload), keys, 1, &out, &err), CBANK_OK);
    cr_expect(out.size <= CBI_ENVELOPE_MAX && out.size > CBI_ENVELOPE_MAX - 16);
    parse(&out);
    out.size = 0;
    payload.size += 16;
    cr_expect_eq(cbi_envelope_sign(TYPE, cbi_bytes_of_buffer(&payload), keys, 1, &out, &err),
                 CBANK_E_TOO_LARGE);
    cr_expect_eq(out.size, 0);
    refuses(build(cbi_bytes_of_buffer(&payload), BYTES(TYPE),
                  (cbi_bytes[]){cbi_bytes_of("\x0a\x40" /* and 64 bytes of a signature */
                                             "0123456789abcdef0123456789abcdef"
                                             "0123456789abcdef0123456789abcdef",
                                             66)},
                  1),
            CBANK_E_TOO_LARGE, "");
    cbank_buffer_clear(&payload);
    cbank_buffer_clear(&out);
    cbi_private_free(key);
}

Test(envelope, what_nobody_would_read_is_not_signed)
{
    cbi_private *key = signers_new_key(CBI_SUITE_SHA256_ED25519);
    const cbi_private *const keys[] = {key, key, key};
    cbank_buffer out = {0};

    cr_expect_eq(cbi_envelope_sign(TYPE, BYTES(""), keys, 1, &out, &err), CBANK_E_MALFORMED);
    cr_expect_eq(cbi_envelope_sign(TYPE, BYTES("p"), keys, 0, &out, &err), CBANK_E_MALFORMED);
    cr_expect_eq(cbi_envelope_sign(TYPE, BYTES("p"), keys, 3, &out, &err), CBANK_E_MALFORMED);
    cr_expect_eq(out.size, 0);
    cbi_private_free(key);
}

Test(envelope, its_id_is_the_digest_of_its_payload_under_a_label)
{
    cbi_hasher *hasher = NULL;
    cbi_hash expected;
    cbi_hash id;

    cr_assert_eq(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, &err), CBANK_OK);
    cr_assert_eq(cbi_envelope_id(hasher, BYTES("payload"), &id, &err), CBANK_OK);
    cr_assert_eq(cbi_digest_sha256(BYTES("cbank/v1/payload\0payload"), &expected, &err), CBANK_OK);
    cr_expect(cbi_hash_equal(&id, &expected));
    cbi_hasher_free(hasher);
}
