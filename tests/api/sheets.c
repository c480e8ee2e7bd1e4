#include "sheets.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAP "name=姓名,id_number=身份证号,reference=编号,title=课程,credits=学分"
#define MAP_STUDENTS "student_number=学号,reference=编号,title=课程,credits=学分"
#define ROW_MAX 96

sheets_ask sheets_plain(const scene *stage)
{
    return (sheets_ask){.institution = SCENE_INSTITUTION,
                        .key = stage->key,
                        .origin = stage->origin,
                        .map = MAP,
                        .lang = "zh",
                        .open_accounts = true};
}

static void fill_format(Cbank__Api__V1__SheetFormat *format, const sheets_ask *ask, char **passed)
{
    cbank__api__v1__sheet_format__init(format);
    format->format = scene_text(ask->format != NULL ? ask->format : "generic");
    format->map = scene_text(ask->format != NULL ? "" : ask->map);
    if (ask->encoding != NULL)
        format->encoding = scene_text(ask->encoding);
    if (ask->passed != NULL) {
        passed[0] = scene_text(ask->passed);
        format->passed = passed;
        format->n_passed = 1;
    }
}

static void fill_token(ProtobufCBinaryData *token, const sheets_ask *ask)
{
    if (ask->token == NULL)
        return;
    token->data = (uint8_t *)scene_text(ask->token);
    token->len = strlen(ask->token);
}

static void run(sheets_import *out, cbank_job *job, const void *text, size_t size)
{
    cbank_buffer reply = {0};

    if (out->status == CBANK_OK)
        out->status = scene_run(job, text, size, &out->output, &reply, &out->err);
    if (out->status == CBANK_OK)
        out->reply = scene_unpack(&cbank__api__v1__credit_import_reply__descriptor, &reply);
    cbank_buffer_clear(&reply);
}

cbank_status sheets_begin_import(const scene *stage, const sheets_ask *ask, cbank_job **out,
                                 cbank_error *err)
{
    Cbank__Api__V1__CreditImportRequest request = CBANK__API__V1__CREDIT_IMPORT_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format;
    cbank_status status;
    cbank_buffer bytes;
    char *passed[1];

    fill_format(&format, ask, passed);
    fill_token(&request.token, ask);
    request.sheet = &format;
    request.institution = scene_text(ask->institution);
    request.open_accounts = ask->open_accounts;
    request.keep_going = ask->keep_going;
    request.amend = ask->amend;
    request.dry_run = ask->dry_run;
    request.lang = scene_text(ask->lang);
    bytes = scene_pack(&request);
    status = cbank_credit_import_begin(stage->bank, ask->key, bytes.data, bytes.size, out, err);
    cbank_buffer_clear(&bytes);
    return status;
}

sheets_import sheets_end_import(cbank_job *job, const void *text, size_t size)
{
    sheets_import out = {0};

    run(&out, job, text, size);
    return out;
}

sheets_import sheets_bring(const scene *stage, const sheets_ask *ask, const void *text,
                           size_t size)
{
    sheets_import out = {0};
    cbank_job *job = NULL;

    out.status = sheets_begin_import(stage, ask, &job, &out.err);
    run(&out, job, text, size);
    return out;
}

sheets_import sheets_sign(const sheets_ask *ask, const void *text, size_t size)
{
    Cbank__Api__V1__CreditSignRequest request = CBANK__API__V1__CREDIT_SIGN_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format;
    sheets_import out = {0};
    cbank_job *job = NULL;
    cbank_buffer bytes;
    char *passed[1];

    fill_format(&format, ask, passed);
    request.sheet = &format;
    request.institution = scene_text(ask->institution);
    request.origin = scene_text(ask->origin);
    request.keep_going = ask->keep_going;
    request.number = ask->number;
    request.lang = scene_text(ask->lang);
    bytes = scene_pack(&request);
    out.status = cbank_credit_sign_begin(ask->key, bytes.data, bytes.size, &job, &out.err);
    cbank_buffer_clear(&bytes);
    run(&out, job, text, size);
    return out;
}

