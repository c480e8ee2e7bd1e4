/* check_whereabouts.c - where records are: what chains and answers add up to is what rows have. */
#include "bank/check_part.h"

#include <string.h>

#include "bank/dossier.h"
#include "bank/transfer.h"
#include "base/memory.h"
#include "ledger/state.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define OUTCOME(name) CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_##name

static cbank_status wrong(uint64_t where, const char *detail, cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_TRANSFER, where, detail);
}

/* ---- what was offered here --------------------------------------------------------------- */

/* An account's entries, folded, and how each of its offers has ended. */
typedef struct folded {
    cbi_txn *txn;
    cbi_dossier dossier;
    cbi_usage usage;
    struct folded_end {
        cbi_transfer_state state; /* 0: it waits */
        uint64_t newest; /* statement of it; 0: none but the offer */
        uint32_t answers;
        bool returned;
    } *ends; /* one an entry */
} folded;

static cbi_transfer_state state_of(int kind)
{
    switch (kind) {
    case KIND(TRANSFER_ACCEPTED):
        return CBI_TRANSFER_ACCEPTED;
    case KIND(TRANSFER_PARTLY_ACCEPTED):
        return CBI_TRANSFER_PARTLY;
    case KIND(TRANSFER_DECLINED):
        return CBI_TRANSFER_DECLINED;
    case KIND(TRANSFER_EXPIRED):
        return CBI_TRANSFER_EXPIRED;
    default:
        return CBI_TRANSFER_RETURNED;
    }
}

static void collect_ends(folded *it)
{
    for (uint32_t i = 0; i < it->dossier.portfolio.count; i++) {
        const cbi_usage_entry *entry = &it->usage.entries[i];
        const Cbank__V1__TransferEnded *ended = cbi_statement_body(
            &it->dossier.portfolio.statements[i], &cbank__v1__transfer_ended__descriptor);
        uint32_t offer;

        if (ended == NULL ||
            !cbi_usage_find(&it->usage, i, ended->touched_sequence,
                            cbi_message_bytes(ended->touched_leaf), &offer))
            continue;
        it->ends[offer].answers += ended->answer.len > 0;
        if (it->dossier.indices[i] > it->ends[offer].newest)
            it->ends[offer].newest = it->dossier.indices[i];
        if (entry->kind == (int)KIND(TRANSFER_RETURNED))
            it->ends[offer].returned = true;
        else
            it->ends[offer].state = state_of(entry->kind);
    }
}

/* Returned is what has wholly come back. */
static cbi_transfer_state end_of(const folded *it, uint32_t offer)
{
    const struct folded_end *end = &it->ends[offer];
    bool away = false;

    for (uint32_t i = 0; i < it->dossier.portfolio.count; i++)
        away = away || (it->usage.entries[i].offer == offer + 1 &&
                        it->usage.entries[i].where == CBI_WHERE_AWAY);
    if (end->returned && !away)
        return CBI_TRANSFER_RETURNED;
    return end->state == 0 ? CBI_TRANSFER_OFFERED : end->state;
}

static cbank_status compare_offer(const folded *it, uint32_t offer, cbank_error *err)
{
    cbi_transfer_row row;
    cbank_status status =
        cbi_transfer_find(it->txn, &it->usage.entries[offer].leaf, NULL, &row, err);

    if (status == CBANK_E_NOT_FOUND)
        return wrong(it->dossier.indices[offer], "missing", err);
    CBI_TRY(status);
    if (row.state != end_of(it, offer))
        CBI_TRY(wrong(it->dossier.indices[offer], "state", err));
    if (row.answers != it->ends[offer].answers)
        CBI_TRY(wrong(it->dossier.indices[offer], "answers", err));
    if (row.newest != (it->ends[offer].newest == 0 ? row.index : it->ends[offer].newest))
        CBI_TRY(wrong(it->dossier.indices[offer], "newest", err));
done:
    return status;
}

