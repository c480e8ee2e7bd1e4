/* Cases through the public face: signed where there is no bank, entered, shown, and listed. */
#include "records.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "cbank/api/v1/case.pb-c.h"

#define ACT(name) CBANK__V1__CASE_ACT__CASE_ACT_##name
#define STATE(name) CBANK__API__V1__CASE_STATE__CASE_STATE_##name

typedef Cbank__Api__V1__CaseInfo case_info;

static scene s;
static char account[17];

/* A request about a step; everything in it may be changed before. */
static Cbank__Api__V1__CaseSignRequest asked;
static Cbank__V1__CaseStep step;
static Cbank__V1__CaseApplication application;

static void ask(Cbank__V1__CaseAct act, const char *number)
{
    cbank__api__v1__case_sign_request__init(&asked);
    cbank__v1__case_step__init(&step);
    cbank__v1__case_application__init(&application);
    application.account = account;
    step.institution = scene_text(SCENE_INSTITUTION);
    step.number = scene_text(number);
    step.act = act;
    step.application = act == ACT(OPEN) ? &application : NULL;
    asked.step = &step;
}

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    scene_learner(&s, "甲一", "360302190001010018", account);
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(case, .init = begin, .fini = end);

static cbank_status act(cbank_buffer *reply, cbank_error *err)
{
    cbank_buffer request = scene_pack(&asked);
    cbank_status status = cbank_case_act(s.bank, s.key, request.data, request.size, reply, err);

    cbank_buffer_clear(&request);
    return status;
}

static case_info *acts(Cbank__V1__CaseAct what, const char *number, uint32_t due)
{
    cbank_buffer reply = {0};
    cbank_error err = {0};
    case_info *info;

    ask(what, number);
    step.due_on = due;
    cr_assert_eq(act(&reply, &err), CBANK_OK, "%s %s", cbank_reason_name(err.reason), err.object);
    info = scene_unpack(&cbank__api__v1__case_info__descriptor, &reply);
    cbank_buffer_clear(&reply);
    return info;
}

static Cbank__Api__V1__CaseFileReply *sign(void)
{
    cbank_buffer request = scene_pack(&asked), reply = {0};
    Cbank__Api__V1__CaseFileReply *made;
    cbank_error err = {0};

    cr_assert_eq(cbank_case_sign(s.key, request.data, request.size, &reply, &err), CBANK_OK, "%s",
                 cbank_reason_name(err.reason));
    made = scene_unpack(&cbank__api__v1__case_file_reply__descriptor, &reply);
    cbank_buffer_clear(&request);
    cbank_buffer_clear(&reply);
    return made;
}

Test(case, what_was_signed_without_a_bank_is_entered_once)
{
    Cbank__Api__V1__CaseEnterRequest enter = CBANK__API__V1__CASE_ENTER_REQUEST__INIT;
    Cbank__Api__V1__CaseFileReply *opened, *accepted;
    cbank_error err = {0};
    case_info *info;

    ask(ACT(OPEN), "2026-17");
    step.origin = s.origin;
    opened = sign();
    ask(ACT(ACCEPT), "2026-17");
    step.origin = s.origin;
    step.step = 1;
    accepted = sign();
    enter.file = accepted->file;
    records_fails(records_refuse(&s, cbank_case_enter, &enter, &err), err, CBANK_E_NOT_FOUND,
                  "CASE_UNKNOWN");
    for (int i = 0; i < 2; i++) {
        enter.file = opened->file;
        info = records_ask(&s, cbank_case_enter, &enter, &cbank__api__v1__case_info__descriptor);
        cr_expect_eq(info->known, i == 1);
        cr_expect_eq(info->state, STATE(SUBMITTED));
        scene_free(info);
        scene_reopen(&s);
    }
    enter.file = accepted->file;
    info = records_ask(&s, cbank_case_enter, &enter, &cbank__api__v1__case_info__descriptor);
    cr_expect_eq(info->state, STATE(ACCEPTED));
    cr_assert_eq(info->n_steps, 2);
    cr_expect_eq(info->steps[1]->step->act, ACT(ACCEPT));
    cr_expect_gt(info->steps[1]->index, info->steps[0]->index);
    scene_free(info);
    scene_free(opened);
    scene_free(accepted);
}

