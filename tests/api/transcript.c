/* Transcripts through the public face: issued by a bank, verified and shown without one. */
#include "reader.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#define LEARNER "360302190001010018"
#define NAME "甲一"
#define DAY 86400

typedef Cbank__Api__V1__TranscriptIssueRequest issue_request;
typedef Cbank__Api__V1__TranscriptVerifyRequest verify_request;
typedef Cbank__Api__V1__VerdictReport report;

static scene s;
static char account[17];

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    scene_learner(&s, NAME, LEARNER, account);
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(transcript, .init = begin, .fini = end);

static void expect_word(const reader_verdict *verdict, cbank_status status, const char *word,
                        const char *reason)
{
    cr_expect_eq(verdict->status, status);
    cr_assert_not_null(verdict->report, "a report is written");
    cr_expect_str_eq(verdict->report->verdict, word);
    cr_expect_str_eq(verdict->report->reason, reason);
    cr_expect_str_eq(cbank_reason_name(verdict->err.reason), reason);
    cr_expect_str_eq(verdict->report->origin, s.origin, "the bank is named first");
    cr_expect_eq(strlen(verdict->report->fingerprint), 64);
}

/* Nothing of the file is handed out with a "no". */
static void expect_nothing(const report *it)
{
    cr_expect_eq(it->n_items, 0);
    cr_expect_eq(it->items_total, 0);
    cr_expect_eq(it->n_totals, 0);
    cr_expect_null(it->holder);
    cr_expect_null(it->terms);
    cr_expect_str_eq(it->account, "");
    cr_expect_str_eq(it->code, "");
}

static void expect_refusal(const reader_verdict *verdict, cbank_status status, const char *word,
                           const char *reason)
{
    expect_word(verdict, status, word, reason);
    expect_nothing(verdict->report);
}

Test(transcript, says_what_was_issued)
{
    issue_request request = reader_asks(account);
    Cbank__Api__V1__TranscriptIssueReply *answer;

    records_issue(&s, account, "A", 3500);
    records_issue(&s, account, "B", 1000);
    answer = records_ask(&s, cbank_transcript_issue, &request,
                         &cbank__api__v1__transcript_issue_reply__descriptor);
    cr_expect_eq(answer->items, 3);
    cr_expect_eq(answer->shown, 3);
    cr_expect_eq(strlen(answer->code), 12);
    cr_expect_eq(answer->size, 7, "bank, college, account, two records, two receipts");
    cr_expect_eq(answer->root.len, 32);
    cr_assert_eq(answer->n_totals, 1);
    cr_expect_str_eq(answer->totals[0]->unit, "credit");
    cr_expect_eq(answer->totals[0]->milli, 4500);
    scene_free(answer);
}

Test(transcript, is_of_the_account_however_people_write_its_number)
{
    issue_request request;
    cbank_buffer file;
    char typed[24];

    snprintf(typed, sizeof(typed), "%.4s-%.4s %.4s-%s", account, account + 4, account + 8,
             account + 12);
    request = reader_asks(typed);
    file = reader_receive(&s, &request);
    cr_expect_gt(file.size, 0);
    cbank_buffer_clear(&file);
}

