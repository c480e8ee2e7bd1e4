/* The solver, held against every plan that there is. */
#include "rules/solve.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#define PROBLEMS 400

static cbank_error err;

/* Numbers that are the same on every machine. */
static uint64_t state;

static uint32_t draw(uint32_t below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

static void ok(cbank_status status)
{
    cr_assert_eq(status, CBANK_OK, "%s %s", cbi_reason_word((cbi_reason)err.reason), err.object);
}

static void draw_buckets(cbi_problem *p)
{
    p->total = 4 * draw(5);
    p->max = draw(3) == 0 ? 2 + (int64_t)draw(8) : -1;
    for (uint32_t i = 0; i < 3; i++) {
        cbi_bucket bucket = {
            .parent = i == 2 && draw(2) == 0 ? draw(2) : CBI_NONE,
            .min = draw(2) * draw(5),
            .max = draw(3) == 0 ? (int64_t)draw(6) : -1,
        };

        ok(cbi_problem_add_bucket(p, &bucket, &err));
    }
}

static void draw_application(cbi_problem *p)
{
    cbi_application application = {.exempt = draw(4) == 0, .all = draw(3) == 0};
    uint32_t first = draw(p->record_count);
    uint32_t records[2] = {first, first + 1};
    uint32_t count = first + 1 < p->record_count ? 1 + (draw(3) == 0) : 1;

    /* One rule for sets of one size that begin at different records, another for a set again. */
    for (uint32_t i = 0; i < p->application_count; i++) {
        cbi_span span = p->applications[i].records;

        application.rule += 2 * (span.count == count && p->members[span.first] == first);
    }
    application.rule += count - 1;
    application.priority = application.rule / 2;
    ok(cbi_problem_add_application(p, &application, records, count, &err));
    for (uint32_t g = 0; g < 1 + (draw(3) == 0); g++) {
        ok(cbi_problem_add_grant(p, 1 + draw(4), draw(4) == 0 ? draw(2) : CBI_NONE, g, &err));
        for (uint32_t b = 0; b < 3; b++)
            if (draw(2) == 0 || (b == 2 && p->grants[p->grant_count - 1].places.count == 0))
                ok(cbi_problem_add_place(p, b, &err));
    }
}

/* As many of the applications as the coin says, ascending. */
static uint32_t draw_members(const cbi_problem *p, uint32_t members[16])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < p->application_count; i++)
        if (draw(2) == 0)
            members[count++] = i;
    return count;
}

static void draw_limit(cbi_problem *p)
{
    uint32_t members[16];
    uint32_t count = draw_members(p, members);
    cbi_limit limit = {.records = draw(4) == 0,
                       .base = (cbi_base)draw(4),
                       .number = draw(7),
                       .num = 1 + draw(4),
                       .den = 4,
                       .bucket = draw(3)};

    if (limit.records)
        limit.base = CBI_BASE_NUMBER;
    ok(cbi_problem_add_limit(p, &limit, members, count, &err));
    for (uint32_t i = 0; i < p->place_count; i++)
        if (draw(3) != 0)
            ok(cbi_problem_add_entry(
                p, i,
                p->applications[p->grants[p->places[i].grant].application].records.count, &err));
}

static void draw_problem(cbi_problem *p)
{
    uint32_t members[16];
    uint32_t applications = 2 + draw(5);

    cbi_problem_rewind(p);
    p->record_count = 2 + draw(4);
    draw_buckets(p);
    for (uint32_t i = 0; i < applications; i++)
        draw_application(p);
    for (uint32_t i = draw(3); i > 0; i--)
        draw_limit(p);
    if (draw(2) == 0) {
        uint32_t count = draw_members(p, members);

        ok(cbi_problem_add_group(p, members, count, &err));
    }
    if (draw(2) == 0) {
        uint32_t count = draw_members(p, members);

        ok(cbi_problem_add_residency(p, draw(6), members, count, &err));
    }
    ok(cbi_problem_check(p, &err));
}

/* The next way to place all grants: like an odometer, each nowhere or in one of its places. */
static bool turn(const cbi_problem *p, cbi_plan *plan)
{
    for (uint32_t g = 0; g < p->grant_count; g++) {
        cbi_span places = p->grants[g].places;

        plan->placed[g] = plan->placed[g] == CBI_NONE ? places.first : plan->placed[g] + 1;
        if (plan->placed[g] < places.first + places.count)
            return true;
        plan->placed[g] = CBI_NONE;
    }
    return false;
}

