#include <string.h>

#include "base/limits.h"
#include "record/code.h"
#include "record/field.h"
#include "rules/fieldtest.h"
#include "rules/validate.h"
#include "rules/word.h"

#define AGE_YEARS_MAX 200
#define PREFIX_MAX 4 /* digits of a field of ISCED-F */

static void check_types(cbi_validator *validator, const Cbank__V1__Conditions *want)
{
    cbi_validate_list(validator, "types", want->types, want->n_types, CBI_VALUES_MAX);
    for (size_t i = 0; i < want->n_types; i++) {
        if (cbi_word_value(&cbank__v1__record_type__descriptor,
                           cbi_message_text(want->types[i])) == 0)
            cbi_complain(validator, CBI_REASON_FIELD_VALUE, "types", "%s", want->types[i]);
    }
}

static void check_categories(cbi_validator *validator, const Cbank__V1__Conditions *want)
{
    cbank_error why = {0};

    if (want->n_categories > CBI_VALUES_MAX) {
        cbi_complain(validator, CBI_REASON_FIELD_COUNT, "categories", NULL);
        return;
    }
    for (size_t i = 0; i < want->n_categories; i++) {
        const Cbank__V1__Code *code = want->categories[i];
        int order = i == 0 ? -1 : strcmp(want->categories[i - 1]->scheme, code->scheme);

        if (i > 0 && order == 0)
            order = strcmp(want->categories[i - 1]->value, code->value);
        if (order >= 0)
            cbi_complain(validator, CBI_REASON_RULE_ORDER, "categories", "%s", code->value);
        if (cbi_field_code("categories", code, &why) != CBANK_OK)
            cbi_complain_of(validator, "categories", &why);
        if (cbi_message_text(code->label).size > 0)
            cbi_complain(validator, CBI_REASON_RULE_UNFIT, "categories", "label");
    }
}

/* "@name" is a group or an alias set of the rule set. */
static void check_names(cbi_validator *validator, const Cbank__V1__Conditions *want)
{
    cbi_validate_list(validator, "ids", want->records, want->n_records, CBI_VALUES_MAX);
    cbi_validate_list(validator, "institutions", want->institutions, want->n_institutions,
                      CBI_VALUES_MAX);
    for (size_t i = 0; i < want->n_institutions; i++) {
        const char *name = want->institutions[i];

        if (name[0] == '@')
            cbi_validate_reference(validator, "institutions", CBI_KNOWN_INSTITUTION_GROUPS,
                                   name + 1);
        else if (!cbi_institution_code_is_valid(cbi_message_text(name)))
            cbi_complain(validator, CBI_REASON_FIELD_VALUE, "institutions", "%s", name);
    }
    cbi_validate_list(validator, "codes", want->codes, want->n_codes, CBI_VALUES_MAX);
    for (size_t i = 0; i < want->n_codes; i++) {
        if (want->codes[i][0] == '@')
            cbi_validate_reference(validator, "codes", CBI_KNOWN_ALIASES, want->codes[i] + 1);
    }
    cbi_validate_list(validator, "field_prefixes", want->field_prefixes, want->n_field_prefixes,
                      CBI_VALUES_MAX);
    for (size_t i = 0; i < want->n_field_prefixes; i++) {
        const char *prefix = want->field_prefixes[i];

        if (strlen(prefix) > PREFIX_MAX || strspn(prefix, "0123456789") != strlen(prefix))
            cbi_complain(validator, CBI_REASON_FIELD_VALUE, "field_prefixes", "%s", prefix);
    }
}

/* What belongs to a range says nothing without it. */
static void check_scaled(cbi_validator *validator, const char *field,
                         const Cbank__V1__Range *range, cbi_known_kind kind, const char *name)
{
    cbi_validate_range(validator, field, range);
    if (cbi_message_text(name).size == 0)
        return;
    cbi_validate_reference(validator, field, kind, name);
    if (range == NULL)
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, field, "%s", name);
}

static void check_unit(cbi_validator *validator, const char *field, const char *unit)
{
    if (cbi_message_text(unit).size > 0)
        cbi_validate_reference(validator, field, CBI_KNOWN_UNITS, unit);
}

