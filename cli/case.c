/* case.c - cbank case ...: an institution hears an application for recognition, step by step. */
#include "call.h"
#include "caseinfo.h"
#include "caselook.h"
#include "fail.h"
#include "memory.h"
#include "options.h"
#include "shape.h"
#include "values.h"

#include <stdlib.h>
#include <string.h>

#define HASH 32
#define LIST_MAX 64
#define PERMILLE_OF_MILLI 100 /* "80" percent is 80000 thousandths and 800 permille */

/* A step as options state it: it lends from the arguments and from here. */
typedef struct stated {
    Cbank__V1__CaseStep step;
    Cbank__V1__Code reason, channel, opinion, qualification, ground, kinds[LIST_MAX];
    Cbank__V1__CaseApplication application;
    Cbank__V1__CaseAppeal appeal;
    Cbank__V1__Finding finding;
    Cbank__V1__Decision decision;
    Cbank__V1__PublicNotice notice;
    Cbank__V1__SupportingDocument evidence[LIST_MAX], *evidence_list[LIST_MAX];
    ProtobufCBinaryData hashes[LIST_MAX];
    uint8_t bytes[LIST_MAX][HASH], digest[HASH];
    char *texts[LIST_MAX], **records;
} stated;

/* ---- options ------------------------------------------------------------------------------- */

static bool refuse(cli *c, failure why, const char *text)
{
    fail_own(c, why, text);
    return false;
}

static void lend(const cli *c, const char *name, char **out)
{
    if (options_given(c, name))
        *out = options_text(c, name);
}

static bool read_day(cli *c, const char *name, uint32_t *out)
{
    return !options_given(c, name) || value_date(options_text(c, name), out) ||
           refuse(c, FAIL_BAD_DATE, options_text(c, name));
}

static bool read_number(cli *c, const char *name, uint32_t *out)
{
    uint64_t value = 0;

    if (options_given(c, name) &&
        (!value_u64(options_text(c, name), &value) || value > UINT32_MAX))
        return refuse(c, FAIL_OPTION_WORD, options_text(c, name));
    *out = (uint32_t)value;
    return true;
}

static void read_code(const cli *c, const char *name, Cbank__V1__Code *room, Cbank__V1__Code **out)
{
    static char scheme[] = "cbank";

    cbank__v1__code__init(room);
    room->scheme = scheme;
    if (options_given(c, name)) {
        room->value = options_text(c, name);
        *out = room;
    }
}

static bool read_word(cli *c, const char *name, const ProtobufCEnumDescriptor *type, int *out)
{
    return shape_value(type, options_text(c, name), out) ||
           refuse(c, FAIL_OPTION_WORD, options_text(c, name));
}

static bool read_digest(cli *c, const char *name, uint8_t room[HASH], ProtobufCBinaryData *out)
{
    if (!options_given(c, name))
        return true;
    *out = (ProtobufCBinaryData){HASH, room};
    return value_hex(options_text(c, name), room, HASH) ||
           refuse(c, FAIL_BAD_HEX, options_text(c, name));
}

/* All values of a repeated option; false if there are more than there is room for. */
static bool read_texts(cli *c, const char *name, char **room, size_t *count)
{
    size_t next = 0;
    char *text;

    while ((text = options_each(c, name, &next)) != NULL) {
        if (*count == LIST_MAX)
            return refuse(c, FAIL_TOO_LARGE, name);
        room[(*count)++] = text;
    }
    return true;
}

/* The same of digests or ids, 64 digits each, into `hashes`. */
static bool read_hashes(cli *c, const char *name, stated *out, size_t *count)
{
    char *texts[LIST_MAX];

    if (!read_texts(c, name, texts, count))
        return false;
    for (size_t i = 0; i < *count; i++) {
        if (!value_hex(texts[i], out->bytes[i], HASH))
            return refuse(c, FAIL_BAD_HEX, texts[i]);
        out->hashes[i] = (ProtobufCBinaryData){HASH, out->bytes[i]};
    }
    return true;
}

