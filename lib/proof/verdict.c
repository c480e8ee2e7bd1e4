#include "proof/verdict.h"

#include "base/memory.h"

void cbi_verdict_clear(cbi_verdict *verdict)
{
    for (size_t i = 0; i < verdict->item_count; i++) {
        cbi_verdict_item *item = &verdict->items[i];

        cbi_message_free(item->change);
        cbi_message_free(item->enrolment);
        cbi_message_free(item->enrolment_change);
    }
    for (size_t i = 0; i < verdict->decision_count; i++)
        cbi_decision_clear(&verdict->decisions[i]);
    cbi_free(verdict->decisions);
    cbi_free(verdict->items);
    cbi_free(verdict->tags);
    cbi_free(verdict->joins);
    cbank_buffer_clear(&verdict->fork[0]);
    cbank_buffer_clear(&verdict->fork[1]);
    cbi_transcript_clear(&verdict->transcript);
    *verdict = (cbi_verdict){0};
}

cbank_status cbi_verdict_fork(cbi_verdict *verdict, cbi_bytes one, cbi_bytes other,
                              cbank_error *err)
{
    const Cbank__V1__TranscriptHead *head = verdict->transcript.head;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_buffer_set(&verdict->fork[0], one, err));
    CBI_TRY(cbi_buffer_set(&verdict->fork[1], other, err));
    CBI_TRY(cbi_fail(err, CBI_REASON_LOG_FORKED, head->size, head->origin, NULL));
done:
    return status;
}

void cbi_verdict_keep_fork(cbi_verdict *verdict)
{
    cbi_verdict kept = {.fork = {verdict->fork[0], verdict->fork[1]}};

    verdict->fork[0] = verdict->fork[1] = (cbank_buffer){0};
    cbi_verdict_clear(verdict);
    *verdict = kept;
}

size_t cbi_verdict_first(const cbi_verdict *verdict, uint32_t chain)
{
    size_t first = 0;

    for (uint32_t c = 0; c < chain; c++)
        first += verdict->transcript.head->chains[c]->items;
    return first;
}

bool cbi_verdict_find_record(const cbi_verdict_item *item, cbi_bytes *out)
{
    const Cbank__V1__CreditDeposited *deposited = item->statement.body;
    const Cbank__V1__CreditReceived *received = item->statement.body;

    if (cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_DEPOSITED))
        *out = cbi_message_bytes(deposited->record);
    else if (cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_RECEIVED))
        *out = cbi_message_bytes(received->record);
    else
        return false;
    return true;
}
