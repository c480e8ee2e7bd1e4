#include "exchange/extract.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "exchange/csvwrite.h"
#include "exchange/result.h"
#include "exchange/sheet.h"
#include "wire/message.h"

#define CELL_MAX (CBI_TEXT_MAX + 1)
#define PASSED_WORD "合格"

/* What a cell is made of. */
typedef struct source {
    const cbi_profile *profile;
    const Cbank__V1__CreditRecord *record;
    const cbi_extract_person *person;
} source;

/* ---- single values ----------------------------------------------------------------------- */

static void put_text(const char *text, char out[CELL_MAX])
{
    snprintf(out, CELL_MAX, "%s", text);
}

static void put_date(const source *it, uint32_t date, char out[CELL_MAX])
{
    uint32_t year = date / 10000, month = date / 100 % 100, day = date % 100;

    if (date == 0)
        return;
    if (month == 0)
        snprintf(out, CELL_MAX, "%04u", year);
    else if (it->profile->dates == CBI_DATES_MONTH)
        snprintf(out, CELL_MAX, "%04u%02u", year, month);
    else if (day == 0)
        snprintf(out, CELL_MAX, "%04u-%02u", year, month);
    else
        snprintf(out, CELL_MAX, "%04u-%02u-%02u", year, month, day);
}

static void put_amount(const source *it, const char *unit, char out[CELL_MAX])
{
    char text[CBI_MILLI_TEXT_MAX];

    for (size_t i = 0; i < it->record->n_amounts; i++) {
        if (strcmp(it->record->amounts[i]->unit, unit) != 0)
            continue;
        cbi_milli_format(it->record->amounts[i]->milli, text);
        put_text(text, out);
    }
}

static void put_milli(int64_t milli, char out[CELL_MAX])
{
    char text[CBI_MILLI_TEXT_MAX];

    cbi_milli_format(milli, text);
    put_text(text, out);
}

/* In the language, or with NULL the first. */
static void put_title(const source *it, const char *lang, char out[CELL_MAX])
{
    for (size_t i = 0; i < it->record->n_title; i++) {
        if (lang == NULL || strcmp(it->record->title[i]->lang, lang) == 0) {
            put_text(it->record->title[i]->value, out);
            return;
        }
    }
}

static void put_class(const source *it, const char *scheme, char out[CELL_MAX])
{
    for (size_t i = 0; i < it->record->n_classifications; i++) {
        if (strcmp(it->record->classifications[i]->scheme, scheme) == 0)
            put_text(it->record->classifications[i]->value, out);
    }
}

/* A score, a word, or that it was passed: as the profile reads it. */
static void put_result(const Cbank__V1__Grade *grade, char out[CELL_MAX])
{
    switch (grade->kind) {
    case CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE:
        put_milli(grade->score_milli, out);
        return;
    case CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL:
        put_text(grade->label, out);
        return;
    default:
        put_text(PASSED_WORD, out);
    }
}

/* ---- a field ----------------------------------------------------------------------------- */

static void put_grade(const source *it, cbi_sheet_id id, char out[CELL_MAX])
{
    const Cbank__V1__Grade *grade = it->record->grade;
    bool score;

    if (grade == NULL)
        return;
    score = grade->kind == CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;
    if (id == CBI_SHEET_RESULT)
        put_result(grade, out);
    else if (id == CBI_SHEET_SCORE && score)
        put_milli(grade->score_milli, out);
    else if (id == CBI_SHEET_SCORE_MAX && score)
        put_milli(grade->max_milli, out);
    else if (id == CBI_SHEET_GRADE || id == CBI_SHEET_OUTCOME)
        put_text(grade->label, out);
    else if (id == CBI_SHEET_SCALE)
        put_text(grade->scale, out);
    else if (id == CBI_SHEET_GRADE_POINT && grade->point_scale[0] != '\0')
        put_milli(grade->point_milli, out);
    else if (id == CBI_SHEET_POINT_SCALE)
        put_text(grade->point_scale, out);
}

static void put_person(const source *it, cbi_sheet_id id, char out[CELL_MAX])
{
    if (id == CBI_SHEET_NAME)
        put_text(it->person->name, out);
    else if (id == CBI_SHEET_ID_TYPE)
        put_text(it->person->id_type, out);
    else if (id == CBI_SHEET_ID_NUMBER)
        put_text(it->person->id_number, out);
    else if (id == CBI_SHEET_STUDENT_NUMBER)
        put_text(it->person->student_number, out);
}

