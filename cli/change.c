#include "change.h"

#include "call.h"
#include "draft.h"
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

#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name

#define CHANGE_BEGIN                                                                               \
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},                                     \
        {"key", "FILE", P_OPT_KEY, OPTION_NEEDED},                                                 \
        {"reason", "CODE", P_OPT_REASON, OPTION_NEEDED},                                           \
        {"document", "TEXT", P_OPT_DOCUMENT, 0}, {"file", "F.csv", P_OPT_IDS_FILE, 0}, WHICH_WHERE
#define CHANGE_END                                                                                 \
    {"preview", NULL, P_OPT_PREVIEW, 0},                                                           \
        {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0}, {"token", "HEX", P_OPT_TOKEN, 0}

const option change_options[] = {
    CHANGE_BEGIN,
    WHICH_FIELDS,
    CHANGE_END,
    {0},
};

const option change_amend_options[] = {
    CHANGE_BEGIN,
    {"from", "FILE", P_OPT_AMEND_FROM, 0},
    {"map", "FIELD=COLUMN,...", P_OPT_MAP, 0},
    {"set", "FIELD=VALUE,...", P_OPT_SET, 0},
    {"sheet", "NAME", P_OPT_SHEET, 0},
    {"encoding", "E", P_OPT_ENCODING, 0},
    {"title", "TEXT", P_OPT_TITLE, OPTION_REPEATED},
    DRAFT_OPTIONS,
    CHANGE_END,
    {0},
};

static const view affected_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"reference", P_REFERENCE, VIEW_PLAIN, NULL},
    {"replaced_by", P_REPLACED_BY, VIEW_PLAIN, NULL},
    {0},
};

static const view reached_views[] = {
    {"what", P_WHAT, VIEW_WORD, NULL},
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"institution", P_INSTITUTION, VIEW_PLAIN, NULL},
    {"reference", P_REFERENCE, VIEW_PLAIN, NULL},
    {0},
};

static const view change_views[] = {
    {"rows", P_ROWS, VIEW_PLAIN, NULL},
    {"changed", P_CHANGED, VIEW_PLAIN, NULL},
    {"unchanged", P_UNCHANGED, VIEW_PLAIN, NULL},
    {"rejected", P_REJECTED, VIEW_PLAIN, NULL},
    {"passed_over", P_PASSED_OVER, VIEW_PLAIN, NULL},
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"revision", P_REVISION, VIEW_PLAIN, NULL},
    {"batch", P_BATCH, VIEW_PLAIN, NULL},
    {"affected", P_AFFECTED, VIEW_ROWS, affected_views},
    {"reach", P_REACH, VIEW_PLAIN, NULL},
    {"reached", P_STANDS_ON, VIEW_ROWS, reached_views},
    {"errors", P_ERRORS, VIEW_ROWS, record_error_views},
    {0},
};

/* What a record is once it has changed. */
static const char *status_after(Cbank__V1__ChangeAction action)
{
    switch (action) {
    case ACTION(REVOKE):
        return "revoked";
    case ACTION(SUSPEND):
        return "suspended";
    case ACTION(SUPERSEDE):
        return "superseded";
    default:
        return "held";
    }
}

static json_t *describe_affected(const Cbank__Api__V1__CreditCorrectReply *reply,
                                 Cbank__V1__ChangeAction action)
{
    json_t *list = json_array();

    for (size_t i = 0; i < reply->n_affected; i++) {
        const Cbank__Api__V1__CreditOutcome *at = reply->affected[i];
        json_t *row = json_pack("{s:o, s:s, s:o, s:o}", "id", shape_text(at->id), "status",
                                status_after(action), "account", shape_text(at->account),
                                "reference", shape_text(at->reference));

        if (action == ACTION(SUPERSEDE))
            json_object_set_new(row, "replaced_by", shape_text(at->replaced_by));
        json_array_append_new(list, row);
    }
    return list;
}

/* What stands on the records: the nearest first. */
static json_t *describe_reached(const Cbank__Api__V1__CreditCorrectReply *reply)
{
    json_t *list = json_array();

    for (size_t i = 0; i < reply->n_reached; i++) {
        const Cbank__Api__V1__CreditReach *at = reply->reached[i];
        bool record = at->recognition.len == 0;

        json_array_append_new(
            list, json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o}", "what",
                            record ? "record" : "recognition", "id",
                            record ? shape_text(at->record) : shape_hex(at->recognition), "status",
                            record ? "questioned" : "suspended", "account",
                            shape_text(at->account), "institution", shape_text(at->institution),
                            "reference", shape_text(at->reference), "depth",
                            shape_number(at->depth)));
    }
    return list;
}

