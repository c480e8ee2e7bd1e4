#include "bank/claim.h"

#include <string.h>

#include "bank/capacity.h"
#include "bank/enrolclaim.h"
#include "bank/errand.h"
#include "bank/family.h"
#include "bank/outside.h"
#include "bank/reach.h"
#include "bank/ready.h"
#include "base/memory.h"
#include "record/mandate.h"

/* The ruling is made; what `why` says is there already. */
static cbank_status rule(cbi_ruling *out, cbi_outcome outcome)
{
    out->outcome = outcome;
    return CBANK_OK;
}

bool cbi_claim_is_refusal(cbank_status status)
{
    return status / 100 == 2 || status / 100 == 3 || status / 100 == 4;
}

uint32_t cbi_claim_day(const Cbank__V1__CreditRecord *record)
{
    return cbi_mandate_day(record);
}

/* Only of one document there is one who is meant. */
void cbi_claim_recall(cbi_claim *claim, const cbi_recall_view *view)
{
    bool one = claim->person != NULL && claim->person->document_count == 1;

    claim->recall = one ? view : NULL;
    if (claim->recall == NULL)
        return;
    claim->who = cbi_recall_name(view, claim->person);
    cbi_recall_expect(view, &claim->who);
}

/* ---- records ----------------------------------------------------------------------------- */

static cbank_status find_person(const cbi_bank *bank, cbi_txn *txn, const cbi_claim *claim,
                                bool open_accounts, cbi_ruling *out, cbank_error *err)
{
    bool known = false;
    cbank_status status =
        cbi_account_match(bank, txn, claim->person, &out->account, &known, &out->why);

    if (status == CBANK_OK && known)
        status = cbi_account_open_entries(txn, out->account.digits, &out->entries, &out->why);
    if (status == CBANK_OK && !known && !open_accounts)
        status = cbi_fail(&out->why, CBI_REASON_LEARNER_UNKNOWN, 0,
                          claim->person->documents[0].type, NULL);
    if (status == CBANK_OK)
        return CBANK_OK;
    if (cbi_claim_is_refusal(status))
        return rule(out, CBI_OUTCOME_REJECTED);
    if (err != NULL)
        *err = out->why;
    return status;
}

cbank_status cbi_claim_judge_person(const cbi_bank *bank, cbi_txn *txn, const cbi_claim *claim,
                                    bool open_accounts, cbi_ruling *out, cbank_error *err)
{
    const cbi_recall_view *recall = claim->recall;
    cbank_status status = CBANK_OK;

    if (recall != NULL && cbi_recall_find(recall, &claim->who, &out->account, &out->entries))
        return CBANK_OK;
    CBI_TRY(find_person(bank, txn, claim, open_accounts, out, err));
    if (recall != NULL && out->outcome == CBI_OUTCOME_DEPOSITED && out->account.digits[0] != '\0')
        cbi_recall_add(recall, &claim->who, &out->account, out->entries);
done:
    return status;
}

/* An amendment: the next revision of what the item before has superseded; and whose that is. */
static cbank_status judge_revision(cbi_txn *txn, cbi_hasher *hasher, const cbi_claim *claim,
                                   uint64_t index, cbi_ruling *out, cbi_account *holder,
                                   cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    bool follows;

    CBI_TRY(cbi_holding_read(txn, hasher, index, &holding, err));
    CBI_TRY(cbi_family_root(txn, holding.account, holder, err));
    follows = claim->superseded != NULL && cbi_hash_equal(claim->superseded, &holding.id) &&
              cbi_bytes_equal(cbi_message_bytes(claim->record->supersedes),
                              cbi_bytes_of_hash(&holding.id)) &&
              claim->record->revision == holding.record->revision + 1;
    if (!follows) {
        (void)cbi_fail(&out->why, CBI_REASON_REFERENCE_TAKEN, index, claim->reference, NULL);
        status = rule(out, CBI_OUTCOME_CHANGED);
    }
done:
    cbi_holding_clear(&holding);
    return status;
}

cbank_status cbi_claim_content(const cbi_bank *bank, const cbi_claim *claim, cbi_hash *out,
                               cbank_error *err)
{
    const cbi_identity *document = &claim->person->documents[0];

    return cbi_holding_content(bank, claim->record, document->type, document->number, out, err);
}

