/* Mergers undone, documents put right: what a bank may take back, and what it only says it may. */
#include <criterion/criterion.h>

#include "proof/story.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name

static story it;
static world_learner someone;
static const cbi_verify_terms terms = {.at = WORLD_AT};
static const paper_terms full = {.evidence = true};
static const paper_terms disclosed = {.evidence = true, .disclosed = true};

static void start(void)
{
    story_begin(&it, CBI_SUITE_SHA256_ED25519);
    world_open(it.world, &someone, "cn-id", "360302190001010018", "丙三");
}

static void end(void)
{
    story_end(&it);
}

TestSuite(undoing, .init = start, .fini = end);

static cbi_verdict verdict_of(const world_learner *learner, const paper_terms *how,
                              cbi_directory *directory)
{
    cbi_bytes file = paper_make(it.world, learner, how);
    cbi_verdict verdict = {0};
    cbank_error err = {0};

    world_open_directory(it.world, directory);
    cr_assert_eq(cbi_verify_transcript(file, &(cbi_trust){.directory = directory}, &terms,
                                       &verdict, &err),
                 CBANK_OK, "%s", cbi_reason_word((cbi_reason)err.reason));
    return verdict;
}

static void accepted(const world_learner *learner, const paper_terms *how)
{
    cbi_directory directory;
    cbi_verdict verdict = verdict_of(learner, how, &directory);

    cbi_verdict_clear(&verdict);
    cbi_directory_clear(&directory);
}

static void refused(const world_learner *learner, const paper_terms *how, cbi_reason reason)
{
    paper_refused(it.world, paper_make(it.world, learner, how), &terms, reason);
}

static int64_t credits_of(const world_learner *learner)
{
    cbi_directory directory;
    cbi_verdict verdict = verdict_of(learner, &full, &directory);
    int64_t milli = verdict.totals.count == 0 ? 0 : verdict.totals.items[0].milli;

    cbi_verdict_clear(&verdict);
    cbi_directory_clear(&directory);
    return milli;
}

static const world_entry *entry(const world_learner *learner, size_t sequence)
{
    return &learner->chain.entries[sequence];
}

/* ---- changes to what was merged in ------------------------------------------------------- */

Test(undoing, a_record_of_a_merged_account_changes_where_it_was_merged_into)
{
    cr_expect_eq(credits_of(&it.learner), STORY_TOTAL);
    world_take(it.world, &it.world->own, &it.learner, entry(&it.old, 1), ACTION(SUSPEND));
    cr_expect_eq(credits_of(&it.learner), STORY_TOTAL - 5000);
    world_take(it.world, &it.world->own, &it.learner, entry(&it.old, 1), ACTION(REINSTATE));
    cr_expect_eq(credits_of(&it.learner), STORY_TOTAL);
    world_take(it.world, &it.world->own, &it.learner, entry(&it.old, 1), ACTION(REVOKE));
    cr_expect_eq(credits_of(&it.learner), STORY_TOTAL - 5000);
}

Test(undoing, an_amended_record_of_a_merged_account_counts_once)
{
    world_batch *batch = world_batch_new(it.world, &it.world->own);

    world_amend(it.world, batch, &it.learner, entry(&it.old, 1), 4000);
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
    cr_expect_eq(credits_of(&it.learner), STORY_TOTAL - 1000);
}

Test(undoing, two_mergers_deep_it_is_found_as_well)
{
    world_merge(it.world, &it.learner, &someone);
    world_take(it.world, &it.world->own, &someone, entry(&it.old, 1), ACTION(REVOKE));
    cr_expect_eq(credits_of(&someone), STORY_TOTAL - 5000);
}

Test(undoing, a_change_before_the_merger_cannot_be_to_what_it_brought)
{
    world_take(it.world, &it.world->own, &it.friend, entry(&it.old, 1), ACTION(REVOKE));
    refused(&it.friend, &full, CBI_REASON_CHANGE_DIFFERS);
    world_give(it.world, &it.world->own, &someone, "S", 1000);
    world_take(it.world, &it.world->own, &it.learner, entry(&someone, 1), ACTION(REVOKE));
    world_merge(it.world, &someone, &it.learner);
    refused(&it.learner, &full, CBI_REASON_CHANGE_DIFFERS);
}

/* ---- mergers undone ---------------------------------------------------------------------- */

Test(undoing, both_accounts_go_on_apart)
{
    world_unmerge(it.world, &it.learner);
    cr_expect_eq(credits_of(&it.learner), STORY_TOTAL - 5000);
    cr_expect_eq(credits_of(&it.old), 5000);
    world_give(it.world, &it.world->own, &it.old, "AGAIN", 1000);
    cr_expect_eq(credits_of(&it.old), 6000);
    world_merge(it.world, &it.old, &it.learner);
    cr_expect_eq(credits_of(&it.learner), STORY_TOTAL + 1000);
}

