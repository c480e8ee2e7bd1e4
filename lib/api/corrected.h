/*
 * corrected.h - what a reply says of records that were corrected, read back from the log.
 */
#ifndef CBI_API_CORRECTED_H
#define CBI_API_CORRECTED_H

#include "bank/holding.h"
#include "ledger/history.h"

#include "cbank/api/v1/credit.pb-c.h"

/* Begin with {0}; end with cbi_corrected_clear. */
typedef struct cbi_corrected {
    struct cbi_corrected_row *rows;
    Cbank__Api__V1__CreditOutcome **list;
    size_t count;
} cbi_corrected;

/* Room for `capacity` records. */
cbank_status cbi_corrected_begin(size_t capacity, cbi_corrected *out, cbank_error *err);
void cbi_corrected_clear(cbi_corrected *corrected);

/* The record at log index `old`, and at `replacement` the one in its place; 0 if there is none. */
cbank_status cbi_corrected_add(cbi_corrected *corrected, cbi_reader *reader, uint64_t old,
                               uint64_t replacement, cbank_error *err);

#endif
