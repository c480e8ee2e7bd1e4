/* Copies of a bank: only the newest comes back, and only under its guard or a signed checkpoint. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bank/backup.h"
#include "bank/check.h"
#include "bank/standing.h"
#include "bank/teller.h"

static teller it;
static char file[128], path[128], keys[128];

static void begin(void)
{
    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue(&it, "A", 3500);
    snprintf(file, sizeof(file), "%s/copy", it.folder);
    snprintf(path, sizeof(path), "%s/restored", it.folder);
    snprintf(keys, sizeof(keys), "%s/keys", it.path);
}

static void end(void)
{
    teller_close(&it);
}

TestSuite(backup, .init = begin, .fini = end);

static cbi_backup copy(void)
{
    cbi_backup made;

    teller_works(cbi_backup_write(it.bank, file, &made, &teller_err));
    return made;
}

static cbi_restoring plan(void)
{
    return (cbi_restoring){
        .file = file, .path = path, .guard = it.bank->config.guard, .keys = keys};
}

static bool exists(const char *name)
{
    return access(name, F_OK) == 0;
}

/* Nothing of a restoring that failed is left in the folder but what was there before. */
static void expect_nothing_left(void)
{
    char command[256];

    cr_expect(!exists(path));
    snprintf(command, sizeof(command), "ls -d %s.new-* 2>/dev/null | grep -q .", path);
    cr_expect_neq(system(command), 0, "a temporary folder is left");
}

static cbi_sealed view(void)
{
    cbi_sealed sealed;

    teller_works(cbi_ledger_view(it.bank->ledger, &sealed, &teller_err));
    return sealed;
}

/* The bank that was restored, after the old one is closed. */
static void move_in(void)
{
    cbi_bank_close(it.bank);
    it.bank = NULL;
    teller_works(cbi_bank_open(path, (cbi_bytes){0}, &it.bank, &teller_err));
}

Test(backup, says_what_it_holds)
{
    cbi_sealed sealed = view();
    cbi_backup made = copy();
    struct stat facts;

    cr_expect_eq(made.size, sealed.size);
    cr_expect(cbi_hash_equal(&made.root, &sealed.root));
    cr_assert_eq(stat(file, &facts), 0);
    cr_expect_eq(made.bytes, (uint64_t)facts.st_size);
    cr_expect_eq(facts.st_mode & 077, 0, "it is its owner's alone");
}

Test(backup, is_never_written_over_another_file)
{
    cbi_backup made = copy();
    cbank_error err;

    cr_expect_eq(cbi_backup_write(it.bank, file, &made, &err), CBANK_E_EXISTS);
}

Test(backup, holds_no_keys_and_no_names)
{
    static char buffer[1 << 22];
    FILE *stream;
    size_t size;

    (void)copy();
    stream = fopen(file, "rb");
    cr_assert_not_null(stream);
    size = fread(buffer, 1, sizeof(buffer), stream);
    fclose(stream);
    cr_assert_lt(size, sizeof(buffer));
    cr_expect_null(memmem(buffer, size, TELLER_NAME, strlen(TELLER_NAME)));
    cr_expect_null(memmem(buffer, size, TELLER_NUMBER, strlen(TELLER_NUMBER)));
    cr_expect_null(memmem(buffer, size, "PRIVATE KEY", 11));
}

Test(backup, comes_back_with_all_it_held)
{
    cbi_restoring asked = plan();
    cbi_backup made = copy(), restored;
    cbi_standing standing;
    cbi_reader reader;
    struct stat facts;
    char key[160];

    teller_works(cbi_backup_restore(&asked, &restored, &teller_err));
    cr_expect_eq(restored.size, made.size);
    cr_expect(cbi_hash_equal(&restored.root, &made.root));
    cr_expect_eq(restored.bytes, made.bytes);
    snprintf(key, sizeof(key), "%s/keys/vault.key", path);
    cr_assert_eq(stat(key, &facts), 0);
    cr_expect_eq(facts.st_mode & 07777, 0600);
    move_in();
    teller_works(cbi_ledger_read_begin(it.bank->ledger, &reader, &teller_err));
    teller_works(cbi_standing_read(&reader, it.account.digits, &standing, &teller_err));
    cbi_ledger_read_end(&reader);
    cr_expect_eq(cbi_totals_of(&standing.totals, "credit"), 3500);
    teller_issue(&it, "B", 1000);
}

Test(backup, comes_back_without_the_root_key_where_that_is_kept_elsewhere)
{
    cbi_restoring asked = plan();
    cbi_backup restored;
    char key[160];

    (void)copy();
    snprintf(key, sizeof(key), "%s/root.key", keys);
    cr_assert_eq(unlink(key), 0);
    teller_works(cbi_backup_restore(&asked, &restored, &teller_err));
    snprintf(key, sizeof(key), "%s/keys/root.key", path);
    cr_expect(!exists(key));
    move_in();
}

Test(backup, that_is_older_than_the_guard_is_refused)
{
    cbi_restoring asked = plan();
    cbi_backup restored;
    cbank_error err;

    (void)copy();
    teller_issue(&it, "B", 1000);
    cr_expect_eq(cbi_backup_restore(&asked, &restored, &err), CBANK_E_ROLLBACK);
    expect_nothing_left();
    teller_issue(&it, "C", 1000); /* the bank itself goes on */
}

