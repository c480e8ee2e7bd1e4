#include "rules/listed.h"

#include <string.h>

const Cbank__V1__CatalogueEntry *cbi_listed_entry(const cbi_reference *reference,
                                                  const char *catalogue, const cbi_fact *fact,
                                                  uint32_t day)
{
    const Cbank__V1__CreditRecord *record = fact->record;
    const cbi_entry_key key = {
        .code = record->code,
        .type = cbi_fact_type_word(record->type),
        .institution = record->awarded_by == NULL ? "" : record->awarded_by->institution,
        .day = day};

    return record->code[0] == '\0' ? NULL : cbi_reference_entry(reference, catalogue, &key);
}

int64_t cbi_listed_amount(const Cbank__V1__CatalogueEntry *entry, const char *unit)
{
    for (size_t i = 0; i < entry->n_amounts; i++)
        if (strcmp(entry->amounts[i]->unit, unit) == 0)
            return entry->amounts[i]->milli;
    return 0;
}
