#include "crypto/key.h"

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/fixture.h"
#include "crypto/pkey.h"
#include "vector.h"

/* Wycheproof and CCTV, one case a line: number, expected, key, message, signature, flags. */
typedef struct flat_case {
    long number;
    bool expected;
    const char *key;
    const char *message;
    const char *signature;
    const char *flags;
} flat_case;

static bool next_case(char **cursor, flat_case *out)
{
    char *line = strsep(cursor, "\n");
    const char *fields[6] = {0};

    if (line == NULL || line[0] == '\0')
        return false;
    for (int i = 0; i < 6; i++)
        fields[i] = strsep(&line, " ");
    cr_assert(fields[4] != NULL);
    *out = (flat_case){
        strtol(fields[0], NULL, 10),       fields[1][0] == '1', fields[2], fields[3], fields[4],
        fields[5] == NULL ? "" : fields[5]};
    return true;
}

static bool verifies(const cbi_public *key, const char *message, const char *signature)
{
    cbank_buffer message_bytes = {0};
    cbank_buffer signature_bytes = {0};
    cbank_status status = cbi_verify(key, fixture_hex(message, &message_bytes),
                                     fixture_hex(signature, &signature_bytes), NULL);

    cr_assert(status == CBANK_OK || status == CBANK_E_BAD_SIGNATURE);
    cbank_buffer_clear(&message_bytes);
    cbank_buffer_clear(&signature_bytes);
    return status == CBANK_OK;
}

static cbank_status parse(const char *hex, cbi_public *out)
{
    cbank_buffer bytes = {0};
    cbank_status status =
        cbi_public_parse(CBI_SUITE_SHA256_ED25519, fixture_hex(hex, &bytes), out, NULL);

    cbank_buffer_clear(&bytes);
    return status;
}

/* Signs the same bytes, verifies, and has the public key that the vector names. */
static bool agrees(const char *private, const char *public, const char *message,
                   const char *signature)
{
    cbank_buffer raw = {0};
    cbank_buffer text = {0};
    cbank_buffer wanted = {0};
    cbank_buffer made = {0};
    cbi_private *key = fixture_key_of(CBI_SUITE_SHA256_ED25519, fixture_hex(private, &raw));
    bool same;

    cr_assert(cbi_sign(key, fixture_hex(message, &text), &made, NULL) == CBANK_OK);
    same = cbi_bytes_equal(cbi_bytes_of_buffer(&made), fixture_hex(signature, &wanted)) &&
           cbi_bytes_equal(cbi_public_bytes(cbi_private_public(key)), fixture_hex(public, &raw)) &&
           verifies(cbi_private_public(key), message, signature);
    cbi_private_free(key);
    cbank_buffer_clear(&raw);
    cbank_buffer_clear(&text);
    cbank_buffer_clear(&wanted);
    cbank_buffer_clear(&made);
    return same;
}

static void take_line(char *line, const char *fields[3], const char **signature)
{
    static const char *const names[3] = {"Privkey", "Pubkey", "Msg"};
    char *value = strchr(line, '=');

    if (value == NULL)
        return;
    value += 1 + strspn(value + 1, " ");
    for (int i = 0; i < 3; i++) {
        if (strncmp(line, names[i], strlen(names[i])) == 0)
            fields[i] = value[0] == '\0' ? "-" : value;
    }
    if (strncmp(line, "Signature", 9) == 0)
        *signature = value;
}

Test(ed25519, signs_and_verifies_as_rfc_8032_says)
{
    char *file = vector_read("rfc8032/botan_ed25519.vec");
    char *cursor = file;
    char *line;
    const char *fields[3] = {0};
    const char *signature = NULL;
    bool pure = false;
    fixture_tally tally = {0};

    if (file == NULL)
        cr_skip();
    while ((line = strsep(&cursor, "\n")) != NULL) {
        if (line[0] == '[')
            pure = strcmp(line, "[Pure]") == 0;
        take_line(line, fields, &signature);
        if (signature == NULL)
            continue;
        if (pure)
            fixture_count(&tally, agrees(fields[0], fields[1], fields[2], signature), "RFC 8032",
                          (long)tally.run);
        else
            tally.skipped++; /* prehashed, which is another algorithm */
        signature = NULL;
    }
    free(file);
    /* 658 of sign.input and 51 more of the same algorithm, which the file took from elsewhere. */
    fixture_report("RFC 8032 Ed25519", &tally, 709);
}

Test(ed25519, verifies_as_wycheproof_expects)
{
    char *file = vector_read("flat/wycheproof_ed25519.txt");
    char *cursor = file;
    flat_case one;
    cbi_public key;
    fixture_tally tally = {0};

    if (file == NULL)
        cr_skip();
    while (next_case(&cursor, &one)) {
        bool valid = parse(one.key, &key) == CBANK_OK && verifies(&key, one.message, one.signature);

        fixture_count(&tally, valid == one.expected, "Wycheproof", one.number);
    }
    free(file);
    fixture_report("Wycheproof Ed25519", &tally, 151);
}

