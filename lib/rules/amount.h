/*
 * amount.h - how much a grant gives: exact until the one named rounding.
 *
 * Values are fractions of whole numbers. First the exact value, then the maximum, then the
 * rounding; a rounding that went over the maximum rounds the maximum down instead. What is no
 * whole number of thousandths in the end, because no rounding was named, loses the rest.
 */
#ifndef CBI_RULES_AMOUNT_H
#define CBI_RULES_AMOUNT_H

#include "base/bytes.h"

#include "cbank/v1/ruleset.pb-c.h"

/* What an amount is worked out from. */
typedef struct cbi_worth {
    const char *unit;    /* of the programme */
    const struct cbi_fact *const *facts; /* the records of the application; borrowed */
    size_t fact_count;
    Cbank__V1__UseScope scope; /* of the rule: in which the records are used */
    int64_t catalogue;   /* of the target course; -1 if there is none */
    int64_t others;      /* what the rule's other grants come to, for REMAINDER */
    const struct cbi_reference *reference; /* for units that a record does not state; or NULL */
    /* By which day entries of catalogues are chosen (day.h); NULL where there is no reference. */
    const struct cbi_ruleset *ruleset;
    const struct cbi_asked *asked;
} cbi_worth;

/*
 * RULE_AMOUNT (INVALID) for a division by zero, a tree that is none or deeper than
 * CBI_NESTING_MAX; TOO_LARGE for numbers beyond CBI_MILLI_MAX.
 */
cbank_status cbi_amount_of(Cbank__V1__AmountNode *const *nodes, size_t count,
                           const cbi_worth *worth, int64_t *out, cbank_error *err);

/* True if the tree holds a REMAINDER: it has to wait for the other grants. */
bool cbi_amount_waits(Cbank__V1__AmountNode *const *nodes, size_t count);

#endif
