/* Why a record is not in the plan: the nearest it came. */
#include "rules/proposal_part.h"

#include <string.h>

#define REASON(name) CBANK__V1__REFUSAL_REASON__REFUSAL_REASON_##name

/* What a candidate's fate says; those that come nearer to a place in the plan are greater. */
static const struct {
    Cbank__V1__RefusalReason reason;
    unsigned nearness;
} FATES[] = {
    [CBI_FATE_DOES_NOT_TRANSFER] = {REASON(DOES_NOT_TRANSFER), 7},
    [CBI_FATE_NOT_IN_PROGRAMME] = {REASON(NOT_IN_PROGRAMME), 3},
    [CBI_FATE_NO_AMOUNT] = {REASON(NO_AMOUNT), 4},
    [CBI_FATE_DISPLACED] = {REASON(DISPLACED), 5},
    [CBI_FATE_BLOCKED] = {REASON(BLOCKED), 6},
    [CBI_FATE_RIVAL] = {REASON(RIVAL), 8},
};

static bool takes(const cbi_compile *compile, const cbi_candidate *candidate, uint32_t fact)
{
    for (uint32_t i = 0; i < candidate->count; i++)
        if (compile->sets[candidate->first + i] == fact)
            return true;
    return false;
}

/* Positions of the other record, plus one. */
static uint32_t other_of(const cbi_answer *answer, uint32_t fact)
{
    return fact == CBI_NONE ? 0 : answer->source_of[fact] + 1;
}

static void name_rule(const cbi_answer *answer, uint32_t rank, Cbank__V1__PlanRefusal *out)
{
    out->rule_set = answer->compile.rules[rank].ruleset;
    out->rule = answer->compile.rules[rank].message->id;
}

/* ---- those that could have been chosen --------------------------------------------------- */

/* Whose grant of this course is placed: its first record. */
static uint32_t who_has_course(const cbi_answer *answer, uint32_t course)
{
    const cbi_problem *problem = &answer->compile.problem;

    for (uint32_t g = 0; g < problem->grant_count; g++) {
        if (problem->grants[g].course == course && answer->plan.placed[g] != CBI_NONE)
            return problem->members[problem->applications[problem->grants[g].application]
                                        .records.first];
    }
    return CBI_NONE;
}

/* Which constraint it breaks if it is added to the plan as it is. */
static cbank_status add_to_plan(cbi_answer *answer, uint32_t application, cbi_plan *tried,
                                cbi_breach *breach, uint32_t *where, cbank_error *err)
{
    const cbi_problem *problem = &answer->compile.problem;
    cbi_span grants = problem->applications[application].grants;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_plan_begin(tried, problem, err));
    cbi_plan_copy(tried, &answer->plan);
    tried->chosen[application] = 1;
    for (uint32_t g = grants.first; g < grants.first + grants.count; g++) {
        tried->placed[g] = problem->grants[g].places.first;
        tried->counted[g] = problem->grants[g].amount;
    }
    cbi_plan_measure(problem, tried);
    CBI_TRY(cbi_plan_verify(problem, tried, breach, where, err));
done:
    return status;
}

static cbank_status refuse_admitted(cbi_answer *answer, uint32_t application,
                                    Cbank__V1__PlanRefusal *out, cbank_error *err)
{
    const cbi_problem *problem = &answer->compile.problem;
    cbi_plan tried = {0};
    cbank_status status = CBANK_OK;
    cbi_breach breach;
    uint32_t where, rule_set;
    const Cbank__V1__Cap *cap;

    name_rule(answer, problem->applications[application].rule, out);
    out->reason = answer->proof.optimal ? REASON(NOT_BETTER) : REASON(UNDECIDED);
    CBI_TRY(add_to_plan(answer, application, &tried, &breach, &where, err));
    if (breach == CBI_BREACH_COURSE) {
        const cbi_span grants = problem->applications[application].grants;

        for (uint32_t g = grants.first; g < grants.first + grants.count; g++) {
            if (problem->grants[g].course == where && out->by[0] == '\0')
                out->by = answer->compile.rules[problem->applications[application].rule]
                              .message->grants[problem->grants[g].number]
                              ->course;
        }
        out->reason = REASON(COURSE_GRANTED);
        out->other = other_of(answer, who_has_course(answer, where));
    } else if (breach == CBI_BREACH_LIMIT) {
        cap = cbi_answer_cap(answer, problem->limits[where].cap, &rule_set);
        out->reason = REASON(CAP);
        out->by = cap == NULL ? out->by : cap->id;
        cbi_answer_limit(answer, &answer->plan, &problem->limits[where], &out->have_milli,
                         &out->limit_milli);
    } else if (breach == CBI_BREACH_BUCKET) {
        out->reason = REASON(BUCKET_FULL);
        if (where != CBI_NONE)
            out->by = cbi_programme_bucket(answer->proposal->programme, where)->id;
    } else if (breach == CBI_BREACH_GROUP) {
        out->reason = REASON(RIVAL);
    }
done:
    cbi_plan_clear(&tried);
    return status;
}

