#include "bank/recognise.h"

#include <string.h>

#include "bank/account.h"
#include "bank/capacity.h"
#include "bank/conversion.h"
#include "bank/decision.h"
#include "bank/enrolled.h"
#include "bank/errand.h"
#include "bank/family.h"
#include "bank/hearing.h"
#include "bank/holding.h"
#include "bank/institution.h"
#include "bank/planning.h"
#include "bank/reach.h"
#include "bank/used.h"
#include "bank/warrant.h"
#include "base/memory.h"
#include "proof/regrant.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

typedef struct recognise_act {
    cbi_act act;
    cbi_bank *bank;
    cbi_hasher *hasher;
    cbi_bytes file;
    cbi_recognition recognition; /* lends the file */
    cbi_public signer;
    cbi_recognition_row row;
    cbi_recognition_row replaced; /* number 0: none */
    uint64_t *indices;            /* of the sources */
} recognise_act;

/* ---- sources ----------------------------------------------------------------------------- */

/*
 * Not used up within its scope; and where parts of it are used, what the recognition takes and
 * leaves is what there is.
 */
static cbank_status check_uses(recognise_act *it, cbi_txn *txn, size_t position,
                               const Cbank__V1__CreditRecord *record, cbank_error *err)
{
    const Cbank__V1__RecognitionSource *source = it->recognition.rows.sources[position];
    const cbi_used_anew anew = {it->recognition.head, source->scope, it->replaced.number};
    cbi_used_before before;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_used_judge(txn, it->hasher, it->indices[position], record, &anew, &before, err));
    if (before.any && source->used_milli + source->left_milli != before.whole - before.taken)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_LEFT, 0, NULL, NULL));
done:
    if (status != CBANK_OK && err != NULL && err->reason != CBI_REASON_TOO_MANY_USES)
        err->where = position;
    return status;
}

static cbank_status check_source(recognise_act *it, cbi_txn *txn, size_t position, cbank_error *err)
{
    const Cbank__V1__RecognitionSource *source = it->recognition.rows.sources[position];
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    cbi_account goes_on;

    CBI_TRY(cbi_holding_read(txn, it->hasher, it->indices[position], &holding, err));
    if (!cbi_bytes_equal(cbi_message_bytes(source->record), cbi_bytes_of_hash(&holding.id)))
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_SOURCE, position, NULL, "record"));
    CBI_TRY(cbi_family_root(txn, holding.account, &goes_on, err));
    if (strcmp(goes_on.digits, it->recognition.head->account) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_SOURCE, position, goes_on.digits, "account"));
    if (holding.state != CBI_RECORD_HELD)
        CBI_TRY(
            cbi_fail(err, CBI_REASON_RECORD_NOT_HELD, position, holding.record->reference, NULL));
    CBI_TRY(cbi_holding_check_here(&holding, err));
    CBI_TRY(check_uses(it, txn, position, holding.record, err));
done:
    cbi_holding_clear(&holding);
    return status;
}

/* ---- the check --------------------------------------------------------------------------- */

static cbank_status check_account(recognise_act *it, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__RecognitionHead *head = it->recognition.head;
    cbi_subject subject = cbi_account_subject(head->account);
    cbank_status status = CBANK_OK;
    cbi_hash random, tag;

    CBI_TRY(cbi_account_check_open(txn, head->account, err));
    CBI_TRY(cbi_subject_read_randomness(txn, &subject, &random, err));
    CBI_TRY(cbi_entry_tag(it->hasher, subject.kind, &random, subject.id, &tag, err));
    if (!cbi_bytes_equal(cbi_message_bytes(head->account_tag), cbi_bytes_of_hash(&tag)))
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_ACCOUNT, 0, head->account, NULL));
done:
    return status;
}

/* What this one replaces must be of the same institution and account, and not be at its end. */
static cbank_status check_replaced(recognise_act *it, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__RecognitionHead *head = it->recognition.head;
    cbi_conversion_state state;
    cbi_reach reach = {0};
    cbank_status status = CBANK_OK;

    it->replaced = (cbi_recognition_row){0};
    if (head->replaces.len == 0)
        return CBANK_OK;
    CBI_TRY(cbi_recognition_search(txn, cbi_message_bytes(head->replaces), &it->replaced, err));
    CBI_TRY(cbi_recognition_check_signer(&it->replaced, head->institution, err));
    if (strcmp(it->replaced.account.digits, head->account) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_ACCOUNT, 0, head->account, NULL));
    state = it->replaced.state;
    CBI_TRY(cbi_conversion_state_step(&state, KIND(CONVERSION_REPLACED), err));
    CBI_TRY(cbi_reach_of_recognition(txn, it->hasher, it->replaced.number, &reach, err));
done:
    cbi_reach_clear(&reach);
    return status;
}

