/* answering.c - answers of this bank: stated, kept, proven by a receipt. */
#include "bank/receive_part.h"

#include "bank/errand.h"
#include "bank/keyring.h"
#include "base/memory.h"
#include "proof/answer.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define OUTCOME(name) CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_##name

/* ---- saying ------------------------------------------------------------------------------- */

/* Lists of a message; freed with cbi_free. */
typedef struct lists {
    ProtobufCBinaryData *records;
    Cbank__V1__Code *reasons;
    Cbank__V1__TransferRefusal *refusals;
    Cbank__V1__TransferRefusal **refusal_list;
} lists;

static cbank_status fill_lists(const cbi_receive_answer *from, lists *it,
                               Cbank__V1__TransferAnswer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(from->count + 1, sizeof(*it->records), &it->records, err));
    CBI_TRY(cbi_alloc(from->refused_count + 1, sizeof(*it->reasons), &it->reasons, err));
    CBI_TRY(cbi_alloc(from->refused_count + 1, sizeof(*it->refusals), &it->refusals, err));
    CBI_TRY(cbi_alloc(from->refused_count + 1, sizeof(*it->refusal_list), &it->refusal_list, err));
    for (size_t i = 0; i < from->count; i++)
        it->records[i] = cbi_message_data(cbi_bytes_of_hash(&from->records[i]));
    for (size_t i = 0; i < from->refused_count; i++) {
        cbank__v1__transfer_refusal__init(&it->refusals[i]);
        it->refusals[i].record = cbi_message_data(cbi_bytes_of_hash(&from->refused[i].record));
        (void)cbi_errand_reason(from->refused[i].reason, &it->reasons[i]);
        it->refusals[i].reason = &it->reasons[i];
        it->refusal_list[i] = &it->refusals[i];
    }
    out->records = it->records;
    out->n_records = from->count;
    out->refusals = it->refusal_list;
    out->n_refusals = from->refused_count;
done:
    return status;
}

/* The reason of the whole: as it was given; else what each record was refused for. */
static const char *reason_of(const cbi_receive_answer *from)
{
    if (from->order->reason != NULL && from->order->reason[0] != '\0')
        return from->order->reason;
    return from->count == 0 && from->refused_count > 0 ? from->refused[0].reason : "not-taken";
}

/* The bytes of the answer, appended. */
static cbank_status make(const cbi_bank *bank, const cbi_append *append,
                         const cbi_transfer_row *row, const cbi_receive_answer *from,
                         cbank_buffer *out, cbank_error *err)
{
    Cbank__V1__TransferAnswer answer = CBANK__V1__TRANSFER_ANSWER__INIT;
    uint8_t salt[CBI_SALT_SIZE];
    lists all = {0};
    Cbank__V1__Code reason;
    cbank_status status = CBANK_OK;

    (void)cbi_errand_reason(reason_of(from), &reason);
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
    CBI_TRY(fill_lists(from, &all, &answer, err));
    CBI_TRY(cbi_answer_build(&answer, out, err));
done:
    cbi_free(all.records);
    cbi_free(all.reasons);
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
    row->newest = index;
    row->answered_at = append->at;
    CBI_TRY(cbi_transfer_put_answer(append->txn, row, index, cbi_bytes_of_buffer(&bytes), err));
    CBI_TRY(cbi_transfer_put_taken(append->txn, &digest, row->number, err));
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
