/* The bank's own keys: a log key takes over at any stop, root keys follow one another. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "bank/auditor.h"
#include "bank/keyring.h"
#include "bank/publish.h"
#include "bank/rootkey.h"
#include "bank/stranger.h"
#include "crypto/keyfile.h"
#include "proof/succession.h"

static teller it;

static void begin(void)
{
    teller_open(&it, CBI_SUITE_SHA256_ED25519);
}

static void end(void)
{
    teller_close(&it);
}

TestSuite(logkey, .init = begin, .fini = end);

static void close_bank(void)
{
    cbi_bank_close(it.bank);
    it.bank = NULL;
}

static cbank_status open_bank(cbank_error *err)
{
    close_bank();
    return cbi_bank_open(it.path, (cbi_bytes){0}, &it.bank, err);
}

static void rotate(void)
{
    close_bank();
    teller_works(cbi_logkey_rotate(it.path, (cbi_bytes){0}, ++it.now, &teller_err));
    teller_works(open_bank(&teller_err));
}

/* ---- files ---------------------------------------------------------------------------------- */

static const char *key_path(const char *name)
{
    static char paths[4][160];
    static unsigned turn;

    turn = (turn + 1) % 4;
    snprintf(paths[turn], sizeof(paths[turn]), "%s/keys/%s", it.path, name);
    return paths[turn];
}

static const char *guard_path(void)
{
    static char path[160];

    snprintf(path, sizeof(path), "%s.guard/checkpoint", it.path);
    return path;
}

static cbank_buffer read_whole(const char *path)
{
    uint8_t bytes[4096];
    cbank_buffer out = {0};
    FILE *file = fopen(path, "rb");
    size_t size;

    cr_assert_not_null(file, "%s", path);
    size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    teller_works(cbi_buffer_set(&out, cbi_bytes_of(bytes, size), &teller_err));
    return out;
}

static void write_whole(const char *path, const cbank_buffer *content)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, content->data, content->size), (ssize_t)content->size);
    close(fd);
}

static bool is_there(const char *name)
{
    return access(key_path(name), F_OK) == 0;
}

/* ---- what a partner sees -------------------------------------------------------------------- */

static cbank_buffer publish(void)
{
    cbi_publication publication = {0};

    teller_works(cbi_publish_directory(it.bank, it.root_key, ++it.now, 0, &publication,
                                       &teller_err));
    return publication.file;
}

/* The account's transcript as of now. */
static cbank_buffer issue(void)
{
    cbi_disclosure_terms terms = stranger_asks(&it);
    cbi_disclosure out = {0};

    teller_works(cbi_disclosure_issue(it.bank, &terms, &out, &teller_err));
    return out.file;
}

static cbank_status verify(const cbank_buffer *file, const cbank_buffer *directory_file,
                           const cbi_hash *pinned, cbank_error *err)
{
    cbi_directory directory = {0};
    cbi_trust trust = {.directory = &directory};
    cbi_verify_terms terms = {.any_recipient = true, .at = it.now};
    cbi_verdict verdict = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_directory_open(cbi_bytes_of_buffer(directory_file), pinned, it.now, &directory,
                               err));
    CBI_TRY(cbi_verify_transcript(cbi_bytes_of_buffer(file), &trust, &terms, &verdict, err));
done:
    cbi_verdict_clear(&verdict);
    cbi_directory_clear(&directory);
    return status;
}

static void finds_nothing(void)
{
    cbi_check *check = NULL;
    size_t count;
    bool more = true;

    teller_works(cbi_check_begin(it.bank, &check, &teller_err));
    while (more)
        teller_works(cbi_check_step(check, &more, &teller_err));
    count = (size_t)cbi_check_total(check);
    if (count > 0) {
        const cbank_error *found = cbi_check_finding(check, 0);

        cr_assert_fail("%s %s %s", cbi_reason_word((cbi_reason)found->reason), found->object,
                       found->detail);
    }
    cbi_check_end(check);
}

/* ---- the log key ---------------------------------------------------------------------------- */

static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};

Test(logkey, old_and_new_transcripts_verify_under_one_directory_in_both_suites)
{
    end();
    for (size_t s = 0; s < 2; s++) {
        cbank_buffer files[3] = {{0}}, directory;
        cbank_error err = {0};

        teller_open(&it, suites[s]);
        for (int i = 0; i < 3; i++) {
            if (i > 0)
                rotate();
            teller_issue(&it, i == 0 ? "A" : i == 1 ? "B" : "C", 1000);
            files[i] = issue();
        }
        directory = publish();
        for (int i = 0; i < 3; i++) {
            cr_expect_eq(verify(&files[i], &directory, NULL, &err), CBANK_OK, "%d: %s", i,
                         cbi_reason_word((cbi_reason)err.reason));
            cbank_buffer_clear(&files[i]);
        }
        cbank_buffer_clear(&directory);
        finds_nothing();
        if (s == 0)
            end();
    }
}

