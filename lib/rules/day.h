/* day.h - the day that a rule set goes by: of a record, or of the application itself. */
#ifndef CBI_RULES_DAY_H
#define CBI_RULES_DAY_H

#include "rules/fact.h"
#include "rules/ruleset.h"

/* Exact days of the question; none is 0. */
typedef struct cbi_asked {
    uint32_t applied_on;
    uint32_t admitted_on;
} cbi_asked;

/* The record's award or assessment, the application, the admission: as its date rule says. */
uint32_t cbi_day_of_record(const cbi_ruleset *ruleset, const cbi_fact *fact,
                           const cbi_asked *asked);
/* The admission where it goes by that, else the application: of what is not a record. */
uint32_t cbi_day_of_target(const cbi_ruleset *ruleset, const cbi_asked *asked);

#endif
