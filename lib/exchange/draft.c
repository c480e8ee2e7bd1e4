#include "exchange/draft.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/memory.h"
#include "base/text.h"
#include "exchange/cell.h"
#include "record/award.h"
#include "record/credit.h"
#include "record/field.h"

void cbi_draft_init(cbi_draft *draft, const cbi_mapping *mapping, const char *institution,
                    const char *institution_name)
{
    draft->mapping = mapping;
    draft->institution = institution;
    draft->institution_name = institution_name;
    draft->name = "";
    draft->text_size = 0;
}

void cbi_draft_clear(cbi_draft *draft)
{
    cbank_buffer_clear(&draft->composed);
    cbi_wipe(draft, sizeof(*draft));
}

/* ---- values ---- */

/* The mapping's limits leave room for every text of a row. */
static char *keep(cbi_draft *draft, cbi_bytes text)
{
    char *copy = draft->text + draft->text_size;

    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    draft->text_size += text.size + 1;
    return copy;
}

static char *keep_text(cbi_draft *draft, const char *text)
{
    return keep(draft, cbi_bytes_of_text(text));
}

static const cbi_assignment *source_of(const cbi_draft *draft, cbi_sheet_id id)
{
    return cbi_mapping_find(draft->mapping, id);
}

static char *value_of(const cbi_draft *draft, cbi_sheet_id id)
{
    const cbi_assignment *source = source_of(draft, id);
    size_t count;
    const cbi_assignment *list = cbi_mapping_list(draft->mapping, &count);

    return source == NULL ? NULL : draft->values[source - list];
}

/* True if the field is mapped and the row's cell is not empty. */
static bool has_value(const cbi_draft *draft, cbi_sheet_id id)
{
    const char *value = value_of(draft, id);

    return value != NULL && *value != '\0';
}

const char *cbi_draft_value(const cbi_draft *draft, cbi_sheet_id id)
{
    const char *value = value_of(draft, id);

    return value == NULL ? "" : value;
}

static cbank_status fail_cell(cbi_reason reason, const cbi_assignment *source, const char *value,
                              cbank_error *err)
{
    return cbi_assignment_fail(source, reason, cbi_bytes_of_text(value), err);
}

/* What the profile says that a value stands for; one that it does not know is not guessed. */
static cbank_status take_meaning(cbi_draft *draft, size_t index, const cbi_assignment *source,
                                 cbi_bytes value, cbank_error *err)
{
    const char *meaning = cbi_mapping_meaning(draft->mapping, source, draft->values[index]);

    if (meaning == NULL)
        return cbi_assignment_fail(source, CBI_REASON_UNKNOWN_CODE, value, err);
    draft->values[index] = cbi_message_string(meaning);
    return CBANK_OK;
}

/* Takes one cell, and what it stands for. */
static cbank_status take_value(cbi_draft *draft, size_t index, const cbi_assignment *source,
                               const cbi_grid_row *row, cbank_error *err)
{
    cbi_sheet_kind kind = source->field->kind;
    bool is_text = kind == CBI_SHEET_BY_HAND || kind == CBI_SHEET_IS_TEXT ||
                   kind == CBI_SHEET_IS_CODE;
    char *room = draft->text + draft->text_size;
    cbank_status status = CBANK_OK;
    size_t size;

    draft->values[index] = room;
    CBI_TRY(cbi_assignment_take(source, row, is_text, room, &size, err));
    draft->text_size += size + 1;
    CBI_TRY(take_meaning(draft, index, source, cbi_bytes_of(room, size), err));
done:
    return status;
}

static cbank_status take_number(const cbi_draft *draft, cbi_sheet_id id, int64_t *out,
                                cbank_error *err)
{
    if (!has_value(draft, id) || cbi_milli_parse(cbi_bytes_of_text(value_of(draft, id)), out))
        return CBANK_OK;
    return fail_cell(CBI_REASON_BAD_AMOUNT, source_of(draft, id), value_of(draft, id), err);
}

/* ---- fields that are data (sheet.h) ---- */