Test(logkey, the_old_private_key_is_gone_and_the_new_one_has_its_name)
{
    cbank_buffer before = read_whole(key_path("log.key"));

    rotate();
    cbank_buffer after = read_whole(key_path("log.key"));
    cr_expect_not(cbi_bytes_equal(cbi_bytes_of_buffer(&before), cbi_bytes_of_buffer(&after)));
    cr_expect_not(is_there("log.next.key"));
    cbank_buffer_clear(&before);
    cbank_buffer_clear(&after);
}

/* Each stop as it leaves the files; whoever opens the bank next goes on. */
Test(logkey, a_stop_at_any_step_is_mended_by_the_next_opening)
{
    for (int step = 1; step <= 4; step++) {
        cbank_buffer old_key = read_whole(key_path("log.key"));
        cbank_buffer old_guard, new_key;

        close_bank();
        teller_works(open_bank(&teller_err)); /* sealed: the guard is as the store is */
        old_guard = read_whole(guard_path());
        if (step == 1) {
            cbi_private *stale = NULL;

            teller_works(cbi_private_new(it.bank->config.suite, &stale, &teller_err));
            teller_works(cbi_keyfile_write_private(key_path("log.next.key"), stale, (cbi_bytes){0},
                                                   &teller_err));
            cbi_private_free(stale);
        } else {
            rotate();
            close_bank();
            new_key = read_whole(key_path("log.key"));
            if (step < 4) {
                write_whole(key_path("log.next.key"), &new_key);
                write_whole(key_path("log.key"), &old_key);
            }
            if (step == 2) /* committed, not yet sealed */
                write_whole(guard_path(), &old_guard);
            cbank_buffer_clear(&new_key);
        }
        teller_works(open_bank(&teller_err));
        cr_expect_eq(is_there("log.next.key"), step == 1, "step %d", step);
        teller_issue(&it, step == 1 ? "A" : step == 2 ? "B" : step == 3 ? "C" : "D", 1000);
        finds_nothing();
        cbank_buffer_clear(&old_key);
        cbank_buffer_clear(&old_guard);
    }
    rotate(); /* over the stale file too */
    finds_nothing();
}

static void *rotate_beside(void *answer)
{
    *(cbank_status *)answer = cbi_logkey_rotate(it.path, (cbi_bytes){0}, it.now + 1, NULL);
    return NULL;
}

/* The other one stops behind its third step: what waits under the second name is its only key. */
Test(logkey, of_two_who_change_it_the_second_never_removes_the_first_ones_key)
{
    cbank_buffer old_key = read_whole(key_path("log.key")), new_key;
    cbank_status answer = CBANK_E_INTERNAL;
    char keys[160];
    pthread_t second;
    int fd;

    rotate();
    close_bank();
    new_key = read_whole(key_path("log.key"));
    snprintf(keys, sizeof(keys), "%s/keys", it.path);
    fd = open(keys, O_RDONLY | O_DIRECTORY);
    cr_assert_eq(flock(fd, LOCK_EX), 0);
    cr_assert_eq(pthread_create(&second, NULL, rotate_beside, &answer), 0);
    usleep(500000); /* by now it waits for the lock; if it does not yet, this shows nothing */
    write_whole(key_path("log.next.key"), &new_key);
    write_whole(key_path("log.key"), &old_key);
    close(fd);
    cr_assert_eq(pthread_join(second, NULL), 0);
    cr_expect_eq(answer, CBANK_OK);
    it.now++;
    teller_works(open_bank(&teller_err));
    finds_nothing();
    cbank_buffer_clear(&old_key);
    cbank_buffer_clear(&new_key);
}

Test(logkey, a_handle_with_the_old_key_writes_no_more)
{
    cbi_bank *old = it.bank;
    cbi_person person = {0};
    cbi_opening_terms terms = {
        .opened_by = "",
        .assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN};
    cbi_opened opened;
    cbank_error err;

    it.bank = NULL;
    teller_works(cbi_logkey_rotate(it.path, (cbi_bytes){0}, ++it.now, &teller_err));
    teller_works(cbi_person_from_opening(TELLER_DOCUMENT, "360302189001010028", "学生乙", &person,
                                         NULL));
    teller_fails(cbi_account_open_all(old, &person, 1, &terms, ++it.now, false, &opened, &err),
                 err, LOG_KEY_SUPERSEDED);
    cbi_person_clear(&person);
    cbi_bank_close(old);
    teller_works(open_bank(&teller_err));
    finds_nothing();
}

