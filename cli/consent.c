/* consent.c - cbank consent ...: what a learner lets be shown to whom, and who speaks for him. */
#include "call.h"
#include "disclosure.h"
#include "fail.h"
#include "memory.h"
#include "options.h"
#include "order.h"
#include "output.h"
#include "person.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/consent.pb-c.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 500
#define DIGEST 32
#define TYPES_MAX 16

static const view id_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"state", P_STATUS, VIEW_WORD, NULL},
    {"recalled", P_RECALLED, VIEW_PLAIN, NULL},
    {0},
};

static void show_id(cli *c, Cbank__Api__V1__ConsentId *reply)
{
    if (reply != NULL)
        output_document(
            c,
            json_pack("{s:o, s:s, s:o, s:o}", "id", shape_text(reply->id), "account",
                      c->arguments[0], "state",
                      shape_word(&cbank__api__v1__consent_standing__descriptor,
                                 (int)reply->standing),
                      "recalled", shape_number(reply->recalled)),
            id_views);
    if (reply != NULL && c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    message_free(reply);
}

/* ---- options ---- */

static bool read_day(cli *c, const char *name, uint32_t *out)
{
    const char *text = options_text(c, name);

    if (text == NULL || value_date(text, out))
        return true;
    fail_own(c, FAIL_BAD_DATE, text);
    return false;
}

static bool read_word(cli *c, const char *name, const ProtobufCEnumDescriptor *type, int *out)
{
    const char *word = options_text(c, name);

    if (word == NULL || shape_value(type, word, out))
        return true;
    fail_own(c, FAIL_OPTION_WORD, word);
    return false;
}

/* --by learner, agent or guardian. */
static bool read_giver(cli *c, Cbank__V1__ConsentGiver *out)
{
    int value = 0;

    if (!read_word(c, "by", &cbank__v1__consent_giver__descriptor, &value))
        return false;
    *out = (Cbank__V1__ConsentGiver)value;
    return true;
}

static bool read_types(cli *c, Cbank__Api__V1__ConsentGiveRequest *ask,
                       Cbank__V1__RecordType room[TYPES_MAX])
{
    char **words;
    size_t count = disclosure_list(c, "types", &words);
    bool good = true;

    ask->types = room;
    for (size_t i = 0; i < count && good; i++) {
        int value = 0;

        good = i < TYPES_MAX && shape_value(&cbank__v1__record_type__descriptor, words[i], &value);
        if (good)
            room[ask->n_types++] = (Cbank__V1__RecordType)value;
        else
            fail_own(c, FAIL_OPTION_WORD, words[i]);
    }
    free(words);
    return good;
}

static bool read_digest(cli *c, uint8_t room[DIGEST], ProtobufCBinaryData *out)
{
    const char *text = options_text(c, "form-digest");

    if (text == NULL)
        return true;
    if (!value_hex(text, room, DIGEST)) {
        fail_own(c, FAIL_OPTION_WORD, text);
        return false;
    }
    *out = (ProtobufCBinaryData){.len = DIGEST, .data = room};
    return true;
}

static void lend(const cli *c, const char *name, char **out)
{
    if (options_given(c, name))
        *out = options_text(c, name);
}

/* ---- give ---- */

static const option give_options[] = {
    {"until", "DATE", P_OPT_CONSENT_UNTIL, OPTION_NEEDED},
    {"from", "DATE", P_OPT_CONSENT_FROM, 0},
    {"for", "CODE", P_OPT_FOR_ISSUE, 0},
    {"purpose", "CODE", P_OPT_PURPOSE, 0},
    {"only", "ID,...", P_OPT_CONSENT_ONLY, 0},
    {"types", "TYPE,...", P_OPT_CONSENT_TYPES, 0},
    {"show", "name,number,birth", P_OPT_SHOW, 0},
    {"by", "learner|agent|guardian", P_OPT_CONSENT_BY, 0},
    {"agent", "ID", P_OPT_AGENT, 0},
    {"method", "counter|paper|online", P_OPT_CONSENT_METHOD, 0},
    {"language", "TAG", P_OPT_CONSENT_LANGUAGE, 0},
    {"form", "CODE", P_OPT_CONSENT_FORM, 0},
    {"form-digest", "HEX", P_OPT_FORM_DIGEST, 0},
    ORDER_OPTIONS(0),
    {0},
};

static bool read_give(cli *c, Cbank__Api__V1__ConsentGiveRequest *ask,
                      Cbank__V1__RecordType types[TYPES_MAX], uint8_t digest[DIGEST])
{
    bool name = false, number = false, birth = false;
    int method = 0;

    if (!read_day(c, "from", &ask->from) || !read_day(c, "until", &ask->until) ||
        !read_giver(c, &ask->giver) || !disclosure_show(c, &name, &number, &birth) ||
        !read_word(c, "method", &cbank__v1__consent_method__descriptor, &method) ||
        !read_digest(c, digest, &ask->form_digest) || !read_types(c, ask, types))
        return false;
    ask->show_name = name;
    ask->show_number = number;
    ask->show_birth = birth;
    ask->method = (Cbank__V1__ConsentMethod)method;
    ask->account = c->arguments[0];
    lend(c, "for", &ask->recipient);
    lend(c, "purpose", &ask->purpose);
    lend(c, "agent", &ask->agent);
    lend(c, "language", &ask->language);
    lend(c, "form", &ask->form);
    ask->dry_run = c->dry_run;
    return true;
}

static void give(cli *c)
{
    Cbank__Api__V1__ConsentGiveRequest ask = CBANK__API__V1__CONSENT_GIVE_REQUEST__INIT;
    Cbank__V1__RecordType types[TYPES_MAX];
    uint8_t token[16], digest[DIGEST];
    order who;

    if (!read_give(c, &ask, types, digest) || !call_token(c, token, &ask.token) ||
        !order_read(c, &who))
        return;
    ask.n_only = disclosure_list(c, "only", &ask.only);
    ask.order = &who.message;
    show_id(c, call_bank(c, cbank_consent_give, &ask.base,
                         &cbank__api__v1__consent_id__descriptor));
    free(ask.only);
    order_clear(&who);
}

/* ---- withdraw ---- */

static const option withdraw_options[] = {
    {"recall", NULL, P_OPT_RECALL, 0},
    {"by", "learner|agent|guardian", P_OPT_CONSENT_BY, 0},
    {"agent", "ID", P_OPT_AGENT, 0},
    ORDER_OPTIONS(0),
    {0},
};

static void withdraw(cli *c)
{
    Cbank__Api__V1__ConsentWithdrawRequest ask = CBANK__API__V1__CONSENT_WITHDRAW_REQUEST__INIT;
    uint8_t token[16];
    order who;

    if (!read_giver(c, &ask.by) || !call_token(c, token, &ask.token) || !order_read(c, &who))
        return;
    ask.account = c->arguments[0];
    ask.consent = c->arguments[1];
    lend(c, "agent", &ask.agent);
    ask.recall = options_given(c, "recall");
    ask.order = &who.message;
    ask.dry_run = c->dry_run;
    show_id(c, call_bank(c, cbank_consent_withdraw, &ask.base,
                         &cbank__api__v1__consent_id__descriptor));
    order_clear(&who);
}

/* ---- authorise, end ---- */

static const option authorise_options[] = {
    {"role", "agent|guardian", P_OPT_AGENT_ROLE, OPTION_NEEDED},
    {"document", "TEXT", P_OPT_MANDATE, OPTION_NEEDED},
    {"until", "DATE", P_OPT_CONSENT_UNTIL, OPTION_NEEDED},
    {"from", "DATE", P_OPT_CONSENT_FROM, 0},
    {"person", "FILE", P_OPT_PERSON_AGENT, 0},
    {"name", "TEXT", P_OPT_PERSON_NAME, 0},
    {"id-type", "TYPE", P_OPT_ID_TYPE, 0},
    {"id-number", "NUMBER", P_OPT_ID_NUMBER_TRIAL, 0},
    {"relation", "TEXT", P_OPT_RELATION, 0},
    {"reason", "CODE", P_OPT_REASON, 0},
    {"operator", "HANDLE", P_OPT_OPERATOR, 0},
    {"approver", "HANDLE", P_OPT_APPROVER, 0},
    {"note-file", "FILE", P_OPT_NOTE_FILE, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

/* The first name and document of the person are what the mandate says. */
static void fill_agent(const cli *c, const person *someone, Cbank__Api__V1__PersonAgent *out)
{
    *out = (Cbank__Api__V1__PersonAgent)CBANK__API__V1__PERSON_AGENT__INIT;
    if (someone->message.n_names > 0)
        out->name = someone->message.names[0]->value;
    if (someone->message.n_documents > 0) {
        out->document_type = someone->message.documents[0]->type;
        out->document_number = someone->message.documents[0]->number;
    }
    lend(c, "relation", &out->relation);
}

static void authorise(cli *c)
{
    Cbank__Api__V1__AgentAuthoriseRequest ask = CBANK__API__V1__AGENT_AUTHORISE_REQUEST__INIT;
    Cbank__Api__V1__PersonAgent agent;
    uint8_t token[16];
    person someone;
    int role = 0;
    order who;

    if (!read_word(c, "role", &cbank__v1__agent_role__descriptor, &role) ||
        !read_day(c, "from", &ask.from) || !read_day(c, "until", &ask.until) ||
        !call_token(c, token, &ask.token) || !person_choose(c, &someone))
        return;
    if (order_read(c, &who)) {
        fill_agent(c, &someone, &agent);
        ask.account = c->arguments[0];
        ask.role = (Cbank__V1__AgentRole)role;
        ask.agent = &agent;
        ask.order = &who.message;
        ask.dry_run = c->dry_run;
        show_id(c, call_bank(c, cbank_consent_authorise, &ask.base,
                             &cbank__api__v1__consent_id__descriptor));
        order_clear(&who);
    }
    person_clear(&someone);
}

static const option end_options[] = {
    ORDER_OPTIONS(0),
    {0},
};

static void end(cli *c)
{
    Cbank__Api__V1__AgentEndRequest ask = CBANK__API__V1__AGENT_END_REQUEST__INIT;
    uint8_t token[16];
    order who;

    if (!call_token(c, token, &ask.token) || !order_read(c, &who))
        return;
    ask.account = c->arguments[0];
    ask.agent = c->arguments[1];
    ask.order = &who.message;
    ask.dry_run = c->dry_run;
    show_id(c, call_bank(c, cbank_consent_end, &ask.base, &cbank__api__v1__consent_id__descriptor));
    order_clear(&who);
}

/* ---- list ---- */

static const view list_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},           {"kind", P_CONSENT_KIND, VIEW_WORD, NULL},
    {"state", P_STATUS, VIEW_WORD, NULL},     {"from", P_CONSENT_FROM, VIEW_PLAIN, NULL},
    {"until", P_CONSENT_UNTIL, VIEW_PLAIN, NULL}, {"recipient", P_RECIPIENT, VIEW_PLAIN, NULL},
    {"purpose", P_PURPOSE, VIEW_PLAIN, NULL}, {"extent", P_EXTENT, VIEW_WORD, NULL},
    {"by", P_CONSENT_BY, VIEW_WORD, NULL},    {"name", P_NAME, VIEW_PLAIN, NULL},
    {0},
};

static json_t *describe_types(const Cbank__V1__ConsentGiven *consent)
{
    json_t *list = json_array();

    for (size_t i = 0; i < consent->n_types; i++)
        json_array_append_new(list,
                              shape_word(&cbank__v1__record_type__descriptor,
                                         (int)consent->types[i]));
    return list;
}

static json_t *describe_consent(const Cbank__Api__V1__ConsentInfo *info)
{
    const Cbank__V1__ConsentGiven *consent = info->consent;

    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kind",
        "consent", "by", shape_word(&cbank__v1__consent_giver__descriptor, (int)consent->giver),
        "given_by", shape_text(info->given_by), "recipient", shape_text(consent->recipient),
        "purpose", shape_text(consent->purpose == NULL ? NULL : consent->purpose->value), "extent",
        shape_word(&cbank__v1__consent_extent__descriptor, (int)consent->extent), "types",
        describe_types(consent), "records", shape_number(consent->n_records), "disclosed",
        disclosure_details(consent->details, consent->n_details), "from", shape_date(consent->from),
        "until", shape_date(consent->until), "method",
        shape_word(&cbank__v1__consent_method__descriptor, (int)consent->method), "language",
        shape_text(consent->language), "form", shape_text(consent->form));
}

