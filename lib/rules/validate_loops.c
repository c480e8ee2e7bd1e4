#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "rules/validate.h"

#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name

/*
 * Items that name others of their list: groups of institutions their members, buckets their
 * parents. How deep an item lies is found by rounds: each round settles the items all of whose
 * others are settled. What is never settled stands in a circle, or behind one.
 */
typedef struct node {
    const char *id;
    void *message;
    uint32_t depth; /* 0: not settled yet */
    cbi_spot spot;
} node;

typedef struct graph {
    node *nodes;
    uint32_t count;
    bool groups;
} graph;

static int by_id(const void *a, const void *b)
{
    return strcmp(((const node *)a)->id, ((const node *)b)->id);
}

static node *find(const graph *all, const char *id)
{
    node wanted = {.id = id};

    return all->count == 0 ? NULL
                           : bsearch(&wanted, all->nodes, all->count, sizeof(wanted), by_id);
}

/* The depth of what the node names, plus one; 0 if some of it is not settled. */
static uint32_t depth_of(const graph *all, const node *at)
{
    const Cbank__V1__InstitutionGroup *group = at->message;
    const Cbank__V1__Bucket *bucket = at->message;
    uint32_t depth = 1;
    node *other;

    if (!all->groups) {
        other = find(all, bucket->parent);
        return other == NULL ? 1 : other->depth == 0 ? 0 : other->depth + 1;
    }
    for (size_t i = 0; i < group->n_institutions; i++) {
        if (group->institutions[i][0] != '@' ||
            (other = find(all, group->institutions[i] + 1)) == NULL)
            continue;
        if (other->depth == 0)
            return 0;
        if (other->depth + 1 > depth)
            depth = other->depth + 1;
    }
    return depth;
}

static void settle(const graph *all)
{
    bool more = true;

    /* One more round than there may be levels: what is deeper is refused like a circle. */
    for (unsigned round = 0; more && round <= CBI_NESTING_MAX; round++) {
        more = false;
        for (uint32_t i = 0; i < all->count; i++) {
            if (all->nodes[i].depth == 0 && (all->nodes[i].depth = depth_of(all, &all->nodes[i])))
                more = true;
        }
    }
}

static cbank_status load(const cbi_content *content, unsigned list, graph *out, cbank_error *err)
{
    const ProtobufCMessageDescriptor *type = cbi_content_item_type((int)content->kind, list);
    const cbi_items *items = &content->lists[list];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(items->count, sizeof(*out->nodes), &out->nodes, err));
    for (uint32_t i = 0; i < items->count; i++) {
        node *at = &out->nodes[out->count];

        CBI_TRY(cbi_message_parse(type, items->list[i].bytes, &at->message, err));
        at->id = out->groups ? ((Cbank__V1__InstitutionGroup *)at->message)->id
                             : ((Cbank__V1__Bucket *)at->message)->id;
        at->spot = items->list[i].spot;
        out->count++;
    }
    qsort(out->nodes, out->count, sizeof(*out->nodes), by_id);
done:
    return status;
}

cbank_status cbi_validate_loops(const cbi_content *content, cbi_validator *validator,
                                cbank_error *err)
{
    graph all = {.groups = content->kind == KIND(RULE_SET)};
    unsigned list = all.groups ? CBI_RULESET_INSTITUTION_GROUPS : CBI_PROGRAMME_BUCKETS;
    cbank_status status = CBANK_OK;

    if ((!all.groups && content->kind != KIND(PROGRAMME)) || content->lists[list].count == 0)
        return CBANK_OK;
    CBI_TRY(load(content, list, &all, err));
    settle(&all);
    for (uint32_t i = 0; i < all.count; i++) {
        validator->item = all.nodes[i].id;
        validator->spot = all.nodes[i].spot;
        if (all.nodes[i].depth == 0)
            cbi_complain(validator, CBI_REASON_RULE_LOOP, all.groups ? "institutions" : "parent",
                         NULL);
        else if (all.nodes[i].depth > CBI_NESTING_MAX)
            cbi_complain(validator, CBI_REASON_RULE_TREE, all.groups ? "institutions" : "parent",
                         "at most %d levels", CBI_NESTING_MAX);
    }
    status = validator->status;
done:
    for (uint32_t i = 0; i < all.count; i++)
        cbi_message_free(all.nodes[i].message);
    cbi_free(all.nodes);
    return status;
}
