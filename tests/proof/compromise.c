/* Keys in other hands: what came before the place that dates it holds, nothing later does. */
#include <criterion/criterion.h>

#include <string.h>

#include "proof/story.h"

static story it;
static world *bank;
static cbi_verify_terms terms;

static void start(void)
{
    story_begin(&it, CBI_SUITE_SHA256_ED25519);
    bank = it.world;
    terms = (cbi_verify_terms){.recipient = cbi_bytes_of_text(PAPER_RECIPIENT), .at = WORLD_AT};
}

static void end(void)
{
    story_end(&it);
}

TestSuite(compromise, .init = start, .fini = end);

static const paper_terms full = {.evidence = true, .disclosed = true};

static cbi_reason answer(cbi_bytes file)
{
    cbi_reason reason;

    return paper_answer_to(bank, file, &terms, &reason) == CBANK_OK ? CBI_REASON_NONE : reason;
}

static void expect(cbi_bytes file, cbi_reason reason)
{
    cbi_reason found = answer(file);

    cr_expect_eq(found, reason, "%s, not %s", cbi_reason_word(found), cbi_reason_word(reason));
}

/* ---- institutions -------------------------------------------------------------------------- */

Test(compromise, a_batch_received_before_the_place_holds_and_one_from_there_on_does_not)
{
    const world_entry *given = world_give(bank, &bank->own, &it.friend, "LAST", 1000);
    uint64_t receipt = given->batch->receipt->index;
    cbi_bytes file = paper_make(bank, &it.friend, &full);
    cbank_error err = {0};

    expect(file, CBI_REASON_NONE);
    bank->own.keys[0].compromised = receipt + 1;
    expect(file, CBI_REASON_NONE);
    bank->own.keys[0].compromised = receipt;
    expect(file, CBI_REASON_INSTITUTION_KEY_COMPROMISED);
    bank->own.keys[0].until = receipt + 1; /* reported later, dated back */
    expect(file, CBI_REASON_INSTITUTION_KEY_COMPROMISED);
    cbi_directory directory;
    cbi_trust trust = {.directory = &directory};
    cbi_verdict verdict = {0};

    world_open_directory(bank, &directory);
    cr_expect_eq(cbi_verify_transcript(file, &trust, &terms, &verdict, &err),
                 CBANK_E_KEY_NOT_VALID);
    cr_expect_eq(err.where, receipt, "it names the receipt's position");
    cr_expect_eq(strtoull(err.detail, NULL, 10), receipt, "and from where the key is in doubt");
    cbi_verdict_clear(&verdict);
    cbi_directory_clear(&directory);
}

Test(compromise, a_key_that_a_compromised_one_brought_in_is_on_the_banks_word)
{
    world_institution *college = &bank->rotated;
    cbi_directory directory;

    for (uint64_t before = 0; before < 2; before++) {
        college->keys[0].compromised = college->keys[1].from + before;
        world_open_directory(bank, &directory);
        const cbi_directory_key *key =
            &cbi_directory_find(&directory, cbi_bytes_of_text(college->code))->keys[1];
        cr_expect_eq(key->vouched, before == 0);
        cr_expect_eq(key->joined, before == 1);
        cbi_directory_clear(&directory);
    }
}

Test(compromise, a_pin_does_not_reach_over_a_compromised_key)
{
    world_institution *college = &bank->rotated;
    cbi_pinned_key pin = {.fingerprint = world_fingerprint(college->keys[0].key)};
    cbi_directory directory;
    cbi_trust trust = {.directory = &directory, .pins = &pin, .pin_count = 1};

    memcpy(pin.institution, college->code, strlen(college->code) + 1);
    for (int row = 0; row < 2; row++) {
        cbi_verdict verdict = {0};

        college->keys[0].compromised = row == 0 ? 0 : college->keys[1].from;
        world_open_directory(bank, &directory);
        cr_assert_eq(cbi_verify_transcript(paper_make(bank, &it.learner, &full), &trust, &terms,
                                           &verdict, NULL),
                     CBANK_OK);
        cr_expect_eq(verdict.items[STORY_CHEMISTRY].proven,
                     row == 0 ? CBI_PROVEN_PINNED : CBI_PROVEN_VOUCHED);
        /* Awarded under the first key, reinstated under the second: as good as the weaker. */
        cr_expect_eq(verdict.items[STORY_PHYSICS].proven,
                     row == 0 ? CBI_PROVEN_PINNED : CBI_PROVEN_VOUCHED);
        cbi_verdict_clear(&verdict);
        cbi_directory_clear(&directory);
    }
}

