#include "bank/conversion.h"

#include <string.h>

#include "bank/account.h"
#include "bank/decision.h"
#include "bank/family.h"
#include "bank/institution.h"
#include "bank/reach.h"
#include "bank/used.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define ACTION(name) CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_##name

cbank_status cbi_conversion_reread(cbi_bank *bank, const cbi_hash *id, cbi_recognition_row *out,
                                   cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_recognition_find(reader.txn, id, out, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/* ---- what becomes of it ------------------------------------------------------------------- */

cbank_status cbi_conversion_judge(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                                  int kind, cbank_error *err)
{
    cbi_lifecycle life = {.subject = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER};
    cbi_conversion_state state = row->state;
    cbi_reach reach = {0};
    cbank_status status = CBANK_OK;
    cbi_account goes_on;

    CBI_TRY(cbi_family_root(txn, row->account.digits, &goes_on, err));
    CBI_TRY(cbi_account_life(txn, goes_on.digits, &life.life, err));
    CBI_TRY(cbi_lifecycle_step(&life, kind, err));
    CBI_TRY(cbi_conversion_state_step(&state, kind, err));
    if (kind == (int)KIND(CONVERSION_REINSTATED))
        CBI_TRY(cbi_used_check_held(txn, hasher, row, err));
    else
        CBI_TRY(cbi_reach_of_recognition(txn, hasher, row->number, &reach, err));
done:
    cbi_reach_clear(&reach);
    return status;
}

cbank_status cbi_conversion_write(cbi_append *append, cbi_recognition_row *row, int kind,
                                  const cbi_hash *change, const cbi_errand_statement *said,
                                  uint64_t *out_index, cbank_error *err)
{
    Cbank__V1__ConversionChanged body = CBANK__V1__CONVERSION_CHANGED__INIT;
    cbi_errand_statement statement = *said;
    cbank_status status = CBANK_OK;
    cbi_account goes_on;

    if (kind == (int)KIND(CONVERSION_REVERSED))
        CBI_TRY(cbi_used_release(append->txn, append->hasher, row, err));
    CBI_TRY(cbi_family_root(append->txn, row->account.digits, &goes_on, err));
    body.account = goes_on.digits;
    body.touched_sequence = row->sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&row->leaf));
    if (change != NULL)
        body.change = cbi_message_data(cbi_bytes_of_hash(change));
    CBI_TRY(cbi_conversion_state_step(&row->state, kind, err));
    statement.subject = cbi_account_subject(goes_on.digits);
    statement.kind = kind;
    statement.body = &body;
    CBI_TRY(cbi_errand_append(append, &statement, out_index, NULL, err));
    CBI_TRY(cbi_recognition_row_write(append->txn, row, err));
done:
    return status;
}

int cbi_conversion_kind_of(Cbank__V1__RecognitionAction action)
{
    switch (action) {
    case ACTION(SUSPEND):
        return KIND(CONVERSION_SUSPENDED);
    case ACTION(REINSTATE):
        return KIND(CONVERSION_REINSTATED);
    default:
        return KIND(CONVERSION_REVERSED);
    }
}

/* ---- changes ----------------------------------------------------------------------------- */

typedef struct change_act {
    cbi_act act;
    cbi_bank *bank;
    cbi_hasher *hasher;
    cbi_recognition_change change; /* lends the file */
    cbi_bytes envelope;            /* lent */
    cbi_public signer;
    cbi_recognition_row row;
} change_act;

static cbank_status judge_change(change_act *it, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__RecognitionChange *change = it->change.message;
    cbank_status status = CBANK_OK;
    cbi_public signer;

    CBI_TRY(cbi_institution_signer(it->bank, txn, change->institution, &signer, err));
    if (!cbi_public_equal(&signer, &it->signer))
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_KEY, 0, change->institution, NULL));
    CBI_TRY(cbi_recognition_search(txn, cbi_message_bytes(change->recognition), &it->row, err));
    if (cbi_recognition_has_change(txn, &it->change.id))
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_TWICE, 0, change->institution, NULL));
    CBI_TRY(cbi_recognition_check_signer(&it->row, change->institution, err));
    CBI_TRY(cbi_conversion_judge(txn, it->hasher, &it->row,
                                 cbi_conversion_kind_of(change->action), err));
done:
    return status;
}

static cbank_status check_change_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge_change((change_act *)(void *)act, append->txn, err);
}

