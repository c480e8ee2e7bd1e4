#include "record/totals.h"

#include "base/decimal.h"

#include <string.h>

/* Where the unit is, or where it belongs. */
static size_t find(const cbi_totals *totals, cbi_bytes unit, bool *found)
{
    size_t at = 0;
    int order = 1;

    while (at < totals->count) {
        order = cbi_bytes_compare(unit, cbi_bytes_of_text(totals->items[at].unit));
        if (order <= 0)
            break;
        at++;
    }
    *found = at < totals->count && order == 0;
    return at;
}

cbank_status cbi_totals_add(cbi_totals *totals, cbi_bytes unit, int64_t milli, cbank_error *err)
{
    bool found;
    size_t at = find(totals, unit, &found);
    cbi_total *total = &totals->items[at];

    if (!cbi_field_is_word(unit))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "unit", "[a-z0-9.-]{1,32}");
    if (found) {
        if (!cbi_milli_add(total->milli, milli, &total->milli))
            return cbi_fail(err, CBI_REASON_TOTAL_OVERFLOW, 0, total->unit, NULL);
        return CBANK_OK;
    }
    if (totals->count == CBI_TOTALS_MAX)
        return cbi_fail(err, CBI_REASON_TOTAL_UNITS, CBI_TOTALS_MAX, NULL, NULL);
    memmove(total + 1, total, (totals->count - at) * sizeof(*total));
    memset(total, 0, sizeof(*total));
    memcpy(total->unit, unit.data, unit.size);
    total->milli = milli;
    totals->count++;
    return CBANK_OK;
}

cbank_status cbi_totals_add_record(cbi_totals *totals, const Cbank__V1__CreditRecord *record,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_totals sum;

    if (record->n_amounts == 1) /* as mostly: all of it or nothing without a copy */
        return cbi_totals_add(totals, cbi_message_text(record->amounts[0]->unit),
                              record->amounts[0]->milli, err);
    sum = *totals;
    for (size_t i = 0; i < record->n_amounts; i++) {
        const Cbank__V1__Amount *amount = record->amounts[i];

        CBI_TRY(cbi_totals_add(&sum, cbi_message_text(amount->unit), amount->milli, err));
    }
    *totals = sum;
done:
    return status;
}

int64_t cbi_totals_of(const cbi_totals *totals, const char *unit)
{
    bool found;
    size_t at = find(totals, cbi_bytes_of_text(unit), &found);

    return found ? totals->items[at].milli : 0;
}
