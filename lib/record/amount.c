#include "record/amount.h"

#include "base/decimal.h"
#include "record/field.h"
#include "record/totals.h"

cbank_status cbi_amount_check(const Cbank__V1__Amount *amount, cbank_error *err)
{
    if (amount == NULL)
        return CBANK_OK;
    if (!cbi_field_is_word(cbi_message_text(amount->unit)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "unit", "[a-z0-9.-]{1,32}");
    if (amount->milli < 0 || amount->milli > CBI_MILLI_MAX)
        return cbi_fail(err, CBI_REASON_BAD_AMOUNT, 0, "amounts", "%s", amount->unit);
    return CBANK_OK;
}

cbank_status cbi_amounts_check(Cbank__V1__Amount *const *amounts, size_t count, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_count("amounts", count, CBI_TOTALS_MAX, err));
    for (size_t i = 0; i < count; i++) {
        CBI_TRY(cbi_amount_check(amounts[i], err));
        for (size_t j = 0; j < i; j++) {
            if (cbi_bytes_equal(cbi_message_text(amounts[i]->unit),
                                cbi_message_text(amounts[j]->unit)))
                return cbi_fail(err, CBI_REASON_FIELD_TWICE, i, "amounts", "%s",
                                amounts[i]->unit);
        }
    }
done:
    return status;
}
