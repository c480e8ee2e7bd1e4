/*
 * logkey.h - the file of the log key, and how a new one takes its place.
 *
 *   1 keys/log.next.key is written, durably                      nothing has changed
 *   2 the entry that begins its epoch is committed               only the new key may sign
 *   3 the tree with that entry is sealed by the new key          nobody needs the old one
 *   4 log.next.key takes the name log.key, and the old key is gone
 *
 * A stop after 2 or 3 is mended by whoever opens the bank next: the store says which key signs, and
 * the two files are there. One rotation at a time: the folder of the keys is locked meanwhile.
 */
#ifndef CBI_BANK_LOGKEY_H
#define CBI_BANK_LOGKEY_H

#include "bank/config.h"
#include "crypto/key.h"
#include "store/store.h"

/* Of a bank's folder: what its ledger is opened with. Cleared with cbi_logkey_clear. */
typedef struct cbi_logkey {
    cbi_private *key;   /* the one that signs now */
    cbi_private *next;  /* NULL, or one that waits for its epoch */
    cbi_public earlier; /* the one that signed before, */
    bool takes_over;    /* where its file still has the name */
} cbi_logkey;

/* keys/log.key, which may not sign any more; its suite is the bank's. NOT_FOUND, KEY, MALFORMED. */
cbank_status cbi_logkey_read(const char *folder, cbi_bytes passphrase, cbi_logkey *out,
                             cbank_error *err);
/* keys/log.next.key, as the one that waits. */
cbank_status cbi_logkey_read_next(const char *folder, cbi_bytes passphrase, cbi_logkey *out,
                                  cbank_error *err);
/* Once the store is open: the key that it names. STATE (LOG_KEY_SUPERSEDED) if its file is not
 * there. */
cbank_status cbi_logkey_choose(const char *folder, cbi_bytes passphrase, cbi_store *store,
                               cbi_logkey *key, cbank_error *err);
/* Step 4, once the ledger is sealed; if there is anything left to do. */
cbank_status cbi_logkey_settle(const char *folder, cbi_bytes passphrase, cbi_logkey *key,
                               cbank_error *err);
void cbi_logkey_clear(cbi_logkey *key);

/*
 * All four steps, for the bank in this folder; handles that are open on it write no more and have
 * to be opened again. What cbi_bank_open answers; BUSY (LOG_GREW) if others never stop writing.
 */
cbank_status cbi_logkey_rotate(const char *folder, cbi_bytes passphrase, int64_t now,
                               cbank_error *err);

#endif
