/*
 * directory.h - what partners pin: a bank's institutions and keys, signed by its root key.
 *
 * A key counts as the institution's own only if the directory carries the institution's signed
 * request for it, back to its first key without a gap; a key that rests on the bank's word alone,
 * and every key after it, is vouched. What a key signed after it may have been in other hands
 * proves nothing, a request for the key after it no more than a batch.
 *
 * The root key that signs may be a later one than the one that was pinned: the directory brings
 * the successions between them (succession.h). Checked once when opened, then read by any thread.
 */
#ifndef CBI_PROOF_DIRECTORY_H
#define CBI_PROOF_DIRECTORY_H

#include "base/limits.h"
#include "proof/envelope.h"
#include "proof/succession.h"

#include "cbank/v1/directory.pb-c.h"

#define CBI_DIRECTORY_VERSION 2 /* as it is written; earlier ones are read */
#define CBI_DIRECTORY_TYPE CBI_ENVELOPE_TYPE("directory")

typedef struct cbi_directory_log_key {
    cbi_public key;
    uint64_t from_size;
    uint64_t until_size;        /* 0: still valid */
    uint64_t compromised_since; /* a size; 0: not compromised */
} cbi_directory_log_key;

typedef struct cbi_directory_key {
    cbi_public key;
    uint64_t from_index;
    uint64_t until_index;       /* 0: still valid */
    uint64_t compromised_since; /* a log position; 0: not compromised */
    bool joined;                /* by a request that the key before it, still sound, has signed */
    bool vouched;
} cbi_directory_key;

typedef struct cbi_directory_institution {
    Cbank__V1__DirectoryInstitution *message; /* names, ids, status */
    cbi_directory_key *keys;
    size_t key_count;
} cbi_directory_institution;

typedef struct cbi_directory {
    cbi_suite suite;
    char origin[CBI_ORIGIN_MAX + 1];
    Cbank__V1__DirectoryHead *head; /* NULL where only a log key is trusted */
    cbi_hash fingerprint;           /* of the root key; of the log key where only that is trusted */
    cbi_root_keys roots;            /* that one is the last of them */
    cbi_hash root;                  /* of the log as of head->size */
    cbi_directory_log_key *log_keys;
    size_t log_key_count;
    cbi_directory_institution *institutions; /* by code */
    size_t institution_count;
    cbi_known *known; /* for who asks it again and again; owned, or NULL */
} cbi_directory;

/*
 * Opens and checks everything. With `fingerprint` the root key must be that one or have followed
 * it; without, the caller trusts the file itself. `at` decides on expiry; INT64_MIN: it has not.
 * MALFORMED, UNSUPPORTED, UNTRUSTED_KEY, BAD_SIGNATURE, BAD_SEMANTICS, EXPIRED.
 */
cbank_status cbi_directory_open(cbi_bytes file, const cbi_hash *fingerprint, int64_t at,
                                cbi_directory *out, cbank_error *err);
/* Trust in one log key alone: no institution is known. */
cbank_status cbi_directory_open_vkey(cbi_bytes vkey, cbi_directory *out, cbank_error *err);
void cbi_directory_clear(cbi_directory *directory);

/* What it signed for this log position is its institution's: it was not in other hands by then. */
bool cbi_directory_key_is_sound(const cbi_directory_key *key, uint64_t index);
/* NULL if there is none of this code. */
const cbi_directory_institution *cbi_directory_find(const cbi_directory *directory,
                                                    cbi_bytes code);
/*
 * The log key that signed this envelope, if it may sign for this size. BAD_SIGNATURE,
 * KEY_NOT_VALID. `unconfirmed`: the key was compromised later, so that the size itself is to be
 * confirmed by other means; NULL: then it is refused (LOG_KEY_UNCONFIRMED).
 */
cbank_status cbi_directory_check_log(const cbi_directory *directory, const cbi_envelope *envelope,
                                     uint64_t size, bool *unconfirmed, cbank_error *err);
/* The same for a signed checkpoint of this bank, whose size and root are handed out; what a key
 * signed before it was compromised is not refused. */
cbank_status cbi_directory_check_note(const cbi_directory *directory, cbi_bytes note,
                                      uint64_t *size, cbi_hash *root, cbank_error *err);

#endif
