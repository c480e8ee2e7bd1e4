#include "record.h"

#include "shape.h"

const view record_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"where", P_WHERE, VIEW_WORD, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"reference", P_REFERENCE, VIEW_PLAIN, NULL},
    {"revision", P_REVISION, VIEW_PLAIN, NULL},
    {"institution", P_INSTITUTION, VIEW_PLAIN, NULL},
    {"institution_name", P_INSTITUTION_NAME, VIEW_PLAIN, NULL},
    {"titles", P_TITLE, VIEW_PLAIN, NULL},
    {"type", P_TYPE, VIEW_WORD, NULL},
    {"code", P_COURSE_CODE, VIEW_PLAIN, NULL},
    {"totals", P_TOTALS, VIEW_PLAIN, NULL},
    {"grade", P_GRADE, VIEW_WORD, NULL},
    {"scale", P_SCALE, VIEW_PLAIN, NULL},
    {"levels", P_LEVEL, VIEW_PLAIN, NULL},
    {"classifications", P_FIELD, VIEW_PLAIN, NULL},
    {"school_year", P_SCHOOL_YEAR, VIEW_PLAIN, NULL},
    {"term", P_TERM, VIEW_PLAIN, NULL},
    {"awarded", P_AWARDED, VIEW_PLAIN, NULL},
    {"expires", P_EXPIRES, VIEW_PLAIN, NULL},
    {"assurance", P_ASSURANCE, VIEW_WORD, NULL},
    {"deposited", P_DEPOSITED_AT, VIEW_PLAIN, NULL},
    {"batch", P_BATCH, VIEW_PLAIN, NULL},
    {"record_id", P_RECORD_ID, VIEW_PLAIN, NULL},
    {0},
};

const view record_list_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"where", P_WHERE, VIEW_WORD, NULL},
    {"institution", P_INSTITUTION, VIEW_PLAIN, NULL},
    {"reference", P_REFERENCE, VIEW_PLAIN, NULL},
    {"awarded", P_AWARDED, VIEW_PLAIN, NULL},
    {"totals", P_TOTALS, VIEW_PLAIN, NULL},
    {"title", P_TITLE, VIEW_PLAIN, NULL},
    {0},
};

const view record_outcome_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"outcome", P_OUTCOME, VIEW_WORD, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"reference", P_REFERENCE, VIEW_PLAIN, NULL},
    {0},
};

const view record_error_views[] = {
    {"row", P_ROW, VIEW_PLAIN, NULL},
    {"outcome", P_OUTCOME, VIEW_WORD, NULL},
    {"column", P_COLUMN, VIEW_PLAIN, NULL},
    {"value", P_VALUE, VIEW_PLAIN, NULL},
    {"message", P_MESSAGE, VIEW_PLAIN, NULL},
    {"remedy", P_REMEDY, VIEW_PLAIN, NULL},
    {0},
};

/* The grade as it is read aloud: "88/100", "良", "passed". */
static json_t *describe_grade(const Cbank__V1__Grade *grade)
{
    json_t *score;
    json_t *most;
    json_t *text;

    if (grade == NULL)
        return json_null();
    if (grade->kind == CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL)
        return shape_text(grade->label);
    if (grade->kind != CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE)
        return shape_word(&cbank__v1__outcome__descriptor, (int)grade->outcome);
    score = shape_milli(grade->score_milli);
    most = shape_milli(grade->max_milli);
    text = json_sprintf("%s/%s", json_string_value(score), json_string_value(most));
    json_decref(score);
    json_decref(most);
    return text;
}

static json_t *describe_levels(const Cbank__V1__CreditRecord *record)
{
    json_t *list = json_array();

    for (size_t i = 0; i < record->n_levels; i++) {
        json_t *level = shape_milli(record->levels[i]->level_milli);

        json_array_append_new(list, json_sprintf("%s %s", record->levels[i]->framework,
                                                 json_string_value(level)));
        json_decref(level);
    }
    return list;
}

static json_t *describe_codes(Cbank__V1__Code *const *codes, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_sprintf("%s %s", codes[i]->scheme, codes[i]->value));
    return list;
}

json_t *record_describe(const Cbank__V1__CreditRecord *record)
{
    const Cbank__V1__Awarder *awarder = record->awarded_by;
    json_t *document = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "reference",
        shape_text(record->reference), "revision", shape_number(record->revision), "institution",
        shape_text(awarder != NULL ? awarder->institution : ""), "institution_name",
        shape_text(awarder != NULL ? awarder->name : ""), "title",
        shape_name(record->title, record->n_title), "titles",
        shape_names(record->title, record->n_title), "type",
        shape_word(&cbank__v1__record_type__descriptor, (int)record->type), "code",
        shape_text(record->code), "credits", shape_credits(record->amounts, record->n_amounts),
        "totals", shape_amounts(record->amounts, record->n_amounts));
    json_t *rest = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "grade",
        describe_grade(record->grade), "scale",
        shape_text(record->grade != NULL ? record->grade->scale : ""), "levels",
        describe_levels(record), "classifications",
        describe_codes(record->classifications, record->n_classifications), "school_year",
        shape_text(record->school_year), "term", shape_code(record->term), "awarded",
        shape_date(record->awarded_on), "assessed", shape_date(record->assessed_on), "expires",
        shape_date(record->expires_on), "assurance",
        shape_word(&cbank__v1__assurance__descriptor, (int)record->assurance));

    json_object_update(document, rest);
    json_decref(rest);
    return document;
}

json_t *record_describe_info(const Cbank__Api__V1__CreditInfo *info)
{
    json_t *document = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", shape_text(info->id), "status",
        shape_word(&cbank__api__v1__credit_status__descriptor, (int)info->status), "where",
        shape_word(&cbank__api__v1__transfer_where__descriptor, (int)info->where), "account",
        shape_text(info->account), "record_id", shape_hex(info->record_id), "index",
        shape_number(info->index), "batch", shape_hex(info->batch), "deposited",
        shape_time(info->deposited_at));
    json_t *record = info->record != NULL ? record_describe(info->record) : NULL;

    if (record != NULL)
        json_object_update(document, record);
    json_decref(record);
    return document;
}

json_t *record_describe_errors(Cbank__Api__V1__RowError *const *errors, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        const Cbank__Api__V1__RowError *at = errors[i];

        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "row", shape_number(at->row),
                            "outcome",
                            shape_word(&cbank__api__v1__outcome_kind__descriptor,
                                       (int)at->outcome),
                            "column", shape_text(at->column), "value", shape_text(at->value),
                            "reason", shape_reason(at->reason),
                            "message", shape_text(at->message), "remedy",
                            shape_text(at->remedy)));
    }
    return list;
}
