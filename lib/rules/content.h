/*
 * content.h - what a publication holds, item by item, still packed; and its pages.
 *
 * The same for every kind: a page is a message of lists, and the items of list N are its field N.
 * An author adds items in any order; from pages they come as they stand there. Sorted, the same
 * items always make the same pages.
 */
#ifndef CBI_RULES_CONTENT_H
#define CBI_RULES_CONTENT_H

#include "rules/finding.h"
#include "wire/message.h"

#include "cbank/v1/programme.pb-c.h"
#include "cbank/v1/publication.pb-c.h"
#include "cbank/v1/reference.pb-c.h"
#include "cbank/v1/ruleset.pb-c.h"

#define CBI_CONTENT_LISTS 6 /* numbers of fields, from 1 on */

/* Numbers of the lists, by kind. */
enum {
    CBI_RULESET_INSTITUTION_GROUPS = 1,
    CBI_RULESET_ALIASES = 2,
    CBI_RULESET_GROUPS = 3,
    CBI_RULESET_CAPS = 4,
    CBI_RULESET_RULES = 5,
    CBI_PROGRAMME_TERMS = 1,
    CBI_PROGRAMME_BUCKETS = 2,
    CBI_PROGRAMME_RESIDENCY = 3,
    CBI_PROGRAMME_ENTRY_POINTS = 4,
    CBI_PROGRAMME_COURSES = 5,
    CBI_FRAMEWORK_LEVELS = 1,
    CBI_FRAMEWORK_CROSSWALKS = 2,
    CBI_CATALOGUE_ENTRIES = 1,
    CBI_UNITS_UNITS = 1,
    CBI_UNITS_RATIOS = 2,
    CBI_SCALES_SCALES = 1,
    CBI_SCALES_MAPPINGS = 2,
};

typedef struct cbi_item {
    cbi_bytes bytes; /* one packed message */
    cbi_spot spot;   /* where its author wrote it */
} cbi_item;

typedef struct cbi_items {
    cbi_item *list;
    uint32_t count;
    uint32_t room;
} cbi_items;

/* Begins with its kind; owns items that were added, and lends pages. */
typedef struct cbi_content {
    Cbank__V1__PublicationKind kind;
    cbi_items lists[CBI_CONTENT_LISTS];
    cbi_arena arena;
} cbi_content;

/* The message of a page, and that of an item of a list; NULL where there is none. */
const ProtobufCMessageDescriptor *cbi_content_page_type(int kind);
const ProtobufCMessageDescriptor *cbi_content_item_type(int kind, unsigned list);
/* How many items a list may have. */
uint32_t cbi_content_limit(int kind, unsigned list);
/* Which list `items` of the head counts: rules, levels, courses, entries, units, scales. */
unsigned cbi_content_main_list(int kind);
/* "rules", "caps" ...: the name of a list in the schema; "" where there is none. */
const char *cbi_content_list_name(int kind, unsigned list);

/* Packs a message and keeps the bytes. MALFORMED or TOO_LARGE if it would not be read again. */
cbank_status cbi_content_add(cbi_content *content, unsigned list, const void *message,
                             cbi_spot spot, cbank_error *err);
/*
 * Takes the items of a page, which is lent. MALFORMED by the strict parser's rules; INVALID if an
 * item belongs before one that came earlier: there is one order for one content.
 */
cbank_status cbi_content_take(cbi_content *content, cbi_bytes page, cbank_error *err);

/* Brings every list into its order. */
cbank_status cbi_content_sort(cbi_content *content, cbank_error *err);

/* Where the next page begins; {0} before the first one. */
typedef struct cbi_content_cursor {
    unsigned list;
    uint32_t item;
} cbi_content_cursor;

/* Replaces `page` by the next one; it is empty at the end. The content is sorted. */
cbank_status cbi_content_page(const cbi_content *content, cbi_content_cursor *cursor,
                              cbank_buffer *page, cbank_error *err);

void cbi_content_clear(cbi_content *content);

#endif
