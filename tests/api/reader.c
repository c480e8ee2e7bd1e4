#include "reader.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

ProtobufCBinaryData reader_data(const cbank_buffer *buffer)
{
    return (ProtobufCBinaryData){.len = buffer->size, .data = buffer->data};
}

/* What it rests on, where a test is about something else. */
static Cbank__Api__V1__DisclosureGround ground = CBANK__API__V1__DISCLOSURE_GROUND__INIT;
static Cbank__Api__V1__Order order = CBANK__API__V1__ORDER__INIT;

Cbank__Api__V1__TranscriptIssueRequest reader_asks(const char *account)
{
    Cbank__Api__V1__TranscriptIssueRequest request =
        CBANK__API__V1__TRANSCRIPT_ISSUE_REQUEST__INIT;

    ground.basis = scene_text("legal-duty");
    order.document = scene_text("教字1号");
    request.account = scene_text(account);
    request.show_name = request.show_number = request.show_birth = true;
    request.ground = &ground;
    request.order = &order;
    return request;
}

cbank_buffer reader_receive(scene *stage, const Cbank__Api__V1__TranscriptIssueRequest *request)
{
    Cbank__Api__V1__TranscriptIssueReply *answer =
        records_ask(stage, cbank_transcript_issue, request,
                    &cbank__api__v1__transcript_issue_reply__descriptor);
    cbank_buffer file = {.data = malloc(answer->file.len),
                         .size = answer->file.len,
                         .capacity = answer->file.len};

    cr_assert_not_null(file.data);
    memcpy(file.data, answer->file.data, answer->file.len);
    scene_free(answer);
    return file;
}

cbank_verifier *reader_trusting(const cbank_buffer *directory)
{
    Cbank__Api__V1__VerifierRequest request = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    cbank_verifier *verifier = NULL;
    cbank_error err = {0};
    cbank_buffer bytes;

    request.directory = reader_data(directory);
    bytes = scene_pack(&request);
    cr_assert_eq(cbank_verifier_open(bytes.data, bytes.size, &verifier, &err), CBANK_OK, "%s: %s",
                 cbank_reason_name(err.reason), err.object);
    cbank_buffer_clear(&bytes);
    return verifier;
}

cbank_verifier *reader_open(scene *stage)
{
    cbank_buffer directory = scene_directory(stage);
    cbank_verifier *verifier = reader_trusting(&directory);

    cbank_buffer_clear(&directory);
    return verifier;
}

reader_verdict reader_verify(const cbank_verifier *verifier, const cbank_buffer *file,
                             const Cbank__Api__V1__TranscriptVerifyRequest *terms)
{
    Cbank__Api__V1__TranscriptVerifyRequest request =
        CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    reader_verdict out = {0};
    cbank_buffer bytes, reply = {0};

    request.any_recipient = true;
    if (terms != NULL)
        request = *terms;
    request.file = reader_data(file);
    bytes = scene_pack(&request);
    out.status = cbank_transcript_verify(verifier, bytes.data, bytes.size, &reply, &out.err);
    if (reply.size > 0)
        out.report = scene_unpack(&cbank__api__v1__verdict_report__descriptor, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return out;
}

void reader_clear(reader_verdict *verdict)
{
    if (verdict->report != NULL)
        scene_free(verdict->report);
    *verdict = (reader_verdict){0};
}