Test(undoing, what_was_merged_in_by_mistake_is_not_shown_any_more)
{
    world_unmerge(it.world, &it.learner);
    it.learner.merged[it.learner.merged_count++] = &it.old;
    refused(&it.learner, &full, CBI_REASON_CHAIN_MERGE);
}

Test(undoing, what_changed_meanwhile_is_written_again_where_the_record_is)
{
    const world_entry *revoked = world_take(it.world, &it.world->own, &it.learner,
                                            entry(&it.old, 1), ACTION(REVOKE));

    world_unmerge(it.world, &it.learner);
    cr_expect_eq(credits_of(&it.old), 5000, "the bank has kept it from the other chain");
    world_restore(it.world, &it.old, revoked);
    cr_expect_eq(credits_of(&it.old), 0);
    cr_expect_eq(credits_of(&it.learner), STORY_TOTAL - 5000);
}

Test(undoing, what_was_amended_meanwhile_stays_with_whom_it_was_given)
{
    world_batch *batch = world_batch_new(it.world, &it.world->own);
    const world_entry *superseded;

    world_amend(it.world, batch, &it.learner, entry(&it.old, 1), 4000);
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
    superseded = entry(&it.learner, it.learner.chain.count - 2);
    world_unmerge(it.world, &it.learner);
    world_restore(it.world, &it.old, superseded);
    cr_expect_eq(credits_of(&it.old), 0);
    /* Anywhere else a supersede without its record is half of an amendment. */
    world_give(it.world, &it.world->own, &it.old, "X", 1000);
    world_take(it.world, &it.world->own, &it.old, entry(&it.old, it.old.chain.count - 1),
               ACTION(SUPERSEDE));
    refused(&it.old, &full, CBI_REASON_AMENDED_APART);
}

Test(undoing, a_revocation_cannot_hide_behind_a_merger_that_was_not)
{
    /* It names an entry of nobody's, outside of the time in which anything was merged in. */
    world_take(it.world, &it.world->own, &it.learner, entry(&it.friend, 1), ACTION(REVOKE));
    refused(&it.learner, &full, CBI_REASON_CHANGE_DIFFERS);
    world_unmerge(it.world, &it.learner);
    accepted(&it.learner, &full); /* it was in that time after all, and tells nothing of ours */
    world_take(it.world, &it.world->own, &it.learner, entry(&it.friend, 1), ACTION(REVOKE));
    refused(&it.learner, &full, CBI_REASON_CHANGE_DIFFERS);
}

Test(undoing, a_change_that_names_a_shown_record_touches_it_though_a_merger_was_undone)
{
    world_batch *batch = world_batch_new(it.world, &it.world->own);

    world_change(it.world, batch, &it.learner, entry(&it.learner, STORY_LATE), ACTION(REVOKE));
    batch->items[0].touched = entry(&it.old, 1);
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
    world_unmerge(it.world, &it.learner);
    refused(&it.learner, &full, CBI_REASON_CHANGE_DIFFERS);
}

static void undo_wrongly(world_learner *learner, uint64_t sequence, const cbi_hash *leaf)
{
    Cbank__V1__Unmerged body = CBANK__V1__UNMERGED__INIT;

    body.account = learner->account;
    body.touched_sequence = sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(leaf));
    world_append(it.world, &learner->chain, KIND(UNMERGED), &body);
}

Test(undoing, only_a_merger_that_stands_can_be_undone)
{
    const world_chain *chain = &it.learner.chain;

    undo_wrongly(&it.learner, STORY_MATHS, &chain->entries[STORY_MATHS].leaf);
    refused(&it.learner, &full, CBI_REASON_UNDOING_DIFFERS);
    world_rewind(it.world, it.world->size - 1, &it.learner.chain, STORY_COUNT);
    undo_wrongly(&it.learner, STORY_MERGED_IN, &chain->entries[STORY_LATE].leaf);
    refused(&it.learner, &full, CBI_REASON_UNDOING_DIFFERS);
    world_rewind(it.world, it.world->size - 1, &it.learner.chain, STORY_COUNT);
    undo_wrongly(&it.learner, STORY_COUNT + 5, &chain->entries[STORY_LATE].leaf);
    refused(&it.learner, &full, CBI_REASON_UNDOING_DIFFERS);
    world_rewind(it.world, it.world->size - 1, &it.learner.chain, STORY_COUNT);
    world_unmerge(it.world, &it.learner);
    undo_wrongly(&it.learner, STORY_MERGED_IN, &chain->entries[STORY_MERGED_IN].leaf);
    refused(&it.learner, &full, CBI_REASON_UNDOING_DIFFERS);
}

