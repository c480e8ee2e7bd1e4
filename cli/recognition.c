/* recognition.c - cbank recognition ..., plan recognise: what an institution recognises of a plan.
 */
#include "call.h"
#include "decision.h"
#include "fail.h"
#include "file.h"
#include "finding.h"
#include "memory.h"
#include "options.h"
#include "outside.h"
#include "output.h"
#include "recognition.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/bank.pb-c.h"
#include "cbank/api/v1/recognition.pb-c.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 1000

typedef Cbank__Api__V1__RecognitionInfo recognition_info;

static const view grant_views[] = {
    {"effect", P_EFFECT, VIEW_PLAIN, NULL},
    {"target", P_CODE, VIEW_PLAIN, NULL},
    {"bucket", P_BUCKET, VIEW_PLAIN, NULL},
    {"amount", P_TOTALS, VIEW_PLAIN, NULL},
    {"basis", P_REASON, VIEW_PLAIN, NULL},
    {"rule", P_RULE, VIEW_PLAIN, NULL},
    {0},
};

static const view info_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"number", P_NUMBER, VIEW_PLAIN, NULL},
    {"institution", P_INSTITUTION, VIEW_PLAIN, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"programme", P_PROGRAMME, VIEW_PLAIN, NULL},
    {"rests_on", P_RESTS_ON, VIEW_WORD, NULL},
    {"on", P_LETTER_ON, VIEW_PLAIN, NULL},
    {"scope", P_USE_SCOPE, VIEW_WORD, NULL},
    {"records", P_RECORDS_NAMED, VIEW_PLAIN, NULL},
    {"granted", P_GRANTS, VIEW_ROWS, grant_views},
    {0},
};

static const view list_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"number", P_NUMBER, VIEW_PLAIN, NULL},
    {"institution", P_INSTITUTION, VIEW_PLAIN, NULL},
    {"programme", P_PROGRAMME, VIEW_PLAIN, NULL},
    {"rests_on", P_RESTS_ON, VIEW_WORD, NULL},
    {0},
};

static json_t *describe_grants(const recognition_info *info)
{
    json_t *list = json_array();

    for (size_t i = 0; i < info->n_grants; i++) {
        const Cbank__V1__RecognitionGrant *grant = info->grants[i];

        json_array_append_new(
            list,
            json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "effect",
                      shape_word(&cbank__v1__grant_effect__descriptor, (int)grant->effect),
                      "target", shape_text(grant->target == NULL ? NULL : grant->target->value),
                      "bucket", shape_text(grant->bucket), "amount",
                      grant->amount == NULL ? json_null() : shape_milli(grant->amount->milli),
                      "basis", shape_word(&cbank__v1__grant_basis__descriptor, (int)grant->basis),
                      "rule", shape_text(grant->rule)));
    }
    return list;
}

/* Who recognised what for, by a signature or by a letter; nothing once it is erased. */
static void describe_ground(const recognition_info *info, json_t *out)
{
    const Cbank__V1__RecognitionHead *head = info->head;
    const Cbank__V1__OutsideNotice *notice = info->notice;
    bool named = head != NULL && head->programme != NULL;
    const char *number = NULL, *institution = NULL, *programme = named ? head->programme->id : NULL;

    if (head != NULL) {
        number = head->number;
        institution = head->institution;
    } else if (notice != NULL) {
        number = notice->document;
        institution = notice->recogniser;
        programme = notice->programme;
    }
    json_object_set_new(out, "number", shape_text(number));
    json_object_set_new(out, "institution", shape_text(institution));
    json_object_set_new(out, "programme", shape_text(programme));
    json_object_set_new(out, "rests_on",
                        shape_text(head != NULL ? "signature" : notice != NULL ? "letter" : NULL));
    json_object_set_new(out, "on", notice == NULL ? json_null() : shape_date(notice->on));
    json_object_set_new(out, "scan",
                        notice == NULL || notice->scan_digest.len == 0
                            ? json_null()
                            : shape_hex(notice->scan_digest));
}

static json_t *describe(const recognition_info *info)
{
    json_t *out = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", shape_hex(info->id), "status",
        shape_word(&cbank__api__v1__conversion_state__descriptor, (int)info->state), "account",
        shape_text(info->account), "entered", shape_time(info->entered_at), "granted",
        describe_grants(info), "decision", decision_describe(info->head), "released",
        shape_texts(info->released, info->n_released));

    describe_ground(info, out);
    json_object_set_new(out, "scope",
                        shape_word(&cbank__v1__use_scope__descriptor, (int)info->scope));
    json_object_set_new(out, "records", shape_texts(info->records, info->n_records));
    return out;
}

