/* A transcript against a later status file. */
#include <criterion/criterion.h>

#include "proof/story.h"

#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name

static story it;
static cbi_directory directory;
static cbi_verify_terms terms;
static cbi_bytes file;
static world_learner *learners[3];

static void start(void)
{
    story_begin(&it, CBI_SUITE_SHA256_ED25519);
    learners[0] = &it.learner;
    learners[1] = &it.old;
    learners[2] = &it.friend;
    world_open_directory(it.world, &directory);
    file = paper_make(it.world, &it.learner, &(paper_terms){.evidence = true});
    terms = (cbi_verify_terms){.at = WORLD_AT};
}

static void end(void)
{
    cbi_directory_clear(&directory);
    story_end(&it);
}

TestSuite(freshness, .init = start, .fini = end);

static cbank_status verify(cbi_reason *reason)
{
    cbi_verdict verdict = {0};
    cbank_error err = {0};
    cbank_status status = cbi_verify_transcript(file, &(cbi_trust){.directory = &directory},
                                                &terms, &verdict, &err);

    if (status == CBANK_OK) {
        cr_expect_eq(verdict.fresh, terms.status.size > 0);
        cr_expect_eq(verdict.status_size, terms.status.size > 0 ? it.world->size : 0);
    }
    cbi_verdict_clear(&verdict);
    *reason = (cbi_reason)err.reason;
    return status;
}

static void stale(cbi_reason reason)
{
    cbi_reason actual;

    cr_expect_eq(verify(&actual), CBANK_E_STALE);
    cr_expect_eq(actual, reason, "for %s", cbi_reason_word(actual));
}

static void fresh(void)
{
    cbi_reason reason;

    cr_expect_eq(verify(&reason), CBANK_OK, "%s", cbi_reason_word(reason));
}

static void read_status(void)
{
    terms.status = world_true_status(it.world, learners, 3);
}

Test(freshness, without_a_status_file_nothing_is_said)
{
    fresh();
}

Test(freshness, what_is_listed_as_it_is_shown_is_fresh_now_and_later)
{
    read_status();
    fresh();
    world_give(it.world, &it.world->own, &it.friend, "MORE", 1000);
    world_give(it.world, &it.world->own, &it.learner, "MORE", 1000);
    read_status();
    fresh();
}

Test(freshness, a_record_that_was_revoked_since)
{
    world_take(it.world, &it.world->own, &it.learner, &it.learner.chain.entries[STORY_LATE],
               ACTION(REVOKE));
    read_status();
    stale(CBI_REASON_ENDED_SINCE);
}

Test(freshness, a_record_that_was_withheld_is_not_asked_about)
{
    file = paper_make(it.world, &it.learner, &(paper_terms){.withheld = 1u << STORY_LATE});
    world_take(it.world, &it.world->own, &it.learner, &it.learner.chain.entries[STORY_LATE],
               ACTION(REVOKE));
    read_status();
    fresh();
}

Test(freshness, a_record_that_was_reinstated_or_consumed_since)
{
    cbi_status_row consumed = {it.learner.chain.entries[STORY_LATE].batch->items[0].id,
                               CBANK__V1__RECORD_STATE__RECORD_STATE_CONSUMED};

    terms.status = world_status(it.world, &consumed, 1, NULL, 0, WORLD_EXPIRES);
    stale(CBI_REASON_ENDED_SINCE);
    world_take(it.world, &it.world->vouched, &it.learner,
               &it.learner.chain.entries[STORY_ENGLISH], ACTION(REINSTATE));
    read_status();
    stale(CBI_REASON_ENDED_SINCE);
}

Test(freshness, an_account_that_was_frozen_or_merged_since)
{
    world_freeze(it.world, &it.learner, true);
    read_status();
    stale(CBI_REASON_ENDED_SINCE);
    file = paper_make(it.world, &it.learner, &(paper_terms){0});
    cbi_directory_clear(&directory);
    world_open_directory(it.world, &directory);
    fresh();
    world_freeze(it.world, &it.learner, false);
    world_merge(it.world, &it.learner, &it.friend);
    read_status();
    stale(CBI_REASON_ENDED_SINCE);
}

Test(freshness, an_older_status_file_says_nothing)
{
    read_status();
    world_give(it.world, &it.world->own, &it.friend, "MORE", 1000);
    file = paper_make(it.world, &it.learner, &(paper_terms){0});
    stale(CBI_REASON_STATUS_OLDER);
}

Test(freshness, an_expired_status_file_says_nothing)
{
    terms.status = world_status(it.world, NULL, 0, NULL, 0, WORLD_AT - 1);
    stale(CBI_REASON_STATUS_EXPIRED);
}

Test(freshness, a_status_file_that_cannot_be_used_does_not_speak_against_the_transcript)
{
    story other;
    cbi_bytes sound;

    story_begin(&other, CBI_SUITE_SHA256_ED25519);
    read_status();
    sound = terms.status;
    terms.status = cbi_bytes_of(sound.data, sound.size - 1);
    stale(CBI_REASON_STATUS_UNUSABLE);
    terms.status = file;
    stale(CBI_REASON_STATUS_UNUSABLE);
    terms.status = world_true_status(other.world, learners, 1);
    stale(CBI_REASON_STATUS_UNUSABLE);
    story_end(&other);
}

Test(freshness, a_status_file_of_another_history_is_a_fork)
{
    cbi_reason reason;

    world_rewind(it.world, it.world->size - 2, &it.learner.chain, STORY_COUNT - 1);
    it.world->own.chain.count--;
    world_give(it.world, &it.world->own, &it.learner, "OTHER", 1000);
    terms.status = world_status(it.world, NULL, 0, NULL, 0, WORLD_EXPIRES);
    cr_expect_eq(verify(&reason), CBANK_E_FORK);
}

Test(freshness, also_where_the_directory_speaks_of_another_size)
{
    cbi_reason reason;

    world_freeze(it.world, &it.friend, true);
    cbi_directory_clear(&directory);
    world_open_directory(it.world, &directory);
    world_rewind(it.world, it.world->size - 3, &it.learner.chain, STORY_COUNT - 1);
    it.world->own.chain.count--;
    world_give(it.world, &it.world->own, &it.learner, "OTHER", 1000);
    terms.status = world_status(it.world, NULL, 0, NULL, 0, WORLD_EXPIRES);
    cr_expect_eq(verify(&reason), CBANK_E_FORK);
}

Test(freshness, a_status_file_of_another_history_than_the_directorys_is_a_fork)
{
    uint64_t size = it.world->size;
    cbi_reason reason;

    world_give(it.world, &it.world->own, &it.friend, "ONE", 1000);
    cbi_directory_clear(&directory);
    world_open_directory(it.world, &directory);
    world_rewind(it.world, size, &it.friend.chain, 2);
    it.world->own.chain.count--;
    world_give(it.world, &it.world->own, &it.friend, "OTHER", 1000);
    terms.status = world_status(it.world, NULL, 0, NULL, 0, WORLD_EXPIRES);
    cr_expect_eq(verify(&reason), CBANK_E_FORK);
}
