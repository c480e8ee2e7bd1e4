/* An answer that was not heard is asked for again, and many ask at once. */
#include "course.h"
#include "reader.h"

#include <criterion/criterion.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define LEARNER "360302190001010018"
#define TOKEN "0123456789abcdef"
#define OTHER_TOKEN "fedcba9876543210"

enum { THREADS = 8, EACH = 12, ROUNDS = 20 };

static scene s;
static char account[17];

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    scene_learner(&s, "甲一", LEARNER, account);
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(token, .init = begin, .fini = end);

typedef struct answer {
    cbank_status status;
    cbank_error err;
    char id[64];
} answer;

static ProtobufCBinaryData lend(const char *token)
{
    ProtobufCBinaryData data = {0};

    if (token != NULL) {
        data.data = (uint8_t *)scene_text(token);
        data.len = strlen(token);
    }
    return data;
}

static answer issue(const char *token, const char *reference, int64_t milli)
{
    Cbank__Api__V1__CreditIssueRequest request = CBANK__API__V1__CREDIT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__CreditDraft draft = CBANK__API__V1__CREDIT_DRAFT__INIT, *drafts[] = {&draft};
    Cbank__Api__V1__CreditIssueReply *reply;
    cbank_buffer bytes, out = {0};
    answer got = {0};
    course what;

    course_make(&what, reference, milli);
    draft.account = account;
    draft.record = &what.record;
    request.token = lend(token);
    request.institution = scene_text(SCENE_INSTITUTION);
    request.drafts = drafts;
    request.n_drafts = 1;
    bytes = scene_pack(&request);
    got.status = cbank_credit_issue(s.bank, s.key, bytes.data, bytes.size, &out, &got.err);
    if (got.status == CBANK_OK) {
        reply = scene_unpack(&cbank__api__v1__credit_issue_reply__descriptor, &out);
        cr_assert_eq(reply->results[0]->outcome,
                     CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_DEPOSITED);
        snprintf(got.id, sizeof(got.id), "%s", reply->results[0]->id);
        scene_free(reply);
    }
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&out);
    return got;
}

static answer change(const char *token, const char *id, Cbank__V1__ChangeAction action)
{
    Cbank__Api__V1__CreditChangeRequest request = CBANK__API__V1__CREDIT_CHANGE_REQUEST__INIT;
    Cbank__Api__V1__CreditChangeReply *reply;
    char *ids[] = {scene_text(id)};
    cbank_buffer bytes, out = {0};
    answer got = {0};

    request.token = lend(token);
    request.institution = scene_text(SCENE_INSTITUTION);
    request.ids = ids;
    request.n_ids = 1;
    request.action = action;
    bytes = scene_pack(&request);
    got.status = cbank_credit_change(s.bank, s.key, bytes.data, bytes.size, &out, &got.err);
    if (got.status == CBANK_OK) {
        reply = scene_unpack(&cbank__api__v1__credit_change_reply__descriptor, &out);
        cr_assert_eq(reply->changed, 1);
        snprintf(got.id, sizeof(got.id), "%s", reply->affected[0]->id);
        scene_free(reply);
    }
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&out);
    return got;
}

static answer amend(const char *token, const char *id, int64_t milli)
{
    Cbank__Api__V1__CreditAmendRequest request = CBANK__API__V1__CREDIT_AMEND_REQUEST__INIT;
    Cbank__Api__V1__CreditAmendReply *reply;
    cbank_buffer bytes, out = {0};
    answer got = {0};
    course what;

    course_make(&what, "", milli);
    request.token = lend(token);
    request.institution = scene_text(SCENE_INSTITUTION);
    request.id = scene_text(id);
    request.record = &what.record;
    bytes = scene_pack(&request);
    got.status = cbank_credit_amend(s.bank, s.key, bytes.data, bytes.size, &out, &got.err);
    if (got.status == CBANK_OK) {
        reply = scene_unpack(&cbank__api__v1__credit_amend_reply__descriptor, &out);
        cr_assert_eq(reply->revision, 2);
        snprintf(got.id, sizeof(got.id), "%s", reply->id);
        scene_free(reply);
    }
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&out);
    return got;
}

/* That both answers are the same, and a third is told that its token stands for something else. */
static void expect_replay(const answer *first, const answer *again, const answer *other)
{
    cr_assert_eq(first->status, CBANK_OK, "%s", cbank_reason_name(first->err.reason));
    cr_assert_eq(again->status, CBANK_OK, "%s", cbank_reason_name(again->err.reason));
    cr_expect_str_eq(again->id, first->id);
    cr_expect_eq(other->status, CBANK_E_CONFLICT);
    cr_expect_str_eq(cbank_reason_name(other->err.reason), "TOKEN_CONFLICT");
}

Test(token, issuing_again_gives_the_same_record)
{
    answer first = issue(TOKEN, "R-1", 3000), again = issue(TOKEN, "R-1", 3000);
    answer other = issue(TOKEN, "R-1", 4000);

    expect_replay(&first, &again, &other);
}

