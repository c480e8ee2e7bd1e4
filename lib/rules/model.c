#include "rules/model.h"

#include <string.h>

/* A row in the making. */
struct build {
    cbi_arena *arena;
    const cbi_problem *problem;
    cbi_model *model;
    int64_t *fixed;    /* of each place */
    int64_t *per;
    uint32_t *touched; /* places that may have a term, rising */
    uint32_t touched_count;
};

static const cbi_application *application_of(const cbi_problem *problem, uint32_t place)
{
    return &problem->applications[problem->grants[problem->places[place].grant].application];
}

static int64_t amount_of(const cbi_problem *problem, uint32_t place)
{
    return problem->grants[problem->places[place].grant].amount;
}

static bool is_inside(const cbi_problem *problem, uint32_t bucket, uint32_t ancestor)
{
    while (bucket != CBI_NONE && bucket != ancestor)
        bucket = problem->buckets[bucket].parent;
    return bucket == ancestor;
}

static void mark_cuts(struct build *build)
{
    const cbi_problem *problem = build->problem;
    uint8_t *may_cut = build->model->may_cut;

    for (uint32_t i = 0; i < problem->place_count; i++) {
        if (problem->max >= 0 && problem->cut)
            may_cut[i] = 1;
        for (uint32_t at = problem->places[i].bucket; at != CBI_NONE;
             at = problem->buckets[at].parent)
            if (problem->buckets[at].max >= 0 && problem->buckets[at].cut)
                may_cut[i] = 1;
    }
    for (uint32_t i = 0; i < problem->limit_count; i++) {
        const cbi_limit *limit = &problem->limits[i];

        for (uint32_t k = 0; limit->cut && !limit->records && k < limit->entries.count; k++)
            may_cut[problem->entries[limit->entries.first + k].place] = 1;
    }
    for (uint32_t i = 0; i < problem->place_count; i++) {
        if (application_of(problem, i)->exempt || amount_of(problem, i) == 1)
            may_cut[i] = 0;
        build->model->any_cut |= may_cut[i] != 0;
    }
}

static void touch(struct build *build, uint32_t place, int64_t fixed, int64_t per)
{
    build->fixed[place] += fixed;
    build->per[place] += per;
    build->touched[build->touched_count++] = place;
}

/* Every place gets a chance to have a term. */
static void touch_all(struct build *build)
{
    build->touched_count = build->problem->place_count;
    for (uint32_t i = 0; i < build->touched_count; i++)
        build->touched[i] = i;
}

static int64_t most_of_place(const struct build *build, uint32_t place)
{
    int64_t per = build->per[place];
    int64_t value = build->fixed[place] + (per > 0 ? per * amount_of(build->problem, place) : per);

    return value > 0 ? value : 0;
}

/* Whether the places touched can go over: one place a grant, one term an application if so. */
static bool can_exceed(const struct build *build, int64_t limit, bool records)
{
    const cbi_problem *problem = build->problem;
    int64_t sum = 0;

    for (uint32_t i = 0; i < build->touched_count;) {
        uint32_t unit = 0;
        int64_t most = 0;

        for (uint32_t first = i; i < build->touched_count; i++) {
            uint32_t grant = problem->places[build->touched[i]].grant;
            uint32_t is = records ? problem->grants[grant].application : grant;
            int64_t value = most_of_place(build, build->touched[i]);

            if (i > first && is != unit)
                break;
            unit = is;
            most = value > most ? value : most;
        }
        sum += most;
    }
    return sum > limit;
}

static void add_term(struct build *build, uint32_t place, cbi_row *row)
{
    cbi_model *model = build->model;
    int64_t amount = amount_of(build->problem, place);
    cbi_term term = {.place = place, .row = model->row_count, .fixed = build->fixed[place]};

    if (model->may_cut[place])
        term.per = build->per[place];
    else
        term.fixed += build->per[place] * amount;
    if (term.fixed == 0 && term.per == 0)
        return;
    term.least = term.fixed + (term.per < 0 ? term.per * amount : term.per);
    row->falls |= term.least < 0;
    row->cuts |= term.per != 0;
    row->greatest = term.least > row->greatest ? term.least : row->greatest;
    model->terms[model->term_count++] = term;
}

