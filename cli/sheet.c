#include "sheet.h"

#include "call.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "job.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "record.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/credit.pb-c.h"

#include <stdlib.h>
#include <string.h>

/* How to read the spreadsheet, of import and sign. */
#define SHEET_OPTIONS                                                                              \
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},                                     \
        {"key", "FILE", P_OPT_KEY, OPTION_NEEDED}, {"awarded-by", "CODE", P_OPT_AWARDED_BY, 0},    \
        {"format", "FORMAT", P_OPT_FORMAT, 0},                                                     \
        {"map", "FIELD=COLUMN,...", P_OPT_MAP, 0}, {"set", "FIELD=VALUE,...", P_OPT_SET, 0},       \
        {"passed", "VALUE,...", P_OPT_PASSED, 0}, {"failed", "VALUE,...", P_OPT_FAILED, 0},        \
        {"profile", "FILE.yaml", P_OPT_PROFILE, 0}, {"sheet", "NAME", P_OPT_SHEET, 0},             \
        {"reference-key", "FILE", P_OPT_REFERENCE_KEY, 0},                                         \
        {"encoding", "E", P_OPT_ENCODING, 0}, {"keep-going", NULL, P_OPT_KEEP_GOING, 0},           \
        {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0}

const option sheet_import_options[] = {
    SHEET_OPTIONS,
    {"open-accounts", NULL, P_OPT_OPEN_ACCOUNTS, 0},
    {"amend", NULL, P_OPT_AMEND, 0},
    {"errors", "FILE.csv", P_OPT_ERRORS, 0},
    {"operator", "HANDLE", P_OPT_OPERATOR, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

const option sheet_sign_options[] = {
    SHEET_OPTIONS,
    {"origin", "NAME", P_OPT_ORIGIN, OPTION_NEEDED},
    {"output", "BATCH", P_OPT_OUTPUT_BATCH, OPTION_NEEDED},
    {"number", "N", P_OPT_BATCH_NUMBER, 0},
    {"delegation", "HEX", P_OPT_DELEGATION, 0},
    {0},
};

const option sheet_deposit_options[] = {
    {"open-accounts", NULL, P_OPT_OPEN_ACCOUNTS, 0},
    {"keep-going", NULL, P_OPT_KEEP_GOING, 0},
    {"operator", "HANDLE", P_OPT_OPERATOR, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static const view skip_views[] = {
    {"rows", P_ROWS, VIEW_PLAIN, NULL},
    {"reason", P_REASON, VIEW_WORD, NULL},
    {0},
};

static const view import_views[] = {
    {"rows", P_ROWS, VIEW_PLAIN, NULL},
    {"deposited", P_DEPOSITED, VIEW_PLAIN, NULL},
    {"unchanged", P_UNCHANGED, VIEW_PLAIN, NULL},
    {"changed", P_CHANGED_ROWS, VIEW_PLAIN, NULL},
    {"skipped", P_SKIPPED, VIEW_PLAIN, NULL},
    {"rejected", P_REJECTED, VIEW_PLAIN, NULL},
    {"accounts_opened", P_ACCOUNTS_OPENED, VIEW_PLAIN, NULL},
    {"totals", P_TOTALS, VIEW_PLAIN, NULL},
    {"batch", P_BATCH, VIEW_PLAIN, NULL},
    {"skips", P_SKIPS, VIEW_ROWS, skip_views},
    {"errors", P_ERRORS, VIEW_ROWS, record_error_views},
    {0},
};

static const view sign_views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"rows", P_ROWS, VIEW_PLAIN, NULL},
    {"records", P_RECORDS_SIGNED, VIEW_PLAIN, NULL},
    {"skipped", P_SKIPPED, VIEW_PLAIN, NULL},
    {"rejected", P_REJECTED, VIEW_PLAIN, NULL},
    {"totals", P_TOTALS, VIEW_PLAIN, NULL},
    {"batch", P_BATCH, VIEW_PLAIN, NULL},
    {"number", P_NUMBER, VIEW_PLAIN, NULL},
    {"root", P_BATCH_ROOT, VIEW_PLAIN, NULL},
    {"skips", P_SKIPS, VIEW_ROWS, skip_views},
    {"errors", P_ERRORS, VIEW_ROWS, record_error_views},
    {0},
};

static const view deposit_views[] = {
    {"institution", P_INSTITUTION, VIEW_PLAIN, NULL},
    {"batch", P_BATCH, VIEW_PLAIN, NULL},
    {"number", P_NUMBER, VIEW_PLAIN, NULL},
    {"records", P_RECORDS_IN_BATCH, VIEW_PLAIN, NULL},
    {"deposited", P_DEPOSITED, VIEW_PLAIN, NULL},
    {"changes", P_CHANGES, VIEW_PLAIN, NULL},
    {"unchanged", P_UNCHANGED, VIEW_PLAIN, NULL},
    {"rejected", P_REJECTED, VIEW_PLAIN, NULL},
    {"accounts_opened", P_ACCOUNTS_OPENED, VIEW_PLAIN, NULL},
    {"errors", P_ERRORS, VIEW_ROWS, record_error_views},
    {0},
};

/* ---- what came of it ---- */

static json_t *describe_skips(const Cbank__Api__V1__CreditImportReply *reply)
{
    json_t *list = json_array();

    for (size_t i = 0; i < reply->n_skips; i++)
        json_array_append_new(list, json_pack("{s:o, s:o}", "rows",
                                              shape_number(reply->skips[i]->rows), "reason",
                                              shape_reason(reply->skips[i]->reason)));
    return list;
}

static void show_import(cli *c, Cbank__Api__V1__CreditImportReply *reply)
{
    const char *errors = options_text(c, "errors");

    if (reply == NULL)
        return;
    if (reply->rejected > 0)
        c->code = EXIT_INPUT;
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    output_document(
        c,
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rows",
                  shape_number(reply->rows), "deposited", shape_number(reply->deposited),
                  "unchanged", shape_number(reply->unchanged), "changed",
                  shape_number(reply->changed), "skipped", shape_number(reply->skipped),
                  "rejected", shape_number(reply->rejected), "accounts_opened",
                  shape_number(reply->accounts_opened), "totals",
                  shape_amounts(reply->totals, reply->n_totals), "batch", shape_hex(reply->batch),
                  "root", shape_hex(reply->root), "skips", describe_skips(reply), "errors",
                  record_describe_errors(reply->errors, reply->n_errors)),
        import_views);
    if (reply->rejected > 0 && !options_given(c, "keep-going"))
        output_talk(c, P_NOTHING_DONE, "");
    if (reply->changed > 0 && !options_given(c, "amend"))
        output_talk(c, P_CHANGED_LEFT, "");
    if (reply->rejected > 0 && errors != NULL && !c->dry_run)
        output_talk(c, P_ERRORS_WRITTEN, errors);
    message_free(reply);
}

void sheet_import(cli *c)
{
    Cbank__Api__V1__CreditImportRequest request = CBANK__API__V1__CREDIT_IMPORT_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format;
    job_files files = {.input = c->arguments[0], .output = options_text(c, "errors"),
                       .output_if_any = true};
    const cbank_key *key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
    cbank_bank *bank = key != NULL ? call_open_bank(c) : NULL;
    cbank_job *job = NULL;
    format_files lent;
    cbank_error err;
    uint8_t token[16];
    bytes packed;
    bool fine;

    if (bank == NULL || !call_token(c, token, &request.token))
        return;
    fine = format_read(c, &format, &lent);
    request.sheet = &format;
    request.institution = options_text(c, "institution");
    if (options_given(c, "awarded-by"))
        request.awarder = options_text(c, "awarded-by");
    request.open_accounts = options_given(c, "open-accounts");
    request.keep_going = options_given(c, "keep-going");
    request.amend = options_given(c, "amend");
    request.dry_run = c->dry_run;
    request.lang = format_language();
    request.file_name = file_label(c->arguments[0]);
    if (options_given(c, "operator"))
        request.actor = options_text(c, "operator");
    packed = message_pack(&request.base);
    if (fine &&
        cbank_credit_import_begin(bank, key, packed.data, packed.size, &job, &err) == CBANK_OK)
        show_import(c, job_run(c, job, &files,
                               &cbank__api__v1__credit_import_reply__descriptor));
    else if (fine)
        fail_call(c, &err);
    memory_free(&packed);
    format_clear(&format, &lent);
}

static void show_sign(cli *c, Cbank__Api__V1__CreditImportReply *reply)
{
    const char *path = options_text(c, "output");
    bool written;

    if (reply == NULL)
        return;
    written = reply->root.len > 0;
    if (reply->rejected > 0)
        c->code = EXIT_INPUT;
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    output_document(
        c,
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "file",
                  written && !c->dry_run ? shape_text(path) : json_null(), "rows",
                  shape_number(reply->rows), "records", shape_number(reply->deposited), "skipped",
                  shape_number(reply->skipped), "rejected", shape_number(reply->rejected),
                  "totals", shape_amounts(reply->totals, reply->n_totals), "batch",
                  shape_hex(reply->batch), "number",
                  written ? shape_number(reply->batch_number) : json_null(), "root",
                  shape_hex(reply->root), "skips", describe_skips(reply), "errors",
                  record_describe_errors(reply->errors, reply->n_errors)),
        sign_views);
    if (!written)
        output_talk(c, P_NOTHING_SIGNED, "");
    message_free(reply);
}