/* "HEX" or "HEX:KIND", 64 digits each. */
static bool read_evidence(cli *c, stated *out)
{
    static char scheme[] = "cbank";
    char *texts[LIST_MAX];
    size_t count = 0;

    if (!read_texts(c, "evidence", texts, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        char hex[2 * HASH + 1];
        char *colon = strchr(texts[i], ':');
        size_t size = colon == NULL ? strlen(texts[i]) : (size_t)(colon - texts[i]);

        if (size != 2 * HASH)
            return refuse(c, FAIL_BAD_HEX, texts[i]);
        memcpy(hex, texts[i], size);
        hex[size] = '\0';
        if (!value_hex(hex, out->bytes[i], HASH))
            return refuse(c, FAIL_BAD_HEX, texts[i]);
        cbank__v1__supporting_document__init(&out->evidence[i]);
        out->evidence[i].digest = (ProtobufCBinaryData){HASH, out->bytes[i]};
        cbank__v1__code__init(&out->kinds[i]);
        out->kinds[i].scheme = scheme;
        if (colon != NULL) {
            out->kinds[i].value = colon + 1;
            out->evidence[i].kind = &out->kinds[i];
        }
        out->evidence_list[i] = &out->evidence[i];
    }
    out->step.evidence = out->evidence_list;
    out->step.n_evidence = count;
    return true;
}

#define STEP_OPTIONS                                                                               \
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},                                     \
        {"key", "FILE", P_OPT_KEY_OWN, OPTION_NEEDED}, {"on", "DATE", P_OPT_CASE_ON, 0},           \
        {"document", "TEXT", P_OPT_DOCUMENT, 0},                                                   \
        {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0}, {"token", "HEX", P_OPT_TOKEN, 0}
#define ONWARD_OPTIONS                                                                             \
    {"due", "DATE", P_OPT_CASE_DUE, 0}, {"assign", "HANDLE", P_OPT_CASE_ASSIGN, 0}

static bool read_onward(cli *c, stated *out)
{
    lend(c, "assign", &out->step.assigned_to);
    return read_day(c, "due", &out->step.due_on);
}

static void read_reason(const cli *c, stated *out)
{
    read_code(c, "reason", &out->reason, &out->step.reason);
}

/* ---- what each step says ------------------------------------------------------------------- */

static const option open_options[] = {
    {"account", "ACCOUNT", P_OPT_CASE_ACCOUNT, OPTION_NEEDED},
    {"applied", "DATE", P_OPT_CASE_APPLIED, 0},
    {"channel", "CODE", P_OPT_CASE_CHANNEL, 0},
    {"programme", "ID", P_OPT_CASE_PROGRAMME, 0},
    {"record", "ID", P_OPT_CASE_RECORD, OPTION_REPEATED},
    {"request", "CODE", P_OPT_CASE_REQUEST, OPTION_REPEATED},
    {"evidence", "HEX[:KIND]", P_OPT_CASE_EVIDENCE, OPTION_REPEATED},
    ONWARD_OPTIONS,
    STEP_OPTIONS,
    {0},
};

static bool fill_open(cli *c, stated *out)
{
    Cbank__V1__CaseApplication *to = &out->application;
    size_t next = 0;
    char *text;

    cbank__v1__case_application__init(to);
    out->step.application = to;
    out->records = memory_new(options_count(c, "record") + 1, sizeof(*out->records));
    while ((text = options_each(c, "record", &next)) != NULL)
        out->records[to->n_records++] = text;
    to->records = out->records;
    to->requested = out->texts;
    lend(c, "account", &to->account);
    lend(c, "programme", &to->programme);
    read_code(c, "channel", &out->channel, &to->channel);
    return read_day(c, "applied", &to->applied_on) &&
           read_texts(c, "request", out->texts, &to->n_requested) && read_evidence(c, out) &&
           read_onward(c, out);
}

