/*
 * alias.h - sets of names: institutions that share rules, codes that mean the same course.
 *
 * Asked the other way round than they are written: of which sets is this a member? A set may hold
 * sets ("@name"); one that holds itself adds nothing.
 */
#ifndef CBI_RULES_ALIAS_H
#define CBI_RULES_ALIAS_H

#include "base/bytes.h"

/* Texts are borrowed. */
typedef struct cbi_alias {
    const char *member;
    const char *set;
} cbi_alias;

/* Begins as {0}; owns the list. */
typedef struct cbi_aliases {
    cbi_alias *items; /* by member, once they are sorted */
    uint32_t count;
    uint32_t room;
} cbi_aliases;

#define CBI_ALIASES_FOUND_MAX 256u /* sets that one name is found to be in */

cbank_status cbi_aliases_add(cbi_aliases *aliases, const char *member, const char *set,
                             cbank_error *err);
/* After the last one, before the first question. */
void cbi_aliases_sort(cbi_aliases *aliases);
void cbi_aliases_clear(cbi_aliases *aliases);

/* Appends the sets that hold the member, or hold a set that does; at most `room` in all. */
void cbi_aliases_find(const cbi_aliases *aliases, const char *member, const char **sets,
                      uint32_t *count, uint32_t room);

#endif
