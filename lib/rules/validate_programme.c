#include <string.h>

#include "base/limits.h"
#include "record/code.h"
#include "record/field.h"
#include "record/publication.h"
#include "rules/validate.h"

#define MONTHS_MAX 1200
#define UNITS_OF_COURSE_MAX 16

static void check_months(cbi_validator *validator, uint32_t months)
{
    if (months > MONTHS_MAX)
        cbi_complain(validator, CBI_REASON_RULE_NUMBER, "min_months", "%u", months);
}

static void check_level(cbi_validator *validator, const char *framework, int64_t level_milli)
{
    if (cbi_message_text(framework).size > 0)
        cbi_validate_reference(validator, "framework", CBI_KNOWN_FRAMEWORKS, framework);
    cbi_validate_amount(validator, "level", level_milli, false);
}

static void check_terms(cbi_validator *validator, const Cbank__V1__ProgrammeTerms *terms)
{
    cbi_validate_reference(validator, "unit", CBI_KNOWN_UNITS, terms->unit);
    cbi_validate_amount(validator, "total", terms->total_milli, false);
    cbi_validate_over(validator, "max", terms->max_milli, terms->over);
    if (terms->max_milli > 0 && terms->max_milli < terms->total_milli)
        cbi_complain(validator, CBI_REASON_RULE_RANGE, "max", "total");
    check_level(validator, terms->framework, terms->level_milli);
    check_months(validator, terms->min_months);
    if (terms->cohorts != NULL) {
        cbi_validate_days(validator, "cohorts", terms->cohorts->from, terms->cohorts->until);
        if (terms->cohorts->from == 0 && terms->cohorts->until == 0)
            cbi_complain(validator, CBI_REASON_RULE_RANGE, "cohorts", "..");
    }
    cbi_validate_list(validator, "institutions", terms->institutions, terms->n_institutions,
                      CBI_INSTITUTION_GROUP_MAX);
    for (size_t i = 0; i < terms->n_institutions && i < CBI_INSTITUTION_GROUP_MAX; i++) {
        if (!cbi_institution_code_is_valid(cbi_message_text(terms->institutions[i])))
            cbi_complain(validator, CBI_REASON_FIELD_VALUE, "institutions", "%s",
                         terms->institutions[i]);
    }
    cbi_validate_list(validator, "rule_sets", terms->rule_sets, terms->n_rule_sets,
                      CBI_VALUES_MAX);
    for (size_t i = 0; i < terms->n_rule_sets && i < CBI_VALUES_MAX; i++) {
        if (!cbi_publication_id_is_valid(cbi_message_text(terms->rule_sets[i])))
            cbi_complain(validator, CBI_REASON_FIELD_VALUE, "rule_sets", "%s",
                         terms->rule_sets[i]);
    }
}

static void check_bucket(cbi_validator *validator, const Cbank__V1__Bucket *bucket)
{
    cbi_validate_id(validator, "id", bucket->id);
    cbi_validate_titles(validator, "title", bucket->title, bucket->n_title);
    if (cbi_message_text(bucket->parent).size > 0)
        cbi_validate_reference(validator, "parent", CBI_KNOWN_BUCKETS, bucket->parent);
    cbi_validate_amount(validator, "min", bucket->min_milli, false);
    cbi_validate_over(validator, "max", bucket->max_milli, bucket->over);
    if (bucket->max_milli > 0 && bucket->max_milli < bucket->min_milli)
        cbi_complain(validator, CBI_REASON_RULE_RANGE, "max", "min");
}

static void check_residency(cbi_validator *validator, const Cbank__V1__Residency *residency)
{
    cbi_validate_selector(validator, "records", residency->records);
    cbi_validate_amount(validator, "min", residency->min_milli, true);
    cbi_validate_text(validator, "document", residency->document);
}

static void check_entry_point(cbi_validator *validator, const Cbank__V1__EntryPoint *point)
{
    cbi_validate_id(validator, "id", point->id);
    cbi_validate_titles(validator, "title", point->title, point->n_title);
    cbi_validate_amount(validator, "level", point->level_milli, false);
    cbi_validate_amount(validator, "min", point->min_milli, false);
    check_months(validator, point->min_months);
    for (size_t i = 0; i < point->n_buckets && i <= CBI_BUCKETS_MAX; i++) {
        const Cbank__V1__BucketMinimum *minimum = point->buckets[i];

        cbi_validate_reference(validator, "buckets", CBI_KNOWN_BUCKETS, minimum->bucket);
        cbi_validate_amount(validator, "buckets", minimum->min_milli, true);
        if (i > 0 && strcmp(point->buckets[i - 1]->bucket, minimum->bucket) >= 0)
            cbi_complain(validator, CBI_REASON_RULE_ORDER, "buckets", "%s", minimum->bucket);
    }
}

static void check_course(cbi_validator *validator, const Cbank__V1__ProgrammeCourse *course)
{
    cbi_validate_id(validator, "code", course->code);
    cbi_validate_titles(validator, "title", course->title, course->n_title);
    cbi_validate_amount(validator, "amount", course->amount_milli, false);
    cbi_validate_list(validator, "buckets", course->buckets, course->n_buckets, CBI_BUCKETS_MAX);
    if (course->n_buckets == 0)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "buckets", NULL);
    for (size_t i = 0; i < course->n_buckets && i < CBI_BUCKETS_MAX; i++)
        cbi_validate_reference(validator, "buckets", CBI_KNOWN_BUCKETS, course->buckets[i]);
    cbi_validate_amount(validator, "level", course->level_milli, false);
    if (course->n_amounts > UNITS_OF_COURSE_MAX)
        cbi_complain(validator, CBI_REASON_FIELD_COUNT, "amounts", "%zu", course->n_amounts);
    for (size_t i = 0; i < course->n_amounts && i < UNITS_OF_COURSE_MAX; i++) {
        cbi_validate_reference(validator, "amounts", CBI_KNOWN_UNITS, course->amounts[i]->unit);
        cbi_validate_amount(validator, "amounts", course->amounts[i]->milli, true);
        if (i > 0 && strcmp(course->amounts[i - 1]->unit, course->amounts[i]->unit) >= 0)
            cbi_complain(validator, CBI_REASON_RULE_ORDER, "amounts", "%s",
                         course->amounts[i]->unit);
    }
}

void cbi_validate_programme_item(cbi_validator *validator, unsigned list, const void *message)
{
    switch (list) {
    case CBI_PROGRAMME_TERMS:
        check_terms(validator, message);
        break;
    case CBI_PROGRAMME_BUCKETS:
        check_bucket(validator, message);
        break;
    case CBI_PROGRAMME_RESIDENCY:
        check_residency(validator, message);
        break;
    case CBI_PROGRAMME_ENTRY_POINTS:
        check_entry_point(validator, message);
        break;
    default:
        check_course(validator, message);
    }
}
