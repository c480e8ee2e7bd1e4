/*
 * order.h - the one order of a publication's items.
 *
 * Rules stand by the first institution and the first code that their first selector's first layer
 * asks for, then by id; other items by what names them; residency and entry points as written.
 */
#ifndef CBI_RULES_ORDER_H
#define CBI_RULES_ORDER_H

#include "rules/content.h"

/* Where a rule belongs; lent from its bytes, which the strict parser has passed. */
typedef struct cbi_rule_key {
    cbi_bytes institution; /* "" if it asks for none */
    cbi_bytes code;
    cbi_bytes id;
} cbi_rule_key;
cbi_rule_key cbi_order_rule_key(cbi_bytes rule);

/* Below, equal or above 0; 0 for items that stand as written. */
int cbi_order_compare(int kind, unsigned list, cbi_bytes a, cbi_bytes b);
cbank_status cbi_order_sort(int kind, unsigned list, cbi_items *items, cbank_error *err);

#endif
