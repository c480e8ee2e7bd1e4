/* main.c - from the first word to the exit code. */
#include "call.h"
#include "fail.h"
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

const noun nouns[] = {
    {"bank", P_NOUN_BANK, bank_commands},
    {"key", P_NOUN_KEY, key_commands},
    {"institution", P_NOUN_INSTITUTION, institution_commands},
    {"learner", P_NOUN_LEARNER, learner_commands},
    {"credit", P_NOUN_CREDIT, credit_commands},
    {"batch", P_NOUN_BATCH, batch_commands},
    {"enrol", P_NOUN_ENROL, enrol_commands},
    {"rules", P_NOUN_RULES, rules_commands},
    {"plan", P_NOUN_PLAN, plan_commands},
    {"claim", P_NOUN_CLAIM, claim_commands},
    {"recognition", P_NOUN_RECOGNITION, recognition_commands},
    {"case", P_NOUN_CASE, case_commands},
    {"transfer", P_NOUN_TRANSFER, transfer_commands},
    {"consent", P_NOUN_CONSENT, consent_commands},
    {"transcript", P_NOUN_TRANSCRIPT, transcript_commands},
    {"trust", P_NOUN_TRUST, trust_commands},
    {"log", P_NOUN_LOG, log_commands},
    {"sign", P_NOUN_SIGN, sign_commands},
    {0},
};

/* Keys and personal data pass through this process: its memory is for nobody else to read. */
static void forbid_dumps(void)
{
    struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) /* whose leak check has to read it */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

/* What was printed has to have arrived. */
static void finish_output(cli *c)
{
    bool failed = ferror(stdout) != 0;

    if (fflush(stdout) != 0)
        failed = true;
    if (failed && c->code == EXIT_DONE)
        fail_own(c, FAIL_UNWRITABLE, "-");
}

int main(int argc, char **argv)
{
    cli c = {0};

    forbid_dumps();
    if (options_parse(&c, argc, argv))
        c.command->run(&c);
    call_close(&c);
    finish_output(&c);
    free(c.given);
    free(c.arguments);
    return c.code;
}
