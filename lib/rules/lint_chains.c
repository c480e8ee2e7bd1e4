#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "rules/lint.h"
#include "rules/names.h"

#define TERM(name) CBANK__V1__TERM_KIND__TERM_KIND_##name

/*
 * From the code that a rule asks for to the course that it grants. Only codes of nobody's in
 * particular, or of the authority's own, can be met again as courses: other institutions' codes
 * that read the same are others.
 */
typedef struct edge {
    const char *from;
    const char *to;
    uint32_t rule;
} edge;

typedef struct chains {
    const cbi_content *content;
    const char *authority;
    cbi_arena names;
    edge *edges;
    uint32_t count, room;
    cbank_error *err;
} chains;

static cbank_status keep(chains *all, const char *text, const char **out)
{
    cbank_status status = CBANK_OK;
    size_t size = strlen(text) + 1;
    char *copy;

    CBI_TRY(cbi_arena_alloc(&all->names, size, 1, &copy, all->err));
    memcpy(copy, text, size);
    *out = copy;
done:
    return status;
}

static bool is_own(const chains *all, const Cbank__V1__Conditions *want)
{
    for (size_t i = 0; i < want->n_institutions; i++) {
        if (strcmp(want->institutions[i], all->authority) == 0)
            return true;
    }
    return want->n_institutions == 0;
}

static cbank_status add_edges(chains *all, const Cbank__V1__Rule *rule, uint32_t number)
{
    const Cbank__V1__Conditions *want;
    cbank_status status = CBANK_OK;

    if (rule->n_source != 1 || rule->source[0]->select == NULL ||
        rule->source[0]->select->n_layers == 0)
        return CBANK_OK;
    want = rule->source[0]->select->layers[0];
    for (size_t i = 0; i < want->n_codes && is_own(all, want); i++) {
        for (size_t k = 0; k < rule->n_grants; k++) {
            edge *out;

            if (rule->grants[k]->course[0] == '\0')
                continue;
            CBI_TRY(cbi_grow(&all->edges, sizeof(*all->edges), all->count, &all->room,
                             UINT32_MAX / 2, all->err));
            out = &all->edges[all->count];
            CBI_TRY(keep(all, want->codes[i], &out->from));
            CBI_TRY(keep(all, rule->grants[k]->course, &out->to));
            out->rule = number;
            all->count++;
        }
    }
done:
    return status;
}

static int by_from(const void *a, const void *b)
{
    const edge *left = a, *right = b;
    int order = strcmp(left->from, right->from);

    return order != 0 ? order : strcmp(left->to, right->to);
}

/* Drops edges that lead where none goes on, until only circles and what leads into them is left. */
static cbank_status prune(chains *all)
{
    cbank_status status = CBANK_OK;
    cbi_names from = {0};
    uint32_t before;

    do {
        uint32_t left = 0;

        before = all->count;
        cbi_names_clear(&from);
        for (uint32_t i = 0; i < all->count; i++)
            CBI_TRY(cbi_names_add(&from, cbi_bytes_of_text(all->edges[i].from), all->err));
        cbi_names_sort(&from);
        for (uint32_t i = 0; i < all->count; i++) {
            if (cbi_names_has(&from, cbi_bytes_of_text(all->edges[i].to)))
                all->edges[left++] = all->edges[i];
        }
        all->count = left;
    } while (all->count > 0 && all->count < before);
done:
    cbi_names_clear(&from);
    return status;
}

/* The other way round: what nothing leads to is in no circle. */
static void turn(chains *all)
{
    for (uint32_t i = 0; i < all->count; i++) {
        const char *from = all->edges[i].from;

        all->edges[i].from = all->edges[i].to;
        all->edges[i].to = from;
    }
}

cbank_status cbi_lint_chains(const Cbank__V1__PublicationHead *head, const cbi_content *content,
                             cbi_findings *findings, cbank_error *err)
{
    const cbi_items *rules = &content->lists[CBI_RULESET_RULES];
    chains all = {.content = content, .authority = head->authority, .err = err};
    cbank_status status = CBANK_OK;
    Cbank__V1__Rule *rule = NULL;

    for (uint32_t i = 0; i < rules->count; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__rule__descriptor, rules->list[i].bytes, &rule, err));
        CBI_TRY(add_edges(&all, rule, i));
        cbi_message_free(rule);
        rule = NULL;
    }
    CBI_TRY(prune(&all));
    turn(&all);
    CBI_TRY(prune(&all));
    turn(&all);
    if (all.count > 1)
        qsort(all.edges, all.count, sizeof(*all.edges), by_from);
    for (uint32_t i = 0; i < all.count; i++) {
        const cbi_item *item = &rules->list[all.edges[i].rule];

        CBI_TRY(cbi_findings_add(findings, CBI_SEVERITY_WARNING, CBI_REASON_LINT_CHAIN, item->spot,
                                 all.edges[i].from, err, "%s", all.edges[i].to));
    }
done:
    cbi_message_free(rule);
    cbi_free(all.edges);
    cbi_arena_clear(&all.names);
    return status;
}
