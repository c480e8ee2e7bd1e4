/* carry.h - the grade that goes along with a grant. */
#ifndef CBI_RULES_CARRY_H
#define CBI_RULES_CARRY_H

#include "rules/fact.h"
#include "rules/reference.h"

/* What a grade is made of. All borrowed. */
typedef struct cbi_carrying {
    const Cbank__V1__Grant *grant;
    const cbi_fact *const *facts; /* the records of the application */
    size_t fact_count;
    const char *unit; /* of the programme: weights are in it */
    const cbi_reference *reference; /* or NULL */
} cbi_carrying;

/*
 * False where none goes along: the rule carries none, a record has none, several are not alike
 * where they would have to be, or nothing leads to the scale that is asked for. The texts of `out`
 * are lent by records, rule and reference; `step` has no kind where nothing was converted.
 */
bool cbi_carry(const cbi_carrying *carrying, Cbank__V1__Grade *out, cbi_step *step);

#endif