void recognition_show_info(cli *c, recognition_info *info)
{
    if (info != NULL)
        output_document(c, describe(info), info_views);
    if (info != NULL && c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    message_free(info);
}

bool recognition_id(cli *c, const char *text, uint8_t room[RECOGNITION_ID],
                    ProtobufCBinaryData *out)
{
    size_t size = strlen(text) / 2;

    *out = (ProtobufCBinaryData){.len = size, .data = room};
    if (size == 0 || size > RECOGNITION_ID || !value_hex(text, room, size)) {
        fail_own(c, FAIL_BAD_HEX, text);
        return false;
    }
    return true;
}

/* The file as its institution signed it, for whoever runs it again; nothing on a dry run. */
static bool save(cli *c, ProtobufCBinaryData id)
{
    Cbank__Api__V1__RecognitionShowRequest ask = CBANK__API__V1__RECOGNITION_SHOW_REQUEST__INIT;
    recognition_info *info;
    bool saved;

    if (id.len == 0)
        return true;
    ask.id = id;
    ask.with_file = true;
    info = call_bank(c, cbank_recognition_show, &ask.base,
                     &cbank__api__v1__recognition_info__descriptor);
    saved = info != NULL && file_write(c, options_text(c, "output"), FILE_PRIVATE, info->file.data,
                                       info->file.len);
    message_free(info);
    return saved;
}

/* ---- of a plan ---- */

const option recognise_options[] = {
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},
    {"key", "FILE", P_OPT_KEY_OWN, OPTION_NEEDED},
    {"enrolment", "ID", P_OPT_RECOGNISE_ENROLMENT, 0},
    {"number", "TEXT", P_OPT_RECOGNITION_NUMBER, 0},
    {"refuse", "A.G=CODE", P_OPT_REFUSE, OPTION_REPEATED},
    {"less", "A.G=N", P_OPT_LESS, OPTION_REPEATED},
    {"decision", "FILE", P_OPT_DECISION, 0},
    {"reviewer", "HANDLE", P_OPT_REVIEWER, 0},
    {"output", "FILE", P_OPT_OUTPUT_RECOGNITION, 0},
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {0},
};

typedef struct ruling {
    Cbank__Api__V1__RecognitionRuling message;
    Cbank__V1__Amount less;
    Cbank__V1__Code reason;
} ruling;

/* "2.1=...": the second application's first grant, as people count. */
static char *read_place(cli *c, char *text, Cbank__Api__V1__RecognitionRuling *out)
{
    char *dot = strchr(text, '.'), *equals = strchr(text, '=');
    char place[64];
    uint64_t application, grant;

    if (dot != NULL && equals != NULL && dot < equals && (size_t)(equals - text) < sizeof(place)) {
        memcpy(place, text, (size_t)(equals - text));
        place[equals - text] = '\0';
        place[dot - text] = '\0';
        if (value_u64(place, &application) && value_u64(place + (dot - text) + 1, &grant) &&
            application > 0 && application <= UINT32_MAX && grant > 0 && grant <= UINT32_MAX) {
            out->application = (uint32_t)application - 1;
            out->grant = (uint32_t)grant - 1;
            return equals + 1;
        }
    }
    fail_own(c, FAIL_BAD_WHERE, text);
    return NULL;
}

static bool read_rulings(cli *c, ruling *rows, Cbank__Api__V1__RecognitionRuling **list)
{
    static char scheme[] = "cbank", unit[] = "credit";
    size_t count = 0;

    for (int less = 0; less < 2; less++) {
        size_t next = 0;
        char *text;

        while ((text = options_each(c, less ? "less" : "refuse", &next)) != NULL) {
            ruling *row = &rows[count];

            cbank__api__v1__recognition_ruling__init(&row->message);
            cbank__v1__amount__init(&row->less);
            cbank__v1__code__init(&row->reason);
            text = read_place(c, text, &row->message);
            if (text == NULL)
                return false;
            row->less.unit = unit;
            row->reason.scheme = scheme;
            row->reason.value = text;
            if (less && !value_milli(text, &row->less.milli)) {
                fail_own(c, FAIL_BAD_AMOUNT, text);
                return false;
            }
            if (less)
                row->message.less = &row->less;
            else
                row->message.reason = &row->reason;
            list[count++] = &row->message;
        }
    }
    return true;
}

/* Findings are stated by their reviewer; a plan that cannot be read is left for the library. */
static bool read_findings(cli *c, const bytes *file, Cbank__V1__Plan **plan, finding_rows *out)
{
    *plan = (Cbank__V1__Plan *)(void *)protobuf_c_message_unpack(&cbank__v1__plan__descriptor,
                                                                 NULL, file->size, file->data);
    return *plan == NULL || findings_of_plan(c, *plan, out);
}