static const option return_options[] = {
    {"reason", "CODE", P_OPT_REASON, OPTION_NEEDED},
    ONWARD_OPTIONS,
    STEP_OPTIONS,
    {0},
};

static bool fill_return(cli *c, stated *out)
{
    read_reason(c, out);
    return read_onward(c, out);
}

static const option accept_options[] = {
    ONWARD_OPTIONS,
    STEP_OPTIONS,
    {0},
};

static const option evidence_options[] = {
    {"evidence", "HEX[:KIND]", P_OPT_CASE_EVIDENCE, OPTION_NEEDED | OPTION_REPEATED},
    ONWARD_OPTIONS,
    STEP_OPTIONS,
    {0},
};

static bool fill_evidence(cli *c, stated *out)
{
    return read_evidence(c, out) && read_onward(c, out);
}

static const option review_options[] = {
    {"reviewer", "HANDLE", P_OPT_CASE_REVIEWER, OPTION_NEEDED},
    {"record", "HEX", P_OPT_CASE_FOUND, OPTION_REPEATED},
    {"qualification", "CODE", P_OPT_CASE_QUALIFICATION, 0},
    {"target", "CODE", P_OPT_CASE_TARGET, 0},
    {"overlap", "PERCENT", P_OPT_CASE_OVERLAP, 0},
    {"opinion", "CODE", P_OPT_CASE_OPINION, 0},
    {"conflict", NULL, P_OPT_CASE_CONFLICT, 0},
    {"signature-digest", "HEX", P_OPT_CASE_SIGNATURE, 0},
    ONWARD_OPTIONS,
    STEP_OPTIONS,
    {0},
};

static bool fill_review(cli *c, stated *out)
{
    Cbank__V1__Finding *to = &out->finding;
    int64_t milli = 0;

    cbank__v1__finding__init(to);
    out->step.finding = to;
    lend(c, "reviewer", &to->reviewer);
    lend(c, "target", &to->target);
    read_code(c, "qualification", &out->qualification, &to->qualification);
    read_code(c, "opinion", &out->opinion, &to->opinion);
    to->conflict = options_given(c, "conflict");
    if (options_given(c, "overlap") &&
        (!value_milli(options_text(c, "overlap"), &milli) || milli % PERMILLE_OF_MILLI != 0 ||
         milli > (int64_t)1000 * PERMILLE_OF_MILLI))
        return refuse(c, FAIL_OPTION_WORD, options_text(c, "overlap"));
    to->overlap_permille = (uint32_t)(milli / PERMILLE_OF_MILLI);
    to->records = out->hashes;
    return read_hashes(c, "record", out, &to->n_records) &&
           read_digest(c, "signature-digest", out->digest, &to->signature_digest) &&
           read_day(c, "on", &to->on) && read_onward(c, out);
}

static const option decide_options[] = {
    {"outcome", "WORD", P_OPT_CASE_OUTCOME, OPTION_NEEDED},
    {"recognition", "ID", P_OPT_CASE_RECOGNITION, OPTION_REPEATED},
    {"quorum", "N", P_OPT_CASE_QUORUM, 0},
    {"present", "N", P_OPT_CASE_PRESENT, 0},
    {"approver", "HANDLE", P_OPT_CASE_APPROVER, OPTION_REPEATED},
    {"reason", "CODE", P_OPT_REASON, 0},
    ONWARD_OPTIONS,
    STEP_OPTIONS,
    {0},
};

static bool fill_decide(cli *c, stated *out)
{
    Cbank__V1__Decision *to = &out->decision;
    int outcome = 0;

    cbank__v1__decision__init(to);
    out->step.decision = to;
    lend(c, "document", &to->document);
    read_reason(c, out);
    to->approvers = out->texts;
    if (!read_word(c, "outcome", &cbank__v1__decision_outcome__descriptor, &outcome) ||
        !read_texts(c, "approver", out->texts, &to->n_approvers) ||
        !read_hashes(c, "recognition", out, &out->step.n_recognitions))
        return false;
    to->outcome = (Cbank__V1__DecisionOutcome)outcome;
    out->step.recognitions = out->hashes;
    return read_number(c, "quorum", &to->quorum) && read_number(c, "present", &to->present) &&
           read_day(c, "on", &to->on) && read_onward(c, out);
}