Test(logkey, an_old_copy_of_the_bank_refuses_to_open)
{
    char copy[128], command[512];
    cbank_error err;
    cbi_bank *bank = NULL;

    close_bank();
    snprintf(copy, sizeof(copy), "%s/copy", it.folder);
    snprintf(command, sizeof(command), "cp -r '%s' '%s'", it.path, copy);
    cr_assert_eq(system(command), 0);
    rotate();
    teller_fails(cbi_bank_open(copy, (cbi_bytes){0}, &bank, &err), err, GUARD_OF_LATER_KEY);
    teller_issue(&it, "A", 1000);
    teller_fails(cbi_bank_open(copy, (cbi_bytes){0}, &bank, &err), err, GUARD_FOREIGN);
    /* And the new store with the old key. */
    close_bank();
    snprintf(command, sizeof(command), "cp '%s/keys/log.key' '%s/keys/log.key'", copy, it.path);
    cr_assert_eq(system(command), 0);
    teller_fails(cbi_bank_open(it.path, (cbi_bytes){0}, &bank, &err), err, LOG_KEY_SUPERSEDED);
}

Test(logkey, the_row_of_the_keys_is_derived_again_by_the_check)
{
    cbi_txn *txn;
    Cbank__V1__BankKeys *keys = NULL;

    rotate();
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_keyring_read(it.bank, txn, &keys, &teller_err));
    keys->log_keys[0]->compromised_since = 1;
    teller_works(cbi_epoch_write_row(txn, keys, &teller_err));
    teller_commit(txn);
    cbi_message_free(keys);

    cbi_check *check = NULL;
    bool more = true;

    teller_works(cbi_check_begin(it.bank, &check, &teller_err));
    while (more)
        teller_works(cbi_check_step(check, &more, &teller_err));
    cr_assert_eq(cbi_check_total(check), 1);
    cr_expect_eq(cbi_check_finding(check, 0)->reason, (int)CBI_REASON_CHECK_ROW);
    cr_expect_str_eq(cbi_check_finding(check, 0)->detail, "keys");
    cbi_check_end(check);
}

/* ---- the root key --------------------------------------------------------------------------- */

static cbank_buffer hand_over(uint32_t epoch, const cbi_private *earlier, const cbi_private *next)
{
    cbank_buffer file = {0};

    teller_works(cbi_succession_make(it.bank->config.origin, epoch, it.now, earlier, next, &file,
                                     &teller_err));
    return file;
}

static cbi_private *new_key(void)
{
    cbi_private *key = NULL;

    teller_works(cbi_private_new(it.bank->config.suite, &key, &teller_err));
    return key;
}

static cbank_status succeed(const cbank_buffer *file, cbank_error *err)
{
    return cbi_rootkey_succeed(it.bank, cbi_bytes_of_buffer(file), (cbi_bytes){0}, ++it.now, err);
}

Test(logkey, a_pin_of_the_first_root_key_opens_the_directory_of_the_third)
{
    cbank_buffer old = issue(), directory;
    cbank_error err = {0};
    cbi_hash pinned;

    teller_works(cbi_public_fingerprint(cbi_private_public(it.root_key), &pinned, &teller_err));
    for (uint32_t epoch = 2; epoch <= 3; epoch++) {
        cbi_private *next = new_key();
        cbank_buffer file = hand_over(epoch, it.root_key, next);

        teller_works(succeed(&file, &teller_err));
        cbi_private_free(it.root_key);
        it.root_key = next;
        cbank_buffer_clear(&file);
    }
    directory = publish();
    cr_expect_eq(verify(&old, &directory, &pinned, &err), CBANK_OK, "%s",
                 cbi_reason_word((cbi_reason)err.reason));
    finds_nothing();
    cbank_buffer_clear(&old);
    cbank_buffer_clear(&directory);
}

Test(logkey, only_the_present_root_key_names_the_next_one)
{
    cbi_private *next = new_key(), *other = new_key();
    cbi_publication publication = {0};
    cbank_error err;
    cbank_buffer file = hand_over(2, other, next);

    teller_fails(succeed(&file, &err), err, SUCCESSION_NOT_NEXT);
    cbank_buffer_clear(&file);
    file = hand_over(3, it.root_key, next);
    teller_fails(succeed(&file, &err), err, SUCCESSION_NOT_NEXT);
    cbank_buffer_clear(&file);
    file = hand_over(2, it.root_key, next);
    teller_works(succeed(&file, &teller_err));
    teller_fails(succeed(&file, &err), err, SUCCESSION_NOT_NEXT);
    cbank_buffer_clear(&file);
    teller_fails(cbi_publish_directory(it.bank, it.root_key, ++it.now, 0, &publication, &err), err,
                 NOT_THE_ROOT_KEY);
    file = hand_over(3, next, it.root_key);
    teller_fails(succeed(&file, &err), err, KEY_USED_BEFORE);
    cbank_buffer_clear(&file);
    cbi_private_free(next);
    cbi_private_free(other);
}
