#include "bank/erase.h"

#include <string.h>

#include "bank/casebook.h"
#include "bank/consentrow.h"
#include "bank/forget.h"
#include "bank/holding.h"
#include "bank/intake.h"
#include "bank/recall.h"
#include "bank/upkeep.h"
#include "base/time.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define ROWS_AN_ACT 4096u
#define DAY_S 86400

typedef struct erasing {
    cbi_act act;
    const cbi_bank *bank;
    const cbi_order *order;
    const cbi_family *family;
    cbi_account members[CBI_TRANSCRIPT_CHAINS_MAX]; /* the first is the one that goes on */
    size_t member_count;
    uint32_t complete_on;
    const char *account; /* that goes on; of a step, whose rows go */
    const cbi_chain *second; /* its second chain; without entries if it has none */
    bool done;
} erasing;

static cbi_bytes progress_key(const char *account, uint8_t out[1 + CBI_ACCOUNT_SIZE])
{
    out[0] = 'e';
    memcpy(out + 1, account, CBI_ACCOUNT_SIZE);
    return cbi_bytes_of(out, 1 + CBI_ACCOUNT_SIZE);
}

/* NOT_FOUND if nothing of it is left to erase. */
static cbank_status read_progress(cbi_txn *txn, const char *account, uint64_t *out,
                                  cbank_error *err)
{
    uint8_t key[1 + CBI_ACCOUNT_SIZE];
    cbank_buffer value = {0};
    cbank_status status =
        cbi_txn_get(txn, CBI_TABLE_STATE, progress_key(account, key), &value, err);

    if (status == CBANK_OK && value.size != 8)
        status = cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_STATE), NULL);
    if (status == CBANK_OK)
        *out = cbi_get_u64(value.data);
    cbank_buffer_clear(&value);
    return status;
}

static cbank_status write_progress(cbi_txn *txn, const char *account, uint64_t next,
                                   cbank_error *err)
{
    uint8_t key[1 + CBI_ACCOUNT_SIZE], value[8];

    cbi_put_u64(value, next);
    return cbi_txn_put(txn, CBI_TABLE_STATE, progress_key(account, key),
                       cbi_bytes_of(value, sizeof(value)), err);
}

/* ---- the word for it ------------------------------------------------------------------------ */

static cbank_status judge(cbi_txn *txn, const char *account, cbank_error *err)
{
    cbi_lifecycle life = {.subject = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_account_life(txn, account, &life.life, err));
    if (life.life == CBI_LIFE_MERGED) /* it ends with the account that goes on */
        CBI_TRY(cbi_fail(err, CBI_REASON_ACCOUNT_MERGED, 0, account, NULL));
    CBI_TRY(cbi_lifecycle_step(&life, KIND(ACCOUNT_ERASED), err));
done:
    if (status != CBANK_OK)
        cbi_error_name(err, account);
    return status;
}

static cbank_status check_word(cbi_act *act, cbi_append *append, cbank_error *err)
{
    erasing *it = (erasing *)(void *)act;
    cbank_status status = CBANK_OK;
    uint64_t entries;

    /* Only the account that goes on is asked for; those merged into it by now end with it. */
    CBI_TRY(judge(append->txn, it->account, err));
    CBI_TRY(cbi_family_members(append->txn, it->account, it->members, &it->member_count, &entries,
                               err));
done:
    return status;
}

/* The document does not lead to the account any more, nor to the one it was merged into. */
static cbank_status drop_document(const erasing *it, cbi_txn *txn, const char *account,
                                  const cbi_identity *document, cbank_error *err)
{
    const char *root = it->members[0].digits;
    cbank_status status = CBANK_OK;
    cbi_account found;

    if (document->document == CBI_DOCUMENT_STUDENT) {
        CBI_TRY(cbi_vault_drop_account(it->bank, txn, document, account, err));
        CBI_TRY(cbi_vault_drop_account(it->bank, txn, document, root, err));
        return CBANK_OK;
    }
    CBI_TRY(cbi_vault_find_account(it->bank, txn, document, &found, err));
    if (strcmp(found.digits, account) == 0 || strcmp(found.digits, root) == 0)
        CBI_TRY(cbi_vault_drop_account(it->bank, txn, document, found.digits, err));
done:
    return status;
}

