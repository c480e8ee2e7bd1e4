/* rulesdiff.c - cbank rules diff: what changes from one edition to another, and for whom. */
#include "rulesdiff.h"

#include "call.h"
#include "fail.h"
#include "file.h"
#include "job.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "phrases.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/plan.pb-c.h"
#include "cbank/api/v1/publication.pb-c.h"
#include "cbank/api/v1/rules.pb-c.h"

#include <stdio.h>
#include <unistd.h>

const option diff_options[] = {
    {"accounts", "FILE", P_OPT_ACCOUNTS, 0},
    {"programme", "ID[@V]", P_OPT_PROGRAMME, 0},
    {"output", "FILE", P_OPT_OUTPUT_RUN, 0},
    {"as-of", "DATE", P_OPT_AS_OF, 0},
    {0},
};

static const view change_views[] = {
    {"change", P_CHANGE, VIEW_WORD, NULL},
    {"list", P_LIST, VIEW_PLAIN, NULL},
    {"name", P_NAME, VIEW_PLAIN, NULL},
    {"field_words", P_CHANGED_FIELDS, VIEW_PLAIN, NULL},
    {0},
};

static const view diff_views[] = {
    {"before", P_BEFORE, VIEW_PLAIN, NULL},
    {"after", P_AFTER, VIEW_PLAIN, NULL},
    {"added", P_ADDED, VIEW_PLAIN, NULL},
    {"removed", P_REMOVED, VIEW_PLAIN, NULL},
    {"changed", P_CHANGED, VIEW_PLAIN, NULL},
    {"changes", P_ITEM_CHANGES, VIEW_ROWS, change_views},
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"accounts", P_ACCOUNTS, VIEW_PLAIN, NULL},
    {"better", P_BETTER, VIEW_PLAIN, NULL},
    {"worse", P_WORSE, VIEW_PLAIN, NULL},
    {"other", P_OTHERWISE, VIEW_PLAIN, NULL},
    {"same", P_THE_SAME, VIEW_PLAIN, NULL},
    {"failed", P_WITHOUT_PLAN, VIEW_PLAIN, NULL},
    {0},
};

/* ---- the editions ---- */

/* A file; or, by its name, what the bank has published. */
static bool read_edition(cli *c, char *name, bytes *out)
{
    Cbank__Api__V1__PublicationShowRequest ask = CBANK__API__V1__PUBLICATION_SHOW_REQUEST__INIT;
    job_files files = {.taken = out};
    void *reply = NULL;
    cbank_job *job = NULL;
    cbank_bank *bank;
    cbank_error err;
    bytes request;

    if (access(name, F_OK) == 0)
        return file_read(c, name, out);
    bank = call_open_bank(c);
    if (bank == NULL)
        return false;
    ask.name = name;
    request = message_pack(&ask.base);
    if (cbank_publication_export_begin(bank, request.data, request.size, &job, &err) != CBANK_OK)
        fail_call(c, &err);
    else
        reply = job_run(c, job, &files, &cbank__api__v1__publication_info__descriptor);
    memory_free(&request);
    message_free(reply);
    return reply != NULL;
}

/* ---- what changes ---- */

/* "priority 10 > 5; grants" */
static json_t *field_words(const Cbank__Api__V1__RulesChange *change)
{
    char text[512] = "";
    size_t used = 0;

    for (size_t i = 0; i < change->n_fields; i++) {
        const Cbank__Api__V1__RulesFieldChange *at = change->fields[i];
        bool told = at->before[0] != '\0' || at->after[0] != '\0';
        char one[300];
        int size = told ? snprintf(one, sizeof(one), "%s %.100s > %.100s", at->name, at->before,
                                   at->after)
                        : snprintf(one, sizeof(one), "%s", at->name);

        if (size > 0 && used + (size_t)size + 3 < sizeof(text))
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
                                     used == 0 ? "" : "; ", one);
    }
    return json_string(text);
}

