#include "bank/desk.h"

#include <string.h>

#include "base/memory.h"
#include "bank/capacity.h"
#include "bank/chunk.h"
#include "bank/documents.h"
#include "bank/errand.h"
#include "bank/institution.h"
#include "bank/signing.h"
#include "crypto/stint.h"

/* A new number again, should another batch of the same second have drawn the same one. */
#define NUMBER_TRIES 4

/* ---- one batch through the bank ---------------------------------------------------------- */

/* Deposits a finished batch whole, or refuses it with the first refusal. */
static cbank_status take_in(cbi_bank *bank, const cbi_desk_order *order, cbi_bytes file,
                            cbi_deposited *items, cbi_hash *batch, cbank_error *err)
{
    cbi_deposit_terms terms = {
        .now = order->now, .token = order->token, .request = &order->request};
    const cbi_bulk source = cbi_bulk_of(file);
    cbi_deposit deposit = {0};
    cbank_status status = CBANK_OK;
    bool more = true;

    CBI_TRY(cbi_deposit_open(bank, &source, &terms, &deposit, err));
    while (more)
        CBI_TRY(cbi_deposit_judge(&deposit, CBI_DESK_ITEMS_MAX, &more, err));
    if (deposit.refusal_count > 0)
        CBI_TRY(cbi_deposit_refuse(deposit.refusals[0].item, &deposit.refusals[0].why, err));
    more = !order->dry_run;
    while (more)
        CBI_TRY(cbi_deposit_write(&deposit, order->now, &more, err));
    memcpy(items, deposit.items, deposit.batch.head.head->count * sizeof(*items));
    *batch = deposit.id;
done:
    cbi_deposit_clear(&deposit);
    return status;
}

static cbank_status sign_and_take_in(cbi_bank *bank, const cbi_desk_order *order,
                                     cbi_batch_builder *builder, cbi_deposited *items,
                                     cbi_hash *batch, cbank_error *err)
{
    cbi_batch_terms terms = {
        .institution = order->institution, .origin = bank->config.origin, .at = order->now};
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;

    for (int i = 0; i < NUMBER_TRIES; i++) {
        cbank_error why;

        file.size = 0;
        CBI_TRY(cbi_signing_number(order->now, &terms.number, err));
        CBI_TRY(cbi_batch_finish(builder, &terms, order->key, &file, err));
        status = take_in(bank, order, cbi_bytes_of_buffer(&file), items, batch, &why);
        if (status == CBANK_OK)
            break;
        if (err != NULL)
            *err = why;
        if (why.reason != (int32_t)CBI_REASON_BATCH_NUMBER_TAKEN)
            break;
    }
done:
    cbank_buffer_clear(&file);
    return status;
}

