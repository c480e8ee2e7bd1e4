/*
 * sweep.h - the best plan that reaches a target, by going through the stages once.
 *
 * Of all ways that come to the same state, that is, the same room in every row, the same wants and
 * the same flags, only those are kept that can become the best plan: what is added from there on is
 * the same for all. So plans by the billion are a few hundred states. A state is dropped as soon as
 * prices show that nothing beyond it reaches the target.
 *
 * The answer is the best by the goal and, of those that tie, the canonical one: whatever is added
 * to two beginnings, the one that came first canonically comes first still.
 */
#ifndef CBI_RULES_SWEEP_H
#define CBI_RULES_SWEEP_H

#include "rules/tail.h"

/* Begins by cbi_sweep_begin; owns its states. */
typedef struct cbi_sweep {
    const cbi_stages *stages;
    cbi_goal goal;
    cbi_target target;
    int64_t counted_most;
    uint64_t work;      /* counted up: eight states tried are one, or as many compared */
    uint64_t compared;
    struct cbi_sweep_prices {
        int64_t allowed;   /* what may be lost before the target is out of reach */
        int64_t *of_way;   /* lost by each way */
        int64_t *of_slot;  /* by each unit of room that is left, or of a want that is exceeded */
        cbi_tail tails[CBI_TAILS_MAX];
        uint32_t tail_count;
    } prices[CBI_MEASURES];
    uint32_t price_count;
    uint32_t first_row; /* slots from here on are rows */
    int64_t *up;        /* owned: what later stages can add to each slot */
    size_t key_words, used_words, stride;
    struct cbi_sweep_layer {
        uint8_t *states; /* owned */
        uint32_t count, room;
    } layers[2];
    uint32_t *heads;    /* owned: a table of the states of the newer layer */
    uint32_t head_count;
    struct cbi_sweep_link *links; /* owned: how each state came about */
    uint32_t link_count, link_room;
    cbi_plan left, right; /* owned */
} cbi_sweep;

cbank_status cbi_sweep_begin(const cbi_stages *stages, cbi_goal goal, cbi_sweep *out,
                             cbank_error *err);
void cbi_sweep_clear(cbi_sweep *sweep);

/* A new target; no prices. No plan that reaches it counts more than `counted_most`. */
void cbi_sweep_aim(cbi_sweep *sweep, const cbi_target *target, int64_t counted_most);
/* Takes the bound's present multipliers along; it was evaluated, for the same target, at the
 * beginning of all. False if they show that the target is out of reach. */
cbank_status cbi_sweep_price(cbi_sweep *sweep, cbi_arena *arena, bool *within, cbank_error *err);

typedef enum cbi_sweep_end {
    CBI_SWEEP_FOUND,
    CBI_SWEEP_NONE,    /* no plan reaches the target */
    CBI_SWEEP_STOPPED, /* it would have taken more than `work_max` */
} cbi_sweep_end;

/* Fills `plan`, which was begun for the problem, if one is found. */
cbank_status cbi_sweep_run(cbi_sweep *sweep, uint64_t work_max, cbi_plan *plan,
                           cbi_sweep_end *end, cbank_error *err);

#endif
