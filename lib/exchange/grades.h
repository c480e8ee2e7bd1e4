/*
 * grades.h - a spreadsheet of results in, drafts of credit records out, row by row.
 *
 * Every row is ready, skipped or rejected, and says why. Ready rows are awards that the file
 * names; whether the bank holds them already is the bank's question. A skipped row is none
 * (failed, or the same row again) and stops nothing; a rejected row has to be mended.
 *
 * Who passed is said by the outcome column and the values that mean passed, or by the result column
 * and the school's profile. Without either the file is taken to hold passed rows only. A blank
 * result never counts as passed.
 *
 * Where the profile says that one of several attempts counts, the file is read twice: rows come out
 * once its end has been fed.
 */
#ifndef CBI_EXCHANGE_GRADES_H
#define CBI_EXCHANGE_GRADES_H

#include "exchange/damage.h"
#include "exchange/draft.h"
#include "exchange/mask.h"

typedef struct cbi_grades_options {
    cbi_suite suite;
    const char *institution;      /* its code */
    const char *institution_name; /* as the records shall give it; may be "" */
    /* Under which references are composed; may be NULL where `reference` is mapped. */
    const cbi_secret *reference_secret;
    cbi_bytes format;    /* "generic", or a profile that is built in (profile.h) */
    const cbi_profile *profile; /* the school's own, in its place; or NULL */
    cbi_bytes map;       /* "FIELD=COLUMN,..." (mapping.h) */
    cbi_bytes constants; /* "FIELD=VALUE,..." */
    /* Values of the outcome column. With `failed`, a value in neither list is rejected; without,
     * every value that is not in `passed` is skipped. */
    char *const *passed;
    size_t passed_count;
    char *const *failed;
    size_t failed_count;
    cbi_encoding encoding;
    const char *sheet; /* of a workbook; "" for the first that is not empty */
} cbi_grades_options;

typedef enum cbi_row_class {
    CBI_ROW_READY = 1,
    CBI_ROW_SKIPPED = 2,
    CBI_ROW_REJECTED = 3,
} cbi_row_class;

/* One row, lent until the next call. */
typedef struct cbi_row_draft {
    cbi_row_class row_class;
    cbi_grid_row row; /* as it stands in the file */
    cbank_error why; /* where not ready; the object is the column */
    /* Where ready: the record, which salt and holder complete, and whom it is for. */
    Cbank__V1__CreditRecord *record;
    const cbi_identity *holder;  /* the document, or else the student number */
    const cbi_identity *student; /* the student number; type "" if the row has none */
    const char *name;            /* "" if the row has none */
    bool again; /* a makeup or a retake, of which the profile says what counts */
} cbi_row_draft;

typedef struct cbi_grades_counts {
    uint64_t rows; /* all but the header and blank ones */
    uint64_t ready;
    uint64_t skipped;
    uint64_t rejected;
    uint64_t blank;
} cbi_grades_counts;

typedef struct cbi_grades cbi_grades;

/* What `options` points to is borrowed until the end. INVALID or UNSUPPORTED for the options. */
cbank_status cbi_grades_new(const cbi_grades_options *options, cbi_grades **out,
                            cbank_error *err);
/* Wipes. NULL is a no-op. */
void cbi_grades_free(cbi_grades *grades);

/* The bytes of the file as they come, then its end; pull between two feeds (grid.h). */
cbank_status cbi_grades_feed(cbi_grades *grades, cbi_bytes bytes, cbank_error *err);
cbank_status cbi_grades_end(cbi_grades *grades, cbank_error *err);

/*
 * The next step; `out` is written for CBI_GRID_ROW only. An error is about the file as a whole or
 * its structure, and there is no next step behind it.
 */
cbank_status cbi_grades_next(cbi_grades *grades, cbi_grid_step *step, const cbi_row_draft **out,
                             cbank_error *err);

/* ---- rows in the hands of several threads ------------------------------------------------ */

/*
 * Rows are taken as they stand in the file, some at a time; drafts are made of them; and they are
 * settled in the order of the file, by what they do among themselves. Each thread has a share of
 * its own. One thread at a time takes, and one at a time settles; drafts are made by all at once,
 * and beside both. The steps are those of cbi_grades_next, which does all three for one row.
 */
typedef struct cbi_grades_share cbi_grades_share;

/* Room for so many rows; a row of a wide file (mapping.h) is one alone. */
cbank_status cbi_grades_share_new(size_t rows, cbi_grades_share **out, cbank_error *err);
/* Wipes. NULL is a no-op. */
void cbi_grades_share_free(cbi_grades_share *share);

/* Replaces the rows of the share. What was taken before an error, or another step, counts. */
cbank_status cbi_grades_take(cbi_grades *grades, cbi_grades_share *share, cbi_grid_step *step,
                             cbank_error *err);
size_t cbi_grades_share_count(const cbi_grades_share *share);
/* The row by itself: one that is ready may still turn out to be there twice. Lent until taking. */
const cbi_row_draft *cbi_grades_draft(cbi_grades_share *share, size_t which);
/* The row as cbi_grades_next hands it out. */
cbank_status cbi_grades_settle(cbi_grades *grades, cbi_grades_share *share, size_t which,
                               const cbi_row_draft **out, cbank_error *err);
/* After the last row was settled: what only the next ones would have needed. */
void cbi_grades_forget(cbi_grades *grades);

/* ---- what is told of them ---------------------------------------------------------------- */

/* From CBI_GRID_HEADER on. */
const cbi_bytes *cbi_grades_columns(const cbi_grades *grades, size_t *count);
cbi_grades_counts cbi_grades_count(const cbi_grades *grades);
/* COLUMN_RUINED (INVALID) if the column of document numbers is not to be believed (damage.h). */
cbank_status cbi_grades_check_column(const cbi_grades *grades, bool keep_going, cbank_error *err);
/* The school's, or the format's own; NULL for the generic format alone. */
const cbi_profile *cbi_grades_profile(const cbi_grades *grades);
/* What a message may show of the cell that it calls `column`, of the last row (mask.h). */
void cbi_grades_show(const cbi_grades *grades, const char *column, char out[CBI_MASK_SIZE]);
/* What to call the source of a field before people: its column, or the field's own word. */
const char *cbi_grades_source(const cbi_grades *grades, cbi_sheet_id id);

#endif