/* NULL: nothing. */
static void put_word(const char *word, char out[CELL_MAX])
{
    if (word != NULL)
        put_text(word, out);
}

static void put_by_hand(const source *it, cbi_sheet_id id, char out[CELL_MAX])
{
    const Cbank__V1__CreditRecord *record = it->record;

    switch (id) {
    case CBI_SHEET_TITLE:
        put_title(it, "zh", out);
        if (out[0] == '\0')
            put_title(it, NULL, out);
        return;
    case CBI_SHEET_TITLE_EN:
        put_title(it, "en", out);
        return;
    case CBI_SHEET_TYPE:
        put_word(cbi_sheet_type_word(record->type), out);
        return;
    case CBI_SHEET_ASSURANCE:
        put_word(cbi_sheet_assurance_word(record->assurance), out);
        return;
    case CBI_SHEET_CERTIFICATE_NUMBER:
        if (record->certificate != NULL)
            put_text(record->certificate->number, out);
        return;
    case CBI_SHEET_FRAMEWORK:
        if (record->n_levels > 0)
            put_text(record->levels[0]->framework, out);
        return;
    case CBI_SHEET_LEVEL:
        if (record->n_levels > 0)
            put_milli(record->levels[0]->level_milli, out);
        return;
    case CBI_SHEET_FIELD:
        put_class(it, "ISCED-F", out);
        return;
    case CBI_SHEET_MAJOR:
        put_class(it, "local", out);
        return;
    case CBI_SHEET_UNIT:
        put_text(record->awarded_by->unit, out);
        return;
    case CBI_SHEET_YEAR_TERM:
        if (record->school_year[0] != '\0' && record->term != NULL)
            snprintf(out, CELL_MAX, "%s-%s", record->school_year, record->term->value);
        return;
    default:
        put_person(it, id, out);
        put_grade(it, id, out);
    }
}

/* What the record says in a field; "" if nothing. */
static void put_field(const source *it, const cbi_sheet_field *field, const char *unit,
                      char out[CELL_MAX])
{
    const char *place = (const char *)it->record + field->offset;
    const Cbank__V1__Code *code;
    const char *text;
    uint32_t date;

    out[0] = '\0';
    switch (field->kind) {
    case CBI_SHEET_IS_TEXT:
        memcpy(&text, place, sizeof(text));
        put_text(text, out);
        return;
    case CBI_SHEET_IS_DATE:
        memcpy(&date, place, sizeof(date));
        put_date(it, date, out);
        return;
    case CBI_SHEET_IS_CODE:
        memcpy(&code, place, sizeof(code));
        if (code != NULL)
            put_text(code->value, out);
        return;
    case CBI_SHEET_IS_AMOUNT:
        put_amount(it, field->scheme != NULL ? field->scheme : unit, out);
        return;
    case CBI_SHEET_BY_HAND:
    case CBI_SHEET_IS_NUMBER:
        put_by_hand(it, field->id, out);
        return;
    }
}

/* "amount:UNIT" is the field of all further units. */
static const cbi_sheet_field *find_field(const char *word, const char **unit)
{
    static const char amount[] = "amount:";
    const size_t size = sizeof(amount) - 1;

    *unit = "";
    if (strncmp(word, amount, size) != 0)
        return cbi_sheet_find(cbi_bytes_of_text(word));
    *unit = word + size;
    return cbi_sheet_find(cbi_bytes_of("amount", size - 1));
}

/* ---- what the profile makes of it -------------------------------------------------------- */

static cbank_status unfit(const char *field, const char *value, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_EXTRACT_UNFIT, 0, field, "%s", value);
}

/* The code of a column for what it stands for. */
static cbank_status translate(const source *it, const cbi_profile_column *column,
                              char value[CELL_MAX], cbank_error *err)
{
    bool known = false;

    for (size_t i = 0; i < it->profile->values.count && value[0] != '\0'; i++) {
        const cbi_profile_pair *pair = &it->profile->values.items[i];

        if (strcmp(pair->column, column->names.items[0]) != 0)
            continue;
        known = true;
        if (strcmp(pair->to, value) == 0) {
            put_text(pair->from, value);
            return CBANK_OK;
        }
    }
    return known ? unfit(column->field, value, err) : CBANK_OK;
}

