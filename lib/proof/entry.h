/*
 * entry.h - the Merkle leaf: 107 bytes that stand for one statement in its subject's chain.
 *
 *   0 version u8 | 1 subject kind u8 | 2 class u8 | 3 sequence u64 | 11 tag 32 | 43 statement
 *   digest 32 | 75 leaf hash of the subject's previous entry 32 (zero for the first)
 *
 * All numbers big-endian. A 64-byte node can never be taken for a leaf: sizes and prefixes differ.
 */
#ifndef CBI_PROOF_ENTRY_H
#define CBI_PROOF_ENTRY_H

#include "proof/tree.h"

#define CBI_ENTRY_SIZE 107
#define CBI_ENTRY_VERSION 1

typedef struct cbi_entry {
    uint8_t subject_kind; /* cbank.v1.SubjectKind */
    uint8_t entry_class;  /* cbank.v1.EntryClass */
    uint64_t sequence;
    cbi_hash tag;
    cbi_hash statement; /* digest */
    cbi_hash previous;
} cbi_entry;

void cbi_entry_encode(const cbi_entry *entry, uint8_t out[CBI_ENTRY_SIZE]);
/*
 * The form alone: MALFORMED for another size, UNSUPPORTED for a version, kind or class that this
 * library does not know. That sequence and previous leaf fit is for whoever holds the chain.
 */
cbank_status cbi_entry_decode(cbi_bytes bytes, cbi_entry *out, cbank_error *err);
cbank_status cbi_entry_leaf(cbi_hasher *hasher, const cbi_entry *entry, cbi_hash *out,
                            cbank_error *err);

/* H("cbank/v1/statement" | 00 | bytes). */
cbank_status cbi_entry_statement_digest(cbi_hasher *hasher, cbi_bytes statement, cbi_hash *out,
                                        cbank_error *err);

/*
 * H("cbank/v1/tag" | 00 | subject kind u8 | randomness 32 | subject id). Public subjects
 * (institution, publication, bank) have zero randomness, so that anyone can watch them.
 */
cbank_status cbi_entry_tag(cbi_hasher *hasher, uint8_t subject_kind, const cbi_hash *randomness,
                           cbi_bytes subject_id, cbi_hash *out, cbank_error *err);

#endif
