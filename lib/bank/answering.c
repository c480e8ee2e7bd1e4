/* answering.c - answers of this bank: stated, kept, proven by a receipt; and what goes back. */
#include "bank/receive_part.h"

#include <string.h>

#include "bank/account.h"
#include "bank/errand.h"
#include "bank/family.h"
#include "bank/keyring.h"
#include "bank/recognition.h"
#include "base/memory.h"
#include "proof/answer.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define OUTCOME(name) CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_##name

/* ---- saying ------------------------------------------------------------------------------- */

/* Lists of a message; freed with cbi_free. */
typedef struct lists {
    ProtobufCBinaryData *records;
    Cbank__V1__TransferRefusal *refusals;
    Cbank__V1__TransferRefusal **refusal_list;
} lists;

static cbank_status fill_lists(const cbi_receive_answer *from, const Cbank__V1__Code *reason,
                               lists *it, Cbank__V1__TransferAnswer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(from->count + 1, sizeof(*it->records), &it->records, err));
    CBI_TRY(cbi_alloc(from->refused_count + 1, sizeof(*it->refusals), &it->refusals, err));
    CBI_TRY(cbi_alloc(from->refused_count + 1, sizeof(*it->refusal_list), &it->refusal_list, err));
    for (size_t i = 0; i < from->count; i++)
        it->records[i] = cbi_message_data(cbi_bytes_of_hash(&from->records[i]));
    for (size_t i = 0; i < from->refused_count; i++) {
        cbank__v1__transfer_refusal__init(&it->refusals[i]);
        it->refusals[i].record = cbi_message_data(cbi_bytes_of_hash(&from->refused[i]));
        it->refusals[i].reason = (Cbank__V1__Code *)(uintptr_t)reason;
        it->refusal_list[i] = &it->refusals[i];
    }
    out->records = it->records;
    out->n_records = from->count;
    out->refusals = it->refusal_list;
    out->n_refusals = from->refused_count;
done:
    return status;
}

/* The bytes of the answer, appended. */
static cbank_status make(const cbi_bank *bank, const cbi_append *append,
                         const cbi_transfer_row *row, const cbi_receive_answer *from,
                         cbank_buffer *out, cbank_error *err)
{
    Cbank__V1__TransferAnswer answer = CBANK__V1__TRANSFER_ANSWER__INIT;
    const char *word = from->order->reason == NULL || from->order->reason[0] == '\0'
                           ? "not-taken"
                           : from->order->reason;
    uint8_t salt[CBI_SALT_SIZE];
    lists all = {0};
    Cbank__V1__Code reason;
    cbank_status status = CBANK_OK;

    (void)cbi_errand_reason(word, &reason);
    CBI_TRY(cbi_random(salt, sizeof(salt), err));
    answer.salt = cbi_message_data(cbi_bytes_of(salt, sizeof(salt)));
    answer.origin = cbi_message_string(bank->config.origin);
    answer.to = cbi_message_string(from->origin);
    answer.transfer = cbi_message_data(cbi_bytes_of_hash(&row->transfer));
    answer.offer = cbi_message_data(cbi_bytes_of_hash(&row->leaf));
    answer.outcome = from->outcome;
    if (from->outcome != OUTCOME(ACCEPTED) && from->outcome != OUTCOME(EXPIRED))
        answer.reason = &reason;
    if (from->order->document != NULL)
        answer.document = cbi_message_string(from->order->document);
    answer.at = append->at;
    CBI_TRY(fill_lists(from, &reason, &all, &answer, err));
    CBI_TRY(cbi_answer_build(&answer, out, err));
done:
    cbi_free(all.records);
    cbi_free(all.refusals);
    cbi_free(all.refusal_list);
    return status;
}

