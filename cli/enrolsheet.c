#include "enrolsheet.h"

#include "call.h"
#include "fail.h"
#include "format.h"
#include "job.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "record.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/enrolment.pb-c.h"

const option enrolsheet_options[] = {
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},
    {"key", "FILE", P_OPT_KEY, OPTION_NEEDED},
    {"map", "FIELD=COLUMN,...", P_OPT_ENROL_MAP, 0},
    {"set", "FIELD=VALUE,...", P_OPT_ENROL_SET, 0},
    {"profile", "FILE.yaml", P_OPT_ENROL_PROFILE, 0},
    {"encoding", "E", P_OPT_ENCODING, 0},
    {"sheet", "NAME", P_OPT_SHEET, 0},
    {"change", NULL, P_OPT_ENROL_CHANGE, 0},
    {"since", "DATE", P_OPT_ENROL_SINCE, 0},
    {"keep-going", NULL, P_OPT_KEEP_GOING, 0},
    {"errors", "FILE.csv", P_OPT_ERRORS, 0},
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {0},
};

static const view import_views[] = {
    {"rows", P_ROWS, VIEW_PLAIN, NULL},
    {"enrolled", P_NEWLY_ENROLLED, VIEW_PLAIN, NULL},
    {"unchanged", P_UNCHANGED, VIEW_PLAIN, NULL},
    {"changed", P_CHANGED_ROWS, VIEW_PLAIN, NULL},
    {"rejected", P_REJECTED, VIEW_PLAIN, NULL},
    {"batches", P_BATCH, VIEW_PLAIN, NULL},
    {"errors", P_ERRORS, VIEW_ROWS, record_error_views},
    {0},
};

static void show(cli *c, Cbank__Api__V1__EnrolmentImportReply *reply)
{
    const char *errors = options_text(c, "errors");
    json_t *batches = json_array();

    if (reply == NULL) {
        json_decref(batches);
        return;
    }
    if (reply->rejected > 0)
        c->code = EXIT_INPUT;
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    for (size_t i = 0; i < reply->n_batches; i++)
        json_array_append_new(batches, shape_hex(reply->batches[i]));
    output_document(c,
                    json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rows",
                              shape_number(reply->rows), "enrolled", shape_number(reply->enrolled),
                              "unchanged", shape_number(reply->unchanged), "changed",
                              shape_number(reply->changed), "rejected",
                              shape_number(reply->rejected), "batches", batches, "errors",
                              record_describe_errors(reply->errors, reply->n_errors)),
                    import_views);
    if (reply->rejected > 0 && reply->n_batches == 0 && !options_given(c, "keep-going"))
        output_talk(c, P_NOTHING_DONE, "");
    if (reply->changed > 0 && !options_given(c, "change"))
        output_talk(c, P_ENROL_CHANGED_LEFT, "");
    if (reply->rejected > 0 && errors != NULL && !c->dry_run)
        output_talk(c, P_ERRORS_WRITTEN, errors);
    message_free(reply);
}

static void run(cli *c, Cbank__Api__V1__EnrolmentImportRequest *request)
{
    const job_files files = {.input = c->arguments[0],
                             .output = options_text(c, "errors"),
                             .output_if_any = true};
    const cbank_key *key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
    cbank_bank *bank = key != NULL ? call_open_bank(c) : NULL;
    cbank_job *job = NULL;
    cbank_error err;
    bytes packed;

    if (bank == NULL)
        return;
    packed = message_pack(&request->base);
    if (cbank_enrolment_import_begin(bank, key, packed.data, packed.size, &job, &err) == CBANK_OK)
        show(c, job_run(c, job, &files, &cbank__api__v1__enrolment_import_reply__descriptor));
    else
        fail_call(c, &err);
    memory_free(&packed);
}

static void lend(const cli *c, const char *name, char **out)
{
    if (options_given(c, name))
        *out = options_text(c, name);
}

void enrolsheet_import(cli *c)
{
    Cbank__Api__V1__EnrolmentImportRequest request =
        CBANK__API__V1__ENROLMENT_IMPORT_REQUEST__INIT;
    bytes profile = {0};

    if (options_given(c, "since") && !value_date(options_text(c, "since"), &request.since)) {
        fail_own(c, FAIL_BAD_DATE, options_text(c, "since"));
        return;
    }
    if (!format_read_profile(c, &profile, &request.profile, &request.profile_name))
        return;
    request.institution = options_text(c, "institution");
    lend(c, "map", &request.map);
    lend(c, "set", &request.set);
    lend(c, "encoding", &request.encoding);
    lend(c, "sheet", &request.sheet);
    request.change = options_given(c, "change");
    request.keep_going = options_given(c, "keep-going");
    request.dry_run = c->dry_run;
    request.lang = format_language();
    run(c, &request);
    memory_free(&profile);
}
