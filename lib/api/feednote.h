/*
 * feednote.h - what a batch is remembered to have come from: the file that was fed, and who fed it.
 */
#ifndef CBI_API_FEEDNOTE_H
#define CBI_API_FEEDNOTE_H

#include "crypto/digest.h"

#include "cbank/api/v1/credit.pb-c.h"

#define CBI_FILE_NAME_MAX 255

/* Begins as {0}; cleared whatever the calls answer. */
typedef struct cbi_feednote {
    cbi_hasher *hasher;
    cbi_hash digest;
    Cbank__Api__V1__BatchSource source; /* complete once the file has ended */
} cbi_feednote;

/* The texts are borrowed; "" where nothing is stated. INVALID, ARGUMENT. */
cbank_status cbi_feednote_begin(cbi_suite suite, const char *file_name, const char *actor,
                                cbi_feednote *out, cbank_error *err);
cbank_status cbi_feednote_add(cbi_feednote *note, cbi_bytes bytes, cbank_error *err);
cbank_status cbi_feednote_end(cbi_feednote *note, cbank_error *err);
void cbi_feednote_clear(cbi_feednote *note);

#endif