static cbank_status add_amount(cbi_draft *draft, const cbi_assignment *source, const char *value,
                               cbank_error *err)
{
    Cbank__V1__Amount *amount = &draft->amounts[draft->record.n_amounts];

    *amount = (Cbank__V1__Amount)CBANK__V1__AMOUNT__INIT;
    amount->unit = keep_text(draft, source->unit);
    if (!cbi_milli_parse(cbi_bytes_of_text(value), &amount->milli) || amount->milli < 0)
        return fail_cell(CBI_REASON_BAD_AMOUNT, source, value, err);
    draft->amount_list[draft->record.n_amounts++] = amount;
    draft->record.amounts = draft->amount_list;
    return CBANK_OK;
}

static cbank_status fill_field(cbi_draft *draft, size_t index, const cbi_assignment *source,
                               cbank_error *err)
{
    char *value = draft->values[index];
    char *place = (char *)&draft->record + source->field->offset;
    Cbank__V1__Code *code = &draft->codes[index];

    if (*value == '\0')
        return CBANK_OK;
    switch (source->field->kind) {
    case CBI_SHEET_IS_TEXT:
        memcpy(place, &value, sizeof(value));
        return CBANK_OK;
    case CBI_SHEET_IS_DATE:
        if (cbi_cell_date(cbi_bytes_of_text(value), (uint32_t *)(void *)place))
            return CBANK_OK;
        return fail_cell(CBI_REASON_BAD_DATE, source, value, err);
    case CBI_SHEET_IS_CODE:
        *code = (Cbank__V1__Code)CBANK__V1__CODE__INIT;
        code->scheme = keep_text(draft, source->field->scheme);
        code->value = value;
        memcpy(place, &code, sizeof(code));
        return CBANK_OK;
    case CBI_SHEET_IS_AMOUNT:
        return add_amount(draft, source, value, err);
    case CBI_SHEET_BY_HAND:
    case CBI_SHEET_IS_NUMBER:
        break;
    }
    return CBANK_OK;
}

/* Where amounts are mapped a row has one; a blank is not a zero. */
static cbank_status require_amount(const cbi_draft *draft, cbank_error *err)
{
    size_t count;
    const cbi_assignment *list = cbi_mapping_list(draft->mapping, &count);

    if (draft->partial)
        return CBANK_OK;
    for (size_t i = 0; i < count && draft->record.n_amounts == 0; i++) {
        if (list[i].field->kind == CBI_SHEET_IS_AMOUNT && list[i].column != CBI_MAPPING_ABSENT)
            return cbi_fail(err, CBI_REASON_MISSING_CELL, 0, cbi_assignment_name(&list[i]), NULL);
    }
    return CBANK_OK;
}

/* ---- fields that need code ---- */

static cbank_status fill_type(cbi_draft *draft, cbank_error *err)
{
    const char *value = cbi_draft_value(draft, CBI_SHEET_TYPE);

    if (!draft->partial)
        draft->record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    if (source_of(draft, CBI_SHEET_TYPE) == NULL || (draft->partial && *value == '\0'))
        return CBANK_OK;
    if (cbi_sheet_type(cbi_bytes_of_text(value), &draft->record.type))
        return CBANK_OK;
    return fail_cell(CBI_REASON_UNKNOWN_TYPE, source_of(draft, CBI_SHEET_TYPE), value, err);
}

static cbank_status fill_assurance(cbi_draft *draft, cbank_error *err)
{
    const char *value = cbi_draft_value(draft, CBI_SHEET_ASSURANCE);

    if (*value == '\0' || cbi_sheet_assurance(cbi_bytes_of_text(value), &draft->record.assurance))
        return CBANK_OK;
    return fail_cell(CBI_REASON_BAD_ASSURANCE, source_of(draft, CBI_SHEET_ASSURANCE), value, err);
}

static void add_title(cbi_draft *draft, const char *lang, char *value)
{
    Cbank__V1__LangText *title = &draft->titles[draft->record.n_title];

    *title = (Cbank__V1__LangText)CBANK__V1__LANG_TEXT__INIT;
    title->lang = keep_text(draft, lang);
    title->value = value;
    draft->title_list[draft->record.n_title++] = title;
    draft->record.title = draft->title_list;
}

