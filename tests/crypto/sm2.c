#include "crypto/key.h"

#include "base/text.h"
#include "crypto/fixture.h"
#include "vector.h"

#define NUMBER_SIZE 32

/* The order of the SM2 group. */
static const char order_hex[] = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";

/* Annex A of GB/T 32918.5: one key and one signature, from the file of third-party vectors. */
typedef struct annex_a {
    cbi_public key;
    cbi_bytes message;
    uint8_t r[NUMBER_SIZE];
    uint8_t s[NUMBER_SIZE];
} annex_a;

static void read_number(const char *json, const char *name, uint8_t out[NUMBER_SIZE])
{
    char quoted[16];
    const char *begin;

    snprintf(quoted, sizeof(quoted), "\"%s\":\"", name);
    begin = strstr(json, quoted);
    cr_assert(begin != NULL, "%s", name);
    cr_assert(cbi_hex_decode(cbi_bytes_of(begin + strlen(quoted), (size_t)2 * NUMBER_SIZE), out,
                             NUMBER_SIZE));
}

static void read_annex(annex_a *out)
{
    char *json = vector_read("sm2-gbt32918/gbt32918_5_annexA.json");
    uint8_t point[1 + 2 * NUMBER_SIZE] = {0x04};

    if (json == NULL)
        cr_skip();
    read_number(json, "x", point + 1);
    read_number(json, "y", point + 1 + NUMBER_SIZE);
    read_number(json, "r", out->r);
    read_number(json, "s", out->s);
    out->message = cbi_bytes_of_text("message digest");
    cr_assert(cbi_public_parse(CBI_SUITE_SM3_SM2, cbi_bytes_of(point, sizeof(point)), &out->key,
                               NULL) == CBANK_OK);
    free(json);
}

/* Big-endian with one byte more, for sums that need it. */
typedef struct number {
    uint8_t bytes[NUMBER_SIZE + 1];
} number;

static number number_of(const uint8_t bytes[NUMBER_SIZE])
{
    number wide = {0};

    memcpy(wide.bytes + 1, bytes, NUMBER_SIZE);
    return wide;
}

static number order(void)
{
    uint8_t bytes[NUMBER_SIZE];

    cr_assert(cbi_hex_decode(cbi_bytes_of_text(order_hex), bytes, NUMBER_SIZE));
    return number_of(bytes);
}

/* a + sign * b. */
static number combine(number a, int sign, number b)
{
    int carry = 0;

    for (int i = NUMBER_SIZE; i >= 0; i--) {
        int sum = a.bytes[i] + sign * b.bytes[i] + carry;

        a.bytes[i] = (uint8_t)sum;
        carry = (sum - a.bytes[i]) / 256;
    }
    return a;
}

/* One INTEGER: shortest, but for `padding` zeros too many. */
static void append_integer(cbank_buffer *out, number value, size_t padding)
{
    uint8_t text[NUMBER_SIZE + 1 + 1];
    size_t skip = 0;
    size_t size;

    while (skip < NUMBER_SIZE && value.bytes[skip] == 0 && value.bytes[skip + 1] < 0x80)
        skip++;
    size = NUMBER_SIZE + 1 - skip + padding;
    memset(text, 0, sizeof(text));
    memcpy(text + padding, value.bytes + skip, size - padding);
    cr_assert(cbi_buffer_append(out, cbi_bytes_of((uint8_t[]){0x02, (uint8_t)size}, 2), NULL) ==
              CBANK_OK);
    cr_assert(cbi_buffer_append(out, cbi_bytes_of(text, size), NULL) == CBANK_OK);
}

