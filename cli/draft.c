#include "draft.h"

#include "assurance.h"
#include "fail.h"
#include "memory.h"
#include "names.h"
#include "options.h"
#include "shape.h"
#include "values.h"

#include <stdlib.h>
#include <string.h>

static char CREDIT[] = "credit";
static char HOUR[] = "hour";
static char ISCED[] = "ISCED-F";
static char LOCAL[] = "local";

static bool add_amount(cli *c, draft *d, char *unit, const char *number, size_t *count)
{
    Cbank__V1__Amount *amount;

    if (*count == DRAFT_AMOUNTS_MAX || number == NULL) {
        fail_own(c, FAIL_BAD_AMOUNT, unit);
        return false;
    }
    amount = &d->amounts[*count];
    *amount = (Cbank__V1__Amount)CBANK__V1__AMOUNT__INIT;
    amount->unit = unit;
    if (!value_milli(number, &amount->milli)) {
        fail_own(c, FAIL_BAD_AMOUNT, number);
        return false;
    }
    *count += 1;
    return true;
}

/* Where the record has the amounts already: a unit that was not given keeps what it has. */
static bool merge_amounts(cli *c, draft *d, Cbank__V1__CreditRecord *record, size_t given_count)
{
    bool used[DRAFT_AMOUNTS_MAX] = {false};
    size_t count = 0;

    if (record->n_amounts + given_count > DRAFT_AMOUNTS_MAX) {
        fail_own(c, FAIL_BAD_AMOUNT, d->amounts[0].unit);
        return false;
    }
    for (size_t i = 0; i < record->n_amounts; i++) {
        d->amount_list[count] = record->amounts[i];
        for (size_t j = 0; j < given_count; j++) {
            if (strcmp(d->amounts[j].unit, record->amounts[i]->unit) == 0) {
                d->amount_list[count] = &d->amounts[j];
                used[j] = true;
            }
        }
        count++;
    }
    for (size_t j = 0; j < given_count; j++) {
        if (!used[j])
            d->amount_list[count++] = &d->amounts[j];
    }
    record->amounts = d->amount_list;
    record->n_amounts = count;
    return true;
}

static bool fill_amounts(cli *c, draft *d, Cbank__V1__CreditRecord *record)
{
    size_t count = 0;
    size_t next = 0;
    char *text;

    if (options_given(c, "credits") &&
        !add_amount(c, d, CREDIT, options_text(c, "credits"), &count))
        return false;
    if (options_given(c, "hours") && !add_amount(c, d, HOUR, options_text(c, "hours"), &count))
        return false;
    while ((text = options_each(c, "amount", &next)) != NULL) {
        char *equals = strchr(text, '=');

        if (equals != NULL)
            *equals = '\0';
        if (!add_amount(c, d, text, equals != NULL ? equals + 1 : NULL, &count))
            return false;
    }
    return count == 0 || merge_amounts(c, d, record, count);
}

static bool fill_type(cli *c, Cbank__V1__CreditRecord *record)
{
    const char *word = options_text(c, "type");
    int value;

    if (word == NULL)
        return true;
    if (!shape_value(&cbank__v1__record_type__descriptor, word, &value)) {
        fail_own(c, FAIL_OPTION_WORD, word);
        return false;
    }
    record->type = (Cbank__V1__RecordType)value;
    return true;
}

/* A number with a number as its scale is a score; "passed" and "distinction" are outcomes; any
 * other text is a label of the scale. */