static void complete(const cbi_problem *p, cbi_plan *plan)
{
    memset(plan->chosen, 0, plan->application_count);
    for (uint32_t g = 0; g < p->grant_count; g++) {
        bool placed = plan->placed[g] != CBI_NONE;

        plan->counted[g] = placed ? p->grants[g].amount : 0;
        if (placed)
            plan->chosen[p->grants[g].application] = 1;
    }
    cbi_plan_measure(p, plan);
}

static void try_all(const cbi_problem *p, cbi_goal goal, cbi_plan *best)
{
    cbi_plan plan = {0};

    ok(cbi_plan_begin(&plan, p, &err));
    ok(cbi_plan_begin(best, p, &err));
    while (turn(p, &plan)) {
        cbi_breach breach;
        uint32_t where;
        int order;

        complete(p, &plan);
        order = cbi_measures_compare(goal, &plan.measures, &best->measures);
        if (order > 0 || (order == 0 && cbi_plan_compare(p, &plan, best) >= 0))
            continue;
        ok(cbi_plan_verify(p, &plan, &breach, &where, &err));
        if (breach == CBI_BREACH_NONE)
            cbi_plan_copy(best, &plan);
    }
    cbi_plan_clear(&plan);
}

Test(solve, finds_the_best_plan_and_of_those_that_tie_the_first)
{
    cbi_problem problem = {0};
    unsigned ways = 0;

    state = 1;
    for (uint32_t i = 0; i < PROBLEMS; i++) {
        cbi_goal goal = i % 2 == 0 ? CBI_GOAL_AWARD : CBI_GOAL_CREDIT;
        cbi_plan plan = {0};
        cbi_plan best = {0};
        cbi_proof proof;

        draw_problem(&problem);
        try_all(&problem, goal, &best);
        ok(cbi_solve(&problem, goal, CBI_WORK_DEFAULT, &plan, &proof, &err));
        cr_assert(proof.optimal && proof.canonical, "problem %u", i);
        cr_assert_eq(cbi_measures_compare(goal, &plan.measures, &best.measures), 0,
                     "problem %u: missing %ld counted %ld earned %ld records %ld", i,
                     (long)best.measures.missing, (long)best.measures.counted,
                     (long)best.measures.earned, (long)best.measures.records);
        cr_assert_eq(cbi_plan_compare(&problem, &plan, &best), 0, "problem %u", i);
        ways += best.measures.records > 1;
        cbi_plan_clear(&plan);
        cbi_plan_clear(&best);
    }
    cr_assert_gt(ways, PROBLEMS / 4, "the problems must leave something to choose");
    cbi_problem_clear(&problem);
}

Test(solve, a_limit_less_never_makes_the_best_plan_worse)
{
    cbi_problem problem = {0};

    state = 2;
    for (uint32_t i = 0; i < PROBLEMS; i++) {
        cbi_plan with = {0};
        cbi_plan without = {0};
        cbi_proof proof;

        draw_problem(&problem);
        if (problem.limit_count == 0)
            continue;
        ok(cbi_solve(&problem, CBI_GOAL_AWARD, CBI_WORK_DEFAULT, &with, &proof, &err));
        problem.limit_count--;
        ok(cbi_solve(&problem, CBI_GOAL_AWARD, CBI_WORK_DEFAULT, &without, &proof, &err));
        cr_assert_leq(cbi_measures_compare(CBI_GOAL_AWARD, &without.measures, &with.measures), 0);
        cbi_plan_clear(&with);
        cbi_plan_clear(&without);
    }
    cbi_problem_clear(&problem);
}

Test(solve, without_work_there_is_a_plan_and_a_bound_but_no_claim)
{
    cbi_problem problem = {0};
    uint32_t unproven = 0;

    state = 3;
    for (uint32_t i = 0; i < PROBLEMS; i++) {
        cbi_plan plan = {0};
        cbi_plan best = {0};
        cbi_proof proof;
        cbi_breach breach;
        uint32_t where;

        draw_problem(&problem);
        ok(cbi_solve(&problem, CBI_GOAL_CREDIT, 4, &plan, &proof, &err));
        ok(cbi_plan_verify(&problem, &plan, &breach, &where, &err));
        cr_assert_eq(breach, CBI_BREACH_NONE);
        unproven += !proof.optimal;
        try_all(&problem, CBI_GOAL_CREDIT, &best);
        if (proof.optimal)
            cr_assert_eq(cbi_measures_compare(CBI_GOAL_CREDIT, &plan.measures, &best.measures), 0);
        cr_assert_leq(cbi_measures_compare(CBI_GOAL_CREDIT, &proof.bound, &best.measures), 0,
                      "problem %u: no plan is better than the bound", i);
        cbi_plan_clear(&plan);
        cbi_plan_clear(&best);
    }
    cr_assert_gt(unproven, 0);
    cbi_problem_clear(&problem);
}
