#include "exchange/mapping.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "exchange/cell.h"
#include "exchange/mask.h"

#define COLUMNS_SHOWN 320u  /* bytes; an error cuts it to what it holds */

/* A file without a header has a learner's row in its place, whose numbers stay out of messages. */
static void list_columns(const cbi_bytes *columns, size_t count, char out[COLUMNS_SHOWN])
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        bool shown = !cbi_cell_looks_personal(columns[i]);
        cbi_bytes name = shown ? columns[i] : cbi_bytes_of_text("***");

        if (name.size + 3 > COLUMNS_SHOWN - used)
            break;
        if (used > 0) {
            out[used++] = ',';
            out[used++] = ' ';
        }
        memcpy(out + used, name.data, name.size);
        used += name.size;
    }
    out[used] = '\0';
}

/* Where a column of this name is; `count` if nowhere. */
static size_t find_column(const char *name, const cbi_bytes *columns, size_t from, size_t count)
{
    while (from < count && !cbi_bytes_equal(columns[from], cbi_bytes_of_text(name)))
        from++;
    return from;
}

/* The first of the names that the header has; NULL if it has none. */
static const char *choose_name(const cbi_assignment *assignment, const cbi_bytes *columns,
                               size_t count)
{
    for (size_t i = 0; i < assignment->names.count; i++) {
        if (find_column(assignment->names.items[i], columns, 0, count) < count)
            return assignment->names.items[i];
    }
    for (size_t n = 1; cbi_assignment_is_wide(assignment) && n <= CBI_MAPPING_TURNS_MAX; n++) {
        if (cbi_assignment_has_number(assignment, n, columns, count))
            return assignment->names.items[0];
    }
    return NULL;
}

static cbank_status bind_one(cbi_assignment *assignment, const cbi_bytes *columns, size_t count,
                             const char *shown, cbank_error *err)
{
    const char *name = choose_name(assignment, columns, count);
    size_t again;

    if (assignment->column == CBI_MAPPING_CONSTANT)
        return CBANK_OK;
    if (name == NULL && assignment->optional) {
        assignment->column = CBI_MAPPING_ABSENT;
        return CBANK_OK;
    }
    if (name == NULL)
        return cbi_fail(err, CBI_REASON_MAP_NO_COLUMN, 0, assignment->text, "%s", shown);
    if (cbi_assignment_is_wide(assignment))
        return CBANK_OK; /* each turn has its own (wide.c) */
    assignment->text = name;
    assignment->column = find_column(name, columns, 0, count);
    again = find_column(name, columns, assignment->column + 1, count);
    if (again < count)
        return cbi_fail(err, CBI_REASON_CSV_DUPLICATE_COLUMN, 0, name, "%zu, %zu",
                        assignment->column + 1, again + 1);
    return CBANK_OK;
}

bool cbi_mapping_fits(const void *context, const cbi_bytes *columns, size_t count)
{
    const cbi_mapping *mapping = context;

    for (size_t i = 0; i < mapping->count; i++) {
        const cbi_assignment *assignment = &mapping->list[i];

        if (assignment->column != CBI_MAPPING_CONSTANT && !assignment->optional &&
            choose_name(assignment, columns, count) == NULL)
            return false;
    }
    return true;
}

/* Fields that say nothing without another. */
static const struct {
    cbi_sheet_id field;
    cbi_sheet_id other;
    const char *word; /* of the other */
} companions[] = {
    {CBI_SHEET_SCORE, CBI_SHEET_SCORE_MAX, "score_max"},
    {CBI_SHEET_GRADE_POINT, CBI_SHEET_POINT_SCALE, "point_scale"},
    {CBI_SHEET_LEVEL, CBI_SHEET_FRAMEWORK, "framework"},
    {CBI_SHEET_FRAMEWORK, CBI_SHEET_LEVEL, "level"},
};

/* The first field that rows need and that has nothing to fill it, or NULL. */
static const char *missing_field(const cbi_mapping *mapping)
{
    if (mapping->use == CBI_SHEET_FOR_ROSTER && cbi_mapping_find(mapping, CBI_SHEET_NAME) == NULL)
        return "name";
    if (mapping->use == CBI_SHEET_FOR_GRADES && cbi_mapping_find(mapping, CBI_SHEET_TITLE) == NULL)
        return "title";
    if (mapping->use == CBI_SHEET_FOR_AMENDMENTS) {
        if (cbi_mapping_find(mapping, CBI_SHEET_RECORD) == NULL &&
            cbi_mapping_find(mapping, CBI_SHEET_REFERENCE) == NULL)
            return "id, reference";
    } else if (cbi_mapping_find(mapping, CBI_SHEET_ID_NUMBER) == NULL &&
               cbi_mapping_find(mapping, CBI_SHEET_STUDENT_NUMBER) == NULL)
        return "id_number, student_number";
    for (size_t i = 0; i < sizeof(companions) / sizeof(companions[0]); i++) {
        if (cbi_mapping_find(mapping, companions[i].field) != NULL &&
            cbi_mapping_find(mapping, companions[i].other) == NULL)
            return companions[i].word;
    }
    return NULL;
}

