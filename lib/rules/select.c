#include "rules/select_part.h"

#include "rules/fieldtest.h"

#include <string.h>

#define HOUR "hour"
#define FIELD_SCHEME "ISCED-F"

void cbi_steps_add(cbi_steps *steps, const cbi_step *step)
{
    if (steps != NULL && step->kind != 0 && steps->count < CBI_STEPS_MAX)
        steps->items[steps->count++] = *step;
}

cbi_choice cbi_ask_refuse_range(cbi_asking *ask, const char *field,
                                const Cbank__V1__Range *wanted, int64_t have, bool absent)
{
    *ask->miss = (cbi_miss){field, wanted, have, absent, ask->at};
    return CBI_CHOICE_NO;
}

cbi_choice cbi_ask_refuse(cbi_asking *ask, const char *field, bool absent)
{
    return cbi_ask_refuse_range(ask, field, NULL, 0, absent);
}

cbi_choice cbi_ask_doubt(cbi_asking *ask, const char *field, const Cbank__V1__Range *wanted)
{
    if (!ask->doubted)
        *ask->miss = (cbi_miss){field, wanted, 0, true, ask->at};
    ask->doubted = true;
    return CBI_CHOICE_UNKNOWN;
}

bool cbi_ask_is_one_of(char *const *list, size_t count, const char *value)
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

static bool category_holds(const cbi_asking *ask)
{
    const Cbank__V1__Code *have = ask->fact->record->category;

    for (size_t i = 0; have != NULL && i < ask->want->n_categories; i++)
        if (strcmp(ask->want->categories[i]->scheme, have->scheme) == 0 &&
            strcmp(ask->want->categories[i]->value, have->value) == 0)
            return true;
    return ask->want->n_categories == 0;
}

static bool field_holds(const cbi_asking *ask)
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

static bool institution_holds(const cbi_asking *ask)
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

static bool code_holds(const cbi_asking *ask)
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
static bool is_inexact(const cbi_asking *ask, const Cbank__V1__FieldTest *test, int64_t number)
{
    return test->range != NULL && number == 0 &&
           cbi_fieldtest_kind_of(cbi_bytes_of_text(test->field)) == CBI_FIELDTEST_DAY &&
           cbi_fieldtest_number(cbi_bytes_of_text(test->field), ask->fact->record,
                                CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_FIRST_DAY) != 0;
}

static cbi_choice fields_hold(cbi_asking *ask)
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
            return cbi_ask_refuse_range(ask, test->field, test->range, have, false);
        all = cbi_ask_doubt(ask, test->field, test->range);
    }
    return all;
}

static cbi_choice names_hold(cbi_asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    const Cbank__V1__CreditRecord *record = ask->fact->record;

    if (want->n_records > 0 && !cbi_ask_is_one_of(want->records, want->n_records, ask->fact->id))
        return cbi_ask_refuse(ask, "records", false);
    if (!institution_holds(ask))
        return cbi_ask_refuse(ask, "institutions", false);
    ask->at++;
    if (!code_holds(ask))
        return cbi_ask_refuse(ask, "codes", record->code[0] == '\0');
    ask->at++;
    if (want->n_types > 0 &&
        !cbi_ask_is_one_of(want->types, want->n_types, cbi_fact_type_word(record->type)))
        return cbi_ask_refuse(ask, "types", false);
    ask->at++;
    if (!category_holds(ask))
        return cbi_ask_refuse(ask, "categories", record->category == NULL);
    ask->at++;
    if (!field_holds(ask))
        return cbi_ask_refuse(ask, "field_prefixes", record->n_classifications == 0);
    return CBI_CHOICE_YES;
}

/* A grade that is only passed or not has no number, on whatever scale. */
static cbi_choice grade_in(cbi_asking *ask, const char *field, const Cbank__V1__Grade *grade,
                           const char *scale, const Cbank__V1__Range *range)
{
    bool scored = grade != NULL && grade->kind == CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;
    cbi_interval number;
    cbi_choice within;
    cbi_step step;

    if (grade == NULL || (scale[0] == '\0' && !scored) ||
        grade->kind == CBANK__V1__GRADE_KIND__GRADE_KIND_OUTCOME)
        return cbi_ask_refuse_range(ask, field, range, 0, true);
    if (scale[0] == '\0')
        return is_in(range, grade->score_milli)
                   ? CBI_CHOICE_YES
                   : cbi_ask_refuse_range(ask, field, range, grade->score_milli, false);
    if (!cbi_reference_grade(ask->reference, grade, scale, &number, &step))
        return cbi_ask_doubt(ask, field, range);
    cbi_steps_add(ask->reading->steps, &step);
    within = range == NULL ? CBI_CHOICE_YES : is_within(range, &number);
    if (within == CBI_CHOICE_NO)
        return cbi_ask_refuse_range(ask, field, range, number.low, false);
    return within == CBI_CHOICE_YES ? within : cbi_ask_doubt(ask, field, range);
}