Test(transcript, is_valid_and_the_report_says_all_of_it)
{
    records_id revoked = records_issue(&s, account, "A", 3500);
    issue_request request = reader_asks(account);
    cbank_verifier *verifier;
    reader_verdict verdict;
    cbank_buffer file;
    const report *it;

    records_issue(&s, account, "B", 1000);
    records_change(&s, revoked.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    verifier = reader_open(&s);
    request.purpose = scene_text("admission");
    file = reader_receive(&s, &request);
    verdict = reader_verify(verifier, &file, NULL);
    expect_word(&verdict, CBANK_OK, "VALID", "");
    it = verdict.report;
    cr_expect_str_eq(it->bank_name, "萍乡学分银行");
    cr_expect_str_eq(it->account, account);
    cr_expect_str_eq(it->holder->name, NAME);
    cr_expect_str_eq(it->holder->document_number, LEARNER);
    cr_expect_eq(it->holder->born_on, 19000101);
    cr_expect(it->holder_proven);
    cr_expect_str_eq(it->terms->recipient, "anyone");
    cr_expect_str_eq(it->terms->purpose->value, "admission");
    cr_expect_eq(it->terms->expires_at - it->terms->issued_at, 90 * DAY);
    cr_expect_eq(it->evidence, CBANK__API__V1__PROVEN__PROVEN_INSTITUTION);
    cr_expect_eq(it->consistency, CBANK__API__V1__CONSISTENCY__CONSISTENCY_NOT_PINNED);
    cr_expect_eq(it->items_total, 4);
    cr_expect_eq(it->items_shown, 4);
    cr_expect_eq(it->totals[0]->milli, 1000, "what was revoked does not count");
    cr_assert_eq(it->n_items, 4);
    cr_expect_eq(it->items[0]->kind, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_OPENED);
    cr_expect_str_eq(it->items[1]->status, "revoked");
    cr_expect_str_eq(it->items[2]->status, "held");
    cr_expect_str_eq(it->items[2]->record->reference, "B");
    cr_expect_eq(it->items[2]->record_id.len, 32);
    cr_expect_str_eq(it->items[2]->institution_name, "一所学院");
    cr_expect_eq(it->items[2]->proven, CBANK__API__V1__PROVEN__PROVEN_INSTITUTION);
    cr_expect(it->items[2]->holder_shown);
    cr_expect_eq(it->items[3]->kind, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_CHANGED);
    cr_expect_eq(it->items[3]->entry_class, CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_CHANGE);
    cr_expect_gt(it->items[3]->at, 0);
    cr_expect_not(it->fresh, "nobody gave a status file");
    reader_clear(&verdict);
    cbank_buffer_clear(&file);
    cbank_verifier_close(verifier);
}

Test(transcript, shows_a_selection_as_one)
{
    records_id shown = records_issue(&s, account, "A", 3500);
    issue_request request = reader_asks(account);
    char *only[] = {shown.text};
    cbank_verifier *verifier = reader_open(&s);
    reader_verdict verdict;
    cbank_buffer file;

    records_issue(&s, account, "B", 1000);
    request.only = only;
    request.n_only = 1;
    request.evidence = CBANK__API__V1__EVIDENCE_LEVEL__EVIDENCE_LEVEL_COMPACT;
    file = reader_receive(&s, &request);
    verdict = reader_verify(verifier, &file, NULL);
    expect_word(&verdict, CBANK_OK, "VALID", "");
    cr_expect_eq(verdict.report->evidence, CBANK__API__V1__PROVEN__PROVEN_BANK);
    cr_expect_eq(verdict.report->items_shown, 2);
    cr_assert_eq(verdict.report->n_items, 3);
    cr_expect_not(verdict.report->items[2]->shown);
    cr_expect_null(verdict.report->items[2]->record);
    cr_expect_eq(verdict.report->items[2]->kind, 0);
    cr_expect_eq(verdict.report->totals[0]->milli, 3500);
    reader_clear(&verdict);
    cbank_buffer_clear(&file);
    cbank_verifier_close(verifier);
}

Test(transcript, with_one_byte_changed_is_no_longer_valid)
{
    issue_request request = reader_asks(account);
    cbank_verifier *verifier = reader_open(&s);
    cbank_buffer file;

    records_issue(&s, account, "A", 3500);
    file = reader_receive(&s, &request);
    for (size_t i = 0; i < file.size; i += 7) {
        reader_verdict verdict;

        file.data[i] ^= 4;
        verdict = reader_verify(verifier, &file, NULL);
        cr_assert_neq(verdict.status, CBANK_OK, "byte %zu", i);
        cr_assert_not_null(verdict.report);
        expect_nothing(verdict.report);
        reader_clear(&verdict);
        file.data[i] ^= 4;
    }
    cbank_buffer_clear(&file);
    cbank_verifier_close(verifier);
}

Test(transcript, is_for_its_recipient_and_for_a_while)
{
    verify_request terms = CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    issue_request request = reader_asks(account);
    cbank_verifier *verifier = reader_open(&s);
    reader_verdict verdict;
    cbank_buffer file;

    request.recipient = scene_text("ECNU");
    file = reader_receive(&s, &request);
    verdict = reader_verify(verifier, &file, &terms);
    expect_refusal(&verdict, CBANK_E_WRONG_RECIPIENT, "WRONG_RECIPIENT", "RECIPIENT_UNSTATED");
    reader_clear(&verdict);
    terms.recipient = scene_text("PKU");
    verdict = reader_verify(verifier, &file, &terms);
    expect_refusal(&verdict, CBANK_E_WRONG_RECIPIENT, "WRONG_RECIPIENT", "RECIPIENT_OTHER");
    reader_clear(&verdict);
    terms.recipient = scene_text("ECNU");
    verdict = reader_verify(verifier, &file, &terms);
    expect_word(&verdict, CBANK_OK, "VALID", "");
    terms.at = verdict.report->terms->expires_at + 1;
    reader_clear(&verdict);
    verdict = reader_verify(verifier, &file, &terms);
    expect_refusal(&verdict, CBANK_E_EXPIRED, "EXPIRED", "FILE_EXPIRED");
    reader_clear(&verdict);
    cbank_buffer_clear(&file);
    cbank_verifier_close(verifier);
}

Test(transcript, of_another_bank_is_not_trusted)
{
    issue_request request = reader_asks(account);
    cbank_verifier *verifier;
    reader_verdict verdict;
    cbank_buffer file = reader_receive(&s, &request);
    scene other;

    scene_begin(&other, "sha256-ed25519");
    verifier = reader_open(&other);
    verdict = reader_verify(verifier, &file, NULL);
    expect_refusal(&verdict, CBANK_E_BAD_SIGNATURE, "BAD_SIGNATURE", "BAD_SIGNATURE");
    reader_clear(&verdict);
    cbank_verifier_close(verifier);
    cbank_buffer_clear(&file);
    scene_end(&other);
}

Test(transcript, that_is_none_is_malformed)
{
    uint8_t noise[] = "not a transcript";
    cbank_buffer file = {.data = noise, .size = sizeof(noise), .capacity = sizeof(noise)};
    cbank_verifier *verifier = reader_open(&s);
    reader_verdict verdict = reader_verify(verifier, &file, NULL);

    expect_refusal(&verdict, CBANK_E_MALFORMED, "MALFORMED", "ARTEFACT_FORM");
    reader_clear(&verdict);
    cbank_verifier_close(verifier);
}

Test(transcript, must_be_proven_as_well_as_is_asked)
{
    verify_request terms = CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    issue_request request = reader_asks(account);
    cbank_verifier *verifier = reader_open(&s);
    reader_verdict verdict;
    cbank_buffer file;

    records_issue(&s, account, "A", 3500);
    request.evidence = CBANK__API__V1__EVIDENCE_LEVEL__EVIDENCE_LEVEL_COMPACT;
    file = reader_receive(&s, &request);
    terms.any_recipient = true;
    terms.require = CBANK__API__V1__PROVEN__PROVEN_INSTITUTION;
    verdict = reader_verify(verifier, &file, &terms);
    expect_refusal(&verdict, CBANK_E_UNTRUSTED_KEY, "UNTRUSTED_KEY", "PROVEN_TOO_LITTLE");
    reader_clear(&verdict);
    cbank_buffer_clear(&file);
    cbank_verifier_close(verifier);
}

Test(transcript, is_stale_once_a_status_file_says_so)
{
    Cbank__Api__V1__StatusRequest none = CBANK__API__V1__STATUS_REQUEST__INIT;
    verify_request terms = CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    records_id id = records_issue(&s, account, "A", 3500);
    issue_request request = reader_asks(account);
    cbank_verifier *verifier = reader_open(&s);
    Cbank__Api__V1__StatusReply *before, *after;
    reader_verdict verdict;
    cbank_buffer file = reader_receive(&s, &request);

    before = records_ask(&s, cbank_bank_status, &none, &cbank__api__v1__status_reply__descriptor);
    records_change(&s, id.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND);
    after = records_ask(&s, cbank_bank_status, &none, &cbank__api__v1__status_reply__descriptor);
    terms.any_recipient = true;
    terms.status = before->file;
    verdict = reader_verify(verifier, &file, &terms);
    expect_word(&verdict, CBANK_OK, "VALID", "");
    cr_expect(verdict.report->fresh);
    cr_expect_eq(verdict.report->status_size, before->size);
    reader_clear(&verdict);
    terms.status = after->file;
    verdict = reader_verify(verifier, &file, &terms);
    expect_refusal(&verdict, CBANK_E_STALE, "STALE", "ENDED_SINCE");
    reader_clear(&verdict);
    scene_free(before);
    scene_free(after);
    cbank_buffer_clear(&file);
    cbank_verifier_close(verifier);
}

Test(transcript, a_request_that_breaks_the_contract_gets_no_report)
{
    verify_request terms = CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    uint8_t short_hash[] = {1, 2, 3};
    ProtobufCBinaryData hashes[] = {{.len = sizeof(short_hash), .data = short_hash}};
    issue_request request = reader_asks(account);
    cbank_verifier *verifier = reader_open(&s);
    cbank_buffer file = reader_receive(&s, &request);
    reader_verdict verdict;

    terms.consistency = hashes;
    terms.n_consistency = 1;
    verdict = reader_verify(verifier, &file, &terms);
    cr_expect_eq(verdict.status, CBANK_E_ARGUMENT);
    cr_expect_null(verdict.report);
    terms.n_consistency = 0;
    terms.pin = hashes[0];
    verdict = reader_verify(verifier, &file, &terms);
    cr_expect_eq(verdict.status, CBANK_E_ARGUMENT);
    cr_expect_str_eq(cbank_reason_name(verdict.err.reason), "PIN_UNUSABLE");
    cr_expect_null(verdict.report);
    cbank_buffer_clear(&file);
    cbank_verifier_close(verifier);
}

Test(transcript, is_refused_for_what_the_bank_does_not_show)
{
    issue_request request = reader_asks("1234567890123428");
    char *only[] = {scene_text("17-0123456789abcdef")}, *many[4097];
    cbank_error err;

    records_fails(records_refuse(&s, cbank_transcript_issue, &request, &err), err,
                  CBANK_E_NOT_FOUND, "ACCOUNT_UNKNOWN");
    request = reader_asks("nobody");
    records_fails(records_refuse(&s, cbank_transcript_issue, &request, &err), err,
                  CBANK_E_NOT_FOUND, "ACCOUNT_UNKNOWN");
    request = reader_asks(account);
    request.only = only;
    request.n_only = 1;
    records_fails(records_refuse(&s, cbank_transcript_issue, &request, &err), err,
                  CBANK_E_NOT_FOUND, "RECORD_UNKNOWN");
    for (size_t i = 0; i < 4097; i++)
        many[i] = only[0];
    request.only = many;
    request.n_only = 4097;
    records_fails(records_refuse(&s, cbank_transcript_issue, &request, &err), err,
                  CBANK_E_ARGUMENT, "LIST_LIMIT");
    request = reader_asks(account);
    request.expires_at = 1;
    records_fails(records_refuse(&s, cbank_transcript_issue, &request, &err), err,
                  CBANK_E_INVALID, "TIME_ORDER");
    cr_expect_eq(cbank_transcript_issue(NULL, NULL, 0, NULL, NULL), CBANK_E_ARGUMENT);
}

/* As much as a transcript may show: more than one message in memory may be. */
Test(transcript, with_all_entries_that_it_may_show_is_reported_whole)
{
    issue_request request = reader_asks(account);
    cbank_verifier *verifier;
    reader_verdict verdict;
    cbank_buffer file;

    records_issue_many(&s, account, "A", 1000);
    records_issue_many(&s, account, "B", 1000);
    records_issue_many(&s, account, "C", 1000);
    records_issue_many(&s, account, "D", 1000);
    records_issue_many(&s, account, "E", 95);
    verifier = reader_open(&s);
    file = reader_receive(&s, &request);
    verdict = reader_verify(verifier, &file, NULL);
    expect_word(&verdict, CBANK_OK, "VALID", "");
    cr_expect_eq(verdict.report->n_items, 4096);
    cr_expect_eq(verdict.report->totals[0]->milli, 4095000);
    cr_expect_str_eq(verdict.report->items[4095]->record->reference, "E-94");
    reader_clear(&verdict);
    cbank_buffer_clear(&file);
    cbank_verifier_close(verifier);
}
