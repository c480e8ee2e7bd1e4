#include "roster.h"

#include "assurance.h"
#include "call.h"
#include "fail.h"
#include "format.h"
#include "job.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "record.h"
#include "shape.h"

#include "cbank/api/v1/learner.pb-c.h"

const option roster_options[] = {
    {"institution", "CODE", P_OPT_ROSTER_INSTITUTION, 0},
    {"map", "FIELD=COLUMN,...", P_OPT_MAP, 0},
    {"profile", "FILE.yaml", P_OPT_PROFILE, 0},
    {"encoding", "E", P_OPT_ENCODING, 0},
    {"sheet", "NAME", P_OPT_SHEET, 0},
    {"assurance", "WORD", P_OPT_ASSURANCE, 0},
    {"output", "ACCOUNTS.csv", P_OPT_OUTPUT_ACCOUNTS, 0},
    {"errors", "FILE.csv", P_OPT_ERRORS, 0},
    {0},
};

static const view roster_views[] = {
    {"rows", P_ROWS, VIEW_PLAIN, NULL},
    {"opened", P_OPENED_ACCOUNTS, VIEW_PLAIN, NULL},
    {"known", P_KNOWN_ACCOUNTS, VIEW_PLAIN, NULL},
    {"conflicts", P_CONFLICTS, VIEW_PLAIN, NULL},
    {"rejected", P_REJECTED, VIEW_PLAIN, NULL},
    {"linked", P_LINKED, VIEW_PLAIN, NULL},
    {"converted", P_CONVERTED, VIEW_PLAIN, NULL},
    {"errors", P_ERRORS, VIEW_ROWS, record_error_views},
    {0},
};

static void show(cli *c, Cbank__Api__V1__LearnerImportReply *reply)
{
    const char *errors = options_text(c, "errors");

    if (reply == NULL)
        return;
    if (reply->rejected > 0)
        c->code = EXIT_INPUT;
    else if (reply->conflicts > 0)
        c->code = EXIT_CONFLICT;
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    output_document(c,
                    json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rows",
                              shape_number(reply->rows), "opened", shape_number(reply->opened),
                              "known", shape_number(reply->known), "conflicts",
                              shape_number(reply->conflicts), "rejected",
                              shape_number(reply->rejected), "linked", shape_number(reply->linked),
                              "converted", shape_number(reply->converted), "errors",
                              record_describe_errors(reply->errors, reply->n_errors)),
                    roster_views);
    if (reply->rejected + reply->conflicts > 0 && errors != NULL && !c->dry_run)
        output_talk(c, P_ERRORS_WRITTEN, errors);
    message_free(reply);
}

static void run(cli *c, Cbank__Api__V1__LearnerImportRequest *request)
{
    const job_files files = {.input = c->arguments[0],
                             .output = options_text(c, "output"),
                             .output_if_any = true,
                             .second_name = "errors",
                             .second = options_text(c, "errors")};
    cbank_bank *bank = call_open_bank(c);
    cbank_job *job = NULL;
    cbank_error err;
    bytes packed;

    if (bank == NULL)
        return;
    packed = message_pack(&request->base);
    if (cbank_learner_import_begin(bank, packed.data, packed.size, &job, &err) == CBANK_OK)
        show(c, job_run(c, job, &files, &cbank__api__v1__learner_import_reply__descriptor));
    else
        fail_call(c, &err);
    memory_free(&packed);
}

void roster_import(cli *c)
{
    Cbank__Api__V1__LearnerImportRequest request = CBANK__API__V1__LEARNER_IMPORT_REQUEST__INIT;
    bytes profile = {0};

    if (!assurance_of_person(c, &request.assurance) ||
        !format_read_profile(c, &profile, &request.profile, &request.profile_name))
        return;
    if (options_given(c, "institution"))
        request.institution = options_text(c, "institution");
    if (options_given(c, "map"))
        request.map = options_text(c, "map");
    if (options_given(c, "encoding"))
        request.encoding = options_text(c, "encoding");
    if (options_given(c, "sheet"))
        request.sheet = options_text(c, "sheet");
    request.dry_run = c->dry_run;
    request.lang = format_language();
    run(c, &request);
    memory_free(&profile);
}
