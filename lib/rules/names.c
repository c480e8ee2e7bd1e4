#include "rules/names.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"

cbank_status cbi_names_add(cbi_names *names, cbi_bytes name, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (names->count == CBI_PUBLICATION_ITEMS_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_COUNT, CBI_PUBLICATION_ITEMS_MAX, "names", NULL);
    CBI_TRY(cbi_grow(&names->items, sizeof(*names->items), names->count, &names->room,
                     CBI_PUBLICATION_ITEMS_MAX, err));
    names->items[names->count++] = name;
done:
    return status;
}

static int compare(const void *a, const void *b)
{
    return cbi_bytes_compare(*(const cbi_bytes *)a, *(const cbi_bytes *)b);
}

void cbi_names_sort(cbi_names *names)
{
    if (names->count > 1)
        qsort(names->items, names->count, sizeof(*names->items), compare);
}

bool cbi_names_has(const cbi_names *names, cbi_bytes name)
{
    return names->count > 0 && bsearch(&name, names->items, names->count, sizeof(*names->items),
                                       compare) != NULL;
}

void cbi_names_clear(cbi_names *names)
{
    cbi_free(names->items);
    *names = (cbi_names){0};
}
