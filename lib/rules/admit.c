/* Which candidates stay, in the order in which rules take each other's place. */
#include "rules/compile.h"

#include "base/memory.h"

#include <string.h>

static const Cbank__V1__Rule *rule_of(const cbi_compile *compile, const cbi_candidate *candidate)
{
    return compile->rules[candidate->rule].message;
}

static bool forbids(const Cbank__V1__Rule *rule)
{
    return rule->effect == CBANK__V1__RULE_EFFECT__RULE_EFFECT_DOES_NOT_TRANSFER;
}

static bool holds(const cbi_compile *compile, const cbi_candidate *candidate, uint32_t record)
{
    for (uint32_t i = 0; i < candidate->count; i++)
        if (compile->sets[candidate->first + i] == record)
            return true;
    return false;
}

static bool stands_in_way(Cbank__V1__BlockWhen when, uint32_t other, uint32_t record)
{
    if (when == CBANK__V1__BLOCK_WHEN__BLOCK_WHEN_LATER)
        return other > record;
    if (when == CBANK__V1__BLOCK_WHEN__BLOCK_WHEN_EARLIER)
        return other < record;
    return true;
}

/* The record outside of the set that blocks one of the set, or CBI_NONE. */
static uint32_t find_blocker(const cbi_compile *compile, const cbi_candidate *candidate,
                             const Cbank__V1__Blocking *blocking, const uint8_t *selected)
{
    for (uint32_t other = 0; other < compile->problem.record_count; other++) {
        if (!selected[other] || holds(compile, candidate, other))
            continue;
        for (uint32_t i = 0; i < candidate->count; i++)
            if (stands_in_way(blocking->when, compile->facts[other]->awarded_on,
                              compile->facts[compile->sets[candidate->first + i]]->awarded_on))
                return other;
    }
    return CBI_NONE;
}

static cbank_status block(cbi_compile *compile, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t records = compile->problem.record_count;
    uint32_t rule = CBI_NONE; /* for which `selected` was filled */
    uint8_t *selected;

    CBI_TRY(cbi_arena_alloc(&compile->arena, records, 1, &selected, err));
    for (uint32_t i = 0; i < compile->candidate_count; i++) {
        cbi_candidate *candidate = &compile->candidates[i];
        const Cbank__V1__Blocking *blocking = rule_of(compile, candidate)->blocked_by;

        if (blocking == NULL)
            continue;
        cbi_read_rule(compile, candidate->rule);
        for (uint32_t r = 0; candidate->rule != rule && r < records; r++)
            selected[r] =
                cbi_fact_is_free(compile->facts[r], rule_of(compile, candidate)->use_scope) &&
                cbi_select(&compile->reading, blocking->select, compile->facts[r], NULL) !=
                    CBI_CHOICE_NO;
        rule = candidate->rule;
        candidate->by = find_blocker(compile, candidate, blocking, selected);
        if (candidate->by != CBI_NONE)
            candidate->fate = CBI_FATE_BLOCKED;
    }
done:
    return status;
}

/* A record that does not transfer is lost to all rules of no smaller priority number. */
static cbank_status forbid(cbi_compile *compile, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t *by; /* the rule of the smallest number that forbids each record */

    CBI_TRY(cbi_arena_alloc(&compile->arena, compile->problem.record_count, sizeof(*by), &by,
                            err));
    for (uint32_t r = 0; r < compile->problem.record_count; r++)
        by[r] = CBI_NONE;
    for (uint32_t i = 0; i < compile->candidate_count; i++) {
        const cbi_candidate *candidate = &compile->candidates[i];

        if (candidate->fate != CBI_FATE_ADMITTED || !forbids(rule_of(compile, candidate)))
            continue;
        for (uint32_t k = 0; k < candidate->count; k++) {
            uint32_t record = compile->sets[candidate->first + k];

            if (by[record] == CBI_NONE || candidate->rule < by[record])
                by[record] = candidate->rule;
        }
    }
    for (uint32_t i = 0; i < compile->candidate_count; i++) {
        cbi_candidate *candidate = &compile->candidates[i];

        for (uint32_t k = 0; candidate->fate == CBI_FATE_ADMITTED && k < candidate->count; k++) {
            uint32_t rule = by[compile->sets[candidate->first + k]];

            if (rule == CBI_NONE || forbids(rule_of(compile, candidate)) ||
                rule_of(compile, candidate)->priority < compile->rules[rule].message->priority)
                continue;
            candidate->fate = CBI_FATE_DOES_NOT_TRANSFER;
            candidate->by = rule;
        }
    }
done:
    return status;
}

