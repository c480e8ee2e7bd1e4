#include "record/transfer.h"

#include "base/limits.h"
#include "record/code.h"
#include "record/conversion.h"
#include "record/field.h"
#include "record/kind.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define OUTCOME(name) CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_##name

/* ---- whereabouts ------------------------------------------------------------------------- */

/* Of a record that the statement lists, and of one of the offer that it does not list. */
static const struct {
    cbi_whereabouts from;
    Cbank__V1__StatementKind kind;
    bool named;
    cbi_whereabouts to;
} STEPS[] = {
    {CBI_WHERE_HERE, KIND(TRANSFER_OFFERED), true, CBI_WHERE_OFFERED},
    {CBI_WHERE_OFFERED, KIND(TRANSFER_ACCEPTED), false, CBI_WHERE_AWAY},
    {CBI_WHERE_OFFERED, KIND(TRANSFER_PARTLY_ACCEPTED), true, CBI_WHERE_AWAY},
    {CBI_WHERE_OFFERED, KIND(TRANSFER_PARTLY_ACCEPTED), false, CBI_WHERE_HERE},
    {CBI_WHERE_OFFERED, KIND(TRANSFER_DECLINED), false, CBI_WHERE_HERE},
    {CBI_WHERE_OFFERED, KIND(TRANSFER_EXPIRED), false, CBI_WHERE_HERE},
    {CBI_WHERE_AWAY, KIND(TRANSFER_RETURNED), true, CBI_WHERE_HERE},
    {CBI_WHERE_HERE, KIND(TRANSFER_GIVEN_BACK), true, CBI_WHERE_AWAY},
};

cbank_status cbi_whereabouts_step(cbi_whereabouts *where, int kind, bool named, cbank_error *err)
{
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
        if (STEPS[i].from == *where && (int)STEPS[i].kind == kind && STEPS[i].named == named) {
            *where = STEPS[i].to;
            return CBANK_OK;
        }
    }
    switch (*where) {
    case CBI_WHERE_OFFERED:
        return cbi_fail(err, CBI_REASON_RECORD_OFFERED, 0, NULL, NULL);
    case CBI_WHERE_AWAY:
        return cbi_fail(err, CBI_REASON_RECORD_AWAY, 0, NULL, NULL);
    case CBI_WHERE_HERE:
        break;
    }
    return cbi_fail(err, CBI_REASON_RECORD_NOT_OFFERED, 0, NULL, NULL);
}

/* ---- bodies ------------------------------------------------------------------------------ */

/* The form of an origin is known to proof; whoever offers or takes one checks it there. */
bool cbi_transfer_goal_is_valid(const char *to, bool by_letter)
{
    cbi_bytes text = cbi_message_text(to);

    return by_letter ? cbi_institution_code_is_valid(text)
                     : text.size > 0 && text.size <= CBI_ORIGIN_MAX &&
                           !cbi_institution_code_is_valid(text);
}

static cbank_status check_records(Cbank__V1__EntryRef *const *records, size_t count, bool needed,
                                  cbank_error *err)
{
    if (count == 0 && needed)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "records", NULL);
    return cbi_entry_refs_check("records", records, count, err);
}

cbank_status cbi_transfer_check_offered(const void *body, cbank_error *err)
{
    const Cbank__V1__TransferOffered *offered = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", offered->account, err));
    if (!cbi_transfer_goal_is_valid(offered->to, offered->by_letter))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "to", NULL);
    if (offered->due_at <= 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "due_at", NULL);
    CBI_TRY(check_records(offered->records, offered->n_records, true, err));
done:
    return status;
}

cbank_status cbi_transfer_check_ended(const void *body, cbank_error *err)
{
    const Cbank__V1__TransferEnded *ended = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", ended->account, err));
    if (ended->touched_sequence == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "touched_sequence", NULL);
    CBI_TRY(cbi_field_hash("touched_leaf", ended->touched_leaf, err));
    CBI_TRY(check_records(ended->records, ended->n_records, false, err));
    CBI_TRY(cbi_field_size("answer", ended->answer, CBI_HASH_SIZE, false, err));
done:
    return status;
}

