#include "bank/disclosed.h"

#include <string.h>

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define DETAIL(name) CBANK__V1__PERSONAL_DETAIL__PERSONAL_DETAIL_##name
#define RECALLED_AN_ACT 256u
#define SEEN_AN_ACT 4096u

/* The ground as a statement names it. */
static void name_ground(const cbi_ground *ground, uint64_t *sequence, ProtobufCBinaryData *leaf,
                        Cbank__V1__Code *code, Cbank__V1__Code **basis)
{
    if (ground->basis != NULL) {
        (void)cbi_errand_reason(ground->basis->code, code);
        *basis = code;
        return;
    }
    *sequence = ground->consent.sequence;
    *leaf = cbi_message_data(cbi_bytes_of_hash(&ground->consent.leaf));
}

/* ---- noting ------------------------------------------------------------------------------ */

typedef struct note_act {
    cbi_act act;
    cbi_bank *bank;
    const cbi_disclosed *what;
    const cbi_order *order;
    Cbank__V1__DisclosureIssued body;
    Cbank__V1__Code purpose, basis;
    Cbank__V1__PersonalDetail details[3];
    cbi_hash tag_random;
} note_act;

static void fill_note(note_act *it)
{
    const cbi_consent_ask *ask = &it->what->ask->terms;
    Cbank__V1__DisclosureIssued *body = &it->body;

    cbank__v1__disclosure_issued__init(body);
    body->account = cbi_message_string(it->what->ask->account);
    body->transcript = cbi_message_data(cbi_bytes_of_hash(&it->what->transcript));
    body->code = cbi_message_string(it->what->code->text);
    body->recipient = cbi_message_string(ask->recipient);
    if (cbi_errand_reason(ask->purpose, &it->purpose) != NULL)
        body->purpose = &it->purpose;
    body->expires_at = it->what->expires_at;
    name_ground(it->what->ground, &body->consent_sequence, &body->consent_leaf, &it->basis,
                &body->basis);
    body->items = it->what->items;
    body->shown = it->what->shown;
    body->size = it->what->size;
    body->details = it->details;
    if (ask->name)
        it->details[body->n_details++] = DETAIL(NAME);
    if (ask->number)
        it->details[body->n_details++] = DETAIL(NUMBER);
    if (ask->birth)
        it->details[body->n_details++] = DETAIL(BIRTH);
}

static cbank_status check_note(cbi_act *act, cbi_append *append, cbank_error *err)
{
    note_act *it = (note_act *)(void *)act;
    const cbi_ground_ask *ask = it->what->ask;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_check_account(append->txn, ask->account, true, err));
    CBI_TRY(cbi_ground_hold(it->bank, append->txn, it->what->ground, ask, err));
    if (cbi_consent_code_taken(append->txn, it->what->code->text))
        CBI_TRY(cbi_fail(err, CBI_REASON_DISCLOSURE_CODE_TAKEN, 0, it->what->code->text, NULL));
    CBI_TRY(cbi_consent_check_room(append->txn, ask->account, err));
    CBI_TRY(cbi_vault_check_room(append->txn, ask->account, it->order->note, 0, err));
done:
    return status;
}

static cbank_status write_note(cbi_act *act, cbi_append *append, cbank_error *err)
{
    note_act *it = (note_act *)(void *)act;

    return cbi_consent_say(it->bank, append, it->what->ask->account, KIND(DISCLOSURE_ISSUED),
                           &it->body, it->order, cbi_bytes_of(act->token, CBI_TOKEN_SIZE),
                           &it->tag_random, NULL, err);
}

cbank_status cbi_disclosed_note(cbi_bank *bank, const cbi_disclosed *what, const cbi_order *order,
                                cbank_error *err)
{
    note_act it = {.bank = bank, .what = what, .order = order};
    cbi_errand_statement tried = {.kind = KIND(DISCLOSURE_ISSUED), .body = &it.body,
                                  .document = order->document};
    cbank_status status = CBANK_OK;

    fill_note(&it);
    CBI_TRY(cbi_errand_try(&tried, err));
    CBI_TRY(cbi_random(it.tag_random.bytes, CBI_HASH_SIZE, err));
    CBI_TRY(cbi_errand_token(order->token, it.act.token, err));
    it.act.request = what->transcript;
    it.act.now = order->now;
    it.act.check = check_note;
    it.act.write = write_note;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &it.act, err));