static cbank_status judge(recognise_act *it, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__RecognitionHead *head = it->recognition.head;
    cbank_status status = CBANK_OK;
    cbi_public signer;

    CBI_TRY(cbi_institution_signer(it->bank, txn, head->institution, &signer, err));
    if (!cbi_public_equal(&signer, &it->signer))
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_KEY, 0, head->institution, NULL));
    CBI_TRY(cbi_capacity_check_role(txn, head->institution,
                                    CBANK__V1__INSTITUTION_ROLE__INSTITUTION_ROLE_RECOGNISES,
                                    CBI_REASON_RECOGNISE_ROLE, err));
    if (cbi_recognition_find(txn, &it->recognition.id, &it->row, NULL) == CBANK_OK)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_TWICE, 0, head->number, NULL));
    if (cbi_recognition_has_number(txn, head->institution, head->number))
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_NUMBER, 0, head->number, NULL));
    CBI_TRY(cbi_warrant_check(txn, head, err));
    CBI_TRY(cbi_hearing_check_recognition(txn, head, err));
    CBI_TRY(check_account(it, txn, err));
    CBI_TRY(cbi_enrolled_check(txn, it->hasher, head, err));
    CBI_TRY(check_replaced(it, txn, err));
    CBI_TRY(cbi_used_find_sources(txn, it->hasher, head->account, it->recognition.rows.sources,
                                  head->sources, it->indices, err));
    for (size_t i = 0; i < head->sources; i++)
        CBI_TRY(check_source(it, txn, i, err));
done:
    return status;
}

static cbank_status check_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge((recognise_act *)(void *)act, append->txn, err);
}

/* ---- the write --------------------------------------------------------------------------- */

static cbank_status write_replaced(recognise_act *it, cbi_append *append, cbi_bytes token,
                                   cbank_error *err)
{
    Cbank__V1__ConversionReplaced body = CBANK__V1__CONVERSION_REPLACED__INIT;
    cbank_status status = CBANK_OK;

    body.account = it->replaced.account.digits;
    body.touched_sequence = it->replaced.sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&it->replaced.leaf));
    body.by = cbi_message_data(cbi_bytes_of_hash(&it->recognition.id));
    CBI_TRY(cbi_errand_append(
        append,
        &(cbi_errand_statement){.subject = cbi_account_subject(it->replaced.account.digits),
                                .kind = KIND(CONVERSION_REPLACED),
                                .token = token,
                                .body = &body},
        NULL, NULL, err));
    CBI_TRY(cbi_used_release(append->txn, it->hasher, &it->replaced, err));
    it->replaced.state = CBI_CONVERSION_REPLACED;
    CBI_TRY(cbi_recognition_row_write(append->txn, &it->replaced, err));
    CBI_TRY(cbi_reach_shake_recognition(append, it->replaced.number, token, err));
done:
    return status;
}

/* The statement that uses the records. `uses` and `list` have room for all of them. */
static cbank_status write_statement(recognise_act *it, cbi_append *append,
                                    Cbank__V1__RecordUse *uses, Cbank__V1__RecordUse **list,
                                    cbi_bytes token, cbank_error *err)
{
    Cbank__V1__ConversionRecognised body = CBANK__V1__CONVERSION_RECOGNISED__INIT;
    const Cbank__V1__RecognitionHead *head = it->recognition.head;
    cbi_subject subject = cbi_account_subject(head->account);
    cbank_status status = CBANK_OK;
    cbi_head newest;

    for (size_t i = 0; i < head->sources; i++) {
        const Cbank__V1__RecognitionSource *source = it->recognition.rows.sources[i];

        cbank__v1__record_use__init(&uses[i]);
        uses[i].sequence = source->sequence;
        uses[i].leaf = source->leaf;
        uses[i].scope = source->scope;
        uses[i].leftover = source->leftover;
        list[i] = &uses[i];
    }
    body.account = head->account;
    body.recognition = cbi_message_data(cbi_bytes_of_hash(&it->recognition.id));
    body.uses = list;
    body.n_uses = head->sources;
    CBI_TRY(cbi_errand_append(
        append,
        &(cbi_errand_statement){
            .subject = subject, .kind = KIND(CONVERSION_RECOGNISED), .token = token, .body = &body},
        &it->row.index, &it->row.leaf, err));
    CBI_TRY(cbi_subject_read_head(append->txn, &subject, &newest, err));
    it->row.sequence = newest.sequence;
done:
    return status;
}

static cbank_status write_uses(recognise_act *it, cbi_append *append, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < it->recognition.head->sources; i++) {
        const Cbank__V1__RecognitionSource *source = it->recognition.rows.sources[i];

        CBI_TRY(cbi_use_put(append->txn, it->indices[i],
                            &(cbi_use_row){.number = it->row.number,
                                           .scope = source->scope,
                                           .leftover = source->leftover,
                                           .used_milli = source->used_milli,
                                           .left_milli = source->left_milli},
                            err));
    }
done:
    return status;
}

