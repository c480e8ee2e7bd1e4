#include <string.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/memory.h"
#include "rules/lint.h"

/* Shares of fewer than these say little; a distribution is counted over two years at least. */
#define STUDENTS_MIN 50
#define MONTHS_MIN 24

typedef struct scales {
    Cbank__V1__GradeScale **list;
    uint32_t count;
    cbi_findings *findings;
    cbank_error *err;
} scales;

static const Cbank__V1__GradeScale *find(const scales *all, const char *id)
{
    for (uint32_t i = 0; i < all->count; i++) {
        if (strcmp(all->list[i]->id, id) == 0)
            return all->list[i];
    }
    return NULL;
}

/* Bands by scores; a scale of words alone has none. */
static bool has_scores(const Cbank__V1__GradeScale *scale)
{
    for (size_t i = 0; i < scale->n_bands; i++) {
        if (scale->bands[i]->from_milli != 0 || scale->bands[i]->until_milli != 0)
            return true;
    }
    return false;
}

/* From the best to the worst: what the bands leave out, what two of them take. */
static cbank_status lint_bands(const scales *all, const Cbank__V1__GradeScale *scale,
                               cbi_spot spot)
{
    int64_t next = scale->max_milli; /* the score that the next band ends with */
    cbank_status status = CBANK_OK;
    char from[CBI_MILLI_TEXT_MAX], until[CBI_MILLI_TEXT_MAX];

    for (size_t i = 0; i < scale->n_bands && has_scores(scale); i++) {
        const Cbank__V1__GradeBand *band = scale->bands[i];

        if (band->until_milli != next) {
            cbi_milli_format(band->until_milli, from);
            cbi_milli_format(next, until);
            CBI_TRY(cbi_findings_add(all->findings,
                                     band->until_milli < next ? CBI_SEVERITY_WARNING
                                                              : CBI_SEVERITY_ERROR,
                                     band->until_milli < next ? CBI_REASON_LINT_GAP
                                                              : CBI_REASON_LINT_BANDS,
                                     spot, scale->id, all->err, "%s: %s, %s", band->label, from,
                                     until));
        }
        if (band->passed != (band->from_milli >= scale->pass_milli))
            CBI_TRY(cbi_findings_add(all->findings, CBI_SEVERITY_WARNING, CBI_REASON_LINT_PASS,
                                     spot, scale->id, all->err, "%s", band->label));
        next = band->from_milli - scale->step_milli;
    }
    if (has_scores(scale) && next >= scale->min_milli) {
        cbi_milli_format(scale->min_milli, from);
        cbi_milli_format(next, until);
        CBI_TRY(cbi_findings_add(all->findings, CBI_SEVERITY_WARNING, CBI_REASON_LINT_GAP, spot,
                                 scale->id, all->err, "%s..%s", from, until));
    }
done:
    return status;
}

/* ---- conversions ---- */

static uint32_t months_of(uint32_t day)
{
    return day / 10000 * 12 + day / 100 % 100;
}

static cbank_status lint_counts(const scales *all, const char *id, cbi_spot spot)
{
    const Cbank__V1__GradeScale *scale = find(all, id);
    cbank_status status = CBANK_OK;
    uint64_t students = 0;

    if (scale == NULL)
        return CBANK_OK;
    for (size_t i = 0; i < scale->n_bands; i++)
        students += scale->bands[i]->passed ? scale->bands[i]->count : 0;
    if (students == 0)
        return cbi_findings_add(all->findings, CBI_SEVERITY_ERROR, CBI_REASON_LINT_COUNTS, spot,
                                id, all->err, "0");
    if (students < STUDENTS_MIN)
        CBI_TRY(cbi_findings_add(all->findings, CBI_SEVERITY_WARNING, CBI_REASON_LINT_COUNTS, spot,
                                 id, all->err, "%llu", (unsigned long long)students));
    if (scale->counted_from == 0 || scale->counted_until == 0 ||
        months_of(scale->counted_until) + 1 < months_of(scale->counted_from) + MONTHS_MIN)
        CBI_TRY(cbi_findings_add(all->findings, CBI_SEVERITY_WARNING, CBI_REASON_LINT_YEARS, spot,
                                 id, all->err, "%u..%u", scale->counted_from,
                                 scale->counted_until));
done:
    return status;
}

