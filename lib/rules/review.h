/*
 * review.h - what reviewers found, as a plan takes it: how far records cover one target.
 *
 * A finding about several records says what they cover together: it holds for each of them in an
 * application that takes all of them. A recognition states the findings that its plan had before
 * it, each with its reviewer: those that found some overlap, without a conflict. So anybody can ask
 * the plan again.
 */
#ifndef CBI_RULES_REVIEW_H
#define CBI_RULES_REVIEW_H

#include "wire/message.h"

#include "cbank/v1/plan.pb-c.h"
#include "cbank/v1/recognition.pb-c.h"

/* Begins as {0}; owns the lists, and lends what the rows say. */
typedef struct cbi_review {
    Cbank__V1__PlanFinding *items;
    Cbank__V1__PlanFinding **list;
    size_t count;
} cbi_review;

cbank_status cbi_review_fill(cbi_review *review, Cbank__V1__Finding *const *rows, size_t count,
                             cbank_error *err);
void cbi_review_clear(cbi_review *review);

#endif
