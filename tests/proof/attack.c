/* Who would deceive a verifier, and what each of them gets. */
#include <criterion/criterion.h>

#include <string.h>

#include "proof/story.h"

#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name

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

TestSuite(attack, .init = start, .fini = end);

static const paper_terms full = {.evidence = true, .disclosed = true};

static void refused(cbi_bytes file, cbi_reason reason)
{
    cbi_reason actual;
    cbank_status status = paper_answer_to(it.world, file, &terms, &actual);

    cr_expect_eq(status, cbi_reason_status(reason), "answered %d", (int)status);
    cr_expect_eq(actual, reason, "for %s, not %s", cbi_reason_word(actual),
                 cbi_reason_word(reason));
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

/* ---- a bank that swaps a college's key --------------------------------------------------- */

/* The bank's own key in place of the college's, and a batch that it signs with it. */
static cbi_bytes forge(world_institution *college)
{
    world_batch *batch = world_batch_new(it.world, college);

    cbi_private_free(college->keys[0].key);
    college->keys[0].key = world_new_key(it.world);
    world_award(it.world, batch, &it.friend, "FORGED", 9000);
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
    return paper_make(it.world, &it.friend,
                      &(paper_terms){.evidence = true, .withheld = 1u << 1});
}

Test(attack, a_swapped_key_cannot_pass_under_the_colleges_own_request)
{
    cbi_directory directory = {0};

    forge(&it.world->own);
    cr_expect_eq(cbi_directory_open(world_directory(it.world), NULL, WORLD_AT, &directory, NULL),
                 CBANK_E_BAD_SEMANTICS);
}

Test(attack, a_swapped_key_without_a_request_is_vouched_by_the_bank_only)
{
    cbi_bytes file = forge(&it.world->own);
    cbi_directory directory;
    cbi_verdict verdict;

    it.world->own.keys[0].request = (cbi_bytes){0};
    world_open_directory(it.world, &directory);
    verdict = verdict_of(file, &directory);
    cr_expect_eq(verdict.least, CBI_PROVEN_VOUCHED);
    cbi_verdict_clear(&verdict);
    cbi_directory_clear(&directory);
    terms.require = CBI_PROVEN_INSTITUTION;
    refused(file, CBI_REASON_PROVEN_TOO_LITTLE);
}

Test(attack, a_swapped_key_with_a_request_of_the_banks_making_meets_the_key_one_knows)
{
    cbi_pinned_key pin = {.institution = "PXU",
                          .fingerprint = world_fingerprint(it.world->own.keys[0].key)};
    cbi_bytes file = forge(&it.world->own);
    cbi_artefact_reader request;
    cbi_directory directory;
    cbi_verdict verdict = {0};

    cr_assert_eq(cbi_artefact_open(
                     world_request(it.world, "PXU", NULL, it.world->own.keys[0].key), &request,
                     NULL),
                 CBANK_OK);
    it.world->own.keys[0].request = request.envelope;
    world_open_directory(it.world, &directory);
    cr_expect_eq(cbi_verify_transcript(file,
                                       &(cbi_trust){.directory = &directory, .pins = &pin,
                                                    .pin_count = 1},
                                       &terms, &verdict, NULL),
                 CBANK_E_UNTRUSTED_KEY);
    cbi_directory_clear(&directory);
}

Test(attack, a_key_that_the_bank_adds_behind_the_colleges_own_is_vouched_and_all_after_it)
{
    world_institution *college = &it.world->own;
    cbi_directory directory;

    world_rotate(it.world, college);
    college->keys[1].request = (cbi_bytes){0};
    world_rotate(it.world, college);
    world_open_directory(it.world, &directory);
    cr_expect(!cbi_directory_find(&directory, cbi_bytes_of_text("PXU"))->keys[0].vouched);
    cr_expect(cbi_directory_find(&directory, cbi_bytes_of_text("PXU"))->keys[1].vouched);
    cr_expect(cbi_directory_find(&directory, cbi_bytes_of_text("PXU"))->keys[2].vouched);
    cbi_directory_clear(&directory);
}

/* ---- a bank that alters a credit --------------------------------------------------------- */

/* Deposits the friend's record as if it were worth more than the college signed. */
static world_batch *alter(const cbi_private *resign)
{
    world_batch *batch = world_batch_new(it.world, &it.world->own);
    world_batch *better = world_batch_new(it.world, &it.world->own);

    world_award(it.world, batch, &it.friend, "SMALL", 1000);
    world_award(it.world, better, &it.friend, "LARGE", 9000);
    if (resign != NULL) {
        batch->items[0] = better->items[0];
        batch->signer = resign;
    }
    world_sign(it.world, batch);
    batch->items[0] = better->items[0];
    world_deposit(it.world, batch);
    return batch;
}

Test(attack, an_altered_credit_is_not_in_the_batch_that_the_college_signed)
{
    alter(NULL);
    refused(paper_make(it.world, &it.friend, &full), CBI_REASON_NOT_INCLUDED);
}

Test(attack, a_batch_that_the_bank_signs_in_the_colleges_place_has_no_key_of_the_college)
{
    world_batch *batch = alter(it.world->log_key);

    refused(paper_make(it.world, &it.friend, &full), CBI_REASON_INSTITUTION_KEY);
    (void)batch;
}

Test(attack, a_receipt_that_names_the_colleges_key_does_not_make_its_signature)
{
    world_batch *batch = world_batch_new(it.world, &it.world->own);

    world_award(it.world, batch, &it.friend, "LARGE", 9000);
    batch->signer = it.world->log_key;
    world_sign(it.world, batch);
    batch->signer = it.world->own.keys[0].key;
    world_deposit(it.world, batch);
    refused(paper_make(it.world, &it.friend, &full), CBI_REASON_BAD_SIGNATURE);
}

Test(attack, an_altered_credit_without_evidence_is_the_banks_word_and_says_so)
{
    cbi_directory directory;
    cbi_verdict verdict;

    alter(NULL);
    world_open_directory(it.world, &directory);
    verdict = verdict_of(paper_make(it.world, &it.friend, &(paper_terms){0}), &directory);
    cr_expect_eq(verdict.least, CBI_PROVEN_BANK);
    cbi_verdict_clear(&verdict);
    cbi_directory_clear(&directory);
    terms.require = CBI_PROVEN_VOUCHED;
    refused(paper_make(it.world, &it.friend, &(paper_terms){0}), CBI_REASON_PROVEN_TOO_LITTLE);
}

Test(attack, evidence_of_another_batch_proves_nothing)
{
    paper *made = paper_new(it.world, &it.learner, &full);

    made->items[STORY_LATE].batch = made->items[STORY_MATHS].batch;
    refused(paper_sign(made), CBI_REASON_EVIDENCE_DIFFERS);
}

Test(attack, a_college_cannot_award_in_the_name_of_another)
{
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__Awarder awarder = CBANK__V1__AWARDER__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT;
    Cbank__V1__LangText *titles[] = {&title};
    world_batch *batch = world_batch_new(it.world, &it.world->rotated);
    cbi_directory directory;
    cbi_verdict verdict;

    awarder.institution = cbi_message_string("PXU");
    title.value = cbi_message_string("Anything");
    record.reference = cbi_message_string("A");
    record.revision = 1;
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.awarded_by = &awarder;
    record.n_title = 1;
    record.title = titles;
    world_award_record(it.world, batch, &it.friend, &record);
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
    refused(paper_make(it.world, &it.friend, &full), CBI_REASON_EVIDENCE_DIFFERS);

    /* As its delegate it may: that it is one is the bank's word. */
    it.friend.chain.count--;
    it.world->size -= 2;
    it.world->rotated.chain.count--;
    batch = world_batch_new(it.world, &it.world->rotated);
    record.deposited_by = cbi_message_string("GZU");
    world_award_record(it.world, batch, &it.friend, &record);
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
    world_open_directory(it.world, &directory);
    verdict = verdict_of(paper_make(it.world, &it.friend, &full), &directory);
    cr_expect_eq(verdict.items[2].proven, CBI_PROVEN_VOUCHED);
    cr_expect_str_eq(verdict.items[2].institution->message->institution, "GZU");
    cbi_verdict_clear(&verdict);
    cbi_directory_clear(&directory);
}

/* ---- somebody else's transcript ---------------------------------------------------------- */

Test(attack, a_friends_transcript_does_not_open_under_ones_own_number)
{
    paper *made = paper_new(it.world, &it.friend, &full);

    made->holder.document_number = cbi_message_string(it.learner.number);
    made->holder.name = cbi_message_string(it.learner.name);
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
    made->holder.random =
        cbi_message_data(cbi_bytes_of_hash(&it.learner.random));
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
}

Test(attack, a_friends_record_on_ones_own_account_is_not_shown_to_be_ones_own)
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

Test(attack, the_opening_of_another_record_opens_nothing)
{
    paper *made = paper_new(it.world, &it.learner, &full);

    made->items[STORY_LATE].opening = made->items[STORY_MATHS].opening;
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
}

Test(attack, an_opening_where_no_number_is_disclosed_or_no_record_stands_is_refused)
{
    paper *made = paper_new(it.world, &it.learner, &full);

    made->items[STORY_FROZEN].opening = made->items[STORY_MATHS].opening;
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
    made = paper_new(it.world, &it.learner, &full);
    made->head.holder = NULL;
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
}

Test(attack, a_name_in_an_opening_is_nobodys_word_and_refused)
{
    paper *made = paper_new(it.world, &it.learner, &full);

    made->items[STORY_MATHS].opening->name = cbi_message_string("某人");
    refused(paper_sign(made), CBI_REASON_HOLDER_DIFFERS);
}

/* ---- banks that are not the bank --------------------------------------------------------- */

Test(attack, a_home_made_bank_with_the_real_banks_name)
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

Test(attack, a_bank_of_another_name_or_suite)
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

Test(attack, a_transcript_signed_by_the_root_key_or_a_college_is_not_the_logs)
{
    paper *made = paper_new(it.world, &it.learner, &full);

    made->signer = it.world->root_key;
    refused(paper_sign(made), CBI_REASON_BAD_SIGNATURE);
    made->signer = it.world->own.keys[0].key;
    refused(paper_sign(made), CBI_REASON_BAD_SIGNATURE);
}

Test(attack, a_log_key_outside_its_sizes)
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

/* ---- keys and batches out of their time and place ---------------------------------------- */

Test(attack, a_batch_under_a_retired_key_however_it_is_dated)
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

Test(attack, a_batch_under_a_key_that_was_not_yet_the_colleges)
{
    it.world->rotated.keys[1].from = it.world->rotated.keys[0].until = it.world->size;
    refused(paper_make(it.world, &it.learner, &full), CBI_REASON_INSTITUTION_KEY);
}

Test(attack, a_receipt_cannot_be_moved_to_where_its_key_was_valid)
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
}

