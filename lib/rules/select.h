/*
 * select.h - whether a selector selects a record, and if not, on what it failed.
 *
 * There are three answers. A record says of itself all that there is to say: what it does not
 * state, it does not have. But whether it is like its target, how it stands on another scale or
 * in another framework, and which day a month means, it cannot say: what is not at hand for that
 * is neither yes nor no, and stays so inside a `not`.
 */
#ifndef CBI_RULES_SELECT_H
#define CBI_RULES_SELECT_H

#include "base/limits.h"
#include "rules/day.h"
#include "rules/reference.h"
#include "rules/ruleset.h"

#include "cbank/v1/programme.pb-c.h"
#include "cbank/v1/publication.pb-c.h"

/* A reviewer's finding: how far records cover a target. All borrowed. */
typedef struct cbi_overlap {
    const char *const *records; /* ids, as facts have them: of several, what they do together */
    uint32_t record_count;
    const char *target; /* code of a course, id of a bucket, or "" for whatever is granted */
    uint32_t permille;
} cbi_overlap;

#define CBI_STEPS_MAX 32u

/* What was converted on the way to an answer; what is beyond the maximum is left out. */
typedef struct cbi_steps {
    cbi_step items[CBI_STEPS_MAX];
    uint32_t count;
} cbi_steps;

void cbi_steps_add(cbi_steps *steps, const cbi_step *step);

/* What selectors are read by. Borrowed. */
typedef struct cbi_reading {
    uint32_t as_of;   /* ages are judged on this day */
    cbi_asked asked;  /* for what goes by the rule set's date rule */
    const char *unit; /* of the programme */
    const cbi_ruleset *ruleset; /* whose groups, aliases and references are meant; NULL: none */
    Cbank__V1__PartialDates partial_dates;
    const char *framework; /* of the programme, and its level in it; 0: not stated */
    int64_t level_milli;
    /* What the rule grants, where it is a course of the programme: a record that is to be held
     * against the target is held against each. Without one it stands beside nothing. */
    const Cbank__V1__ProgrammeCourse *targets[CBI_GRANTS_MAX];
    uint32_t target_count;
    const Cbank__V1__Rule *rule; /* NULL where the selector is no rule's */
    const cbi_overlap *overlaps;
    size_t overlap_count;
    /* The records that an application takes; or it is still open which: then what several records
     * do together cannot be told. Neither: the record is asked of alone. */
    const cbi_fact *const *together;
    uint32_t together_count;
    bool open;
    const cbi_fact *const *facts; /* all that the account holds */
    uint32_t fact_count;
    cbi_steps *steps; /* NULL: nobody asks how */
} cbi_reading;

typedef enum cbi_choice {
    CBI_CHOICE_NO = 0,
    CBI_CHOICE_UNKNOWN,
    CBI_CHOICE_YES,
} cbi_choice;

/* The first condition that did not hold; of those that cannot be told, the first. */
typedef struct cbi_miss {
    const char *field;              /* name of the condition in the schema */
    const Cbank__V1__Range *wanted; /* where it asks for a number */
    int64_t have;                   /* what the record has instead, if it has one at all */
    bool absent;                    /* the record does not state it */
    unsigned nearness;              /* how many conditions held before it */
} cbi_miss;

/* NULL selects every record. `miss` may be NULL; it is filled unless the answer is yes. */
cbi_choice cbi_select(const cbi_reading *reading, const Cbank__V1__Selector *selector,
                      const cbi_fact *fact, cbi_miss *miss);

#endif
