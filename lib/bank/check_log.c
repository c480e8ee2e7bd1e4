#include "bank/check_part.h"

#include <string.h>

#include "bank/account.h"
#include "bank/institution.h"
#include "bank/intake.h"
#include "record/body.h"
#include "record/publication.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

typedef cbi_check_logged_row row;

static cbank_status wrong(const row *it, const char *detail, cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_STATEMENT, CBI_TABLE_RECORD, it->logged->index,
                           detail);
}

static cbank_status differs(const row *it, cbi_table table, const char *detail, cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_ROW, table, it->logged->index, detail);
}

/* ---- whose it is -------------------------------------------------------------------------- */

/* The entry's tag must be that of whom the body speaks. Who is forgotten has no statements left. */
cbank_status cbi_check_subject(const row *it, const char *id, cbank_error *err)
{
    cbi_subject subject = {it->logged->entry.subject_kind, cbi_bytes_of_text(id)};
    bool learner = subject.kind == CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER;
    cbi_check_known *known =
        it->known != NULL ? it->known : cbi_check_known_of(it->check, id);
    cbank_status status = CBANK_OK;
    cbi_hash randomness, tag;

    if (learner && known->account != 0 && !cbi_hash_is_zero(&known->tag) &&
        cbi_hash_equal(&known->tag, &it->logged->entry.tag))
        return CBANK_OK;
    status = cbi_subject_read_randomness(it->txn, &subject, &randomness, err);
    if (status == CBANK_E_NOT_FOUND && it->statement->kind->kind == KIND(ACCOUNT_ERASED))
        return CBANK_OK;
    if (status == CBANK_E_NOT_FOUND)
        return wrong(it, "subject", err);
    CBI_TRY(status);
    CBI_TRY(cbi_entry_tag(it->check->hasher, subject.kind, &randomness, subject.id, &tag, err));
    if (!cbi_hash_equal(&tag, &it->logged->entry.tag))
        CBI_TRY(wrong(it, "subject", err));
    if (learner) {
        known->tag = tag;
        known->added = true;
    }
done:
    return status;
}

bool cbi_check_has_opening(const row *it)
{
    uint8_t key[8];

    cbi_put_u64(key, it->logged->index);
    return it->opening.size > 0 ||
           cbi_txn_has(it->txn, CBI_TABLE_OPENING, cbi_bytes_of(key, sizeof(key)));
}

/* ---- learners ----------------------------------------------------------------------------- */

static cbank_status check_opened(const row *it, cbank_error *err)
{
    const Cbank__V1__AccountOpened *opened = it->statement->body;
    cbi_account expected;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_check_subject(it, opened->account, err));
    if (it->logged->index < it->check->stated_size) {
        CBI_TRY(cbi_account_make(CBI_ACCOUNT_FIRST + it->check->counted.accounts, &expected, err));
        if (strcmp(expected.digits, opened->account) != 0)
            CBI_TRY(wrong(it, "account number", err));
    }
    if (!cbi_check_has_opening(it))
        CBI_TRY(differs(it, CBI_TABLE_OPENING, "missing", err));
    if (!cbi_txn_has(it->txn, CBI_TABLE_VAULT, cbi_bytes_of_text(opened->account)))
        CBI_TRY(differs(it, CBI_TABLE_VAULT, "missing", err));
done:
    return status;
}

/* What else there is to say of it, its chain tells. */
static cbank_status check_account(const row *it, cbank_error *err)
{
    const cbi_kind *kind = it->statement->kind;
    cbank_status status = CBANK_OK;
    cbi_bytes holder;

    CBI_TRY(cbi_check_subject(it, cbi_body_account(kind, it->statement->body), err));
    if (cbi_body_holder(kind, it->statement->body, &holder) && !cbi_check_has_opening(it))
        CBI_TRY(differs(it, CBI_TABLE_OPENING, "missing", err));
done:
    return status;
}

/* ---- institutions ------------------------------------------------------------------------- */

