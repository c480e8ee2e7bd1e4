#include "bank/acknowledge.h"

#include <string.h>

#include "bank/account.h"
#include "bank/errand.h"
#include "bank/family.h"
#include "base/memory.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define OUTCOME(name) CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_##name

typedef struct ack_act {
    cbi_act act;
    cbi_bank *bank;
    const cbi_answer *answer;
    const cbi_order *order;
    cbi_transfer_row row;
    cbi_transfer_record *records;
    bool *named; /* one a record: the answer lists it */
    size_t named_count;
} ack_act;

/* What each outcome is in the log and of the transfer. */
static const struct {
    Cbank__V1__TransferOutcome outcome;
    Cbank__V1__StatementKind kind;
    cbi_transfer_state state;
    bool lists; /* the records that went, or came back */
} ENDS[] = {
    {OUTCOME(ACCEPTED), KIND(TRANSFER_ACCEPTED), CBI_TRANSFER_ACCEPTED, false},
    {OUTCOME(PARTLY), KIND(TRANSFER_PARTLY_ACCEPTED), CBI_TRANSFER_PARTLY, true},
    {OUTCOME(DECLINED), KIND(TRANSFER_DECLINED), CBI_TRANSFER_DECLINED, false},
    {OUTCOME(EXPIRED), KIND(TRANSFER_EXPIRED), CBI_TRANSFER_EXPIRED, false},
    {OUTCOME(RETURNED), KIND(TRANSFER_RETURNED), CBI_TRANSFER_RETURNED, true},
};
#define END_COUNT (sizeof(ENDS) / sizeof(ENDS[0]))

static size_t end_of(Cbank__V1__TransferOutcome outcome)
{
    size_t i = 0;

    while (i + 1 < END_COUNT && ENDS[i].outcome != outcome)
        i++;
    return i;
}

/* ---- the check --------------------------------------------------------------------------- */

static cbank_status other(const ack_act *it, const char *what, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_TRANSFER_OTHER, 0, it->answer->message->origin, "%s", what);
}

/* The answer names records of the offer only, each once; all of them, if it is accepted. */
static cbank_status mark_records(ack_act *it, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__TransferAnswer *said = it->answer->message;
    cbank_status status = CBANK_OK;

    it->named_count = 0;
    CBI_TRY(cbi_transfer_records(txn, &it->row, it->records, err));
    for (size_t r = 0; r < it->row.records; r++) {
        it->named[r] = false;
        for (size_t i = 0; i < said->n_records; i++)
            it->named[r] = it->named[r] ||
                           cbi_bytes_equal(cbi_message_bytes(said->records[i]),
                                           cbi_bytes_of_hash(&it->records[r].id));
        it->named_count += it->named[r];
    }
    if (it->named_count != said->n_records ||
        (said->outcome == OUTCOME(ACCEPTED) && it->named_count != it->row.records))
        CBI_TRY(other(it, "records", err));
done:
    return status;
}

/* What comes back must be there. */
static cbank_status check_away(const ack_act *it, cbi_txn *txn, cbank_error *err)
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

static cbank_status judge(ack_act *it, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__TransferAnswer *said = it->answer->message;
    bool returned = said->outcome == OUTCOME(RETURNED);
    cbank_status status = CBANK_OK;
    cbi_hash leaf = {{0}};

    if (strcmp(said->to, it->bank->config.origin) != 0)
        return other(it, said->to, err);
    (void)cbi_hash_from(cbi_message_bytes(said->offer), &leaf); /* checked: 32 */
    CBI_TRY(cbi_transfer_find(txn, &leaf, NULL, &it->row, err));
    if (strcmp(it->row.other, said->origin) != 0)
        CBI_TRY(other(it, it->row.other, err));
    if (returned != (it->row.state == CBI_TRANSFER_ACCEPTED ||
                     it->row.state == CBI_TRANSFER_PARTLY) ||
        (!returned && it->row.state != CBI_TRANSFER_OFFERED))
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_ANSWERED, it->row.number, it->row.other, "%d",
                         (int)it->row.state));
    CBI_TRY(mark_records(it, txn, err));
    if (returned)
        CBI_TRY(check_away(it, txn, err));
done:
    return status;
}

static cbank_status check_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    ack_act *it = (ack_act *)(void *)act;

    if (cbi_transfer_has_taken(append->txn, &it->answer->digest))
        return cbi_fail(err, CBI_REASON_TRANSFER_ANSWERED, 0, it->answer->message->origin, "%s",
                        "known");
    return judge(it, append->txn, err);
}

/* ---- the write --------------------------------------------------------------------------- */