static void check_amounts(cbi_validator *validator, const Cbank__V1__Conditions *want)
{
    if (want->n_amounts > CBI_VALUES_MAX || want->n_to_target > CBI_VALUES_MAX) {
        cbi_complain(validator, CBI_REASON_FIELD_COUNT, "amounts", NULL);
        return;
    }
    for (size_t i = 0; i < want->n_amounts; i++) {
        check_unit(validator, "amounts", want->amounts[i]->unit);
        cbi_validate_range(validator, "amounts", want->amounts[i]->range);
        if (want->amounts[i]->range == NULL)
            cbi_complain(validator, CBI_REASON_FIELD_MISSING, "amounts", "range");
        if (i > 0 && strcmp(want->amounts[i - 1]->unit, want->amounts[i]->unit) >= 0)
            cbi_complain(validator, CBI_REASON_RULE_ORDER, "amounts", "%s",
                         want->amounts[i]->unit);
    }
    cbi_validate_range(validator, "hours_per_credit", want->hours_per_credit);
    for (size_t i = 0; i < want->n_to_target; i++) {
        const Cbank__V1__TargetTest *test = want->to_target[i];

        check_unit(validator, "to_target", test->unit);
        cbi_validate_range(validator, "to_target", test->difference);
        cbi_validate_range(validator, "to_target", test->share);
        if (test->difference == NULL && test->share == NULL)
            cbi_complain(validator, CBI_REASON_FIELD_MISSING, "to_target", "share, difference");
        if (i > 0 && strcmp(want->to_target[i - 1]->unit, test->unit) >= 0)
            cbi_complain(validator, CBI_REASON_RULE_ORDER, "to_target", "%s", test->unit);
    }
}

static void check_parts(cbi_validator *validator, const Cbank__V1__Conditions *want)
{
    cbank_error why = {0};

    if (want->n_parts > CBI_VALUES_MAX || want->n_fields > CBI_VALUES_MAX) {
        cbi_complain(validator, CBI_REASON_FIELD_COUNT, "parts", NULL);
        return;
    }
    for (size_t i = 0; i < want->n_parts; i++) {
        const Cbank__V1__PartTest *part = want->parts[i];

        cbi_validate_id(validator, "parts", part->code);
        check_scaled(validator, "parts", part->range, CBI_KNOWN_SCALES, part->scale);
        if (i > 0 && strcmp(want->parts[i - 1]->code, part->code) >= 0)
            cbi_complain(validator, CBI_REASON_RULE_ORDER, "parts", "%s", part->code);
    }
    for (size_t i = 0; i < want->n_fields; i++) {
        if (cbi_fieldtest_check(want->fields[i], &why) != CBANK_OK)
            cbi_complain(validator, (cbi_reason)why.reason, want->fields[i]->field, "%s",
                         why.detail);
        if (i > 0 && strcmp(want->fields[i - 1]->field, want->fields[i]->field) >= 0)
            cbi_complain(validator, CBI_REASON_RULE_ORDER, "fields", "%s",
                         want->fields[i]->field);
    }
}

static void check_conditions(cbi_validator *validator, const Cbank__V1__Conditions *want)
{
    check_names(validator, want);
    check_types(validator, want);
    check_categories(validator, want);
    check_scaled(validator, "grade", want->grade, CBI_KNOWN_SCALES, want->grade_scale);
    check_scaled(validator, "level", want->level, CBI_KNOWN_FRAMEWORKS, want->framework);
    check_amounts(validator, want);
    check_parts(validator, want);
    cbi_validate_amount(validator, "last", want->last_milli, false);
    cbi_validate_list(validator, "catalogues", want->catalogues, want->n_catalogues,
                      CBI_VALUES_MAX);
    for (size_t i = 0; i < want->n_catalogues && i < CBI_VALUES_MAX; i++)
        cbi_validate_reference(validator, "catalogues", CBI_KNOWN_CATALOGUES,
                               want->catalogues[i]);
    cbi_validate_days(validator, "awarded", want->awarded_from, want->awarded_until);
    if (want->max_age_years > AGE_YEARS_MAX || want->max_age_months > AGE_YEARS_MAX * 12)
        cbi_complain(validator, CBI_REASON_RULE_NUMBER, "max_age", "%u, %u", want->max_age_years,
                     want->max_age_months);
    if (want->max_age_years != 0 && want->max_age_months != 0)
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, "max_age", "years, months");
    if (want->overlap_permille > 1000)
        cbi_complain(validator, CBI_REASON_RULE_NUMBER, "overlap", "%u/1000",
                     want->overlap_permille);
}

static bool is_empty(const Cbank__V1__Conditions *want)
{
    return want->n_records + want->n_types + want->n_categories + want->n_institutions +
                   want->n_codes + want->n_field_prefixes + want->n_amounts + want->n_parts +
                   want->n_to_target + want->n_fields + want->n_catalogues ==
               0 &&
           want->grade == NULL && want->level == NULL && want->hours_per_credit == NULL &&
           want->awarded_from == 0 && want->awarded_until == 0 && want->max_age_years == 0 &&
           want->max_age_months == 0 && want->overlap_permille == 0 &&
           !want->level_reaches_target && want->last_milli == 0;
}

void cbi_validate_selector(cbi_validator *validator, const char *field,
                           const Cbank__V1__Selector *selector)
{
    if (selector == NULL)
        return;
    if (selector->n_layers > CBI_NESTING_MAX) {
        cbi_complain(validator, CBI_REASON_RULE_TREE, field, "not: %zu", selector->n_layers);
        return;
    }
    for (size_t i = 0; i < selector->n_layers; i++) {
        check_conditions(validator, selector->layers[i]);
        if (i > 0 && is_empty(selector->layers[i]))
            cbi_complain(validator, CBI_REASON_RULE_NOTHING, field, NULL);
    }
}
