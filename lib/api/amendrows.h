/*
 * amendrows.h - the rows of a spreadsheet of amendments, each with the record that it is about.
 */
#ifndef CBI_API_AMENDROWS_H
#define CBI_API_AMENDROWS_H

#include "api/feednote.h"
#include "api/rowreport.h"
#include "bank/holding.h"
#include "exchange/amendments.h"
#include "ledger/history.h"
#include "record/seen.h"

/* Begins as {0}; cleared whatever the calls answer. */
typedef struct cbi_amendrows {
    cbi_amendments *file;
    cbi_feednote note;
    cbi_seen *named; /* the records so far: each is amended once */
    cbi_rowreport report;
    cbi_amendments_row row; /* in hand */
    uint64_t rows;
    uint64_t unchanged; /* that say what their records say */
    uint64_t rejected;
    bool complete;
} cbi_amendrows;

/* All is borrowed. INVALID, UNSUPPORTED for the format. */
cbank_status cbi_amendrows_begin(const Cbank__Api__V1__SheetFormat *format, const char *lang,
                                 cbi_suite suite, cbi_amendrows *out, cbank_error *err);
void cbi_amendrows_clear(cbi_amendrows *amendrows);

cbank_status cbi_amendrows_feed(cbi_amendrows *amendrows, cbi_bytes bytes, cbank_error *err);
/* Then `note.digest` is the file's. */
cbank_status cbi_amendrows_end(cbi_amendrows *amendrows, cbank_error *err);

/*
 * The next row that can be used, with its record of this institution; rows that cannot are reported
 * and passed over. `*found` is false without one: the file has ended then (`complete`), or more of
 * it is wanted. `holding` is cleared by the caller.
 */
cbank_status cbi_amendrows_next(cbi_amendrows *amendrows, cbi_reader *reader,
                                const char *institution, cbi_holding *holding, bool *found,
                                cbank_error *err);
/* The record in hand could not be amended: OK if that is about the row, else the failure. */
cbank_status cbi_amendrows_refuse(cbi_amendrows *amendrows, const cbank_error *why,
                                  cbank_error *err);

#endif