static cbank_status judge_reference(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                                    const cbi_claim *claim, cbi_ruling *out, cbi_account *holder,
                                    cbank_error *err)
{
    cbi_hash held, content;
    cbank_status status =
        cbi_holding_by_reference(txn, claim->awarder, claim->reference, &out->index, &held, err);

    if (status == CBANK_E_NOT_FOUND) {
        if (claim->record->revision == 1 && claim->superseded == NULL)
            return CBANK_OK;
        (void)cbi_fail(&out->why, CBI_REASON_AMENDMENT_BROKEN, 0, claim->reference, NULL);
        return rule(out, CBI_OUTCOME_REJECTED);
    }
    CBI_TRY(status);
    if (claim->superseded == NULL) {
        CBI_TRY(cbi_claim_content(bank, claim, &content, err));
        if (cbi_hash_equal(&content, &held))
            return rule(out, CBI_OUTCOME_UNCHANGED);
    }
    CBI_TRY(judge_revision(txn, hasher, claim, out->index, out, holder, err));
done:
    return status;
}

/* The change and the new record stand on one chain, or no transcript could show them together. */
static bool stays_with_holder(const cbi_ruling *ruling, const cbi_account *holder)
{
    return holder->digits[0] == '\0' || strcmp(ruling->account.digits, holder->digits) == 0;
}

static cbank_status judge_record(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                                 const cbi_claim *claim, bool open_accounts, cbi_ruling *out,
                                 cbank_error *err)
{
    cbi_account holder = {0};
    cbank_status status = CBANK_OK;

    if (claim->unfit.reason != 0) {
        out->why = claim->unfit;
        return rule(out, CBI_OUTCOME_REJECTED);
    }
    status = cbi_capacity_check_record(txn, claim, &out->why);
    if (cbi_claim_is_refusal(status))
        return rule(out, CBI_OUTCOME_REJECTED);
    if (status != CBANK_OK && err != NULL)
        *err = out->why;
    CBI_TRY(status);
    CBI_TRY(judge_reference(bank, txn, hasher, claim, out, &holder, err));
    if (out->outcome == CBI_OUTCOME_DEPOSITED)
        CBI_TRY(cbi_claim_judge_person(bank, txn, claim, open_accounts, out, err));
    if (out->outcome == CBI_OUTCOME_DEPOSITED && !stays_with_holder(out, &holder)) {
        (void)cbi_fail(&out->why, CBI_REASON_AMENDMENT_HOLDER, 0, claim->reference, NULL);
        CBI_TRY(rule(out, CBI_OUTCOME_REJECTED));
    }
done:
    return status;
}

/* ---- changes ----------------------------------------------------------------------------- */

/* Nothing is written any more about who has been erased. */
cbank_status cbi_claim_judge_life(cbi_txn *txn, cbi_ruling *out)
{
    cbank_status status = CBANK_OK;
    cbi_life life;

    CBI_TRY(cbi_account_life(txn, out->account.digits, &life, &out->why));
    if (life == CBI_LIFE_ERASED)
        CBI_TRY(cbi_fail(&out->why, CBI_REASON_ACCOUNT_ERASED, 0, out->account.digits, NULL));
done:
    return status;
}

/* What falls with it must fit into the same act. */
static cbank_status judge_reach(cbi_txn *txn, cbi_hasher *hasher, cbi_ruling *out)
{
    cbi_reach reach = {0};
    cbank_status status = CBANK_OK;

    if (out->next != CBI_RECORD_HELD)
        status = cbi_reach_of_record(txn, hasher, out->index, &reach, &out->why);
    cbi_reach_clear(&reach);
    return status;
}

static cbank_status judge_change(cbi_txn *txn, cbi_hasher *hasher, const cbi_claim *claim,
                                 cbi_ruling *out, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    cbi_hash content;

    status = cbi_holding_by_reference(txn, claim->awarder, claim->reference, &out->index, &content,
                                      err);
    if (status == CBANK_E_NOT_FOUND) {
        (void)cbi_fail(&out->why, CBI_REASON_RECORD_UNKNOWN, 0, claim->reference, NULL);
        return rule(out, CBI_OUTCOME_REJECTED);
    }
    CBI_TRY(status);
    CBI_TRY(cbi_holding_read(txn, hasher, out->index, &holding, err));
    if (!cbi_bytes_equal(cbi_message_bytes(claim->change->record),
                         cbi_bytes_of_hash(&holding.id))) {
        (void)cbi_fail(&out->why, CBI_REASON_RECORD_UNKNOWN, 0, claim->reference, NULL);
        CBI_TRY(rule(out, CBI_OUTCOME_REJECTED));
        goto done;
    }
    status = cbi_capacity_check_change(txn, claim, holding.record, &out->why);
    if (cbi_claim_is_refusal(status)) {
        status = rule(out, CBI_OUTCOME_REJECTED);
        goto done;
    }
    if (status != CBANK_OK && err != NULL)
        *err = out->why;
    CBI_TRY(status);
    CBI_TRY(cbi_family_root(txn, holding.account, &out->account, err));
    out->sequence = holding.sequence;
    out->leaf = holding.leaf;
    out->next = holding.state;
    if ((claim->change->action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE &&
         cbi_holding_check_here(&holding, &out->why) != CBANK_OK) ||
        cbi_record_state_step(&out->next, claim->change->action, &out->why) != CBANK_OK ||
        cbi_claim_judge_life(txn, out) != CBANK_OK || judge_reach(txn, hasher, out) != CBANK_OK) {
        cbi_error_name(&out->why, claim->reference);
        CBI_TRY(rule(out, CBI_OUTCOME_REJECTED));
    }
done:
    cbi_holding_clear(&holding);
    return status;
}

