/*
 * note.h - C2SP signed notes, and the verifier keys that open them.
 *
 * A note is text, an empty line and signature lines "— name base64(key id | signature)". The key
 * id is SHA-256(name | 0A | type | key)[:4] in both suites. Ed25519 is type 01, so any
 * sumdb/note implementation verifies it; SM2 is type ff with the extension name "sm2-sm3" after
 * the type byte and before the signature.
 */
#ifndef CBI_PROOF_NOTE_H
#define CBI_PROOF_NOTE_H

#include "base/limits.h"
#include "proof/known.h"

#define CBI_NOTE_SIGNATURES_MAX 32 /* C2SP asks for at least 16 */

/* "name+hash+base64": the verifier key as other tools take it. Appended. */
cbank_status cbi_note_vkey(cbi_bytes name, const cbi_public *key, cbank_buffer *out,
                           cbank_error *err);
/* The name is lent from `vkey`. MALFORMED, UNSUPPORTED or UNTRUSTED_KEY (weak). */
cbank_status cbi_note_parse_vkey(cbi_bytes vkey, cbi_bytes *name, cbi_public *key,
                                 cbank_error *err);

/* Signs `text`, which ends in a newline, in the name of `name`. Appended. */
cbank_status cbi_note_sign(cbi_bytes text, cbi_bytes name, const cbi_private *key,
                           cbank_buffer *note, cbank_error *err);
/*
 * Form first (UTF-8, no control characters, an empty line, signature lines, limits), then the
 * signature of `name` by `key`; other signatures are ignored. Lends the text. MALFORMED,
 * UNTRUSTED_KEY (no signature by that name and key), BAD_SIGNATURE. `known` may be NULL.
 */
cbank_status cbi_note_verify(cbi_bytes note, cbi_bytes name, const cbi_public *key,
                             cbi_known *known, cbi_bytes *text, cbank_error *err);

/*
 * Whether it is whole by its form, and all that has signed it is `name`, under whatever key: a
 * note of which a part was overwritten is not.
 */
bool cbi_note_is_signed_as(cbi_bytes note, cbi_bytes name);

#endif
