/* claim.c - cbank claim ...: "fulfilled, 372 of 360", without the records behind it. */
#include "call.h"
#include "disclosure.h"
#include "expiry.h"
#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "shape.h"
#include "trust.h"
#include "values.h"
#include "verdict.h"

#include "cbank/api/v1/claim.pb-c.h"
#include "cbank/api/v1/learner.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NAME_MAX_SIZE 96

/* ---- issue ---- */

static const option issue_options[] = {
    {"requirement", "ID[@V]", P_OPT_REQUIREMENT, OPTION_NEEDED},
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    {"from", "DATE", P_OPT_AWARDED_FROM, 0},
    {"to", "DATE", P_OPT_AWARDED_UNTIL, 0},
    {"rules", "ID[@V]", P_OPT_RULES, OPTION_REPEATED},
    {"as-of", "DATE", P_OPT_AS_OF, 0},
    {"for", "CODE", P_OPT_FOR_ISSUE, 0},
    {"purpose", "CODE", P_OPT_PURPOSE, 0},
    {"expires", "DATE|90d", P_OPT_EXPIRES_FILE, 0},
    {"show-name", NULL, P_OPT_SHOW_NAME, 0},
    {"show-birth", NULL, P_OPT_SHOW_BIRTH, 0},
    DISCLOSURE_GROUND_OPTIONS,
    {"institution", "CODE", P_OPT_ATTESTED_BY, 0},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"operator", "HANDLE", P_OPT_OPERATOR, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static const view issue_views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"result", P_OUTCOME, VIEW_WORD, NULL},
    {"reached", P_REACHED, VIEW_PLAIN, NULL},
    {"required", P_REQUIRED, VIEW_PLAIN, NULL},
    {"unit", P_UNIT, VIEW_WORD, NULL},
    {"code", P_TRANSCRIPT_CODE, VIEW_PLAIN, NULL},
    {"expires", P_EXPIRES, VIEW_PLAIN, NULL},
    {"consent", P_CONSENT, VIEW_PLAIN, NULL},
    {"basis", P_BASIS, VIEW_WORD, NULL},
    {0},
};

static bool read_day(cli *c, const char *name, uint32_t *out)
{
    const char *text = options_text(c, name);

    if (text == NULL || value_date(text, out))
        return true;
    fail_own(c, FAIL_BAD_DATE, text);
    return false;
}

/* What the requirement is asked; `out->rule_sets` is to be freed. */
static bool read_question(cli *c, Cbank__Api__V1__PlanMakeRequest *out)
{
    size_t next = 0;

    if (!read_day(c, "from", &out->awarded_from) || !read_day(c, "to", &out->awarded_until) ||
        !read_day(c, "as-of", &out->as_of))
        return false;
    out->n_rule_sets = options_count(c, "rules");
    out->rule_sets = memory_new(out->n_rule_sets + 1, sizeof(*out->rule_sets));
    for (size_t i = 0; i < out->n_rule_sets; i++)
        out->rule_sets[i] = options_each(c, "rules", &next);
    out->account = c->arguments[0];
    out->programme = options_text(c, "requirement");
    return true;
}

static bool read_terms(cli *c, Cbank__Api__V1__ClaimIssueRequest *out)
{
    const char *expires = options_text(c, "expires");

    if (expires != NULL && !value_expiry(expires, (int64_t)time(NULL), &out->expires_at)) {
        fail_own(c, FAIL_BAD_EXPIRY, expires);
        return false;
    }
    if (options_given(c, "for"))
        out->recipient = options_text(c, "for");
    if (options_given(c, "purpose"))
        out->purpose = options_text(c, "purpose");
    if (options_given(c, "institution"))
        out->institution = options_text(c, "institution");
    if (options_given(c, "document"))
        out->document = options_text(c, "document");
    out->show_name = options_given(c, "show-name");
    out->show_birth = options_given(c, "show-birth");
    out->dry_run = c->dry_run;
    return true;
}

static void show_issued(cli *c, const Cbank__Api__V1__ClaimIssueReply *reply)
{
    const char *file = options_text(c, "output");

    if (!c->dry_run &&
        !file_write(c, file, FILE_PRIVATE, reply->file.data, reply->file.len))
        return;
    output_document(
        c,
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "file", file, "result",
                  shape_word(&cbank__v1__claim_result__descriptor, (int)reply->result), "reached",
                  shape_milli(reply->reached_milli), "required",
                  shape_milli(reply->required_milli), "unit", shape_text(reply->unit), "code",
                  shape_text(reply->code), "expires", shape_time(reply->expires_at), "size",
                  shape_number(reply->size), "consent", shape_text(reply->consent), "basis",
                  shape_text(reply->basis)),
        issue_views);
}

