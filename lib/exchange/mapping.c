#include "exchange/mapping.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "exchange/cell.h"
#include "record/field.h"

#define VALUE_SHOWN_MAX 24u /* bytes of a wrong value that a message may show */
#define COLUMNS_SHOWN 320u  /* bytes; an error cuts it to what it holds */

struct cbi_mapping {
    cbi_assignment list[CBI_MAPPING_MAX];
    size_t count;
    char *texts[2]; /* of the two lists; what the assignments point into */
};

/* ---- reading a list ---- */

struct reader {
    const char *at;
    char *out; /* words and values are copied here, each with a zero byte */
};

static void skip_blanks(struct reader *reader)
{
    while (*reader->at == ' ')
        reader->at++;
}

static char *end_text(struct reader *reader, char *text)
{
    while (reader->out > text && reader->out[-1] == ' ')
        reader->out--;
    *reader->out++ = '\0';
    return text;
}

/* Copies up to the first of `stops`. */
static char *copy_until(struct reader *reader, const char *stops)
{
    char *text = reader->out;
    size_t size = strcspn(reader->at, stops);

    memcpy(reader->out, reader->at, size);
    reader->out += size;
    reader->at += size;
    return end_text(reader, text);
}

/* The text between quotes, in which two quotes stand for one; NULL if it does not end. */
static char *copy_quoted(struct reader *reader)
{
    char *text = reader->out;

    for (reader->at++; *reader->at != '\0'; reader->at++) {
        if (*reader->at == '"' && *++reader->at != '"')
            return end_text(reader, text);
        *reader->out++ = *reader->at;
    }
    return NULL;
}

/* "WORD=VALUE" up to the comma or the end; false if it is something else. */
static bool read_pair(struct reader *reader, char **word, char **value)
{
    skip_blanks(reader);
    *word = copy_until(reader, "=,\"");
    if (**word == '\0' || *reader->at != '=')
        return false;
    reader->at++;
    skip_blanks(reader);
    *value = *reader->at == '"' ? copy_quoted(reader) : copy_until(reader, "=,\"");
    if (*value == NULL || **value == '\0')
        return false;
    skip_blanks(reader);
    return *reader->at == ',' || *reader->at == '\0';
}

/* ---- assignments ---- */

/* Splits "amount:UNIT"; other fields stand alone. NULL for what is no field. */
static const cbi_sheet_field *find_field(char *word, const char **unit)
{
    char *colon = strchr(word, ':');
    const cbi_sheet_field *field;

    if (colon != NULL)
        *colon = '\0';
    field = cbi_sheet_find(cbi_bytes_of_text(word));
    *unit = colon != NULL ? colon + 1 : NULL;
    if (field == NULL || (field->id == CBI_SHEET_AMOUNT) != (colon != NULL))
        return NULL;
    if (colon == NULL)
        *unit = field->kind == CBI_SHEET_IS_AMOUNT ? field->scheme : NULL;
    if (colon != NULL && !cbi_field_is_word(cbi_bytes_of_text(*unit)))
        return NULL;
    return field;
}

static bool is_assigned(const cbi_mapping *mapping, const cbi_sheet_field *field, const char *unit)
{
    for (size_t i = 0; i < mapping->count; i++) {
        const cbi_assignment *other = &mapping->list[i];

        if (unit != NULL && other->unit != NULL && strcmp(unit, other->unit) == 0)
            return true;
        if (unit == NULL && other->field == field)
            return true;
    }
    return false;
}

static cbank_status assign(cbi_mapping *mapping, char *word, const char *value, bool constant,
                           cbank_error *err)
{
    const char *unit = NULL;
    const cbi_sheet_field *field = find_field(word, &unit);

    if (field == NULL)
        return cbi_fail(err, CBI_REASON_MAP_UNKNOWN_FIELD, mapping->count + 1, word, NULL);
    if (is_assigned(mapping, field, unit))
        return cbi_fail(err, CBI_REASON_MAP_TWICE, mapping->count + 1, word, NULL);
    if (mapping->count == CBI_MAPPING_MAX)
        return cbi_fail(err, CBI_REASON_MAP_SYNTAX, mapping->count + 1, word, NULL);
    mapping->list[mapping->count++] =
        (cbi_assignment){field, unit, value, constant ? CBI_MAPPING_CONSTANT : 0};
    return CBANK_OK;
}

