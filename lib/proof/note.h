/*
 * note.h - C2SP signed notes and checkpoints, and the keys that verify them.
 *
 * A checkpoint is the note "origin\nsize\nbase64(root)\n": three lines, no extensions. Ed25519 is
 * signature type 01, so any sumdb/note implementation verifies it; SM2 is type ff with the
 * extension name "sm2-sm3" before the key and before the signature.
 */
#ifndef CBI_PROOF_NOTE_H
#define CBI_PROOF_NOTE_H

#include "crypto/key.h"
#include "proof/tree.h"

/* "[a-z0-9.-]+(/[a-z0-9.-]+)+", at most CBI_ORIGIN_MAX. */
bool cbi_origin_is_valid(cbi_bytes origin);

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
 * UNTRUSTED_KEY (no signature by that name and key), BAD_SIGNATURE.
 */
cbank_status cbi_note_verify(cbi_bytes note, cbi_bytes name, const cbi_public *key,
                             cbi_bytes *text, cbank_error *err);

typedef struct cbi_checkpoint {
    cbi_bytes origin; /* lent */
    uint64_t size;
    cbi_hash root;
} cbi_checkpoint;

cbank_status cbi_checkpoint_encode(const cbi_checkpoint *checkpoint, cbank_buffer *text,
                                   cbank_error *err);
cbank_status cbi_checkpoint_decode(cbi_bytes text, cbi_checkpoint *out, cbank_error *err);
/* Both steps with the origin as name. */
cbank_status cbi_checkpoint_sign(const cbi_checkpoint *checkpoint, const cbi_private *key,
                                 cbank_buffer *note, cbank_error *err);
cbank_status cbi_checkpoint_verify(cbi_bytes note, cbi_bytes origin, const cbi_public *key,
                                   cbi_checkpoint *out, cbank_error *err);

/* c2sp.org/tlog-proof@v1: index, path, signed checkpoint. Appended. */
cbank_status cbi_tlog_proof_encode(uint64_t index, const cbi_hash *path, size_t count,
                                   cbi_bytes note, cbank_buffer *out, cbank_error *err);
typedef struct cbi_tlog_proof {
    uint64_t index;
    cbi_hash path[CBI_PROOF_PATH_MAX];
    size_t count;
    cbi_bytes note; /* lent */
} cbi_tlog_proof;
cbank_status cbi_tlog_proof_decode(cbi_bytes text, cbi_tlog_proof *out, cbank_error *err);

#endif