static void issue(cli *c)
{
    Cbank__Api__V1__ClaimIssueRequest ask = CBANK__API__V1__CLAIM_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__PlanMakeRequest question = CBANK__API__V1__PLAN_MAKE_REQUEST__INIT;
    Cbank__Api__V1__Order order = CBANK__API__V1__ORDER__INIT;
    Cbank__Api__V1__DisclosureGround ground;
    Cbank__Api__V1__ClaimIssueReply *reply;
    uint8_t token[16];

    if (!call_token(c, token, &ask.token) || !read_terms(c, &ask) ||
        !read_question(c, &question))
        return;
    disclosure_ground(c, &ground);
    if (options_given(c, "operator"))
        order.actor = options_text(c, "operator");
    ask.question = &question;
    ask.ground = &ground;
    ask.order = &order;
    reply = call_bank(c, cbank_claim_issue, &ask.base,
                      &cbank__api__v1__claim_issue_reply__descriptor);
    if (reply != NULL)
        show_issued(c, reply);
    message_free(reply);
    free(question.rule_sets);
}

/* ---- verify ---- */

static const option verify_options[] = {
    TRUST_OPTIONS,
    {"for", "CODE", P_OPT_FOR_VERIFY, 0},
    {"any-recipient", NULL, P_OPT_ANY_RECIPIENT, 0},
    {"at", "TIME", P_OPT_AT, 0},
    {"status", "FILE", P_OPT_STATUS, 0},
    {0},
};

static const view verify_views[] = {
    {"verdict", P_CLAIM_VERDICT, VIEW_WORD, NULL},
    {"message", P_VERDICT_WHY, VIEW_PLAIN, NULL},
    {"origin", P_ORIGIN, VIEW_PLAIN, NULL},
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {"holder_name", P_HOLDER, VIEW_PLAIN, NULL},
    {"title", P_TITLE, VIEW_PLAIN, NULL},
    {"requirement", P_PROGRAMME, VIEW_PLAIN, NULL},
    {"result", P_OUTCOME, VIEW_WORD, NULL},
    {"reached", P_REACHED, VIEW_PLAIN, NULL},
    {"required", P_REQUIRED, VIEW_PLAIN, NULL},
    {"unit", P_UNIT, VIEW_WORD, NULL},
    {"from", P_EFFECTIVE_FROM, VIEW_PLAIN, NULL},
    {"until", P_EFFECTIVE_UNTIL, VIEW_PLAIN, NULL},
    {"expires", P_EXPIRES, VIEW_PLAIN, NULL},
    {"basis", P_BASIS, VIEW_WORD, NULL},
    {"freshness", P_FRESHNESS, VIEW_PLAIN, NULL},
    {0},
};

static json_t *describe_claim(const Cbank__Api__V1__ClaimReport *report)
{
    const Cbank__V1__ClaimHead *claim = report->claim;
    int64_t until = report->extended_until != 0 ? report->extended_until : claim->expires_at;
    char name[NAME_MAX_SIZE];

    snprintf(name, sizeof(name), "%s@%u", claim->requirement->id,
             (unsigned)claim->requirement->edition);
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}",
        "requirement", name, "title", shape_name(claim->title, claim->n_title), "result",
        shape_word(&cbank__v1__claim_result__descriptor, (int)claim->result), "required",
        shape_milli(claim->required_milli), "reached", shape_milli(claim->reached_milli), "unit",
        shape_text(claim->unit), "from", shape_date(claim->from), "until",
        shape_date(claim->until), "holder_name",
        shape_text(claim->holder == NULL ? "" : claim->holder->name), "recipient",
        shape_text(claim->recipient), "issued", shape_time(claim->issued_at), "expires",
        shape_time(until), "code", shape_text(claim->code), "document",
        shape_text(claim->document), "extended", (int)(report->extended_until != 0), "basis",
        shape_text(report->basis));
}

/* A "no" says nothing of what the file holds. */
static json_t *describe_nothing(void)
{
    static const char *const keys[] = {"requirement", "title", "result",      "required",
                                       "reached",     "unit",  "from",        "until",
                                       "holder_name", "recipient", "issued",  "expires",
                                       "code",        "document",  "extended", "basis"};
    json_t *nothing = json_object();

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        json_object_set_new(nothing, keys[i], json_null());
    return nothing;
}