static cbank_status write_change_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    change_act *it = (change_act *)(void *)act;
    const Cbank__V1__RecognitionChange *change = it->change.message;
    cbi_bytes token = cbi_bytes_of(act->token, CBI_TOKEN_SIZE);
    const cbi_errand_statement said = {.document = change->document, .token = token};
    cbank_status status = CBANK_OK;
    uint64_t receipt;

    CBI_TRY(cbi_conversion_write(append, &it->row, cbi_conversion_kind_of(change->action),
                                 &it->change.id, &said, NULL, err));
    CBI_TRY(cbi_decision_receive(append, change->institution, KIND(RECOGNITION_CHANGE_RECEIVED),
                                 &it->change.id, &it->signer, token, &receipt, err));
    CBI_TRY(cbi_recognition_put_change(append->txn, &it->change.id, it->row.number, receipt,
                                       it->envelope, err));
    if (change->action != ACTION(REINSTATE))
        CBI_TRY(cbi_reach_shake_recognition(append, it->row.number, token, err));
done:
    return status;
}

static cbank_status open_change(change_act *it, cbi_bytes file, cbi_recognised *out,
                                cbank_error *err)
{
    const Cbank__V1__RecognitionChange *change;
    cbi_artefact_reader parts;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_hasher_new(it->bank->config.suite, &it->hasher, err));
    CBI_TRY(cbi_recognition_change_open(it->hasher, file, &it->change, err));
    CBI_TRY(cbi_artefact_open(file, &parts, err));
    it->envelope = parts.envelope;
    change = it->change.message;
    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    CBI_TRY(cbi_decision_check_signature(it->bank, reader.txn, &it->change.envelope, change->origin,
                                         change->institution, &it->signer, err));
    out->known = cbi_recognition_has_change(reader.txn, &it->change.id);
done:
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status judge_change_only(change_act *it, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    CBI_TRY(judge_change(it, reader.txn, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_conversion_change(cbi_bank *bank, cbi_bytes file, cbi_bytes token, int64_t now,
                                   bool dry_run, cbi_recognised *out, cbank_error *err)
{
    change_act it = {.bank = bank};
    cbi_hash goal = {{0}};
    cbank_status status = CBANK_OK;

    *out = (cbi_recognised){0};
    CBI_TRY(open_change(&it, file, out, err));
    (void)cbi_hash_from(cbi_message_bytes(it.change.message->recognition), &goal);
    if (out->known) {
        CBI_TRY(cbi_ledger_seal(bank->ledger, err));
        CBI_TRY(cbi_conversion_reread(bank, &goal, &out->row, err));
        goto done;
    }
    if (dry_run) {
        CBI_TRY(judge_change_only(&it, err));
        out->row = it.row;
        goto done;
    }
    it.act.request = it.change.id;
    CBI_TRY(cbi_errand_token(token.size == 0 ? cbi_bytes_of(it.change.id.bytes, 16) : token,
                             it.act.token, err));
    it.act.now = now;
    it.act.check = check_change_act;
    it.act.write = write_change_act;
    status = cbi_ledger_submit(bank->ledger, &it.act, err);
    if (status == CBANK_E_EXISTS || (status == CBANK_OK && it.act.replayed)) {
        out->known = true;
        status = CBANK_OK;
    }
    CBI_TRY(status);
    CBI_TRY(cbi_conversion_reread(bank, &goal, &out->row, err));
done:
    cbank_buffer_clear(&it.act.result);
    cbi_recognition_change_clear(&it.change);
    cbi_hasher_free(it.hasher);
    return status;
}

/* ---- by the bank alone ------------------------------------------------------------------- */

cbank_status cbi_conversion_suspend(cbi_append *append, uint64_t number, const char *reason,
                                    cbi_bytes token, cbank_error *err)
{
    const cbi_errand_statement said = {.reason = reason, .token = token};
    cbi_recognition_row row;
    cbank_status status = CBANK_OK;
    cbi_account goes_on;
    cbi_life life;

    CBI_TRY(cbi_recognition_row_read(append->txn, number, &row, err));
    CBI_TRY(cbi_family_root(append->txn, row.account.digits, &goes_on, err));
    CBI_TRY(cbi_account_life(append->txn, goes_on.digits, &life, err));
    if (row.state == CBI_CONVERSION_STANDS && life != CBI_LIFE_ERASED)
        CBI_TRY(cbi_conversion_write(append, &row, KIND(CONVERSION_SUSPENDED), NULL, &said, NULL,
                                     err));
done:
    return status;
}
