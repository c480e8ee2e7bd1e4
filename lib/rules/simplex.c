#include "rules/simplex.h"

#define NONE UINT32_MAX
#define NUMBER_MAX (INT64_MAX / 4)

/*
 * Equations, all over one scale: scale * basic[i] + sum of cell(i, j) * free[j] = cell(i, columns).
 * Two more rows are the objectives, negated: first the way to a feasible start, then the caller's.
 * Variables are numbered: columns, slacks of rows, and last the one that makes a start feasible.
 */
struct tableau {
    int64_t *cells;
    uint32_t rows;
    uint32_t columns;
    uint32_t *basic;
    uint32_t *free;
    uint32_t helper; /* its number; never enters once the start is found */
    int64_t scale;
    bool overflow;
    uint64_t pivots;
};

static int64_t *cell(const struct tableau *t, uint32_t row, uint32_t column)
{
    return &t->cells[(size_t)row * (t->columns + 1) + column];
}

/* The row of another basic variable or objective, cleared of the one that enters. */
static void reduce_row(struct tableau *t, uint32_t i, uint32_t row, uint32_t column)
{
    int64_t by = *cell(t, row, column);
    int64_t sign = by < 0 ? -1 : 1;
    int64_t times = *cell(t, i, column);

    for (uint32_t j = 0; j <= t->columns; j++) {
        __int128 value;

        if (j == column)
            continue;
        value = (__int128)*cell(t, i, j) * by - (__int128)times * *cell(t, row, j);
        value = value / t->scale * sign;
        if (value > NUMBER_MAX || value < -NUMBER_MAX) {
            t->overflow = true;
            return;
        }
        *cell(t, i, j) = (int64_t)value;
    }
    *cell(t, i, column) = -times * sign;
}

static void pivot(struct tableau *t, uint32_t row, uint32_t column)
{
    int64_t by = *cell(t, row, column);
    int64_t sign = by < 0 ? -1 : 1;
    uint32_t name = t->basic[row];

    for (uint32_t i = 0; i < t->rows + 2 && !t->overflow; i++)
        if (i != row)
            reduce_row(t, i, row, column);
    for (uint32_t j = 0; j <= t->columns; j++)
        *cell(t, row, j) *= sign;
    *cell(t, row, column) = t->scale * sign;
    t->scale = by * sign;
    t->basic[row] = t->free[column];
    t->free[column] = name;
    t->pivots++;
}

/* a / b against c / d, for positive b and d. */
static int compare_ratio(int64_t a, int64_t b, int64_t c, int64_t d)
{
    __int128 left = (__int128)a * d;
    __int128 right = (__int128)c * b;

    return left < right ? -1 : left > right;
}

/* Bland's rule: the first variable that helps enters, of those that may leave the first does. */
static uint32_t find_entering(const struct tableau *t, uint32_t objective)
{
    uint32_t enter = NONE;

    for (uint32_t j = 0; j < t->columns; j++)
        if (*cell(t, objective, j) < 0 && t->free[j] != t->helper &&
            (enter == NONE || t->free[j] < t->free[enter]))
            enter = j;
    return enter;
}

static uint32_t find_leaving(const struct tableau *t, uint32_t enter)
{
    uint32_t leave = NONE;

    for (uint32_t i = 0; i < t->rows; i++) {
        int order;

        if (*cell(t, i, enter) <= 0)
            continue;
        order = leave == NONE ? -1
                              : compare_ratio(*cell(t, i, t->columns), *cell(t, i, enter),
                                              *cell(t, leave, t->columns), *cell(t, leave, enter));
        if (order < 0 || (order == 0 && t->basic[i] < t->basic[leave]))
            leave = i;
    }
    return leave;
}

