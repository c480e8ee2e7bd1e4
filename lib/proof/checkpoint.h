/*
 * checkpoint.h - what a log signs: its origin, its size and its root.
 *
 * The note's text is "origin\nsize\nbase64(root)\n": three lines, no extensions. The name that
 * signs is the origin, so that origin, suite and key stand or fall together.
 */
#ifndef CBI_PROOF_CHECKPOINT_H
#define CBI_PROOF_CHECKPOINT_H

#include "proof/note.h"
#include "proof/tree.h"

typedef struct cbi_checkpoint {
    cbi_bytes origin; /* lent */
    uint64_t size;
    cbi_hash root;
} cbi_checkpoint;

/* "[a-z0-9.-]+(/[a-z0-9.-]+)+", at most CBI_ORIGIN_MAX. */
bool cbi_origin_is_valid(cbi_bytes origin);

/* Appends the text. INVALID for an origin that is not one, or a size no tree has. */
cbank_status cbi_checkpoint_encode(const cbi_checkpoint *checkpoint, cbank_buffer *text,
                                   cbank_error *err);
/* Any log's: the origin may be whatever fits a line, and is compared by who trusts it. */
cbank_status cbi_checkpoint_decode(cbi_bytes text, cbi_checkpoint *out, cbank_error *err);

/* Encoded and signed with the origin as name. Appended; at most 512 bytes in both suites. */
cbank_status cbi_checkpoint_sign(const cbi_checkpoint *checkpoint, const cbi_private *key,
                                 cbank_buffer *note, cbank_error *err);
/* The note of `origin` by `key`, as cbi_note_verify; UNTRUSTED_KEY if it speaks for another log. */
cbank_status cbi_checkpoint_verify(cbi_bytes note, cbi_bytes origin, const cbi_public *key,
                                   cbi_known *known, cbi_checkpoint *out, cbank_error *err);

#endif