static json_t *describe_agent(const cli *c, const Cbank__Api__V1__ConsentInfo *info)
{
    const Cbank__Api__V1__PersonAgent *agent = info->agent;
    json_t *number = shape_text(agent == NULL ? NULL : agent->document_number);

    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kind",
        shape_word(&cbank__v1__agent_role__descriptor, (int)info->authorised->role), "name",
        shape_text(agent == NULL ? NULL : agent->name), "document_type",
        shape_text(agent == NULL ? NULL : agent->document_type), "document_number",
        c->json ? number : person_mask(number), "relation",
        shape_text(agent == NULL ? NULL : agent->relation), "from",
        shape_date(info->authorised->from), "until", shape_date(info->authorised->until));
}

/* Both have the same keys: what the one does not say is null. */
static json_t *describe(const cli *c, const Cbank__Api__V1__ConsentInfo *info)
{
    json_t *out = json_pack(
        "{s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:o, s:o, s:o,"
        " s:o, s:o}",
        "by", "given_by", "recipient", "purpose", "extent", "types", "records", "disclosed",
        "method", "language", "form", "name", "document_type", "document_number", "relation", "id",
        shape_text(info->id), "state",
        shape_word(&cbank__api__v1__consent_standing__descriptor, (int)info->standing), "at",
        shape_time(info->at), "ended", shape_time(info->ended_at), "document",
        shape_text(info->document));
    json_t *more = info->consent != NULL ? describe_consent(info) : describe_agent(c, info);

    json_object_update(out, more);
    json_decref(more);
    return out;
}

