/* How far the programme is met: what is used at each cap, and what is missing where. */
#include "rules/proposal_part.h"

CBI_ANSWER_INITIALISER(plan_cap)
CBI_ANSWER_INITIALISER(plan_bucket)
CBI_ANSWER_INITIALISER(plan_residency)
CBI_ANSWER_INITIALISER(plan_suggestion)
CBI_ANSWER_INITIALISER(plan_entry_point)

#define COURSES_TOLD_MAX 16u
#define MONTHS_MAX 1200u

const Cbank__V1__Cap *cbi_answer_cap(const cbi_answer *answer, uint32_t number,
                                     uint32_t *rule_set)
{
    for (*rule_set = 0; *rule_set < answer->proposal->rule_set_count; (*rule_set)++) {
        const cbi_ruleset *ruleset = answer->proposal->rule_sets[*rule_set];

        if (number < cbi_ruleset_caps(ruleset))
            return cbi_ruleset_cap(ruleset, number);
        number -= cbi_ruleset_caps(ruleset);
    }
    return NULL;
}

/* Counted in a bucket and all that lies within it. */
static int64_t counted_in(const cbi_answer *answer, const cbi_plan *plan, uint32_t bucket)
{
    const cbi_problem *problem = &answer->compile.problem;
    int64_t sum = 0;

    for (uint32_t g = 0; g < problem->grant_count; g++) {
        if (plan->placed[g] != CBI_NONE &&
            cbi_programme_is_inside(answer->proposal->programme,
                                    problem->places[plan->placed[g]].bucket, bucket))
            sum += plan->counted[g];
    }
    return sum;
}

static int64_t counted_by(const cbi_answer *answer, const cbi_plan *plan, cbi_span applications,
                          bool transfers_only)
{
    const cbi_problem *problem = &answer->compile.problem;
    int64_t sum = 0;

    for (uint32_t i = 0; i < applications.count; i++) {
        const cbi_application *application =
            &problem->applications[problem->members[applications.first + i]];

        if (transfers_only && application->exempt)
            continue;
        for (uint32_t g = 0; g < application->grants.count; g++)
            sum += plan->counted[application->grants.first + g];
    }
    return sum;
}

void cbi_answer_limit(const cbi_answer *answer, const cbi_plan *plan, const cbi_limit *limit,
                      int64_t *used, int64_t *most)
{
    const cbi_problem *problem = &answer->compile.problem;
    uint32_t last = CBI_NONE; /* the application whose records are counted already */
    int64_t base = 0;

    *used = 0;
    for (uint32_t i = 0; i < limit->entries.count; i++) {
        const cbi_entry *entry = &problem->entries[limit->entries.first + i];
        uint32_t grant = problem->places[entry->place].grant;

        if (plan->placed[grant] != entry->place)
            continue;
        if (!limit->records)
            *used += limit->cut ? plan->counted[grant] : problem->grants[grant].amount;
        else if (problem->grants[grant].application != last)
            *used += entry->weight;
        last = problem->grants[grant].application;
    }
    switch (limit->base) {
    case CBI_BASE_NUMBER:
        *most = limit->number;
        return;
    case CBI_BASE_COUNTED:
        base = plan->measures.counted;
        break;
    case CBI_BASE_PART:
        base = counted_by(answer, plan, limit->part, false);
        break;
    case CBI_BASE_BUCKET:
        base = counted_in(answer, plan, limit->bucket);
        break;
    }
    *most = (int64_t)((__int128)base * limit->num / limit->den);
}

static const char *part_text(const cbi_answer *answer, Cbank__V1__CapPart part,
                             const cbi_limit *limit)
{
    const cbi_compile *compile = &answer->compile;
    const cbi_problem *problem = &compile->problem;
    const cbi_application *application =
        &problem->applications[problem->grants[problem->places[problem->entries[limit->entries
                                                                                    .first]
                                                                   .place]
                                                   .grant]
                                   .application];
    const cbi_fact *fact = compile->facts[problem->members[application->records.first]];

    switch (part) {
    case CBANK__V1__CAP_PART__CAP_PART_INSTITUTION:
        return fact->record->awarded_by->institution;
    case CBANK__V1__CAP_PART__CAP_PART_TYPE:
        return cbi_fact_type_word(fact->record->type);
    case CBANK__V1__CAP_PART__CAP_PART_CODE:
        return fact->record->code;
    case CBANK__V1__CAP_PART__CAP_PART_RECORD:
        return fact->id;
    case CBANK__V1__CAP_PART__CAP_PART_RULE:
        return compile->rules[application->rule].message->id;
    default:
        return "";
    }
}

