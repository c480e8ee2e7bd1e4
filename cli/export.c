/* export.c - cbank learner export: everything that is held about a person, as one open file. */
#include "export.h"

#include "call.h"
#include "caselook.h"
#include "enrolinfo.h"
#include "file.h"
#include "learner.h"
#include "options.h"
#include "person.h"
#include "recognition.h"
#include "record.h"
#include "shape.h"

#include "cbank/v1/statement.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 500

const option export_options[] = {
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    {0},
};

static const view export_views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"entries", P_ENTRIES, VIEW_PLAIN, NULL},
    {0},
};

/* The record that a deposit holds; NULL for any other statement. */
static json_t *describe_record(const Cbank__V1__Statement *statement)
{
    Cbank__V1__CreditDeposited *deposited;
    Cbank__V1__CreditRecord *record = NULL;
    json_t *out = NULL;

    if (statement->kind != CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_DEPOSITED)
        return NULL;
    deposited = cbank__v1__credit_deposited__unpack(NULL, statement->body.len,
                                                    statement->body.data);
    if (deposited != NULL)
        record = cbank__v1__credit_record__unpack(NULL, deposited->record.len,
                                                  deposited->record.data);
    if (record != NULL)
        out = record_describe(record);
    message_free(record);
    message_free(deposited);
    return out;
}

/* What was said of an enrolment; NULL for any other statement. */
static json_t *describe_enrolment(const Cbank__V1__Statement *statement)
{
    Cbank__V1__Enrolled *enrolled = NULL;
    Cbank__V1__Enrolment *enrolment = NULL;
    Cbank__V1__EnrolmentChanged *changed = NULL;
    Cbank__V1__EnrolmentChange *change = NULL;
    json_t *out = NULL;

    if (statement->kind == CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ENROLLED)
        enrolled = cbank__v1__enrolled__unpack(NULL, statement->body.len, statement->body.data);
    else if (statement->kind == CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ENROLMENT_CHANGED ||
             statement->kind == CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ENROLMENT_ENDED)
        changed = cbank__v1__enrolment_changed__unpack(NULL, statement->body.len,
                                                       statement->body.data);
    if (enrolled != NULL)
        enrolment = cbank__v1__enrolment__unpack(NULL, enrolled->enrolment.len,
                                                 enrolled->enrolment.data);
    if (changed != NULL)
        change = cbank__v1__enrolment_change__unpack(NULL, changed->change.len,
                                                     changed->change.data);
    if (enrolment != NULL) {
        out = enrolinfo_describe_terms(enrolment->terms);
        json_object_set_new(out, "institution", shape_text(enrolment->institution));
        json_object_set_new(out, "reference", shape_text(enrolment->reference));
    } else if (change != NULL) {
        out = enrolinfo_describe_terms(change->terms);
        json_object_set_new(out, "since", shape_date(change->since));
        json_object_set_new(out, "change", shape_code(change->kind));
        json_object_set_new(out, "next_institution", shape_text(change->next_institution));
    }
    message_free(enrolled);
    message_free(enrolment);
    message_free(changed);
    message_free(change);
    return out;
}

static json_t *describe_opening(const Cbank__V1__Opening *opening)
{
    return json_pack("{s:o, s:o, s:o}", "type", shape_text(opening->document_type), "number",
                     shape_text(opening->number), "random", shape_hex(opening->random));
}

static json_t *describe_approvers(const Cbank__V1__Statement *statement)
{
    json_t *list = json_array();

    for (size_t i = 0; i < statement->n_approvers; i++)
        json_array_append_new(list, shape_text(statement->approvers[i]));
    return list;
}

static json_t *describe_entry(const Cbank__Api__V1__LearnerEntry *entry)
{
    json_t *out = json_pack("{s:o, s:o, s:o}", "account", shape_text(entry->account), "sequence",
                            shape_number(entry->sequence), "index", shape_number(entry->index));
    Cbank__V1__Statement *statement =
        cbank__v1__statement__unpack(NULL, entry->statement.len, entry->statement.data);
    json_t *record;

    if (entry->statement.len == 0 || statement == NULL) {
        json_object_set_new(out, "erased", json_true());
        message_free(statement);
        return out;
    }
    json_object_set_new(out, "kind",
                        shape_word(&cbank__v1__statement_kind__descriptor, (int)statement->kind));
    json_object_set_new(out, "at", shape_time(statement->at));
    json_object_set_new(out, "operator", shape_text(statement->actor));
    json_object_set_new(out, "approvers", describe_approvers(statement));
    json_object_set_new(out, "reason", shape_code(statement->reason));
    json_object_set_new(out, "document", shape_text(statement->document));
    json_object_set_new(out, "statement", shape_hex(entry->statement));
    if (entry->opening != NULL)
        json_object_set_new(out, "opening", describe_opening(entry->opening));
    record = describe_record(statement);
    if (record != NULL) {
        json_object_set_new(out, "id", shape_text(entry->record));
        json_object_set_new(out, "record", record);
    }
    record = describe_enrolment(statement);
    if (record != NULL)
        json_object_set_new(out, "enrolment", record);
    message_free(statement);
    return out;
}