cbank_status cbi_claim_judge(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                             const cbi_claim *claim, bool open_accounts, cbi_ruling *out,
                             cbank_error *err)
{
    *out = (cbi_ruling){.outcome = CBI_OUTCOME_DEPOSITED};
    if (claim->enrolment != NULL || claim->enrolment_change != NULL)
        return cbi_enrolclaim_judge(bank, txn, hasher, claim, open_accounts, out, err);
    if (claim->record != NULL)
        return judge_record(bank, txn, hasher, claim, open_accounts, out, err);
    return judge_change(txn, hasher, claim, out, err);
}

/* ---- carrying out ------------------------------------------------------------------------ */

cbi_opening_terms cbi_claim_opening_terms(const char *institution, cbi_bytes token)
{
    return (cbi_opening_terms){
        .opened_by = institution,
        .assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_ISSUER_VOUCHED,
        .token = token};
}

cbank_status cbi_claim_open_account(const cbi_bank *bank, cbi_append *append,
                                    const cbi_claim *claim, cbi_bytes token, cbi_ruling *ruling,
                                    cbank_error *err)
{
    const cbi_opening_terms terms = cbi_claim_opening_terms(claim->institution, token);

    if (ruling->account.digits[0] != '\0')
        return CBANK_OK;
    return cbi_account_open(bank, append, claim->person, &terms, &ruling->account, err);
}

static cbank_status write_deposit(const cbi_bank *bank, cbi_append *append, const cbi_claim *claim,
                                  const cbi_claim_place *place, cbi_ruling *ruling,
                                  cbank_error *err)
{
    const cbi_identity *document = &claim->person->documents[0];
    const cbi_ready_batch batch = {
        .id = place->batch, .institution = claim->institution, .token = place->token};
    cbi_ready_record record = {.item = place->index,
                               .random = *place->random,
                               .document_type = document->type,
                               .document_number = document->number,
                               .awarder = claim->awarder,
                               .reference = claim->reference,
                               .bytes = place->bytes};
    const uint64_t before = ruling->index; /* of the revision that this one supersedes */
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_claim_open_account(bank, append, claim, place->token, ruling, err));
    record.account = ruling->account;
    CBI_TRY(cbi_claim_content(bank, claim, &record.content, err));
    CBI_TRY(cbi_ready_write(bank, append, &batch, &record, &ruling->index, &ruling->leaf, err));
    CBI_TRY(cbi_reach_note(append->txn, claim->record, ruling->index, err));
    if (claim->superseded != NULL)
        CBI_TRY(cbi_outside_carry(bank, append, before, ruling->account.digits, place->token, err));
done:
    cbi_wipe(&record, sizeof(record));
    return status;
}

static cbank_status write_change(cbi_append *append, const cbi_claim *claim,
                                 const cbi_claim_place *place, const cbi_ruling *ruling,
                                 cbank_error *err)
{
    Cbank__V1__CreditChanged body = CBANK__V1__CREDIT_CHANGED__INIT;
    cbank_status status = CBANK_OK;

    body.batch = cbi_message_data(cbi_bytes_of_hash(place->batch));
    body.index = place->index;
    body.touched_sequence = ruling->sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&ruling->leaf));
    body.change = cbi_message_data(place->bytes);
    CBI_TRY(cbi_errand_append(append,
                              &(cbi_errand_statement){
                                  .subject = cbi_account_subject(ruling->account.digits),
                                  .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_CHANGED,
                                  .document = claim->change->document,
                                  .token = place->token,
                                  .body = &body},
                              NULL, NULL, err));
    CBI_TRY(cbi_holding_put_state(append->txn, ruling->index, ruling->next, err));
    if (ruling->next != CBI_RECORD_HELD)
        CBI_TRY(cbi_reach_shake_record(append, ruling->index, place->token, err));
done:
    return status;
}

cbank_status cbi_claim_carry_out(const cbi_bank *bank, cbi_append *append, const cbi_claim *claim,
                                 const cbi_claim_place *place, cbi_ruling *ruling,
                                 cbank_error *err)
{
    if (claim->enrolment != NULL || claim->enrolment_change != NULL)
        return cbi_enrolclaim_carry_out(bank, append, claim, place, ruling, err);
    if (claim->record != NULL)
        return write_deposit(bank, append, claim, place, ruling, err);
    return write_change(append, claim, place, ruling, err);
}
