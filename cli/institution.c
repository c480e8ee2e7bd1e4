/* institution.c - cbank institution ...: colleges and their keys. */
#include "institution.h"

#include "call.h"
#include "fail.h"
#include "file.h"
#include "grant.h"
#include "keyloss.h"
#include "memory.h"
#include "names.h"
#include "options.h"
#include "output.h"
#include "referencekey.h"
#include "shape.h"

#include "cbank/api/v1/institution.pb-c.h"
#include "cbank/api/v1/key.pb-c.h"

#include <stdlib.h>

#define PAGE 1000

static const view key_views[] = {
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {"from_index", P_FROM_INDEX, VIEW_PLAIN, NULL},
    {"until_index", P_UNTIL_INDEX, VIEW_PLAIN, NULL},
    {"vouched", P_VOUCHED, VIEW_PLAIN, NULL},
    {0},
};

static const view name_views[] = {
    {"lang", P_LANGUAGE, VIEW_PLAIN, NULL},
    {"text", P_NAME, VIEW_PLAIN, NULL},
    {"from", P_FROM, VIEW_PLAIN, NULL},
    {"until", P_UNTIL, VIEW_PLAIN, NULL},
    {0},
};

static const view info_views[] = {
    {"code", P_CODE, VIEW_PLAIN, NULL},
    {"name", P_NAME, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"vouched", P_VOUCHED, VIEW_PLAIN, NULL},
    {"admitted", P_ADMITTED, VIEW_PLAIN, NULL},
    {"batches", P_BATCHES, VIEW_PLAIN, NULL},
    {"ended_on", P_ENDED_ON, VIEW_PLAIN, NULL},
    {"final_on", P_FINAL_ON, VIEW_PLAIN, NULL},
    {"parent", P_PARENT, VIEW_PLAIN, NULL},
    {"role_line", P_ROLES, VIEW_PLAIN, NULL},
    {"scope_lines", P_SCOPES, VIEW_PLAIN, NULL},
    {"licence_lines", P_LICENCES, VIEW_PLAIN, NULL},
    {"delegation_lines", P_DELEGATIONS, VIEW_PLAIN, NULL},
    {"succession_lines", P_SUCCESSIONS, VIEW_PLAIN, NULL},
    {"dated_names", P_NAMES_HELD, VIEW_ROWS, name_views},
    {"keys", P_KEYS, VIEW_ROWS, key_views},
    {0},
};

static const view list_views[] = {
    {"code", P_CODE, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"batches", P_BATCHES, VIEW_PLAIN, NULL},
    {"vouched", P_VOUCHED, VIEW_PLAIN, NULL},
    {"name", P_NAME, VIEW_PLAIN, NULL},
    {0},
};

static json_t *describe_keys(const Cbank__Api__V1__InstitutionInfo *info)
{
    json_t *list = json_array();

    for (size_t i = 0; i < info->n_keys; i++) {
        const Cbank__Api__V1__InstitutionKeyInfo *key = info->keys[i];

        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:o, s:b, s:o}", "public_key",
                            shape_hex(key->public_key), "fingerprint",
                            shape_text(key->fingerprint), "from_index",
                            shape_number(key->from_index), "until_index",
                            key->until_index > 0 ? shape_number(key->until_index) : json_null(),
                            "vouched", (int)key->vouched, "compromised_since",
                            key->compromised_since > 0 ? shape_number(key->compromised_since)
                                                       : json_null()));
    }
    return list;
}

/* `vouched` speaks of the newest key; who has none is the bank's word altogether. */
static json_t *describe(const Cbank__Api__V1__InstitutionInfo *info)
{
    bool vouched = info->n_keys == 0 || info->keys[info->n_keys - 1]->vouched;
    json_t *document = json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}", "code",
                     shape_text(info->institution), "name",
                     shape_name(info->names, info->n_names), "names",
                     shape_names(info->names, info->n_names), "ids",
                     shape_ids(info->ids, info->n_ids), "status",
                     shape_word(&cbank__v1__institution_status__descriptor, (int)info->status),
                     "vouched", (int)vouched, "admitted", shape_time(info->admitted_at),
                     "admitted_index", shape_number(info->admitted_index), "batches",
                     shape_number(info->batches), "keys", describe_keys(info));

    grant_describe_info(info, document);
    return document;
}

void institution_show_info(cli *c, Cbank__Api__V1__InstitutionInfo *info)
{
    if (info != NULL) {
        json_t *document = describe(info);

        if (!c->json)
            grant_add_lines(document);
        output_document(c, document, info_views);
    }
    message_free(info);
}

/* ---- the college's side ---- */

