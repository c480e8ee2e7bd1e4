/* What a verification finds in a transcript that is true, in both suites and at every level. */
#include <criterion/criterion.h>

#include <string.h>

#include "proof/note.h"
#include "proof/story.h"

static story it;
static cbi_directory directory;
static cbi_trust trust;
static cbi_verify_terms terms;

static void begin(cbi_suite suite)
{
    story_begin(&it, suite);
    world_open_directory(it.world, &directory);
    trust = (cbi_trust){.directory = &directory};
    terms = (cbi_verify_terms){.recipient = cbi_bytes_of_text(PAPER_RECIPIENT), .at = WORLD_AT};
}

static void end(void)
{
    cbi_directory_clear(&directory);
    story_end(&it);
}

static cbi_verdict verify(cbi_bytes file)
{
    cbi_verdict verdict = {0};
    cbank_error err = {0};

    cr_assert_eq(cbi_verify_transcript(file, &trust, &terms, &verdict, &err), CBANK_OK,
                 "%s: %s at %d, %s", cbi_reason_word((cbi_reason)err.reason), err.object,
                 (int)err.where, err.detail);
    return verdict;
}

static cbi_verdict verify_made(paper_terms made)
{
    return verify(paper_make(it.world, &it.learner, &made));
}

static void expect_states(const cbi_verdict *verdict)
{
    static const cbi_record_state states[STORY_ALL] = {[STORY_MATHS] = CBI_RECORD_SUPERSEDED,
                                                       [STORY_ENGLISH] = CBI_RECORD_SUSPENDED,
                                                       [STORY_ART] = CBI_RECORD_REVOKED};

    for (size_t i = 0; i < STORY_ALL; i++)
        cr_expect_eq(verdict->items[i].state, states[i], "item %zu", i);
}

Test(verify, a_full_transcript_is_valid)
{
    for (size_t s = 0; s < WORLD_SUITES; s++) {
        cbi_verdict verdict;

        begin(world_suites[s]);
        verdict = verify_made((paper_terms){.evidence = true, .disclosed = true});
        cr_expect_eq(verdict.item_count, STORY_ALL);
        cr_expect_eq(verdict.shown, STORY_ALL);
        expect_states(&verdict);
        cr_expect_eq(cbi_totals_of(&verdict.totals, "credit"), STORY_TOTAL);
        cr_expect_eq(verdict.totals.count, 1u);
        cr_expect(verdict.holder_proven);
        cr_expect_eq(verdict.consistency, CBI_CONSISTENCY_NOT_PINNED);
        cr_expect(!verdict.fresh);
        cbi_verdict_clear(&verdict);
        end();
    }
}

Test(verify, each_entry_stands_where_the_file_has_it)
{
    cbi_verdict verdict;

    begin(CBI_SUITE_SHA256_ED25519);
    verdict = verify_made((paper_terms){.evidence = true});
    for (uint32_t i = 0; i < STORY_ALL; i++) {
        bool own = i < STORY_COUNT;
        const world_chain *chain = own ? &it.learner.chain : &it.old.chain;
        uint32_t sequence = own ? i : i - STORY_COUNT;

        cr_expect_eq(verdict.items[i].chain, own ? 0u : 1u);
        cr_expect_eq(verdict.items[i].sequence, sequence);
        cr_expect_eq(verdict.items[i].entry_class, chain->entries[sequence].entry_class);
        cr_expect(cbi_hash_equal(&verdict.items[i].leaf, &chain->entries[sequence].leaf));
    }
    cr_expect(cbi_hash_equal(&verdict.tags[0], &it.learner.chain.tag));
    cr_expect(cbi_hash_equal(&verdict.tags[1], &it.old.chain.tag));
    cbi_verdict_clear(&verdict);
    end();
}