/* What may follow what, by what has stood on the institution's chain so far. */
static cbank_status check_order(const row *it, cbank_error *err)
{
    cbi_lifecycle life = {.subject = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_INSTITUTION};
    const cbi_hash *tag = &it->logged->entry.tag;
    cbank_status status = CBANK_OK;

    life.life = it->logged->entry.sequence == 0
                    ? CBI_LIFE_NONE
                    : (cbi_life)cbi_check_lives_find(&it->check->lives, tag, CBI_LIFE_ACTIVE);
    if (cbi_lifecycle_step(&life, it->statement->kind->kind, err) != CBANK_OK)
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_CHAIN, CBI_TABLE_RECORD, it->logged->index,
                                it->statement->kind->word));
    CBI_TRY(cbi_check_lives_put(&it->check->lives, tag, (uint8_t)life.life, CBI_LIFE_ACTIVE, err));
done:
    return status;
}

/* The row must have the key that this statement brought in; what it says of it is derived again. */
static cbank_status check_key(const row *it, cbank_error *err)
{
    /* The first field of each of these bodies is whose it is. */
    const char *code = ((const Cbank__V1__InstitutionChanged *)it->statement->body)->institution;
    Cbank__V1__DirectoryInstitution *known = NULL;
    cbank_status status = CBANK_OK;
    bool found = false;

    CBI_TRY(cbi_check_subject(it, code, err));
    CBI_TRY(check_order(it, err));
    CBI_TRY(cbi_institution_read(it->txn, code, &known, err));
    for (size_t i = 0; i < known->n_keys; i++)
        found = found || known->keys[i]->from_index == it->logged->index;
    if (!found)
        CBI_TRY(differs(it, CBI_TABLE_INSTITUTION, "key", err));
done:
    cbi_message_free(known);
    return status;
}

static cbank_status check_compromised(const row *it, cbank_error *err)
{
    const Cbank__V1__KeyCompromised *compromised = it->statement->body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_check_subject(it, compromised->institution, err));
    CBI_TRY(check_order(it, err));
    CBI_TRY(cbi_check_compromised(it->check, it->txn, it->logged->index, it->statement, err));
done:
    return status;
}

/* The row's status is of this statement or of a newer one. */
static cbank_status check_suspension(const row *it, cbank_error *err)
{
    const Cbank__V1__InstitutionChanged *changed = it->statement->body;
    Cbank__V1__DirectoryInstitution *known = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_check_subject(it, changed->institution, err));
    CBI_TRY(check_order(it, err));
    CBI_TRY(cbi_institution_read(it->txn, changed->institution, &known, err));
    if (known->status_index < it->logged->index)
        CBI_TRY(differs(it, CBI_TABLE_INSTITUTION, "status", err));
done:
    cbi_message_free(known);
    return status;
}

/* The row must have been changed by what the statement says; what it made of it is derived. */
static cbank_status check_told(const row *it, cbank_error *err)
{
    /* The first field of each of these bodies is whose it is. */
    const Cbank__V1__InstitutionChanged *told = it->statement->body;
    Cbank__V1__DirectoryInstitution *known = NULL;
    cbank_status status = CBANK_OK;
    bool found = false;

    CBI_TRY(cbi_check_subject(it, told->institution, err));
    CBI_TRY(check_order(it, err));
    CBI_TRY(cbi_institution_read(it->txn, told->institution, &known, err));
    for (size_t i = 0; i < known->n_changes && !found; i++)
        found = known->changes[i] == it->logged->index;
    if (!found)
        CBI_TRY(differs(it, CBI_TABLE_INSTITUTION, "changes", err));
done:
    cbi_message_free(known);
    return status;
}

