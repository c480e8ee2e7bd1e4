/*
 * select.h - whether a selector selects a record, and if not, on what it failed.
 */
#ifndef CBI_RULES_SELECT_H
#define CBI_RULES_SELECT_H

#include "base/limits.h"
#include "rules/ruleset.h"

#include "cbank/v1/programme.pb-c.h"
#include "cbank/v1/publication.pb-c.h"

/* What selectors are read by. Borrowed. */
typedef struct cbi_reading {
    uint32_t as_of;   /* ages are judged on this day */
    const char *unit; /* of the programme */
    const cbi_ruleset *ruleset; /* whose groups and aliases are meant; NULL: none */
    Cbank__V1__PartialDates partial_dates;
    const char *framework; /* of the programme */
    /* What the rule grants, where it is a course of the programme: a record that is to be held
     * against the target is held against each. Without one it stands beside nothing. */
    const Cbank__V1__ProgrammeCourse *targets[CBI_GRANTS_MAX];
    uint32_t target_count;
} cbi_reading;

/* The first condition that did not hold. */
typedef struct cbi_miss {
    const char *field;              /* name of the condition in the schema */
    const Cbank__V1__Range *wanted; /* where it asks for a number */
    int64_t have;                   /* what the record has instead, if it has one at all */
    bool absent;                    /* the record does not state it */
} cbi_miss;

/* NULL selects every record. `miss` may be NULL; it is filled if the answer is false. */
bool cbi_select(const cbi_reading *reading, const Cbank__V1__Selector *selector,
                const cbi_fact *fact, cbi_miss *miss);

#endif
