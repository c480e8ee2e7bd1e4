#include "bank/selection.h"

#include <string.h>

#include "bank/holding.h"
#include "base/memory.h"
#include "record/credit.h"

static bool may_withhold(uint8_t entry_class)
{
    return entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD ||
           entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ENROLMENT ||
           entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_OTHER;
}

/* Only an account that is open is shown to anybody. */
static cbank_status check_life(cbi_txn *txn, const char *account, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_life life;

    CBI_TRY(cbi_account_life(txn, account, &life, err));
    if (life != CBI_LIFE_ACTIVE)
        CBI_TRY(cbi_fail(err, cbi_life_refusal(life), 0, account, "transcript"));
done:
    return status;
}

/* Marks the record of this id, which must be on the chain. */
static cbank_status pick(cbi_reader *reader, const char *id, cbi_selection *out, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_holding_find(reader->txn, reader->hasher, id, &holding, err));
    if (holding.sequence >= out->chain.count ||
        out->chain.indices[holding.sequence] != holding.index)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_UNKNOWN, holding.index, id, NULL));
    out->items[holding.sequence].shown = true;
done:
    cbi_holding_clear(&holding);
    return status;
}

/* Gives the item its batch, which joins those of the selection if it is new there. */
static cbank_status join_batch(cbi_reader *reader, cbi_selection *out, cbi_bytes id_bytes,
                               cbi_selected *item, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_intake intake;
    cbi_hash id;

    if (!cbi_hash_from(id_bytes, &id))
        return cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_RECORD), NULL);
    for (size_t i = out->batch_count; i > 0 && item->batch == 0; i--) {
        if (cbi_hash_equal(&out->batches[i - 1].id, &id))
            item->batch = (uint32_t)i;
    }
    if (item->batch != 0)
        return CBANK_OK;
    CBI_TRY(cbi_intake_find(reader->txn, &id, &intake, err));
    if (intake.received_at == 0 || intake.receipt_index >= reader->sealed.size)
        CBI_TRY(cbi_fail(err, CBI_REASON_BATCH_UNDER_WAY, intake.batch_number, intake.institution,
                         NULL));
    out->batches[out->batch_count++] = intake;
    item->batch = (uint32_t)out->batch_count;
done:
    return status;
}

/* Moves the state of the record that a change touches, shown or not. */
static cbank_status follow_change(cbi_selection *out, size_t position,
                                  const Cbank__V1__CreditChanged *changed, cbank_error *err)
{
    Cbank__V1__CreditChange *change = NULL;
    cbank_status status = CBANK_OK;

    if (changed->touched_sequence >= position)
        return cbi_fail(err, CBI_REASON_ROW_DAMAGED, out->items[position].index,
                        cbi_table_name(CBI_TABLE_RECORD), NULL);
    CBI_TRY(cbi_credit_change_parse(cbi_message_bytes(changed->change), &change, err));
    CBI_TRY(cbi_record_state_step(&out->items[changed->touched_sequence].state, change->action,
                                  err));
done:
    cbi_message_free(change);
    return status;
}

/* What a shown statement says about its batch, and about other entries. */
static cbank_status study(cbi_reader *reader, cbi_selection *out, size_t position,
                          cbi_bytes bytes, cbank_error *err)
{
    cbi_selected *item = &out->items[position];
    const Cbank__V1__CreditDeposited *deposited;
    const Cbank__V1__CreditChanged *changed;
    cbi_statement statement = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_statement_parse(bytes, &statement, err));
    deposited = cbi_statement_body(&statement, &cbank__v1__credit_deposited__descriptor);
    changed = cbi_statement_body(&statement, &cbank__v1__credit_changed__descriptor);
    if (changed != NULL) {
        CBI_TRY(follow_change(out, position, changed, err));
        CBI_TRY(join_batch(reader, out, cbi_message_bytes(changed->batch), item, err));
        item->place = changed->index;
    } else if (deposited != NULL) {
        CBI_TRY(join_batch(reader, out, cbi_message_bytes(deposited->batch), item, err));
        item->place = deposited->index;
    }
done:
    cbi_statement_clear(&statement);
    return status;
}

static cbank_status take_entry(cbi_reader *reader, bool all, size_t position, cbi_selection *out,
                               cbank_error *err)
{
    cbi_selected *item = &out->items[position];
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    item->index = out->chain.indices[position];
    CBI_TRY(cbi_history_read(reader, item->index, &logged, err));
    if (!may_withhold(logged.entry.entry_class)) {
        item->shown = true;
        if (logged.erased)
            CBI_TRY(cbi_fail(err, CBI_REASON_DISCLOSURE_ERASED, item->index, "statement", NULL));
    } else if (all) {
        item->shown = !logged.erased;
    }
    if (!item->shown)
        goto done;
    if (out->shown == CBI_TRANSCRIPT_SHOWN_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSCRIPT_TOO_LONG, CBI_TRANSCRIPT_SHOWN_MAX, NULL,
                         NULL));
    out->shown++;
    CBI_TRY(study(reader, out, position, logged.statement, err));
done:
    return status;
}

cbank_status cbi_selection_make(cbi_reader *reader, const char *account, char *const *only,
                                size_t only_count, cbi_selection *out, cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(account);
    cbank_status status = CBANK_OK;
    size_t count, shown;

    CBI_TRY(check_life(reader->txn, account, err));
    CBI_TRY(cbi_history_chain(reader, &subject, &out->chain, err));
    count = out->chain.count;
    shown = count < CBI_TRANSCRIPT_SHOWN_MAX ? count : CBI_TRANSCRIPT_SHOWN_MAX;
    CBI_TRY(cbi_alloc(count, sizeof(*out->items), &out->items, err));
    CBI_TRY(cbi_alloc(shown, sizeof(*out->batches), &out->batches, err));
    for (size_t i = 0; i < only_count; i++)
        CBI_TRY(pick(reader, only[i], out, err));
    for (size_t i = 0; i < count; i++)
        CBI_TRY(take_entry(reader, only_count == 0, i, out, err));
done:
    if (status != CBANK_OK)
        cbi_selection_clear(out);
    return status;
}

void cbi_selection_clear(cbi_selection *selection)
{
    cbi_chain_clear(&selection->chain);
    cbi_free(selection->items);
    cbi_free(selection->batches);
    *selection = (cbi_selection){0};
}
