#include "rules/reference.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "rules/unitbook.h"

#include "cbank/v1/plan.pb-c.h"

#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name
#define STEP(name) CBANK__V1__PLAN_STEP_KIND__PLAN_STEP_KIND_##name
#define PAGES_MAX (1u << 20)

/* A page is of exactly one of these. */
typedef struct page {
    size_t edition;
    Cbank__V1__ScalePage *scales;
    Cbank__V1__FrameworkPage *levels;
    Cbank__V1__UnitPage *units;
    Cbank__V1__CataloguePage *catalogue;
} page;

/* An entry, and the catalogue that it is of: lent from its page. */
typedef struct listed {
    const char *catalogue;
    const Cbank__V1__CatalogueEntry *entry;
} listed;

struct cbi_reference {
    Cbank__V1__PublicationRef **editions; /* owned messages */
    uint32_t edition_count, edition_room;
    page *pages;
    uint32_t page_count, page_room;
    Cbank__V1__UnitRatio **ratios; /* of all pages, lent */
    cbi_unitbook units;
    listed *entries; /* by catalogue, then code */
    size_t entry_count;
};

cbank_status cbi_reference_new(cbi_reference **out, cbank_error *err)
{
    return cbi_alloc(1, sizeof(**out), out, err);
}

void cbi_reference_free(cbi_reference *reference)
{
    if (reference == NULL)
        return;
    cbi_unitbook_clear(&reference->units);
    cbi_free(reference->ratios);
    cbi_free(reference->entries);
    for (uint32_t i = 0; i < reference->page_count; i++) {
        cbi_message_free(reference->pages[i].scales);
        cbi_message_free(reference->pages[i].levels);
        cbi_message_free(reference->pages[i].units);
        cbi_message_free(reference->pages[i].catalogue);
    }
    for (uint32_t i = 0; i < reference->edition_count; i++)
        cbi_message_free(reference->editions[i]);
    cbi_free(reference->pages);
    cbi_free(reference->editions);
    cbi_free(reference);
}

bool cbi_reference_is_one(int kind)
{
    return kind == KIND(FRAMEWORK) || kind == KIND(UNITS) || kind == KIND(SCALES) ||
           kind == KIND(CATALOGUE);
}

cbank_status cbi_reference_begin(cbi_reference *reference, const Cbank__V1__PublicationRef *ref,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer bytes = {0};

    CBI_TRY(cbi_grow(&reference->editions, sizeof(Cbank__V1__PublicationRef *),
                     reference->edition_count, &reference->edition_room, CBI_USES_MAX, err));
    CBI_TRY(cbi_message_pack(ref, &bytes, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__publication_ref__descriptor,
                              cbi_bytes_of_buffer(&bytes),
                              &reference->editions[reference->edition_count], err));
    reference->edition_count++;
done:
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_reference_add(cbi_reference *reference, cbi_bytes bytes, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    page added = {.edition = reference->edition_count - 1};

    CBI_TRY(cbi_grow(&reference->pages, sizeof(added), reference->page_count,
                     &reference->page_room, PAGES_MAX, err));
    switch ((int)reference->editions[added.edition]->kind) {
    case KIND(SCALES):
        CBI_TRY(cbi_message_parse(&cbank__v1__scale_page__descriptor, bytes, &added.scales, err));
        break;
    case KIND(FRAMEWORK):
        CBI_TRY(
            cbi_message_parse(&cbank__v1__framework_page__descriptor, bytes, &added.levels, err));
        break;
    case KIND(UNITS):
        CBI_TRY(cbi_message_parse(&cbank__v1__unit_page__descriptor, bytes, &added.units, err));
        break;
    case KIND(CATALOGUE):
        CBI_TRY(cbi_message_parse(&cbank__v1__catalogue_page__descriptor, bytes,
                                  &added.catalogue, err));
        break;
    default:
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "kind", NULL);
    }
    reference->pages[reference->page_count++] = added;
done:
    return status;
}

static int compare_listed(const void *left, const void *right)
{
    const listed *a = left, *b = right;
    int order = strcmp(a->catalogue, b->catalogue);

    if (order == 0)
        order = strcmp(a->entry->code, b->entry->code);
    if (order == 0)
        order = strcmp(a->entry->institution, b->entry->institution);
    if (order == 0)
        order = a->entry->from < b->entry->from ? -1 : a->entry->from > b->entry->from;
    return order;
}

static cbank_status list_entries(cbi_reference *reference, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t count = 0;

    for (uint32_t i = 0; i < reference->page_count; i++)
        count += reference->pages[i].catalogue == NULL ? 0
                                                        : reference->pages[i].catalogue->n_entries;
    CBI_TRY(cbi_alloc(count, sizeof(listed), &reference->entries, err));
    for (uint32_t i = 0; i < reference->page_count; i++) {
        const Cbank__V1__CataloguePage *catalogue = reference->pages[i].catalogue;
        const char *id = reference->editions[reference->pages[i].edition]->id;

        for (size_t k = 0; catalogue != NULL && k < catalogue->n_entries; k++)
            reference->entries[reference->entry_count++] = (listed){id, catalogue->entries[k]};
    }
    if (count > 1)
        qsort(reference->entries, count, sizeof(listed), compare_listed);
done:
    return status;
}

