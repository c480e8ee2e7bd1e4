/* Banks through the public face: made, opened, shown, copied, checked, and kept from children. */
#include "records.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static scene s;
static char guard[128];

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    snprintf(guard, sizeof(guard), "%s.guard", s.path);
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(bank, .init = begin, .fini = end);

/* A request for a bank beside the scene's, to be changed. */
typedef struct founding {
    Cbank__Api__V1__BankCreateRequest request;
    Cbank__V1__LangText name, *names[1];
    char path[128];
} founding;

static void plan(founding *out)
{
    cbank__api__v1__bank_create_request__init(&out->request);
    cbank__v1__lang_text__init(&out->name);
    snprintf(out->path, sizeof(out->path), "%s/second", s.folder);
    out->name.lang = scene_text("zh");
    out->name.value = scene_text("另一家学分银行");
    out->names[0] = &out->name;
    out->request.path = out->path;
    out->request.origin = scene_text("bank.example/credit/second/1");
    out->request.names = out->names;
    out->request.n_names = 1;
    out->request.quota = 1u << 30;
}

static cbank_status create(const founding *of, const char *passphrase,
                           Cbank__Api__V1__BankInfo **info, cbank_error *err)
{
    cbank_buffer bytes = scene_pack(&of->request), reply = {0};
    cbank_status status =
        cbank_bank_create(bytes.data, bytes.size, (const uint8_t *)passphrase,
                          passphrase == NULL ? 0 : strlen(passphrase), &reply, err);

    if (status == CBANK_OK && info != NULL)
        *info = scene_unpack(&cbank__api__v1__bank_info__descriptor, &reply);
    if (status != CBANK_OK)
        cr_expect_null(reply.data, "a reply is written on success only");
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

static cbank_status open_at(const char *path, const char *passphrase, cbank_error *err)
{
    cbank_bank *bank = NULL;
    cbank_status status =
        cbank_bank_open(path, (const uint8_t *)passphrase,
                        passphrase == NULL ? 0 : strlen(passphrase), &bank, err);

    cr_expect((status == CBANK_OK) == (bank != NULL));
    cbank_bank_close(bank);
    return status;
}

static Cbank__Api__V1__BankInfo *info_of(cbank_bank *bank)
{
    Cbank__Api__V1__BankInfo *info;
    cbank_buffer reply = {0};

    cr_assert_eq(cbank_bank_info(bank, &reply, NULL), CBANK_OK);
    info = scene_unpack(&cbank__api__v1__bank_info__descriptor, &reply);
    cbank_buffer_clear(&reply);
    return info;
}

static void run(const char *command)
{
    cr_assert_eq(system(command), 0, "%s", command);
}

Test(bank, the_library_has_a_version)
{
    unsigned major, minor, patch;
    char rest;

    cr_expect_eq(sscanf(cbank_version(), "%u.%u.%u%c", &major, &minor, &patch, &rest), 3);
}

/* ---- making --------------------------------------------------------------------------------- */

Test(bank, is_made_in_both_suites_and_tells_what_it_holds)
{
    static const char *const suites[] = {"sha256-ed25519", "sm3-sm2"};

    for (size_t i = 0; i < 2; i++) {
        Cbank__Api__V1__BankInfo *info;
        char account[17];

        scene_end(&s);
        scene_begin(&s, suites[i]);
        scene_learner(&s, "甲一", "360302190001010018", account);
        records_issue(&s, account, "A", 3500);
        info = info_of(s.bank);
        cr_expect_str_eq(info->origin, s.origin);
        cr_expect_eq(info->suite, (Cbank__V1__Suite)(i + 1));
        cr_assert_eq(info->n_names, 1);
        cr_expect_str_eq(info->names[0]->value, "萍乡学分银行");
        cr_expect_eq(strncmp(info->vkey, s.origin, strlen(s.origin)), 0);
        cr_expect_eq(strlen(info->fingerprint), 64);
        cr_expect_eq(info->root_key.len, i == 0 ? 32 : 65);
        cr_expect_eq(info->root.len, 32);
        cr_expect_eq(info->size, 1 + 1 + 1 + 2, "the bank, a college, an account, a batch of one");
        cr_expect_eq(info->accounts, 1);
        cr_expect_eq(info->records, 1);
        cr_expect_eq(info->ended, 0);
        cr_expect_eq(info->institutions, 1);
        cr_expect_eq(info->batches, 1);
        cr_expect_eq(info->quota_bytes, 1u << 30);
        cr_expect_gt(info->used_bytes, 0);
        scene_free(info);
    }
}

Test(bank, that_is_new_is_shown_as_it_was_made)
{
    Cbank__Api__V1__BankInfo *info = NULL;
    founding of;

    plan(&of);
    cr_assert_eq(create(&of, NULL, &info, NULL), CBANK_OK);
    cr_expect_eq(info->suite, CBANK__V1__SUITE__SUITE_SHA256_ED25519, "where nothing is said");
    cr_expect_eq(info->size, 1);
    scene_free(info);
}

Test(bank, has_the_suite_that_its_origin_names)
{
    Cbank__Api__V1__BankInfo *info = NULL;
    cbank_error err;
    founding of;

    plan(&of);
    of.request.origin = scene_text("bank.example/credit/sm3-sm2/1");
    of.request.suite = CBANK__V1__SUITE__SUITE_SHA256_ED25519;
    cr_expect_eq(create(&of, NULL, NULL, &err), CBANK_E_INVALID);
    of.request.suite = CBANK__V1__SUITE__SUITE_UNSPECIFIED;
    cr_assert_eq(create(&of, NULL, &info, NULL), CBANK_OK);
    cr_expect_eq(info->suite, CBANK__V1__SUITE__SUITE_SM3_SM2);
    scene_free(info);
}

Test(bank, is_not_made_where_one_is)
{
    cbank_error err;
    founding of;

    plan(&of);
    of.request.path = s.path;
    records_fails(create(&of, NULL, NULL, &err), err, CBANK_E_EXISTS, "BANK_EXISTS");
    plan(&of);
    of.request.guard = guard; /* the scene's own */
    records_fails(create(&of, NULL, NULL, &err), err, CBANK_E_EXISTS, "BANK_EXISTS");
    cr_expect_neq(access(of.path, F_OK), 0);
    scene_reopen(&s);
}

Test(bank, has_its_guard_outside_its_folder)
{
    cbank_error err;
    founding of;
    char inside[160];

    plan(&of);
    snprintf(inside, sizeof(inside), "%s/guard", of.path);
    of.request.guard = inside;
    records_fails(create(&of, NULL, NULL, &err), err, CBANK_E_INVALID, "GUARD_INSIDE");
    cr_expect_neq(access(of.path, F_OK), 0);
}

Test(bank, that_could_not_be_made_leaves_nothing_behind)
{
    char command[256];
    cbank_error err;
    founding of;

    plan(&of);
    of.request.quota = 1; /* too little for any store */
    cr_expect_neq(create(&of, NULL, NULL, &err), CBANK_OK);
    snprintf(command, sizeof(command), "! ls -d %s* 2>/dev/null | grep -q .", of.path);
    run(command);
    of.request.quota = 1u << 30;
    cr_expect_eq(create(&of, NULL, NULL, &err), CBANK_OK, "and can be made then");
}

Test(bank, wants_a_name_an_origin_and_a_path)
{
    cbank_error err;
    founding of;

    plan(&of);
    of.request.n_names = 0;
    records_fails(create(&of, NULL, NULL, &err), err, CBANK_E_INVALID, "BANK_NAME");
    plan(&of);
    of.request.origin = scene_text("Bank Example");
    records_fails(create(&of, NULL, NULL, &err), err, CBANK_E_INVALID, "BANK_ORIGIN");
    plan(&of);
    of.request.path = scene_text("");
    records_fails(create(&of, NULL, NULL, &err), err, CBANK_E_ARGUMENT, "BAD_ARGUMENT");
}

Test(bank, refuses_requests_that_are_not_canonical)
{
    static const uint8_t unknown[] = {0x98, 0x06, 0x01}; /* field 99 */
    cbank_buffer reply = {0};
    cbank_error err;

    cr_expect_eq(cbank_bank_create(unknown, sizeof(unknown), NULL, 0, &reply, &err),
                 CBANK_E_ARGUMENT);
    cr_expect_eq(cbank_bank_create(NULL, 5, NULL, 0, &reply, &err), CBANK_E_ARGUMENT);
    cr_expect_eq(cbank_bank_create(unknown, sizeof(unknown), NULL, 0, NULL, &err),
                 CBANK_E_ARGUMENT);
    cr_expect_eq(cbank_bank_info(NULL, &reply, &err), CBANK_E_ARGUMENT);
    cr_expect_eq(cbank_bank_info(s.bank, NULL, NULL), CBANK_E_ARGUMENT);
}

/* ---- opening -------------------------------------------------------------------------------- */

Test(bank, opens_only_under_its_passphrase)
{
    cbank_error err;
    founding of;

    plan(&of);
    cr_assert_eq(create(&of, "开门", NULL, NULL), CBANK_OK);
    cr_expect_eq(open_at(of.path, "开门", &err), CBANK_OK);
    cr_expect_eq(open_at(of.path, "开窗", &err), CBANK_E_KEY);
    cr_expect_eq(open_at(of.path, NULL, &err), CBANK_E_KEY);
}

Test(bank, whose_keys_others_can_read_does_not_open)
{
    static const char *const names[] = {"log.key", "vault.key"};
    cbank_error err;
    char key[160];

    for (size_t i = 0; i < 2; i++) {
        snprintf(key, sizeof(key), "%s/keys/%s", s.path, names[i]);
        cr_assert_eq(chmod(key, 0644), 0);
        cr_expect_eq(open_at(s.path, NULL, &err), CBANK_E_KEY);
        cr_expect_str_eq(err.object, names[i]);
        cr_assert_eq(chmod(key, 0600), 0);
    }
    cr_expect_eq(open_at(s.path, NULL, &err), CBANK_OK);
}

Test(bank, opens_without_its_root_key)
{
    cbank_error err;
    char key[160];

    snprintf(key, sizeof(key), "%s/keys/root.key", s.path);
    cr_assert_eq(unlink(key), 0);
    cr_expect_eq(open_at(s.path, NULL, &err), CBANK_OK);
}

Test(bank, that_is_not_there_is_not_found)
{
    cbank_error err;

    records_fails(open_at("/nowhere/at/all", NULL, &err), err, CBANK_E_NOT_FOUND, "BANK_MISSING");
    cr_expect_eq(open_at(s.folder, NULL, &err), CBANK_E_NOT_FOUND, "a folder without a bank");
}

Test(bank, without_its_guard_does_not_open)
{
    cbank_error err;
    char file[160];

    cbank_bank_close(s.bank);
    s.bank = NULL;
    snprintf(file, sizeof(file), "%s/checkpoint", guard);
    cr_assert_eq(unlink(file), 0);
    records_fails(open_at(s.path, NULL, &err), err, CBANK_E_GUARD, "GUARD_MISSING");
}

Test(bank, without_a_key_of_its_own_says_which)
{
    static const char *const NAMES[] = {"log.key", "vault.key"};
    char file[160], away[176];
    cbank_error err;

    cbank_bank_close(s.bank);
    s.bank = NULL;
    for (size_t i = 0; i < 2; i++) {
        snprintf(file, sizeof(file), "%s/keys/%s", s.path, NAMES[i]);
        snprintf(away, sizeof(away), "%s.away", file);
        cr_assert_eq(rename(file, away), 0);
        records_fails(open_at(s.path, NULL, &err), err, CBANK_E_NOT_FOUND, "BANK_KEY_MISSING");
        cr_expect_str_eq(err.object, NAMES[i]);
        cr_assert_eq(rename(away, file), 0);
    }
}

Test(bank, of_which_an_older_copy_was_put_back_does_not_open)
{
    char command[512], account[17];
    cbank_error err;

    cbank_bank_close(s.bank);
    s.bank = NULL;
    snprintf(command, sizeof(command), "cp -a '%s' '%s.old'", s.path, s.path);
    run(command);
    scene_reopen(&s);
    scene_learner(&s, "甲一", "360302190001010018", account);
    cbank_bank_close(s.bank);
    s.bank = NULL;
    snprintf(command, sizeof(command), "rm -r '%s' && mv '%s.old' '%s'", s.path, s.path, s.path);
    run(command);
    records_fails(open_at(s.path, NULL, &err), err, CBANK_E_ROLLBACK, "STORE_BEHIND");
}

Test(bank, with_the_keys_of_another_does_not_open)
{
    char command[512];
    cbank_error err;
    founding of;

    plan(&of);
    cr_assert_eq(create(&of, NULL, NULL, NULL), CBANK_OK);
    cbank_bank_close(s.bank);
    s.bank = NULL;
    snprintf(command, sizeof(command), "cp '%s/keys/log.key' '%s/keys/log.key'", of.path, s.path);
    run(command);
    cr_expect_neq(open_at(s.path, NULL, &err), CBANK_OK);
}

Test(bank, is_opened_by_several_at_once_and_each_sees_what_the_others_write)
{
    Cbank__Api__V1__BankInfo *info;
    cbank_bank *second = NULL;
    char account[17];

    cr_assert_eq(cbank_bank_open(s.path, NULL, 0, &second, NULL), CBANK_OK);
    scene_learner(&s, "甲一", "360302190001010018", account);
    info = info_of(second);
    cr_expect_eq(info->accounts, 1);
    scene_free(info);
    cbank_bank_close(second);
    scene_learner(&s, "乙二", "360321190001010033", account);
}

Test(bank, that_is_not_open_is_closed_without_harm)
{
    cbank_bank_close(NULL);
}

/* ---- copies --------------------------------------------------------------------------------- */

static cbank_status back_up(const char *file, Cbank__Api__V1__BackupReply **out)
{
    Cbank__Api__V1__BackupRequest request = CBANK__API__V1__BACKUP_REQUEST__INIT;
    cbank_buffer bytes, reply = {0};
    cbank_status status;

    request.file = scene_text(file);
    bytes = scene_pack(&request);
    status = cbank_bank_backup(s.bank, bytes.data, bytes.size, &reply, NULL);
    if (status == CBANK_OK)
        *out = scene_unpack(&cbank__api__v1__backup_reply__descriptor, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

static cbank_status restore(const Cbank__Api__V1__RestoreRequest *request, cbank_error *err)
{
    cbank_buffer bytes = scene_pack(request), reply = {0};
    cbank_status status = cbank_bank_restore(bytes.data, bytes.size, NULL, 0, &reply, err);

    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

Test(bank, comes_back_from_a_backup_under_its_guard)
{
    Cbank__Api__V1__RestoreRequest request = CBANK__API__V1__RESTORE_REQUEST__INIT;
    Cbank__Api__V1__BackupReply *made = NULL, *again = NULL;
    char file[128], path[128], keys[128], account[17];
    cbank_error err = {0};

    scene_learner(&s, "甲一", "360302190001010018", account);
    snprintf(file, sizeof(file), "%s/backup", s.folder);
    snprintf(path, sizeof(path), "%s/restored", s.folder);
    snprintf(keys, sizeof(keys), "%s/keys", s.path);
    cr_assert_eq(back_up(file, &made), CBANK_OK);
    cr_expect_eq(back_up(file, &again), CBANK_E_EXISTS);
    cr_expect_eq(made->size, 3);
    cr_expect_gt(made->bytes, 0);
    scene_free(made);
    request.file = file;
    request.path = path;
    request.keys = keys;
    records_fails(restore(&request, &err), err, CBANK_E_GUARD, "GUARD_MISSING");
    request.guard = guard;
    cr_assert_eq(restore(&request, &err), CBANK_OK, "%s", cbank_reason_name(err.reason));
    cr_expect_eq(open_at(path, NULL, &err), CBANK_OK);
    cr_expect_eq(restore(&request, &err), CBANK_E_EXISTS);
    request.keys = scene_text("");
    records_fails(restore(&request, &err), err, CBANK_E_ARGUMENT, "BAD_ARGUMENT");
}

/* ---- the check ------------------------------------------------------------------------------ */

Test(bank, in_order_is_found_in_order)
{
    Cbank__Api__V1__CheckReply *found;
    cbank_buffer reply = {0};
    cbank_job *job = NULL;
    char account[17];

    scene_learner(&s, "甲一", "360302190001010018", account);
    records_issue_many(&s, account, "M", 100);
    cr_assert_eq(cbank_bank_check_begin(s.bank, &job, NULL), CBANK_OK);
    cr_assert_eq(scene_run(job, NULL, 0, NULL, &reply, NULL), CBANK_OK);
    found = scene_unpack(&cbank__api__v1__check_reply__descriptor, &reply);
    cr_expect(found->ok);
    cr_expect_eq(found->n_findings, 0);
    cr_expect_eq(found->more, 0);
    cr_expect_eq(found->size, 1 + 1 + 1 + 101);
    cr_expect_eq(found->root.len, 32);
    scene_free(found);
    cbank_buffer_clear(&reply);
}
