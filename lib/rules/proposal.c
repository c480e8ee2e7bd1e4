#include "rules/proposal_part.h"

#include <stdlib.h>
#include <string.h>

/* ---- sources ----------------------------------------------------------------------------- */

static int compare_sources(const void *left, const void *right)
{
    const cbi_source *a = *(const cbi_source *const *)left;
    const cbi_source *b = *(const cbi_source *const *)right;

    if (a->awarded_on != b->awarded_on)
        return a->awarded_on < b->awarded_on ? -1 : 1;
    return memcmp(a->record_id.bytes, b->record_id.bytes, CBI_HASH_SIZE);
}

static cbank_status order_sources(cbi_answer *answer, cbank_error *err)
{
    const cbi_proposal *proposal = answer->proposal;
    uint32_t count = proposal->source_count;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(&answer->arena, count, sizeof(const cbi_source *), &answer->sources,
                            err));
    CBI_TRY(cbi_arena_alloc(&answer->arena, count, sizeof(*answer->facts), &answer->facts, err));
    CBI_TRY(cbi_arena_alloc(&answer->arena, count, sizeof(*answer->source_of),
                            &answer->source_of, err));
    for (uint32_t i = 0; i < count; i++)
        answer->sources[i] = &proposal->sources[i];
    if (count > 1)
        qsort(answer->sources, count, sizeof(const cbi_source *), compare_sources);
    for (uint32_t i = 0; i < count; i++) {
        const cbi_source *source = answer->sources[i];

        if (source->unusable != CBANK__V1__REFUSAL_REASON__REFUSAL_REASON_UNSPECIFIED)
            continue;
        answer->source_of[answer->fact_count] = i;
        answer->facts[answer->fact_count++] = (cbi_fact){
            .id = source->id, .record = source->record, .awarded_on = source->awarded_on};
    }
done:
    return status;
}

/* A list of `count` new messages in the arena; `item` initialises one. */
static cbank_status new_list(cbi_answer *answer, size_t count, size_t size, void *out_list,
                             void (*init)(void *item), cbank_error *err)
{
    void **list = NULL;
    uint8_t *items = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(&answer->arena, count, sizeof(*list), &list, err));
    CBI_TRY(cbi_arena_alloc(&answer->arena, count, size, &items, err));
    for (size_t i = 0; i < count; i++) {
        list[i] = items + i * size;
        init(list[i]);
    }
    memcpy(out_list, &list, sizeof(list));
done:
    return status;
}

#define INITIALISER(type)                                                                          \
    static void init_##type(void *item)                                                            \
    {                                                                                              \
        cbank__v1__##type##__init(item);                                                           \
    }
INITIALISER(plan_source)
INITIALISER(plan_application)
INITIALISER(plan_grant)
INITIALISER(plan_cap)
INITIALISER(plan_bucket)
INITIALISER(plan_residency)
INITIALISER(plan_suggestion)

