/* A transcript read without checking anything, for the eye. */
#include "reader.h"

#include <criterion/criterion.h>

#include <string.h>

#define LEARNER "360302190001010018"

static scene s;
static char account[17];

static void begin(void)
{
    scene_begin(&s, "sm3-sm2");
    scene_learner(&s, "甲一", LEARNER, account);
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(glance, .init = begin, .fini = end);

static cbank_status show(const cbank_buffer *file, Cbank__Api__V1__VerdictReport **out,
                         cbank_error *err)
{
    Cbank__Api__V1__TranscriptShowRequest request = CBANK__API__V1__TRANSCRIPT_SHOW_REQUEST__INIT;
    cbank_buffer bytes, reply = {0};
    cbank_status status;

    request.file = reader_data(file);
    bytes = scene_pack(&request);
    status = cbank_transcript_show(bytes.data, bytes.size, &reply, err);
    if (status == CBANK_OK)
        *out = scene_unpack(&cbank__api__v1__verdict_report__descriptor, &reply);
    cr_expect(status == CBANK_OK || reply.size == 0);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

Test(glance, says_what_the_file_says_and_that_nobody_checked_it)
{
    records_id revoked = records_issue(&s, account, "A", 3500);
    Cbank__Api__V1__TranscriptIssueRequest request = reader_asks(account);
    Cbank__Api__V1__VerdictReport *report = NULL;
    cbank_buffer file;

    records_issue(&s, account, "B", 1000);
    records_change(&s, revoked.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    file = reader_receive(&s, &request);
    cr_assert_eq(show(&file, &report, NULL), CBANK_OK);
    cr_expect_str_eq(report->verdict, "UNVERIFIED");
    cr_expect_str_eq(report->origin, "", "no bank is trusted here");
    cr_expect_str_eq(report->fingerprint, "");
    cr_expect_eq(report->evidence, CBANK__API__V1__PROVEN__PROVEN_UNSPECIFIED);
    cr_expect_not(report->holder_proven);
    cr_expect_str_eq(report->account, account);
    cr_expect_eq(report->items_total, 4);
    cr_expect_str_eq(report->items[1]->status, "revoked");
    cr_expect_str_eq(report->items[2]->record->reference, "B");
    cr_expect_eq(report->items[2]->proven, CBANK__API__V1__PROVEN__PROVEN_UNSPECIFIED);
    cr_expect_eq(report->totals[0]->milli, 1000);
    scene_free(report);
    cbank_buffer_clear(&file);
}

Test(glance, a_forged_file_is_shown_as_readily)
{
    Cbank__Api__V1__TranscriptIssueRequest request = reader_asks(account);
    Cbank__Api__V1__VerdictReport *report = NULL;
    cbank_buffer file = reader_receive(&s, &request);
    uint8_t *name = memmem(file.data, file.size, "甲一", strlen("甲一"));

    cr_assert_not_null(name);
    memcpy(name, "乙二", strlen("乙二"));
    cr_assert_eq(show(&file, &report, NULL), CBANK_OK);
    cr_expect_str_eq(report->verdict, "UNVERIFIED");
    cr_expect_str_eq(report->holder->name, "乙二");
    scene_free(report);
    cbank_buffer_clear(&file);
}

Test(glance, what_is_cut_short_or_no_transcript_is_malformed)
{
    Cbank__Api__V1__TranscriptIssueRequest request = reader_asks(account);
    Cbank__Api__V1__VerdictReport *report = NULL;
    cbank_buffer file = reader_receive(&s, &request);
    cbank_error err = {0};

    file.size -= 1;
    cr_expect_eq(show(&file, &report, &err), CBANK_E_MALFORMED);
    file.size = 0;
    cr_expect_eq(show(&file, &report, &err), CBANK_E_MALFORMED);
    cr_expect_null(report);
    cbank_buffer_clear(&file);
}
