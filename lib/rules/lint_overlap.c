#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "rules/lint.h"

#define EFFECT(name) CBANK__V1__RULE_EFFECT__RULE_EFFECT_##name
#define TERM(name) CBANK__V1__TERM_KIND__TERM_KIND_##name
#define KEYS_OF_RULE_MAX 64 /* pairs of institution and code; with more, the code alone counts */
#define PLACE_MAX 2048u     /* rules compared with one another in one place */
#define WORK_MAX UINT64_C(100000000) /* pairs compared; unpacking a rule counts as LOAD_WORK */
#define LOAD_WORK 16
#define NAMES_OF_WORK 16 /* pairs of names compared that count as a pair of rules */

/* A rule in a place where a record of this institution and code would find it. */
typedef struct entry {
    const char *institution; /* "" for any */
    const char *code;
    uint32_t rule;
} entry;

/* A rule as it is compared: the selectors of records that it takes together. */
typedef struct subject {
    Cbank__V1__Rule *message;
    cbi_spot spot;
} subject;

typedef struct overlap {
    const Cbank__V1__PublicationHead *head;
    const cbi_content *content;
    cbi_findings *findings;
    cbi_arena places; /* names of institutions and codes */
    cbi_lint_names names;
    cbi_arena scratch; /* what is written out of the rules at hand */
    entry *entries;
    uint32_t count, room;
    uint64_t work;
    bool cut; /* not all could be compared */
    cbank_error *err;
} overlap;

/* ---- where rules are found ---- */

static cbank_status keep(overlap *all, const char *text, const char **out)
{
    cbank_status status = CBANK_OK;
    size_t size = strlen(text) + 1;
    char *copy;

    CBI_TRY(cbi_arena_alloc(&all->places, size, 1, &copy, all->err));
    memcpy(copy, text, size);
    *out = copy;
done:
    return status;
}

static cbank_status add_entry(overlap *all, const char *institution, const char *code,
                              uint32_t rule)
{
    cbank_status status = CBANK_OK;
    entry *out;

    CBI_TRY(cbi_grow(&all->entries, sizeof(*all->entries), all->count, &all->room,
                     UINT32_MAX / 2, all->err));
    out = &all->entries[all->count];
    CBI_TRY(keep(all, institution, &out->institution));
    CBI_TRY(keep(all, code, &out->code));
    out->rule = rule;
    all->count++;
done:
    return status;
}

static bool has_set(char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i][0] == '@')
            return true;
    }
    return false;
}

/* A code of one institution is found under the code as such. */
static const char *code_of(const char *code)
{
    const char *text = cbi_lint_code_text(code), *space = strchr(text, ' ');

    return text == code || space == NULL ? text : space + 1;
}

/* A rule with a name that could not be written out is found everywhere. */
static cbank_status add_selector(overlap *all, const Cbank__V1__Selector *select, uint32_t rule)
{
    static char nothing[] = "";
    static char *any[] = {nothing};
    const Cbank__V1__Conditions *want =
        select == NULL || select->n_layers == 0 ? NULL : select->layers[0];
    size_t institutions = want == NULL ? 0 : want->n_institutions;
    size_t codes = want == NULL ? 0 : want->n_codes;
    cbank_status status = CBANK_OK;

    if (want != NULL && has_set(want->institutions, institutions))
        institutions = 0;
    if (want != NULL && has_set(want->codes, codes))
        codes = 0;
    if (institutions * codes > KEYS_OF_RULE_MAX)
        institutions = 0;
    for (size_t i = 0; i < (institutions == 0 ? 1 : institutions); i++) {
        for (size_t k = 0; k < (codes == 0 ? 1 : codes); k++)
            CBI_TRY(add_entry(all, (institutions == 0 ? any : want->institutions)[i],
                              codes == 0 ? "" : code_of(want->codes[k]), rule));
    }
done:
    return status;
}

/* One record, or several that are all needed: the first one tells where it is found. */
static const Cbank__V1__Term *first_select(const Cbank__V1__Rule *rule)
{
    const Cbank__V1__Term *first = rule->n_source == 0 ? NULL : rule->source[0];

    if (first == NULL || first->kind == TERM(SELECT))
        return first;
    if (first->kind != TERM(ALL) || first->children + 1 != rule->n_source)
        return NULL;
    for (size_t i = 1; i < rule->n_source; i++) {
        if (rule->source[i]->kind != TERM(SELECT))
            return NULL;
    }
    return rule->source[1];
}

static cbank_status load_rules(overlap *all)
{
    const cbi_items *rules = &all->content->lists[CBI_RULESET_RULES];
    cbank_status status = CBANK_OK;
    Cbank__V1__Rule *rule = NULL;

    for (uint32_t i = 0; i < rules->count; i++) {
        const Cbank__V1__Term *first;

        CBI_TRY(cbi_message_parse(&cbank__v1__rule__descriptor, rules->list[i].bytes, &rule,
                                  all->err));
        CBI_TRY(cbi_lint_names_write_out(&all->names, rule, &all->scratch, all->err));
        first = first_select(rule);
        if (first != NULL && rule->effect != EFFECT(ATTENDANCE_WAIVED))
            CBI_TRY(add_selector(all, first->select, i));
        cbi_message_free(rule);
        rule = NULL;
        cbi_arena_rewind(&all->scratch);
    }
done:
    cbi_message_free(rule);
    return status;
}

