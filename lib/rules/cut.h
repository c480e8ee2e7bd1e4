/*
 * cut.h - how much of each grant is counted, once every grant has its place.
 *
 * Where a cap cuts, the counted amounts of what it cuts are whole numbers between 1 and the full
 * amount that keep all rows. The best of them for a goal, and among the best the canonical ones,
 * are found by linear programmes in whole numbers and by branching where these end between them.
 */
#ifndef CBI_RULES_CUT_H
#define CBI_RULES_CUT_H

#include "rules/model.h"

typedef enum cbi_cut_end {
    CBI_CUT_FOUND,
    CBI_CUT_IMPOSSIBLE, /* no amounts keep the rows */
    CBI_CUT_GIVEN_UP,   /* out of work, or out of numbers */
} cbi_cut_end;

typedef struct cbi_cut {
    const cbi_model *model;
    cbi_arena scratch; /* owned: a programme, and the tableau at work */
    cbi_arena tableau;
    uint64_t work;     /* counted up */
    uint64_t work_max;
} cbi_cut;

void cbi_cut_clear(cbi_cut *cut);

/*
 * Fills `plan->counted` for `plan->placed`, with the best measures of the goal. Where all fits in
 * full that is the answer.
 */
cbank_status cbi_cut_best(cbi_cut *cut, cbi_goal goal, cbi_plan *plan, cbi_cut_end *end,
                          cbank_error *err);

/*
 * The same measures as plan->measures, by the canonical amounts: of the grants in `order`, one
 * after the other, as much as possible.
 */
cbank_status cbi_cut_canonical(cbi_cut *cut, cbi_plan *plan, const uint32_t *order,
                               uint32_t count, cbi_cut_end *end, cbank_error *err);

#endif
