#include "reconcile.h"

#include "call.h"
#include "fail.h"
#include "format.h"
#include "job.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "record.h"
#include "shape.h"
#include "which.h"

#include "cbank/api/v1/credit.pb-c.h"

const option reconcile_options[] = {
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},
    {"format", "FORMAT", P_OPT_FORMAT, 0},
    {"map", "FIELD=COLUMN,...", P_OPT_MAP, 0},
    {"set", "FIELD=VALUE,...", P_OPT_SET, 0},
    {"passed", "VALUE,...", P_OPT_PASSED, 0},
    {"failed", "VALUE,...", P_OPT_FAILED, 0},
    {"profile", "FILE.yaml", P_OPT_PROFILE, 0},
    {"sheet", "NAME", P_OPT_SHEET, 0},
    {"reference-key", "FILE", P_OPT_REFERENCE_KEY, 0},
    {"encoding", "E", P_OPT_ENCODING, 0},
    WHICH_WHERE,
    WHICH_FIELDS,
    {"output", "FILE.csv", P_OPT_OUTPUT_FINDINGS, 0},
    {0},
};

static const view finding_views[] = {
    {"difference", P_DIFFERENCE, VIEW_WORD, NULL},
    {"row", P_ROW, VIEW_PLAIN, NULL},
    {"reference", P_REFERENCE, VIEW_PLAIN, NULL},
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"fields", P_CHANGED_FIELDS, VIEW_PLAIN, NULL},
    {0},
};

static const view views[] = {
    {"rows", P_ROWS, VIEW_PLAIN, NULL},
    {"same", P_SAME, VIEW_PLAIN, NULL},
    {"missing", P_MISSING_ROWS, VIEW_PLAIN, NULL},
    {"different", P_DIFFERENT, VIEW_PLAIN, NULL},
    {"extra", P_EXTRA, VIEW_PLAIN, NULL},
    {"skipped", P_SKIPPED, VIEW_PLAIN, NULL},
    {"rejected", P_REJECTED, VIEW_PLAIN, NULL},
    {"findings", P_FINDINGS, VIEW_ROWS, finding_views},
    {"errors", P_ERRORS, VIEW_ROWS, record_error_views},
    {0},
};

static json_t *describe_findings(const Cbank__Api__V1__CreditReconcileReply *reply)
{
    json_t *list = json_array();

    for (size_t i = 0; i < reply->n_findings; i++) {
        const Cbank__Api__V1__ReconcileFinding *at = reply->findings[i];

        json_array_append_new(
            list,
            json_pack("{s:o, s:o, s:o, s:o, s:o}", "difference",
                      shape_word(&cbank__api__v1__difference__descriptor, (int)at->difference),
                      "row", at->row != 0 ? shape_number(at->row) : json_null(), "reference",
                      shape_text(at->reference), "id", shape_text(at->id), "fields",
                      shape_texts(at->fields, at->n_fields)));
    }
    return list;
}

static void show(cli *c, Cbank__Api__V1__CreditReconcileReply *reply)
{
    if (reply == NULL)
        return;
    if (reply->rejected > 0)
        c->code = EXIT_INPUT;
    else if (reply->missing + reply->different + reply->extra > 0)
        c->code = EXIT_NO;
    output_document(c,
                    json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rows",
                              shape_number(reply->rows), "same", shape_number(reply->same),
                              "missing", shape_number(reply->missing), "different",
                              shape_number(reply->different), "extra", shape_number(reply->extra),
                              "skipped", shape_number(reply->skipped), "rejected",
                              shape_number(reply->rejected), "findings", describe_findings(reply),
                              "errors", record_describe_errors(reply->errors, reply->n_errors)),
                    views);
    message_free(reply);
}

static void run(cli *c, Cbank__Api__V1__CreditReconcileRequest *request)
{
    const job_files files = {
        .input = c->arguments[0], .output = options_text(c, "output"), .output_if_any = true};
    cbank_bank *bank = call_open_bank(c);
    bytes packed = message_pack(&request->base);
    cbank_job *job = NULL;
    cbank_error err;

    if (bank != NULL) {
        if (cbank_credit_reconcile_begin(bank, packed.data, packed.size, &job, &err) == CBANK_OK)
            show(c, job_run(c, job, &files, &cbank__api__v1__credit_reconcile_reply__descriptor));
        else
            fail_call(c, &err);
    }
    memory_free(&packed);
}

void reconcile(cli *c)
{
    Cbank__Api__V1__CreditReconcileRequest request = CBANK__API__V1__CREDIT_RECONCILE_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format;
    format_files lent;
    which all;

    if (which_read(c, false, &all) && format_read(c, &format, &lent)) {
        request.institution = options_text(c, "institution");
        request.sheet = &format;
        request.within = &all.filter;
        request.lang = format_language();
        run(c, &request);
        format_clear(&format, &lent);
    }
    which_clear(&all);
}
