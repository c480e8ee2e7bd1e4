#include "rules/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "wire/field.h"

#define KEYS_MAX 3

/* Numbers of fields, from the schema. */
#define RULE_ID 1
#define RULE_SOURCE 5
#define TERM_KIND 1
#define TERM_SELECT 4
#define SELECTOR_LAYERS 1
#define CONDITIONS_INSTITUTIONS 4
#define CONDITIONS_CODES 5

/* By which fields items are ordered; 0 ends the list. */
static const uint32_t KEYS[7][CBI_CONTENT_LISTS][KEYS_MAX] = {
    [1] = {[1] = {1}, [2] = {1}, [3] = {1}, [4] = {1}},
    [2] = {[1] = {1}, [2] = {1, 2, 3}},
    [3] = {[2] = {1}, [5] = {1}},
    [4] = {[1] = {3, 1, 9}},
    [5] = {[1] = {1}, [2] = {1, 2}},
    [6] = {[1] = {1}, [2] = {1, 2}},
};

/* The first field of that number; all zero if it is not there. */
static cbi_field find(cbi_bytes message, uint32_t number)
{
    size_t offset = 0;
    cbi_field field;

    while (cbi_field_next(message, &offset, &field) && field.number <= number) {
        if (field.number == number)
            return field;
    }
    return (cbi_field){.bytes = cbi_bytes_of("", 0)};
}

cbi_rule_key cbi_order_rule_key(cbi_bytes rule)
{
    cbi_bytes nothing = cbi_bytes_of("", 0);
    cbi_rule_key key = {nothing, nothing, find(rule, RULE_ID).bytes};
    cbi_bytes layer = nothing;
    size_t offset = 0;
    cbi_field term;

    while (cbi_field_next(rule, &offset, &term) && term.number <= RULE_SOURCE) {
        if (term.number != RULE_SOURCE ||
            find(term.bytes, TERM_KIND).value != CBANK__V1__TERM_KIND__TERM_KIND_SELECT)
            continue;
        layer = find(find(term.bytes, TERM_SELECT).bytes, SELECTOR_LAYERS).bytes;
        break;
    }
    key.institution = find(layer, CONDITIONS_INSTITUTIONS).bytes;
    key.code = find(layer, CONDITIONS_CODES).bytes;
    return key;
}

static int compare_rules(const cbi_rule_key *a, const cbi_rule_key *b)
{
    int order = cbi_bytes_compare(a->institution, b->institution);

    if (order == 0)
        order = cbi_bytes_compare(a->code, b->code);
    return order != 0 ? order : cbi_bytes_compare(a->id, b->id);
}

/* Numbers are signed: those of levels may be below zero. */
static int compare_fields(cbi_field a, cbi_field b)
{
    int64_t left = (int64_t)a.value, right = (int64_t)b.value;

    if (a.form == CBI_FIELD_BYTES || b.form == CBI_FIELD_BYTES)
        return cbi_bytes_compare(a.bytes, b.bytes);
    return left < right ? -1 : left > right;
}

static bool is_rules(int kind, unsigned list)
{
    return kind == CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_RULE_SET &&
           list == CBI_RULESET_RULES;
}

int cbi_order_compare(int kind, unsigned list, cbi_bytes a, cbi_bytes b)
{
    int order = 0;

    if (is_rules(kind, list)) {
        cbi_rule_key left = cbi_order_rule_key(a), right = cbi_order_rule_key(b);

        return compare_rules(&left, &right);
    }
    for (size_t i = 0; i < KEYS_MAX && KEYS[kind][list][i] != 0 && order == 0; i++)
        order = compare_fields(find(a, KEYS[kind][list][i]), find(b, KEYS[kind][list][i]));
    return order;
}

/* Keys are read once, not at every comparison. What is equal keeps the order it was written in. */
typedef struct entry {
    cbi_field keys[KEYS_MAX];
    cbi_item item;
    uint32_t position;
} entry;

static void read_keys(int kind, unsigned list, cbi_bytes item, cbi_field *out)
{
    cbi_rule_key rule;

    for (size_t i = 0; i < KEYS_MAX && KEYS[kind][list][i] != 0; i++)
        out[i] = find(item, KEYS[kind][list][i]);
    if (!is_rules(kind, list))
        return;
    rule = cbi_order_rule_key(item);
    out[0].bytes = rule.institution;
    out[1].bytes = rule.code;
    out[2].bytes = rule.id;
    for (size_t i = 0; i < KEYS_MAX; i++)
        out[i].form = CBI_FIELD_BYTES;
}

static int by_keys(const void *a, const void *b)
{
    const entry *left = a, *right = b;
    int order = 0;

    for (size_t i = 0; i < KEYS_MAX && order == 0; i++)
        order = compare_fields(left->keys[i], right->keys[i]);
    if (order != 0)
        return order;
    return left->position < right->position ? -1 : left->position > right->position;
}

cbank_status cbi_order_sort(int kind, unsigned list, cbi_items *items, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    entry *entries = NULL;

    if (items->count < 2 || (!is_rules(kind, list) && KEYS[kind][list][0] == 0))
        return CBANK_OK;
    CBI_TRY(cbi_alloc(items->count, sizeof(*entries), &entries, err));
    for (uint32_t i = 0; i < items->count; i++) {
        entries[i].item = items->list[i];
        entries[i].position = i;
        read_keys(kind, list, items->list[i].bytes, entries[i].keys);
    }
    qsort(entries, items->count, sizeof(*entries), by_keys);
    for (uint32_t i = 0; i < items->count; i++)
        items->list[i] = entries[i].item;
done:
    cbi_free(entries);
    return status;
}