static cbank_status tell_caps(cbi_answer *answer, cbank_error *err)
{
    const cbi_problem *problem = &answer->compile.problem;
    Cbank__V1__Plan *message = &answer->message;
    cbank_status status = CBANK_OK;

    CBI_TRY(CBI_ANSWER_LIST(answer, plan_cap, problem->limit_count, message->caps));
    for (uint32_t i = 0; i < problem->limit_count; i++) {
        const cbi_limit *limit = &problem->limits[i];
        const Cbank__V1__Cap *cap;
        Cbank__V1__PlanCap *to;
        uint32_t rule_set;
        int64_t used, most;

        cbi_answer_limit(answer, &answer->plan, limit, &used, &most);
        cap = cbi_answer_cap(answer, limit->cap, &rule_set);
        if (used == 0 || cap == NULL)
            continue;
        to = message->caps[message->n_caps++];
        to->rule_set = rule_set;
        to->cap = cap->id;
        to->measure = cap->measure;
        to->used = used;
        to->limit = most;
        CBI_TRY(cbi_arena_alloc(&answer->arena, cap->n_per, sizeof(*to->part), &to->part, err));
        for (size_t k = 0; k < cap->n_per; k++)
            to->part[to->n_part++] = cbi_message_string(part_text(answer, cap->per[k], limit));
    }
done:
    return status;
}

static bool is_granted(const cbi_answer *answer, uint32_t course)
{
    const cbi_problem *problem = &answer->compile.problem;

    for (uint32_t g = 0; g < problem->grant_count; g++)
        if (problem->grants[g].course == course && answer->plan.placed[g] != CBI_NONE)
            return true;
    return false;
}

static bool takes_course(const cbi_programme *programme, uint32_t bucket,
                         const Cbank__V1__ProgrammeCourse *course)
{
    for (size_t i = 0; i < course->n_buckets; i++) {
        uint32_t rank = cbi_programme_find_bucket(programme, course->buckets[i]);

        if (rank != UINT32_MAX && cbi_programme_is_inside(programme, rank, bucket))
            return true;
    }
    return false;
}

/* Courses that the bucket takes and that are not granted yet. */
static cbank_status suggest(cbi_answer *answer, uint32_t bucket, Cbank__V1__PlanSuggestion *out,
                            cbank_error *err)
{
    const cbi_programme *programme = answer->proposal->programme;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(&answer->arena, COURSES_TOLD_MAX, sizeof(*out->courses),
                            &out->courses, err));
    for (uint32_t i = 0;
         i < cbi_programme_courses(programme) && out->n_courses < COURSES_TOLD_MAX; i++) {
        const Cbank__V1__ProgrammeCourse *course = cbi_programme_course(programme, i);

        if (takes_course(programme, bucket, course) && !is_granted(answer, i))
            out->courses[out->n_courses++] = course->code;
    }
done:
    return status;
}

/* A bucket lacks what its minimum lacks, or what those within it lack together. */
static cbank_status tell_buckets(cbi_answer *answer, cbank_error *err)
{
    const cbi_problem *problem = &answer->compile.problem;
    Cbank__V1__Plan *message = &answer->message;
    uint32_t order[CBI_BUCKETS_MAX], *lacking = NULL;
    int64_t *within = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(CBI_ANSWER_LIST(answer, plan_bucket, problem->bucket_count, message->buckets));
    CBI_TRY(CBI_ANSWER_LIST(answer, plan_suggestion, problem->bucket_count, message->suggestions));
    CBI_TRY(cbi_arena_alloc(&answer->arena, problem->bucket_count, sizeof(*within), &within,
                            err));
    CBI_TRY(cbi_arena_alloc(&answer->arena, problem->bucket_count, sizeof(*lacking), &lacking,
                            err));
    message->n_buckets = problem->bucket_count;
    cbi_plan_order_buckets(problem, order);
    for (uint32_t i = 0; i < problem->bucket_count; i++) {
        uint32_t b = order[i], parent = problem->buckets[b].parent;
        Cbank__V1__PlanBucket *to = message->buckets[b];
        int64_t own;

        to->bucket = cbi_programme_bucket(answer->proposal->programme, b)->id;
        to->counted_milli = counted_in(answer, &answer->plan, b);
        to->min_milli = problem->buckets[b].min;
        to->max_milli = problem->buckets[b].max < 0 ? 0 : problem->buckets[b].max;
        own = to->min_milli - to->counted_milli;
        to->missing_milli = own > within[b] ? own : within[b];
        if (parent != CBI_NONE) {
            within[parent] += to->missing_milli;
            lacking[parent] += to->missing_milli > 0;
        }
    }
    /* What is to be added where: at the innermost buckets that lack something. */
    for (uint32_t b = 0; b < problem->bucket_count; b++) {
        const Cbank__V1__PlanBucket *from = message->buckets[b];

        if (from->missing_milli == 0 || lacking[b] > 0)
            continue;
        message->suggestions[message->n_suggestions]->bucket = from->bucket;
        message->suggestions[message->n_suggestions]->amount_milli = from->missing_milli;
        CBI_TRY(suggest(answer, b, message->suggestions[message->n_suggestions++], err));
    }
done:
    return status;
}

