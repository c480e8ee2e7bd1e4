#include "bankcheck.h"

#include "apart.h"
#include "call.h"
#include "fail.h"
#include "job.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "passphrase.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/bank.pb-c.h"

#include <stdio.h>
#include <stdlib.h>

#define TEXT_SIZE 512

/* ---- check ---- */

static const view finding_views[] = {
    {"code", P_FINDING, VIEW_PLAIN, NULL},
    {"object", P_OBJECT, VIEW_PLAIN, NULL},
    {"where", P_WHERE, VIEW_PLAIN, NULL},
    {"detail", P_DETAIL, VIEW_PLAIN, NULL},
    {0},
};

static const view check_views[] = {
    {"ok", P_CHECK_OK, VIEW_PLAIN, NULL},
    {"size", P_SIZE, VIEW_PLAIN, NULL},
    {"root", P_ROOT, VIEW_PLAIN, NULL},
    {"refusal_line", P_OPENS_NOT, VIEW_PLAIN, NULL},
    {"remedy_line", P_WAY_OUT, VIEW_PLAIN, NULL},
    {"log_line", P_LOG_EXTENT, VIEW_PLAIN, NULL},
    {"guard_line", P_GUARD_EXTENT, VIEW_PLAIN, NULL},
    {"sound_line", P_SOUND_EXTENT, VIEW_PLAIN, NULL},
    {"findings", P_FINDINGS, VIEW_ROWS, finding_views},
    {"more", P_FINDINGS_MORE, VIEW_PLAIN, NULL},
    {0},
};

/* What a finding says in words, which the library has. */
static json_t *describe_finding(const Cbank__Api__V1__Finding *finding, bool with_remedy)
{
    char words[TEXT_SIZE], remedy[TEXT_SIZE];
    cbank_error err = {.reason = (int32_t)finding->reason, .where = finding->where};
    json_t *document;

    snprintf(err.object, sizeof(err.object), "%s", finding->object);
    snprintf(err.detail, sizeof(err.detail), "%s", finding->detail);
    cbank_error_text(&err, phrases_language(), words, sizeof(words), remedy, sizeof(remedy));
    document = json_pack("{s:o, s:o, s:o, s:o, s:o}", "code", shape_text(finding->code), "object",
                         shape_text(finding->object), "where", shape_number(finding->where),
                         "detail", shape_text(finding->detail), "message", shape_text(words));
    if (with_remedy)
        json_object_set_new(document, "remedy", shape_text(remedy));
    return document;
}

static json_t *describe_findings(const Cbank__Api__V1__CheckReply *reply)
{
    json_t *list = json_array();

    for (size_t i = 0; i < reply->n_findings; i++)
        json_array_append_new(list, describe_finding(reply->findings[i], false));
    return list;
}

static json_t *describe(const Cbank__Api__V1__CheckReply *reply)
{
    return json_pack(
        "{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "ok", (int)reply->ok, "size",
        shape_number(reply->size), "root", shape_hex(reply->root), "refusal",
        reply->refusal == NULL ? json_null() : describe_finding(reply->refusal, true), "log_size",
        shape_number(reply->log_size), "log_root", shape_hex(reply->log_root), "guard_size",
        reply->guard_root.len == 0 ? json_null() : shape_number(reply->guard_size), "guard_root",
        shape_hex(reply->guard_root), "sound_size", shape_number(reply->sound_size), "findings",
        describe_findings(reply), "more",
        reply->more > 0 ? shape_number(reply->more) : json_null());
}

static void add_extent(json_t *document, const char *name, const char *size, const char *root)
{
    const char *hex = json_string_value(json_object_get(document, root));
    char line[TEXT_SIZE];

    if (hex == NULL)
        return;
    snprintf(line, sizeof(line), "%lld, %s",
             (long long)json_integer_value(json_object_get(document, size)), hex);
    json_object_set_new(document, name, json_string(line));
}