/* Look-up keys of the documents that lead to the account, then who the person is. */
static cbank_status forget_person(const erasing *it, cbi_txn *txn, const char *account,
                                  cbank_error *err)
{
    Cbank__Api__V1__Person *person = NULL;
    cbank_status status = cbi_vault_get_person(it->bank, txn, account, &person, err);

    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK;
    CBI_TRY(status);
    for (size_t i = 0; i < person->n_documents; i++) {
        cbi_identity document = {0};

        CBI_TRY(cbi_identity_normalise(cbi_message_text(person->documents[i]->type),
                                       cbi_message_text(person->documents[i]->number), &document,
                                       err));
        status = drop_document(it, txn, account, &document, err);
        cbi_identity_clear(&document);
        if (status != CBANK_E_NOT_FOUND)
            CBI_TRY(status);
    }
    CBI_TRY(cbi_txn_delete(txn, CBI_TABLE_VAULT, cbi_bytes_of_text(account), err));
done:
    cbi_vault_free_person(person);
    return status;
}

/* `body` is what it lends. */
static cbi_errand_statement statement_of(const erasing *it, const char *account,
                                         Cbank__V1__AccountErased *body)
{
    cbank__v1__account_erased__init(body);
    body->account = cbi_message_string(account);
    body->complete_on = it->complete_on;
    return (cbi_errand_statement){.subject = cbi_account_subject(account),
                                  .kind = KIND(ACCOUNT_ERASED),
                                  .actor = it->order->actor,
                                  .approver = it->order->approver,
                                  .reason = it->order->reason,
                                  .document = it->order->document,
                                  .token = cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE),
                                  .body = body};
}

static cbank_status write_word(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const erasing *it = (const erasing *)(const void *)act;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < it->member_count; i++) {
        const char *account = it->members[i].digits;
        Cbank__V1__AccountErased body;
        cbi_errand_statement statement = statement_of(it, account, &body);

        CBI_TRY(forget_person(it, append->txn, account, err));
        CBI_TRY(cbi_errand_append(append, &statement, NULL, NULL, err));
        CBI_TRY(cbi_account_put_life(append->txn, account, CBI_LIFE_ERASED, err));
        CBI_TRY(write_progress(append->txn, account, 0, err));
    }
    CBI_TRY(cbi_upkeep_note(append->txn, CBI_UPKEEP_ERASED, append->at, err));
done:
    return status;
}

/* ---- the rows ------------------------------------------------------------------------------- */

static cbank_status accept(cbi_act *act, cbi_append *append, cbank_error *err)
{
    (void)act, (void)append, (void)err;
    return CBANK_OK;
}

static const cbi_relative *member_of(const erasing *it)
{
    for (size_t i = 0; i < it->family->count; i++) {
        if (strcmp(it->family->members[i].account.digits, it->account) == 0)
            return &it->family->members[i];
    }
    return &it->family->members[0];
}

/* One entry of the second chain, with what is looked up by it. */
static cbank_status erase_second(const erasing *it, cbi_append *append, uint64_t sequence,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_row_drop(append->txn, it->account, sequence, err));
    CBI_TRY(cbi_logged_erase(append->txn, append->hasher, it->second->indices[sequence], err));
done:
    return status;
}

/*
 * The chain up to the statement that says it is erased, which stays; then all of the second, and
 * of the cases.
 */
