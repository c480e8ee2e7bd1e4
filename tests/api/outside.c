/* What an office outside recognised, through the public face. */
#include "records.h"

#include <criterion/criterion.h>

#include <string.h>

#include "cbank/api/v1/recognition.pb-c.h"

#define ACTION(name) CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_##name
#define STATE(name) CBANK__API__V1__CONVERSION_STATE__CONVERSION_STATE_##name

typedef Cbank__Api__V1__RecognitionInfo recognition_info;

static scene s;
static char account[17];
static records_id ids[2];

/* A request about both records; everything in it may be changed before. */
static Cbank__Api__V1__RecognitionNoteRequest asked;
static Cbank__V1__OutsideNotice notice;
static Cbank__Api__V1__Order order;
static char *named[2];

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    scene_learner(&s, "甲一", "360302190001010018", account);
    ids[0] = records_issue(&s, account, "A", 3500);
    ids[1] = records_issue(&s, account, "B", 1000);
    cbank__api__v1__recognition_note_request__init(&asked);
    cbank__v1__outside_notice__init(&notice);
    cbank__api__v1__order__init(&order);
    notice.recogniser = scene_text("省外学院");
    notice.document = scene_text("2026-7");
    notice.on = 20260301;
    order.actor = scene_text("op1");
    for (size_t i = 0; i < 2; i++)
        named[i] = ids[i].text;
    asked.account = account;
    asked.notice = &notice;
    asked.order = &order;
    asked.records = named;
    asked.n_records = 2;
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(outside, .init = begin, .fini = end);

static recognition_info *note(void)
{
    return records_ask(&s, cbank_recognition_note, &asked,
                       &cbank__api__v1__recognition_info__descriptor);
}

static recognition_info *settle(ProtobufCBinaryData id, Cbank__V1__RecognitionAction action)
{
    Cbank__Api__V1__RecognitionSettleRequest request =
        CBANK__API__V1__RECOGNITION_SETTLE_REQUEST__INIT;

    request.id = id;
    request.action = action;
    request.order = &order;
    return records_ask(&s, cbank_recognition_settle, &request,
                       &cbank__api__v1__recognition_info__descriptor);
}

Test(outside, it_is_told_as_it_was_noted)
{
    Cbank__Api__V1__RecognitionShowRequest show = CBANK__API__V1__RECOGNITION_SHOW_REQUEST__INIT;
    Cbank__Api__V1__RecognitionListRequest list = CBANK__API__V1__RECOGNITION_LIST_REQUEST__INIT;
    Cbank__Api__V1__RecognitionListReply *page;
    recognition_info *noted = note(), *shown;

    cr_expect_eq(noted->id.len, 32);
    cr_expect_eq(noted->state, STATE(STANDS));
    cr_expect_null(noted->head, "nobody has signed it");
    cr_expect_eq(noted->n_records, 2);
    cr_expect_eq(noted->scope, CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE);
    show.id = noted->id;
    show.with_file = true;
    shown = records_ask(&s, cbank_recognition_show, &show,
                        &cbank__api__v1__recognition_info__descriptor);
    cr_assert_not_null(shown->notice);
    cr_expect_str_eq(shown->notice->recogniser, notice.recogniser);
    cr_expect_str_eq(shown->notice->document, notice.document);
    cr_expect_eq(shown->notice->on, notice.on);
    cr_expect_eq(shown->notice->salt.len, 16);
    cr_expect_eq(shown->file.len, 0);
    cr_expect_str_eq(shown->records[0], ids[0].text);
    list.account = account;
    page = records_ask(&s, cbank_recognition_list, &list,
                       &cbank__api__v1__recognition_list_reply__descriptor);
    cr_assert_eq(page->n_recognitions, 1);
    cr_expect_eq(memcmp(page->recognitions[0]->id.data, noted->id.data, 32), 0);
    scene_free(noted);
    scene_free(shown);
    scene_free(page);
}

Test(outside, the_same_again_is_known_after_it_was_opened_again)
{
    recognition_info *first = note(), *again;

    scene_reopen(&s);
    again = note();
    cr_expect_not(first->known);
    cr_expect(again->known);
    cr_expect_eq(memcmp(first->id.data, again->id.data, 32), 0);
    scene_free(first);
    scene_free(again);
}

Test(outside, what_is_reversed_says_which_records_are_free)
{
    recognition_info *noted = note(), *reversed;

    scene_free(settle(noted->id, ACTION(SUSPEND)));
    scene_free(settle(noted->id, ACTION(REINSTATE)));
    reversed = settle(noted->id, ACTION(REVERSE));
    cr_expect_eq(reversed->state, STATE(REVERSED));
    cr_expect_eq(reversed->n_released, 2);
    scene_free(noted);
    scene_free(reversed);
}

Test(outside, what_cannot_be_noted_says_why)
{
    cbank_error err = {0};
    uint8_t salt[16] = {1};

    notice.salt = (ProtobufCBinaryData){sizeof(salt), salt};
    records_fails(records_refuse(&s, cbank_recognition_note, &asked, &err), err,
                  CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    notice.salt.len = 0;
    asked.notice = NULL;
    records_fails(records_refuse(&s, cbank_recognition_note, &asked, &err), err,
                  CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    asked.notice = &notice;
    asked.account = scene_text("0000000000000195");
    records_fails(records_refuse(&s, cbank_recognition_note, &asked, &err), err,
                  CBANK_E_NOT_FOUND, "ACCOUNT_UNKNOWN");
    asked.account = account;
    notice.recogniser = scene_text(SCENE_INSTITUTION);
    records_fails(records_refuse(&s, cbank_recognition_note, &asked, &err), err, CBANK_E_DENIED,
                  "NOTED_MEMBER");
    notice.recogniser = scene_text("省外学院");
    notice.on = 0;
    records_fails(records_refuse(&s, cbank_recognition_note, &asked, &err), err,
                  CBANK_E_INVALID, "FIELD_MISSING");
    notice.on = 20260301;
    named[1] = scene_text("7-0123456789abcdef");
    cr_expect_eq(records_refuse(&s, cbank_recognition_note, &asked, &err), CBANK_E_NOT_FOUND);
}

Test(outside, what_cannot_be_settled_says_why)
{
    Cbank__Api__V1__RecognitionSettleRequest request =
        CBANK__API__V1__RECOGNITION_SETTLE_REQUEST__INIT;
    recognition_info *noted = note();
    uint8_t other[32] = {7};
    cbank_error err = {0};

    request.id = noted->id;
    records_fails(records_refuse(&s, cbank_recognition_settle, &request, &err), err,
                  CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    request.action = ACTION(REINSTATE);
    records_fails(records_refuse(&s, cbank_recognition_settle, &request, &err), err,
                  CBANK_E_STATE, "CONVERSION_NOT_SUSPENDED");
    request.id = (ProtobufCBinaryData){sizeof(other), other};
    records_fails(records_refuse(&s, cbank_recognition_settle, &request, &err), err,
                  CBANK_E_NOT_FOUND, "RECOGNITION_UNKNOWN");
    request.id.len = 3;
    records_fails(records_refuse(&s, cbank_recognition_settle, &request, &err), err,
                  CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    scene_free(noted);
}