/* ---- those that no rule takes ------------------------------------------------------------ */

static bool is_used_up(const Cbank__V1__Rule *rule, const cbi_fact *fact)
{
    return rule->effect != CBANK__V1__RULE_EFFECT__RULE_EFFECT_DOES_NOT_TRANSFER &&
           !cbi_fact_is_free(fact, rule->use_scope);
}

static bool was_found(const cbi_compile *compile, uint32_t rule, uint32_t fact)
{
    cbi_span facts = compile->rules[rule].facts;

    for (uint32_t i = 0; i < facts.count; i++)
        if (compile->found[facts.first + i] == fact)
            return true;
    return false;
}

/* How near a rule came to a record, and what stood in the way there. */
struct approach {
    unsigned nearness;
    Cbank__V1__RefusalReason reason;
    uint32_t rule;
    cbi_miss miss;
};

/* Above all conditions: the record is selected. */
#define SELECTED_AT 1000u

/* What a rule that selects the record still wants. */
static Cbank__V1__RefusalReason beyond(const cbi_answer *answer, const Cbank__V1__Rule *rule,
                                       const cbi_fact *fact)
{
    if (is_used_up(rule, fact))
        return REASON(USED_UP);
    if (rule->effect == CBANK__V1__RULE_EFFECT__RULE_EFFECT_ATTENDANCE_WAIVED)
        return REASON(ATTENDANCE_WAIVED);
    if (rule->force == CBANK__V1__FORCE__FORCE_ADVISORY && !answer->proposal->with_advisory)
        return REASON(ADVISORY);
    return REASON(INCOMPLETE);
}

/* Of two that are as near the first stays: that of the smaller priority number. */
static void approach_term(cbi_answer *answer, uint32_t rule, const Cbank__V1__Term *term,
                          uint32_t fact, struct approach *nearest)
{
    cbi_compile *compile = &answer->compile;
    struct approach now = {.rule = rule, .reason = REASON(CONDITION)};
    const char *outside = NULL;
    cbi_choice choice =
        cbi_select(&compile->reading, term->select, compile->facts[fact], &now.miss);

    now.nearness = now.miss.nearness + 2;
    if (!cbi_rule_is_in_force(compile, rule, fact, &outside) && strcmp(outside, "edition") == 0) {
        now = (struct approach){1, REASON(NOT_IN_FORCE), rule, {.field = outside}};
    } else if (choice == CBI_CHOICE_UNKNOWN) {
        now.reason = REASON(NOT_AT_HAND); /* all that can be told holds */
        now.nearness = SELECTED_AT - 1;
    } else if (choice == CBI_CHOICE_YES) {
        now.nearness = SELECTED_AT;
        now.miss = (cbi_miss){.field = outside};
        if (outside == NULL) {
            now.nearness++;
            now.reason = beyond(answer, compile->rules[rule].message, compile->facts[fact]);
        }
    }
    if (now.nearness > nearest->nearness)
        *nearest = now;
}

static void name_range(const Cbank__V1__Range *lent, Cbank__V1__PlanRefusal *out)
{
    union {
        const Cbank__V1__Range *lent;
        Cbank__V1__Range *stated;
    } wanted = {.lent = lent};

    out->wanted = wanted.stated;
}

/* What the nearest rule wants, whichever rule set it is of; or that no rule speaks of it. */
static cbank_status refuse_unselected(cbi_answer *answer, uint32_t fact,
                                      Cbank__V1__PlanRefusal *out, cbank_error *err)
{
    cbi_compile *compile = &answer->compile;
    cbank_status status = CBANK_OK;
    struct approach nearest = {.reason = REASON(NO_RULE)};

    for (uint32_t r = 0; r < compile->rule_count; r++) {
        const Cbank__V1__Rule *rule = compile->rules[r].message;

        if (!was_found(compile, r, fact))
            continue;
        cbi_read_rule(compile, r);
        for (size_t t = 0; t < rule->n_source; t++)
            if (rule->source[t]->kind == CBANK__V1__TERM_KIND__TERM_KIND_SELECT)
                approach_term(answer, r, rule->source[t], fact, &nearest);
    }
    out->reason = nearest.reason;
    if (nearest.nearness == 0)
        return CBANK_OK;
    name_rule(answer, nearest.rule, out);
    out->have_milli = nearest.miss.have;
    if (nearest.miss.field != NULL)
        out->field = cbi_message_string(nearest.miss.field);
    if (nearest.miss.wanted != NULL)
        name_range(nearest.miss.wanted, out);
    if (nearest.reason == REASON(USED_UP))
        out->by = cbi_message_string(compile->facts[fact]->left->by);
    if (nearest.reason == REASON(CONDITION))
        CBI_TRY(cbi_answer_derive_refusal(answer, nearest.rule, fact, out, err));
done:
    return status;
}

