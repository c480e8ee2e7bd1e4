/* How the multipliers of a bound are improved: along the gaps of what they choose. */
#include "rules/bound.h"

#include <string.h>

#define VALUE_MAX ((int64_t)1 << 32)
#define SWITCHES_MAX 8
#define HALVINGS_MAX 8
#define BALANCES 20
#define PATIENCE 5 /* rounds without a gain before steps are halved */

/* A step: `mantissa` / 2^`shift`. */
struct step {
    __int128 mantissa;
    int shift;
};

static struct step step_for(__int128 slack, __int128 norm)
{
    struct step step = {0, 0};

    if (norm <= 0 || slack <= 0)
        return step;
    while (slack < ((__int128)1 << 100)) {
        slack <<= 1;
        step.shift++;
    }
    step.mantissa = slack / norm;
    while (step.mantissa >= ((__int128)1 << 31)) {
        step.mantissa >>= 1;
        step.shift--;
    }
    return step;
}

static int64_t step_by(struct step step, __int128 direction)
{
    __int128 product = step.mantissa * direction;

    if (step.shift >= 0)
        product = step.shift > 120 ? 0 : product >> step.shift;
    else
        product = -step.shift > 30 ? product : product << -step.shift;
    if (product > VALUE_MAX)
        return VALUE_MAX;
    return product < -VALUE_MAX ? -VALUE_MAX : (int64_t)product;
}

static void move_value(int64_t *value, int64_t by)
{
    int64_t moved = *value + by;

    *value = moved < 0 ? 0 : moved > VALUE_MAX ? VALUE_MAX : moved;
}

/* The gap of a measure that is held, in units: positive if the choice falls short of it. */
static int64_t measure_gap(const cbi_bound *bound, uint32_t measure)
{
    int64_t target = bound->target.at[measure];

    if (measure == CBI_RECORDS)
        return bound->chosen[measure] - target;
    if (measure == CBI_MISSING)
        return bound->chosen[measure] - target / bound->unit;
    return target / bound->unit - bound->chosen[measure];
}

static bool is_free(const cbi_bound *bound, uint32_t measure)
{
    return bound->target.held[measure] && bound->target.aim != measure;
}

static int64_t measure_step(const cbi_bound *bound, uint32_t measure)
{
    return measure == CBI_RECORDS ? bound->typical * 256 : 256;
}

static __int128 square(__int128 a)
{
    return a * a;
}

static __int128 norm_of(const cbi_bound *bound)
{
    __int128 norm = 0;

    for (uint32_t i = 0; i < bound->price_count; i++)
        if (bound->gaps[i] > 0 || bound->values[i] > 0)
            norm += square((__int128)bound->gaps[i] * bound->prices[i].step);
    for (uint32_t i = 0; i < CBI_MEASURES; i++) {
        int64_t gap = measure_gap(bound, i);
        bool used = i == CBI_MISSING ? bound->need > 0 : cbi_bound_measures(bound)[i] > 0;

        if (is_free(bound, i) && (gap > 0 || used))
            norm += square((__int128)gap * measure_step(bound, i));
    }
    return norm;
}

/* Takes `part` / 2^16 of the weight of all wants away. */
static void shrink_wants(cbi_bound *bound, int64_t part)
{
    int64_t *wants = cbi_bound_wants(bound);

    for (uint32_t i = 0; i < cbi_bound_want_count(bound); i++)
        wants[i] -= (wants[i] * part + 0xffff) >> 16;
}

static void grow_active(cbi_bound *bound, int64_t by)
{
    for (uint32_t i = 0; i < cbi_bound_want_count(bound); i++)
        if (bound->active[i])
            move_value(&cbi_bound_wants(bound)[i], by);
}

/* Moves weight from the wants that have it to those that make up what the choice lacks. */
static void shift_wants(cbi_bound *bound, __int128 slack)
{
    const cbi_problem *problem = bound->model->problem;
    __int128 gain = (__int128)bound->need * bound->chosen[CBI_MISSING];
    int64_t need = bound->need;
    __int128 part;

    for (uint32_t i = 0; i < cbi_bound_want_count(bound); i++)
        gain -= (__int128)cbi_bound_wants(bound)[i] *
                (cbi_bound_want_min(problem, i) / bound->unit - bound->counted[i]);
    if (gain <= 0 || need == 0)
        return;
    part = slack * (1 << 15) / gain;
    part = part > 1 << 15 ? 1 << 15 : part;
    shrink_wants(bound, (int64_t)part);
    grow_active(bound, (int64_t)((need * part) >> 16));
}

static void step_wants(cbi_bound *bound, struct step step)
{
    int64_t gap = measure_gap(bound, CBI_MISSING);
    int64_t by = step_by(step, (__int128)gap * (1 << 16));

    if (by > 0)
        grow_active(bound, by);
    else if (by < 0 && bound->need > 0)
        shrink_wants(bound, -by >= bound->need / 2 ? 1 << 15 : (-by << 16) / bound->need);
}

