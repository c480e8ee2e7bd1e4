/* Learners through the public face: one account for each person, found and shown. */
#include "records.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER "360302190001010018"
#define OTHER_NUMBER "360321190001010033"

static scene s;
static char account[17];

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    scene_learner(&s, "甲一", NUMBER, account);
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(learner, .init = begin, .fini = end);

/* Somebody with a name and a cn-id. */
typedef struct somebody {
    Cbank__Api__V1__Person person;
    Cbank__Api__V1__PersonName name, *names[1];
    Cbank__Api__V1__PersonDocument document, *documents[1];
} somebody;

static void state(somebody *out, const char *name, const char *number)
{
    cbank__api__v1__person__init(&out->person);
    cbank__api__v1__person_name__init(&out->name);
    cbank__api__v1__person_document__init(&out->document);
    out->name.value = scene_text(name);
    out->names[0] = &out->name;
    out->document.type = scene_text("cn-id");
    out->document.number = scene_text(number);
    out->documents[0] = &out->document;
    out->person.names = out->names;
    out->person.n_names = 1;
    out->person.documents = out->documents;
    out->person.n_documents = 1;
}

static Cbank__Api__V1__LearnerInfo *show(const char *number, bool with_person)
{
    Cbank__Api__V1__LearnerShowRequest request = CBANK__API__V1__LEARNER_SHOW_REQUEST__INIT;

    request.account = scene_text(number);
    request.with_person = with_person;
    return records_ask(&s, cbank_learner_show, &request,
                       &cbank__api__v1__learner_info__descriptor);
}

/* ---- opening -------------------------------------------------------------------------------- */

Test(learner, has_one_account_however_often_it_is_opened)
{
    Cbank__Api__V1__LearnerOpenRequest request = CBANK__API__V1__LEARNER_OPEN_REQUEST__INIT;
    Cbank__Api__V1__LearnerOpenReply *reply;
    Cbank__Api__V1__Person *persons[2];
    somebody known, fresh;

    state(&known, "甲一", NUMBER);
    state(&fresh, "乙二", OTHER_NUMBER);
    persons[0] = &fresh.person;
    persons[1] = &known.person;
    request.persons = persons;
    request.n_persons = 2;
    reply = records_ask(&s, cbank_learner_open, &request,
                        &cbank__api__v1__learner_open_reply__descriptor);
    cr_assert_eq(reply->n_results, 2, "in the order of the request");
    cr_expect(reply->results[0]->opened);
    cr_expect_eq(strlen(reply->results[0]->account), 16);
    cr_expect(!reply->results[1]->opened);
    cr_expect_str_eq(reply->results[1]->account, account);
    scene_free(reply);
}

Test(learner, of_a_number_that_cannot_be_is_refused_by_its_place_and_without_saying_it)
{
    Cbank__Api__V1__LearnerOpenRequest request = CBANK__API__V1__LEARNER_OPEN_REQUEST__INIT;
    Cbank__Api__V1__Person *persons[2];
    somebody good, bad;
    cbank_error err;

    state(&good, "乙二", OTHER_NUMBER);
    state(&bad, "丙三", "360302190001010019");
    persons[0] = &good.person;
    persons[1] = &bad.person;
    request.persons = persons;
    request.n_persons = 2;
    cr_expect_eq(records_refuse(&s, cbank_learner_open, &request, &err), CBANK_E_INVALID);
    cr_expect_eq(err.where, 1);
    cr_expect_null(strstr(err.object, "3603"));
    cr_expect_null(strstr(err.detail, "3603"));
}

Test(learner, known_under_another_name_is_a_conflict)
{
    Cbank__Api__V1__LearnerOpenRequest request = CBANK__API__V1__LEARNER_OPEN_REQUEST__INIT;
    Cbank__Api__V1__Person *persons[1];
    somebody other;
    cbank_error err;

    state(&other, "另一人", NUMBER);
    persons[0] = &other.person;
    request.persons = persons;
    request.n_persons = 1;
    records_fails(records_refuse(&s, cbank_learner_open, &request, &err), err, CBANK_E_CONFLICT,
                  "PERSON_CONFLICT");
    request.dry_run = true;
    records_fails(records_refuse(&s, cbank_learner_open, &request, &err), err, CBANK_E_CONFLICT,
                  "PERSON_CONFLICT");
}