static cbi_choice grade_holds(cbi_asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;

    return want->grade == NULL ? CBI_CHOICE_YES
                               : grade_in(ask, "grade", ask->fact->record->grade,
                                          want->grade_scale, want->grade);
}

bool cbi_ask_level(cbi_asking *ask, const char *framework, cbi_interval *out)
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

static cbi_choice level_holds(cbi_asking *ask)
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
        return cbi_ask_refuse_range(ask, "level", want->level, have, absent);
    if (!cbi_ask_level(ask, want->framework, &across))
        return cbi_ask_doubt(ask, "level", want->level);
    within = is_within(want->level, &across);
    if (within == CBI_CHOICE_NO)
        return cbi_ask_refuse_range(ask, "level", want->level, across.low, false);
    return within == CBI_CHOICE_YES ? within : cbi_ask_doubt(ask, "level", want->level);
}

bool cbi_ask_is_in(const Cbank__V1__Range *range, __int128 num, int64_t den)
{
    return range == NULL || ((!range->bounded_below || num >= (__int128)range->min_milli * den) &&
                             (!range->bounded_above || num <= (__int128)range->max_milli * den));
}

static cbi_choice amounts_hold(cbi_asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;

    for (size_t i = 0; i < want->n_amounts; i++) {
        const char *unit = want->amounts[i]->unit;
        const Cbank__V1__Range *range = want->amounts[i]->range;
        cbi_fraction have = {0, 1};
        cbi_step step;
        bool stated = cbi_fact_amount_in(ask->fact, unit[0] == '\0' ? ask->reading->unit : unit,
                                         ask->reference, &have, &step);

        if (!stated || !cbi_ask_is_in(range, have.num, have.den))
            return cbi_ask_refuse_range(ask, "amounts", range, (int64_t)(have.num / have.den),
                                        !stated);
        cbi_steps_add(ask->reading->steps, &step);
    }
    return CBI_CHOICE_YES;
}

/* Thousandths of hours for one credit. */
static cbi_choice workload_holds(cbi_asking *ask)
{
    const Cbank__V1__Range *range = ask->want->hours_per_credit;
    int64_t hours = 0;
    int64_t credits = 0;
    __int128 scaled;

    if (range == NULL)
        return CBI_CHOICE_YES;
    if (!cbi_fact_amount(ask->fact, HOUR, &hours) ||
        !cbi_fact_amount(ask->fact, ask->reading->unit, &credits) || credits <= 0)
        return cbi_ask_refuse_range(ask, "hours_per_credit", range, 0, true);
    scaled = (__int128)hours * 1000;
    if (!cbi_ask_is_in(range, scaled, credits))
        return cbi_ask_refuse_range(ask, "hours_per_credit", range, (int64_t)(scaled / credits),
                                    false);
    return CBI_CHOICE_YES;
}

static cbi_choice days_hold(cbi_asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    uint32_t awarded = ask->fact->awarded_on;

    if (want->awarded_from != 0 && awarded < want->awarded_from)
        return cbi_ask_refuse(ask, "awarded_from", false);
    if (want->awarded_until != 0 && awarded > want->awarded_until)
        return cbi_ask_refuse(ask, "awarded_until", false);
    if (want->max_age_years != 0 &&
        ask->reading->as_of > cbi_day_after(awarded, want->max_age_years, 0))
        return cbi_ask_refuse(ask, "max_age_years", false);
    if (want->max_age_months != 0 &&
        ask->reading->as_of > cbi_day_after(awarded, 0, want->max_age_months))
        return cbi_ask_refuse(ask, "max_age_months", false);
    return CBI_CHOICE_YES;
}

/* Each part that the record has, and it has one; or one of this code. */
static cbi_choice part_holds(cbi_asking *ask, const Cbank__V1__PartTest *part)
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
        worst = cbi_ask_both(worst, holds);
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

static cbi_choice parts_hold(cbi_asking *ask)
{
    cbi_choice held = CBI_CHOICE_YES;

    for (size_t i = 0; held != CBI_CHOICE_NO && i < ask->want->n_parts; i++)
        held = cbi_ask_both(held, part_holds(ask, ask->want->parts[i]));
    return held;
}

/* The cheap ones first; a definite no ends it. */
static cbi_choice conditions_hold(cbi_asking *ask)
{
    static cbi_choice (*const conditions[])(cbi_asking *) = {
        names_hold, days_hold,  grade_holds, level_holds, amounts_hold, workload_holds,
        parts_hold, fields_hold, cbi_ask_among, cbi_ask_target};
    cbi_choice all = CBI_CHOICE_YES;

    for (size_t i = 0; all != CBI_CHOICE_NO && i < sizeof(conditions) / sizeof(conditions[0]);
         i++) {
        all = cbi_ask_both(all, conditions[i](ask));
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
        cbi_asking ask = {.reading = reading,
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
        /* This one, and not that. */
        below = cbi_ask_both(holds, (cbi_choice)(CBI_CHOICE_YES - below));
    }
    if (miss != NULL)
        *miss = first;
    return below;
}
