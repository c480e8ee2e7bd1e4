#include "record/lifecycle.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define SUBJECT(name) CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_##name
#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name

/* What may follow. A pair that is not listed is refused. */
static const struct {
    cbi_life from;
    Cbank__V1__StatementKind kind;
    cbi_life to;
} STEPS[] = {
    {CBI_LIFE_NONE, KIND(ACCOUNT_OPENED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(CREDIT_DEPOSITED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(CREDIT_CHANGED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(CONVERSION_RECOGNISED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(CONVERSION_SUSPENDED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(CONVERSION_REINSTATED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(CONVERSION_REVERSED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(CONVERSION_REPLACED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(CONVERSION_NOTED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(CREDIT_QUESTIONED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(TRANSFER_OFFERED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(TRANSFER_ACCEPTED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(TRANSFER_PARTLY_ACCEPTED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(TRANSFER_DECLINED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(TRANSFER_EXPIRED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(TRANSFER_RETURNED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(CREDIT_RECEIVED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(TRANSFER_GIVEN_BACK), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(ACCOUNT_FROZEN), CBI_LIFE_FROZEN},
    {CBI_LIFE_ACTIVE, KIND(MERGED_IN), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(MERGED_OUT), CBI_LIFE_MERGED},
    {CBI_LIFE_FROZEN, KIND(CREDIT_CHANGED), CBI_LIFE_FROZEN},
    /* What others decide about what it holds, and the end of what was begun, wait for nobody. */
    {CBI_LIFE_FROZEN, KIND(CONVERSION_SUSPENDED), CBI_LIFE_FROZEN},
    {CBI_LIFE_FROZEN, KIND(CONVERSION_REINSTATED), CBI_LIFE_FROZEN},
    {CBI_LIFE_FROZEN, KIND(CONVERSION_REVERSED), CBI_LIFE_FROZEN},
    {CBI_LIFE_FROZEN, KIND(CREDIT_QUESTIONED), CBI_LIFE_FROZEN},
    {CBI_LIFE_FROZEN, KIND(TRANSFER_ACCEPTED), CBI_LIFE_FROZEN},
    {CBI_LIFE_FROZEN, KIND(TRANSFER_PARTLY_ACCEPTED), CBI_LIFE_FROZEN},
    {CBI_LIFE_FROZEN, KIND(TRANSFER_DECLINED), CBI_LIFE_FROZEN},
    {CBI_LIFE_FROZEN, KIND(TRANSFER_EXPIRED), CBI_LIFE_FROZEN},
    {CBI_LIFE_FROZEN, KIND(TRANSFER_RETURNED), CBI_LIFE_FROZEN},
    {CBI_LIFE_FROZEN, KIND(ACCOUNT_UNFROZEN), CBI_LIFE_ACTIVE},

    {CBI_LIFE_NONE, KIND(INSTITUTION_ADMITTED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(BATCH_RECEIVED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(RECOGNITION_RECEIVED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(RECOGNITION_CHANGE_RECEIVED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(KEY_ROTATED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(INSTITUTION_SUSPENDED), CBI_LIFE_SUSPENDED},
    {CBI_LIFE_SUSPENDED, KIND(INSTITUTION_RESUMED), CBI_LIFE_ACTIVE},

    {CBI_LIFE_NONE, KIND(BANK_CREATED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(TRANSFER_ANSWERED), CBI_LIFE_ACTIVE},
};

/* Why a kind of the right chain, that is not listed for this life, cannot follow. */
static cbi_reason refusal(const cbi_lifecycle *lifecycle, const cbi_kind *kind)
{
    if (kind->opens)
        return CBI_REASON_CHAIN_OPENED_TWICE;
    switch (lifecycle->life) {
    case CBI_LIFE_NONE:
        return CBI_REASON_CHAIN_NOT_OPENED;
    case CBI_LIFE_FROZEN:
        return CBI_REASON_ACCOUNT_FROZEN;
    case CBI_LIFE_MERGED:
        return CBI_REASON_ACCOUNT_MERGED;
    case CBI_LIFE_SUSPENDED:
        return CBI_REASON_INSTITUTION_SUSPENDED;
    case CBI_LIFE_ACTIVE:
        break;
    }
    return lifecycle->subject == SUBJECT(LEARNER) ? CBI_REASON_ACCOUNT_NOT_FROZEN
                                                  : CBI_REASON_INSTITUTION_NOT_SUSPENDED;
}

cbank_status cbi_lifecycle_step(cbi_lifecycle *lifecycle, int kind, cbank_error *err)
{
    const cbi_kind *row = cbi_kind_find(kind);

    if (row == NULL)
        return cbi_fail(err, CBI_REASON_STATEMENT_KIND, 0, NULL, "%d", kind);
    if (lifecycle->life != CBI_LIFE_NONE && lifecycle->subject != row->subject)
        return cbi_fail(err, CBI_REASON_CHAIN_OF_ANOTHER, 0, NULL, "%s", row->word);
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
        if (STEPS[i].from == lifecycle->life && (int)STEPS[i].kind == kind) {
            lifecycle->life = STEPS[i].to;
            lifecycle->subject = row->subject;
            return CBANK_OK;
        }
    }
    return cbi_fail(err, refusal(lifecycle, row), 0, NULL, "%s", row->word);
}

static const struct {
    cbi_record_state from;
    Cbank__V1__ChangeAction action;
    cbi_record_state to;
} CHANGES[] = {
    {CBI_RECORD_HELD, ACTION(REVOKE), CBI_RECORD_REVOKED},
    {CBI_RECORD_HELD, ACTION(SUSPEND), CBI_RECORD_SUSPENDED},
    {CBI_RECORD_HELD, ACTION(SUPERSEDE), CBI_RECORD_SUPERSEDED},
    {CBI_RECORD_SUSPENDED, ACTION(REVOKE), CBI_RECORD_REVOKED},
    {CBI_RECORD_SUSPENDED, ACTION(REINSTATE), CBI_RECORD_HELD},
    /* Superseding is a revocation with a successor: the usual end of a doubt. */
    {CBI_RECORD_SUSPENDED, ACTION(SUPERSEDE), CBI_RECORD_SUPERSEDED},
};

cbank_status cbi_record_state_step(cbi_record_state *state, Cbank__V1__ChangeAction action,
                                   cbank_error *err)
{
    for (size_t i = 0; i < sizeof(CHANGES) / sizeof(CHANGES[0]); i++) {
        if (CHANGES[i].from == *state && CHANGES[i].action == action) {
            *state = CHANGES[i].to;
            return CBANK_OK;
        }
    }
    if (*state == CBI_RECORD_REVOKED || *state == CBI_RECORD_SUPERSEDED)
        return cbi_fail(err, CBI_REASON_RECORD_FINAL, 0, NULL, "%s",
                        *state == CBI_RECORD_REVOKED ? "revoked" : "superseded");
    if (action == ACTION(SUSPEND))
        return cbi_fail(err, CBI_REASON_RECORD_SUSPENDED, 0, NULL, NULL);
    if (action == ACTION(REINSTATE))
        return cbi_fail(err, CBI_REASON_RECORD_NOT_SUSPENDED, 0, NULL, NULL);
    return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "action", "%d", (int)action);
}
