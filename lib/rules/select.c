#include "rules/select.h"

#include "rules/fieldtest.h"

#include <string.h>

#define HOUR "hour"
#define FIELD_SCHEME "ISCED-F"

/* One question: do these conditions hold for this record? */
struct asking {
    const cbi_reading *reading;
    const Cbank__V1__Conditions *want;
    const cbi_fact *fact;
    cbi_miss *miss;
};

static bool fail(struct asking *ask, const char *field, bool absent)
{
    *ask->miss = (cbi_miss){.field = field, .absent = absent};
    return false;
}

static bool fail_range(struct asking *ask, const char *field, const Cbank__V1__Range *wanted,
                       int64_t have, bool absent)
{
    *ask->miss = (cbi_miss){field, wanted, have, absent};
    return false;
}

static bool is_one_of(char *const *list, size_t count, const char *value)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], value) == 0)
            return true;
    return false;
}

static bool is_in(const Cbank__V1__Range *range, int64_t value)
{
    return range == NULL || ((!range->bounded_below || value >= range->min_milli) &&
                             (!range->bounded_above || value <= range->max_milli));
}

static bool category_holds(const struct asking *ask)
{
    const Cbank__V1__Code *have = ask->fact->record->category;

    for (size_t i = 0; have != NULL && i < ask->want->n_categories; i++)
        if (strcmp(ask->want->categories[i]->scheme, have->scheme) == 0 &&
            strcmp(ask->want->categories[i]->value, have->value) == 0)
            return true;
    return ask->want->n_categories == 0;
}

static bool field_holds(const struct asking *ask)
{
    const Cbank__V1__CreditRecord *record = ask->fact->record;

    for (size_t i = 0; i < record->n_classifications; i++) {
        const Cbank__V1__Code *code = record->classifications[i];

        for (size_t k = 0; strcmp(code->scheme, FIELD_SCHEME) == 0 &&
                           k < ask->want->n_field_prefixes; k++)
            if (strncmp(code->value, ask->want->field_prefixes[k],
                        strlen(ask->want->field_prefixes[k])) == 0)
                return true;
    }
    return ask->want->n_field_prefixes == 0;
}

static bool institution_holds(const struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    const Cbank__V1__Awarder *by = ask->fact->record->awarded_by;

    for (size_t i = 0; i < want->n_institutions; i++) {
        const char *name = want->institutions[i];

        if (name[0] == '@' ? ask->reading->ruleset != NULL &&
                                 cbi_ruleset_group_has(ask->reading->ruleset, name + 1, ask->fact)
                           : by != NULL && strcmp(by->institution, name) == 0)
            return true;
    }
    return want->n_institutions == 0;
}

static bool code_holds(const struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;

    for (size_t i = 0; i < want->n_codes; i++) {
        const char *name = want->codes[i];

        if (name[0] == '@' ? ask->reading->ruleset != NULL &&
                                 cbi_ruleset_alias_has(ask->reading->ruleset, name + 1, ask->fact)
                           : strcmp(ask->fact->record->code, name) == 0)
            return true;
    }
    return want->n_codes == 0;
}

static bool fields_hold(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;

    for (size_t i = 0; i < want->n_fields; i++)
        if (!cbi_fieldtest_holds(want->fields[i], ask->fact->record,
                                 ask->reading->partial_dates))
            return fail_range(ask, want->fields[i]->field, want->fields[i]->range,
                              cbi_fieldtest_number(cbi_bytes_of_text(want->fields[i]->field),
                                                   ask->fact->record,
                                                   ask->reading->partial_dates),
                              false);
    return true;
}

static bool names_hold(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    const Cbank__V1__CreditRecord *record = ask->fact->record;

    if (want->n_records > 0 && !is_one_of(want->records, want->n_records, ask->fact->id))
        return fail(ask, "records", false);
    if (want->n_types > 0 &&
        !is_one_of(want->types, want->n_types, cbi_fact_type_word(record->type)))
        return fail(ask, "types", false);
    if (!institution_holds(ask))
        return fail(ask, "institutions", false);
    if (!code_holds(ask))
        return fail(ask, "codes", record->code[0] == '\0');
    if (!category_holds(ask))
        return fail(ask, "categories", record->category == NULL);
    if (!field_holds(ask))
        return fail(ask, "field_prefixes", record->n_classifications == 0);
    return true;
}