cbank_status cbi_reference_finish(cbi_reference *reference, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t count = 0;
    uint32_t at = 0;

    for (uint32_t i = 0; i < reference->page_count; i++)
        count += reference->pages[i].units == NULL ? 0 : reference->pages[i].units->n_ratios;
    CBI_TRY(cbi_alloc(count, sizeof(Cbank__V1__UnitRatio *), &reference->ratios, err));
    for (uint32_t i = 0; i < reference->page_count; i++) {
        const Cbank__V1__UnitPage *units = reference->pages[i].units;

        for (size_t k = 0; units != NULL && k < units->n_ratios; k++) {
            const Cbank__V1__UnitRatio *ratio = units->ratios[k];

            if (ratio->num > 0 && ratio->den > 0 && ratio->num <= CBI_RATIO_MAX &&
                ratio->den <= CBI_RATIO_MAX)
                reference->ratios[at++] = units->ratios[k];
        }
    }
    CBI_TRY(cbi_unitbook_fill(&reference->units, reference->ratios, at, err));
    CBI_TRY(list_entries(reference, err));
done:
    return status;
}

size_t cbi_reference_count(const cbi_reference *reference)
{
    return reference == NULL ? 0 : reference->edition_count;
}

const Cbank__V1__PublicationRef *cbi_reference_edition(const cbi_reference *reference, size_t at)
{
    return reference->editions[at];
}

/* ---- grades ------------------------------------------------------------------------------- */

const Cbank__V1__GradeScale *cbi_reference_scale(const cbi_reference *reference, const char *id)
{
    for (uint32_t i = 0; reference != NULL && i < reference->page_count; i++) {
        const Cbank__V1__ScalePage *scales = reference->pages[i].scales;

        for (size_t k = 0; scales != NULL && k < scales->n_scales; k++)
            if (strcmp(scales->scales[k]->id, id) == 0)
                return scales->scales[k];
    }
    return NULL;
}

static const Cbank__V1__GradeMapping *find_mapping(const cbi_reference *reference,
                                                   const char *from, const char *to)
{
    for (uint32_t i = 0; reference != NULL && i < reference->page_count; i++) {
        const Cbank__V1__ScalePage *scales = reference->pages[i].scales;

        for (size_t k = 0; scales != NULL && k < scales->n_mappings; k++)
            if (strcmp(scales->mappings[k]->from_scale, from) == 0 &&
                strcmp(scales->mappings[k]->to_scale, to) == 0)
                return scales->mappings[k];
    }
    return NULL;
}

/* From one scale to another, with the step that it was. */
static bool convert(const cbi_reference *reference, const Cbank__V1__Grade *grade,
                    const char *scale, cbi_graded *out, cbi_step *step)
{
    const Cbank__V1__GradeMapping *mapping = find_mapping(reference, grade->scale, scale);
    const Cbank__V1__GradeScale *from = cbi_reference_scale(reference, grade->scale);
    const Cbank__V1__GradeScale *to = cbi_reference_scale(reference, scale);
    const Cbank__V1__GradeBand *band;

    if (mapping == NULL || from == NULL || to == NULL ||
        cbi_grade_convert(mapping, from, to, grade, out, NULL) != CBANK_OK)
        return false;
    band = cbi_grade_find(from, grade);
    *step = (cbi_step){.kind = STEP(GRADE),
                       .from = grade->scale,
                       .to = scale,
                       .from_milli = grade->score_milli,
                       .to_milli = out->value_milli,
                       .from_label = band == NULL ? grade->label : band->label,
                       .to_label = out->band == NULL ? "" : out->band->label,
                       .method = mapping->method,
                       .tie_break = mapping->tie_break};
    return true;
}

bool cbi_reference_grade(const cbi_reference *reference, const Cbank__V1__Grade *grade,
                         const char *scale, cbi_interval *out, cbi_step *step)
{
    const Cbank__V1__GradeScale *own = cbi_reference_scale(reference, scale);
    const Cbank__V1__GradeBand *band;
    cbi_graded graded = {0};

    step->kind = 0;
    if (strcmp(grade->scale, scale) != 0) {
        if (!convert(reference, grade, scale, &graded, step))
            return false;
        if (graded.band == NULL || step->method == CBANK__V1__MAPPING_METHOD__MAPPING_METHOD_LINEAR)
            *out = (cbi_interval){graded.value_milli, graded.value_milli};
        else
            *out = cbi_grade_interval(own, graded.band);
        return true;
    }
    if (grade->kind == CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE) {
        out->low = out->high =
            own == NULL ? grade->score_milli : cbi_grade_round(own, grade->score_milli);
        return true;
    }
    band = own == NULL ? NULL : cbi_grade_find(own, grade);
    if (band == NULL)
        return false;
    *out = cbi_grade_interval(own, band);
    return true;
}

