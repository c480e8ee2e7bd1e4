#include "api/caseinfo.h"

#include "base/memory.h"
#include "record/statement.h"

/* A step, and what its description lends. */
struct cbi_caseinfo_step {
    Cbank__Api__V1__CaseStepInfo message;
    cbi_statement statement;
    cbi_case_step step;
};

void cbi_caseinfo_clear(cbi_caseinfo *it)
{
    for (size_t i = 0; it->steps != NULL && i < it->row.steps; i++) {
        cbi_case_step_clear(&it->steps[i].step);
        cbi_statement_clear(&it->steps[i].statement);
    }
    cbi_free(it->steps);
    cbi_free(it->list);
    *it = (cbi_caseinfo){.row = {.state = CBI_CASE_NONE}};
}

void cbi_caseinfo_describe(cbi_caseinfo *it)
{
    Cbank__Api__V1__CaseInfo *out = &it->message;

    cbank__api__v1__case_info__init(out);
    out->institution = it->row.institution;
    out->number = it->row.number;
    out->state = (Cbank__Api__V1__CaseState)it->row.state;
    out->account = it->row.account.digits;
    out->opened_at = it->row.opened_at;
    out->moved_at = it->row.moved_at;
    out->due_on = it->row.due_on;
    out->assigned_to = it->row.assigned_to;
    out->step_count = it->row.steps;
}

/* Back from the newest one. */
static cbank_status read_steps(cbi_reader *reader, cbi_caseinfo *it, cbank_error *err)
{
    char id[CBI_CASE_ID_MAX + 1];
    cbi_subject subject = cbi_case_subject(it->row.institution, it->row.number, id);
    cbank_status status = CBANK_OK;
    cbi_head named;

    CBI_TRY(cbi_subject_read_head(reader->txn, &subject, &named, err));
    for (uint64_t i = it->row.steps; i-- > 0;) {
        struct cbi_caseinfo_step *at = &it->steps[i];

        cbank__api__v1__case_step_info__init(&at->message);
        it->list[i] = &at->message;
        CBI_TRY(cbi_hearing_step_back(reader->txn, reader->hasher, &named, &at->statement,
                                      &at->step, &at->message.index, err));
        at->message.step = at->step.message;
        at->message.entered_at = at->statement.message->at;
    }
    it->message.steps = it->list;
    it->message.n_steps = it->row.steps;
done:
    return status;
}

cbank_status cbi_caseinfo_read(cbi_reader *reader, cbi_caseinfo *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    cbi_caseinfo_describe(it);
    if (it->row.steps > CBI_CASE_STEPS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, it->row.steps,
                         cbi_table_name(CBI_TABLE_RECOGNITION), NULL));
    CBI_TRY(cbi_alloc(it->row.steps, sizeof(*it->steps), &it->steps, err));
    CBI_TRY(cbi_alloc(it->row.steps, sizeof(*it->list), &it->list, err));
    CBI_TRY(read_steps(reader, it, err));
done:
    return status;
}
