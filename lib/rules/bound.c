#include "rules/bound.h"

#include <string.h>


int64_t *cbi_bound_wants(const cbi_bound *bound)
{
    return bound->values + bound->price_count;
}

uint32_t cbi_bound_want_count(const cbi_bound *bound)
{
    return bound->model->problem->bucket_count + 1 + bound->model->problem->residency_count;
}

int64_t *cbi_bound_measures(const cbi_bound *bound)
{
    return cbi_bound_wants(bound) + cbi_bound_want_count(bound);
}

int64_t cbi_bound_want_min(const cbi_problem *problem, uint32_t want)
{
    if (want < problem->bucket_count)
        return problem->buckets[want].min;
    if (want == problem->bucket_count)
        return problem->total;
    return problem->residencies[want - problem->bucket_count - 1].min;
}

void cbi_bound_sum_need(cbi_bound *bound)
{
    const cbi_problem *problem = bound->model->problem;
    const int64_t *wants = cbi_bound_wants(bound);
    int64_t below[CBI_BUCKETS_MAX] = {0};
    int64_t roots = 0;

    for (uint32_t i = 0; i < problem->bucket_count; i++) {
        uint32_t bucket = bound->model->bucket_order[i];
        uint32_t parent = problem->buckets[bucket].parent;
        int64_t *above = parent == CBI_NONE ? &roots : &below[parent];
        int64_t sum = wants[bucket] + below[bucket];

        *above = sum > *above ? sum : *above;
    }
    for (uint32_t i = problem->bucket_count; i < cbi_bound_want_count(bound); i++)
        roots += wants[i];
    bound->need = bound->target.aim == CBI_MISSING ? CBI_BOUND_ONE : roots;
}

void cbi_bound_aim(cbi_bound *bound, const cbi_target *target)
{
    bound->target = *target;
    memset(bound->values, 0, bound->value_count * sizeof(*bound->values));
    if (target->aim == CBI_MISSING)
        cbi_bound_wants(bound)[bound->model->problem->bucket_count] = CBI_BOUND_ONE;
    else
        cbi_bound_measures(bound)[target->aim] = CBI_BOUND_ONE;
    cbi_bound_sum_need(bound);
}

static void weigh_buckets(cbi_bound *bound)
{
    const cbi_problem *problem = bound->model->problem;
    const int64_t *wants = cbi_bound_wants(bound);
    uint32_t all = problem->bucket_count;

    bound->weights[all] = wants[all] + cbi_bound_measures(bound)[CBI_COUNTED];
    for (uint32_t i = problem->bucket_count; i-- > 0;) {
        uint32_t bucket = bound->model->bucket_order[i];
        uint32_t parent = problem->buckets[bucket].parent;

        bound->weights[bucket] = wants[bucket] + bound->weights[parent == CBI_NONE ? all : parent];
    }
}

/* What a credit of the application is worth wherever it is counted. */
static int64_t credit_worth(const cbi_bound *bound, uint32_t application)
{
    const cbi_model *model = bound->model;
    int64_t worth = 0;

    if (model->problem->applications[application].exempt)
        return 0;
    for (uint32_t i = model->residency_first[application];
         i < model->residency_first[application + 1]; i++)
        worth += cbi_bound_wants(bound)[model->problem->bucket_count + 1 + model->residencies[i]];
    return worth + cbi_bound_measures(bound)[CBI_EARNED];
}

static int64_t value_place(const cbi_bound *bound, uint32_t place, int64_t credit, bool *full)
{
    const cbi_problem *problem = bound->model->problem;
    int64_t linear =
        bound->amounts[place] * (bound->weights[problem->places[place].bucket] + credit);
    int64_t fixed = 0;

    for (uint32_t i = bound->of_place.first[place]; i < bound->of_place.first[place + 1]; i++) {
        const cbi_charge *charge = &bound->of_place.list[i];
        int64_t price = bound->values[charge->price];

        fixed += price * charge->fixed;
        linear -= price * charge->linear;
    }
    *full = linear > 0 || !bound->model->may_cut[place];
    return (*full ? linear : 0) - fixed;
}

int64_t cbi_bound_place_worth(const cbi_bound *bound, uint32_t place)
{
    uint32_t grant = bound->model->problem->places[place].grant;
    bool full;

    return value_place(bound, place,
                       credit_worth(bound, bound->model->problem->grants[grant].application),
                       &full);
}

