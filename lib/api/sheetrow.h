/*
 * sheetrow.h - one row of a spreadsheet: ruled on by itself, then settled in the order of the file.
 *
 * Ruling reads the bank, and makes of a record what is signed; any thread may do it. Settling is
 * about what the rows do among themselves, and about all that is kept of them.
 */
#ifndef CBI_API_SHEETROW_H
#define CBI_API_SHEETROW_H

#include "api/sheet.h"
#include "bank/recall.h"
#include "bank/signing.h"

/* By what rows are ruled on: one snapshot, for one thread. Begins as {0}; ended in every case. */
typedef struct cbi_sheet_judge {
    cbi_reader reader; /* {0} without a bank */
    cbi_hasher *hasher;
    cbi_awarder last;
    cbi_recall_view recall; /* with a bank */
    bool keeps; /* given: whether what is ruled may be kept (docket.h) */
} cbi_sheet_judge;

cbank_status cbi_sheet_judge_begin(const cbi_sheet *sheet, cbi_sheet_judge *out, cbank_error *err);
void cbi_sheet_judge_end(cbi_sheet_judge *judge);

/* What was found of a row. Begins as {0}; lends from the row, and may be used again. */
typedef struct cbi_sheet_finding {
    const cbi_row_draft *row;
    Cbank__V1__CreditRecord record; /* the draft with who signs it */
    cbi_person person;
    cbi_hash grant;
    cbi_claim claim;
    cbi_ruling ruling;
    /* Of one that may be deposited: as it is signed if the others let it, or why it is not. */
    cbi_signing_record made;
    cbi_docket_entry entry;
    cbank_status failed;
    cbank_error failure;
} cbi_sheet_finding;

/* Wipes. */
void cbi_sheet_finding_clear(cbi_sheet_finding *finding);

/* OK whatever is ruled; another answer is the store's. The row is ready. */
cbank_status cbi_sheet_rule(const cbi_sheet *sheet, cbi_sheet_judge *judge,
                            const cbi_row_draft *row, cbi_sheet_finding *out, cbank_error *err);
/* The next row of the file, which was ruled on if it is ready. */
cbank_status cbi_sheet_settle(cbi_sheet *sheet, cbi_sheet_judge *judge, const cbi_row_draft *row,
                              cbi_sheet_finding *finding, cbank_error *err);

#endif