done:
    cbank_buffer_clear(&it.act.result);
    return status;
}

/* ---- changing ---------------------------------------------------------------------------- */

typedef struct change_act {
    cbi_act act;
    cbi_bank *bank;
    cbi_hasher *hasher;
    const char *code;
    const cbi_order *order;
    int64_t expires_at; /* 0: withdrawn */
    const cbi_ground_terms *terms;
    cbi_ground ground;
    cbi_consent_row row;
} change_act;

/* Under what it was shown so far, unless something else is stated. */
static cbank_status stated_ground(change_act *it, cbi_txn *txn, char id[CBI_DISPLAY_ID_MAX],
                                  char basis[64], cbi_ground_terms *out, cbank_error *err)
{
    const Cbank__V1__DisclosureExtended *extended;
    const Cbank__V1__DisclosureIssued *issued;
    const Cbank__V1__Code *code;
    cbi_statement statement = {0};
    cbi_consent_row consent;
    cbank_status status = CBANK_OK;

    *out = *it->terms;
    if (out->consent[0] != '\0' || out->basis[0] != '\0')
        return CBANK_OK;
    if (it->row.parent != 0) {
        CBI_TRY(cbi_consent_row_read(txn, it->row.account.digits, it->row.parent - 1, &consent,
                                     err));
        cbi_consent_row_id(&consent, id);
        out->consent = id;
        goto done;
    }
    CBI_TRY(cbi_consent_row_statement(txn, it->hasher, it->row.ground_index, &statement, err));
    extended = cbi_statement_body(&statement, &cbank__v1__disclosure_extended__descriptor);
    issued = cbi_statement_body(&statement, &cbank__v1__disclosure_issued__descriptor);
    code = extended != NULL ? extended->basis : issued->basis;
    memcpy(basis, code->value, strlen(code->value) + 1); /* a code that is listed: it is short */
    out->basis = basis;
done:
    cbi_statement_clear(&statement);
    return status;
}

/* Another consent than the one it was issued under must be for all: which records were shown, the
 * file alone says. */
static cbank_status settle_ground(change_act *it, cbi_txn *txn, cbank_error *err)
{
    static const cbi_ground_record anything = {0};
    const Cbank__V1__DisclosureIssued *issued;
    char id[CBI_DISPLAY_ID_MAX], basis[64];
    cbi_statement statement = {0};
    cbi_ground_ask ask = {.account = it->row.account.digits};
    cbank_status status = CBANK_OK;
    cbi_ground_terms terms;

    CBI_TRY(stated_ground(it, txn, id, basis, &terms, err));
    CBI_TRY(cbi_consent_row_statement(txn, it->hasher, it->row.index, &statement, err));
    issued = statement.body;
    ask.terms = (cbi_consent_ask){.recipient = issued->recipient,
                                  .purpose = issued->purpose == NULL ? "" : issued->purpose->value,
                                  .now = it->order->now,
                                  .expires_at = it->expires_at};
    for (size_t i = 0; i < issued->n_details; i++) {
        ask.terms.name = ask.terms.name || issued->details[i] == DETAIL(NAME);
        ask.terms.number = ask.terms.number || issued->details[i] == DETAIL(NUMBER);
        ask.terms.birth = ask.terms.birth || issued->details[i] == DETAIL(BIRTH);
    }
    if (terms.consent != id) {
        ask.records = &anything;
        ask.record_count = 1;
    }
    cbi_ground_clear(&it->ground);
    CBI_TRY(cbi_ground_settle(it->bank, txn, it->hasher, &terms, &ask, &it->ground, err));
done:
    cbi_statement_clear(&statement);
    return status;
}