static void show(cli *c, Cbank__V1__ChangeAction action, Cbank__Api__V1__CreditCorrectReply *reply)
{
    bool amended = action == ACTION(SUPERSEDE);
    bool one = reply != NULL && reply->n_affected == 1;
    json_t *document;

    if (reply == NULL)
        return;
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    document = json_pack("{s:o, s:o, s:o, s:o}", "changed", shape_number(reply->changed),
                         "passed_over", shape_number(reply->passed_over), "batch",
                         shape_hex(reply->batch), "affected", describe_affected(reply, action));
    json_object_set_new(document, "reach", shape_number(reply->reach));
    json_object_set_new(document, "reached", describe_reached(reply));
    if (amended) {
        json_object_set_new(document, "id",
                            one ? shape_text(reply->affected[0]->replaced_by) : json_null());
        json_object_set_new(document, "revision",
                            one && !c->dry_run ? shape_number(reply->affected[0]->revision)
                                               : json_null());
    }
    if (amended && options_given(c, "from")) {
        json_object_set_new(document, "rows", shape_number(reply->rows));
        json_object_set_new(document, "unchanged", shape_number(reply->unchanged));
        json_object_set_new(document, "rejected", shape_number(reply->rejected));
        json_object_set_new(document, "errors",
                            record_describe_errors(reply->errors, reply->n_errors));
    }
    if (reply->rejected > 0)
        c->code = EXIT_INPUT;
    output_document(c, document, change_views);
    if (reply->rejected > 0)
        output_talk(c, P_NOTHING_DONE, "");
    message_free(reply);
}

static void run(cli *c, Cbank__V1__ChangeAction action, Cbank__V1__CreditRecord *amendment,
                which *all)
{
    Cbank__Api__V1__CreditCorrectRequest request = CBANK__API__V1__CREDIT_CORRECT_REQUEST__INIT;
    const cbank_key *key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
    cbank_bank *bank = key != NULL ? call_open_bank(c) : NULL;
    job_files files = {0};
    Cbank__Api__V1__SheetFormat format = CBANK__API__V1__SHEET_FORMAT__INIT;
    cbank_job *job = NULL;
    cbank_error err;
    uint8_t token[16];
    bytes packed;

    if (bank == NULL || !call_token(c, token, &request.token))
        return;
    if (all->id_count == 0 && !all->filtered) {
        files.input = options_text(c, "from");
        request.sheet = &format;
        request.lang = format_language();
        format_read_columns(c, &format);
    }
    request.institution = options_text(c, "institution");
    request.find = all->filtered ? &all->filter : NULL;
    request.ids = all->ids;
    request.n_ids = all->id_count;
    request.action = action;
    request.amendment = amendment;
    request.reason = options_text(c, "reason");
    if (options_given(c, "document"))
        request.document = options_text(c, "document");
    request.dry_run = c->dry_run;
    packed = message_pack(&request.base);
    if (cbank_credit_correct_begin(bank, key, packed.data, packed.size, &job, &err) == CBANK_OK)
        show(c, action,
             job_run(c, job, &files, &cbank__api__v1__credit_correct_reply__descriptor));
    else
        fail_call(c, &err);
    memory_free(&packed);
}

static void change(cli *c, Cbank__V1__ChangeAction action, Cbank__V1__CreditRecord *amendment)
{
    which all;
    bool fine = which_read(c, true, &all);
    bool from = action == ACTION(SUPERSEDE) && options_given(c, "from");

    c->dry_run = c->dry_run || options_given(c, "preview");
    if (fine && from && (all.filtered || all.id_count > 0 || amendment != NULL))
        fail_own(c, FAIL_OPTION_CHOICE, "--from | ID, --file, --batch, --where");
    else if (fine && !from && !all.filtered && all.id_count == 0)
        fail_own(c, FAIL_NO_IDS, "");
    else if (fine)
        run(c, action, amendment, &all);
    which_clear(&all);
}

/* Beside a file there is nothing to state; without one the library says what is missing. */
static bool states_nothing(const cli *c, const Cbank__V1__CreditRecord *record)
{
    return options_given(c, "from") && cbank__v1__credit_record__get_packed_size(record) == 0;
}

/*
 * What was given takes the place of what the records say; the rest of them stays. A file says it
 * record by record.
 */
void change_amend(cli *c)
{
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    draft parts;

    if (draft_fill(c, &record, &parts))
        change(c, ACTION(SUPERSEDE), states_nothing(c, &record) ? NULL : &record);
    draft_clear(&parts);
}

void change_revoke(cli *c)
{
    change(c, ACTION(REVOKE), NULL);
}

void change_suspend(cli *c)
{
    change(c, ACTION(SUSPEND), NULL);
}

void change_reinstate(cli *c)
{
    change(c, ACTION(REINSTATE), NULL);
}