void sheet_sign(cli *c)
{
    Cbank__Api__V1__CreditSignRequest request = CBANK__API__V1__CREDIT_SIGN_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format;
    job_files files = {.input = c->arguments[0], .output = options_text(c, "output"),
                       .output_if_any = true};
    const char *number = options_text(c, "number");
    uint8_t grant[VALUE_HASH];
    const cbank_key *key;
    cbank_job *job = NULL;
    format_files lent;
    cbank_error err;
    bytes packed;
    bool fine;

    if (options_given(c, "delegation") &&
        !value_hex(options_text(c, "delegation"), grant, sizeof(grant))) {
        fail_own(c, FAIL_OPTION_WORD, options_text(c, "delegation"));
        return;
    }
    if (number != NULL && !value_u64(number, &request.number)) {
        fail_own(c, FAIL_BAD_NUMBER, number);
        return;
    }
    key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
    if (key == NULL)
        return;
    fine = format_read(c, &format, &lent);
    request.sheet = &format;
    request.institution = options_text(c, "institution");
    request.origin = options_text(c, "origin");
    if (options_given(c, "awarded-by"))
        request.awarder = options_text(c, "awarded-by");
    if (options_given(c, "delegation"))
        request.delegation = (ProtobufCBinaryData){sizeof(grant), grant};
    request.keep_going = options_given(c, "keep-going");
    request.lang = format_language();
    packed = message_pack(&request.base);
    if (fine && cbank_credit_sign_begin(key, packed.data, packed.size, &job, &err) == CBANK_OK)
        show_sign(c,
                  job_run(c, job, &files, &cbank__api__v1__credit_import_reply__descriptor));
    else if (fine)
        fail_call(c, &err);
    memory_free(&packed);
    format_clear(&format, &lent);
}

