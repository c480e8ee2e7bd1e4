#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "record/field.h"
#include "rules/validate.h"

#define ITEM_SHOWN_MAX 40
#define TITLES_MAX 16

void cbi_complain(cbi_validator *validator, cbi_reason reason, const char *field,
                  const char *detail, ...)
{
    char object[160], text[320] = "";
    va_list arguments;

    if (validator->status != CBANK_OK)
        return;
    if (detail != NULL) {
        va_start(arguments, detail);
        vsnprintf(text, sizeof(text), detail, arguments);
        va_end(arguments);
    }
    snprintf(object, sizeof(object), "%.*s %s", ITEM_SHOWN_MAX, validator->item, field);
    validator->status = cbi_findings_add(validator->findings, CBI_SEVERITY_ERROR, reason,
                                         validator->spot, object, validator->err, "%s", text);
}

void cbi_complain_of(cbi_validator *validator, const char *field, const cbank_error *why)
{
    cbi_complain(validator, (cbi_reason)why->reason, field, "%s", why->detail);
}

void cbi_validate_id(cbi_validator *validator, const char *field, const char *id)
{
    cbi_bytes text = cbi_message_text(id);
    cbank_error why = {0};

    if (cbi_field_text(field, id, CBI_ID_MAX, &why) != CBANK_OK)
        cbi_complain_of(validator, field, &why);
    else if (text.data[0] == ' ' || text.data[text.size - 1] == ' ')
        cbi_complain(validator, CBI_REASON_FIELD_VALUE, field, "a blank at an end");
}

void cbi_validate_text(cbi_validator *validator, const char *field, const char *text)
{
    cbank_error why = {0};

    if (cbi_message_text(text).size > 0 &&
        cbi_field_text(field, text, CBI_TEXT_MAX, &why) != CBANK_OK)
        cbi_complain_of(validator, field, &why);
}

void cbi_validate_titles(cbi_validator *validator, const char *field,
                         Cbank__V1__LangText *const *titles, size_t count)
{
    cbank_error why = {0};

    if (count > TITLES_MAX) {
        cbi_complain(validator, CBI_REASON_FIELD_COUNT, field, NULL);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (cbi_field_language(field, titles[i]->lang, &why) != CBANK_OK ||
            cbi_field_text(field, titles[i]->value, CBI_TEXT_MAX, &why) != CBANK_OK)
            cbi_complain_of(validator, field, &why);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(titles[i]->lang, titles[j]->lang) == 0)
                cbi_complain(validator, CBI_REASON_FIELD_TWICE, field, "%s", titles[i]->lang);
        }
    }
}

void cbi_validate_reference(cbi_validator *validator, const char *field, cbi_known_kind kind,
                            const char *name)
{
    if (!cbi_known_has(validator->known, kind, cbi_message_text(name)))
        cbi_complain(validator, CBI_REASON_RULE_REFERENCE, field, "%s", name);
}

void cbi_validate_days(cbi_validator *validator, const char *field, uint32_t from, uint32_t until)
{
    if ((from != 0 && (from % 100 == 0 || !cbi_date_is_valid(from))) ||
        (until != 0 && (until % 100 == 0 || !cbi_date_is_valid(until))))
        cbi_complain(validator, CBI_REASON_BAD_DATE, field, "%u..%u", from, until);
    else if (from != 0 && until != 0 && until < from)
        cbi_complain(validator, CBI_REASON_RULE_RANGE, field, "%u..%u", from, until);
}

void cbi_validate_amount(cbi_validator *validator, const char *field, int64_t milli, bool positive)
{
    if (milli < (positive ? 1 : 0) || milli > CBI_MILLI_MAX)
        cbi_complain(validator, CBI_REASON_RULE_NUMBER, field, "%lld/1000", (long long)milli);
}

void cbi_validate_ratio(cbi_validator *validator, const char *field, int64_t num, int64_t den)
{
    if (den <= 0)
        cbi_complain(validator, CBI_REASON_RULE_DIVISOR, field, "%lld/%lld", (long long)num,
                     (long long)den);
    else if (num < 0 || num > CBI_RATIO_MAX || den > CBI_RATIO_MAX)
        cbi_complain(validator, CBI_REASON_RULE_NUMBER, field, "%lld/%lld", (long long)num,
                     (long long)den);
}

void cbi_validate_range(cbi_validator *validator, const char *field, const Cbank__V1__Range *range)
{
    if (range == NULL)
        return;
    if ((!range->bounded_below && range->min_milli != 0) ||
        (!range->bounded_above && range->max_milli != 0))
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, field, "a bound that is not in force");
    if (range->min_milli < -CBI_MILLI_MAX || range->min_milli > CBI_MILLI_MAX ||
        range->max_milli < -CBI_MILLI_MAX || range->max_milli > CBI_MILLI_MAX)
        cbi_complain(validator, CBI_REASON_RULE_NUMBER, field, NULL);
    if (!range->bounded_below && !range->bounded_above)
        cbi_complain(validator, CBI_REASON_RULE_RANGE, field, "..");
    else if (range->bounded_below && range->bounded_above && range->min_milli > range->max_milli)
        cbi_complain(validator, CBI_REASON_RULE_RANGE, field, "%lld..%lld (1/1000)",
                     (long long)range->min_milli, (long long)range->max_milli);
}

void cbi_validate_list(cbi_validator *validator, const char *field, char *const *list,
                       size_t count, size_t limit)
{
    if (count > limit) {
        cbi_complain(validator, CBI_REASON_FIELD_COUNT, field, "%zu", count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        cbi_validate_id(validator, field, list[i]);
        if (i > 0 && cbi_bytes_compare(cbi_message_text(list[i - 1]),
                                       cbi_message_text(list[i])) >= 0)
            cbi_complain(validator, CBI_REASON_RULE_ORDER, field, "%s", list[i]);
    }
}

void cbi_validate_over(cbi_validator *validator, const char *field, int64_t max_milli,
                       Cbank__V1__CapOver over)
{
    cbi_validate_amount(validator, field, max_milli, false);
    if ((max_milli > 0) != (over != CBANK__V1__CAP_OVER__CAP_OVER_UNSPECIFIED))
        cbi_complain(validator, max_milli > 0 ? CBI_REASON_FIELD_MISSING : CBI_REASON_RULE_UNFIT,
                     field, "over");
}