static void recognise_plan(cli *c, const char *file, ProtobufCBinaryData replaced)
{
    Cbank__Api__V1__RecognitionSignRequest ask = CBANK__API__V1__RECOGNITION_SIGN_REQUEST__INIT;
    Cbank__V1__RecognitionHead head = CBANK__V1__RECOGNITION_HEAD__INIT;
    size_t count = options_count(c, "refuse") + options_count(c, "less");
    Cbank__Api__V1__RecognitionRuling **list = memory_new(count + 1, sizeof(*list));
    ruling *rows = memory_new(count + 1, sizeof(*rows));
    recognition_info *info;
    decision taken = {0};
    Cbank__V1__Plan *read = NULL;
    finding_rows found = {.count = 0};
    bytes plan = {0};
    cbank_key *key;

    if (file_read(c, file, &plan) && read_rulings(c, rows, list) &&
        read_findings(c, &plan, &read, &found) &&
        (!options_given(c, "decision") ||
         decision_read(c, options_text(c, "decision"), &head, &taken))) {
        key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
        head.institution = options_text(c, "institution");
        if (options_given(c, "enrolment"))
            head.enrolment = options_text(c, "enrolment");
        if (options_given(c, "number"))
            head.number = options_text(c, "number");
        ask.plan = message_bytes(plan);
        head.replaces = replaced;
        ask.head = &head;
        ask.rulings = list;
        ask.n_rulings = count;
        ask.findings = found.list;
        ask.n_findings = found.count;
        ask.dry_run = c->dry_run;
        info = call_signed(c, cbank_plan_recognise, key, &ask.base,
                           &cbank__api__v1__recognition_info__descriptor);
        if (info != NULL && (!options_given(c, "output") || save(c, info->id)))
            recognition_show_info(c, info);
        else
            message_free(info);
    }
    decision_clear(&taken);
    message_free(read);
    memory_free(&plan);
    free(rows);
    free(list);
}

void recognise(cli *c)
{
    recognise_plan(c, c->arguments[0], (ProtobufCBinaryData){0});
}

/* A plan that was made to take the place of this recognition, which is released first. */
static void replace(cli *c)
{
    uint8_t id[RECOGNITION_ID];
    ProtobufCBinaryData replaced;

    if (recognition_id(c, c->arguments[0], id, &replaced))
        recognise_plan(c, c->arguments[1], replaced);
}

/* ---- what becomes of it ---- */

static const option change_options[] = {
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},
    {"key", "FILE", P_OPT_KEY_OWN, OPTION_NEEDED},
    {"reason", "CODE", P_OPT_REASON, OPTION_NEEDED},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {0},
};

static void enter_file(cli *c, ProtobufCBinaryData file)
{
    Cbank__Api__V1__RecognitionEnterRequest ask = CBANK__API__V1__RECOGNITION_ENTER_REQUEST__INIT;

    ask.file = file;
    ask.dry_run = c->dry_run;
    recognition_show_info(c, call_bank(c, cbank_recognition_enter, &ask.base,
                           &cbank__api__v1__recognition_info__descriptor));
}

static void enter(cli *c)
{
    bytes file = {0};

    if (file_read(c, c->arguments[0], &file))
        enter_file(c, message_bytes(file));
    memory_free(&file);
}

/* Signed here, for the bank that is open, and entered at once. */
static void change(cli *c, Cbank__V1__RecognitionAction action)
{
    Cbank__Api__V1__RecognitionChangeRequest ask = CBANK__API__V1__RECOGNITION_CHANGE_REQUEST__INIT;
    Cbank__Api__V1__RecognitionFileReply *made = NULL;
    Cbank__Api__V1__BankInfo *bank;
    uint8_t id[RECOGNITION_ID];
    cbank_buffer reply = {0};
    cbank_error err;
    cbank_key *key;
    bytes request;

    if (!recognition_id(c, c->arguments[0], id, &ask.recognition))
        return;
    key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
    bank =
        key == NULL ? NULL : call_plain(c, cbank_bank_info, &cbank__api__v1__bank_info__descriptor);
    if (bank == NULL)
        return;
    ask.institution = options_text(c, "institution");
    ask.origin = bank->origin;
    ask.action = action;
    ask.reason = options_text(c, "reason");
    if (options_given(c, "document"))
        ask.document = options_text(c, "document");
    request = message_pack(&ask.base);
    made = call_reply(c, cbank_recognition_change(key, request.data, request.size, &reply, &err),
                      &err, &reply, &cbank__api__v1__recognition_file_reply__descriptor);
    if (made != NULL)
        enter_file(c, made->file);
    memory_free(&request);
    message_free(made);
    message_free(bank);
}

static void suspend(cli *c)
{
    change(c, CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_SUSPEND);
}