cbank_status cbi_mapping_bind(cbi_mapping *mapping, const cbi_bytes *columns, size_t count,
                              cbank_error *err)
{
    char shown[COLUMNS_SHOWN];
    const char *missing = missing_field(mapping);
    cbank_status status = CBANK_OK;

    list_columns(columns, count, shown);
    for (size_t i = 0; missing == NULL && i < mapping->count; i++)
        CBI_TRY(bind_one(&mapping->list[i], columns, count, shown, err));
    CBI_TRY(cbi_mapping_bind_turns(mapping, columns, count, err));
    if (missing == NULL)
        missing = missing_field(mapping); /* a profile's columns may all be absent */
    if (missing != NULL)
        return cbi_fail(err, CBI_REASON_MAP_MISSING_FIELD, 0, missing, "%s", shown);
done:
    return status;
}

const cbi_assignment *cbi_mapping_find(const cbi_mapping *mapping, cbi_sheet_id id)
{
    for (size_t i = 0; i < mapping->count; i++) {
        if (mapping->list[i].field->id == id && mapping->list[i].column != CBI_MAPPING_ABSENT)
            return &mapping->list[i];
    }
    return NULL;
}

const char *cbi_mapping_meaning(const cbi_mapping *mapping, const cbi_assignment *assignment,
                                const char *value)
{
    const cbi_profile *profile = mapping->profile;
    bool known = false;

    if (profile == NULL || assignment->column == CBI_MAPPING_CONSTANT || *value == '\0')
        return value;
    for (size_t i = 0; i < profile->values.count; i++) {
        const cbi_profile_pair *pair = &profile->values.items[i];

        if (strcmp(pair->column, assignment->text) != 0)
            continue;
        known = true;
        if (strcmp(pair->from, value) == 0)
            return pair->to;
    }
    return known ? NULL : value;
}

cbi_bytes cbi_assignment_value(const cbi_assignment *assignment, const cbi_grid_row *row)
{
    if (assignment == NULL)
        return (cbi_bytes){NULL, 0};
    if (assignment->column == CBI_MAPPING_CONSTANT)
        return cbi_bytes_of_text(assignment->text);
    if (assignment->column >= row->count)
        return (cbi_bytes){NULL, 0};
    return row->cells[assignment->column];
}

cbank_status cbi_assignment_take(const cbi_assignment *assignment, const cbi_grid_row *row,
                                 bool text, char *room, size_t *size, cbank_error *err)
{
    cbi_bytes cell = cbi_assignment_value(assignment, row);
    const char *name = cbi_assignment_name(assignment);
    cbi_bytes value;

    if (cell.size > CBI_TEXT_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_SIZE, CBI_TEXT_MAX, name, "%zu", cell.size);
    *size = cbi_cell_unwrap(cell, room);
    if (!text)
        (void)cbi_cell_narrow(room, size);
    value = cbi_bytes_of(room, *size);
    if (!cbi_text_is_clean(value))
        return cbi_fail(err, CBI_REASON_BAD_UTF8, 0, name, NULL);
    if (cbi_cell_is_error(value) || (text && cbi_cell_is_formula(value)))
        return cbi_fail(err, CBI_REASON_FORMULA_CELL, 0, name, NULL);
    return CBANK_OK;
}

const char *cbi_assignment_name(const cbi_assignment *assignment)
{
    return assignment->column == CBI_MAPPING_CONSTANT ? assignment->field->word : assignment->text;
}

cbank_status cbi_assignment_fail(const cbi_assignment *assignment, cbi_reason reason,
                                 cbi_bytes value, cbank_error *err)
{
    if (cbi_mask_hides(assignment->field, value))
        value = cbi_bytes_of_text("***");
    return cbi_fail(err, reason, 0, cbi_assignment_name(assignment), "%.*s", (int)value.size,
                    (const char *)value.data);
}