static const option request_options[] = {
    {"code", "CODE", P_OPT_CODE_WANTED, OPTION_NEEDED},
    {"name", "TEXT", P_OPT_INSTITUTION_NAME, OPTION_NEEDED | OPTION_REPEATED},
    {"origin", "NAME", P_OPT_ORIGIN, OPTION_NEEDED},
    {"key", "FILE", P_OPT_KEY_OWN, OPTION_NEEDED},
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    {"id", "SCHEME=VALUE", P_OPT_ORGANISATION_ID, OPTION_REPEATED},
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {0},
};

static const view request_views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"code", P_CODE, VIEW_PLAIN, NULL},
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {0},
};

void institution_keep_request(cli *c, Cbank__Api__V1__RequestReply *reply)
{
    const char *path = options_text(c, "output");

    if (reply != NULL && file_write(c, path, FILE_PUBLIC, reply->file.data, reply->file.len)) {
        if (c->dry_run)
            output_talk(c, P_WOULD_WRITE, path);
        output_document(c,
                        json_pack("{s:s, s:o, s:o}", "file", path, "code",
                                  shape_text(reply->institution), "fingerprint",
                                  shape_text(reply->fingerprint)),
                        request_views);
    }
    message_free(reply);
}

static void request(cli *c)
{
    Cbank__Api__V1__JoinRequest join = CBANK__API__V1__JOIN_REQUEST__INIT;
    const cbank_key *key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
    cbank_buffer reply = {0};
    cbank_error err;
    name_list names;
    name_ids ids;
    bytes packed;

    if (key == NULL || !names_read_ids(c, &ids))
        return;
    names_read(c, "name", &names);
    join.origin = options_text(c, "origin");
    join.institution = options_text(c, "code");
    join.names = names.list;
    join.n_names = names.count;
    join.ids = ids.list;
    join.n_ids = ids.count;
    packed = message_pack(&join.base);
    institution_keep_request(c, call_reply(c,
                               cbank_institution_request(key, packed.data, packed.size, &reply,
                                                         &err),
                               &err, &reply, &cbank__api__v1__request_reply__descriptor));
    memory_free(&packed);
    names_clear(&names);
    names_clear_ids(&ids);
}

static const option rotation_options[] = {
    {"code", "CODE", P_OPT_CODE_OWN, OPTION_NEEDED},
    {"origin", "NAME", P_OPT_ORIGIN, OPTION_NEEDED},
    {"key", "FILE", P_OPT_KEY_EARLIER, OPTION_NEEDED},
    {"new-key", "FILE", P_OPT_KEY_NEW, OPTION_NEEDED},
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {"new-key-passphrase-file", "FILE", P_OPT_NEW_KEY_PASSPHRASE, 0},
    {0},
};

static void rotate_request(cli *c)
{
    Cbank__Api__V1__RotationRequest rotation = CBANK__API__V1__ROTATION_REQUEST__INIT;
    const cbank_key *earlier = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
    const cbank_key *next = NULL;
    cbank_buffer reply = {0};
    cbank_error err;
    bytes packed;

    if (earlier != NULL)
        next = call_open_key(c, options_text(c, "new-key"), "new-key-passphrase-file");
    if (next == NULL)
        return;
    rotation.origin = options_text(c, "origin");
    rotation.institution = options_text(c, "code");
    packed = message_pack(&rotation.base);
    institution_keep_request(c, call_reply(c,
                               cbank_institution_rotation(earlier, next, packed.data, packed.size,
                                                          &reply, &err),
                               &err, &reply, &cbank__api__v1__request_reply__descriptor));
    memory_free(&packed);
}

/* ---- the bank's side ---- */

