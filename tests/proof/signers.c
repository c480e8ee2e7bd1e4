#include "proof/signers.h"

#include <criterion/criterion.h>

const cbi_suite signers_suites[SIGNERS_SUITES] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};

cbi_private *signers_new_key(cbi_suite suite)
{
    cbi_private *key = NULL;

    cr_assert_eq(cbi_private_new(suite, &key, NULL), CBANK_OK);
    return key;
}

cbank_buffer signers_note(const char *text, const char *name, const cbi_private *key)
{
    cbank_buffer note = {0};

    cr_assert_eq(cbi_note_sign(cbi_bytes_of_text(text), cbi_bytes_of_text(name), key, &note, NULL),
                 CBANK_OK);
    return note;
}

cbank_status signers_verify(cbi_bytes note, const char *name, const cbi_private *key)
{
    cbi_bytes text;

    return cbi_note_verify(note, cbi_bytes_of_text(name), cbi_private_public(key), NULL, &text,
                           NULL);
}

void signers_add(cbank_buffer *note, const char *text)
{
    cr_assert_eq(cbi_buffer_append(note, cbi_bytes_of_text(text), NULL), CBANK_OK);
}