/* One step of the multipliers against the gaps of the present choice. */
static void improve(cbi_bound *bound, int halvings)
{
    __int128 slack = (bound->slack / bound->unit) >> halvings;
    struct step step;

    cbi_bound_find_gaps(bound);
    step = step_for(slack, norm_of(bound));
    for (uint32_t i = 0; i < bound->price_count; i++) {
        int64_t scale = bound->prices[i].step;

        if (bound->gaps[i] != 0 && (bound->gaps[i] > 0 || bound->values[i] > 0))
            move_value(&bound->values[i],
                       step_by(step, (__int128)bound->gaps[i] * scale * scale));
    }
    for (uint32_t i = CBI_COUNTED; i < CBI_MEASURES; i++)
        if (is_free(bound, i))
            move_value(&cbi_bound_measures(bound)[i],
                       step_by(step, (__int128)measure_gap(bound, i) *
                                         square(measure_step(bound, i))));
    if (bound->target.held[CBI_MISSING]) {
        shift_wants(bound, slack);
        if (is_free(bound, CBI_MISSING))
            step_wants(bound, step);
        cbi_bound_sum_need(bound);
    }
}

/* The one row whose price, put to full or to nothing, lowers the slack most; NONE if none does. */
static uint32_t find_switch(cbi_bound *bound, __int128 *best)
{
    uint32_t found = CBI_NONE;

    for (uint32_t i = 0; i < bound->price_count && *best >= 0; i++) {
        int64_t before = bound->values[i];

        if (bound->prices[i].par == 0 || bound->prices[i].par > VALUE_MAX)
            continue;
        bound->values[i] = before == 0 ? bound->prices[i].par : 0;
        cbi_bound_evaluate(bound);
        if (bound->slack < *best) {
            *best = bound->slack;
            found = i;
        }
        bound->values[i] = before;
    }
    return found;
}

/* The row that the choice exceeds most, in proportion, of those after none that were tried. */
static uint32_t find_tightest(const cbi_bound *bound, const int64_t *gaps, uint32_t last)
{
    uint32_t found = CBI_NONE;

    for (uint32_t i = 0; i < bound->price_count; i++) {
        int64_t limit = bound->prices[i].limit_num / bound->prices[i].limit_den + 1;
        int64_t best = found == CBI_NONE ? 0 : gaps[found];
        int64_t of = found == CBI_NONE
                         ? 1
                         : bound->prices[found].limit_num / bound->prices[found].limit_den + 1;

        if (gaps[i] > 0 && i != last && bound->prices[i].par > 0 &&
            bound->prices[i].par <= VALUE_MAX && limit > 0 &&
            (__int128)gaps[i] * of > (__int128)best * limit)
            found = i;
    }
    return found;
}

/* Full prices for the rows that are exceeded, the tightest first, where that lowers the slack. */
static void price_tightest(cbi_bound *bound)
{
    int64_t *gaps = bound->gaps;
    __int128 best;
    uint32_t at = CBI_NONE;

    cbi_bound_evaluate(bound);
    best = bound->slack;
    cbi_bound_find_gaps(bound);
    while (best >= 0 && (at = find_tightest(bound, gaps, at)) != CBI_NONE) {
        gaps[at] = 0; /* tried; evaluating leaves the gaps alone */
        bound->values[at] = bound->prices[at].par;
        cbi_bound_evaluate(bound);
        if (bound->slack < best)
            best = bound->slack;
        else
            bound->values[at] = 0;
    }
}

void cbi_bound_prime(cbi_bound *bound)
{
    __int128 best;

    price_tightest(bound);
    cbi_bound_evaluate(bound);
    best = bound->slack;
    for (uint32_t round = 0; round < SWITCHES_MAX && best >= 0; round++) {
        uint32_t at = find_switch(bound, &best);

        if (at == CBI_NONE)
            break;
        bound->values[at] = bound->values[at] == 0 ? bound->prices[at].par : 0;
    }
}

bool cbi_bound_refute(cbi_bound *bound, uint32_t rounds)
{
    size_t size = bound->value_count * sizeof(*bound->values);
    __int128 best;
    int halvings = 0;
    uint32_t idle = 0;

    cbi_bound_evaluate(bound);
    best = bound->slack;
    memcpy(bound->best, bound->values, size);
    for (uint32_t i = 0; i < rounds && best >= 0 && halvings < HALVINGS_MAX; i++) {
        improve(bound, halvings);
        cbi_bound_evaluate(bound);
        if (bound->slack < best) {
            best = bound->slack;
            memcpy(bound->best, bound->values, size);
            idle = 0;
        } else if (++idle == PATIENCE) {
            idle = 0;
            halvings++;
        }
    }
    if (bound->slack > best) {
        memcpy(bound->values, bound->best, size);
        cbi_bound_sum_need(bound);
        cbi_bound_evaluate(bound);
    }
    return best < 0;
}

/* The price at which the choice keeps one row just about, by halving: the slack is convex in it. */
static void balance_price(cbi_bound *bound, uint32_t at)
{
    int64_t low = 0;
    int64_t high = bound->values[at] > 0 ? bound->values[at] : bound->prices[at].par;
    __int128 best = bound->slack;
    int64_t best_value = bound->values[at];

    for (int i = 0; i < BALANCES && high - low > 1; i++) {
        bound->values[at] = low + (high - low) / 2;
        cbi_bound_evaluate(bound);
        cbi_bound_find_gaps(bound);
        if (bound->slack < best) {
            best = bound->slack;
            best_value = bound->values[at];
        }
        if (bound->gaps[at] == 0)
            break;
        if (bound->gaps[at] > 0)
            low = bound->values[at];
        else
            high = bound->values[at];
    }
    bound->values[at] = best_value;
    bound->slack = best;
}

void cbi_bound_balance(cbi_bound *bound)
{
    cbi_bound_evaluate(bound);
    for (uint32_t i = 0; i < bound->price_count; i++)
        if (bound->values[i] > 0 && bound->prices[i].par > 0)
            balance_price(bound, i);
    cbi_bound_evaluate(bound);
}
