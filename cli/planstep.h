/* planstep.h - what a plan converted on its way: from one scale, framework or unit to another. */
#ifndef PLANSTEP_H
#define PLANSTEP_H

#include "cbank/v1/plan.pb-c.h"

#include <jansson.h>

json_t *planstep_list(const Cbank__V1__Plan *plan, Cbank__V1__PlanStep *const *steps,
                      size_t count);
/* "words excellent > letters A, gd/framework 5 > hk/qf 5" */
json_t *planstep_words(Cbank__V1__PlanStep *const *steps, size_t count);

#endif