static cbank_status check_received(const row *it, cbank_error *err)
{
    const Cbank__V1__BatchReceived *received = it->statement->body;
    cbank_status status = CBANK_OK;
    cbi_intake intake;
    cbi_hash id;

    CBI_TRY(cbi_check_subject(it, received->institution, err));
    CBI_TRY(check_order(it, err));
    (void)cbi_hash_from(cbi_message_bytes(received->batch), &id);
    CBI_TRY(cbi_intake_find(it->txn, &id, &intake, err));
    if (intake.receipt_index != it->logged->index ||
        intake.received_at != it->statement->message->at ||
        strcmp(intake.institution, received->institution) != 0 ||
        intake.batch_number != received->number || intake.taken != received->taken ||
        intake.unchanged != received->unchanged || intake.refused != received->refused)
        CBI_TRY(differs(it, CBI_TABLE_BATCH, "receipt", err));
    CBI_TRY(cbi_check_begun_batch_is(it->check, it->txn, &intake, it->logged->index, err));
    cbi_check_begun_end(&it->check->begun, intake.number);
done:
    return status;
}

static cbank_status check_recognised(const row *it, cbank_error *err)
{
    const Cbank__V1__ConversionRecognised *recognised = it->statement->body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_check_subject(it, recognised->account, err));
    CBI_TRY(cbi_check_recognised(it->check, it->txn, it->logged, recognised, err));
done:
    return status;
}

static cbank_status check_decision(const row *it, cbank_error *err)
{
    const Cbank__V1__DecisionReceived *received = it->statement->body;
    bool change = it->statement->kind->kind == KIND(RECOGNITION_CHANGE_RECEIVED);
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_check_subject(it, received->institution, err));
    CBI_TRY(check_order(it, err));
    CBI_TRY(cbi_check_decision(it->check, it->txn, it->logged->index, change, received, err));
done:
    return status;
}

/* ---- publications ------------------------------------------------------------------------- */

static cbank_status check_publication(const row *it, cbank_error *err)
{
    const Cbank__V1__PublicationWithdrawn *withdrawn =
        cbi_statement_body(it->statement, &cbank__v1__publication_withdrawn__descriptor);
    const Cbank__V1__PublicationRef *ref =
        withdrawn != NULL ? withdrawn->publication
                          : ((const Cbank__V1__Published *)it->statement->body)->publication;
    char id[CBI_PUBLICATION_SUBJECT_MAX];
    cbank_status status = CBANK_OK;

    cbi_publication_subject_id((int)ref->kind, ref->id, id);
    CBI_TRY(cbi_check_subject(it, id, err));
    CBI_TRY(cbi_check_publication_said(it->check, it->txn, it->logged->index, it->statement, err));
done:
    return status;
}

/* ---- the bank ----------------------------------------------------------------------------- */

static cbank_status check_created(const row *it, cbank_error *err)
{
    const Cbank__V1__BankCreated *created = it->statement->body;
    const cbi_bank *bank = it->check->bank;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_check_subject(it, created->origin, err));
    if (it->logged->index != 0 || strcmp(created->origin, bank->config.origin) != 0 ||
        (int)created->suite != (int)bank->config.suite)
        CBI_TRY(wrong(it, "bank", err));
done:
    return status;
}

/* Whose key it is besides, is a matter of the keys before it. */
static cbank_status check_own_key(const row *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_check_subject(it, it->check->bank->config.origin, err));
    CBI_TRY(cbi_check_bank_key(it->check, it->logged->index, it->statement, err));
done:
    return status;
}

/* ---- all ---------------------------------------------------------------------------------- */

