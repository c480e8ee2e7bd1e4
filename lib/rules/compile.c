#include "rules/compile.h"

#include "base/memory.h"
#include "rules/target.h"

#include <stdlib.h>
#include <string.h>

static void drop_rules(cbi_compile *compile)
{
    for (uint32_t i = 0; i < compile->rule_count; i++)
        cbi_message_free(compile->rules[i].message);
    compile->rule_count = 0;
}

void cbi_compile_clear(cbi_compile *compile)
{
    drop_rules(compile);
    cbi_arena_clear(&compile->arena);
    cbi_problem_clear(&compile->problem);
    cbi_free(compile->candidates);
    cbi_free(compile->sets);
    *compile = (cbi_compile){0};
}

static void rewind_all(cbi_compile *compile)
{
    cbi_compile kept = *compile;

    drop_rules(compile);
    cbi_arena_rewind(&kept.arena);
    cbi_problem_rewind(&kept.problem);
    *compile = (cbi_compile){
        .arena = kept.arena,
        .problem = kept.problem,
        .candidates = kept.candidates,
        .candidate_room = kept.candidate_room,
        .sets = kept.sets,
        .set_room = kept.set_room,
    };
}

static int compare_facts(const void *left, const void *right)
{
    const cbi_fact *const *a = left;
    const cbi_fact *const *b = right;

    return cbi_fact_compare(*a, *b);
}

static cbank_status order_facts(cbi_compile *compile, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_question *question = compile->question;

    if (question->fact_count > CBI_PLAN_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_PLAN_TOO_LARGE, CBI_PLAN_RECORDS_MAX, "records", NULL);
    CBI_TRY(cbi_arena_alloc(&compile->arena, question->fact_count, sizeof(*compile->facts),
                            &compile->facts, err));
    for (uint32_t i = 0; i < question->fact_count; i++)
        compile->facts[i] = &question->facts[i];
    if (question->fact_count > 1)
        qsort(compile->facts, question->fact_count, sizeof(*compile->facts), compare_facts);
    for (uint32_t i = 1; i < question->fact_count; i++)
        if (cbi_fact_compare(compile->facts[i - 1], compile->facts[i]) == 0)
            return cbi_fail(err, CBI_REASON_INTERNAL, i, "facts", "one record twice");
    compile->problem.record_count = question->fact_count;
    compile->held_count = question->held_count;
    CBI_TRY(cbi_arena_alloc(&compile->arena, question->held_count, sizeof(*compile->held),
                            &compile->held, err));
    for (uint32_t i = 0; i < question->held_count; i++)
        compile->held[i] = &question->held[i];
done:
    return status;
}

/* A rule that was found for a record. */
struct pair {
    uint32_t ruleset;
    uint32_t index;
    uint32_t record;
};

static int compare_pairs(const void *left, const void *right)
{
    const struct pair *a = left;
    const struct pair *b = right;

    if (a->ruleset != b->ruleset)
        return a->ruleset < b->ruleset ? -1 : 1;
    if (a->index != b->index)
        return a->index < b->index ? -1 : 1;
    return a->record < b->record ? -1 : a->record > b->record;
}

struct pairs {
    struct pair *items;
    uint32_t count;
    uint32_t room;
};

static cbank_status find_pairs(cbi_compile *compile, struct pairs *pairs, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_candidates found = {0};

    for (uint32_t s = 0; s < compile->question->ruleset_count; s++) {
        for (uint32_t r = 0; r < compile->problem.record_count; r++) {
            found.count = 0;
            CBI_TRY(cbi_ruleset_find(compile->question->rulesets[s], compile->facts[r], &found,
                                     err));
            for (uint32_t i = 0; i < found.count; i++) {
                if (pairs->count == CBI_PLAN_ITEMS_MAX) {
                    status = cbi_fail(err, CBI_REASON_PLAN_TOO_LARGE, CBI_PLAN_ITEMS_MAX,
                                      "rules", NULL);
                    goto done;
                }
                CBI_TRY(cbi_grow(&pairs->items, sizeof(*pairs->items), pairs->count,
                                 &pairs->room, CBI_PLAN_ITEMS_MAX, err));
                pairs->items[pairs->count++] = (struct pair){s, found.items[i], r};
            }
        }
    }
    if (pairs->count > 1)
        qsort(pairs->items, pairs->count, sizeof(*pairs->items), compare_pairs);
done:
    cbi_free(found.items);
    return status;
}