static void show_report(cli *c, const Cbank__Api__V1__ClaimReport *report, const cbank_error *why)
{
    char words[512] = "";
    json_t *document;

    if (report->claim == NULL) {
        cbank_error_text(why, phrases_language(), words, sizeof(words), NULL, 0);
        c->code = EXIT_NO;
    }
    document = json_pack("{s:s, s:o, s:o, s:o, s:o, s:b}", "verdict", report->verdict, "reason",
                         shape_reason(report->reason), "message", shape_text(words), "origin",
                         shape_text(report->origin), "fingerprint",
                         shape_text(report->fingerprint), "fresh", (int)report->fresh);
    json_object_update_new(document, report->claim == NULL ? describe_nothing()
                                                           : describe_claim(report));
    if (report->fresh && !c->json)
        json_object_set_new(document, "freshness", json_string(phrase_text(P_CLAIM_FRESH)));
    output_document(c, document, verify_views);
}

static void verify_with(cli *c, const cbank_verifier *verifier,
                        const Cbank__Api__V1__ClaimVerifyRequest *ask)
{
    Cbank__Api__V1__ClaimReport *report;
    cbank_buffer reply = {0};
    cbank_error err = {0};
    bytes packed = message_pack(&ask->base);
    cbank_status status =
        cbank_claim_verify(verifier, packed.data, packed.size, &reply, &err);

    memory_free(&packed);
    if (reply.size == 0) {
        fail_call(c, &err);
        return;
    }
    (void)status;
    report = call_reply(c, CBANK_OK, &err, &reply, &cbank__api__v1__claim_report__descriptor);
    if (report != NULL)
        show_report(c, report, &err);
    message_free(report);
}

static void verify(cli *c)
{
    Cbank__Api__V1__ClaimVerifyRequest ask = CBANK__API__V1__CLAIM_VERIFY_REQUEST__INIT;
    cbank_verifier *verifier = NULL;
    bytes file = {0}, status = {0};

    if (options_given(c, "for") && options_given(c, "any-recipient")) {
        fail_own(c, FAIL_OPTION_CHOICE, "--for, --any-recipient");
        return;
    }
    if (!expiry_read_time(c, "at", &ask.at) || !file_read(c, c->arguments[0], &file) ||
        (options_given(c, "status") && !file_read(c, options_text(c, "status"), &status)))
        goto done;
    ask.file = message_bytes(file);
    ask.status = message_bytes(status);
    ask.any_recipient = options_given(c, "any-recipient");
    if (options_given(c, "for"))
        ask.recipient = options_text(c, "for");
    if (trust_open(c, ask.at, &verifier))
        verify_with(c, verifier, &ask);
done:
    cbank_verifier_close(verifier);
    memory_free(&file);
    memory_free(&status);
}

/* ---- withdraw ---- */

static const option withdraw_options[] = {
    {"reason", "CODE", P_OPT_REASON, OPTION_NEEDED},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static const view withdraw_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"index", P_INDEX, VIEW_PLAIN, NULL},
    {0},
};

static void withdraw(cli *c)
{
    Cbank__Api__V1__ClaimWithdrawRequest ask = CBANK__API__V1__CLAIM_WITHDRAW_REQUEST__INIT;
    Cbank__Api__V1__ClaimWithdrawReply *reply = NULL;
    uint8_t token[16];
    bytes file = {0};

    if (!file_read(c, c->arguments[1], &file) || !call_token(c, token, &ask.token))
        goto done;
    ask.account = c->arguments[0];
    ask.file = message_bytes(file);
    ask.reason = options_text(c, "reason");
    if (options_given(c, "document"))
        ask.document = options_text(c, "document");
    ask.dry_run = c->dry_run;
    reply = call_bank(c, cbank_claim_withdraw, &ask.base,
                      &cbank__api__v1__claim_withdraw_reply__descriptor);
    if (reply == NULL)
        goto done;
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    output_document(c,
                    json_pack("{s:o, s:s, s:o}", "id", shape_hex(reply->id), "status", "withdrawn",
                              "index", reply->index == 0 ? json_null()
                                                         : shape_number(reply->index)),
                    withdraw_views);
done:
    message_free(reply);
    memory_free(&file);
}

const command claim_commands[] = {
    {"issue", "ACCOUNT", 1, 1, P_CLAIM_ISSUE, COMMAND_BANK | COMMAND_WRITES, issue_options, issue},
    {"withdraw", "ACCOUNT FILE", 2, 2, P_CLAIM_WITHDRAW, COMMAND_BANK | COMMAND_WRITES,
     withdraw_options, withdraw},
    {"verify", "FILE", 1, 1, P_CLAIM_VERIFY, 0, verify_options, verify},
    {0},
};
