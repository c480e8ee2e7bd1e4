/*
 * plan.h - a plan: which rules are applied to which records, and where the credit goes.
 *
 * Measures are compared lexicographically in the order of the goal. Plans that tie in all four are
 * ordered canonically, so that there is one best plan:
 *
 *   1. records: going from the oldest on, at the first record that one plan uses and the other
 *      does not, the plan that uses it comes first;
 *   2. rules: at the first record that the two use under different rules, the smaller rank (the
 *      smaller priority number, then the smaller rule id) comes first;
 *   3. partners: at the first record whose application takes other records along, the plan whose
 *      set is smaller, compared record by record, comes first;
 *   4. buckets: going through the applications by their first record and through their grants, at
 *      the first grant that stands elsewhere, placed comes before not placed, and the smaller
 *      bucket before the greater;
 *   5. amounts: in the same order, at the first grant that is counted differently, the larger.
 */
#ifndef CBI_RULES_PLAN_H
#define CBI_RULES_PLAN_H

#include "rules/problem.h"

typedef enum cbi_goal {
    CBI_GOAL_AWARD = 1,  /* least missing, most counted, most earned, fewest records */
    CBI_GOAL_CREDIT = 2, /* most counted, least missing, most earned, fewest records */
} cbi_goal;

typedef struct cbi_measures {
    int64_t missing;
    int64_t counted;
    int64_t earned;
    int64_t records;
} cbi_measures;

/* Begins as {0}; owns its lists, which are as long as the problem's. */
typedef struct cbi_plan {
    uint8_t *chosen;   /* of each application */
    uint32_t *placed;  /* of each grant: a place of the problem, or CBI_NONE */
    int64_t *counted;  /* of each grant; 0 if it is not placed */
    uint32_t application_count;
    uint32_t grant_count;
    cbi_measures measures;
} cbi_plan;

/* An empty plan for the problem: nothing chosen. Earlier content is given up. */
cbank_status cbi_plan_begin(cbi_plan *plan, const cbi_problem *problem, cbank_error *err);
void cbi_plan_clear(cbi_plan *plan);
void cbi_plan_copy(cbi_plan *to, const cbi_plan *from);

/* Negative if `a` is better, 0 if they tie. */
int cbi_measures_compare(cbi_goal goal, const cbi_measures *a, const cbi_measures *b);

/* Negative if `a` comes first canonically; 0 only for the same plan. */
int cbi_plan_compare(const cbi_problem *problem, const cbi_plan *a, const cbi_plan *b);

/* The measures of what is chosen, placed and counted; fills plan->measures. */
void cbi_plan_measure(const cbi_problem *problem, cbi_plan *plan);

/* Buckets with every child before its parent. */
void cbi_plan_order_buckets(const cbi_problem *problem, uint32_t order[CBI_BUCKETS_MAX]);

/* What a plan breaks, in the order in which it is looked for. */
typedef enum cbi_breach {
    CBI_BREACH_NONE,
    CBI_BREACH_RECORD,    /* `where`: used by two applications */
    CBI_BREACH_PLACED,    /* application: too few grants placed, or one placed but not chosen */
    CBI_BREACH_COUNTED,   /* grant: an amount that it may not count */
    CBI_BREACH_COURSE,    /* granted twice */
    CBI_BREACH_GROUP,     /* used by two applications */
    CBI_BREACH_LIMIT,     /* over */
    CBI_BREACH_BUCKET,    /* over its maximum; CBI_NONE: the programme */
} cbi_breach;

/*
 * Looks at every constraint anew, from the problem and nothing else; `*where` says which record,
 * application, grant, course, group, limit or bucket. Measures are not looked at.
 */
cbank_status cbi_plan_verify(const cbi_problem *problem, const cbi_plan *plan, cbi_breach *breach,
                             uint32_t *where, cbank_error *err);

#endif
