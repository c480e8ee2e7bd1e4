/* bank.c - cbank bank ...: making, describing, checking and keeping a bank. */
#include "bankcheck.h"
#include "bankkey.h"
#include "call.h"
#include "expiry.h"
#include "fail.h"
#include "file.h"
#include "job.h"
#include "keyloss.h"
#include "memory.h"
#include "names.h"
#include "options.h"
#include "output.h"
#include "passphrase.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/bank.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 4096

static const view info_views[] = {
    {"name", P_NAME, VIEW_PLAIN, NULL},
    {"origin", P_ORIGIN, VIEW_PLAIN, NULL},
    {"suite", P_SUITE, VIEW_PLAIN, NULL},
    {"vkey", P_VKEY, VIEW_PLAIN, NULL},
    {"root_key", P_ROOT_KEY, VIEW_PLAIN, NULL},
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {"root_epoch", P_ROOT_EPOCH, VIEW_PLAIN, NULL},
    {"log_epoch", P_LOG_EPOCH, VIEW_PLAIN, NULL},
    {"size", P_SIZE, VIEW_PLAIN, NULL},
    {"root", P_ROOT, VIEW_PLAIN, NULL},
    {"accounts", P_ACCOUNTS, VIEW_PLAIN, NULL},
    {"records", P_RECORDS, VIEW_PLAIN, NULL},
    {"ended", P_ENDED, VIEW_PLAIN, NULL},
    {"institutions", P_INSTITUTIONS, VIEW_PLAIN, NULL},
    {"batches", P_BATCHES, VIEW_PLAIN, NULL},
    {"used_bytes", P_USED_BYTES, VIEW_PLAIN, NULL},
    {"quota_bytes", P_QUOTA_BYTES, VIEW_PLAIN, NULL},
    {"erased", P_ERASED_LAST, VIEW_PLAIN, NULL},
    {"compacted", P_COMPACTED, VIEW_PLAIN, NULL},
    {0},
};

static const view made_views[] = {
    {"name", P_NAME, VIEW_PLAIN, NULL},
    {"origin", P_ORIGIN, VIEW_PLAIN, NULL},
    {"suite", P_SUITE, VIEW_PLAIN, NULL},
    {"vkey", P_VKEY, VIEW_PLAIN, NULL},
    {"root_key", P_ROOT_KEY, VIEW_PLAIN, NULL},
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {0},
};

static json_t *describe(const Cbank__Api__V1__BankInfo *info)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o,"
        " s:o, s:o, s:o}",
        "name", shape_name(info->names, info->n_names), "names",
        shape_names(info->names, info->n_names),
        "origin", shape_text(info->origin), "suite", shape_suite(info->suite), "vkey",
        shape_text(info->vkey), "root_key", shape_hex(info->root_key), "fingerprint",
        shape_text(info->fingerprint), "root_epoch", shape_number(info->root_epoch), "log_epoch",
        shape_number(info->log_epoch), "size", shape_number(info->size), "root",
        shape_hex(info->root), "accounts", shape_number(info->accounts), "records",
        shape_number(info->records), "ended", shape_number(info->ended), "institutions",
        shape_number(info->institutions), "batches", shape_number(info->batches), "used_bytes",
        shape_number(info->used_bytes), "quota_bytes", shape_number(info->quota_bytes), "erased",
        shape_time(info->erased_at), "compacted", shape_time(info->compacted_at));
}

/* ---- init ---- */

static const option init_options[] = {
    {"origin", "NAME", P_OPT_ORIGIN_NEW, OPTION_NEEDED},
    {"name", "TEXT", P_OPT_BANK_NAME, OPTION_NEEDED | OPTION_REPEATED},
    {"suite", "SUITE", P_OPT_SUITE_BANK, 0},
    {"guard", "DIR", P_OPT_GUARD, 0},
    {"quota", "BYTES", P_OPT_QUOTA, 0},
    {0},
};

