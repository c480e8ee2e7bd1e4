/* The form of a transcript: what its head may say, and the limits. */
#include <criterion/criterion.h>

#include <string.h>

#include "proof/checkpoint.h"
#include "proof/reseal.h"
#include "proof/story.h"

static story it;
static paper *made;

static void start(void)
{
    story_begin(&it, CBI_SUITE_SHA256_ED25519);
    made = paper_new(it.world, &it.learner, &(paper_terms){.evidence = true, .disclosed = true});
}

static void end(void)
{
    story_end(&it);
}

TestSuite(transcript, .init = start, .fini = end);

static void refused(cbi_bytes file, cbi_reason reason)
{
    paper_refused(it.world, file, &(cbi_verify_terms){.at = WORLD_AT}, reason);
}

Test(transcript, opening_checks_no_signature)
{
    cbi_transcript opened = {0};

    made->signer = it.world->own.keys[0].key;
    cr_assert_eq(cbi_transcript_open(paper_sign(made), &opened, NULL), CBANK_OK);
    cr_expect_eq(opened.items, STORY_ALL);
    cbi_transcript_clear(&opened);
    refused(paper_sign(made), CBI_REASON_BAD_SIGNATURE);
}

Test(transcript, another_version_is_not_supported)
{
    made->head.version = 2;
    refused(paper_sign(made), CBI_REASON_FILE_VERSION);
}

static void set_code(void)
{
    made->head.code = cbi_message_string("ABCDEFGHJKLM");
}

static void set_origin(void)
{
    made->head.origin = cbi_message_string("Bank");
}

static void set_size(void)
{
    made->head.size = 0;
}

static void set_root(void)
{
    made->head.root.len = 31;
}

static void set_no_chain(void)
{
    made->head.n_chains = 0;
}

static void set_no_terms(void)
{
    made->head.terms = NULL;
}

static void set_recipient(void)
{
    made->terms.recipient = cbi_message_string("no one");
}

static void set_issued(void)
{
    made->terms.issued_at = 0;
}

static void set_expiry(void)
{
    made->terms.expires_at = made->terms.issued_at - 1;
}

static void set_completeness(void)
{
    made->terms.completeness = 0;
}

static void set_consent(void)
{
    made->terms.consent = made->head.root;
    made->terms.consent.len = 16;
}

static void set_random_alone(void)
{
    made->holder.document_number = cbi_message_string("");
}

static void set_number_alone(void)
{
    made->holder.random.len = 0;
}

static void set_short_random(void)
{
    made->holder.random.len = 16;
}

static void set_no_type(void)
{
    made->holder.document_type = cbi_message_string("");
}

static void set_birth(void)
{
    made->holder.born_on = 18801332;
}

static void set_account(void)
{
    made->chains[0].account = cbi_message_string("1234567890123456");
}

static void set_tag(void)
{
    made->chains[0].tag_random.len = 16;
}

static void set_leaf(void)
{
    made->chains[1].last_leaf.len = 0;
}

static void set_no_items(void)
{
    made->chains[1].items = 0;
}

static void set_many_items(void)
{
    made->chains[1].items = CBI_TRANSCRIPT_ENTRIES_MAX + 1;
}

static void set_many_items_in_all(void)
{
    made->chains[0].items = made->chains[1].items = CBI_TRANSCRIPT_ENTRIES_MAX / 2 + 1;
}

Test(transcript, values_of_the_head)
{
    void (*const spoil[])(void) = {
        set_code,         set_origin,       set_size,       set_root,     set_no_chain,
        set_no_terms,     set_recipient,    set_issued,     set_expiry,   set_completeness,
        set_consent,      set_random_alone, set_number_alone, set_no_type, set_birth,
        set_short_random,
        set_account,      set_tag,          set_leaf,       set_no_items, set_many_items,
        set_many_items_in_all,
    };

    for (size_t i = 0; i < sizeof(spoil) / sizeof(spoil[0]); i++) {
        spoil[i]();
        refused(paper_sign(made), CBI_REASON_HEAD_VALUE);
        end();
        start();
    }
}

Test(transcript, the_parts_are_as_many_as_the_head_says)
{
    made->chains[1].items++;
    cr_expect_neq(paper_answer(it.world, paper_sign(made)), CBANK_OK);
    made->chains[1].items -= 2;
    refused(paper_sign(made), CBI_REASON_CHAIN_LEAF);
}