static int compare_rules(const void *left, const void *right)
{
    const cbi_known_rule *a = left;
    const cbi_known_rule *b = right;
    int order;

    if (a->message->priority != b->message->priority)
        return a->message->priority < b->message->priority ? -1 : 1;
    order = strcmp(a->message->id, b->message->id);
    if (order != 0)
        return order;
    return a->ruleset < b->ruleset ? -1 : a->ruleset > b->ruleset;
}

/* Unpacks each rule once, with the records it was found for, and ranks them. */
static cbank_status rank_rules(cbi_compile *compile, const struct pairs *pairs, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t found = 0;

    CBI_TRY(cbi_arena_alloc(&compile->arena, pairs->count, sizeof(*compile->rules),
                            &compile->rules, err));
    CBI_TRY(cbi_arena_alloc(&compile->arena, pairs->count, sizeof(*compile->found),
                            &compile->found, err));
    for (uint32_t i = 0; i < pairs->count; i++) {
        const struct pair *pair = &pairs->items[i];
        cbi_known_rule *rule = &compile->rules[compile->rule_count];

        if (i > 0 && compare_pairs(pair, pair - 1) == 0)
            continue;
        if (i == 0 || pair->ruleset != pair[-1].ruleset || pair->index != pair[-1].index) {
            *rule = (cbi_known_rule){
                .ruleset = pair->ruleset, .index = pair->index, .facts = {found, 0}};
            CBI_TRY(cbi_ruleset_rule(compile->question->rulesets[pair->ruleset], pair->index,
                                     &rule->message, err));
            compile->rule_count++;
        }
        compile->found[found++] = pair->record;
        compile->rules[compile->rule_count - 1].facts.count++;
    }
    if (compile->rule_count > 1)
        qsort(compile->rules, compile->rule_count, sizeof(*compile->rules), compare_rules);
done:
    return status;
}

/* True if the rule may be part of a plan, or may take records out of it. */
static bool takes_part(const cbi_compile *compile, const Cbank__V1__Rule *rule)
{
    if (rule->force == CBANK__V1__FORCE__FORCE_ADVISORY && !compile->question->with_advisory)
        return false;
    return rule->effect == CBANK__V1__RULE_EFFECT__RULE_EFFECT_TRANSFER ||
           rule->effect == CBANK__V1__RULE_EFFECT__RULE_EFFECT_EXEMPT ||
           rule->effect == CBANK__V1__RULE_EFFECT__RULE_EFFECT_DOES_NOT_TRANSFER;
}

cbank_status cbi_compile_run(cbi_compile *compile, const cbi_question *question,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct pairs pairs = {0};

    rewind_all(compile);
    compile->question = question;
    CBI_TRY(order_facts(compile, err));
    cbi_read_programme(compile);
    CBI_TRY(find_pairs(compile, &pairs, err));
    CBI_TRY(rank_rules(compile, &pairs, err));
    CBI_TRY(cbi_targets_resolve(compile, err));
    for (uint32_t i = 0; i < compile->rule_count; i++)
        if (takes_part(compile, compile->rules[i].message))
            CBI_TRY(cbi_enumerate_rule(compile, i, err));
    CBI_TRY(cbi_admit(compile, err));
    CBI_TRY(cbi_scope(compile, err));
done:
    cbi_free(pairs.items);
    return status;
}
