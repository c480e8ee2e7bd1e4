#include "proof/note.h"

#include <criterion/criterion.h>

#include <string.h>

#include "base/text.h"
#include "proof/signers.h"

#define NAME "bank.example/credit"
#define TEXT "one\ntwo\n"
#define MARK "\xe2\x80\x94 "
#define STRANGER MARK "witness.example AAAAAAA=\n" /* an id and one byte */

static cbi_private *key;
static cbank_buffer note; /* TEXT, signed by `key` as NAME */

static void set_up(void)
{
    key = signers_new_key(CBI_SUITE_SHA256_ED25519);
    note = signers_note(TEXT, NAME, key);
}

static void tear_down(void)
{
    cbank_buffer_clear(&note);
    cbi_private_free(key);
}

TestSuite(note_forgery, .init = set_up, .fini = tear_down);

static cbank_status verify(void)
{
    return signers_verify(cbi_bytes_of_buffer(&note), NAME, key);
}

/* Puts `text` in place of the bytes from `at` to `end`. */
static void splice(size_t at, size_t end, const char *text)
{
    cbank_buffer changed = {0};

    cr_assert_eq(cbi_buffer_append(&changed, cbi_bytes_of(note.data, at), NULL), CBANK_OK);
    signers_add(&changed, text);
    cr_assert_eq(cbi_buffer_append(&changed, cbi_bytes_of(note.data + end, note.size - end), NULL),
                 CBANK_OK);
    cbank_buffer_clear(&note);
    note = changed;
}

Test(note_forgery, no_bit_can_be_changed_and_nothing_cut_off)
{
    for (size_t bit = 0; bit < note.size * 8; bit++) {
        note.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert_neq(verify(), CBANK_OK, "bit %zu", bit);
        note.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t size = 0; size < note.size; size++)
        cr_assert_eq(signers_verify(cbi_bytes_of(note.data, size), NAME, key), CBANK_E_MALFORMED,
                     "%zu bytes", size);
    cr_assert_eq(verify(), CBANK_OK);
}

Test(note_forgery, another_text_under_the_same_signature_is_refused)
{
    splice(0, 3, "six");
    cr_assert_eq(verify(), CBANK_E_BAD_SIGNATURE);
}

Test(note_forgery, another_name_or_key_finds_no_signature)
{
    cbi_private *other = signers_new_key(CBI_SUITE_SHA256_ED25519);

    cr_assert_eq(signers_verify(cbi_bytes_of_buffer(&note), "bank.example/other", key),
                 CBANK_E_UNTRUSTED_KEY);
    cr_assert_eq(signers_verify(cbi_bytes_of_buffer(&note), NAME, other), CBANK_E_UNTRUSTED_KEY);
    cbi_private_free(other);
}

Test(note_forgery, signatures_of_strangers_are_ignored_up_to_the_limit)
{
    size_t begin = strlen(TEXT) + 1;

    splice(begin, begin, STRANGER);
    signers_add(&note, MARK "\xe8\xa7\x81\xe8\xaf\x81\xe4\xba\xba AAAAAAAA\n"); /* 见证人 */
    signers_add(&note, MARK NAME " AAAAAAA=\n"); /* the same name, another key */
    cr_assert_eq(verify(), CBANK_OK);
    for (size_t lines = 4; lines < CBI_NOTE_SIGNATURES_MAX; lines++)
        signers_add(&note, STRANGER);
    cr_assert_eq(verify(), CBANK_OK);
    signers_add(&note, STRANGER);
    cr_assert_eq(verify(), CBANK_E_MALFORMED);
}

Test(note_forgery, sixteen_full_signatures_fit)
{
    cbi_private *others[15];

    for (size_t i = 0; i < 15; i++) {
        cbank_buffer other;

        others[i] = signers_new_key(CBI_SUITE_SHA256_ED25519);
        other = signers_note(TEXT, NAME, others[i]);
        signers_add(&other, "");
        cr_assert_eq(cbi_buffer_append(
                         &note,
                         cbi_bytes_of(other.data + strlen(TEXT) + 1, other.size - strlen(TEXT) - 1),
                         NULL),
                     CBANK_OK);
        cbank_buffer_clear(&other);
    }
    cr_assert_eq(verify(), CBANK_OK);
    for (size_t i = 0; i < 15; i++) {
        cr_assert_eq(signers_verify(cbi_bytes_of_buffer(&note), NAME, others[i]), CBANK_OK);
        cbi_private_free(others[i]);
    }
}

Test(note_forgery, two_signatures_by_the_trusted_key_are_refused)
{
    size_t begin = strlen(TEXT) + 1;
    cbank_buffer twice = {0};

    cr_assert_eq(cbi_buffer_append(&twice, cbi_bytes_of_buffer(&note), NULL), CBANK_OK);
    cr_assert_eq(
        cbi_buffer_append(&twice, cbi_bytes_of(note.data + begin, note.size - begin), NULL),
        CBANK_OK);
    cr_assert_eq(signers_verify(cbi_bytes_of_buffer(&twice), NAME, key), CBANK_E_MALFORMED);
    cbank_buffer_clear(&twice);
}

