#include "rules/sweep.h"

#include "base/memory.h"
#include "rules/measure.h"
#include "rules/state.h"

#include <string.h>

#define STATES_MAX (1u << 20) /* of a layer */
#define LINKS_MAX (1u << 24)
#define HEADS_MIN 256u

static cbi_state *state_at(const cbi_sweep *sweep, const struct cbi_sweep_layer *layer,
                              uint32_t index)
{
    return (cbi_state *)(void *)(layer->states + index * sweep->stride);
}

cbank_status cbi_sweep_begin(const cbi_stages *stages, cbi_goal goal, cbi_sweep *out,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_problem *problem = stages->model->problem;
    cbi_sweep sweep = {.stages = stages, .goal = goal};

    sweep.key_words = (size_t)stages->flag_words + stages->slot_count;
    sweep.used_words = (problem->record_count + 63) / 64;
    sweep.stride =
        sizeof(cbi_state) + (sweep.key_words + sweep.used_words) * sizeof(uint64_t);
    sweep.head_count = HEADS_MIN;
    CBI_TRY(cbi_alloc(sweep.head_count, sizeof(*sweep.heads), &sweep.heads, err));
    CBI_TRY(cbi_alloc(stages->slot_count, sizeof(*sweep.up), &sweep.up, err));
    while (sweep.first_row < stages->slot_count &&
           stages->slots[sweep.first_row].kind != CBI_SLOT_ROW)
        sweep.first_row++;
    CBI_TRY(cbi_plan_begin(&sweep.left, problem, err));
    CBI_TRY(cbi_plan_begin(&sweep.right, problem, err));
    *out = sweep;
    sweep = (cbi_sweep){0};
done:
    cbi_sweep_clear(&sweep);
    return status;
}

void cbi_sweep_clear(cbi_sweep *sweep)
{
    cbi_free(sweep->layers[0].states);
    cbi_free(sweep->layers[1].states);
    cbi_free(sweep->heads);
    cbi_free(sweep->links);
    cbi_free(sweep->up);
    cbi_plan_clear(&sweep->left);
    cbi_plan_clear(&sweep->right);
    *sweep = (cbi_sweep){0};
}

/* ---- prices ------------------------------------------------------------------------------ */

void cbi_sweep_aim(cbi_sweep *sweep, const cbi_target *target, int64_t counted_most)
{
    sweep->target = *target;
    sweep->counted_most = counted_most;
    sweep->price_count = 0;
}

static int64_t worth_of_way(const cbi_stages *stages, const cbi_way *way)
{
    int64_t worth = 0;

    if (way->application == CBI_NONE)
        return 0;
    for (uint32_t i = 0; i < way->places.count; i++)
        worth += cbi_bound_place_worth(stages->bound, stages->places[way->places.first + i]);
    return worth - cbi_bound_application_cost(stages->bound, way->application);
}

static int64_t price_of_slot(const cbi_bound *bound, const cbi_slot *slot)
{
    if (slot->kind == CBI_SLOT_ROW)
        return slot->grain > 0 ? bound->values[slot->of] : 0;
    return slot->kind == CBI_SLOT_LACK ? 0 : cbi_bound_wants(bound)[slot->of];
}

/* True if other prices say the same already. */
static bool is_known(const cbi_sweep *sweep, const struct cbi_sweep_prices *prices)
{
    const cbi_stages *stages = sweep->stages;

    for (uint32_t m = 0; m < sweep->price_count; m++) {
        const struct cbi_sweep_prices *other = &sweep->prices[m];

        if (other->allowed <= prices->allowed &&
            memcmp(other->of_way, prices->of_way, stages->way_count * sizeof(int64_t)) == 0 &&
            memcmp(other->of_slot, prices->of_slot, stages->slot_count * sizeof(int64_t)) == 0)
            return true;
    }
    return false;
}

