#include "rules/problem.h"

#include "base/decimal.h"
#include "base/memory.h"

#include <string.h>

void cbi_problem_rewind(cbi_problem *problem)
{
    cbi_problem old = *problem;

    *problem = (cbi_problem){
        .max = -1,
        .applications = old.applications,
        .grants = old.grants,
        .places = old.places,
        .buckets = old.buckets,
        .limits = old.limits,
        .entries = old.entries,
        .groups = old.groups,
        .residencies = old.residencies,
        .members = old.members,
        .application_room = old.application_room,
        .grant_room = old.grant_room,
        .place_room = old.place_room,
        .bucket_room = old.bucket_room,
        .limit_room = old.limit_room,
        .entry_room = old.entry_room,
        .group_room = old.group_room,
        .residency_room = old.residency_room,
        .member_room = old.member_room,
    };
}

void cbi_problem_clear(cbi_problem *problem)
{
    cbi_free(problem->applications);
    cbi_free(problem->grants);
    cbi_free(problem->places);
    cbi_free(problem->buckets);
    cbi_free(problem->limits);
    cbi_free(problem->entries);
    cbi_free(problem->groups);
    cbi_free(problem->residencies);
    cbi_free(problem->members);
    *problem = (cbi_problem){0};
}

/* Room for one more item of a list with this limit. */
static cbank_status make_room(void *items, size_t size, uint32_t count, uint32_t *room,
                              uint32_t max, const char *what, cbank_error *err)
{
    if (count >= max)
        return cbi_fail(err, CBI_REASON_PLAN_TOO_LARGE, max, what, NULL);
    return cbi_grow(items, size, count, room, max, err);
}

static cbank_status add_members(cbi_problem *problem, const uint32_t *members, uint32_t count,
                                cbi_span *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t first = problem->member_count;

    for (uint32_t i = 0; i < count; i++) {
        CBI_TRY(make_room(&problem->members, sizeof(*members), problem->member_count,
                          &problem->member_room, CBI_PLAN_ITEMS_MAX, "members", err));
        problem->members[problem->member_count++] = members[i];
    }
    *out = (cbi_span){first, count};
done:
    return status;
}

cbank_status cbi_problem_add_bucket(cbi_problem *problem, const cbi_bucket *bucket,
                                    cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(make_room(&problem->buckets, sizeof(*bucket), problem->bucket_count,
                      &problem->bucket_room, CBI_BUCKETS_MAX, "buckets", err));
    problem->buckets[problem->bucket_count++] = *bucket;
done:
    return status;
}

cbank_status cbi_problem_add_application(cbi_problem *problem, const cbi_application *application,
                                         const uint32_t *records, uint32_t count,
                                         cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_application added = *application;

    CBI_TRY(make_room(&problem->applications, sizeof(added), problem->application_count,
                      &problem->application_room, CBI_PLAN_APPLICATIONS_MAX, "applications", err));
    CBI_TRY(add_members(problem, records, count, &added.records, err));
    added.grants = (cbi_span){problem->grant_count, 0};
    problem->applications[problem->application_count++] = added;
done:
    return status;
}

cbank_status cbi_problem_add_grant(cbi_problem *problem, int64_t amount, uint32_t course,
                                   uint32_t number, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_grant added = {.amount = amount,
                       .application = problem->application_count - 1,
                       .course = course,
                       .number = number,
                       .places = {problem->place_count, 0}};

    CBI_TRY(make_room(&problem->grants, sizeof(added), problem->grant_count, &problem->grant_room,
                      CBI_PLAN_PLACES_MAX, "grants", err));
    if (amount > CBI_MILLI_MAX - problem->amount_sum)
        return cbi_fail(err, CBI_REASON_PLAN_TOO_LARGE, CBI_MILLI_MAX, "amounts", NULL);
    problem->amount_sum += amount;
    problem->grants[problem->grant_count++] = added;
    problem->applications[added.application].grants.count++;
    if (course != CBI_NONE && course >= problem->course_count)
        problem->course_count = course + 1;
done:
    return status;
}

cbank_status cbi_problem_add_place(cbi_problem *problem, uint32_t bucket, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t grant = problem->grant_count - 1;

    CBI_TRY(make_room(&problem->places, sizeof(*problem->places), problem->place_count,
                      &problem->place_room, CBI_PLAN_PLACES_MAX, "places", err));
    problem->places[problem->place_count++] = (cbi_place){grant, bucket};
    problem->grants[grant].places.count++;
done:
    return status;
}

cbank_status cbi_problem_add_limit(cbi_problem *problem, const cbi_limit *limit,
                                   const uint32_t *part, uint32_t count, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_limit added = *limit;

    CBI_TRY(make_room(&problem->limits, sizeof(added), problem->limit_count, &problem->limit_room,
                      CBI_PLAN_LIMITS_MAX, "limits", err));
    CBI_TRY(add_members(problem, part, count, &added.part, err));
    added.entries = (cbi_span){problem->entry_count, 0};
    problem->limits[problem->limit_count++] = added;
done:
    return status;
}

