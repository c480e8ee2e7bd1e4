/* credit.c - cbank credit ...: one record, and lists. Spreadsheets: sheet.c; changes: change.c. */
#include "basis.h"
#include "call.h"
#include "change.h"
#include "draft.h"
#include "extract.h"
#include "fail.h"
#include "options.h"
#include "output.h"
#include "record.h"
#include "shape.h"
#include "reconcile.h"
#include "sheet.h"
#include "which.h"

#include "cbank/api/v1/credit.pb-c.h"

#define PAGE 1000

/* ---- issue ---- */

static const option issue_options[] = {
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},
    {"key", "FILE", P_OPT_KEY, OPTION_NEEDED},
    {"awarded-by", "CODE", P_OPT_AWARDED_BY, 0},
    {"learner", "ACCOUNT", P_OPT_LEARNER, OPTION_NEEDED},
    {"reference", "R", P_OPT_REFERENCE, OPTION_NEEDED},
    {"title", "TEXT", P_OPT_TITLE, OPTION_NEEDED | OPTION_REPEATED},
    DRAFT_OPTIONS,
    BASIS_OPTIONS,
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
    Cbank__V1__Awarder awarder = CBANK__V1__AWARDER__INIT;
    Cbank__Api__V1__CreditDraft *drafts[1] = {&one};
    uint8_t token[16];
    basis ground = {0};
    draft parts;

    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.reference = options_text(c, "reference");
    if (options_given(c, "awarded-by")) {
        awarder.institution = options_text(c, "awarded-by");
        record.awarded_by = &awarder;
    }
    one.account = options_text(c, "learner");
    one.record = &record;
    request.institution = options_text(c, "institution");
    request.drafts = drafts;
    request.n_drafts = 1;
    request.dry_run = c->dry_run;
    if (draft_fill(c, &record, &parts) && basis_fill(c, &record, &ground) &&
        call_token(c, token, &request.token))
        show_issued(c, call_signed(c, cbank_credit_issue,
                                   call_open_key(c, options_text(c, "key"),
                                                 "key-passphrase-file"),
                                   &request.base,
                                   &cbank__api__v1__credit_issue_reply__descriptor));
    draft_clear(&parts);
}

/* ---- list and show ---- */

static Cbank__Api__V1__CreditInfo *find(cli *c, char *id)
{
    Cbank__Api__V1__CreditShowRequest ask = CBANK__API__V1__CREDIT_SHOW_REQUEST__INIT;

    ask.id = id;
    return call_bank(c, cbank_credit_show, &ask.base, &cbank__api__v1__credit_info__descriptor);
}

static const option list_options[] = {
    {"institution", "C", P_OPT_INSTITUTION, 0},
    WHICH_WHERE,
    WHICH_FIELDS,
    {0},
};

static void list_pages(cli *c, Cbank__Api__V1__CreditListRequest *ask)
{
    bool first = true;

    ask->limit = PAGE;
    do {
        Cbank__Api__V1__CreditListReply *page =
            call_bank(c, cbank_credit_list, &ask->base,
                      &cbank__api__v1__credit_list_reply__descriptor);
        json_t *rows;

        if (page == NULL)
            return;
        rows = json_array();
        for (size_t i = 0; i < page->n_credits; i++)
            json_array_append_new(rows, record_describe_info(page->credits[i]));
        output_list(c, rows, record_list_views, first);
        first = false;
        ask->after = page->next;
        message_free(page);
    } while (ask->after != 0);
}

static void list(cli *c)
{
    Cbank__Api__V1__CreditListRequest ask = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    which all;

    if (which_read(c, false, &all)) {
        ask.account = c->argument_count > 0 ? c->arguments[0] : all.filter.account;
        ask.batch = all.filter.batch;
        ask.code = all.filter.code;
        ask.offering = all.filter.offering;
        ask.school_year = all.filter.school_year;
        ask.term = all.filter.term;
        if (options_given(c, "institution"))
            ask.institution = options_text(c, "institution");
        list_pages(c, &ask);
    }
    which_clear(&all);
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
    {"reconcile", "FILE", 1, 1, P_CREDIT_RECONCILE, COMMAND_BANK, reconcile_options, reconcile},
    {"export", "", 0, 0, P_CREDIT_EXPORT, BANK_WRITES, extract_options, extract},
    {"list", "[ACCOUNT]", 0, 1, P_CREDIT_LIST, COMMAND_BANK, list_options, list},
    {"show", "ID", 1, 1, P_CREDIT_SHOW, COMMAND_BANK, NULL, show},
    {"amend", "[ID...]", 0, MANY, P_CREDIT_AMEND, BANK_WRITES, change_amend_options, change_amend},
    {"revoke", "[ID...]", 0, MANY, P_CREDIT_REVOKE, BANK_WRITES, change_options, change_revoke},
    {"suspend", "[ID...]", 0, MANY, P_CREDIT_SUSPEND, BANK_WRITES, change_options,
     change_suspend},
    {"reinstate", "[ID...]", 0, MANY, P_CREDIT_REINSTATE, BANK_WRITES, change_options,
     change_reinstate},
    {0},
};
