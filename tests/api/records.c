#include "records.h"

#include "course.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEW 300

/* A course for an account, under a reference of its own. */
typedef struct drafted {
    Cbank__Api__V1__CreditDraft draft;
    course what;
    char reference[64];
} drafted;

static void fill(drafted *out, const char *account, int64_t milli)
{
    cbank__api__v1__credit_draft__init(&out->draft);
    course_make(&out->what, out->reference, milli);
    out->draft.account = scene_text(account);
    out->draft.record = &out->what.record;
}

static Cbank__Api__V1__CreditIssueReply *issue(scene *stage, const char *institution,
                                               const cbank_key *key, drafted *courses,
                                               size_t count)
{
    Cbank__Api__V1__CreditIssueRequest request = CBANK__API__V1__CREDIT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__CreditDraft **drafts = calloc(count, sizeof(*drafts));
    Cbank__Api__V1__CreditIssueReply *answer;
    cbank_buffer bytes, reply = {0};
    cbank_error err = {0};

    cr_assert_not_null(drafts);
    for (size_t i = 0; i < count; i++)
        drafts[i] = &courses[i].draft;
    request.institution = scene_text(institution);
    request.drafts = drafts;
    request.n_drafts = count;
    bytes = scene_pack(&request);
    cr_assert_eq(cbank_credit_issue(stage->bank, key, bytes.data, bytes.size, &reply, &err),
                 CBANK_OK, "%s: %s %s", cbank_reason_name(err.reason), err.object, err.detail);
    answer = scene_unpack(&cbank__api__v1__credit_issue_reply__descriptor, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    free(drafts);
    return answer;
}

records_id records_issue(scene *stage, const char *account, const char *reference, int64_t milli)
{
    Cbank__Api__V1__CreditIssueReply *answer;
    records_id id;
    drafted one;

    fill(&one, account, milli);
    snprintf(one.reference, sizeof(one.reference), "%s", reference);
    answer = issue(stage, SCENE_INSTITUTION, stage->key, &one, 1);
    snprintf(id.text, sizeof(id.text), "%s", answer->results[0]->id);
    scene_free(answer);
    return id;
}

void records_issue_many(scene *stage, const char *account, const char *prefix, size_t count)
{
    drafted *courses = calloc(count, sizeof(*courses));
    cbank_key *key;

    cr_assert_not_null(courses);
    for (size_t i = 0; i < count; i++) {
        fill(&courses[i], account, 1000);
        snprintf(courses[i].reference, sizeof(courses[i].reference), "%s-%zu", prefix, i);
    }
    if (count <= FEW) {
        scene_free(issue(stage, SCENE_INSTITUTION, stage->key, courses, count));
    } else {
        key = scene_key(stage->suite);
        scene_admit(stage, prefix, key);
        scene_free(issue(stage, prefix, key, courses, count));
        cbank_key_close(key);
    }
    free(courses);
}

void records_change(scene *stage, const char *id, Cbank__V1__ChangeAction action)
{
    Cbank__Api__V1__CreditChangeRequest request = CBANK__API__V1__CREDIT_CHANGE_REQUEST__INIT;
    char *ids[] = {scene_text(id)};
    cbank_buffer bytes, reply = {0};

    request.institution = scene_text(SCENE_INSTITUTION);
    request.ids = ids;
    request.n_ids = 1;
    request.action = action;
    bytes = scene_pack(&request);
    cr_assert_eq(cbank_credit_change(stage->bank, stage->key, bytes.data, bytes.size, &reply, NULL),
                 CBANK_OK);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
}

void *records_ask(scene *stage, records_call *call, const void *request,
                  const ProtobufCMessageDescriptor *type)
{
    cbank_buffer bytes = scene_pack(request), reply = {0};
    cbank_error err = {0};
    void *answer;

    cr_assert_eq(call(stage->bank, bytes.data, bytes.size, &reply, &err), CBANK_OK, "%s: %s %s",
                 cbank_reason_name(err.reason), err.object, err.detail);
    answer = scene_unpack(type, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return answer;
}

cbank_status records_refuse(scene *stage, records_call *call, const void *request,
                            cbank_error *err)
{
    cbank_buffer bytes = scene_pack(request), reply = {0};
    cbank_status status;

    *err = (cbank_error){0};
    status = call(stage->bank, bytes.data, bytes.size, &reply, err);
    cr_expect_eq(reply.size, 0, "a reply is written on success only");
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}
