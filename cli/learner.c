/* learner.c - cbank learner ...: accounts and whose they are. */
#include "assurance.h"
#include "call.h"
#include "export.h"
#include "fail.h"
#include "learner.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "person.h"
#include "roster.h"
#include "shape.h"

#include "cbank/api/v1/learner.pb-c.h"

#include <stdio.h>

/* ---- open ---- */

static const option open_options[] = {
    {"person", "FILE", P_OPT_PERSON, 0},
    {"name", "TEXT", P_OPT_PERSON_NAME, 0},
    {"id-type", "TYPE", P_OPT_ID_TYPE, 0},
    {"id-number", "NUMBER", P_OPT_ID_NUMBER_TRIAL, 0},
    {"opened-by", "CODE", P_OPT_OPENED_BY, 0},
    {"assurance", "WORD", P_OPT_ASSURANCE, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static const view open_views[] = {
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"opened", P_OPENED_NOW, VIEW_PLAIN, NULL},
    {0},
};

static void open_account(cli *c)
{
    Cbank__Api__V1__LearnerOpenRequest request = CBANK__API__V1__LEARNER_OPEN_REQUEST__INIT;
    Cbank__Api__V1__LearnerOpenReply *reply;
    Cbank__Api__V1__Person *persons[1];
    uint8_t token[16];
    person someone;

    if (!assurance_of_person(c, &request.assurance) || !call_token(c, token, &request.token) ||
        !person_choose(c, &someone))
        return;
    persons[0] = &someone.message;
    request.persons = persons;
    request.n_persons = 1;
    request.dry_run = c->dry_run;
    if (options_given(c, "opened-by"))
        request.opened_by = options_text(c, "opened-by");
    reply = call_bank(c, cbank_learner_open, &request.base,
                      &cbank__api__v1__learner_open_reply__descriptor);
    if (reply != NULL && reply->n_results == 1) {
        if (c->dry_run)
            output_talk(c, P_DRY_RUN, "");
        output_document(c,
                        json_pack("{s:o, s:b}", "account", shape_text(reply->results[0]->account),
                                  "opened", (int)reply->results[0]->opened),
                        open_views);
    }
    message_free(reply);
    person_clear(&someone);
}

/* ---- find, show, freeze ---- */

static const view document_views[] = {
    {"type", P_DOCUMENT_TYPE, VIEW_PLAIN, NULL},
    {"number", P_DOCUMENT_NUMBER, VIEW_PLAIN, NULL},
    {0},
};

static const view contact_views[] = {
    {"kind", P_CONTACT_KIND, VIEW_PLAIN, NULL},
    {"value", P_CONTACT, VIEW_PLAIN, NULL},
    {"owner", P_CONTACT_OWNER, VIEW_PLAIN, NULL},
    {0},
};

static const view info_views[] = {
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"merged_into", P_MERGED_INTO, VIEW_PLAIN, NULL},
    {"complete_on", P_COMPLETE_ON, VIEW_PLAIN, NULL},
    {"opened_at", P_OPENED_AT, VIEW_PLAIN, NULL},
    {"records", P_RECORDS_HELD, VIEW_PLAIN, NULL},
    {"credits", P_CREDITS, VIEW_PLAIN, NULL},
    {"totals", P_TOTALS, VIEW_PLAIN, NULL},
    {0},
};

static const view person_views[] = {
    {"names", P_NAME, VIEW_PLAIN, NULL},
    {"born", P_BORN, VIEW_PLAIN, NULL},
    {"sex", P_SEX, VIEW_PLAIN, NULL},
    {"nationality", P_NATIONALITY, VIEW_PLAIN, NULL},
    {"residence", P_RESIDENCE, VIEW_PLAIN, NULL},
    {"documents", P_DOCUMENTS, VIEW_ROWS, document_views},
    {"contacts", P_CONTACTS, VIEW_ROWS, contact_views},
    {0},
};

