/* outside_settle.c - what the bank has noted from outside changes, on its own word. */
#include "bank/outside.h"

#include "bank/family.h"
#include "bank/reach.h"
#include "bank/vault.h"
#include "base/text.h"

#define ACTION(name) CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_##name

typedef struct settle_act {
    cbi_act act;
    cbi_bank *bank;
    cbi_bytes id; /* lent */
    Cbank__V1__RecognitionAction action;
    const cbi_order *order;
    cbi_recognition_row row;
    cbi_account goes_on; /* on whose chain the statement will be */
} settle_act;

static cbank_status judge(settle_act *it, cbi_txn *txn, cbi_hasher *hasher, cbank_error *err)
{
    char id[2 * CBI_HASH_SIZE + 1];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_recognition_search(txn, it->id, &it->row, err));
    cbi_hex_encode(cbi_bytes_of(it->row.id.bytes, 8), id);
    if (!cbi_recognition_is_noted(&it->row))
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_SIGNED, 0, it->row.institution, NULL));
    CBI_TRY(cbi_conversion_judge(txn, hasher, &it->row, cbi_conversion_kind_of(it->action), err));
    CBI_TRY(cbi_family_root(txn, it->row.account.digits, &it->goes_on, err));
    CBI_TRY(cbi_vault_check_room(txn, it->goes_on.digits, it->order->note, 0, err));
done:
    if (status == CBANK_E_STATE)
        cbi_error_name(err, id);
    return status;
}

static cbank_status check_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge((settle_act *)(void *)act, append->txn, append->hasher, err);
}

static cbank_status write_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    settle_act *it = (settle_act *)(void *)act;
    cbi_bytes token = cbi_bytes_of(act->token, CBI_TOKEN_SIZE);
    cbi_errand_statement said = {.kind = 0};
    cbi_note_seal seal = {0};
    cbank_status status = CBANK_OK;
    uint64_t index;

    CBI_TRY(cbi_order_state(append->hasher, it->order, token, &seal, &said, err));
    CBI_TRY(cbi_conversion_write(append, &it->row, cbi_conversion_kind_of(it->action), NULL, &said,
                                 &index, err));
    CBI_TRY(cbi_vault_add_note(it->bank, append->txn, it->goes_on.digits, index, &seal.random,
                               seal.text, err));
    if (it->action != ACTION(REINSTATE))
        CBI_TRY(cbi_reach_shake_recognition(append, it->row.number, token, err));
    CBI_TRY(cbi_buffer_set(&act->result, cbi_bytes_of_hash(&it->row.id), err));
done:
    return status;
}

/* The statement that it will be can be made. */
static cbank_status try_statement(const settle_act *it, cbank_error *err)
{
    Cbank__V1__ConversionChanged body = CBANK__V1__CONVERSION_CHANGED__INIT;
    cbi_hash leaf = {{0}};
    cbank_status status = CBANK_OK;
    cbi_account any;

    CBI_TRY(cbi_account_make(1, &any, err));
    body.account = any.digits;
    body.touched_sequence = 1;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&leaf));
    CBI_TRY(cbi_errand_try(
        &(cbi_errand_statement){.kind = cbi_conversion_kind_of(it->action),
                                .actor = it->order->actor,
                                .approver = it->order->approver,
                                .reason = it->order->reason,
                                .document = it->order->document,
                                .body = &body},
        err));
done:
    return status;
}

static cbank_status judge_only(settle_act *it, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    CBI_TRY(judge(it, reader.txn, reader.hasher, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_outside_settle(cbi_bank *bank, cbi_bytes id, Cbank__V1__RecognitionAction action,
                                const cbi_order *order, cbi_recognised *out, cbank_error *err)
{
    settle_act it = {.bank = bank, .id = id, .action = action, .order = order};
    uint8_t number[1] = {(uint8_t)action};
    const cbi_bytes parts[2] = {id, cbi_bytes_of(number, sizeof(number))};
    cbank_status status = CBANK_OK;

    *out = (cbi_recognised){0};
    if (action < ACTION(SUSPEND) || action > ACTION(REVERSE))
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "action", NULL));
    CBI_TRY(cbi_order_check(order, err));
    CBI_TRY(try_statement(&it, err));
    CBI_TRY(cbi_errand_token(order->token, it.act.token, err));
    CBI_TRY(cbi_order_digest(bank, order, "recognition settle", parts, 2, &it.act.request, err));
    if (order->dry_run) {
        CBI_TRY(judge_only(&it, err));
        out->row = it.row;
        goto done;
    }
    it.act.now = order->now;
    it.act.check = check_act;
    it.act.write = write_act;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &it.act, err));
    out->known = it.act.replayed;
    if (cbi_hash_from(cbi_bytes_of_buffer(&it.act.result), &it.row.id))
        CBI_TRY(cbi_conversion_reread(bank, &it.row.id, &out->row, err));
done:
    cbank_buffer_clear(&it.act.result);
    return status;
}