static json_t *describe_changes(const Cbank__Api__V1__RulesDiffReply *reply)
{
    json_t *list = json_array();

    for (size_t i = 0; i < reply->n_changes; i++) {
        const Cbank__Api__V1__RulesChange *at = reply->changes[i];
        json_t *fields = json_array();

        for (size_t f = 0; f < at->n_fields; f++)
            json_array_append_new(
                fields, json_pack("{s:s, s:o, s:o}", "name", at->fields[f]->name, "before",
                                  shape_text(at->fields[f]->before), "after",
                                  shape_text(at->fields[f]->after)));
        json_array_append_new(
            list,
            json_pack("{s:o, s:s, s:o, s:o, s:o}", "change",
                      shape_word(&cbank__api__v1__rules_change_kind__descriptor, (int)at->kind),
                      "list", at->list, "name", shape_text(at->name), "fields", fields,
                      "field_words", field_words(at)));
    }
    return list;
}

static json_t *compare(cli *c, const bytes *before, const bytes *after)
{
    Cbank__Api__V1__RulesDiffRequest ask = CBANK__API__V1__RULES_DIFF_REQUEST__INIT;
    Cbank__Api__V1__RulesDiffReply *reply;
    json_t *document = NULL;
    cbank_buffer answer = {0};
    cbank_error err;
    bytes request;

    ask.before = message_bytes(*before);
    ask.after = message_bytes(*after);
    request = message_pack(&ask.base);
    reply = call_reply(c, cbank_rules_diff(request.data, request.size, &answer, &err), &err,
                       &answer, &cbank__api__v1__rules_diff_reply__descriptor);
    if (reply != NULL)
        document = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "before", reply->before, "after",
                             reply->after, "added", shape_number(reply->added), "removed",
                             shape_number(reply->removed), "changed",
                             shape_number(reply->changed), "changes", describe_changes(reply));
    memory_free(&request);
    message_free(reply);
    return document;
}

/* ---- for whom ---- */

static void add_counts(json_t *document, const char *file,
                       const Cbank__Api__V1__PlanRunReply *reply)
{
    json_object_update_new(
        document, json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "file", file, "accounts",
                            shape_number(reply->accounts), "better", shape_number(reply->better),
                            "worse", shape_number(reply->worse), "other",
                            shape_number(reply->other), "same", shape_number(reply->same),
                            "failed", shape_number(reply->failed)));
}

/* Each account is planned with the one and with the other. */
static bool run(cli *c, const bytes *before, const bytes *after, json_t *document)
{
    Cbank__Api__V1__PlanRunRequest ask = CBANK__API__V1__PLAN_RUN_REQUEST__INIT;
    Cbank__Api__V1__PlanMakeRequest question = CBANK__API__V1__PLAN_MAKE_REQUEST__INIT;
    job_files files = {.input = options_text(c, "accounts"), .output = options_text(c, "output")};
    static char chinese[] = "zh", english[] = "en";
    const char *day = options_text(c, "as-of");
    Cbank__Api__V1__PlanRunReply *reply = NULL;
    cbank_bank *bank = call_open_bank(c);
    cbank_job *job = NULL;
    bool done;
    cbank_error err;
    bytes request;

    if (bank == NULL)
        return false;
    if (day != NULL && !value_date(day, &question.as_of)) {
        fail_own(c, FAIL_BAD_DATE, day);
        return false;
    }
    question.programme = options_text(c, "programme");
    ask.question = &question;
    ask.lang = phrases_are_chinese() ? chinese : english;
    ask.before = message_bytes(*before);
    ask.after = message_bytes(*after);
    request = message_pack(&ask.base);
    if (cbank_plan_run_begin(bank, request.data, request.size, &job, &err) != CBANK_OK)
        fail_call(c, &err);
    else
        reply = job_run(c, job, &files, &cbank__api__v1__plan_run_reply__descriptor);
    done = reply != NULL;
    if (done)
        add_counts(document, options_text(c, "output"), reply);
    if (done && reply->failed > 0 && c->code == EXIT_DONE)
        c->code = EXIT_INPUT;
    memory_free(&request);
    message_free(reply);
    return done;
}

void rules_diff(cli *c)
{
    bool people = options_given(c, "accounts");
    bytes before = {0}, after = {0};
    json_t *document = NULL;

    if (people && (!options_given(c, "programme") || !options_given(c, "output")))
        fail_own(c, FAIL_OPTION_MISSING,
                 options_given(c, "programme") ? "--output" : "--programme");
    else if (read_edition(c, c->arguments[0], &before) && read_edition(c, c->arguments[1], &after))
        document = compare(c, &before, &after);
    if (document != NULL && (!people || run(c, &before, &after, document)))
        output_document(c, document, diff_views);
    else
        json_decref(document);
    memory_free(&before);
    memory_free(&after);
}