json_t *learner_describe(const Cbank__Api__V1__LearnerInfo *info)
{
    json_t *document = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "account",
                         shape_text(info->account), "status",
                         shape_word(&cbank__api__v1__account_status__descriptor,
                                    (int)info->status),
                         "opened_at", shape_time(info->opened_at), "records",
                         shape_number(info->records), "credits",
                         shape_credits(info->totals, info->n_totals), "totals",
                         shape_amounts(info->totals, info->n_totals), "entries",
                         shape_number(info->entries));

    if (info->merged_into[0] != '\0')
        json_object_set_new(document, "merged_into", shape_text(info->merged_into));
    if (info->complete_on != 0)
        json_object_set_new(document, "complete_on", shape_date(info->complete_on));
    return document;
}

void learner_show_info(cli *c, Cbank__Api__V1__LearnerInfo *info, bool masked)
{
    json_t *document;
    json_t *whose = NULL;

    if (info == NULL)
        return;
    document = learner_describe(info);
    if (info->person != NULL)
        whose = person_describe(info->person, masked);
    if (whose != NULL && c->json)
        json_object_set(document, "person", whose);
    output_document(c, document, info_views);
    if (whose != NULL && !c->json)
        output_document(c, json_incref(whose), person_views);
    json_decref(whose);
    message_free(info);
}

static const option find_options[] = {
    {"person", "FILE", P_OPT_PERSON_FIND, 0},
    {"id-type", "TYPE", P_OPT_ID_TYPE, 0},
    {"id-number", "NUMBER", P_OPT_ID_NUMBER, 0},
    {"institution", "CODE", P_OPT_STUDENT_INSTITUTION, 0},
    {"student-number", "NUMBER", P_OPT_STUDENT_NUMBER, 0},
    {0},
};

static void find_document(cli *c, char *type, char *number)
{
    Cbank__Api__V1__LearnerFindRequest request = CBANK__API__V1__LEARNER_FIND_REQUEST__INIT;

    request.document_type = type;
    request.document_number = number;
    learner_show_info(c,
              call_bank(c, cbank_learner_find, &request.base,
                        &cbank__api__v1__learner_info__descriptor),
              true);
}

/* By the document that an account would be opened for. */
static void find_person(cli *c)
{
    person someone;

    if (!person_read(c, options_text(c, "person"), &someone))
        return;
    if (someone.message.n_documents > 0)
        find_document(c, someone.documents[0].type, someone.documents[0].number);
    else
        fail_own(c, FAIL_BAD_PERSON, "id_number");
    person_clear(&someone);
}

static void find(cli *c)
{
    bool by_person = options_given(c, "person");
    bool by_document = options_given(c, "id-type") && options_given(c, "id-number");
    bool by_student = options_given(c, "institution") && options_given(c, "student-number");
    char student[64];

    if (by_person + by_document + by_student != 1) {
        fail_own(c, FAIL_OPTION_CHOICE,
                 "--id-type --id-number | --institution --student-number | --person");
    } else if (by_person) {
        find_person(c);
    } else if (by_document) {
        find_document(c, options_text(c, "id-type"), options_text(c, "id-number"));
    } else {
        snprintf(student, sizeof(student), "student/%s", options_text(c, "institution"));
        find_document(c, student, options_text(c, "student-number"));
    }
}

static const option show_options[] = {
    {"with-person", NULL, P_OPT_WITH_PERSON, 0},
    {"unmasked", NULL, P_OPT_UNMASKED, 0},
    {0},
};

static void show(cli *c)
{
    Cbank__Api__V1__LearnerShowRequest request = CBANK__API__V1__LEARNER_SHOW_REQUEST__INIT;

    request.account = c->arguments[0];
    request.with_person = options_given(c, "with-person");
    learner_show_info(c,
              call_bank(c, cbank_learner_show, &request.base,
                        &cbank__api__v1__learner_info__descriptor),
              !c->json && !options_given(c, "unmasked"));
}

static const option change_options[] = {
    ORDER_OPTIONS(OPTION_NEEDED),
    {0},
};

static const option undo_options[] = {
    ORDER_OPTIONS(0),
    {0},
};

