/* Somebody else's transcript, somebody else's bank, somebody else's terms. */
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

TestSuite(impostor, .init = start, .fini = end);

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

/* The verdict on what is accepted; it stays valid as long as the directory. */
static cbi_verdict verdict_of(cbi_bytes file, const cbi_directory *directory)
{
    cbi_verdict verdict = {0};

    cr_assert_eq(cbi_verify_transcript(file, &(cbi_trust){.directory = directory}, &terms,
                                       &verdict, NULL),
                 CBANK_OK);
    return verdict;
}

/* ---- somebody else's transcript ---------------------------------------------------------- */

Test(impostor, a_friends_transcript_does_not_open_under_ones_own_number)
{
    paper *made = paper_new(it.world, &it.friend, &full);

    made->holder.document_number = cbi_message_string(it.learner.number);
    made->holder.name = cbi_message_string(it.learner.name);
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
    made->holder.random =
        cbi_message_data(cbi_bytes_of_hash(&it.learner.random));
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
}

Test(impostor, a_friends_record_on_ones_own_account_is_not_shown_to_be_ones_own)
{
    world_batch *batch = world_batch_new(it.world, &it.world->own);
    cbi_directory directory;
    cbi_verdict verdict;
    paper *made;

    world_award(it.world, batch, &it.friend, "FRIENDS", 9000);
    batch->items[0].learner = &it.learner;
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
    made = paper_new(it.world, &it.learner, &full);
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
    made->items[STORY_COUNT].opening->number = cbi_message_string(it.friend.number);
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
    made->items[STORY_COUNT].opening = NULL;
    world_open_directory(it.world, &directory);
    verdict = verdict_of(paper_sign(made), &directory);
    cr_expect(verdict.items[STORY_LATE].holder_shown);
    cr_expect(!verdict.items[STORY_COUNT].holder_shown);
    cbi_verdict_clear(&verdict);
    cbi_directory_clear(&directory);
}

Test(impostor, the_opening_of_another_record_opens_nothing)
{
    paper *made = paper_new(it.world, &it.learner, &full);

    made->items[STORY_LATE].opening = made->items[STORY_MATHS].opening;
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
    made = paper_new(it.world, &it.learner, &full);
    made->items[STORY_LATE].opening->random.len = 16;
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
}

Test(impostor, the_number_is_the_accounts_even_where_no_record_is_opened)
{
    paper *made = paper_new(it.world, &it.friend, &full);

    made->items[1].opening = NULL;
    accepted(paper_sign(made));
    made->holder.document_number = cbi_message_string(it.learner.number);
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
}

Test(impostor, an_opening_names_the_very_document_that_is_disclosed)
{
    paper *made = paper_new(it.world, &it.learner, &full);

    made->items[STORY_LATE].opening->number = cbi_message_string(it.friend.number);
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
    made = paper_new(it.world, &it.learner, &full);
    made->items[STORY_LATE].opening->document_type = cbi_message_string("passport/GBR");
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
}

Test(impostor, an_opening_where_no_number_is_disclosed_or_no_record_stands_is_refused)
{
    paper *made = paper_new(it.world, &it.learner, &full);

    made->items[STORY_FROZEN].opening = made->items[STORY_MATHS].opening;
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
    made = paper_new(it.world, &it.learner, &full);
    made->head.holder = NULL;
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
}

Test(impostor, a_name_in_an_opening_is_nobodys_word_and_refused)
{
    paper *made = paper_new(it.world, &it.learner, &full);

    made->items[STORY_MATHS].opening->name = cbi_message_string("某人");
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
}

/* ---- banks that are not the bank --------------------------------------------------------- */

Test(impostor, a_home_made_bank_with_the_real_banks_name)
{
    cbi_hash fingerprint = world_fingerprint(it.world->root_key);
    cbi_directory directory = {0};
    story fake;

    story_begin(&fake, CBI_SUITE_SHA256_ED25519);
    refused(paper_make(fake.world, &fake.learner, &full), CBI_REASON_BAD_SIGNATURE);
    cr_expect_eq(cbi_directory_open(world_directory(fake.world), &fingerprint, WORLD_AT,
                                    &directory, NULL),
                 CBANK_E_UNTRUSTED_KEY);
    story_end(&fake);
}

Test(impostor, a_bank_of_another_name_or_suite)
{
    story other;

    story_begin(&other, CBI_SUITE_SHA256_ED25519);
    other.world->origin = "other.example/credit/sha256-ed25519/1";
    refused(paper_make(other.world, &other.learner, &full), CBI_REASON_ORIGIN_UNKNOWN);
    story_end(&other);
    story_begin(&other, CBI_SUITE_SM3_SM2);
    refused(paper_make(other.world, &other.learner, &full), CBI_REASON_ORIGIN_UNKNOWN);
    other.world->origin = it.world->origin;
    refused(paper_make(other.world, &other.learner, &full), CBI_REASON_BAD_SIGNATURE);
    story_end(&other);
}

Test(impostor, a_transcript_signed_by_the_root_key_or_a_college_is_not_the_logs)
{
    paper *made = paper_new(it.world, &it.learner, &full);

    made->signer = it.world->root_key;
    refused(paper_sign(made), CBI_REASON_BAD_SIGNATURE);
    made->signer = it.world->own.keys[0].key;
    refused(paper_sign(made), CBI_REASON_BAD_SIGNATURE);
}

/* ---- terms ------------------------------------------------------------------------------- */

Test(impostor, an_expired_transcript)
{
    paper *made = paper_new(it.world, &it.learner, &full);

    made->terms.expires_at = WORLD_AT - 1;
    refused(paper_sign(made), CBI_REASON_FILE_EXPIRED);
}

Test(impostor, a_transcript_for_somebody_else_or_shown_to_who_does_not_say)
{
    cbi_bytes file = paper_make(it.world, &it.learner, &(paper_terms){.recipient = "OTHER"});

    refused(file, CBI_REASON_RECIPIENT_OTHER);
    terms.recipient = cbi_bytes_of_text("");
    refused(file, CBI_REASON_RECIPIENT_UNSTATED);
    terms.recipient = cbi_bytes_of_text("anyone");
    refused(file, CBI_REASON_RECIPIENT_OTHER);
}
