/* Whom a verifier may trust: a directory under its root key, or a log key alone; and pins. */
#include "reader.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "cbank/api/v1/key.pb-c.h"

#define LEARNER "360302190001010018"

typedef Cbank__Api__V1__VerifierRequest verifier_request;

static scene s;
static char account[17];

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    scene_learner(&s, "甲一", LEARNER, account);
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(verifier, .init = begin, .fini = end);

static cbank_status open(const verifier_request *request, cbank_verifier **out, cbank_error *err)
{
    cbank_buffer bytes = scene_pack(request);
    cbank_status status;

    *out = NULL;
    status = cbank_verifier_open(bytes.data, bytes.size, out, err);
    cr_expect((status == CBANK_OK) == (*out != NULL));
    cbank_buffer_clear(&bytes);
    return status;
}

static void refused(const verifier_request *request, cbank_status status, const char *reason)
{
    cbank_verifier *verifier;
    cbank_error err = {0};

    records_fails(open(request, &verifier, &err), err, status, reason);
}

static Cbank__Api__V1__BankInfo *bank_info(void)
{
    Cbank__Api__V1__BankInfo *info;
    cbank_buffer reply = {0};

    cr_assert_eq(cbank_bank_info(s.bank, &reply, NULL), CBANK_OK);
    info = scene_unpack(&cbank__api__v1__bank_info__descriptor, &reply);
    cbank_buffer_clear(&reply);
    return info;
}

