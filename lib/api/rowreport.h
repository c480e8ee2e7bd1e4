/*
 * rowreport.h - what a reply says of rows and items that were not deposited.
 */
#ifndef CBI_API_ROWREPORT_H
#define CBI_API_ROWREPORT_H

#include "bank/claim.h"

#include "cbank/api/v1/credit.pb-c.h"

/* Rows of a reply; the error file has all. */
#define CBI_ROWREPORT_MAX 1000u
#define CBI_ROWREPORT_REASONS_MAX 32u

typedef struct cbi_rowreport {
    const char *lang;
    Cbank__Api__V1__RowError **errors;
    size_t error_count;
    /* How many rows were skipped, for which reason. */
    Cbank__Api__V1__SkipCount skips[CBI_ROWREPORT_REASONS_MAX];
    Cbank__Api__V1__SkipCount *skip_list[CBI_ROWREPORT_REASONS_MAX];
    size_t skip_count;
} cbi_rowreport;

/* `lang` is borrowed. */
cbank_status cbi_rowreport_begin(const char *lang, cbi_rowreport *out, cbank_error *err);
void cbi_rowreport_clear(cbi_rowreport *report);

/* Where in a file, or in a batch, something is wrong. */
typedef struct cbi_rowplace {
    uint64_t row;       /* or item, from 1 */
    const char *column; /* "": the row as a whole */
    const char *value;  /* what may be shown of what stands there */
} cbi_rowplace;

/* Keeps a row's error, unless there are enough. */
cbank_status cbi_rowreport_add(cbi_rowreport *report, cbi_rowplace place,
                               Cbank__Api__V1__OutcomeKind outcome, const cbank_error *why,
                               cbank_error *err);
void cbi_rowreport_skip(cbi_rowreport *report, const cbank_error *why);

#endif
