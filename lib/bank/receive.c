#include "bank/receive.h"

#include <stdlib.h>
#include <string.h>

#include "bank/account.h"
#include "bank/counter.h"
#include "bank/errand.h"
#include "bank/receive_part.h"
#include "base/memory.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define OUTCOME(name) CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_##name

/* A record of the offer. */
typedef struct offered {
    const cbi_verdict_item *item;
    bool refused;
    uint64_t index; /* once it is taken */
} offered;

typedef struct receive_act {
    cbi_act act;
    cbi_bank *bank;
    const cbi_verdict *verdict;
    const cbi_receive_terms *terms;
    const cbi_verdict_item *offer;
    const Cbank__V1__TransferOffered *body;
    offered *records;
    size_t taken;
    cbi_person person;
    cbi_account account;
    cbi_transfer_row row;
    Cbank__V1__TransferOutcome outcome;
} receive_act;

/* ---- the offer ---------------------------------------------------------------------------- */

static const cbi_verdict_item *find_entry(const cbi_verdict *verdict,
                                          const Cbank__V1__EntryRef *ref)
{
    for (size_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];

        if (item->sequence == ref->sequence &&
            item->entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD &&
            cbi_bytes_equal(cbi_message_bytes(ref->leaf), cbi_bytes_of_hash(&item->leaf)))
            return item;
    }
    return NULL;
}

/* To this bank, waiting, and with all of its records shown: an older one may be there too. */
static bool is_whole(const receive_act *it, const Cbank__V1__TransferOffered *body)
{
    if (body->by_letter || strcmp(body->to, it->bank->config.origin) != 0)
        return false;
    for (size_t i = 0; i < body->n_records; i++) {
        const cbi_verdict_item *item = find_entry(it->verdict, body->records[i]);

        if (item == NULL || item->record == NULL || item->where != CBI_WHERE_OFFERED)
            return false;
    }
    return true;
}

static cbank_status find_offer(receive_act *it, cbank_error *err)
{
    for (size_t i = it->verdict->item_count; i-- > 0 && it->offer == NULL;) {
        const cbi_verdict_item *item = &it->verdict->items[i];

        if (cbi_verdict_is(item, KIND(TRANSFER_OFFERED)) && is_whole(it, item->statement.body))
            it->offer = item;
    }
    if (it->offer == NULL)
        return cbi_fail(err, CBI_REASON_TRANSFER_NO_OFFER, 0,
                        it->verdict->transcript.head->origin, NULL);
    it->body = it->offer->statement.body;
    if (it->body->n_records > CBI_TRANSFER_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_TRANSFER_LARGE, CBI_TRANSFER_RECORDS_MAX, NULL, NULL);
    return CBANK_OK;
}

static bool is_refused(const receive_act *it, const cbi_verdict_item *item)
{
    bool refused = it->terms->decline || item->state != CBI_RECORD_HELD;

    for (size_t i = 0; i < it->terms->refuse_count; i++)
        refused = refused || cbi_hash_equal(&it->terms->refuse[i], &item->record_id);
    return refused;
}

/* Each was awarded by an institution, whose signature the file brings along. */
static cbank_status read_records(receive_act *it, int64_t now, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool late = now > it->body->due_at;

    CBI_TRY(cbi_alloc(it->body->n_records, sizeof(*it->records), &it->records, err));
    for (size_t i = 0; i < it->body->n_records; i++) {
        offered *one = &it->records[i];

        one->item = find_entry(it->verdict, it->body->records[i]);
        one->refused = late || is_refused(it, one->item);
        if (!one->refused && (one->item->proven < CBI_PROVEN_VOUCHED ||
                              !cbi_verdict_is(one->item, KIND(CREDIT_DEPOSITED))))
            CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_UNPROVEN, one->item->sequence, NULL, NULL));
        it->taken += !one->refused;
    }
    it->outcome = late                                ? OUTCOME(EXPIRED)
                  : it->taken == 0                    ? OUTCOME(DECLINED)
                  : it->taken == it->body->n_records ? OUTCOME(ACCEPTED)
                                                      : OUTCOME(PARTLY);
done:
    return status;
}

/* ---- whose it is -------------------------------------------------------------------------- */

static cbank_status read_person(receive_act *it, cbank_error *err)
{
    const Cbank__V1__Holder *holder = it->verdict->transcript.head->holder;

    if (it->taken == 0)
        return CBANK_OK;
    if (holder == NULL || !it->verdict->holder_proven)
        return cbi_fail(err, CBI_REASON_TRANSFER_HOLDER, 0, NULL, NULL);
    return cbi_person_from_opening(holder->document_type, holder->document_number, holder->name,
                                   &it->person, err);
}

