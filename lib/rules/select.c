#include "rules/select.h"

#include "rules/fieldtest.h"

#include <string.h>

#define HOUR "hour"
#define FIELD_SCHEME "ISCED-F"

/* One question: do these conditions hold for this record? */
struct asking {
    const cbi_reading *reading;
    const cbi_reference *reference; /* NULL: none */
    const Cbank__V1__Conditions *want;
    const cbi_fact *fact;
    cbi_miss *miss;
    bool doubted; /* `miss` is of a condition that cannot be told */
    unsigned at;  /* of the condition at hand */
};

void cbi_steps_add(cbi_steps *steps, const cbi_step *step)
{
    if (steps != NULL && step->kind != 0 && steps->count < CBI_STEPS_MAX)
        steps->items[steps->count++] = *step;
}

static cbi_choice refuse_range(struct asking *ask, const char *field,
                               const Cbank__V1__Range *wanted, int64_t have, bool absent)
{
    *ask->miss = (cbi_miss){field, wanted, have, absent, ask->at};
    return CBI_CHOICE_NO;
}

static cbi_choice refuse(struct asking *ask, const char *field, bool absent)
{
    return refuse_range(ask, field, NULL, 0, absent);
}

/* A definite no is told rather than this. */
static cbi_choice doubt(struct asking *ask, const char *field, const Cbank__V1__Range *wanted)
{
    if (!ask->doubted)
        *ask->miss = (cbi_miss){field, wanted, 0, true, ask->at};
    ask->doubted = true;
    return CBI_CHOICE_UNKNOWN;
}

/* Both: a no is a no, whatever the other is. */
static cbi_choice both(cbi_choice a, cbi_choice b)
{
    return a < b ? a : b;
}

static bool is_one_of(char *const *list, size_t count, const char *value)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], value) == 0)
            return true;
    return false;
}

