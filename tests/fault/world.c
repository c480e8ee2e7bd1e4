#include "world.h"

#include "message.h"

#include "cbank/api/v1/bank.pb-c.h"
#include "cbank/api/v1/credit.pb-c.h"
#include "cbank/api/v1/institution.pb-c.h"
#include "cbank/api/v1/learner.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ORIGIN "bank.example/credit/sha256-ed25519/1"
#define INSTITUTION WORLD_INSTITUTION
#define LEARNER "360302190001010018"
#define GUEST "360302190001010026"
/* A reader that waits for a processor keeps what is freed meanwhile from being used again. */
#define QUOTA (64u << 20)
#define SHEET_ROW_MAX 96

void world_must(world *it, cbank_status status, const char *what)
{
    if (status == CBANK_OK)
        return;
    fprintf(stderr, "%s: %s %s: %s %s\n", what, cbank_status_name(status),
            cbank_reason_name(it->err.reason), it->err.object, it->err.detail);
    _exit(WORLD_BROKEN);
}

/* ---- making, opening, closing ------------------------------------------------------------ */

void world_place(world *it, const char *folder)
{
    snprintf(it->folder, sizeof(it->folder), "%s", folder);
    snprintf(it->path, sizeof(it->path), "%s/bank", folder);
}

cbank_status world_found_at(world *it, const char *path)
{
    Cbank__Api__V1__BankCreateRequest request = CBANK__API__V1__BANK_CREATE_REQUEST__INIT;
    Cbank__V1__LangText name = CBANK__V1__LANG_TEXT__INIT, *names[] = {&name};
    cbank_buffer bytes = {0}, reply = {0};
    cbank_status status;

    name.lang = message_lend("zh");
    name.value = message_lend("萍乡学分银行");
    request.path = message_lend(path);
    request.origin = message_lend(it->origin);
    request.names = names;
    request.n_names = 1;
    request.quota = QUOTA;
    if (!message_pack(&request, &bytes))
        return message_no_memory(it);
    status = cbank_bank_create(bytes.data, bytes.size, NULL, 0, &reply, &it->err);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

cbank_status world_restore(world *it, const char *file, const char *path)
{
    Cbank__Api__V1__RestoreRequest request = CBANK__API__V1__RESTORE_REQUEST__INIT;
    char guard[WORLD_PATH_MAX + 32], keys[WORLD_PATH_MAX + 32];
    cbank_buffer bytes = {0}, reply = {0};
    cbank_status status;

    snprintf(guard, sizeof(guard), "%s.guard", it->path);
    snprintf(keys, sizeof(keys), "%s/keys", it->path);
    request.file = message_lend(file);
    request.path = message_lend(path);
    request.guard = guard;
    request.keys = keys;
    if (!message_pack(&request, &bytes))
        return message_no_memory(it);
    status = cbank_bank_restore(bytes.data, bytes.size, NULL, 0, &reply, &it->err);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

static void admit(world *it)
{
    Cbank__Api__V1__JoinRequest join = CBANK__API__V1__JOIN_REQUEST__INIT;
    Cbank__Api__V1__AdmitRequest request = CBANK__API__V1__ADMIT_REQUEST__INIT;
    Cbank__V1__LangText name = CBANK__V1__LANG_TEXT__INIT, *names[] = {&name};
    Cbank__Api__V1__RequestReply *made;
    cbank_buffer bytes = {0}, reply = {0};

    name.lang = message_lend("zh");
    name.value = message_lend("一所学院");
    join.origin = message_lend(it->origin);
    join.institution = message_lend(INSTITUTION);
    join.names = names;
    join.n_names = 1;
    if (!message_pack(&join, &bytes))
        world_must(it, message_no_memory(it), "request");
    if (it->key == NULL)
        world_must(it, cbank_key_new("sha256-ed25519", &it->key, &it->err), "key");
    world_must(it, cbank_institution_request(it->key, bytes.data, bytes.size, &reply, &it->err),
               "request");
    made = message_unpack(&cbank__api__v1__request_reply__descriptor, &reply);
    request.file = made->file;
    world_must(it, message_ask(it, cbank_institution_admit, &request, NULL), "admit");
    cbank_buffer_clear(&bytes);
    message_drop(made);
}

static void open_account(world *it, const char *number, char account[static WORLD_ACCOUNT_MAX])
{
    Cbank__Api__V1__LearnerOpenRequest request = CBANK__API__V1__LEARNER_OPEN_REQUEST__INIT;
    Cbank__Api__V1__Person person = CBANK__API__V1__PERSON__INIT, *persons[] = {&person};
    Cbank__Api__V1__PersonName stated = CBANK__API__V1__PERSON_NAME__INIT, *names[] = {&stated};
    Cbank__Api__V1__PersonDocument document = CBANK__API__V1__PERSON_DOCUMENT__INIT,
                                   *documents[] = {&document};
    Cbank__Api__V1__LearnerOpenReply *opened;
    cbank_buffer reply = {0};

    stated.value = message_lend("甲一");
    stated.kind = CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT;
    person.names = names;
    person.n_names = 1;
    document.type = message_lend("cn-id");
    document.number = message_lend(number);
    person.documents = documents;
    person.n_documents = 1;
    request.persons = persons;
    request.n_persons = 1;
    request.assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN;
    world_must(it, message_ask(it, cbank_learner_open, &request, &reply), "learner");
    opened = message_unpack(&cbank__api__v1__learner_open_reply__descriptor, &reply);
    snprintf(account, WORLD_ACCOUNT_MAX, "%s", opened->results[0]->account);
    message_drop(opened);
}

static void found(world *it, const char *folder, const char *origin)
{
    *it = (world){.origin = origin};
    world_place(it, folder);
    world_must(it, world_found_at(it, it->path), "create");
}

void world_found(world *it, const char *folder)
{
    found(it, folder, ORIGIN);
}

void world_create_other(world *it, const world *first, const char *folder, const char *origin)
{
    char path[sizeof(it->path) + 16];

    found(it, folder, origin);
    snprintf(path, sizeof(path), "%s.college.key", it->path);
    world_must(it, cbank_key_save(first->key, path, NULL, 0, &it->err), "save the key");
    world_must(it, cbank_key_open(path, NULL, 0, &it->key, &it->err), "open the key");
    world_settle(it);
}

void world_create(world *it, const char *folder)
{
    world_found(it, folder);
    world_settle(it);
}

void world_settle(world *it)
{
    world_must(it, world_open(it), "open");
    admit(it);
    open_account(it, LEARNER, it->account);
}

void world_welcome(world *it, char account[static WORLD_ACCOUNT_MAX])
{
    open_account(it, GUEST, account);
}

cbank_status world_open(world *it)
{
    return cbank_bank_open(it->path, NULL, 0, &it->bank, &it->err);
}

void world_close(world *it)
{
    cbank_bank_close(it->bank);
    it->bank = NULL;
}

cbank_status world_rotate(world *it)
{
    Cbank__Api__V1__RotateLogKeyRequest request = CBANK__API__V1__ROTATE_LOG_KEY_REQUEST__INIT;
    cbank_buffer bytes = {0}, reply = {0};
    cbank_status status = message_no_memory(it);

    world_close(it);
    request.path = it->path;
    if (message_pack(&request, &bytes))
        status = cbank_bank_rotate_key(bytes.data, bytes.size, NULL, 0, &reply, &it->err);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status == CBANK_OK ? world_open(it) : status;
}

void world_end(world *it)
{
    world_close(it);
    cbank_key_close(it->key);
    it->key = NULL;
}

/* ---- acts -------------------------------------------------------------------------------- */

void world_token(uint64_t number, uint8_t out[WORLD_TOKEN_SIZE])
{
    char text[WORLD_TOKEN_SIZE + 1];

    snprintf(text, sizeof(text), "%016llx", (unsigned long long)number);
    memcpy(out, text, WORLD_TOKEN_SIZE);
}

cbank_status world_issue(world *it, const char *reference, uint64_t token, char *id)
{
    Cbank__Api__V1__CreditIssueRequest request = CBANK__API__V1__CREDIT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__CreditDraft draft = CBANK__API__V1__CREDIT_DRAFT__INIT, *drafts[] = {&draft};
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT, *titles[] = {&title};
    Cbank__V1__Amount amount = CBANK__V1__AMOUNT__INIT, *amounts[] = {&amount};
    Cbank__Api__V1__CreditIssueReply *issued;
    cbank_buffer bytes = {0}, reply = {0};
    uint8_t chosen[WORLD_TOKEN_SIZE];
    cbank_status status = message_no_memory(it);

    world_token(token, chosen);
    title.lang = message_lend("zh");
    title.value = message_lend("陶瓷工艺");
    amount.unit = message_lend("credit");
    amount.milli = 3000;
    record.reference = message_lend(reference);
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.title = titles;
    record.n_title = 1;
    record.amounts = amounts;
    record.n_amounts = 1;
    draft.account = it->account;
    draft.record = &record;
    request.token = (ProtobufCBinaryData){.len = sizeof(chosen), .data = chosen};
    request.institution = message_lend(INSTITUTION);
    request.drafts = drafts;
    request.n_drafts = 1;
    if (message_pack(&request, &bytes))
        status = cbank_credit_issue(it->bank, it->key, bytes.data, bytes.size, &reply, &it->err);
    cbank_buffer_clear(&bytes);
    if (status != CBANK_OK)
        return status;
    issued = message_unpack(&cbank__api__v1__credit_issue_reply__descriptor, &reply);
    if (issued == NULL)
        return message_no_memory(it);
    snprintf(id, WORLD_ID_MAX, "%s", issued->results[0]->id);
    message_drop(issued);
    return CBANK_OK;
}

static cbank_status change_account(world *it, Cbank__Api__V1__AccountAction action)
{
    Cbank__Api__V1__LearnerChangeRequest request = CBANK__API__V1__LEARNER_CHANGE_REQUEST__INIT;
    Cbank__Api__V1__Order order = CBANK__API__V1__ORDER__INIT;

    request.account = it->account;
    request.action = action;
    order.reason = message_lend("entered-in-error");
    request.order = &order;
    return message_ask(it, cbank_learner_change, &request, NULL);
}

cbank_status world_freeze(world *it, bool freeze)
{
    return change_account(it, freeze ? CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_FREEZE
                                     : CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_UNFREEZE);
}

cbank_status world_shut(world *it, bool shut)
{
    return change_account(it, shut ? CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_CLOSE
                                   : CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_REOPEN);
}

cbank_status world_erase(world *it, const char *account)
{
    Cbank__Api__V1__LearnerEraseRequest request = CBANK__API__V1__LEARNER_ERASE_REQUEST__INIT;
    Cbank__Api__V1__Order order = CBANK__API__V1__ORDER__INIT;

    order.actor = message_lend("clerk-1");
    order.approver = message_lend("clerk-2");
    order.reason = message_lend("entered-in-error");
    request.account = message_lend(account);
    request.order = &order;
    return message_ask(it, cbank_learner_erase, &request, NULL);
}

/* ---- jobs -------------------------------------------------------------------------------- */

cbank_status world_run(world *it, cbank_job *job, const cbank_buffer *input,
                       cbank_buffer *output, cbank_buffer *reply)
{
    cbank_job_state state = CBANK_JOB_MORE;
    cbank_status status = CBANK_OK;
    bool fed = false;

    while (status == CBANK_OK && state != CBANK_JOB_DONE) {
        if (state == CBANK_JOB_NEEDS_INPUT && !fed)
            status = cbank_job_feed(job, input->data, input->size, &it->err);
        else if (state == CBANK_JOB_NEEDS_INPUT)
            status = cbank_job_feed_end(job, &it->err);
        else if (state == CBANK_JOB_HAS_OUTPUT)
            status = cbank_job_read(job, output, &it->err);
        fed = fed || state == CBANK_JOB_NEEDS_INPUT;
        if (status == CBANK_OK)
            status = cbank_job_step(job, 1000, &state, &it->err);
    }
    if (status == CBANK_OK)
        status = cbank_job_finish(job, reply, &it->err);
    cbank_job_close(job);
    return status;
}

static bool write_sheet(const char *prefix, size_t rows, cbank_buffer *out)
{
    static const char header[] = "编号,姓名,证件号码,课程,学分\n";

    out->capacity = sizeof(header) + rows * SHEET_ROW_MAX;
    out->data = malloc(out->capacity);
    if (out->data == NULL)
        return false;
    memcpy(out->data, header, sizeof(header) - 1);
    out->size = sizeof(header) - 1;
    for (size_t i = 0; i < rows; i++)
        out->size += (size_t)snprintf((char *)out->data + out->size, out->capacity - out->size,
                                      "%s-%zu,甲一," LEARNER ",课程 %zu,2\n", prefix, i, i);
    return true;
}

static Cbank__Api__V1__SheetFormat sheet_format(void)
{
    Cbank__Api__V1__SheetFormat format = CBANK__API__V1__SHEET_FORMAT__INIT;

    format.format = message_lend("generic");
    format.map = message_lend("reference=编号,name=姓名,id_number=证件号码,title=课程,credits=学分");
    return format;
}

cbank_status world_import(world *it, const char *prefix, size_t rows)
{
    Cbank__Api__V1__CreditImportRequest request = CBANK__API__V1__CREDIT_IMPORT_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format = sheet_format();
    cbank_buffer bytes = {0}, sheet = {0}, output = {0}, reply = {0};
    cbank_status status = message_no_memory(it);
    cbank_job *job = NULL;

    request.institution = message_lend(INSTITUTION);
    request.sheet = &format;
    if (message_pack(&request, &bytes) && write_sheet(prefix, rows, &sheet))
        status = cbank_credit_import_begin(it->bank, it->key, bytes.data, bytes.size, &job,
                                           &it->err);
    if (status == CBANK_OK)
        status = world_run(it, job, &sheet, &output, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&sheet);
    cbank_buffer_clear(&output);
    cbank_buffer_clear(&reply);
    return status;
}

cbank_status world_sign(world *it, const char *prefix, size_t rows, cbank_buffer *file)
{
    Cbank__Api__V1__CreditSignRequest request = CBANK__API__V1__CREDIT_SIGN_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format = sheet_format();
    cbank_buffer bytes = {0}, sheet = {0}, reply = {0};
    cbank_status status = message_no_memory(it);
    cbank_job *job = NULL;

    request.institution = message_lend(INSTITUTION);
    request.origin = message_lend(it->origin);
    request.sheet = &format;
    if (message_pack(&request, &bytes) && write_sheet(prefix, rows, &sheet))
        status = cbank_credit_sign_begin(it->key, bytes.data, bytes.size, &job, &it->err);
    if (status == CBANK_OK)
        status = world_run(it, job, &sheet, file, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&sheet);
    cbank_buffer_clear(&reply);
    return status;
}

cbank_status world_deposit(world *it, const cbank_buffer *file)
{
    Cbank__Api__V1__CreditDepositRequest request = CBANK__API__V1__CREDIT_DEPOSIT_REQUEST__INIT;
    cbank_buffer bytes = {0}, output = {0}, reply = {0};
    cbank_status status = message_no_memory(it);
    cbank_job *job = NULL;

    if (message_pack(&request, &bytes))
        status = cbank_credit_deposit_begin(it->bank, bytes.data, bytes.size, &job, &it->err);
    if (status == CBANK_OK)
        status = world_run(it, job, file, &output, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&output);
    cbank_buffer_clear(&reply);
    return status;
}

cbank_status world_check(world *it)
{
    Cbank__Api__V1__CheckReply *found = NULL;
    cbank_buffer output = {0}, reply = {0};
    cbank_job *job = NULL;
    cbank_status status = cbank_bank_check_begin(it->bank, &job, &it->err);

    if (status == CBANK_OK)
        status = world_run(it, job, NULL, &output, &reply);
    if (status == CBANK_OK) {
        found = message_unpack(&cbank__api__v1__check_reply__descriptor, &reply);
        status = found == NULL ? message_no_memory(it) : CBANK_OK;
    }
    if (found != NULL && !found->ok) {
        it->err = (cbank_error){.status = CBANK_E_CORRUPT};
        snprintf(it->err.object, sizeof(it->err.object), "%s", found->findings[0]->object);
        snprintf(it->err.detail, sizeof(it->err.detail), "%s %s", found->findings[0]->code,
                 found->findings[0]->detail);
        status = CBANK_E_CORRUPT;
    }
    message_drop(found);
    cbank_buffer_clear(&output);
    cbank_buffer_clear(&reply);
    return status;
}
