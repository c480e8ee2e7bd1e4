/* listed.h - what the catalogues that a rule set uses say of a record. */
#ifndef CBI_RULES_LISTED_H
#define CBI_RULES_LISTED_H

#include "rules/fact.h"
#include "rules/reference.h"

/* The record's entry on the day: of its code and type, its institution's or nobody's; or NULL. */
const Cbank__V1__CatalogueEntry *cbi_listed_entry(const cbi_reference *reference,
                                                  const char *catalogue, const cbi_fact *fact,
                                                  uint32_t day);
/* What an entry holds in a unit; 0 if it does not say. */
int64_t cbi_listed_amount(const Cbank__V1__CatalogueEntry *entry, const char *unit);

#endif
