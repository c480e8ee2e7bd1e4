/* measure.h - the four measures of a plan, one by one: which comes first, and what reaches them. */
#ifndef CBI_RULES_MEASURE_H
#define CBI_RULES_MEASURE_H

#include "rules/bound.h"

/* The measures in the order of the goal: CBI_MEASURES of them. */
const uint32_t *cbi_measure_order(cbi_goal goal);
int64_t *cbi_measure_at(cbi_measures *measures, uint32_t which);
/* True if it is better the smaller it is. */
bool cbi_measure_falls(uint32_t which);
/* What all its values are multiples of, counted from the best that there could be. */
int64_t cbi_measure_step(const cbi_bound *bound, uint32_t which);

bool cbi_target_is_reached(const cbi_target *target, const cbi_measures *measures);

#endif
