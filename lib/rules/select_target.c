/* How a record stands beside what a rule grants: amounts, levels, and what reviewers found. */
#include "rules/select_part.h"

#include "base/decimal.h"

#include <string.h>

/* What the course holds in a unit; false if the programme does not state it within the limits. */
static bool target_amount(const Cbank__V1__ProgrammeCourse *target, const char *unit,
                          const char *own, int64_t *milli)
{
    if (strcmp(unit, own) == 0) {
        *milli = target->amount_milli;
        return *milli > 0 && *milli <= CBI_MILLI_MAX;
    }
    for (size_t i = 0; i < target->n_amounts; i++) {
        if (strcmp(target->amounts[i]->unit, unit) != 0)
            continue;
        *milli = target->amounts[i]->milli;
        return *milli > 0 && *milli <= CBI_MILLI_MAX;
    }
    return false;
}

static cbi_choice stands_beside(cbi_asking *ask, const Cbank__V1__TargetTest *test,
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
        return cbi_ask_doubt(ask, "to_target",
                             test->share != NULL ? test->share : test->difference);
    cbi_steps_add(ask->reading->steps, &step);
    more = have.num - (__int128)there * have.den;
    if (!cbi_ask_is_in(test->difference, more, have.den))
        return cbi_ask_refuse_range(ask, "to_target", test->difference,
                                    (int64_t)(more / have.den), false);
    if (!cbi_ask_is_in(test->share, have.num * 1000, there * have.den))
        return cbi_ask_refuse_range(ask, "to_target", test->share,
                            (int64_t)(have.num * 1000 / ((__int128)there * have.den)), false);
    return CBI_CHOICE_YES;
}

/* The target's level, or the programme's; of several levels of a record the highest counts. */
static cbi_choice level_reaches(cbi_asking *ask, int64_t target)
{
    const Cbank__V1__CreditRecord *record = ask->fact->record;
    const char *framework = ask->reading->framework;
    cbi_interval across = {0, 0};

    for (size_t i = 0; i < record->n_levels; i++)
        if (strcmp(record->levels[i]->framework, framework) == 0 &&
            record->levels[i]->level_milli > across.high)
            across.low = across.high = record->levels[i]->level_milli;
    if (target == 0 || framework[0] == '\0' ||
        (across.high == 0 && !cbi_ask_level(ask, framework, &across)))
        return cbi_ask_doubt(ask, "level_reaches_target", NULL);
    if (across.high < target)
        return cbi_ask_refuse_range(ask, "level_reaches_target", NULL, across.high, false);
    return across.low >= target ? CBI_CHOICE_YES : cbi_ask_doubt(ask, "level_reaches_target", NULL);
}

static bool names(const cbi_overlap *overlap, const char *record)
{
    for (uint32_t i = 0; i < overlap->record_count; i++)
        if (strcmp(overlap->records[i], record) == 0)
            return true;
    return false;
}

/* Whether the application takes all that the finding is about. */
static bool is_together(const cbi_reading *reading, const cbi_overlap *overlap)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < reading->together_count; i++)
        found += names(overlap, reading->together[i]->id);
    return found == overlap->record_count;
}

/* Whether the finding is about what the rule grants; `course` is "" where it grants none. */
static bool is_about(const cbi_asking *ask, const cbi_overlap *overlap, const char *course)
{
    const Cbank__V1__Rule *rule = ask->reading->rule;

    if (!names(overlap, ask->fact->id))
        return false;
    if (course[0] != '\0' || overlap->target[0] == '\0')
        return strcmp(overlap->target, course) == 0;
    for (size_t g = 0; rule != NULL && g < rule->n_grants; g++)
        if (cbi_ask_is_one_of(rule->grants[g]->buckets, rule->grants[g]->n_buckets,
                              overlap->target))
            return true;
    return false;
}

/*
 * Of several findings about one target those about the most records count, and of these the
 * lowest; without one nothing is guessed.
 */
static cbi_choice overlaps(cbi_asking *ask, const char *course)
{
    const cbi_reading *reading = ask->reading;
    uint32_t found = UINT32_MAX, about = 0;
    bool open = false;

    for (size_t i = 0; i < reading->overlap_count; i++) {
        const cbi_overlap *overlap = &reading->overlaps[i];
        bool joint = overlap->record_count > 1;

        if (overlap->record_count < about || !is_about(ask, overlap, course))
            continue;
        open = open || (joint && reading->open);
        if (joint && !is_together(reading, overlap))
            continue;
        if (overlap->record_count > about || overlap->permille < found)
            found = overlap->permille;
        about = overlap->record_count;
    }
    if (found == UINT32_MAX || open)
        return cbi_ask_doubt(ask, "overlap_permille", NULL);
    return found >= ask->want->overlap_permille
               ? CBI_CHOICE_YES
               : cbi_ask_refuse_range(ask, "overlap_permille", NULL, found, false);
}

cbi_choice cbi_ask_target(cbi_asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    const cbi_reading *reading = ask->reading;
    cbi_choice held = CBI_CHOICE_YES;

    if (want->n_to_target > 0 && reading->target_count == 0)
        held = cbi_ask_doubt(ask, "to_target", NULL);
    if (want->level_reaches_target && reading->target_count == 0)
        held = cbi_ask_both(held, level_reaches(ask, reading->level_milli));
    if (want->overlap_permille != 0 && reading->target_count == 0)
        held = cbi_ask_both(held, overlaps(ask, ""));
    for (uint32_t i = 0; i < reading->target_count; i++) {
        const Cbank__V1__ProgrammeCourse *target = reading->targets[i];

        for (size_t k = 0; held != CBI_CHOICE_NO && k < want->n_to_target; k++)
            held = cbi_ask_both(held, stands_beside(ask, want->to_target[k], target));
        if (held != CBI_CHOICE_NO && want->level_reaches_target)
            held = cbi_ask_both(held, level_reaches(ask, target->level_milli));
        if (held != CBI_CHOICE_NO && want->overlap_permille != 0)
            held = cbi_ask_both(held, overlaps(ask, target->code));
    }
    return held;
}
