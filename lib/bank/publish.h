/*
 * publish.h - what the bank signs for everybody: its directory, and its status file.
 *
 * Each has a number of its own, higher for every file of its kind. The number is taken in an act,
 * so that no two files share one, and what was written before is sealed when the file is made.
 */
#ifndef CBI_BANK_PUBLISH_H
#define CBI_BANK_PUBLISH_H

#include "bank/bank.h"

#define CBI_PUBLISH_DIRECTORY_DAYS 365
#define CBI_PUBLISH_STATUS_DAYS 7

typedef struct cbi_publication {
    cbank_buffer file;
    uint64_t number;
    uint64_t size; /* of the log */
    uint32_t institutions;
    uint32_t records;
    uint32_t accounts;
} cbi_publication;

/*
 * All institutions and their keys, signed by the root key. `expires_at` 0 is the days above from
 * now. `out` is {0} before. KEY if it is another key; INVALID for an expiry that is past;
 * TOO_LARGE.
 */
cbank_status cbi_publish_directory(cbi_bank *bank, const cbi_private *root_key, int64_t now,
                                   int64_t expires_at, cbi_publication *out, cbank_error *err);

/* Records that no longer simply hold and accounts that are not open, signed by the log key. */
cbank_status cbi_publish_status(cbi_bank *bank, int64_t now, int64_t expires_at,
                                cbi_publication *out, cbank_error *err);

void cbi_publish_clear(cbi_publication *publication);

#endif
