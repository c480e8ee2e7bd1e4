/* Consents through the public face: given, listed, withdrawn, and what rests on them. */
#include "scene.h"

#include <criterion/criterion.h>

#include <string.h>

#include "cbank/api/v1/consent.pb-c.h"
#include "cbank/api/v1/transcript.pb-c.h"

#define NUMBER "360302190001010018"
#define TOKEN "0123456789abcdef"

static scene s;
static char account[17];
static cbank_error err;

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    scene_learner(&s, "甲一", NUMBER, account);
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(api_consent, .init = begin, .fini = end);

typedef cbank_status call(cbank_bank *, const uint8_t *, size_t, cbank_buffer *, cbank_error *);

/* The reply, or NULL with `err`. */
static void *ask(call *what, const void *request, const ProtobufCMessageDescriptor *type)
{
    cbank_buffer bytes = scene_pack(request), reply = {0};
    cbank_status status = what(s.bank, bytes.data, bytes.size, &reply, &err);
    void *message = status == CBANK_OK ? scene_unpack(type, &reply) : NULL;

    cr_expect(status == CBANK_OK || reply.data == NULL, "a reply on success only, %s",
              cbank_reason_name(err.reason));
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return message;
}

static Cbank__Api__V1__ConsentGiveRequest for_ncu(void)
{
    Cbank__Api__V1__ConsentGiveRequest request = CBANK__API__V1__CONSENT_GIVE_REQUEST__INIT;

    request.account = account;
    request.recipient = scene_text("NCU");
    request.until = 20991231;
    request.show_name = true;
    return request;
}

static void give(const Cbank__Api__V1__ConsentGiveRequest *request, char id[64])
{
    Cbank__Api__V1__ConsentId *given =
        ask(cbank_consent_give, request, &cbank__api__v1__consent_id__descriptor);

    cr_assert_not_null(given, "%s %s", cbank_reason_name(err.reason), err.object);
    cr_assert_lt(strlen(given->id), 64);
    strcpy(id, given->id);
    scene_free(given);
}

static size_t count_listed(void)
{
    Cbank__Api__V1__ConsentListRequest request = CBANK__API__V1__CONSENT_LIST_REQUEST__INIT;
    size_t count = 0;

    request.account = account;
    request.limit = 2;
    do {
        Cbank__Api__V1__ConsentListReply *page =
            ask(cbank_consent_list, &request, &cbank__api__v1__consent_list_reply__descriptor);

        cr_assert_not_null(page);
        cr_expect_leq(page->n_entries, 2);
        count += page->n_entries;
        request.after = page->next;
        scene_free(page);
    } while (request.after != 0);
    return count;
}

static bool issue(const char *recipient, const char *consent)
{
    Cbank__Api__V1__TranscriptIssueRequest request = CBANK__API__V1__TRANSCRIPT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__DisclosureGround ground = CBANK__API__V1__DISCLOSURE_GROUND__INIT;
    Cbank__Api__V1__TranscriptIssueReply *issued;

    request.account = account;
    request.recipient = scene_text(recipient);
    ground.consent = scene_text(consent);
    request.ground = &ground;
    issued = ask(cbank_transcript_issue, &request,
                 &cbank__api__v1__transcript_issue_reply__descriptor);
    scene_free(issued);
    return issued != NULL;
}

Test(api_consent, without_one_nothing_is_shown_and_with_it_only_to_whom_it_says)
{
    Cbank__Api__V1__ConsentGiveRequest request = for_ncu();
    char id[64];

    cr_expect_not(issue("NCU", ""));
    cr_expect_eq(err.status, CBANK_E_DENIED);
    give(&request, id);
    cr_expect(issue("NCU", ""), "%s", cbank_reason_name(err.reason));
    cr_expect(issue("NCU", id));
    cr_expect_not(issue("OTHER", id));
    cr_expect_not(issue("NCU", "7-0123456789abcdef"));
}

Test(api_consent, the_same_token_gives_one_consent_and_another_request_under_it_is_refused)
{
    Cbank__Api__V1__ConsentGiveRequest request = for_ncu();
    char first[64], second[64];

    request.token = (ProtobufCBinaryData){16, (uint8_t *)scene_text(TOKEN)};
    give(&request, first);
    give(&request, second);
    cr_expect_str_eq(first, second);
    cr_expect_eq(count_listed(), 1);
    request.recipient = scene_text("OTHER");
    cr_expect_null(ask(cbank_consent_give, &request, &cbank__api__v1__consent_id__descriptor));
    cr_expect_eq(err.status, CBANK_E_CONFLICT);
    cr_expect_eq(count_listed(), 1);
}

Test(api_consent, a_dry_run_judges_and_writes_nothing)
{
    Cbank__Api__V1__ConsentGiveRequest request = for_ncu();
    Cbank__Api__V1__ConsentId *seen;

    request.dry_run = true;
    seen = ask(cbank_consent_give, &request, &cbank__api__v1__consent_id__descriptor);
    cr_assert_not_null(seen);
    cr_expect_str_eq(seen->id, "");
    scene_free(seen);
    cr_expect_eq(count_listed(), 0);
    request.until = 19000101;
    cr_expect_null(ask(cbank_consent_give, &request, &cbank__api__v1__consent_id__descriptor));
}

Test(api_consent, lists_come_in_pages_and_a_withdrawal_ends_one_once)
{
    Cbank__Api__V1__ConsentGiveRequest request = for_ncu();
    Cbank__Api__V1__ConsentWithdrawRequest back = CBANK__API__V1__CONSENT_WITHDRAW_REQUEST__INIT;
    Cbank__Api__V1__ConsentId *ended;
    char id[64];

    for (unsigned i = 0; i < 5; i++)
        give(&request, id);
    cr_expect_eq(count_listed(), 5);
    back.account = account;
    back.consent = id;
    ended = ask(cbank_consent_withdraw, &back, &cbank__api__v1__consent_id__descriptor);
    cr_assert_not_null(ended);
    cr_expect_eq(ended->standing, CBANK__API__V1__CONSENT_STANDING__CONSENT_STANDING_WITHDRAWN);
    scene_free(ended);
    cr_expect_null(ask(cbank_consent_withdraw, &back, &cbank__api__v1__consent_id__descriptor));
    cr_expect_eq(err.status, CBANK_E_STATE);
    cr_expect_not(issue("NCU", id));
    cr_expect(issue("NCU", ""), "the other four stand");
    cr_expect_eq(count_listed(), 5, "what was withdrawn is told too");
}

/* What makes no sense is the caller's mistake or a clear no, and leaves the list as it was. */
Test(api_consent, a_request_that_makes_no_sense_changes_nothing)
{
    for (unsigned i = 0; i < 6; i++) {
        Cbank__Api__V1__ConsentGiveRequest request = for_ncu();
        Cbank__V1__RecordType types[] = {CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE};
        char *only[] = {scene_text("0-0123456789abcdef")};

        if (i == 0)
            request.account = scene_text("1234567890123429");
        if (i == 1)
            request.recipient = scene_text("not a code");
        if (i == 2)
            request.from = 20990101, request.until = 20980101;
        if (i == 3)
            request.until = 20991399;
        if (i == 4)
            request.agent = scene_text("3-0123456789abcdef");
        if (i == 5) {
            request.types = types;
            request.n_types = 1;
            request.only = only;
            request.n_only = 1;
        }
        cr_expect_null(ask(cbank_consent_give, &request, &cbank__api__v1__consent_id__descriptor),
                       "%u", i);
        cr_expect_neq(err.reason, 0);
    }
    cr_expect_eq(count_listed(), 0);
}
