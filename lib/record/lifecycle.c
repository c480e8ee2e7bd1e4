#include "record/lifecycle.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define SUBJECT(name) CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_##name
#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name

#define ACTIVE (1u << CBI_LIFE_ACTIVE)
#define FROZEN (1u << CBI_LIFE_FROZEN)
#define OUT_OF_USE                                                                                 \
    (1u << CBI_LIFE_RESTRICTED | 1u << CBI_LIFE_CLOSED | 1u << CBI_LIFE_DECEASED)
#define RESTRICTED (1u << CBI_LIFE_RESTRICTED)
#define SUSPENDED (1u << CBI_LIFE_SUSPENDED)
#define ENDED (1u << CBI_LIFE_ENDED)

/* What may follow, in which lives, and leaves the life as it is. */
static const struct {
    Cbank__V1__StatementKind kind;
    unsigned lives;
} STAYS[] = {
    {KIND(CREDIT_DEPOSITED), ACTIVE},
    {KIND(CONVERSION_RECOGNISED), ACTIVE},
    {KIND(CONVERSION_REPLACED), ACTIVE},
    {KIND(CONVERSION_NOTED), ACTIVE},
    {KIND(TRANSFER_OFFERED), ACTIVE},
    {KIND(CREDIT_RECEIVED), ACTIVE},
    {KIND(TRANSFER_GIVEN_BACK), ACTIVE},
    {KIND(MERGED_IN), ACTIVE},
    {KIND(ENROLLED), ACTIVE},
    /* What others decide about what it holds, and the end of what was begun, wait for nobody. */
    {KIND(CREDIT_CHANGED), ACTIVE | FROZEN | OUT_OF_USE},
    {KIND(CREDIT_QUESTIONED), ACTIVE | FROZEN | OUT_OF_USE},
    {KIND(ENROLMENT_CHANGED), ACTIVE | FROZEN | OUT_OF_USE},
    {KIND(ENROLMENT_ENDED), ACTIVE | FROZEN | OUT_OF_USE},
    {KIND(CONVERSION_SUSPENDED), ACTIVE | FROZEN | OUT_OF_USE},
    {KIND(CONVERSION_REINSTATED), ACTIVE | FROZEN | OUT_OF_USE},
    {KIND(CONVERSION_REVERSED), ACTIVE | FROZEN | OUT_OF_USE},
    {KIND(TRANSFER_ACCEPTED), ACTIVE | FROZEN | OUT_OF_USE},
    {KIND(TRANSFER_PARTLY_ACCEPTED), ACTIVE | FROZEN | OUT_OF_USE},
    {KIND(TRANSFER_DECLINED), ACTIVE | FROZEN | OUT_OF_USE},
    {KIND(TRANSFER_EXPIRED), ACTIVE | FROZEN | OUT_OF_USE},
    {KIND(TRANSFER_RETURNED), ACTIVE | FROZEN | OUT_OF_USE},
    /* Who somebody is, and who was mixed up with whom, is settled while the account is frozen. */
    {KIND(IDENTITY_BOUND), ACTIVE | FROZEN},
    {KIND(IDENTITY_CORRECTED), ACTIVE | FROZEN | RESTRICTED},
    {KIND(IDENTITY_UNBOUND), ACTIVE | FROZEN},
    {KIND(UNMERGED), ACTIVE | FROZEN},

    /* What it awarded before it ended is taken until its final day. */
    {KIND(BATCH_RECEIVED), ACTIVE | ENDED},
    {KIND(RECOGNITION_RECEIVED), ACTIVE | ENDED},
    {KIND(RECOGNITION_CHANGE_RECEIVED), ACTIVE | ENDED},
    {KIND(KEY_ROTATED), ACTIVE},
    {KIND(KEY_REPLACED), ACTIVE},
    {KIND(KEY_COMPROMISED), ACTIVE | SUSPENDED | ENDED}, /* it cannot wait */
    {KIND(DELEGATION_GRANTED), ACTIVE},
    /* What it was and might do, and who answers for it, is mended whatever has become of it. */
    {KIND(INSTITUTION_DESCRIBED), ACTIVE | SUSPENDED | ENDED},
    {KIND(SCOPE_GRANTED), ACTIVE | SUSPENDED | ENDED},
    {KIND(SCOPE_ENDED), ACTIVE | SUSPENDED | ENDED},
    {KIND(LICENCE_GRANTED), ACTIVE | SUSPENDED | ENDED},
    {KIND(LICENCE_ENDED), ACTIVE | SUSPENDED | ENDED},
    {KIND(DELEGATION_ENDED), ACTIVE | SUSPENDED | ENDED},
    {KIND(SUCCESSION_GRANTED), ACTIVE | SUSPENDED | ENDED},
    {KIND(SUCCESSION_ENDED), ACTIVE | SUSPENDED | ENDED},

    {KIND(CONSENT_GIVEN), ACTIVE},
    {KIND(CONSENT_WITHDRAWN), ACTIVE},
    {KIND(AGENT_AUTHORISED), ACTIVE},
    {KIND(AGENT_ENDED), ACTIVE},
    {KIND(DISCLOSURE_ISSUED), ACTIVE},
    {KIND(DISCLOSURE_EXTENDED), ACTIVE},
    {KIND(DISCLOSURE_WITHDRAWN), ACTIVE},
    {KIND(CLAIM_ISSUED), ACTIVE},
    {KIND(CLAIM_WITHDRAWN), ACTIVE},
    /* What may follow what in a case is a table of its own (case.h). */
    {KIND(CASE_RETURNED), ACTIVE},
    {KIND(CASE_ACCEPTED), ACTIVE},
    {KIND(CASE_EVIDENCE_ADDED), ACTIVE},
    {KIND(CASE_FINDING), ACTIVE},
    {KIND(CASE_DECIDED), ACTIVE},
    {KIND(CASE_NOTICE_OPENED), ACTIVE},
    {KIND(CASE_NOTICE_CLOSED), ACTIVE},
    {KIND(CASE_APPEALED), ACTIVE},
    {KIND(CASE_APPEAL_DECIDED), ACTIVE},
    {KIND(CASE_WITHDRAWN), ACTIVE},
    {KIND(CASE_CLOSED), ACTIVE},
    {KIND(PUBLISHED), ACTIVE},
    {KIND(PUBLICATION_WITHDRAWN), ACTIVE},
    {KIND(TRANSFER_ANSWERED), ACTIVE},
    {KIND(LOG_KEY_BEGUN), ACTIVE},
    {KIND(ROOT_KEY_SUCCEEDED), ACTIVE},
    {KIND(LOG_KEY_COMPROMISED), ACTIVE},
};