static int compare_sets(const cbi_compile *compile, const cbi_candidate *a,
                        const cbi_candidate *b)
{
    for (uint32_t i = 0; i < a->count && i < b->count; i++)
        if (compile->sets[a->first + i] != compile->sets[b->first + i])
            return compile->sets[a->first + i] < compile->sets[b->first + i] ? -1 : 1;
    return a->count < b->count ? -1 : a->count > b->count;
}

/* By record set, then rank. */
static cbank_status sort_candidates(cbi_compile *compile, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t count = compile->candidate_count;
    cbi_candidate *items = compile->candidates;
    cbi_candidate *spare;

    CBI_TRY(cbi_arena_alloc(&compile->arena, count, sizeof(*spare), &spare, err));
    for (uint32_t width = 1; width < count; width *= 2) {
        for (uint32_t low = 0; low < count; low += 2 * width) {
            uint32_t middle = low + width < count ? low + width : count;
            uint32_t high = middle + width < count ? middle + width : count;
            uint32_t i = low;
            uint32_t k = middle;

            for (uint32_t out = low; out < high; out++)
                spare[out] = k == high || (i < middle &&
                                           compare_sets(compile, &items[i], &items[k]) <= 0)
                                 ? items[i++]
                                 : items[k++];
        }
        memcpy(items, spare, count * sizeof(*items));
    }
done:
    return status;
}

/* Of one set of records only the rules of the smallest priority number stay. */
static void displace(cbi_compile *compile)
{
    const cbi_candidate *first = NULL;

    for (uint32_t i = 0; i < compile->candidate_count; i++) {
        cbi_candidate *candidate = &compile->candidates[i];

        if (candidate->fate != CBI_FATE_ADMITTED || forbids(rule_of(compile, candidate)))
            continue;
        if (first == NULL || compare_sets(compile, first, candidate) != 0) {
            first = candidate;
        } else if (rule_of(compile, candidate)->priority > rule_of(compile, first)->priority) {
            candidate->fate = CBI_FATE_DISPLACED;
            candidate->by = first->rule;
        }
    }
}

static cbank_status value(cbi_compile *compile, cbi_offer *offers, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (uint32_t i = 0; i < compile->candidate_count; i++) {
        cbi_candidate *candidate = &compile->candidates[i];
        const Cbank__V1__Rule *rule = rule_of(compile, candidate);
        bool inside = false;

        if (candidate->fate != CBI_FATE_ADMITTED || forbids(rule))
            continue;
        CBI_TRY(cbi_grant_all(compile, candidate, offers, err));
        for (uint32_t g = 0; g < rule->n_grants; g++)
            inside |= offers[g].bucket_count > 0;
        if (candidate->value == 0)
            candidate->fate = inside ? CBI_FATE_NO_AMOUNT : CBI_FATE_NOT_IN_PROGRAMME;
    }
done:
    return status;
}

static bool touches(const cbi_compile *compile, const cbi_candidate *candidate,
                    const uint8_t *members)
{
    for (uint32_t i = 0; i < candidate->count; i++)
        if (members[compile->sets[candidate->first + i]])
            return true;
    return false;
}

/* Marks what a group that keeps the highest would not keep; groups do not see others' marks. */
static void keep_highest(cbi_compile *compile, uint32_t group, const uint8_t *members,
                         uint32_t *rival)
{
    int64_t highest = 0;

    for (uint32_t i = 0; i < compile->candidate_count; i++) {
        const cbi_candidate *candidate = &compile->candidates[i];

        if (candidate->fate == CBI_FATE_ADMITTED && !forbids(rule_of(compile, candidate)) &&
            candidate->value > highest && touches(compile, candidate, members))
            highest = candidate->value;
    }
    for (uint32_t i = 0; i < compile->candidate_count; i++) {
        const cbi_candidate *candidate = &compile->candidates[i];

        if (candidate->fate == CBI_FATE_ADMITTED && candidate->value < highest &&
            rival[i] == CBI_NONE && touches(compile, candidate, members))
            rival[i] = group;
    }
}

/* Marks what uses another member of the group than the one that is kept. */
static void keep_one(cbi_compile *compile, uint32_t group, const uint8_t *members, uint32_t kept,
                     uint32_t *rival)
{
    for (uint32_t i = 0; i < compile->candidate_count; i++) {
        const cbi_candidate *candidate = &compile->candidates[i];

        for (uint32_t k = 0; k < candidate->count && rival[i] == CBI_NONE; k++) {
            uint32_t record = compile->sets[candidate->first + k];

            if (candidate->fate == CBI_FATE_ADMITTED && members[record] && record != kept &&
                !forbids(rule_of(compile, candidate)))
                rival[i] = group;
        }
    }
}

