#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "record/code.h"
#include "rules/validate.h"

#define PART(name) CBANK__V1__CAP_PART__CAP_PART_##name
#define BASE(name) CBANK__V1__CAP_BASE__CAP_BASE_##name
#define PERIODS (1u << PART(YEAR) | 1u << PART(TERM))
#define PARTS_OF_GROUPS                                                                            \
    (1u << PART(INSTITUTION) | 1u << PART(TYPE) | 1u << PART(CODE) | 1u << PART(COUNT_GROUP) |     \
     1u << PART(CATEGORY))
#define TERMS_OF_YEAR_MAX 24
#define PARTS_OF_CAPS (~0u)

/* The set of parts, in ascending order and once each, all among `allowed`. */
static unsigned check_parts(cbi_validator *validator, const Cbank__V1__CapPart *parts,
                            size_t count, unsigned allowed)
{
    unsigned set = 0;

    for (size_t i = 0; i < count && i < 32; i++) {
        if ((allowed & 1u << parts[i]) == 0)
            cbi_complain(validator, CBI_REASON_RULE_UNFIT, "per", "%u", (unsigned)parts[i]);
        if (i > 0 && parts[i] <= parts[i - 1])
            cbi_complain(validator, CBI_REASON_RULE_ORDER, "per", "%u", (unsigned)parts[i]);
        set |= 1u << parts[i];
    }
    return set;
}

void cbi_validate_institution_group(cbi_validator *validator,
                                    const Cbank__V1__InstitutionGroup *group)
{
    cbi_validate_id(validator, "id", group->id);
    cbi_validate_list(validator, "institutions", group->institutions, group->n_institutions,
                      CBI_INSTITUTION_GROUP_MAX);
    if (group->n_institutions == 0)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "institutions", NULL);
    for (size_t i = 0; i < group->n_institutions && i < CBI_INSTITUTION_GROUP_MAX; i++) {
        const char *name = group->institutions[i];

        if (name[0] == '@')
            cbi_validate_reference(validator, "institutions", CBI_KNOWN_INSTITUTION_GROUPS,
                                   name + 1);
        else if (!cbi_institution_code_is_valid(cbi_message_text(name)))
            cbi_complain(validator, CBI_REASON_FIELD_VALUE, "institutions", "%s", name);
    }
}

void cbi_validate_alias_set(cbi_validator *validator, const Cbank__V1__AliasSet *set)
{
    cbi_validate_id(validator, "id", set->id);
    cbi_validate_list(validator, "codes", set->codes, set->n_codes, CBI_ALIASES_MAX);
    if (set->n_codes == 0)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "codes", NULL);
}

void cbi_validate_group(cbi_validator *validator, const Cbank__V1__Group *group)
{
    cbi_validate_id(validator, "id", group->id);
    cbi_validate_selector(validator, "members", group->members);
    if (group->keep == CBANK__V1__GROUP_KEEP__GROUP_KEEP_UNSPECIFIED)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "keep", NULL);
    (void)check_parts(validator, group->per, group->n_per, PARTS_OF_GROUPS);
    cbi_validate_text(validator, "document", group->document);
}

/* ---- caps ---- */

static void check_limit(cbi_validator *validator, const Cbank__V1__Cap *cap)
{
    bool of_bucket = cap->of == BASE(BUCKET) || cap->of == BASE(COUNTED_BUCKET);
    bool number = cap->of == BASE(NUMBER);

    if (cap->of == BASE(UNSPECIFIED))
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "limit", NULL);
    if (number ? cap->num != 0 || cap->den != 0 : cap->number != 0)
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, "limit", "number, share");
    if (number)
        cbi_validate_amount(validator, "limit", cap->number, false);
    else if (cap->of != BASE(UNSPECIFIED))
        cbi_validate_ratio(validator, "limit", cap->num, cap->den);
    if (of_bucket != (cbi_message_text(cap->bucket).size > 0))
        cbi_complain(validator, of_bucket ? CBI_REASON_FIELD_MISSING : CBI_REASON_RULE_UNFIT,
                     "limit", "bucket");
    if (cap->measure == CBANK__V1__CAP_MEASURE__CAP_MEASURE_UNSPECIFIED)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "measure", NULL);
    if (cap->over == CBANK__V1__CAP_OVER__CAP_OVER_UNSPECIFIED)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "over", NULL);
    /* A share of credit says nothing about a number of records, and no record can be cut. */
    if (cap->measure == CBANK__V1__CAP_MEASURE__CAP_MEASURE_RECORDS &&
        (!number || cap->over == CBANK__V1__CAP_OVER__CAP_OVER_CUT))
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, "limit", "records");
}