/* The suite that --suite or else the origin names. */
static bool choose_suite(cli *c, Cbank__V1__Suite *out)
{
    const char *word = options_text(c, "suite");

    if (word == NULL)
        word = strstr(options_text(c, "origin"), "sm3-sm2") != NULL ? "sm3-sm2"
                                                                    : "sha256-ed25519";
    *out = strcmp(word, "sm3-sm2") == 0 ? CBANK__V1__SUITE__SUITE_SM3_SM2
                                        : CBANK__V1__SUITE__SUITE_SHA256_ED25519;
    if (*out == CBANK__V1__SUITE__SUITE_SM3_SM2 || strcmp(word, "sha256-ed25519") == 0)
        return true;
    fail_own(c, FAIL_OPTION_WORD, word);
    return false;
}

static bool is_free(cli *c, const char *path)
{
    if (access(path, F_OK) != 0)
        return true;
    fail_own(c, FAIL_EXISTS, path);
    return false;
}

static bool guard_is_free(cli *c, const char *path, const char *guard)
{
    char beside[PATH_SIZE];

    snprintf(beside, sizeof(beside), "%s.guard", path);
    return is_free(c, guard != NULL ? guard : beside);
}

static void init(cli *c)
{
    Cbank__Api__V1__BankCreateRequest request = CBANK__API__V1__BANK_CREATE_REQUEST__INIT;
    Cbank__Api__V1__BankInfo *info;
    const bytes *passphrase = passphrase_read(c, "passphrase-file");
    cbank_buffer reply = {0};
    cbank_error err;
    name_list names;
    bytes packed;

    if (passphrase == NULL || !choose_suite(c, &request.suite) ||
        (options_given(c, "quota") && !value_u64(options_text(c, "quota"), &request.quota))) {
        if (c->code == EXIT_DONE)
            fail_own(c, FAIL_BAD_NUMBER, options_text(c, "quota"));
        return;
    }
    request.path = c->arguments[0];
    request.origin = options_text(c, "origin");
    if (options_given(c, "guard"))
        request.guard = options_text(c, "guard");
    if (c->dry_run) {
        if (is_free(c, request.path) && guard_is_free(c, request.path, options_text(c, "guard")))
            output_talk(c, P_WOULD_MAKE, request.path);
        return;
    }
    names_read(c, "name", &names);
    request.names = names.list;
    request.n_names = names.count;
    packed = message_pack(&request.base);
    info = call_reply(c,
                      cbank_bank_create(packed.data, packed.size, passphrase->data,
                                        passphrase->size, &reply, &err),
                      &err, &reply, &cbank__api__v1__bank_info__descriptor);
    memory_free(&packed);
    names_clear(&names);
    if (info == NULL)
        return;
    output_document(c, describe(info), made_views);
    output_talk(c, P_BANK_MADE, request.path);
    if (passphrase->size == 0)
        output_talk(c, P_KEYS_IN_THE_CLEAR, request.path);
    message_free(info);
}

static void info(cli *c)
{
    Cbank__Api__V1__BankInfo *found =
        call_plain(c, cbank_bank_info, &cbank__api__v1__bank_info__descriptor);

    if (found != NULL)
        output_document(c, describe(found), info_views);
    message_free(found);
}

/* ---- directory and status ---- */

static const option directory_options[] = {
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    {"root-key", "FILE", P_OPT_ROOT_KEY, 0},
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {"expires", "DATE|90d", P_OPT_EXPIRES_FILE, 0},
    {0},
};

static const view directory_views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"number", P_NUMBER, VIEW_PLAIN, NULL},
    {"institutions", P_INSTITUTIONS, VIEW_PLAIN, NULL},
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {0},
};

/* Where the root key is: as the user says, or where making the bank left it. */
static const cbank_key *open_root_key(cli *c)
{
    const char *folder = options_text(c, "bank");
    char path[PATH_SIZE];

    if (options_given(c, "root-key"))
        return call_open_key(c, options_text(c, "root-key"), "key-passphrase-file");
    if (folder == NULL)
        folder = getenv("CBANK_BANK");
    snprintf(path, sizeof(path), "%s/keys/root.key", folder);
    return call_open_key(c, path, "key-passphrase-file");
}