static cbank_status judge_change(change_act *it, cbi_txn *txn, cbank_error *err)
{
    bool extends = it->expires_at != 0;
    Cbank__V1__DisclosureExtended body = CBANK__V1__DISCLOSURE_EXTENDED__INIT;
    cbi_consent_state state;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_row_by_code(txn, it->code, &it->row, err));
    CBI_TRY(cbi_consent_check_account(txn, it->row.account.digits, extends, err));
    body.expires_at = it->expires_at;
    state = it->row.state;
    status = cbi_consent_step(&state, extends ? KIND(DISCLOSURE_EXTENDED)
                                              : KIND(DISCLOSURE_WITHDRAWN), &body, err);
    if (status != CBANK_OK)
        cbi_error_name(err, it->code);
    CBI_TRY(status);
    if (extends) {
        CBI_TRY(settle_ground(it, txn, err));
        CBI_TRY(cbi_consent_check_room(txn, it->row.account.digits, err));
    }
    CBI_TRY(cbi_vault_check_room(txn, it->row.account.digits, it->order->note, 0, err));
done:
    return status;
}

static cbank_status check_change(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge_change((change_act *)(void *)act, append->txn, err);
}

static cbank_status write_extension(change_act *it, cbi_append *append, cbank_error *err)
{
    Cbank__V1__DisclosureExtended body = CBANK__V1__DISCLOSURE_EXTENDED__INIT;
    Cbank__V1__Code basis;

    body.account = it->row.account.digits;
    body.touched_sequence = it->row.sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&it->row.leaf));
    body.expires_at = it->expires_at;
    name_ground(&it->ground, &body.consent_sequence, &body.consent_leaf, &basis, &body.basis);
    return cbi_consent_say(it->bank, append, it->row.account.digits, KIND(DISCLOSURE_EXTENDED),
                           &body, it->order, cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE), NULL,
                           &it->row, err);
}

static cbank_status write_withdrawal(const cbi_bank *bank, cbi_append *append,
                                     cbi_consent_row *row, const cbi_order *order,
                                     cbi_bytes token, cbank_error *err)
{
    Cbank__V1__DisclosureWithdrawn body = CBANK__V1__DISCLOSURE_WITHDRAWN__INIT;
    cbi_hash leaf = row->leaf;
    cbi_account account = row->account;

    body.account = account.digits;
    body.touched_sequence = row->sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&leaf));
    return cbi_consent_say(bank, append, account.digits, KIND(DISCLOSURE_WITHDRAWN), &body, order,
                           token, NULL, row, err);
}

static cbank_status write_change(cbi_act *act, cbi_append *append, cbank_error *err)
{
    change_act *it = (change_act *)(void *)act;

    if (it->expires_at != 0)
        return write_extension(it, append, err);
    return write_withdrawal(it->bank, append, &it->row, it->order,
                            cbi_bytes_of(act->token, CBI_TOKEN_SIZE), err);
}

