#include "bank/docket.h"

#include <string.h>

#include "base/memory.h"

cbank_status cbi_docket_begin(cbi_docket *docket, cbank_error *err)
{
    return cbi_ready_new(CBI_BATCH_RECORDS_MAX, &docket->ready, err);
}

void cbi_docket_drop(cbi_docket *docket)
{
    cbi_ready_free(docket->ready);
    docket->ready = NULL;
}

bool cbi_docket_keeps(const cbi_docket *docket)
{
    return docket->ready != NULL;
}

void cbi_docket_turn(cbi_docket *docket, uint64_t version)
{
    if (docket->version == 0 || version < docket->version)
        docket->version = version;
}

/* Whether the opening says of whom it was ruled. */
static bool is_same(const cbi_signing_holder *holder, const cbi_person *person)
{
    return strcmp(holder->type, person->documents[0].type) == 0 &&
           strcmp(holder->number, person->documents[0].number) == 0 &&
           strcmp(holder->name, person->name) == 0;
}

cbank_status cbi_docket_prepare(const cbi_bank *bank, const cbi_claim *claim,
                                const cbi_ruling *ruling, const cbi_signing_holder *holder,
                                const cbi_signing_record *record, cbi_docket_entry *out,
                                cbank_error *err)
{
    const cbi_identity *document = &claim->person->documents[0];

    out->kept = cbi_ready_suits(claim, ruling) && is_same(holder, claim->person);
    if (!out->kept)
        return CBANK_OK;
    return cbi_holding_content_of(bank, cbi_bytes_of_buffer(&record->bytes), document->type,
                                  document->number, &out->content, err);
}

cbank_status cbi_docket_add(cbi_docket *docket, const cbi_claim *claim, const cbi_ruling *ruling,
                            const cbi_signing_record *record, const cbi_docket_entry *entry,
                            cbank_error *err)
{
    cbi_ready_record kept;
    cbank_status status = CBANK_OK;

    if (docket->ready != NULL && entry->kept) {
        kept = cbi_ready_record_of(claim, ruling);
        kept.item = (uint32_t)docket->items;
        kept.random = record->random;
        kept.content = entry->content;
        kept.bytes = cbi_bytes_of_buffer(&record->bytes);
        CBI_TRY(cbi_ready_add(docket->ready, &kept, err));
        docket->kept += cbi_ready_missed(docket->ready) == UINT32_MAX;
    }
    docket->items++;
done:
    cbi_wipe(&kept, sizeof(kept));
    return status;
}

cbank_status cbi_docket_holds(cbi_docket *docket, const cbi_bank *bank, cbi_txn *txn, bool *holds,
                              cbank_error *err)
{
    uint64_t version = cbi_txn_version(txn);
    cbi_ready_record record;
    cbank_status status = CBANK_OK;

    *holds = docket->version == version;
    if (*holds)
        return CBANK_OK;
    *holds = docket->kept == docket->items &&
             cbi_ledger_added_since(bank->ledger, version) <= docket->version;
    for (uint64_t item = 0; *holds && item < docket->items; item++) {
        *holds = cbi_ready_find(docket->ready, (uint32_t)item, &record);
        if (*holds)
            CBI_TRY(cbi_ready_holds(bank, txn, &record, holds, err));
    }
done:
    cbi_wipe(&record, sizeof(record));
    return status;
}
