#include "bank/ending.h"

#include "bank/account.h"
#include "bank/family.h"
#include "base/memory.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* What each end is in the log. */
static const struct {
    cbi_transfer_state state;
    Cbank__V1__StatementKind kind;
    bool lists; /* the records that went, or came back */
} ENDS[] = {
    {CBI_TRANSFER_ACCEPTED, KIND(TRANSFER_ACCEPTED), false},
    {CBI_TRANSFER_PARTLY, KIND(TRANSFER_PARTLY_ACCEPTED), true},
    {CBI_TRANSFER_DECLINED, KIND(TRANSFER_DECLINED), false},
    {CBI_TRANSFER_EXPIRED, KIND(TRANSFER_EXPIRED), false},
    {CBI_TRANSFER_RETURNED, KIND(TRANSFER_RETURNED), true},
};
#define END_COUNT (sizeof(ENDS) / sizeof(ENDS[0]))

static size_t end_of(cbi_transfer_state state)
{
    size_t i = 0;

    while (i + 1 < END_COUNT && ENDS[i].state != state)
        i++;
    return i;
}

cbank_status cbi_ending_open(cbi_ending *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(CBI_TRANSFER_RECORDS_MAX, sizeof(*out->records), &out->records, err));
    CBI_TRY(cbi_alloc(CBI_TRANSFER_RECORDS_MAX, sizeof(*out->named), &out->named, err));
done:
    return status;
}

void cbi_ending_clear(cbi_ending *ending)
{
    cbi_free(ending->records);
    cbi_free(ending->named);
    *ending = (cbi_ending){.records = NULL};
}

/* ---- the check ----------------------------------------------------------------------------- */

cbank_status cbi_ending_read(cbi_txn *txn, cbi_ending *it, cbank_error *err)
{
    it->named_count = 0;
    for (size_t r = 0; r < it->row.records; r++)
        it->named[r] = false;
    return cbi_transfer_records(txn, &it->row, it->records, err);
}

/* What comes back must be there. */
static cbank_status check_away(const cbi_ending *it, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_whereabouts where;
    uint64_t number;

    for (size_t r = 0; r < it->row.records; r++) {
        if (!it->named[r])
            continue;
        status = cbi_transfer_of_record(txn, it->records[r].index, &where, &number, err);
        if (status == CBANK_E_NOT_FOUND ||
            (status == CBANK_OK && (where != CBI_WHERE_AWAY || number != it->row.number)))
            status = cbi_fail(err, CBI_REASON_TRANSFER_STATE, it->records[r].index,
                              it->row.other, "%s", "returned");
        CBI_TRY(status);
    }
done:
    return status;
}

cbank_status cbi_ending_judge(cbi_txn *txn, const cbi_ending *it, cbank_error *err)
{
    bool returned = it->state == CBI_TRANSFER_RETURNED;
    bool went = it->row.state == CBI_TRANSFER_ACCEPTED || it->row.state == CBI_TRANSFER_PARTLY;

    if (returned ? !went : it->row.state != CBI_TRANSFER_OFFERED)
        return cbi_fail(err, CBI_REASON_TRANSFER_ANSWERED, it->row.number, it->row.other, "%d",
                        (int)it->row.state);
    return returned ? check_away(it, txn, err) : CBANK_OK;
}

/* ---- the write ----------------------------------------------------------------------------- */

/* By the entries that the offer named: deposits of this bank. */
static cbank_status write_statement(cbi_append *append, const cbi_ending *it,
                                    const cbi_ending_ground *ground, uint64_t *index,
                                    cbank_error *err)
{
    size_t end = end_of(it->state);
    Cbank__V1__TransferEnded body = CBANK__V1__TRANSFER_ENDED__INIT;
    Cbank__V1__EntryRef *refs = NULL, **list = NULL;
    cbi_hash *leaves = NULL;
    cbi_holding holding = {0};
    cbi_account root;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(it->named_count + 1, sizeof(*refs), &refs, err));
    CBI_TRY(cbi_alloc(it->named_count + 1, sizeof(*list), &list, err));
    CBI_TRY(cbi_alloc(it->named_count + 1, sizeof(*leaves), &leaves, err));
    for (size_t r = 0; ENDS[end].lists && r < it->row.records; r++) {
        size_t n = body.n_records;

        if (!it->named[r])
            continue;
        CBI_TRY(cbi_holding_read(append->txn, append->hasher, it->records[r].index, &holding,
                                 err));
        leaves[n] = holding.leaf;
        cbank__v1__entry_ref__init(&refs[n]);
        refs[n].sequence = holding.sequence;
        refs[n].leaf = cbi_message_data(cbi_bytes_of_hash(&leaves[n]));
        list[n] = &refs[n];
        body.n_records++;
        cbi_holding_clear(&holding);
    }
    CBI_TRY(cbi_family_root(append->txn, it->row.account.digits, &root, err));
    body.account = root.digits;
    body.touched_sequence = it->row.sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&it->row.leaf));
    body.records = list;
    if (ground->answer != NULL)
        body.answer = cbi_message_data(cbi_bytes_of_hash(ground->answer));
    CBI_TRY(cbi_errand_append(append,
                              &(cbi_errand_statement){
                                  .subject = cbi_account_subject(root.digits),
                                  .kind = ENDS[end].kind,
                                  .actor = ground->actor,
                                  .document = ground->document,
                                  .token = ground->token,
                                  .body = &body},
                              index, NULL, err));
done:
    cbi_holding_clear(&holding);
    cbi_free(refs);
    cbi_free(list);
    cbi_free(leaves);
    return status;
}

/* `left`: of the records, how many are still out under this offer. */
static cbank_status move_records(cbi_append *append, const cbi_ending *it, size_t *left,
                                 cbank_error *err)
{
    bool returned = it->state == CBI_TRANSFER_RETURNED;
    bool all = it->state == CBI_TRANSFER_ACCEPTED;
    cbank_status status = CBANK_OK;
    cbi_whereabouts where;
    uint64_t number;

    *left = 0;
    for (size_t r = 0; r < it->row.records; r++) {
        bool goes = (it->named[r] || all) && !returned;

        if (!returned || it->named[r])
            CBI_TRY(cbi_transfer_put_where(append->txn, it->records[r].index,
                                           goes ? CBI_WHERE_AWAY : CBI_WHERE_HERE, it->row.number,
                                           err));
        status = cbi_transfer_of_record(append->txn, it->records[r].index, &where, &number, err);
        *left += status == CBANK_OK && number == it->row.number;
        if (status == CBANK_E_NOT_FOUND)
            status = CBANK_OK;
        CBI_TRY(status);
    }
done:
    return status;
}

cbank_status cbi_ending_write(cbi_append *append, cbi_ending *it, const cbi_ending_ground *ground,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t index;
    size_t left;

    CBI_TRY(write_statement(append, it, ground, &index, err));
    CBI_TRY(move_records(append, it, &left, err));
    if (it->state != CBI_TRANSFER_RETURNED || left == 0)
        it->row.state = it->state;
    it->row.newest = index;
    it->row.answered_at = append->at;
    if (ground->answer != NULL) {
        CBI_TRY(cbi_transfer_put_answer(append->txn, &it->row, index, ground->bytes, err));
        CBI_TRY(cbi_transfer_put_taken(append->txn, ground->answer, it->row.number, err));
    }
    CBI_TRY(cbi_transfer_write(append->txn, &it->row, err));
done:
    return status;
}
