/*
 * problem.h - one planning question, compiled: what may be chosen, and what limits it.
 *
 * Rule sets, records and programme have become numbers here; nothing is looked up any more. The
 * front (lib/rules/compile) builds a problem, the solver (lib/rules/solve) reads it.
 *
 * Canonical order. Indices carry it, so that ties are broken by comparing numbers: records by
 * award date, then id; rules by priority number, then id (`rule` is a rank); buckets by id; places
 * of a grant by bucket. Applications stand in the order (first record ... last record, rule). The
 * order in which the front was given its lists must not show.
 *
 * Amounts are integers of 1/1000 credit, at least 1: a grant of nothing is not listed. Together
 * they stay within CBI_MILLI_MAX, and a ratio's parts within CBI_RATIO_MAX, so that 64 bits hold
 * every sum and product.
 */
#ifndef CBI_RULES_PROBLEM_H
#define CBI_RULES_PROBLEM_H

#include "base/bytes.h"
#include "base/limits.h"

#define CBI_NONE UINT32_MAX

/* `count` items of some list of the problem, from `first` on. */
typedef struct cbi_span {
    uint32_t first;
    uint32_t count;
} cbi_span;

/* A rule applied to a set of records; any two applications with a record in common exclude each
 * other. */
typedef struct cbi_application {
    uint32_t rule;     /* rank; several applications may share it */
    uint32_t priority; /* the rule's number, for those who compare plans */
    bool exempt;       /* counts without being earned, and is never cut */
    bool all;          /* every grant must be placed; otherwise at least one */
    cbi_span records;  /* of members: record indices, ascending */
    cbi_span grants;
} cbi_application;

typedef struct cbi_grant {
    int64_t amount;
    uint32_t application;
    uint32_t course; /* no course is granted twice; CBI_NONE: no course */
    uint32_t number; /* of the grant in its rule, for reports */
    cbi_span places;
} cbi_grant;

/* A bucket that takes a grant. A grant is placed in at most one. */
typedef struct cbi_place {
    uint32_t grant;
    uint32_t bucket;
} cbi_place;

/* Buckets form a forest below the programme; credit placed counts in all that contain it. */
typedef struct cbi_bucket {
    uint32_t parent; /* CBI_NONE: the programme itself */
    int64_t min;     /* 0: none */
    int64_t max;     /* -1: none */
    bool cut;        /* over the maximum: count a part instead of refusing */
} cbi_bucket;

typedef enum cbi_base {
    CBI_BASE_NUMBER,  /* used <= number */
    CBI_BASE_COUNTED, /* used * den <= num * all that is counted */
    CBI_BASE_PART,    /* ... * what is counted by the applications of `part` */
    CBI_BASE_BUCKET,  /* ... * what is counted in `bucket` */
} cbi_base;

/* One part of one cap: a limit on what is placed at its entries. */
typedef struct cbi_limit {
    uint32_t cap;    /* the front's numbers, for reports */
    uint32_t key;
    bool records;    /* measures records instead of credit */
    bool cut;        /* sees counted amounts and lets transfers be cut; otherwise full amounts */
    cbi_base base;
    int64_t number;
    int64_t num;
    int64_t den;
    uint32_t bucket;
    cbi_span part;    /* of members: application indices, ascending */
    cbi_span entries;
} cbi_limit;

/*
 * A place in the scope of a limit. `weight`: how many records its application uses in that scope,
 * which count once, however many of its grants stand there.
 */
typedef struct cbi_entry {
    uint32_t place;
    uint32_t weight;
} cbi_entry;

/* At most one of the applications; or, as residency, at least `min` from those that transfer. */
typedef struct cbi_group {
    cbi_span applications; /* of members, ascending */
} cbi_group;

typedef struct cbi_residency {
    int64_t min;
    cbi_span applications;
} cbi_residency;

/* Begins as {0}; owns its lists. Built by the calls below only. */
typedef struct cbi_problem {
    uint32_t record_count;
    int64_t total; /* minimum of the programme */
    int64_t max;   /* -1: none */
    bool cut;
    int64_t amount_sum;

    cbi_application *applications;
    cbi_grant *grants;
    cbi_place *places;
    cbi_bucket *buckets;
    cbi_limit *limits;
    cbi_entry *entries;
    cbi_group *groups;
    cbi_residency *residencies;
    uint32_t *members; /* indices of records or applications, in spans */
    uint32_t application_count, grant_count, place_count, bucket_count, limit_count, entry_count,
        group_count, residency_count, member_count, course_count;
    uint32_t application_room, grant_room, place_room, bucket_room, limit_room, entry_room,
        group_room, residency_room, member_room;
} cbi_problem;

/* Empties the lists and keeps their memory for the next problem. */
void cbi_problem_rewind(cbi_problem *problem);
void cbi_problem_clear(cbi_problem *problem);

/* Each call adds one item; grants go to the last application, places to the last grant, entries to
 * the last limit. TOO_LARGE beyond a limit of base/limits.h or a sum of CBI_MILLI_MAX. */
cbank_status cbi_problem_add_bucket(cbi_problem *problem, const cbi_bucket *bucket,
                                    cbank_error *err);
/* The spans of `application` are ignored; `records` are copied. */
cbank_status cbi_problem_add_application(cbi_problem *problem, const cbi_application *application,
                                         const uint32_t *records, uint32_t count,
                                         cbank_error *err);
cbank_status cbi_problem_add_grant(cbi_problem *problem, int64_t amount, uint32_t course,
                                   uint32_t number, cbank_error *err);
cbank_status cbi_problem_add_place(cbi_problem *problem, uint32_t bucket, cbank_error *err);
/* The spans of `limit` are ignored; `part` is copied. */
cbank_status cbi_problem_add_limit(cbi_problem *problem, const cbi_limit *limit,
                                   const uint32_t *part, uint32_t count, cbank_error *err);
cbank_status cbi_problem_add_entry(cbi_problem *problem, uint32_t place, uint32_t weight,
                                   cbank_error *err);
cbank_status cbi_problem_add_group(cbi_problem *problem, const uint32_t *applications,
                                   uint32_t count, cbank_error *err);
cbank_status cbi_problem_add_residency(cbi_problem *problem, int64_t min,
                                       const uint32_t *applications, uint32_t count,
                                       cbank_error *err);

/* INTERNAL unless every index is in range and every order as said above: the front's own check. */
cbank_status cbi_problem_check(const cbi_problem *problem, cbank_error *err);

#endif