static void change(cli *c, Cbank__Api__V1__AccountAction action)
{
    Cbank__Api__V1__LearnerChangeRequest request = CBANK__API__V1__LEARNER_CHANGE_REQUEST__INIT;
    uint8_t token[16];
    order who;

    if (!call_token(c, token, &request.token) || !order_read(c, &who))
        return;
    request.account = c->arguments[0];
    request.action = action;
    request.order = &who.message;
    request.dry_run = c->dry_run;
    learner_show_info(c,
              call_bank(c, cbank_learner_change, &request.base,
                        &cbank__api__v1__learner_info__descriptor),
              true);
    if (c->dry_run && c->code == EXIT_DONE)
        output_talk(c, P_DRY_RUN, "");
    order_clear(&who);
}

#define ACTION(name) CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_##name

static void freeze(cli *c)
{
    change(c, ACTION(FREEZE));
}

static void unfreeze(cli *c)
{
    change(c, ACTION(UNFREEZE));
}

static void restrict_account(cli *c)
{
    change(c, ACTION(RESTRICT));
}

static void release(cli *c)
{
    change(c, ACTION(RELEASE));
}

static void close_account(cli *c)
{
    change(c, ACTION(CLOSE));
}

static void reopen(cli *c)
{
    change(c, ACTION(REOPEN));
}

static void deceased(cli *c)
{
    change(c, ACTION(DECEASED));
}

#define BANK_WRITES (COMMAND_BANK | COMMAND_WRITES)

const command learner_commands[] = {
    {"open", "", 0, 0, P_LEARNER_OPEN, BANK_WRITES, open_options, open_account},
    {"import", "ROSTER", 1, 1, P_LEARNER_IMPORT, BANK_WRITES, roster_options, roster_import},
    {"find", "", 0, 0, P_LEARNER_FIND, COMMAND_BANK, find_options, find},
    {"show", "ACCOUNT", 1, 1, P_LEARNER_SHOW, COMMAND_BANK, show_options, show},
    {"amend", "ACCOUNT", 1, 1, P_LEARNER_AMEND, BANK_WRITES, identity_amend_options,
     identity_amend},
    {"bind", "ACCOUNT", 1, 1, P_LEARNER_BIND, BANK_WRITES, identity_amend_options, identity_bind},
    {"correct", "ACCOUNT", 1, 1, P_LEARNER_CORRECT, BANK_WRITES, identity_correct_options,
     identity_correct},
    {"unbind", "ACCOUNT", 1, 1, P_LEARNER_UNBIND, BANK_WRITES, identity_unbind_options,
     identity_unbind},
    {"freeze", "ACCOUNT", 1, 1, P_LEARNER_FREEZE, BANK_WRITES, change_options, freeze},
    {"unfreeze", "ACCOUNT", 1, 1, P_LEARNER_UNFREEZE, BANK_WRITES, undo_options, unfreeze},
    {"restrict", "ACCOUNT", 1, 1, P_LEARNER_RESTRICT, BANK_WRITES, change_options,
     restrict_account},
    {"release", "ACCOUNT", 1, 1, P_LEARNER_RELEASE, BANK_WRITES, undo_options, release},
    {"close", "ACCOUNT", 1, 1, P_LEARNER_CLOSE, BANK_WRITES, change_options, close_account},
    {"reopen", "ACCOUNT", 1, 1, P_LEARNER_REOPEN, BANK_WRITES, change_options, reopen},
    {"deceased", "ACCOUNT", 1, 1, P_LEARNER_DECEASED, BANK_WRITES, undo_options, deceased},
    {"merge", "FROM INTO", 2, 2, P_LEARNER_MERGE, BANK_WRITES, merge_options, merge_accounts},
    {"unmerge", "ACCOUNT", 1, 1, P_LEARNER_UNMERGE, BANK_WRITES, merge_options, merge_undo},
    {"erase", "ACCOUNT", 1, 1, P_LEARNER_ERASE, BANK_WRITES, merge_erase_options, merge_erase},
    {"export", "ACCOUNT", 1, 1, P_LEARNER_EXPORT, BANK_WRITES, export_options, export_person},
    {0},
};