static int compare_places(const entry *a, const entry *b)
{
    int order = strcmp(a->institution, b->institution);

    return order != 0 ? order : strcmp(a->code, b->code);
}

static int by_place(const void *a, const void *b)
{
    const entry *left = a, *right = b;
    int order = compare_places(left, right);

    return order != 0 ? order : left->rule < right->rule ? -1 : left->rule > right->rule;
}

/* ---- two rules ---- */

static bool is_no(const Cbank__V1__Rule *rule)
{
    return rule->effect == EFFECT(DOES_NOT_TRANSFER);
}

static bool in_force_together(const Cbank__V1__Rule *a, const Cbank__V1__Rule *b)
{
    return !(a->effective_until != 0 && b->effective_from > a->effective_until) &&
           !(b->effective_until != 0 && a->effective_from > b->effective_until);
}

static bool in_force_throughout(const Cbank__V1__Rule *outer, const Cbank__V1__Rule *inner)
{
    return outer->effective_from <= inner->effective_from &&
           (outer->effective_until == 0 ||
            (inner->effective_until != 0 && inner->effective_until <= outer->effective_until));
}

/* Sources in the order of the rule: those of the same courses are written in the same order. */
static bool sources_meet(const Cbank__V1__Rule *a, const Cbank__V1__Rule *b)
{
    if (a->n_source != b->n_source)
        return false;
    for (size_t i = 0; i < a->n_source; i++) {
        if (a->source[i]->kind != b->source[i]->kind ||
            !cbi_lint_may_meet(a->source[i]->select, b->source[i]->select))
            return false;
    }
    return true;
}

static bool sources_covered(const Cbank__V1__Rule *outer, const Cbank__V1__Rule *inner)
{
    if (is_no(outer)) { /* one record of the set is enough */
        for (size_t i = 0; i < inner->n_source; i++) {
            if (inner->source[i]->kind == TERM(SELECT) &&
                cbi_lint_covers(outer->source[0]->select, inner->source[i]->select))
                return true;
        }
        return false;
    }
    if (outer->n_source != 1 || inner->n_source != 1)
        return false;
    return cbi_lint_covers(outer->source[0]->select, inner->source[0]->select);
}

static cbank_status report(overlap *all, cbi_reason reason, const subject *of, const subject *by)
{
    return cbi_findings_add(all->findings, CBI_SEVERITY_WARNING, reason, of->spot,
                            of->message->id, all->err, "%s", by->message->id);
}

/* How many names are held against each other, in all their sources. */
static uint64_t work_of(const Cbank__V1__Rule *a, const Cbank__V1__Rule *b)
{
    uint64_t work = 1;

    for (size_t i = 0; i < a->n_source && i < b->n_source; i++) {
        const Cbank__V1__Selector *left = a->source[i]->select, *right = b->source[i]->select;

        if (left == NULL || right == NULL || left->n_layers == 0 || right->n_layers == 0)
            continue;
        work += ((uint64_t)left->layers[0]->n_codes * right->layers[0]->n_codes +
                 (uint64_t)left->layers[0]->n_institutions * right->layers[0]->n_institutions) /
                NAMES_OF_WORK;
    }
    return work;
}

static cbank_status compare_rules(overlap *all, const subject *a, const subject *b)
{
    const subject *first = a, *second = b;

    if (strcmp(a->message->id, b->message->id) > 0) {
        first = b;
        second = a;
    }
    all->work += work_of(a->message, b->message);
    if (!in_force_together(a->message, b->message) || first->message == second->message)
        return CBANK_OK;
    if (a->message->priority == b->message->priority && !is_no(a->message) && !is_no(b->message) &&
        a->message->force == b->message->force)
        return sources_meet(a->message, b->message)
                   ? report(all, CBI_REASON_LINT_OVERLAP, first, second)
                   : CBANK_OK;
    /* From here on `first` comes first: by its number, or because it says no. */
    first = a->message->priority < b->message->priority ? a : b;
    if (a->message->priority == b->message->priority)
        first = is_no(a->message) ? a : b;
    second = first == a ? b : a;
    if (is_no(second->message) || first->message->blocked_by != NULL ||
        (first->message->force == CBANK__V1__FORCE__FORCE_ADVISORY &&
         second->message->force == CBANK__V1__FORCE__FORCE_BINDING) ||
        !in_force_throughout(first->message, second->message) ||
        !sources_covered(first->message, second->message))
        return CBANK_OK;
    return report(all, CBI_REASON_LINT_UNREACHABLE, second, first);
}