/* Whether the rule that stands in the way does so only because it cannot be told. */
static void doubt_prohibition(cbi_answer *answer, uint32_t rule, uint32_t fact,
                              Cbank__V1__PlanRefusal *out)
{
    const Cbank__V1__Rule *message = answer->compile.rules[rule].message;
    cbi_miss miss = {0};

    cbi_read_rule(&answer->compile, rule);
    if (cbi_select(&answer->compile.reading, message->source[0]->select,
                   answer->compile.facts[fact], &miss) != CBI_CHOICE_UNKNOWN)
        return;
    out->reason = REASON(NOT_AT_HAND);
    out->field = cbi_message_string(miss.field);
}

/* ---- all --------------------------------------------------------------------------------- */

/* A rule that says that a record does not transfer is admitted, and part of no plan. */
static cbi_fate fate_of(const cbi_compile *compile, const cbi_candidate *candidate)
{
    return compile->rules[candidate->rule].message->effect ==
                   CBANK__V1__RULE_EFFECT__RULE_EFFECT_DOES_NOT_TRANSFER
               ? CBI_FATE_DOES_NOT_TRANSFER
               : candidate->fate;
}

static cbank_status refuse_fact(cbi_answer *answer, uint32_t fact, Cbank__V1__PlanRefusal *out,
                                cbank_error *err)
{
    const cbi_compile *compile = &answer->compile;
    const cbi_candidate *nearest = NULL;
    cbank_status status = CBANK_OK;
    unsigned nearness = 0;

    for (uint32_t i = 0; i < compile->candidate_count; i++) {
        const cbi_candidate *candidate = &compile->candidates[i];
        cbi_fate fate = fate_of(compile, candidate);
        unsigned near = fate == CBI_FATE_ADMITTED ? 9 : FATES[fate].nearness;

        if (near > nearness && takes(compile, candidate, fact)) {
            nearest = candidate;
            nearness = near;
        }
    }
    if (nearest == NULL) {
        const cbi_fact *self = compile->facts[fact];

        CBI_TRY(refuse_unselected(answer, fact, out, err));
        if (!cbi_fact_is_free(self, CBANK__V1__USE_SCOPE__USE_SCOPE_PROGRAMME)) {
            out->reason = REASON(USED_UP); /* whatever rules would make of it */
            out->by = cbi_message_string(self->left->by);
        }
        return CBANK_OK;
    }
    if (fate_of(compile, nearest) == CBI_FATE_ADMITTED)
        return refuse_admitted(answer, nearest->application, out, err);
    name_rule(answer, nearest->rule, out);
    out->reason = FATES[fate_of(compile, nearest)].reason;
    if (nearest->fate == CBI_FATE_BLOCKED)
        out->other = other_of(answer, nearest->by);
    if (nearest->fate == CBI_FATE_DOES_NOT_TRANSFER || nearest->fate == CBI_FATE_DISPLACED)
        out->by = compile->rules[nearest->by].message->id;
    else if (out->reason == REASON(DOES_NOT_TRANSFER))
        out->by = out->rule;
    if (out->reason == REASON(DOES_NOT_TRANSFER))
        doubt_prohibition(answer, nearest->fate == CBI_FATE_DOES_NOT_TRANSFER ? nearest->by
                                                                              : nearest->rule,
                          fact, out);
done:
    return status;
}

static bool is_used(const cbi_answer *answer, uint32_t fact)
{
    const cbi_problem *problem = &answer->compile.problem;

    for (uint32_t a = 0; a < problem->application_count; a++) {
        cbi_span records = problem->applications[a].records;

        for (uint32_t i = 0; answer->plan.chosen[a] && i < records.count; i++)
            if (problem->members[records.first + i] == fact)
                return true;
    }
    return false;
}

cbank_status cbi_answer_refuse(cbi_answer *answer, cbank_error *err)
{
    uint32_t count = answer->proposal->source_count, fact = 0;
    Cbank__V1__Plan *message = &answer->message;
    Cbank__V1__PlanRefusal *items = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(&answer->arena, count, sizeof(*items), &items, err));
    CBI_TRY(cbi_arena_alloc(&answer->arena, count, sizeof(*message->refusals),
                            &message->refusals, err));
    for (uint32_t i = 0; i < count; i++) {
        const cbi_source *source = answer->sources[i];
        bool usable = source->unusable == REASON(UNSPECIFIED);
        Cbank__V1__PlanRefusal *to = &items[message->n_refusals];

        if (usable && is_used(answer, fact)) {
            fact++;
            continue;
        }
        cbank__v1__plan_refusal__init(to);
        to->source = i;
        to->reason = source->unusable;
        to->by = cbi_message_string(source->by == NULL ? "" : source->by);
        if (usable)
            CBI_TRY(refuse_fact(answer, fact++, to, err));
        message->refusals[message->n_refusals++] = to;
    }
done:
    return status;
}
