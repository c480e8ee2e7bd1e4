#include "rules/solve.h"

#include "rules/explore.h"

#include <string.h>

/* The measures in the order of each goal. */
static const uint32_t orders[][CBI_MEASURES] = {
    [CBI_GOAL_AWARD] = {CBI_MISSING, CBI_COUNTED, CBI_EARNED, CBI_RECORDS},
    [CBI_GOAL_CREDIT] = {CBI_COUNTED, CBI_MISSING, CBI_EARNED, CBI_RECORDS},
};

static int64_t *measure_at(cbi_measures *measures, uint32_t which)
{
    int64_t *all[] = {&measures->missing, &measures->counted, &measures->earned,
                      &measures->records};

    return all[which];
}

/* The smallest step that a measure can make. */
static int64_t step_of(const cbi_model *model, const cbi_bound *bound, uint32_t measure)
{
    const cbi_problem *problem = model->problem;
    int64_t unit = model->any_cut ? 1 : bound->unit;

    if (measure == CBI_RECORDS)
        return 1;
    for (uint32_t i = 0; measure == CBI_MISSING && i < problem->bucket_count; i++)
        unit = problem->buckets[i].min % unit != 0 ? 1 : unit;
    for (uint32_t i = 0; measure == CBI_MISSING && i < problem->residency_count; i++)
        unit = problem->residencies[i].min % unit != 0 ? 1 : unit;
    if (measure == CBI_MISSING && problem->total % unit != 0)
        unit = 1;
    return unit;
}

/* Settles one measure: what was settled before is held, this one is to be better than the best. */
static cbank_status settle(cbi_explore *search, const uint32_t *order, uint32_t at,
                           cbi_proof *proof, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t measure = order[at];
    int64_t step = step_of(search->model, &search->bound, measure);
    bool falls = measure == CBI_MISSING || measure == CBI_RECORDS;
    cbi_explore_end end = CBI_EXPLORE_REACHED;
    cbi_target target = {.aim = measure};

    for (uint32_t i = 0; i <= at; i++) {
        target.held[order[i]] = true;
        target.at[order[i]] = *measure_at(&search->best.measures, order[i]);
    }
    while (end == CBI_EXPLORE_REACHED) {
        int64_t best = *measure_at(&search->best.measures, measure);

        if (falls && best == 0)
            return CBANK_OK;
        target.at[measure] = falls ? best - step : best + step;
        search->target = target;
        cbi_bound_aim(&search->bound, &target);
        CBI_TRY(cbi_explore_run(search, &end, err));
    }
    proof->optimal &= end == CBI_EXPLORE_EXHAUSTED;
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

    *proof = (cbi_proof){.optimal = true};
    CBI_TRY(cbi_problem_check(problem, err));
    CBI_TRY(cbi_model_build(&arena, problem, &model, err));
    CBI_TRY(cbi_explore_build(&arena, &model, goal, work_max, &search, err));
    for (uint32_t i = 0; i < CBI_MEASURES && proof->optimal; i++)
        CBI_TRY(settle(&search, orders[goal], i, proof, err));
    proof->work = cbi_explore_work(&search);
    proof->optimal &= !search.gave_up;
    proof->bound = search.best.measures;
    cbi_plan_clear(out);
    *out = search.best;
    search.best = (cbi_plan){0};
done:
    cbi_explore_clear(&search);
    cbi_arena_clear(&arena);
    return status;
}
