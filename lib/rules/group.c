/* Groups of records of which one application uses some: their parts, and who is kept. */
#include "rules/compile.h"

#include <string.h>

const char *cbi_group_text(const cbi_fact *fact, Cbank__V1__CapPart key)
{
    const Cbank__V1__CreditRecord *record = fact->record;

    switch (key) {
    case CBANK__V1__CAP_PART__CAP_PART_INSTITUTION:
        return record->awarded_by == NULL ? "" : record->awarded_by->institution;
    case CBANK__V1__CAP_PART__CAP_PART_TYPE:
        return cbi_fact_type_word(record->type);
    case CBANK__V1__CAP_PART__CAP_PART_CODE:
        return record->code;
    case CBANK__V1__CAP_PART__CAP_PART_COUNT_GROUP:
        return record->count_group;
    case CBANK__V1__CAP_PART__CAP_PART_CATEGORY:
        return record->category == NULL ? "" : record->category->value;
    default:
        return "";
    }
}

static bool have_same_values(const Cbank__V1__Group *group, const cbi_fact *a, const cbi_fact *b)
{
    for (size_t i = 0; i < group->n_per; i++) {
        if (strcmp(cbi_group_text(a, group->per[i]), cbi_group_text(b, group->per[i])) != 0)
            return false;
        if (group->per[i] == CBANK__V1__CAP_PART__CAP_PART_CATEGORY &&
            strcmp(a->record->category->scheme, b->record->category->scheme) != 0)
            return false;
    }
    return true;
}

static bool is_member(const cbi_compile *compile, const Cbank__V1__Group *group,
                      const cbi_fact *fact)
{
    for (size_t i = 0; i < group->n_per; i++)
        if (cbi_group_text(fact, group->per[i])[0] == '\0')
            return false;
    return cbi_fact_is_free(fact, CBANK__V1__USE_SCOPE__USE_SCOPE_PROGRAMME) &&
           cbi_select(&compile->reading, group->members, fact, NULL) != CBI_CHOICE_NO;
}

void cbi_group_split(const cbi_compile *compile, const Cbank__V1__Group *group, uint32_t *part,
                     uint32_t *parts)
{
    *parts = 0;
    for (uint32_t r = 0; r < compile->problem.record_count; r++) {
        const cbi_fact *fact = compile->facts[r];
        uint32_t same = 0;

        part[r] = CBI_NONE;
        if (!is_member(compile, group, fact))
            continue;
        while (same < r && (part[same] == CBI_NONE ||
                            !have_same_values(group, compile->facts[same], fact)))
            same++;
        part[r] = same < r ? part[same] : (*parts)++;
    }
}

uint32_t cbi_group_kept(const cbi_compile *compile, const Cbank__V1__Group *group,
                        const uint32_t *part, uint32_t number)
{
    bool latest = group->keep == CBANK__V1__GROUP_KEEP__GROUP_KEEP_LATEST;
    uint32_t kept = CBI_NONE;

    if (!latest && group->keep != CBANK__V1__GROUP_KEEP__GROUP_KEEP_EARLIEST)
        return CBI_NONE;
    /* Records stand by day, then id: of one day the first is kept. */
    for (uint32_t r = 0; r < compile->problem.record_count; r++)
        if (part[r] == number &&
            (kept == CBI_NONE ||
             (latest && compile->facts[r]->awarded_on > compile->facts[kept]->awarded_on)))
            kept = r;
    return kept;
}
