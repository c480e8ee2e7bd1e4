/*
 * mapping.h - which column, or which constant, fills which field.
 *
 * Written as "FIELD=COLUMN,FIELD=COLUMN": fields are the words of sheet.h, and amount:UNIT for an
 * amount in a unit of one's own. A column's name with a comma, a quote or '=' in it stands in
 * quotes, with its own quotes doubled. Constants are a second list of the same form.
 *
 * A format of a campus system would be such lists kept as data; `generic` begins with none.
 */
#ifndef CBI_EXCHANGE_MAPPING_H
#define CBI_EXCHANGE_MAPPING_H

#include "exchange/grid.h"
#include "exchange/sheet.h"

#define CBI_MAPPING_MAX 64u
#define CBI_MAPPING_CONSTANT SIZE_MAX

typedef struct cbi_assignment {
    const cbi_sheet_field *field;
    const char *unit; /* of an amount; else NULL */
    const char *text; /* the column's name, or the constant */
    size_t column;    /* index in the header once bound, or CBI_MAPPING_CONSTANT */
} cbi_assignment;

typedef struct cbi_mapping cbi_mapping;

/* INVALID, with the part of the list that is wrong as object. */
cbank_status cbi_mapping_new(cbi_bytes map, cbi_bytes constants, cbi_mapping **out,
                             cbank_error *err);
/* NULL is a no-op. */
void cbi_mapping_free(cbi_mapping *mapping);

/* Whether all columns that are mapped are among these: a cbi_grid_fits of a cbi_mapping. */
bool cbi_mapping_fits(const void *mapping, const cbi_bytes *columns, size_t count);

/*
 * Finds the columns in a header. INVALID if one is not there or is there twice, or if a field that
 * every row needs (title; id_number or student_number) or that another one needs (score_max for a
 * score) has neither column nor constant; the detail then lists the columns that there are.
 */
cbank_status cbi_mapping_bind(cbi_mapping *mapping, const cbi_bytes *columns, size_t count,
                              cbank_error *err);

/* All assignments, in the order of the lists. */
const cbi_assignment *cbi_mapping_list(const cbi_mapping *mapping, size_t *count);
/* NULL if the field is not mapped. */
const cbi_assignment *cbi_mapping_find(const cbi_mapping *mapping, cbi_sheet_id id);

/* What the row holds for it: the constant or the cell; empty for NULL or a missing cell. */
cbi_bytes cbi_assignment_value(const cbi_assignment *assignment, const cbi_grid_row *row);
/* What to call it before people: the column's name, or the field of a constant. */
const char *cbi_assignment_name(const cbi_assignment *assignment);
/* Fails about a cell: names the column, and shows a value that is short and nobody's number. */
cbank_status cbi_assignment_fail(const cbi_assignment *assignment, cbi_reason reason,
                                 cbi_bytes value, cbank_error *err);

#endif
