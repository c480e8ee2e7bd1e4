#include "calls.h"

#include <cbank/api/v1/bank.pb-c.h>
#include <cbank/api/v1/claim.pb-c.h>
#include <cbank/api/v1/credit.pb-c.h>
#include <cbank/api/v1/institution.pb-c.h>
#include <cbank/api/v1/learner.pb-c.h>
#include <cbank/api/v1/log.pb-c.h>
#include <cbank/api/v1/plan.pb-c.h>
#include <cbank/api/v1/publication.pb-c.h>
#include <cbank/api/v1/rules.pb-c.h>
#include <cbank/api/v1/transcript.pb-c.h>
#include <string.h>

/* The shapes of calls; a handle of the cases is a void pointer, which C converts by itself. */
#define PLAIN(function)                                                                       \
    static cbank_status function##_(ask *it)                                                  \
    {                                                                                         \
        return function(it->request.data, it->request.size, &it->reply, &it->err);            \
    }
#define ON(function)                                                                          \
    static cbank_status function##_(ask *it)                                                  \
    {                                                                                         \
        return function(it->handles[0], it->request.data, it->request.size, &it->reply,       \
                        &it->err);                                                            \
    }
#define BEGIN(function)                                                                       \
    static cbank_status function##_(ask *it)                                                  \
    {                                                                                         \
        cbank_job *job = NULL;                                                                \
        cbank_status status = function(it->request.data, it->request.size, &job, &it->err);   \
        it->made = job;                                                                       \
        return status;                                                                        \
    }
#define BEGIN_ON(function)                                                                    \
    static cbank_status function##_(ask *it)                                                  \
    {                                                                                         \
        cbank_job *job = NULL;                                                                \
        cbank_status status =                                                                 \
            function(it->handles[0], it->request.data, it->request.size, &job, &it->err);     \
        it->made = job;                                                                       \
        return status;                                                                        \
    }

PLAIN(cbank_rules_files)
PLAIN(cbank_transcript_show)
ON(cbank_claim_verify)
ON(cbank_credit_list)
ON(cbank_credit_show)
ON(cbank_institution_admit)
ON(cbank_institution_list)
ON(cbank_institution_show)
ON(cbank_learner_find)
ON(cbank_log_prove)
ON(cbank_plan_make)
ON(cbank_transcript_verify)
BEGIN(cbank_rules_check_begin)
BEGIN_ON(cbank_credit_deposit_begin)
BEGIN_ON(cbank_credit_sign_begin)
BEGIN_ON(cbank_plan_run_begin)
BEGIN_ON(cbank_publication_export_begin)
BEGIN_ON(cbank_publication_publish_begin)

static cbank_status cbank_bank_create_(ask *it)
{
    return cbank_bank_create(it->request.data, it->request.size, NULL, 0, &it->reply, &it->err);
}

static cbank_status cbank_bank_open_(ask *it)
{
    cbank_bank *bank = NULL;
    cbank_status status = cbank_bank_open(it->path, NULL, 0, &bank, &it->err);

    it->made = bank;
    return status;
}

static cbank_status cbank_bank_check_begin_(ask *it)
{
    cbank_job *job = NULL;
    cbank_status status = cbank_bank_check_begin(it->handles[0], &job, &it->err);

    it->made = job;
    return status;
}

static cbank_status cbank_key_new_(ask *it)
{
    cbank_key *key = NULL;
    cbank_status status = cbank_key_new(it->path, &key, &it->err);

    it->made = key;
    return status;
}

static cbank_status cbank_verifier_open_(ask *it)
{
    cbank_verifier *verifier = NULL;
    cbank_status status =
        cbank_verifier_open(it->request.data, it->request.size, &verifier, &it->err);

    it->made = verifier;
    return status;
}

#define CALL(function, request, reply, begins)                                                \
    {#function, function##_, &cbank__api__v1__##request##__descriptor,                        \
     &cbank__api__v1__##reply##__descriptor, begins}

static const call calls[] = {
    CALL(cbank_bank_create, bank_create_request, bank_info, false),
    {"cbank_bank_open", cbank_bank_open_, NULL, NULL, false},
    {"cbank_bank_check_begin", cbank_bank_check_begin_, NULL,
     &cbank__api__v1__check_reply__descriptor, true},
    {"cbank_key_new", cbank_key_new_, NULL, NULL, false},
    {"cbank_verifier_open", cbank_verifier_open_, &cbank__api__v1__verifier_request__descriptor,
     NULL, false},
    CALL(cbank_claim_verify, claim_verify_request, claim_report, false),
    CALL(cbank_credit_deposit_begin, credit_deposit_request, credit_deposit_reply, true),
    CALL(cbank_credit_list, credit_list_request, credit_list_reply, false),
    CALL(cbank_credit_show, credit_show_request, credit_info, false),
    CALL(cbank_credit_sign_begin, credit_sign_request, credit_import_reply, true),
    CALL(cbank_institution_admit, admit_request, institution_info, false),
    CALL(cbank_institution_list, institution_list_request, institution_list_reply, false),
    CALL(cbank_institution_show, institution_show_request, institution_info, false),
    CALL(cbank_learner_find, learner_find_request, learner_info, false),
    CALL(cbank_log_prove, prove_request, prove_reply, false),
    CALL(cbank_plan_make, plan_make_request, plan_make_reply, false),
    CALL(cbank_plan_run_begin, plan_run_request, plan_run_reply, true),
    CALL(cbank_publication_export_begin, publication_show_request, publication_info, true),
    CALL(cbank_publication_publish_begin, publish_request, publication_info, true),
    CALL(cbank_rules_check_begin, rules_check_request, rules_check_reply, true),
    CALL(cbank_rules_files, rules_files_request, rules_files_reply, false),
    CALL(cbank_transcript_show, transcript_show_request, verdict_report, false),
    CALL(cbank_transcript_verify, transcript_verify_request, verdict_report, false),
};

const call *calls_find(const char *name)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (strcmp(calls[i].name, name) == 0)
            return &calls[i];
    return NULL;
}

void calls_close(const char *handle, void *made)
{
    if (strcmp(handle, "bank") == 0)
        cbank_bank_close(made);
    else if (strcmp(handle, "key") == 0)
        cbank_key_close(made);
    else if (strcmp(handle, "verifier") == 0)
        cbank_verifier_close(made);
}