bool cbi_reference_carry(const cbi_reference *reference, const Cbank__V1__Grade *grade,
                         const char *scale, Cbank__V1__Grade *out, cbi_step *step)
{
    const Cbank__V1__GradeScale *to = cbi_reference_scale(reference, scale);
    cbi_graded graded = {0};

    if (!convert(reference, grade, scale, &graded, step))
        return false;
    cbank__v1__grade__init(out);
    out->scale = cbi_message_string(scale);
    if (step->method == CBANK__V1__MAPPING_METHOD__MAPPING_METHOD_LINEAR) {
        out->kind = CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;
        out->score_milli = graded.value_milli;
        out->max_milli = to->max_milli;
        return graded.value_milli >= 0 && graded.value_milli <= to->max_milli;
    }
    out->kind = CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL;
    out->label = graded.band->label;
    return true;
}

/* ---- levels ------------------------------------------------------------------------------- */

static void widen(cbi_interval *out, bool *any, int64_t level)
{
    if (!*any)
        *out = (cbi_interval){level, level};
    out->low = level < out->low ? level : out->low;
    out->high = level > out->high ? level : out->high;
    *any = true;
}

/* What a page of framework `owner` says of a level: seen from either side. */
static void look_across(const char *owner, const Cbank__V1__FrameworkPage *levels,
                        const char *framework, int64_t level, const char *other,
                        cbi_interval *out, bool *any)
{
    bool from_owner = strcmp(owner, framework) == 0, to_owner = strcmp(owner, other) == 0;

    for (size_t i = 0; i < levels->n_crosswalks; i++) {
        const Cbank__V1__Crosswalk *pair = levels->crosswalks[i];

        if (from_owner && pair->level_milli == level && strcmp(pair->framework, other) == 0)
            widen(out, any, pair->other_level_milli);
        if (to_owner && pair->other_level_milli == level &&
            strcmp(pair->framework, framework) == 0)
            widen(out, any, pair->level_milli);
    }
}

bool cbi_reference_level(const cbi_reference *reference, const char *framework,
                         int64_t level_milli, const char *other, cbi_interval *out,
                         cbi_step *step)
{
    bool any = false;

    for (uint32_t i = 0; reference != NULL && i < reference->page_count; i++)
        if (reference->pages[i].levels != NULL)
            look_across(reference->editions[reference->pages[i].edition]->id,
                        reference->pages[i].levels, framework, level_milli, other, out, &any);
    if (any)
        *step = (cbi_step){.kind = STEP(LEVEL),
                           .from = framework,
                           .to = other,
                           .from_milli = level_milli,
                           .to_milli = out->low,
                           .from_label = "",
                           .to_label = ""};
    return any;
}

/* ---- catalogues --------------------------------------------------------------------------- */

bool cbi_reference_has_catalogue(const cbi_reference *reference, const char *id)
{
    for (uint32_t i = 0; reference != NULL && i < reference->edition_count; i++)
        if (reference->editions[i]->kind == KIND(CATALOGUE) &&
            strcmp(reference->editions[i]->id, id) == 0)
            return true;
    return false;
}

/* The first entry that is not before this code of this catalogue. */
static size_t find_first(const cbi_reference *reference, const char *catalogue, const char *code)
{
    size_t low = 0, high = reference->entry_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const listed *at = &reference->entries[middle];
        int order = strcmp(at->catalogue, catalogue);

        if (order == 0)
            order = strcmp(at->entry->code, code);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool entry_holds(const Cbank__V1__CatalogueEntry *entry, const cbi_entry_key *key)
{
    return (entry->from == 0 || key->day >= entry->from) &&
           (entry->until == 0 || key->day <= entry->until) &&
           (key->type == NULL || strcmp(entry->type, key->type) == 0) &&
           (key->institution == NULL || entry->institution[0] == '\0' ||
            strcmp(entry->institution, key->institution) == 0);
}

const Cbank__V1__CatalogueEntry *cbi_reference_entry(const cbi_reference *reference,
                                                     const char *catalogue,
                                                     const cbi_entry_key *key)
{
    const Cbank__V1__CatalogueEntry *best = NULL;

    /* By institution, so nobody's come first; of one institution those that began later last. */
    for (size_t i = reference == NULL ? 0 : find_first(reference, catalogue, key->code);
         reference != NULL && i < reference->entry_count; i++) {
        const listed *at = &reference->entries[i];

        if (strcmp(at->catalogue, catalogue) != 0 || strcmp(at->entry->code, key->code) != 0)
            break;
        if (!entry_holds(at->entry, key))
            continue;
        if (best != NULL && key->institution == NULL &&
            strcmp(best->institution, at->entry->institution) != 0)
            return NULL;
        best = at->entry;
    }
    return best;
}

/* ---- units -------------------------------------------------------------------------------- */

bool cbi_reference_unit(const cbi_reference *reference, const char *unit, const char *other,
                        int64_t *num, int64_t *den)
{
    return reference != NULL && cbi_unitbook_ratio(&reference->units, unit, other, num, den);
}
