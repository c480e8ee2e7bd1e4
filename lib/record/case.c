#include "record/case.h"

#include "base/limits.h"
#include "record/field.h"
#include "record/kind.h"

#define ACT(name) CBANK__V1__CASE_ACT__CASE_ACT_##name
#define RESULT(name) CBANK__V1__CASE_RESULT__CASE_RESULT_##name
#define IN(name) (1u << CBI_CASE_##name)
#define KINDS_BEFORE 300

/* What moves a case, from which states, with which result, and to where. NONE: it stays. */
static const struct {
    Cbank__V1__CaseAct act;
    unsigned from;
    Cbank__V1__CaseResult result;
    cbi_case_state to;
} STEPS[] = {
    {ACT(OPEN), IN(NONE), RESULT(UNSPECIFIED), CBI_CASE_SUBMITTED},
    {ACT(RETURN), IN(SUBMITTED), RESULT(UNSPECIFIED), CBI_CASE_RETURNED},
    {ACT(ACCEPT), IN(SUBMITTED), RESULT(UNSPECIFIED), CBI_CASE_ACCEPTED},
    {ACT(ADD_EVIDENCE), IN(RETURNED), RESULT(UNSPECIFIED), CBI_CASE_SUBMITTED},
    {ACT(ADD_EVIDENCE), IN(SUBMITTED) | IN(ACCEPTED) | IN(IN_REVIEW) | IN(APPEALED),
     RESULT(UNSPECIFIED), CBI_CASE_NONE},
    {ACT(FIND), IN(ACCEPTED) | IN(IN_REVIEW), RESULT(UNSPECIFIED), CBI_CASE_IN_REVIEW},
    {ACT(FIND), IN(APPEALED), RESULT(UNSPECIFIED), CBI_CASE_NONE},
    /* What a catalogue or an agreement settles needs no reviewer. */
    {ACT(DECIDE), IN(ACCEPTED) | IN(IN_REVIEW), RESULT(UNSPECIFIED), CBI_CASE_DECIDED},
    {ACT(OPEN_NOTICE), IN(DECIDED), RESULT(UNSPECIFIED), CBI_CASE_NOTICE},
    {ACT(CLOSE_NOTICE), IN(NOTICE), RESULT(STANDS), CBI_CASE_EFFECTIVE},
    {ACT(CLOSE_NOTICE), IN(NOTICE), RESULT(AGAIN), CBI_CASE_IN_REVIEW},
    /* Where there is no notice, what was decided is appealed as it is. */
    {ACT(APPEAL), IN(DECIDED) | IN(EFFECTIVE), RESULT(UNSPECIFIED), CBI_CASE_APPEALED},
    {ACT(DECIDE_APPEAL), IN(APPEALED), RESULT(STANDS), CBI_CASE_EFFECTIVE},
    {ACT(DECIDE_APPEAL), IN(APPEALED), RESULT(AGAIN), CBI_CASE_IN_REVIEW},
    /* Whoever applied takes the application back until it is decided. */
    {ACT(WITHDRAW), IN(SUBMITTED) | IN(RETURNED) | IN(ACCEPTED) | IN(IN_REVIEW),
     RESULT(UNSPECIFIED), CBI_CASE_WITHDRAWN},
    /* Not accepted, not completed in time; or at its end. */
    {ACT(CLOSE), IN(SUBMITTED) | IN(RETURNED) | IN(DECIDED) | IN(EFFECTIVE), RESULT(UNSPECIFIED),
     CBI_CASE_CLOSED},
};

static const char *const WORDS[] = {
    [CBI_CASE_NONE] = "",
    [CBI_CASE_SUBMITTED] = "submitted",
    [CBI_CASE_RETURNED] = "returned",
    [CBI_CASE_ACCEPTED] = "accepted",
    [CBI_CASE_IN_REVIEW] = "in review",
    [CBI_CASE_DECIDED] = "decided",
    [CBI_CASE_NOTICE] = "notice",
    [CBI_CASE_EFFECTIVE] = "effective",
    [CBI_CASE_APPEALED] = "appealed",
    [CBI_CASE_WITHDRAWN] = "withdrawn",
    [CBI_CASE_CLOSED] = "closed",
};

cbank_status cbi_case_state_step(cbi_case_state *state, Cbank__V1__CaseAct act,
                                 Cbank__V1__CaseResult result, cbank_error *err)
{
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
        if (STEPS[i].act != act || (STEPS[i].from >> *state & 1) == 0 || STEPS[i].result != result)
            continue;
        if (STEPS[i].to != CBI_CASE_NONE)
            *state = STEPS[i].to;
        return CBANK_OK;
    }
    return cbi_fail(err, CBI_REASON_CASE_STATE, 0, NULL, "%s", WORDS[*state]);
}

bool cbi_case_is_ended(cbi_case_state state)
{
    return state == CBI_CASE_WITHDRAWN || state == CBI_CASE_CLOSED;
}

const char *cbi_case_state_word(cbi_case_state state)
{
    return WORDS[state];
}

int cbi_case_kind(Cbank__V1__CaseAct act)
{
    return KINDS_BEFORE + (int)act;
}

Cbank__V1__CaseAct cbi_case_act(int kind)
{
    const cbi_kind *row = cbi_kind_find(kind);

    if (row == NULL || row->subject != CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_CASE)
        return ACT(UNSPECIFIED);
    return (Cbank__V1__CaseAct)(kind - KINDS_BEFORE);
}

cbank_status cbi_case_check_moved(const void *body, cbank_error *err)
{
    const Cbank__V1__CaseMoved *moved = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_institution("institution", moved->institution, err));
    CBI_TRY(cbi_field_text("number", moved->number, CBI_REFERENCE_MAX, err));
    if (moved->step.len == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "step", NULL);
    CBI_TRY(cbi_field_key("public_key", moved->public_key, err));
done:
    return status;
}
