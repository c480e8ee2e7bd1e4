#include "bank/receive.h"

#include <string.h>

#include "bank/account.h"
#include "bank/counter.h"
#include "bank/errand.h"
#include "bank/offered.h"
#include "bank/reach.h"
#include "bank/receive_part.h"
#include "base/memory.h"
#include "ledger/token.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define OUTCOME(name) CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_##name

typedef struct receive_act {
    cbi_act act;
    cbi_bank *bank;
    const cbi_receive_terms *terms;
    cbi_offered offered;
    uint64_t *indices; /* of the records, once they are taken */
    cbi_transfer_row row;
} receive_act;

/* ---- the act ------------------------------------------------------------------------------ */

static cbank_status check_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    receive_act *it = (receive_act *)(void *)act;

    return cbi_offered_judge(it->bank, append->txn, append->hasher, it->terms, &it->offered, err);
}

static cbank_status open_account(receive_act *it, cbi_append *append, cbi_bytes token,
                                 cbank_error *err)
{
    const cbi_opening_terms terms = {
        .opened_by = "",
        .assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_STATED,
        .token = token};

    if (it->offered.taken == 0 || it->offered.account.digits[0] != '\0')
        return CBANK_OK;
    return cbi_account_open(it->bank, append, &it->offered.person, &terms, &it->offered.account,
                            err);
}

/* Its reference too is taken from now on: the same record in a batch for this bank is no other. */
static cbank_status put_reference(const receive_act *it, cbi_append *append,
                                  const Cbank__V1__CreditRecord *record, uint64_t index,
                                  cbank_error *err)
{
    const cbi_identity *document = &it->offered.person.documents[0];
    cbank_status status = CBANK_OK;
    cbi_hash content;

    CBI_TRY(cbi_holding_content(it->bank, record, document->type, document->number, &content,
                                err));
    CBI_TRY(cbi_holding_put_reference(append->txn, record->awarded_by->institution,
                                      record->reference, index, &content, err));
    CBI_TRY(cbi_reach_note(append->txn, record, index, err));
done:
    return status;
}

/* The record as it was signed, and the randomness that binds it to the holder. */
static cbank_status write_record(receive_act *it, cbi_append *append, size_t at, cbi_bytes token,
                                 cbank_error *err)
{
    const cbi_verdict_item *item = it->offered.records[at].item;
    const Cbank__V1__CreditDeposited *deposited = item->statement.body;
    const cbi_identity *document = &it->offered.person.documents[0];
    Cbank__V1__CreditReceived body = CBANK__V1__CREDIT_RECEIVED__INIT;
    cbank_status status = CBANK_OK;
    cbi_hash random;

    body.account = it->offered.account.digits;
    body.origin = cbi_message_string(cbi_offered_origin(&it->offered));
    body.transfer = cbi_message_data(cbi_bytes_of_hash(&it->offered.verdict->id));
    body.batch = deposited->batch;
    body.index = deposited->index;
    body.record = deposited->record;
    CBI_TRY(cbi_errand_append(append,
                              &(cbi_errand_statement){
                                  .subject = cbi_account_subject(body.account),
                                  .kind = KIND(CREDIT_RECEIVED),
                                  .token = token,
                                  .body = &body},
                              &it->indices[at], NULL, err));
    /* Judged: it is shown that this makes the record's commitment. */
    (void)cbi_hash_from(cbi_message_bytes(item->message->opening->random), &random);
    CBI_TRY(cbi_vault_put_opening(it->bank, append->txn, it->indices[at], &random, document->type,
                                  document->number, err));
    CBI_TRY(put_reference(it, append, item->record, it->indices[at], err));
done:
    return status;
}

static cbi_transfer_state state_of(Cbank__V1__TransferOutcome outcome)
{
    switch (outcome) {
    case OUTCOME(ACCEPTED):
        return CBI_TRANSFER_ACCEPTED;
    case OUTCOME(PARTLY):
        return CBI_TRANSFER_PARTLY;
    case OUTCOME(DECLINED):
        return CBI_TRANSFER_DECLINED;
    case OUTCOME(EXPIRED):
        return CBI_TRANSFER_EXPIRED;
    default:
        return CBI_TRANSFER_RETURNED;
    }
}