static const struct {
    Cbank__V1__StatementKind kind;
    cbank_status (*check)(const row *it, cbank_error *err);
} CHECKS[] = {
    {KIND(ACCOUNT_OPENED), check_opened},
    {KIND(IDENTITY_BOUND), check_account},
    {KIND(IDENTITY_CORRECTED), check_account},
    {KIND(IDENTITY_UNBOUND), check_account},
    {KIND(ACCOUNT_FROZEN), check_account},
    {KIND(ACCOUNT_UNFROZEN), check_account},
    {KIND(ACCOUNT_RESTRICTED), check_account},
    {KIND(ACCOUNT_RELEASED), check_account},
    {KIND(MERGED_OUT), check_account},
    {KIND(MERGED_IN), check_account},
    {KIND(UNMERGED), check_account},
    {KIND(ACCOUNT_CLOSED), check_account},
    {KIND(ACCOUNT_REOPENED), check_account},
    {KIND(ACCOUNT_DECEASED), check_account},
    {KIND(ACCOUNT_ERASED), check_account},
    {KIND(CREDIT_CHANGED), cbi_check_credit_changed},
    {KIND(INSTITUTION_ADMITTED), check_key},
    {KIND(KEY_ROTATED), check_key},
    {KIND(KEY_REPLACED), check_key},
    {KIND(KEY_COMPROMISED), check_compromised},
    {KIND(INSTITUTION_SUSPENDED), check_suspension},
    {KIND(INSTITUTION_RESUMED), check_suspension},
    {KIND(INSTITUTION_REGISTERED), check_told},
    {KIND(INSTITUTION_DESCRIBED), check_told},
    {KIND(SCOPE_GRANTED), check_told},
    {KIND(SCOPE_ENDED), check_told},
    {KIND(LICENCE_GRANTED), check_told},
    {KIND(LICENCE_ENDED), check_told},
    {KIND(DELEGATION_GRANTED), check_told},
    {KIND(DELEGATION_ENDED), check_told},
    {KIND(TRANSFER_OFFERED), cbi_check_transferred},
    {KIND(TRANSFER_ACCEPTED), cbi_check_transferred},
    {KIND(TRANSFER_PARTLY_ACCEPTED), cbi_check_transferred},
    {KIND(TRANSFER_DECLINED), cbi_check_transferred},
    {KIND(TRANSFER_EXPIRED), cbi_check_transferred},
    {KIND(TRANSFER_RETURNED), cbi_check_transferred},
    {KIND(CREDIT_RECEIVED), cbi_check_transferred},
    {KIND(TRANSFER_GIVEN_BACK), cbi_check_transferred},
    {KIND(TRANSFER_ANSWERED), cbi_check_transferred},
    {KIND(ENROLLED), cbi_check_enrolled},
    {KIND(ENROLMENT_CHANGED), cbi_check_enrolment_changed},
    {KIND(ENROLMENT_ENDED), cbi_check_enrolment_changed},
    {KIND(INSTITUTION_MERGED), check_told},
    {KIND(INSTITUTION_CLOSED), check_told},
    {KIND(SUCCESSION_GRANTED), check_told},
    {KIND(SUCCESSION_ENDED), check_told},
    {KIND(BATCH_RECEIVED), check_received},
    {KIND(CONVERSION_RECOGNISED), check_recognised},
    {KIND(CONVERSION_NOTED), cbi_check_noted},
    {KIND(CONVERSION_SUSPENDED), check_account},
    {KIND(CONVERSION_REINSTATED), check_account},
    {KIND(CONVERSION_REVERSED), check_account},
    {KIND(CONVERSION_REPLACED), check_account},
    {KIND(CREDIT_QUESTIONED), check_account},
    {KIND(RECOGNITION_RECEIVED), check_decision},
    {KIND(RECOGNITION_CHANGE_RECEIVED), check_decision},
    {KIND(CONSENT_GIVEN), check_account},
    {KIND(CONSENT_WITHDRAWN), check_account},
    {KIND(AGENT_AUTHORISED), check_account},
    {KIND(AGENT_ENDED), check_account},
    {KIND(DISCLOSURE_ISSUED), check_account},
    {KIND(DISCLOSURE_EXTENDED), check_account},
    {KIND(DISCLOSURE_WITHDRAWN), check_account},
    {KIND(CLAIM_ISSUED), check_account},
    {KIND(CLAIM_WITHDRAWN), check_account},
    {KIND(CASE_OPENED), cbi_check_case_step},
    {KIND(CASE_RETURNED), cbi_check_case_step},
    {KIND(CASE_ACCEPTED), cbi_check_case_step},
    {KIND(CASE_EVIDENCE_ADDED), cbi_check_case_step},
    {KIND(CASE_FINDING), cbi_check_case_step},
    {KIND(CASE_DECIDED), cbi_check_case_step},
    {KIND(CASE_NOTICE_OPENED), cbi_check_case_step},
    {KIND(CASE_NOTICE_CLOSED), cbi_check_case_step},
    {KIND(CASE_APPEALED), cbi_check_case_step},
    {KIND(CASE_APPEAL_DECIDED), cbi_check_case_step},
    {KIND(CASE_WITHDRAWN), cbi_check_case_step},
    {KIND(CASE_CLOSED), cbi_check_case_step},
    {KIND(PUBLISHED), check_publication},
    {KIND(PUBLICATION_WITHDRAWN), check_publication},
    {KIND(BANK_CREATED), check_created},
    {KIND(LOG_KEY_BEGUN), check_own_key},
    {KIND(ROOT_KEY_SUCCEEDED), check_own_key},
    {KIND(LOG_KEY_COMPROMISED), check_own_key},
};