/* Is it this transfer under which the record is not here? */
static bool is_under(const folded *it, uint32_t at, const cbi_transfer_row *row)
{
    const Cbank__V1__CreditReceived *received = cbi_statement_body(
        &it->dossier.portfolio.statements[at], &cbank__v1__credit_received__descriptor);
    uint32_t offer = it->usage.entries[at].offer;

    if (received != NULL)
        return row->incoming && strcmp(row->other, received->origin) == 0 &&
               cbi_bytes_equal(cbi_message_bytes(received->transfer),
                               cbi_bytes_of_hash(&row->transfer));
    return !row->incoming && offer != 0 &&
           cbi_hash_equal(&row->leaf, &it->usage.entries[offer - 1].leaf);
}

static cbank_status compare_record(const folded *it, uint32_t at, cbank_error *err)
{
    uint64_t index = it->dossier.indices[at], number;
    cbi_whereabouts where = CBI_WHERE_HERE;
    cbi_transfer_row row;
    cbank_status status = cbi_transfer_of_record(it->txn, index, &where, &number, err);

    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
    CBI_TRY(status);
    if (where != it->usage.entries[at].where)
        CBI_TRY(wrong(index, "where", err));
    if (where == CBI_WHERE_HERE)
        goto done;
    CBI_TRY(cbi_transfer_read(it->txn, number, &row, err));
    if (!is_under(it, at, &row))
        CBI_TRY(wrong(index, "transfer", err));
done:
    return status;
}

