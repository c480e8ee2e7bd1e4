/* A transcript read without checking anything, for the eye. */
#include "reader.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "cbank/v1/envelope.pb-c.h"
#include "cbank/v1/transcript.pb-c.h"

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

/* The file with its last item, the record, so many times. */
static cbank_buffer repeat_item(const cbank_buffer *file, uint32_t times)
{
    Cbank__V1__Artefact *artefact = scene_unpack(&cbank__v1__artefact__descriptor, file);
    cbank_buffer bytes = {artefact->envelope.data, artefact->envelope.len, 0};
    Cbank__V1__Envelope *envelope = scene_unpack(&cbank__v1__envelope__descriptor, &bytes);
    cbank_buffer payload = {envelope->payload.data, envelope->payload.len, 0}, packed, out;
    Cbank__V1__TranscriptHead *head =
        scene_unpack(&cbank__v1__transcript_head__descriptor, &payload);
    Cbank__V1__Artefact made = CBANK__V1__ARTEFACT__INIT;
    Cbank__V1__Envelope sealed = *envelope;
    size_t first = artefact->n_body - 1 - head->chains[0]->items;
    cbank_buffer envelope_bytes;

    made.body = calloc(first + 2 + times, sizeof(*made.body));
    cr_assert_not_null(made.body);
    for (; made.n_body < first; made.n_body++)
        made.body[made.n_body] = artefact->body[made.n_body];
    made.body[made.n_body++] = artefact->body[first]; /* the account's opening */
    for (uint32_t i = 0; i < times; i++)
        made.body[made.n_body++] = artefact->body[artefact->n_body - 2];
    made.body[made.n_body++] = artefact->body[artefact->n_body - 1];
    head->chains[0]->items = times + 1;
    packed = scene_pack(head);
    sealed.payload = (ProtobufCBinaryData){packed.size, packed.data};
    envelope_bytes = scene_pack(&sealed);
    made.envelope = (ProtobufCBinaryData){envelope_bytes.size, envelope_bytes.data};
    out = scene_pack(&made);
    cbank_buffer_clear(&envelope_bytes);
    cbank_buffer_clear(&packed);
    free(made.body);
    scene_free(head);
    scene_free(envelope);
    scene_free(artefact);
    return out;
}

Test(glance, shows_no_more_records_than_a_transcript_may_show)
{
    Cbank__Api__V1__TranscriptIssueRequest request = reader_asks(account);
    Cbank__Api__V1__VerdictReport *report = NULL;
    cbank_buffer file, most, more;
    cbank_error err = {0};

    records_issue(&s, account, "A", 3500);
    file = reader_receive(&s, &request);
    most = repeat_item(&file, 4095);
    more = repeat_item(&file, 4096);
    cr_assert_eq(show(&most, &report, &err), CBANK_OK, "%s %s", cbank_reason_name(err.reason),
                 err.detail);
    cr_expect_eq(report->items_total, 4096);
    scene_free(report);
    cr_expect_eq(show(&more, &report, &err), CBANK_E_TOO_LARGE);
    cr_expect_str_eq(cbank_reason_name(err.reason), "TOO_MANY");
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&most);
    cbank_buffer_clear(&more);
}
