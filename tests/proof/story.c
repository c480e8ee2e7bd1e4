#include "proof/story.h"

#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name

static void give_first(story *it)
{
    world_batch *batch = world_batch_new(it->world, &it->world->own);

    world_award(it->world, batch, &it->learner, "MATHS", 3500);
    world_award(it->world, batch, &it->friend, "MATHS-F", 2000);
    world_sign(it->world, batch);
    world_deposit(it->world, batch);
    world_give(it->world, &it->world->vouched, &it->learner, "ENGLISH", 2000);
    world_give(it->world, &it->world->rotated, &it->learner, "PHYSICS", 4000);
    world_rotate(it->world, &it->world->rotated);
    world_give(it->world, &it->world->rotated, &it->learner, "CHEMISTRY", 1500);
    world_give(it->world, &it->world->own, &it->learner, "ART", 1000);
}

static void change_them(story *it)
{
    const world_entry *entries = it->learner.chain.entries;
    world_batch *batch;

    world_take(it->world, &it->world->own, &it->learner, &entries[STORY_ART], ACTION(REVOKE));
    world_take(it->world, &it->world->rotated, &it->learner, &entries[STORY_PHYSICS],
               ACTION(SUSPEND));
    world_take(it->world, &it->world->rotated, &it->learner, &entries[STORY_PHYSICS],
               ACTION(REINSTATE));
    world_take(it->world, &it->world->vouched, &it->learner, &entries[STORY_ENGLISH],
               ACTION(SUSPEND));
    batch = world_batch_new(it->world, &it->world->own);
    world_amend(it->world, batch, &it->learner, &entries[STORY_MATHS], 3000);
    world_sign(it->world, batch);
    world_deposit(it->world, batch);
}

void story_begin(story *out, cbi_suite suite)
{
    *out = (story){.world = world_new(suite)};
    world_open(out->world, &out->learner, "cn-id", "440524188001010014", "李一");
    world_open(out->world, &out->friend, "cn-id", "360302190001010026", "王二");
    world_open(out->world, &out->old, "cn-id", "440524188001010014", "李一");
    give_first(out);
    change_them(out);
    world_freeze(out->world, &out->learner, true);
    world_freeze(out->world, &out->learner, false);
    world_give(out->world, &out->world->own, &out->old, "OLD", 5000);
    world_merge(out->world, &out->old, &out->learner);
    world_give(out->world, &out->world->own, &out->learner, "LATE", 500);
}

void story_end(story *it)
{
    world_free(it->world);
}
