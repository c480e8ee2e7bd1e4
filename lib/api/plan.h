/* plan.h - a planning question as a request puts it. */
#ifndef CBI_API_PLAN_H
#define CBI_API_PLAN_H

#include "bank/planning.h"

#include "cbank/api/v1/plan.pb-c.h"

/* Lends the request. ARGUMENT for what is missing, INVALID for a day that is none. */
cbank_status cbi_plan_question(const Cbank__Api__V1__PlanMakeRequest *asked, cbi_planning *out,
                               cbank_error *err);

#endif