/* By what the entry says, so that erased statements count too. */
static void count(cbi_check *check, const cbi_logged *logged)
{
    const cbi_entry *entry = &logged->entry;
    bool first = entry->sequence == 0;

    if (logged->index >= check->stated_size)
        return;
    check->rows++;
    check->counted.accounts +=
        first && entry->subject_kind == CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER;
    check->counted.institutions +=
        first && entry->subject_kind == CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_INSTITUTION;
    check->counted.records += entry->entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD;
    check->erased = check->erased || logged->erased;
}

static cbank_status check_header(const row *it, const cbi_check_ahead *ahead, cbank_error *err)
{
    const cbi_kind *kind = ahead->kind;
    int64_t earlier = it->check->time;

    it->check->time = ahead->at;
    if ((int)kind->subject != (int)it->logged->entry.subject_kind)
        return wrong(it, "subject kind", err);
    if ((int)kind->entry_class != (int)it->logged->entry.entry_class)
        return wrong(it, "class", err);
    if (it->check->time < earlier)
        return wrong(it, "time", err);
    return CBANK_OK;
}

/* Of an account that was opened, and then only given what it simply holds? */
static bool is_plain(const cbi_check_ahead *ahead)
{
    return ahead->logged.entry.sequence == 0
               ? ahead->kind != NULL && ahead->kind->kind == KIND(ACCOUNT_OPENED)
               : ahead->plain;
}

cbank_status cbi_check_logged(cbi_check *check, cbi_txn *txn, const cbi_check_ahead *ahead,
                              const cbi_check_outcome *outcome, cbank_error *err)
{
    const row it = {check, txn, &ahead->logged, &ahead->statement, ahead->opening, NULL};
    const Cbank__V1__AccountOpened *opened;
    cbank_status status = outcome->status;

    count(check, &ahead->logged);
    cbi_check_begun_entry(&check->begun, &ahead->logged);
    if (status != CBANK_OK || !is_plain(ahead))
        cbi_replay_set_aside(check->replay, &ahead->logged.entry.tag);
    if (ahead->logged.erased)
        return CBANK_OK;
    if (status != CBANK_OK)
        *err = outcome->error;
    if (ahead->kind == NULL && status != CBANK_E_MEMORY)
        return wrong(&it, cbank_reason_name(err->reason), err);
    if (ahead->kind == NULL)
        return status;
    if (ahead->kind->kind == KIND(CREDIT_DEPOSITED))
        CBI_TRY(cbi_check_begun_item(&check->begun, ahead->logged.index, &ahead->item, err));
    if (ahead->kind->kind == KIND(ACCOUNT_OPENED))
        cbi_check_begun_account(&check->begun, ahead->logged.index, &ahead->statement);
    CBI_TRY(check_header(&it, ahead, err));
    if (ahead->kind->kind == KIND(CREDIT_DEPOSITED))
        return outcome->status; /* all else was looked at ahead */
    for (size_t c = 0; c < sizeof(CHECKS) / sizeof(CHECKS[0]); c++) {
        if (CHECKS[c].kind == ahead->kind->kind)
            CBI_TRY(CHECKS[c].check(&it, err));
    }
    opened = cbi_statement_body(it.statement, &cbank__v1__account_opened__descriptor);
    if (opened != NULL)
        cbi_check_tell(check, cbi_check_known_of(check, opened->account));
    else
        cbi_check_note_rows(&it, NULL, NULL);
done:
    return status;
}
