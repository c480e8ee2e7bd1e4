/*
 * form.h - reading a map of a document into a message, by a table of its keys.
 *
 * Every fault is told with its place, and reading goes on: an unknown key, a value of another kind,
 * one that is needed and not there. What was read in vain leaves the message as it was.
 */
#ifndef CBI_AUTHOR_FORM_H
#define CBI_AUTHOR_FORM_H

#include "exchange/yaml.h"
#include "rules/finding.h"
#include "wire/message.h"

/* One item being read. Messages live in `arena`; their texts are lent by the nodes. */
typedef struct cbi_form {
    cbi_findings *findings;
    cbi_arena *arena;
    uint32_t file;
    uint32_t faults;     /* so far */
    bool table;          /* from a spreadsheet: lists are cells with '|' between values */
    const void *scales;  /* grade scales at hand, see scalebook.h; or NULL */
    cbank_status status; /* OK, or MEMORY */
    cbank_error *err;
} cbi_form;

/* Reads a node into the field at `target`. */
typedef void cbi_form_read(cbi_form *form, const cbi_yaml_node *node, void *target,
                           const void *extra);

typedef struct cbi_form_field {
    const char *key;
    cbi_form_read *read; /* NULL: known here, read by somebody else */
    size_t offset;       /* of a list: of its count, which stands before the pointer */
    const void *extra;
    bool needed;
} cbi_form_field;

/* The keys of a message, for lists of messages and messages within others. */
typedef struct cbi_form_type {
    const ProtobufCMessageDescriptor *message;
    const cbi_form_field *fields;
    size_t count;
} cbi_form_type;

cbi_spot cbi_form_spot(const cbi_form *form, const cbi_yaml_node *node);
/* A fault at the node, which may be NULL. `object` is what it is about. */
void cbi_form_fault(cbi_form *form, cbi_reason reason, const cbi_yaml_node *node,
                    const char *object, const char *detail, ...)
    __attribute__((format(printf, 5, 6)));
/* False, with a fault, if the node is of another kind, or a text that was left out. */
bool cbi_form_is(cbi_form *form, const cbi_yaml_node *node, cbi_yaml_kind kind);
/* Zeroed memory of the arena; NULL, with the status set, if there is none. */
void *cbi_form_alloc(cbi_form *form, size_t count, size_t size);
/* A new message, initialised; NULL without memory. */
void *cbi_form_message(cbi_form *form, const ProtobufCMessageDescriptor *type);

/* Reads a map; also one that has read part of it before: keys without a reader are passed over. */
void cbi_form_map(cbi_form *form, const cbi_yaml_node *node, const cbi_form_field *fields,
                  size_t count, void *message);

/* ---- readers ---- */

cbi_form_read cbi_form_text;    /* char * */
cbi_form_read cbi_form_word;    /* an enum; extra: its descriptor */
cbi_form_read cbi_form_words;   /* a list of enums, sorted; extra: its descriptor */
cbi_form_read cbi_form_texts;   /* a list of texts, sorted */
cbi_form_read cbi_form_codes;   /* a list of Code, "SCHEME=VALUE", sorted */
cbi_form_read cbi_form_day;     /* uint32_t, a full day */
cbi_form_read cbi_form_date;    /* uint32_t, to the day, month or year */
cbi_form_read cbi_form_milli;   /* int64_t in thousandths */
cbi_form_read cbi_form_whole;   /* uint32_t */
cbi_form_read cbi_form_count;   /* uint64_t */
cbi_form_read cbi_form_yes;     /* bool, "yes" or "no" */
cbi_form_read cbi_form_share;   /* int64_t num, and den right behind it */
cbi_form_read cbi_form_months;  /* uint32_t, "18", "18 months" or "2 years" */
cbi_form_read cbi_form_range;   /* Range * */
cbi_form_read cbi_form_percent_range; /* Range *, shares */
cbi_form_read cbi_form_days;    /* uint32_t from, and until right behind it */
cbi_form_read cbi_form_titles;  /* LangText list, a map from language to text */
cbi_form_read cbi_form_amounts; /* Amount list, a map from unit to amount, sorted */
cbi_form_read cbi_form_round;   /* RoundMode, and int64_t step right behind it */
cbi_form_read cbi_form_sub;     /* a message; extra: cbi_form_type */
cbi_form_read cbi_form_list;    /* a list of messages, or one; extra: cbi_form_type */
cbi_form_read cbi_form_monthday;  /* uint32_t mmdd, "03-01" */
cbi_form_read cbi_form_monthdays; /* a list of them, sorted */

/* A list field: the count, and the pointer right behind it. */
typedef struct cbi_form_list_field {
    size_t count;
    void *items;
} cbi_form_list_field;

/* The texts of a node, one or several, lent; cells are split. False with a fault. */
bool cbi_form_strings(cbi_form *form, const cbi_yaml_node *node, char ***out, size_t *count);

#endif
