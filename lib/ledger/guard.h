/*
 * guard.h - the file that remembers the newest checkpoint, apart from the bank.
 *
 * It holds the signed note itself in two 512-byte slots, padded with zeros and written in turn
 * with one synchronous write; a torn slot loses to the other, one that a later log key has signed
 * does not: then this is an old copy of the bank, which must not sign. Kept where it is not copied
 * together with the bank, it tells a restored older copy from the bank. Its lock is what makes
 * sealing one at a time across processes.
 */
#ifndef CBI_LEDGER_GUARD_H
#define CBI_LEDGER_GUARD_H

#include <pthread.h>

#include "proof/checkpoint.h"

#define CBI_GUARD_SLOT_SIZE 512
#define CBI_GUARD_SIZE (2 * CBI_GUARD_SLOT_SIZE)

/* A signed checkpoint: a state of the tree that is durable and may be shown. */
typedef struct cbi_sealed {
    uint64_t size;
    cbi_hash root;
    size_t note_size;
    uint8_t note[CBI_GUARD_SLOT_SIZE];
} cbi_sealed;

cbi_bytes cbi_sealed_note(const cbi_sealed *sealed);
/* Checks form, origin and signature of a note. TOO_LARGE, or what cbi_checkpoint_verify answers. */
cbank_status cbi_sealed_from_note(cbi_bytes note, const char *origin, const cbi_public *key,
                                  cbi_sealed *out, cbank_error *err);

typedef struct cbi_guard {
    int fd;
    char *path;
    const char *origin; /* borrowed */
    cbi_public key;     /* whose notes it holds */
    cbi_public other;   /* and those of the key before or after, while one takes over */
    bool has_other;
    /* What the file held when it was last read, so that a signature is checked once. */
    pthread_mutex_t lock;
    uint8_t bytes[CBI_GUARD_SIZE];
    cbi_sealed sealed;
    bool known;
    bool writing; /* a slot, under the file's lock: `sealed` is the note before */
    /* What could not be written, or not be synced: the file may show it and lose it again. */
    cbi_sealed doubted, before; /* and the note that it was to follow */
    bool in_doubt;              /* until a write succeeds */
} cbi_guard;

/*
 * Makes the file durably (temporary file, sync, rename, sync of the folder), readable by its owner
 * only. EXISTS unless `replace`.
 */
cbank_status cbi_guard_create(const char *path, const cbi_sealed *sealed, bool replace,
                              cbank_error *err);

/* GUARD (GUARD_MISSING) if there is no such file. Closed with cbi_guard_close. */
cbank_status cbi_guard_open(const char *path, const char *origin, const cbi_public *key,
                            cbi_guard *out, cbank_error *err);
void cbi_guard_close(cbi_guard *guard);

/* One sealer at a time across processes; waits. GUARD if another file took this one's place. */
cbank_status cbi_guard_lock(cbi_guard *guard, cbank_error *err);
void cbi_guard_unlock(cbi_guard *guard);

/*
 * The newest note in the file: of two good slots the larger size. GUARD if no slot holds a note of
 * this origin and key (`where`: the size of one that another key signed), if a larger one is signed
 * by another key, or if two of the same size have different roots. Needs no lock. Another thread's
 * write is not waited for: until it is durable, the newest note is the one before, and stays so if
 * the write fails.
 */
cbank_status cbi_guard_read(cbi_guard *guard, cbi_sealed *out, cbank_error *err);

/*
 * Writes the slot without the newest note; durable when it returns OK. Under the lock, so that
 * there is one at a time.
 */
cbank_status cbi_guard_write(cbi_guard *guard, const cbi_sealed *sealed, cbank_error *err);

#endif