static void reinstate(cli *c)
{
    change(c, CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_REINSTATE);
}

static void reverse(cli *c)
{
    change(c, CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_REVERSE);
}

static void list(cli *c)
{
    Cbank__Api__V1__RecognitionListRequest ask = CBANK__API__V1__RECOGNITION_LIST_REQUEST__INIT;
    bool first = true;

    ask.account = c->arguments[0];
    ask.limit = PAGE;
    do {
        Cbank__Api__V1__RecognitionListReply *page =
            call_bank(c, cbank_recognition_list, &ask.base,
                      &cbank__api__v1__recognition_list_reply__descriptor);
        json_t *rows;

        if (page == NULL)
            return;
        rows = json_array();
        for (size_t i = 0; i < page->n_recognitions; i++)
            json_array_append_new(rows, describe(page->recognitions[i]));
        output_list(c, rows, list_views, first);
        first = false;
        ask.after = page->next;
        message_free(page);
    } while (ask.after != 0);
}

static bool collect_one(cli *c, ProtobufCBinaryData id, json_t *list)
{
    Cbank__Api__V1__RecognitionShowRequest ask = CBANK__API__V1__RECOGNITION_SHOW_REQUEST__INIT;
    recognition_info *info;
    json_t *one;

    ask.id = id;
    ask.with_file = true;
    info = call_bank(c, cbank_recognition_show, &ask.base,
                     &cbank__api__v1__recognition_info__descriptor);
    if (info == NULL)
        return false;
    one = describe(info);
    json_object_set_new(one, "file", shape_hex(info->file));
    json_array_append_new(list, one);
    message_free(info);
    return true;
}

bool recognition_collect(cli *c, char *account, json_t *list)
{
    Cbank__Api__V1__RecognitionListRequest ask = CBANK__API__V1__RECOGNITION_LIST_REQUEST__INIT;
    bool fine = true;

    ask.account = account;
    ask.limit = PAGE;
    do {
        Cbank__Api__V1__RecognitionListReply *page =
            call_bank(c, cbank_recognition_list, &ask.base,
                      &cbank__api__v1__recognition_list_reply__descriptor);

        if (page == NULL)
            return false;
        for (size_t i = 0; i < page->n_recognitions && fine; i++) {
            if (page->recognitions[i]->head == NULL) /* erased, or no file was signed */
                json_array_append_new(list, describe(page->recognitions[i]));
            else
                fine = collect_one(c, page->recognitions[i]->id, list);
        }
        ask.after = page->next;
        message_free(page);
    } while (fine && ask.after != 0);
    return fine;
}

static void show(cli *c)
{
    Cbank__Api__V1__RecognitionShowRequest ask = CBANK__API__V1__RECOGNITION_SHOW_REQUEST__INIT;
    uint8_t id[RECOGNITION_ID];

    if (recognition_id(c, c->arguments[0], id, &ask.id) &&
        (!options_given(c, "output") || save(c, ask.id)))
        recognition_show_info(c, call_bank(c, cbank_recognition_show, &ask.base,
                               &cbank__api__v1__recognition_info__descriptor));
}

static const option show_options[] = {
    {"output", "FILE", P_OPT_OUTPUT_RECOGNITION, 0},
    {0},
};

const command recognition_commands[] = {
    {"list", "ACCOUNT", 1, 1, P_RECOGNITION_LIST, COMMAND_BANK, NULL, list},
    {"show", "ID", 1, 1, P_RECOGNITION_SHOW, COMMAND_BANK, show_options, show},
    {"enter", "FILE", 1, 1, P_RECOGNITION_ENTER, COMMAND_BANK | COMMAND_WRITES, NULL, enter},
    {"suspend", "ID", 1, 1, P_RECOGNITION_SUSPEND, COMMAND_BANK | COMMAND_WRITES, change_options,
     suspend},
    {"reinstate", "ID", 1, 1, P_RECOGNITION_REINSTATE, COMMAND_BANK | COMMAND_WRITES,
     change_options, reinstate},
    {"reverse", "ID", 1, 1, P_RECOGNITION_REVERSE, COMMAND_BANK | COMMAND_WRITES, change_options,
     reverse},
    {"replace", "ID FILE", 2, 2, P_RECOGNITION_REPLACE, COMMAND_BANK | COMMAND_WRITES,
     recognise_options, replace},
    {"note", "ACCOUNT", 1, 1, P_RECOGNITION_NOTE, COMMAND_BANK | COMMAND_WRITES,
     outside_note_options, outside_note},
    {"settle", "ID", 1, 1, P_RECOGNITION_SETTLE, COMMAND_BANK | COMMAND_WRITES,
     outside_settle_options, outside_settle},
    {0},
};
