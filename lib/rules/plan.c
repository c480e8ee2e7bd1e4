#include "rules/plan.h"

#include "base/memory.h"

#include <string.h>

cbank_status cbi_plan_begin(cbi_plan *plan, const cbi_problem *problem, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    cbi_plan_clear(plan);
    CBI_TRY(cbi_alloc(problem->application_count, sizeof(*plan->chosen), &plan->chosen, err));
    CBI_TRY(cbi_alloc(problem->grant_count, sizeof(*plan->placed), &plan->placed, err));
    CBI_TRY(cbi_alloc(problem->grant_count, sizeof(*plan->counted), &plan->counted, err));
    plan->application_count = problem->application_count;
    plan->grant_count = problem->grant_count;
    for (uint32_t i = 0; i < plan->grant_count; i++)
        plan->placed[i] = CBI_NONE;
    cbi_plan_measure(problem, plan);
done:
    return status;
}

void cbi_plan_clear(cbi_plan *plan)
{
    cbi_free(plan->chosen);
    cbi_free(plan->placed);
    cbi_free(plan->counted);
    *plan = (cbi_plan){0};
}

void cbi_plan_copy(cbi_plan *to, const cbi_plan *from)
{
    memcpy(to->chosen, from->chosen, from->application_count * sizeof(*from->chosen));
    memcpy(to->placed, from->placed, from->grant_count * sizeof(*from->placed));
    memcpy(to->counted, from->counted, from->grant_count * sizeof(*from->counted));
    to->measures = from->measures;
}

