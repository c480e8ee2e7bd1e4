#include "bank/selection.h"

#include <string.h>

#include "bank/holding.h"
#include "base/memory.h"
#include "record/body.h"
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

/* Marks the record of this id, which must be on one of the chains. */
static cbank_status pick(cbi_reader *reader, const char *id, cbi_selection *out, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    bool found = false;
    size_t first = 0;

    CBI_TRY(cbi_holding_find(reader->txn, reader->hasher, id, &holding, err));
    for (size_t c = 0; c < out->family.count; c++) {
        const cbi_chain *chain = &out->family.members[c].chain;

        if (holding.sequence < chain->count && chain->indices[holding.sequence] == holding.index) {
            out->items[first + holding.sequence].shown = true;
            found = true;
        }
        first += chain->count;
    }
    if (!found)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_UNKNOWN, holding.index, id, NULL));
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

/* The entry of this sequence and leaf, on whichever chain it is; NULL if on none. */
static cbank_status find_touched(cbi_reader *reader, cbi_selection *out, uint64_t sequence,
                                 ProtobufCBinaryData leaf, cbi_selected **found, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t first = 0;
    cbi_logged logged;

    *found = NULL;
    for (size_t c = 0; c < out->family.count && *found == NULL; c++) {
        const cbi_chain *chain = &out->family.members[c].chain;

        if (sequence < chain->count) {
            CBI_TRY(cbi_history_read(reader, chain->indices[sequence], &logged, err));
            if (cbi_bytes_equal(cbi_message_bytes(leaf), cbi_bytes_of_hash(&logged.leaf)))
                *found = &out->items[first + sequence];
        }
        first += chain->count;
    }
done:
    return status;
}

/* Moves the state of the record that a change touches, shown or not. */
static cbank_status follow_change(cbi_reader *reader, cbi_selection *out,
                                  const Cbank__V1__CreditChanged *changed, cbank_error *err)
{
    Cbank__V1__CreditChange *change = NULL;
    cbi_selected *touched;
    cbank_status status = CBANK_OK;

    CBI_TRY(find_touched(reader, out, changed->touched_sequence, changed->touched_leaf, &touched,
                         err));
    if (touched == NULL) /* of an account that was merged in for a time */
        goto done;
    CBI_TRY(cbi_credit_change_parse(cbi_message_bytes(changed->change), &change, err));
    CBI_TRY(cbi_record_state_step(&touched->state, change->action, err));
done:
    cbi_message_free(change);
    return status;
}

/* Which commitments of the account's own chain stand; the first of them, or what took its place. */
static void follow_holder(cbi_selection *out, size_t position, const cbi_statement *statement)
{
    const Cbank__V1__IdentityCorrected *corrected =
        cbi_statement_body(statement, &cbank__v1__identity_corrected__descriptor);
    const Cbank__V1__IdentityUnbound *unbound =
        cbi_statement_body(statement, &cbank__v1__identity_unbound__descriptor);
    uint64_t touched = UINT64_MAX;
    cbi_bytes holder;

    if (position >= out->family.members[0].chain.count)
        return;
    out->items[position].commits = cbi_body_holder(statement->kind, statement->body, &holder);
    if (corrected != NULL && corrected->touched_leaf.len > 0)
        touched = corrected->touched_sequence;
    if (unbound != NULL && unbound->touched_leaf.len > 0)
        touched = unbound->touched_sequence;
    if (touched >= position)
        return;
    out->items[touched].commits = false;
    if (out->holder == touched && corrected != NULL)
        out->holder = position;
}

/* The bank's doubt, as a change of its own. */
static cbank_status follow_doubt(cbi_reader *reader, cbi_selection *out,
                                 const Cbank__V1__CreditQuestioned *questioned, cbank_error *err)
{
    cbi_selected *touched;
    cbank_status status = CBANK_OK;

    CBI_TRY(find_touched(reader, out, questioned->touched_sequence, questioned->touched_leaf,
                         &touched, err));
    if (touched != NULL)
        CBI_TRY(cbi_record_state_step(&touched->state,
                                      CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND, err));
done:
    return status;
}

/*
 * Who recognised what for withheld records is nobody's business: a recognition goes along if one
 * of its records is shown, and its pages if all are.
 */
static cbank_status join_recognition(cbi_reader *reader, cbi_selection *out, cbi_selected *item,
                                     const Cbank__V1__ConversionRecognised *recognised,
                                     cbank_error *err)
{
    cbi_selected_decision *decision = &out->decisions[out->decision_count];
    cbi_selected *touched;
    cbank_status status = CBANK_OK;
    size_t shown = 0;

    for (size_t i = 0; i < recognised->n_uses; i++) {
        CBI_TRY(find_touched(reader, out, recognised->uses[i]->sequence,
                             recognised->uses[i]->leaf, &touched, err));
        shown += touched != NULL && touched->shown;
    }
    if (shown == 0 || !cbi_hash_from(cbi_message_bytes(recognised->recognition), &decision->id))
        return CBANK_OK;
    decision->pages = shown == recognised->n_uses;
    item->decided = true;
    out->decision_count++;
done:
    return status;
}

