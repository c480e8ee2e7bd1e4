#include "bank/unit.h"

#include <string.h>

bool cbi_outcome_refuses(cbi_outcome outcome)
{
    return outcome == CBI_OUTCOME_CHANGED || outcome == CBI_OUTCOME_REJECTED;
}

static const char *awarder_of(const cbi_batch_item *item, const char *institution)
{
    if (item->record != NULL)
        return item->record->awarded_by->institution;
    if (item->enrolment != NULL)
        return item->enrolment->institution;
    return cbi_message_text(item->item->awarder).size > 0 ? item->item->awarder : institution;
}

/* What is wrong with a person is wrong with this item only. */
static cbank_status make_claim(const char *institution, cbi_unit *unit, size_t at,
                               cbank_error *err)
{
    const cbi_batch_item *item = &unit->items[at];
    cbi_claim *claim = &unit->claims[at];
    cbank_status status = CBANK_OK;

    claim->institution = institution;
    claim->awarder = awarder_of(item, institution);
    claim->record = item->record;
    claim->change = item->change;
    claim->enrolment = item->enrolment;
    claim->enrolment_change = item->enrolment_change;
    claim->reference = item->record != NULL      ? item->record->reference
                       : item->enrolment != NULL ? item->enrolment->reference
                                                 : item->item->reference;
    if (item->record == NULL && item->enrolment == NULL)
        return CBANK_OK;
    claim->person = &unit->persons[at];
    status = cbi_person_claimed(&item->document, item->item->opening->name, &unit->persons[at],
                                &claim->unfit);
    unit->persons[at].on = item->record != NULL ? cbi_claim_day(item->record)
                                                : item->enrolment->terms->started_on;
    if (status == CBANK_E_INVALID)
        return CBANK_OK;
    if (status != CBANK_OK && err != NULL)
        *err = claim->unfit;
    return status;
}

static cbank_status read_item(cbi_hasher *hasher, cbi_batch *batch, cbi_unit *unit,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_batch_next(hasher, batch, &unit->items[unit->count], err));
    if (unit->items[unit->count].item == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_AMENDMENT_BROKEN, unit->first, NULL, NULL));
    CBI_TRY(make_claim(batch->head.head->institution, unit, unit->count, err));
    unit->count++;
done:
    return status;
}

cbank_status cbi_unit_read(cbi_hasher *hasher, cbi_batch *batch, cbi_unit *out,
                           cbank_error *err)
{
    const Cbank__V1__CreditChange *change;
    cbank_status status = CBANK_OK;

    out->first = batch->next;
    CBI_TRY(read_item(hasher, batch, out, err));
    change = out->items[0].change;
    if (change == NULL ||
        change->action != CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE)
        goto done;
    CBI_TRY(read_item(hasher, batch, out, err));
    if (out->items[1].record == NULL ||
        strcmp(out->claims[0].reference, out->claims[1].reference) != 0 ||
        strcmp(out->claims[0].awarder, out->claims[1].awarder) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_AMENDMENT_BROKEN, out->first, NULL, NULL));
    (void)cbi_hash_from(cbi_message_bytes(change->record), &out->superseded); /* checked: 32 */
    out->claims[1].superseded = &out->superseded;
done:
    return status;
}

/* Both halves share what the first refused one was refused for. */
static void refuse_whole(cbi_unit *unit)
{
    cbi_ruling *rulings = unit->rulings;
    size_t refused = rulings[0].outcome == CBI_OUTCOME_DEPOSITED ? 1 : 0;

    rulings[1 - refused].why = rulings[refused].why;
    rulings[0].outcome = rulings[1].outcome = CBI_OUTCOME_REJECTED;
}

cbank_status cbi_unit_rule(const cbi_judge *judge, cbi_txn *txn, cbi_unit *unit, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < unit->count; i++) {
        cbi_claim *claim = &unit->claims[i];

        claim->now = judge->now;
        claim->last = judge->last;
        cbi_claim_recall(claim, judge->recall);
        CBI_TRY(cbi_claim_judge(judge->bank, txn, judge->hasher, claim, judge->open_accounts,
                                &unit->rulings[i], err));
    }
done:
    return status;
}

cbank_status cbi_unit_settle(cbi_tally *tally, cbi_txn *txn, cbi_hasher *hasher, cbi_unit *unit,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < unit->count && tally != NULL; i++)
        CBI_TRY(cbi_tally_add(tally, txn, hasher, unit->first + i, &unit->claims[i],
                              &unit->rulings[i], err));
    if (unit->count == 2 && (unit->rulings[0].outcome != CBI_OUTCOME_DEPOSITED ||
                             unit->rulings[1].outcome != CBI_OUTCOME_DEPOSITED))
        refuse_whole(unit);
done:
    return status;
}

cbank_status cbi_unit_judge(const cbi_judge *judge, cbi_txn *txn, cbi_unit *unit,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_unit_rule(judge, txn, unit, err));
    CBI_TRY(cbi_unit_settle(judge->tally, txn, judge->hasher, unit, err));
done:
    return status;
}

void cbi_unit_empty(cbi_unit *unit)
{
    for (size_t i = 0; i < 2; i++) {
        if (unit->items[i].item == NULL) /* nothing has been read there: all of it is large */
            continue;
        cbi_batch_item_empty(&unit->items[i]);
        cbi_person_clear(&unit->persons[i]);
        unit->claims[i] = (cbi_claim){0};
        unit->rulings[i] = (cbi_ruling){0};
    }
    unit->first = 0;
    unit->count = 0;
}

void cbi_unit_clear(cbi_unit *unit)
{
    cbi_unit_empty(unit);
    for (size_t i = 0; i < 2; i++)
        cbi_batch_item_clear(&unit->items[i]);
}