/* SEQUENCE { r, s }; a long form of its length is not DER. */
static cbank_buffer encode(number r, number s, size_t padding, bool long_form)
{
    cbank_buffer body = {0};
    cbank_buffer der = {0};

    append_integer(&body, r, padding);
    append_integer(&body, s, 0);
    cr_assert(cbi_buffer_append(&der, cbi_bytes_of_text(long_form ? "\x30\x81" : "\x30"), NULL) ==
              CBANK_OK);
    cr_assert(cbi_buffer_append(&der, cbi_bytes_of((uint8_t[]){(uint8_t)body.size}, 1), NULL) ==
              CBANK_OK);
    cr_assert(cbi_buffer_append(&der, cbi_bytes_of_buffer(&body), NULL) == CBANK_OK);
    cbank_buffer_clear(&body);
    return der;
}

/*
 * The outcomes file names each mutation and what OpenSSL answered: 1 if good. Signatures made
 * under another id stand for "wrong id" and "no id": here nobody can choose the id.
 */
static bool expected_of(const char *outcomes, const char *name)
{
    char quoted[64];
    const char *found;

    snprintf(quoted, sizeof(quoted), "[\"%s\",", name);
    found = strstr(outcomes, quoted);
    cr_assert(found != NULL, "no outcome for %s", name);
    return found[strlen(quoted)] == '1';
}

static void check(fixture_tally *tally, const char *outcomes, const annex_a *annex,
                  const char *name, cbank_buffer signature)
{
    bool expected = expected_of(outcomes, name);
    cbank_status status =
        cbi_verify(&annex->key, annex->message, cbi_bytes_of_buffer(&signature), NULL);

    fixture_count(tally, status == (expected ? CBANK_OK : CBANK_E_BAD_SIGNATURE), name,
                  (long)status);
    cbank_buffer_clear(&signature);
}

static cbank_buffer from_hex(const char *hex)
{
    cbank_buffer bytes = {0};

    fixture_hex(hex, &bytes);
    return bytes;
}

static void check_forms(fixture_tally *tally, const char *outcomes, const annex_a *annex)
{
    const number r = number_of(annex->r);
    const number s = number_of(annex->s);
    cbank_buffer der = encode(r, s, 0, false);

    cr_assert(cbi_buffer_append(&der, cbi_bytes_of("\0", 1), NULL) == CBANK_OK);
    check(tally, outcomes, annex, "trailing byte after DER", der);
    der = (cbank_buffer){0};
    cr_assert(cbi_buffer_append(&der, cbi_bytes_of(annex->r, NUMBER_SIZE), NULL) == CBANK_OK);
    cr_assert(cbi_buffer_append(&der, cbi_bytes_of(annex->s, NUMBER_SIZE), NULL) == CBANK_OK);
    check(tally, outcomes, annex, "raw r||s 64 bytes", der);
    check(tally, outcomes, annex, "valid", encode(r, s, 0, false));
    check(tally, outcomes, annex, "BER long-form length", encode(r, s, 0, true));
    check(tally, outcomes, annex, "r with extra leading 00", encode(r, s, 1, false));
    check(tally, outcomes, annex, "empty signature", (cbank_buffer){0});
}

