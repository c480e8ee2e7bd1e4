/*
 * model.h - a problem as the search sees it: rows of whole numbers, and who excludes whom.
 *
 * Every cap part and maximum that could be exceeded at all is a row,
 *
 *     sum over the places used of (fixed + per * counted) <= limit,
 *
 * where `per` is 0 unless the place may be cut or the limit is a share of what is counted. Shares
 * are multiplied out: used * den - counted * num <= 0.
 */
#ifndef CBI_RULES_MODEL_H
#define CBI_RULES_MODEL_H

#include "base/arena.h"
#include "rules/plan.h"

typedef struct cbi_term {
    uint32_t place;
    uint32_t row;
    int64_t fixed;
    int64_t per; /* of what is counted; of places that cannot be cut it is in `fixed` */
    int64_t least; /* the least that it can add, whatever is counted */
} cbi_term;

typedef struct cbi_row {
    int64_t limit;
    uint32_t first; /* terms, by rising place */
    uint32_t count;
    int64_t greatest; /* `least` of its terms */
    bool records;     /* an application adds its term once, however many grants stand here */
    bool falls;       /* some term is negative: what is over may come right again */
    bool cuts;        /* some term has a `per` */
} cbi_row;

/* Lives in the arena it was built in. */
typedef struct cbi_model {
    const cbi_problem *problem;
    cbi_row *rows;
    uint32_t row_count;
    cbi_term *terms;
    uint32_t term_count;
    uint32_t *place_first; /* terms of place p: place_terms[place_first[p]] .. [p + 1] */
    uint32_t *place_terms;
    uint8_t *may_cut; /* of each place */
    bool any_cut;     /* some place may be cut */

    uint32_t *record_first; /* applications of each record */
    uint32_t *record_applications;
    uint32_t *group_first; /* groups of each application */
    uint32_t *groups;
    uint32_t *course_first; /* grants of each course */
    uint32_t *course_grants;
    uint32_t *residency_first; /* residencies that each application counts for */
    uint32_t *residencies;
    uint32_t bucket_order[CBI_BUCKETS_MAX]; /* children before parents */
} cbi_model;

/* A step of it: drops rows that others together imply; of those that imply each other the last one
 * stays. */
cbank_status cbi_model_drop_implied(cbi_arena *arena, cbi_model *model, cbank_error *err);

cbank_status cbi_model_build(cbi_arena *arena, const cbi_problem *problem, cbi_model *out,
                             cbank_error *err);

#endif