/* Rows of the transfer, then the answer, which needs its number. */
static cbank_status write_rows(receive_act *it, cbi_append *append, cbi_bytes token,
                               cbank_error *err)
{
    cbi_receive_answer answer = {.outcome = it->offered.outcome,
                                 .origin = cbi_offered_origin(&it->offered),
                                 .order = it->terms->order};
    size_t count = it->offered.count;
    cbi_transfer_record *records = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(count, sizeof(*records), &records, err));
    CBI_TRY(cbi_alloc(count, sizeof(*answer.records), &answer.records, err));
    CBI_TRY(cbi_alloc(count, sizeof(*answer.refused), &answer.refused, err));
    for (size_t i = 0; i < count; i++) {
        const cbi_offered_record *one = &it->offered.records[i];

        records[i] = (cbi_transfer_record){it->indices[i], one->item->record_id};
        if (one->refused == NULL)
            answer.records[answer.count++] = one->item->record_id;
        else
            answer.refused[answer.refused_count++] =
                (cbi_receive_refusal){one->item->record_id, one->refused};
    }
    if (it->offered.outcome == OUTCOME(EXPIRED))
        answer.refused_count = 0; /* the outcome says it of all */
    CBI_TRY(cbi_transfer_begin(append->txn, &it->row, records, err));
    CBI_TRY(cbi_receive_say(it->bank, append, &it->row, &answer, token, err));
done:
    cbi_free(records);
    cbi_free(answer.records);
    cbi_free(answer.refused);
    return status;
}

static cbank_status write_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    receive_act *it = (receive_act *)(void *)act;
    const cbi_offered *offered = &it->offered;
    const char *origin = cbi_offered_origin(offered);
    cbi_bytes token = cbi_bytes_of(act->token, CBI_TOKEN_SIZE);
    cbank_status status = CBANK_OK;

    CBI_TRY(open_account(it, append, token, err));
    for (size_t i = 0; i < offered->count; i++) {
        it->indices[i] = 0;
        if (offered->records[i].refused == NULL)
            CBI_TRY(write_record(it, append, i, token, err));
    }
    CBI_TRY(cbi_counter_add(append->txn, CBI_COUNTER_RECORDS, offered->taken, NULL, err));
    it->row = (cbi_transfer_row){.incoming = true,
                                 .state = state_of(offered->outcome),
                                 .due_at = offered->body->due_at,
                                 .at = append->at,
                                 .answered_at = append->at,
                                 .sequence = offered->item->sequence,
                                 .leaf = offered->item->leaf,
                                 .transfer = offered->verdict->id,
                                 .account = offered->account,
                                 .records = (uint32_t)offered->count};
    memcpy(it->row.other, origin, strlen(origin) + 1);
    CBI_TRY(write_rows(it, append, token, err));
done:
    return status;
}

/* ---- all ---------------------------------------------------------------------------------- */

/* What was answered stays; whoever asks for something else is told so. */
static cbank_status check_same(const receive_act *it, cbi_txn *txn, const cbi_transfer_row *row,
                               cbank_error *err)
{
    bool differs = it->terms->decline && row->state != CBI_TRANSFER_DECLINED &&
                   row->state != CBI_TRANSFER_EXPIRED;
    cbi_transfer_record *records = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(CBI_TRANSFER_RECORDS_MAX, sizeof(*records), &records, err));
    CBI_TRY(cbi_transfer_records(txn, row, records, err));
    for (size_t i = 0; i < row->records; i++) {
        for (size_t r = 0; r < it->terms->refuse_count; r++)
            differs = differs || (records[i].index != 0 &&
                                  cbi_hash_equal(&records[i].id, &it->terms->refuse[r]));
    }
    if (differs)
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_ANSWERED, row->index, row->other, "%d",
                         (int)row->state));
done:
    cbi_free(records);
    return status;
}

/*
 * An offer that was answered before: the same answer, if nothing else is asked for. A token that
 * has stood for something else is refused whatever the offer is.
 */