Test(compromise, a_key_is_not_compromised_before_it_was_one)
{
    cbi_directory directory = {0};
    cbank_error err = {0};

    bank->rotated.keys[1].compromised = bank->rotated.keys[1].from - 1;
    cr_expect_eq(cbi_directory_open(world_directory(bank), NULL, WORLD_AT, &directory, &err),
                 CBANK_E_MALFORMED);
    cr_expect_eq(err.reason, CBI_REASON_DIRECTORY_ORDER);
}

/* ---- the bank's log keys ------------------------------------------------------------------- */

/* The log goes on under another key; what the first one signed from `since` on is in doubt. */
static void begin_epoch(uint64_t since)
{
    cbi_private *later = world_new_key(bank);

    bank->log_keys[0].until_size = bank->size + 1;
    bank->log_keys[0].compromised_since = since;
    cbank__v1__log_key__init(&bank->log_keys[1]);
    bank->log_keys[1].public_key =
        cbi_message_data(cbi_public_bytes(cbi_private_public(later)));
    bank->log_keys[1].from_size = bank->size + 1;
    bank->log_key_count = 2;
    bank->log_key = later;
}

Test(compromise, an_old_transcript_goes_on_being_good_under_the_key_of_its_size)
{
    cbi_bytes old = paper_make(bank, &it.friend, &full);

    begin_epoch(0);
    world_give(bank, &bank->own, &it.friend, "NEW", 1000);
    expect(old, CBI_REASON_NONE);
    expect(paper_make(bank, &it.friend, &full), CBI_REASON_NONE);
}

Test(compromise, what_a_compromised_log_key_signed_for_its_last_sizes_is_refused)
{
    uint64_t size = bank->size;
    cbi_bytes old = paper_make(bank, &it.friend, &full);

    begin_epoch(size);
    world_give(bank, &bank->own, &it.friend, "NEW", 1000);
    expect(old, CBI_REASON_LOG_KEY_COMPROMISED);
    expect(paper_make(bank, &it.friend, &full), CBI_REASON_NONE);
}

/* An earlier size is only what the thief says: a sound key must say it too. */
Test(compromise, what_it_signed_before_holds_where_a_sound_key_confirms_the_log)
{
    uint64_t size = bank->size;
    cbi_bytes old = paper_make(bank, &it.friend, &full);
    cbi_hash path[CBI_CONSISTENCY_MAX];

    begin_epoch(size + 1);
    bank->log_keys[0].until_size = size + 2;
    bank->log_keys[1].from_size = size + 2;
    world_give(bank, &bank->own, &it.friend, "NEW", 1000);
    expect(old, CBI_REASON_LOG_KEY_UNCONFIRMED);
    terms.consistency = path;
    terms.consistency_count = world_consistency(bank, size, bank->size, path);
    expect(old, CBI_REASON_NONE);
    path[0].bytes[0] ^= 1;
    expect(old, CBI_REASON_LOG_FORKED);
}