static const option notice_options[] = {
    {"from", "DATE", P_OPT_CASE_FROM, OPTION_NEEDED},
    {"until", "DATE", P_OPT_CASE_UNTIL, OPTION_NEEDED},
    {"working-days", "N", P_OPT_CASE_DAYS, 0},
    {"place", "TEXT", P_OPT_CASE_PLACE, 0},
    {"text-digest", "HEX", P_OPT_CASE_TEXT, 0},
    ONWARD_OPTIONS,
    STEP_OPTIONS,
    {0},
};

static bool fill_notice(cli *c, stated *out)
{
    Cbank__V1__PublicNotice *to = &out->notice;

    cbank__v1__public_notice__init(to);
    out->step.notice = to;
    lend(c, "place", &to->place);
    return read_day(c, "from", &to->from) && read_day(c, "until", &to->until) &&
           read_number(c, "working-days", &to->working_days) &&
           read_digest(c, "text-digest", out->digest, &to->text_digest) && read_onward(c, out);
}

static const option conclude_options[] = {
    {"result", "WORD", P_OPT_CASE_RESULT, OPTION_NEEDED},
    {"objections", "N", P_OPT_CASE_OBJECTIONS, 0},
    {"reason", "CODE", P_OPT_REASON, 0},
    ONWARD_OPTIONS,
    STEP_OPTIONS,
    {0},
};

static bool read_result(cli *c, stated *out)
{
    int result = 0;

    read_reason(c, out);
    if (!read_word(c, "result", &cbank__v1__case_result__descriptor, &result))
        return false;
    out->step.result = (Cbank__V1__CaseResult)result;
    return read_onward(c, out);
}

static bool fill_conclude(cli *c, stated *out)
{
    cbank__v1__public_notice__init(&out->notice);
    if (options_given(c, "objections"))
        out->step.notice = &out->notice;
    return read_number(c, "objections", &out->notice.objections) && read_result(c, out);
}

static const option appeal_options[] = {
    {"number", "TEXT", P_OPT_CASE_APPEAL, OPTION_NEEDED},
    {"filed", "DATE", P_OPT_CASE_FILED, 0},
    {"ground", "CODE", P_OPT_CASE_GROUND, 0},
    {"body", "TEXT", P_OPT_CASE_BODY, 0},
    {"evidence", "HEX[:KIND]", P_OPT_CASE_EVIDENCE, OPTION_REPEATED},
    ONWARD_OPTIONS,
    STEP_OPTIONS,
    {0},
};

static bool fill_appeal(cli *c, stated *out)
{
    Cbank__V1__CaseAppeal *to = &out->appeal;

    cbank__v1__case_appeal__init(to);
    out->step.appeal = to;
    lend(c, "number", &to->number);
    lend(c, "body", &to->body);
    read_code(c, "ground", &out->ground, &to->ground);
    return read_day(c, "filed", &to->filed_on) && fill_evidence(c, out);
}

static const option answer_options[] = {
    {"result", "WORD", P_OPT_CASE_RESULT, OPTION_NEEDED},
    {"reason", "CODE", P_OPT_REASON, 0},
    ONWARD_OPTIONS,
    STEP_OPTIONS,
    {0},
};

static const option end_options[] = {
    {"reason", "CODE", P_OPT_REASON, OPTION_NEEDED},
    STEP_OPTIONS,
    {0},
};

static bool fill_end(cli *c, stated *out)
{
    read_reason(c, out);
    return true;
}

/* ---- all steps ----------------------------------------------------------------------------- */

