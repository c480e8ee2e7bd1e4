#include "proof/note.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "proof/signers.h"
#include "vector.h"

#define NAME "bank.example/credit"
#define TEXT "one\ntwo\n"
#define MARK "\xe2\x80\x94 "

static cbank_status parse(cbi_bytes vkey)
{
    cbi_bytes name;
    cbi_public key;

    return cbi_note_parse_vkey(vkey, &name, &key, NULL);
}

/* The value of "key" in the JSON of the vectors, with \n as a newline. */
static char *note_of_vector(const char *json, const char *key)
{
    char *text = strdup(strstr(json, key) + strlen(key) + strlen("\": \""));
    char *out = text;

    for (const char *in = text; *in != '"'; in++) {
        bool newline = in[0] == '\\' && in[1] == 'n';

        *out++ = newline ? '\n' : *in;
        in += newline;
    }
    *out = '\0';
    return text;
}

static bool vector_verifies(const char *json, const char *vkey_field, const char *note_field)
{
    char *vkey = vector_string(json, vkey_field);
    char *note = note_of_vector(json, note_field);
    cbi_bytes name, text;
    cbi_public key;
    bool holds;

    cr_assert_eq(cbi_note_parse_vkey(cbi_bytes_of_text(vkey), &name, &key, NULL), CBANK_OK);
    holds = cbi_note_verify(cbi_bytes_of_text(note), name, &key, NULL, &text, NULL) == CBANK_OK;
    note[0] ^= 1;
    cr_expect_eq(cbi_note_verify(cbi_bytes_of_text(note), name, &key, NULL, &text, NULL),
                 CBANK_E_BAD_SIGNATURE);
    free(note);
    free(vkey);
    return holds;
}

Test(note, the_published_notes_verify)
{
    static const char *const fields[][2] = {{"vkey_peter", "note_peter"},
                                            {"vkey_c2sp", "note_c2sp"}};
    char *json = vector_read("signed-note/notes.json");
    size_t passed = 0;

    for (size_t i = 0; json != NULL && i < 2; i++)
        passed += vector_verifies(json, fields[i][0], fields[i][1]);
    fprintf(stderr, "signed notes: %d run, %zu passed, %d skipped\n", json == NULL ? 0 : 2, passed,
            json == NULL ? 2 : 0);
    cr_assert_eq(passed, json == NULL ? 0 : 2);
    free(json);
}

Test(note, the_published_bad_keys_are_refused)
{
    char *json = vector_read("signed-note/notes.json");
    char *list = json == NULL ? NULL : strchr(strstr(json, "\"bad_vkeys\""), '[');
    char *end = list == NULL ? NULL : strchr(list, ']');
    size_t run = 0, passed = 0;

    if (list != NULL) {
        char *rest = list + 1;
        char *piece;

        *end = '\0';
        while ((piece = strtok_r(rest, "\", \n", &rest)) != NULL) {
            cbank_status status = parse(cbi_bytes_of_text(piece));

            run++;
            passed += status == CBANK_E_MALFORMED || status == CBANK_E_UNSUPPORTED;
        }
        cr_assert_eq(run, 2);
    }
    fprintf(stderr, "bad verifier keys: %zu run, %zu passed, %d skipped\n", run, passed,
            json == NULL ? 2 : 0);
    cr_assert_eq(passed, run);
    free(json);
}

static void assert_every_part_refused(cbi_bytes vkey)
{
    for (size_t begin = 0; begin < vkey.size; begin++)
        for (size_t size = 0; begin + size <= vkey.size && size < vkey.size; size++)
            cr_assert_neq(parse(cbi_bytes_of(vkey.data + begin, size)), CBANK_OK,
                          "%zu bytes at %zu", size, begin);
}

static void assert_every_next_byte_refused(cbi_bytes vkey)
{
    uint8_t changed[256];

    cr_assert_leq(vkey.size, sizeof(changed));
    memcpy(changed, vkey.data, vkey.size);
    for (size_t i = 0; i < vkey.size; i++) {
        changed[i]++;
        cr_assert_neq(parse(cbi_bytes_of(changed, vkey.size)), CBANK_OK, "byte %zu", i);
        changed[i]--;
    }
}

