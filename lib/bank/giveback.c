/* giveback.c - records that came from another bank go back to it. */
#include "bank/receive_part.h"

#include <string.h>

#include "bank/errand.h"
#include "bank/family.h"
#include "bank/recognition.h"
#include "base/memory.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define OUTCOME(name) CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_##name

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

/*
 * A recognition that uses a record holds it; and what its institution has revoked or replaced here
 * would hold again there.
 */
static cbank_status check_going(cbi_txn *txn, cbi_hasher *hasher, uint64_t index, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_holding_read(txn, hasher, index, &holding, err));
    if (holding.state != CBI_RECORD_HELD)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_NOT_HELD, index, holding.record->reference, NULL));
    CBI_TRY(check_free(txn, index, err));
done:
    cbi_holding_clear(&holding);
    return status;
}

/* What is here of it, and asked for. */
static cbank_status choose(return_act *it, cbi_txn *txn, cbi_hasher *hasher,
                           cbank_error *err)
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
        CBI_TRY(check_going(txn, hasher, it->records[i].index, err));
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
    CBI_TRY(choose(it, append->txn, append->hasher, err));
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
        CBI_TRY(choose(it, reader.txn, reader.hasher, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/* What is asked, for the token. */
static cbank_status digest(return_act *it, const char *id, cbank_error *err)
{
    cbi_bytes parts[4 + CBI_TRANSFER_RECORDS_MAX];
    size_t count = 4;

    if (it->only_count > CBI_TRANSFER_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_TRANSFER_LARGE, CBI_TRANSFER_RECORDS_MAX, id, NULL);
    parts[0] = cbi_bytes_of_text("return");
    parts[1] = cbi_bytes_of_text(id);
    parts[2] = cbi_message_text(it->order->reason);
    parts[3] = cbi_message_text(it->order->document);
    for (size_t i = 0; i < it->only_count; i++)
        parts[count++] = cbi_bytes_of_text(it->only[i]);
    return cbi_errand_digest(it->bank, parts, count, &it->act.request, err);
}

cbank_status cbi_receive_return(cbi_bank *bank, const char *id, char *const *only,
                                size_t only_count, const cbi_order *order, cbi_received *out,
                                cbank_error *err)
{
    return_act it = {.bank = bank, .order = order, .only = only, .only_count = only_count};
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
    CBI_TRY(digest(&it, id, err));
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