Test(attack, a_batch_for_another_bank)
{
    world_batch *batch = world_batch_new(it.world, &it.world->own);

    batch->origin = "other.example/credit/sha256-ed25519/1";
    world_award(it.world, batch, &it.friend, "ELSEWHERE", 9000);
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
    refused(paper_make(it.world, &it.friend, &full), CBI_REASON_EVIDENCE_DIFFERS);
}

Test(attack, a_college_that_the_directory_does_not_list)
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

Test(attack, a_suspended_college_keeps_what_it_gave_before_and_gives_nothing_after)
{
    world_suspend(it.world, &it.world->own);
    accepted(paper_make(it.world, &it.learner, &full));
    world_give(it.world, &it.world->own, &it.learner, "AFTER", 9000);
    refused(paper_make(it.world, &it.learner, &full), CBI_REASON_INSTITUTION_OUT);
}

/* ---- terms ------------------------------------------------------------------------------- */

Test(attack, an_expired_transcript)
{
    paper *made = paper_new(it.world, &it.learner, &full);

    made->terms.expires_at = WORLD_AT - 1;
    refused(paper_sign(made), CBI_REASON_FILE_EXPIRED);
}

Test(attack, a_transcript_for_somebody_else_or_shown_to_who_does_not_say)
{
    cbi_bytes file = paper_make(it.world, &it.learner, &(paper_terms){.recipient = "OTHER"});

    refused(file, CBI_REASON_RECIPIENT_OTHER);
    terms.recipient = cbi_bytes_of_text("");
    refused(file, CBI_REASON_RECIPIENT_UNSTATED);
    terms.recipient = cbi_bytes_of_text("anyone");
    refused(file, CBI_REASON_RECIPIENT_OTHER);
}
