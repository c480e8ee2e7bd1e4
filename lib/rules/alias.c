#include "rules/alias.h"

#include "base/limits.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cbank_status cbi_aliases_add(cbi_aliases *aliases, const char *member, const char *set,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (aliases->count == CBI_PLAN_ITEMS_MAX)
        return cbi_fail(err, CBI_REASON_PLAN_TOO_LARGE, CBI_PLAN_ITEMS_MAX, "aliases", NULL);
    CBI_TRY(cbi_grow(&aliases->items, sizeof(*aliases->items), aliases->count, &aliases->room,
                     CBI_PLAN_ITEMS_MAX, err));
    aliases->items[aliases->count++] = (cbi_alias){member, set};
done:
    return status;
}

static int compare(const void *left, const void *right)
{
    const cbi_alias *a = left;
    const cbi_alias *b = right;
    int order = strcmp(a->member, b->member);

    return order != 0 ? order : strcmp(a->set, b->set);
}

void cbi_aliases_sort(cbi_aliases *aliases)
{
    if (aliases->count > 1)
        qsort(aliases->items, aliases->count, sizeof(*aliases->items), compare);
}

void cbi_aliases_clear(cbi_aliases *aliases)
{
    cbi_free(aliases->items);
    *aliases = (cbi_aliases){0};
}

/* The first of a member's rows, or where it would stand. */
static uint32_t find_first(const cbi_aliases *aliases, const char *member)
{
    uint32_t low = 0;
    uint32_t high = aliases->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (strcmp(aliases->items[middle].member, member) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_known(const char *const *sets, uint32_t count, const char *set)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(sets[i], set) == 0)
            return true;
    return false;
}

static void find_direct(const cbi_aliases *aliases, const char *member, const char **sets,
                        uint32_t *count, uint32_t room)
{
    for (uint32_t i = find_first(aliases, member);
         i < aliases->count && strcmp(aliases->items[i].member, member) == 0; i++)
        if (*count < room && !is_known(sets, *count, aliases->items[i].set))
            sets[(*count)++] = aliases->items[i].set;
}

void cbi_aliases_find(const cbi_aliases *aliases, const char *member, const char **sets,
                      uint32_t *count, uint32_t room)
{
    uint32_t next = *count;

    if (aliases->count == 0)
        return;
    find_direct(aliases, member, sets, count, room);
    for (; next < *count; next++) {
        char name[CBI_ID_MAX + 2];

        snprintf(name, sizeof(name), "@%s", sets[next]);
        find_direct(aliases, name, sets, count, room);
    }
}