/* One group, part by part. */
static void keep_group(cbi_compile *compile, uint32_t number, const Cbank__V1__Group *group,
                       uint32_t *part, uint8_t *members, uint32_t *rival)
{
    uint32_t parts;

    cbi_group_split(compile, group, part, &parts);
    for (uint32_t p = 0; p < parts; p++) {
        uint32_t kept = cbi_group_kept(compile, group, part, p);

        for (uint32_t r = 0; r < compile->problem.record_count; r++)
            members[r] = part[r] == p;
        if (group->keep == CBANK__V1__GROUP_KEEP__GROUP_KEEP_HIGHEST)
            keep_highest(compile, number, members, rival);
        else if (kept != CBI_NONE)
            keep_one(compile, number, members, kept, rival);
    }
}

static cbank_status keep(cbi_compile *compile, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t records = compile->problem.record_count;
    uint32_t number = 0;
    uint8_t *members;
    uint32_t *part;
    uint32_t *rival;

    CBI_TRY(cbi_arena_alloc(&compile->arena, records, 1, &members, err));
    CBI_TRY(cbi_arena_alloc(&compile->arena, records, sizeof(*part), &part, err));
    CBI_TRY(cbi_arena_alloc(&compile->arena, compile->candidate_count, sizeof(*rival), &rival,
                            err));
    for (uint32_t i = 0; i < compile->candidate_count; i++)
        rival[i] = CBI_NONE;
    for (uint32_t s = 0; s < compile->question->ruleset_count; s++) {
        const cbi_ruleset *ruleset = compile->question->rulesets[s];

        cbi_read_ruleset(compile, ruleset);
        for (uint32_t g = 0; g < cbi_ruleset_groups(ruleset); g++, number++)
            keep_group(compile, number, cbi_ruleset_group(ruleset, g), part, members, rival);
    }
    for (uint32_t i = 0; i < compile->candidate_count; i++) {
        if (rival[i] == CBI_NONE)
            continue;
        compile->candidates[i].fate = CBI_FATE_RIVAL;
        compile->candidates[i].by = rival[i];
    }
done:
    return status;
}

/* Hands the candidates that stay to the problem. */
static cbank_status hand_over(cbi_compile *compile, cbi_offer *offers, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_problem *problem = &compile->problem;

    CBI_TRY(cbi_arena_alloc(&compile->arena, compile->candidate_count,
                            sizeof(*compile->candidate_of), &compile->candidate_of, err));
    for (uint32_t i = 0; i < compile->candidate_count; i++) {
        cbi_candidate *candidate = &compile->candidates[i];
        const Cbank__V1__Rule *rule = rule_of(compile, candidate);
        cbi_application application = {
            .rule = candidate->rule,
            .priority = rule->priority,
            .exempt = rule->effect == CBANK__V1__RULE_EFFECT__RULE_EFFECT_EXEMPT,
            .all = rule->grants_mode == CBANK__V1__GRANTS_MODE__GRANTS_MODE_ALL,
        };
        bool possible = true;

        if (candidate->fate != CBI_FATE_ADMITTED || forbids(rule))
            continue;
        CBI_TRY(cbi_grant_all(compile, candidate, offers, err));
        /* Under `all`, a grant of something that no bucket here takes cannot be placed. */
        for (uint32_t g = 0; g < rule->n_grants; g++)
            possible &= !application.all || offers[g].amount == 0 || offers[g].bucket_count > 0;
        if (!possible) {
            candidate->fate = CBI_FATE_NOT_IN_PROGRAMME;
            continue;
        }
        candidate->application = problem->application_count;
        compile->candidate_of[problem->application_count] = i;
        CBI_TRY(cbi_problem_add_application(problem, &application,
                                            compile->sets + candidate->first, candidate->count,
                                            err));
        for (uint32_t g = 0; g < rule->n_grants; g++) {
            if (offers[g].amount == 0 || offers[g].bucket_count == 0)
                continue;
            CBI_TRY(cbi_problem_add_grant(problem, offers[g].amount, offers[g].course, g, err));
            for (uint32_t b = 0; b < offers[g].bucket_count; b++)
                CBI_TRY(cbi_problem_add_place(problem, offers[g].buckets[b], err));
        }
    }
done:
    return status;
}

cbank_status cbi_admit(cbi_compile *compile, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_offer *offers;

    CBI_TRY(cbi_arena_alloc(&compile->arena, CBI_GRANTS_MAX, sizeof(*offers), &offers, err));
    CBI_TRY(block(compile, err));
    CBI_TRY(forbid(compile, err));
    CBI_TRY(sort_candidates(compile, err));
    displace(compile);
    CBI_TRY(value(compile, offers, err));
    CBI_TRY(keep(compile, err));
    status = hand_over(compile, offers, err);
done:
    return status;
}