Test(learner, is_judged_without_being_opened)
{
    Cbank__Api__V1__LearnerOpenRequest request = CBANK__API__V1__LEARNER_OPEN_REQUEST__INIT;
    Cbank__Api__V1__LearnerOpenReply *reply;
    Cbank__Api__V1__Person *persons[1];
    somebody fresh;

    state(&fresh, "乙二", OTHER_NUMBER);
    persons[0] = &fresh.person;
    request.persons = persons;
    request.n_persons = 1;
    request.dry_run = true;
    for (int i = 0; i < 2; i++) {
        reply = records_ask(&s, cbank_learner_open, &request,
                            &cbank__api__v1__learner_open_reply__descriptor);
        cr_expect(reply->results[0]->opened, "it still would be");
        cr_expect_str_eq(reply->results[0]->account, "");
        scene_free(reply);
    }
}

Test(learner, are_opened_a_thousand_at_most)
{
    Cbank__Api__V1__LearnerOpenRequest request = CBANK__API__V1__LEARNER_OPEN_REQUEST__INIT;
    Cbank__Api__V1__LearnerOpenReply *reply;
    Cbank__Api__V1__Person *persons[1001];
    somebody all[1001];
    char numbers[1001][16];
    cbank_error err;

    for (size_t i = 0; i < 1001; i++) {
        snprintf(numbers[i], sizeof(numbers[i]), "S%zu", i);
        state(&all[i], "甲一", numbers[i]);
        all[i].document.type = scene_text("student/PXU");
        persons[i] = &all[i].person;
    }
    request.persons = persons;
    request.n_persons = 1001;
    records_fails(records_refuse(&s, cbank_learner_open, &request, &err), err, CBANK_E_ARGUMENT,
                  "LIST_LIMIT");
    request.n_persons = 1000;
    reply = records_ask(&s, cbank_learner_open, &request,
                        &cbank__api__v1__learner_open_reply__descriptor);
    cr_expect_eq(reply->n_results, 1000);
    cr_expect_str_neq(reply->results[0]->account, reply->results[999]->account);
    scene_free(reply);
}

/* ---- finding -------------------------------------------------------------------------------- */

