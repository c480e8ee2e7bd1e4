/*
 * amendments.h - a spreadsheet that says record by record what is to be put right.
 *
 * A row names a record by `id` or by `reference`; what its other cells state takes the place of
 * what the record says (record/overlay.h), and an empty cell says nothing. Columns bear the names
 * of the fields that they fill (sheet.h), or are mapped. Columns that say whose record it is may be
 * there for those who read the file; any other that fills nothing is refused, for it may be an
 * amendment with its name mistyped.
 */
#ifndef CBI_EXCHANGE_AMENDMENTS_H
#define CBI_EXCHANGE_AMENDMENTS_H

#include "exchange/mask.h"

#include "cbank/v1/record.pb-c.h"

typedef struct cbi_amendments_options {
    cbi_bytes map;       /* "FIELD=COLUMN,..." (mapping.h) */
    cbi_bytes constants; /* "FIELD=VALUE,..." */
    cbi_encoding encoding;
    const char *sheet; /* of a workbook; "" for the first that is not empty */
} cbi_amendments_options;

/* One row, lent until the next call. */
typedef struct cbi_amendments_row {
    uint64_t number;
    cbank_error why;       /* reason 0, or why the row cannot be used; the object is the column */
    const char *id;        /* "" if the row has none */
    const char *reference; /* likewise; not both empty */
    const char *named;     /* the column that names the record */
    const Cbank__V1__CreditRecord *stated;
} cbi_amendments_row;

typedef struct cbi_amendments cbi_amendments;

/* What `options` points to is borrowed until the end. INVALID for the options. */
cbank_status cbi_amendments_new(const cbi_amendments_options *options, cbi_amendments **out,
                                cbank_error *err);
/* NULL is a no-op. */
void cbi_amendments_free(cbi_amendments *amendments);

/* As with cbi_grades_feed: pull between two feeds. */
cbank_status cbi_amendments_feed(cbi_amendments *amendments, cbi_bytes bytes, cbank_error *err);
cbank_status cbi_amendments_end(cbi_amendments *amendments, cbank_error *err);
/* `out` is written for CBI_GRID_ROW only. An error is about the file as a whole. */
cbank_status cbi_amendments_next(cbi_amendments *amendments, cbi_grid_step *step,
                                 cbi_amendments_row *out, cbank_error *err);

/* What a message may show of the cell that it calls `column`, of the row in hand (mask.h). */
void cbi_amendments_show(const cbi_amendments *amendments, const char *column,
                         char out[CBI_MASK_SIZE]);

#endif