/* The best place of a grant, into grant_choice; false if it has none. */
static bool choose_place(cbi_bound *bound, uint32_t grant, int64_t credit, int64_t *worth)
{
    const cbi_position *position = bound->position;
    cbi_span places = bound->model->problem->grants[grant].places;
    uint32_t best = CBI_NONE;

    for (uint32_t p = places.first; p < places.first + places.count; p++) {
        bool full;
        int64_t value;

        if (position->barred[p])
            continue;
        value = value_place(bound, p, credit, &full);
        if (best != CBI_NONE && value <= *worth)
            continue;
        best = p;
        *worth = value;
        bound->grant_full[grant] = full;
    }
    bound->grant_choice[grant] = best;
    return best != CBI_NONE;
}

int64_t cbi_bound_application_cost(const cbi_bound *bound, uint32_t application)
{
    int64_t cost = cbi_bound_measures(bound)[CBI_RECORDS] *
                   (int64_t)bound->model->problem->applications[application].records.count;

    for (uint32_t i = bound->of_application.first[application];
         i < bound->of_application.first[application + 1]; i++)
        cost += bound->values[bound->of_application.list[i].price];
    return cost;
}

static int64_t value_application(cbi_bound *bound, uint32_t index)
{
    const cbi_application *application = &bound->model->problem->applications[index];
    int64_t credit = credit_worth(bound, index);
    int64_t worth = -cbi_bound_application_cost(bound, index);
    int64_t least_loss = 0;
    uint32_t least = CBI_NONE;
    bool any = false;

    for (uint32_t i = 0; i < application->grants.count; i++) {
        uint32_t grant = application->grants.first + i;
        int64_t value = 0;

        if (!choose_place(bound, grant, credit, &value))
            continue;
        if (value >= 0 || application->all || bound->position->placed[grant] != CBI_NONE) {
            worth += value;
            any = true;
        } else if (least == CBI_NONE || value > least_loss) {
            if (least != CBI_NONE)
                bound->grant_choice[least] = CBI_NONE;
            least = grant;
            least_loss = value;
        } else {
            bound->grant_choice[grant] = CBI_NONE;
        }
    }
    if (!any)
        return worth + least_loss;
    if (least != CBI_NONE)
        bound->grant_choice[least] = CBI_NONE;
    return worth;
}

static void choose_application(cbi_bound *bound, uint32_t block)
{
    const uint8_t *state = bound->position->state;
    uint32_t best = CBI_NONE;
    int64_t worth = 0;

    for (uint32_t i = bound->block_first[block]; i < bound->block_first[block + 1]; i++) {
        uint32_t application = bound->block_applications[i];

        if (state[application] == CBI_CLOSED)
            continue;
        bound->worth[application] = value_application(bound, application);
        if (state[application] == CBI_CHOSEN || bound->worth[application] > worth) {
            best = application;
            worth = bound->worth[application];
        }
        if (state[application] == CBI_CHOSEN)
            break;
    }
    bound->block_choice[block] = best;
    bound->block_worth[block] = worth;
}

/* Adds what a chosen application uses to the gaps, and what it gives to the measures. */
static void count_choice(cbi_bound *bound, uint32_t index)
{
    const cbi_model *model = bound->model;
    const cbi_problem *problem = model->problem;
    const cbi_application *application = &problem->applications[index];
    int64_t sum = 0;

    for (uint32_t i = bound->of_application.first[index];
         i < bound->of_application.first[index + 1]; i++)
        bound->gaps[bound->of_application.list[i].price]++;
    for (uint32_t i = 0; i < application->grants.count; i++) {
        uint32_t grant = application->grants.first + i;
        uint32_t place = bound->grant_choice[grant];
        int64_t amount;

        if (place == CBI_NONE)
            continue;
        for (uint32_t k = bound->of_place.first[place]; k < bound->of_place.first[place + 1]; k++) {
            const cbi_charge *charge = &bound->of_place.list[k];

            bound->gaps[charge->price] +=
                charge->fixed + (bound->grant_full[grant] ? charge->linear : 0);
        }
        amount = bound->grant_full[grant] ? bound->amounts[place] : 0;
        sum += amount;
        for (uint32_t at = problem->places[place].bucket; at != CBI_NONE;
             at = problem->buckets[at].parent)
            bound->counted[at] += amount;
    }
    bound->counted[problem->bucket_count] += sum;
    bound->chosen[CBI_RECORDS] += application->records.count;
    if (application->exempt)
        return;
    bound->chosen[CBI_EARNED] += sum;
    for (uint32_t i = model->residency_first[index]; i < model->residency_first[index + 1]; i++)
        bound->counted[problem->bucket_count + 1 + model->residencies[i]] += sum;
}

