#include "proof/casestep.h"

#include "base/limits.h"
#include "base/time.h"
#include "proof/assembly.h"
#include "proof/checkpoint.h"
#include "proof/recognition.h"
#include "record/field.h"

#define ACT(name) CBANK__V1__CASE_ACT__CASE_ACT_##name

/* ---- what a step holds --------------------------------------------------------------------- */

#define REASON 1u
#define APPLICATION 2u
#define EVIDENCE 4u
#define FINDING 8u
#define DECISION 16u
#define RECOGNITIONS 32u
#define NOTICE 64u
#define RESULT 128u
#define APPEAL 256u
#define ONWARD 512u /* by when, and by whom, it goes on */

static const char *const PARTS[] = {
    "reason", "application",  "evidence", "finding", "decision",
    "recognitions", "notice", "result",   "appeal",  "due_on",
};

/* What has to be there, and what may. */
static const struct {
    unsigned needed;
    unsigned allowed;
} FORMS[] = {
    [ACT(OPEN)] = {APPLICATION, EVIDENCE | ONWARD},
    [ACT(RETURN)] = {REASON, ONWARD},
    [ACT(ACCEPT)] = {0, ONWARD | REASON},
    [ACT(ADD_EVIDENCE)] = {EVIDENCE, ONWARD},
    [ACT(FIND)] = {FINDING, ONWARD},
    [ACT(DECIDE)] = {DECISION, RECOGNITIONS | REASON | ONWARD},
    [ACT(OPEN_NOTICE)] = {NOTICE, ONWARD},
    [ACT(CLOSE_NOTICE)] = {RESULT, NOTICE | REASON | ONWARD},
    [ACT(APPEAL)] = {APPEAL, EVIDENCE | ONWARD},
    [ACT(DECIDE_APPEAL)] = {RESULT, REASON | ONWARD},
    [ACT(WITHDRAW)] = {REASON, 0},
    [ACT(CLOSE)] = {REASON, 0},
};

static unsigned parts_of(const Cbank__V1__CaseStep *step)
{
    bool onward = step->due_on != 0 || step->assigned_to[0] != '\0';

    return (step->reason != NULL ? REASON : 0) | (step->application != NULL ? APPLICATION : 0) |
           (step->n_evidence > 0 ? EVIDENCE : 0) | (step->finding != NULL ? FINDING : 0) |
           (step->decision != NULL ? DECISION : 0) |
           (step->n_recognitions > 0 ? RECOGNITIONS : 0) | (step->notice != NULL ? NOTICE : 0) |
           (step->result != 0 ? RESULT : 0) | (step->appeal != NULL ? APPEAL : 0) |
           (onward ? ONWARD : 0);
}

static cbank_status check_form(const Cbank__V1__CaseStep *step, cbank_error *err)
{
    unsigned parts = parts_of(step), missing, idle;

    if (step->act < ACT(OPEN) || step->act > ACT(CLOSE))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "act", NULL);
    if ((step->act == ACT(OPEN)) != (step->step == 0))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, step->step, "step", NULL);
    missing = FORMS[step->act].needed & ~parts;
    idle = parts & ~(FORMS[step->act].needed | FORMS[step->act].allowed);
    for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++) {
        if ((missing >> i & 1) != 0)
            return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, PARTS[i], NULL);
        if ((idle >> i & 1) != 0)
            return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, PARTS[i], NULL);
    }
    return CBANK_OK;
}

/* ---- its parts ------------------------------------------------------------------------------ */

static cbank_status check_application(const Cbank__V1__CaseApplication *application,
                                      cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (application == NULL)
        return CBANK_OK;
    CBI_TRY(cbi_field_account("account", application->account, err));
    CBI_TRY(cbi_field_date("applied_on", application->applied_on, err));
    CBI_TRY(cbi_field_code("channel", application->channel, err));
    if (application->programme[0] != '\0')
        CBI_TRY(cbi_field_text("programme", application->programme, CBI_REFERENCE_MAX, err));
    CBI_TRY(cbi_field_count("records", application->n_records, CBI_CASE_RECORDS_MAX, err));
    for (size_t i = 0; i < application->n_records; i++)
        CBI_TRY(cbi_field_text("records", application->records[i], CBI_REFERENCE_MAX, err));
    CBI_TRY(cbi_field_count("requested", application->n_requested, CBI_CASE_LIST_MAX, err));
    for (size_t i = 0; i < application->n_requested; i++)
        CBI_TRY(cbi_field_text("requested", application->requested[i], CBI_REFERENCE_MAX, err));
done:
    return status;
}

static cbank_status check_evidence(const Cbank__V1__CaseStep *step, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_count("evidence", step->n_evidence, CBI_CASE_LIST_MAX, err));
    for (size_t i = 0; i < step->n_evidence; i++) {
        CBI_TRY(cbi_field_hash("evidence", step->evidence[i]->digest, err));
        CBI_TRY(cbi_field_code("evidence", step->evidence[i]->kind, err));
    }
done:
    return status;
}

