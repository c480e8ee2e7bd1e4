/* What the ways of a problem add to: rows, wants, and the flags of what can be had once. */
#include "rules/stage_part.h"

static uint32_t add_slot(cbi_staging *s, cbi_slot slot)
{
    if (s->stages->slot_count == CBI_SLOTS_MAX) {
        s->fits = false;
        return CBI_NONE;
    }
    s->stages->slots[s->stages->slot_count] = slot;
    return s->stages->slot_count++;
}

/* The slot of the lacks of the nearest bucket above that has one. */
static uint32_t find_home(cbi_staging *s, uint32_t bucket)
{
    uint32_t at = s->problem->buckets[bucket].parent;

    while (at != CBI_NONE && s->slot_of_bucket[at] == CBI_NONE)
        at = s->problem->buckets[at].parent;
    return at == CBI_NONE ? CBI_NONE : s->stages->slots[s->slot_of_bucket[at]].lack;
}

/* Buckets whose minimum is no more than those below it ask together need no slot. */
static void slot_buckets(cbi_staging *s)
{
    const cbi_problem *problem = s->problem;
    int64_t below[CBI_BUCKETS_MAX] = {0};

    for (uint32_t i = 0; i < problem->bucket_count; i++) {
        uint32_t b = s->model->bucket_order[i];
        int64_t min = problem->buckets[b].min;
        int64_t asked = min > below[b] ? min : below[b];

        s->slot_of_bucket[b] = CBI_NONE;
        if (min > below[b]) {
            uint32_t lack = CBI_NONE;

            if (below[b] > 0)
                lack = add_slot(s, (cbi_slot){.kind = CBI_SLOT_LACK, .of = b});
            s->slot_of_bucket[b] =
                add_slot(s, (cbi_slot){.kind = below[b] > 0 ? CBI_SLOT_WANT : CBI_SLOT_LEAF,
                                       .of = b, .lack = lack, .limit = min});
        }
        if (problem->buckets[b].parent != CBI_NONE)
            below[problem->buckets[b].parent] += asked;
    }
    for (uint32_t i = 0; s->fits && i < s->stages->slot_count; i++)
        if (s->stages->slots[i].kind == CBI_SLOT_LEAF || s->stages->slots[i].kind == CBI_SLOT_WANT)
            s->stages->slots[i].home = find_home(s, s->stages->slots[i].of);
}

cbank_status cbi_staging_slots(cbi_staging *s)
{
    cbank_status status = CBANK_OK;
    cbank_error *err = s->err;
    const cbi_problem *problem = s->problem;

    CBI_TRY(cbi_arena_alloc(s->arena, CBI_SLOTS_MAX, sizeof(*s->stages->slots), &s->stages->slots,
                            err));
    CBI_TRY(cbi_arena_alloc(s->arena, s->model->row_count, sizeof(*s->slot_of_row),
                            &s->slot_of_row, err));
    CBI_TRY(cbi_arena_alloc(s->arena, problem->residency_count, sizeof(*s->slot_of_residency),
                            &s->slot_of_residency, err));
    slot_buckets(s);
    for (uint32_t i = 0; i < problem->residency_count; i++)
        s->slot_of_residency[i] = add_slot(
            s, (cbi_slot){.kind = CBI_SLOT_WANT, .of = problem->bucket_count + 1 + i,
                          .home = CBI_NONE, .lack = CBI_NONE,
                          .limit = problem->residencies[i].min});
    for (uint32_t i = 0; i < s->model->row_count; i++)
        s->slot_of_row[i] = add_slot(s, (cbi_slot){.kind = CBI_SLOT_ROW, .of = i,
                                                   .limit = s->model->rows[i].limit,
                                                   .grain = s->bound->prices[i].grain});
done:
    return status;
}

/* ---- flags ------------------------------------------------------------------------------- */

/* A flag if the applications lie in several blocks. */
static uint32_t flag_for(cbi_staging *s, const uint32_t *applications, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (s->bound->block_of[applications[i]] != s->bound->block_of[applications[0]])
            return s->flag_count++;
    return CBI_NONE;
}

static uint32_t flag_for_course(cbi_staging *s, uint32_t course)
{
    const cbi_model *model = s->model;
    uint32_t first = model->course_first[course];

    for (uint32_t i = first; i < model->course_first[course + 1]; i++) {
        const cbi_grant *grants = s->problem->grants;

        if (s->bound->block_of[grants[model->course_grants[i]].application] !=
            s->bound->block_of[grants[model->course_grants[first]].application])
            return s->flag_count++;
    }
    return CBI_NONE;
}

cbank_status cbi_staging_flags(cbi_staging *s)
{
    cbank_status status = CBANK_OK;
    const cbi_model *model = s->model;
    const cbi_problem *problem = s->problem;

    CBI_TRY(cbi_arena_alloc(s->arena, problem->record_count, sizeof(uint32_t),
                            &s->flag_of_record, s->err));
    CBI_TRY(cbi_arena_alloc(s->arena, problem->group_count, sizeof(uint32_t), &s->flag_of_group,
                            s->err));
    CBI_TRY(cbi_arena_alloc(s->arena, problem->course_count, sizeof(uint32_t),
                            &s->flag_of_course, s->err));
    for (uint32_t i = 0; i < problem->record_count; i++)
        s->flag_of_record[i] = flag_for(s, model->record_applications + model->record_first[i],
                                        model->record_first[i + 1] - model->record_first[i]);
    for (uint32_t i = 0; i < problem->group_count; i++)
        s->flag_of_group[i] = flag_for(s, problem->members + problem->groups[i].applications.first,
                                       problem->groups[i].applications.count);
    for (uint32_t i = 0; i < problem->course_count; i++)
        s->flag_of_course[i] = flag_for_course(s, i);
    s->stages->flag_words = (s->flag_count + 63) / 64;
    s->fits &= s->flag_count <= CBI_FLAGS_MAX;
done:
    return status;
}

static void raise(uint64_t *flags, uint32_t flag)
{
    if (flag != CBI_NONE)
        flags[flag / 64] |= (uint64_t)1 << flag % 64;
}

void cbi_staging_raise(const cbi_staging *s, const cbi_way *way, uint64_t *flags)
{
    const cbi_model *model = s->model;
    const cbi_application *application = &s->problem->applications[way->application];

    for (uint32_t i = 0; i < application->records.count; i++)
        raise(flags, s->flag_of_record[s->problem->members[application->records.first + i]]);
    for (uint32_t i = model->group_first[way->application];
         i < model->group_first[way->application + 1]; i++)
        raise(flags, s->flag_of_group[model->groups[i]]);
    for (uint32_t i = 0; i < way->places.count; i++) {
        uint32_t place = s->stages->places[way->places.first + i];
        uint32_t course = s->problem->grants[s->problem->places[place].grant].course;

        if (course != CBI_NONE)
            raise(flags, s->flag_of_course[course]);
    }
}
