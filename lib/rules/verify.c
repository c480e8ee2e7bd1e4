/* Every constraint of the problem, looked at one by one: nothing here is shared with the search. */
#include "rules/plan.h"

#include "base/memory.h"

#include <string.h>

static bool is_placed(const cbi_plan *plan, const cbi_problem *problem, uint32_t place)
{
    return plan->placed[problem->places[place].grant] == place;
}

static int64_t full_amount(const cbi_problem *problem, uint32_t place)
{
    return problem->grants[problem->places[place].grant].amount;
}

static int64_t counted_amount(const cbi_plan *plan, const cbi_problem *problem, uint32_t place)
{
    return is_placed(plan, problem, place) ? plan->counted[problem->places[place].grant] : 0;
}

static bool is_inside(const cbi_problem *problem, uint32_t bucket, uint32_t ancestor)
{
    for (; bucket != CBI_NONE; bucket = problem->buckets[bucket].parent)
        if (bucket == ancestor)
            return true;
    return false;
}

static int64_t counted_by(const cbi_problem *problem, const cbi_plan *plan, uint32_t application)
{
    cbi_span grants = problem->applications[application].grants;
    int64_t sum = 0;

    for (uint32_t i = 0; i < grants.count; i++)
        sum += plan->counted[grants.first + i];
    return sum;
}

/* CBI_NONE: in the whole programme. */
static int64_t counted_in(const cbi_problem *problem, const cbi_plan *plan, uint32_t bucket)
{
    int64_t sum = 0;

    for (uint32_t i = 0; i < problem->place_count; i++)
        if (bucket == CBI_NONE || is_inside(problem, problem->places[i].bucket, bucket))
            sum += counted_amount(plan, problem, i);
    return sum;
}

static int64_t full_in(const cbi_problem *problem, const cbi_plan *plan, uint32_t bucket)
{
    int64_t sum = 0;

    for (uint32_t i = 0; i < problem->place_count; i++)
        if (is_placed(plan, problem, i) &&
            (bucket == CBI_NONE || is_inside(problem, problem->places[i].bucket, bucket)))
            sum += full_amount(problem, i);
    return sum;
}

static uint32_t find_record_twice(const cbi_problem *problem, const cbi_plan *plan)
{
    uint8_t used[CBI_PLAN_RECORDS_MAX] = {0};

    for (uint32_t i = 0; i < problem->application_count; i++) {
        cbi_span records = problem->applications[i].records;

        for (uint32_t k = 0; plan->chosen[i] && k < records.count; k++)
            if (used[problem->members[records.first + k]]++)
                return problem->members[records.first + k];
    }
    return CBI_NONE;
}

static uint32_t find_placed_wrongly(const cbi_problem *problem, const cbi_plan *plan)
{
    for (uint32_t i = 0; i < problem->application_count; i++) {
        const cbi_application *application = &problem->applications[i];
        uint32_t placed = 0;

        for (uint32_t k = 0; k < application->grants.count; k++) {
            uint32_t grant = application->grants.first + k;
            cbi_span places = problem->grants[grant].places;

            if (plan->placed[grant] == CBI_NONE)
                continue;
            if (plan->placed[grant] - places.first >= places.count)
                return i;
            placed++;
        }
        if (!plan->chosen[i] ? placed > 0
                             : placed < (application->all ? application->grants.count : 1))
            return i;
    }
    return CBI_NONE;
}

/* True if some limit or maximum that cuts looks at the place. */
static bool may_be_cut(const cbi_problem *problem, uint32_t place)
{
    if (problem->max >= 0 && problem->cut)
        return true;
    for (uint32_t at = problem->places[place].bucket; at != CBI_NONE;
         at = problem->buckets[at].parent)
        if (problem->buckets[at].max >= 0 && problem->buckets[at].cut)
            return true;
    for (uint32_t i = 0; i < problem->limit_count; i++) {
        const cbi_limit *limit = &problem->limits[i];

        for (uint32_t k = 0; limit->cut && !limit->records && k < limit->entries.count; k++)
            if (problem->entries[limit->entries.first + k].place == place)
                return true;
    }
    return false;
}

static uint32_t find_counted_wrongly(const cbi_problem *problem, const cbi_plan *plan)
{
    for (uint32_t i = 0; i < problem->grant_count; i++) {
        const cbi_grant *grant = &problem->grants[i];

        if (plan->placed[i] == CBI_NONE ? plan->counted[i] == 0
                                        : plan->counted[i] == grant->amount)
            continue;
        if (plan->placed[i] == CBI_NONE || plan->counted[i] < 1 ||
            plan->counted[i] > grant->amount ||
            problem->applications[grant->application].exempt ||
            !may_be_cut(problem, plan->placed[i]))
            return i;
    }
    return CBI_NONE;
}