static bool grade_in(const Cbank__V1__Grade *grade, const char *scale,
                     const Cbank__V1__Range *range, int64_t *have)
{
    if (grade == NULL || grade->kind != CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE)
        return false;
    *have = grade->score_milli;
    return (scale[0] == '\0' || strcmp(grade->scale, scale) == 0) &&
           is_in(range, grade->score_milli);
}

static bool grade_holds(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    const Cbank__V1__Grade *grade = ask->fact->record->grade;
    int64_t have = 0;

    if (want->grade == NULL || grade_in(grade, want->grade_scale, want->grade, &have))
        return true;
    return fail_range(ask, "grade", want->grade, have,
                      grade == NULL || grade->kind != CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE);
}

static bool level_holds(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    const Cbank__V1__CreditRecord *record = ask->fact->record;
    bool absent = true;
    int64_t have = 0;

    if (want->level == NULL)
        return true;
    for (size_t i = 0; i < record->n_levels; i++) {
        if (want->framework[0] != '\0' &&
            strcmp(want->framework, record->levels[i]->framework) != 0)
            continue;
        have = record->levels[i]->level_milli;
        absent = false;
        if (is_in(want->level, have))
            return true;
    }
    return fail_range(ask, "level", want->level, have, absent);
}

static bool amounts_hold(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;

    for (size_t i = 0; i < want->n_amounts; i++) {
        const char *unit = want->amounts[i]->unit;
        int64_t have = 0;
        bool stated =
            cbi_fact_amount(ask->fact, unit[0] == '\0' ? ask->reading->unit : unit, &have);

        if (!stated || !is_in(want->amounts[i]->range, have))
            return fail_range(ask, "amounts", want->amounts[i]->range, have, !stated);
    }
    return true;
}

/* Thousandths of hours for one credit, held against the range without dividing. */
static bool workload_holds(struct asking *ask)
{
    const Cbank__V1__Range *range = ask->want->hours_per_credit;
    int64_t hours = 0;
    int64_t credits = 0;
    __int128 scaled;

    if (range == NULL)
        return true;
    if (!cbi_fact_amount(ask->fact, HOUR, &hours) ||
        !cbi_fact_amount(ask->fact, ask->reading->unit, &credits) || credits <= 0)
        return fail_range(ask, "hours_per_credit", range, 0, true);
    scaled = (__int128)hours * 1000;
    if ((range->bounded_below && scaled < (__int128)range->min_milli * credits) ||
        (range->bounded_above && scaled > (__int128)range->max_milli * credits))
        return fail_range(ask, "hours_per_credit", range, (int64_t)(scaled / credits), false);
    return true;
}

static bool days_hold(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    uint32_t awarded = ask->fact->awarded_on;

    if (want->awarded_from != 0 && awarded < want->awarded_from)
        return fail(ask, "awarded_from", false);
    if (want->awarded_until != 0 && awarded > want->awarded_until)
        return fail(ask, "awarded_until", false);
    if (want->max_age_years != 0 &&
        ask->reading->as_of > cbi_day_after(awarded, want->max_age_years, 0))
        return fail(ask, "max_age_years", false);
    if (want->max_age_months != 0 &&
        ask->reading->as_of > cbi_day_after(awarded, 0, want->max_age_months))
        return fail(ask, "max_age_months", false);
    return true;
}

static bool part_holds(struct asking *ask, const Cbank__V1__PartTest *part)
{
    const Cbank__V1__CreditRecord *record = ask->fact->record;
    bool all = strcmp(part->code, "*") == 0;
    bool held = false;
    int64_t have = 0;

    for (size_t i = 0; i < record->n_components; i++) {
        const Cbank__V1__Component *component = record->components[i];
        bool holds;

        if (!all && strcmp(component->code, part->code) != 0)
            continue;
        holds = grade_in(component->grade, part->scale, part->range, &have);
        if (all && !holds)
            return fail_range(ask, "parts", part->range, have, component->grade == NULL);
        held |= holds;
    }
    return held || fail_range(ask, "parts", part->range, have, true);
}