static cbank_status find(const char *type, const char *number, char *out, cbank_error *err)
{
    Cbank__Api__V1__LearnerFindRequest request = CBANK__API__V1__LEARNER_FIND_REQUEST__INIT;
    Cbank__Api__V1__LearnerInfo *info;
    cbank_buffer bytes, reply = {0};
    cbank_status status;

    request.document_type = scene_text(type);
    request.document_number = scene_text(number);
    bytes = scene_pack(&request);
    status = cbank_learner_find(s.bank, bytes.data, bytes.size, &reply, err);
    if (status == CBANK_OK) {
        info = scene_unpack(&cbank__api__v1__learner_info__descriptor, &reply);
        strcpy(out, info->account);
        cr_expect_null(info->person, "who it is, show tells");
        scene_free(info);
    }
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

Test(learner, is_found_by_a_document_however_it_is_typed)
{
    char found[17] = "";
    cbank_error err;

    cr_assert_eq(find("cn-id", NUMBER, found, &err), CBANK_OK);
    cr_expect_str_eq(found, account);
    cr_assert_eq(find("cn-id", " ３６０３０２ 1900-0101-0018", found, &err), CBANK_OK);
    cr_expect_str_eq(found, account);
    records_fails(find("cn-id", OTHER_NUMBER, found, &err), err, CBANK_E_NOT_FOUND,
                  "LEARNER_UNKNOWN");
    cr_expect_eq(find("cn-id", "360302190001010019", found, &err), CBANK_E_INVALID);
    cr_expect_eq(find("library-card", "7", found, &err), CBANK_E_INVALID);
}

/* ---- showing -------------------------------------------------------------------------------- */

Test(learner, is_shown_with_the_sums_of_what_holds)
{
    Cbank__Api__V1__LearnerInfo *info;
    records_id revoked;

    records_issue(&s, account, "A", 3500);
    revoked = records_issue(&s, account, "B", 2000);
    records_change(&s, revoked.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    info = show(account, false);
    cr_expect_str_eq(info->account, account);
    cr_expect_eq(info->status, CBANK__API__V1__ACCOUNT_STATUS__ACCOUNT_STATUS_OPEN);
    cr_expect_gt(info->opened_at, 1700000000);
    cr_expect_eq(info->records, 1);
    cr_assert_eq(info->n_totals, 1);
    cr_expect_str_eq(info->totals[0]->unit, "credit");
    cr_expect_eq(info->totals[0]->milli, 3500);
    cr_expect_eq(info->entries, 4);
    cr_expect_null(info->person);
    scene_free(info);
}

Test(learner, is_shown_as_a_person_only_where_it_is_asked)
{
    Cbank__Api__V1__LearnerInfo *info = show(account, true);

    cr_assert_not_null(info->person);
    cr_expect_str_eq(info->person->names[0]->value, "甲一");
    cr_expect_str_eq(info->person->documents[0]->number, NUMBER);
    cr_expect_eq(info->person->born_on, 19000101);
    scene_free(info);
}

Test(learner, is_shown_by_an_account_number_as_people_write_it)
{
    Cbank__Api__V1__LearnerInfo *info;
    char typed[24];

    snprintf(typed, sizeof(typed), "%.4s-%.4s %.4s-%.4s", account, account + 4, account + 8,
             account + 12);
    info = show(typed, false);
    cr_expect_str_eq(info->account, account);
    scene_free(info);
}

Test(learner, without_an_account_is_not_found)
{
    static const char *const nobody[] = {"", "1", "0000000000004711", "0000000000000009",
                                         "not an account"};
    Cbank__Api__V1__LearnerShowRequest request = CBANK__API__V1__LEARNER_SHOW_REQUEST__INIT;
    cbank_error err;

    for (size_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++) {
        request.account = scene_text(nobody[i]);
        records_fails(records_refuse(&s, cbank_learner_show, &request, &err), err,
                      CBANK_E_NOT_FOUND, "ACCOUNT_UNKNOWN");
    }
}

/* ---- freezing ------------------------------------------------------------------------------- */

static Cbank__Api__V1__Order court_order;

static Cbank__Api__V1__LearnerChangeRequest asking(Cbank__Api__V1__AccountAction action)
{
    Cbank__Api__V1__LearnerChangeRequest request = CBANK__API__V1__LEARNER_CHANGE_REQUEST__INIT;

    request.account = account;
    request.action = action;
    court_order = (Cbank__Api__V1__Order)CBANK__API__V1__ORDER__INIT;
    court_order.reason = scene_text("court-order");
    request.order = &court_order;
    return request;
}

Test(learner, is_frozen_and_unfrozen)
{
    Cbank__Api__V1__LearnerChangeRequest freeze =
        asking(CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_FREEZE);
    Cbank__Api__V1__LearnerChangeRequest unfreeze =
        asking(CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_UNFREEZE);
    Cbank__Api__V1__LearnerInfo *info;
    cbank_error err;

    freeze.dry_run = true;
    info = records_ask(&s, cbank_learner_change, &freeze,
                       &cbank__api__v1__learner_info__descriptor);
    cr_expect_eq(info->status, CBANK__API__V1__ACCOUNT_STATUS__ACCOUNT_STATUS_OPEN,
                 "judged, not done");
    scene_free(info);
    freeze.dry_run = false;
    info = records_ask(&s, cbank_learner_change, &freeze,
                       &cbank__api__v1__learner_info__descriptor);
    cr_expect_eq(info->status, CBANK__API__V1__ACCOUNT_STATUS__ACCOUNT_STATUS_FROZEN);
    scene_free(info);
    cr_expect_eq(records_refuse(&s, cbank_learner_change, &freeze, &err), CBANK_E_STATE);
    info = records_ask(&s, cbank_learner_change, &unfreeze,
                       &cbank__api__v1__learner_info__descriptor);
    cr_expect_eq(info->status, CBANK__API__V1__ACCOUNT_STATUS__ACCOUNT_STATUS_OPEN);
    cr_expect_eq(info->entries, 3);
    scene_free(info);
}

Test(learner, is_changed_in_one_of_the_ways_there_are)
{
    Cbank__Api__V1__LearnerChangeRequest request =
        asking(CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_UNSPECIFIED);
    cbank_error err;

    records_fails(records_refuse(&s, cbank_learner_change, &request, &err), err, CBANK_E_ARGUMENT,
                  "BAD_ARGUMENT");
    request.action = CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_FREEZE;
    request.order->reason = scene_text("a sentence about somebody");
    records_fails(records_refuse(&s, cbank_learner_change, &request, &err), err, CBANK_E_ARGUMENT,
                  "BAD_ARGUMENT");
    request = asking(CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_FREEZE);
    request.account = scene_text("0000000000004711");
    cr_expect_eq(records_refuse(&s, cbank_learner_change, &request, &err), CBANK_E_NOT_FOUND);
}
