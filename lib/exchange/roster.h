/*
 * roster.h - a list of people in, persons to open accounts for out, row by row.
 *
 * What a row says of sex and birth is held against the number, which tells whose numbers are
 * swapped. A number of fifteen digits becomes one of eighteen; where the date of birth stands
 * beside it, it tells the century. Columns whose numbers a spreadsheet program has ruined are
 * noticed (damage.h); who reads the roster looks at cbi_roster_damage at its end.
 */
#ifndef CBI_EXCHANGE_ROSTER_H
#define CBI_EXCHANGE_ROSTER_H

#include "exchange/damage.h"
#include "exchange/grades.h"

#include "cbank/api/v1/learner.pb-c.h"

typedef struct cbi_roster_options {
    cbi_sheet_use use; /* FOR_ENROLMENTS: names may be missing (enrolments.h); 0: FOR_ROSTER */
    const char *institution; /* whose student numbers they are; "" where there are none */
    cbi_bytes map;           /* "FIELD=COLUMN,..." (mapping.h) */
    cbi_bytes constants;     /* "FIELD=VALUE,..." */
    const cbi_profile *profile;
    cbi_encoding encoding;
    const char *sheet; /* of a workbook; "" for the first that is not empty */
} cbi_roster_options;

/* One row, lent until the next call. */
typedef struct cbi_roster_row {
    cbi_row_class row_class; /* READY or REJECTED */
    cbi_grid_row row;
    cbank_error why; /* where rejected; the object is the column */
    /* Where ready: documents in their canonical form, the student number last. */
    const Cbank__Api__V1__Person *person;
    bool doubtful;  /* the number could be what a program has left of another */
    bool converted; /* from fifteen digits */
} cbi_roster_row;

typedef struct cbi_roster cbi_roster;

/* What `options` points to is borrowed until the end. */
cbank_status cbi_roster_new(const cbi_roster_options *options, cbi_roster **out, cbank_error *err);
/* Wipes. NULL is a no-op. */
void cbi_roster_free(cbi_roster *roster);

/* As of a grid (grid.h). */
cbank_status cbi_roster_feed(cbi_roster *roster, cbi_bytes bytes, cbank_error *err);
cbank_status cbi_roster_end(cbi_roster *roster, cbank_error *err);
cbank_status cbi_roster_next(cbi_roster *roster, cbi_grid_step *step, const cbi_roster_row **out,
                             cbank_error *err);
const cbi_bytes *cbi_roster_columns(const cbi_roster *roster, size_t *count);
/* Rows so far that are not blank. */
uint64_t cbi_roster_rows(const cbi_roster *roster);

/* What a message may show of the cell that it calls `column`, of the row in hand (mask.h). */
void cbi_roster_show(const cbi_roster *roster, const char *column, char out[CBI_MASK_SIZE]);
/* What to call the source of a field before people: its column, or the field's own word. */
const char *cbi_roster_source(const cbi_roster *roster, cbi_sheet_id id);
/* The column of numbers as a whole; COLUMN_RUINED (INVALID) if it is not to be believed. */
const cbi_damage *cbi_roster_damage(const cbi_roster *roster);
cbank_status cbi_roster_check_column(const cbi_roster *roster, cbank_error *err);

#endif
