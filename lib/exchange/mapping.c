#include "exchange/mapping.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "exchange/cell.h"
#include "record/field.h"

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

static cbi_assignment *add(cbi_mapping *mapping, const cbi_sheet_field *field, const char *unit)
{
    cbi_assignment *next = &mapping->list[mapping->count++];

    *next = (cbi_assignment){.field = field, .unit = unit};
    return next;
}

/* One name of the caller's own. */
static void name_column(cbi_mapping *mapping, cbi_assignment *assignment, const char *text,
                        bool constant)
{
    size_t at = (size_t)(assignment - mapping->list);

    mapping->single[at] = text;
    assignment->names = (cbi_texts){&mapping->single[at], 1};
    assignment->text = text;
    assignment->column = constant ? CBI_MAPPING_CONSTANT : 0;
}

static cbank_status assign(cbi_mapping *mapping, char *word, const char *value, bool constant,
                           cbank_error *err)
{
    const char *unit = NULL;
    const cbi_sheet_field *field = find_field(word, &unit);

    if (field == NULL || (field->use & mapping->use) == 0)
        return cbi_fail(err, CBI_REASON_MAP_UNKNOWN_FIELD, mapping->count + 1, word, NULL);
    if (is_assigned(mapping, field, unit))
        return cbi_fail(err, CBI_REASON_MAP_TWICE, mapping->count + 1, word, NULL);
    if (mapping->count == CBI_MAPPING_MAX)
        return cbi_fail(err, CBI_REASON_MAP_SYNTAX, mapping->count + 1, word, NULL);
    name_column(mapping, add(mapping, field, unit), value, constant);
    return CBANK_OK;
}

static cbank_status read_list(cbi_mapping *mapping, cbi_bytes list, bool constant, cbank_error *err)
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

/* ---- what a profile fills ---- */

/* The field of a profile's word, whose unit, if any, is lent from the word itself. */
static const cbi_sheet_field *field_of(const char *word, const char **unit)
{
    const char *colon = strchr(word, ':');
    const cbi_sheet_field *field = cbi_sheet_find(
        colon == NULL ? cbi_bytes_of_text(word) : cbi_bytes_of(word, (size_t)(colon - word)));

    *unit = colon != NULL ? colon + 1 : field->kind == CBI_SHEET_IS_AMOUNT ? field->scheme : NULL;
    return field;
}

static cbank_status take_profile(cbi_mapping *mapping, cbank_error *err)
{
    const cbi_profile *profile = mapping->profile;
    const cbi_profile_columns *columns =
        mapping->use == CBI_SHEET_FOR_ROSTER       ? &profile->roster
        : mapping->use == CBI_SHEET_FOR_ENROLMENTS ? &profile->enrolments
                                                   : &profile->columns;
    const char *unit;

    for (size_t i = 0; i < columns->count + profile->constants.count; i++) {
        bool constant = i >= columns->count;
        const cbi_profile_pair *pair = &profile->constants.items[constant ? i - columns->count : 0];
        const char *word = constant ? pair->from : columns->items[i].field;
        const cbi_sheet_field *field = field_of(word, &unit);
        cbi_assignment *next;

        if (is_assigned(mapping, field, unit) || (field->use & mapping->use) == 0)
            continue;
        if (mapping->count == CBI_MAPPING_MAX)
            return cbi_fail(err, CBI_REASON_MAP_SYNTAX, mapping->count + 1, word, NULL);
        next = add(mapping, field, unit);
        if (constant) {
            name_column(mapping, next, pair->to, true);
            continue;
        }
        next->names = columns->items[i].names;
        next->text = next->names.items[0];
        next->optional = !cbi_texts_have(&columns->needed, cbi_bytes_of_text(word));
    }
    return CBANK_OK;
}

/* What amendments may state, under its own names. */
static void take_own_names(cbi_mapping *mapping)
{
    size_t count;
    const cbi_sheet_field *fields = cbi_sheet_fields(&count);

    for (size_t i = 0; i < count && mapping->count < CBI_MAPPING_MAX; i++) {
        const char *unit = fields[i].kind == CBI_SHEET_IS_AMOUNT ? fields[i].scheme : NULL;
        cbi_assignment *next;

        if ((fields[i].use & mapping->use) == 0 || fields[i].id == CBI_SHEET_AMOUNT ||
            is_assigned(mapping, &fields[i], unit))
            continue;
        next = add(mapping, &fields[i], unit);
        mapping->own[mapping->count - 1][0] = fields[i].word;
        mapping->own[mapping->count - 1][1] = fields[i].chinese;
        next->names = (cbi_texts){mapping->own[mapping->count - 1], 2};
        next->text = fields[i].word;
        next->optional = true;
    }
}

cbank_status cbi_mapping_new(const cbi_mapping_options *options, cbi_mapping **out,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_mapping *mapping = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*mapping), &mapping, err));
    mapping->use = options->use;
    mapping->profile = options->profile;
    CBI_TRY(read_list(mapping, options->map, false, err));
    CBI_TRY(read_list(mapping, options->constants, true, err));
    if (options->profile != NULL)
        CBI_TRY(take_profile(mapping, err));
    if (mapping->use == CBI_SHEET_FOR_AMENDMENTS)
        take_own_names(mapping);
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
    cbi_free(mapping->turns);
    cbi_free(mapping);
}

const cbi_assignment *cbi_mapping_list(const cbi_mapping *mapping, size_t *count)
{
    *count = mapping->count;
    return mapping->list;
}
