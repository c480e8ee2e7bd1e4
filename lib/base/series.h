/*
 * series.h - items of one size that stay where they are while more come.
 *
 * An array that grows is there twice while it is copied: with a million items that is what memory
 * is short of. Here each page has room for as many items as all pages before it.
 */
#ifndef CBI_BASE_SERIES_H
#define CBI_BASE_SERIES_H

#include "base/error.h"

#define CBI_SERIES_PAGES 28u /* of the first page's 32 items, then 32, 64, ...: all of 32 bits */

/* Begin with {.item_size}; clear with cbi_series_clear. */
typedef struct cbi_series {
    size_t item_size;
    uint32_t count;
    uint8_t *pages[CBI_SERIES_PAGES];
} cbi_series;

/* Of `index` < count; valid until the series is cleared. */
void *cbi_series_at(const cbi_series *series, uint32_t index);
/* Room for one more. */
cbank_status cbi_series_reserve(cbi_series *series, cbank_error *err);
/* One more, zeroed, where there is room for it. */
void *cbi_series_next(cbi_series *series);
/* Without wiping. */
void cbi_series_clear(cbi_series *series);

#endif
