/* How a plan came to its numbers: what was converted, and the grades that go along. */
#include "rules/carry.h"
#include "rules/listed.h"
#include "rules/proposal_part.h"

#include <string.h>

CBI_ANSWER_INITIALISER(plan_step)

#define DERIVED_MAX 256u

/* Steps of one application; each is told once. */
typedef struct derivation {
    cbi_step steps[DERIVED_MAX];
    uint32_t sources[DERIVED_MAX];
    uint32_t count;
} derivation;

static void add(derivation *it, const cbi_step *step, uint32_t source)
{
    for (uint32_t i = 0; i < it->count; i++) {
        const cbi_step *known = &it->steps[i];

        if (it->sources[i] == source && known->kind == step->kind &&
            known->from_milli == step->from_milli && strcmp(known->from, step->from) == 0 &&
            strcmp(known->to, step->to) == 0 && strcmp(known->from_label, step->from_label) == 0)
            return;
    }
    if (step->kind == 0 || it->count == DERIVED_MAX)
        return;
    it->steps[it->count] = *step;
    it->sources[it->count++] = source;
}

static void tell(const derivation *it, Cbank__V1__PlanStep *const *out)
{
    for (uint32_t i = 0; i < it->count; i++) {
        const cbi_step *from = &it->steps[i];
        Cbank__V1__PlanStep *to = out[i];

        to->kind = (Cbank__V1__PlanStepKind)from->kind;
        to->source = it->sources[i];
        to->from = cbi_message_string(from->from);
        to->to = cbi_message_string(from->to);
        to->from_milli = from->from_milli;
        to->to_milli = from->to_milli;
        to->from_label = cbi_message_string(from->from_label);
        to->to_label = cbi_message_string(from->to_label);
        to->method = from->method;
        to->tie_break = from->tie_break;
    }
}

/* What the rule's selectors turned into numbers of theirs before they were held against it. */
static void derive_conditions(cbi_answer *answer, const Cbank__V1__Rule *rule, uint32_t fact,
                              bool selected, derivation *out)
{
    cbi_reading *reading = &answer->compile.reading;

    for (size_t t = 0; t < rule->n_source; t++) {
        cbi_steps steps = {.count = 0};

        if (rule->source[t]->kind != CBANK__V1__TERM_KIND__TERM_KIND_SELECT)
            continue;
        reading->steps = &steps;
        if ((cbi_select(reading, rule->source[t]->select, answer->compile.facts[fact], NULL) ==
             CBI_CHOICE_YES) == selected) {
            for (uint32_t i = 0; i < steps.count; i++)
                add(out, &steps.items[i], answer->source_of[fact]);
        }
        reading->steps = NULL;
    }
}

static const char *unit_of(const cbi_answer *answer, const Cbank__V1__AmountNode *node)
{
    switch (node->mode) {
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_AS_IS:
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_RATIO:
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_REMAINDER:
        return node->unit[0] == '\0' ? answer->compile.reading.unit : node->unit;
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_PER_HOURS:
        return "hour";
    default:
        return NULL;
    }
}

/* What the catalogue has it be worth in the place of what it states. */
static void derive_entry(const cbi_answer *answer, const Cbank__V1__AmountNode *node,
                         uint32_t fact, derivation *out)
{
    const cbi_reading *reading = &answer->compile.reading;
    const cbi_fact *self = answer->compile.facts[fact];
    const char *unit = node->unit[0] == '\0' ? reading->unit : node->unit;
    const Cbank__V1__CatalogueEntry *entry =
        cbi_listed_entry(cbi_ruleset_reference(reading->ruleset), node->catalogue, self,
                         cbi_day_of_record(reading->ruleset, self, &reading->asked));
    cbi_step step = {.kind = CBANK__V1__PLAN_STEP_KIND__PLAN_STEP_KIND_ENTRY,
                     .from = unit,
                     .to = node->catalogue,
                     .from_label = "",
                     .to_label = ""};

    if (entry == NULL)
        return;
    (void)cbi_fact_amount(self, unit, &step.from_milli);
    step.to_milli = cbi_listed_amount(entry, unit);
    add(out, &step, answer->source_of[fact]);
}