Test(note_forgery, lines_that_are_no_signatures_are_refused)
{
    static const char *const lines[] = {
        "anything\n",
        "\n",
        "\n\n",
        "- witness.example AAAAAAA=\n",
        MARK "witness.example\n",
        MARK "witness.example \n",
        MARK " AAAAAAA=\n",
        MARK "a+b AAAAAAA=\n",
        MARK "a\u00a0b AAAAAAA=\n",
        MARK "witness.example AAAAAAA\n",    /* no padding */
        MARK "witness.example AAAAAAB=\n",   /* trailing bits */
        MARK "witness.example AAAA AAA=\n",  /* a blank */
        MARK "witness.example AAAA\n",       /* no id and signature */
        MARK "witness.example AAAAAA==\n",   /* an id, no signature */
        MARK "witness.example AAAAAAA= \n",  /* more behind */
        MARK "witness.example AAAAAAA-\n",   /* another alphabet */
        MARK "witness.example AAAAAAA=\r\n", /* CRLF */
        MARK "witness.example AAAAAAA=",     /* no newline */
        MARK " witness.example AAAAAAA=\n",
        "\xe2\x80\x94witness.example AAAAAAA=\n",
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        size_t size = note.size;

        signers_add(&note, lines[i]);
        cr_assert_eq(verify(), CBANK_E_MALFORMED, "line %zu", i);
        note.size = size;
    }
}

Test(note_forgery, control_characters_and_broken_utf8_are_refused_anywhere)
{
    static const char *const pieces[] = {"\r",   "\t",       "\x01", "\x7f",
                                         "\x1b", "\xc2\x85", "\xff", "\xe2\x80\xae"};

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
        for (size_t at = 0; at <= note.size; at++) {
            splice(at, at, pieces[i]);
            cr_assert_eq(verify(), CBANK_E_MALFORMED, "piece %zu at %zu", i, at);
            splice(at, at + strlen(pieces[i]), "");
        }
    cr_assert_eq(verify(), CBANK_OK);
}

Test(note_forgery, a_zero_byte_is_refused)
{
    note.data[1] = '\0';
    cr_assert_eq(verify(), CBANK_E_MALFORMED);
}

Test(note_forgery, crlf_is_refused)
{
    cbank_buffer crlf = {0};

    for (size_t i = 0; i < note.size; i++) {
        if (note.data[i] == '\n')
            signers_add(&crlf, "\r");
        cr_assert_eq(cbi_buffer_append(&crlf, cbi_bytes_of(note.data + i, 1), NULL), CBANK_OK);
    }
    cr_assert_eq(signers_verify(cbi_bytes_of_buffer(&crlf), NAME, key), CBANK_E_MALFORMED);
    cbank_buffer_clear(&crlf);
}

Test(note_forgery, text_alone_and_signatures_alone_are_refused)
{
    size_t begin = strlen(TEXT);

    cr_assert_eq(signers_verify(cbi_bytes_of(note.data, begin), NAME, key), CBANK_E_MALFORMED);
    cr_assert_eq(signers_verify(cbi_bytes_of(note.data, begin + 1), NAME, key), CBANK_E_MALFORMED);
    cr_assert_eq(
        signers_verify(cbi_bytes_of(note.data + begin + 1, note.size - begin - 1), NAME, key),
        CBANK_E_MALFORMED);
    cr_assert_eq(signers_verify(cbi_bytes_of(note.data + begin, note.size - begin), NAME, key),
                 CBANK_E_MALFORMED);
    cr_assert_eq(signers_verify(cbi_bytes_of(NULL, 0), NAME, key), CBANK_E_MALFORMED);
}

Test(note_forgery, a_note_larger_than_the_limit_is_refused)
{
    cbi_private *signer = signers_new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer large = {0};

    while (large.size < CBI_NOTE_MAX)
        signers_add(&large, "line\n");
    signers_add(&large, "\n" STRANGER);
    cr_assert_eq(signers_verify(cbi_bytes_of_buffer(&large), NAME, signer), CBANK_E_MALFORMED);
    cbank_buffer_clear(&large);
    cbi_private_free(signer);
}

/* SM2's extension name belongs to the signed line: a bare SM2 signature is another type's. */
Test(note_forgery, an_sm2_signature_without_its_type_is_refused)
{
    cbi_private *sm2 = signers_new_key(CBI_SUITE_SM3_SM2);
    cbank_buffer signed_note = signers_note(TEXT, NAME, sm2);
    size_t at = strlen(TEXT) + 1 + strlen(MARK NAME " ");
    uint8_t bytes[128];
    size_t size;
    cbank_buffer bare = {0};

    cr_assert(cbi_base64_decode(cbi_bytes_of(signed_note.data + at, signed_note.size - at - 1),
                                bytes, sizeof(bytes), &size));
    cr_assert_arr_eq(bytes + 4, "sm2-sm3", 7);
    memmove(bytes + 4, bytes + 11, size - 11);
    cr_assert_eq(cbi_buffer_append(&bare, cbi_bytes_of(signed_note.data, at), NULL), CBANK_OK);
    cr_assert_eq(cbi_base64_encode(cbi_bytes_of(bytes, size - 7), &bare, NULL), CBANK_OK);
    signers_add(&bare, "\n");
    cr_assert_eq(signers_verify(cbi_bytes_of_buffer(&signed_note), NAME, sm2), CBANK_OK);
    cr_assert_eq(signers_verify(cbi_bytes_of_buffer(&bare), NAME, sm2), CBANK_E_BAD_SIGNATURE);
    cbank_buffer_clear(&bare);
    cbank_buffer_clear(&signed_note);
    cbi_private_free(sm2);
}
