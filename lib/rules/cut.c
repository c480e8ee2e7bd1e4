#include "rules/cut.h"

#include "rules/simplex.h"

#include <string.h>

#define BRANCHES_MAX 64 /* depth of the search between whole numbers */

/*
 * One placement as a linear programme. Columns: what of each cut grant is counted beyond 1 (the
 * parts), then what each bucket lacks, then what is missing in all. Rows: kept caps, wants of
 * buckets, and the two bounds of every part, which branching tightens.
 */
struct programme {
    cbi_cut *cut;
    const cbi_problem *problem;
    const cbi_plan *plan;
    uint32_t *part_of; /* of each grant: its column, or CBI_NONE */
    uint32_t *grant_of;
    uint32_t parts;
    uint32_t columns;
    uint32_t rows;
    uint32_t row_room;
    int64_t *matrix;
    int64_t *right;
    int64_t *objective;
    int64_t *low;   /* of each part */
    int64_t *high;
    int64_t *value; /* of each column at an optimum, over the simplex's scale */
    int64_t *best;  /* of each part */
    bool found;
    bool gave_up;
};

void cbi_cut_clear(cbi_cut *cut)
{
    cbi_arena_clear(&cut->scratch);
    cbi_arena_clear(&cut->tableau);
}

static uint32_t missing_column(const struct programme *p)
{
    return p->columns - 1;
}

static uint32_t lack_column(const struct programme *p, uint32_t bucket)
{
    return bucket == CBI_NONE ? missing_column(p) : p->parts + bucket;
}

static int64_t *new_row(struct programme *p, int64_t right)
{
    int64_t *row = &p->matrix[(size_t)p->rows * p->columns];

    memset(row, 0, p->columns * sizeof(*row));
    p->right[p->rows++] = right;
    return row;
}

/* Sum of per * part <= limit - what is fixed and the 1 that every part counts anyhow. */
static void add_cap(struct programme *p, const cbi_row *row)
{
    const cbi_model *model = p->cut->model;
    int64_t *coefficients = new_row(p, 0);
    int64_t right = row->limit;

    for (uint32_t i = row->first; i < row->first + row->count; i++) {
        const cbi_term *term = &model->terms[i];
        uint32_t grant = p->problem->places[term->place].grant;

        if (p->plan->placed[grant] != term->place)
            continue;
        right -= term->fixed + term->per;
        if (p->part_of[grant] != CBI_NONE)
            coefficients[p->part_of[grant]] += term->per;
    }
    p->right[p->rows - 1] = right;
}

static bool is_inside(const cbi_problem *problem, uint32_t bucket, uint32_t ancestor)
{
    while (bucket != CBI_NONE && bucket != ancestor)
        bucket = problem->buckets[bucket].parent;
    return bucket == ancestor;
}

/* lack >= min - counted there */
static void add_want(struct programme *p, uint32_t bucket, int64_t min)
{
    int64_t *coefficients = new_row(p, 0);
    int64_t right = -min;

    for (uint32_t g = 0; g < p->problem->grant_count; g++) {
        uint32_t place = p->plan->placed[g];

        if (place == CBI_NONE || !is_inside(p->problem, p->problem->places[place].bucket, bucket))
            continue;
        right += p->part_of[g] == CBI_NONE ? p->problem->grants[g].amount : 1;
        if (p->part_of[g] != CBI_NONE)
            coefficients[p->part_of[g]] = -1;
    }
    coefficients[lack_column(p, bucket)] = -1;
    p->right[p->rows - 1] = right;
}

/* lack >= what the children lack */
static void add_children(struct programme *p, uint32_t bucket)
{
    int64_t *coefficients = new_row(p, 0);

    for (uint32_t i = 0; i < p->problem->bucket_count; i++)
        if (p->problem->buckets[i].parent == bucket)
            coefficients[lack_column(p, i)] = 1;
    coefficients[lack_column(p, bucket)] = -1;
}

