/*
 * ideal.h - the best plan by way of what no plan can exceed.
 *
 * Measure by measure a bound says how good a plan could be at best. Mostly there is a plan that is
 * just that good: a sweep that aims at it finds it, or shows that there is none, and then the
 * sweep aims lower, at the last measure first.
 */
#ifndef CBI_RULES_IDEAL_H
#define CBI_RULES_IDEAL_H

#include "rules/explore.h"

/*
 * Replaces search->best by the best and canonical plan. `*found` is false for a problem that does
 * not suit, or if it would have taken too much work.
 */
cbank_status cbi_ideal_find(cbi_explore *search, cbi_arena *arena, bool *found, cbank_error *err);

#endif