static void derive_amounts(const cbi_answer *answer, const Cbank__V1__Rule *rule, uint32_t fact,
                           derivation *out)
{
    const cbi_compile *compile = &answer->compile;
    const cbi_fact *self = compile->facts[fact];

    for (size_t g = 0; g < rule->n_grants; g++) {
        for (size_t i = 0; i < rule->grants[g]->n_amount; i++) {
            const char *unit = unit_of(answer, rule->grants[g]->amount[i]);
            cbi_fraction value;
            cbi_step step;

            if (rule->grants[g]->amount[i]->mode == CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_LISTED)
                derive_entry(answer, rule->grants[g]->amount[i], fact, out);
            if (unit != NULL && cbi_fact_is_whole(self, rule->use_scope) &&
                cbi_fact_amount_in(self, unit, cbi_ruleset_reference(compile->reading.ruleset),
                                   &value, &step))
                add(out, &step, answer->source_of[fact]);
        }
    }
}

static cbank_status derive_grades(cbi_answer *answer, const Cbank__V1__Rule *rule, cbi_span facts,
                                  Cbank__V1__PlanApplication *to, derivation *out,
                                  cbank_error *err)
{
    const cbi_compile *compile = &answer->compile;
    const cbi_fact **list = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(&answer->arena, facts.count, sizeof(const cbi_fact *), &list, err));
    for (uint32_t i = 0; i < facts.count; i++)
        list[i] = compile->facts[compile->problem.members[facts.first + i]];
    for (size_t g = 0; g < to->n_grants; g++) {
        cbi_carrying carrying = {.grant = rule->grants[to->grants[g]->grant],
                                 .facts = list,
                                 .fact_count = facts.count,
                                 .unit = compile->reading.unit,
                                 .reference = cbi_ruleset_reference(compile->reading.ruleset)};
        Cbank__V1__Grade *grade;
        cbi_step step;

        CBI_TRY(cbi_arena_alloc(&answer->arena, 1, sizeof(*grade), &grade, err));
        if (!cbi_carry(&carrying, grade, &step))
            continue;
        to->grants[g]->grade = grade;
        add(out, &step, to->sources[0]);
    }
done:
    return status;
}

cbank_status cbi_answer_derive(cbi_answer *answer, uint32_t application,
                               Cbank__V1__PlanApplication *to, cbank_error *err)
{
    const cbi_problem *problem = &answer->compile.problem;
    cbi_span facts = problem->applications[application].records;
    uint32_t number = problem->applications[application].rule;
    const Cbank__V1__Rule *rule = answer->compile.rules[number].message;
    cbank_status status = CBANK_OK;
    derivation it = {.count = 0};
    const cbi_fact **together;

    CBI_TRY(cbi_arena_alloc(&answer->arena, facts.count, sizeof(const cbi_fact *), &together, err));
    cbi_read_rule(&answer->compile, number);
    for (uint32_t i = 0; i < facts.count; i++)
        together[i] = answer->compile.facts[problem->members[facts.first + i]];
    answer->compile.reading.together = together;
    answer->compile.reading.together_count = facts.count;
    for (uint32_t i = 0; i < facts.count; i++) {
        derive_conditions(answer, rule, problem->members[facts.first + i], true, &it);
        derive_amounts(answer, rule, problem->members[facts.first + i], &it);
    }
    CBI_TRY(derive_grades(answer, rule, facts, to, &it, err));
    if (it.count == 0)
        goto done;
    CBI_TRY(CBI_ANSWER_LIST(answer, plan_step, it.count, to->steps));
    to->n_steps = it.count;
    tell(&it, to->steps);
done:
    return status;
}

cbank_status cbi_answer_derive_refusal(cbi_answer *answer, uint32_t rule, uint32_t fact,
                                       Cbank__V1__PlanRefusal *to, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    derivation it = {.count = 0};

    cbi_read_rule(&answer->compile, rule);
    derive_conditions(answer, answer->compile.rules[rule].message, fact, false, &it);
    if (it.count == 0)
        goto done;
    CBI_TRY(CBI_ANSWER_LIST(answer, plan_step, it.count, to->steps));
    to->n_steps = it.count;
    tell(&it, to->steps);
done:
    return status;
}
