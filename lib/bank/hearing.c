#include "bank/hearing.h"

#include <string.h>

#include "bank/account.h"
#include "bank/capacity.h"
#include "bank/decision.h"
#include "bank/errand.h"
#include "bank/family.h"
#include "bank/holding.h"
#include "bank/institution.h"
#include "bank/recognition.h"
#include "base/text.h"
#include "ledger/token.h"

#define ACT(name) CBANK__V1__CASE_ACT__CASE_ACT_##name

typedef struct hear_act {
    cbi_act act;
    cbi_bank *bank;
    cbi_hasher *hasher;
    cbi_case_step step; /* lends the file */
    cbi_bytes envelope; /* lent */
    cbi_public signer;
    cbi_case_row before; /* without steps: there is none */
    cbi_case_row row;    /* as it will be, but for time and place */
} hear_act;

/* ---- what was entered before --------------------------------------------------------------- */

cbank_status cbi_hearing_step_back(cbi_txn *txn, cbi_hasher *hasher, cbi_head *named,
                                   cbi_statement *statement, cbi_case_step *step, uint64_t *index,
                                   cbank_error *err)
{
    const Cbank__V1__CaseMoved *moved;
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_logged_step_back(txn, hasher, named, &row, &logged, err));
    *index = logged.index;
    CBI_TRY(cbi_statement_parse(logged.statement, statement, err));
    moved = cbi_statement_body(statement, &cbank__v1__case_moved__descriptor);
    if (moved == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_CHAIN_OF_ANOTHER, logged.index, NULL, NULL));
    CBI_TRY(cbi_case_step_read(hasher, cbi_message_bytes(moved->step), step, err));
done:
    cbank_buffer_clear(&row);
    return status;
}

/* A step that is not the next one: the same as what is there, or another. */
static cbank_status refuse_step(hear_act *it, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__CaseStep *step = it->step.message;
    cbi_reason reason = step->step == 0 ? CBI_REASON_CASE_NUMBER : CBI_REASON_CASE_STALE;
    char id[CBI_CASE_ID_MAX + 1];
    cbi_subject subject = cbi_case_subject(step->institution, step->number, id);
    cbank_status status = CBANK_OK;
    uint64_t at, index;
    cbi_head named;

    CBI_TRY(cbi_subject_read_head(txn, &subject, &named, err));
    for (at = it->before.steps; at > step->step && reason != CBI_REASON_CASE_STEP_TWICE; at--) {
        cbi_statement statement = {0};
        cbi_case_step other = {0};

        status = cbi_hearing_step_back(txn, it->hasher, &named, &statement, &other, &index, err);
        if (status == CBANK_OK && at == step->step + 1 && cbi_hash_equal(&other.id, &it->step.id))
            reason = CBI_REASON_CASE_STEP_TWICE;
        cbi_case_step_clear(&other);
        cbi_statement_clear(&statement);
        CBI_TRY(status);
    }
    status = cbi_fail(err, reason, it->before.steps, step->number, NULL);
done:
    return status;
}

/* ---- what it is about ---------------------------------------------------------------------- */

static cbank_status check_record(hear_act *it, cbi_txn *txn, const char *id, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    cbi_account root;

    CBI_TRY(cbi_holding_find(txn, it->hasher, id, &holding, err));
    CBI_TRY(cbi_family_root(txn, holding.account, &root, err));
    if (strcmp(root.digits, it->row.account.digits) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_UNKNOWN, holding.index, id, NULL));
done:
    cbi_holding_clear(&holding);
    return status;
}

static cbank_status check_application(hear_act *it, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__CaseApplication *application = it->step.message->application;
    cbank_status status = CBANK_OK;

    if (application == NULL)
        return CBANK_OK;
    if (!cbi_account_is_valid(cbi_bytes_of_text(application->account)))
        CBI_TRY(cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, application->account, NULL));
    CBI_TRY(cbi_account_check_open(txn, application->account, err));
    for (size_t i = 0; i < application->n_records; i++)
        CBI_TRY(check_record(it, txn, application->records[i], err));
done:
    return status;
}

static cbank_status misfits(const cbi_hash *id, const char *detail, cbank_error *err)
{
    char digits[2 * CBI_HASH_SIZE + 1];

    cbi_hex_encode(cbi_bytes_of(id->bytes, 8), digits);
    return cbi_fail(err, CBI_REASON_CASE_RECOGNITION, 0, digits, "%s", detail);
}

