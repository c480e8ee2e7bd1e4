#include "store/engine.h"

#include <string.h>

#include "base/memory.h"

#define PAGE_BYTES_MAX (1024u * 1024)
/* Taken at first, of what may come: more than most pages need. */
#define FIRST_ROWS 64u
#define FIRST_ROW_BYTES 256u

/* Rooms for the first rows: a buffer that grows to their size is wiped and moved each time. */
static cbank_status begin(cbi_page *page, size_t limit, cbank_error *err)
{
    size_t rows = limit < FIRST_ROWS ? limit : FIRST_ROWS;
    cbank_status status = CBANK_OK;

    if (page->capacity > 0)
        return CBANK_OK;
    CBI_TRY(cbi_alloc(rows, sizeof(*page->rows), &page->rows, err));
    page->capacity = rows;
    CBI_TRY(cbi_buffer_reserve(&page->bytes, rows * FIRST_ROW_BYTES, err));
done:
    return status;
}

/* After begin, so that there is something to double. */
static cbank_status grow(cbi_page *page, cbank_error *err)
{
    size_t capacity = 2 * page->capacity;
    struct cbi_row *rows = NULL;
    cbank_status status = cbi_alloc(capacity, sizeof(*rows), &rows, err);

    if (status != CBANK_OK)
        return status;
    if (page->count > 0)
        memcpy(rows, page->rows, page->count * sizeof(*rows));
    cbi_free(page->rows);
    page->rows = rows;
    page->capacity = capacity;
    return CBANK_OK;
}

cbank_status cbi_page_add(cbi_page *page, size_t limit, cbi_bytes key, cbi_bytes value, bool *added,
                          cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t start = page->bytes.size;

    *added = page->count < limit &&
             (page->count == 0 || start + key.size + value.size <= PAGE_BYTES_MAX);
    if (!*added)
        return CBANK_OK;
    CBI_TRY(begin(page, limit, err));
    if (page->count == page->capacity)
        CBI_TRY(grow(page, err));
    CBI_TRY(cbi_buffer_append(&page->bytes, key, err));
    CBI_TRY(cbi_buffer_append(&page->bytes, value, err));
    page->rows[page->count++] = (struct cbi_row){
        .key_offset = start,
        .key_size = key.size,
        .value_offset = start + key.size,
        .value_size = value.size,
    };
done:
    return status;
}

bool cbi_page_begins(cbi_bytes key, cbi_bytes prefix)
{
    return key.size >= prefix.size && cbi_bytes_equal(cbi_bytes_of(key.data, prefix.size), prefix);
}

cbi_bytes cbi_page_key(const cbi_page *page, size_t row)
{
    const struct cbi_row *at = &page->rows[row];

    return cbi_bytes_of(page->bytes.data + at->key_offset, at->key_size);
}

cbi_bytes cbi_page_value(const cbi_page *page, size_t row)
{
    const struct cbi_row *at = &page->rows[row];

    return cbi_bytes_of(page->bytes.data + at->value_offset, at->value_size);
}

void cbi_page_clear(cbi_page *page)
{
    if (page == NULL)
        return;
    cbank_buffer_clear(&page->bytes);
    cbi_free(page->rows);
    *page = (cbi_page){0};
}