static const option admit_options[] = {
    {"name", "TEXT", P_OPT_INSTITUTION_NAME, OPTION_REPEATED},
    {"key", "PUBFILE", P_OPT_PUBFILE, 0},
    {"id", "SCHEME=VALUE", P_OPT_ORGANISATION_ID, OPTION_REPEATED},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static Cbank__Api__V1__InstitutionInfo *find(cli *c, char *code)
{
    Cbank__Api__V1__InstitutionShowRequest ask = CBANK__API__V1__INSTITUTION_SHOW_REQUEST__INIT;

    ask.institution = code;
    return call_bank(c, cbank_institution_show, &ask.base,
                     &cbank__api__v1__institution_info__descriptor);
}

static void admit_file(cli *c, Cbank__Api__V1__AdmitRequest *admission)
{
    bytes file;

    if (!file_read(c, c->arguments[0], &file))
        return;
    admission->file = message_bytes(file);
    if (c->dry_run) {
        if (call_open_bank(c) != NULL)
            output_talk(c, P_WOULD_ADMIT, c->arguments[0]);
    } else {
        institution_show_info(c, call_bank(c, cbank_institution_admit, &admission->base,
                               &cbank__api__v1__institution_info__descriptor));
    }
    memory_free(&file);
}

/* The bank's word alone: names and key come from the command line. */
static void admit_code(cli *c, Cbank__Api__V1__AdmitRequest *admission)
{
    Cbank__Api__V1__KeyInfo *key;
    cbank_buffer reply = {0};
    cbank_error err;
    name_list names;
    name_ids ids;

    key = call_reply(c, cbank_key_show_public(options_text(c, "key"), &reply, &err), &err, &reply,
                     &cbank__api__v1__key_info__descriptor);
    if (key == NULL || !names_read_ids(c, &ids)) {
        message_free(key);
        return;
    }
    names_read(c, "name", &names);
    admission->institution = c->arguments[0];
    admission->names = names.list;
    admission->n_names = names.count;
    admission->ids = ids.list;
    admission->n_ids = ids.count;
    admission->public_key = key->public_key;
    if (!c->dry_run)
        institution_show_info(c, call_bank(c, cbank_institution_admit, &admission->base,
                               &cbank__api__v1__institution_info__descriptor));
    else if (call_open_bank(c) != NULL)
        output_talk(c, P_WOULD_ADMIT, c->arguments[0]);
    message_free(key);
    names_clear(&names);
    names_clear_ids(&ids);
}

static void admit(cli *c)
{
    Cbank__Api__V1__AdmitRequest admission = CBANK__API__V1__ADMIT_REQUEST__INIT;
    bool by_code = options_given(c, "name") || options_given(c, "key") || options_given(c, "id");
    uint8_t token[16];

    if (by_code && !(options_given(c, "name") && options_given(c, "key"))) {
        fail_own(c, FAIL_OPTION_CHOICE, "--name, --key");
        return;
    }
    if (!call_token(c, token, &admission.token))
        return;
    if (by_code)
        admit_code(c, &admission);
    else
        admit_file(c, &admission);
}

static const option rotate_options[] = {
    {"key", "PUBFILE", P_OPT_PUBFILE_AFTER_LOSS, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static void take_key(cli *c, Cbank__Api__V1__RotateRequest *rotation)
{
    if (!c->dry_run)
        institution_show_info(c, call_bank(c, cbank_institution_rotate, &rotation->base,
                                           &cbank__api__v1__institution_info__descriptor));
    else if (call_open_bank(c) != NULL)
        output_talk(c, P_WOULD_ROTATE, c->arguments[0]);
}

/* The bank's word alone, where the earlier key is compromised. */
static void replace_key(cli *c, Cbank__Api__V1__RotateRequest *rotation)
{
    Cbank__Api__V1__KeyInfo *key;
    cbank_buffer reply = {0};
    cbank_error err;

    key = call_reply(c, cbank_key_show_public(options_text(c, "key"), &reply, &err), &err, &reply,
                     &cbank__api__v1__key_info__descriptor);
    if (key == NULL)
        return;
    rotation->institution = c->arguments[0];
    rotation->public_key = key->public_key;
    take_key(c, rotation);
    message_free(key);
}

static void rotate_key(cli *c)
{
    Cbank__Api__V1__RotateRequest rotation = CBANK__API__V1__ROTATE_REQUEST__INIT;
    uint8_t token[16];
    bytes file;

    if (!call_token(c, token, &rotation.token))
        return;
    if (options_given(c, "key")) {
        replace_key(c, &rotation);
        return;
    }
    if (!file_read(c, c->arguments[0], &file))
        return;
    rotation.file = message_bytes(file);
    take_key(c, &rotation);
    memory_free(&file);
}

static void show(cli *c)
{
    institution_show_info(c, find(c, c->arguments[0]));
}

static void list(cli *c)
{
    Cbank__Api__V1__InstitutionListRequest ask = CBANK__API__V1__INSTITUTION_LIST_REQUEST__INIT;
    Cbank__Api__V1__InstitutionListReply *page = NULL;
    bool first = true;
    bool more = true;

    ask.limit = PAGE;
    while (more) {
        Cbank__Api__V1__InstitutionListReply *next =
            call_bank(c, cbank_institution_list, &ask.base,
                      &cbank__api__v1__institution_list_reply__descriptor);
        json_t *rows;

        message_free(page); /* `ask.after` was a word of it */
        page = next;
        if (page == NULL)
            return;
        rows = json_array();
        for (size_t i = 0; i < page->n_institutions; i++)
            json_array_append_new(rows, describe(page->institutions[i]));
        output_list(c, rows, list_views, first);
        first = false;
        more = page->more && page->n_institutions > 0;
        if (more)
            ask.after = page->institutions[page->n_institutions - 1]->institution;
    }
    message_free(page);
}

static const option suspend_options[] = {
    {"reason", "CODE", P_OPT_REASON, OPTION_NEEDED},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static const option resume_options[] = {
    {"reason", "CODE", P_OPT_REASON, 0},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static void change(cli *c, bank_call *call)
{
    Cbank__Api__V1__InstitutionChangeRequest ask =
        CBANK__API__V1__INSTITUTION_CHANGE_REQUEST__INIT;
    uint8_t token[16];

    if (!call_token(c, token, &ask.token))
        return;
    ask.institution = c->arguments[0];
    if (options_given(c, "reason"))
        ask.reason = options_text(c, "reason");
    if (options_given(c, "document"))
        ask.document = options_text(c, "document");
    institution_show_info(c, c->dry_run ? find(c, ask.institution)
                            : call_bank(c, call, &ask.base,
                                        &cbank__api__v1__institution_info__descriptor));
    if (c->dry_run && c->code == EXIT_DONE)
        output_talk(c, P_DRY_RUN, "");
}

static void suspend(cli *c)
{
    change(c, cbank_institution_suspend);
}

static void resume(cli *c)
{
    change(c, cbank_institution_resume);
}

#define BANK_WRITES (COMMAND_BANK | COMMAND_WRITES)

const command institution_commands[] = {
    {"request", "", 0, 0, P_INSTITUTION_REQUEST, COMMAND_WRITES, request_options, request},
    {"admit", "REQ|CODE", 1, 1, P_INSTITUTION_ADMIT, BANK_WRITES, admit_options, admit},
    {"list", "", 0, 0, P_INSTITUTION_LIST, COMMAND_BANK, NULL, list},
    {"show", "CODE", 1, 1, P_INSTITUTION_SHOW, COMMAND_BANK, NULL, show},
    {"rotate-request", "", 0, 0, P_INSTITUTION_ROTATE_REQUEST, COMMAND_WRITES, rotation_options,
     rotate_request},
    {"rotate-key", "REQ|CODE", 1, 1, P_INSTITUTION_ROTATE_KEY, BANK_WRITES, rotate_options,
     rotate_key},
    {"compromised", "CODE", 1, 1, P_INSTITUTION_COMPROMISED, BANK_WRITES,
     keyloss_institution_options, keyloss_institution},
    {"register", "CODE", 1, 1, P_INSTITUTION_REGISTER, BANK_WRITES, grant_register_options,
     grant_register},
    {"rename", "CODE", 1, 1, P_INSTITUTION_RENAME, BANK_WRITES, grant_rename_options,
     grant_rename},
    {"describe", "CODE", 1, 1, P_INSTITUTION_DESCRIBE, BANK_WRITES, grant_describe_options,
     grant_describe},
    {"scope", "CODE", 1, 1, P_INSTITUTION_SCOPE, BANK_WRITES, grant_scope_options, grant_scope},
    {"licence", "CODE", 1, 1, P_INSTITUTION_LICENCE, BANK_WRITES, grant_licence_options,
     grant_licence},
    {"delegate-request", "", 0, 0, P_INSTITUTION_DELEGATE_REQUEST, COMMAND_WRITES,
     grant_request_options, grant_delegate_request},
    {"delegate", "REQ|CODE", 1, 1, P_INSTITUTION_DELEGATE, BANK_WRITES, grant_delegate_options,
     grant_delegate},
    {"succeed", "CODE", 1, 1, P_INSTITUTION_SUCCEED, BANK_WRITES, grant_succeed_options,
     grant_succeed},
    {"end", "CODE", 1, 1, P_INSTITUTION_END, BANK_WRITES, grant_end_options, grant_end},
    {"merge", "FROM INTO", 2, 2, P_INSTITUTION_MERGE, BANK_WRITES, grant_merge_options,
     grant_merge},
    {"close", "CODE", 1, 1, P_INSTITUTION_CLOSE, BANK_WRITES, grant_close_options, grant_close},
    {"suspend", "CODE", 1, 1, P_INSTITUTION_SUSPEND, BANK_WRITES, suspend_options, suspend},
    {"resume", "CODE", 1, 1, P_INSTITUTION_RESUME, BANK_WRITES, resume_options, resume},
    {"reference-key", "CODE", 1, 1, P_INSTITUTION_REFERENCE_KEY, BANK_WRITES, referencekey_options,
     referencekey_hand_out},
    {0},
};
