#include "bank/acknowledge.h"

#include <string.h>

#include "bank/ending.h"

#define OUTCOME(name) CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_##name

typedef struct ack_act {
    cbi_act act;
    cbi_bank *bank;
    const cbi_answer *answer;
    const cbi_order *order;
    cbi_ending ending;
} ack_act;

static cbi_transfer_state state_of(Cbank__V1__TransferOutcome outcome)
{
    return (cbi_transfer_state)(outcome + 1); /* the same, behind OFFERED */
}

/* ---- the check --------------------------------------------------------------------------- */

static cbank_status other(const ack_act *it, const char *what, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_TRANSFER_OTHER, 0, it->answer->message->origin, "%s", what);
}

/* The answer names records of the offer only, each once; all of them, if it is accepted. */
static cbank_status name_records(ack_act *it, cbank_error *err)
{
    const Cbank__V1__TransferAnswer *said = it->answer->message;
    cbi_ending *ending = &it->ending;

    for (size_t r = 0; r < ending->row.records; r++) {
        for (size_t i = 0; i < said->n_records && !ending->named[r]; i++)
            ending->named[r] = cbi_bytes_equal(cbi_message_bytes(said->records[i]),
                                               cbi_bytes_of_hash(&ending->records[r].id));
        ending->named_count += ending->named[r];
    }
    if (ending->named_count != said->n_records ||
        (said->outcome == OUTCOME(ACCEPTED) && ending->named_count != ending->row.records))
        return other(it, "records", err);
    return CBANK_OK;
}

static cbank_status judge(ack_act *it, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__TransferAnswer *said = it->answer->message;
    cbi_ending *ending = &it->ending;
    cbank_status status = CBANK_OK;
    cbi_hash leaf = {{0}};

    ending->state = state_of(said->outcome);
    (void)cbi_hash_from(cbi_message_bytes(said->offer), &leaf); /* checked: 32 */
    CBI_TRY(cbi_transfer_find(txn, &leaf, NULL, &ending->row, err));
    if (strcmp(ending->row.other, said->origin) != 0)
        CBI_TRY(other(it, ending->row.other, err));
    CBI_TRY(cbi_ending_read(txn, ending, err));
    CBI_TRY(name_records(it, err));
    CBI_TRY(cbi_ending_judge(txn, ending, err));
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

static cbank_status write_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    ack_act *it = (ack_act *)(void *)act;
    const cbi_ending_ground ground = {.answer = &it->answer->digest,
                                      .bytes = cbi_message_bytes(it->answer->receipt->answer),
                                      .token = cbi_bytes_of(act->token, CBI_TOKEN_SIZE)};

    return cbi_ending_write(append, &it->ending, &ground, err);
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
        CBI_TRY(cbi_transfer_find(reader.txn, &leaf, NULL, &it->ending.row, err));
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

    CBI_TRY(cbi_ending_open(&it.ending, err));
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
        *out = it.ending.row;
    cbank_buffer_clear(&it.act.result);
    cbi_ending_clear(&it.ending);
    return status;
}