static json_t *describe_notes(const Cbank__Api__V1__Person *whose)
{
    json_t *list = json_array();

    for (size_t i = 0; i < whose->n_notes; i++)
        json_array_append_new(list, json_pack("{s:o, s:o}", "index",
                                              shape_number(whose->notes[i]->index), "text",
                                              shape_text(whose->notes[i]->text)));
    return list;
}

static json_t *describe_agents(const Cbank__Api__V1__Person *whose)
{
    json_t *list = json_array();

    for (size_t i = 0; i < whose->n_agents; i++) {
        const Cbank__Api__V1__PersonAgent *agent = whose->agents[i];

        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o, s:o, s:o}", "index",
                                        shape_number(agent->index), "name",
                                        shape_text(agent->name), "document_type",
                                        shape_text(agent->document_type), "document_number",
                                        shape_text(agent->document_number), "relation",
                                        shape_text(agent->relation)));
    }
    return list;
}

/* The first page brings the person. */
static json_t *begin(const Cbank__Api__V1__LearnerExportReply *page)
{
    json_t *out = learner_describe(page->account);

    if (page->account->person != NULL) {
        json_object_set_new(out, "person", person_describe(page->account->person, false));
        json_object_set_new(out, "notes", describe_notes(page->account->person));
        json_object_set_new(out, "agents", describe_agents(page->account->person));
    }
    json_object_set_new(out, "chain", json_array());
    json_object_set_new(out, "second_chain", json_array());
    return out;
}

/* Of the account and of each that was merged into it. */
static bool collect_recognitions(cli *c, json_t *whole)
{
    json_t *chain = json_object_get(whole, "chain"), *list = json_array(), *entry;
    char last[32] = "";
    bool fine = true;
    size_t i;

    json_object_set_new(whole, "recognitions", list);
    json_array_foreach(chain, i, entry) {
        const char *account = json_string_value(json_object_get(entry, "account"));

        if (account == NULL || strcmp(account, last) == 0)
            continue;
        snprintf(last, sizeof(last), "%s", account);
        fine = fine && recognition_collect(c, last, list);
    }
    return fine;
}

static json_t *collect(cli *c)
{
    Cbank__Api__V1__LearnerExportRequest ask = CBANK__API__V1__LEARNER_EXPORT_REQUEST__INIT;
    json_t *out = NULL, *cases;

    ask.account = c->arguments[0];
    ask.limit = PAGE;
    do {
        Cbank__Api__V1__LearnerExportReply *page =
            call_bank(c, cbank_learner_export, &ask.base,
                      &cbank__api__v1__learner_export_reply__descriptor);

        if (page == NULL) {
            json_decref(out);
            return NULL;
        }
        if (out == NULL)
            out = begin(page);
        for (size_t i = 0; i < page->n_entries; i++)
            json_array_append_new(
                json_object_get(out, page->entries[i]->second ? "second_chain" : "chain"),
                describe_entry(page->entries[i]));
        ask.after = page->next;
        message_free(page);
    } while (ask.after != 0);
    cases = json_array();
    json_object_set_new(out, "cases", cases);
    if (collect_recognitions(c, out) && case_collect(c, c->arguments[0], cases))
        return out;
    json_decref(out);
    return NULL;
}

void export_person(cli *c)
{
    const char *path = options_text(c, "output");
    json_t *whole = collect(c);
    char *text;

    if (whole == NULL)
        return;
    text = json_dumps(whole, JSON_INDENT(2));
    if (text != NULL && file_write(c, path, FILE_PRIVATE, text, strlen(text)))
        output_document(c,
                        json_pack("{s:s, s:O, s:I}", "file", path, "account",
                                  json_object_get(whole, "account"), "entries",
                                  (json_int_t)json_array_size(json_object_get(whole, "chain"))),
                        export_views);
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
    json_decref(whole);
}