/* Whether the profile reads the result back as the one that it is. */
static cbank_status check_result(const source *it, const char *value, cbank_error *err)
{
    const Cbank__V1__Grade *grade = it->record->grade;
    cbi_result result;

    if (grade == NULL || !cbi_result_read(it->profile, cbi_bytes_of_text(value), &result) ||
        result.kind != CBI_RESULT_PASSED)
        return unfit("result", value, err);
    if (grade->kind == CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE &&
        grade->max_milli != result.max_milli)
        return unfit("result", value, err);
    return CBANK_OK;
}

/* A field that is the same in every row has to be so in this one, if it states it. */
static cbank_status check_constants(const source *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    char value[CELL_MAX];

    for (size_t i = 0; i < it->profile->constants.count; i++) {
        const cbi_profile_pair *pair = &it->profile->constants.items[i];
        const char *unit;
        const cbi_sheet_field *field = find_field(pair->from, &unit);

        if (field == NULL)
            continue;
        put_field(it, field, unit, value);
        if (value[0] != '\0' && strcmp(value, pair->to) != 0)
            CBI_TRY(unfit(pair->from, value, err));
    }
done:
    return status;
}

static cbank_status put_row(const source *it, cbank_buffer *out, cbank_error *err)
{
    const cbi_profile_columns *columns = &it->profile->columns;
    cbank_status status = CBANK_OK;
    char value[CELL_MAX];

    CBI_TRY(check_constants(it, err));
    for (size_t i = 0; i < columns->count; i++) {
        const char *unit;
        const cbi_sheet_field *field = find_field(columns->items[i].field, &unit);

        put_field(it, field, unit, value);
        CBI_TRY(translate(it, &columns->items[i], value, err));
        if (field->id == CBI_SHEET_RESULT)
            CBI_TRY(check_result(it, value, err));
        CBI_TRY(cbi_csv_write(cbi_bytes_of_text(value), i + 1 < columns->count ? "," : "\r\n", out,
                              err));
    }
done:
    explicit_bzero(value, sizeof(value));
    return status;
}

/* ---- the file ---------------------------------------------------------------------------- */

cbank_status cbi_extract_check(const cbi_profile *profile, cbank_error *err)
{
    bool fits = profile->columns.count > 0;

    for (size_t i = 0; i < profile->columns.count && fits; i++)
        fits = strchr(profile->columns.items[i].names.items[0], '#') == NULL;
    return fits ? CBANK_OK : cbi_fail(err, CBI_REASON_EXTRACT_FORMAT, 0, profile->name, NULL);
}

static cbank_status append(cbi_encoding encoding, const cbank_buffer *utf8, cbank_buffer *out,
                           cbank_error *err)
{
    if (encoding == CBI_ENCODING_GB18030)
        return cbi_encoding_write(cbi_bytes_of_buffer(utf8), encoding, out, err);
    return cbi_buffer_append(out, cbi_bytes_of_buffer(utf8), err);
}

cbank_status cbi_extract_begin(const cbi_profile *profile, cbi_encoding encoding,
                               cbank_buffer *out, cbank_error *err)
{
    const cbi_profile_columns *columns = &profile->columns;
    cbank_status status = CBANK_OK;
    cbank_buffer line = {0};

    CBI_TRY(cbi_extract_check(profile, err));
    if (encoding != CBI_ENCODING_GB18030)
        CBI_TRY(cbi_buffer_append(&line, cbi_bytes_of_text(CBI_CSV_MARK), err));
    for (size_t i = 0; i < columns->count; i++)
        CBI_TRY(cbi_csv_write(cbi_bytes_of_text(columns->items[i].names.items[0]),
                              i + 1 < columns->count ? "," : "\r\n", &line, err));
    CBI_TRY(append(encoding, &line, out, err));
done:
    cbank_buffer_clear(&line);
    return status;
}

cbank_status cbi_extract_row(const cbi_profile *profile, cbi_encoding encoding,
                             const Cbank__V1__CreditRecord *record,
                             const cbi_extract_person *person, cbank_buffer *out,
                             cbank_error *err)
{
    const source it = {profile, record, person};
    cbank_status status = CBANK_OK;
    cbank_buffer line = {0};

    CBI_TRY(put_row(&it, &line, err));
    CBI_TRY(append(encoding, &line, out, err));
done:
    cbank_buffer_clear(&line);
    return status;
}