Test(verify, with_evidence_each_record_says_whose_word_it_is)
{
    for (size_t s = 0; s < WORLD_SUITES; s++) {
        cbi_verdict verdict;

        begin(world_suites[s]);
        verdict = verify_made((paper_terms){.evidence = true});
        cr_expect_eq(verdict.items[STORY_MATHS].proven, CBI_PROVEN_INSTITUTION);
        cr_expect_eq(verdict.items[STORY_ENGLISH].proven, CBI_PROVEN_VOUCHED);
        cr_expect_eq(verdict.items[STORY_PHYSICS].proven, CBI_PROVEN_INSTITUTION);
        cr_expect_eq(verdict.items[STORY_CHEMISTRY].proven, CBI_PROVEN_INSTITUTION);
        cr_expect_eq(verdict.items[STORY_OLD_RECORD].proven, CBI_PROVEN_INSTITUTION);
        cr_expect_str_eq(verdict.items[STORY_ENGLISH].institution->message->institution, "PXOU");
        cr_expect_eq(verdict.least, CBI_PROVEN_VOUCHED);
        cbi_verdict_clear(&verdict);
        end();
    }
}

Test(verify, without_evidence_it_is_the_banks_word)
{
    for (size_t s = 0; s < WORLD_SUITES; s++) {
        cbi_verdict verdict;

        begin(world_suites[s]);
        verdict = verify_made((paper_terms){.disclosed = true});
        cr_expect_eq(verdict.least, CBI_PROVEN_BANK);
        for (size_t i = 0; i < STORY_ALL; i++)
            cr_expect_null(verdict.items[i].institution);
        expect_states(&verdict);
        cr_expect_eq(cbi_totals_of(&verdict.totals, "credit"), STORY_TOTAL);
        cbi_verdict_clear(&verdict);
        end();
    }
}

Test(verify, a_key_that_the_verifier_knows_proves_more_and_so_do_those_it_signed_in)
{
    cbi_pinned_key pins[2] = {{.institution = "PXU"}, {.institution = "GZU"}};
    cbi_verdict verdict;

    begin(CBI_SUITE_SHA256_ED25519);
    pins[0].fingerprint = world_fingerprint(it.world->own.keys[0].key);
    pins[1].fingerprint = world_fingerprint(it.world->rotated.keys[0].key);
    trust.pins = pins;
    trust.pin_count = 2;
    verdict = verify_made((paper_terms){.evidence = true});
    cr_expect_eq(verdict.items[STORY_MATHS].proven, CBI_PROVEN_PINNED);
    cr_expect_eq(verdict.items[STORY_ENGLISH].proven, CBI_PROVEN_VOUCHED);
    cr_expect_eq(verdict.items[STORY_PHYSICS].proven, CBI_PROVEN_PINNED);
    cr_expect_eq(verdict.items[STORY_CHEMISTRY].proven, CBI_PROVEN_PINNED);
    cbi_verdict_clear(&verdict);
    pins[1].fingerprint = world_fingerprint(it.world->rotated.keys[1].key);
    verdict = verify_made((paper_terms){.evidence = true});
    cr_expect_eq(verdict.items[STORY_PHYSICS].proven, CBI_PROVEN_INSTITUTION,
                 "the later key says nothing of the earlier one");
    cr_expect_eq(verdict.items[STORY_CHEMISTRY].proven, CBI_PROVEN_PINNED);
    cbi_verdict_clear(&verdict);
    end();
}

Test(verify, the_least_that_is_asked_for_is_met_or_refused)
{
    begin(CBI_SUITE_SHA256_ED25519);
    terms.require = CBI_PROVEN_VOUCHED;
    cbi_verdict verdict = verify_made((paper_terms){.evidence = true});

    cbi_verdict_clear(&verdict);
    terms.require = CBI_PROVEN_INSTITUTION;
    cr_expect_eq(cbi_verify_transcript(
                     paper_make(it.world, &it.learner, &(paper_terms){.evidence = true}), &trust,
                     &terms, &verdict, NULL),
                 CBANK_E_UNTRUSTED_KEY);
    verdict = verify_made((paper_terms){.evidence = true, .withheld = 1u << STORY_ENGLISH});
    cr_expect_eq(verdict.least, CBI_PROVEN_INSTITUTION);
    cbi_verdict_clear(&verdict);
    end();
}

