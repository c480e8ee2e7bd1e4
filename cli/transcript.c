/* transcript.c - cbank transcript ...: issuing one, and verifying one without any bank; what was
 * issued is in disclosure.c. */
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
#include "verdict.h"

#include "cbank/api/v1/learner.pb-c.h"
#include "cbank/api/v1/transcript.pb-c.h"

#include <stdlib.h>
#include <string.h>

/* ---- issue ---- */

static const option issue_options[] = {
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    {"for", "CODE", P_OPT_FOR_ISSUE, 0},
    {"purpose", "CODE", P_OPT_PURPOSE, 0},
    {"expires", "DATE|90d", P_OPT_EXPIRES_FILE, 0},
    {"only", "ID,...", P_OPT_ONLY, 0},
    {"show", "name,number,birth", P_OPT_SHOW, 0},
    {"evidence", "full|compact", P_OPT_EVIDENCE, 0},
    DISCLOSURE_GROUND_OPTIONS,
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"operator", "HANDLE", P_OPT_OPERATOR, 0},
    {0},
};

static const view issue_views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},       {"code", P_TRANSCRIPT_CODE, VIEW_PLAIN, NULL},
    {"items", P_ITEMS, VIEW_PLAIN, NULL},     {"shown", P_SHOWN, VIEW_PLAIN, NULL},
    {"totals", P_TOTALS, VIEW_PLAIN, NULL},   {"size", P_SIZE, VIEW_PLAIN, NULL},
    {"root", P_ROOT, VIEW_PLAIN, NULL},       {"expires", P_EXPIRES, VIEW_PLAIN, NULL},
    {"consent", P_CONSENT, VIEW_PLAIN, NULL}, {"basis", P_BASIS, VIEW_WORD, NULL},
    {0},
};

static bool read_evidence(cli *c, Cbank__Api__V1__EvidenceLevel *out)
{
    const char *word = options_text(c, "evidence");
    int value = 0;

    if (word != NULL && !shape_value(&cbank__api__v1__evidence_level__descriptor, word, &value)) {
        fail_own(c, FAIL_OPTION_WORD, word);
        return false;
    }
    *out = (Cbank__Api__V1__EvidenceLevel)value;
    return true;
}

static void show_issued(cli *c, const Cbank__Api__V1__TranscriptIssueReply *reply)
{
    const char *path = options_text(c, "output");

    if (c->dry_run)
        output_talk(c, P_WOULD_WRITE, path);
    else if (file_write(c, path, FILE_PRIVATE, reply->file.data, reply->file.len))
        output_document(
            c,
            json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "file", path,
                      "code", shape_text(reply->code), "items", shape_number(reply->items),
                      "shown", shape_number(reply->shown), "credits",
                      shape_credits(reply->totals, reply->n_totals), "totals",
                      shape_amounts(reply->totals, reply->n_totals), "size",
                      shape_number(reply->size), "root", shape_hex(reply->root), "expires",
                      shape_time(reply->expires_at), "consent", shape_text(reply->consent),
                      "basis", shape_text(reply->basis)),
            issue_views);
}

static bool read_issue(cli *c, Cbank__Api__V1__TranscriptIssueRequest *out)
{
    bool name = false, number = false, birth = false;

    if (!expiry_read(c, "expires", &out->expires_at) ||
        !disclosure_show(c, &name, &number, &birth) || !read_evidence(c, &out->evidence))
        return false;
    out->account = c->arguments[0];
    out->show_name = name;
    out->show_number = number;
    out->show_birth = birth;
    out->dry_run = c->dry_run;
    if (options_given(c, "for"))
        out->recipient = options_text(c, "for");
    if (options_given(c, "purpose"))
        out->purpose = options_text(c, "purpose");
    return true;
}

static void issue(cli *c)
{
    Cbank__Api__V1__TranscriptIssueRequest request =
        CBANK__API__V1__TRANSCRIPT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__TranscriptIssueReply *reply;
    Cbank__Api__V1__DisclosureGround ground;
    Cbank__Api__V1__Order order = CBANK__API__V1__ORDER__INIT;

    if (!read_issue(c, &request))
        return;
    disclosure_ground(c, &ground);
    if (options_given(c, "document"))
        order.document = options_text(c, "document");
    if (options_given(c, "operator"))
        order.actor = options_text(c, "operator");
    request.ground = &ground;
    request.order = &order;
    request.n_only = disclosure_list(c, "only", &request.only);
    reply = call_bank(c, cbank_transcript_issue, &request.base,
                      &cbank__api__v1__transcript_issue_reply__descriptor);
    if (reply != NULL)
        show_issued(c, reply);
    message_free(reply);
    free(request.only);
}

/* ---- verify ---- */

static const option verify_options[] = {
    TRUST_OPTIONS,
    {"for", "CODE", P_OPT_FOR_VERIFY, 0},
    {"any-recipient", NULL, P_OPT_ANY_RECIPIENT, 0},
    {"at", "TIME", P_OPT_AT, 0},
    {"pin", "CHECKPOINT|TRANSCRIPT", P_OPT_PIN, 0},
    {"consistency", "FILE", P_OPT_CONSISTENCY, 0},
    {"status", "FILE", P_OPT_STATUS, 0},
    {"require", "WORD", P_OPT_REQUIRE, 0},
    {"unmasked", NULL, P_OPT_UNMASKED, 0},
    {0},
};

