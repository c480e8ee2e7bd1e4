/*
 * world.h - a programme, a rule set and learners, drawn from a seed: the same on every machine.
 *
 * The shape is that of real ones: nearly all rules turn one course into one, one in two hundred
 * takes two records and gives two grants, every seventh course is accepted from a grade on, and
 * twelve caps lie over each other: four of the whole, four for each institution and four for each
 * year, half of them of one bucket only. For most learners the one for each institution decides. In
 * a tight world those of a year and of a bucket are so low that nearly all of them bind at once: a
 * look at how plans behave beyond what is asked for.
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
    bool tight;
    uint64_t state;
} world;

/* Ends the program if it cannot. */
void world_make(world *w, uint32_t rules, bool tight);
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
