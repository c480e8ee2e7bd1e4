/*
 * epoch.h - log keys that follow one another: which one signs which sizes of the log.
 *
 * A row of `meta` holds the bank's keys as its next directory will show them (BankKeys). Without
 * the row there has been one log key only, whichever the ledger is opened with. The row is what
 * the writer believes: nothing is signed with a key that it names unless the ledger was given that
 * key, and `bank check` derives it again from the log.
 */
#ifndef CBI_LEDGER_EPOCH_H
#define CBI_LEDGER_EPOCH_H

#include "base/limits.h"
#include "ledger/guard.h"
#include "store/store.h"
#include "wire/message.h"

#include "cbank/v1/directory.pb-c.h"

/* The row as it stands; freed with cbi_message_free. NULL if there is none. CORRUPT. */
cbank_status cbi_epoch_read_row(cbi_txn *txn, Cbank__V1__BankKeys **out, cbank_error *err);
cbank_status cbi_epoch_write_row(cbi_txn *txn, const Cbank__V1__BankKeys *keys, cbank_error *err);

typedef struct cbi_epoch {
    cbi_public key;
    uint64_t from_size; /* it signs this size and larger ones, up to the next one's */
} cbi_epoch;

/* In their order; nothing to clear. None: one key signs everything. */
typedef struct cbi_epochs {
    cbi_epoch items[CBI_LOG_KEYS_MAX];
    size_t count;
} cbi_epochs;

cbank_status cbi_epochs_read(cbi_txn *txn, cbi_suite suite, cbi_epochs *out, cbank_error *err);
/* The key that signs a log of this size; `only` if there has been no other. */
const cbi_public *cbi_epochs_at(const cbi_epochs *epochs, uint64_t size, const cbi_public *only);
/*
 * A signed checkpoint under the key of its size. As cbi_sealed_from_note; UNTRUSTED_KEY also for
 * one that another epoch's key has signed. `by` may be NULL; it lends from `epochs` or is `only`.
 */
cbank_status cbi_epochs_check_note(const cbi_epochs *epochs, const cbi_public *only,
                                   cbi_bytes note, const char *origin, cbi_sealed *out,
                                   const cbi_public **by, cbank_error *err);

/* The private log keys that a ledger was given; borrowed. */
typedef struct cbi_signers {
    const cbi_private *key;
    const cbi_private *next; /* to sign from the moment on that the row names it; or NULL */
} cbi_signers;

/* The one that signs now. STATE (LOG_KEY_SUPERSEDED) if it is neither. */
cbank_status cbi_signers_choose(const cbi_signers *signers, cbi_txn *txn, const char *origin,
                                const cbi_private **out, cbank_error *err);

#endif