static cbank_status fill_titles(cbi_draft *draft, cbank_error *err)
{
    const char *lang = cbi_draft_value(draft, CBI_SHEET_TITLE_LANG);

    if (draft->partial && !has_value(draft, CBI_SHEET_TITLE) &&
        !has_value(draft, CBI_SHEET_TITLE_EN))
        return CBANK_OK;
    if (!has_value(draft, CBI_SHEET_TITLE))
        return cbi_fail(err, CBI_REASON_MISSING_CELL, 0,
                        cbi_assignment_name(source_of(draft, CBI_SHEET_TITLE)), NULL);
    add_title(draft, *lang == '\0' ? "zh" : lang, value_of(draft, CBI_SHEET_TITLE));
    if (has_value(draft, CBI_SHEET_TITLE_EN))
        add_title(draft, "en", value_of(draft, CBI_SHEET_TITLE_EN));
    return CBANK_OK;
}

/* What the profile made of a result: a score or a word of a scale. */
static void fill_result(cbi_draft *draft, Cbank__V1__Grade *grade)
{
    const cbi_result *result = &draft->result;

    grade->scale = cbi_message_string(result->scale);
    grade->kind = result->max_milli > 0 ? CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE
                                        : CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL;
    grade->score_milli = result->score_milli;
    grade->max_milli = result->max_milli;
    if (result->max_milli == 0)
        grade->label = value_of(draft, CBI_SHEET_RESULT);
}

static bool states_grade(const cbi_draft *draft)
{
    return has_value(draft, CBI_SHEET_SCORE) || has_value(draft, CBI_SHEET_GRADE) ||
           has_value(draft, CBI_SHEET_OUTCOME) || has_value(draft, CBI_SHEET_GRADE_POINT);
}

/* A score, else a label, else the outcome's own word, else only that the row is of passed ones. */
static cbank_status fill_grade(cbi_draft *draft, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    Cbank__V1__Grade *grade = &draft->grade;

    if (draft->partial && !states_grade(draft))
        return CBANK_OK;
    *grade = (Cbank__V1__Grade)CBANK__V1__GRADE__INIT;
    draft->record.grade = grade;
    grade->kind = CBANK__V1__GRADE_KIND__GRADE_KIND_OUTCOME;
    grade->outcome = CBANK__V1__OUTCOME__OUTCOME_PASSED;
    if (has_value(draft, CBI_SHEET_SCALE))
        grade->scale = value_of(draft, CBI_SHEET_SCALE);
    if (has_value(draft, CBI_SHEET_OUTCOME) || has_value(draft, CBI_SHEET_GRADE)) {
        grade->kind = CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL;
        grade->label = value_of(draft, has_value(draft, CBI_SHEET_GRADE) ? CBI_SHEET_GRADE
                                                                         : CBI_SHEET_OUTCOME);
    }
    if (draft->result.kind != 0)
        fill_result(draft, grade);
    if (has_value(draft, CBI_SHEET_SCORE)) {
        grade->kind = CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;
        CBI_TRY(take_number(draft, CBI_SHEET_SCORE, &grade->score_milli, err));
        CBI_TRY(take_number(draft, CBI_SHEET_SCORE_MAX, &grade->max_milli, err));
    }
    if (has_value(draft, CBI_SHEET_GRADE_POINT)) {
        CBI_TRY(take_number(draft, CBI_SHEET_GRADE_POINT, &grade->point_milli, err));
        grade->point_scale = value_of(draft, CBI_SHEET_POINT_SCALE);
    }
done:
    return status;
}

static cbank_status fill_level(cbi_draft *draft, cbank_error *err)
{
    bool framework = has_value(draft, CBI_SHEET_FRAMEWORK);
    bool level = has_value(draft, CBI_SHEET_LEVEL);

    if (framework != level)
        return cbi_fail(err, CBI_REASON_MISSING_CELL, 0,
                        cbi_assignment_name(source_of(
                            draft, framework ? CBI_SHEET_LEVEL : CBI_SHEET_FRAMEWORK)),
                        NULL);
    if (!framework)
        return CBANK_OK;
    draft->level = (Cbank__V1__Level)CBANK__V1__LEVEL__INIT;
    draft->level.framework = value_of(draft, CBI_SHEET_FRAMEWORK);
    draft->level.basis = CBANK__V1__LEVEL_BASIS__LEVEL_BASIS_ISSUER;
    draft->level_list[0] = &draft->level;
    draft->record.levels = draft->level_list;
    draft->record.n_levels = 1;
    return take_number(draft, CBI_SHEET_LEVEL, &draft->level.level_milli, err);
}

