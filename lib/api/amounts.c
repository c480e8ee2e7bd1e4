#include "api/amounts.h"

#include "wire/message.h"

void cbi_amounts_of(const cbi_totals *totals, cbi_amounts *out)
{
    out->count = totals->count;
    for (size_t i = 0; i < totals->count; i++) {
        cbank__v1__amount__init(&out->items[i]);
        out->items[i].unit = cbi_message_string(totals->items[i].unit);
        out->items[i].milli = totals->items[i].milli;
        out->list[i] = &out->items[i];
    }
}
