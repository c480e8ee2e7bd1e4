/* A transcript's log against logs of the same bank that were seen before. */
#include <criterion/criterion.h>

#include <string.h>

#include "proof/checkpoint.h"
#include "proof/story.h"

static story it;
static cbi_directory directory;
static cbi_verify_terms terms;
static uint64_t early; /* a size in the middle of the story */
static cbi_bytes early_note, early_file;

static void start(void)
{
    story_begin(&it, CBI_SUITE_SHA256_ED25519);
    early = it.world->size;
    early_note = world_checkpoint(it.world, early);
    early_file = paper_make(it.world, &it.learner, &(paper_terms){.evidence = true});
    world_give(it.world, &it.world->own, &it.learner, "MORE", 1000);
    world_open_directory(it.world, &directory);
    terms = (cbi_verify_terms){.at = WORLD_AT};
}

static void end(void)
{
    cbi_directory_clear(&directory);
    story_end(&it);
}

TestSuite(pin, .init = start, .fini = end);

static cbi_bytes now(void)
{
    return paper_make(it.world, &it.learner, &(paper_terms){.evidence = true});
}

static cbank_status verify(cbi_bytes file, cbi_verdict *out)
{
    *out = (cbi_verdict){0};
    return cbi_verify_transcript(file, &(cbi_trust){.directory = &directory}, &terms, out, NULL);
}

static void consistent(cbi_bytes file, cbi_consistency expected)
{
    cbi_verdict verdict;

    cr_expect_eq(verify(file, &verdict), CBANK_OK);
    cr_expect_eq(verdict.consistency, expected);
    cbi_verdict_clear(&verdict);
}

/* FORK, and the two notes are there to show: both signed by this bank, and not one history. */
static void forked(cbi_bytes file)
{
    cbi_verdict verdict;
    uint64_t sizes[2];
    cbi_hash roots[2];

    cr_assert_eq(verify(file, &verdict), CBANK_E_FORK);
    for (size_t i = 0; i < 2; i++)
        cr_expect_eq(cbi_directory_check_note(&directory, cbi_bytes_of_buffer(&verdict.fork[i]),
                                              &sizes[i], &roots[i], NULL),
                     CBANK_OK);
    cr_expect(sizes[0] != sizes[1] || !cbi_hash_equal(&roots[0], &roots[1]));
    cr_expect_null(verdict.items);
    cbi_verdict_clear(&verdict);
}

Test(pin, without_one_nothing_is_said)
{
    consistent(now(), CBI_CONSISTENCY_NOT_PINNED);
}

Test(pin, the_same_size_with_the_same_root_is_the_same_log)
{
    terms.pin = early_note;
    consistent(early_file, CBI_CONSISTENCY_SHOWN);
    terms.pin = early_file;
    consistent(early_file, CBI_CONSISTENCY_SHOWN);
}

Test(pin, another_size_is_not_shown_without_a_proof_and_shown_with_one)
{
    cbi_hash path[CBI_CONSISTENCY_MAX];

    terms.pin = early_note;
    consistent(now(), CBI_CONSISTENCY_NOT_SHOWN);
    terms.consistency = path;
    terms.consistency_count = world_consistency(it.world, early, it.world->size, path);
    consistent(now(), CBI_CONSISTENCY_SHOWN);
    terms.pin = early_file;
    consistent(now(), CBI_CONSISTENCY_SHOWN);
    terms.pin = world_checkpoint(it.world, it.world->size);
    consistent(early_file, CBI_CONSISTENCY_SHOWN);
    terms.pin = now();
    consistent(early_file, CBI_CONSISTENCY_SHOWN);
}

Test(pin, a_proof_with_one_bit_wrong_joins_nothing)
{
    cbi_hash path[CBI_CONSISTENCY_MAX];

    terms.pin = early_note;
    terms.consistency = path;
    terms.consistency_count = world_consistency(it.world, early, it.world->size, path);
    for (size_t i = 0; i < terms.consistency_count; i++) {
        path[i].bytes[i] ^= 1;
        forked(now());
        path[i].bytes[i] ^= 1;
    }
}

/* Two histories from `early` on, of which the account saw one each. */
static cbi_bytes other_branch(size_t entries)
{
    world_rewind(it.world, early, &it.learner.chain, STORY_COUNT);
    it.world->own.chain.count--;
    world_give(it.world, &it.world->own, &it.learner, "OTHER", 2000);
    for (size_t i = 1; i < entries; i++)
        world_give(it.world, &it.world->own, &it.friend, "FILL", 1);
    return now();
}

Test(pin, two_branches_of_one_account_are_each_valid_and_together_a_fraud)
{
    cbi_bytes one = now();
    cbi_bytes other = other_branch(1);

    cbi_directory_clear(&directory); /* each was shown a directory of its own */
    world_open_directory(it.world, &directory);
    consistent(other, CBI_CONSISTENCY_NOT_PINNED);
    terms.pin = one;
    forked(other);
    terms.pin = world_checkpoint(it.world, it.world->size);
    cbi_directory_clear(&directory);
    world_rewind(it.world, early, &it.learner.chain, STORY_COUNT);
    world_open_directory(it.world, &directory);
    forked(one);
}

Test(pin, two_branches_of_different_size_have_no_proof_that_joins_them)
{
    cbi_bytes one = now();
    uint64_t size = it.world->size;
    cbi_bytes other = other_branch(3);
    cbi_hash path[CBI_CONSISTENCY_MAX];

    cbi_directory_clear(&directory);
    world_open_directory(it.world, &directory);
    terms.pin = one;
    consistent(other, CBI_CONSISTENCY_NOT_SHOWN);
    terms.consistency = path;
    terms.consistency_count = world_consistency(it.world, size, it.world->size, path);
    forked(other);
}

Test(pin, the_directory_is_a_pin_too_where_it_speaks_of_the_same_size)
{
    forked(other_branch(1));
}

Test(pin, what_is_no_pin_of_this_bank_is_the_callers_mistake)
{
    story other;
    cbi_verdict verdict;

    story_begin(&other, CBI_SUITE_SHA256_ED25519);
    cbi_bytes useless[] = {
        cbi_bytes_of_text("x"),
        cbi_bytes_of("\n", 1),
        world_checkpoint(other.world, early),
        paper_make(other.world, &other.learner, &(paper_terms){0}),
        cbi_bytes_of(early_note.data, early_note.size - 1),
        cbi_bytes_of(early_file.data, early_file.size - 1),
        cbi_bytes_of(early_file.data, 700),
        world_checkpoint(it.world, 0),
    };

    for (size_t i = 0; i < sizeof(useless) / sizeof(useless[0]); i++) {
        terms.pin = useless[i];
        cr_expect_eq(verify(now(), &verdict), CBANK_E_ARGUMENT, "pin %zu", i);
        cbi_verdict_clear(&verdict);
    }
    story_end(&other);
}
