/* Issuing, changing and amending credit records through the public face. */
#include "course.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#define LEARNER "360302190001010018"
#define OTHER_LEARNER "360321190001010033"

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

TestSuite(credit, .init = begin, .fini = end);

/* With a code and the day it was awarded. */
static void make_course(course *out, const char *reference, int64_t milli)
{
    course_make(out, reference, milli);
    out->record.code = scene_text("C-101");
    out->record.awarded_on = 20240630;
}

typedef struct issued {
    cbank_status status;
    cbank_error err;
    char id[64];
    Cbank__Api__V1__OutcomeKind outcome;
} issued;

static issued issue_as(const cbank_key *key, const char *institution, const char *reference,
                       int64_t milli, const char *token, bool dry_run)
{
    Cbank__Api__V1__CreditIssueRequest request = CBANK__API__V1__CREDIT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__CreditDraft draft = CBANK__API__V1__CREDIT_DRAFT__INIT, *drafts[] = {&draft};
    Cbank__Api__V1__CreditIssueReply *answer;
    cbank_buffer bytes, reply = {0};
    issued out = {0};
    course what;

    make_course(&what, reference, milli);
    draft.account = account;
    draft.record = &what.record;
    request.institution = scene_text(institution);
    request.drafts = drafts;
    request.n_drafts = 1;
    request.dry_run = dry_run;
    if (token != NULL) {
        request.token.data = (uint8_t *)scene_text(token);
        request.token.len = strlen(token);
    }
    bytes = scene_pack(&request);
    out.status = cbank_credit_issue(s.bank, key, bytes.data, bytes.size, &reply, &out.err);
    if (out.status == CBANK_OK) {
        answer = scene_unpack(&cbank__api__v1__credit_issue_reply__descriptor, &reply);
        snprintf(out.id, sizeof(out.id), "%s", answer->results[0]->id);
        out.outcome = answer->results[0]->outcome;
        scene_free(answer);
    }
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return out;
}

static issued issue(const char *reference, int64_t milli)
{
    return issue_as(s.key, SCENE_INSTITUTION, reference, milli, NULL, false);
}

