/* story.h - one learner to whom everything happens that may, in the world of world.h. */
#ifndef CBI_TESTS_PROOF_STORY_H
#define CBI_TESTS_PROOF_STORY_H

#include "proof/paper.h"

/* Positions in the learner's chain. */
enum {
    STORY_OPENED = 0,
    STORY_MATHS = 1,    /* own: 3.5, later amended to 3 */
    STORY_ENGLISH = 2,  /* vouched: 2, suspended in the end */
    STORY_PHYSICS = 3,  /* rotated, first key: 4, suspended and reinstated */
    STORY_CHEMISTRY = 4, /* rotated, second key: 1.5 */
    STORY_ART = 5,      /* own: 1, revoked */
    STORY_REVOKED = 6,
    STORY_SUSPENDED = 7,
    STORY_REINSTATED = 8,
    STORY_DOUBTED = 9,
    STORY_SUPERSEDED = 10,
    STORY_AMENDED = 11,
    STORY_FROZEN = 12,
    STORY_UNFROZEN = 13,
    STORY_MERGED_IN = 14,
    STORY_LATE = 15, /* own: 0.5 */
    STORY_COUNT = 16,
    /* then the other account's: opened, a record of 5, merged out */
    STORY_OLD_RECORD = 17,
    STORY_ALL = 19,
};
#define STORY_TOTAL 14000

typedef struct story {
    world *world;
    world_learner learner;
    world_learner old;    /* the same person's other account, merged into `learner` */
    world_learner friend; /* somebody else, with one record */
} story;

void story_begin(story *out, cbi_suite suite);
void story_end(story *it);

#endif
