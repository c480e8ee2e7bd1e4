/* What was committed and then not sealed is sealed before it is answered. */
#include "records.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <unistd.h>

static scene s;
static char account[17], guard[128], aside[144];

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    scene_learner(&s, "甲一", "360302190001010018", account);
    snprintf(guard, sizeof(guard), "%s.guard/checkpoint", s.path);
    snprintf(aside, sizeof(aside), "%s.aside", guard);
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(unsealed, .init = begin, .fini = end);

static void expect_held(uint64_t wanted)
{
    Cbank__Api__V1__CreditListRequest request = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__Api__V1__CreditListReply *answer;

    request.account = account;
    answer = records_ask(&s, cbank_credit_list, &request,
                         &cbank__api__v1__credit_list_reply__descriptor);
    cr_expect_eq(answer->n_credits, wanted);
    scene_free(answer);
}

static cbank_status issue(cbank_error *err)
{
    Cbank__Api__V1__CreditIssueRequest request = CBANK__API__V1__CREDIT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__CreditDraft draft = CBANK__API__V1__CREDIT_DRAFT__INIT, *drafts[] = {&draft};
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT, *titles[] = {&title};
    uint8_t token[16] = {1};
    cbank_buffer bytes, reply = {0};
    cbank_status status;

    title.lang = scene_text("zh");
    title.value = scene_text("陶瓷工艺");
    record.reference = scene_text("R-1");
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.title = titles;
    record.n_title = 1;
    draft.account = account;
    draft.record = &record;
    request.token = (ProtobufCBinaryData){.len = sizeof(token), .data = token};
    request.institution = scene_text(SCENE_INSTITUTION);
    request.drafts = drafts;
    request.n_drafts = 1;
    bytes = scene_pack(&request);
    status = cbank_credit_issue(s.bank, s.key, bytes.data, bytes.size, &reply, err);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

Test(unsealed, an_act_that_is_answered_by_its_token)
{
    cbank_error err = {0};

    cr_assert_eq(rename(guard, aside), 0);
    cr_assert_eq(issue(&err), CBANK_E_GUARD);
    cr_assert_eq(issue(&err), CBANK_E_GUARD, "not answered while it cannot be sealed");
    cr_assert_eq(rename(aside, guard), 0);
    expect_held(0);
    cr_assert_eq(issue(&err), CBANK_OK, "%s: %s", err.object, err.detail);
    expect_held(1);
}

static const char sheet[] = "编号,姓名,证件号码,课程,学分\nR-1,甲一,360302190001010018,陶瓷,2\n";

static Cbank__Api__V1__SheetFormat sheet_format(void)
{
    Cbank__Api__V1__SheetFormat format = CBANK__API__V1__SHEET_FORMAT__INIT;

    format.format = scene_text("generic");
    format.map = scene_text("reference=编号,name=姓名,id_number=证件号码,title=课程,credits=学分");
    return format;
}

static cbank_status import(cbank_error *err)
{
    Cbank__Api__V1__CreditImportRequest request = CBANK__API__V1__CREDIT_IMPORT_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format = sheet_format();
    cbank_buffer bytes, output = {0}, reply = {0};
    cbank_job *job = NULL;
    cbank_status status;

    request.institution = scene_text(SCENE_INSTITUTION);
    request.sheet = &format;
    bytes = scene_pack(&request);
    status = cbank_credit_import_begin(s.bank, s.key, bytes.data, bytes.size, &job, err);
    if (status == CBANK_OK)
        status = scene_run(job, sheet, sizeof(sheet) - 1, &output, &reply, err);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&output);
    cbank_buffer_clear(&reply);
    return status;
}

Test(unsealed, rows_that_are_unchanged)
{
    cbank_error err = {0};

    cr_assert_eq(rename(guard, aside), 0);
    cr_assert_eq(import(&err), CBANK_E_GUARD);
    cr_assert_eq(import(&err), CBANK_E_GUARD, "not answered while it cannot be sealed");
    cr_assert_eq(rename(aside, guard), 0);
    expect_held(0);
    cr_assert_eq(import(&err), CBANK_OK, "%s: %s", err.object, err.detail);
    expect_held(1);
}

static cbank_buffer sign_batch(void)
{
    Cbank__Api__V1__CreditSignRequest request = CBANK__API__V1__CREDIT_SIGN_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format = sheet_format();
    cbank_buffer bytes, file = {0}, reply = {0};
    cbank_job *job = NULL;

    request.institution = scene_text(SCENE_INSTITUTION);
    request.origin = s.origin;
    request.sheet = &format;
    bytes = scene_pack(&request);
    cr_assert_eq(cbank_credit_sign_begin(s.key, bytes.data, bytes.size, &job, NULL), CBANK_OK);
    cr_assert_eq(scene_run(job, sheet, sizeof(sheet) - 1, &file, &reply, NULL), CBANK_OK);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return file;
}

static cbank_status deposit(const cbank_buffer *file, cbank_error *err)
{
    cbank_buffer output = {0}, reply = {0};
    cbank_job *job = NULL;
    cbank_status status = cbank_credit_deposit_begin(s.bank, NULL, 0, &job, err);

    if (status == CBANK_OK)
        status = scene_run(job, file->data, file->size, &output, &reply, err);
    cbank_buffer_clear(&output);
    cbank_buffer_clear(&reply);
    return status;
}

Test(unsealed, a_batch_that_was_received)
{
    cbank_buffer file = sign_batch();
    cbank_error err = {0};

    cr_assert_eq(rename(guard, aside), 0);
    cr_assert_eq(deposit(&file, &err), CBANK_E_GUARD);
    cr_assert_eq(deposit(&file, &err), CBANK_E_GUARD, "not answered while it cannot be sealed");
    cr_assert_eq(rename(aside, guard), 0);
    expect_held(0);
    cr_assert_eq(deposit(&file, &err), CBANK_OK, "%s: %s", err.object, err.detail);
    expect_held(1);
    cbank_buffer_clear(&file);
}
