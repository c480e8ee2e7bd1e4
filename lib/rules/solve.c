#include "rules/solve.h"

#include "rules/canon.h"
#include "rules/ideal.h"
#include "rules/measure.h"

#define REACH_ROUNDS 60

/* One measure being settled: no plan is more than `reach` steps better than the best one. */
struct settling {
    cbi_explore *search;
    uint32_t measure;
    int64_t step; /* below zero for a measure that is better the smaller it is */
    int64_t reach;
};

static int64_t best_of(const struct settling *s)
{
    return *cbi_measure_at(&s->search->best.measures, s->measure);
}

/* How far the bound allows the measure to go. */
static void find_reach(struct settling *s)
{
    cbi_bound *bound = &s->search->bound;
    __int128 size = (__int128)CBI_BOUND_ONE * (s->step < 0 ? -s->step : s->step);

    if (s->measure == CBI_RECORDS)
        size *= bound->unit;
    s->search->target.at[s->measure] = best_of(s) + s->step;
    cbi_bound_aim(bound, &s->search->target);
    cbi_bound_prime(bound);
    if (cbi_bound_refute(bound, REACH_ROUNDS))
        return;
    s->reach = 1 + (int64_t)(bound->slack / size);
    if (s->step < 0 && s->reach > best_of(s) / -s->step)
        s->reach = best_of(s) / -s->step;
}

/*
 * Settles one measure: what was settled before is held. Plans are searched for that are a step
 * better, and from each that is found on for the next step.
 */
static cbank_status settle(cbi_explore *search, const uint32_t *order, uint32_t at,
                           cbi_proof *proof, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct settling s = {.search = search, .measure = order[at]};
    int64_t step = cbi_measure_step(&search->bound, s.measure);
    cbi_explore_end end = CBI_EXPLORE_EXHAUSTED;

    s.step = cbi_measure_falls(s.measure) ? -step : step;
    search->target = (cbi_target){.aim = s.measure};
    for (uint32_t i = 0; i <= at; i++) {
        search->target.held[order[i]] = true;
        search->target.at[order[i]] = *cbi_measure_at(&search->best.measures, order[i]);
    }
    if (s.step > 0 || best_of(&s) > 0)
        find_reach(&s);
    if (s.reach > 0) {
        int64_t before = best_of(&s);

        search->step = s.step;
        CBI_TRY(cbi_explore_run(search, &end, err));
        search->step = 0;
        s.reach -= (best_of(&s) - before) / s.step;
        if (end != CBI_EXPLORE_STOPPED && !search->gave_up)
            s.reach = 0;
    }
    *cbi_measure_at(&proof->bound, s.measure) = best_of(&s) + s.reach * s.step;
    proof->optimal &= end != CBI_EXPLORE_STOPPED;
done:
    return status;
}

cbank_status cbi_solve(const cbi_problem *problem, cbi_goal goal, uint64_t work_max,
                       cbi_plan *out, cbi_proof *proof, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_arena arena = {0};
    cbi_model model;
    cbi_explore search = {0};
    bool found;

    *proof = (cbi_proof){.optimal = true,
                         .bound = {.counted = problem->amount_sum, .earned = problem->amount_sum}};
    CBI_TRY(cbi_problem_check(problem, err));
    CBI_TRY(cbi_model_build(&arena, problem, &model, err));
    CBI_TRY(cbi_explore_build(&arena, &model, goal, work_max, &search, err));
    CBI_TRY(cbi_ideal_find(&search, &arena, &found, err));
    proof->canonical = found;
    for (uint32_t i = 0; i < CBI_MEASURES && proof->optimal && !found; i++)
        CBI_TRY(settle(&search, cbi_measure_order(goal), i, proof, err));
    proof->optimal &= !search.gave_up;
    if (proof->optimal && !found)
        CBI_TRY(cbi_canon_find(&search, &proof->canonical, err));
    proof->work = cbi_explore_work(&search);
    if (proof->optimal)
        proof->bound = search.best.measures;
    cbi_plan_clear(out);
    *out = search.best;
    search.best = (cbi_plan){0};
done:
    cbi_explore_clear(&search);
    cbi_arena_clear(&arena);
    return status;
}