Test(token, changing_again_changes_nothing_more)
{
    answer one = issue(NULL, "R-1", 3000);
    answer first = change(TOKEN, one.id, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    answer again = change(TOKEN, one.id, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    answer other = change(TOKEN, one.id, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND);

    expect_replay(&first, &again, &other);
}

Test(token, amending_again_gives_the_same_revision)
{
    answer one = issue(NULL, "R-1", 3000);
    answer first = amend(TOKEN, one.id, 4000), again = amend(TOKEN, one.id, 4000);
    answer other = amend(TOKEN, one.id, 5000);

    expect_replay(&first, &again, &other);
    cr_expect_eq(amend(OTHER_TOKEN, one.id, 4000).status, CBANK_E_STATE);
}

Test(token, holds_after_the_bank_was_opened_again)
{
    answer first = issue(TOKEN, "R-1", 3000), again, other;

    scene_reopen(&s);
    again = issue(TOKEN, "R-1", 3000);
    other = issue(TOKEN, "R-2", 3000);
    expect_replay(&first, &again, &other);
}

/* ---- at once ------------------------------------------------------------------------------- */

typedef struct asker {
    int number;
    const char *token;
    char reference[24];
    int64_t milli;
    int count;
    answer got;
} asker;

static void *ask(void *what)
{
    asker *it = what;

    for (int i = 0; i < it->count; i++) {
        if (it->count > 1)
            snprintf(it->reference, sizeof(it->reference), "T%d-%d", it->number, i);
        it->got = issue(it->token, it->reference, it->milli);
        if (it->count > 1)
            cr_assert_eq(it->got.status, CBANK_OK, "%s", cbank_reason_name(it->got.err.reason));
    }
    return NULL;
}

static void ask_at_once(asker *askers, int count)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < count; i++) {
        askers[i].number = i;
        cr_assert_eq(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
    }
    for (int i = 0; i < count; i++)
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
}

Test(token, asked_twice_at_once_gives_one_record)
{
    for (int round = 0; round < ROUNDS; round++) {
        char token[17];
        asker askers[2];

        snprintf(token, sizeof(token), "%016d", round);
        for (int i = 0; i < 2; i++) {
            askers[i] = (asker){.token = token, .milli = 1000, .count = 1};
            snprintf(askers[i].reference, sizeof(askers[i].reference), "R-%d", round);
        }
        ask_at_once(askers, 2);
        for (int i = 0; i < 2; i++)
            cr_assert_eq(askers[i].got.status, CBANK_OK, "%s %s",
                         cbank_reason_name(askers[i].got.err.reason), askers[i].got.err.object);
        cr_assert_str_eq(askers[0].got.id, askers[1].got.id);
    }
}

Test(token, of_many_who_claim_one_reference_at_once_one_gets_it)
{
    for (int round = 0; round < ROUNDS; round++) {
        asker askers[THREADS];
        int got = 0;

        for (int i = 0; i < THREADS; i++) {
            askers[i] = (asker){.milli = 1000 * (i + 1), .count = 1};
            snprintf(askers[i].reference, sizeof(askers[i].reference), "R-%d", round);
        }
        ask_at_once(askers, THREADS);
        for (int i = 0; i < THREADS; i++) {
            got += askers[i].got.status == CBANK_OK;
            cr_assert(askers[i].got.status == CBANK_OK ||
                          strcmp(cbank_reason_name(askers[i].got.err.reason),
                                 "REFERENCE_TAKEN") == 0,
                      "%s", cbank_reason_name(askers[i].got.err.reason));
        }
        cr_assert_eq(got, 1);
    }
}

Test(token, eight_threads_on_one_handle_leave_one_chain_without_a_gap)
{
    Cbank__Api__V1__TranscriptIssueRequest request = reader_asks(account);
    asker askers[THREADS];
    cbank_verifier *verifier;
    reader_verdict verdict;
    cbank_buffer file;

    for (int i = 0; i < THREADS; i++)
        askers[i] = (asker){.milli = 1000, .count = EACH};
    ask_at_once(askers, THREADS);
    scene_reopen(&s);
    file = reader_receive(&s, &request);
    verifier = reader_open(&s);
    verdict = reader_verify(verifier, &file, NULL);
    cr_assert_eq(verdict.status, CBANK_OK, "%s", cbank_reason_name(verdict.err.reason));
    cr_assert_eq(verdict.report->n_items, 1 + THREADS * EACH);
    for (size_t i = 0; i < verdict.report->n_items; i++)
        cr_expect_eq(verdict.report->items[i]->sequence, i);
    cr_expect_eq(verdict.report->totals[0]->milli, 1000 * THREADS * EACH);
    reader_clear(&verdict);
    cbank_verifier_close(verifier);
    cbank_buffer_clear(&file);
}
