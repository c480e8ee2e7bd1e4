/*
 * bound.h - what no plan beyond a position can exceed.
 *
 * The rows, and the records, groups and courses that several applications want, are given prices
 * (Lagrange multipliers); what is missing is replaced by a weighted sum of the wants of buckets,
 * which it cannot fall below. What is left falls apart: of the applications of one block, which
 * exclude each other, the one worth most is taken. The value of that is a bound for any prices
 * that are not negative. So prices may be improved roughly, as long as the value is exact: they are
 * whole numbers, and every rounding goes the safe way.
 *
 * A target says what is looked for: measures that a plan must reach. `slack` is how far the bound
 * lies above the target: below zero nothing is there.
 */
#ifndef CBI_RULES_BOUND_H
#define CBI_RULES_BOUND_H

#include "rules/position.h"

/* The four measures, in the order of cbi_measures. */
enum { CBI_MISSING, CBI_COUNTED, CBI_EARNED, CBI_RECORDS, CBI_MEASURES };

#define CBI_BOUND_ONE ((int64_t)1 << 20) /* the weight of the measure aimed at */

/* Measures to be reached, of those that are `held`; prices are set around the one aimed at. */
typedef struct cbi_target {
    int64_t at[CBI_MEASURES];
    bool held[CBI_MEASURES];
    uint32_t aim;
} cbi_target;

/* A row of the relaxation, in whole units of its own of at most 2^20. */
typedef struct cbi_price {
    int64_t limit_num; /* limit_num / limit_den units */
    int64_t limit_den;
    int64_t step; /* how much a unit matters beside those of other rows, in 1/256 */
    int64_t par;  /* the price at which credit there is worth nothing; 0: not of credit */
    int64_t grain; /* raw numbers in a unit; 0: units are rounded, or not of credit */
} cbi_price;

/* What a place or an application pays for a price: `linear` only for what is counted in full. */
typedef struct cbi_charge {
    uint32_t price;
    int64_t fixed;
    int64_t linear;
} cbi_charge;

/* Charges of key k: list[first[k]] .. list[first[k + 1]]. */
typedef struct cbi_charges {
    uint32_t *first;
    cbi_charge *list;
} cbi_charges;

/* Lives in the arena it was built in. */
typedef struct cbi_bound {
    const cbi_model *model;
    const cbi_position *position;
    cbi_target target;
    cbi_price *prices;
    uint32_t price_count;
    cbi_charges of_place;
    cbi_charges of_application;
    uint32_t block_count;
    uint32_t *block_first; /* applications of each block */
    uint32_t *block_applications;
    uint32_t *block_of;    /* of each application */
    int64_t unit;          /* in 1/1000 credit: what all amounts are multiples of */
    int64_t *amounts;      /* of each place in units, rounded up */
    int64_t typical;       /* of them */

    /* Multipliers, in 2^-20: prices; wants of buckets, of the total, of residencies; measures. */
    int64_t *values;
    int64_t *best; /* those of the least slack seen */
    uint32_t value_count;
    int64_t need;  /* the weight of what is missing that the wants come to */

    /* What these multipliers come to at the position: */
    int64_t *weights;       /* of a credit in each bucket and, last, anywhere */
    int64_t *worth;         /* of each application that is not closed */
    int64_t *block_worth;
    uint32_t *block_choice; /* an application, or CBI_NONE */
    uint32_t *grant_choice; /* a place, or CBI_NONE; of applications that were looked at */
    uint8_t *grant_full;
    int64_t *gaps;          /* use of each price less its limit */
    int64_t *counted;       /* in each bucket, in all, and for each residency; in units */
    uint8_t *active;        /* of the same: wants that make up what is missing */
    int64_t chosen[CBI_MEASURES]; /* measures of the choice, in units */
    __int128 slack;         /* in 2^-20 of 1/1000 credit */
    uint64_t work;          /* evaluations so far */
} cbi_bound;

cbank_status cbi_bound_build(cbi_arena *arena, const cbi_position *position, cbi_bound *out,
                             cbank_error *err);

/* Begins with plain prices for the target. */
void cbi_bound_aim(cbi_bound *bound, const cbi_target *target);

/* Values the position at the present multipliers. */
void cbi_bound_evaluate(cbi_bound *bound);

/* Tries for each row of credit whether its full price makes the bound better. */
void cbi_bound_prime(cbi_bound *bound);

/* Sets the prices that are paid, one after the other, so that their rows are just about kept. */
void cbi_bound_balance(cbi_bound *bound);

/* Improves the multipliers for some rounds; true as soon as the target is out of reach. The bound
 * then stands at the best ones. */
bool cbi_bound_refute(cbi_bound *bound, uint32_t rounds);

/* The multipliers, out and in: value_count numbers. */
void cbi_bound_save(const cbi_bound *bound, int64_t *values);
void cbi_bound_restore(cbi_bound *bound, const int64_t *values);

/* How far the present choice is from keeping each row, and its measures. */
void cbi_bound_find_gaps(cbi_bound *bound);

/* Where the multipliers of wants and of measures stand in `values`. */
int64_t *cbi_bound_wants(const cbi_bound *bound);
uint32_t cbi_bound_want_count(const cbi_bound *bound);
int64_t *cbi_bound_measures(const cbi_bound *bound);
/* The least credit that a want asks for. */
int64_t cbi_bound_want_min(const cbi_problem *problem, uint32_t want);

/*
 * Wants are weights of sums that what is missing cannot fall below, if they are spread as the
 * buckets lie: whatever a bucket passes down, each of its children may have in full. What the
 * weights come to then is `need`.
 */
void cbi_bound_sum_need(cbi_bound *bound);

/* True if the slack would be below zero with this much less worth in one block. */
bool cbi_bound_is_lost(const cbi_bound *bound, int64_t loss);

/* What an application pays besides what its places do. */
int64_t cbi_bound_application_cost(const cbi_bound *bound, uint32_t application);
/* What a place is worth to its application at the present multipliers. */
int64_t cbi_bound_place_worth(const cbi_bound *bound, uint32_t place);

#endif