/* For a person, of a bank that does not open: what is wrong, what to do, what there is. */
static void add_lines(json_t *document)
{
    json_t *refusal = json_object_get(document, "refusal");

    if (json_is_null(refusal))
        return;
    json_object_set(document, "refusal_line", json_object_get(refusal, "message"));
    json_object_set(document, "remedy_line", json_object_get(refusal, "remedy"));
    add_extent(document, "log_line", "log_size", "log_root");
    add_extent(document, "guard_line", "guard_size", "guard_root");
    json_object_set(document, "sound_line", json_object_get(document, "sound_size"));
}

/* Of its folder: a bank that does not open is what most wants to be checked. */
static Cbank__Api__V1__CheckReply *inspect(cli *c)
{
    Cbank__Api__V1__InspectRequest request = CBANK__API__V1__INSPECT_REQUEST__INIT;
    const bytes *passphrase = passphrase_read(c, "passphrase-file");
    Cbank__Api__V1__CheckReply *reply = NULL;
    cbank_job *job = NULL;
    cbank_error err;
    bytes packed;

    if (passphrase == NULL)
        return NULL;
    request.path = options_text(c, "bank");
    if (request.path == NULL)
        request.path = getenv("CBANK_BANK");
    packed = message_pack(&request.base);
    if (cbank_bank_inspect_begin(packed.data, packed.size, passphrase->data, passphrase->size,
                                 &job, &err) == CBANK_OK)
        reply = job_run(c, job, &(job_files){0}, &cbank__api__v1__check_reply__descriptor);
    else
        fail_call(c, &err);
    memory_free(&packed);
    return reply;
}

static void check_here(cli *c)
{
    Cbank__Api__V1__CheckReply *reply = inspect(c);
    json_t *document;

    if (reply == NULL)
        return;
    if (!reply->ok)
        c->code = EXIT_NO;
    document = describe(reply);
    if (!c->json)
        add_lines(document);
    output_document(c, document, check_views);
    message_free(reply);
}

void bankcheck_run(cli *c)
{
    apart_run(c, check_here);
}

/* ---- clock ---- */

const option bankcheck_clock_options[] = {
    {"confirm", "DATE", P_OPT_CONFIRM_CLOCK, 0},
    {0},
};

static const view clock_views[] = {
    {"clock", P_CLOCK, VIEW_PLAIN, NULL},       {"newest", P_CLOCK_NEWEST, VIEW_PLAIN, NULL},
    {"taken", P_CLOCK_TAKEN, VIEW_PLAIN, NULL}, {"state", P_STATUS, VIEW_WORD, NULL},
    {0},
};

static const char *state_of(const Cbank__Api__V1__ClockReply *reply)
{
    if (!reply->refused)
        return reply->stands_still ? "stands_still" : "taken";
    return reply->clock < reply->taken ? "behind" : "ahead";
}

/* Whoever confirms types the date, as another clock has it. */
void bankcheck_clock(cli *c)
{
    Cbank__Api__V1__ClockRequest request = CBANK__API__V1__CLOCK_REQUEST__INIT;
    const char *confirmed = options_text(c, "confirm");
    Cbank__Api__V1__ClockReply *reply;

    if (confirmed != NULL && !value_date(confirmed, &request.confirm)) {
        fail_own(c, FAIL_BAD_DATE, confirmed);
        return;
    }
    request.dry_run = c->dry_run;
    reply = call_bank(c, cbank_bank_clock, &request.base,
                      &cbank__api__v1__clock_reply__descriptor);
    if (reply == NULL)
        return;
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    if (reply->refused)
        c->code = EXIT_NO;
    output_document(c,
                    json_pack("{s:o, s:o, s:o, s:s}", "clock", shape_time(reply->clock), "newest",
                              shape_time(reply->newest), "taken", shape_time(reply->taken),
                              "state", state_of(reply)),
                    clock_views);
    message_free(reply);
}