Test(verify, a_reinstatement_without_evidence_leaves_the_banks_word)
{
    cbi_verdict verdict;
    paper *made;

    begin(CBI_SUITE_SHA256_ED25519);
    made = paper_new(it.world, &it.learner, &(paper_terms){.evidence = true});
    made->items[STORY_REINSTATED].batch = 0;
    made->items[STORY_REINSTATED].n_path = 0;
    made->items[STORY_REVOKED].batch = 0;
    made->items[STORY_REVOKED].n_path = 0;
    verdict = verify(paper_sign(made));
    cr_expect_eq(verdict.items[STORY_PHYSICS].proven, CBI_PROVEN_BANK);
    cr_expect_eq(verdict.items[STORY_ART].proven, CBI_PROVEN_INSTITUTION,
                 "taking away needs nobody else's word");
    cbi_verdict_clear(&verdict);
    end();
}

Test(verify, awards_may_be_withheld_and_count_as_such)
{
    uint64_t withheld = 1u << STORY_ART | 1u << STORY_MATHS | 1u << STORY_LATE;

    for (size_t s = 0; s < WORLD_SUITES; s++) {
        cbi_verdict verdict;

        begin(world_suites[s]);
        verdict = verify_made((paper_terms){.evidence = true, .withheld = withheld});
        cr_expect_eq(verdict.item_count, STORY_ALL);
        cr_expect_eq(verdict.shown, STORY_ALL - 3u);
        cr_expect(!verdict.items[STORY_ART].shown);
        cr_expect_null(verdict.items[STORY_ART].record);
        expect_states(&verdict);
        cr_expect_eq(cbi_totals_of(&verdict.totals, "credit"), STORY_TOTAL - 500);
        cbi_verdict_clear(&verdict);
        end();
    }
}

Test(verify, an_amended_record_may_be_withheld_and_the_old_one_shown)
{
    cbi_verdict verdict;

    begin(CBI_SUITE_SHA256_ED25519);
    verdict = verify_made((paper_terms){.evidence = true, .withheld = 1u << STORY_AMENDED});
    cr_expect_eq(verdict.items[STORY_MATHS].state, CBI_RECORD_SUPERSEDED);
    cr_expect_eq(cbi_totals_of(&verdict.totals, "credit"), STORY_TOTAL - 3000);
    cbi_verdict_clear(&verdict);
    end();
}