cbank_status cbi_receive_say(const cbi_bank *bank, cbi_append *append, cbi_transfer_row *row,
                             const cbi_receive_answer *answer, cbi_bytes token, cbank_error *err)
{
    Cbank__V1__TransferAnswered body = CBANK__V1__TRANSFER_ANSWERED__INIT;
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    uint64_t index;
    cbi_hash digest;

    CBI_TRY(make(bank, append, row, answer, &bytes, err));
    CBI_TRY(cbi_answer_digest(append->hasher, cbi_bytes_of_buffer(&bytes), &digest, err));
    body.origin = cbi_message_string(answer->origin);
    body.transfer = cbi_message_data(cbi_bytes_of_hash(&row->transfer));
    body.outcome = answer->outcome;
    body.answer = cbi_message_data(cbi_bytes_of_hash(&digest));
    CBI_TRY(cbi_errand_append(append,
                              &(cbi_errand_statement){.subject = cbi_bank_subject(bank),
                                                      .kind = KIND(TRANSFER_ANSWERED),
                                                      .actor = answer->order->actor,
                                                      .token = token,
                                                      .body = &body},
                              &index, NULL, err));
    if (row->answers == 0)
        row->index = index;
    row->answered_at = append->at;
    CBI_TRY(cbi_transfer_put_answer(append->txn, row, index, cbi_bytes_of_buffer(&bytes), err));
    CBI_TRY(cbi_transfer_write(append->txn, row, err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

/* ---- proving ------------------------------------------------------------------------------ */

cbank_status cbi_receive_receipt(cbi_bank *bank, const cbi_transfer_row *row, cbank_buffer *file,
                                 cbank_error *err)
{
    Cbank__V1__TransferReceipt receipt = CBANK__V1__TRANSFER_RECEIPT__INIT;
    ProtobufCBinaryData path[CBI_CONSISTENCY_MAX];
    cbank_buffer answer = {0};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;
    cbi_path proof;

    if (row->answers == 0)
        return cbi_fail(err, CBI_REASON_TRANSFER_STATE, row->number, row->other, "%s", "receipt");
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_transfer_get_answer(reader.txn, row, row->answers - 1, &receipt.index, &answer,
                                    err));
    CBI_TRY(cbi_history_inclusion(&reader, receipt.index, reader.sealed.size, &proof, err));
    CBI_TRY(cbi_history_read(&reader, receipt.index, &logged, err));
    for (size_t i = 0; i < proof.count; i++)
        path[i] = cbi_message_data(cbi_bytes_of_hash(&proof.hashes[i]));
    receipt.answer = cbi_message_data(cbi_bytes_of_buffer(&answer));
    receipt.size = reader.sealed.size;
    receipt.root = cbi_message_data(cbi_bytes_of_hash(&reader.sealed.root));
    receipt.statement = cbi_message_data(logged.statement);
    receipt.sequence = logged.entry.sequence;
    receipt.previous = cbi_message_data(cbi_bytes_of_hash(&logged.entry.previous));
    receipt.path = path;
    receipt.n_path = proof.count;
    CBI_TRY(cbi_answer_sign(&receipt, bank->log_key.key, file, err));
done:
    cbi_ledger_read_end(&reader);
    cbank_buffer_clear(&answer);
    return status;
}

/* ---- giving back -------------------------------------------------------------------------- */

typedef struct return_act {
    cbi_act act;
    cbi_bank *bank;
    const cbi_order *order;
    char *const *only;
    size_t only_count;
    cbi_transfer_row row;
    cbi_transfer_record *records; /* of the transfer */
    cbi_transfer_record *going;
    size_t count;
    size_t here; /* that were here, whether they go or not */
} return_act;

static bool is_asked(const return_act *it, const cbi_transfer_record *record, size_t *matched)
{
    char id[CBI_DISPLAY_ID_MAX];

    if (it->only_count == 0)
        return true;
    cbi_holding_display_id(record->index, &record->id, id);
    for (size_t i = 0; i < it->only_count; i++) {
        if (strcmp(it->only[i], id) == 0) {
            (*matched)++;
            return true;
        }
    }
    return false;
}

static cbank_status check_free(cbi_txn *txn, uint64_t index, cbank_error *err)
{
    cbi_use_row uses[CBI_RECORD_USES_MAX];
    cbank_status status = CBANK_OK;
    size_t count;

    CBI_TRY(cbi_use_list(txn, index, uses, &count, err));
    for (size_t i = 0; i < count; i++) {
        if (uses[i].scope != CBANK__V1__USE_SCOPE__USE_SCOPE_COUNTED)
            CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_USED_UP, index, NULL, NULL));
    }
done:
    return status;
}

/* What is here of it, and asked for; a recognition that uses a record holds it. */
static cbank_status choose(return_act *it, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t matched = 0;

    it->count = it->here = 0;
    CBI_TRY(cbi_transfer_records(txn, &it->row, it->records, err));
    for (size_t i = 0; i < it->row.records; i++) {
        cbi_whereabouts where = CBI_WHERE_HERE;
        uint64_t number;

        if (it->records[i].index == 0)
            continue;
        status = cbi_transfer_of_record(txn, it->records[i].index, &where, &number, err);
        if (status != CBANK_OK && status != CBANK_E_NOT_FOUND)
            CBI_TRY(status);
        status = CBANK_OK;
        if (where != CBI_WHERE_HERE)
            continue;
        it->here++;
        if (!is_asked(it, &it->records[i], &matched))
            continue;
        CBI_TRY(check_free(txn, it->records[i].index, err));
        it->going[it->count++] = it->records[i];
    }
    if (it->count == 0 || matched != it->only_count)
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_STATE, it->row.number, it->row.other, "%s",
                         "return"));
done:
    return status;
}

static cbank_status judge_return(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return_act *it = (return_act *)(void *)act;
    cbi_transfer_row now;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_transfer_read(append->txn, it->row.number, &now, err));
    it->row = now;
    CBI_TRY(choose(it, append->txn, err));