cbank_status cbi_problem_add_entry(cbi_problem *problem, uint32_t place, uint32_t weight,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(make_room(&problem->entries, sizeof(*problem->entries), problem->entry_count,
                      &problem->entry_room, CBI_PLAN_ITEMS_MAX, "entries", err));
    problem->entries[problem->entry_count++] = (cbi_entry){place, weight};
    problem->limits[problem->limit_count - 1].entries.count++;
done:
    return status;
}

cbank_status cbi_problem_add_group(cbi_problem *problem, const uint32_t *applications,
                                   uint32_t count, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_group added;

    CBI_TRY(make_room(&problem->groups, sizeof(added), problem->group_count, &problem->group_room,
                      CBI_PLAN_ITEMS_MAX, "groups", err));
    CBI_TRY(add_members(problem, applications, count, &added.applications, err));
    problem->groups[problem->group_count++] = added;
done:
    return status;
}

cbank_status cbi_problem_add_residency(cbi_problem *problem, int64_t min,
                                       const uint32_t *applications, uint32_t count,
                                       cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_residency added = {.min = min};

    CBI_TRY(make_room(&problem->residencies, sizeof(added), problem->residency_count,
                      &problem->residency_room, CBI_PLAN_ITEMS_MAX, "residencies", err));
    CBI_TRY(add_members(problem, applications, count, &added.applications, err));
    problem->residencies[problem->residency_count++] = added;
done:
    return status;
}

static bool members_rise(const cbi_problem *problem, cbi_span span, uint32_t bound)
{
    for (uint32_t i = 0; i < span.count; i++) {
        uint32_t member = problem->members[span.first + i];

        if (member >= bound || (i > 0 && member <= problem->members[span.first + i - 1]))
            return false;
    }
    return true;
}

static bool grant_is_sound(const cbi_problem *problem, uint32_t index)
{
    const cbi_grant *grant = &problem->grants[index];

    for (uint32_t i = 0; i < grant->places.count; i++) {
        const cbi_place *place = &problem->places[grant->places.first + i];

        if (place->grant != index || place->bucket >= problem->bucket_count ||
            (i > 0 && place->bucket <= place[-1].bucket))
            return false;
    }
    return grant->amount >= 1 && grant->places.count > 0;
}

static bool limit_is_sound(const cbi_problem *problem, const cbi_limit *limit)
{
    for (uint32_t i = 0; i < limit->entries.count; i++) {
        const cbi_entry *entry = &problem->entries[limit->entries.first + i];

        if (entry->place >= problem->place_count || (i > 0 && entry->place <= entry[-1].place) ||
            entry->weight > CBI_PLAN_RECORDS_MAX)
            return false;
    }
    if (limit->base == CBI_BASE_NUMBER)
        return limit->number >= 0;
    return limit->num >= 0 && limit->num <= CBI_RATIO_MAX && limit->den >= 1 &&
           limit->den <= CBI_RATIO_MAX &&
           (limit->base != CBI_BASE_BUCKET || limit->bucket < problem->bucket_count) &&
           members_rise(problem, limit->part, problem->application_count);
}

static const char *find_unsound(const cbi_problem *problem)
{
    for (uint32_t i = 0; i < problem->bucket_count; i++) {
        const cbi_bucket *bucket = &problem->buckets[i];
        uint32_t steps = 0;

        for (uint32_t at = bucket->parent; at != CBI_NONE; at = problem->buckets[at].parent)
            if (at >= problem->bucket_count || ++steps > problem->bucket_count)
                return "bucket";
        if (bucket->min < 0 || bucket->min > CBI_MILLI_MAX || bucket->max < -1)
            return "bucket";
    }
    for (uint32_t i = 0; i < problem->application_count; i++) {
        const cbi_application *application = &problem->applications[i];

        if (application->records.count == 0 || application->grants.count == 0 ||
            !members_rise(problem, application->records, problem->record_count))
            return "application";
    }
    for (uint32_t i = 0; i < problem->grant_count; i++)
        if (!grant_is_sound(problem, i))
            return "grant";
    for (uint32_t i = 0; i < problem->limit_count; i++)
        if (!limit_is_sound(problem, &problem->limits[i]))
            return "limit";
    for (uint32_t i = 0; i < problem->group_count; i++)
        if (!members_rise(problem, problem->groups[i].applications, problem->application_count))
            return "group";
    for (uint32_t i = 0; i < problem->residency_count; i++)
        if (!members_rise(problem, problem->residencies[i].applications,
                          problem->application_count))
            return "residency";
    return NULL;
}

cbank_status cbi_problem_check(const cbi_problem *problem, cbank_error *err)
{
    const char *unsound = find_unsound(problem);

    if (unsound != NULL)
        return cbi_fail(err, CBI_REASON_INTERNAL, 0, "problem", "%s", unsound);
    return CBANK_OK;
}
