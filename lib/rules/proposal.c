#include "rules/proposal_part.h"

#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"

/* ---- sources ----------------------------------------------------------------------------- */

static int compare_sources(const void *left, const void *right)
{
    const cbi_source *a = *(const cbi_source *const *)left;
    const cbi_source *b = *(const cbi_source *const *)right;

    if (a->awarded_on != b->awarded_on)
        return a->awarded_on < b->awarded_on ? -1 : 1;
    return memcmp(a->record_id.bytes, b->record_id.bytes, CBI_HASH_SIZE);
}

static bool is_usable(const cbi_source *source)
{
    return source->unusable == CBANK__V1__REFUSAL_REASON__REFUSAL_REASON_UNSPECIFIED;
}

static bool is_held(const cbi_source *source)
{
    return source->unusable != CBANK__V1__REFUSAL_REASON__REFUSAL_REASON_NOT_HELD &&
           source->awarded_on != 0;
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
    CBI_TRY(cbi_arena_alloc(&answer->arena, count, sizeof(*answer->held), &answer->held, err));
    for (uint32_t i = 0; i < count; i++)
        answer->sources[i] = &proposal->sources[i];
    if (count > 1)
        qsort(answer->sources, count, sizeof(const cbi_source *), compare_sources);
    for (uint32_t i = 0; i < count; i++) {
        const cbi_source *source = answer->sources[i];
        const cbi_fact fact = {.id = source->id,
                               .record = source->record,
                               .awarded_on = source->awarded_on,
                               .left = source->left};

        if (is_held(source))
            answer->held[answer->held_count++] = fact;
        if (!is_usable(source))
            continue;
        answer->source_of[answer->fact_count] = i;
        answer->facts[answer->fact_count++] = fact;
    }
done:
    return status;
}

cbank_status cbi_answer_list(cbi_answer *answer, size_t count, size_t size, void *out_list,
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

CBI_ANSWER_INITIALISER(plan_source)
CBI_ANSWER_INITIALISER(plan_application)
CBI_ANSWER_INITIALISER(plan_grant)

#define NARROWEST CBANK__V1__USE_SCOPE__USE_SCOPE_PROGRAMME

static int64_t at_least_nothing(int64_t milli)
{
    return milli < 0 ? 0 : milli;
}

static cbank_status tell_sources(cbi_answer *answer, cbank_error *err)
{
    uint32_t count = answer->proposal->source_count;
    const char *unit = cbi_programme_terms(answer->proposal->programme)->unit;
    cbank_status status = CBANK_OK;

    CBI_TRY(CBI_ANSWER_LIST(answer, plan_source, count, answer->message.sources));
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
        if (from->left != NULL)
            to->amount_milli = at_least_nothing(from->left->milli[NARROWEST]);
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

    CBI_TRY(CBI_ANSWER_LIST(answer, plan_grant, application->grants.count, out->grants));
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

/*
 * The source's position; and what there is of it for a rule of this scope: in the programme's unit
 * as the rule set converts it, and no part of a thousandth.
 */
static uint32_t tell_use(cbi_answer *answer, uint32_t fact, const cbi_known_rule *known)
{
    const char *unit = cbi_programme_terms(answer->proposal->programme)->unit;
    uint32_t source = answer->source_of[fact];
    const cbi_left *left = answer->sources[source]->left;
    Cbank__V1__PlanSource *to = answer->message.sources[source];
    cbi_fraction worth;
    cbi_step step;

    if (left != NULL)
        to->amount_milli = left->milli[known->message->use_scope];
    else if (cbi_fact_amount_in(
                 &answer->facts[fact], unit,
                 cbi_ruleset_reference(answer->question.rulesets[known->ruleset]), &worth, &step) &&
             worth.num / worth.den <= CBI_MILLI_MAX)
        to->amount_milli = (int64_t)(worth.num / worth.den);
    return source;
}

static cbank_status tell_applications(cbi_answer *answer, cbank_error *err)
{
    const cbi_compile *compile = &answer->compile;
    const cbi_problem *problem = &compile->problem;
    Cbank__V1__Plan *message = &answer->message;
    cbank_status status = CBANK_OK;

    CBI_TRY(CBI_ANSWER_LIST(answer, plan_application, problem->application_count,
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
            to->sources[i] = tell_use(answer, problem->members[application->records.first + i],
                                      known);
        CBI_TRY(tell_grants(answer, application, known->message, to, err));
        CBI_TRY(cbi_answer_derive(answer, a, to, err));
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
    if (proposal->replaces != NULL)
        message->replaces = cbi_message_data(cbi_bytes_of_hash(proposal->replaces));
}

static int compare_refs(const void *left, const void *right)
{
    const Cbank__V1__PublicationRef *a = *(Cbank__V1__PublicationRef *const *)left;
    const Cbank__V1__PublicationRef *b = *(Cbank__V1__PublicationRef *const *)right;
    int order = a->kind == b->kind ? strcmp(a->id, b->id) : a->kind < b->kind ? -1 : 1;

    if (order == 0 && a->edition != b->edition)
        return a->edition < b->edition ? -1 : 1;
    return order;
}

/* What the rule sets use of scales, frameworks and units, each edition once. */
static cbank_status tell_references(cbi_answer *answer, cbank_error *err)
{
    const cbi_proposal *proposal = answer->proposal;
    Cbank__V1__PublicationRef *copies, **list;
    cbank_status status = CBANK_OK;
    size_t count = 0, kept = 0;

    for (uint32_t i = 0; i < proposal->rule_set_count; i++)
        count += cbi_reference_count(cbi_ruleset_reference(proposal->rule_sets[i]));
    CBI_TRY(cbi_arena_alloc(&answer->arena, count, sizeof(*copies), &copies, err));
    CBI_TRY(cbi_arena_alloc(&answer->arena, count, sizeof(*list), &list, err));
    count = 0;
    for (uint32_t i = 0; i < proposal->rule_set_count; i++) {
        const cbi_reference *reference = cbi_ruleset_reference(proposal->rule_sets[i]);

        for (size_t k = 0; k < cbi_reference_count(reference); k++, count++) {
            copies[count] = *cbi_reference_edition(reference, k);
            list[count] = &copies[count];
        }
    }
    if (count > 1)
        qsort(list, count, sizeof(*list), compare_refs);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || compare_refs(&list[kept - 1], &list[i]) != 0)
            list[kept++] = list[i];
    answer->message.references = list;
    answer->message.n_references = kept;
done:
    return status;
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
    CBI_TRY(tell_references(answer, err));
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
                                     .held = answer.held,
                                     .held_count = answer.held_count,
                                     .as_of = proposal->as_of,
                                     .applied_on = proposal->applied_on,
                                     .admitted_on = proposal->admitted_on,
                                     .with_advisory = proposal->with_advisory};
    CBI_TRY(cbi_answer_review(&answer, err));
    CBI_TRY(cbi_compile_run(&answer.compile, &answer.question, err));
    CBI_TRY(cbi_solve(&answer.compile.problem, goal, work, &answer.plan, &answer.proof, err));
    tell_question(&answer);
    CBI_TRY(tell_sources(&answer, err));
    CBI_TRY(tell_applications(&answer, err));
    CBI_TRY(cbi_answer_refuse(&answer, err));
    CBI_TRY(cbi_answer_require(&answer, err));
    CBI_TRY(pack(&answer, plan, err));
done:
    cbi_plan_clear(&answer.plan);
    cbi_compile_clear(&answer.compile);
    cbi_arena_clear(&answer.arena);
    return status;
}