Test(verify, with_everything_withheld_that_may_be_nothing_is_summed)
{
    uint64_t awards = 0;
    cbi_verdict verdict;

    begin(CBI_SUITE_SHA256_ED25519);
    for (size_t i = 0; i < STORY_COUNT; i++) {
        if (it.learner.chain.entries[i].entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
            awards |= UINT64_C(1) << i;
    }
    verdict = verify_made((paper_terms){.withheld = awards});
    cr_expect_eq(cbi_totals_of(&verdict.totals, "credit"), 5000, "of the other account alone");
    cbi_verdict_clear(&verdict);
    verdict = verify(paper_make(it.world, &it.friend, &(paper_terms){.withheld = 2}));
    cr_expect_eq(verdict.totals.count, 0u);
    cr_expect_eq(verdict.least, CBI_PROVEN_BANK);
    cbi_verdict_clear(&verdict);
    end();
}

Test(verify, with_the_number_every_record_is_shown_to_be_the_holders)
{
    for (size_t s = 0; s < WORLD_SUITES; s++) {
        cbi_verdict verdict;

        begin(world_suites[s]);
        verdict = verify_made((paper_terms){.disclosed = true});
        for (size_t i = 0; i < STORY_ALL; i++)
            cr_expect_eq(verdict.items[i].holder_shown, verdict.items[i].record != NULL);
        cbi_verdict_clear(&verdict);
        verdict = verify_made((paper_terms){.evidence = true});
        cr_expect(!verdict.holder_proven, "without the number nobody is shown");
        for (size_t i = 0; i < STORY_ALL; i++)
            cr_expect(!verdict.items[i].holder_shown);
        cbi_verdict_clear(&verdict);
        end();
    }
}

Test(verify, trust_in_a_log_key_alone_proves_the_banks_word_only)
{
    for (size_t s = 0; s < WORLD_SUITES; s++) {
        cbank_buffer vkey = {0};
        cbi_verdict verdict;

        begin(world_suites[s]);
        cr_assert_eq(cbi_note_vkey(cbi_bytes_of_text(it.world->origin),
                                   cbi_private_public(it.world->log_key), &vkey, NULL),
                     CBANK_OK);
        cbi_directory_clear(&directory);
        cr_assert_eq(cbi_directory_open_vkey(cbi_bytes_of_buffer(&vkey), &directory, NULL),
                     CBANK_OK);
        verdict = verify_made((paper_terms){.evidence = true, .disclosed = true});
        cr_expect_eq(verdict.least, CBI_PROVEN_BANK);
        cr_expect_eq(verdict.items[STORY_MATHS].proven, CBI_PROVEN_BANK);
        cr_expect_null(verdict.items[STORY_MATHS].institution);
        cr_expect(verdict.holder_proven);
        cbi_verdict_clear(&verdict);
        cbank_buffer_clear(&vkey);
        end();
    }
}

Test(verify, the_recipient_may_be_stated_anyone_or_whoever)
{
    paper_terms named = {.recipient = PAPER_RECIPIENT};
    paper_terms other = {.recipient = "SOMEBODY"};
    cbi_verdict verdict;

    begin(CBI_SUITE_SHA256_ED25519);
    verdict = verify_made(named);
    cbi_verdict_clear(&verdict);
    terms.recipient = cbi_bytes_of_text("");
    verdict = verify_made((paper_terms){0});
    cbi_verdict_clear(&verdict);
    terms.any_recipient = true;
    verdict = verify_made(other);
    cbi_verdict_clear(&verdict);
    end();
}

Test(verify, a_transcript_holds_until_the_very_second_it_names)
{
    cbi_verdict verdict;

    begin(CBI_SUITE_SHA256_ED25519);
    terms.at = WORLD_EXPIRES;
    verdict = verify_made((paper_terms){0});
    cbi_verdict_clear(&verdict);
    end();
}

Test(verify, accounts_merged_one_into_another_in_turn_are_followed)
{
    world_learner third;
    cbi_verdict verdict;

    begin(CBI_SUITE_SHA256_ED25519);
    cbi_directory_clear(&directory);
    world_open(it.world, &third, "cn-id", "440524188001010014", "李一");
    world_give(it.world, &it.world->own, &third, "THIRD", 250);
    world_merge(it.world, &it.learner, &third);
    world_open_directory(it.world, &directory);
    verdict = verify(paper_make(it.world, &third, &(paper_terms){.evidence = true}));
    cr_expect_eq(verdict.transcript.head->n_chains, 3u);
    cr_expect_eq(cbi_totals_of(&verdict.totals, "credit"), STORY_TOTAL + 250);
    cbi_verdict_clear(&verdict);
    end();
}

Test(verify, what_failed_hands_out_nothing)
{
    cbi_verdict verdict = {0}, empty = {0};
    paper *made;

    begin(CBI_SUITE_SHA256_ED25519);
    made = paper_new(it.world, &it.learner, &(paper_terms){.evidence = true});
    made->items[STORY_LATE].batch = 1;
    cr_expect_eq(cbi_verify_transcript(paper_sign(made), &trust, &terms, &verdict, NULL),
                 CBANK_E_BAD_SEMANTICS);
    cr_expect_eq(memcmp(&verdict, &empty, sizeof(empty)), 0);
    end();
}

Test(verify, every_verdict_has_its_word)
{
    cr_expect_str_eq(cbi_verify_verdict(CBANK_OK), "VALID");
    for (int status = CBANK_E_UNTRUSTED_KEY; status <= CBANK_E_STALE; status++)
        cr_expect_not_null(cbi_verify_verdict((cbank_status)status), "%d", status);
    cr_expect_str_eq(cbi_verify_verdict(CBANK_E_MALFORMED), "MALFORMED");
    cr_expect_str_eq(cbi_verify_verdict(CBANK_E_UNSUPPORTED), "UNSUPPORTED");
    cr_expect_null(cbi_verify_verdict(CBANK_E_MEMORY));
    cr_expect_null(cbi_verify_verdict(CBANK_E_ARGUMENT));
}
