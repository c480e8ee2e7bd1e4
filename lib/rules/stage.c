#include "rules/stage.h"

#include "base/memory.h"
#include "rules/stage_part.h"

#include <string.h>

#define NUMBERS_MAX (1u << 19)
#define ORDER_MAX 512u /* blocks that are ordered by what they leave open */

const uint64_t *cbi_stages_flags(const cbi_stages *stages, uint32_t way)
{
    return &stages->flags[(size_t)way * stages->flag_words];
}

const uint64_t *cbi_stages_wanted(const cbi_stages *stages, uint32_t stage)
{
    return cbi_stages_flags(stages, stages->way_count + stage);
}

/* Which slots each stage touches, with the most and the least that it adds. */
static cbank_status build_touches(cbi_staging *s, int64_t **least)
{
    cbank_status status = CBANK_OK;
    cbi_stages *stages = s->stages;
    uint32_t *position; /* of each slot in the stage at hand, plus one */
    uint32_t total = 0;

    CBI_TRY(cbi_arena_alloc(s->arena, CBI_SLOTS_MAX, sizeof(*position), &position, s->err));
    for (uint32_t i = 0; i < stages->way_count; i++)
        total += stages->ways[i].adds.count;
    CBI_TRY(cbi_arena_alloc(s->arena, total, sizeof(*stages->touches), &stages->touches, s->err));
    CBI_TRY(cbi_arena_alloc(s->arena, total, sizeof(**least), least, s->err));
    for (uint32_t i = 0; i < stages->count; i++) {
        cbi_stage *stage = &stages->stages[i];

        stage->touches.first = stages->touch_count;
        for (uint32_t w = stage->ways.first; w < stage->ways.first + stage->ways.count; w++) {
            cbi_span adds = stages->ways[w].adds;

            for (uint32_t k = adds.first; k < adds.first + adds.count; k++) {
                uint32_t slot = s->adds[k].slot;
                cbi_touch *touch;

                if (position[slot] <= stage->touches.first) {
                    stages->touches[stages->touch_count].slot = slot;
                    position[slot] = ++stages->touch_count;
                }
                touch = &stages->touches[position[slot] - 1];
                touch->most = s->adds[k].by > touch->most ? s->adds[k].by : touch->most;
                if (s->adds[k].by < (*least)[position[slot] - 1])
                    (*least)[position[slot] - 1] = s->adds[k].by;
            }
        }
        stage->touches.count = stages->touch_count - stage->touches.first;
    }
done:
    return status;
}

/* How many rows more stay open after it: touched by what was placed and by what was not. */
static int32_t open_after(const cbi_stages *stages, const cbi_stage *stage,
                          const uint32_t *waiting, const uint8_t *opened)
{
    int32_t change = 0;

    for (uint32_t i = 0; i < stage->touches.count; i++) {
        uint32_t slot = stages->touches[stage->touches.first + i].slot;

        if (stages->slots[slot].kind == CBI_SLOT_ROW)
            change += (waiting[slot] > 1) - (opened[slot] != 0);
    }
    return change;
}

static int64_t most_counted(const cbi_stages *stages, const cbi_stage *stage)
{
    int64_t most = 0;

    for (uint32_t w = stage->ways.first; w < stage->ways.first + stage->ways.count; w++)
        most = stages->ways[w].counted > most ? stages->ways[w].counted : most;
    return most;
}

/* Rows are done with one after the other; within one, those of one size stand together. */
static cbank_status order_stages(cbi_staging *s)
{
    cbank_status status = CBANK_OK;
    cbi_stages *stages = s->stages;
    uint32_t *waiting; /* stages that are still to touch each slot */
    uint8_t *opened;

    CBI_TRY(cbi_arena_alloc(s->arena, CBI_SLOTS_MAX, sizeof(*waiting), &waiting, s->err));
    CBI_TRY(cbi_arena_alloc(s->arena, CBI_SLOTS_MAX, 1, &opened, s->err));
    for (uint32_t i = 0; i < stages->touch_count; i++)
        waiting[stages->touches[i].slot]++;
    for (uint32_t i = 0; i < stages->count && stages->count <= ORDER_MAX; i++) {
        uint32_t best = i;
        int32_t least_open = INT32_MAX;
        int64_t most = 0;
        cbi_stage taken;

        for (uint32_t k = i; k < stages->count; k++) {
            int32_t open = open_after(stages, &stages->stages[k], waiting, opened);
            int64_t counted = most_counted(stages, &stages->stages[k]);

            if (open > least_open || (open == least_open && counted <= most))
                continue;
            best = k;
            least_open = open;
            most = counted;
        }
        taken = stages->stages[best];
        memmove(&stages->stages[i + 1], &stages->stages[i], (best - i) * sizeof(taken));
        stages->stages[i] = taken;
        for (uint32_t k = 0; k < taken.touches.count; k++) {
            uint32_t slot = stages->touches[taken.touches.first + k].slot;

            waiting[slot]--;
            opened[slot] = 1;
        }
    }
done:
    return status;
}