static cbank_status change(const char *id, Cbank__V1__ChangeAction action, const cbank_key *key,
                           const char *institution)
{
    Cbank__Api__V1__CreditChangeRequest request = CBANK__API__V1__CREDIT_CHANGE_REQUEST__INIT;
    char *ids[] = {scene_text(id)};
    cbank_buffer bytes, reply = {0};
    cbank_status status;

    request.institution = scene_text(institution);
    request.ids = ids;
    request.n_ids = 1;
    request.action = action;
    request.reason = scene_text("entered-in-error");
    bytes = scene_pack(&request);
    status = cbank_credit_change(s.bank, key, bytes.data, bytes.size, &reply, NULL);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

static Cbank__Api__V1__CreditInfo *show(const char *id)
{
    Cbank__Api__V1__CreditShowRequest request = CBANK__API__V1__CREDIT_SHOW_REQUEST__INIT;
    Cbank__Api__V1__CreditInfo *info = NULL;
    cbank_buffer bytes, reply = {0};

    request.id = scene_text(id);
    bytes = scene_pack(&request);
    if (cbank_credit_show(s.bank, bytes.data, bytes.size, &reply, NULL) == CBANK_OK)
        info = scene_unpack(&cbank__api__v1__credit_info__descriptor, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return info;
}

static void expect_status(const char *id, Cbank__Api__V1__CreditStatus wanted)
{
    Cbank__Api__V1__CreditInfo *info = show(id);

    cr_assert_not_null(info);
    cr_expect_eq(info->status, wanted);
    scene_free(info);
}

Test(credit, what_is_issued_is_shown_as_the_institution_signed_it)
{
    issued one = issue("R-1", 3500);
    Cbank__Api__V1__CreditInfo *info = show(one.id);

    cr_assert_eq(one.status, CBANK_OK, "%s: %s", one.err.object, one.err.detail);
    cr_assert_not_null(info);
    cr_expect_eq(one.outcome, CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_DEPOSITED);
    cr_expect_str_eq(info->account, account);
    cr_expect_str_eq(info->record->reference, "R-1");
    cr_expect_str_eq(info->record->awarded_by->institution, SCENE_INSTITUTION);
    cr_expect_eq(info->record->amounts[0]->milli, 3500);
    cr_expect_eq(info->record->revision, 1);
    cr_expect_eq(info->status, CBANK__API__V1__CREDIT_STATUS__CREDIT_STATUS_HELD);
    scene_free(info);
}

Test(credit, the_same_again_is_unchanged_and_other_content_is_a_conflict)
{
    issued first = issue("R-1", 3000), again = issue("R-1", 3000), other = issue("R-1", 4000);

    cr_assert_eq(first.status, CBANK_OK);
    cr_assert_eq(again.status, CBANK_OK);
    cr_expect_eq(again.outcome, CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_UNCHANGED);
    cr_expect_str_eq(again.id, first.id);
    cr_expect_eq(other.status, CBANK_E_CONFLICT);
    cr_expect_str_eq(cbank_reason_name(other.err.reason), "REFERENCE_TAKEN");
}

Test(credit, the_same_token_gives_the_same_answer_and_another_request_a_conflict)
{
    const char *token = "0123456789abcdef";
    issued first = issue_as(s.key, SCENE_INSTITUTION, "R-1", 3000, token, false);
    issued again = issue_as(s.key, SCENE_INSTITUTION, "R-1", 3000, token, false);
    issued other = issue_as(s.key, SCENE_INSTITUTION, "R-2", 3000, token, false);

    cr_assert_eq(first.status, CBANK_OK);
    cr_assert_eq(again.status, CBANK_OK, "%s: %s", again.err.object, again.err.detail);
    cr_expect_eq(again.outcome, CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_DEPOSITED);
    cr_expect_str_eq(again.id, first.id);
    cr_expect_eq(other.status, CBANK_E_CONFLICT);
}

Test(credit, a_dry_run_judges_and_writes_nothing)
{
    issued dry = issue_as(s.key, SCENE_INSTITUTION, "R-1", 3000, NULL, true);
    issued wet = issue("R-1", 3000);

    cr_assert_eq(dry.status, CBANK_OK);
    cr_expect_str_eq(dry.id, "");
    cr_expect_eq(wet.outcome, CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_DEPOSITED);
}

Test(credit, only_the_key_of_the_institution_may_issue)
{
    cbank_key *stranger = scene_key(s.suite);
    issued forged = issue_as(stranger, SCENE_INSTITUTION, "R-1", 3000, NULL, false);
    issued unknown = issue_as(stranger, "NOBODY", "R-1", 3000, NULL, false);

    cr_expect_eq(forged.status, CBANK_E_KEY_NOT_VALID);
    cr_expect_eq(unknown.status, CBANK_E_NOT_FOUND);
    cbank_key_close(stranger);
}

Test(credit, an_unknown_account_or_a_record_that_is_not_acceptable_is_refused)
{
    issued negative = issue("R-1", -1);
    issued nameless = issue("", 3000);

    strcpy(account, "1234567890123456");
    cr_expect_eq(issue("R-2", 3000).status, CBANK_E_NOT_FOUND);
    cr_expect_eq(negative.status, CBANK_E_INVALID);
    cr_expect_eq(nameless.status, CBANK_E_INVALID);
}

Test(credit, a_record_is_suspended_reinstated_and_revoked_for_good)
{
    issued one = issue("R-1", 3000);

    cr_expect_eq(change(one.id, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND, s.key,
                        SCENE_INSTITUTION),
                 CBANK_OK);
    expect_status(one.id, CBANK__API__V1__CREDIT_STATUS__CREDIT_STATUS_SUSPENDED);
    cr_expect_eq(change(one.id, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REINSTATE, s.key,
                        SCENE_INSTITUTION),
                 CBANK_OK);
    expect_status(one.id, CBANK__API__V1__CREDIT_STATUS__CREDIT_STATUS_HELD);
    cr_expect_eq(change(one.id, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE, s.key,
                        SCENE_INSTITUTION),
                 CBANK_OK);
    expect_status(one.id, CBANK__API__V1__CREDIT_STATUS__CREDIT_STATUS_REVOKED);
    cr_expect_eq(change(one.id, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REINSTATE, s.key,
                        SCENE_INSTITUTION),
                 CBANK_E_STATE);
}

Test(credit, nobody_changes_the_record_of_another_institution)
{
    cbank_key *key = scene_key(s.suite);
    issued one = issue("R-1", 3000);

    scene_admit(&s, "OTHER", key);
    cr_expect_eq(change(one.id, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE, key, "OTHER"),
                 CBANK_E_DENIED);
    cr_expect_eq(change(one.id, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE, key,
                        SCENE_INSTITUTION),
                 CBANK_E_KEY_NOT_VALID);
    expect_status(one.id, CBANK__API__V1__CREDIT_STATUS__CREDIT_STATUS_HELD);
    cbank_key_close(key);
}

Test(credit, the_digits_of_an_id_are_checked)
{
    issued one = issue("R-1", 3000);
    char wrong[64];

    strcpy(wrong, one.id);
    wrong[strlen(wrong) - 1] = wrong[strlen(wrong) - 1] == '0' ? '1' : '0';
    cr_expect_null(show(wrong));
    cr_expect_null(show("0-0000000000000000"));
    cr_expect_null(show("17"));
}

static cbank_status amend(const char *id, int64_t milli, char *new_id, uint32_t *revision)
{
    Cbank__Api__V1__CreditAmendRequest request = CBANK__API__V1__CREDIT_AMEND_REQUEST__INIT;
    Cbank__Api__V1__CreditAmendReply *answer;
    cbank_buffer bytes, reply = {0};
    cbank_status status;
    course what;

    make_course(&what, "", milli);
    request.institution = scene_text(SCENE_INSTITUTION);
    request.id = scene_text(id);
    request.record = &what.record;
    request.reason = scene_text("corrected");
    bytes = scene_pack(&request);
    status = cbank_credit_amend(s.bank, s.key, bytes.data, bytes.size, &reply, NULL);
    if (status == CBANK_OK) {
        answer = scene_unpack(&cbank__api__v1__credit_amend_reply__descriptor, &reply);
        strcpy(new_id, answer->id);
        *revision = answer->revision;
        scene_free(answer);
    }
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

Test(credit, an_amendment_supersedes_the_old_record_by_its_next_revision)
{
    issued one = issue("R-1", 3000);
    Cbank__Api__V1__CreditInfo *info;
    char second[64], third[64];
    uint32_t revision = 0;

    cr_assert_eq(amend(one.id, 4000, second, &revision), CBANK_OK);
    cr_expect_eq(revision, 2);
    expect_status(one.id, CBANK__API__V1__CREDIT_STATUS__CREDIT_STATUS_SUPERSEDED);
    expect_status(second, CBANK__API__V1__CREDIT_STATUS__CREDIT_STATUS_HELD);
    info = show(second);
    cr_assert_not_null(info);
    cr_expect_str_eq(info->record->reference, "R-1");
    cr_expect_eq(info->record->supersedes.len, 32);
    cr_expect_eq(info->record->amounts[0]->milli, 4000);
    scene_free(info);
    cr_expect_neq(amend(one.id, 5000, third, &revision), CBANK_OK, "it has been amended before");
    cr_assert_eq(amend(second, 5000, third, &revision), CBANK_OK);
    cr_expect_eq(revision, 3);
    cr_expect_eq(issue("R-1", 5000).outcome, CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_UNCHANGED);
}

Test(credit, lists_go_by_account_code_and_page)
{
    Cbank__Api__V1__CreditListRequest request = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__Api__V1__CreditListReply *list;
    cbank_buffer bytes, reply = {0};
    char reference[16];
    size_t seen = 0;

    for (int i = 0; i < 7; i++) {
        snprintf(reference, sizeof(reference), "R-%d", i);
        cr_assert_eq(issue(reference, 1000).status, CBANK_OK);
    }
    request.account = account;
    request.code = scene_text("C-101");
    request.limit = 3;
    do {
        bytes = scene_pack(&request);
        cr_assert_eq(cbank_credit_list(s.bank, bytes.data, bytes.size, &reply, NULL), CBANK_OK);
        cbank_buffer_clear(&bytes);
        list = scene_unpack(&cbank__api__v1__credit_list_reply__descriptor, &reply);
        seen += list->n_credits;
        request.after = list->next;
        scene_free(list);
    } while (request.after != 0);
    cr_expect_eq(seen, 7);
    cbank_buffer_clear(&reply);
}

Test(credit, everything_holds_in_the_other_suite_too)
{
    issued one;
    char second[64];
    uint32_t revision;

    scene_end(&s);
    scene_begin(&s, "sm3-sm2");
    scene_learner(&s, "乙二", OTHER_LEARNER, account);
    one = issue("R-1", 3000);
    cr_assert_eq(one.status, CBANK_OK, "%s: %s", one.err.object, one.err.detail);
    cr_assert_eq(amend(one.id, 4000, second, &revision), CBANK_OK);
    cr_expect_eq(change(second, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE, s.key,
                        SCENE_INSTITUTION),
                 CBANK_OK);
    scene_reopen(&s);
    expect_status(second, CBANK__API__V1__CREDIT_STATUS__CREDIT_STATUS_REVOKED);
}
