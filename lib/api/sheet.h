/*
 * sheet.h - a spreadsheet on its way into a signed batch: the part that import and sign share.
 *
 * Rows come out of exchange/grades; those that are ready and new become items of one batch. With a
 * bank at hand each row is judged against what it holds before anything is signed.
 */
#ifndef CBI_API_SHEET_H
#define CBI_API_SHEET_H

#include "api/rowreport.h"
#include "bank/desk.h"
#include "bank/docket.h"
#include "exchange/errorfile.h"
#include "exchange/grades.h"
#include "record/totals.h"

typedef struct cbi_sheet {
    /* Given. */
    cbi_bank *bank; /* NULL: sign only */
    const cbi_private *key;
    const char *institution; /* that signs */
    const char *awarder;     /* whose records they are, NULL or "": its own */
    cbi_hash grant;          /* without a bank: what allows it to sign for another */
    const Cbank__Api__V1__SheetFormat *format;
    bool open_accounts;
    bool amend;
    bool keep_going;
    int64_t now;
    const char *lang;
    /*
     * NULL: rows become items. Else what hears of each row that the bank does not reject, as one
     * that is not there, unchanged or changed; then nothing is signed and `key` is NULL.
     */
    cbank_status (*judged)(void *context, cbi_reader *reader, const cbi_row_draft *row,
                           const cbi_ruling *ruling, cbank_error *err);
    void *context;

    cbi_grades *grades;
    cbi_grades_options options;
    cbi_secret reference_secret;
    cbi_profile profile;
    uint64_t last_rejected; /* row */
    cbi_batch_builder batch;
    cbank_buffer rows; /* of the items of the batch: 4 bytes each */
    cbi_docket docket;  /* of the batch, if the bank is to have it */
    cbi_tally *tally;   /* while rows are read */
    uint64_t strangers; /* persons without an account; known once they are */
    cbi_rowreport report;
    cbi_spool *errors; /* the error file; empty without a rejected row */
    cbank_buffer line; /* of it */
    struct cbi_sheet_desks *desks; /* of those who read it (sheetcrew.h) */
    uint64_t pace;                 /* rows of the step before */
    bool complete;                 /* the file has been read to its end */
    uint64_t unchanged;
    uint64_t changed; /* with `amend` they are in the batch */
    uint64_t rejected;
    uint64_t yielded; /* rows that an attempt stands for which the bank holds */
    uint64_t added;   /* rows of records that are new */
    cbi_totals totals; /* of these */
} cbi_sheet;

/* Whose records they are. */
const char *cbi_sheet_awarder(const cbi_sheet *sheet);

/* `sheet` holds what is given; the rest is {0}. INVALID or UNSUPPORTED for the format. */
cbank_status cbi_sheet_begin(cbi_sheet *sheet, cbank_error *err);
void cbi_sheet_clear(cbi_sheet *sheet);

/*
 * Takes the rows there are, about `budget_ms` worth, on all cores (sheetcrew.h); `*wants` says
 * whether it needs more of the file. `sheet->complete` is set at the end.
 */
cbank_status cbi_sheet_take_rows(cbi_sheet *sheet, uint32_t budget_ms, bool *wants,
                                 cbank_error *err);

/* For sheetcrew.c: after the last row of all. */
cbank_status cbi_sheet_complete(cbi_sheet *sheet, cbank_error *err);

/* Whether there is anything to sign. */
bool cbi_sheet_has_items(const cbi_sheet *sheet);
/* Reports an item of the batch that was refused after all. */
cbank_status cbi_sheet_refuse(cbi_sheet *sheet, uint64_t item, const cbank_error *why,
                              cbank_error *err);

/*
 * Signs what has been added: `begin` is the beginning of the file, as in cbi_batch_seal. INVALID
 * (BATCH_EMPTY) if nothing has.
 */
cbank_status cbi_sheet_sign(cbi_sheet *sheet, const char *origin, uint64_t number, int64_t now,
                            cbank_buffer *begin, cbank_error *err);

/* The counts and rows of the reply; lends from `sheet`. */
void cbi_sheet_describe(cbi_sheet *sheet, Cbank__Api__V1__CreditImportReply *out);
/* The same with the sums of what was deposited. */
cbank_status cbi_sheet_reply(cbi_sheet *sheet, Cbank__Api__V1__CreditImportReply *answer,
                             cbank_buffer *reply, cbank_error *err);

#endif