Test(backup, without_a_guard_is_refused)
{
    cbi_restoring asked = plan();
    cbi_backup restored;
    cbank_error err;

    (void)copy();
    asked.guard = "";
    teller_fails(cbi_backup_restore(&asked, &restored, &err), err, GUARD_MISSING);
    expect_nothing_left();
}

Test(backup, comes_back_under_a_signed_checkpoint_where_the_guard_is_lost)
{
    cbi_restoring asked = plan();
    cbi_sealed sealed = view();
    cbi_backup restored;
    char guard[160];

    (void)copy();
    asked.guard = "";
    asked.note = cbi_sealed_note(&sealed);
    teller_works(cbi_backup_restore(&asked, &restored, &teller_err));
    cr_expect_eq(restored.size, sealed.size);
    snprintf(guard, sizeof(guard), "%s.guard/checkpoint", path);
    cr_expect(exists(guard));
    move_in();
    teller_issue(&it, "B", 1000);
}

Test(backup, that_does_not_reach_the_checkpoint_is_refused)
{
    cbi_restoring asked = plan();
    cbi_backup restored;
    cbi_sealed sealed;
    cbank_error err;
    char guard[160];

    (void)copy();
    teller_issue(&it, "B", 1000);
    sealed = view();
    asked.guard = "";
    asked.note = cbi_sealed_note(&sealed);
    cr_expect_eq(cbi_backup_restore(&asked, &restored, &err), CBANK_E_ROLLBACK);
    expect_nothing_left();
    snprintf(guard, sizeof(guard), "%s.guard", path);
    cr_expect(!exists(guard));
}

Test(backup, an_older_checkpoint_does_not_push_a_newer_guard_aside)
{
    cbi_restoring asked = plan();
    cbi_sealed older = view();
    cbi_backup restored;
    cbank_error err;

    (void)copy();
    teller_issue(&it, "B", 1000);
    asked.note = cbi_sealed_note(&older);
    teller_fails(cbi_backup_restore(&asked, &restored, &err), err, GUARD_NEWER);
    expect_nothing_left();
}

Test(backup, a_checkpoint_of_another_bank_is_refused)
{
    cbi_restoring asked = plan();
    cbi_sealed sealed;
    cbi_backup restored;
    cbank_error err;
    teller other;

    (void)copy();
    teller_open(&other, CBI_SUITE_SHA256_ED25519); /* of the same origin, under other keys */
    teller_works(cbi_ledger_view(other.bank->ledger, &sealed, &teller_err));
    asked.guard = "";
    asked.note = cbi_sealed_note(&sealed);
    cr_expect_neq(cbi_backup_restore(&asked, &restored, &err), CBANK_OK);
    expect_nothing_left();
    teller_close(&other);
}

Test(backup, is_not_put_where_something_is)
{
    cbi_restoring asked = plan();
    cbi_backup restored;
    cbank_error err;

    (void)copy();
    asked.path = it.path;
    teller_fails(cbi_backup_restore(&asked, &restored, &err), err, BANK_EXISTS);
}

Test(backup, wants_the_guard_outside_the_banks_folder)
{
    cbi_restoring asked = plan();
    cbi_backup restored;
    cbank_error err;
    char inside[160];

    (void)copy();
    snprintf(inside, sizeof(inside), "%s/guard", path);
    asked.guard = inside;
    teller_fails(cbi_backup_restore(&asked, &restored, &err), err, GUARD_INSIDE);
    expect_nothing_left();
}

Test(backup, wants_the_keys_of_its_bank)
{
    cbi_restoring asked = plan();
    cbi_backup restored;
    cbank_error err;
    char other_keys[160];
    teller other;

    (void)copy();
    asked.keys = it.folder; /* no keys there */
    teller_fails(cbi_backup_restore(&asked, &restored, &err), err, KEYFILE_MISSING);
    expect_nothing_left();
    teller_open(&other, CBI_SUITE_SHA256_ED25519);
    snprintf(other_keys, sizeof(other_keys), "%s/keys", other.path);
    asked.keys = other_keys;
    cr_expect_neq(cbi_backup_restore(&asked, &restored, &err), CBANK_OK);
    expect_nothing_left();
    teller_close(&other);
    teller_open(&other, CBI_SUITE_SM3_SM2);
    snprintf(other_keys, sizeof(other_keys), "%s/keys", other.path);
    asked.keys = other_keys;
    cr_expect_neq(cbi_backup_restore(&asked, &restored, &err), CBANK_OK);
    expect_nothing_left();
    teller_close(&other);
}

Test(backup, that_is_no_store_is_refused)
{
    cbi_restoring asked = plan();
    cbi_backup restored;
    cbank_error err;
    int fd;

    cr_expect_eq(cbi_backup_restore(&asked, &restored, &err), CBANK_E_NOT_FOUND);
    fd = open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, "not a store", 11), 11);
    close(fd);
    cr_expect_neq(cbi_backup_restore(&asked, &restored, &err), CBANK_OK);
    expect_nothing_left();
}

Test(backup, that_was_cut_short_is_refused)
{
    cbi_restoring asked = plan();
    cbi_backup made = copy(), restored;
    cbank_error err;

    cr_assert_eq(truncate(file, (off_t)(made.bytes / 2)), 0);
    cr_expect_eq(cbi_backup_restore(&asked, &restored, &err), CBANK_E_CORRUPT);
    expect_nothing_left();
}