cbank_status cbi_transfer_check_received(const void *body, cbank_error *err)
{
    const Cbank__V1__CreditReceived *received = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", received->account, err));
    CBI_TRY(cbi_field_text("origin", received->origin, CBI_ORIGIN_MAX, err));
    CBI_TRY(cbi_field_hash("transfer", received->transfer, err));
    CBI_TRY(cbi_field_hash("batch", received->batch, err));
    if (received->index >= CBI_BATCH_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, received->index, "index", NULL);
    if (received->record.len == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "record", NULL);
done:
    return status;
}

cbank_status cbi_transfer_check_given_back(const void *body, cbank_error *err)
{
    const Cbank__V1__TransferGivenBack *given = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", given->account, err));
    CBI_TRY(cbi_field_text("origin", given->origin, CBI_ORIGIN_MAX, err));
    CBI_TRY(cbi_field_hash("transfer", given->transfer, err));
    CBI_TRY(check_records(given->records, given->n_records, true, err));
done:
    return status;
}

cbank_status cbi_transfer_check_answered(const void *body, cbank_error *err)
{
    const Cbank__V1__TransferAnswered *answered = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_text("origin", answered->origin, CBI_ORIGIN_MAX, err));
    CBI_TRY(cbi_field_hash("transfer", answered->transfer, err));
    if (answered->outcome == OUTCOME(UNSPECIFIED))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "outcome", NULL);
    CBI_TRY(cbi_field_hash("answer", answered->answer, err));
done:
    return status;
}

/* ---- answers ----------------------------------------------------------------------------- */

static cbank_status check_refusals(const Cbank__V1__TransferAnswer *answer, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_count("refusals", answer->n_refusals, CBI_USES_MAX, err));
    for (size_t i = 0; i < answer->n_refusals; i++) {
        CBI_TRY(cbi_field_hash("refusals", answer->refusals[i]->record, err));
        if (answer->refusals[i]->reason == NULL)
            return cbi_fail(err, CBI_REASON_FIELD_MISSING, i, "reason", NULL);
        CBI_TRY(cbi_field_code("reason", answer->refusals[i]->reason, err));
    }
done:
    return status;
}

/* Which lists an outcome has. */
static cbank_status check_outcome(const Cbank__V1__TransferAnswer *answer, cbank_error *err)
{
    bool takes = answer->n_records > 0, refuses = answer->n_refusals > 0;
    bool good = false;

    switch (answer->outcome) {
    case OUTCOME(ACCEPTED):
    case OUTCOME(RETURNED):
        good = takes && !refuses;
        break;
    case OUTCOME(PARTLY):
        good = takes && refuses;
        break;
    case OUTCOME(DECLINED):
    case OUTCOME(EXPIRED):
        good = !takes;
        break;
    default:
        break;
    }
    if (!good)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "outcome", "%d", (int)answer->outcome);
    return CBANK_OK;
}

cbank_status cbi_transfer_check_answer(const Cbank__V1__TransferAnswer *answer, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_size("salt", answer->salt, CBI_SALT_SIZE, true, err));
    CBI_TRY(cbi_field_text("origin", answer->origin, CBI_ORIGIN_MAX, err));
    CBI_TRY(cbi_field_text("to", answer->to, CBI_ORIGIN_MAX, err));
    CBI_TRY(cbi_field_hash("transfer", answer->transfer, err));
    CBI_TRY(cbi_field_hash("offer", answer->offer, err));
    CBI_TRY(check_outcome(answer, err));
    CBI_TRY(cbi_field_count("records", answer->n_records, CBI_USES_MAX, err));
    for (size_t i = 0; i < answer->n_records; i++)
        CBI_TRY(cbi_field_hash("records", answer->records[i], err));
    CBI_TRY(check_refusals(answer, err));
    CBI_TRY(cbi_field_code("reason", answer->reason, err));
    if (answer->at <= 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "at", NULL);
done:
    return status;
}