Test(compromise, another_history_under_a_stolen_log_key_is_a_fork_or_unconfirmed)
{
    cbi_private *stolen = bank->log_key;
    size_t count = it.friend.chain.count;
    cbi_hash path[CBI_CONSISTENCY_MAX];
    uint64_t size = bank->size;
    paper *forged;
    cbi_bytes file;

    world_give(bank, &bank->vouched, &it.friend, "INVENTED", 9000);
    forged = paper_new(bank, &it.friend, &full);
    file = paper_sign(forged);
    uint64_t forged_size = bank->size;

    world_rewind(bank, size, &it.friend.chain, count);
    bank->vouched.chain.count--;
    world_give(bank, &bank->own, &it.friend, "TRUE", 1000);
    world_give(bank, &bank->own, &it.friend, "TOO", 1000);
    begin_epoch(0);
    bank->log_keys[0].compromised_since = forged_size + 1;
    world_give(bank, &bank->own, &it.friend, "NEW", 1000);
    cr_assert_eq(forged->signer, stolen);
    expect(file, CBI_REASON_LOG_KEY_UNCONFIRMED);
    terms.consistency = path;
    terms.consistency_count = world_consistency(bank, forged_size, bank->size, path);
    expect(file, CBI_REASON_LOG_FORKED);
}

Test(compromise, a_status_file_of_a_compromised_key_is_to_be_refreshed)
{
    world_learner *learners[] = {&it.friend};
    cbi_bytes status = world_true_status(bank, learners, 1);
    cbi_bytes file = paper_make(bank, &it.friend, &full);

    terms.status = status;
    expect(file, CBI_REASON_NONE);
    begin_epoch(bank->size + 1);
    bank->log_keys[0].until_size = bank->log_keys[1].from_size = bank->size + 2;
    for (int i = 0; i < 2; i++)
        world_give(bank, &bank->own, &it.learner, i == 0 ? "ONE" : "TWO", 1000);
    cbi_hash path[CBI_CONSISTENCY_MAX];
    terms.consistency = path;
    terms.consistency_count = world_consistency(bank, bank->log_keys[0].until_size - 2,
                                                bank->size, path);
    expect(file, CBI_REASON_STATUS_UNUSABLE);
}

/* ---- successions of the root key ----------------------------------------------------------- */

static void succeed(uint32_t epoch)
{
    cbi_private *next = world_new_key(bank);
    cbi_succession link = {0};
    cbank_buffer file = {0};

    cr_assert_eq(cbi_succession_make(bank->origin, epoch, WORLD_AT, bank->root_key, next, &file,
                                     NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_succession_open(bank->suite, world_keep_buffer(bank, &file), &link, NULL),
                 CBANK_OK);
    bank->successions[bank->succession_count++] = cbi_message_data(link.bytes);
    cbi_succession_clear(&link);
    bank->root_key = next;
}

Test(compromise, a_pin_of_any_root_key_opens_the_directory_of_todays)
{
    cbi_hash pins[3], none = {{7}};
    cbi_directory directory = {0};
    cbank_error err = {0};
    cbi_bytes file;

    pins[0] = world_fingerprint(bank->root_key);
    succeed(2);
    pins[1] = world_fingerprint(bank->root_key);
    succeed(3);
    pins[2] = world_fingerprint(bank->root_key);
    file = world_directory(bank);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(cbi_directory_open(file, &pins[i], WORLD_AT, &directory, &err), CBANK_OK,
                     "%zu: %s", i, cbi_reason_word((cbi_reason)err.reason));
        cr_expect(cbi_hash_equal(&directory.fingerprint, &pins[2]));
        cr_expect_eq(directory.roots.count, 3u);
        cbi_directory_clear(&directory);
    }
    cr_expect_eq(cbi_directory_open(file, &none, WORLD_AT, &directory, &err),
                 CBANK_E_UNTRUSTED_KEY);
    cr_expect_eq(err.reason, CBI_REASON_ROOT_KEY_DIFFERS);
    bank->succession_count = 1; /* the second is left out: epoch 3 hangs in the air */
    cr_expect_eq(cbi_directory_open(world_directory(bank), &pins[0], WORLD_AT, &directory, &err),
                 CBANK_E_UNTRUSTED_KEY);
    cr_expect_eq(err.reason, CBI_REASON_SUCCESSION_BROKEN);
}