/* What was recognised in it was recognised by this institution, for this account, and stands. */
static cbank_status check_recognition(hear_act *it, cbi_txn *txn, const cbi_hash *id,
                                      cbank_error *err)
{
    const Cbank__V1__CaseStep *step = it->step.message;
    cbi_recognition recognition = {0};
    cbi_recognition_row row;
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    cbi_account ours, theirs;

    CBI_TRY(cbi_recognition_find(txn, id, &row, err));
    if (strcmp(row.institution, step->institution) != 0)
        CBI_TRY(misfits(id, "institution", err));
    CBI_TRY(cbi_family_root(txn, it->row.account.digits, &ours, err));
    CBI_TRY(cbi_family_root(txn, row.account.digits, &theirs, err));
    if (strcmp(ours.digits, theirs.digits) != 0)
        CBI_TRY(misfits(id, "account", err));
    if (!cbi_conversion_uses(row.state))
        CBI_TRY(misfits(id, "reversed", err));
    CBI_TRY(cbi_recognition_load(txn, it->hasher, &row, false, &bytes, &recognition, err));
    if (recognition.head->case_number[0] != '\0' &&
        strcmp(recognition.head->case_number, step->number) != 0)
        CBI_TRY(misfits(id, "case_number", err));
done:
    cbi_recognition_clear(&recognition);
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_hearing_check_recognition(cbi_txn *txn, const Cbank__V1__RecognitionHead *head,
                                           cbank_error *err)
{
    cbi_account ours, theirs;
    cbi_case_row row;
    cbank_status status = CBANK_OK;

    if (head->case_number[0] == '\0')
        return CBANK_OK;
    status = cbi_case_read(txn, head->institution, head->case_number, &row, err);
    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK; /* a case that is kept elsewhere */
    CBI_TRY(status);
    CBI_TRY(cbi_family_root(txn, row.account.digits, &ours, err));
    CBI_TRY(cbi_family_root(txn, head->account, &theirs, err));
    if (strcmp(ours.digits, theirs.digits) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_CASE_RECOGNITION, 0, head->case_number, "account"));
    if (cbi_case_is_ended(row.state))
        CBI_TRY(cbi_fail(err, CBI_REASON_CASE_RECOGNITION, 0, head->case_number, "%s",
                         cbi_case_state_word(row.state)));
done:
    return status;
}

/* ---- the act ------------------------------------------------------------------------------- */

/* How far the case has come; for the first step, that nothing was ever entered under its number. */
static cbank_status read_before(hear_act *it, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__CaseStep *step = it->step.message;
    char id[CBI_CASE_ID_MAX + 1];
    cbi_subject subject = cbi_case_subject(step->institution, step->number, id);
    cbank_status status = cbi_case_read(txn, step->institution, step->number, &it->before, err);
    cbi_head head;

    if (status == CBANK_E_NOT_FOUND && step->step == 0) {
        it->before = (cbi_case_row){.state = CBI_CASE_NONE};
        status = CBANK_OK;
        if (cbi_subject_read_head(txn, &subject, &head, NULL) == CBANK_OK) /* it was erased */
            status = cbi_fail(err, CBI_REASON_CASE_NUMBER, 0, step->number, NULL);
    }
    return status;
}

static cbank_status judge(hear_act *it, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__CaseStep *step = it->step.message;
    cbank_status status = CBANK_OK;
    cbi_public signer;
    cbi_hash id;

    CBI_TRY(cbi_institution_signer(it->bank, txn, step->institution, &signer, err));
    if (!cbi_public_equal(&signer, &it->signer))
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_KEY, 0, step->institution, NULL));
    CBI_TRY(cbi_capacity_check_role(txn, step->institution,
                                    CBANK__V1__INSTITUTION_ROLE__INSTITUTION_ROLE_RECOGNISES,
                                    CBI_REASON_RECOGNISE_ROLE, err));
    CBI_TRY(read_before(it, txn, err));
    if (step->step != it->before.steps)
        CBI_TRY(refuse_step(it, txn, err));
    if (it->before.steps == CBI_CASE_STEPS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_TOO_MANY, CBI_CASE_STEPS_MAX, "steps", NULL));
    it->row = it->before;
    CBI_TRY(cbi_case_move(&it->row, step, 0, 0, err));
    CBI_TRY(check_application(it, txn, err));
    for (size_t i = 0; i < step->n_recognitions; i++) {
        (void)cbi_hash_from(cbi_message_bytes(step->recognitions[i]), &id); /* it was checked */
        CBI_TRY(check_recognition(it, txn, &id, err));
    }
done:
    return status;
}

static cbank_status check_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge((hear_act *)(void *)act, append->txn, err);
}

/* `id` holds the subject's, `body` what the statement lends. */
static cbi_errand_statement statement_of(const hear_act *it, char id[CBI_CASE_ID_MAX + 1],
                                         Cbank__V1__CaseMoved *body)
{
    const Cbank__V1__CaseStep *step = it->step.message;

    cbank__v1__case_moved__init(body);
    body->institution = step->institution;
    body->number = step->number;
    body->step = cbi_message_data(it->envelope);
    body->public_key = cbi_message_data(cbi_public_bytes(&it->signer));
    return (cbi_errand_statement){.subject = cbi_case_subject(step->institution, step->number, id),
                                  .kind = cbi_case_kind(step->act),
                                  .token = cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE),
                                  .body = body};
}