#define NEW_LIST(answer, type, count, out)                                                         \
    new_list((answer), (count), sizeof(*(out)[0]), &(out), init_##type, err)

static cbank_status tell_sources(cbi_answer *answer, cbank_error *err)
{
    uint32_t count = answer->proposal->source_count;
    const char *unit = cbi_programme_terms(answer->proposal->programme)->unit;
    cbank_status status = CBANK_OK;

    CBI_TRY(NEW_LIST(answer, plan_source, count, answer->message.sources));
    answer->message.n_sources = count;
    for (uint32_t i = 0; i < count; i++) {
        const cbi_source *from = answer->sources[i];
        cbi_fact fact = {.record = from->record};
        Cbank__V1__PlanSource *to = answer->message.sources[i];

        to->record = cbi_message_data(cbi_bytes_of_hash(&from->record_id));
        to->sequence = from->sequence;
        to->leaf = cbi_message_data(cbi_bytes_of_hash(&from->leaf));
        to->awarded_on = from->record->awarded_on;
        to->chain = from->chain;
        (void)cbi_fact_amount(&fact, unit, &to->amount_milli);
    }
done:
    return status;
}

/* ---- what is applied --------------------------------------------------------------------- */

static cbank_status tell_grants(cbi_answer *answer, const cbi_application *application,
                                const Cbank__V1__Rule *rule, Cbank__V1__PlanApplication *out,
                                cbank_error *err)
{
    const cbi_problem *problem = &answer->compile.problem;
    cbank_status status = CBANK_OK;

    CBI_TRY(NEW_LIST(answer, plan_grant, application->grants.count, out->grants));
    for (uint32_t i = 0; i < application->grants.count; i++) {
        uint32_t number = application->grants.first + i;
        const cbi_grant *grant = &problem->grants[number];
        Cbank__V1__PlanGrant *to;

        if (answer->plan.placed[number] == CBI_NONE)
            continue;
        to = out->grants[out->n_grants++];
        to->grant = grant->number;
        to->course = rule->grants[grant->number]->course;
        to->bucket = cbi_programme_bucket(
                         answer->proposal->programme,
                         problem->places[answer->plan.placed[number]].bucket)
                         ->id;
        to->amount_milli = grant->amount;
        to->counted_milli = answer->plan.counted[number];
    }
done:
    return status;
}

static cbank_status tell_applications(cbi_answer *answer, cbank_error *err)
{
    const cbi_compile *compile = &answer->compile;
    const cbi_problem *problem = &compile->problem;
    Cbank__V1__Plan *message = &answer->message;
    cbank_status status = CBANK_OK;

    CBI_TRY(NEW_LIST(answer, plan_application, problem->application_count,
                     message->applications));
    for (uint32_t a = 0; a < problem->application_count; a++) {
        const cbi_application *application = &problem->applications[a];
        const cbi_known_rule *known = &compile->rules[application->rule];
        Cbank__V1__PlanApplication *to;

        if (!answer->plan.chosen[a])
            continue;
        to = message->applications[message->n_applications++];
        to->rule_set = known->ruleset;
        to->rule = known->message->id;
        to->effect = known->message->effect;
        to->force = known->message->force;
        to->use_scope = known->message->use_scope;
        to->leftover = known->message->leftover;
        CBI_TRY(cbi_arena_alloc(&answer->arena, application->records.count,
                                sizeof(*to->sources), &to->sources, err));
        to->n_sources = application->records.count;
        for (uint32_t i = 0; i < application->records.count; i++)
            to->sources[i] =
                answer->source_of[problem->members[application->records.first + i]];
        CBI_TRY(tell_grants(answer, application, known->message, to, err));
    }
done:
    return status;
}

/* ---- what is used and what is missing ---------------------------------------------------- */

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

    CBI_TRY(NEW_LIST(answer, plan_cap, problem->limit_count, message->caps));
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

    CBI_TRY(NEW_LIST(answer, plan_bucket, problem->bucket_count, message->buckets));
    CBI_TRY(NEW_LIST(answer, plan_suggestion, problem->bucket_count, message->suggestions));
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

    CBI_TRY(NEW_LIST(answer, plan_residency, problem->residency_count,
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

/* ---- all of it --------------------------------------------------------------------------- */

static void tell_measures(const cbi_measures *from, Cbank__V1__PlanMeasures *to)
{
    cbank__v1__plan_measures__init(to);
    to->counted_milli = from->counted;
    to->earned_milli = from->earned;
    to->missing_milli = from->missing;
    to->records = (uint32_t)from->records;
}

/* The question once more, so that anyone can ask it again. `room` is lent to the message. */
static void tell_question(cbi_answer *answer)
{
    const cbi_proposal *proposal = answer->proposal;
    Cbank__V1__Plan *message = &answer->message;

    message->version = 1;
    message->required_milli = cbi_programme_terms(proposal->programme)->total_milli;
    message->unit = cbi_message_string(cbi_programme_terms(proposal->programme)->unit);
    message->origin = cbi_message_string(proposal->origin);
    message->account = cbi_message_string(proposal->account);
    message->account_tag = cbi_message_data(cbi_bytes_of_hash(proposal->account_tag));
    message->sequences = proposal->sequences;
    message->goal = proposal->goal;
    message->as_of = proposal->as_of;
    message->applied_on = proposal->applied_on;
    message->admitted_on = proposal->admitted_on;
    message->awarded_from = proposal->awarded_from;
    message->awarded_until = proposal->awarded_until;
    message->with_advisory = proposal->with_advisory;
    message->work = answer->proof.work;
    message->work_limit =
        proposal->work_limit == 0 ? CBI_WORK_DEFAULT : proposal->work_limit;
    message->optimal = answer->proof.optimal;
}

static cbank_status pack(cbi_answer *answer, cbank_buffer *out, cbank_error *err)
{
    const cbi_proposal *proposal = answer->proposal;
    Cbank__V1__PlanMeasures measures, bound;
    Cbank__V1__PublicationRef programme = *proposal->programme_ref, *refs = NULL, **list = NULL;
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(&answer->arena, proposal->rule_set_count, sizeof(*refs), &refs, err));
    CBI_TRY(cbi_arena_alloc(&answer->arena, proposal->rule_set_count, sizeof(*list), &list, err));
    for (uint32_t i = 0; i < proposal->rule_set_count; i++) {
        refs[i] = *proposal->rule_refs[i];
        list[i] = &refs[i];
    }
    answer->message.programme = &programme;
    answer->message.rule_sets = list;
    answer->message.n_rule_sets = proposal->rule_set_count;
    tell_measures(&answer->plan.measures, &measures);
    tell_measures(&answer->proof.bound, &bound);
    answer->message.measures = &measures;
    answer->message.bound = &bound;
    CBI_TRY(cbi_message_pack(&answer->message, &bytes, err));
    CBI_TRY(cbi_buffer_set(out, cbi_bytes_of_buffer(&bytes), err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_proposal_make(const cbi_proposal *proposal, cbank_buffer *plan, cbank_error *err)
{
    uint64_t work = proposal->work_limit == 0 ? CBI_WORK_DEFAULT : proposal->work_limit;
    cbi_goal goal = proposal->goal == CBANK__V1__PLAN_GOAL__PLAN_GOAL_CREDIT ? CBI_GOAL_CREDIT
                                                                            : CBI_GOAL_AWARD;
    cbi_answer answer = {.proposal = proposal};
    cbank_status status = CBANK_OK;

    cbank__v1__plan__init(&answer.message);
    CBI_TRY(order_sources(&answer, err));
    answer.question = (cbi_question){.programme = proposal->programme,
                                     .rulesets = proposal->rule_sets,
                                     .ruleset_count = proposal->rule_set_count,
                                     .facts = answer.facts,
                                     .fact_count = answer.fact_count,
                                     .as_of = proposal->as_of,
                                     .with_advisory = proposal->with_advisory};
    CBI_TRY(cbi_compile_run(&answer.compile, &answer.question, err));
    CBI_TRY(cbi_solve(&answer.compile.problem, goal, work, &answer.plan, &answer.proof, err));
    tell_question(&answer);
    CBI_TRY(tell_sources(&answer, err));
    CBI_TRY(tell_applications(&answer, err));
    CBI_TRY(cbi_answer_refuse(&answer, err));
    CBI_TRY(tell_caps(&answer, err));
    CBI_TRY(tell_buckets(&answer, err));
    CBI_TRY(tell_residency(&answer, err));
    CBI_TRY(pack(&answer, plan, err));
done:
    cbi_plan_clear(&answer.plan);
    cbi_compile_clear(&answer.compile);
    cbi_arena_clear(&answer.arena);
    return status;
}
