/* Chains that do not join, and mergers between them: the bank has signed them all the same. */
#include <criterion/criterion.h>

#include "proof/story.h"

static story it;

static void start(void)
{
    story_begin(&it, CBI_SUITE_SHA256_ED25519);
}

static void end(void)
{
    story_end(&it);
}

TestSuite(chain, .init = start, .fini = end);

static const paper_terms full = {.evidence = true, .disclosed = true};

static void refused(cbi_bytes file, cbi_reason reason)
{
    paper_refused(it.world, file, &(cbi_verify_terms){.at = WORLD_AT}, reason);
}

static paper *draft(void)
{
    return paper_new(it.world, &it.learner, &full);
}

static bool is_award(size_t item)
{
    return item == STORY_OLD_RECORD ||
           (item < STORY_COUNT && it.learner.chain.entries[item].entry_class ==
                                      CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD);
}

Test(chain, an_item_left_out_or_put_in_twice_breaks_it)
{
    for (size_t i = 0; i < STORY_ALL; i++) {
        size_t chain = i < STORY_COUNT ? 0 : 1;
        paper *made = draft();

        paper_drop(made, i);
        made->chains[chain].items--;
        cr_expect_neq(paper_answer(it.world, paper_sign(made)), CBANK_OK, "without item %zu", i);
        made = draft();
        paper_insert(made, i, &made->items[i]);
        made->chains[chain].items++;
        cr_expect_neq(paper_answer(it.world, paper_sign(made)), CBANK_OK, "item %zu twice", i);
    }
}

Test(chain, without_its_newest_entry_it_does_not_end_where_it_says)
{
    paper *made = draft();

    paper_drop(made, STORY_LATE);
    made->chains[0].items--;
    refused(paper_sign(made), CBI_REASON_CHAIN_LEAF);
}

Test(chain, with_an_older_end_it_is_not_what_the_proof_is_about)
{
    paper *made = draft();

    paper_drop(made, STORY_LATE);
    made->chains[0].items--;
    made->chains[0].last_leaf = cbi_message_data(
        cbi_bytes_of_hash(&it.learner.chain.entries[STORY_MERGED_IN].leaf));
    refused(paper_sign(made), CBI_REASON_NOT_INCLUDED);
}

Test(chain, two_items_swapped_break_it)
{
    for (size_t i = 0; i + 1 < STORY_ALL; i++) {
        paper *made = draft();
        Cbank__V1__TranscriptItem first = made->items[i];

        made->items[i] = made->items[i + 1];
        made->items[i + 1] = first;
        cr_expect_neq(paper_answer(it.world, paper_sign(made)), CBANK_OK, "item %zu", i);
    }
}

Test(chain, another_learners_item_does_not_fit_anywhere)
{
    paper *friends = paper_new(it.world, &it.friend, &full);

    for (size_t i = 0; i < STORY_ALL; i++) {
        bool first = i == 0 || i == STORY_COUNT;
        paper *made = draft();
        cbank_status status;

        made->items[i] = friends->items[first ? 0 : 1];
        made->items[i].batch = 0;
        made->items[i].n_path = 0;
        refused(paper_sign(made), CBI_REASON_CHAIN_ACCOUNT);
        made = draft();
        made->items[i] = friends->items[1];
        paper_withhold(made, i);
        status = paper_answer(it.world, paper_sign(made));
        /* What stood there may be missed before the leaves are compared. */
        cr_expect(status == CBANK_E_BROKEN_CHAIN || status == CBANK_E_BAD_SEMANTICS);
    }
}

Test(chain, what_is_no_award_is_never_withheld)
{
    end();
    for (size_t s = 0; s < WORLD_SUITES; s++) {
        story_begin(&it, world_suites[s]);
        for (size_t i = 0; i < 2 * STORY_ALL; i++) {
            paper_terms terms = {.evidence = i % 2 == 0, .disclosed = true};
            paper *made = paper_new(it.world, &it.learner, &terms);

            made->terms.completeness = CBANK__V1__COMPLETENESS__COMPLETENESS_SELECTION;
            paper_withhold(made, i / 2);
            if (is_award(i / 2))
                cr_expect_eq(paper_answer(it.world, paper_sign(made)), CBANK_OK, "%zu", i / 2);
            else
                refused(paper_sign(made), CBI_REASON_ITEM_WITHHELD);
        }
        if (s + 1 < WORLD_SUITES)
            end();
    }
}

Test(chain, a_revocation_cannot_be_withheld_under_another_class)
{
    for (int class = CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD;
         class <= CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_OTHER; class++) {
        paper *made = draft();
        cbank_status status;

        made->terms.completeness = CBANK__V1__COMPLETENESS__COMPLETENESS_SELECTION;
        paper_withhold(made, STORY_REVOKED);
        made->items[STORY_REVOKED].entry_class = (Cbank__V1__EntryClass)class;
        status = paper_answer(it.world, paper_sign(made));
        cr_expect(status == CBANK_E_BAD_SEMANTICS || status == CBANK_E_BROKEN_CHAIN);
    }
}

Test(chain, what_says_it_is_complete_withholds_nothing)
{
    for (size_t i = 0; i < STORY_ALL; i++) {
        paper *made = draft();

        if (!is_award(i))
            continue;
        paper_withhold(made, i);
        refused(paper_sign(made), CBI_REASON_COMPLETENESS);
    }
}

Test(chain, the_opening_comes_first_and_is_shown)
{
    paper *made = draft();

    paper_withhold(made, 0);
    made->items[0].entry_class = CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD;
    refused(paper_sign(made), CBI_REASON_CHAIN_FIRST);
    made = draft();
    paper_drop(made, 0);
    made->chains[0].items--;
    refused(paper_sign(made), CBI_REASON_CHAIN_FIRST);
    made = draft();
    made->items[1] = made->items[0];
    refused(paper_sign(made), CBI_REASON_CHAIN_FIRST);
}