/* A key of small order never gets in; all others are judged exactly as ref10 judges them. */
Test(ed25519, judges_edge_cases_as_ref10_but_refuses_weak_keys)
{
    char *file = vector_read("flat/cctv_ed25519.txt");
    char *cursor = file;
    flat_case one;
    cbi_public key;
    fixture_tally tally = {0};
    size_t weak = 0;

    if (file == NULL)
        cr_skip();
    while (next_case(&cursor, &one)) {
        cbank_status status = parse(one.key, &key);

        if (strstr(one.flags, "low_order_A") != NULL) {
            weak++;
            fixture_count(&tally, status == CBANK_E_UNTRUSTED_KEY, "CCTV", one.number);
            continue;
        }
        cr_assert(status == CBANK_OK);
        fixture_count(&tally, verifies(&key, one.message, one.signature) == one.expected, "CCTV",
                      one.number);
    }
    free(file);
    fprintf(stderr, "CCTV Ed25519: %zu of them have a weak key\n", weak);
    fixture_report("CCTV Ed25519", &tally, 914);
}

/* The quick yes is never the wrong one, and what it leaves to OpenSSL is accepted all the same. */
Test(ed25519, what_is_accepted_quickly_is_good_and_what_is_not_may_still_be)
{
    char *file = vector_read("flat/cctv_ed25519.txt");
    char *cursor = file;
    cbank_buffer message = {0}, signature = {0};
    size_t quick = 0, slow = 0;
    flat_case one;
    cbi_public key;

    if (file == NULL)
        cr_skip();
    while (next_case(&cursor, &one)) {
        bool good;

        if (parse(one.key, &key) != CBANK_OK)
            continue;
        good = cbi_ed25519_is_good(&key, fixture_hex(one.message, &message),
                                   fixture_hex(one.signature, &signature));
        cr_expect(!good || one.expected, "case %ld", one.number);
        quick += good;
        slow += one.expected && !good;
    }
    free(file);
    fprintf(stderr, "CCTV Ed25519: %zu accepted quickly, %zu by OpenSSL\n", quick, slow);
    cr_expect(quick > 0 && slow > 0);
    cbank_buffer_clear(&message);
    cbank_buffer_clear(&signature);
}

static void sign_with_openssl(const cbi_public *public, const cbi_secret *secret,
                              cbi_bytes message, uint8_t out[CBI_ED25519_SIGNATURE_SIZE])
{
    size_t size = CBI_ED25519_SIGNATURE_SIZE;
    EVP_MD_CTX *context = NULL;
    EVP_PKEY *pkey = NULL;

    cr_assert(cbi_pkey_of_private(public, secret, &pkey, NULL) == CBANK_OK);
    cr_assert(cbi_pkey_begin(EVP_DigestSignInit_ex, public->suite, pkey, &context, NULL) ==
              CBANK_OK);
    cr_assert(EVP_DigestSign(context, out, &size, message.data, message.size) == 1);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(pkey);
}

/* Of any key and any length of message, none among them. */
Test(ed25519, libsodium_signs_the_same_bytes_as_openssl)
{
    uint8_t quick[CBI_ED25519_SIGNATURE_SIZE], wanted[CBI_ED25519_SIGNATURE_SIZE], text[600];
    cbi_secret secret;
    cbi_public public;

    for (size_t size = 0; size < sizeof(text); size += 1 + size / 7) {
        cbi_bytes message = cbi_bytes_of(size == 0 ? NULL : text, size);

        cr_assert(cbi_random(secret.bytes, sizeof(secret.bytes), NULL) == CBANK_OK);
        cr_assert(cbi_random(text, sizeof(text), NULL) == CBANK_OK);
        cr_assert(cbi_pkey_public_of_secret(CBI_SUITE_SHA256_ED25519, &secret, &public, NULL) ==
                  CBANK_OK);
        sign_with_openssl(&public, &secret, message, wanted);
        cr_assert(cbi_ed25519_sign(&public, &secret, message, quick));
        cr_expect(memcmp(quick, wanted, sizeof(quick)) == 0, "%zu bytes", size);
    }
}

Test(ed25519, signature_has_64_bytes_and_no_other_bit_will_do)
{
    cbi_private *key = fixture_key(CBI_SUITE_SHA256_ED25519);
    const cbi_public *public = cbi_private_public(key);
    const cbi_bytes message = cbi_bytes_of_text("18 学分");
    cbank_buffer signature = {0};

    cr_assert(cbi_sign(key, message, &signature, NULL) == CBANK_OK);
    cr_assert(signature.size == 64);
    cr_assert(cbi_verify(public, message, cbi_bytes_of_buffer(&signature), NULL) == CBANK_OK);
    for (size_t bit = 0; bit < 8 * signature.size; bit++) {
        signature.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert(cbi_verify(public, message, cbi_bytes_of_buffer(&signature), NULL) ==
                  CBANK_E_BAD_SIGNATURE);
        signature.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    cr_assert(cbi_buffer_append(&signature, cbi_bytes_of("\0", 1), NULL) == CBANK_OK);
    for (size_t size = 0; size <= 65; size++) {
        if (size != 64)
            cr_assert(cbi_verify(public, message, cbi_bytes_of(signature.data, size), NULL) ==
                      CBANK_E_BAD_SIGNATURE);
    }
    cbank_buffer_clear(&signature);
    cbi_private_free(key);
}