void sheets_clear_import(sheets_import *import)
{
    if (import->reply != NULL)
        scene_free(import->reply);
    cbank_buffer_clear(&import->output);
    *import = (sheets_import){0};
}

cbank_buffer sheets_batch(const sheets_ask *ask, const char *text)
{
    sheets_import import = sheets_sign(ask, text, strlen(text));
    cbank_buffer batch = import.output;

    cr_assert_eq(import.status, CBANK_OK, "%s %s", cbank_reason_name(import.err.reason),
                 import.err.object);
    cr_assert_eq(import.reply->rejected, 0);
    cr_assert_neq(batch.size, 0);
    import.output = (cbank_buffer){0};
    sheets_clear_import(&import);
    return batch;
}

char *sheets_rows(size_t rows)
{
    size_t capacity = (rows + 1) * ROW_MAX, size;
    char *text = malloc(capacity);

    cr_assert_not_null(text);
    size = (size_t)snprintf(text, capacity, "学号,编号,课程,学分\n");
    for (size_t i = 1; i <= rows; i++)
        size += (size_t)snprintf(text + size, capacity - size, "S%zu,%zu,陶瓷工艺,2\n", i, i);
    return text;
}

cbank_buffer sheets_batch_of(const sheets_ask *ask, size_t rows)
{
    sheets_ask students = *ask;
    char *text = sheets_rows(rows);
    cbank_buffer batch;

    students.map = MAP_STUDENTS;
    batch = sheets_batch(&students, text);
    free(text);
    return batch;
}

cbank_job *sheets_begin_deposit(cbank_bank *bank, const sheets_ask *ask)
{
    Cbank__Api__V1__CreditDepositRequest request = CBANK__API__V1__CREDIT_DEPOSIT_REQUEST__INIT;
    cbank_job *job = NULL;
    cbank_buffer bytes;

    request.open_accounts = ask->open_accounts;
    request.keep_going = ask->keep_going;
    request.dry_run = ask->dry_run;
    request.lang = scene_text(ask->lang);
    bytes = scene_pack(&request);
    cr_assert_eq(cbank_credit_deposit_begin(bank, bytes.data, bytes.size, &job, NULL), CBANK_OK);
    cbank_buffer_clear(&bytes);
    return job;
}

sheets_deposit sheets_hand_in(cbank_bank *bank, const sheets_ask *ask, const cbank_buffer *batch)
{
    cbank_job *job = sheets_begin_deposit(bank, ask);
    cbank_buffer output = {0}, reply = {0};
    sheets_deposit out = {0};

    out.status = scene_run(job, batch->data, batch->size, &output, &reply, &out.err);
    if (out.status == CBANK_OK)
        out.reply = scene_unpack(&cbank__api__v1__credit_deposit_reply__descriptor, &reply);
    cbank_buffer_clear(&output);
    cbank_buffer_clear(&reply);
    return out;
}

void sheets_clear_deposit(sheets_deposit *deposit)
{
    if (deposit->reply != NULL)
        scene_free(deposit->reply);
    *deposit = (sheets_deposit){0};
}

Cbank__Api__V1__BankInfo *sheets_info(const scene *stage)
{
    Cbank__Api__V1__BankInfo *info;
    cbank_buffer reply = {0};

    cr_assert_eq(cbank_bank_info(stage->bank, &reply, NULL), CBANK_OK);
    info = scene_unpack(&cbank__api__v1__bank_info__descriptor, &reply);
    cbank_buffer_clear(&reply);
    return info;
}

uint64_t sheets_log_size(const scene *stage)
{
    Cbank__Api__V1__BankInfo *info = sheets_info(stage);
    uint64_t size = info->size;

    scene_free(info);
    return size;
}
