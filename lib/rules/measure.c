#include "rules/measure.h"

const uint32_t *cbi_measure_order(cbi_goal goal)
{
    static const uint32_t orders[][CBI_MEASURES] = {
        [CBI_GOAL_AWARD] = {CBI_MISSING, CBI_COUNTED, CBI_EARNED, CBI_RECORDS},
        [CBI_GOAL_CREDIT] = {CBI_COUNTED, CBI_MISSING, CBI_EARNED, CBI_RECORDS},
    };

    return orders[goal];
}

int64_t *cbi_measure_at(cbi_measures *measures, uint32_t which)
{
    int64_t *all[] = {&measures->missing, &measures->counted, &measures->earned,
                      &measures->records};

    return all[which];
}

bool cbi_measure_falls(uint32_t which)
{
    return which == CBI_MISSING || which == CBI_RECORDS;
}

int64_t cbi_measure_step(const cbi_bound *bound, uint32_t which)
{
    const cbi_problem *problem = bound->model->problem;
    int64_t unit = bound->model->any_cut ? 1 : bound->unit;

    if (which == CBI_RECORDS)
        return 1;
    for (uint32_t i = 0; which == CBI_MISSING && i < problem->bucket_count; i++)
        unit = problem->buckets[i].min % unit != 0 ? 1 : unit;
    for (uint32_t i = 0; which == CBI_MISSING && i < problem->residency_count; i++)
        unit = problem->residencies[i].min % unit != 0 ? 1 : unit;
    if (which == CBI_MISSING && problem->total % unit != 0)
        unit = 1;
    return unit;
}

bool cbi_target_is_reached(const cbi_target *target, const cbi_measures *m)
{
    return (!target->held[CBI_MISSING] || m->missing <= target->at[CBI_MISSING]) &&
           (!target->held[CBI_COUNTED] || m->counted >= target->at[CBI_COUNTED]) &&
           (!target->held[CBI_EARNED] || m->earned >= target->at[CBI_EARNED]) &&
           (!target->held[CBI_RECORDS] || m->records <= target->at[CBI_RECORDS]);
}