static void add_residency(struct programme *p, const cbi_residency *residency)
{
    int64_t *coefficients = new_row(p, 0);
    int64_t right = -residency->min;

    for (uint32_t i = 0; i < residency->applications.count; i++) {
        const cbi_application *application =
            &p->problem->applications[p->problem->members[residency->applications.first + i]];

        for (uint32_t k = 0; !application->exempt && k < application->grants.count; k++) {
            uint32_t g = application->grants.first + k;

            if (p->plan->placed[g] == CBI_NONE)
                continue;
            right += p->part_of[g] == CBI_NONE ? p->problem->grants[g].amount : 1;
            if (p->part_of[g] != CBI_NONE)
                coefficients[p->part_of[g]] = -1;
        }
    }
    coefficients[missing_column(p)] = -1;
    p->right[p->rows - 1] = right;
}

static cbank_status allocate(struct programme *p, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_arena *arena = &p->cut->scratch;
    const cbi_model *model = p->cut->model;

    p->columns = p->parts + p->problem->bucket_count + 1;
    p->row_room = model->row_count + 2 * p->problem->bucket_count + 2 +
                  p->problem->residency_count + 2 * p->parts + 2;
    CBI_TRY(cbi_arena_alloc(arena, (size_t)p->row_room * p->columns, sizeof(*p->matrix),
                            &p->matrix, err));
    CBI_TRY(cbi_arena_alloc(arena, p->row_room, sizeof(*p->right), &p->right, err));
    CBI_TRY(cbi_arena_alloc(arena, p->columns, sizeof(*p->objective), &p->objective, err));
    CBI_TRY(cbi_arena_alloc(arena, p->parts, sizeof(*p->low), &p->low, err));
    CBI_TRY(cbi_arena_alloc(arena, p->parts, sizeof(*p->high), &p->high, err));
    CBI_TRY(cbi_arena_alloc(arena, p->columns, sizeof(*p->value), &p->value, err));
    CBI_TRY(cbi_arena_alloc(arena, p->parts, sizeof(*p->best), &p->best, err));
done:
    return status;
}

static cbank_status build(struct programme *p, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_model *model = p->cut->model;
    const cbi_problem *problem = p->problem;

    CBI_TRY(cbi_arena_alloc(&p->cut->scratch, problem->grant_count, sizeof(*p->part_of),
                            &p->part_of, err));
    CBI_TRY(cbi_arena_alloc(&p->cut->scratch, problem->grant_count, sizeof(*p->grant_of),
                            &p->grant_of, err));
    for (uint32_t g = 0; g < problem->grant_count; g++) {
        uint32_t place = p->plan->placed[g];
        bool cuttable = place != CBI_NONE && model->may_cut[place];

        p->part_of[g] = cuttable ? p->parts : CBI_NONE;
        if (cuttable)
            p->grant_of[p->parts++] = g;
    }
    CBI_TRY(allocate(p, err));
    for (uint32_t j = 0; j < p->parts; j++)
        p->high[j] = problem->grants[p->grant_of[j]].amount - 1;
    for (uint32_t i = 0; i < model->row_count; i++)
        if (model->rows[i].cuts || model->rows[i].falls)
            add_cap(p, &model->rows[i]);
    for (uint32_t i = 0; i < problem->bucket_count; i++) {
        if (problem->buckets[i].min > 0)
            add_want(p, i, problem->buckets[i].min);
        add_children(p, i);
    }
    add_want(p, CBI_NONE, problem->total);
    add_children(p, CBI_NONE);
    for (uint32_t i = 0; i < problem->residency_count; i++)
        add_residency(p, &problem->residencies[i]);
done:
    return status;
}