static void act(cli *c, Cbank__V1__CaseAct what, bool (*fill)(cli *c, stated *out))
{
    Cbank__Api__V1__CaseSignRequest ask = CBANK__API__V1__CASE_SIGN_REQUEST__INIT;
    stated *it = memory_new(1, sizeof(*it));
    uint8_t token[16];
    cbank_key *key;

    cbank__v1__case_step__init(&it->step);
    it->step.act = what;
    it->step.number = c->arguments[0];
    lend(c, "institution", &it->step.institution);
    lend(c, "document", &it->step.document);
    if (read_day(c, "on", &it->step.on) && call_token(c, token, &ask.token) && fill(c, it)) {
        key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
        ask.step = &it->step;
        ask.dry_run = c->dry_run;
        if (key != NULL)
            caseinfo_show(c, call_signed(c, cbank_case_act, key, &ask.base,
                                         &cbank__api__v1__case_info__descriptor));
    }
    free(it->records);
    free(it);
}

#define STEP(verb, name, fill)                                                                     \
    static void verb(cli *c)                                                                       \
    {                                                                                              \
        act(c, CBANK__V1__CASE_ACT__CASE_ACT_##name, fill);                                        \
    }

STEP(open_case, OPEN, fill_open)
STEP(return_case, RETURN, fill_return)
STEP(accept_case, ACCEPT, read_onward)
STEP(add_evidence, ADD_EVIDENCE, fill_evidence)
STEP(review, FIND, fill_review)
STEP(decide, DECIDE, fill_decide)
STEP(open_notice, OPEN_NOTICE, fill_notice)
STEP(conclude, CLOSE_NOTICE, fill_conclude)
STEP(appeal, APPEAL, fill_appeal)
STEP(answer, DECIDE_APPEAL, read_result)
STEP(withdraw, WITHDRAW, fill_end)
STEP(close_case, CLOSE, fill_end)

#define BANK_WRITES (COMMAND_BANK | COMMAND_WRITES)

const command case_commands[] = {
    {"list", "", 0, 0, P_CASE_LIST, COMMAND_BANK, case_list_options, case_list},
    {"show", "NUMBER", 1, 1, P_CASE_SHOW, COMMAND_BANK, case_show_options, case_show},
    {"open", "NUMBER", 1, 1, P_CASE_OPEN, BANK_WRITES, open_options, open_case},
    {"return", "NUMBER", 1, 1, P_CASE_RETURN, BANK_WRITES, return_options, return_case},
    {"accept", "NUMBER", 1, 1, P_CASE_ACCEPT, BANK_WRITES, accept_options, accept_case},
    {"evidence", "NUMBER", 1, 1, P_CASE_EVIDENCE, BANK_WRITES, evidence_options, add_evidence},
    {"review", "NUMBER", 1, 1, P_CASE_REVIEW, BANK_WRITES, review_options, review},
    {"decide", "NUMBER", 1, 1, P_CASE_DECIDE, BANK_WRITES, decide_options, decide},
    {"notice", "NUMBER", 1, 1, P_CASE_OPEN_NOTICE, BANK_WRITES, notice_options, open_notice},
    {"conclude", "NUMBER", 1, 1, P_CASE_CONCLUDE, BANK_WRITES, conclude_options, conclude},
    {"appeal", "NUMBER", 1, 1, P_CASE_APPEAL, BANK_WRITES, appeal_options, appeal},
    {"answer", "NUMBER", 1, 1, P_CASE_ANSWER, BANK_WRITES, answer_options, answer},
    {"withdraw", "NUMBER", 1, 1, P_CASE_WITHDRAW, BANK_WRITES, end_options, withdraw},
    {"close", "NUMBER", 1, 1, P_CASE_CLOSE, BANK_WRITES, end_options, close_case},
    {"enter", "FILE", 1, 1, P_CASE_ENTER, BANK_WRITES, NULL, case_enter},
    {0},
};
