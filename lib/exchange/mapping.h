/*
 * mapping.h - which column, or which constant, fills which field.
 *
 * What the caller states goes first: "FIELD=COLUMN,FIELD=COLUMN", where fields are the words of
 * sheet.h, and amount:UNIT for an amount in a unit of one's own. A column's name with a comma, a
 * quote or '=' in it stands in quotes, with its own quotes doubled. Constants are a second list of
 * the same form. A profile fills the fields that are left: of the names that it knows for a column,
 * the first that the header has is taken. In a file of amendments every column counts that bears a
 * field's own name, its word or the Chinese one.
 */
#ifndef CBI_EXCHANGE_MAPPING_H
#define CBI_EXCHANGE_MAPPING_H

#include "exchange/grid.h"
#include "exchange/profile.h"
#include "exchange/sheet.h"

#define CBI_MAPPING_MAX 96u
#define CBI_MAPPING_TURNS_MAX 64u /* subjects of one row */
#define CBI_MAPPING_CONSTANT SIZE_MAX
#define CBI_MAPPING_ABSENT (SIZE_MAX - 1) /* a column of the profile that the file has not */

typedef struct cbi_assignment {
    const cbi_sheet_field *field;
    const char *unit; /* of an amount; else NULL */
    cbi_texts names;  /* what the column may be called; of a constant: its value */
    const char *text; /* the column's name once bound, or the constant */
    bool optional;    /* a file without the column is read all the same */
    size_t column;    /* index in the header once bound, CBI_MAPPING_CONSTANT or _ABSENT */
} cbi_assignment;

typedef struct cbi_mapping_options {
    cbi_sheet_use use;
    cbi_bytes map;
    cbi_bytes constants;
    const cbi_profile *profile; /* or NULL; borrowed until the end */
} cbi_mapping_options;

typedef struct cbi_mapping {
    cbi_assignment list[CBI_MAPPING_MAX];
    size_t count;
    char *texts[2];                      /* of the two lists; what the assignments point into */
    const char *single[CBI_MAPPING_MAX]; /* names of columns that have one only */
    const char *own[CBI_MAPPING_MAX][2]; /* of those that bear their field's */
    const cbi_profile *profile;
    cbi_sheet_use use;
    struct cbi_mapping_turn *turns; /* of a wide file, one a subject */
    size_t turn_count;              /* 0: a row is one result */
} cbi_mapping;

/* INVALID, with the part of the list that is wrong as object. */
cbank_status cbi_mapping_new(const cbi_mapping_options *options, cbi_mapping **out,
                             cbank_error *err);
/* NULL is a no-op. */
void cbi_mapping_free(cbi_mapping *mapping);

/* Whether all columns that a file must have are among these: a cbi_grid_fits of a cbi_mapping. */
bool cbi_mapping_fits(const void *mapping, const cbi_bytes *columns, size_t count);

/*
 * Finds the columns in a header. INVALID if one is not there or is there twice, or if a field that
 * every row needs (title or name; id_number or student_number) or that another one needs
 * (score_max for a score) has neither column nor constant; the detail then lists the columns that
 * there are.
 */
cbank_status cbi_mapping_bind(cbi_mapping *mapping, const cbi_bytes *columns, size_t count,
                              cbank_error *err);

/*
 * A wide file holds many results in one row: columns whose names have a number for each ("#" in the
 * profile). Once bound, the mapping turns to one subject after the other.
 */
void cbi_mapping_turn(cbi_mapping *mapping, size_t turn);
/* Whether the row has nothing under this subject's columns. */
bool cbi_mapping_turn_is_empty(const cbi_mapping *mapping, const cbi_grid_row *row);

/* For binding.c: whether a column is numbered, and there; and all of them, bound. */
bool cbi_assignment_is_wide(const cbi_assignment *assignment);
bool cbi_assignment_has_number(const cbi_assignment *assignment, size_t number,
                               const cbi_bytes *columns, size_t count);
cbank_status cbi_mapping_bind_turns(cbi_mapping *mapping, const cbi_bytes *columns, size_t count,
                                    cbank_error *err);

/* All assignments, in the order of the lists. */
const cbi_assignment *cbi_mapping_list(const cbi_mapping *mapping, size_t *count);
/* NULL if the field is not mapped, or its column not there. */
const cbi_assignment *cbi_mapping_find(const cbi_mapping *mapping, cbi_sheet_id id);
/*
 * What a value of this column stands for, by the profile; the value itself where the profile says
 * nothing of the column. NULL for a value that it does not know.
 */
const char *cbi_mapping_meaning(const cbi_mapping *mapping, const cbi_assignment *assignment,
                                const char *value);

/* What the row holds for it: the constant or the cell; empty for NULL or a missing cell. */
cbi_bytes cbi_assignment_value(const cbi_assignment *assignment, const cbi_grid_row *row);
/*
 * The value as text, out of ="...", into `room` of CBI_TEXT_MAX + 1 bytes. INVALID with the column
 * as object: too long, not clean, the trace of a formula that failed, or with `text` a formula.
 */
cbank_status cbi_assignment_take(const cbi_assignment *assignment, const cbi_grid_row *row,
                                 bool text, char *room, size_t *size, cbank_error *err);
/* What to call it before people: the column's name, or the field of a constant. */
const char *cbi_assignment_name(const cbi_assignment *assignment);
/* Fails about a cell: names the column, and shows a value that is short and nobody's number. */
cbank_status cbi_assignment_fail(const cbi_assignment *assignment, cbi_reason reason,
                                 cbi_bytes value, cbank_error *err);

#endif
