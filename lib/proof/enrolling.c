#include "proof/enrolling.h"

#include <string.h>

#include "proof/meaning.h"
#include "record/enrolment.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define ACTION(name) CBANK__V1__ENROLMENT_ACTION__ENROLMENT_ACTION_##name

static const Cbank__V1__EnrolmentChanged *changed_of(const cbi_verdict_item *item)
{
    return item->shown ? cbi_statement_body(&item->statement,
                                            &cbank__v1__enrolment_changed__descriptor)
                       : NULL;
}

cbank_status cbi_enrolling_read(cbi_hasher *hasher, cbi_verdict_item *item, cbank_error *err)
{
    const Cbank__V1__EnrolmentChanged *changed = changed_of(item);
    cbank_status status = CBANK_OK;

    if (cbi_verdict_is(item, KIND(ENROLLED))) {
        const Cbank__V1__Enrolled *body = item->statement.body;

        CBI_TRY(cbi_enrolment_parse(cbi_message_bytes(body->enrolment), &item->enrolment, err));
        CBI_TRY(cbi_batch_item_id(hasher, CBI_ITEM_ENROLMENT, cbi_message_bytes(body->enrolment),
                                  &item->record_id, err));
    } else if (changed != NULL) {
        CBI_TRY(cbi_enrolment_change_parse(cbi_message_bytes(changed->change),
                                           &item->enrolment_change, err));
        CBI_TRY(cbi_batch_item_id(hasher, CBI_ITEM_ENROLMENT_CHANGE,
                                  cbi_message_bytes(changed->change), &item->record_id, err));
    }
done:
    return status;
}

static cbank_status differs(const cbi_verdict_item *item, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ENROLMENT_DIFFERS, item->sequence, NULL, NULL);
}

/* Only who signed the enrolment says what becomes of it. */
static bool is_its_own(const cbi_verdict_item *enrolled, const cbi_verdict_item *item)
{
    return item->institution == NULL ||
           strcmp(item->institution->message->institution, enrolled->enrolment->institution) == 0;
}

static cbank_status settle_change(cbi_verdict *verdict, bool complete, cbi_verdict_item *item,
                                  cbank_error *err)
{
    const Cbank__V1__EnrolmentChange *change = item->enrolment_change;
    const Cbank__V1__EnrolmentChanged *body = item->statement.body;
    bool ends = change->action == ACTION(END);
    cbi_verdict_item *enrolled =
        cbi_meaning_find_touched(verdict, item, body->touched_sequence, body->touched_leaf,
                                 CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ENROLMENT);
    cbi_enrolment_state state;
    uint32_t revision;

    if (enrolled == NULL && item->left)
        return CBANK_OK;
    if (enrolled == NULL || ends != cbi_verdict_is(item, KIND(ENROLMENT_ENDED)))
        return differs(item, err);
    if (!enrolled->shown)
        return CBANK_OK;
    if (enrolled->enrolment == NULL ||
        !cbi_bytes_equal(cbi_message_bytes(change->enrolment),
                         cbi_bytes_of_hash(&enrolled->record_id)) ||
        !is_its_own(enrolled, item) || change->revision <= enrolled->revision)
        return differs(item, err);
    state = enrolled->enrolment_state;
    revision = complete ? enrolled->revision : change->revision - 1;
    if (cbi_enrolment_step(&state, &revision, change, NULL) != CBANK_OK)
        return differs(item, err);
    enrolled->enrolment_state = state;
    enrolled->revision = revision;
    return CBANK_OK;
}

/* A chain comes before the one it was merged into, where its enrolments may have changed again. */
cbank_status cbi_enrolling_settle(cbi_verdict *verdict, bool complete, cbank_error *err)
{
    const Cbank__V1__TranscriptHead *head = verdict->transcript.head;
    cbank_status status = CBANK_OK;

    for (size_t c = head->n_chains; c-- > 0;) {
        cbi_verdict_item *items = &verdict->items[cbi_verdict_first(verdict, (uint32_t)c)];

        for (uint32_t i = 0; i < head->chains[c]->items; i++) {
            if (items[i].enrolment != NULL) {
                items[i].enrolment_state = CBI_ENROLMENT_ACTIVE;
                items[i].revision = 1;
            }
            if (items[i].enrolment_change != NULL)
                CBI_TRY(settle_change(verdict, complete, &items[i], err));
        }
    }
done:
    return status;
}