static cbank_status find_course_twice(const cbi_problem *problem, const cbi_plan *plan,
                                      uint32_t *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t *granted = NULL;

    CBI_TRY(cbi_alloc(problem->course_count, 1, &granted, err));
    *out = CBI_NONE;
    for (uint32_t i = 0; *out == CBI_NONE && i < problem->grant_count; i++) {
        uint32_t course = problem->grants[i].course;

        if (course != CBI_NONE && plan->placed[i] != CBI_NONE && granted[course]++)
            *out = course;
    }
done:
    cbi_free(granted);
    return status;
}

static uint32_t find_group_twice(const cbi_problem *problem, const cbi_plan *plan)
{
    for (uint32_t i = 0; i < problem->group_count; i++) {
        cbi_span span = problem->groups[i].applications;
        uint32_t chosen = 0;

        for (uint32_t k = 0; k < span.count; k++)
            chosen += plan->chosen[problem->members[span.first + k]];
        if (chosen > 1)
            return i;
    }
    return CBI_NONE;
}

static int64_t used_of(const cbi_problem *problem, const cbi_plan *plan, const cbi_limit *limit)
{
    int64_t used = 0;
    uint32_t counted = CBI_NONE; /* entries of one application stand together */

    for (uint32_t i = 0; i < limit->entries.count; i++) {
        const cbi_entry *entry = &problem->entries[limit->entries.first + i];
        uint32_t application =
            problem->grants[problem->places[entry->place].grant].application;

        if (!is_placed(plan, problem, entry->place))
            continue;
        if (!limit->records)
            used += limit->cut ? counted_amount(plan, problem, entry->place)
                               : full_amount(problem, entry->place);
        else if (application != counted)
            used += entry->weight;
        counted = application;
    }
    return used;
}

static bool limit_holds(const cbi_problem *problem, const cbi_plan *plan, const cbi_limit *limit)
{
    int64_t used = used_of(problem, plan, limit);
    int64_t base = 0;

    if (limit->base == CBI_BASE_NUMBER)
        return used <= limit->number;
    if (limit->base == CBI_BASE_COUNTED)
        base = counted_in(problem, plan, CBI_NONE);
    if (limit->base == CBI_BASE_BUCKET)
        base = counted_in(problem, plan, limit->bucket);
    for (uint32_t i = 0; limit->base == CBI_BASE_PART && i < limit->part.count; i++)
        base += counted_by(problem, plan, problem->members[limit->part.first + i]);
    return used * limit->den <= limit->num * base;
}

static bool maximum_holds(const cbi_problem *problem, const cbi_plan *plan, uint32_t bucket,
                          int64_t max, bool cut)
{
    return max < 0 || max >= (cut ? counted_in(problem, plan, bucket)
                                  : full_in(problem, plan, bucket));
}

cbank_status cbi_plan_verify(const cbi_problem *problem, const cbi_plan *plan, cbi_breach *breach,
                             uint32_t *where, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t course;

    CBI_TRY(find_course_twice(problem, plan, &course, err));
    if ((*where = find_record_twice(problem, plan)) != CBI_NONE)
        *breach = CBI_BREACH_RECORD;
    else if ((*where = find_placed_wrongly(problem, plan)) != CBI_NONE)
        *breach = CBI_BREACH_PLACED;
    else if ((*where = find_counted_wrongly(problem, plan)) != CBI_NONE)
        *breach = CBI_BREACH_COUNTED;
    else if ((*where = course) != CBI_NONE)
        *breach = CBI_BREACH_COURSE;
    else if ((*where = find_group_twice(problem, plan)) != CBI_NONE)
        *breach = CBI_BREACH_GROUP;
    else
        *breach = CBI_BREACH_NONE;
    for (uint32_t i = 0; *breach == CBI_BREACH_NONE && i < problem->limit_count; i++) {
        if (!limit_holds(problem, plan, &problem->limits[i])) {
            *breach = CBI_BREACH_LIMIT;
            *where = i;
        }
    }
    if (*breach == CBI_BREACH_NONE &&
        !maximum_holds(problem, plan, CBI_NONE, problem->max, problem->cut))
        *breach = CBI_BREACH_BUCKET;
    for (uint32_t i = 0; *breach == CBI_BREACH_NONE && i < problem->bucket_count; i++) {
        const cbi_bucket *bucket = &problem->buckets[i];

        if (!maximum_holds(problem, plan, i, bucket->max, bucket->cut)) {
            *breach = CBI_BREACH_BUCKET;
            *where = i;
        }
    }
done:
    return status;
}