static cbank_status match_account(receive_act *it, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool known;

    if (it->taken == 0)
        return CBANK_OK;
    it->account = (cbi_account){{0}};
    CBI_TRY(cbi_account_match(it->bank, txn, &it->person, &it->account, &known, err));
    if (!known && !it->terms->open_accounts)
        CBI_TRY(cbi_fail(err, CBI_REASON_LEARNER_UNKNOWN, 0, it->person.documents[0].type, NULL));
    if (known)
        CBI_TRY(cbi_account_check_open(txn, it->account.digits, err));
    else
        it->account = (cbi_account){{0}};
done:
    return status;
}

/* ---- the act ------------------------------------------------------------------------------ */

static cbank_status judge(receive_act *it, cbi_txn *txn, cbank_error *err)
{
    const char *origin = it->verdict->transcript.head->origin;
    cbi_transfer_row earlier;
    cbank_status status = cbi_transfer_find(txn, &it->offer->leaf, origin, &earlier, err);

    if (status == CBANK_OK)
        return cbi_fail(err, CBI_REASON_TRANSFER_ANSWERED, earlier.index, origin, "%d",
                        (int)earlier.state);
    if (status != CBANK_E_NOT_FOUND)
        return status;
    status = CBANK_OK;
    for (size_t i = 0; i < it->body->n_records; i++) {
        const cbi_verdict_item *item = it->records[i].item;

        if (!it->records[i].refused && cbi_transfer_knows(txn, &item->record_id))
            CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_TAKEN, item->sequence,
                             item->record->reference, NULL));
    }
    CBI_TRY(match_account(it, txn, err));
done:
    return status;
}

static cbank_status check_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge((receive_act *)(void *)act, append->txn, err);
}

static cbank_status open_account(receive_act *it, cbi_append *append, cbi_bytes token,
                                 cbank_error *err)
{
    const cbi_opening_terms terms = {
        .opened_by = "",
        .assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_STATED,
        .token = token};

    if (it->taken == 0 || it->account.digits[0] != '\0')
        return CBANK_OK;
    return cbi_account_open(it->bank, append, &it->person, &terms, &it->account, err);
}

/* The record as it was signed, and the randomness that binds it to the holder. */
static cbank_status write_record(receive_act *it, cbi_append *append, offered *one,
                                 cbi_bytes token, cbank_error *err)
{
    const Cbank__V1__CreditDeposited *deposited = one->item->statement.body;
    const Cbank__V1__Holder *holder = it->verdict->transcript.head->holder;
    const Cbank__V1__Opening *opening = one->item->message->opening;
    Cbank__V1__CreditReceived body = CBANK__V1__CREDIT_RECEIVED__INIT;
    cbank_status status = CBANK_OK;
    cbi_hash random;

    body.account = it->account.digits;
    body.origin = it->verdict->transcript.head->origin;
    body.transfer = cbi_message_data(cbi_bytes_of_hash(&it->verdict->id));
    body.batch = deposited->batch;
    body.index = deposited->index;
    body.record = deposited->record;
    CBI_TRY(cbi_errand_append(append,
                              &(cbi_errand_statement){
                                  .subject = cbi_account_subject(it->account.digits),
                                  .kind = KIND(CREDIT_RECEIVED),
                                  .token = token,
                                  .body = &body},
                              &one->index, NULL, err));
    if (opening != NULL && cbi_hash_from(cbi_message_bytes(opening->random), &random))
        CBI_TRY(cbi_vault_put_opening(it->bank, append->txn, one->index, &random,
                                      holder->document_type, holder->document_number, err));
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
    cbi_receive_answer answer = {.outcome = it->outcome,
                                 .origin = it->verdict->transcript.head->origin,
                                 .order = it->terms->order};
    cbi_transfer_record *records = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(it->body->n_records, sizeof(*records), &records, err));
    CBI_TRY(cbi_alloc(it->body->n_records, sizeof(*answer.records), &answer.records, err));
    CBI_TRY(cbi_alloc(it->body->n_records, sizeof(*answer.refused), &answer.refused, err));
    for (size_t i = 0; i < it->body->n_records; i++) {
        const offered *one = &it->records[i];

        records[i] = (cbi_transfer_record){one->index, one->item->record_id};
        if (one->refused)
            answer.refused[answer.refused_count++] = one->item->record_id;
        else
            answer.records[answer.count++] = one->item->record_id;
    }
    if (it->outcome == OUTCOME(EXPIRED) || it->outcome == OUTCOME(DECLINED))
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
    const char *origin = it->verdict->transcript.head->origin;
    cbi_bytes token = cbi_bytes_of(act->token, CBI_TOKEN_SIZE);
    cbank_status status = CBANK_OK;

    CBI_TRY(open_account(it, append, token, err));
    for (size_t i = 0; i < it->body->n_records; i++) {
        if (!it->records[i].refused)
            CBI_TRY(write_record(it, append, &it->records[i], token, err));
    }
    CBI_TRY(cbi_counter_add(append->txn, CBI_COUNTER_RECORDS, it->taken, NULL, err));
    it->row = (cbi_transfer_row){.incoming = true,
                                 .state = state_of(it->outcome),
                                 .due_at = it->body->due_at,
                                 .at = append->at,
                                 .answered_at = append->at,
                                 .sequence = it->offer->sequence,
                                 .leaf = it->offer->leaf,
                                 .transfer = it->verdict->id,
                                 .account = it->account,
                                 .records = (uint32_t)it->body->n_records};
    memcpy(it->row.other, origin, strlen(origin) + 1);
    CBI_TRY(write_rows(it, append, token, err));