/* What people are told of each item: read back from the log, where it is in the log. */
static cbank_status describe(cbi_bank *bank, const cbi_deposited *items, size_t count,
                             cbi_desk_result *results, cbank_error *err)
{
    cbi_reader reader = {0};
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    for (size_t i = 0; i < count; i++) {
        results[i] = (cbi_desk_result){.outcome = (cbi_outcome)items[i].outcome,
                                       .index = items[i].index};
        if (items[i].index == 0) /* judged only: entry 0 is the bank's own */
            continue;
        CBI_TRY(cbi_holding_read(reader.txn, reader.hasher, items[i].index, &holding, err));
        results[i].id = holding.id;
        memcpy(results[i].account.digits, holding.account, CBI_ACCOUNT_SIZE);
        memcpy(results[i].reference, holding.record->reference,
               strlen(holding.record->reference) + 1);
        cbi_holding_clear(&holding);
    }
done:
    cbi_holding_clear(&holding);
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_desk_carry_out(cbi_bank *bank, const cbi_desk_order *order, cbi_desk_fill fill,
                                const void *what, size_t count, cbi_deposited *items,
                                cbi_hash *batch, cbank_error *err)
{
    cbi_batch_builder builder = {0};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    size_t rows;
    bool replayed;

    if (cbi_private_is_detached(order->key))
        return cbi_fail(err, CBI_REASON_KEY_DETACHED, 0, "signature", NULL);
    CBI_TRY(cbi_chunk_find(bank, order->token, &order->request, items, count, batch, &rows,
                           &replayed, err));
    if (!replayed) {
        CBI_TRY(cbi_batch_begin(bank->config.suite, &builder, err));
        CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
        CBI_TRY(cbi_institution_check_key(bank, reader.txn, order->institution,
                                          cbi_private_public(order->key), err));
        CBI_TRY(fill(bank, &reader, what, order, &builder, err));
        cbi_ledger_read_end(&reader); /* no snapshot is held over the commit */
        CBI_TRY(sign_and_take_in(bank, order, &builder, items, batch, err));
    }
done:
    cbi_ledger_read_end(&reader);
    cbi_batch_builder_clear(&builder);
    return status;
}

static cbank_status carry_out(cbi_bank *bank, const cbi_desk_order *order, cbi_desk_fill fill,
                              const void *what, size_t count, cbi_desk_result *results,
                              cbi_hash *batch, cbank_error *err)
{
    cbi_deposited *items = NULL;
    cbank_status status = CBANK_OK;

    cbi_stint_begin(); /* drafting, judging and writing need the same keys of the vault */
    CBI_TRY(cbi_alloc(count, sizeof(*items), &items, err));
    CBI_TRY(cbi_desk_carry_out(bank, order, fill, what, count, items, batch, err));
    CBI_TRY(describe(bank, items, count, results, err));
done:
    cbi_stint_end();
    cbi_free(items);
    return status;
}

/* ---- issue ------------------------------------------------------------------------------- */

typedef struct issue {
    const cbi_desk_draft *drafts;
    size_t count;
} issue;

static cbank_status add_draft(cbi_bank *bank, cbi_reader *reader, const cbi_desk_order *order,
                              const cbi_desk_draft *draft, cbi_batch_builder *builder,
                              cbank_error *err)
{
    const Cbank__Api__V1__PersonDocument *document;
    Cbank__Api__V1__Person *person = NULL;
    cbi_signing_holder holder;
    cbi_hash grant = {{0}};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_account_check_open(reader->txn, draft->account, err));
    CBI_TRY(cbi_vault_get_person(bank, reader->txn, draft->account, &person, err));
    document = cbi_documents_first(person);
    if (document == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_DISCLOSURE_ERASED, 0, "person", NULL));
    holder = (cbi_signing_holder){.type = document->type,
                                  .number = document->number,
                                  .name = cbi_person_current_name(person)};
    if (draft->record->awarded_by != NULL &&
        cbi_message_text(draft->record->awarded_by->institution).size > 0)
        CBI_TRY(cbi_capacity_find(reader->txn, order->institution,
                                  draft->record->awarded_by->institution, draft->record->type,
                                  false, order->now, &grant, err));
    CBI_TRY(cbi_signing_add_record(builder, order->institution, draft->record, &holder, 1, NULL,
                                   &grant, err));
done:
    cbi_vault_free_person(person);
    return status;
}

static cbank_status fill_issue(cbi_bank *bank, cbi_reader *reader, const void *what,
                               const cbi_desk_order *order, cbi_batch_builder *builder,
                               cbank_error *err)
{
    const issue *asked = what;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < asked->count; i++) {
        status = add_draft(bank, reader, order, &asked->drafts[i], builder, err);
        if (status != CBANK_OK && err != NULL)
            err->where = i;
        CBI_TRY(status);
    }
done:
    return status;
}

cbank_status cbi_desk_issue(cbi_bank *bank, const cbi_desk_order *order,
                            const cbi_desk_draft *drafts, size_t count, cbi_desk_result *results,
                            cbi_hash *batch, cbank_error *err)
{
    issue asked = {.drafts = drafts, .count = count};

    return carry_out(bank, order, fill_issue, &asked, count, results, batch, err);
}

/* ---- change ------------------------------------------------------------------------------ */

typedef struct change {
    char *const *ids;
    size_t count;
    Cbank__V1__ChangeAction action;
    const char *reason;
    const char *document;
    const Cbank__V1__CreditRecord *record; /* of an amendment */
} change;