/* What moves it. What is in neither list is refused. */
static const struct {
    cbi_life from;
    Cbank__V1__StatementKind kind;
    cbi_life to;
} STEPS[] = {
    {CBI_LIFE_NONE, KIND(ACCOUNT_OPENED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(ACCOUNT_FROZEN), CBI_LIFE_FROZEN},
    {CBI_LIFE_ACTIVE, KIND(ACCOUNT_RESTRICTED), CBI_LIFE_RESTRICTED},
    {CBI_LIFE_ACTIVE, KIND(ACCOUNT_CLOSED), CBI_LIFE_CLOSED},
    {CBI_LIFE_ACTIVE, KIND(ACCOUNT_DECEASED), CBI_LIFE_DECEASED},
    {CBI_LIFE_ACTIVE, KIND(ACCOUNT_ERASED), CBI_LIFE_ERASED},
    {CBI_LIFE_ACTIVE, KIND(MERGED_OUT), CBI_LIFE_MERGED},
    {CBI_LIFE_FROZEN, KIND(ACCOUNT_UNFROZEN), CBI_LIFE_ACTIVE},
    {CBI_LIFE_FROZEN, KIND(ACCOUNT_RESTRICTED), CBI_LIFE_RESTRICTED},
    {CBI_LIFE_FROZEN, KIND(ACCOUNT_DECEASED), CBI_LIFE_DECEASED},
    {CBI_LIFE_FROZEN, KIND(ACCOUNT_ERASED), CBI_LIFE_ERASED},
    {CBI_LIFE_RESTRICTED, KIND(ACCOUNT_RELEASED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_RESTRICTED, KIND(ACCOUNT_DECEASED), CBI_LIFE_DECEASED},
    {CBI_LIFE_RESTRICTED, KIND(ACCOUNT_ERASED), CBI_LIFE_ERASED},
    {CBI_LIFE_CLOSED, KIND(ACCOUNT_REOPENED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_CLOSED, KIND(ACCOUNT_DECEASED), CBI_LIFE_DECEASED},
    {CBI_LIFE_CLOSED, KIND(ACCOUNT_ERASED), CBI_LIFE_ERASED},
    {CBI_LIFE_DECEASED, KIND(ACCOUNT_REOPENED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_DECEASED, KIND(ACCOUNT_ERASED), CBI_LIFE_ERASED},
    /* A merged account goes on once the merger is undone, and ends with the one it went into. */
    {CBI_LIFE_MERGED, KIND(UNMERGED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_MERGED, KIND(ACCOUNT_ERASED), CBI_LIFE_ERASED},

    {CBI_LIFE_NONE, KIND(INSTITUTION_ADMITTED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(INSTITUTION_SUSPENDED), CBI_LIFE_SUSPENDED},
    {CBI_LIFE_SUSPENDED, KIND(INSTITUTION_RESUMED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_NONE, KIND(INSTITUTION_REGISTERED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_ACTIVE, KIND(INSTITUTION_MERGED), CBI_LIFE_ENDED},
    {CBI_LIFE_ACTIVE, KIND(INSTITUTION_CLOSED), CBI_LIFE_ENDED},
    {CBI_LIFE_SUSPENDED, KIND(INSTITUTION_MERGED), CBI_LIFE_ENDED},
    {CBI_LIFE_SUSPENDED, KIND(INSTITUTION_CLOSED), CBI_LIFE_ENDED},
    {CBI_LIFE_ENDED, KIND(INSTITUTION_RESUMED), CBI_LIFE_ACTIVE},

    /* A second chain begins with whatever is first to be said. */
    {CBI_LIFE_NONE, KIND(CONSENT_GIVEN), CBI_LIFE_ACTIVE},
    {CBI_LIFE_NONE, KIND(AGENT_AUTHORISED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_NONE, KIND(DISCLOSURE_ISSUED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_NONE, KIND(CLAIM_ISSUED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_NONE, KIND(PUBLISHED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_NONE, KIND(CASE_OPENED), CBI_LIFE_ACTIVE},
    {CBI_LIFE_NONE, KIND(BANK_CREATED), CBI_LIFE_ACTIVE},
};

/* Why nothing but what is listed follows in a state. */
static const cbi_reason STOPS[] = {
    [CBI_LIFE_NONE] = CBI_REASON_CHAIN_NOT_OPENED,
    [CBI_LIFE_FROZEN] = CBI_REASON_ACCOUNT_FROZEN,
    [CBI_LIFE_MERGED] = CBI_REASON_ACCOUNT_MERGED,
    [CBI_LIFE_SUSPENDED] = CBI_REASON_INSTITUTION_SUSPENDED,
    [CBI_LIFE_RESTRICTED] = CBI_REASON_ACCOUNT_RESTRICTED,
    [CBI_LIFE_CLOSED] = CBI_REASON_ACCOUNT_CLOSED,
    [CBI_LIFE_DECEASED] = CBI_REASON_ACCOUNT_DECEASED,
    [CBI_LIFE_ERASED] = CBI_REASON_ACCOUNT_ERASED,
    [CBI_LIFE_ENDED] = CBI_REASON_INSTITUTION_ENDED,
};

cbi_reason cbi_life_refusal(cbi_life life)
{
    return STOPS[life];
}

/* Why a kind of the right chain, that is not listed for this life, cannot follow. */
static cbi_reason refusal(const cbi_lifecycle *lifecycle, const cbi_kind *kind)
{
    if (kind->opens)
        return CBI_REASON_CHAIN_OPENED_TWICE;
    if (lifecycle->life != CBI_LIFE_ACTIVE)
        return STOPS[lifecycle->life];
    switch (kind->kind) {
    case KIND(ACCOUNT_UNFROZEN):
        return CBI_REASON_ACCOUNT_NOT_FROZEN;
    case KIND(INSTITUTION_RESUMED):
        return CBI_REASON_INSTITUTION_NOT_SUSPENDED;
    default: /* released, reopened */
        return CBI_REASON_ACCOUNT_NOT_SO;
    }
}

Cbank__V1__AccountState cbi_life_listed(cbi_life life)
{
    switch (life) {
    case CBI_LIFE_FROZEN:
    case CBI_LIFE_RESTRICTED: /* that it may not be used is all that outsiders need to know */
        return CBANK__V1__ACCOUNT_STATE__ACCOUNT_STATE_FROZEN;
    case CBI_LIFE_MERGED:
        return CBANK__V1__ACCOUNT_STATE__ACCOUNT_STATE_MERGED;
    case CBI_LIFE_CLOSED:
    case CBI_LIFE_DECEASED:
    case CBI_LIFE_ERASED:
        return CBANK__V1__ACCOUNT_STATE__ACCOUNT_STATE_CLOSED;
    case CBI_LIFE_NONE:
    case CBI_LIFE_ACTIVE:
    case CBI_LIFE_SUSPENDED:
    case CBI_LIFE_ENDED:
        break;
    }
    return CBANK__V1__ACCOUNT_STATE__ACCOUNT_STATE_UNSPECIFIED;
}

cbank_status cbi_lifecycle_step(cbi_lifecycle *lifecycle, int kind, cbank_error *err)
{
    const cbi_kind *row = cbi_kind_find(kind);

    if (row == NULL)
        return cbi_fail(err, CBI_REASON_STATEMENT_KIND, 0, NULL, "%d", kind);
    if (lifecycle->life != CBI_LIFE_NONE && lifecycle->subject != row->subject)
        return cbi_fail(err, CBI_REASON_CHAIN_OF_ANOTHER, 0, NULL, "%s", row->word);
    for (size_t i = 0; i < sizeof(STAYS) / sizeof(STAYS[0]); i++) {
        if ((int)STAYS[i].kind == kind && (STAYS[i].lives >> lifecycle->life & 1) != 0)
            return CBANK_OK;
    }
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