/* By the entries that the offer named: deposits of this bank. */
static cbank_status write_statement(ack_act *it, cbi_append *append, uint64_t *index,
                                    cbank_error *err)
{
    size_t end = end_of(it->answer->message->outcome);
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
    body.answer = cbi_message_data(cbi_bytes_of_hash(&it->answer->digest));
    CBI_TRY(cbi_errand_append(append,
                              &(cbi_errand_statement){
                                  .subject = cbi_account_subject(root.digits),
                                  .kind = ENDS[end].kind,
                                  .token = cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE),
                                  .body = &body},
                              index, NULL, err));
done:
    cbi_holding_clear(&holding);
    cbi_free(refs);
    cbi_free(list);
    cbi_free(leaves);
    return status;
}

static cbank_status move_records(ack_act *it, cbi_append *append, size_t *left, cbank_error *err)
{
    bool returned = it->answer->message->outcome == OUTCOME(RETURNED);
    cbank_status status = CBANK_OK;
    cbi_whereabouts where;
    uint64_t number;

    *left = 0;
    for (size_t r = 0; r < it->row.records; r++) {
        if (!returned || it->named[r])
            CBI_TRY(cbi_transfer_put_where(
                append->txn, it->records[r].index,
                it->named[r] && !returned ? CBI_WHERE_AWAY : CBI_WHERE_HERE, it->row.number, err));
        status = cbi_transfer_of_record(append->txn, it->records[r].index, &where, &number, err);
        *left += status == CBANK_OK && number == it->row.number;
        if (status == CBANK_E_NOT_FOUND)
            status = CBANK_OK;
        CBI_TRY(status);
    }
done:
    return status;
}

static cbank_status write_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    ack_act *it = (ack_act *)(void *)act;
    size_t end = end_of(it->answer->message->outcome), left;
    cbank_status status = CBANK_OK;
    uint64_t index;

    CBI_TRY(write_statement(it, append, &index, err));
    CBI_TRY(move_records(it, append, &left, err));
    if (ENDS[end].state != CBI_TRANSFER_RETURNED || left == 0)
        it->row.state = ENDS[end].state;
    it->row.newest = index;
    it->row.answered_at = append->at;
    CBI_TRY(cbi_transfer_put_answer(append->txn, &it->row, index,
                                    cbi_message_bytes(it->answer->receipt->answer), err));
    CBI_TRY(cbi_transfer_write(append->txn, &it->row, err));
    CBI_TRY(cbi_transfer_put_taken(append->txn, &it->answer->digest, it->row.number, err));
done:
    return status;
}

/* ---- all --------------------------------------------------------------------------------- */

static cbank_status look(ack_act *it, bool *known, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_hash leaf = {{0}};

    (void)cbi_hash_from(cbi_message_bytes(it->answer->message->offer), &leaf);
    if (strcmp(it->answer->message->to, it->bank->config.origin) != 0) /* as its own would be */
        return other(it, it->answer->message->to, err);
    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    *known = cbi_transfer_has_taken(reader.txn, &it->answer->digest);
    if (*known)
        CBI_TRY(cbi_transfer_find(reader.txn, &leaf, NULL, &it->row, err));
    else
        CBI_TRY(judge(it, reader.txn, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_acknowledge(cbi_bank *bank, const cbi_answer *answer, const cbi_order *order,
                             cbi_transfer_row *out, bool *known, cbank_error *err)
{
    ack_act it = {.bank = bank, .answer = answer, .order = order};
    cbank_error why = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(CBI_TRANSFER_RECORDS_MAX, sizeof(*it.records), &it.records, err));
    CBI_TRY(cbi_alloc(CBI_TRANSFER_RECORDS_MAX, sizeof(*it.named), &it.named, err));
    CBI_TRY(look(&it, known, err));
    if (*known)
        CBI_TRY(cbi_ledger_seal(bank->ledger, err));
    if (*known || order->dry_run)
        goto done;
    it.act.request = answer->digest;
    CBI_TRY(cbi_errand_token(order->token.size == 0 ? cbi_bytes_of(answer->digest.bytes, 16)
                                                    : order->token,
                             it.act.token, err));
    it.act.now = order->now;
    it.act.check = check_act;
    it.act.write = write_act;
    status = cbi_ledger_submit(bank->ledger, &it.act, &why);
    /* Another caller brought the same receipt in the meantime. */
    if (status == CBANK_E_CONFLICT && strcmp(why.detail, "known") == 0)
        status = CBANK_OK;
    if (status != CBANK_OK && err != NULL)
        *err = why;
    CBI_TRY(status);
    CBI_TRY(look(&it, known, err));
    *known = it.act.replayed || why.reason != 0;
done:
    if (status == CBANK_OK)
        *out = it.row;
    cbank_buffer_clear(&it.act.result);
    cbi_free(it.records);
    cbi_free(it.named);
    return status;
}
