/*
 * simplex.h - the optimum of a small linear programme, exactly.
 *
 *     maximise objective * x   under   matrix * x <= right,  x >= 0
 *
 * Whole numbers all the way: the tableau keeps one common denominator (integer pivoting), and says
 * so when a number would not fit. Bland's rule, so it ends and always in the same place.
 */
#ifndef CBI_RULES_SIMPLEX_H
#define CBI_RULES_SIMPLEX_H

#include "base/arena.h"

typedef enum cbi_simplex_end {
    CBI_SIMPLEX_OPTIMUM,
    CBI_SIMPLEX_INFEASIBLE,
    CBI_SIMPLEX_UNBOUNDED,
    CBI_SIMPLEX_OVERFLOW,
} cbi_simplex_end;

typedef struct cbi_simplex {
    uint32_t rows;
    uint32_t columns;
    const int64_t *matrix; /* row by row */
    const int64_t *right;
    const int64_t *objective;
    /* At the optimum: x[j] = value[j] / scale, and the objective is best / scale. */
    int64_t *value;
    int64_t best;
    int64_t scale;
    uint64_t pivots; /* counted up */
} cbi_simplex;

/* `value` is the caller's, of `columns` numbers; what is needed besides comes from the arena. */
cbank_status cbi_simplex_solve(cbi_arena *arena, cbi_simplex *simplex, cbi_simplex_end *end,
                               cbank_error *err);

#endif
