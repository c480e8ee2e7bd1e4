/* credit.c - cbank credit ...: one record, and lists. Spreadsheets: sheet.c; changes: change.c. */
#include "call.h"
#include "change.h"
#include "draft.h"
#include "fail.h"
#include "options.h"
#include "output.h"
#include "record.h"
#include "shape.h"
#include "sheet.h"
#include "values.h"

#include "cbank/api/v1/credit.pb-c.h"

#include <string.h>

#define PAGE 1000
#define BATCH_ID 32

/* ---- issue ---- */

static const option issue_options[] = {
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},
    {"key", "FILE", P_OPT_KEY, OPTION_NEEDED},
    {"learner", "ACCOUNT", P_OPT_LEARNER, OPTION_NEEDED},
    {"reference", "R", P_OPT_REFERENCE, OPTION_NEEDED},
    {"title", "TEXT", P_OPT_TITLE, OPTION_NEEDED | OPTION_REPEATED},
    DRAFT_OPTIONS,
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static void show_issued(cli *c, Cbank__Api__V1__CreditIssueReply *reply)
{
    json_t *document;

    if (reply == NULL || reply->n_results != 1) {
        message_free(reply);
        return;
    }
    document = json_pack(
        "{s:o, s:o, s:o, s:o, s:o}", "id", shape_text(reply->results[0]->id), "account",
        shape_text(reply->results[0]->account), "reference",
        shape_text(reply->results[0]->reference), "outcome",
        shape_word(&cbank__api__v1__outcome_kind__descriptor, (int)reply->results[0]->outcome),
        "batch", shape_hex(reply->batch));
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    output_document(c, document, record_outcome_views);
    message_free(reply);
}

static void issue(cli *c)
{
    Cbank__Api__V1__CreditIssueRequest request = CBANK__API__V1__CREDIT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__CreditDraft one = CBANK__API__V1__CREDIT_DRAFT__INIT;
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__Api__V1__CreditDraft *drafts[1] = {&one};
    uint8_t token[16];
    draft parts;

    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.reference = options_text(c, "reference");
    one.account = options_text(c, "learner");
    one.record = &record;
    request.institution = options_text(c, "institution");
    request.drafts = drafts;
    request.n_drafts = 1;
    request.dry_run = c->dry_run;
    if (draft_fill(c, &record, &parts) && call_token(c, token, &request.token))
        show_issued(c, call_signed(c, cbank_credit_issue,
                                   call_open_key(c, options_text(c, "key"),
                                                 "key-passphrase-file"),
                                   &request.base,
                                   &cbank__api__v1__credit_issue_reply__descriptor));
    draft_clear(&parts);
}

/* ---- amend ---- */

static const option amend_options[] = {
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},
    {"key", "FILE", P_OPT_KEY, OPTION_NEEDED},
    {"reason", "CODE", P_OPT_REASON, OPTION_NEEDED},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"title", "TEXT", P_OPT_TITLE, OPTION_REPEATED},
    DRAFT_OPTIONS,
    {"preview", NULL, P_OPT_PREVIEW, 0},
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static const view amend_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"revision", P_REVISION, VIEW_PLAIN, NULL},
    {"affected", P_AFFECTED, VIEW_ROWS, change_affected_views},
    {0},
};

static Cbank__Api__V1__CreditInfo *find(cli *c, char *id)
{
    Cbank__Api__V1__CreditShowRequest ask = CBANK__API__V1__CREDIT_SHOW_REQUEST__INIT;

    ask.id = id;
    return call_bank(c, cbank_credit_show, &ask.base, &cbank__api__v1__credit_info__descriptor);
}

static void show_amended(cli *c, const Cbank__Api__V1__CreditInfo *old,
                         Cbank__Api__V1__CreditAmendReply *reply)
{
    if (reply == NULL)
        return;
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    output_document(c,
                    json_pack("{s:i, s:o, s:o, s:o, s:[{s:o, s:s, s:o, s:o}]}", "changed", 1, "id",
                              shape_text(reply->id), "revision", shape_number(reply->revision),
                              "batch", shape_hex(reply->batch), "affected", "id",
                              shape_text(old->id), "status", "superseded", "account",
                              shape_text(old->account), "reference",
                              shape_text(old->record->reference)),
                    amend_views);
    message_free(reply);
}

