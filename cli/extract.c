#include "extract.h"

#include "call.h"
#include "fail.h"
#include "format.h"
#include "job.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "shape.h"
#include "which.h"

#include "cbank/api/v1/credit.pb-c.h"

const option extract_options[] = {
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},
    {"output", "FILE.csv", P_OPT_OUTPUT, OPTION_NEEDED},
    {"format", "FORMAT", P_OPT_FORMAT_WRITTEN, 0},
    {"profile", "FILE.yaml", P_OPT_PROFILE, 0},
    {"encoding", "E", P_OPT_ENCODING_WRITTEN, 0},
    WHICH_WHERE,
    WHICH_FIELDS,
    {0},
};

static const view views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"rows", P_ROWS, VIEW_PLAIN, NULL},
    {"unfit", P_UNFIT, VIEW_PLAIN, NULL},
    {"unfit_id", P_ID, VIEW_PLAIN, NULL},
    {"unfit_field", P_COLUMN, VIEW_PLAIN, NULL},
    {"withheld", P_WITHHELD, VIEW_PLAIN, NULL},
    {0},
};

static void show(cli *c, Cbank__Api__V1__CreditExportReply *reply)
{
    if (reply == NULL)
        return;
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    output_document(c,
                    json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "file",
                              c->dry_run ? json_null() : shape_text(options_text(c, "output")),
                              "rows", shape_number(reply->rows), "unfit",
                              shape_number(reply->unfit), "unfit_id", shape_text(reply->unfit_id),
                              "unfit_field", shape_text(reply->unfit_field), "withheld",
                              shape_number(reply->withheld)),
                    views);
    message_free(reply);
}

static void run(cli *c, Cbank__Api__V1__CreditExportRequest *request)
{
    const job_files files = {.output = options_text(c, "output")};
    cbank_bank *bank = call_open_bank(c);
    bytes packed = message_pack(&request->base);
    cbank_job *job = NULL;
    cbank_error err;

    if (bank != NULL) {
        if (cbank_credit_export_begin(bank, packed.data, packed.size, &job, &err) == CBANK_OK)
            show(c, job_run(c, job, &files, &cbank__api__v1__credit_export_reply__descriptor));
        else
            fail_call(c, &err);
    }
    memory_free(&packed);
}

void extract(cli *c)
{
    Cbank__Api__V1__CreditExportRequest request = CBANK__API__V1__CREDIT_EXPORT_REQUEST__INIT;
    bytes profile = {0};
    which all;

    if (which_read(c, false, &all) &&
        format_read_profile(c, &profile, &request.profile, &request.profile_name)) {
        request.institution = options_text(c, "institution");
        if (options_given(c, "format"))
            request.format = options_text(c, "format");
        if (options_given(c, "encoding"))
            request.encoding = options_text(c, "encoding");
        request.within = &all.filter;
        run(c, &request);
    }
    which_clear(&all);
    memory_free(&profile);
}