static int compare(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

int cbi_measures_compare(cbi_goal goal, const cbi_measures *a, const cbi_measures *b)
{
    int missing = compare(a->missing, b->missing);
    int counted = compare(b->counted, a->counted);
    int first = goal == CBI_GOAL_AWARD ? missing : counted;
    int second = goal == CBI_GOAL_AWARD ? counted : missing;

    if (first != 0)
        return first;
    if (second != 0)
        return second;
    if (a->earned != b->earned)
        return compare(b->earned, a->earned);
    return compare(a->records, b->records);
}

/* The application that uses each record, or CBI_NONE. */
static void find_users(const cbi_problem *problem, const cbi_plan *plan,
                       uint32_t user[CBI_PLAN_RECORDS_MAX])
{
    for (uint32_t i = 0; i < problem->record_count; i++)
        user[i] = CBI_NONE;
    for (uint32_t i = 0; i < problem->application_count; i++) {
        const cbi_application *application = &problem->applications[i];

        for (uint32_t k = 0; plan->chosen[i] && k < application->records.count; k++)
            user[problem->members[application->records.first + k]] = i;
    }
}

/* Sets of records: at the first difference the smaller record, or the set that goes on, is less. */
static int compare_sets(const cbi_problem *problem, cbi_span a, cbi_span b)
{
    for (uint32_t i = 0; i < a.count && i < b.count; i++) {
        int order = compare(problem->members[a.first + i], problem->members[b.first + i]);

        if (order != 0)
            return order;
    }
    return compare(b.count, a.count);
}

static int compare_uses(const cbi_problem *problem, const uint32_t *a, const uint32_t *b)
{
    const cbi_application *applications = problem->applications;

    for (uint32_t i = 0; i < problem->record_count; i++)
        if ((a[i] == CBI_NONE) != (b[i] == CBI_NONE))
            return a[i] == CBI_NONE ? 1 : -1;
    for (uint32_t i = 0; i < problem->record_count; i++)
        if (a[i] != CBI_NONE && applications[a[i]].rule != applications[b[i]].rule)
            return compare(applications[a[i]].rule, applications[b[i]].rule);
    for (uint32_t i = 0; i < problem->record_count; i++)
        if (a[i] != b[i])
            return compare_sets(problem, applications[a[i]].records, applications[b[i]].records);
    return 0;
}

static bool is_first_record(const cbi_problem *problem, uint32_t application, uint32_t record)
{
    return application != CBI_NONE &&
           problem->members[problem->applications[application].records.first] == record;
}

int cbi_plan_compare(const cbi_problem *problem, const cbi_plan *a, const cbi_plan *b)
{
    uint32_t user[2][CBI_PLAN_RECORDS_MAX];
    int order;

    find_users(problem, a, user[0]);
    find_users(problem, b, user[1]);
    order = compare_uses(problem, user[0], user[1]);
    for (int amounts = 0; order == 0 && amounts < 2; amounts++) {
        for (uint32_t i = 0; order == 0 && i < problem->record_count; i++) {
            cbi_span grants;

            if (!is_first_record(problem, user[0][i], i))
                continue;
            grants = problem->applications[user[0][i]].grants;
            for (uint32_t g = grants.first; order == 0 && g < grants.first + grants.count; g++)
                order = amounts ? compare(b->counted[g], a->counted[g])
                                : compare(a->placed[g], b->placed[g]);
        }
    }
    return order;
}

void cbi_plan_order_buckets(const cbi_problem *problem, uint32_t order[CBI_BUCKETS_MAX])
{
    uint32_t waiting[CBI_BUCKETS_MAX] = {0};
    uint32_t count = 0;

    for (uint32_t i = 0; i < problem->bucket_count; i++)
        if (problem->buckets[i].parent != CBI_NONE)
            waiting[problem->buckets[i].parent]++;
    for (uint32_t i = 0; i < problem->bucket_count; i++)
        if (waiting[i] == 0)
            order[count++] = i;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t parent = problem->buckets[order[i]].parent;

        if (parent != CBI_NONE && --waiting[parent] == 0)
            order[count++] = parent;
    }
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* What is missing, from the credit counted in each bucket and in all; `counted` is used up. */
static int64_t measure_missing(const cbi_problem *problem, int64_t counted[CBI_BUCKETS_MAX],
                               int64_t all)
{
    uint32_t order[CBI_BUCKETS_MAX];
    int64_t children[CBI_BUCKETS_MAX] = {0};
    int64_t roots = 0;

    cbi_plan_order_buckets(problem, order);
    for (uint32_t i = 0; i < problem->bucket_count; i++) {
        const cbi_bucket *bucket = &problem->buckets[order[i]];
        int64_t *above = bucket->parent == CBI_NONE ? &roots : &children[bucket->parent];

        *above += most(bucket->min - counted[order[i]], children[order[i]]);
    }
    return most(most(0, problem->total - all), roots);
}

void cbi_plan_measure(const cbi_problem *problem, cbi_plan *plan)
{
    int64_t in_bucket[CBI_BUCKETS_MAX] = {0};
    cbi_measures sum = {0};

    for (uint32_t i = 0; i < plan->grant_count; i++) {
        const cbi_application *application =
            &problem->applications[problem->grants[i].application];

        if (plan->placed[i] == CBI_NONE)
            continue;
        sum.counted += plan->counted[i];
        if (!application->exempt)
            sum.earned += plan->counted[i];
        for (uint32_t at = problem->places[plan->placed[i]].bucket; at != CBI_NONE;
             at = problem->buckets[at].parent)
            in_bucket[at] += plan->counted[i];
    }
    for (uint32_t i = 0; i < plan->application_count; i++)
        if (plan->chosen[i])
            sum.records += problem->applications[i].records.count;
    sum.missing = measure_missing(problem, in_bucket, sum.counted);
    for (uint32_t i = 0; i < problem->residency_count; i++) {
        cbi_span span = problem->residencies[i].applications;
        int64_t there = 0;

        for (uint32_t k = 0; k < span.count; k++) {
            const cbi_application *application =
                &problem->applications[problem->members[span.first + k]];

            for (uint32_t g = 0; !application->exempt && g < application->grants.count; g++)
                there += plan->counted[application->grants.first + g];
        }
        sum.missing = most(sum.missing, problem->residencies[i].min - there);
    }
    plan->measures = sum;
}
