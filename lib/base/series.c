#include "base/series.h"

#include "base/memory.h"

#define FIRST 32u /* items of the first page */

/* Page 0 begins at item 0, page n at 32 times two to the n - 1. */
static uint32_t page_of(uint32_t index)
{
    return index < FIRST ? 0 : 32 - (uint32_t)__builtin_clz(index / FIRST);
}

static uint32_t first_of(uint32_t page)
{
    return page == 0 ? 0 : FIRST << (page - 1);
}

void *cbi_series_at(const cbi_series *series, uint32_t index)
{
    uint32_t page = page_of(index);

    return series->pages[page] + (index - first_of(page)) * series->item_size;
}

cbank_status cbi_series_reserve(cbi_series *series, cbank_error *err)
{
    uint32_t page = page_of(series->count);
    uint32_t room = page == 0 ? FIRST : first_of(page);

    if (series->pages[page] != NULL)
        return CBANK_OK;
    return cbi_alloc(room, series->item_size, &series->pages[page], err);
}

void *cbi_series_next(cbi_series *series)
{
    return cbi_series_at(series, series->count++);
}

void cbi_series_clear(cbi_series *series)
{
    for (uint32_t i = 0; i < CBI_SERIES_PAGES; i++)
        cbi_free(series->pages[i]);
    *series = (cbi_series){.item_size = series->item_size};
}