static void check_numbers(fixture_tally *tally, const char *outcomes, const annex_a *annex)
{
    const number r = number_of(annex->r);
    const number s = number_of(annex->s);
    const number n = order();
    const number zero = {0};
    const struct {
        const char *name;
        number r;
        number s;
    } cases[] = {
        {"r+n", combine(r, 1, n), s},
        {"s+n", r, combine(s, 1, n)},
        {"s -> n-s", r, combine(n, -1, s)},
        {"r=0", zero, s},
        {"s=0", r, zero},
        {"r=n", n, s},
        {"s=n", r, n},
        {"r and s swapped", s, r},
        {"s=n-r (t=0)", r, combine(n, -1, r)},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check(tally, outcomes, annex, cases[i].name, encode(cases[i].r, cases[i].s, 0, false));
}

static void check_ids(fixture_tally *tally, const char *outcomes, const annex_a *annex)
{
    check(tally, outcomes, annex, "wrong id", /* ALICE123@YAHOO.COM */
          from_hex("304402206c7d0bcb17e8ab9f7e74819c89fa303d329b2625e6a9a4749f53949b5080302e0220"
                   "40193847bf8d57c5284fe97cc0fc28f9214b0ea1aeeb32815299350bf18d29b8"));
    check(tally, outcomes, annex, "no id set (empty id)",
          from_hex("30450220253fb6180cf8017aa2f1bf6f9df019d14939dbe54f95acaf398daf3b1ec51bc90221"
                   "00c04ef31f79536a9d5220de27b9fc5d2743d1dd9d47ecf62669c4d8c9883f2c07"));
}

Test(sm2, verifies_the_signature_of_the_standard_and_refuses_every_mutation)
{
    char *outcomes;
    annex_a annex;
    /* Two outcomes are about the order of OpenSSL's calls, not about a signature. */
    fixture_tally tally = {.skipped = 2};

    read_annex(&annex);
    outcomes = vector_read("sm2-gbt32918/mutations.json");
    if (outcomes == NULL)
        cr_skip();
    check_forms(&tally, outcomes, &annex);
    check_numbers(&tally, outcomes, &annex);
    check_ids(&tally, outcomes, &annex);
    free(outcomes);
    fixture_report("GB/T 32918.5 SM2", &tally, 17);
}

/* A key made elsewhere, without its public half, signs what the standard's public key verifies. */
Test(sm2, signs_under_the_default_id)
{
    uint8_t raw[NUMBER_SIZE];
    annex_a annex;
    cbi_private *key;
    cbank_buffer signature = {0};
    char *json;

    read_annex(&annex);
    json = vector_read("sm2-gbt32918/gbt32918_5_annexA.json");
    read_number(json, "d", raw);
    free(json);
    key = fixture_key_of(CBI_SUITE_SM3_SM2, cbi_bytes_of(raw, sizeof(raw)));
    cr_assert(cbi_public_equal(cbi_private_public(key), &annex.key));
    cr_assert(cbi_sign(key, annex.message, &signature, NULL) == CBANK_OK);
    cr_assert(cbi_verify(&annex.key, annex.message, cbi_bytes_of_buffer(&signature), NULL) ==
              CBANK_OK);
    cbank_buffer_clear(&signature);
    cbi_private_free(key);
}

Test(sm2, signature_has_no_bit_that_may_change_and_no_byte_that_may_go)
{
    cbi_private *key = fixture_key(CBI_SUITE_SM3_SM2);
    const cbi_public *public = cbi_private_public(key);
    const cbi_bytes message = cbi_bytes_of_text("18 学分");
    cbank_buffer signature = {0};

    cr_assert(cbi_sign(key, message, &signature, NULL) == CBANK_OK);
    cr_assert(signature.size <= CBI_SIGNATURE_MAX);
    cr_assert(cbi_verify(public, message, cbi_bytes_of_buffer(&signature), NULL) == CBANK_OK);
    for (size_t bit = 0; bit < 8 * signature.size; bit++) {
        signature.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert(cbi_verify(public, message, cbi_bytes_of_buffer(&signature), NULL) ==
                  CBANK_E_BAD_SIGNATURE);
        signature.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t size = 0; size < signature.size; size++)
        cr_assert(cbi_verify(public, message, cbi_bytes_of(signature.data, size), NULL) ==
                  CBANK_E_BAD_SIGNATURE);
    cbank_buffer_clear(&signature);
    cbi_private_free(key);
}

Test(sm2, never_signs_twice_with_one_nonce)
{
    cbi_private *key = fixture_key(CBI_SUITE_SM3_SM2);
    cbank_buffer one = {0};
    cbank_buffer other = {0};

    cr_assert(cbi_sign(key, cbi_bytes_of_text("m"), &one, NULL) == CBANK_OK);
    cr_assert(cbi_sign(key, cbi_bytes_of_text("m"), &other, NULL) == CBANK_OK);
    cr_assert_not(cbi_bytes_equal(cbi_bytes_of_buffer(&one), cbi_bytes_of_buffer(&other)));
    cbank_buffer_clear(&one);
    cbank_buffer_clear(&other);
    cbi_private_free(key);
}