/* The record as it is, with what was given in its place; the library numbers the revision. */
static void amend(cli *c)
{
    Cbank__Api__V1__CreditAmendRequest request = CBANK__API__V1__CREDIT_AMEND_REQUEST__INIT;
    Cbank__Api__V1__CreditInfo *old = find(c, c->arguments[0]);
    Cbank__V1__CreditRecord record;
    uint8_t token[16];
    draft parts;

    if (old == NULL)
        return;
    c->dry_run = c->dry_run || options_given(c, "preview");
    record = *old->record;
    record.version = 0;
    record.revision = 0;
    record.salt = (ProtobufCBinaryData){0};
    record.holder = (ProtobufCBinaryData){0};
    record.supersedes = (ProtobufCBinaryData){0};
    request.institution = options_text(c, "institution");
    request.id = c->arguments[0];
    request.record = &record;
    request.reason = options_text(c, "reason");
    if (options_given(c, "document"))
        request.document = options_text(c, "document");
    request.dry_run = c->dry_run;
    if (draft_fill(c, &record, &parts) && call_token(c, token, &request.token))
        show_amended(c, old,
                     call_signed(c, cbank_credit_amend,
                                 call_open_key(c, options_text(c, "key"), "key-passphrase-file"),
                                 &request.base,
                                 &cbank__api__v1__credit_amend_reply__descriptor));
    draft_clear(&parts);
    message_free(old);
}

/* ---- list and show ---- */

static const option list_options[] = {
    {"batch", "B", P_OPT_BATCH, 0},
    {"institution", "C", P_OPT_INSTITUTION, 0},
    {"code", "C", P_OPT_COURSE_CODE, 0},
    {"term", "T", P_OPT_TERM, 0},
    {0},
};

static void list(cli *c)
{
    Cbank__Api__V1__CreditListRequest ask = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    uint8_t batch[BATCH_ID];
    bool first = true;

    if (c->argument_count > 0)
        ask.account = c->arguments[0];
    if (options_given(c, "institution"))
        ask.institution = options_text(c, "institution");
    if (options_given(c, "code"))
        ask.code = options_text(c, "code");
    if (options_given(c, "term"))
        ask.term = options_text(c, "term");
    if (options_given(c, "batch") && !change_read_batch(c, batch, &ask.batch))
        return;
    ask.limit = PAGE;
    do {
        Cbank__Api__V1__CreditListReply *page =
            call_bank(c, cbank_credit_list, &ask.base,
                      &cbank__api__v1__credit_list_reply__descriptor);
        json_t *rows;

        if (page == NULL)
            return;
        rows = json_array();
        for (size_t i = 0; i < page->n_credits; i++)
            json_array_append_new(rows, record_describe_info(page->credits[i]));
        output_list(c, rows, record_list_views, first);
        first = false;
        ask.after = page->next;
        message_free(page);
    } while (ask.after != 0);
}

static void show(cli *c)
{
    Cbank__Api__V1__CreditInfo *info = find(c, c->arguments[0]);

    if (info != NULL)
        output_document(c, record_describe_info(info), record_views);
    message_free(info);
}

#define BANK_WRITES (COMMAND_BANK | COMMAND_WRITES)
#define MANY 4096

const command credit_commands[] = {
    {"issue", "", 0, 0, P_CREDIT_ISSUE, BANK_WRITES, issue_options, issue},
    {"import", "FILE", 1, 1, P_CREDIT_IMPORT, BANK_WRITES, sheet_import_options, sheet_import},
    {"sign", "FILE", 1, 1, P_CREDIT_SIGN, COMMAND_WRITES, sheet_sign_options, sheet_sign},
    {"deposit", "BATCH", 1, 1, P_CREDIT_DEPOSIT, BANK_WRITES, sheet_deposit_options,
     sheet_deposit},
    {"list", "[ACCOUNT]", 0, 1, P_CREDIT_LIST, COMMAND_BANK, list_options, list},
    {"show", "ID", 1, 1, P_CREDIT_SHOW, COMMAND_BANK, NULL, show},
    {"amend", "ID", 1, 1, P_CREDIT_AMEND, BANK_WRITES, amend_options, amend},
    {"revoke", "[ID...]", 0, MANY, P_CREDIT_REVOKE, BANK_WRITES, change_options, change_revoke},
    {"suspend", "[ID...]", 0, MANY, P_CREDIT_SUSPEND, BANK_WRITES, change_options,
     change_suspend},
    {"reinstate", "[ID...]", 0, MANY, P_CREDIT_REINSTATE, BANK_WRITES, change_options,
     change_reinstate},
    {0},
};