static cbank_status read_again(change_act *it, bool judge, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    if (judge)
        CBI_TRY(judge_change(it, reader.txn, err));
    else
        CBI_TRY(cbi_consent_row_by_code(reader.txn, it->code, &it->row, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status change(change_act *it, const char *word, cbi_consent_row *out,
                           cbank_error *err)
{
    cbi_bytes said[4];
    cbank_status status = CBANK_OK;
    uint8_t until[8];

    CBI_TRY(cbi_order_check(it->order, err));
    CBI_TRY(cbi_errand_token(it->order->token, it->act.token, err));
    CBI_TRY(cbi_hasher_new(it->bank->config.suite, &it->hasher, err));
    if (!it->order->dry_run) {
        cbi_put_u64(until, (uint64_t)it->expires_at);
        said[0] = cbi_bytes_of_text(it->code);
        said[1] = cbi_bytes_of(until, sizeof(until));
        said[2] = cbi_bytes_of_text(it->terms == NULL ? "" : it->terms->consent);
        said[3] = cbi_bytes_of_text(it->terms == NULL ? "" : it->terms->basis);
        CBI_TRY(cbi_order_digest(it->bank, it->order, word, said, 4, &it->act.request, err));
        it->act.now = it->order->now;
        it->act.check = check_change;
        it->act.write = write_change;
        CBI_TRY(cbi_ledger_submit(it->bank->ledger, &it->act, err));
    }
    CBI_TRY(read_again(it, it->order->dry_run, err));
    *out = it->row;
done:
    cbi_ground_clear(&it->ground);
    cbi_hasher_free(it->hasher);
    cbank_buffer_clear(&it->act.result);
    return status;
}

cbank_status cbi_disclosed_extend(cbi_bank *bank, const char *code, int64_t expires_at,
                                  const cbi_ground_terms *ground, const cbi_order *order,
                                  cbi_consent_row *out, cbank_error *err)
{
    change_act it = {.bank = bank, .code = code, .order = order, .expires_at = expires_at,
                     .terms = ground};

    if (expires_at <= order->now)
        return cbi_fail(err, CBI_REASON_TIME_ORDER, 0, "expires_at", NULL);
    return change(&it, "disclosure_extended", out, err);
}

cbank_status cbi_disclosed_withdraw(cbi_bank *bank, const char *code, const cbi_order *order,
                                    cbi_consent_row *out, cbank_error *err)
{
    change_act it = {.bank = bank, .code = code, .order = order};

    return change(&it, "disclosure_withdrawn", out, err);
}

/* ---- calling back what stands under a consent -------------------------------------------- */

typedef struct recall_act {
    cbi_act act;
    cbi_bank *bank;
    const cbi_consent_row *consent;
    const cbi_order *order;
    uint64_t next; /* sequence */
    uint32_t count;
    bool more;
} recall_act;

static cbank_status check_recall(cbi_act *act, cbi_append *append, cbank_error *err)
{
    recall_act *it = (recall_act *)(void *)act;

    return cbi_consent_check_account(append->txn, it->consent->account.digits, false, err);
}

static bool stands_under(const cbi_consent_row *row, const cbi_consent_row *consent, int64_t now)
{
    return row->state.thing == CBI_CONSENT_DISCLOSURE && row->parent == consent->sequence + 1 &&
           !row->state.ended && row->state.until >= now;
}

static cbank_status write_recall(cbi_act *act, cbi_append *append, cbank_error *err)
{
    recall_act *it = (recall_act *)(void *)act;
    cbi_bytes token = cbi_bytes_of(act->token, CBI_TOKEN_SIZE);
    cbank_status status = CBANK_OK;
    cbi_consent_row row;
    uint32_t written = 0;

    it->more = true;
    for (size_t i = 0; i < SEEN_AN_ACT && written < RECALLED_AN_ACT; i++) {
        CBI_TRY(cbi_consent_row_next(append->txn, it->consent->account.digits, it->next, &row,
                                     &it->more, err));
        if (!it->more)
            break;
        it->next = row.sequence + 1;
        if (!stands_under(&row, it->consent, it->order->now))
            continue;
        CBI_TRY(write_withdrawal(it->bank, append, &row, it->order, token, err));
        written++;
    }
    it->count += written;
done:
    return status;
}

cbank_status cbi_disclosed_recall(cbi_bank *bank, const cbi_consent_row *consent,
                                  const cbi_order *order, uint32_t *count, cbank_error *err)
{
    cbi_order again = *order;
    recall_act it = {.bank = bank, .consent = consent, .order = &again, .more = true};
    cbank_status status = CBANK_OK;

    again.note = NULL; /* it stands beside the withdrawal of the consent */
    while (it.more) {
        it.act = (cbi_act){.now = order->now, .check = check_recall, .write = write_recall};
        CBI_TRY(cbi_random(it.act.token, CBI_TOKEN_SIZE, err));
        CBI_TRY(cbi_ledger_submit(bank->ledger, &it.act, err));
        cbank_buffer_clear(&it.act.result);
    }
    *count += it.count;
done:
    cbank_buffer_clear(&it.act.result);
    return status;
}
