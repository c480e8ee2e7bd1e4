#include "bank/correction.h"

#include "bank/capacity.h"

#include <string.h>

#include "bank/errand.h"
#include "bank/vault.h"
#include "record/overlay.h"

#define SUPERSEDE CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE

cbank_status cbi_correction_check(const cbi_correction *correction, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_errand_check_reason(correction->reason, err));
    if (correction->action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_UNSPECIFIED)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "action", NULL);
    if ((correction->action == SUPERSEDE) != (correction->amendment != NULL))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "amendment", NULL);
    if (correction->amendment != NULL)
        CBI_TRY(cbi_overlay_check(correction->amendment, err));
done:
    return status;
}

/* The record that takes the place of the old one, for the same holder. */
static cbank_status add_revision(const cbi_bank *bank, cbi_reader *reader,
                                 const cbi_correction *correction, const cbi_holding *holding,
                                 cbi_batch_builder *builder, cbank_error *err)
{
    Cbank__V1__Opening *opening = NULL;
    cbi_signing_holder holder;
    cbank_status status = CBANK_OK;
    cbi_signing_subject subject = cbi_signing_subject_of(correction->institution, holding);
    cbi_hash before, after, grant;
    cbi_overlay overlay;

    CBI_TRY(cbi_vault_get_opening(bank, reader->txn, holding->index, &opening, err));
    CBI_TRY(cbi_overlay_make(holding->record, correction->amendment, &overlay, err));
    CBI_TRY(cbi_holding_content(bank, holding->record, opening->document_type, opening->number,
                                &before, err));
    CBI_TRY(cbi_holding_content(bank, &overlay.record, opening->document_type, opening->number,
                                &after, err));
    if (cbi_hash_equal(&before, &after))
        CBI_TRY(cbi_fail(err, CBI_REASON_ALREADY_SO, 0, NULL, NULL));
    holder = (cbi_signing_holder){
        .type = opening->document_type, .number = opening->number, .name = ""};
    CBI_TRY(cbi_capacity_find(reader->txn, correction->institution,
                              overlay.record.awarded_by->institution, overlay.record.type, true,
                              correction->now, &grant, err));
    CBI_TRY(cbi_signing_add_change(builder, subject, SUPERSEDE, correction->reason,
                                   correction->document, err));
    CBI_TRY(cbi_signing_add_record(builder, correction->institution, &overlay.record, &holder,
                                   holding->record->revision + 1, &holding->id, &grant, err));
done:
    cbi_vault_free_opening(opening);
    return status;
}

static cbank_status add(const cbi_bank *bank, cbi_reader *reader, const cbi_correction *correction,
                        const cbi_holding *holding, cbi_batch_builder *builder, cbank_error *err)
{
    cbi_record_state next = holding->state;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_capacity_check(reader->txn, correction->institution, holding->record,
                               correction->action, correction->now, err));
    CBI_TRY(cbi_record_state_step(&next, correction->action, err));
    if (correction->action == SUPERSEDE)
        CBI_TRY(add_revision(bank, reader, correction, holding, builder, err));
    else
        CBI_TRY(cbi_signing_add_change(builder,
                                       cbi_signing_subject_of(correction->institution, holding),
                                       correction->action, correction->reason,
                                       correction->document, err));
done:
    return status;
}

cbank_status cbi_correction_add(const cbi_bank *bank, cbi_reader *reader,
                                const cbi_correction *correction, const cbi_holding *holding,
                                cbi_batch_builder *builder, cbank_error *err)
{
    cbank_status status = add(bank, reader, correction, holding, builder, err);
    char id[CBI_DISPLAY_ID_MAX];

    if (status != CBANK_OK) {
        cbi_holding_display_id(holding->index, &holding->id, id);
        cbi_error_name(err, id);
    }
    return status;
}
