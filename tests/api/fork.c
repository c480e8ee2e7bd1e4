/* Handles and processes: what was opened before a fork is the parent's. */
#include "records.h"

#include <criterion/criterion.h>

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static scene s;

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(fork, .init = begin, .fini = end);

static Cbank__Api__V1__BankInfo *info_of(cbank_bank *bank)
{
    Cbank__Api__V1__BankInfo *info;
    cbank_buffer reply = {0};

    cr_assert_eq(cbank_bank_info(bank, &reply, NULL), CBANK_OK);
    info = scene_unpack(&cbank__api__v1__bank_info__descriptor, &reply);
    cbank_buffer_clear(&reply);
    return info;
}

/* What the child finds, as its exit code; it must leave the parent's bank alone. */
static int in_child(int (*work)(void))
{
    int code;
    pid_t child = fork();

    cr_assert_geq(child, 0);
    if (child == 0)
        _exit(work());
    cr_assert_eq(waitpid(child, &code, 0), child);
    cr_assert(WIFEXITED(code));
    return WEXITSTATUS(code);
}

static int use_and_close(void)
{
    Cbank__Api__V1__LearnerShowRequest request = CBANK__API__V1__LEARNER_SHOW_REQUEST__INIT;
    cbank_buffer bytes = scene_pack(&request), reply = {0};
    cbank_job *job = NULL;
    cbank_error err;

    if (cbank_bank_info(s.bank, &reply, &err) != CBANK_E_FORKED ||
        strcmp(cbank_reason_name(err.reason), "HANDLE_FORKED") != 0)
        return 1;
    if (cbank_learner_show(s.bank, bytes.data, bytes.size, &reply, NULL) != CBANK_E_FORKED)
        return 2;
    if (cbank_bank_check_begin(s.bank, &job, NULL) != CBANK_E_FORKED || job != NULL)
        return 3;
    cbank_bank_close(s.bank);
    return 0;
}

Test(fork, a_bank_belongs_to_the_process_that_opened_it)
{
    char account[17];

    cr_expect_eq(in_child(use_and_close), 0);
    scene_learner(&s, "甲一", "360302190001010018", account);
}

static int open_anew(void)
{
    Cbank__Api__V1__BankInfo *info;
    cbank_bank *own = NULL;
    char account[17];

    if (cbank_bank_open(s.path, NULL, 0, &own, NULL) != CBANK_OK)
        return 1;
    s.bank = own;
    scene_learner(&s, "甲一", "360302190001010018", account);
    info = info_of(own);
    if (info->accounts != 1)
        return 2;
    scene_free(info);
    cbank_bank_close(own);
    return 0;
}

Test(fork, a_bank_may_be_opened_anew_by_the_child)
{
    Cbank__Api__V1__BankInfo *info;

    cr_expect_eq(in_child(open_anew), 0);
    info = info_of(s.bank);
    cr_expect_eq(info->accounts, 1, "what the child wrote");
    scene_free(info);
}