/* Makes a row of what was touched, if it can be exceeded at all; nothing is touched afterwards. */
static void finish_row(struct build *build, int64_t limit, bool records)
{
    cbi_model *model = build->model;
    cbi_row row = {.limit = limit, .first = model->term_count, .records = records};

    if (can_exceed(build, limit, records))
        for (uint32_t i = 0; i < build->touched_count; i++)
            add_term(build, build->touched[i], &row);
    row.count = model->term_count - row.first;
    if (row.count > 0)
        model->rows[model->row_count++] = row;
    for (uint32_t i = 0; i < build->touched_count; i++) {
        build->fixed[build->touched[i]] = 0;
        build->per[build->touched[i]] = 0;
    }
    build->touched_count = 0;
}

/* What the limit's share is of: `by` for every credit counted there. */
static void add_base(struct build *build, const cbi_limit *limit, int64_t by)
{
    const cbi_problem *problem = build->problem;

    if (limit->base == CBI_BASE_PART) {
        for (uint32_t i = 0; i < limit->part.count; i++) {
            cbi_span grants =
                problem->applications[problem->members[limit->part.first + i]].grants;

            for (uint32_t g = grants.first; g < grants.first + grants.count; g++) {
                cbi_span places = problem->grants[g].places;

                for (uint32_t p = places.first; p < places.first + places.count; p++)
                    build->per[p] += by;
            }
        }
        return;
    }
    for (uint32_t i = 0; i < problem->place_count; i++)
        if (limit->base == CBI_BASE_COUNTED ||
            is_inside(problem, problem->places[i].bucket, limit->bucket))
            build->per[i] += by;
}

static void build_limit(struct build *build, const cbi_limit *limit)
{
    const cbi_problem *problem = build->problem;
    int64_t times = limit->base == CBI_BASE_NUMBER ? 1 : limit->den;

    for (uint32_t i = 0; i < limit->entries.count; i++) {
        const cbi_entry *entry = &problem->entries[limit->entries.first + i];

        if (limit->records)
            touch(build, entry->place, times * entry->weight, 0);
        else if (limit->cut)
            touch(build, entry->place, 0, times);
        else
            touch(build, entry->place, times * amount_of(problem, entry->place), 0);
    }
    if (limit->base != CBI_BASE_NUMBER) {
        add_base(build, limit, -limit->num);
        touch_all(build);
    }
    finish_row(build, limit->base == CBI_BASE_NUMBER ? limit->number : 0, limit->records);
}

static void build_maximum(struct build *build, uint32_t bucket, int64_t max, bool cut)
{
    const cbi_problem *problem = build->problem;

    if (max < 0)
        return;
    for (uint32_t i = 0; i < problem->place_count; i++)
        if (bucket == CBI_NONE || is_inside(problem, problem->places[i].bucket, bucket))
            touch(build, i, cut ? 0 : amount_of(problem, i), cut ? 1 : 0);
    finish_row(build, max, false);
}

static cbank_status build_rows(struct build *build, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_problem *problem = build->problem;
    cbi_model *model = build->model;
    uint64_t terms = 0;
    uint32_t maxima = 1;

    for (uint32_t i = 0; i < problem->bucket_count; i++)
        maxima += problem->buckets[i].max >= 0;
    terms = (uint64_t)maxima * problem->place_count;
    for (uint32_t i = 0; i < problem->limit_count; i++)
        terms += problem->limits[i].base == CBI_BASE_NUMBER ? problem->limits[i].entries.count
                                                            : problem->place_count;
    if (terms > CBI_PLAN_ITEMS_MAX)
        return cbi_fail(err, CBI_REASON_PLAN_TOO_LARGE, CBI_PLAN_ITEMS_MAX, "limits", NULL);
    CBI_TRY(cbi_arena_alloc(build->arena, (size_t)problem->limit_count + maxima,
                            sizeof(*model->rows), &model->rows, err));
    CBI_TRY(cbi_arena_alloc(build->arena, (size_t)terms, sizeof(*model->terms), &model->terms,
                            err));
    for (uint32_t i = 0; i < problem->limit_count; i++)
        build_limit(build, &problem->limits[i]);
    build_maximum(build, CBI_NONE, problem->max, problem->cut);
    for (uint32_t i = 0; i < problem->bucket_count; i++)
        build_maximum(build, i, problem->buckets[i].max, problem->buckets[i].cut);
done:
    return status;
}

/*
 * Turns "item belongs to key" into a list of items for each key. Called twice over the same pairs:
 * first to count, then, after a sum, to fill; `at` moves through each key's list.
 */
struct index {
    uint32_t *first;
    uint32_t *items;
    uint32_t keys;
    bool filling;
};

