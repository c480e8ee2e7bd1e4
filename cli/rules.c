/* rules.c - cbank rules ...: published rule sets, programmes and what they build on. */
#include "author.h"
#include "call.h"
#include "fail.h"
#include "job.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "rulesdiff.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/publication.pb-c.h"

#include <stdio.h>
#include <string.h>

#define PAGE 1000
#define NAME_MAX_SIZE 96

static const view info_views[] = {
    {"name", P_PUBLICATION, VIEW_PLAIN, NULL},
    {"kind", P_PUBLICATION_KIND, VIEW_WORD, NULL},
    {"title", P_TITLE, VIEW_PLAIN, NULL},
    {"authority", P_AUTHORITY, VIEW_PLAIN, NULL},
    {"standing", P_STANDING, VIEW_WORD, NULL},
    {"document", P_DOCUMENT, VIEW_PLAIN, NULL},
    {"effective_from", P_EFFECTIVE_FROM, VIEW_PLAIN, NULL},
    {"effective_until", P_EFFECTIVE_UNTIL, VIEW_PLAIN, NULL},
    {"date_rule", P_DATE_RULE, VIEW_WORD, NULL},
    {"in_force", P_IN_FORCE, VIEW_WORD, NULL},
    {"withdrawn_from", P_WITHDRAWN_FROM, VIEW_PLAIN, NULL},
    {"rules", P_PUBLICATION_ITEMS, VIEW_PLAIN, NULL},
    {"digest", P_DIGEST, VIEW_PLAIN, NULL},
    {"published", P_PUBLISHED_AT, VIEW_PLAIN, NULL},
    {"index", P_INDEX, VIEW_PLAIN, NULL},
    {0},
};

static const view list_views[] = {
    {"name", P_PUBLICATION, VIEW_PLAIN, NULL},
    {"kind", P_PUBLICATION_KIND, VIEW_WORD, NULL},
    {"title", P_TITLE, VIEW_PLAIN, NULL},
    {"authority", P_AUTHORITY, VIEW_PLAIN, NULL},
    {"effective_from", P_EFFECTIVE_FROM, VIEW_PLAIN, NULL},
    {"effective_until", P_EFFECTIVE_UNTIL, VIEW_PLAIN, NULL},
    {"in_force", P_IN_FORCE, VIEW_WORD, NULL},
    {"rules", P_PUBLICATION_ITEMS, VIEW_PLAIN, NULL},
    {0},
};

/* ---- shapes ---- */

static json_t *shape_flag(bool flag)
{
    return json_string(flag ? "yes" : "no");
}

static json_t *shape_ref(const Cbank__V1__PublicationRef *ref)
{
    char name[NAME_MAX_SIZE];

    snprintf(name, sizeof(name), "%s@%u", ref->id, (unsigned)ref->edition);
    return json_pack("{s:o, s:s, s:o}", "kind",
                     shape_word(&cbank__v1__publication_kind__descriptor, (int)ref->kind), "name",
                     name, "digest", shape_hex(ref->digest));
}

static json_t *shape_uses(Cbank__V1__PublicationRef *const *refs, size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, shape_ref(refs[i]));
    return array;
}

static json_t *describe(const Cbank__Api__V1__PublicationInfo *info)
{
    const Cbank__V1__PublicationRef *ref = info->publication;
    json_t *document = shape_ref(ref);
    json_t *rest = json_pack(
        "{s:s, s:I, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", ref->id, "version",
        (json_int_t)ref->edition, "title", shape_name(info->title, info->n_title), "titles",
        shape_names(info->title, info->n_title), "authority", info->authority, "standing",
        shape_word(&cbank__v1__standing__descriptor, (int)info->standing), "document",
        shape_text(info->document), "source", shape_text(info->source), "source_date",
        shape_date(info->source_date), "effective_from", shape_date(info->effective_from),
        "effective_until", shape_date(info->effective_until), "date_rule",
        shape_word(&cbank__v1__date_rule__descriptor, (int)info->date_rule));
    json_t *state = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rules", shape_number(info->items), "pages",
        shape_number(info->pages), "uses", shape_uses(info->uses, info->n_uses), "index",
        info->index == 0 ? json_null() : shape_number(info->index), "published",
        shape_time(info->published_at), "in_force", shape_flag(info->in_force), "withdrawn",
        shape_flag(info->withdrawn), "withdrawn_from", shape_date(info->withdrawn_from));

    json_object_update_new(document, rest);
    json_object_update_new(document, state);
    return document;
}