static cbank_status read_list(cbi_mapping *mapping, cbi_bytes list, bool constant,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct reader reader;
    char *copy = NULL;
    char *word;
    char *value;

    if (list.size == 0)
        return CBANK_OK;
    if (!cbi_text_is_clean(list))
        return cbi_fail(err, CBI_REASON_BAD_UTF8, 0, constant ? "set" : "map", NULL);
    CBI_TRY(cbi_alloc(1, list.size + 1, &copy, err));
    memcpy(copy, list.data, list.size);
    /* Every '=' and every ',' gives way to a zero byte, so the pieces need no more room. */
    CBI_TRY(cbi_alloc(1, list.size + 1, &mapping->texts[constant], err));
    reader = (struct reader){copy, mapping->texts[constant]};
    for (;;) {
        if (!read_pair(&reader, &word, &value)) {
            status = cbi_fail(err, CBI_REASON_MAP_SYNTAX, mapping->count + 1, word, NULL);
            goto done;
        }
        CBI_TRY(assign(mapping, word, value, constant, err));
        if (*reader.at == '\0')
            break;
        reader.at++;
    }
done:
    cbi_free(copy);
    return status;
}

cbank_status cbi_mapping_new(cbi_bytes map, cbi_bytes constants, cbi_mapping **out,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_mapping *mapping = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*mapping), &mapping, err));
    CBI_TRY(read_list(mapping, map, false, err));
    CBI_TRY(read_list(mapping, constants, true, err));
    *out = mapping;
    mapping = NULL;
done:
    cbi_mapping_free(mapping);
    return status;
}

void cbi_mapping_free(cbi_mapping *mapping)
{
    if (mapping == NULL)
        return;
    cbi_free(mapping->texts[0]);
    cbi_free(mapping->texts[1]);
    cbi_free(mapping);
}

/* ---- binding to a header ---- */

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

static cbank_status bind_one(cbi_assignment *assignment, const cbi_bytes *columns, size_t count,
                             const char *shown, cbank_error *err)
{
    size_t again;

    if (assignment->column == CBI_MAPPING_CONSTANT)
        return CBANK_OK;
    assignment->column = find_column(assignment->text, columns, 0, count);
    if (assignment->column == count)
        return cbi_fail(err, CBI_REASON_MAP_NO_COLUMN, 0, assignment->text, "%s", shown);
    again = find_column(assignment->text, columns, assignment->column + 1, count);
    if (again < count)
        return cbi_fail(err, CBI_REASON_CSV_DUPLICATE_COLUMN, 0, assignment->text, "%zu, %zu",
                        assignment->column + 1, again + 1);
    return CBANK_OK;
}

bool cbi_mapping_fits(const void *context, const cbi_bytes *columns, size_t count)
{
    const cbi_mapping *mapping = context;

    for (size_t i = 0; i < mapping->count; i++) {
        if (mapping->list[i].column != CBI_MAPPING_CONSTANT &&
            find_column(mapping->list[i].text, columns, 0, count) == count)
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
    if (cbi_mapping_find(mapping, CBI_SHEET_TITLE) == NULL)
        return "title";
    if (cbi_mapping_find(mapping, CBI_SHEET_ID_NUMBER) == NULL &&
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
    if (missing != NULL)
        return cbi_fail(err, CBI_REASON_MAP_MISSING_FIELD, 0, missing, "%s", shown);
    for (size_t i = 0; i < mapping->count; i++)
        CBI_TRY(bind_one(&mapping->list[i], columns, count, shown, err));
done:
    return status;
}

const cbi_assignment *cbi_mapping_list(const cbi_mapping *mapping, size_t *count)
{
    *count = mapping->count;
    return mapping->list;
}

const cbi_assignment *cbi_mapping_find(const cbi_mapping *mapping, cbi_sheet_id id)
{
    for (size_t i = 0; i < mapping->count; i++) {
        if (mapping->list[i].field->id == id)
            return &mapping->list[i];
    }
    return NULL;
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

const char *cbi_assignment_name(const cbi_assignment *assignment)
{
    return assignment->column == CBI_MAPPING_CONSTANT ? assignment->field->word
                                                      : assignment->text;
}

cbank_status cbi_assignment_fail(const cbi_assignment *assignment, cbi_reason reason,
                                 cbi_bytes value, cbank_error *err)
{
    if (value.size > VALUE_SHOWN_MAX || cbi_cell_looks_personal(value))
        value = cbi_bytes_of_text("***");
    return cbi_fail(err, reason, 0, cbi_assignment_name(assignment), "%.*s", (int)value.size,
                    (const char *)value.data);
}
