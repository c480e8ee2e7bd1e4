#include "bank/conversion.h"

#include <string.h>

#include "bank/account.h"
#include "bank/decision.h"
#include "bank/errand.h"
#include "bank/family.h"
#include "bank/holding.h"
#include "bank/institution.h"
#include "bank/reach.h"
#include "base/memory.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define ACTION(name) CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_##name

/* ---- sources ----------------------------------------------------------------------------- */

/* Sources being looked for, and how many are still to be found. */
typedef struct looking {
    Cbank__V1__RecognitionSource *const *sources; /* in the order of their sequences */
    size_t count;
    size_t left;
    uint64_t *out; /* 0: not found yet; an account's opening is never a source */
} looking;

/* Those of one chain, which is walked from its newest entry. */
static cbank_status look_in(looking *it, cbi_txn *txn, cbi_hasher *hasher, const char *account,
                            cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(account);
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    size_t at = it->count;
    cbi_logged logged;
    cbi_head named;

    CBI_TRY(cbi_subject_read_head(txn, &subject, &named, err));
    while (it->left > 0 && at > 0) {
        cbi_head entry = named;

        while (at > 0 && it->sources[at - 1]->sequence > entry.sequence)
            at--;
        for (size_t i = at; i > 0 && it->sources[i - 1]->sequence == entry.sequence; i--) {
            if (it->out[i - 1] != 0 ||
                !cbi_bytes_equal(cbi_message_bytes(it->sources[i - 1]->leaf),
                                 cbi_bytes_of_hash(&entry.leaf)))
                continue;
            it->out[i - 1] = entry.index;
            it->left--;
        }
        if (entry.sequence == 0)
            break;
        CBI_TRY(cbi_logged_step_back(txn, hasher, &named, &row, &logged, err));
    }
done:
    cbank_buffer_clear(&row);
    return status;
}

cbank_status cbi_conversion_find_sources(cbi_txn *txn, cbi_hasher *hasher, const char *account,
                                         Cbank__V1__RecognitionSource *const *sources, size_t count,
                                         uint64_t *out, cbank_error *err)
{
    looking it = {.sources = sources, .count = count, .left = count, .out = out};
    cbi_account *chains = NULL;
    size_t known = 1, guests, first = 0;
    cbank_status status = CBANK_OK;

    memset(out, 0, count * sizeof(*out));
    CBI_TRY(cbi_alloc(2 * CBI_TRANSCRIPT_CHAINS_MAX, sizeof(*chains), &chains, err));
    memcpy(chains[0].digits, account, CBI_ACCOUNT_SIZE);
    for (size_t i = 0; it.left > 0 && i < known; i++) {
        CBI_TRY(look_in(&it, txn, hasher, chains[i].digits, err));
        if (it.left == 0 || known > CBI_TRANSCRIPT_CHAINS_MAX)
            continue;
        CBI_TRY(cbi_family_guests(txn, chains[i].digits, chains + known, &guests, err));
        known += guests;
    }
    while (first < count && out[first] != 0)
        first++;
    if (it.left > 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_SOURCE, first, account, "entry"));
done:
    cbi_free(chains);
    return status;
}

/* What is reversed or replaced is released. */
cbank_status cbi_conversion_release(cbi_txn *txn, cbi_hasher *hasher,
                                    const cbi_recognition_row *row, cbank_error *err)
{
    cbi_recognition recognition = {0};
    cbank_buffer bytes = {0};
    uint64_t *indices = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_recognition_load(txn, hasher, row, true, &bytes, &recognition, err));
    CBI_TRY(cbi_alloc(row->sources, sizeof(*indices), &indices, err));
    CBI_TRY(cbi_conversion_find_sources(txn, hasher, row->account.digits, recognition.rows.sources,
                                        recognition.rows.source_count, indices, err));
    for (size_t i = 0; i < recognition.rows.source_count; i++)
        CBI_TRY(cbi_use_delete(txn, indices[i], row->number, err));
done:
    cbi_free(indices);
    cbi_recognition_clear(&recognition);
    cbank_buffer_clear(&bytes);
    return status;
}

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

static int kind_of(Cbank__V1__RecognitionAction action)
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

