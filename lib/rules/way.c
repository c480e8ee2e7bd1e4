/* Every way to decide each block. */
#include "base/memory.h"
#include "rules/stage_part.h"

#include <string.h>

#define APPLICATION_WAYS_MAX 1024u

static void add_to(cbi_staging *s, uint32_t slot, int64_t by)
{
    if (slot == CBI_NONE)
        return;
    if (s->sum[slot] == 0 && !s->is_touched[slot]) {
        s->is_touched[slot] = 1;
        s->touched[s->touched_count++] = slot;
    }
    s->sum[slot] += by;
}

static void add_place(cbi_staging *s, uint32_t place, cbi_way *way)
{
    const cbi_model *model = s->model;
    const cbi_problem *problem = s->problem;
    const cbi_grant *grant = &problem->grants[problem->places[place].grant];
    bool exempt = problem->applications[grant->application].exempt;

    way->counted += grant->amount;
    way->earned += exempt ? 0 : grant->amount;
    for (uint32_t at = problem->places[place].bucket; at != CBI_NONE;
         at = problem->buckets[at].parent)
        add_to(s, s->slot_of_bucket[at], grant->amount);
    for (uint32_t i = model->place_first[place]; i < model->place_first[place + 1]; i++) {
        const cbi_term *term = &model->terms[model->place_terms[i]];
        uint32_t slot = s->slot_of_row[term->row];

        if (!model->rows[term->row].records || !s->is_touched[slot])
            add_to(s, slot, term->fixed);
    }
    for (uint32_t i = model->residency_first[grant->application];
         i < model->residency_first[grant->application + 1]; i++)
        add_to(s, s->slot_of_residency[model->residencies[i]], grant->amount);
}

/* The way of `application` with its grants in `chosen`, unless it breaks a row all alone. */
static cbank_status add_way(cbi_staging *s, uint32_t application, const uint32_t *chosen,
                            uint32_t count)
{
    cbank_status status = CBANK_OK;
    cbi_stages *stages = s->stages;
    cbi_way way = {.application = application,
                   .places = {stages->place_count, count},
                   .adds = {s->add_count, 0}};
    bool possible = true;

    if (stages->way_count == CBI_WAYS_MAX) {
        s->fits = false;
        return CBANK_OK;
    }
    if (application != CBI_NONE)
        way.records = s->problem->applications[application].records.count;
    for (uint32_t i = 0; i < count; i++)
        add_place(s, chosen[i], &way);
    for (uint32_t i = 0; i < s->touched_count; i++) {
        uint32_t slot = s->touched[i];
        const cbi_slot *of = &stages->slots[slot];

        possible &= of->kind != CBI_SLOT_ROW || s->model->rows[of->of].falls ||
                    s->sum[slot] <= of->limit;
        CBI_TRY(cbi_grow(&s->adds, sizeof(*s->adds), s->add_count, &s->add_room,
                         CBI_PLAN_ITEMS_MAX, s->err));
        s->adds[s->add_count++] = (cbi_add){slot, s->sum[slot]};
        s->sum[slot] = 0;
        s->is_touched[slot] = 0;
    }
    s->touched_count = 0;
    way.adds.count = s->add_count - way.adds.first;
    if (!possible)
        return CBANK_OK;
    for (uint32_t i = 0; i < count; i++) {
        CBI_TRY(cbi_grow(&s->places, sizeof(*s->places), stages->place_count, &s->place_room,
                         CBI_PLAN_ITEMS_MAX, s->err));
        s->places[stages->place_count++] = chosen[i];
    }
    CBI_TRY(cbi_grow(&s->ways, sizeof(way), stages->way_count, &s->way_room, CBI_WAYS_MAX, s->err));
    s->ways[stages->way_count++] = way;
done:
    return status;
}

/* The places of this choice; false if it grants a course twice. `at[g]` past the last: none. */
static bool collect_places(const cbi_staging *s, const cbi_application *of,
                           const uint32_t *at, uint32_t *chosen, uint32_t *count)
{
    const cbi_grant *grants = &s->problem->grants[of->grants.first];

    *count = 0;
    for (uint32_t g = 0; g < of->grants.count; g++) {
        if (at[g] == grants[g].places.count)
            continue;
        for (uint32_t k = 0; k < g; k++)
            if (grants[g].course != CBI_NONE && grants[k].course == grants[g].course &&
                at[k] < grants[k].places.count)
                return false;
        chosen[(*count)++] = grants[g].places.first + at[g];
    }
    return *count > 0;
}

/* Every choice of places, the first grant's slowest, none last: that is the canonical order. */
static cbank_status add_ways(cbi_staging *s, uint32_t application)
{
    cbank_status status = CBANK_OK;
    const cbi_application *of = &s->problem->applications[application];
    const cbi_grant *grants = &s->problem->grants[of->grants.first];
    uint32_t chosen[CBI_GRANTS_MAX];
    uint32_t at[CBI_GRANTS_MAX] = {0};
    uint64_t ways = 1;

    for (uint32_t g = 0; g < of->grants.count && ways <= APPLICATION_WAYS_MAX; g++)
        ways *= (uint64_t)grants[g].places.count + !of->all;
    if (ways > APPLICATION_WAYS_MAX || of->grants.count > CBI_GRANTS_MAX) {
        s->fits = false;
        return CBANK_OK;
    }
    for (;;) {
        uint32_t g = of->grants.count;
        uint32_t count;

        if (collect_places(s, of, at, chosen, &count))
            CBI_TRY(add_way(s, application, chosen, count));
        while (g > 0 && ++at[g - 1] == grants[g - 1].places.count + !of->all)
            at[--g] = 0;
        if (g == 0)
            break;
    }
done:
    return status;
}

cbank_status cbi_staging_ways(cbi_staging *s)
{
    cbank_status status = CBANK_OK;
    const cbi_bound *bound = s->bound;
    cbi_stages *stages = s->stages;

    CBI_TRY(cbi_arena_alloc(s->arena, CBI_SLOTS_MAX, sizeof(*s->sum), &s->sum, s->err));
    CBI_TRY(cbi_arena_alloc(s->arena, CBI_SLOTS_MAX, sizeof(*s->touched), &s->touched, s->err));
    CBI_TRY(cbi_arena_alloc(s->arena, CBI_SLOTS_MAX, 1, &s->is_touched, s->err));
    CBI_TRY(cbi_arena_alloc(s->arena, bound->block_count, sizeof(*stages->stages),
                            &stages->stages, s->err));
    for (uint32_t b = 0; b < bound->block_count && s->fits; b++) {
        cbi_stage *stage = &stages->stages[stages->count++];

        *stage = (cbi_stage){.block = b, .ways = {stages->way_count, 0}};
        CBI_TRY(add_way(s, CBI_NONE, NULL, 0));
        for (uint32_t i = bound->block_first[b]; i < bound->block_first[b + 1] && s->fits; i++)
            CBI_TRY(add_ways(s, bound->block_applications[i]));
        stage->ways.count = stages->way_count - stage->ways.first;
    }
    CBI_TRY(cbi_arena_alloc(s->arena, stages->way_count, sizeof(cbi_way), &stages->ways, s->err));
    CBI_TRY(cbi_arena_alloc(s->arena, stages->place_count, sizeof(uint32_t), &stages->places,
                            s->err));
    if (stages->way_count > 0)
        memcpy(stages->ways, s->ways, stages->way_count * sizeof(cbi_way));
    if (stages->place_count > 0)
        memcpy(stages->places, s->places, stages->place_count * sizeof(uint32_t));
done:
    return status;
}
