/* A bank that swaps a college's key or alters its credits, and what it gets. */
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
    paper_refused(it.world, file, &terms, reason);
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
static void alter(const cbi_private *resign)
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
}

Test(attack, an_altered_credit_is_not_in_the_batch_that_the_college_signed)
{
    alter(NULL);
    refused(paper_make(it.world, &it.friend, &full), CBI_REASON_NOT_INCLUDED);
}

Test(attack, a_batch_that_the_bank_signs_in_the_colleges_place_has_no_key_of_the_college)
{
    alter(it.world->log_key);
    refused(paper_make(it.world, &it.friend, &full), CBI_REASON_INSTITUTION_KEY);
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

/* A record that PXU awards, deposited for it by `delegate` or nobody, in the signer's batch. */
static const world_entry *award_for(const char *delegate, world_institution *signer)
{
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__Awarder awarder = CBANK__V1__AWARDER__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT;
    Cbank__V1__LangText *titles[] = {&title};
    world_batch *batch = world_batch_new(it.world, signer);

    awarder.institution = cbi_message_string("PXU");
    title.value = cbi_message_string("Anything");
    record.reference = cbi_message_string("A");
    record.revision = 1;
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.awarded_by = &awarder;
    record.deposited_by = cbi_message_string(delegate);
    record.n_title = 1;
    record.title = titles;
    world_award_record(it.world, batch, &it.friend, &record);
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
    return &it.friend.chain.entries[it.friend.chain.count - 1];
}

Test(attack, a_college_cannot_award_in_the_name_of_another)
{
    award_for("", &it.world->rotated);
    refused(paper_make(it.world, &it.friend, &full), CBI_REASON_EVIDENCE_DIFFERS);
}

Test(attack, that_a_college_is_anothers_delegate_is_only_vouched)
{
    const world_entry *record;
    cbi_directory directory;
    cbi_verdict verdict;

    award_for("GZU", &it.world->rotated);
    record = award_for("GZU", &it.world->own);
    world_take(it.world, &it.world->own, &it.friend, record, ACTION(SUSPEND));
    world_open_directory(it.world, &directory);
    verdict = verdict_of(paper_make(it.world, &it.friend, &full), &directory);
    cr_expect_eq(verdict.items[2].proven, CBI_PROVEN_VOUCHED);
    cr_expect_str_eq(verdict.items[2].institution->message->institution, "GZU");
    cr_expect_eq(verdict.items[3].proven, CBI_PROVEN_INSTITUTION);
    cbi_verdict_clear(&verdict);
    cbi_directory_clear(&directory);

    /* The delegate may give it back, and then it is worth the delegate's word. */
    world_take(it.world, &it.world->rotated, &it.friend, record, ACTION(REINSTATE));
    world_open_directory(it.world, &directory);
    verdict = verdict_of(paper_make(it.world, &it.friend, &full), &directory);
    cr_expect_eq(verdict.items[3].proven, CBI_PROVEN_VOUCHED);
    cbi_verdict_clear(&verdict);
    cbi_directory_clear(&directory);
}