static void directory(cli *c)
{
    Cbank__Api__V1__DirectoryRequest request = CBANK__API__V1__DIRECTORY_REQUEST__INIT;
    Cbank__Api__V1__DirectoryReply *reply;
    const cbank_key *root;
    const char *path = options_text(c, "output");

    if (!expiry_read(c, "expires", &request.expires_at) || call_open_bank(c) == NULL)
        return;
    root = open_root_key(c);
    if (root == NULL)
        return;
    if (c->dry_run) {
        output_talk(c, P_WOULD_WRITE, path);
        return;
    }
    reply = call_signed(c, cbank_bank_directory, root, &request.base,
                        &cbank__api__v1__directory_reply__descriptor);
    if (reply != NULL &&
        file_write(c, path, FILE_PUBLIC, reply->file.data, reply->file.len))
        output_document(c,
                        json_pack("{s:s, s:o, s:o, s:o}", "file", path, "number",
                                  shape_number(reply->number), "institutions",
                                  shape_number(reply->institutions), "fingerprint",
                                  shape_text(reply->fingerprint)),
                        directory_views);
    message_free(reply);
}

static const option status_options[] = {
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    {"expires", "DATE|7d", P_OPT_EXPIRES_FILE, 0},
    {0},
};

static const view status_views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},       {"number", P_NUMBER, VIEW_PLAIN, NULL},
    {"size", P_SIZE, VIEW_PLAIN, NULL},       {"records", P_RECORDS_NAMED, VIEW_PLAIN, NULL},
    {"accounts", P_ACCOUNTS_NAMED, VIEW_PLAIN, NULL}, {0},
};

static void status(cli *c)
{
    Cbank__Api__V1__StatusRequest request = CBANK__API__V1__STATUS_REQUEST__INIT;
    Cbank__Api__V1__StatusReply *reply;
    const char *path = options_text(c, "output");

    if (!expiry_read(c, "expires", &request.expires_at) || call_open_bank(c) == NULL)
        return;
    if (c->dry_run) {
        output_talk(c, P_WOULD_WRITE, path);
        return;
    }
    reply = call_bank(c, cbank_bank_status, &request.base,
                      &cbank__api__v1__status_reply__descriptor);
    if (reply != NULL &&
        file_write(c, path, FILE_PUBLIC, reply->file.data, reply->file.len))
        output_document(c,
                        json_pack("{s:s, s:o, s:o, s:o, s:o}", "file", path, "number",
                                  shape_number(reply->number), "size", shape_number(reply->size),
                                  "records", shape_number(reply->records), "accounts",
                                  shape_number(reply->accounts)),
                        status_views);
    message_free(reply);
}

/* ---- compaction ---- */

static const view compact_views[] = {
    {"compacted", P_COMPACTED, VIEW_PLAIN, NULL},
    {"rewritten_bytes", P_REWRITTEN, VIEW_PLAIN, NULL},
    {"wiped_pages", P_WIPED_PAGES, VIEW_PLAIN, NULL},
    {0},
};

static void compact(cli *c)
{
    cbank_bank *bank = call_open_bank(c);
    Cbank__Api__V1__CompactReply *reply;
    cbank_job *job = NULL;
    cbank_error err;

    if (bank == NULL)
        return;
    if (cbank_bank_compact_begin(bank, &job, &err) != CBANK_OK) {
        fail_call(c, &err);
        return;
    }
    reply = job_run(c, job, &(job_files){0}, &cbank__api__v1__compact_reply__descriptor);
    if (reply == NULL)
        return;
    output_document(c,
                    json_pack("{s:o, s:o, s:o}", "compacted", shape_time(reply->compacted_at),
                              "rewritten_bytes", shape_number(reply->rewritten_bytes),
                              "wiped_pages", shape_number(reply->wiped_pages)),
                    compact_views);
    message_free(reply);
}

/* ---- backup and restore ---- */

static const view backup_views[] = {
    {"size", P_SIZE, VIEW_PLAIN, NULL},
    {"root", P_ROOT, VIEW_PLAIN, NULL},
    {"bytes", P_BYTES, VIEW_PLAIN, NULL},
    {0},
};

static void show_backup(cli *c, Cbank__Api__V1__BackupReply *reply)
{
    if (reply != NULL)
        output_document(c,
                        json_pack("{s:o, s:o, s:o}", "size", shape_number(reply->size), "root",
                                  shape_hex(reply->root), "bytes", shape_number(reply->bytes)),
                        backup_views);
    message_free(reply);
}

