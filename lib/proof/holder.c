#include "proof/holder.h"

#include <string.h>

#include "proof/undoing.h"
#include "record/identity.h"

/* That the disclosed document, with this randomness, makes this commitment. */
static cbank_status check_commitment(cbi_hasher *hasher, const Cbank__V1__Holder *holder,
                                     cbi_bytes random_bytes, cbi_bytes commitment, uint64_t where,
                                     cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash random, actual;

    if (!cbi_hash_from(random_bytes, &random))
        return cbi_fail(err, CBI_REASON_HOLDER_DIFFERS, where, NULL, NULL);
    CBI_TRY(cbi_holder_commit(hasher, &random, cbi_message_text(holder->document_type),
                              cbi_message_text(holder->document_number), &actual, err));
    if (!cbi_bytes_equal(cbi_bytes_of_hash(&actual), commitment))
        CBI_TRY(cbi_fail(err, CBI_REASON_HOLDER_DIFFERS, where, NULL, NULL));
done:
    return status;
}

/* What a record or an enrolment commits to; empty for anything else. */
static cbi_bytes commitment_of(const cbi_verdict_item *item)
{
    if (item->record != NULL)
        return cbi_message_bytes(item->record->holder);
    return item->enrolment != NULL ? cbi_message_bytes(item->enrolment->holder) : (cbi_bytes){0};
}

/* An opening must be of the very document that the head discloses. */
static cbank_status check_opening(cbi_hasher *hasher, const Cbank__V1__Holder *holder,
                                  cbi_verdict_item *item, cbank_error *err)
{
    const Cbank__V1__Opening *opening = item->message->opening;
    cbank_status status = CBANK_OK;

    if (holder == NULL || commitment_of(item).size == 0 || opening->name[0] != '\0' ||
        strcmp(opening->document_type, holder->document_type) != 0 ||
        strcmp(opening->number, holder->document_number) != 0)
        return cbi_fail(err, CBI_REASON_HOLDER_DIFFERS, item->sequence, NULL, NULL);
    CBI_TRY(check_commitment(hasher, holder, cbi_message_bytes(opening->random),
                             commitment_of(item), item->sequence, err));
    item->holder_shown = true;
done:
    return status;
}

/* The disclosed document is one that the account is for, by the bank's own commitment to it. */
static cbank_status check_account(cbi_hasher *hasher, const Cbank__V1__Holder *holder,
                                  const cbi_verdict *verdict, cbank_error *err)
{
    cbank_status status = CBANK_E_BAD_HOLDER;

    for (size_t i = 0; i < verdict->item_count && status == CBANK_E_BAD_HOLDER; i++) {
        const cbi_verdict_item *item = &verdict->items[i];
        cbi_bytes commitment;

        if (cbi_undoing_commits(item, &commitment))
            status = check_commitment(hasher, holder, cbi_message_bytes(holder->random),
                                      commitment, 0, err);
    }
    return status;
}

cbank_status cbi_holder_check(cbi_hasher *hasher, cbi_verdict *verdict, cbank_error *err)
{
    const Cbank__V1__Holder *holder = verdict->transcript.head->holder;
    bool disclosed = holder != NULL && holder->document_number[0] != '\0';
    cbank_status status = CBANK_OK;

    if (disclosed) {
        CBI_TRY(check_account(hasher, holder, verdict, err));
        verdict->holder_proven = true;
    }
    for (size_t i = 0; i < verdict->item_count; i++) {
        cbi_verdict_item *item = &verdict->items[i];

        if (item->message->opening != NULL)
            CBI_TRY(check_opening(hasher, disclosed ? holder : NULL, item, err));
    }
done:
    return status;
}
