/* Entries that join and do not make sense together: a bank has logged and signed each of them. */
#include <criterion/criterion.h>

#include <string.h>

#include "proof/story.h"

#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name

static story it;

static void start(void)
{
    story_begin(&it, CBI_SUITE_SHA256_ED25519);
}

static void end(void)
{
    story_end(&it);
}

TestSuite(meaning, .init = start, .fini = end);

static void refused_with(paper_terms made, cbi_reason reason)
{
    paper_refused(it.world, paper_make(it.world, &it.learner, &made),
                  &(cbi_verify_terms){.at = WORLD_AT}, reason);
}

/* At both levels of evidence, which makes no difference to what things mean. */
static void refused(cbi_reason reason)
{
    refused_with((paper_terms){.evidence = true}, reason);
    refused_with((paper_terms){0}, reason);
}

static const world_entry *entry(size_t item)
{
    return &it.learner.chain.entries[item];
}

static void deposit(world_batch *batch)
{
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
}

Test(meaning, one_record_counts_once)
{
    world_batch *batch = entry(STORY_LATE)->batch;

    world_deposit(it.world, batch);
    refused(CBI_REASON_RECORD_TWICE);
}

Test(meaning, one_record_counts_once_over_merged_accounts)
{
    world_batch *batch = it.old.chain.entries[1].batch;

    batch->items[0].learner = &it.learner;
    world_deposit(it.world, batch);
    refused(CBI_REASON_RECORD_TWICE);
}

Test(meaning, a_change_names_the_record_that_it_touches)
{
    world_batch *batch = world_batch_new(it.world, &it.world->own);

    world_change(it.world, batch, &it.learner, entry(STORY_LATE), ACTION(REVOKE));
    batch->items[0].touched = entry(STORY_AMENDED);
    deposit(batch);
    refused(CBI_REASON_CHANGE_DIFFERS);
}

Test(meaning, a_revocation_is_not_turned_upon_an_entry_that_is_withheld)
{
    world_batch *batch = world_batch_new(it.world, &it.world->own);

    world_change(it.world, batch, &it.learner, entry(STORY_LATE), ACTION(REVOKE));
    batch->items[0].touched = entry(STORY_AMENDED);
    deposit(batch);
    refused_with((paper_terms){.withheld = 1u << STORY_AMENDED}, CBI_REASON_CHANGE_DIFFERS);
    refused_with((paper_terms){.withheld = 1u << STORY_AMENDED, .evidence = true},
                 CBI_REASON_CHANGE_DIFFERS);
}

Test(meaning, a_change_touches_an_earlier_award_by_sequence_and_leaf)
{
    world_entry wrong = *entry(STORY_LATE);
    world_batch *batch = world_batch_new(it.world, &it.world->own);
    uint64_t size = it.world->size;
    size_t receipts = it.world->own.chain.count;

    world_change(it.world, batch, &it.learner, entry(STORY_LATE), ACTION(REVOKE));
    world_sign(it.world, batch);
    batch->items[0].touched = &wrong;
    for (uint64_t sequence = 1; sequence <= STORY_COUNT + 1; sequence++) {
        wrong.sequence = sequence;
        world_deposit(it.world, batch);
        if (sequence != STORY_LATE)
            refused_with((paper_terms){0}, CBI_REASON_CHANGE_DIFFERS);
        world_rewind(it.world, size, &it.learner.chain, STORY_COUNT);
        it.world->own.chain.count = receipts;
    }
    wrong = *entry(STORY_FROZEN);
    world_deposit(it.world, batch);
    refused(CBI_REASON_CHANGE_DIFFERS);
}

Test(meaning, only_who_awarded_a_record_changes_it)
{
    world_take(it.world, &it.world->rotated, &it.learner, entry(STORY_LATE), ACTION(REVOKE));
    refused_with((paper_terms){.evidence = true}, CBI_REASON_CHANGE_DIFFERS);
}

Test(meaning, what_is_revoked_or_superseded_stays_so)
{
    static const struct {
        size_t item;
        Cbank__V1__ChangeAction action;
        cbi_reason reason;
    } rows[] = {
        {STORY_ART, ACTION(REVOKE), CBI_REASON_RECORD_FINAL},
        {STORY_ART, ACTION(REINSTATE), CBI_REASON_RECORD_FINAL},
        {STORY_MATHS, ACTION(REVOKE), CBI_REASON_RECORD_FINAL},
        {STORY_LATE, ACTION(REINSTATE), CBI_REASON_RECORD_NOT_SUSPENDED},
    };
    uint64_t size = it.world->size;
    size_t receipts = it.world->own.chain.count;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        world_take(it.world, &it.world->own, &it.learner, entry(rows[i].item), rows[i].action);
        refused(rows[i].reason);
        world_rewind(it.world, size, &it.learner.chain, STORY_COUNT);
        it.world->own.chain.count = receipts;
    }
}

Test(meaning, a_second_suspension_of_what_is_suspended)
{
    world_take(it.world, &it.world->vouched, &it.learner, entry(STORY_ENGLISH), ACTION(SUSPEND));
    refused(CBI_REASON_RECORD_SUSPENDED);
}

/* ---- amending ---------------------------------------------------------------------------- */