done:
    return status;
}

/* ---- all ---------------------------------------------------------------------------------- */

/* An offer that was answered before: the same answer, if nothing else is asked for. */
static cbank_status find_earlier(receive_act *it, cbi_received *out, cbank_error *err)
{
    const char *origin = it->verdict->transcript.head->origin;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    bool declined;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    status = cbi_transfer_find(reader.txn, &it->offer->leaf, origin, &out->row, err);
    out->known = status == CBANK_OK;
    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
    CBI_TRY(status);
    declined = out->row.state == CBI_TRANSFER_DECLINED || out->row.state == CBI_TRANSFER_EXPIRED;
    if (out->known && it->terms->decline && !declined)
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_ANSWERED, out->row.index, origin, "%d",
                         (int)out->row.state));
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
    CBI_TRY(judge(it, reader.txn, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status submit(receive_act *it, cbi_received *out, cbank_error *err)
{
    const cbi_order *order = it->terms->order;
    uint8_t said[1] = {it->terms->decline};
    cbi_bytes parts[3] = {cbi_bytes_of_text("receive"), cbi_bytes_of_hash(&it->offer->leaf),
                          cbi_bytes_of(said, sizeof(said))};
    cbank_error why = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_errand_digest(it->bank, parts, 3, &it->act.request, err));
    CBI_TRY(cbi_errand_token(order->token, it->act.token, err));
    it->act.now = order->now;
    it->act.check = check_act;
    it->act.write = write_act;
    status = cbi_ledger_submit(it->bank->ledger, &it->act, &why);
    /* Another caller answered the same offer in the meantime. */
    if (status != CBANK_OK && why.reason != (int32_t)CBI_REASON_TRANSFER_ANSWERED && err != NULL)
        *err = why;
    if (status != CBANK_OK && why.reason != (int32_t)CBI_REASON_TRANSFER_ANSWERED)
        goto done;
    CBI_TRY(find_earlier(it, out, err));
    out->known = status != CBANK_OK || it->act.replayed || why.reason != 0;
done:
    cbank_buffer_clear(&it->act.result);
    return status;
}

cbank_status cbi_receive_offer(cbi_bank *bank, const cbi_verdict *verdict,
                               const cbi_receive_terms *terms, cbi_received *out,
                               cbank_error *err)
{
    receive_act it = {.bank = bank, .verdict = verdict, .terms = terms};
    cbank_status status = CBANK_OK;

    *out = (cbi_received){.known = false};
    CBI_TRY(cbi_order_check(terms->order, err));
    CBI_TRY(find_offer(&it, err));
    CBI_TRY(find_earlier(&it, out, err));
    if (out->known) {
        CBI_TRY(cbi_ledger_seal(bank->ledger, err));
        goto done;
    }
    CBI_TRY(read_records(&it, terms->order->now, err));
    CBI_TRY(read_person(&it, err));
    if (terms->order->dry_run) {
        CBI_TRY(judge_only(&it, err));
        out->outcome = state_of(it.outcome);
        goto done;
    }
    CBI_TRY(submit(&it, out, err));
done:
    cbi_person_clear(&it.person);
    cbi_free(it.records);
    return status;
}