/* Where only the ends are known, it may be neither in the range nor out of it. */
static cbi_choice is_within(const Cbank__V1__Range *range, const cbi_interval *value)
{
    if ((range->bounded_below && value->high < range->min_milli) ||
        (range->bounded_above && value->low > range->max_milli))
        return CBI_CHOICE_NO;
    return (range->bounded_below && value->low < range->min_milli) ||
                   (range->bounded_above && value->high > range->max_milli)
               ? CBI_CHOICE_UNKNOWN
               : CBI_CHOICE_YES;
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

/* A day that is stated, and not as exactly as a range needs it. */
static bool is_inexact(const struct asking *ask, const Cbank__V1__FieldTest *test, int64_t number)
{
    return test->range != NULL && number == 0 &&
           cbi_fieldtest_kind_of(cbi_bytes_of_text(test->field)) == CBI_FIELDTEST_DAY &&
           cbi_fieldtest_number(cbi_bytes_of_text(test->field), ask->fact->record,
                                CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_FIRST_DAY) != 0;
}

static cbi_choice fields_hold(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    Cbank__V1__PartialDates partial = ask->reading->partial_dates;
    cbi_choice all = CBI_CHOICE_YES;

    for (size_t i = 0; i < want->n_fields; i++) {
        const Cbank__V1__FieldTest *test = want->fields[i];
        int64_t have;

        if (cbi_fieldtest_holds(test, ask->fact->record, partial))
            continue;
        have = cbi_fieldtest_number(cbi_bytes_of_text(test->field), ask->fact->record, partial);
        if (!is_inexact(ask, test, have))
            return refuse_range(ask, test->field, test->range, have, false);
        all = doubt(ask, test->field, test->range);
    }
    return all;
}

static cbi_choice names_hold(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    const Cbank__V1__CreditRecord *record = ask->fact->record;

    if (want->n_records > 0 && !is_one_of(want->records, want->n_records, ask->fact->id))
        return refuse(ask, "records", false);
    if (!institution_holds(ask))
        return refuse(ask, "institutions", false);
    ask->at++;
    if (!code_holds(ask))
        return refuse(ask, "codes", record->code[0] == '\0');
    ask->at++;
    if (want->n_types > 0 &&
        !is_one_of(want->types, want->n_types, cbi_fact_type_word(record->type)))
        return refuse(ask, "types", false);
    ask->at++;
    if (!category_holds(ask))
        return refuse(ask, "categories", record->category == NULL);
    ask->at++;
    if (!field_holds(ask))
        return refuse(ask, "field_prefixes", record->n_classifications == 0);
    return CBI_CHOICE_YES;
}

/* A grade that is only passed or not has no number, on whatever scale. */
static cbi_choice grade_in(struct asking *ask, const char *field, const Cbank__V1__Grade *grade,
                           const char *scale, const Cbank__V1__Range *range)
{
    bool scored = grade != NULL && grade->kind == CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;
    cbi_interval number;
    cbi_choice within;
    cbi_step step;

    if (grade == NULL || (scale[0] == '\0' && !scored) ||
        grade->kind == CBANK__V1__GRADE_KIND__GRADE_KIND_OUTCOME)
        return refuse_range(ask, field, range, 0, true);
    if (scale[0] == '\0')
        return is_in(range, grade->score_milli)
                   ? CBI_CHOICE_YES
                   : refuse_range(ask, field, range, grade->score_milli, false);
    if (!cbi_reference_grade(ask->reference, grade, scale, &number, &step))
        return doubt(ask, field, range);
    cbi_steps_add(ask->reading->steps, &step);
    within = range == NULL ? CBI_CHOICE_YES : is_within(range, &number);
    if (within == CBI_CHOICE_NO)
        return refuse_range(ask, field, range, number.low, false);
    return within == CBI_CHOICE_YES ? within : doubt(ask, field, range);
}

static cbi_choice grade_holds(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;

    return want->grade == NULL ? CBI_CHOICE_YES
                               : grade_in(ask, "grade", ask->fact->record->grade,
                                          want->grade_scale, want->grade);
}

/* A level in a framework other than the record's own, as far as crosswalks say. */
static bool find_level(struct asking *ask, const char *framework, cbi_interval *out)
{
    const Cbank__V1__CreditRecord *record = ask->fact->record;
    bool any = false;

    for (size_t i = 0; i < record->n_levels; i++) {
        const Cbank__V1__Level *level = record->levels[i];
        cbi_interval found;
        cbi_step step;

        if (!cbi_reference_level(ask->reference, level->framework, level->level_milli, framework,
                                 &found, &step))
            continue;
        cbi_steps_add(ask->reading->steps, &step);
        if (!any)
            *out = found;
        out->low = found.low < out->low ? found.low : out->low;
        out->high = found.high > out->high ? found.high : out->high;
        any = true;
    }
    return any;
}

static cbi_choice level_holds(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    const Cbank__V1__CreditRecord *record = ask->fact->record;
    cbi_interval across;
    bool absent = true;
    int64_t have = 0;
    cbi_choice within;

    if (want->level == NULL)
        return CBI_CHOICE_YES;
    for (size_t i = 0; i < record->n_levels; i++) {
        if (want->framework[0] != '\0' &&
            strcmp(want->framework, record->levels[i]->framework) != 0)
            continue;
        have = record->levels[i]->level_milli;
        absent = false;
        if (is_in(want->level, have))
            return CBI_CHOICE_YES;
    }
    if (!absent || record->n_levels == 0)
        return refuse_range(ask, "level", want->level, have, absent);
    if (!find_level(ask, want->framework, &across))
        return doubt(ask, "level", want->level);
    within = is_within(want->level, &across);
    if (within == CBI_CHOICE_NO)
        return refuse_range(ask, "level", want->level, across.low, false);
    return within == CBI_CHOICE_YES ? within : doubt(ask, "level", want->level);
}

/* num / den, which is above 0, held against the range without dividing. */
static bool is_fraction_in(const Cbank__V1__Range *range, __int128 num, int64_t den)
{
    return range == NULL || ((!range->bounded_below || num >= (__int128)range->min_milli * den) &&
                             (!range->bounded_above || num <= (__int128)range->max_milli * den));
}

static cbi_choice amounts_hold(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;

    for (size_t i = 0; i < want->n_amounts; i++) {
        const char *unit = want->amounts[i]->unit;
        const Cbank__V1__Range *range = want->amounts[i]->range;
        cbi_fraction have = {0, 1};
        cbi_step step;
        bool stated = cbi_fact_amount_in(ask->fact, unit[0] == '\0' ? ask->reading->unit : unit,
                                         ask->reference, &have, &step);

        if (!stated || !is_fraction_in(range, have.num, have.den))
            return refuse_range(ask, "amounts", range, (int64_t)(have.num / have.den), !stated);
        cbi_steps_add(ask->reading->steps, &step);
    }
    return CBI_CHOICE_YES;
}

/* Thousandths of hours for one credit. */
static cbi_choice workload_holds(struct asking *ask)
{
    const Cbank__V1__Range *range = ask->want->hours_per_credit;
    int64_t hours = 0;
    int64_t credits = 0;
    __int128 scaled;

    if (range == NULL)
        return CBI_CHOICE_YES;
    if (!cbi_fact_amount(ask->fact, HOUR, &hours) ||
        !cbi_fact_amount(ask->fact, ask->reading->unit, &credits) || credits <= 0)
        return refuse_range(ask, "hours_per_credit", range, 0, true);
    scaled = (__int128)hours * 1000;
    if (!is_fraction_in(range, scaled, credits))
        return refuse_range(ask, "hours_per_credit", range, (int64_t)(scaled / credits), false);
    return CBI_CHOICE_YES;
}

static cbi_choice days_hold(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    uint32_t awarded = ask->fact->awarded_on;

    if (want->awarded_from != 0 && awarded < want->awarded_from)
        return refuse(ask, "awarded_from", false);
    if (want->awarded_until != 0 && awarded > want->awarded_until)
        return refuse(ask, "awarded_until", false);
    if (want->max_age_years != 0 &&
        ask->reading->as_of > cbi_day_after(awarded, want->max_age_years, 0))
        return refuse(ask, "max_age_years", false);
    if (want->max_age_months != 0 &&
        ask->reading->as_of > cbi_day_after(awarded, 0, want->max_age_months))
        return refuse(ask, "max_age_months", false);
    return CBI_CHOICE_YES;
}

/* Each part that the record has, and it has one; or one of this code. */
static cbi_choice part_holds(struct asking *ask, const Cbank__V1__PartTest *part)
{
    const Cbank__V1__CreditRecord *record = ask->fact->record;
    bool all = strcmp(part->code, "*") == 0;
    cbi_choice best = CBI_CHOICE_NO, worst = CBI_CHOICE_YES;
    cbi_miss kept = *ask->miss;
    bool doubted = ask->doubted;

    *ask->miss = (cbi_miss){"parts", part->range, 0, true, ask->at};
    for (size_t i = 0; i < record->n_components; i++) {
        const Cbank__V1__Component *component = record->components[i];
        cbi_choice holds;

        if (!all && strcmp(component->code, part->code) != 0)
            continue;
        holds = grade_in(ask, "parts", component->grade, part->scale, part->range);
        worst = both(worst, holds);
        best = holds > best ? holds : best;
        if (all && holds == CBI_CHOICE_NO)
            break;
    }
    if (record->n_components == 0)
        worst = CBI_CHOICE_NO;
    best = all ? worst : best;
    ask->doubted = doubted || best == CBI_CHOICE_UNKNOWN;
    if (best == CBI_CHOICE_YES || (best == CBI_CHOICE_UNKNOWN && doubted))
        *ask->miss = kept;
    return best;
}

static cbi_choice parts_hold(struct asking *ask)
{
    cbi_choice held = CBI_CHOICE_YES;

    for (size_t i = 0; held != CBI_CHOICE_NO && i < ask->want->n_parts; i++)
        held = both(held, part_holds(ask, ask->want->parts[i]));
    return held;
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

static cbi_choice stands_beside(struct asking *ask, const Cbank__V1__TargetTest *test,
                                const Cbank__V1__ProgrammeCourse *target)
{
    const char *own = ask->reading->unit;
    const char *unit = test->unit[0] == '\0' ? own : test->unit;
    cbi_fraction have = {0, 1};
    int64_t there = 0;
    __int128 more;
    cbi_step step;

    if (!cbi_fact_amount_in(ask->fact, unit, ask->reference, &have, &step) ||
        !target_amount(target, unit, own, &there))
        return doubt(ask, "to_target", test->share != NULL ? test->share : test->difference);
    cbi_steps_add(ask->reading->steps, &step);
    more = have.num - (__int128)there * have.den;
    if (!is_fraction_in(test->difference, more, have.den))
        return refuse_range(ask, "to_target", test->difference, (int64_t)(more / have.den), false);
    if (!is_fraction_in(test->share, have.num * 1000, there * have.den))
        return refuse_range(ask, "to_target", test->share,
                            (int64_t)(have.num * 1000 / ((__int128)there * have.den)), false);
    return CBI_CHOICE_YES;
}

/* A record with several levels in the programme's framework reaches it by the highest. */
static cbi_choice level_reaches(struct asking *ask, const Cbank__V1__ProgrammeCourse *target)
{
    const Cbank__V1__CreditRecord *record = ask->fact->record;
    const char *framework = ask->reading->framework;
    cbi_interval across = {0, 0};

    for (size_t i = 0; i < record->n_levels; i++)
        if (strcmp(record->levels[i]->framework, framework) == 0 &&
            record->levels[i]->level_milli > across.high)
            across.low = across.high = record->levels[i]->level_milli;
    if (target->level_milli == 0 || framework[0] == '\0' ||
        (across.high == 0 && !find_level(ask, framework, &across)))
        return doubt(ask, "level_reaches_target", NULL);
    if (across.high < target->level_milli)
        return refuse_range(ask, "level_reaches_target", NULL, across.high, false);
    return across.low >= target->level_milli ? CBI_CHOICE_YES
                                             : doubt(ask, "level_reaches_target", NULL);
}

/* Whether the finding is about what the rule grants; `course` is "" where it grants none. */
static bool is_about(const struct asking *ask, const cbi_overlap *overlap, const char *course)
{
    const Cbank__V1__Rule *rule = ask->reading->rule;

    if (strcmp(overlap->record, ask->fact->id) != 0)
        return false;
    if (course[0] != '\0' || overlap->target[0] == '\0')
        return strcmp(overlap->target, course) == 0;
    for (size_t g = 0; rule != NULL && g < rule->n_grants; g++)
        if (is_one_of(rule->grants[g]->buckets, rule->grants[g]->n_buckets, overlap->target))
            return true;
    return false;
}

/* Of several findings about one target the lowest counts; without one nothing is guessed. */
static cbi_choice overlaps(struct asking *ask, const char *course)
{
    const cbi_reading *reading = ask->reading;
    uint32_t found = UINT32_MAX;

    for (size_t i = 0; i < reading->overlap_count; i++)
        if (is_about(ask, &reading->overlaps[i], course) && reading->overlaps[i].permille < found)
            found = reading->overlaps[i].permille;
    if (found == UINT32_MAX)
        return doubt(ask, "overlap_permille", NULL);
    return found >= ask->want->overlap_permille
               ? CBI_CHOICE_YES
               : refuse_range(ask, "overlap_permille", NULL, found, false);
}

static cbi_choice target_holds(struct asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    const cbi_reading *reading = ask->reading;
    cbi_choice held = CBI_CHOICE_YES;

    if (want->n_to_target > 0 && reading->target_count == 0)
        held = doubt(ask, "to_target", NULL);
    if (want->level_reaches_target && reading->target_count == 0)
        held = doubt(ask, "level_reaches_target", NULL);
    if (want->overlap_permille != 0 && reading->target_count == 0)
        held = both(held, overlaps(ask, ""));
    for (uint32_t i = 0; i < reading->target_count; i++) {
        const Cbank__V1__ProgrammeCourse *target = reading->targets[i];

        for (size_t k = 0; held != CBI_CHOICE_NO && k < want->n_to_target; k++)
            held = both(held, stands_beside(ask, want->to_target[k], target));
        if (held != CBI_CHOICE_NO && want->level_reaches_target)
            held = both(held, level_reaches(ask, target));
        if (held != CBI_CHOICE_NO && want->overlap_permille != 0)
            held = both(held, overlaps(ask, target->code));
    }
    return held;
}

/* The cheap ones first; a definite no ends it. */
static cbi_choice conditions_hold(struct asking *ask)
{
    static cbi_choice (*const conditions[])(struct asking *) = {
        names_hold, days_hold,  grade_holds, level_holds, amounts_hold,
        workload_holds, parts_hold, fields_hold, target_holds};
    cbi_choice all = CBI_CHOICE_YES;

    for (size_t i = 0; all != CBI_CHOICE_NO && i < sizeof(conditions) / sizeof(conditions[0]);
         i++) {
        all = both(all, conditions[i](ask));
        ask->at++;
    }
    return all;
}

cbi_choice cbi_select(const cbi_reading *reading, const Cbank__V1__Selector *selector,
                      const cbi_fact *fact, cbi_miss *miss)
{
    cbi_choice below = CBI_CHOICE_NO; /* what the layers from here on come to */
    cbi_miss first = {0}, under = {0}, unknown = {0};

    if (selector == NULL || selector->n_layers == 0)
        return CBI_CHOICE_YES;
    for (size_t i = selector->n_layers; i-- > 0;) {
        struct asking ask = {.reading = reading,
                             .reference = reading->ruleset == NULL
                                              ? NULL
                                              : cbi_ruleset_reference(reading->ruleset),
                             .want = selector->layers[i],
                             .fact = fact,
                             .miss = i == 0 ? &first : &under};
        cbi_choice holds = conditions_hold(&ask);

        if (i > 0 && holds == CBI_CHOICE_UNKNOWN)
            unknown = under;
        if (i == 0 && holds != CBI_CHOICE_NO && below == CBI_CHOICE_YES)
            first = (cbi_miss){.field = "not", .nearness = ask.at};
        else if (i == 0 && holds == CBI_CHOICE_YES && below == CBI_CHOICE_UNKNOWN)
            first = unknown;
        below = both(holds, (cbi_choice)(CBI_CHOICE_YES - below)); /* this one, and not that */
    }
    if (miss != NULL)
        *miss = first;
    return below;
}
