/*
 * statusfile.h - what partners refresh: records, accounts and disclosures that no longer are as
 * they were. Version 1 knows no disclosures; nothing else is different.
 *
 * Opened under a directory: signature, body and checkpoint are checked before anything is read.
 */
#ifndef CBI_PROOF_STATUSFILE_H
#define CBI_PROOF_STATUSFILE_H

#include "proof/directory.h"

#include "cbank/v1/status.pb-c.h"

#define CBI_STATUS_TYPE CBI_ENVELOPE_TYPE("status")

/* One record or account that is listed. */
typedef struct cbi_status_row {
    cbi_hash id; /* of the record; of an account its tag */
    uint8_t state;
} cbi_status_row;

typedef struct cbi_status_rows {
    cbi_status_row *items; /* in the order of their ids, each once */
    size_t count;
    size_t capacity;
} cbi_status_rows;

/* One transcript that was withdrawn or extended. */
typedef struct cbi_status_disclosure {
    cbi_hash id; /* its payload id */
    uint8_t state;
    int64_t expires_at; /* of one that was extended */
} cbi_status_disclosure;

typedef struct cbi_status_disclosures {
    cbi_status_disclosure *items; /* in the order of their ids, each once */
    size_t count;
    size_t capacity;
} cbi_status_disclosures;

typedef struct cbi_statusfile {
    Cbank__V1__StatusHead *head;
    cbi_hash root; /* of the log as of head->size */
    cbi_status_rows records;
    cbi_status_rows accounts;
    cbi_status_disclosures disclosures;
} cbi_statusfile;

/*
 * `at` decides on expiry, which is STALE. Else as a transcript: MALFORMED, UNSUPPORTED, TOO_LARGE,
 * UNTRUSTED_KEY, BAD_SIGNATURE, KEY_NOT_VALID, BAD_SEMANTICS.
 */
cbank_status cbi_statusfile_open(cbi_bytes file, const cbi_directory *directory, int64_t at,
                                 cbi_statusfile *out, cbank_error *err);
void cbi_statusfile_clear(cbi_statusfile *status);

/* The state that is listed, or 0. */
Cbank__V1__RecordState cbi_statusfile_record(const cbi_statusfile *status, const cbi_hash *id);
Cbank__V1__AccountState cbi_statusfile_account(const cbi_statusfile *status, const cbi_hash *tag);
/* NULL if the transcript is not listed. */
const cbi_status_disclosure *cbi_statusfile_disclosure(const cbi_statusfile *status,
                                                       const cbi_hash *id);

#endif
