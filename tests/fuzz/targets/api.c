/* Requests to a bank, call by call, as a program that is not our friend would send them. */
#include <stdlib.h>

#include "api/scene.h"
#include "fuzz/fuzz.h"

typedef cbank_status call(cbank_bank *bank, const uint8_t *request, size_t size,
                          cbank_buffer *reply, cbank_error *err);

/* At the end, so that numbers keep their meaning. */
static call *const calls[] = {
    cbank_bank_status,       cbank_institution_admit,  cbank_institution_rotate,
    cbank_institution_show,  cbank_institution_list,   cbank_learner_open,
    cbank_learner_find,      cbank_learner_show,       cbank_learner_change,
    cbank_credit_list,       cbank_credit_show,        cbank_batch_list,
    cbank_batch_show,        cbank_transcript_issue,   cbank_log_prove,
    cbank_log_consistency,
};

typedef cbank_status keyed_call(cbank_bank *bank, const cbank_key *key, const uint8_t *request,
                                size_t size, cbank_buffer *reply, cbank_error *err);

static keyed_call *const keyed_calls[] = {cbank_credit_issue, cbank_credit_change,
                                          cbank_credit_amend};

#define CALLS (sizeof(calls) / sizeof(calls[0]))
#define KEYED_CALLS (sizeof(keyed_calls) / sizeof(keyed_calls[0]))

/* Requests that the bank does leave something behind: then and when it begins anew. */
#define RUNS_A_BANK 50000

static scene stage;
static unsigned runs;

static void end(void)
{
    scene_end(&stage);
}

static void begin(void)
{
    char account[17];

    if (stage.bank != NULL && ++runs % RUNS_A_BANK != 0)
        return;
    if (stage.bank == NULL)
        atexit(end);
    else
        scene_end(&stage);
    scene_begin(&stage, "sha256-ed25519");
    scene_learner(&stage, "李一", "440524188001010014", account);
}

static cbank_status ask(unsigned number, cbi_bytes input, cbank_buffer *reply, cbank_error *err)
{
    cbank_verifier *verifier = NULL;
    cbank_status status;

    if (number < CALLS)
        return calls[number](stage.bank, input.data, input.size, reply, err);
    number -= CALLS;
    if (number < KEYED_CALLS)
        return keyed_calls[number](stage.bank, stage.key, input.data, input.size, reply, err);
    number -= KEYED_CALLS;
    if (number == 0)
        return cbank_transcript_show(input.data, input.size, reply, err);
    status = cbank_verifier_open(input.data, input.size, &verifier, err);
    cbank_verifier_close(verifier);
    return status;
}

void fuzz_api(cbi_bytes input)
{
    unsigned number = fuzz_choose(&input, CALLS + KEYED_CALLS + 2);
    cbank_buffer reply = {0};
    cbank_error err = {0};
    cbank_status status;

    begin();
    status = ask(number, input, &reply, &err);
    fuzz_require(status == CBANK_OK || err.status == (int32_t)status,
                 "an error says what the call answered");
    fuzz_require(status == CBANK_OK || status == CBANK_E_FORK || reply.data == NULL,
                 "a reply is written on success only, or proves a fork");
    fuzz_require(status != CBANK_E_INTERNAL && status != CBANK_E_CORRUPT,
                 "no request harms the bank");
    cbank_buffer_clear(&reply);
}
