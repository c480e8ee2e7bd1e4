#include "world.h"

#include "message.h"

#include "cbank/api/v1/bank.pb-c.h"
#include "cbank/api/v1/credit.pb-c.h"
#include "cbank/api/v1/learner.pb-c.h"
#include "cbank/api/v1/log.pb-c.h"
#include "cbank/api/v1/transcript.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cbank_status copy(world *it, const void *data, size_t size, cbank_buffer *out)
{
    uint8_t *grown = realloc(out->data, out->size + size + 1);

    if (grown == NULL)
        return message_no_memory(it);
    memcpy(grown + out->size, data, size);
    *out = (cbank_buffer){
        .data = grown, .size = out->size + size, .capacity = out->size + size + 1};
    return CBANK_OK;
}

cbank_status world_write_transcript(world *it, cbank_buffer *file)
{
    Cbank__Api__V1__TranscriptIssueRequest request = CBANK__API__V1__TRANSCRIPT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__DisclosureGround ground = CBANK__API__V1__DISCLOSURE_GROUND__INIT;
    Cbank__Api__V1__Order order = CBANK__API__V1__ORDER__INIT;
    Cbank__Api__V1__TranscriptIssueReply *issued;
    cbank_buffer reply = {0};
    cbank_status status;

    ground.basis = message_lend("legal-duty");
    order.document = message_lend("T-1");
    request.ground = &ground;
    request.order = &order;
    request.account = it->account;
    request.show_name = true;
    request.show_number = true;
    status = message_ask(it, cbank_transcript_issue, &request, &reply);
    if (status != CBANK_OK)
        return status;
    issued = message_unpack(&cbank__api__v1__transcript_issue_reply__descriptor, &reply);
    status = issued == NULL ? message_no_memory(it)
                            : copy(it, issued->file.data, issued->file.len, file);
    message_drop(issued);
    return status;
}

cbank_status world_transcript(world *it)
{
    cbank_buffer file = {0};
    cbank_status status = world_write_transcript(it, &file);

    cbank_buffer_clear(&file);
    return status;
}

cbank_status world_backup(world *it, const char *file)
{
    Cbank__Api__V1__BackupRequest request = CBANK__API__V1__BACKUP_REQUEST__INIT;

    request.file = message_lend(file);
    return message_ask(it, cbank_bank_backup, &request, NULL);
}

cbank_status world_show(world *it, const char *id)
{
    Cbank__Api__V1__CreditShowRequest request = CBANK__API__V1__CREDIT_SHOW_REQUEST__INIT;

    request.id = message_lend(id);
    return message_ask(it, cbank_credit_show, &request, NULL);
}

cbank_status world_count(world *it, const char *prefix, size_t *out)
{
    Cbank__Api__V1__CreditListRequest request = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__Api__V1__CreditListReply *page;
    cbank_buffer reply = {0};
    cbank_status status;

    *out = 0;
    request.account = it->account;
    request.limit = 1000;
    do {
        status = message_ask(it, cbank_credit_list, &request, &reply);
        if (status != CBANK_OK)
            return status;
        page = message_unpack(&cbank__api__v1__credit_list_reply__descriptor, &reply);
        if (page == NULL)
            return message_no_memory(it);
        for (size_t i = 0; i < page->n_credits; i++)
            *out += strncmp(page->credits[i]->record->reference, prefix, strlen(prefix)) == 0;
        request.after = page->next;
        message_drop(page);
    } while (request.after != 0);
    return CBANK_OK;
}

static cbank_status read_newest(world *it, Cbank__Api__V1__CheckpointReply **out)
{
    cbank_buffer reply = {0};
    cbank_status status = cbank_log_checkpoint(it->bank, &reply, &it->err);

    if (status != CBANK_OK)
        return status;
    *out = message_unpack(&cbank__api__v1__checkpoint_reply__descriptor, &reply);
    return *out == NULL ? message_no_memory(it) : CBANK_OK;
}

cbank_status world_note(world *it, cbank_buffer *out)
{
    Cbank__Api__V1__CheckpointReply *newest = NULL;
    cbank_status status = read_newest(it, &newest);

    if (status != CBANK_OK)
        return status;
    out->data = malloc(newest->note.len);
    if (out->data != NULL) {
        memcpy(out->data, newest->note.data, newest->note.len);
        out->size = out->capacity = newest->note.len;
    }
    message_drop(newest);
    return out->data == NULL ? message_no_memory(it) : CBANK_OK;
}

cbank_status world_size(world *it, uint64_t *out)
{
    Cbank__Api__V1__CheckpointReply *newest = NULL;
    cbank_status status = read_newest(it, &newest);

    if (status == CBANK_OK)
        *out = newest->size;
    message_drop(newest);
    return status;
}

