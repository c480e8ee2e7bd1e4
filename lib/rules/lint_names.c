/* lint_names.c - names with '@' written out, so that rules are compared by what they stand for. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "rules/lint.h"

#define MEMBERS_MAX 4096u /* of one list; a set with more stays as it is */
/* Before what a set of aliases holds: "CODE", or "INSTITUTION CODE". No text begins like this. */
#define MEMBER '\x1f'

/* What one '@name' stands for; sorted by name. */
typedef struct cbi_lint_set {
    const char *name; /* without '@' */
    char **members;
    size_t count;
} set;

static const Cbank__V1__Conditions *layer(const Cbank__V1__Selector *selector, size_t at)
{
    return selector == NULL || at >= selector->n_layers ? NULL : selector->layers[at];
}

/* ---- sets --------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const set *)a)->name, ((const set *)b)->name);
}

static const set *find(const cbi_lint_names *names, bool codes, const char *name)
{
    const set wanted = {.name = name};
    const set *sets = codes ? names->aliases : names->groups;
    size_t count = codes ? names->alias_count : names->group_count;

    return count == 0 ? NULL : bsearch(&wanted, sets, count, sizeof(wanted), by_name);
}

static cbank_status keep(cbi_arena *arena, const char *prefix, const char *text, char **out,
                         cbank_error *err)
{
    size_t before = strlen(prefix), size = strlen(text) + 1;
    cbank_status status = cbi_arena_alloc(arena, before + size, 1, out, err);

    if (status == CBANK_OK) {
        memcpy(*out, prefix, before);
        memcpy(*out + before, text, size);
    }
    return status;
}

static cbank_status keep_set(cbi_lint_names *names, const char *prefix, const char *name,
                             char *const *members, size_t count, set *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    char *kept;

    CBI_TRY(keep(&names->memory, "", name, &kept, err));
    CBI_TRY(cbi_arena_alloc(&names->memory, count + 1, sizeof(*out->members), &out->members, err));
    out->name = kept;
    for (size_t i = 0; i < count; i++)
        CBI_TRY(keep(&names->memory, members[i][0] == '@' ? "" : prefix, members[i],
                     &out->members[out->count++], err));
done:
    return status;
}

static cbank_status read_groups(cbi_lint_names *names, const cbi_items *list, cbank_error *err)
{
    Cbank__V1__InstitutionGroup *group = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(&names->memory, list->count + 1, sizeof(set), &names->groups, err));
    for (uint32_t i = 0; i < list->count; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__institution_group__descriptor, list->list[i].bytes,
                                  &group, err));
        CBI_TRY(keep_set(names, "", group->id, group->institutions, group->n_institutions,
                         &names->groups[names->group_count++], err));
        cbi_message_free(group);
        group = NULL;
    }
    qsort(names->groups, names->group_count, sizeof(set), by_name);
done:
    cbi_message_free(group);
    return status;
}

static cbank_status read_aliases(cbi_lint_names *names, const cbi_items *list, cbank_error *err)
{
    const char prefix[] = {MEMBER, '\0'};
    Cbank__V1__AliasSet *aliases = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(&names->memory, list->count + 1, sizeof(set), &names->aliases, err));
    for (uint32_t i = 0; i < list->count; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__alias_set__descriptor, list->list[i].bytes, &aliases,
                                  err));
        CBI_TRY(keep_set(names, prefix, aliases->id, aliases->codes, aliases->n_codes,
                         &names->aliases[names->alias_count++], err));
        cbi_message_free(aliases);
        aliases = NULL;
    }
    qsort(names->aliases, names->alias_count, sizeof(set), by_name);
done:
    cbi_message_free(aliases);
    return status;
}

cbank_status cbi_lint_names_open(const cbi_content *content, cbi_lint_names *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(read_groups(out, &content->lists[CBI_RULESET_INSTITUTION_GROUPS], err));
    CBI_TRY(read_aliases(out, &content->lists[CBI_RULESET_ALIASES], err));
done:
    return status;
}

void cbi_lint_names_clear(cbi_lint_names *names)
{
    cbi_arena_clear(&names->memory);
    *names = (cbi_lint_names){.alias_count = 0};
}

/* ---- writing out -------------------------------------------------------------------------- */

static bool holds(char *const *list, size_t count, const char *value)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], value) == 0)
            return true;
    }
    return false;
}

/* Each name of the list that is a set gives way to its members, until none is left or known. */
static cbank_status write_out(const cbi_lint_names *names, bool codes, cbi_arena *arena,
                              char ***list, size_t *count, cbank_error *err)
{
    char **out = NULL, *passed[CBI_NESTING_MAX * 8];
    size_t written = *count, from = 0, seen = 0;
    cbank_status status = CBANK_OK;

    while (from < *count && (*list)[from][0] != '@')
        from++;
    if (from == *count)
        return CBANK_OK;
    CBI_TRY(cbi_arena_alloc(arena, *count + MEMBERS_MAX, sizeof(*out), &out, err));
    memcpy(out, *list, *count * sizeof(*out));
    while (from < written) {
        const set *meant = out[from][0] == '@' ? find(names, codes, out[from] + 1) : NULL;
        bool again = meant != NULL && holds(passed, seen, out[from]);

        if (meant == NULL || (!again && (seen == sizeof(passed) / sizeof(passed[0]) ||
                                         written + meant->count > *count + MEMBERS_MAX))) {
            from++; /* no set, or more than is written out */
            continue;
        }
        if (!again) {
            passed[seen++] = out[from];
            memcpy(out + written, meant->members, meant->count * sizeof(*out));
            written += meant->count;
        }
        out[from] = out[--written];
    }
    *list = out;
    *count = written;
done:
    return status;
}

cbank_status cbi_lint_names_write_out(const cbi_lint_names *names, Cbank__V1__Rule *rule,
                                      cbi_arena *arena, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (names->group_count + names->alias_count == 0)
        return CBANK_OK;
    for (size_t i = 0; i < rule->n_source; i++) {
        const Cbank__V1__Selector *select = rule->source[i]->select;

        for (size_t k = 0; layer(select, k) != NULL; k++) {
            Cbank__V1__Conditions *want = select->layers[k];

            CBI_TRY(write_out(names, false, arena, &want->institutions, &want->n_institutions,
                              err));
            CBI_TRY(write_out(names, true, arena, &want->codes, &want->n_codes, err));
        }
    }
done:
    return status;
}

/* ---- codes that are written out ----------------------------------------------------------- */

const char *cbi_lint_code_text(const char *code)
{
    return code[0] == MEMBER ? code + 1 : code;
}

/* Is it that code at some institution? */
static bool ends_in(const char *member, const char *code)
{
    size_t size = strlen(member), end = strlen(code);

    return size > end + 1 && member[size - end - 1] == ' ' &&
           strcmp(member + size - end, code) == 0;
}

bool cbi_lint_codes_meet(const char *a, const char *b)
{
    const char *one = cbi_lint_code_text(a), *other = cbi_lint_code_text(b);

    return a[0] == '@' || b[0] == '@' || strcmp(one, other) == 0 ||
           (a[0] == MEMBER && ends_in(one, other)) || (b[0] == MEMBER && ends_in(other, one));
}

bool cbi_lint_code_covers(const char *outer, const char *inner)
{
    const char *one = cbi_lint_code_text(outer), *other = cbi_lint_code_text(inner);

    /* "INSTITUTION CODE" in a set is more than the text in a rule. */
    return strcmp(one, other) == 0 &&
           (outer[0] == MEMBER || inner[0] != MEMBER || strchr(one, ' ') == NULL);
}
