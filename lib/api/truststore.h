/*
 * truststore.h - what a partner keeps of a bank: the root key that was pinned, and the newest
 * directory and status file that were accepted under it.
 *
 * The number of each is the highest that was seen: an older file is refused, and so are a second
 * one of the same number and a directory that another successor of the pinned root key has signed.
 */
#ifndef CBI_API_TRUSTSTORE_H
#define CBI_API_TRUSTSTORE_H

#include "proof/statusfile.h"

#include "cbank/api/v1/trust.pb-c.h"

/* A TrustStore begins with its version, a file of cbank with its envelope: no bytes are both. */
bool cbi_truststore_is_one(cbi_bytes bytes);

typedef struct cbi_truststore {
    Cbank__Api__V1__TrustStore *message;
    cbi_hash pinned;
    cbi_directory directory; /* as it is kept, though it may have expired */
    uint64_t status_number;  /* 0: there is none */
} cbi_truststore;

/* MALFORMED (TRUST_FILE); what is kept in it is checked again. Empty on failure. */
cbank_status cbi_truststore_open(cbi_bytes bytes, cbi_truststore *out, cbank_error *err);
void cbi_truststore_clear(cbi_truststore *store);

/*
 * A newer directory of the bank, or the same one again (`changed` is false then). What
 * cbi_directory_open answers; STALE (DIRECTORY_OLDER, ROOT_SUCCEEDED), FORK (NUMBER_TWICE).
 */
cbank_status cbi_truststore_take_directory(const cbi_truststore *store, cbi_bytes file, int64_t at,
                                           cbi_directory *out, bool *changed, cbank_error *err);
/* The same of a status file, under that directory. STALE (STATUS_NUMBER_OLDER). */
cbank_status cbi_truststore_take_status(const cbi_truststore *store, cbi_bytes file,
                                        const cbi_directory *directory, int64_t at, bool *changed,
                                        cbank_error *err);

#endif
