/* office.c - what is recognised in a world, and heard. */
#include "world.h"

#include "message.h"

#include "cbank/api/v1/case.pb-c.h"
#include "cbank/api/v1/recognition.pb-c.h"

#include <stdlib.h>
#include <string.h>

/* ---- letters from outside ----------------------------------------------------------------- */

cbank_status world_recognise(world *it, const char *id, uint64_t token)
{
    Cbank__Api__V1__RecognitionNoteRequest request = CBANK__API__V1__RECOGNITION_NOTE_REQUEST__INIT;
    Cbank__V1__OutsideNotice notice = CBANK__V1__OUTSIDE_NOTICE__INIT;
    char *records[1] = {message_lend(id)};
    uint8_t chosen[WORLD_TOKEN_SIZE];

    world_token(token, chosen);
    notice.recogniser = message_lend("outside");
    notice.document = message_lend("L-1");
    notice.on = 20260301;
    request.token = (ProtobufCBinaryData){.len = sizeof(chosen), .data = chosen};
    request.account = it->account;
    request.notice = &notice;
    request.records = records;
    request.n_records = 1;
    return message_ask(it, cbank_recognition_note, &request, NULL);
}

cbank_status world_recognised(world *it, size_t *out)
{
    Cbank__Api__V1__RecognitionListRequest request = CBANK__API__V1__RECOGNITION_LIST_REQUEST__INIT;
    Cbank__Api__V1__RecognitionListReply *page;
    cbank_buffer reply = {0};
    cbank_status status;

    request.account = it->account;
    status = message_ask(it, cbank_recognition_list, &request, &reply);
    if (status != CBANK_OK)
        return status;
    page = message_unpack(&cbank__api__v1__recognition_list_reply__descriptor, &reply);
    if (page == NULL)
        return message_no_memory(it);
    *out = page->n_recognitions;
    message_drop(page);
    return CBANK_OK;
}

/* ---- cases -------------------------------------------------------------------------------- */

cbank_status world_sign_case(world *it, cbank_buffer *file)
{
    Cbank__Api__V1__CaseSignRequest request = CBANK__API__V1__CASE_SIGN_REQUEST__INIT;
    Cbank__V1__CaseStep step = CBANK__V1__CASE_STEP__INIT;
    Cbank__V1__CaseApplication application = CBANK__V1__CASE_APPLICATION__INIT;
    Cbank__Api__V1__CaseFileReply *made;
    cbank_buffer bytes = {0}, reply = {0};
    cbank_status status = message_no_memory(it);

    application.account = it->account;
    step.institution = message_lend(WORLD_INSTITUTION);
    step.origin = message_lend(it->origin);
    step.number = message_lend("2026-17");
    step.act = CBANK__V1__CASE_ACT__CASE_ACT_OPEN;
    step.application = &application;
    request.step = &step;
    if (message_pack(&request, &bytes))
        status = cbank_case_sign(it->key, bytes.data, bytes.size, &reply, &it->err);
    cbank_buffer_clear(&bytes);
    if (status != CBANK_OK)
        return status;
    made = message_unpack(&cbank__api__v1__case_file_reply__descriptor, &reply);
    file->data = made == NULL ? NULL : malloc(made->file.len);
    if (file->data != NULL) {
        memcpy(file->data, made->file.data, made->file.len);
        file->size = file->capacity = made->file.len;
    }
    message_drop(made);
    return file->data == NULL ? message_no_memory(it) : CBANK_OK;
}

cbank_status world_hear(world *it, const cbank_buffer *file)
{
    Cbank__Api__V1__CaseEnterRequest request = CBANK__API__V1__CASE_ENTER_REQUEST__INIT;

    request.file = (ProtobufCBinaryData){.len = file->size, .data = file->data};
    return message_ask(it, cbank_case_enter, &request, NULL);
}

cbank_status world_heard(world *it, size_t *out)
{
    Cbank__Api__V1__CaseListRequest request = CBANK__API__V1__CASE_LIST_REQUEST__INIT;
    Cbank__Api__V1__CaseListReply *page;
    cbank_buffer reply = {0};
    cbank_status status;

    request.account = it->account;
    status = message_ask(it, cbank_case_list, &request, &reply);
    if (status != CBANK_OK)
        return status;
    page = message_unpack(&cbank__api__v1__case_list_reply__descriptor, &reply);
    if (page == NULL)
        return message_no_memory(it);
    *out = page->n_cases;
    message_drop(page);
    return CBANK_OK;
}
