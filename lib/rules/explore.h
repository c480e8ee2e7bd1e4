/*
 * explore.h - looks through all plans beyond a position for those that reach a target.
 *
 * Depth first: at each position the bound either refutes the target, or shows what cannot be part
 * of a plan that reaches it, and which block of applications is best decided next.
 */
#ifndef CBI_RULES_EXPLORE_H
#define CBI_RULES_EXPLORE_H

#include "rules/bound.h"
#include "rules/cut.h"

typedef enum cbi_explore_end {
    CBI_EXPLORE_REACHED,   /* a plan that reaches the target was found, and it is the best so far */
    CBI_EXPLORE_EXHAUSTED, /* there is none */
    CBI_EXPLORE_STOPPED,   /* out of work */
} cbi_explore_end;

/* Lives in the arena it was built in, except for its owners. */
typedef struct cbi_explore {
    const cbi_model *model;
    cbi_position position;
    cbi_bound bound;
    cbi_cut cut;           /* owned */
    cbi_goal goal;
    cbi_plan best;         /* owned: the best plan seen */
    cbi_plan draft;        /* owned */
    cbi_target target;
    int64_t step;          /* after a plan is found, look for one better by this; 0: stop */
    uint8_t *must;         /* of each record: it has to be used */
    uint64_t work_max;
    uint64_t swept;        /* work done by sweeps (ideal.h) */
    bool gave_up;          /* some placement's counted amounts were not decided */
    struct cbi_frame *frames;
    struct cbi_branch *branches;
    uint32_t depth_max;
    int64_t *saved;        /* multipliers of the first levels */
    uint32_t saved_levels;
} cbi_explore;

/* `best` begins as the empty plan. Nothing is owned on failure. */
cbank_status cbi_explore_build(cbi_arena *arena, const cbi_model *model, cbi_goal goal,
                              uint64_t work_max, cbi_explore *out, cbank_error *err);
void cbi_explore_clear(cbi_explore *search);

/* From the present position on; the position is as before afterwards. */
cbank_status cbi_explore_run(cbi_explore *search, cbi_explore_end *end, cbank_error *err);

/* Work done so far. */
uint64_t cbi_explore_work(const cbi_explore *search);

#endif