/* Who missed the answer asks again, and does not add a second opinion. */
Test(case, a_token_stands_for_one_step)
{
    static uint8_t token[16] = {7}, digest[32];
    Cbank__V1__SupportingDocument paper, *papers[1] = {&paper};
    cbank_buffer reply = {0};
    cbank_error err = {0};
    case_info *info;

    scene_free(acts(ACT(OPEN), "2026-17", 0));
    scene_free(acts(ACT(ACCEPT), "2026-17", 0));
    cbank__v1__supporting_document__init(&paper);
    paper.digest = (ProtobufCBinaryData){sizeof(digest), digest};
    for (int i = 0; i < 3; i++) {
        ask(ACT(ADD_EVIDENCE), "2026-17");
        step.evidence = papers;
        step.n_evidence = 1;
        asked.token = (ProtobufCBinaryData){sizeof(token), token};
        digest[0] = i == 2;
        if (i == 2)
            break;
        cr_assert_eq(act(&reply, &err), CBANK_OK, "%s", cbank_reason_name(err.reason));
        info = scene_unpack(&cbank__api__v1__case_info__descriptor, &reply);
        cr_expect_eq(info->known, i == 1);
        cr_expect_eq(info->n_steps, 3);
        scene_free(info);
        cbank_buffer_clear(&reply);
        scene_reopen(&s);
    }
    cr_expect_eq(act(&reply, &err), CBANK_E_CONFLICT);
    cr_expect_str_eq(cbank_reason_name(err.reason), "TOKEN_CONFLICT");
}

Test(case, a_list_is_read_page_by_page)
{
    Cbank__Api__V1__CaseListRequest list = CBANK__API__V1__CASE_LIST_REQUEST__INIT;
    uint8_t place[256];
    uint32_t last = 0;
    size_t seen = 0, pages = 0;

    for (uint32_t i = 0; i < 7; i++) {
        char number[16];

        snprintf(number, sizeof(number), "2026-%u", i);
        scene_free(acts(ACT(OPEN), number, 20260107 - i));
    }
    scene_free(acts(ACT(ACCEPT), "2026-3", 20260104));
    list.institution = scene_text(SCENE_INSTITUTION);
    list.limit = 3;
    do {
        Cbank__Api__V1__CaseListReply *page = records_ask(
            &s, cbank_case_list, &list, &cbank__api__v1__case_list_reply__descriptor);

        for (size_t i = 0; i < page->n_cases; i++) {
            cr_expect_gt(page->cases[i]->due_on, last, "by the day it is due");
            cr_expect_eq(page->cases[i]->n_steps, 0);
            last = page->cases[i]->due_on;
        }
        seen += page->n_cases;
        pages++;
        cr_assert_leq(page->next.len, sizeof(place));
        if (page->next.len > 0)
            memcpy(place, page->next.data, page->next.len);
        list.after = (ProtobufCBinaryData){page->next.len, place};
        scene_free(page);
    } while (list.after.len > 0 && pages < 10);
    cr_expect_eq(seen, 7);
    cr_expect_eq(pages, 3);
}

Test(case, what_cannot_be_listed_or_shown_says_why)
{
    Cbank__Api__V1__CaseListRequest list = CBANK__API__V1__CASE_LIST_REQUEST__INIT;
    Cbank__Api__V1__CaseShowRequest show = CBANK__API__V1__CASE_SHOW_REQUEST__INIT;
    uint8_t strange[4] = "uuu";
    cbank_error err = {0};

    records_fails(records_refuse(&s, cbank_case_list, &list, &err), err, CBANK_E_ARGUMENT,
                  "BAD_ARGUMENT");
    list.institution = scene_text(SCENE_INSTITUTION);
    list.account = account;
    records_fails(records_refuse(&s, cbank_case_list, &list, &err), err, CBANK_E_ARGUMENT,
                  "BAD_ARGUMENT");
    list.account = scene_text("");
    list.after = (ProtobufCBinaryData){3, strange};
    records_fails(records_refuse(&s, cbank_case_list, &list, &err), err, CBANK_E_ARGUMENT,
                  "BAD_ARGUMENT");
    list.after.len = 0;
    list.limit = 1001;
    records_fails(records_refuse(&s, cbank_case_list, &list, &err), err, CBANK_E_ARGUMENT,
                  "LIST_LIMIT");
    show.institution = scene_text(SCENE_INSTITUTION);
    show.number = scene_text("2026-17");
    records_fails(records_refuse(&s, cbank_case_show, &show, &err), err, CBANK_E_NOT_FOUND,
                  "CASE_UNKNOWN");
}

Test(case, a_step_that_lacks_something_is_not_signed)
{
    cbank_buffer reply = {0};
    cbank_error err = {0};

    ask(ACT(ACCEPT), "2026-17");
    records_fails(act(&reply, &err), err, CBANK_E_NOT_FOUND, "CASE_UNKNOWN");
    ask(ACT(OPEN), "2026-17");
    step.application = NULL;
    records_fails(act(&reply, &err), err, CBANK_E_INVALID, "FIELD_MISSING");
    cr_expect_str_eq(err.object, "application");
    ask(ACT(OPEN), "2026-17");
    application.account = scene_text("0000000000000195");
    records_fails(act(&reply, &err), err, CBANK_E_NOT_FOUND, "ACCOUNT_UNKNOWN");
    asked.step = NULL;
    records_fails(act(&reply, &err), err, CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    cr_expect_eq(reply.size, 0);
}
