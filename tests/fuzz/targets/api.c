/* Requests to a bank, call by call, as a program that is not our friend would send them. */
#include <stdlib.h>
#include <string.h>

#include "api/scene.h"
#include "fuzz/fuzz.h"

/* Requests that the bank does leave something behind: then and when it begins anew. */
#define RUNS_A_BANK 50000

static scene stage;
static cbank_verifier *verifier;
static unsigned runs;

static void end(void)
{
    cbank_verifier_close(verifier);
    verifier = NULL;
    scene_end(&stage);
}

static void begin(void)
{
    Cbank__Api__V1__VerifierRequest trust = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    cbank_buffer directory, bytes;
    char account[17];

    if (stage.bank != NULL && ++runs % RUNS_A_BANK != 0)
        return;
    if (stage.bank == NULL)
        atexit(end);
    else
        end();
    scene_begin(&stage, "sha256-ed25519");
    scene_learner(&stage, "李一", "440524188001010014", account);
    directory = scene_directory(&stage);
    trust.directory = (ProtobufCBinaryData){directory.size, directory.data};
    bytes = scene_pack(&trust);
    fuzz_require(cbank_verifier_open(bytes.data, bytes.size, &verifier, NULL) == CBANK_OK,
                 "the bank's own directory is trusted");
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&directory);
}

/* ---- calls of another shape -------------------------------------------------------------- */

#define ARGUMENTS                                                                                  \
    cbank_bank *bank, const uint8_t *request, size_t size, cbank_buffer *reply, cbank_error *err

static cbank_status issue(ARGUMENTS)
{
    return cbank_credit_issue(bank, stage.key, request, size, reply, err);
}

static cbank_status change(ARGUMENTS)
{
    return cbank_credit_change(bank, stage.key, request, size, reply, err);
}

static cbank_status amend(ARGUMENTS)
{
    return cbank_credit_amend(bank, stage.key, request, size, reply, err);
}

static cbank_status show_transcript(ARGUMENTS)
{
    (void)bank;
    return cbank_transcript_show(request, size, reply, err);
}

static cbank_status check_plan(ARGUMENTS)
{
    (void)bank;
    return cbank_plan_check(request, size, reply, err);
}

static cbank_status compare_rules(ARGUMENTS)
{
    (void)bank;
    return cbank_rules_diff(request, size, reply, err);
}

static cbank_status open_verifier(ARGUMENTS)
{
    cbank_verifier *made = NULL;
    cbank_status status = cbank_verifier_open(request, size, &made, err);

    (void)bank;
    (void)reply;
    cbank_verifier_close(made);
    return status;
}

static cbank_status verify(ARGUMENTS)
{
    (void)bank;
    return cbank_transcript_verify(verifier, request, size, reply, err);
}

static cbank_status join(ARGUMENTS)
{
    (void)bank;
    return cbank_institution_request(stage.key, request, size, reply, err);
}

static cbank_status delegation(ARGUMENTS)
{
    (void)bank;
    return cbank_institution_delegation(stage.key, request, size, reply, err);
}

static cbank_status rotation(ARGUMENTS)
{
    (void)bank;
    return cbank_institution_rotation(stage.key, stage.key, request, size, reply, err);
}

static cbank_status correct(ARGUMENTS)
{
    cbank_job *job = NULL;
    cbank_status status = cbank_credit_correct_begin(bank, stage.key, request, size, &job, err);

    (void)reply;
    cbank_job_close(job);
    return status;
}

static cbank_status export_records(ARGUMENTS)
{
    cbank_job *job = NULL;
    cbank_status status = cbank_credit_export_begin(bank, request, size, &job, err);

    (void)reply;
    cbank_job_close(job);
    return status;
}

static cbank_status hear(ARGUMENTS)
{
    return cbank_case_act(bank, stage.key, request, size, reply, err);
}

/* ---- all of them ------------------------------------------------------------------------- */