static cbank_status compare(folded *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (uint32_t i = 0; i < it->dossier.portfolio.count; i++) {
        const cbi_usage_entry *entry = &it->usage.entries[i];

        if (entry->entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
            CBI_TRY(compare_record(it, i, err));
        if (entry->kind == (int)KIND(TRANSFER_OFFERED))
            CBI_TRY(compare_offer(it, i, err));
    }
done:
    return status;
}

cbank_status cbi_check_whereabouts(cbi_check *check, cbi_txn *txn, const char *account,
                                   cbank_error *err)
{
    cbi_reader reader = {.txn = txn, .hasher = check->hasher};
    folded it = {.txn = txn};
    cbank_status status = CBANK_OK;
    cbi_state state;

    CBI_TRY(cbi_state_read(txn, &state, err));
    reader.sealed.size = state.frontier.size;
    CBI_TRY(cbi_dossier_read(&reader, account, 0, &it.dossier, err));
    status = cbi_portfolio_fold(&it.dossier.portfolio, &it.usage, err);
    if (status == CBANK_E_STATE || status == CBANK_E_TOO_LARGE)
        status = cbi_check_wrong(err, CBI_REASON_CHECK_CHAIN, CBI_TABLE_RECORD,
                                 it.dossier.indices[0], cbank_reason_name(err->reason));
    CBI_TRY(status);
    CBI_TRY(cbi_alloc(it.dossier.portfolio.count, sizeof(*it.ends), &it.ends, err));
    collect_ends(&it);
    CBI_TRY(compare(&it, err));
done:
    cbi_free(it.ends);
    cbi_usage_clear(&it.usage);
    cbi_dossier_clear(&it.dossier);
    cbi_history_clear(&reader);
    return status;
}

/* ---- what was offered to this bank ------------------------------------------------------- */

static bool lists(const Cbank__V1__TransferAnswer *answer, const cbi_hash *id)
{
    for (size_t i = 0; i < answer->n_records; i++) {
        if (cbi_bytes_equal(cbi_message_bytes(answer->records[i]), cbi_bytes_of_hash(id)))
            return true;
    }
    return false;
}

/* The records of an incoming transfer as its answers have them. */
typedef struct answered {
    cbi_transfer_record records[CBI_TRANSFER_RECORDS_MAX];
    bool gone[CBI_TRANSFER_RECORDS_MAX];
    cbi_transfer_state state;
    size_t here; /* taken, and not given back */
} answered;

/* The first answer takes records, each later one gives some of them back. */
static bool take_answer(answered *it, const cbi_transfer_row *row, bool first,
                        const Cbank__V1__TransferAnswer *answer)
{
    bool returned = answer->outcome == OUTCOME(RETURNED);
    size_t listed = 0;

    if (returned == first || strcmp(answer->to, row->other) != 0 ||
        !cbi_bytes_equal(cbi_message_bytes(answer->offer), cbi_bytes_of_hash(&row->leaf)))
        return false;
    for (size_t i = 0; i < row->records; i++) {
        bool named = lists(answer, &it->records[i].id);

        listed += named;
        if (first && named != (it->records[i].index != 0))
            return false;
        if (!first && named && (it->gone[i] || it->records[i].index == 0))
            return false;
        it->gone[i] = it->gone[i] || (!first && named);
    }
    if (listed != answer->n_records)
        return false;
    it->here = first ? listed : it->here - listed;
    if (first)
        it->state = (cbi_transfer_state)(answer->outcome + 1); /* the same, behind OFFERED */
    else if (it->here == 0)
        it->state = CBI_TRANSFER_RETURNED;
    return true;
}

static cbank_status read_answers(answered *it, cbi_check *check, cbi_txn *txn,
                                 const cbi_transfer_row *row, cbank_error *err)
{
    Cbank__V1__TransferAnswer *answer = NULL;
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    uint64_t index;

    for (uint32_t i = 0; i < row->answers; i++) {
        cbank_buffer_clear(&bytes);
        cbi_message_free(answer);
        answer = NULL;
        CBI_TRY(cbi_transfer_get_answer(txn, row, i, &index, &bytes, err));
        CBI_TRY(cbi_message_parse(&cbank__v1__transfer_answer__descriptor,
                                  cbi_bytes_of_buffer(&bytes), &answer, err));
        if ((i == 0 && index != row->index) || !take_answer(it, row, i == 0, answer))
            CBI_TRY(wrong(check->row, "answer", err));
        if (i + 1 == row->answers && index != row->newest)
            CBI_TRY(wrong(check->row, "newest", err));
    }
    if (row->answers == 0 || row->state != it->state)
        CBI_TRY(wrong(check->row, "state", err));
done:
    cbi_message_free(answer);
    cbank_buffer_clear(&bytes);
    return status;
}

/* A record that was taken is what this transfer brought, and not here if it went back. */
static cbank_status compare_taken(cbi_check *check, cbi_txn *txn, const cbi_transfer_row *row,
                                  const cbi_transfer_record *record, bool gone, cbank_error *err)
{
    cbi_whereabouts where = CBI_WHERE_HERE;
    cbi_holding holding = {0};
    cbank_status status;
    uint64_t number;

    status = cbi_holding_read(txn, check->hasher, record->index, &holding, err);
    if (status == CBANK_E_NOT_FOUND) /* erased, with its account */
        return CBANK_OK;
    CBI_TRY(status);
    if (holding.received == NULL || !cbi_hash_equal(&holding.id, &record->id) ||
        strcmp(holding.received->origin, row->other) != 0 ||
        !cbi_bytes_equal(cbi_message_bytes(holding.received->transfer),
                         cbi_bytes_of_hash(&row->transfer)))
        CBI_TRY(wrong(check->row, "record", err));
    status = cbi_transfer_of_record(txn, record->index, &where, &number, err);
    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
    CBI_TRY(status);
    if (gone != (where == CBI_WHERE_AWAY && number == row->number))
        CBI_TRY(wrong(check->row, "where", err));
done:
    cbi_holding_clear(&holding);
    return status;
}

cbank_status cbi_check_incoming(cbi_check *check, cbi_txn *txn, const cbi_transfer_row *row,
                                cbank_error *err)
{
    answered *it = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(1, sizeof(*it), &it, err));
    CBI_TRY(cbi_transfer_records(txn, row, it->records, err));
    CBI_TRY(read_answers(it, check, txn, row, err));
    for (size_t i = 0; i < row->records; i++) {
        if (it->records[i].index != 0)
            CBI_TRY(compare_taken(check, txn, row, &it->records[i], it->gone[i], err));
    }
done:
    cbi_free(it);
    return status;
}