/* What the choice leaves missing, and the wants that make it up. */
static void find_missing(cbi_bound *bound)
{
    const cbi_problem *problem = bound->model->problem;
    uint32_t all = problem->bucket_count;
    int64_t lack[CBI_BUCKETS_MAX + 1];
    int64_t children[CBI_BUCKETS_MAX + 1] = {0};
    int64_t missing = 0;
    uint32_t residency = CBI_NONE;

    for (uint32_t i = 0; i <= problem->bucket_count; i++) {
        uint32_t at = i == all ? all : bound->model->bucket_order[i];
        uint32_t parent = at == all ? all : problem->buckets[at].parent;
        int64_t own = cbi_bound_want_min(problem, at) / bound->unit - bound->counted[at];

        lack[at] = own > children[at] ? own : children[at];
        bound->active[at] = own > 0 && own >= children[at];
        if (at != all)
            children[parent == CBI_NONE ? all : parent] += lack[at];
    }
    missing = lack[all];
    for (uint32_t i = all + 1; i < cbi_bound_want_count(bound); i++) {
        int64_t own = cbi_bound_want_min(problem, i) / bound->unit - bound->counted[i];

        bound->active[i] = 0;
        if (own <= missing)
            continue;
        missing = own;
        residency = i;
    }
    /* Below a want that is active nothing is; a residency stands alone. */
    for (uint32_t i = all; i-- > 0;) {
        uint32_t at = bound->model->bucket_order[i];
        uint32_t parent = problem->buckets[at].parent;
        bool covered = residency != CBI_NONE || bound->active[all] == 1 ||
                       (parent != CBI_NONE && bound->active[parent] != 0);

        if (covered)
            bound->active[at] = 2;
    }
    for (uint32_t i = 0; i <= all; i++)
        bound->active[i] = residency == CBI_NONE && bound->active[i] == 1;
    if (residency != CBI_NONE)
        bound->active[residency] = 1;
    bound->chosen[CBI_MISSING] = missing;
}

static __int128 target_value(const cbi_bound *bound)
{
    const cbi_target *target = &bound->target;
    const int64_t *weights = cbi_bound_measures(bound);

    return -(__int128)bound->need * target->at[CBI_MISSING] +
           (__int128)weights[CBI_COUNTED] * target->at[CBI_COUNTED] +
           (__int128)weights[CBI_EARNED] * target->at[CBI_EARNED] -
           (__int128)weights[CBI_RECORDS] * bound->unit * target->at[CBI_RECORDS];
}

void cbi_bound_evaluate(cbi_bound *bound)
{
    const cbi_problem *problem = bound->model->problem;
    __int128 units = 0;
    __int128 value = 0;

    bound->work++;
    weigh_buckets(bound);
    for (uint32_t i = 0; i < bound->block_count; i++) {
        choose_application(bound, i);
        units += bound->block_worth[i];
    }
    for (uint32_t i = 0; i < bound->price_count; i++) {
        const cbi_price *price = &bound->prices[i];
        __int128 cost = (__int128)bound->values[i] * price->limit_num;

        units += cost / price->limit_den + (cost % price->limit_den > 0);
    }
    value = units * bound->unit;
    for (uint32_t i = 0; i < cbi_bound_want_count(bound); i++)
        value -= (__int128)cbi_bound_wants(bound)[i] * cbi_bound_want_min(problem, i);
    bound->slack = value - target_value(bound);
}

void cbi_bound_find_gaps(cbi_bound *bound)
{
    for (uint32_t i = 0; i < bound->price_count; i++)
        bound->gaps[i] = -(bound->prices[i].limit_num / bound->prices[i].limit_den);
    memset(bound->counted, 0, cbi_bound_want_count(bound) * sizeof(*bound->counted));
    memset(bound->chosen, 0, sizeof(bound->chosen));
    for (uint32_t i = 0; i < bound->block_count; i++)
        if (bound->block_choice[i] != CBI_NONE)
            count_choice(bound, bound->block_choice[i]);
    bound->chosen[CBI_COUNTED] = bound->counted[bound->model->problem->bucket_count];
    find_missing(bound);
}

bool cbi_bound_is_lost(const cbi_bound *bound, int64_t loss)
{
    return bound->slack < (__int128)loss * bound->unit;
}

void cbi_bound_save(const cbi_bound *bound, int64_t *values)
{
    memcpy(values, bound->values, bound->value_count * sizeof(*values));
}

void cbi_bound_restore(cbi_bound *bound, const int64_t *values)
{
    memcpy(bound->values, values, bound->value_count * sizeof(*values));
    cbi_bound_sum_need(bound);
}