done:
    return status;
}

/* On the chain of the account that goes on now, each by the entry that it came in with. */
static cbank_status state_return(return_act *it, cbi_append *append, cbank_error *err)
{
    Cbank__V1__TransferGivenBack body = CBANK__V1__TRANSFER_GIVEN_BACK__INIT;
    Cbank__V1__EntryRef *refs = NULL, **list = NULL;
    cbi_hash *leaves = NULL;
    cbi_holding holding = {0};
    cbi_account root;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(it->count, sizeof(*refs), &refs, err));
    CBI_TRY(cbi_alloc(it->count, sizeof(*list), &list, err));
    CBI_TRY(cbi_alloc(it->count, sizeof(*leaves), &leaves, err));
    for (size_t i = 0; i < it->count; i++) {
        CBI_TRY(cbi_holding_read(append->txn, append->hasher, it->going[i].index, &holding, err));
        leaves[i] = holding.leaf;
        cbank__v1__entry_ref__init(&refs[i]);
        refs[i].sequence = holding.sequence;
        refs[i].leaf = cbi_message_data(cbi_bytes_of_hash(&leaves[i]));
        list[i] = &refs[i];
        cbi_holding_clear(&holding);
    }
    CBI_TRY(cbi_family_root(append->txn, it->row.account.digits, &root, err));
    body.account = root.digits;
    body.origin = it->row.other;
    body.transfer = cbi_message_data(cbi_bytes_of_hash(&it->row.transfer));
    body.records = list;
    body.n_records = it->count;
    CBI_TRY(cbi_errand_append(append,
                              &(cbi_errand_statement){
                                  .subject = cbi_account_subject(root.digits),
                                  .kind = KIND(TRANSFER_GIVEN_BACK),
                                  .actor = it->order->actor,
                                  .reason = it->order->reason,
                                  .document = it->order->document,
                                  .token = cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE),
                                  .body = &body},
                              NULL, NULL, err));
done:
    cbi_holding_clear(&holding);
    cbi_free(refs);
    cbi_free(list);
    cbi_free(leaves);
    return status;
}

static cbank_status write_return(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return_act *it = (return_act *)(void *)act;
    cbi_receive_answer answer = {
        .outcome = OUTCOME(RETURNED), .origin = it->row.other, .order = it->order};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(it->count, sizeof(*answer.records), &answer.records, err));
    CBI_TRY(state_return(it, append, err));
    for (size_t i = 0; i < it->count; i++) {
        answer.records[answer.count++] = it->going[i].id;
        CBI_TRY(cbi_transfer_put_where(append->txn, it->going[i].index, CBI_WHERE_AWAY,
                                       it->row.number, err));
    }
    if (it->count == it->here)
        it->row.state = CBI_TRANSFER_RETURNED;
    CBI_TRY(cbi_receive_say(it->bank, append, &it->row, &answer,
                            cbi_bytes_of(act->token, CBI_TOKEN_SIZE), err));
done:
    cbi_free(answer.records);
    return status;
}

static cbank_status prepare(return_act *it, const char *id, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    CBI_TRY(cbi_transfer_named(reader.txn, id, &it->row, err));
    if (!it->row.incoming)
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_STATE, it->row.number, id, "%s", "offered"));
    if (it->order->dry_run)
        CBI_TRY(choose(it, reader.txn, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_receive_return(cbi_bank *bank, const char *id, char *const *only,
                                size_t only_count, const cbi_order *order, cbi_received *out,
                                cbank_error *err)
{
    return_act it = {.bank = bank, .order = order, .only = only, .only_count = only_count};
    cbi_bytes parts[2] = {cbi_bytes_of_text("return"), cbi_bytes_of_text(id)};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    *out = (cbi_received){.known = false};
    CBI_TRY(cbi_order_check(order, err));
    CBI_TRY(cbi_alloc(CBI_TRANSFER_RECORDS_MAX, sizeof(*it.records), &it.records, err));
    CBI_TRY(cbi_alloc(CBI_TRANSFER_RECORDS_MAX, sizeof(*it.going), &it.going, err));
    CBI_TRY(prepare(&it, id, err));
    out->outcome = CBI_TRANSFER_RETURNED;
    if (order->dry_run)
        goto done;
    CBI_TRY(cbi_errand_digest(bank, parts, 2, &it.act.request, err));
    CBI_TRY(cbi_errand_token(order->token, it.act.token, err));
    it.act.now = order->now;
    it.act.check = judge_return;
    it.act.write = write_return;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &it.act, err));
    out->known = it.act.replayed;
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_transfer_read(reader.txn, it.row.number, &out->row, err));
done:
    cbi_ledger_read_end(&reader);
    cbank_buffer_clear(&it.act.result);
    cbi_free(it.records);
    cbi_free(it.going);
    return status;
}