cbank_status cbi_sweep_price(cbi_sweep *sweep, cbi_arena *arena, bool *within, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_stages *stages = sweep->stages;
    const cbi_bound *bound = stages->bound;
    struct cbi_sweep_prices *prices = &sweep->prices[sweep->price_count];
    __int128 allowed = bound->slack / bound->unit;

    *within = bound->slack >= 0;
    if (!*within || sweep->price_count == CBI_MEASURES || allowed > CBI_LOSS_MAX)
        return CBANK_OK;
    CBI_TRY(cbi_arena_alloc(arena, stages->way_count, sizeof(int64_t), &prices->of_way, err));
    CBI_TRY(cbi_arena_alloc(arena, stages->slot_count, sizeof(int64_t), &prices->of_slot, err));
    prices->allowed = (int64_t)allowed;
    for (uint32_t i = 0; i < stages->count; i++) {
        const cbi_stage *stage = &stages->stages[i];

        for (uint32_t w = stage->ways.first; w < stage->ways.first + stage->ways.count; w++)
            prices->of_way[w] =
                bound->block_worth[stage->block] - worth_of_way(stages, &stages->ways[w]);
    }
    for (uint32_t i = 0; i < stages->slot_count; i++)
        prices->of_slot[i] = price_of_slot(bound, &stages->slots[i]);
    if (is_known(sweep, prices))
        return CBANK_OK;
    CBI_TRY(cbi_tails_build(arena, stages, prices->of_way, prices->of_slot, prices->tails,
                            &prices->tail_count, err));
    sweep->price_count++;
done:
    return status;
}

/* ---- layers ------------------------------------------------------------------------------ */

static cbank_status grow_table(cbi_sweep *sweep, const struct cbi_sweep_layer *layer,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t *heads;

    CBI_TRY(cbi_alloc((size_t)sweep->head_count * 4, sizeof(*heads), &heads, err));
    cbi_free(sweep->heads);
    sweep->heads = heads;
    sweep->head_count *= 4;
    for (uint32_t i = 0; i < layer->count; i++) {
        cbi_state *state = state_at(sweep, layer, i);
        uint32_t *head = &heads[state->hash & (sweep->head_count - 1)];

        state->next = *head;
        *head = i + 1;
    }
done:
    return status;
}

/* Room for one more state and its link. */
static cbank_status make_room(cbi_sweep *sweep, struct cbi_sweep_layer *layer, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_grow(&layer->states, sweep->stride, layer->count, &layer->room, STATES_MAX, err));
    CBI_TRY(cbi_grow(&sweep->links, sizeof(*sweep->links), sweep->link_count, &sweep->link_room,
                     LINKS_MAX, err));
    if (layer->count >= 2 * sweep->head_count)
        status = grow_table(sweep, layer, err);
done:
    return status;
}

/* Keeps the state that stands behind the last one of the layer, unless another one is better. */
static void keep_state(cbi_sweep *sweep, struct cbi_sweep_layer *layer)
{
    cbi_state *state = state_at(sweep, layer, layer->count);
    uint32_t *head;

    state->hash = cbi_state_hash(sweep, state);
    head = &sweep->heads[state->hash & (sweep->head_count - 1)];
    for (uint32_t at = *head; at != 0;) {
        cbi_state *other = state_at(sweep, layer, at - 1);

        at = other->next;
        sweep->compared++;
        if (other->dead || !cbi_state_is_alike(sweep, other, state))
            continue;
        if (cbi_state_is_better(sweep, other, state))
            return;
        other->dead = cbi_state_is_better(sweep, state, other);
    }
    state->next = *head;
    *head = ++layer->count;
    sweep->link_count++;
}

