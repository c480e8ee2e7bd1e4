#include "proof/verdict.h"

#include "base/memory.h"

void cbi_verdict_clear(cbi_verdict *verdict)
{
    for (size_t i = 0; i < verdict->item_count; i++) {
        cbi_verdict_item *item = &verdict->items[i];

        cbi_statement_clear(&item->statement);
        cbi_message_free(item->record);
        cbi_message_free(item->change);
        cbi_message_free(item->message);
    }
    cbi_free(verdict->items);
    cbi_free(verdict->tags);
    cbank_buffer_clear(&verdict->fork[0]);
    cbank_buffer_clear(&verdict->fork[1]);
    cbi_transcript_clear(&verdict->transcript);
    *verdict = (cbi_verdict){0};
}

bool cbi_verdict_is(const cbi_verdict_item *item, Cbank__V1__StatementKind kind)
{
    return item->shown && item->statement.kind->kind == kind;
}
