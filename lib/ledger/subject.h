/*
 * subject.h - whose chain an entry belongs to: its head, and the randomness of its tag.
 *
 * A row of `head` is kind u8 | id -> sequence u64 | index u64 | leaf 32. A row of `tag` is the
 * same key -> 32 random bytes, for subjects that are people or their cases. Public subjects
 * (institution, publication, bank) have zero randomness and no row, so that anyone can watch them.
 */
#ifndef CBI_LEDGER_SUBJECT_H
#define CBI_LEDGER_SUBJECT_H

#include "proof/entry.h"
#include "store/store.h"

#define CBI_SUBJECT_ID_MAX (CBI_KEY_MAX - 1)

typedef struct cbi_subject {
    uint8_t kind; /* cbank.v1.SubjectKind */
    cbi_bytes id; /* lent */
} cbi_subject;

typedef struct cbi_subject_key {
    uint8_t bytes[CBI_KEY_MAX];
    size_t size;
} cbi_subject_key;

/* The newest entry of a subject. */
typedef struct cbi_head {
    uint64_t sequence;
    uint64_t index;
    cbi_hash leaf;
} cbi_head;

/* A known kind, and an id of 1 to CBI_SUBJECT_ID_MAX bytes. */
bool cbi_subject_is_valid(const cbi_subject *subject);
bool cbi_subject_is_public(uint8_t kind);

/* The key of a valid subject, and back; the id is lent from `key`. False if it is no such key. */
void cbi_subject_key_of(const cbi_subject *subject, cbi_subject_key *out);
bool cbi_subject_from_key(cbi_bytes key, cbi_subject *out);

/* NOT_FOUND (SUBJECT_UNKNOWN) for a subject without entries; CORRUPT for a damaged row. */
cbank_status cbi_subject_read_head(cbi_txn *txn, const cbi_subject *subject, cbi_head *out,
                                   cbank_error *err);
cbank_status cbi_subject_write_head(cbi_txn *txn, const cbi_subject *subject, const cbi_head *head,
                                    cbank_error *err);
cbank_status cbi_subject_decode_head(cbi_bytes value, cbi_head *out, cbank_error *err);

/* Zero for public subjects; NOT_FOUND (SUBJECT_UNKNOWN) if there is none, or it was forgotten. */
cbank_status cbi_subject_read_randomness(cbi_txn *txn, const cbi_subject *subject, cbi_hash *out,
                                         cbank_error *err);
cbank_status cbi_subject_write_randomness(cbi_txn *txn, const cbi_subject *subject,
                                          const cbi_hash *randomness, cbank_error *err);
/* For erasing: nobody can tie the entries to the subject's id any more. */
cbank_status cbi_subject_forget(cbi_txn *txn, const cbi_subject *subject, cbank_error *err);

#endif
