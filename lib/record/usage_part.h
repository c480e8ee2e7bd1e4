/* usage_part.h - what the parts of the fold share: single steps. */
#ifndef CBI_RECORD_USAGE_PART_H
#define CBI_RECORD_USAGE_PART_H

#include "record/usage.h"

/* The uses that a conversion names; none for any other entry. Lent. */
Cbank__V1__RecordUse *const *cbi_usage_uses_of(const cbi_usage_entry *entry, size_t *count);

/* What one entry does to the others. STATE, TOO_LARGE. */
cbank_status cbi_usage_step(cbi_usage *usage, uint32_t at, cbank_error *err);

/* Every record that a conversion uses holds. STATE. */
cbank_status cbi_usage_check_ground(const cbi_usage *usage, uint32_t conversion, cbank_error *err);

#endif