static const struct {
    const char *name;
    cbank_status (*ask)(ARGUMENTS);
} calls[] = {
    /* New ones at the end, so that numbers keep their meaning. */
    {"bank_status", cbank_bank_status},
    {"institution_admit", cbank_institution_admit},
    {"institution_rotate", cbank_institution_rotate},
    {"institution_show", cbank_institution_show},
    {"institution_list", cbank_institution_list},
    {"learner_open", cbank_learner_open},
    {"learner_find", cbank_learner_find},
    {"learner_show", cbank_learner_show},
    {"learner_identify", cbank_learner_identify},
    {"learner_merge", cbank_learner_merge},
    {"learner_unmerge", cbank_learner_unmerge},
    {"learner_erase", cbank_learner_erase},
    {"learner_export", cbank_learner_export},
    {"learner_change", cbank_learner_change},
    {"credit_list", cbank_credit_list},
    {"credit_show", cbank_credit_show},
    {"batch_list", cbank_batch_list},
    {"batch_show", cbank_batch_show},
    {"transcript_issue", cbank_transcript_issue},
    {"log_prove", cbank_log_prove},
    {"log_consistency", cbank_log_consistency},
    {"credit_issue", issue},
    {"credit_change", change},
    {"credit_amend", amend},
    {"transcript_show", show_transcript},
    {"verifier_open", open_verifier},
    {"transcript_verify", verify},
    {"institution_request", join},
    {"institution_rotation", rotation},
    {"institution_suspend", cbank_institution_suspend},
    {"institution_resume", cbank_institution_resume},
    {"credit_correct", correct},
    {"publication_list", cbank_publication_list},
    {"publication_show", cbank_publication_show},
    {"plan_make", cbank_plan_make},
    {"claim_issue", cbank_claim_issue},
    {"plan_check", check_plan},
    {"rules_diff", compare_rules},
    {"claim_withdraw", cbank_claim_withdraw},
    {"institution_register", cbank_institution_register},
    {"institution_describe", cbank_institution_describe},
    {"institution_delegation", delegation},
    {"institution_grant", cbank_institution_grant},
    {"institution_grant_end", cbank_institution_grant_end},
    {"institution_end", cbank_institution_end},
    {"consent_authorise", cbank_consent_authorise},
    {"consent_end", cbank_consent_end},
    {"consent_give", cbank_consent_give},
    {"consent_withdraw", cbank_consent_withdraw},
    {"consent_list", cbank_consent_list},
    {"transcript_list", cbank_transcript_list},
    {"transcript_extend", cbank_transcript_extend},
    {"transcript_withdraw", cbank_transcript_withdraw},
    {"credit_export", export_records},
    {"recognition_note", cbank_recognition_note},
    {"recognition_settle", cbank_recognition_settle},
    {"recognition_list", cbank_recognition_list},
    {"case_act", hear},
    {"case_enter", cbank_case_enter},
    {"case_show", cbank_case_show},
    {"case_list", cbank_case_list},
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

uint8_t fuzz_api_number(const char *name)
{
    uint8_t number = 0;

    while (number < CALLS && strcmp(calls[number].name, name) != 0)
        number++;
    fuzz_require(number < CALLS, name);
    return number;
}

/* A verdict is a reply, whatever it is; so is the proof of a fork. */
static bool may_reply(unsigned number, cbank_status status)
{
    if (calls[number].ask == verify)
        return status == CBANK_E_MALFORMED || status == CBANK_E_UNSUPPORTED || status / 100 == 6;
    return calls[number].ask == cbank_log_consistency && status == CBANK_E_FORK;
}

void fuzz_api(cbi_bytes input)
{
    unsigned number = fuzz_choose(&input, CALLS);
    cbank_buffer reply = {0};
    cbank_error err = {0};
    cbank_status status;

    begin();
    status = calls[number].ask(stage.bank, input.data, input.size, &reply, &err);
    fuzz_require(status == CBANK_OK || err.status == (int32_t)status,
                 "an error says what the call answered");
    fuzz_require(status == CBANK_OK || reply.data == NULL || may_reply(number, status),
                 "a reply is written on success only");
    fuzz_require(status != CBANK_E_INTERNAL && status != CBANK_E_CORRUPT,
                 "no request harms the bank");
    cbank_buffer_clear(&reply);
}
