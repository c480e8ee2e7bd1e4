/* names.h - a set of names, many of them, to look up what refers to them. */
#ifndef CBI_RULES_NAMES_H
#define CBI_RULES_NAMES_H

#include "base/bytes.h"

/* Begins as {0}; owns the list, not the texts. */
typedef struct cbi_names {
    cbi_bytes *items; /* in byte order once they are sorted */
    uint32_t count;
    uint32_t room;
} cbi_names;

/* TOO_LARGE beyond CBI_PUBLICATION_ITEMS_MAX. Names may be added twice. */
cbank_status cbi_names_add(cbi_names *names, cbi_bytes name, cbank_error *err);
/* After the last name, before the first question. */
void cbi_names_sort(cbi_names *names);
bool cbi_names_has(const cbi_names *names, cbi_bytes name);
void cbi_names_clear(cbi_names *names);

#endif
