#include "apart.h"

#include "fail.h"
#include "options.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a program does to itself, as LMDB's reading of a damaged page does. */
static bool is_fault(int signal)
{
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT || signal == SIGILL ||
           signal == SIGFPE;
}

static void wait_for(cli *c, pid_t child)
{
    const char *path = options_text(c, "bank");
    int ended;

    while (waitpid(child, &ended, 0) < 0) {
        if (errno != EINTR) {
            fail_own(c, FAIL_APART, "waitpid");
            return;
        }
    }
    if (WIFEXITED(ended))
        c->code = (exit_code)WEXITSTATUS(ended);
    else if (!is_fault(WTERMSIG(ended)))
        raise(WTERMSIG(ended)); /* somebody wanted an end of both, or the memory was short */
    else
        fail_own(c, FAIL_BROUGHT_DOWN, path != NULL ? path : getenv("CBANK_BANK"));
}

void apart_run(cli *c, void (*run)(cli *c))
{
    pid_t parent = getpid();
    pid_t child = fork();

    if (child < 0) {
        fail_own(c, FAIL_APART, "fork");
    } else if (child > 0) {
        wait_for(c, child);
    } else {
        /* Who ends the parent means the child. */
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() == parent)
            run(c);
    }
}