static bool parts_hold(struct asking *ask)
{
    for (size_t i = 0; i < ask->want->n_parts; i++)
        if (!part_holds(ask, ask->want->parts[i]))
            return false;
    return true;
}

/* What the course holds in a unit; false if the programme does not state it. */
static bool target_amount(const Cbank__V1__ProgrammeCourse *target, const char *unit,
                          const char *own, int64_t *milli)
{
    if (strcmp(unit, own) == 0) {
        *milli = target->amount_milli;
        return *milli > 0;
    }
    for (size_t i = 0; i < target->n_amounts; i++) {
        if (strcmp(target->amounts[i]->unit, unit) != 0)
            continue;
        *milli = target->amounts[i]->milli;
        return *milli > 0;
    }
    return false;
}

/* The share is held against the range without dividing. */
static bool stands_beside(struct asking *ask, const Cbank__V1__TargetTest *test,
                          const Cbank__V1__ProgrammeCourse *target)
{
    const char *own = ask->reading->unit;
    const char *unit = test->unit[0] == '\0' ? own : test->unit;
    const Cbank__V1__Range *share = test->share;
    int64_t have = 0;
    int64_t there = 0;
    __int128 scaled;

    if (!cbi_fact_amount(ask->fact, unit, &have) || !target_amount(target, unit, own, &there))
        return fail(ask, "to_target", true);
    if (!is_in(test->difference, have - there))
        return fail_range(ask, "to_target", test->difference, have - there, false);
    scaled = (__int128)have * 1000;
    if (share != NULL &&
        ((share->bounded_below && scaled < (__int128)share->min_milli * there) ||
         (share->bounded_above && scaled > (__int128)share->max_milli * there)))
        return fail_range(ask, "to_target", share, (int64_t)(scaled / there), false);
    return true;
}

/* A record with several levels in the programme's framework reaches it by the highest. */
static bool level_reaches(struct asking *ask, const Cbank__V1__ProgrammeCourse *target)
{
    const Cbank__V1__CreditRecord *record = ask->fact->record;
    int64_t have = 0;

    for (size_t i = 0; i < record->n_levels; i++)
        if (strcmp(record->levels[i]->framework, ask->reading->framework) == 0 &&
            record->levels[i]->level_milli > have)
            have = record->levels[i]->level_milli;
    if (have > 0 && target->level_milli > 0 && have >= target->level_milli)
        return true;
    return fail_range(ask, "level_reaches_target", NULL, have,
                      have == 0 || target->level_milli == 0);
}

/* What a reviewer found about a record and its target is not at hand: nothing is guessed. */
static bool target_holds(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    const cbi_reading *reading = ask->reading;

    if (want->n_to_target > 0 && reading->target_count == 0)
        return fail(ask, "to_target", true);
    if (want->level_reaches_target && reading->target_count == 0)
        return fail(ask, "level_reaches_target", true);
    for (uint32_t i = 0; i < reading->target_count; i++) {
        for (size_t k = 0; k < want->n_to_target; k++)
            if (!stands_beside(ask, want->to_target[k], reading->targets[i]))
                return false;
        if (want->level_reaches_target && !level_reaches(ask, reading->targets[i]))
            return false;
    }
    return want->overlap_permille == 0 || fail(ask, "overlap_permille", true);
}

static bool conditions_hold(struct asking *ask)
{
    return names_hold(ask) && days_hold(ask) && grade_holds(ask) && level_holds(ask) &&
           amounts_hold(ask) && workload_holds(ask) && parts_hold(ask) && fields_hold(ask) &&
           target_holds(ask);
}

bool cbi_select(const cbi_reading *reading, const Cbank__V1__Selector *selector,
                const cbi_fact *fact, cbi_miss *miss)
{
    cbi_miss first = {0};
    cbi_miss none;
    bool below = false; /* what the layers from here on come to */

    for (size_t i = selector == NULL ? 0 : selector->n_layers; i-- > 0;) {
        struct asking ask = {reading, selector->layers[i], fact, i == 0 ? &first : &none};
        bool holds = conditions_hold(&ask);

        if (i == 0 && holds && below)
            first.field = "not";
        below = holds && !below;
    }
    if (miss != NULL)
        *miss = first;
    return below || selector == NULL || selector->n_layers == 0;
}
