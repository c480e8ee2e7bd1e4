/*
 * state.h - what a sweep knows of a beginning of plans: the room that it leaves, and its measures.
 */
#ifndef CBI_RULES_STATE_H
#define CBI_RULES_STATE_H

#include "rules/sweep.h"

/* In the place of a slot's number: a row that cannot be exceeded any more, a leaf that cannot be
 * overfilled. */
#define CBI_SLOT_FREE INT64_MIN

/* Behind it: flags, slots, and the records used, the oldest in the highest bit. */
typedef struct cbi_state {
    uint32_t link;
    uint32_t next; /* in the chain of the table, plus one */
    uint64_t hash;
    int64_t counted;
    int64_t earned;
    int64_t lack; /* of the leaves at home in the programme */
    int64_t records;
    int64_t loss[CBI_MEASURES];
    bool dead; /* another one is better */
    uint64_t key[];
} cbi_state;

/* How a state came about. */
typedef struct cbi_sweep_link {
    uint32_t before;
    uint32_t way;
} cbi_sweep_link;

int64_t *cbi_state_slots(const cbi_sweep *sweep, cbi_state *state);

/* Makes zeroed memory the state before the first stage; sweep->up says what all stages add. */
void cbi_state_begin(const cbi_sweep *sweep, cbi_state *state);
/* Turns a copy of the state before into the state after; false if nothing good comes of it. */
bool cbi_state_follow(const cbi_sweep *sweep, cbi_state *state, uint32_t stage, uint32_t way);

/* Of flags and rows: states are compared where these are the same. */
uint64_t cbi_state_hash(const cbi_sweep *sweep, cbi_state *state);
bool cbi_state_is_alike(const cbi_sweep *sweep, cbi_state *a, cbi_state *b);
/* True if two states are alike and, whatever is added to both, `a` is better than `b`. */
bool cbi_state_is_better(cbi_sweep *sweep, cbi_state *a, cbi_state *b);
/* Negative if `a` comes first canonically. */
int cbi_state_compare(cbi_sweep *sweep, cbi_state *a, cbi_state *b);

/* Behind the last stage: what is missing. The lacks of the state are used up. */
int64_t cbi_state_missing(const cbi_sweep *sweep, cbi_state *state);
/* The plan that led here. */
void cbi_state_plan(const cbi_sweep *sweep, uint32_t link, cbi_plan *plan);

#endif