static cbank_status enter_stage(cbi_sweep *sweep, uint32_t number, uint64_t work_max, bool *stopped,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_stage *stage = &sweep->stages->stages[number];
    const struct cbi_sweep_layer *from = &sweep->layers[number % 2];
    struct cbi_sweep_layer *to = &sweep->layers[(number + 1) % 2];

    to->count = 0;
    memset(sweep->heads, 0, sweep->head_count * sizeof(*sweep->heads));
    for (uint32_t i = 0; i < stage->touches.count; i++) {
        const cbi_touch *touch = &sweep->stages->touches[stage->touches.first + i];

        sweep->up[touch->slot] = touch->up;
    }
    for (uint32_t i = 0; i < from->count; i++) {
        const cbi_state *before = state_at(sweep, from, i);

        for (uint32_t w = stage->ways.first;
             !before->dead && w < stage->ways.first + stage->ways.count; w++) {
            cbi_state *after;

            *stopped |= to->count == STATES_MAX - 1 || sweep->link_count == LINKS_MAX - 1;
            if (*stopped)
                return CBANK_OK;
            CBI_TRY(make_room(sweep, to, err));
            after = state_at(sweep, to, to->count);
            memcpy(after, before, sweep->stride);
            if (!cbi_state_follow(sweep, after, number, w))
                continue;
            after->link = sweep->link_count;
            sweep->links[after->link] = (cbi_sweep_link){before->link, w};
            keep_state(sweep, to);
        }
        sweep->compared += stage->ways.count * 4;
        sweep->work += sweep->compared / 32;
        sweep->compared %= 32;
        *stopped = sweep->work > work_max;
        if (*stopped)
            break;
    }
done:
    return status;
}

/* The state before the first stage. */
static cbank_status begin(cbi_sweep *sweep, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_stages *stages = sweep->stages;
    struct cbi_sweep_layer *layer = &sweep->layers[0];

    layer->count = 0;
    sweep->link_count = 0;
    CBI_TRY(make_room(sweep, layer, err));
    memset(sweep->up, 0, stages->slot_count * sizeof(*sweep->up));
    for (uint32_t i = 0; i < stages->touch_count; i++)
        sweep->up[stages->touches[i].slot] += stages->touches[i].most;
    memset(state_at(sweep, layer, 0), 0, sweep->stride);
    cbi_state_begin(sweep, state_at(sweep, layer, layer->count++));
done:
    return status;
}

/* ---- the end ----------------------------------------------------------------------------- */

static cbi_state *find_best(cbi_sweep *sweep, const struct cbi_sweep_layer *layer,
                               cbi_measures *measures)
{
    cbi_state *best = NULL;

    for (uint32_t i = 0; i < layer->count; i++) {
        cbi_state *state = state_at(sweep, layer, i);
        cbi_measures m = {.counted = state->counted,
                          .earned = state->earned,
                          .records = state->records};
        int order;

        if (state->dead)
            continue;
        m.missing = cbi_state_missing(sweep, state);
        if (!cbi_target_is_reached(&sweep->target, &m))
            continue;
        order = best == NULL ? -1 : cbi_measures_compare(sweep->goal, &m, measures);
        if (order > 0 || (order == 0 && cbi_state_compare(sweep, state, best) > 0))
            continue;
        best = state;
        *measures = m;
    }
    return best;
}

cbank_status cbi_sweep_run(cbi_sweep *sweep, uint64_t work_max, cbi_plan *plan,
                           cbi_sweep_end *end, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t stages = sweep->stages->count;
    bool stopped = false;
    const cbi_state *best;
    cbi_measures measures;

    *end = CBI_SWEEP_STOPPED;
    CBI_TRY(begin(sweep, err));
    for (uint32_t i = 0; i < stages && !stopped; i++)
        CBI_TRY(enter_stage(sweep, i, work_max, &stopped, err));
    if (stopped)
        goto done;
    best = find_best(sweep, &sweep->layers[stages % 2], &measures);
    *end = best == NULL ? CBI_SWEEP_NONE : CBI_SWEEP_FOUND;
    if (best == NULL)
        goto done;
    cbi_state_plan(sweep, best->link, plan);
    cbi_plan_measure(sweep->stages->model->problem, plan);
    if (cbi_measures_compare(sweep->goal, &plan->measures, &measures) != 0)
        status = cbi_fail(err, CBI_REASON_INTERNAL, 0, "sweep", "measures");
done:
    return status;
}