static void add_class(cbi_draft *draft, const char *scheme, cbi_sheet_id id)
{
    Cbank__V1__Code *code = &draft->classes[draft->record.n_classifications];

    *code = (Cbank__V1__Code)CBANK__V1__CODE__INIT;
    code->scheme = keep_text(draft, scheme);
    code->value = value_of(draft, id);
    draft->class_list[draft->record.n_classifications++] = code;
    draft->record.classifications = draft->class_list;
}

/* Two to four digits; fields begin with 00 to 10, so a leading zero that was lost is noticed. */
static cbank_status fill_isced(cbi_draft *draft, cbank_error *err)
{
    const char *value = cbi_draft_value(draft, CBI_SHEET_FIELD);
    size_t digits = strspn(value, "0123456789");

    if (*value == '\0')
        return CBANK_OK;
    if (value[digits] != '\0' || digits < 2 || digits > 4 || strncmp(value, "10", 2) > 0)
        return fail_cell(CBI_REASON_BAD_ISCED, source_of(draft, CBI_SHEET_FIELD), value, err);
    add_class(draft, "ISCED-F", CBI_SHEET_FIELD);
    return CBANK_OK;
}

/* "2024-2025-1": two years that follow each other, and a term. */
static cbank_status fill_year_term(cbi_draft *draft, cbank_error *err)
{
    char *value = value_of(draft, CBI_SHEET_YEAR_TERM);
    const char *digits = "0123456789";

    if (value == NULL || *value == '\0')
        return CBANK_OK;
    if (strspn(value, digits) != 4 || value[4] != '-' || strspn(value + 5, digits) != 4 ||
        value[9] != '-' || strspn(value + 10, digits) == 0 ||
        value[10 + strspn(value + 10, digits)] != '\0' || strlen(value + 10) > 2)
        return fail_cell(CBI_REASON_BAD_TERM, source_of(draft, CBI_SHEET_YEAR_TERM), value, err);
    draft->record.school_year = keep(draft, cbi_bytes_of(value, 9));
    draft->year_term = (Cbank__V1__Code)CBANK__V1__CODE__INIT;
    draft->year_term.scheme = keep_text(draft, "local");
    draft->year_term.value = value + 10;
    draft->record.term = &draft->year_term;
    return CBANK_OK;
}

static void fill_certificate(cbi_draft *draft)
{
    if (!has_value(draft, CBI_SHEET_CERTIFICATE_NUMBER))
        return;
    draft->certificate = (Cbank__V1__Certificate)CBANK__V1__CERTIFICATE__INIT;
    draft->certificate.number = value_of(draft, CBI_SHEET_CERTIFICATE_NUMBER);
    draft->record.certificate = &draft->certificate;
}

static void fill_awarder(cbi_draft *draft)
{
    draft->awarder = (Cbank__V1__Awarder)CBANK__V1__AWARDER__INIT;
    draft->awarder.institution = keep_text(draft, draft->institution);
    draft->awarder.name = keep_text(draft, draft->institution_name);
    if (has_value(draft, CBI_SHEET_UNIT))
        draft->awarder.unit = value_of(draft, CBI_SHEET_UNIT);
    draft->record.awarded_by = &draft->awarder;
}

/* ---- whom it is for ---- */

static cbank_status take_identity(const cbi_draft *draft, cbi_sheet_id id, const char *type,
                                  cbi_identity *out, cbank_error *err)
{
    cbank_status status = cbi_identity_normalise(
        cbi_bytes_of_text(type), cbi_bytes_of_text(value_of(draft, id)), out, err);

    if (status != CBANK_OK && err != NULL) {
        const cbi_assignment *type_source = source_of(draft, CBI_SHEET_ID_TYPE);
        bool bad_type = err->reason == CBI_REASON_DOCUMENT_TYPE && type_source != NULL;

        err->object[0] = '\0';
        cbi_error_name(err, cbi_assignment_name(bad_type ? type_source : source_of(draft, id)));
    }
    return status;
}