static bool has_band(const Cbank__V1__GradeScale *scale, const char *label)
{
    for (size_t i = 0; i < scale->n_bands; i++) {
        if (strcmp(scale->bands[i]->label, label) == 0)
            return true;
    }
    return false;
}

static cbank_status lint_pairs(const scales *all, const Cbank__V1__GradeMapping *mapping,
                               cbi_spot spot)
{
    const Cbank__V1__GradeScale *from = find(all, mapping->from_scale);
    const Cbank__V1__GradeScale *to = find(all, mapping->to_scale);
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < mapping->n_pairs; i++) {
        const Cbank__V1__GradePair *pair = mapping->pairs[i];

        if (from != NULL && !has_band(from, pair->from))
            CBI_TRY(cbi_findings_add(all->findings, CBI_SEVERITY_ERROR, CBI_REASON_RULE_REFERENCE,
                                     spot, from->id, all->err, "%s", pair->from));
        if (to != NULL && !has_band(to, pair->to))
            CBI_TRY(cbi_findings_add(all->findings, CBI_SEVERITY_ERROR, CBI_REASON_RULE_REFERENCE,
                                     spot, to->id, all->err, "%s", pair->to));
    }
    for (size_t i = 0; from != NULL && i < from->n_bands; i++) {
        bool mapped = !from->bands[i]->passed;

        for (size_t k = 0; k < mapping->n_pairs; k++)
            mapped = mapped || strcmp(mapping->pairs[k]->from, from->bands[i]->label) == 0;
        if (!mapped)
            CBI_TRY(cbi_findings_add(all->findings, CBI_SEVERITY_WARNING, CBI_REASON_LINT_GAP,
                                     spot, from->id, all->err, "%s", from->bands[i]->label));
    }
done:
    return status;
}

static cbank_status lint_mapping(const scales *all, const Cbank__V1__GradeMapping *mapping,
                                 cbi_spot spot)
{
    cbank_status status = CBANK_OK;

    if (mapping->method == CBANK__V1__MAPPING_METHOD__MAPPING_METHOD_DISTRIBUTION) {
        CBI_TRY(lint_counts(all, mapping->from_scale, spot));
        CBI_TRY(lint_counts(all, mapping->to_scale, spot));
    }
    if (mapping->method == CBANK__V1__MAPPING_METHOD__MAPPING_METHOD_TABLE)
        CBI_TRY(lint_pairs(all, mapping, spot));
done:
    return status;
}

cbank_status cbi_lint_scales(const cbi_content *content, cbi_findings *findings, cbank_error *err)
{
    const cbi_items *items = &content->lists[CBI_SCALES_SCALES];
    const cbi_items *mappings = &content->lists[CBI_SCALES_MAPPINGS];
    scales all = {.findings = findings, .err = err};
    Cbank__V1__GradeMapping *mapping = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(items->count + 1, sizeof(*all.list), &all.list, err));
    for (uint32_t i = 0; i < items->count; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__grade_scale__descriptor, items->list[i].bytes,
                                  &all.list[i], err));
        all.count++;
        CBI_TRY(lint_bands(&all, all.list[i], items->list[i].spot));
    }
    for (uint32_t i = 0; i < mappings->count; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__grade_mapping__descriptor, mappings->list[i].bytes,
                                  &mapping, err));
        CBI_TRY(lint_mapping(&all, mapping, mappings->list[i].spot));
        cbi_message_free(mapping);
        mapping = NULL;
    }
done:
    cbi_message_free(mapping);
    for (uint32_t i = 0; i < all.count; i++)
        cbi_message_free(all.list[i]);
    cbi_free(all.list);
    return status;
}
