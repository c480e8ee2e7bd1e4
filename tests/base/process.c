#include "base/process.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

static void expect_right_child(pid_t child)
{
    int result = -1;

    if (child == 0)
        _exit(cbi_process() == getpid() && cbi_process() == getpid() ? 0 : 1);
    cr_assert_eq(waitpid(child, &result, 0), child);
    cr_assert(WIFEXITED(result) && WEXITSTATUS(result) == 0);
}

Test(process, is_this_one)
{
    cr_assert_eq(cbi_process(), getpid());
    cr_assert_eq(cbi_process(), getpid());
}

Test(process, is_another_in_a_child)
{
    cr_assert_eq(cbi_process(), getpid());
    expect_right_child(fork());
    cr_assert_eq(cbi_process(), getpid());
}

/* A copy that libc knows nothing of, as some runtimes make it. */
Test(process, is_another_in_a_child_that_was_made_behind_the_back_of_libc)
{
    cr_assert_eq(cbi_process(), getpid());
    expect_right_child((pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    cr_assert_eq(cbi_process(), getpid());
}