static void list(cli *c)
{
    Cbank__Api__V1__ConsentListRequest ask = CBANK__API__V1__CONSENT_LIST_REQUEST__INIT;
    bool first = true;

    ask.account = c->arguments[0];
    ask.limit = PAGE;
    do {
        Cbank__Api__V1__ConsentListReply *page = call_bank(
            c, cbank_consent_list, &ask.base, &cbank__api__v1__consent_list_reply__descriptor);
        json_t *rows = json_array();

        if (page == NULL) {
            json_decref(rows);
            return;
        }
        for (size_t i = 0; i < page->n_entries; i++)
            json_array_append_new(rows, describe(c, page->entries[i]));
        output_list(c, rows, list_views, first);
        first = false;
        ask.after = page->next;
        message_free(page);
    } while (ask.after != 0);
}

const command consent_commands[] = {
    {"give", "ACCOUNT", 1, 1, P_CONSENT_GIVE, COMMAND_BANK | COMMAND_WRITES, give_options, give},
    {"withdraw", "ACCOUNT ID", 2, 2, P_CONSENT_WITHDRAW, COMMAND_BANK | COMMAND_WRITES,
     withdraw_options, withdraw},
    {"list", "ACCOUNT", 1, 1, P_CONSENT_LIST, COMMAND_BANK, NULL, list},
    {"authorise", "ACCOUNT", 1, 1, P_CONSENT_AUTHORISE, COMMAND_BANK | COMMAND_WRITES,
     authorise_options, authorise},
    {"end", "ACCOUNT ID", 2, 2, P_CONSENT_END, COMMAND_BANK | COMMAND_WRITES, end_options, end},
    {0},
};