static cbank_status find_earlier(receive_act *it, cbi_received *out, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    if (it->terms->order->token.size > 0)
        CBI_TRY(cbi_token_find(reader.txn, &it->act, err));
    status = cbi_transfer_find(reader.txn, &it->offered.item->leaf,
                               cbi_offered_origin(&it->offered), &out->row, err);
    out->known = status == CBANK_OK;
    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
    CBI_TRY(status);
    if (out->known)
        CBI_TRY(check_same(it, reader.txn, &out->row, err));
    out->outcome = out->row.state;
done:
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status judge_only(receive_act *it, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    CBI_TRY(cbi_offered_judge(it->bank, reader.txn, reader.hasher, it->terms, &it->offered, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/* What is asked, for the token: the offer, and what is to be said to it. */
static cbank_status digest(receive_act *it, cbank_error *err)
{
    const cbi_receive_terms *terms = it->terms;
    uint8_t said[2] = {terms->decline,
                       (uint8_t)(terms->open_accounts | terms->refuse_unknown_keys << 1)};
    cbi_bytes parts[5 + CBI_TRANSFER_RECORDS_MAX];
    size_t count = 5;

    parts[0] = cbi_bytes_of_text("receive");
    parts[1] = cbi_bytes_of_hash(&it->offered.item->leaf);
    parts[2] = cbi_bytes_of(said, sizeof(said));
    parts[3] = cbi_message_text(terms->order->reason);
    parts[4] = cbi_message_text(terms->order->document);
    for (size_t i = 0; i < terms->refuse_count; i++)
        parts[count++] = cbi_bytes_of_hash(&terms->refuse[i]);
    return cbi_errand_digest(it->bank, parts, count, &it->act.request, err);
}

static cbank_status submit(receive_act *it, cbi_received *out, cbank_error *err)
{
    cbank_error why = {0};
    cbank_status status = CBANK_OK;
    bool known;

    it->act.now = it->terms->order->now;
    it->act.check = check_act;
    it->act.write = write_act;
    status = cbi_ledger_submit(it->bank->ledger, &it->act, &why);
    /* Another caller answered the same offer in the meantime. */
    if (status != CBANK_OK && why.reason != (int32_t)CBI_REASON_TRANSFER_ANSWERED && err != NULL)
        *err = why;
    if (status != CBANK_OK && why.reason != (int32_t)CBI_REASON_TRANSFER_ANSWERED)
        return status;
    known = it->act.replayed || why.reason != 0;
    CBI_TRY(find_earlier(it, out, err));
    out->known = known;
done:
    return status;
}

cbank_status cbi_receive_offer(cbi_bank *bank, const cbi_verdict *verdict,
                               const cbi_receive_terms *terms, cbi_received *out,
                               cbank_error *err)
{
    receive_act it = {.bank = bank, .terms = terms};
    cbank_status status = CBANK_OK;

    *out = (cbi_received){.known = false};
    CBI_TRY(cbi_order_check(terms->order, err));
    if (terms->refuse_count > CBI_TRANSFER_RECORDS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_LARGE, CBI_TRANSFER_RECORDS_MAX, "refuse", NULL));
    CBI_TRY(cbi_offered_read(bank, verdict, &it.offered, err));
    CBI_TRY(cbi_alloc(it.offered.count, sizeof(*it.indices), &it.indices, err));
    CBI_TRY(digest(&it, err));
    CBI_TRY(cbi_errand_token(terms->order->token, it.act.token, err));
    CBI_TRY(find_earlier(&it, out, err));
    if (out->known) {
        CBI_TRY(cbi_ledger_seal(bank->ledger, err));
        goto done;
    }
    if (terms->order->dry_run) {
        CBI_TRY(judge_only(&it, err));
        out->outcome = state_of(it.offered.outcome);
        goto done;
    }
    CBI_TRY(submit(&it, out, err));
done:
    cbi_offered_clear(&it.offered);
    cbi_free(it.indices);
    cbank_buffer_clear(&it.act.result);
    return status;
}
