#include "bank/accountstate.h"

#include "bank/consent.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

typedef struct state_act {
    cbi_act act;
    const cbi_bank *bank;
    const char *account;
    int kind;
    const cbi_order *order;
} state_act;

/* The life that the account would have, if it may. */
static cbank_status judge(cbi_txn *txn, const state_act *change, cbi_life *next, cbank_error *err)
{
    cbi_lifecycle life = {.subject = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_account_life(txn, change->account, &life.life, err));
    CBI_TRY(cbi_lifecycle_step(&life, change->kind, err));
    CBI_TRY(cbi_vault_check_room(txn, change->account, change->order->note, 0, err));
    *next = life.life;
done:
    cbi_error_name(err, change->account);
    return status;
}

static cbank_status check_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    cbi_life next;

    return judge(append->txn, (const state_act *)(const void *)act, &next, err);
}

/* `body` is what it lends. */
static cbi_errand_statement statement_of(const state_act *change,
                                         Cbank__V1__AccountChanged *body)
{
    cbank__v1__account_changed__init(body);
    body->account = cbi_message_string(change->account);
    return (cbi_errand_statement){.subject = cbi_account_subject(change->account),
                                  .kind = change->kind,
                                  .actor = change->order->actor,
                                  .approver = change->order->approver,
                                  .reason = change->order->reason,
                                  .document = change->order->document,
                                  .body = body};
}

static cbank_status write_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const state_act *change = (const state_act *)(const void *)act;
    Cbank__V1__AccountChanged body;
    cbi_errand_statement statement = statement_of(change, &body);
    cbi_note_seal seal = {0};
    cbank_status status = CBANK_OK;
    uint64_t index;
    cbi_life next;

    CBI_TRY(judge(append->txn, change, &next, err));
    CBI_TRY(cbi_order_state(append->hasher, change->order, cbi_bytes_of(act->token, CBI_TOKEN_SIZE),
                            &seal, &statement, err));
    CBI_TRY(cbi_errand_append(append, &statement, &index, NULL, err));
    CBI_TRY(cbi_vault_add_note(change->bank, append->txn, change->account, index, &seal.random,
                               seal.text, err));
    CBI_TRY(cbi_account_put_life(append->txn, change->account, next, err));
    if (next == CBI_LIFE_CLOSED || next == CBI_LIFE_DECEASED)
        CBI_TRY(cbi_consent_end_all(append, change->account,
                                    cbi_bytes_of(act->token, CBI_TOKEN_SIZE), err));
done:
    return status;
}

static cbank_status judge_only(cbi_bank *bank, const state_act *change, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_life next;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(judge(reader.txn, change, &next, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_account_change(cbi_bank *bank, const char *account, int kind,
                                const cbi_order *order, cbank_error *err)
{
    state_act change = {.bank = bank, .account = account, .kind = kind, .order = order};
    cbi_bytes about = cbi_bytes_of_text(account);
    cbi_errand_statement statement;
    Cbank__V1__AccountChanged body;
    cbank_status status = CBANK_OK;

    if (!cbi_account_is_valid(about))
        CBI_TRY(cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, account, NULL));
    CBI_TRY(cbi_order_check(order, err));
    CBI_TRY(cbi_errand_token(order->token, change.act.token, err));
    statement = statement_of(&change, &body);
    CBI_TRY(cbi_errand_try(&statement, err));
    if (order->dry_run)
        return judge_only(bank, &change, err);
    CBI_TRY(cbi_order_digest(bank, order, cbi_kind_find(kind)->word, &about, 1,
                             &change.act.request, err));
    change.act.now = order->now;
    change.act.takes_away = kind == KIND(ACCOUNT_CLOSED);
    change.act.check = check_act;
    change.act.write = write_act;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &change.act, err));
done:
    cbank_buffer_clear(&change.act.result);
    return status;
}