static cbank_status write_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    recognise_act *it = (recognise_act *)(void *)act;
    const Cbank__V1__RecognitionHead *head = it->recognition.head;
    cbi_bytes token = cbi_bytes_of(act->token, CBI_TOKEN_SIZE);
    Cbank__V1__RecordUse *uses = NULL, **list = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(head->sources, sizeof(*uses), &uses, err));
    CBI_TRY(cbi_alloc(head->sources, sizeof(*list), &list, err));
    it->row = (cbi_recognition_row){
        .id = it->recognition.id, .at = append->at, .pages = head->pages, .sources = head->sources};
    memcpy(it->row.account.digits, head->account, CBI_ACCOUNT_SIZE);
    memcpy(it->row.institution, head->institution, strlen(head->institution) + 1);
    if (it->replaced.number != 0)
        CBI_TRY(write_replaced(it, append, token, err));
    CBI_TRY(write_statement(it, append, uses, list, token, err));
    CBI_TRY(cbi_decision_receive(append, head->institution, KIND(RECOGNITION_RECEIVED),
                                 &it->recognition.id, &it->signer, token, &it->row.receipt_index,
                                 err));
    CBI_TRY(cbi_recognition_begin(append, &it->recognition, it->file, &it->row, err));
    CBI_TRY(write_uses(it, append, err));
done:
    cbi_free(uses);
    cbi_free(list);
    return status;
}

/* ---- the plan ---------------------------------------------------------------------------- */

static cbank_status differs(const cbi_difference *first, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_PLAN_DIFFERS, first->position, first->field, "%s / %s",
                    first->stated, first->found);
}

/*
 * What is granted by rules is what the plan comes to, which is made again from what the account
 * held when it was planned. What is entered cannot depend on who made the plan.
 */
static cbank_status check_plan(recognise_act *it, cbank_error *err)
{
    const cbi_recognition_rows *rows = &it->recognition.rows;
    cbank_buffer plan = {0};
    cbi_regrant regrant = {0};
    cbank_status status = CBANK_OK;

    for (size_t i = 0; it->recognition.head->plan_digest.len == 0 && i < rows->grant_count; i++) {
        if (rows->grants[i]->basis == CBANK__V1__GRANT_BASIS__GRANT_BASIS_RULE)
            CBI_TRY(cbi_fail(err, CBI_REASON_FIELD_MISSING, i, "plan_digest", NULL));
    }
    if (it->recognition.head->plan_digest.len == 0)
        return CBANK_OK;
    CBI_TRY(cbi_planning_again(it->bank, &it->recognition, &plan, err));
    CBI_TRY(cbi_regrant_compare(it->hasher, cbi_bytes_of_buffer(&plan), &it->recognition, &regrant,
                                err));
    if (regrant.count > 0)
        CBI_TRY(differs(&regrant.list[0], err));
done:
    cbi_regrant_clear(&regrant);
    cbank_buffer_clear(&plan);
    return status;
}

/* ---- entering ---------------------------------------------------------------------------- */

static cbank_status open_file(recognise_act *it, cbi_recognised *out, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_hasher_new(it->bank->config.suite, &it->hasher, err));
    CBI_TRY(cbi_recognition_open(it->hasher, it->file, &it->recognition, err));
    if (it->recognition.head->sources == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "sources", NULL));
    CBI_TRY(cbi_alloc(it->recognition.head->sources, sizeof(*it->indices), &it->indices, err));
    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    CBI_TRY(cbi_decision_check_signature(it->bank, reader.txn, &it->recognition.envelope,
                                         it->recognition.head->origin,
                                         it->recognition.head->institution, &it->signer, err));
    out->known = cbi_recognition_find(reader.txn, &it->recognition.id, &out->row, NULL) == CBANK_OK;
done:
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status judge_only(recognise_act *it, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    CBI_TRY(judge(it, reader.txn, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_recognise_enter(cbi_bank *bank, cbi_bytes file, cbi_bytes token, int64_t now,
                                 bool dry_run, cbi_recognised *out, cbank_error *err)
{
    recognise_act it = {.bank = bank, .file = file};
    cbank_status status = CBANK_OK;

    *out = (cbi_recognised){0};
    CBI_TRY(open_file(&it, out, err));
    if (out->known) { /* answered without a commit; what entered it may not have been sealed */
        CBI_TRY(cbi_ledger_seal(bank->ledger, err));
        goto done;
    }
    CBI_TRY(check_plan(&it, err));
    if (dry_run) {
        CBI_TRY(judge_only(&it, err));
        goto done;
    }
    it.act.request = it.recognition.id;
    CBI_TRY(cbi_errand_token(token.size == 0 ? cbi_bytes_of(it.recognition.id.bytes, 16) : token,
                             it.act.token, err));
    it.act.now = now;
    it.act.check = check_act;
    it.act.write = write_act;
    status = cbi_ledger_submit(bank->ledger, &it.act, err);
    /* Another caller entered the same file in the meantime. */
    if (status == CBANK_E_EXISTS || (status == CBANK_OK && it.act.replayed)) {
        out->known = true;
        status = CBANK_OK;
    }
    CBI_TRY(status);
    CBI_TRY(cbi_conversion_reread(bank, &it.recognition.id, &out->row, err));
done:
    cbank_buffer_clear(&it.act.result);
    cbi_recognition_clear(&it.recognition);
    cbi_hasher_free(it.hasher);
    cbi_free(it.indices);
    return status;
}