/* From the last stage back: what can still be added after each. */
static cbank_status look_ahead(cbi_staging *s, const int64_t *least)
{
    cbank_status status = CBANK_OK;
    cbi_stages *stages = s->stages;
    int64_t counted = 0;
    int64_t earned = 0;
    int64_t *up;
    int64_t *down;

    CBI_TRY(cbi_arena_alloc(s->arena, CBI_SLOTS_MAX, sizeof(*up), &up, s->err));
    CBI_TRY(cbi_arena_alloc(s->arena, CBI_SLOTS_MAX, sizeof(*down), &down, s->err));
    for (uint32_t i = stages->count; i-- > 0;) {
        cbi_stage *stage = &stages->stages[i];
        int64_t most_earned = 0;

        for (uint32_t k = stage->touches.first; k < stage->touches.first + stage->touches.count;
             k++) {
            cbi_touch *touch = &stages->touches[k];

            touch->up = up[touch->slot];
            touch->down = down[touch->slot];
            up[touch->slot] += touch->most;
            down[touch->slot] += least[k];
        }
        for (uint32_t w = stage->ways.first; w < stage->ways.first + stage->ways.count; w++) {
            const cbi_way *way = &stages->ways[w];

            most_earned = way->earned > most_earned ? way->earned : most_earned;
        }
        stage->counted = counted;
        stage->earned = earned;
        counted += most_counted(stages, stage);
        earned += most_earned;
    }
done:
    return status;
}

/* What the ways of a stage add, as full lists, and their flags; `wanted` grows by these. */
static void lay_out_stage(cbi_staging *s, const cbi_stage *stage, uint32_t *position,
                          uint32_t *at, uint64_t *wanted)
{
    cbi_stages *stages = s->stages;
    size_t words = stages->flag_words;

    for (uint32_t k = 0; k < stage->touches.count; k++)
        position[stages->touches[stage->touches.first + k].slot] = k;
    for (uint32_t w = stage->ways.first; w < stage->ways.first + stage->ways.count; w++) {
        cbi_way *way = &stages->ways[w];

        way->numbers = *at;
        for (uint32_t k = way->adds.first; k < way->adds.first + way->adds.count; k++)
            stages->numbers[*at + position[s->adds[k].slot]] = s->adds[k].by;
        *at += stage->touches.count;
        if (way->application != CBI_NONE)
            cbi_staging_raise(s, way, &stages->flags[w * words]);
        for (size_t k = 0; k < words; k++)
            wanted[k] |= stages->flags[w * words + k];
    }
}

static cbank_status lay_out(cbi_staging *s)
{
    cbank_status status = CBANK_OK;
    cbi_stages *stages = s->stages;
    size_t words = stages->flag_words;
    uint64_t wanted[CBI_FLAGS_MAX / 64] = {0};
    uint32_t *position;
    uint64_t total = 0;
    uint32_t at = 0;

    for (uint32_t i = 0; i < stages->count; i++)
        total += (uint64_t)stages->stages[i].touches.count * stages->stages[i].ways.count;
    s->fits = total <= NUMBERS_MAX;
    if (!s->fits)
        return CBANK_OK;
    CBI_TRY(cbi_arena_alloc(s->arena, (size_t)total, sizeof(*stages->numbers), &stages->numbers,
                            s->err));
    CBI_TRY(cbi_arena_alloc(s->arena, ((size_t)stages->way_count + stages->count) * words,
                            sizeof(*stages->flags), &stages->flags, s->err));
    CBI_TRY(cbi_arena_alloc(s->arena, CBI_SLOTS_MAX, sizeof(*position), &position, s->err));
    for (uint32_t i = stages->count; i-- > 0;) {
        if (words > 0)
            memcpy(&stages->flags[(stages->way_count + (size_t)i) * words], wanted,
                   words * sizeof(*wanted));
        lay_out_stage(s, &stages->stages[i], position, &at, wanted);
    }
done:
    return status;
}

cbank_status cbi_stages_build(cbi_arena *arena, const cbi_bound *bound, cbi_stages *out,
                              bool *fits, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_stages stages = {.bound = bound, .model = bound->model};
    cbi_staging s = {
        .arena = arena,
        .bound = bound,
        .model = bound->model,
        .problem = bound->model->problem,
        .stages = &stages,
        .fits = !bound->model->any_cut,
        .err = err,
    };
    int64_t *least;

    *fits = false;
    if (s.fits)
        CBI_TRY(cbi_staging_slots(&s));
    if (s.fits)
        CBI_TRY(cbi_staging_flags(&s));
    if (s.fits)
        CBI_TRY(cbi_staging_ways(&s));
    if (!s.fits)
        goto done;
    CBI_TRY(build_touches(&s, &least));
    CBI_TRY(order_stages(&s));
    CBI_TRY(look_ahead(&s, least));
    CBI_TRY(lay_out(&s));
    *out = stages;
    *fits = s.fits;
done:
    cbi_free(s.adds);
    cbi_free(s.ways);
    cbi_free(s.places);
    return status;
}
