#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "rules/lint.h"
#include "rules/unitbook.h"

/* A unit that is met twice has to be worth the same both times. */
static cbank_status compare(const cbi_unitbook *book, const cbi_items *items,
                            cbi_findings *findings, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (uint32_t i = 0; i < book->ratio_count; i++) {
        const Cbank__V1__UnitRatio *ratio = book->ratios[i];
        const cbi_unit_worth *unit = cbi_unitbook_find(book, ratio->unit);
        const cbi_unit_worth *other = cbi_unitbook_find(book, ratio->other);
        cbi_unit_worth next = {0};

        if (unit->root == NULL || other->root == NULL || unit->root != other->root ||
            !cbi_unitbook_step(other, ratio->num, ratio->den, &next))
            continue;
        if (next.num != unit->num || next.den != unit->den)
            CBI_TRY(cbi_findings_add(findings, CBI_SEVERITY_WARNING, CBI_REASON_LINT_RATIOS,
                                     items->list[i].spot, ratio->unit, err, "%s", ratio->other));
    }
done:
    return status;
}

cbank_status cbi_lint_units(const cbi_content *content, cbi_findings *findings, cbank_error *err)
{
    const cbi_items *items = &content->lists[CBI_UNITS_RATIOS];
    Cbank__V1__UnitRatio **ratios = NULL;
    cbi_unitbook book = {0};
    uint32_t count = 0;
    cbank_status status = CBANK_OK;

    if (items->count == 0)
        return CBANK_OK;
    CBI_TRY(cbi_alloc(items->count, sizeof(*ratios), &ratios, err));
    for (uint32_t i = 0; i < items->count; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__unit_ratio__descriptor, items->list[i].bytes,
                                  &ratios[i], err));
        count++;
        if (ratios[i]->num <= 0 || ratios[i]->den <= 0)
            goto done; /* told already */
    }
    CBI_TRY(cbi_unitbook_fill(&book, ratios, count, err));
    CBI_TRY(compare(&book, items, findings, err));
done:
    for (uint32_t i = 0; i < count; i++)
        cbi_message_free(ratios[i]);
    cbi_free(ratios);
    cbi_unitbook_clear(&book);
    return status;
}
