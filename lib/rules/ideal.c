#include "rules/ideal.h"

#include "rules/measure.h"
#include "rules/sweep.h"

#define ROUNDS 10      /* for the prices of each measure */
#define AIMS_MAX 22    /* targets that are tried */
#define NEAR 8         /* records more than at best that are asked for before any number is */
#define WORK_SHARE 4   /* of all work, what sweeps may take */

struct ideal {
    cbi_explore *search;
    cbi_bound *bound;
    cbi_arena *arena;
    const uint32_t *order;
    cbi_stages stages;
    cbi_sweep sweep; /* owned */
    int64_t *values[CBI_MEASURES]; /* multipliers around each measure */
    int64_t best[CBI_MEASURES];    /* that no plan goes beyond */
    cbi_target target;
    uint32_t held;                 /* measures of the order that the target holds */
    cbank_error *err;
};

static int64_t floor_div(__int128 a, __int128 b)
{
    return (int64_t)(a / b - (a % b < 0));
}

/* What the slack leaves of the measure at best, in whole steps. */
static void read_best(struct ideal *s, uint32_t measure)
{
    const cbi_bound *bound = s->bound;
    __int128 one = (__int128)CBI_BOUND_ONE * (measure == CBI_RECORDS ? bound->unit : 1);
    int64_t step = cbi_measure_step(bound, measure);
    int64_t by = floor_div(bound->slack, one);
    int64_t *at = &s->target.at[measure];

    if (!cbi_measure_falls(measure))
        *at = floor_div(*at + by, step) * step;
    else
        *at = *at <= by ? 0 : (*at - by + step - 1) / step * step;
}

/*
 * Multipliers to begin with. Where records are to be few and credit much, those around the credit
 * serve: what a row is worth then is a matter of balance.
 */
static void prime(struct ideal *s, uint32_t measure)
{
    cbi_bound_aim(s->bound, &s->target);
    if (measure != CBI_RECORDS) {
        cbi_bound_prime(s->bound);
        return;
    }
    cbi_bound_restore(s->bound, s->values[CBI_COUNTED]);
    cbi_bound_measures(s->bound)[CBI_RECORDS] = CBI_BOUND_ONE;
    cbi_bound_balance(s->bound);
}

static cbank_status find_best(struct ideal *s)
{
    cbank_status status = CBANK_OK;
    const cbi_measures *empty = &s->search->best.measures;
    const int64_t worst[] = {empty->missing, 0, 0, s->search->model->problem->record_count};

    for (uint32_t i = 0; i < CBI_MEASURES; i++) {
        uint32_t measure = s->order[i];

        CBI_TRY(cbi_arena_alloc(s->arena, s->bound->value_count, sizeof(int64_t),
                                &s->values[measure], s->err));
        s->target.held[measure] = true;
        s->target.aim = measure;
        s->target.at[measure] = worst[measure];
        prime(s, measure);
        read_best(s, measure);
        s->bound->target = s->target;
        cbi_bound_refute(s->bound, ROUNDS);
        read_best(s, measure);
        cbi_bound_save(s->bound, s->values[measure]);
        s->best[measure] = s->target.at[measure];
    }
done:
    return status;
}

/* One sweep for the target. Multipliers around a measure know of those before it only. */
static cbank_status sweep(struct ideal *s, cbi_sweep_end *end)
{
    cbank_status status = CBANK_OK;
    uint64_t work_max = s->search->work_max / WORK_SHARE;
    bool within = true;

    *end = CBI_SWEEP_NONE;
    cbi_sweep_aim(&s->sweep, &s->target, s->best[CBI_COUNTED]);
    for (uint32_t i = 0; i < s->held; i++) {
        s->bound->target = s->target;
        s->bound->target.aim = s->order[i];
        cbi_bound_restore(s->bound, s->values[s->order[i]]);
        cbi_bound_evaluate(s->bound);
        CBI_TRY(cbi_sweep_price(&s->sweep, s->arena, &within, s->err));
        if (!within)
            return CBANK_OK;
    }
    *end = CBI_SWEEP_STOPPED;
    if (cbi_explore_work(s->search) <= work_max)
        CBI_TRY(cbi_sweep_run(&s->sweep, work_max, &s->search->best, end, s->err));
    s->search->swept = s->sweep.work;
done:
    return status;
}

/*
 * The next target: a few records more; then without the last measure, and so on; then the first
 * measure, twice as far each time. What is no longer held is settled by the sweep all the same.
 */
static void aim_lower(struct ideal *s, uint32_t aims)
{
    uint32_t first = s->order[0];
    int64_t step = cbi_measure_step(s->bound, first);

    if (s->held == CBI_MEASURES && s->target.at[CBI_RECORDS] < s->best[CBI_RECORDS] + NEAR)
        s->target.at[CBI_RECORDS]++;
    else if (s->held > 1)
        s->target.held[s->order[--s->held]] = false;
    else if (cbi_measure_falls(first))
        s->target.at[first] = s->best[first] + (step << aims);
    else
        s->target.at[first] = s->best[first] - (step << aims);
}

cbank_status cbi_ideal_find(cbi_explore *search, cbi_arena *arena, bool *found, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct ideal s = {
        .search = search,
        .bound = &search->bound,
        .arena = arena,
        .order = cbi_measure_order(search->goal),
        .held = CBI_MEASURES,
        .err = err,
    };
    cbi_sweep_end end = CBI_SWEEP_NONE;
    bool fits;

    *found = false;
    CBI_TRY(cbi_stages_build(arena, &search->bound, &s.stages, &fits, err));
    if (!fits)
        return CBANK_OK;
    CBI_TRY(cbi_sweep_begin(&s.stages, search->goal, &s.sweep, err));
    CBI_TRY(find_best(&s));
    for (uint32_t aims = 0; end == CBI_SWEEP_NONE && aims < AIMS_MAX; aims++) {
        CBI_TRY(sweep(&s, &end));
        aim_lower(&s, aims);
    }
    *found = end == CBI_SWEEP_FOUND;
done:
    cbi_sweep_clear(&s.sweep);
    return status;
}