static void show_deposit(cli *c, Cbank__Api__V1__CreditDepositReply *reply)
{
    if (reply == NULL)
        return;
    if (reply->rejected > 0)
        c->code = EXIT_INPUT;
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    output_document(
        c,
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "institution",
                  shape_text(reply->institution), "batch", shape_hex(reply->batch), "number",
                  shape_number(reply->batch_number), "records", shape_number(reply->records),
                  "deposited", shape_number(reply->deposited), "changes",
                  shape_number(reply->changes), "unchanged", shape_number(reply->unchanged),
                  "rejected", shape_number(reply->rejected), "accounts_opened",
                  shape_number(reply->accounts_opened), "errors",
                  record_describe_errors(reply->errors, reply->n_errors)),
        deposit_views);
    if (reply->rejected > 0 && !options_given(c, "keep-going"))
        output_talk(c, P_NOTHING_DONE, "");
    message_free(reply);
}

void sheet_deposit(cli *c)
{
    Cbank__Api__V1__CreditDepositRequest request = CBANK__API__V1__CREDIT_DEPOSIT_REQUEST__INIT;
    job_files files = {.input = c->arguments[0]};
    cbank_bank *bank = call_open_bank(c);
    cbank_job *job = NULL;
    cbank_error err;
    uint8_t token[16];
    bytes packed;

    if (bank == NULL || !call_token(c, token, &request.token))
        return;
    request.open_accounts = options_given(c, "open-accounts");
    request.keep_going = options_given(c, "keep-going");
    request.dry_run = c->dry_run;
    request.lang = format_language();
    request.file_name = file_label(c->arguments[0]);
    if (options_given(c, "operator"))
        request.actor = options_text(c, "operator");
    packed = message_pack(&request.base);
    if (cbank_credit_deposit_begin(bank, packed.data, packed.size, &job, &err) == CBANK_OK)
        show_deposit(c, job_run(c, job, &files,
                                &cbank__api__v1__credit_deposit_reply__descriptor));
    else
        fail_call(c, &err);
    memory_free(&packed);
}