static cbank_status write_rows(cbi_act *act, cbi_append *append, cbank_error *err)
{
    erasing *it = (erasing *)(void *)act;
    const cbi_chain *chain = &member_of(it)->chain;
    cbi_subject subject = cbi_account_subject(it->account);
    cbi_subject second = cbi_consent_subject(it->account);
    uint8_t key[1 + CBI_ACCOUNT_SIZE];
    cbank_status status = CBANK_OK;
    uint64_t next, first, end;
    bool more;

    status = read_progress(append->txn, it->account, &next, err);
    it->done = status == CBANK_E_NOT_FOUND; /* somebody else has finished it */
    if (it->done)
        return CBANK_OK;
    CBI_TRY(status);
    first = chain->count - 1;
    end = first + it->second->count;
    for (size_t i = 0; next < end && i < ROWS_AN_ACT; i++, next++) {
        if (i > 0 && cbi_txn_dirty(append->txn) > CBI_ACT_DIRTY_MAX / 2)
            break;
        if (next < first)
            CBI_TRY(cbi_forget_entry(append, chain->indices[next], err));
        else
            CBI_TRY(erase_second(it, append, next - first, err));
    }
    if (next < end) {
        CBI_TRY(write_progress(append->txn, it->account, next, err));
        goto done;
    }
    CBI_TRY(cbi_case_forget(append, it->account, &more, err));
    if (more) {
        CBI_TRY(write_progress(append->txn, it->account, next, err));
        goto done;
    }
    CBI_TRY(cbi_subject_forget(append->txn, &subject, err));
    if (it->second->count > 0)
        CBI_TRY(cbi_subject_forget(append->txn, &second, err));
    CBI_TRY(cbi_txn_delete(append->txn, CBI_TABLE_STATE, progress_key(it->account, key), err));
    it->done = true;
done:
    return status;
}

static cbank_status read_second(cbi_bank *bank, const char *account, cbi_chain *out,
                                cbank_error *err)
{
    cbi_subject subject = cbi_consent_subject(account);
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    status = cbi_history_chain(&reader, &subject, out, err);
    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/* By the state of the store that has the last of the account's rows no more, or a later one. */
static cbank_status forget_who_was_found(cbi_bank *bank, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    cbi_recall_forget(bank->recall, cbi_txn_version(reader.txn));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status erase_rows(cbi_bank *bank, erasing *it, int64_t now, cbank_error *err)
{
    cbi_chain second = {0};
    cbank_status status = CBANK_OK;

    it->done = false;
    it->second = &second;
    CBI_TRY(read_second(bank, it->account, &second, err));
    while (!it->done) {
        it->act = (cbi_act){.now = now, .takes_away = true, .check = accept, .write = write_rows};
        CBI_TRY(cbi_random(it->act.token, sizeof(it->act.token), err));
        CBI_TRY(cbi_ledger_submit(bank->ledger, &it->act, err));
        cbank_buffer_clear(&it->act.result);
    }
    CBI_TRY(forget_who_was_found(bank, err));
done:
    cbi_chain_clear(&second);
    cbank_buffer_clear(&it->act.result);
    return status;
}

/* ---- grounds -------------------------------------------------------------------------------- */

static bool kept_for_ever(const Cbank__V1__CreditRecord *record)
{
    return record->retention != NULL && (strcmp(record->retention->value, "permanent") == 0 ||
                                         strcmp(record->retention->value, "永久") == 0);
}

/* A record that is to be kept for ever goes only by order. */
static cbank_status check_retention(cbi_reader *reader, const erasing *it, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    for (size_t c = 0; c < it->family->count; c++) {
        const cbi_chain *chain = &it->family->members[c].chain;

        for (size_t i = 0; i < chain->count; i++) {
            CBI_TRY(cbi_history_read(reader, chain->indices[i], &logged, err));
            if (logged.erased ||
                logged.entry.entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
                continue;
            status = cbi_holding_take(reader->txn, reader->hasher, &logged, &holding, err);
            if (status == CBANK_E_NOT_FOUND)
                continue;
            CBI_TRY(status);
            if (kept_for_ever(holding.record))
                CBI_TRY(cbi_fail(err, CBI_REASON_ERASE_RETAINED, logged.index,
                                 it->family->members[0].account.digits, NULL));
            cbi_holding_clear(&holding);
        }
    }
    status = CBANK_OK;
done:
    cbi_holding_clear(&holding);
    return status;
}

static bool stated(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static cbank_status check_grounds(const char *account, const cbi_order *order, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!cbi_account_is_valid(cbi_bytes_of_text(account)))
        CBI_TRY(cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, account, NULL));
    CBI_TRY(cbi_order_check(order, err));
    CBI_TRY(cbi_order_check_two(order, err));
    if (!stated(order->document) && !stated(order->reason))
        CBI_TRY(cbi_fail(err, CBI_REASON_ERASE_GROUNDS, 0, account, NULL));
done:
    return status;
}

static cbank_status settle_day(erasing *it, cbank_error *err)
{
    if (it->complete_on == 0)
        it->complete_on = cbi_date_of(it->order->now + CBI_ERASE_DAYS * (int64_t)DAY_S);
    if (!cbi_date_is_valid(it->complete_on) || it->complete_on % 100 == 0 ||
        it->complete_on < cbi_date_of(it->order->now))
        return cbi_fail(err, CBI_REASON_TIME_ORDER, 0, "complete_on", NULL);
    return CBANK_OK;
}

/* ---- all ------------------------------------------------------------------------------------ */

/* Says it in the log, unless that was said before and only rows are left. */
static cbank_status say(cbi_bank *bank, erasing *it, cbank_error *err)
{
    cbi_bytes about = cbi_bytes_of_text(it->account);
    Cbank__V1__AccountErased body;
    cbi_errand_statement statement;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_errand_token(it->order->token, it->act.token, err));
    statement = statement_of(it, it->account, &body);
    CBI_TRY(cbi_errand_try(&statement, err));
    CBI_TRY(cbi_order_digest(bank, it->order, "erase", &about, 1, &it->act.request, err));
    it->act.now = it->order->now;
    it->act.takes_away = true;
    it->act.check = check_word;
    it->act.write = write_word;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &it->act, err));
