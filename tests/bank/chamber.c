#include "bank/chamber.h"

#define ACT(name) CBANK__V1__CASE_ACT__CASE_ACT_##name

/* What a step of this act cannot be without. */
static void fill(chamber *out, teller *it)
{
    Cbank__V1__CaseStep *step = &out->step;

    switch (step->act) {
    case ACT(OPEN):
        out->application.account = it->account.digits;
        step->application = &out->application;
        break;
    case ACT(RETURN):
    case ACT(WITHDRAW):
    case ACT(CLOSE):
        step->reason = &out->reason;
        break;
    case ACT(ADD_EVIDENCE):
        step->evidence = out->evidence;
        step->n_evidence = 1;
        break;
    case ACT(FIND):
        step->finding = &out->finding;
        break;
    case ACT(DECIDE):
        step->decision = &out->decision;
        break;
    case ACT(OPEN_NOTICE):
        step->notice = &out->notice;
        break;
    case ACT(APPEAL):
        step->appeal = &out->appeal;
        break;
    case ACT(CLOSE_NOTICE):
    case ACT(DECIDE_APPEAL):
        step->result = CBANK__V1__CASE_RESULT__CASE_RESULT_STANDS;
        break;
    default:
        break;
    }
}

void chamber_convene(chamber *out, teller *it, Cbank__V1__CaseAct act)
{
    *out = (chamber){.digest = {3}};
    cbank__v1__case_step__init(&out->step);
    cbank__v1__case_application__init(&out->application);
    cbank__v1__code__init(&out->reason);
    cbank__v1__supporting_document__init(&out->document);
    cbank__v1__finding__init(&out->finding);
    cbank__v1__decision__init(&out->decision);
    cbank__v1__public_notice__init(&out->notice);
    cbank__v1__case_appeal__init(&out->appeal);
    out->reason.scheme = cbi_message_string("cbank");
    out->reason.value = cbi_message_string("incomplete");
    out->document.digest = cbi_message_data(cbi_bytes_of(out->digest, CBI_HASH_SIZE));
    out->evidence[0] = &out->document;
    out->finding.reviewer = cbi_message_string("rev-1");
    out->decision.outcome = CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_NONE;
    out->notice.from = 20260301;
    out->notice.until = 20260306;
    out->appeal.number = cbi_message_string("A-1");
    teller_works(cbi_random(out->salt, sizeof(out->salt), &teller_err));
    out->step.salt = cbi_message_data(cbi_bytes_of(out->salt, sizeof(out->salt)));
    out->step.institution = cbi_message_string(TELLER_COLLEGE);
    out->step.origin = cbi_message_string(it->bank->config.origin);
    out->step.number = cbi_message_string(CHAMBER_CASE);
    out->step.act = act;
    out->step.at = TELLER_TIME;
    if (act != ACT(OPEN))
        teller_works(cbi_hearing_steps(it->bank, TELLER_COLLEGE, CHAMBER_CASE, &out->step.step,
                                       &teller_err));
    fill(out, it);
}

cbank_buffer chamber_sign(chamber *it, const cbi_private *key)
{
    cbank_buffer file = {0};

    teller_works(cbi_case_step_make(&it->step, key, &file, &teller_err));
    return file;
}

cbank_status chamber_enter(chamber *it, teller *bank, cbi_heard *out, cbank_error *err)
{
    cbank_buffer file = chamber_sign(it, bank->college_key);
    cbank_status status = cbi_hearing_enter(bank->bank, cbi_bytes_of_buffer(&file),
                                            &(cbi_hearing_order){.now = ++bank->now}, out, err);

    cbank_buffer_clear(&file);
    return status;
}

cbi_heard chamber_moves(teller *it, Cbank__V1__CaseAct act, Cbank__V1__CaseResult result,
                        cbi_case_state state)
{
    cbi_heard out;
    chamber at;

    chamber_convene(&at, it, act);
    at.step.result = result;
    teller_works(chamber_enter(&at, it, &out, &teller_err));
    cr_assert_eq(out.row.state, state, "%s", cbi_case_state_word(out.row.state));
    return out;
}