static cbank_status tell_residency(cbi_answer *answer, cbank_error *err)
{
    const cbi_problem *problem = &answer->compile.problem;
    cbank_status status = CBANK_OK;

    CBI_TRY(CBI_ANSWER_LIST(answer, plan_residency, problem->residency_count,
                     answer->message.residency));
    answer->message.n_residency = problem->residency_count;
    for (uint32_t i = 0; i < problem->residency_count; i++) {
        const cbi_residency *from = &problem->residencies[i];
        Cbank__V1__PlanResidency *to = answer->message.residency[i];

        to->residency = i;
        to->counted_milli = counted_by(answer, &answer->plan, from->applications, true);
        to->min_milli = from->min;
        if (from->min > to->counted_milli)
            to->missing_milli = from->min - to->counted_milli;
    }
done:
    return status;
}

/* ---- ways in and out ---------------------------------------------------------------------- */

/* Of the plan as it is: what this point asks for and is not counted, bucket by bucket. */
static cbank_status missing_at(cbi_answer *answer, const Cbank__V1__EntryPoint *point,
                               int64_t *missing, cbank_error *err)
{
    const cbi_programme *programme = answer->proposal->programme;
    const cbi_problem *problem = &answer->compile.problem;
    uint32_t order[CBI_BUCKETS_MAX];
    int64_t *least = NULL, *within = NULL, inside = 0;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(&answer->arena, problem->bucket_count, sizeof(*least), &least, err));
    CBI_TRY(cbi_arena_alloc(&answer->arena, problem->bucket_count, sizeof(*within), &within,
                            err));
    for (size_t i = 0; i < point->n_buckets; i++) {
        uint32_t bucket = cbi_programme_find_bucket(programme, point->buckets[i]->bucket);

        if (bucket != UINT32_MAX)
            least[bucket] = point->buckets[i]->min_milli;
    }
    cbi_plan_order_buckets(problem, order);
    for (uint32_t i = 0; i < problem->bucket_count; i++) {
        uint32_t b = order[i];
        int64_t own = least[b] - counted_in(answer, &answer->plan, b);
        int64_t lacks = own > within[b] ? own : within[b];

        if (problem->buckets[b].parent != CBI_NONE)
            within[problem->buckets[b].parent] += lacks;
        else
            inside += lacks;
    }
    *missing = point->min_milli - answer->plan.measures.counted;
    *missing = *missing > inside ? *missing : inside;
done:
    return status;
}

/* Whole months from the day that is asked about until so many have passed since the admission. */
static uint32_t months_to_go(const cbi_proposal *proposal, uint32_t months)
{
    uint32_t since = proposal->admitted_on == 0 ? proposal->as_of : proposal->admitted_on;
    uint32_t until, low = 0;

    months = months < MONTHS_MAX ? months : MONTHS_MAX;
    until = cbi_day_after(since, 0, months);
    while (low < months && cbi_day_after(proposal->as_of, 0, low) < until)
        low++;
    return low;
}

/* The points in their order; then, where the award itself asks for time, the award as "". */
static cbank_status tell_entry_points(cbi_answer *answer, cbank_error *err)
{
    const cbi_programme *programme = answer->proposal->programme;
    uint32_t months = cbi_programme_terms(programme)->min_months;
    uint32_t count = cbi_programme_entry_points(programme);
    Cbank__V1__Plan *message = &answer->message;
    cbank_status status = CBANK_OK;

    CBI_TRY(CBI_ANSWER_LIST(answer, plan_entry_point, count + 1, message->entry_points));
    for (uint32_t i = 0; i < count; i++) {
        const Cbank__V1__EntryPoint *from = cbi_programme_entry_point(programme, i);
        Cbank__V1__PlanEntryPoint *to = message->entry_points[i];

        to->id = from->id;
        to->missing_months = months_to_go(answer->proposal, from->min_months);
        CBI_TRY(missing_at(answer, from, &to->missing_milli, err));
    }
    message->n_entry_points = count;
    if (months == 0)
        goto done;
    message->entry_points[count]->missing_milli = answer->plan.measures.missing;
    message->entry_points[count]->missing_months = months_to_go(answer->proposal, months);
    message->n_entry_points++;
done:
    return status;
}

bool cbi_plan_message_is_met(const Cbank__V1__Plan *plan)
{
    for (size_t i = 0; i < plan->n_entry_points; i++)
        if (plan->entry_points[i]->id[0] == '\0' && plan->entry_points[i]->missing_months > 0)
            return false;
    return plan->measures->missing_milli == 0;
}

cbank_status cbi_answer_require(cbi_answer *answer, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(tell_caps(answer, err));
    CBI_TRY(tell_buckets(answer, err));
    CBI_TRY(tell_residency(answer, err));
    CBI_TRY(tell_entry_points(answer, err));
done:
    return status;
}