Test(chain, the_account_and_its_tag_are_those_of_the_entries)
{
    paper *made = draft();

    made->chains[0].account = it.friend.account;
    refused(paper_sign(made), CBI_REASON_CHAIN_ACCOUNT);
    made = draft();
    made->chains[0].tag_random = cbi_message_data(cbi_bytes_of_hash(&it.friend.chain.random));
    refused(paper_sign(made), CBI_REASON_CHAIN_LEAF);
}

Test(chain, a_statement_of_another_subject_has_no_place_in_it)
{
    paper *made = draft();

    made->items[STORY_LATE].statement = made->evidence[0].receipt;
    refused(paper_sign(made), CBI_REASON_CHAIN_ACCOUNT);
}

Test(chain, time_does_not_run_backwards)
{
    it.world->clock = WORLD_BEGIN + 1;
    world_freeze(it.world, &it.learner, true);
    refused(paper_sign(draft()), CBI_REASON_TIME_BACKWARDS);
}

Test(chain, a_frozen_or_merged_account_takes_nothing_new)
{
    world_freeze(it.world, &it.learner, true);
    world_give(it.world, &it.world->own, &it.learner, "NEW", 1000);
    refused(paper_sign(draft()), CBI_REASON_ACCOUNT_FROZEN);
    world_rewind(it.world, it.world->size - 3, &it.learner.chain, STORY_COUNT);
    it.world->own.chain.count--;
    world_give(it.world, &it.world->own, &it.old, "NEW", 1000);
    refused(paper_make(it.world, &it.old, &full), CBI_REASON_ACCOUNT_MERGED);
}

/* ---- mergers ----------------------------------------------------------------------------- */

Test(chain, a_merged_chain_cannot_be_withheld)
{
    refused(paper_make(it.world, &it.learner, &(paper_terms){.evidence = true, .own_only = true}),
            CBI_REASON_CHAIN_MERGE);
}

Test(chain, a_chain_that_nothing_merged_is_not_taken_in)
{
    it.friend.merged[it.friend.merged_count++] = &it.old;
    refused(paper_make(it.world, &it.friend, &full), CBI_REASON_CHAIN_MERGE);
}

Test(chain, a_merged_chain_ends_at_the_leaf_that_the_merger_names)
{
    paper *made = draft();

    /* As the other account stood before it was closed, with its record but not its end. */
    paper_drop(made, STORY_ALL - 1);
    made->chains[1].items--;
    made->chains[1].last_leaf =
        cbi_message_data(cbi_bytes_of_hash(&it.old.chain.entries[1].leaf));
    refused(paper_sign(made), CBI_REASON_CHAIN_MERGE);
}

Test(chain, a_merger_of_an_account_that_went_elsewhere_or_did_not_end)
{
    Cbank__V1__MergedIn in = CBANK__V1__MERGED_IN__INIT;
    const world_chain *from = &it.friend.chain;

    in.account = it.learner.account;
    in.from_account = it.friend.account;
    in.from_tag_random = cbi_message_data(cbi_bytes_of_hash(&from->random));
    in.from_sequence = 1;
    in.from_leaf = cbi_message_data(cbi_bytes_of_hash(&from->entries[1].leaf));
    world_append(it.world, &it.learner.chain,
                 CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_MERGED_IN, &in);
    it.learner.merged[it.learner.merged_count++] = &it.friend;
    refused(paper_sign(draft()), CBI_REASON_CHAIN_MERGE);

    /* Now it ended, but in a third account. */
    it.learner.merged_count--;
    world_rewind(it.world, it.world->size - 1, &it.learner.chain, STORY_COUNT);
    world_merge(it.world, &it.friend, &it.old);
    in.from_sequence = 2;
    in.from_leaf = cbi_message_data(cbi_bytes_of_hash(&from->entries[2].leaf));
    world_append(it.world, &it.learner.chain,
                 CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_MERGED_IN, &in);
    it.learner.merged[it.learner.merged_count++] = &it.friend;
    it.old.merged_count = 0;
    it.old.chain.count = 3;
    refused(paper_sign(draft()), CBI_REASON_CHAIN_MERGE);
}

Test(chain, one_account_is_merged_in_once)
{
    Cbank__V1__MergedIn in = CBANK__V1__MERGED_IN__INIT;
    const world_chain *from = &it.old.chain;

    in.account = it.learner.account;
    in.from_account = it.old.account;
    in.from_tag_random = cbi_message_data(cbi_bytes_of_hash(&from->random));
    in.from_sequence = 2;
    in.from_leaf = cbi_message_data(cbi_bytes_of_hash(&from->entries[2].leaf));
    world_append(it.world, &it.learner.chain,
                 CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_MERGED_IN, &in);
    refused(paper_sign(draft()), CBI_REASON_CHAIN_MERGE);
    it.learner.merged[it.learner.merged_count++] = &it.old;
    refused(paper_sign(draft()), CBI_REASON_CHAIN_MERGE);
}

Test(chain, a_merged_chain_says_into_which_it_went)
{
    paper *made = draft();

    made->chains[1].merged_into = 0;
    refused(paper_sign(made), CBI_REASON_HEAD_VALUE);
    made->chains[1].merged_into = 2;
    refused(paper_sign(made), CBI_REASON_HEAD_VALUE);
    made->chains[1].merged_into = 1;
    made->chains[0].merged_into = 1;
    refused(paper_sign(made), CBI_REASON_HEAD_VALUE);
}