Test(undoing, a_merged_account_goes_on_only_by_undoing_its_own_end)
{
    world_merge(it.world, &someone, &it.old); /* into one that has ended itself */
    it.old.merged_count = 0;
    world_rewind(it.world, it.world->size - 1, &it.old.chain, 3);
    undo_wrongly(&someone, 1, &it.old.chain.entries[1].leaf);
    refused(&someone, &full, CBI_REASON_UNDOING_DIFFERS);
    world_rewind(it.world, it.world->size - 1, &someone.chain, 2);
    world_give(it.world, &it.world->own, &someone, "S", 1000);
    refused(&someone, &full, CBI_REASON_ACCOUNT_MERGED);
}

/* ---- documents --------------------------------------------------------------------------- */

Test(undoing, any_document_in_force_shows_whose_the_account_is)
{
    cbi_hash first = someone.random;

    world_bind(it.world, &someone, "passport/GBR", "X1234567");
    accepted(&someone, &disclosed);
    someone.type = "cn-id";
    someone.number = "360302190001010018";
    someone.random = first;
    accepted(&someone, &disclosed);
}

Test(undoing, a_number_that_was_corrected_no_longer_shows_it)
{
    world_learner before = someone;

    world_correct(it.world, &someone, entry(&someone, 0), "360302190001010026");
    accepted(&someone, &disclosed);
    before.chain = someone.chain;
    refused(&before, &disclosed, CBI_REASON_HOLDER_DIFFERS);
}

Test(undoing, a_document_that_was_unbound_no_longer_shows_it)
{
    world_learner bound;

    world_bind(it.world, &someone, "passport/GBR", "X1234567");
    bound = someone;
    world_unbind(it.world, &someone, entry(&someone, 1));
    bound.chain = someone.chain;
    refused(&bound, &disclosed, CBI_REASON_HOLDER_DIFFERS);
}

Test(undoing, a_document_that_the_log_never_named_goes_without_a_trace)
{
    world_unbind(it.world, &someone, NULL);
    accepted(&someone, &disclosed);
    world_correct(it.world, &someone, NULL, "360302190001010026");
    accepted(&someone, &disclosed);
}

Test(undoing, only_a_document_in_force_can_be_corrected_or_unbound)
{
    const size_t size = it.world->size;

    world_unbind(it.world, &it.learner, entry(&it.learner, STORY_MATHS));
    refused(&it.learner, &full, CBI_REASON_UNDOING_DIFFERS);
    world_rewind(it.world, size, &it.learner.chain, STORY_COUNT);
    world_correct(it.world, &it.learner, entry(&it.old, 0), "360302190001010026");
    refused(&it.learner, &full, CBI_REASON_UNDOING_DIFFERS);
    world_rewind(it.world, size, &it.learner.chain, STORY_COUNT);
    world_unbind(it.world, &it.learner, entry(&it.learner, 0));
    world_unbind(it.world, &it.learner, entry(&it.learner, 0));
    refused(&it.learner, &full, CBI_REASON_UNDOING_DIFFERS);
}

Test(undoing, what_is_undone_is_never_withheld)
{
    static const int kinds[] = {KIND(ACCOUNT_RESTRICTED), KIND(ACCOUNT_RELEASED),
                                KIND(ACCOUNT_CLOSED),     KIND(ACCOUNT_REOPENED),
                                KIND(ACCOUNT_DECEASED)};

    world_bind(it.world, &someone, "passport/GBR", "X1234567");
    world_correct(it.world, &someone, entry(&someone, 0), "360302190001010026");
    world_unbind(it.world, &someone, entry(&someone, 1));
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        world_state(it.world, &someone, kinds[i]);
    for (size_t i = 1; i < someone.chain.count; i++)
        refused(&someone, &(paper_terms){.withheld = 1u << i}, CBI_REASON_ITEM_WITHHELD);
    accepted(&someone, &full);
}

/* ---- states, as a status file tells them -------------------------------------------------- */

Test(undoing, every_state_agrees_with_the_status_file_and_an_older_one_does_not)
{
    static const int kinds[] = {KIND(ACCOUNT_FROZEN), KIND(ACCOUNT_RESTRICTED),
                                KIND(ACCOUNT_CLOSED), KIND(ACCOUNT_DECEASED)};
    world_learner *all[] = {&someone};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        cbi_bytes before = paper_make(it.world, &someone, &full);
        cbi_verify_terms fresh = {.at = WORLD_AT};

        world_state(it.world, &someone, kinds[i]);
        fresh.status = world_true_status(it.world, all, 1);
        paper_refused(it.world, before, &fresh, CBI_REASON_ENDED_SINCE);
        cr_expect_eq(paper_answer_to(it.world, paper_make(it.world, &someone, &full), &fresh,
                                     NULL),
                     CBANK_OK);
        world_rewind(it.world, it.world->size - 1, &someone.chain, 1);
    }
}