/* A change goes along with the recognition that it changes. */
static cbank_status join_change(cbi_reader *reader, cbi_selection *out,
                                const Cbank__V1__ConversionChanged *changed, cbank_error *err)
{
    cbi_selected_decision *decision = &out->decisions[out->decision_count];
    cbi_selected *touched;
    cbank_status status = CBANK_OK;

    CBI_TRY(find_touched(reader, out, changed->touched_sequence, changed->touched_leaf, &touched,
                         err));
    if (touched == NULL || !touched->decided ||
        !cbi_hash_from(cbi_message_bytes(changed->change), &decision->id))
        return CBANK_OK;
    decision->change = true;
    out->decision_count++;
done:
    return status;
}

/* What a shown statement says about its batch, and about other entries. */
static cbank_status study(cbi_reader *reader, cbi_selection *out, size_t position,
                          cbi_bytes bytes, cbank_error *err)
{
    cbi_selected *item = &out->items[position];
    const Cbank__V1__CreditDeposited *deposited;
    const Cbank__V1__CreditChanged *changed;
    const Cbank__V1__CreditQuestioned *questioned;
    const Cbank__V1__ConversionRecognised *recognised;
    const Cbank__V1__ConversionChanged *conversion;
    const Cbank__V1__Enrolled *enrolled;
    const Cbank__V1__EnrolmentChanged *enrolment;
    cbi_statement statement = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_statement_parse(bytes, &statement, err));
    follow_holder(out, position, &statement);
    deposited = cbi_statement_body(&statement, &cbank__v1__credit_deposited__descriptor);
    changed = cbi_statement_body(&statement, &cbank__v1__credit_changed__descriptor);
    questioned = cbi_statement_body(&statement, &cbank__v1__credit_questioned__descriptor);
    recognised = cbi_statement_body(&statement, &cbank__v1__conversion_recognised__descriptor);
    conversion = cbi_statement_body(&statement, &cbank__v1__conversion_changed__descriptor);
    enrolled = cbi_statement_body(&statement, &cbank__v1__enrolled__descriptor);
    enrolment = cbi_statement_body(&statement, &cbank__v1__enrolment_changed__descriptor);
    if (changed != NULL) {
        CBI_TRY(follow_change(reader, out, changed, err));
        CBI_TRY(join_batch(reader, out, cbi_message_bytes(changed->batch), item, err));
        item->place = changed->index;
    } else if (questioned != NULL) {
        CBI_TRY(follow_doubt(reader, out, questioned, err));
    } else if (recognised != NULL) {
        CBI_TRY(join_recognition(reader, out, item, recognised, err));
    } else if (conversion != NULL) {
        CBI_TRY(join_change(reader, out, conversion, err));
    } else if (deposited != NULL) {
        CBI_TRY(join_batch(reader, out, cbi_message_bytes(deposited->batch), item, err));
        item->place = deposited->index;
    } else if (enrolled != NULL) {
        CBI_TRY(join_batch(reader, out, cbi_message_bytes(enrolled->batch), item, err));
        item->place = enrolled->index;
    } else if (enrolment != NULL) {
        CBI_TRY(join_batch(reader, out, cbi_message_bytes(enrolment->batch), item, err));
        item->place = enrolment->index;
    }
done:
    cbi_statement_clear(&statement);
    return status;
}

static cbank_status take_entry(cbi_reader *reader, bool all, size_t position, uint64_t index,
                               cbi_selection *out, cbank_error *err)
{
    cbi_selected *item = &out->items[position];
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    item->index = index;
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

/* A chain before the one it was merged into, where its records may have changed again. */
static cbank_status take_entries(cbi_reader *reader, bool all, cbi_selection *out,
                                 cbank_error *err)
{
    size_t first = out->family.entries;
    cbank_status status = CBANK_OK;

    for (size_t c = out->family.count; c-- > 0;) {
        const cbi_chain *chain = &out->family.members[c].chain;

        first -= chain->count;
        for (size_t i = 0; i < chain->count; i++)
            CBI_TRY(take_entry(reader, all, first + i, chain->indices[i], out, err));
    }
    for (size_t i = 0; !out->items[out->holder].commits && i < out->family.entries; i++) {
        if (out->items[i].commits)
            out->holder = i;
    }
done:
    return status;
}

cbank_status cbi_selection_make(cbi_reader *reader, const char *account, char *const *only,
                                size_t only_count, cbi_selection *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t count, shown;

    CBI_TRY(check_life(reader->txn, account, err));
    CBI_TRY(cbi_family_read(reader, account, &out->family, err));
    count = out->family.entries;
    shown = count < CBI_TRANSCRIPT_SHOWN_MAX ? count : CBI_TRANSCRIPT_SHOWN_MAX;
    CBI_TRY(cbi_alloc(count, sizeof(*out->items), &out->items, err));
    CBI_TRY(cbi_alloc(shown, sizeof(*out->batches), &out->batches, err));
    CBI_TRY(cbi_alloc(shown, sizeof(*out->decisions), &out->decisions, err));
    for (size_t i = 0; i < only_count; i++)
        CBI_TRY(pick(reader, only[i], out, err));
    CBI_TRY(take_entries(reader, only_count == 0, out, err));
done:
    if (status != CBANK_OK)
        cbi_selection_clear(out);
    return status;
}

void cbi_selection_clear(cbi_selection *selection)
{
    cbi_family_clear(&selection->family);
    cbi_free(selection->items);
    cbi_free(selection->batches);
    cbi_free(selection->decisions);
    *selection = (cbi_selection){0};
}