Test(meaning, a_replacement_without_its_change_would_count_twice)
{
    world_batch *batch = world_batch_new(it.world, &it.world->own);

    world_amend(it.world, batch, &it.learner, entry(STORY_LATE), 700);
    batch->items[0] = batch->items[1];
    batch->count = 1;
    deposit(batch);
    refused(CBI_REASON_AMENDED_APART);
    refused_with((paper_terms){.withheld = 1u << STORY_LATE}, CBI_REASON_AMENDED_APART);
}

Test(meaning, a_record_is_replaced_once)
{
    world_batch *batch = world_batch_new(it.world, &it.world->own);

    world_amend(it.world, batch, &it.learner, entry(STORY_LATE), 700);
    world_amend(it.world, batch, &it.learner, entry(STORY_LATE), 800);
    batch->items[2] = batch->items[3];
    batch->count = 3;
    deposit(batch);
    refused(CBI_REASON_AMENDED_APART);
}

Test(meaning, both_halves_of_an_amendment_are_in_one_batch)
{
    world_batch *first = world_batch_new(it.world, &it.world->own);
    world_batch *second = world_batch_new(it.world, &it.world->own);

    world_amend(it.world, first, &it.learner, entry(STORY_LATE), 700);
    second->items[0] = first->items[1];
    first->count = second->count = 1;
    deposit(first);
    deposit(second);
    refused(CBI_REASON_AMENDED_APART);
}

Test(meaning, what_is_complete_shows_what_a_superseded_record_became)
{
    world_take(it.world, &it.world->own, &it.learner, entry(STORY_LATE), ACTION(SUPERSEDE));
    refused(CBI_REASON_AMENDED_APART);
}

/* ---- what an item and its evidence may hold ---------------------------------------------- */

static void refused_signed(paper *made, cbi_reason reason)
{
    paper_refused(it.world, paper_sign(made), &(cbi_verify_terms){.at = WORLD_AT}, reason);
}

Test(meaning, only_a_deposit_or_a_change_has_evidence_and_that_exists)
{
    paper *made = paper_new(it.world, &it.learner, &(paper_terms){.evidence = true});

    made->items[STORY_FROZEN].batch = 1;
    refused_signed(made, CBI_REASON_EVIDENCE_DIFFERS);
    made->items[STORY_FROZEN].batch = 0;
    made->items[STORY_LATE].batch = (uint32_t)made->evidence_count + 1;
    refused_signed(made, CBI_REASON_HEAD_VALUE);
}

Test(meaning, an_item_is_a_statement_or_a_digest_with_a_class)
{
    paper_terms selection = {.evidence = true, .withheld = 1u << STORY_LATE};
    paper *made = paper_new(it.world, &it.learner, &selection);
    Cbank__V1__TranscriptItem withheld = made->items[STORY_LATE];
    Cbank__V1__TranscriptItem *item = &made->items[STORY_LATE];
    Cbank__V1__Opening opening = CBANK__V1__OPENING__INIT;

    item->entry_class = CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_UNSPECIFIED;
    refused_signed(made, CBI_REASON_HEAD_VALUE);
    *item = withheld;
    item->digest.len = 31;
    refused_signed(made, CBI_REASON_HEAD_VALUE);
    *item = withheld;
    item->batch = 1;
    refused_signed(made, CBI_REASON_HEAD_VALUE);
    *item = withheld;
    item->path = made->items[STORY_MATHS].path;
    item->n_path = 1;
    refused_signed(made, CBI_REASON_HEAD_VALUE);
    *item = withheld;
    item->opening = &opening;
    refused_signed(made, CBI_REASON_HEAD_VALUE);
    *item = withheld;
    item->statement = made->items[STORY_AMENDED].statement;
    refused_signed(made, CBI_REASON_HEAD_VALUE);
    *item = withheld;
    made->items[STORY_ENGLISH].digest = withheld.digest;
    refused_signed(made, CBI_REASON_HEAD_VALUE);
    made->items[STORY_ENGLISH].digest.len = 0;
    made->items[STORY_ENGLISH].entry_class = CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD;
    refused_signed(made, CBI_REASON_HEAD_VALUE);
    made->items[STORY_ENGLISH].entry_class = CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_UNSPECIFIED;
    cr_expect_eq(paper_answer(it.world, paper_sign(made)), CBANK_OK);
}

Test(meaning, a_path_without_a_batch_or_of_odd_hashes)
{
    paper *made = paper_new(it.world, &it.learner, &(paper_terms){.evidence = true});
    Cbank__V1__TranscriptItem *maths = &made->items[STORY_MATHS];
    ProtobufCBinaryData path[CBI_PROOF_PATH_MAX + 1];

    cr_assert_eq(maths->n_path, 1u);
    maths->batch = 0;
    refused_signed(made, CBI_REASON_HEAD_VALUE);
    maths->batch = 1;
    maths->path[0].len = 31;
    refused_signed(made, CBI_REASON_HEAD_VALUE);
    maths->n_path = 0;
    refused_signed(made, CBI_REASON_NOT_INCLUDED);
    for (size_t i = 0; i <= CBI_PROOF_PATH_MAX; i++)
        path[i] = made->head.root;
    maths->n_path = CBI_PROOF_PATH_MAX + 1;
    maths->path = path;
    refused_signed(made, CBI_REASON_HEAD_VALUE);
}