static void backup(cli *c)
{
    Cbank__Api__V1__BackupRequest request = CBANK__API__V1__BACKUP_REQUEST__INIT;

    request.file = c->arguments[0];
    if (!c->dry_run) {
        show_backup(c, call_bank(c, cbank_bank_backup, &request.base,
                                 &cbank__api__v1__backup_reply__descriptor));
        return;
    }
    if (call_open_bank(c) != NULL && is_free(c, request.file))
        output_talk(c, P_WOULD_WRITE, request.file);
}

static const option restore_options[] = {
    {"keys", "DIR", P_OPT_KEYS, OPTION_NEEDED},
    {"guard", "DIR", P_OPT_GUARD_RESTORE, 0},
    {"adopt", "NOTE", P_OPT_ADOPT, 0},
    {0},
};

static void restore(cli *c)
{
    Cbank__Api__V1__RestoreRequest request = CBANK__API__V1__RESTORE_REQUEST__INIT;
    const bytes *passphrase = passphrase_read(c, "passphrase-file");
    cbank_buffer reply = {0};
    cbank_error err;
    bytes note = {0};
    bytes packed;

    if (passphrase == NULL ||
        (options_given(c, "adopt") && !file_read(c, options_text(c, "adopt"), &note)))
        return;
    request.file = c->arguments[0];
    request.path = c->arguments[1];
    request.keys = options_text(c, "keys");
    if (options_given(c, "guard"))
        request.guard = options_text(c, "guard");
    request.adopt_note = message_bytes(note);
    if (c->dry_run) {
        if (access(request.file, R_OK) != 0)
            fail_own(c, FAIL_UNREADABLE, request.file);
        else if (access(request.keys, R_OK) != 0)
            fail_own(c, FAIL_UNREADABLE, request.keys);
        else if (is_free(c, request.path))
            output_talk(c, P_WOULD_MAKE, request.path);
    } else {
        packed = message_pack(&request.base);
        show_backup(c, call_reply(c,
                                  cbank_bank_restore(packed.data, packed.size, passphrase->data,
                                                     passphrase->size, &reply, &err),
                                  &err, &reply, &cbank__api__v1__backup_reply__descriptor));
        memory_free(&packed);
    }
    memory_free(&note);
}

const command bank_commands[] = {
    {"init", "DIR", 1, 1, P_BANK_INIT, COMMAND_WRITES, init_options, init},
    {"info", "", 0, 0, P_BANK_INFO, COMMAND_BANK, NULL, info},
    {"directory", "", 0, 0, P_BANK_DIRECTORY, COMMAND_BANK | COMMAND_WRITES, directory_options,
     directory},
    {"status", "", 0, 0, P_BANK_STATUS, COMMAND_BANK | COMMAND_WRITES, status_options, status},
    {"rotate-key", "", 0, 0, P_BANK_ROTATE_KEY, COMMAND_BANK | COMMAND_WRITES, NULL,
     bankkey_rotate},
    {"succession", "", 0, 0, P_BANK_SUCCESSION, COMMAND_WRITES, bankkey_succession_options,
     bankkey_hand_over},
    {"succeed", "FILE", 1, 1, P_BANK_SUCCEED, COMMAND_BANK | COMMAND_WRITES, bankkey_token_options,
     bankkey_succeed},
    {"compromised", "PUBFILE", 1, 1, P_BANK_COMPROMISED, COMMAND_BANK | COMMAND_WRITES,
     keyloss_bank_options, keyloss_bank},
    {"check", "", 0, 0, P_BANK_CHECK, COMMAND_BANK, NULL, bankcheck_run},
    {"clock", "", 0, 0, P_BANK_CLOCK, COMMAND_BANK | COMMAND_WRITES, bankcheck_clock_options,
     bankcheck_clock},
    {"compact", "", 0, 0, P_BANK_COMPACT, COMMAND_BANK, NULL, compact},
    {"backup", "FILE", 1, 1, P_BANK_BACKUP, COMMAND_BANK | COMMAND_WRITES, NULL, backup},
    {"restore", "FILE DIR", 2, 2, P_BANK_RESTORE, COMMAND_WRITES, restore_options, restore},
    {0},
};
