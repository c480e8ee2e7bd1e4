/* A claim: the bank's word for one recipient and a time, and whether it was taken back since. */
#include <criterion/criterion.h>

#include "proof/attestation.h"
#include "proof/story.h"
#include "record/code.h"

#define STATE(name) CBANK__V1__DISCLOSURE_STATE__DISCLOSURE_STATE_##name
#define SOON (WORLD_AT + 1000)

static story it;
static cbi_directory directory;
static cbi_verify_terms terms;
static cbi_bytes file;
static cbi_hash root, id;

static cbi_bytes make_claim(uint64_t size, const cbi_private *key)
{
    static uint8_t some[CBI_HASH_SIZE] = {1};
    static const uint8_t random[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    Cbank__V1__ClaimHead head = CBANK__V1__CLAIM_HEAD__INIT;
    Cbank__V1__PublicationRef ref = CBANK__V1__PUBLICATION_REF__INIT;
    cbi_attestation made = {0};
    cbi_verification code;
    cbank_buffer buffer = {0};
    cbi_bytes bytes;

    cbi_verification_make(random, &code);
    ref.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME;
    ref.id = cbi_message_string("pxu/hours");
    ref.edition = 1;
    ref.digest = head.plan_digest = (ProtobufCBinaryData){sizeof(some), some};
    head.code = code.text;
    head.origin = cbi_message_string(it.world->origin);
    head.recipient = cbi_message_string("NCU");
    head.issued_at = WORLD_BEGIN;
    head.expires_at = SOON;
    head.size = size;
    head.root = cbi_message_data(cbi_bytes_of_hash(&root));
    head.requirement = &ref;
    head.unit = cbi_message_string("hour");
    head.required_milli = 360000;
    head.reached_milli = 372000;
    head.result = CBANK__V1__CLAIM_RESULT__CLAIM_RESULT_MET;
    cr_assert_eq(cbi_attestation_make(&head, key, &buffer, NULL), CBANK_OK);
    bytes = world_keep_buffer(it.world, &buffer);
    cr_assert_eq(cbi_attestation_open(it.world->hasher, bytes, &made, NULL), CBANK_OK);
    id = made.id;
    cbi_attestation_clear(&made);
    return bytes;
}

static void start(void)
{
    story_begin(&it, CBI_SUITE_SHA256_ED25519);
    world_open_directory(it.world, &directory);
    root = world_root(it.world, it.world->size);
    file = make_claim(it.world->size, it.world->log_key);
    terms = (cbi_verify_terms){.at = WORLD_AT, .recipient = cbi_bytes_of_text("NCU")};
}

static void end(void)
{
    cbi_directory_clear(&directory);
    story_end(&it);
}

TestSuite(attestation, .init = start, .fini = end);

static void is_valid(bool is_fresh, int64_t extended_until)
{
    cbi_attestation claim = {0};
    cbank_error err = {0};

    cr_expect_eq(cbi_attestation_verify(it.world->hasher, file, &directory, &terms, &claim, &err),
                 CBANK_OK, "%s", cbi_reason_word((cbi_reason)err.reason));
    cr_expect_eq(claim.fresh, is_fresh);
    cr_expect_eq(claim.extended_until, extended_until);
    cr_expect(claim.status_size > 0 || !is_fresh);
    cbi_attestation_clear(&claim);
}

static void is_refused(cbank_status status, cbi_reason reason)
{
    cbi_attestation claim = {0};
    cbank_error err = {0};

    cr_expect_eq(cbi_attestation_verify(it.world->hasher, file, &directory, &terms, &claim, &err),
                 status);
    cr_expect_eq((cbi_reason)err.reason, reason, "%s", cbi_reason_word((cbi_reason)err.reason));
    cr_expect_null(claim.head, "nothing is handed out");
    cbi_attestation_clear(&claim);
}

static void list(const cbi_hash *what, int state, int64_t until)
{
    cbi_status_disclosure row = {*what, (uint8_t)state, until};

    terms.status = world_disclosures(it.world, &row, 1);
}

Test(attestation, it_is_the_banks_word_for_its_recipient_while_it_lasts)
{
    is_valid(false, 0);
    terms.at = SOON + 1;
    is_refused(CBANK_E_EXPIRED, CBI_REASON_FILE_EXPIRED);
    terms.at = WORLD_AT;
    terms.recipient = cbi_bytes_of_text("OTHER");
    is_refused(CBANK_E_WRONG_RECIPIENT, CBI_REASON_RECIPIENT_OTHER);
    terms.recipient = (cbi_bytes){0};
    is_refused(CBANK_E_WRONG_RECIPIENT, CBI_REASON_RECIPIENT_UNSTATED);
    terms.any_recipient = true;
    is_valid(false, 0);
    file = make_claim(it.world->size, it.world->own.keys[0].key);
    is_refused(CBANK_E_BAD_SIGNATURE, CBI_REASON_BAD_SIGNATURE);
}

Test(attestation, one_that_was_withdrawn_is_valid_no_more)
{
    cbi_hash other = world_random(it.world);

    list(&other, STATE(WITHDRAWN), 0);
    is_valid(true, 0);
    list(&id, STATE(WITHDRAWN), 0);
    is_refused(CBANK_E_STALE, CBI_REASON_CLAIM_RECALLED);
}

Test(attestation, one_that_was_extended_is_valid_for_longer)
{
    terms.at = SOON + 10;
    list(&id, STATE(EXTENDED), SOON + 9);
    is_refused(CBANK_E_EXPIRED, CBI_REASON_FILE_EXPIRED);
    list(&id, STATE(EXTENDED), SOON + 10);
    is_valid(true, SOON + 10);
}

Test(attestation, a_status_file_that_is_kept_says_so_too_unless_it_is_behind)
{
    list(&id, STATE(WITHDRAWN), 0);
    terms.kept_status = terms.status;
    terms.status = (cbi_bytes){0};
    is_refused(CBANK_E_STALE, CBI_REASON_CLAIM_RECALLED);
    world_give(it.world, &it.world->own, &it.friend, "MORE", 1000);
    root = world_root(it.world, it.world->size);
    file = make_claim(it.world->size, it.world->log_key);
    is_valid(false, 0);
}

Test(attestation, a_status_file_that_is_older_expired_or_none_does_not_speak_for_it)
{
    list(&id, STATE(EXTENDED), SOON + 10);
    terms.status_seen = 2;
    is_refused(CBANK_E_STALE, CBI_REASON_STATUS_NUMBER_OLDER);
    terms.status_seen = 0;
    world_give(it.world, &it.world->own, &it.friend, "MORE", 1000);
    root = world_root(it.world, it.world->size);
    file = make_claim(it.world->size, it.world->log_key);
    is_refused(CBANK_E_STALE, CBI_REASON_STATUS_OLDER);
    terms.status = world_status(it.world, NULL, 0, NULL, 0, WORLD_AT - 1);
    is_refused(CBANK_E_STALE, CBI_REASON_STATUS_EXPIRED);
    terms.status = file;
    is_refused(CBANK_E_STALE, CBI_REASON_STATUS_UNUSABLE);
}

Test(attestation, a_log_of_the_same_size_and_another_root_is_a_second_history)
{
    root.bytes[0] ^= 1;
    file = make_claim(it.world->size, it.world->log_key);
    is_refused(CBANK_E_FORK, CBI_REASON_LOG_FORKED);
    world_give(it.world, &it.world->own, &it.friend, "MORE", 1000);
    file = make_claim(it.world->size, it.world->log_key);
    list(&id, STATE(EXTENDED), SOON + 10);
    is_refused(CBANK_E_FORK, CBI_REASON_LOG_FORKED);
}