/* The record that is meant, if this institution may speak of it and it can still change so. */
static cbank_status find_own(cbi_reader *reader, const cbi_desk_order *order, const char *id,
                             Cbank__V1__ChangeAction action, cbi_holding *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_record_state next;

    CBI_TRY(cbi_holding_find(reader->txn, reader->hasher, id, out, err));
    CBI_TRY(cbi_capacity_check(reader->txn, order->institution, out->record, action, order->now,
                               err));
    next = out->state;
    CBI_TRY(cbi_record_state_step(&next, action, err));
done:
    if (status != CBANK_OK) {
        cbi_error_name(err, id);
        cbi_holding_clear(out);
    }
    return status;
}

static cbank_status fill_change(cbi_bank *bank, cbi_reader *reader, const void *what,
                                const cbi_desk_order *order, cbi_batch_builder *builder,
                                cbank_error *err)
{
    const change *asked = what;
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    (void)bank;
    for (size_t i = 0; i < asked->count; i++) {
        CBI_TRY(find_own(reader, order, asked->ids[i], asked->action, &holding, err));
        CBI_TRY(cbi_signing_add_change(builder,
                                       cbi_signing_subject_of(order->institution, &holding),
                                       asked->action, asked->reason, asked->document, err));
        cbi_holding_clear(&holding);
    }
done:
    cbi_holding_clear(&holding);
    return status;
}

cbank_status cbi_desk_change(cbi_bank *bank, const cbi_desk_order *order, char *const *ids,
                             size_t count, Cbank__V1__ChangeAction action, const char *reason,
                             const char *document, cbi_desk_result *results, cbi_hash *batch,
                             cbank_error *err)
{
    change asked = {.ids = ids,
                    .count = count,
                    .action = action,
                    .reason = reason,
                    .document = document};

    return carry_out(bank, order, fill_change, &asked, count, results, batch, err);
}

/* ---- amend ------------------------------------------------------------------------------- */

static cbank_status fill_amend(cbi_bank *bank, cbi_reader *reader, const void *what,
                               const cbi_desk_order *order, cbi_batch_builder *builder,
                               cbank_error *err)
{
    const change *asked = what;
    Cbank__V1__CreditRecord record = *asked->record;
    Cbank__V1__Opening *opening = NULL;
    cbi_signing_holder holder;
    cbi_holding holding = {0};
    cbi_hash grant;
    cbank_status status = CBANK_OK;

    CBI_TRY(find_own(reader, order, asked->ids[0], asked->action, &holding, err));
    CBI_TRY(cbi_vault_get_opening(bank, reader->txn, holding.index, &opening, err));
    holder = (cbi_signing_holder){
        .type = opening->document_type, .number = opening->number, .name = ""};
    record.reference = holding.record->reference;
    if (record.awarded_by == NULL)
        record.awarded_by = holding.record->awarded_by; /* it stays whose it was */
    CBI_TRY(cbi_capacity_find(reader->txn, order->institution,
                              holding.record->awarded_by->institution, record.type, true,
                              order->now, &grant, err));
    CBI_TRY(cbi_signing_add_change(builder, cbi_signing_subject_of(order->institution, &holding),
                                   asked->action, asked->reason, asked->document, err));
    CBI_TRY(cbi_signing_add_record(builder, order->institution, &record, &holder,
                                   holding.record->revision + 1, &holding.id, &grant, err));
done:
    cbi_vault_free_opening(opening);
    cbi_holding_clear(&holding);
    return status;
}

cbank_status cbi_desk_amend(cbi_bank *bank, const cbi_desk_order *order, const char *id,
                            const Cbank__V1__CreditRecord *record, const char *reason,
                            const char *document, cbi_desk_result *results, cbi_hash *batch,
                            cbank_error *err)
{
    char *ids[1] = {cbi_message_string(id)};
    change asked = {.ids = ids,
                    .count = 1,
                    .action = CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE,
                    .record = record,
                    .reason = reason,
                    .document = document};

    return carry_out(bank, order, fill_amend, &asked, 2, results, batch, err);
}
