/*
 * canon.h - of all plans with the best measures, the one that comes first canonically.
 *
 * Question by question, in the order of plan.h: is there a plan of the same measures that uses
 * this older record, too, applies this smaller rule, takes this smaller bucket? If so it is
 * the best plan from then on; if not, what was asked for is closed. What it has is not asked.
 */
#ifndef CBI_RULES_CANON_H
#define CBI_RULES_CANON_H

#include "rules/explore.h"

/* Replaces search->best. `*done` is false if the work ran out before the last question. */
cbank_status cbi_canon_find(cbi_explore *search, bool *done, cbank_error *err);

#endif