cbank_status world_join(world *it, const cbank_buffer *seen, size_t *notes)
{
    Cbank__Api__V1__ConsistencyRequest request = CBANK__API__V1__CONSISTENCY_REQUEST__INIT;
    Cbank__Api__V1__ConsistencyReply *answer = NULL;
    cbank_buffer bytes = {0}, reply = {0};
    cbank_status status = message_no_memory(it);

    *notes = 0;
    request.seen = (ProtobufCBinaryData){.len = seen->size, .data = seen->data};
    if (message_pack(&request, &bytes))
        status = cbank_log_consistency(it->bank, bytes.data, bytes.size, &reply, &it->err);
    if (reply.data != NULL)
        answer = message_unpack(&cbank__api__v1__consistency_reply__descriptor, &reply);
    if (answer != NULL)
        *notes = answer->n_fork_notes;
    message_drop(answer);
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status world_tell(world *it, cbank_buffer *out)
{
    Cbank__Api__V1__CreditListRequest request = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__Api__V1__LearnerShowRequest who = CBANK__API__V1__LEARNER_SHOW_REQUEST__INIT;
    cbank_buffer reply = {0};
    cbank_status status;

    who.account = it->account;
    who.with_person = true;
    status = message_ask(it, cbank_learner_show, &who, &reply);
    if (status == CBANK_OK)
        status = copy(it, reply.data, reply.size, out);
    request.account = it->account;
    request.limit = 1000;
    if (status == CBANK_OK)
        status = message_ask(it, cbank_credit_list, &request, &reply);
    if (status == CBANK_OK)
        status = copy(it, reply.data, reply.size, out);
    cbank_buffer_clear(&reply);
    return status;
}

cbank_status world_is_erased(world *it, const char *account, bool *out)
{
    Cbank__Api__V1__LearnerShowRequest request = CBANK__API__V1__LEARNER_SHOW_REQUEST__INIT;
    Cbank__Api__V1__LearnerInfo *info;
    cbank_buffer reply = {0};
    cbank_status status;

    request.account = message_lend(account);
    request.with_person = true;
    status = message_ask(it, cbank_learner_show, &request, &reply);
    if (status != CBANK_OK)
        return status;
    info = message_unpack(&cbank__api__v1__learner_info__descriptor, &reply);
    if (info == NULL)
        return message_no_memory(it);
    *out = info->status == CBANK__API__V1__ACCOUNT_STATUS__ACCOUNT_STATUS_ERASED &&
           info->records == 0 && (info->person == NULL || info->person->n_names == 0);
    message_drop(info);
    return CBANK_OK;
}

cbank_status world_trust(world *it, cbank_verifier **out)
{
    Cbank__Api__V1__VerifierRequest request = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    Cbank__Api__V1__DirectoryReply *directory;
    cbank_buffer bytes = {0}, reply = {0};
    char path[WORLD_PATH_MAX * 2];
    cbank_status status = CBANK_OK;
    cbank_key *root = NULL;

    snprintf(path, sizeof(path), "%s/keys/root.key", it->path);
    world_must(it, cbank_key_open(path, NULL, 0, &root, &it->err), "root key");
    world_must(it, cbank_bank_directory(it->bank, root, NULL, 0, &reply, &it->err), "directory");
    cbank_key_close(root);
    directory = message_unpack(&cbank__api__v1__directory_reply__descriptor, &reply);
    if (directory == NULL)
        return message_no_memory(it);
    request.directory = directory->file;
    status = message_pack(&request, &bytes)
                 ? cbank_verifier_open(bytes.data, bytes.size, out, &it->err)
                 : message_no_memory(it);
    cbank_buffer_clear(&bytes);
    message_drop(directory);
    return status;
}

cbank_status world_verify(world *it, const cbank_buffer *file, const cbank_buffer *seen,
                          size_t *notes)
{
    Cbank__Api__V1__TranscriptVerifyRequest request =
        CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    Cbank__Api__V1__VerdictReport *verdict;
    cbank_buffer bytes = {0}, reply = {0};
    cbank_verifier *verifier = NULL;
    cbank_status status = world_trust(it, &verifier);

    *notes = 0;
    request.file = (ProtobufCBinaryData){.len = file->size, .data = file->data};
    request.pin = (ProtobufCBinaryData){.len = seen->size, .data = seen->data};
    request.any_recipient = true;
    if (status == CBANK_OK)
        status = message_pack(&request, &bytes)
                     ? cbank_transcript_verify(verifier, bytes.data, bytes.size, &reply, &it->err)
                     : message_no_memory(it);
    cbank_buffer_clear(&bytes);
    verdict = message_unpack(&cbank__api__v1__verdict_report__descriptor, &reply);
    if (verdict != NULL)
        *notes = verdict->n_fork_notes;
    message_drop(verdict);
    cbank_verifier_close(verifier);
    return status;
}