/* The files that a verification looks at. */
typedef struct material {
    bytes file;
    bytes pin;
    bytes status;
    trust_path path;
} material;

static void clear_material(material *m)
{
    memory_free(&m->file);
    memory_free(&m->pin);
    memory_free(&m->status);
    trust_clear_path(&m->path);
}

static bool read_optional(cli *c, const char *option_name, bytes *out)
{
    return !options_given(c, option_name) || file_read(c, options_text(c, option_name), out);
}

static bool read_require(cli *c, Cbank__Api__V1__Proven *out)
{
    const char *word = options_text(c, "require");
    int value = 0;

    if (word != NULL && !shape_value(&cbank__api__v1__proven__descriptor, word, &value)) {
        fail_own(c, FAIL_OPTION_WORD, word);
        return false;
    }
    *out = (Cbank__Api__V1__Proven)value;
    return true;
}

static bool read_material(cli *c, Cbank__Api__V1__TranscriptVerifyRequest *request, material *m)
{
    if (options_given(c, "for") && options_given(c, "any-recipient")) {
        fail_own(c, FAIL_OPTION_CHOICE, "--for, --any-recipient");
        return false;
    }
    if (!expiry_read_time(c, "at", &request->at) || !read_require(c, &request->require) ||
        !file_read(c, c->arguments[0], &m->file) || !read_optional(c, "pin", &m->pin) ||
        !read_optional(c, "status", &m->status) || !trust_read_path(c, &m->path))
        return false;
    request->file = message_bytes(m->file);
    request->pin = message_bytes(m->pin);
    request->status = message_bytes(m->status);
    request->consistency = m->path.hashes;
    request->n_consistency = m->path.count;
    request->any_recipient = options_given(c, "any-recipient");
    if (options_given(c, "for"))
        request->recipient = options_text(c, "for");
    return true;
}

/* Valid, or a class of "no": both have a report. Anything else could not be verified. */
static bool is_verdict(cbank_status status)
{
    return status == CBANK_OK || status == CBANK_E_MALFORMED || status == CBANK_E_UNSUPPORTED ||
           status / 100 == 6;
}

static void show_verdict(cli *c, cbank_status status, const cbank_error *err,
                         const cbank_buffer *reply)
{
    Cbank__Api__V1__VerdictReport *report;

    report = cbank__api__v1__verdict_report__unpack(NULL, reply->size, reply->data);
    if (report == NULL) {
        fail_own(c, FAIL_BAD_REPLY, "VerdictReport");
        return;
    }
    c->code = status == CBANK_OK ? EXIT_DONE : EXIT_NO;
    verdict_show(c, report, status == CBANK_OK ? NULL : err,
                 !c->json && !options_given(c, "unmasked"));
    message_free(report);
}

static void verify(cli *c)
{
    Cbank__Api__V1__TranscriptVerifyRequest request =
        CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    material m = {0};
    cbank_verifier *verifier = NULL;
    cbank_buffer reply = {0};
    cbank_error err;
    cbank_status status;
    bytes packed;

    if (read_material(c, &request, &m) && trust_open(c, request.at, &verifier)) {
        packed = message_pack(&request.base);
        status = cbank_transcript_verify(verifier, packed.data, packed.size, &reply, &err);
        if (is_verdict(status))
            show_verdict(c, status, &err, &reply);
        else
            fail_call(c, &err);
        memory_free(&packed);
    }
    cbank_verifier_close(verifier);
    cbank_buffer_clear(&reply);
    clear_material(&m);
}

/* ---- show ---- */

static const option show_options[] = {
    {"unmasked", NULL, P_OPT_UNMASKED, 0},
    {0},
};

static void show(cli *c)
{
    Cbank__Api__V1__TranscriptShowRequest request = CBANK__API__V1__TRANSCRIPT_SHOW_REQUEST__INIT;
    Cbank__Api__V1__VerdictReport *report;
    cbank_buffer reply = {0};
    cbank_error err;
    bytes file;
    bytes packed;

    if (!file_read(c, c->arguments[0], &file))
        return;
    request.file = message_bytes(file);
    packed = message_pack(&request.base);
    report = call_reply(c, cbank_transcript_show(packed.data, packed.size, &reply, &err), &err,
                        &reply, &cbank__api__v1__verdict_report__descriptor);
    if (report != NULL)
        verdict_show(c, report, NULL, !c->json && !options_given(c, "unmasked"));
    message_free(report);
    memory_free(&packed);
    memory_free(&file);
}

const command transcript_commands[] = {
    {"issue", "ACCOUNT", 1, 1, P_TRANSCRIPT_ISSUE, COMMAND_BANK | COMMAND_WRITES, issue_options,
     issue},
    {"list", "[ACCOUNT]", 0, 1, P_TRANSCRIPT_LIST, COMMAND_BANK, disclosure_list_options,
     disclosure_list_all},
    {"extend", "CODE", 1, 1, P_TRANSCRIPT_EXTEND, COMMAND_BANK | COMMAND_WRITES,
     disclosure_extend_options, disclosure_extend},
    {"withdraw", "CODE", 1, 1, P_TRANSCRIPT_WITHDRAW, COMMAND_BANK | COMMAND_WRITES,
     disclosure_withdraw_options, disclosure_withdraw},
    {"verify", "FILE", 1, 1, P_TRANSCRIPT_VERIFY, 0, verify_options, verify},
    {"show", "FILE", 1, 1, P_TRANSCRIPT_SHOW, 0, show_options, show},
    {0},
};