/* One linear programme between the present bounds. */
static cbank_status relax(struct programme *p, cbi_simplex *simplex, cbi_simplex_end *end,
                          cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t rows = p->rows;

    for (uint32_t j = 0; j < p->parts; j++) {
        int64_t *coefficients = new_row(p, p->high[j]);

        coefficients[j] = 1;
        if (p->low[j] == 0)
            continue;
        coefficients = new_row(p, -p->low[j]);
        coefficients[j] = -1;
    }
    *simplex = (cbi_simplex){
        .rows = p->rows,
        .columns = p->columns,
        .matrix = p->matrix,
        .right = p->right,
        .objective = p->objective,
        .value = p->value,
    };
    cbi_arena_rewind(&p->cut->tableau);
    status = cbi_simplex_solve(&p->cut->tableau, simplex, end, err);
    p->cut->work += 1 + simplex->pivots;
    p->rows = rows;
    return status;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* A branch: one bound was tightened; `other` is what the second branch sets, if it is still due. */
struct branch {
    uint32_t part;
    int64_t low, high; /* before */
    int64_t other_low, other_high;
    bool due;
};

/* Goes back to the last branch whose other side is due; false if there is none. */
static bool next_branch(struct programme *p, struct branch *branches, uint32_t *depth)
{
    while (*depth > 0) {
        struct branch *at = &branches[*depth - 1];

        if (at->due) {
            p->low[at->part] = at->other_low;
            p->high[at->part] = at->other_high;
            at->due = false;
            return true;
        }
        p->low[at->part] = at->low;
        p->high[at->part] = at->high;
        (*depth)--;
    }
    return false;
}

/* Looks at one optimum: better whole numbers are kept; between them it branches. True if so. */
static bool branch_here(struct programme *p, const cbi_simplex *simplex, int64_t *best,
                        struct branch *branches, uint32_t *depth)
{
    int64_t reach = floor_div(simplex->best, simplex->scale);
    uint32_t j = 0;
    struct branch *at;

    if (p->found && reach <= *best)
        return false;
    while (j < p->parts && p->value[j] % simplex->scale == 0)
        j++;
    if (j == p->parts) {
        for (j = 0; j < p->parts; j++)
            p->best[j] = p->value[j] / simplex->scale;
        *best = reach;
        p->found = true;
        return false;
    }
    if (*depth == BRANCHES_MAX) {
        p->gave_up = true;
        return false;
    }
    at = &branches[(*depth)++];
    *at = (struct branch){j, p->low[j], p->high[j], p->low[j], p->value[j] / simplex->scale, true};
    p->low[j] = p->value[j] / simplex->scale + 1;
    return true;
}

/* Maximises the objective over whole parts; `*best` is its value if p->found. */
static cbank_status optimise(struct programme *p, int64_t *best, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct branch branches[BRANCHES_MAX];
    uint32_t depth = 0;
    bool more = true;

    p->found = false;
    while (more) {
        cbi_simplex simplex;
        cbi_simplex_end end;

        CBI_TRY(relax(p, &simplex, &end, err));
        if (end == CBI_SIMPLEX_OVERFLOW || end == CBI_SIMPLEX_UNBOUNDED ||
            p->cut->work > p->cut->work_max)
            p->gave_up = true;
        more = !p->gave_up && end == CBI_SIMPLEX_OPTIMUM &&
               branch_here(p, &simplex, best, branches, &depth);
        if (!more && !p->gave_up)
            more = next_branch(p, branches, &depth);
    }
done:
    return status;
}

static void aim_at_missing(struct programme *p)
{
    memset(p->objective, 0, p->columns * sizeof(*p->objective));
    p->objective[missing_column(p)] = -1;
}

static void aim_at_counted(struct programme *p)
{
    memset(p->objective, 0, p->columns * sizeof(*p->objective));
    for (uint32_t j = 0; j < p->parts; j++)
        p->objective[j] = 1;
}

static void hold_missing(struct programme *p, int64_t missing)
{
    new_row(p, missing)[missing_column(p)] = 1;
}

static void hold_counted(struct programme *p, int64_t parts)
{
    int64_t *coefficients = new_row(p, -parts);

    for (uint32_t j = 0; j < p->parts; j++)
        coefficients[j] = -1;
}

static void put_back(const struct programme *p, cbi_plan *plan)
{
    for (uint32_t j = 0; j < p->parts; j++)
        plan->counted[p->grant_of[j]] = 1 + p->best[j];
}

/* Counts everything in full; true if that keeps all rows. */
static bool fits_in_full(const cbi_model *model, cbi_plan *plan)
{
    const cbi_problem *problem = model->problem;

    for (uint32_t g = 0; g < problem->grant_count; g++)
        plan->counted[g] = plan->placed[g] == CBI_NONE ? 0 : problem->grants[g].amount;
    for (uint32_t i = 0; i < model->row_count; i++) {
        const cbi_row *row = &model->rows[i];
        int64_t sum = 0;

        for (uint32_t k = row->first; k < row->first + row->count; k++) {
            const cbi_term *term = &model->terms[k];
            uint32_t grant = problem->places[term->place].grant;

            if (plan->placed[grant] == term->place)
                sum += term->fixed + term->per * problem->grants[grant].amount;
        }
        if (!row->records && sum > row->limit)
            return false;
    }
    return true;
}

static cbi_cut_end end_of(const struct programme *p)
{
    if (p->gave_up)
        return CBI_CUT_GIVEN_UP;
    return p->found ? CBI_CUT_FOUND : CBI_CUT_IMPOSSIBLE;
}

cbank_status cbi_cut_best(cbi_cut *cut, cbi_goal goal, cbi_plan *plan, cbi_cut_end *end,
                          cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct programme p = {.cut = cut, .problem = cut->model->problem, .plan = plan};
    int64_t best = 0;

    *end = CBI_CUT_FOUND;
    if (fits_in_full(cut->model, plan))
        return CBANK_OK;
    *end = CBI_CUT_IMPOSSIBLE;
    if (!cut->model->any_cut)
        return CBANK_OK;
    cbi_arena_rewind(&cut->scratch);
    CBI_TRY(build(&p, err));
    for (int step = 0; step < 2 && (step == 0 || p.found); step++) {
        bool missing = (goal == CBI_GOAL_AWARD) == (step == 0);

        if (missing)
            aim_at_missing(&p);
        else
            aim_at_counted(&p);
        CBI_TRY(optimise(&p, &best, err));
        if (p.found && missing)
            hold_missing(&p, -best);
        else if (p.found)
            hold_counted(&p, best);
    }
    *end = end_of(&p);
    if (*end == CBI_CUT_FOUND)
        put_back(&p, plan);
done:
    return status;
}

cbank_status cbi_cut_canonical(cbi_cut *cut, cbi_plan *plan, const uint32_t *order,
                               uint32_t count, cbi_cut_end *end, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct programme p = {.cut = cut, .problem = cut->model->problem, .plan = plan};
    int64_t parts = 0;
    int64_t best = 0;

    *end = CBI_CUT_FOUND;
    cbi_arena_rewind(&cut->scratch);
    CBI_TRY(build(&p, err));
    for (uint32_t j = 0; j < p.parts; j++)
        parts += plan->counted[p.grant_of[j]] - 1;
    hold_missing(&p, plan->measures.missing);
    hold_counted(&p, parts);
    for (uint32_t i = 0; i < count && *end == CBI_CUT_FOUND; i++) {
        uint32_t j = p.part_of[order[i]];

        if (j == CBI_NONE)
            continue;
        memset(p.objective, 0, p.columns * sizeof(*p.objective));
        p.objective[j] = 1;
        CBI_TRY(optimise(&p, &best, err));
        *end = end_of(&p);
        p.low[j] = p.high[j] = best;
    }
    if (*end == CBI_CUT_FOUND && p.found)
        put_back(&p, plan);
done:
    return status;
}