done:
    cbank_buffer_clear(&it->act.result);
    return status;
}

static cbank_status read_family(cbi_bank *bank, const char *account, const erasing *it,
                                cbi_family *out, bool *under_way, cbank_error *err)
{
    cbi_reader reader = {0};
    erasing looked = *it;
    cbank_status status = CBANK_OK;
    uint64_t next;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    *under_way = read_progress(reader.txn, account, &next, NULL) == CBANK_OK;
    if (!*under_way)
        CBI_TRY(judge(reader.txn, account, err));
    CBI_TRY(cbi_family_read(&reader, account, out, err));
    looked.family = out;
    if (!*under_way && !stated(it->order->document))
        CBI_TRY(check_retention(&reader, &looked, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_erase_account(cbi_bank *bank, const char *account, uint32_t complete_on,
                               const cbi_order *order, cbank_error *err)
{
    cbi_family family = {0};
    erasing it = {.bank = bank,
                  .order = order,
                  .family = &family,
                  .account = account,
                  .complete_on = complete_on};
    cbank_status status = CBANK_OK;
    bool under_way;

    CBI_TRY(check_grounds(account, order, err));
    CBI_TRY(settle_day(&it, err));
    status = read_family(bank, account, &it, &family, &under_way, err);
    /* Under its token it may have been done before: the ledger answers, or refuses. */
    if (status == CBANK_E_STATE && order->token.size > 0 && !order->dry_run) {
        status = say(bank, &it, err);
        goto done;
    }
    CBI_TRY(status);
    if (order->dry_run)
        goto done;
    if (!under_way) {
        CBI_TRY(say(bank, &it, err));
        cbi_family_clear(&family); /* what came in between is erased too */
        CBI_TRY(read_family(bank, account, &it, &family, &under_way, err));
    }
    CBI_TRY(cbi_forget_sources(bank, &family, order->now, err));
    for (size_t i = family.count; i-- > 0;) {
        it.account = family.members[i].account.digits;
        CBI_TRY(erase_rows(bank, &it, order->now, err));
    }
done:
    cbi_family_clear(&family);
    return status;
}
