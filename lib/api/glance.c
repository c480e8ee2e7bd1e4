#include "api/glance.h"

#include "base/memory.h"
#include "record/credit.h"
#include "record/usage.h"

static cbank_status skip_evidence(cbi_transcript *transcript, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes part;

    for (uint32_t i = 0; i < transcript->head->batches + transcript->head->recognitions; i++)
        CBI_TRY(cbi_file_next(&transcript->file, &part, err));
done:
    return status;
}

/* So that what a revocation in the file ends does not look as if it held. */
static cbank_status read_change(cbi_verdict_item *chain, cbi_verdict_item *item, cbank_error *err)
{
    const Cbank__V1__CreditChanged *body = item->statement.body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_credit_change_parse(cbi_message_bytes(body->change), &item->change, err));
    if (body->touched_sequence < item->sequence)
        (void)cbi_record_state_step(&chain[body->touched_sequence].state, item->change->action,
                                    NULL);
done:
    return status;
}

/* `chain` is the first item of the chain. */
static cbank_status read_item(cbi_verdict *verdict, cbi_verdict_item *chain,
                              cbi_verdict_item *item, cbank_error *err)
{
    cbi_file *file = &verdict->transcript.file;
    const Cbank__V1__TranscriptItem *message;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_file_next_within(file, &cbank__v1__transcript_item__descriptor, &item->message,
                                 err));
    message = item->message;
    CBI_TRY(cbi_transcript_item_check(message, item->sequence, err));
    item->entry_class = (uint8_t)message->entry_class;
    if (message->statement.len == 0)
        goto done;
    CBI_TRY(cbi_statement_parse_within(file->head, cbi_message_bytes(message->statement),
                                       &item->statement, err));
    item->shown = true;
    verdict->shown++;
    item->entry_class = (uint8_t)item->statement.kind->entry_class;
    if (cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_DEPOSITED)) {
        const Cbank__V1__CreditDeposited *body = item->statement.body;

        item->record_bytes = cbi_message_bytes(body->record);
        CBI_TRY(cbi_credit_record_parse_within(file->head, item->record_bytes, &item->record,
                                               err));
    } else if (cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_CHANGED)) {
        CBI_TRY(read_change(chain, item, err));
    }
done:
    return status;
}

static cbank_status read_items(cbi_verdict *verdict, cbank_error *err)
{
    const Cbank__V1__TranscriptHead *head = verdict->transcript.head;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(verdict->transcript.items, sizeof(*verdict->items), &verdict->items, err));
    for (uint32_t c = 0; c < head->n_chains; c++) {
        cbi_verdict_item *chain = &verdict->items[verdict->item_count];

        for (uint32_t i = 0; i < head->chains[c]->items; i++) {
            cbi_verdict_item *item = &verdict->items[verdict->item_count++];

            item->chain = c;
            item->sequence = i;
            CBI_TRY(read_item(verdict, chain, item, err));
            if (verdict->shown > CBI_TRANSCRIPT_SHOWN_MAX)
                CBI_TRY(cbi_fail(err, CBI_REASON_TOO_MANY, CBI_TRANSCRIPT_SHOWN_MAX, "shown",
                                 NULL));
        }
    }
done:
    return status;
}

static cbank_status read_end(cbi_verdict *verdict, cbank_error *err)
{
    Cbank__V1__LogProof *proof = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_file_next_message(&verdict->transcript.file, &cbank__v1__log_proof__descriptor,
                                  &proof, err));
    CBI_TRY(cbi_file_end(&verdict->transcript.file, err));
    for (size_t i = 0; i < verdict->item_count; i++) {
        cbi_verdict_item *item = &verdict->items[i];

        item->listed = cbi_record_listed(item->state, CBI_WHERE_HERE, false);
        if (item->record != NULL && item->state == CBI_RECORD_HELD)
            CBI_TRY(cbi_totals_add_record(&verdict->totals, item->record, err));
    }
done:
    cbi_message_free(proof);
    return status;
}

cbank_status cbi_glance_read(cbi_bytes file, cbi_verdict *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_transcript_open(file, &out->transcript, err));
    CBI_TRY(skip_evidence(&out->transcript, err));
    CBI_TRY(read_items(out, err));
    CBI_TRY(read_end(out, err));
done:
    return status;
}