/* From a feasible start to the optimum of one of the objectives. */
static cbi_simplex_end climb(struct tableau *t, uint32_t objective)
{
    while (!t->overflow) {
        uint32_t enter = find_entering(t, objective);
        uint32_t leave;

        if (enter == NONE)
            return CBI_SIMPLEX_OPTIMUM;
        leave = find_leaving(t, enter);
        if (leave == NONE)
            return CBI_SIMPLEX_UNBOUNDED;
        pivot(t, leave, enter);
    }
    return CBI_SIMPLEX_OVERFLOW;
}

/* The helper is worth nothing any more; if it is still basic, any variable may take its place. */
static void drop_helper(struct tableau *t)
{
    for (uint32_t i = 0; i < t->rows; i++) {
        if (t->basic[i] != t->helper)
            continue;
        for (uint32_t j = 0; j < t->columns; j++) {
            if (*cell(t, i, j) != 0) {
                pivot(t, i, j);
                return;
            }
        }
    }
}

static cbi_simplex_end find_start(struct tableau *t)
{
    uint32_t worst = NONE;
    uint32_t helper = t->helper;
    cbi_simplex_end end;

    for (uint32_t i = 0; i < t->rows; i++)
        if (*cell(t, i, t->columns) < 0 &&
            (worst == NONE || *cell(t, i, t->columns) < *cell(t, worst, t->columns)))
            worst = i;
    if (worst == NONE)
        return CBI_SIMPLEX_OPTIMUM;
    pivot(t, worst, t->columns - 1);
    t->helper = NONE; /* it may come and go until the start is found */
    end = climb(t, t->rows);
    t->helper = helper;
    if (end != CBI_SIMPLEX_OPTIMUM)
        return end;
    if (*cell(t, t->rows, t->columns) != 0)
        return CBI_SIMPLEX_INFEASIBLE;
    drop_helper(t);
    return t->overflow ? CBI_SIMPLEX_OVERFLOW : CBI_SIMPLEX_OPTIMUM;
}

static void fill(struct tableau *t, const cbi_simplex *simplex)
{
    for (uint32_t i = 0; i < simplex->rows; i++) {
        for (uint32_t j = 0; j < simplex->columns; j++)
            *cell(t, i, j) = simplex->matrix[(size_t)i * simplex->columns + j];
        *cell(t, i, simplex->columns) = -1;
        *cell(t, i, t->columns) = simplex->right[i];
        t->basic[i] = simplex->columns + i;
    }
    for (uint32_t j = 0; j < simplex->columns; j++) {
        *cell(t, t->rows + 1, j) = -simplex->objective[j];
        t->free[j] = j;
    }
    *cell(t, t->rows, simplex->columns) = 1;
    t->free[simplex->columns] = t->helper;
}

cbank_status cbi_simplex_solve(cbi_arena *arena, cbi_simplex *simplex, cbi_simplex_end *end,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct tableau t = {
        .rows = simplex->rows,
        .columns = simplex->columns + 1,
        .helper = simplex->rows + simplex->columns,
        .scale = 1,
    };

    CBI_TRY(cbi_arena_alloc(arena, ((size_t)t.rows + 2) * (t.columns + 1), sizeof(*t.cells),
                            &t.cells, err));
    CBI_TRY(cbi_arena_alloc(arena, t.rows, sizeof(*t.basic), &t.basic, err));
    CBI_TRY(cbi_arena_alloc(arena, t.columns, sizeof(*t.free), &t.free, err));
    fill(&t, simplex);
    *end = find_start(&t);
    if (*end == CBI_SIMPLEX_OPTIMUM)
        *end = climb(&t, t.rows + 1);
    simplex->pivots += t.pivots;
    if (*end != CBI_SIMPLEX_OPTIMUM)
        goto done;
    for (uint32_t j = 0; j < simplex->columns; j++)
        simplex->value[j] = 0;
    for (uint32_t i = 0; i < t.rows; i++)
        if (t.basic[i] < simplex->columns)
            simplex->value[t.basic[i]] = *cell(&t, i, t.columns);
    simplex->best = *cell(&t, t.rows + 1, t.columns);
    simplex->scale = t.scale;
done:
    return status;
}
