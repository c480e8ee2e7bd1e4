/* How far the programme is met: what is used at each cap, and what is missing where. */
#include "rules/proposal_part.h"

CBI_ANSWER_INITIALISER(plan_cap)
CBI_ANSWER_INITIALISER(plan_bucket)
CBI_ANSWER_INITIALISER(plan_residency)
CBI_ANSWER_INITIALISER(plan_suggestion)

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
        message->suggestions[message->n_suggestions++]->amount_milli = from->missing_milli;
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

cbank_status cbi_answer_require(cbi_answer *answer, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(tell_caps(answer, err));
    CBI_TRY(tell_buckets(answer, err));
    CBI_TRY(tell_residency(answer, err));
done:
    return status;
}