/* ---- places ---- */

/* The entries of a place, from the first one on; their number. */
static uint32_t find_place(const overlap *all, const char *institution, const char *code,
                           uint32_t *first)
{
    entry wanted = {institution, code, 0};
    uint32_t low = 0, high = all->count, count = 0;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (compare_places(&all->entries[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    while (low + count < all->count && compare_places(&all->entries[low + count], &wanted) == 0)
        count++;
    return count;
}

/* Entries of rules that ask for no institution: they are the first. */
static uint32_t count_anywhere(const overlap *all)
{
    uint32_t low = 0, high = all->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (all->entries[middle].institution[0] == '\0')
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static cbank_status load_place(overlap *all, uint32_t first, uint32_t count, subject *out,
                               uint32_t *loaded)
{
    const cbi_items *rules = &all->content->lists[CBI_RULESET_RULES];
    cbank_status status = CBANK_OK;

    for (uint32_t i = 0; i < count; i++) {
        const cbi_item *item = &rules->list[all->entries[first + i].rule];

        if (*loaded == PLACE_MAX || all->work >= WORK_MAX) {
            all->cut = true;
            break;
        }
        all->work += LOAD_WORK;
        CBI_TRY(cbi_message_parse(&cbank__v1__rule__descriptor, item->bytes,
                                  &out[*loaded].message, all->err));
        out[*loaded].spot = item->spot;
        (*loaded)++;
        CBI_TRY(cbi_lint_names_write_out(&all->names, out[*loaded - 1].message, &all->scratch,
                                         all->err));
    }
done:
    return status;
}

/* Those of the place with one another, and with those that are found in the wider ones. */
static cbank_status compare_place(overlap *all, uint32_t first, uint32_t own, subject *room)
{
    const entry *at = &all->entries[first];
    bool exact = at->institution[0] != '\0', coded = at->code[0] != '\0';
    uint32_t anywhere = count_anywhere(all);
    uint32_t loaded = 0, mine, start, count;
    cbank_status status = CBANK_OK;

    CBI_TRY(load_place(all, first, own, room, &loaded));
    mine = loaded;
    if (exact && coded && (count = find_place(all, at->institution, "", &start)) > 0)
        CBI_TRY(load_place(all, start, count, room, &loaded));
    if (coded && exact && (count = find_place(all, "", at->code, &start)) > 0)
        CBI_TRY(load_place(all, start, count, room, &loaded));
    if (coded && (count = find_place(all, "", "", &start)) > 0)
        CBI_TRY(load_place(all, start, count, room, &loaded));
    if (exact && !coded) /* whatever asks for no institution, with a code or without */
        CBI_TRY(load_place(all, 0, anywhere, room, &loaded));
    for (uint32_t i = 0; i < mine && all->work < WORK_MAX; i++) {
        for (uint32_t k = i + 1; k < loaded; k++)
            CBI_TRY(compare_rules(all, &room[i], &room[k]));
    }
    all->cut = all->cut || all->work >= WORK_MAX;
done:
    for (uint32_t i = 0; i < loaded; i++)
        cbi_message_free(room[i].message);
    cbi_arena_rewind(&all->scratch);
    return status;
}

cbank_status cbi_lint_overlap(const Cbank__V1__PublicationHead *head, const cbi_content *content,
                              cbi_findings *findings, cbank_error *err)
{
    overlap all = {.head = head, .content = content, .findings = findings, .err = err};
    cbank_status status = CBANK_OK;
    subject *room = NULL;
    uint32_t own;

    CBI_TRY(cbi_lint_names_open(content, &all.names, err));
    CBI_TRY(load_rules(&all));
    if (all.count > 1)
        qsort(all.entries, all.count, sizeof(*all.entries), by_place);
    CBI_TRY(cbi_alloc(PLACE_MAX, sizeof(*room), &room, err));
    for (uint32_t i = 0; i < all.count; i += own) {
        uint32_t start, wide = 0;

        for (own = 1; i + own < all.count; own++) {
            if (compare_places(&all.entries[i], &all.entries[i + own]) != 0)
                break;
        }
        if (own == 1) { /* alone, unless something wider is there */
            wide = find_place(&all, "", "", &start) +
                   find_place(&all, "", all.entries[i].code, &start) +
                   find_place(&all, all.entries[i].institution, "", &start) +
                   (all.entries[i].code[0] == '\0' ? count_anywhere(&all) : 0);
            if (wide == 0)
                continue;
        }
        CBI_TRY(compare_place(&all, i, own, room));
    }
    if (all.cut)
        CBI_TRY(cbi_findings_add(findings, CBI_SEVERITY_NOTE, CBI_REASON_LINT_CUT, (cbi_spot){0},
                                 head->id, err, NULL));
done:
    cbi_free(room);
    cbi_free(all.entries);
    cbi_arena_clear(&all.places);
    cbi_arena_clear(&all.scratch);
    cbi_lint_names_clear(&all.names);
    return status;
}
