/*
 * succession.h - root keys that follow one another, each brought in by the one before.
 *
 * A succession is signed by the earlier root key, then by the new one. A chain of them leads from
 * the bank's first root key to today's, so that whoever pinned any of them can follow offline.
 * What it cannot mend: a root key in other hands names a successor of its own; only another
 * channel helps then.
 */
#ifndef CBI_PROOF_SUCCESSION_H
#define CBI_PROOF_SUCCESSION_H

#include "base/limits.h"
#include "proof/envelope.h"
#include "wire/message.h"

#include "cbank/v1/succession.pb-c.h"

#define CBI_SUCCESSION_TYPE CBI_ENVELOPE_TYPE("succession")

/* Appends the file by which `earlier` hands over to `next`, which becomes number `epoch`. */
cbank_status cbi_succession_make(const char *origin, uint32_t epoch, int64_t at,
                                 const cbi_private *earlier, const cbi_private *next,
                                 cbank_buffer *file, cbank_error *err);

typedef struct cbi_succession {
    cbi_bytes bytes; /* the serialised envelope, as it enters the log; lent */
    Cbank__V1__SuccessionHead *head;
    cbi_public earlier;
    cbi_public key;
} cbi_succession;

/*
 * Form, values and both signatures, by the keys that it names itself: whether the earlier one is
 * to be trusted is the caller's to know. MALFORMED, UNSUPPORTED, UNTRUSTED_KEY (weak),
 * BAD_SIGNATURE. Empty on failure.
 */
cbank_status cbi_succession_open(cbi_suite suite, cbi_bytes file, cbi_succession *out,
                                 cbank_error *err);
/* The envelope alone, as it stands in the log and in directories. */
cbank_status cbi_succession_parse(cbi_suite suite, cbi_bytes envelope, cbi_succession *out,
                                  cbank_error *err);
void cbi_succession_clear(cbi_succession *succession);

/* The root keys of a bank, its first one first. Nothing to clear. */
typedef struct cbi_root_keys {
    cbi_public keys[CBI_ROOT_KEYS_MAX];
    size_t count;
} cbi_root_keys;

/*
 * Follows a chain without a gap, of one bank, that ends at `last`; no links: `last` is the first.
 * UNTRUSTED_KEY (SUCCESSION_BROKEN) otherwise, naming the epoch.
 */
cbank_status cbi_succession_follow(cbi_suite suite, const char *origin,
                                   const ProtobufCBinaryData *links, size_t count,
                                   const cbi_public *last, cbi_root_keys *out, cbank_error *err);
/* Which of them has this fingerprint, from 1 on; 0 if none. */
cbank_status cbi_root_keys_find(const cbi_root_keys *roots, const cbi_hash *fingerprint,
                                uint32_t *epoch, cbank_error *err);

#endif
