/* signers.h - a key of each suite, and notes to sign with it. */
#ifndef CBI_TESTS_PROOF_SIGNERS_H
#define CBI_TESTS_PROOF_SIGNERS_H

#include "proof/note.h"

#define SIGNERS_SUITES 2

extern const cbi_suite signers_suites[SIGNERS_SUITES];

cbi_private *signers_new_key(cbi_suite suite);

/* `text` signed by `key` as `name`; the caller clears it. */
cbank_buffer signers_note(const char *text, const char *name, const cbi_private *key);

/* Whether the note verifies for that name and key. */
cbank_status signers_verify(cbi_bytes note, const char *name, const cbi_private *key);

/* Appends text, for notes that the library would not write. */
void signers_add(cbank_buffer *note, const char *text);

#endif
