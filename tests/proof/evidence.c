/* Evidence whose key, receipt or batch is out of its time and place. */
#include <criterion/criterion.h>

#include <string.h>

#include "proof/story.h"

static story it;
static cbi_verify_terms terms;

static void start(void)
{
    story_begin(&it, CBI_SUITE_SHA256_ED25519);
    terms = (cbi_verify_terms){.recipient = cbi_bytes_of_text(PAPER_RECIPIENT), .at = WORLD_AT};
}

static void end(void)
{
    story_end(&it);
}

TestSuite(evidence, .init = start, .fini = end);

static const paper_terms full = {.evidence = true, .disclosed = true};

static void refused(cbi_bytes file, cbi_reason reason)
{
    paper_refused(it.world, file, &terms, reason);
}

static void accepted(cbi_bytes file)
{
    cbi_reason reason;

    cr_expect_eq(paper_answer_to(it.world, file, &terms, &reason), CBANK_OK, "%s",
                 cbi_reason_word(reason));
}

Test(evidence, a_batch_under_a_retired_key_however_it_is_dated)
{
    world_batch *batch = world_batch_new(it.world, &it.world->rotated);

    world_award(it.world, batch, &it.friend, "BACKDATED", 9000);
    batch->signer = it.world->rotated.keys[0].key;
    it.world->clock = WORLD_BEGIN + 1;
    world_sign(it.world, batch);
    it.world->clock = WORLD_BEGIN + 5000;
    world_deposit(it.world, batch);
    refused(paper_make(it.world, &it.friend, &full), CBI_REASON_INSTITUTION_KEY);
}

Test(evidence, a_batch_under_a_key_that_was_not_yet_the_colleges)
{
    it.world->rotated.keys[1].from = it.world->rotated.keys[0].until = it.world->size;
    refused(paper_make(it.world, &it.learner, &full), CBI_REASON_INSTITUTION_KEY);
}

Test(evidence, a_receipt_cannot_be_moved_to_where_its_key_was_valid)
{
    paper *made = paper_new(it.world, &it.learner, &full);
    uint32_t late = made->items[STORY_LATE].batch - 1;

    made->evidence[late].index = 3;
    refused(paper_sign(made), CBI_REASON_NOT_INCLUDED);
    made = paper_new(it.world, &it.learner, &full);
    made->evidence[late].sequence++;
    refused(paper_sign(made), CBI_REASON_NOT_INCLUDED);
    made = paper_new(it.world, &it.learner, &full);
    made->evidence[late].receipt = made->evidence[0].receipt;
    refused(paper_sign(made), CBI_REASON_EVIDENCE_DIFFERS);
    made->evidence[late].receipt = cbi_message_data(it.world->own.chain.entries[0].statement);
    refused(paper_sign(made), CBI_REASON_EVIDENCE_DIFFERS);
    made = paper_new(it.world, &it.learner, &full);
    made->evidence[late].previous.len = 0;
    refused(paper_sign(made), CBI_REASON_HEAD_VALUE);
}

Test(evidence, a_receipt_is_of_this_batch_number_and_institution)
{
    for (int row = 0; row < 3; row++) {
        world_batch *batch = world_batch_new(it.world, &it.world->own);
        uint64_t size = it.world->size;
        size_t receipts = it.world->rotated.chain.count;

        world_award(it.world, batch, &it.friend, "X", 1000);
        world_sign(it.world, batch);
        if (row == 0)
            batch->number++;
        else if (row == 1)
            batch->id.bytes[0] ^= 1;
        else
            batch->institution = &it.world->rotated;
        world_deposit(it.world, batch);
        refused(paper_make(it.world, &it.friend, &full), CBI_REASON_EVIDENCE_DIFFERS);
        world_rewind(it.world, size, &it.friend.chain, 2);
        it.world->own.chain.count -= row < 2;
        it.world->rotated.chain.count = receipts;
    }
}

Test(evidence, a_batch_for_another_bank)
{
    world_batch *batch = world_batch_new(it.world, &it.world->own);

    batch->origin = "other.example/credit/sha256-ed25519/1";
    world_award(it.world, batch, &it.friend, "ELSEWHERE", 9000);
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
    refused(paper_make(it.world, &it.friend, &full), CBI_REASON_EVIDENCE_DIFFERS);
}

Test(evidence, a_college_that_the_directory_does_not_list)
{
    world_batch *batch = world_batch_new(it.world, &it.world->own);

    it.world->own.code = "NOBODY";
    it.world->own.chain.id = "NOBODY";
    cr_assert_eq(cbi_entry_tag(it.world->hasher, it.world->own.chain.kind,
                               &it.world->own.chain.random, cbi_bytes_of_text("NOBODY"),
                               &it.world->own.chain.tag, NULL),
                 CBANK_OK);
    world_award(it.world, batch, &it.friend, "X", 9000);
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
    it.world->own.code = "PXU";
    refused(paper_make(it.world, &it.friend,
                       &(paper_terms){.evidence = true, .withheld = 1u << 1}),
            CBI_REASON_INSTITUTION_UNKNOWN);
}

Test(evidence, a_suspended_college_keeps_what_it_gave_before_and_gives_nothing_after)
{
    world_suspend(it.world, &it.world->own);
    accepted(paper_make(it.world, &it.learner, &full));
    world_give(it.world, &it.world->own, &it.learner, "AFTER", 9000);
    refused(paper_make(it.world, &it.learner, &full), CBI_REASON_INSTITUTION_OUT);
}

Test(evidence, a_key_behind_a_gap_is_not_the_one_that_the_verifier_knows)
{
    cbi_pinned_key pin = {.institution = "GZU",
                          .fingerprint = world_fingerprint(it.world->rotated.keys[0].key)};
    cbi_verdict verdict = {0};
    cbi_directory directory;

    it.world->rotated.keys[1].request = (cbi_bytes){0};
    world_open_directory(it.world, &directory);
    cr_assert_eq(cbi_verify_transcript(paper_make(it.world, &it.learner, &full),
                                       &(cbi_trust){.directory = &directory, .pins = &pin,
                                                    .pin_count = 1},
                                       &terms, &verdict, NULL),
                 CBANK_OK);
    cr_expect_eq(verdict.items[STORY_CHEMISTRY].proven, CBI_PROVEN_VOUCHED);
    cr_expect_eq(verdict.items[STORY_PHYSICS].proven, CBI_PROVEN_VOUCHED,
                 "under the key that is known, but reinstated under the other");
    cbi_verdict_clear(&verdict);
    cbi_directory_clear(&directory);
}

Test(evidence, a_log_key_outside_its_sizes)
{
    cbi_private *later = world_new_key(it.world);
    cbi_bytes file = paper_make(it.world, &it.learner, &full);
    world *bank = it.world;

    /* The key signed up to the story's end; a later one has signed since. */
    bank->log_keys[0].until_size = bank->size;
    cbank__v1__log_key__init(&bank->log_keys[1]);
    bank->log_keys[1].public_key = cbi_message_data(cbi_public_bytes(cbi_private_public(later)));
    bank->log_keys[1].from_size = bank->size;
    bank->log_key_count = 2;
    world_freeze(bank, &it.friend, true);
    cbi_private_free(bank->log_key);
    bank->log_key = later;
    refused(file, CBI_REASON_LOG_KEY_RANGE);
    accepted(paper_make(bank, &it.learner, &full));
    bank->log_keys[0].until_size = bank->log_keys[1].from_size = bank->size;
    accepted(paper_make(bank, &it.learner, &full));
    accepted(file);
}