static void index_pair(struct index *index, uint32_t key, uint32_t item)
{
    if (index->filling)
        index->items[index->first[key]++] = item;
    else
        index->first[key + 1]++;
}

/* From counts to starts; and from the ends that filling leaves back to starts. */
static void index_sum(struct index *index)
{
    for (uint32_t i = 0; i < index->keys; i++)
        index->first[i + 1] += index->first[i];
    index->filling = true;
}

static void index_finish(struct index *index)
{
    for (uint32_t i = index->keys; i > 0; i--)
        index->first[i] = index->first[i - 1];
    index->first[0] = 0;
}

typedef void pairs_fn(const cbi_model *model, struct index *index);

static void pair_terms(const cbi_model *model, struct index *index)
{
    for (uint32_t i = 0; i < model->term_count; i++)
        index_pair(index, model->terms[i].place, i);
}

static void pair_records(const cbi_model *model, struct index *index)
{
    const cbi_problem *problem = model->problem;

    for (uint32_t i = 0; i < problem->application_count; i++) {
        cbi_span records = problem->applications[i].records;

        for (uint32_t k = 0; k < records.count; k++)
            index_pair(index, problem->members[records.first + k], i);
    }
}

static void pair_groups(const cbi_model *model, struct index *index)
{
    const cbi_problem *problem = model->problem;

    for (uint32_t i = 0; i < problem->group_count; i++) {
        cbi_span span = problem->groups[i].applications;

        for (uint32_t k = 0; span.count > 1 && k < span.count; k++)
            index_pair(index, problem->members[span.first + k], i);
    }
}

static void pair_courses(const cbi_model *model, struct index *index)
{
    const cbi_problem *problem = model->problem;

    for (uint32_t i = 0; i < problem->grant_count; i++)
        if (problem->grants[i].course != CBI_NONE)
            index_pair(index, problem->grants[i].course, i);
}

static void pair_residencies(const cbi_model *model, struct index *index)
{
    const cbi_problem *problem = model->problem;

    for (uint32_t i = 0; i < problem->residency_count; i++) {
        cbi_span span = problem->residencies[i].applications;

        for (uint32_t k = 0; k < span.count; k++)
            if (!problem->applications[problem->members[span.first + k]].exempt)
                index_pair(index, problem->members[span.first + k], i);
    }
}

static cbank_status build_index(struct build *build, pairs_fn *pairs, uint32_t keys,
                                uint32_t **first, uint32_t **items, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct index index = {.keys = keys};

    CBI_TRY(cbi_arena_alloc(build->arena, (size_t)keys + 1, sizeof(*index.first), &index.first,
                            err));
    pairs(build->model, &index);
    index_sum(&index);
    CBI_TRY(cbi_arena_alloc(build->arena, index.first[keys], sizeof(*index.items), &index.items,
                            err));
    pairs(build->model, &index);
    index_finish(&index);
    *first = index.first;
    *items = index.items;
done:
    return status;
}

cbank_status cbi_model_build(cbi_arena *arena, const cbi_problem *problem, cbi_model *out,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_model model = {.problem = problem};
    struct build build = {.arena = arena, .problem = problem, .model = &model};
    uint32_t places = problem->place_count;

    CBI_TRY(cbi_arena_alloc(arena, places, sizeof(*build.fixed), &build.fixed, err));
    CBI_TRY(cbi_arena_alloc(arena, places, sizeof(*build.per), &build.per, err));
    CBI_TRY(cbi_arena_alloc(arena, places, sizeof(*build.touched), &build.touched, err));
    CBI_TRY(cbi_arena_alloc(arena, places, 1, &model.may_cut, err));
    mark_cuts(&build);
    CBI_TRY(build_rows(&build, err));
    CBI_TRY(cbi_model_drop_implied(arena, &model, err));
    CBI_TRY(build_index(&build, pair_terms, places, &model.place_first, &model.place_terms, err));
    CBI_TRY(build_index(&build, pair_records, problem->record_count, &model.record_first,
                        &model.record_applications, err));
    CBI_TRY(build_index(&build, pair_groups, problem->application_count, &model.group_first,
                        &model.groups, err));
    CBI_TRY(build_index(&build, pair_courses, problem->course_count, &model.course_first,
                        &model.course_grants, err));
    CBI_TRY(build_index(&build, pair_residencies, problem->application_count,
                        &model.residency_first, &model.residencies, err));
    cbi_plan_order_buckets(problem, model.bucket_order);
    *out = model;
done:
    return status;
}