Test(note, every_part_of_a_published_key_and_every_next_byte_is_refused)
{
    char *json = vector_read("signed-note/notes.json");

    if (json != NULL) {
        char *vkey = vector_string(json, "vkey_peter");

        cr_assert_eq(parse(cbi_bytes_of_text(vkey)), CBANK_OK);
        assert_every_part_refused(cbi_bytes_of_text(vkey));
        assert_every_next_byte_refused(cbi_bytes_of_text(vkey));
        free(vkey);
    }
    free(json);
}

Test(note, a_key_comes_back_from_its_vkey_and_no_changed_one_is_taken)
{
    for (size_t s = 0; s < SIGNERS_SUITES; s++) {
        cbi_private *key = signers_new_key(signers_suites[s]);
        cbank_buffer vkey = {0};
        cbi_bytes name;
        cbi_public read;

        cr_assert_eq(cbi_note_vkey(cbi_bytes_of_text(NAME), cbi_private_public(key), &vkey, NULL),
                     CBANK_OK);
        cr_assert_eq(cbi_note_parse_vkey(cbi_bytes_of_buffer(&vkey), &name, &read, NULL), CBANK_OK);
        cr_assert(cbi_bytes_equal(name, cbi_bytes_of_text(NAME)));
        cr_assert(cbi_public_equal(&read, cbi_private_public(key)));
        assert_every_part_refused(cbi_bytes_of_buffer(&vkey));
        assert_every_next_byte_refused(cbi_bytes_of_buffer(&vkey));
        cbank_buffer_clear(&vkey);
        cbi_private_free(key);
    }
}

/* The vkey that a name and typed key bytes make, whatever they are. */
static cbank_buffer vkey_of(const char *name, cbi_bytes typed)
{
    cbank_buffer text = {0};
    cbank_buffer vkey = {0};
    cbi_hash hash;
    char hex[9];

    signers_add(&text, name);
    signers_add(&text, "\n");
    cr_assert_eq(cbi_buffer_append(&text, typed, NULL), CBANK_OK);
    cr_assert_eq(cbi_digest_sha256(cbi_bytes_of_buffer(&text), &hash, NULL), CBANK_OK);
    cbi_hex_encode(cbi_bytes_of(hash.bytes, 4), hex);
    signers_add(&vkey, name);
    signers_add(&vkey, "+");
    signers_add(&vkey, hex);
    signers_add(&vkey, "+");
    cr_assert_eq(cbi_base64_encode(typed, &vkey, NULL), CBANK_OK);
    cbank_buffer_clear(&text);
    return vkey;
}

static void assert_parses(const char *name, cbi_bytes typed, cbank_status wanted)
{
    cbank_buffer vkey = vkey_of(name, typed);

    cr_assert_eq(parse(cbi_bytes_of_buffer(&vkey)), wanted, "%s", name);
    cbank_buffer_clear(&vkey);
}

Test(note, a_key_id_is_sha256_of_name_newline_type_and_key_in_both_suites)
{
    static const char *const types[SIGNERS_SUITES] = {"\x01", "\xffsm2-sm3"};

    for (size_t s = 0; s < SIGNERS_SUITES; s++) {
        cbi_private *key = signers_new_key(signers_suites[s]);
        cbank_buffer typed = {0};
        cbank_buffer wanted, vkey = {0};

        signers_add(&typed, types[s]);
        cr_assert_eq(cbi_buffer_append(&typed, cbi_public_bytes(cbi_private_public(key)), NULL),
                     CBANK_OK);
        wanted = vkey_of(NAME, cbi_bytes_of_buffer(&typed));
        cr_assert_eq(cbi_note_vkey(cbi_bytes_of_text(NAME), cbi_private_public(key), &vkey, NULL),
                     CBANK_OK);
        cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&vkey), cbi_bytes_of_buffer(&wanted)));
        cbank_buffer_clear(&vkey);
        cbank_buffer_clear(&wanted);
        cbank_buffer_clear(&typed);
        cbi_private_free(key);
    }
}