Test(transcript, a_part_behind_the_proof_is_one_too_many)
{
    const cbi_private *key = it.world->log_key;
    reseal sealed;

    reseal_open(&sealed, it.world, paper_sign(made), CBI_TRANSCRIPT_TYPE,
                &cbank__v1__transcript_head__descriptor);
    sealed.parts[sealed.count] = sealed.parts[sealed.count - 1];
    sealed.count++;
    refused(reseal_close(&sealed, &key, 1), CBI_REASON_PARTS_DIFFER);
    reseal_open(&sealed, it.world, paper_sign(made), CBI_TRANSCRIPT_TYPE,
                &cbank__v1__transcript_head__descriptor);
    sealed.count--;
    refused(reseal_close(&sealed, &key, 1), CBI_REASON_PARTS_DIFFER);
}

/* An account frozen and unfrozen for ever; that its entries join is not asked any more. */
Test(transcript, more_is_not_shown_than_the_limit)
{
    const cbi_private *key = it.world->log_key;
    Cbank__V1__TranscriptHead *head;
    cbi_bytes states[2];
    reseal sealed;
    size_t items;

    world_freeze(it.world, &it.learner, true);
    it.world->clock--; /* both in one second, which passes again and again */
    world_freeze(it.world, &it.learner, false);
    made = paper_new(it.world, &it.learner, &(paper_terms){.own_only = true});
    reseal_open(&sealed, it.world, paper_sign(made), CBI_TRANSCRIPT_TYPE,
                &cbank__v1__transcript_head__descriptor);
    head = (Cbank__V1__TranscriptHead *)sealed.head;
    states[1] = sealed.parts[STORY_COUNT];
    states[0] = sealed.parts[STORY_COUNT + 1];
    for (items = 1; items <= CBI_TRANSCRIPT_SHOWN_MAX; items++)
        sealed.parts[items] = states[items % 2];
    sealed.count = items;
    head->chains[0]->items = (uint32_t)items;
    refused(reseal_close(&sealed, &key, 1), CBI_REASON_TOO_MANY);
}

Test(transcript, more_evidence_than_may_be_shown_is_refused_before_it_is_read)
{
    const cbi_private *key = it.world->log_key;
    reseal sealed;

    reseal_open(&sealed, it.world, paper_sign(made), CBI_TRANSCRIPT_TYPE,
                &cbank__v1__transcript_head__descriptor);
    ((Cbank__V1__TranscriptHead *)sealed.head)->batches = CBI_TRANSCRIPT_SHOWN_MAX + 1;
    refused(reseal_close(&sealed, &key, 1), CBI_REASON_HEAD_VALUE);
}

Test(transcript, more_chains_than_the_limit)
{
    Cbank__V1__Chain *chains[CBI_TRANSCRIPT_CHAINS_MAX + 1];

    for (size_t i = 0; i < CBI_TRANSCRIPT_CHAINS_MAX + 1; i++)
        chains[i] = &made->chains[i > 0];
    made->head.chains = chains;
    made->head.n_chains = CBI_TRANSCRIPT_CHAINS_MAX + 1;
    refused(paper_sign(made), CBI_REASON_HEAD_VALUE);
}

Test(transcript, one_account_stands_there_once)
{
    Cbank__V1__Chain twice = made->chains[1];

    made->chain_list[2] = &twice;
    made->head.n_chains = 3;
    for (size_t i = 0; i < 3; i++)
        paper_insert(made, made->item_count, &made->items[STORY_COUNT + i]);
    refused(paper_sign(made), CBI_REASON_CHAIN_MERGE);
}

/* Of the log as it is, but for its size and its root. */
static cbi_bytes checkpoint(int more, uint8_t flip)
{
    cbi_checkpoint said = {.origin = cbi_bytes_of_text(it.world->origin),
                           .size = it.world->size + (uint64_t)more,
                           .root = world_root(it.world, it.world->size)};
    cbank_buffer note = {0};

    said.root.bytes[0] ^= flip;
    cr_assert_eq(cbi_checkpoint_sign(&said, it.world->log_key, &note, NULL), CBANK_OK);
    return world_keep_buffer(it.world, &note);
}

Test(transcript, the_proof_is_of_the_log_in_the_head)
{
    made->proof.index--;
    refused(paper_sign(made), CBI_REASON_NOT_INCLUDED);
    made->proof.index++;
    made->proof.n_path--;
    refused(paper_sign(made), CBI_REASON_NOT_INCLUDED);
    made->proof.n_path++;
    made->proof.checkpoint = cbi_message_data(checkpoint(-1, 0));
    refused(paper_sign(made), CBI_REASON_EVIDENCE_DIFFERS);
    made->proof.checkpoint = cbi_message_data(checkpoint(0, 1));
    refused(paper_sign(made), CBI_REASON_EVIDENCE_DIFFERS);
    made->proof.checkpoint = cbi_message_data(checkpoint(0, 0));
    cr_expect_eq(paper_answer(it.world, paper_sign(made)), CBANK_OK);
}
