/*
 * solve.h - the best plan of a problem, with its proof or with the gap that is left.
 *
 * Measure after measure, in the order of the goal: plans that are better in this one, and no worse
 * in those settled before, are searched for until there is none. Then, among the plans that tie in
 * all four, the canonical one is found by asking, record by record, rule by rule and bucket by
 * bucket, whether the next better choice is part of one of them.
 */
#ifndef CBI_RULES_SOLVE_H
#define CBI_RULES_SOLVE_H

#include "rules/plan.h"

/*
 * Work is counted in evaluations of a bound, each of which looks once at every place that is still
 * open: the same on every machine. The default is some seconds on a hard problem of 40 records;
 * ordinary ones take less than a hundred.
 */
#define CBI_WORK_DEFAULT 1000000u

/* Measures settled by the goal's order; the last state says that ties are broken, too. */
typedef struct cbi_proof {
    bool optimal;        /* no plan is better */
    bool canonical;      /* and none that ties comes first */
    cbi_measures bound;  /* no plan is better than this; the plan's own measures if optimal */
    uint64_t work;
} cbi_proof;

/* `out` is replaced. Out of work is no failure: the proof says so. */
cbank_status cbi_solve(const cbi_problem *problem, cbi_goal goal, uint64_t work_max,
                       cbi_plan *out, cbi_proof *proof, cbank_error *err);

#endif