/* mmdd; a day that not every year has begins nothing. */
static void check_day(cbi_validator *validator, const char *field, uint32_t day)
{
    if (day > 1231 || day == 229 || !cbi_date_is_valid(20010000 + day) || day % 100 == 0)
        cbi_complain(validator, CBI_REASON_BAD_DATE, field, "%04u", day);
}

static void check_period(cbi_validator *validator, const Cbank__V1__Cap *cap)
{
    unsigned parts = check_parts(validator, cap->per, cap->n_per, PARTS_OF_CAPS);
    bool year = parts & 1u << PART(YEAR), term = parts & 1u << PART(TERM);

    if (year != (cap->year_start != 0) || term != (cap->n_term_starts > 0) ||
        ((parts & PERIODS) != 0) != (cap->day != CBANK__V1__CAP_DAY__CAP_DAY_UNSPECIFIED))
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, "per", "year_start, term_starts, day");
    if (cap->year_start != 0)
        check_day(validator, "year_start", cap->year_start);
    if (cap->n_term_starts > TERMS_OF_YEAR_MAX)
        cbi_complain(validator, CBI_REASON_FIELD_COUNT, "term_starts", NULL);
    for (size_t i = 0; i < cap->n_term_starts && i < TERMS_OF_YEAR_MAX; i++) {
        check_day(validator, "term_starts", cap->term_starts[i]);
        if (i > 0 && cap->term_starts[i] <= cap->term_starts[i - 1])
            cbi_complain(validator, CBI_REASON_RULE_ORDER, "term_starts", "%04u",
                         cap->term_starts[i]);
    }
    if (cap->of == BASE(COUNTED_PART) && cap->n_per == 0)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "per", NULL);
}

void cbi_validate_cap(cbi_validator *validator, const Cbank__V1__Cap *cap)
{
    cbi_validate_id(validator, "id", cap->id);
    cbi_validate_selector(validator, "records", cap->records);
    cbi_validate_selector(validator, "beside", cap->beside);
    cbi_validate_list(validator, "rules", cap->rules, cap->n_rules, CBI_VALUES_MAX);
    for (size_t i = 0; i < cap->n_rules && i < CBI_VALUES_MAX; i++)
        cbi_validate_reference(validator, "rules", CBI_KNOWN_RULES, cap->rules[i]);
    for (size_t i = 1; i < cap->n_effects; i++) {
        if (cap->effects[i] <= cap->effects[i - 1])
            cbi_complain(validator, CBI_REASON_RULE_ORDER, "effects", NULL);
    }
    cbi_validate_list(validator, "buckets", cap->buckets, cap->n_buckets, CBI_BUCKETS_MAX);
    check_limit(validator, cap);
    check_period(validator, cap);
    cbi_validate_list(validator, "except", cap->except, cap->n_except, CBI_CAPS_MAX);
    for (size_t i = 0; i < cap->n_except && i < CBI_CAPS_MAX; i++) {
        cbi_validate_reference(validator, "except", CBI_KNOWN_CAPS, cap->except[i]);
        if (strcmp(cap->except[i], cap->id) == 0)
            cbi_complain(validator, CBI_REASON_RULE_LOOP, "except", "%s", cap->id);
    }
    cbi_validate_text(validator, "document", cap->document);
}