static cbank_status write_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    hear_act *it = (hear_act *)(void *)act;
    char id[CBI_CASE_ID_MAX + 1];
    Cbank__V1__CaseMoved body;
    cbi_errand_statement statement = statement_of(it, id, &body);
    cbank_status status = CBANK_OK;
    cbi_hash random;
    uint64_t index;

    CBI_TRY(cbi_random(random.bytes, sizeof(random.bytes), err));
    statement.randomness = &random;
    CBI_TRY(cbi_errand_append(append, &statement, &index, NULL, err));
    it->row = it->before;
    CBI_TRY(cbi_case_move(&it->row, it->step.message, append->at, index, err));
    CBI_TRY(cbi_case_write(append->txn, it->before.steps == 0 ? NULL : &it->before, &it->row,
                           err));
done:
    return status;
}

/* ---- entering ------------------------------------------------------------------------------ */

static cbank_status open_file(hear_act *it, cbi_bytes file, const cbi_hearing_order *asked,
                              cbank_error *err)
{
    char id[CBI_CASE_ID_MAX + 1];
    Cbank__V1__CaseMoved body;
    cbi_errand_statement statement;
    cbi_artefact_reader parts;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_hasher_new(it->bank->config.suite, &it->hasher, err));
    CBI_TRY(cbi_case_step_open(it->hasher, file, &it->step, err));
    CBI_TRY(cbi_artefact_open(file, &parts, err));
    it->envelope = parts.envelope;
    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    CBI_TRY(cbi_decision_check_signature(it->bank, reader.txn, &it->step.envelope,
                                         it->step.message->origin, it->step.message->institution,
                                         &it->signer, err));
    CBI_TRY(cbi_errand_token(asked->token.size == 0 ? cbi_bytes_of(it->step.id.bytes, 16)
                                                    : asked->token,
                             it->act.token, err));
    it->act.request = asked->request == NULL ? it->step.id : *asked->request;
    statement = statement_of(it, id, &body);
    CBI_TRY(cbi_errand_try(&statement, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status read_row(hear_act *it, bool judges, cbi_case_row *out, cbank_error *err)
{
    const Cbank__V1__CaseStep *step = it->step.message;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    if (judges) {
        CBI_TRY(judge(it, reader.txn, err));
        *out = it->row;
    } else {
        CBI_TRY(cbi_case_read(reader.txn, step->institution, step->number, out, err));
    }
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_hearing_enter(cbi_bank *bank, cbi_bytes file, const cbi_hearing_order *asked,
                               cbi_heard *out, cbank_error *err)
{
    hear_act it = {.bank = bank};
    cbank_status status = CBANK_OK;

    *out = (cbi_heard){.known = false};
    CBI_TRY(open_file(&it, file, asked, err));
    if (asked->dry_run) {
        status = read_row(&it, true, &out->row, err);
    } else {
        it.act.now = asked->now;
        it.act.check = check_act;
        it.act.write = write_act;
        status = cbi_ledger_submit(bank->ledger, &it.act, err);
    }
    out->known = status == CBANK_E_EXISTS || (status == CBANK_OK && it.act.replayed);
    if (status == CBANK_E_EXISTS) /* what entered it may not have been sealed */
        status = cbi_ledger_seal(bank->ledger, err);
    CBI_TRY(status);
    if (!asked->dry_run || out->known)
        CBI_TRY(read_row(&it, false, &out->row, err));
done:
    cbank_buffer_clear(&it.act.result);
    cbi_case_step_clear(&it.step);
    cbi_hasher_free(it.hasher);
    return status;
}

cbank_status cbi_hearing_find(cbi_bank *bank, const cbi_hearing_order *asked, bool *out,
                              cbank_error *err)
{
    cbi_act act = {.request = *asked->request};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    *out = false;
    if (asked->token.size == 0)
        return CBANK_OK;
    CBI_TRY(cbi_errand_token(asked->token, act.token, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_token_find(reader.txn, &act, err));
    cbi_ledger_read_end(&reader);
    if (act.replayed)
        CBI_TRY(cbi_ledger_seal(bank->ledger, err)); /* what entered it may not have been sealed */
    *out = act.replayed;
done:
    cbi_ledger_read_end(&reader);
    cbank_buffer_clear(&act.result);
    return status;
}

cbank_status cbi_hearing_steps(cbi_bank *bank, const char *institution, const char *number,
                               uint64_t *out, cbank_error *err)
{
    cbi_reader reader = {0};
    cbi_case_row row;
    cbank_status status = CBANK_OK;

    *out = 0;
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    status = cbi_case_read(reader.txn, institution, number, &row, err);
    if (status == CBANK_OK)
        *out = row.steps;
    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
done:
    cbi_ledger_read_end(&reader);
    return status;
}
