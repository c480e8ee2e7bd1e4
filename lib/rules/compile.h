/*
 * compile.h - from rules, records and a programme to a problem.
 *
 * The steps, each in a file of its own: find the rules that could apply (compile), the record sets
 * that they apply to (enumerate), those that stay admissible (admit), what they grant (grant), and
 * what limits them (scope). What was dropped stays noted with its reason, for the explanation.
 */
#ifndef CBI_RULES_COMPILE_H
#define CBI_RULES_COMPILE_H

#include "base/arena.h"
#include "rules/problem.h"
#include "rules/programme.h"
#include "rules/ruleset.h"
#include "rules/select.h"

/* All borrowed. The order of the lists does not matter, except that rule sets are numbered. */
typedef struct cbi_question {
    const cbi_programme *programme;
    const cbi_ruleset *const *rulesets;
    uint32_t ruleset_count;
    const cbi_fact *facts;
    uint32_t fact_count;
    /* All that the account holds, whether it can be used or not: its last are among these. None:
     * they are the facts. */
    const cbi_fact *held;
    uint32_t held_count;
    uint32_t as_of;
    uint32_t applied_on;  /* by which rules are in force, where their rule set says so; */
    uint32_t admitted_on; /* 0: as_of */
    bool with_advisory; /* rules that only advise take part */
    const cbi_overlap *overlaps; /* reviewers' findings */
    size_t overlap_count;
} cbi_question;

/* What became of an application before the search. */
typedef enum cbi_fate {
    CBI_FATE_ADMITTED,
    CBI_FATE_BLOCKED,          /* by record `by` */
    CBI_FATE_DOES_NOT_TRANSFER, /* by rule `by` */
    CBI_FATE_DISPLACED,        /* by rule `by` */
    CBI_FATE_NO_AMOUNT,
    CBI_FATE_NOT_IN_PROGRAMME,
    CBI_FATE_RIVAL,            /* by group `by` */
} cbi_fate;

/* A rule on a set of records, found to be possible. */
typedef struct cbi_candidate {
    uint32_t rule;
    uint32_t first; /* records, ascending: compile.sets[first ...] */
    uint32_t count;
    cbi_fate fate;
    uint32_t by;
    uint32_t application; /* of the problem, if admitted */
    int64_t value;        /* of all that some bucket takes */
} cbi_candidate;

typedef struct cbi_known_rule {
    Cbank__V1__Rule *message; /* owned */
    uint32_t ruleset;
    uint32_t index;
    cbi_span facts;  /* records for which it was found: compile.found */
} cbi_known_rule;

/* What a grant comes to on a set of records. */
typedef struct cbi_offer {
    int64_t amount;
    uint32_t course;       /* its number (target.h), or CBI_NONE */
    uint32_t bucket_count; /* buckets of this programme that take it; 0: it is not in it */
    uint32_t buckets[CBI_BUCKETS_MAX];
} cbi_offer;

/* Begins as {0}; owns everything. Used again for another question it keeps its memory. */
typedef struct cbi_compile {
    cbi_arena arena;
    const cbi_question *question;
    cbi_reading reading;
    const cbi_fact **facts; /* by record index */
    const cbi_fact **held;
    uint32_t held_count;
    cbi_known_rule *rules;  /* by rank */
    uint32_t rule_count;
    uint32_t *found;
    cbi_candidate *candidates;
    uint32_t candidate_count, candidate_room;
    uint32_t *sets;
    uint32_t set_count, set_room;
    cbi_problem problem;
    uint32_t *candidate_of; /* of each application */
    struct cbi_listed_target *targets; /* courses from catalogues (target.h) */
    uint32_t target_count;
} cbi_compile;

void cbi_compile_clear(cbi_compile *compile);

/*
 * Fills compile->problem. INVALID for rules that cannot be worked out, TOO_LARGE beyond the limits
 * of base/limits.h; the error names the rule or cap.
 */
cbank_status cbi_compile_run(cbi_compile *compile, const cbi_question *question,
                             cbank_error *err);

/* Sets how selectors are read: those of a rule; those of a rule set; those of the programme. */
void cbi_read_rule(cbi_compile *compile, uint32_t rule);
void cbi_read_ruleset(cbi_compile *compile, const cbi_ruleset *ruleset);
void cbi_read_programme(cbi_compile *compile);
/*
 * Whether the rule is in force for a record, on the day that its rule set goes by. If not,
 * `*field`, which may be NULL, says which of its days stands in the way; or "edition", where that
 * day is not of this edition of the rule set at all.
 */
bool cbi_rule_is_in_force(const cbi_compile *compile, uint32_t rule, uint32_t record,
                          const char **field);

/*
 * Splits a group by its keys: the number of the part that each record is in, or CBI_NONE for one
 * that is no member; a record without a value for a key is none.
 */
void cbi_group_split(const cbi_compile *compile, const Cbank__V1__Group *group, uint32_t *part,
                     uint32_t *parts);
/* The one member of a part that may be used, or CBI_NONE if the group does not say. */
uint32_t cbi_group_kept(const cbi_compile *compile, const Cbank__V1__Group *group,
                        const uint32_t *part, uint32_t number);

/* The value of a record for a key that is a text: "" if it has none. */
const char *cbi_group_text(const cbi_fact *fact, Cbank__V1__CapPart key);

/* The cap's keys of a record under a rule; false if the record is in no part of the cap. */
bool cbi_part_find(const cbi_compile *compile, const Cbank__V1__Cap *cap, uint32_t record,
                   uint32_t rule, int64_t *keys);

/* The steps. */
cbank_status cbi_enumerate_rule(cbi_compile *compile, uint32_t rule, cbank_error *err);
cbank_status cbi_admit(cbi_compile *compile, cbank_error *err);
cbank_status cbi_grant_offer(cbi_compile *compile, const cbi_candidate *candidate,
                             uint32_t grant, int64_t others, cbi_offer *out, cbank_error *err);
/* All grants of a rule on a set, and the value of what some bucket takes. */
cbank_status cbi_grant_all(cbi_compile *compile, cbi_candidate *candidate, cbi_offer *offers,
                           cbank_error *err);
cbank_status cbi_scope(cbi_compile *compile, cbank_error *err);

#endif