static cbank_status check_decision(const Cbank__V1__CaseStep *step, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (step->finding != NULL) {
        CBI_TRY(cbi_recognition_check_finding(step->finding, 0, err));
        CBI_TRY(cbi_field_count("records", step->finding->n_records, CBI_CASE_LIST_MAX, err));
    }
    for (size_t i = 0; step->finding != NULL && i < step->finding->n_records; i++)
        CBI_TRY(cbi_field_hash("records", step->finding->records[i], err));
    if (step->decision != NULL)
        CBI_TRY(cbi_recognition_check_decision(step->decision, step->n_recognitions, err));
    CBI_TRY(cbi_field_count("recognitions", step->n_recognitions, CBI_CASE_LIST_MAX, err));
    for (size_t i = 0; i < step->n_recognitions; i++)
        CBI_TRY(cbi_field_hash("recognitions", step->recognitions[i], err));
    CBI_TRY(cbi_recognition_check_notice(step->notice, err));
    if (step->act == ACT(OPEN_NOTICE) && (step->notice->from == 0 || step->notice->until == 0))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "until", NULL);
done:
    return status;
}

static cbank_status check_appeal(const Cbank__V1__CaseAppeal *appeal, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (appeal == NULL)
        return CBANK_OK;
    CBI_TRY(cbi_field_text("appeal", appeal->number, CBI_REFERENCE_MAX, err));
    CBI_TRY(cbi_field_date("filed_on", appeal->filed_on, err));
    CBI_TRY(cbi_field_code("ground", appeal->ground, err));
    if (appeal->body[0] != '\0')
        CBI_TRY(cbi_field_text("body", appeal->body, CBI_TEXT_MAX, err));
done:
    return status;
}

cbank_status cbi_case_step_check(const Cbank__V1__CaseStep *step, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_size("salt", step->salt, CBI_SALT_SIZE, true, err));
    CBI_TRY(cbi_field_institution("institution", step->institution, err));
    if (!cbi_origin_is_valid(cbi_message_text(step->origin)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "origin", NULL);
    CBI_TRY(cbi_field_text("number", step->number, CBI_REFERENCE_MAX, err));
    if (step->at <= 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "at", NULL);
    CBI_TRY(check_form(step, err));
    CBI_TRY(cbi_field_date("on", step->on, err));
    CBI_TRY(cbi_field_code("reason", step->reason, err));
    if (step->document[0] != '\0')
        CBI_TRY(cbi_field_text("document", step->document, CBI_REFERENCE_MAX, err));
    if (step->due_on != 0 && (!cbi_date_is_valid(step->due_on) || step->due_on % 100 == 0))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, step->due_on, "due_on", NULL);
    if (step->assigned_to[0] != '\0' && !cbi_field_is_word(cbi_message_text(step->assigned_to)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "assigned_to", NULL);
    CBI_TRY(check_application(step->application, err));
    CBI_TRY(check_evidence(step, err));
    CBI_TRY(check_decision(step, err));
    CBI_TRY(check_appeal(step->appeal, err));
done:
    return status;
}

/* ---- the file ------------------------------------------------------------------------------- */

cbank_status cbi_case_step_make(Cbank__V1__CaseStep *step, const cbi_private *key,
                                cbank_buffer *file, cbank_error *err)
{
    cbi_assembly assembly = {0};
    cbank_status status = CBANK_OK;

    step->version = 1;
    CBI_TRY(cbi_case_step_check(step, err));
    CBI_TRY(cbi_assembly_begin(cbi_private_public(key)->suite, &assembly, err));
    CBI_TRY(cbi_assembly_finish(&assembly, CBI_CASE_STEP_TYPE, step, &key, 1, file, err));
done:
    cbi_assembly_clear(&assembly);
    return status;
}

cbank_status cbi_case_step_read(cbi_hasher *hasher, cbi_bytes envelope, cbi_case_step *out,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *out = (cbi_case_step){0};
    CBI_TRY(cbi_envelope_parse(envelope, CBI_CASE_STEP_TYPE, &out->envelope, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__case_step__descriptor, out->envelope.payload,
                              &out->message, err));
    if (out->message->version != 1)
        CBI_TRY(cbi_fail(err, CBI_REASON_FILE_VERSION, out->message->version, "case", NULL));
    CBI_TRY(cbi_field_refuse_signed(cbi_case_step_check(out->message, err), err));
    CBI_TRY(cbi_envelope_id(hasher, out->envelope.payload, &out->id, err));
done:
    if (status != CBANK_OK)
        cbi_case_step_clear(out);
    return status;
}

cbank_status cbi_case_step_open(cbi_hasher *hasher, cbi_bytes file, cbi_case_step *out,
                                cbank_error *err)
{
    cbi_file container = {0};
    cbank_status status = CBANK_OK;

    *out = (cbi_case_step){0};
    CBI_TRY(cbi_artefact_open(file, &container.parts, err));
    CBI_TRY(cbi_file_end(&container, err));
    CBI_TRY(cbi_case_step_read(hasher, container.parts.envelope, out, err));
done:
    return status;
}

void cbi_case_step_clear(cbi_case_step *step)
{
    cbi_message_free(step->message);
    *step = (cbi_case_step){0};
}
