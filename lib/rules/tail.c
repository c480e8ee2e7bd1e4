#include "rules/tail.h"

#define LEVELS_MAX 4096
#define NUMBERS_MAX (1u << 18) /* of one row's tables */

int64_t cbi_tail_cost(int64_t price, int64_t number, int64_t grain)
{
    __int128 cost = (__int128)price * (number / grain);

    return cost > CBI_LOSS_MAX ? CBI_LOSS_MAX : (int64_t)cost;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static const cbi_touch *touch_of(const cbi_stages *stages, const cbi_stage *stage, uint32_t slot)
{
    for (uint32_t i = stage->touches.first; i < stage->touches.first + stage->touches.count; i++)
        if (stages->touches[i].slot == slot)
            return &stages->touches[i];
    return NULL;
}

/* Marks the stages that touch the slot; false if another row has one of them already. */
static bool claim(const cbi_stages *stages, uint32_t slot, uint8_t *claimed, uint32_t *count)
{
    *count = 0;
    for (uint32_t i = 0; i < stages->count; i++) {
        if (touch_of(stages, &stages->stages[i], slot) == NULL)
            continue;
        if (claimed[i])
            return false;
        ++*count;
    }
    for (uint32_t i = 0; i < stages->count; i++)
        claimed[i] |= touch_of(stages, &stages->stages[i], slot) != NULL;
    return true;
}

/* One stage's table from that behind it. */
static void fill_table(const cbi_stages *stages, const cbi_stage *stage, const cbi_touch *touch,
                       const cbi_tail *tail, const int64_t *of_way, int64_t price,
                       const int64_t *behind, int64_t *out)
{
    uint32_t position = (uint32_t)(touch - stages->touches) - stage->touches.first;
    int64_t limit = ((int64_t)tail->levels - 2) * tail->grain;
    uint32_t free = tail->levels - 1;

    for (uint32_t u = 0; u < tail->levels; u++)
        out[u] = CBI_LOSS_MAX;
    for (uint32_t w = stage->ways.first; w < stage->ways.first + stage->ways.count; w++) {
        int64_t by = stages->numbers[stages->ways[w].numbers + position];
        int64_t loss = of_way[w];
        uint32_t step = (uint32_t)(by / tail->grain);

        out[free] = least(out[free], loss + behind[free] +
                                         cbi_tail_cost(price, touch->most - by, tail->grain));
        for (uint32_t u = 0; u + step < free; u++) {
            int64_t room = limit - (int64_t)(u + step) * tail->grain - touch->up;

            out[u] = least(out[u], room >= 0 ? loss + behind[free] +
                                                   cbi_tail_cost(price, room, tail->grain)
                                             : loss + behind[u + step]);
        }
    }
    for (uint32_t u = 0; u < tail->levels; u++)
        out[u] = least(out[u], CBI_LOSS_MAX);
}

static cbank_status build_tail(cbi_arena *arena, const cbi_stages *stages, const int64_t *of_way,
                               int64_t price, uint32_t own, cbi_tail *tail, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t at = own;

    CBI_TRY(cbi_arena_alloc(arena, stages->count, sizeof(*tail->behind), &tail->behind, err));
    CBI_TRY(cbi_arena_alloc(arena, ((size_t)own + 1) * tail->levels, sizeof(*tail->losses),
                            &tail->losses, err));
    for (uint32_t i = stages->count; i-- > 0;) {
        const cbi_touch *touch = touch_of(stages, &stages->stages[i], tail->slot);

        tail->behind[i] = at * tail->levels;
        if (touch == NULL)
            continue;
        fill_table(stages, &stages->stages[i], touch, tail, of_way, price,
                   &tail->losses[(size_t)at * tail->levels],
                   &tail->losses[(size_t)(at - 1) * tail->levels]);
        at--;
    }
done:
    return status;
}

cbank_status cbi_tails_build(cbi_arena *arena, const cbi_stages *stages, const int64_t *of_way,
                             const int64_t *of_slot, cbi_tail *out, uint32_t *count,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t *claimed;

    *count = 0;
    CBI_TRY(cbi_arena_alloc(arena, stages->count, 1, &claimed, err));
    for (uint32_t i = 0; i < stages->slot_count && *count < CBI_TAILS_MAX; i++) {
        const cbi_slot *slot = &stages->slots[i];
        cbi_tail tail = {.slot = i, .grain = slot->grain};
        uint32_t own;

        if (slot->kind != CBI_SLOT_ROW || of_slot[i] <= 0 || slot->grain == 0 ||
            stages->model->rows[slot->of].falls || slot->limit / slot->grain > LEVELS_MAX ||
            (uint64_t)stages->count * (uint64_t)(slot->limit / slot->grain) > NUMBERS_MAX ||
            !claim(stages, i, claimed, &own))
            continue;
        tail.levels = (uint32_t)(slot->limit / slot->grain) + 2;
        CBI_TRY(build_tail(arena, stages, of_way, of_slot[i], own, &tail, err));
        out[(*count)++] = tail;
    }
done:
    return status;
}
