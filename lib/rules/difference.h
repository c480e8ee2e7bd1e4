/*
 * difference.h - what has changed from one edition of published data to another, item by item.
 *
 * Items are the same if they bear the same name: a rule its id, a course its code. What bears none,
 * the residency of a programme, is compared by its place.
 */
#ifndef CBI_RULES_DIFFERENCE_H
#define CBI_RULES_DIFFERENCE_H

#include "rules/content.h"

/* One item that is not the same; lent from the two contents. */
typedef struct cbi_change {
    unsigned list;
    cbi_bytes before; /* no data: it is new */
    cbi_bytes after;  /* no data: it is gone */
} cbi_change;

/* Begins as {0}. */
typedef struct cbi_changes {
    cbi_change *list; /* list by list, then by name */
    uint32_t count, room;
} cbi_changes;

/* Two contents of one kind. */
cbank_status cbi_difference_find(const cbi_content *before, const cbi_content *after,
                                 cbi_changes *out, cbank_error *err);
void cbi_changes_clear(cbi_changes *changes);

#define CBI_DIFFERENCE_TEXT_MAX 256

/* The item's name, "a/b" where it has several parts; "" if it has none. */
void cbi_difference_name(int kind, unsigned list, cbi_bytes item,
                         char out[CBI_DIFFERENCE_TEXT_MAX]);

/* One field that is not the same. What is no text or number itself is not written out. */
typedef struct cbi_field_change {
    const char *name;
    char before[CBI_DIFFERENCE_TEXT_MAX];
    char after[CBI_DIFFERENCE_TEXT_MAX];
} cbi_field_change;

/*
 * The next field that differs, in the order of their numbers; begin with `*at` 0. Either message
 * may be empty. False at the end.
 */
bool cbi_difference_field(const ProtobufCMessageDescriptor *type, cbi_bytes before,
                          cbi_bytes after, unsigned *at, cbi_field_change *out);

#endif