static void show_info(cli *c, Cbank__Api__V1__PublicationInfo *info)
{
    if (info != NULL)
        output_document(c, describe(info), info_views);
    message_free(info);
}

/* ---- what is asked ---- */

static bool read_kind(cli *c, Cbank__V1__PublicationKind *out)
{
    const char *word = options_text(c, "kind");
    int value = 0;

    if (word != NULL && !shape_value(&cbank__v1__publication_kind__descriptor, word, &value)) {
        fail_own(c, FAIL_OPTION_WORD, word);
        return false;
    }
    *out = (Cbank__V1__PublicationKind)value;
    return true;
}

/* --known-at: a size of the log, or a time. */
static bool read_moment(cli *c, Cbank__Api__V1__PublicationMoment *out)
{
    const char *day = options_text(c, "on");
    const char *known = options_text(c, "known-at");

    cbank__api__v1__publication_moment__init(out);
    if (day != NULL && !value_date(day, &out->day)) {
        fail_own(c, FAIL_BAD_DATE, day);
        return false;
    }
    if (known != NULL && !value_u64(known, &out->size) && !value_time(known, &out->before)) {
        fail_own(c, FAIL_BAD_TIME, known);
        return false;
    }
    return true;
}

/* ---- publish ---- */

static const option publish_options[] = {
    {"authority", "CODE", P_OPT_AUTHORITY, 0},
    {"key", "FILE", P_OPT_KEY, 0},
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

/* With a key, the file is a document, and is signed on the way. */
static bool sign_first(cli *c, bytes *artefact)
{
    const char *authority = options_text(c, "authority");
    const cbank_key *key;

    if (authority == NULL || !options_given(c, "key")) {
        fail_own(c, FAIL_OPTION_CHOICE, "--authority, --key");
        return false;
    }
    key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
    return key != NULL && author_write(c, key, authority, artefact);
}

static void publish_file(cli *c, const job_files *files)
{
    Cbank__Api__V1__PublishRequest ask = CBANK__API__V1__PUBLISH_REQUEST__INIT;
    cbank_bank *bank = call_open_bank(c);
    cbank_job *job = NULL;
    cbank_error err;
    uint8_t token[16];
    cbank_status status;
    bytes request;

    if (bank == NULL || !call_token(c, token, &ask.token))
        return;
    ask.dry_run = c->dry_run;
    request = message_pack(&ask.base);
    status = cbank_publication_publish_begin(bank, request.data, request.size, &job, &err);
    memory_free(&request);
    if (status != CBANK_OK) {
        fail_call(c, &err);
        return;
    }
    show_info(c, job_run(c, job, files, &cbank__api__v1__publication_info__descriptor));
    if (c->dry_run && c->code == EXIT_DONE)
        output_talk(c, P_DRY_RUN, "");
}

static void publish(cli *c)
{
    bytes artefact = {0};
    job_files files = {.input = c->arguments[0]};

    if (!options_given(c, "key") && !options_given(c, "authority")) {
        publish_file(c, &files);
        return;
    }
    files = (job_files){.given = &artefact};
    if (sign_first(c, &artefact))
        publish_file(c, &files);
    memory_free(&artefact);
}

/* ---- list ---- */

static const option list_options[] = {
    {"kind", "KIND", P_OPT_PUBLICATION_KIND, 0},
    {"id", "ID", P_OPT_PUBLICATION_ID, 0},
    {"in-force", NULL, P_OPT_IN_FORCE, 0},
    {"on", "DATE", P_OPT_ON_DAY, 0},
    {"known-at", "SIZE|TIME", P_OPT_KNOWN_AT, 0},
    {0},
};

static void list(cli *c)
{
    Cbank__Api__V1__PublicationListRequest ask = CBANK__API__V1__PUBLICATION_LIST_REQUEST__INIT;
    Cbank__Api__V1__PublicationMoment moment;
    Cbank__Api__V1__PublicationListReply *page = NULL, *next;
    Cbank__V1__PublicationRef after;
    bool first = true;
    bool more = true;

    if (!read_kind(c, &ask.kind) || !read_moment(c, &moment))
        return;
    ask.moment = &moment;
    ask.in_force = options_given(c, "in-force");
    if (options_given(c, "id"))
        ask.id = options_text(c, "id");
    ask.limit = PAGE;
    while (more) {
        json_t *rows;

        next = call_bank(c, cbank_publication_list, &ask.base,
                         &cbank__api__v1__publication_list_reply__descriptor);
        message_free(page); /* `after` was part of it */
        page = next;
        if (page == NULL)
            return;
        rows = json_array();
        for (size_t i = 0; i < page->n_publications; i++)
            json_array_append_new(rows, describe(page->publications[i]));
        output_list(c, rows, list_views, first);
        first = false;
        more = page->more && page->n_publications > 0;
        if (more) {
            after = *page->publications[page->n_publications - 1]->publication;
            after.digest = (ProtobufCBinaryData){0};
            ask.after = &after;
        }
    }
    message_free(page);
}

/* ---- show ---- */

static const option show_options[] = {
    {"kind", "KIND", P_OPT_PUBLICATION_KIND, 0},
    {"on", "DATE", P_OPT_ON_DAY, 0},
    {"known-at", "SIZE|TIME", P_OPT_KNOWN_AT, 0},
    {"output", "FILE", P_OPT_OUTPUT_PUBLICATION, 0},
    {0},
};

static void export(cli *c, const message *ask)
{
    job_files files = {.output = options_text(c, "output")};
    cbank_bank *bank = call_open_bank(c);
    cbank_job *job = NULL;
    cbank_error err;
    cbank_status status;
    bytes request;

    if (bank == NULL)
        return;
    request = message_pack(ask);
    status = cbank_publication_export_begin(bank, request.data, request.size, &job, &err);
    memory_free(&request);
    if (status != CBANK_OK)
        fail_call(c, &err);
    else
        show_info(c, job_run(c, job, &files, &cbank__api__v1__publication_info__descriptor));
}

static void show(cli *c)
{
    Cbank__Api__V1__PublicationShowRequest ask = CBANK__API__V1__PUBLICATION_SHOW_REQUEST__INIT;
    Cbank__Api__V1__PublicationMoment moment;

    if (!read_kind(c, &ask.kind) || !read_moment(c, &moment))
        return;
    ask.name = c->arguments[0];
    ask.moment = &moment;
    if (options_given(c, "output"))
        export(c, &ask.base);
    else
        show_info(c, call_bank(c, cbank_publication_show, &ask.base,
                               &cbank__api__v1__publication_info__descriptor));
}

/* ---- withdraw ---- */

static const option withdraw_options[] = {
    {"authority", "CODE", P_OPT_AUTHORITY, OPTION_NEEDED},
    {"key", "FILE", P_OPT_KEY, OPTION_NEEDED},
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {"kind", "KIND", P_OPT_PUBLICATION_KIND, 0},
    {"from", "DATE", P_OPT_WITHDRAWN_FROM, 0},
    {"reason", "CODE", P_OPT_REASON, 0},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static void withdraw(cli *c)
{
    Cbank__Api__V1__PublicationWithdrawRequest ask =
        CBANK__API__V1__PUBLICATION_WITHDRAW_REQUEST__INIT;
    const char *from = options_text(c, "from");
    const cbank_key *key;
    uint8_t token[16];

    if (!read_kind(c, &ask.kind) || !call_token(c, token, &ask.token))
        return;
    if (from != NULL && !value_date(from, &ask.from)) {
        fail_own(c, FAIL_BAD_DATE, from);
        return;
    }
    ask.authority = options_text(c, "authority");
    ask.name = c->arguments[0];
    if (options_given(c, "reason"))
        ask.reason = options_text(c, "reason");
    if (options_given(c, "document"))
        ask.document = options_text(c, "document");
    ask.dry_run = c->dry_run;
    key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
    if (key == NULL)
        return;
    show_info(c, call_signed(c, cbank_publication_withdraw, key, &ask.base,
                             &cbank__api__v1__publication_info__descriptor));
    if (c->dry_run && c->code == EXIT_DONE)
        output_talk(c, P_DRY_RUN, "");
}

#define BANK_WRITES (COMMAND_BANK | COMMAND_WRITES)

const command rules_commands[] = {
    {"check", "FILE", 1, 1, P_RULES_CHECK, 0, NULL, author_check},
    {"sign", "FILE", 1, 1, P_RULES_SIGN, COMMAND_WRITES, author_sign_options, author_sign},
    {"publish", "FILE", 1, 1, P_RULES_PUBLISH, BANK_WRITES, publish_options, publish},
    {"list", "", 0, 0, P_RULES_LIST, COMMAND_BANK, list_options, list},
    {"show", "ID[@V]", 1, 1, P_RULES_SHOW, COMMAND_BANK, show_options, show},
    {"diff", "OLD NEW", 2, 2, P_RULES_DIFF, 0, diff_options, rules_diff},
    {"withdraw", "ID@V", 1, 1, P_RULES_WITHDRAW, BANK_WRITES, withdraw_options, withdraw},
    {0},
};
