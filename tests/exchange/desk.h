/* desk.h - a registrar's desk: files made of literals, and what becomes of their rows. */
#ifndef CBI_TESTS_EXCHANGE_DESK_H
#define CBI_TESTS_EXCHANGE_DESK_H

#include "exchange/grades.h"

#include <criterion/criterion.h>

#define DESK_ROWS_MAX 16

/* What a test looks at of one row. */
typedef struct desk_row {
    uint64_t number;
    cbi_row_class row_class;
    cbank_error why;
    char reference[160];
    char holder[160]; /* "type:number" */
    char name[64];
} desk_row;

typedef struct desk_result {
    cbank_status status; /* of the file */
    cbank_error err;
    cbi_grades_counts counts;
    desk_row rows[DESK_ROWS_MAX];
    size_t count;
} desk_result;

/* Looks at a row while it is lent. */
typedef void desk_look(const cbi_row_draft *row, void *context);

/* Options of an institution PXU with a secret, and `map`; no outcome column. */
cbi_grades_options desk_options(const char *map);
/* The same with values of the outcome column; the lists end with NULL, `failed` may be NULL. */
cbi_grades_options desk_options_for(const char *map, char *const *passed, char *const *failed);

/* Reads a whole file, `piece` bytes at a time; `look` may be NULL. */
desk_result desk_read(const cbi_grades_options *options, cbi_bytes file, size_t piece,
                      desk_look *look, void *context);
/* The same of a literal in one piece. */
desk_result desk_read_text(const cbi_grades_options *options, const char *file);

/* Fails the test unless the file has one row, which was rejected for the reason in the column. */
void desk_rejects(const cbi_grades_options *options, const char *file, cbi_reason reason,
                  const char *column);

/* The text in another encoding; ends with cbank_buffer_clear. */
cbank_buffer desk_encode(const char *utf8, const char *encoding);

#endif