Test(note, a_key_of_an_unknown_type_a_wrong_size_or_low_order_is_refused)
{
    cbi_private *key = signers_new_key(CBI_SUITE_SHA256_ED25519);
    uint8_t typed[34] = {1};

    memcpy(typed + 1, cbi_private_public(key)->bytes, 32);
    assert_parses(NAME, cbi_bytes_of(typed, 33), CBANK_OK);
    assert_parses(NAME, cbi_bytes_of(typed, 32), CBANK_E_MALFORMED);
    assert_parses(NAME, cbi_bytes_of(typed, 34), CBANK_E_MALFORMED);
    assert_parses(NAME, cbi_bytes_of(typed, 1), CBANK_E_MALFORMED);
    for (unsigned type = 2; type <= 256; type++) {
        typed[0] = (uint8_t)type;
        assert_parses(NAME, cbi_bytes_of(typed, 33), CBANK_E_UNSUPPORTED);
    }
    memset(typed, 0, sizeof(typed));
    typed[0] = 1;
    typed[1] = 1; /* the neutral point, with which every message would verify */
    assert_parses(NAME, cbi_bytes_of(typed, 33), CBANK_E_UNTRUSTED_KEY);
    cbi_private_free(key);
}

Test(note, a_name_is_not_empty_and_has_neither_blank_nor_plus)
{
    static const char *const bad[] = {"",     "a b", "a\u00a0b", "a\u3000b", "a\u2003",
                                      "a\tb", "a+b", "a\nb",     "\xff"};
    cbi_private *key = signers_new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer out = {0};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cbi_bytes name = cbi_bytes_of_text(bad[i]);

        cr_assert_eq(cbi_note_vkey(name, cbi_private_public(key), &out, NULL), CBANK_E_ARGUMENT);
        cr_assert_eq(cbi_note_sign(cbi_bytes_of_text(TEXT), name, key, &out, NULL),
                     CBANK_E_ARGUMENT);
        cr_assert_eq(out.size, 0);
    }
    cbi_private_free(key);
}

Test(note, verifies_in_both_suites_and_lends_its_text)
{
    for (size_t s = 0; s < SIGNERS_SUITES; s++) {
        cbi_private *key = signers_new_key(signers_suites[s]);
        cbank_buffer note = signers_note(TEXT, NAME, key);
        cbi_bytes text;

        cr_assert_eq(cbi_note_verify(cbi_bytes_of_buffer(&note), cbi_bytes_of_text(NAME),
                                     cbi_private_public(key), NULL, &text, NULL),
                     CBANK_OK);
        cr_assert_eq(text.data, note.data);
        cr_assert(cbi_bytes_equal(text, cbi_bytes_of_text(TEXT)));
        cbank_buffer_clear(&note);
        cbi_private_free(key);
    }
}

Test(note, may_hold_empty_lines_and_any_clean_utf8)
{
    static const char *const texts[] = {"\n", "\n\n", "a\n\n\u2014 b c\n", "学分\n\n银行\n\n"};
    cbi_private *key = signers_new_key(CBI_SUITE_SHA256_ED25519);

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cbank_buffer note = signers_note(texts[i], NAME, key);
        cbi_bytes text;

        cr_assert_eq(cbi_note_verify(cbi_bytes_of_buffer(&note), cbi_bytes_of_text(NAME),
                                     cbi_private_public(key), NULL, &text, NULL),
                     CBANK_OK);
        cr_assert(cbi_bytes_equal(text, cbi_bytes_of_text(texts[i])));
        cbank_buffer_clear(&note);
    }
    cbi_private_free(key);
}

Test(note, signs_no_text_that_it_would_not_verify)
{
    static const char *const texts[] = {"", "no newline", "a\r\n", "a\tb\n", "\x1b[0m\n", "\xc3\n"};
    cbi_private *key = signers_new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer note = {0};
    char long_text[CBI_NOTE_MAX] = {0};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        cr_assert_eq(
            cbi_note_sign(cbi_bytes_of_text(texts[i]), cbi_bytes_of_text(NAME), key, &note, NULL),
            CBANK_E_ARGUMENT);
    memset(long_text, '\n', sizeof(long_text));
    cr_assert_eq(cbi_note_sign(cbi_bytes_of(long_text, sizeof(long_text)), cbi_bytes_of_text(NAME),
                               key, &note, NULL),
                 CBANK_E_TOO_LARGE);
    cr_assert_eq(note.size, 0);
    cbank_buffer_clear(&note);
    cbi_private_free(key);
}
