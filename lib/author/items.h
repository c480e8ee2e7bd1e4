/*
 * items.h - the items of a document as messages: which keys each kind of item has.
 *
 * The tables of keys are the rule format; proto/RULES.md explains them to authors.
 */
#ifndef CBI_AUTHOR_ITEMS_H
#define CBI_AUTHOR_ITEMS_H

#include "author/form.h"
#include "rules/content.h"

/* Grade scales at hand, by whose bands a grade may be named instead of numbered. All lent. */
typedef struct cbi_scalebook {
    Cbank__V1__GradeScale *const *scales;
    size_t count;
} cbi_scalebook;

/* What rules say where their own keys do not. */
typedef struct cbi_rule_defaults {
    Cbank__V1__Rule rule;
} cbi_rule_defaults;
void cbi_author_defaults_begin(cbi_rule_defaults *out);
/* Reads the `defaults` of a rule set. */
void cbi_author_defaults(cbi_form *form, const cbi_yaml_node *node, cbi_rule_defaults *out);

/*
 * Reads an item and adds it to the content's list, unless a fault was found. `defaults` is for
 * rules. The form's arena may be rewound afterwards.
 */
void cbi_author_item(cbi_form *form, const cbi_yaml_node *node, unsigned list,
                     const cbi_rule_defaults *defaults, cbi_content *content);

/* The same for the terms of a programme, whose keys stand among those of the document. */
extern const cbi_form_type cbi_author_terms;

/* ---- between the files ---------------------------------------------------------------------- */

cbi_form_read cbi_author_selector; /* Selector * */
void cbi_author_rule(cbi_form *form, const cbi_yaml_node *node, Cbank__V1__Rule *rule);
void cbi_author_cap(cbi_form *form, const cbi_yaml_node *node, Cbank__V1__Cap *cap);
void cbi_author_scale(cbi_form *form, const cbi_yaml_node *node, Cbank__V1__GradeScale *scale);

/* Keys by kind and list; the readers above do what they cannot. */
const cbi_form_type *cbi_author_keys(int kind, unsigned list);
extern const cbi_form_type cbi_author_groups, cbi_author_aliases, cbi_author_institution_groups,
    cbi_author_caps, cbi_author_rules;

#define CBI_FORM_TYPE(name, FIELDS)                                                                \
    {&cbank__v1__##name##__descriptor, FIELDS, sizeof(FIELDS) / sizeof((FIELDS)[0])}

#endif