static bool fill_grade(cli *c, draft *d, Cbank__V1__CreditRecord *record)
{
    char *grade = options_text(c, "grade");
    char *scale = options_text(c, "scale");
    int outcome;

    if (grade == NULL) {
        if (scale != NULL)
            fail_own(c, FAIL_OPTION_CHOICE, "--scale, --grade");
        return scale == NULL;
    }
    d->grade = (Cbank__V1__Grade)CBANK__V1__GRADE__INIT;
    if (scale != NULL)
        d->grade.scale = scale;
    if (scale != NULL && value_milli(grade, &d->grade.score_milli) &&
        value_milli(scale, &d->grade.max_milli)) {
        d->grade.kind = CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;
    } else if (scale == NULL &&
               shape_value(&cbank__v1__outcome__descriptor, grade, &outcome)) {
        d->grade.kind = CBANK__V1__GRADE_KIND__GRADE_KIND_OUTCOME;
        d->grade.outcome = (Cbank__V1__Outcome)outcome;
    } else {
        d->grade.kind = CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL;
        d->grade.score_milli = 0;
        d->grade.label = grade;
    }
    if (d->grade.outcome == CBANK__V1__OUTCOME__OUTCOME_UNSPECIFIED)
        d->grade.outcome = CBANK__V1__OUTCOME__OUTCOME_PASSED;
    record->grade = &d->grade;
    return true;
}

static bool fill_level(cli *c, draft *d, Cbank__V1__CreditRecord *record)
{
    char *framework = options_text(c, "framework");
    const char *level = options_text(c, "level");

    if (framework == NULL && level == NULL)
        return true;
    if (framework == NULL || level == NULL) {
        fail_own(c, FAIL_OPTION_CHOICE, "--framework, --level");
        return false;
    }
    d->level = (Cbank__V1__Level)CBANK__V1__LEVEL__INIT;
    d->level.framework = framework;
    d->level.basis = CBANK__V1__LEVEL_BASIS__LEVEL_BASIS_ISSUER;
    d->level_list[0] = &d->level;
    record->levels = d->level_list;
    record->n_levels = 1;
    if (value_milli(level, &d->level.level_milli))
        return true;
    fail_own(c, FAIL_BAD_AMOUNT, level);
    return false;
}

static void fill_codes(const cli *c, draft *d, Cbank__V1__CreditRecord *record)
{
    if (options_given(c, "field")) {
        d->field = (Cbank__V1__Code)CBANK__V1__CODE__INIT;
        d->field.scheme = ISCED;
        d->field.value = options_text(c, "field");
        d->field_list[0] = &d->field;
        record->classifications = d->field_list;
        record->n_classifications = 1;
    }
    if (options_given(c, "term")) {
        d->term = (Cbank__V1__Code)CBANK__V1__CODE__INIT;
        d->term.scheme = LOCAL;
        d->term.value = options_text(c, "term");
        record->term = &d->term;
    }
    if (options_given(c, "code"))
        record->code = options_text(c, "code");
    if (options_given(c, "school-year"))
        record->school_year = options_text(c, "school-year");
}

static void fill_titles(const cli *c, draft *d, Cbank__V1__CreditRecord *record)
{
    name_list titles;

    if (!options_given(c, "title"))
        return;
    names_read(c, "title", &titles);
    d->titles = titles.texts;
    d->title_list = titles.list;
    record->title = titles.list;
    record->n_title = titles.count;
}

static bool fill_date(cli *c, const char *option_name, uint32_t *out)
{
    const char *text = options_text(c, option_name);

    if (text == NULL || value_date(text, out))
        return true;
    fail_own(c, FAIL_BAD_DATE, text);
    return false;
}

bool draft_fill(cli *c, Cbank__V1__CreditRecord *record, draft *out)
{
    *out = (draft){0};
    fill_titles(c, out, record);
    fill_codes(c, out, record);
    return fill_amounts(c, out, record) && fill_type(c, record) && fill_grade(c, out, record) &&
           fill_level(c, out, record) && assurance_of_record(c, &record->assurance) &&
           fill_date(c, "awarded", &record->awarded_on) &&
           fill_date(c, "expires", &record->expires_on);
}

void draft_clear(draft *data)
{
    free(data->titles);
    free(data->title_list);
    *data = (draft){0};
}