static cbank_status fill_name(cbi_draft *draft, cbank_error *err)
{
    cbi_bytes name = cbi_bytes_of_text(cbi_draft_value(draft, CBI_SHEET_NAME));
    cbank_status status = cbi_text_compose(name, &draft->composed, err);
    size_t characters = cbi_text_characters(cbi_bytes_of_buffer(&draft->composed));

    if (status != CBANK_OK)
        return status;
    if (characters > CBI_NAME_CHARACTERS_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_SIZE, CBI_NAME_CHARACTERS_MAX,
                        cbi_assignment_name(source_of(draft, CBI_SHEET_NAME)), "%zu", characters);
    draft->name = keep(draft, cbi_bytes_of_buffer(&draft->composed));
    return CBANK_OK;
}

static cbank_status fill_holder(cbi_draft *draft, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    char student[CBI_DOCUMENT_TYPE_MAX + 1];
    const char *type = cbi_draft_value(draft, CBI_SHEET_ID_TYPE);
    const cbi_assignment *number = source_of(draft, CBI_SHEET_ID_NUMBER);

    cbi_identity_clear(&draft->holder);
    cbi_identity_clear(&draft->student);
    CBI_TRY(fill_name(draft, err));
    if (has_value(draft, CBI_SHEET_STUDENT_NUMBER)) {
        snprintf(student, sizeof(student), "student/%s", draft->institution);
        CBI_TRY(take_identity(draft, CBI_SHEET_STUDENT_NUMBER, student, &draft->student, err));
        draft->holder = draft->student;
    }
    if (has_value(draft, CBI_SHEET_ID_NUMBER))
        CBI_TRY(take_identity(draft, CBI_SHEET_ID_NUMBER, *type == '\0' ? "cn-id" : type,
                              &draft->holder, err));
    if (draft->holder.type[0] == '\0')
        status = cbi_fail(err, CBI_REASON_MISSING_CELL, 0,
                          cbi_assignment_name(
                              number != NULL ? number
                                             : source_of(draft, CBI_SHEET_STUDENT_NUMBER)),
                          NULL);
done:
    return status;
}

/* ---- the whole ---- */

cbank_status cbi_draft_fill(cbi_draft *draft, const cbi_grid_row *row, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t count;
    const cbi_assignment *list = cbi_mapping_list(draft->mapping, &count);

    draft->record = (Cbank__V1__CreditRecord)CBANK__V1__CREDIT_RECORD__INIT;
    if (!draft->partial) {
        draft->record.version = CBI_CREDIT_VERSION;
        draft->record.revision = 1;
    }
    draft->text_size = 0;
    for (size_t i = 0; i < count; i++)
        CBI_TRY(take_value(draft, i, &list[i], row, err));
    for (size_t i = 0; i < count; i++)
        CBI_TRY(fill_field(draft, i, &list[i], err));
    CBI_TRY(require_amount(draft, err));
    CBI_TRY(fill_type(draft, err));
    CBI_TRY(fill_assurance(draft, err));
    CBI_TRY(fill_titles(draft, err));
    CBI_TRY(fill_grade(draft, err));
    CBI_TRY(fill_level(draft, err));
    CBI_TRY(fill_isced(draft, err));
    if (has_value(draft, CBI_SHEET_MAJOR))
        add_class(draft, "local", CBI_SHEET_MAJOR);
    CBI_TRY(fill_year_term(draft, err));
    fill_certificate(draft);
    if (draft->partial)
        goto done;
    fill_awarder(draft);
    CBI_TRY(fill_holder(draft, err));
done:
    return status;
}

/* Gives an error that names a field of the record the name of the column that filled it. */
static void name_column(const cbi_draft *draft, cbank_error *err)
{
    size_t count;
    const cbi_assignment *list = cbi_mapping_list(draft->mapping, &count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(err->object, list[i].field->fills) == 0) {
            err->object[0] = '\0';
            cbi_error_name(err, cbi_assignment_name(&list[i]));
            return;
        }
    }
}

cbank_status cbi_draft_check(const cbi_draft *draft, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_text("reference", draft->record.reference, CBI_REFERENCE_MAX, err));
    CBI_TRY(cbi_award_check(&draft->record, err));
done:
    if (status != CBANK_OK && err != NULL)
        name_column(draft, err);
    return status;
}