/* The statement on the chain of the account that goes on, and the row as it is then. */
static cbank_status write_change(cbi_append *append, cbi_recognition_row *row, int kind,
                                 const cbi_hash *change, const char *reason, const char *document,
                                 cbi_bytes token, cbank_error *err)
{
    Cbank__V1__ConversionChanged body = CBANK__V1__CONVERSION_CHANGED__INIT;
    cbank_status status = CBANK_OK;
    cbi_account goes_on;

    CBI_TRY(cbi_family_root(append->txn, row->account.digits, &goes_on, err));
    body.account = goes_on.digits;
    body.touched_sequence = row->sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&row->leaf));
    if (change != NULL)
        body.change = cbi_message_data(cbi_bytes_of_hash(change));
    CBI_TRY(cbi_conversion_state_step(&row->state, kind, err));
    CBI_TRY(cbi_errand_append(
        append,
        &(cbi_errand_statement){.subject = cbi_account_subject(goes_on.digits),
                                .kind = kind,
                                .reason = reason,
                                .document = document,
                                .token = token,
                                .body = &body},
        NULL, NULL, err));
    CBI_TRY(cbi_recognition_row_write(append->txn, row, err));
done:
    return status;
}

/* What is to stand again stands on records that hold. */
static cbank_status check_ground(change_act *it, cbi_txn *txn, cbank_error *err)
{
    cbi_recognition recognition = {0};
    cbank_buffer bytes = {0};
    uint64_t *indices = NULL;
    cbank_status status = CBANK_OK;
    cbi_record_state state;

    CBI_TRY(cbi_recognition_load(txn, it->hasher, &it->row, true, &bytes, &recognition, err));
    CBI_TRY(cbi_alloc(recognition.rows.source_count, sizeof(*indices), &indices, err));
    CBI_TRY(cbi_conversion_find_sources(txn, it->hasher, it->row.account.digits,
                                        recognition.rows.sources, recognition.rows.source_count,
                                        indices, err));
    for (size_t i = 0; i < recognition.rows.source_count; i++) {
        CBI_TRY(cbi_holding_state(txn, indices[i], &state, err));
        if (state != CBI_RECORD_HELD)
            CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_NOT_HELD, i, recognition.head->number, NULL));
    }
done:
    cbi_free(indices);
    cbi_recognition_clear(&recognition);
    cbank_buffer_clear(&bytes);
    return status;
}

static cbank_status judge_change(change_act *it, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__RecognitionChange *change = it->change.message;
    cbi_lifecycle life = {.subject = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER};
    int kind = kind_of(change->action);
    cbi_conversion_state state;
    cbank_status status = CBANK_OK;
    cbi_account goes_on;
    cbi_public signer;
    cbi_reach reach = {0};

    CBI_TRY(cbi_institution_signer(it->bank, txn, change->institution, &signer, err));
    if (!cbi_public_equal(&signer, &it->signer))
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_KEY, 0, change->institution, NULL));
    CBI_TRY(cbi_recognition_search(txn, cbi_message_bytes(change->recognition), &it->row, err));
    if (cbi_recognition_has_change(txn, &it->change.id))
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_TWICE, 0, change->institution, NULL));
    if (strcmp(it->row.institution, change->institution) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_OTHER_SIGNER, 0, it->row.institution, NULL));
    CBI_TRY(cbi_family_root(txn, it->row.account.digits, &goes_on, err));
    CBI_TRY(cbi_account_life(txn, goes_on.digits, &life.life, err));
    CBI_TRY(cbi_lifecycle_step(&life, kind, err));
    state = it->row.state;
    CBI_TRY(cbi_conversion_state_step(&state, kind, err));
    if (kind == (int)KIND(CONVERSION_REINSTATED))
        CBI_TRY(check_ground(it, txn, err));
    else
        CBI_TRY(cbi_reach_of_recognition(txn, it->hasher, it->row.number, &reach, err));
done:
    cbi_reach_clear(&reach);
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
    cbank_status status = CBANK_OK;
    uint64_t receipt;

    if (change->action == ACTION(REVERSE))
        CBI_TRY(cbi_conversion_release(append->txn, it->hasher, &it->row, err));
    CBI_TRY(write_change(append, &it->row, kind_of(change->action), &it->change.id, NULL,
                         change->document, token, err));
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
    cbi_recognition_row row;
    cbank_status status = CBANK_OK;
    cbi_account goes_on;
    cbi_life life;

    CBI_TRY(cbi_recognition_row_read(append->txn, number, &row, err));
    CBI_TRY(cbi_family_root(append->txn, row.account.digits, &goes_on, err));
    CBI_TRY(cbi_account_life(append->txn, goes_on.digits, &life, err));
    if (row.state == CBI_CONVERSION_STANDS && life != CBI_LIFE_ERASED)
        CBI_TRY(write_change(append, &row, KIND(CONVERSION_SUSPENDED), NULL, reason, NULL, token,
                             err));
done:
    return status;
}
