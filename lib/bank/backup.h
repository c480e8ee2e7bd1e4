/*
 * backup.h - a bank's store as one file, and a bank's folder from such a file.
 *
 * The file is the store alone: what is personal in it is sealed, and the keys that open it are
 * kept elsewhere. So is the guard, which tells whether a copy is the newest: restoring an older
 * one than the guard has seen is refused, and where no guard is left the operator must bring a
 * signed checkpoint that the copy has to extend.
 */
#ifndef CBI_BANK_BACKUP_H
#define CBI_BANK_BACKUP_H

#include "bank/bank.h"

/* What a copy holds at least, under a signed checkpoint. */
typedef struct cbi_backup {
    uint64_t size;
    cbi_hash root;
    uint64_t bytes; /* of the file */
} cbi_backup;

/* EXISTS, IO, FULL. */
cbank_status cbi_backup_write(cbi_bank *bank, const char *file, cbi_backup *out,
                              cbank_error *err);

typedef struct cbi_restoring {
    const char *file;
    const char *path;  /* folder to make */
    const char *guard; /* folder; "" for `path`.guard */
    const char *keys;  /* folder; log.key, vault.key and, if it is there, root.key are copied */
    cbi_bytes note;    /* a signed checkpoint to make a new guard from; or none */
    cbi_bytes passphrase;
} cbi_restoring;

/*
 * Makes the folder in a temporary place, opens the bank there, and moves it into place. EXISTS,
 * ROLLBACK, GUARD, CORRUPT, MALFORMED, KEY; nothing is left behind then.
 */
cbank_status cbi_backup_restore(const cbi_restoring *restoring, cbi_backup *out,
                                cbank_error *err);

#endif
