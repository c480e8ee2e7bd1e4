/*
 * world.h - a programme, a rule set and learners, drawn from a seed: the same on every machine.
 *
 * The shape is that of real ones: nearly all rules turn one course into one, one in two hundred
 * takes two records and gives two grants, every seventh course is accepted from a grade on, and
 * twelve caps lie over each other.
 */
#ifndef WORLD_H
#define WORLD_H

#include "rules/compile.h"

typedef struct world {
    cbi_arena arena;
    cbi_ruleset *ruleset;
    cbi_programme *programme;
    uint32_t rules;
    uint32_t institutions;
    uint64_t state;
} world;

/* Ends the program if it cannot. */
void world_make(world *w, uint32_t rules);
void world_clear(world *w);

/* Begins as {0}; drawn again, it keeps its memory. */
typedef struct learner {
    cbi_arena arena;
    cbi_fact *facts;
    uint32_t count;
} learner;
void learner_draw(learner *l, world *w, uint32_t records);
void learner_clear(learner *l);

#endif