Test(verifier, trusts_a_directory_under_its_root_key)
{
    verifier_request request = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    Cbank__Api__V1__BankInfo *info = bank_info();
    cbank_buffer directory = scene_directory(&s);
    cbank_verifier *verifier;
    char other[65];

    request.directory = reader_data(&directory);
    request.root_fingerprint = info->fingerprint;
    cr_expect_eq(open(&request, &verifier, NULL), CBANK_OK);
    cbank_verifier_close(verifier);
    snprintf(other, sizeof(other), "%s", info->fingerprint);
    other[0] = other[0] == '0' ? '1' : '0';
    request.root_fingerprint = other;
    refused(&request, CBANK_E_UNTRUSTED_KEY, "ROOT_KEY_DIFFERS");
    other[63] = '\0';
    refused(&request, CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    scene_free(info);
    cbank_buffer_clear(&directory);
}

Test(verifier, does_not_trust_a_directory_that_was_touched_or_is_too_old)
{
    verifier_request request = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    cbank_buffer directory = scene_directory(&s);

    request.directory = reader_data(&directory);
    request.at = 4000000000;
    refused(&request, CBANK_E_EXPIRED, "FILE_EXPIRED");
    request.at = 0;
    directory.data[directory.size - 1] ^= 1;
    refused(&request, CBANK_E_BAD_SIGNATURE, "BODY_DIFFERS");
    request.directory.len = 10;
    refused(&request, CBANK_E_MALFORMED, "ARTEFACT_FORM");
    cbank_buffer_clear(&directory);
}

Test(verifier, wants_a_directory_or_a_log_key_and_not_both)
{
    verifier_request request = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    Cbank__Api__V1__BankInfo *info = bank_info();
    cbank_buffer directory = scene_directory(&s);

    refused(&request, CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    request.directory = reader_data(&directory);
    request.vkey = info->vkey;
    refused(&request, CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    request.directory = (ProtobufCBinaryData){0};
    request.root_fingerprint = info->fingerprint;
    refused(&request, CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    scene_free(info);
    cbank_buffer_clear(&directory);
}

Test(verifier, with_a_log_key_alone_proves_the_banks_word_only)
{
    Cbank__Api__V1__TranscriptIssueRequest asked = reader_asks(account);
    verifier_request request = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    Cbank__Api__V1__BankInfo *info = bank_info();
    cbank_verifier *verifier;
    reader_verdict verdict;
    cbank_buffer file;

    records_issue(&s, account, "A", 1000);
    file = reader_receive(&s, &asked);
    request.vkey = info->vkey;
    cr_assert_eq(open(&request, &verifier, NULL), CBANK_OK);
    verdict = reader_verify(verifier, &file, NULL);
    cr_expect_eq(verdict.status, CBANK_OK);
    cr_expect_eq(verdict.report->evidence, CBANK__API__V1__PROVEN__PROVEN_BANK);
    cr_expect_str_eq(verdict.report->items[1]->institution_name, "");
    cr_expect_str_eq(verdict.report->origin, s.origin);
    reader_clear(&verdict);
    cbank_verifier_close(verifier);
    cbank_buffer_clear(&file);
    scene_free(info);
}

static void key_fingerprint(const cbank_key *key, char out[65])
{
    Cbank__Api__V1__KeyInfo *info;
    cbank_buffer reply = {0};

    cr_assert_eq(cbank_key_show(key, &reply, NULL), CBANK_OK);
    info = scene_unpack(&cbank__api__v1__key_info__descriptor, &reply);
    snprintf(out, 65, "%s", info->fingerprint);
    scene_free(info);
    cbank_buffer_clear(&reply);
}

/* What a verifier with one pin says of a transcript with one record of the institution. */
static reader_verdict verify_pinned(const char *fingerprint)
{
    Cbank__Api__V1__TranscriptIssueRequest asked = reader_asks(account);
    Cbank__Api__V1__PinnedKey pin = CBANK__API__V1__PINNED_KEY__INIT, *pins[] = {&pin};
    verifier_request request = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    cbank_buffer directory = scene_directory(&s), file = reader_receive(&s, &asked);
    cbank_verifier *verifier;
    reader_verdict verdict;

    pin.institution = scene_text(SCENE_INSTITUTION);
    pin.fingerprint = scene_text(fingerprint);
    request.directory = reader_data(&directory);
    request.pins = pins;
    request.n_pins = 1;
    cr_assert_eq(open(&request, &verifier, NULL), CBANK_OK);
    verdict = reader_verify(verifier, &file, NULL);
    cbank_verifier_close(verifier);
    cbank_buffer_clear(&directory);
    cbank_buffer_clear(&file);
    return verdict;
}

Test(verifier, a_pinned_key_proves_most_and_another_refuses)
{
    char fingerprint[65];
    reader_verdict verdict;

    records_issue(&s, account, "A", 1000);
    key_fingerprint(s.key, fingerprint);
    verdict = verify_pinned(fingerprint);
    cr_expect_eq(verdict.status, CBANK_OK);
    cr_expect_eq(verdict.report->evidence, CBANK__API__V1__PROVEN__PROVEN_PINNED);
    reader_clear(&verdict);
    fingerprint[5] = fingerprint[5] == 'a' ? 'b' : 'a';
    verdict = verify_pinned(fingerprint);
    cr_expect_eq(verdict.status, CBANK_E_UNTRUSTED_KEY);
    cr_expect_str_eq(verdict.report->reason, "PINNED_KEY_DIFFERS");
    reader_clear(&verdict);
}

Test(verifier, a_pin_must_be_one)
{
    Cbank__Api__V1__PinnedKey pin = CBANK__API__V1__PINNED_KEY__INIT, *pins[] = {&pin};
    verifier_request request = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    cbank_buffer directory = scene_directory(&s);

    request.directory = reader_data(&directory);
    request.pins = pins;
    request.n_pins = 1;
    pin.institution = scene_text("not a code");
    refused(&request, CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    pin.institution = scene_text(SCENE_INSTITUTION);
    pin.fingerprint = scene_text("12");
    refused(&request, CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    cbank_buffer_clear(&directory);
}

Test(verifier, closing_nothing_is_fine)
{
    cbank_verifier_close(NULL);
    cr_expect_eq(cbank_verifier_open(NULL, 0, NULL, NULL), CBANK_E_ARGUMENT);
    cr_expect_eq(cbank_transcript_verify(NULL, NULL, 0, NULL, NULL), CBANK_E_ARGUMENT);
}
