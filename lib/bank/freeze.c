#include "bank/account.h"

#include "bank/errand.h"

typedef struct change_act {
    cbi_act act;
    const char *account;
    bool freeze;
    const char *reason;
    const char *document;
} change_act;

static int change_kind(const change_act *change)
{
    return change->freeze ? CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_FROZEN
                          : CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_UNFROZEN;
}

static cbank_status judge_change(cbi_txn *txn, const change_act *change, cbank_error *err)
{
    cbi_lifecycle life = {.subject = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_account_life(txn, change->account, &life.life, err));
    CBI_TRY(cbi_lifecycle_step(&life, change_kind(change), err));
done:
    cbi_error_name(err, change->account);
    return status;
}

static cbank_status check_change_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge_change(append->txn, (const change_act *)(const void *)act, err);
}

/* `body` is what it lends. */
static cbi_errand_statement change_statement(const change_act *change,
                                             Cbank__V1__AccountChanged *body)
{
    cbank__v1__account_changed__init(body);
    body->account = cbi_message_string(change->account);
    return (cbi_errand_statement){
        .subject = cbi_account_subject(change->account),
        .kind = change_kind(change),
        .reason = change->reason,
        .document = change->document,
        .token = cbi_bytes_of(change->act.token, sizeof(change->act.token)),
        .body = body};
}

static cbank_status write_change_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const change_act *change = (const change_act *)(const void *)act;
    Cbank__V1__AccountChanged body;
    cbi_errand_statement statement = change_statement(change, &body);
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_errand_append(append, &statement, NULL, NULL, err));
    CBI_TRY(cbi_account_put_life(append->txn, change->account,
                                 change->freeze ? CBI_LIFE_FROZEN : CBI_LIFE_ACTIVE, err));
done:
    return status;
}

static cbank_status judge_only(cbi_bank *bank, const change_act *change, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(judge_change(reader.txn, change, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_account_change(cbi_bank *bank, const char *account, bool freeze,
                                const char *reason, const char *document, cbi_bytes token,
                                int64_t now, bool dry_run, cbank_error *err)
{
    change_act change = {
        .account = account, .freeze = freeze, .reason = reason, .document = document};
    cbi_bytes said[] = {cbi_bytes_of_text(freeze ? "freeze" : "unfreeze"),
                        cbi_bytes_of_text(account), cbi_bytes_of_text(reason),
                        cbi_bytes_of_text(document)};
    cbi_errand_statement statement;
    Cbank__V1__AccountChanged body;
    cbank_status status = CBANK_OK;

    if (!cbi_account_is_valid(cbi_bytes_of_text(account)))
        CBI_TRY(cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, account, NULL));
    CBI_TRY(cbi_errand_token(token, change.act.token, err));
    statement = change_statement(&change, &body);
    CBI_TRY(cbi_errand_try(&statement, err));
    if (dry_run)
        return judge_only(bank, &change, err);
    CBI_TRY(cbi_errand_digest(bank, said, 4, &change.act.request, err));
    change.act.now = now;
    change.act.check = check_change_act;
    change.act.write = write_change_act;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &change.act, err));
done:
    cbank_buffer_clear(&change.act.result);
    return status;
}
