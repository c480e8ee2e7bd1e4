#include "author/items.h"

#include <stdlib.h>
#include <string.h>

#include "author/value.h"
#include "base/decimal.h"

#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name
#define KEY(type, name, reader, member)                                                            \
    {.key = name, .read = reader, .offset = offsetof(Cbank__V1__##type, member)}
#define NEEDED(type, name, reader, member)                                                         \
    {.key = name, .read = reader, .offset = offsetof(Cbank__V1__##type, member), .needed = true}
#define WORD(type, name, member, of)                                                               \
    {.key = name, .read = cbi_form_word, .offset = offsetof(Cbank__V1__##type, member),            \
     .extra = &cbank__v1__##of##__descriptor}

/* ---- programmes ---- */

static const cbi_form_field TERMS_FIELDS[] = {
    NEEDED(ProgrammeTerms, "unit", cbi_form_text, unit),
    NEEDED(ProgrammeTerms, "total", cbi_form_milli, total_milli),
    KEY(ProgrammeTerms, "max", cbi_form_milli, max_milli),
    WORD(ProgrammeTerms, "over", over, cap_over),
    KEY(ProgrammeTerms, "framework", cbi_form_text, framework),
    KEY(ProgrammeTerms, "level", cbi_form_milli, level_milli),
    KEY(ProgrammeTerms, "min_months", cbi_form_months, min_months),
    {.key = "cohorts"},
    KEY(ProgrammeTerms, "institutions", cbi_form_texts, n_institutions),
    KEY(ProgrammeTerms, "rule_sets", cbi_form_texts, n_rule_sets),
};
const cbi_form_type cbi_author_terms = CBI_FORM_TYPE(programme_terms, TERMS_FIELDS);

static const cbi_form_field BUCKET_FIELDS[] = {
    NEEDED(Bucket, "id", cbi_form_text, id),
    KEY(Bucket, "title", cbi_form_titles, n_title),
    KEY(Bucket, "parent", cbi_form_text, parent),
    KEY(Bucket, "min", cbi_form_milli, min_milli),
    KEY(Bucket, "max", cbi_form_milli, max_milli),
    WORD(Bucket, "over", over, cap_over),
};
static const cbi_form_field RESIDENCY_FIELDS[] = {
    KEY(Residency, "records", cbi_author_selector, records),
    NEEDED(Residency, "min", cbi_form_milli, min_milli),
    KEY(Residency, "document", cbi_form_text, document),
};
static const cbi_form_field MINIMUM_FIELDS[] = {
    NEEDED(BucketMinimum, "bucket", cbi_form_text, bucket),
    NEEDED(BucketMinimum, "min", cbi_form_milli, min_milli),
};
static const cbi_form_type MINIMUM = CBI_FORM_TYPE(bucket_minimum, MINIMUM_FIELDS);
static const cbi_form_field POINT_FIELDS[] = {
    NEEDED(EntryPoint, "id", cbi_form_text, id),
    KEY(EntryPoint, "title", cbi_form_titles, n_title),
    KEY(EntryPoint, "level", cbi_form_milli, level_milli),
    KEY(EntryPoint, "min", cbi_form_milli, min_milli),
    {.key = "buckets",
     .read = cbi_form_list,
     .offset = offsetof(Cbank__V1__EntryPoint, n_buckets),
     .extra = &MINIMUM},
    KEY(EntryPoint, "min_months", cbi_form_months, min_months),
};
static const cbi_form_field COURSE_FIELDS[] = {
    NEEDED(ProgrammeCourse, "code", cbi_form_text, code),
    KEY(ProgrammeCourse, "title", cbi_form_titles, n_title),
    NEEDED(ProgrammeCourse, "amount", cbi_form_milli, amount_milli),
    NEEDED(ProgrammeCourse, "buckets", cbi_form_texts, n_buckets),
    KEY(ProgrammeCourse, "level", cbi_form_milli, level_milli),
    KEY(ProgrammeCourse, "amounts", cbi_form_amounts, n_amounts),
};

/* ---- frameworks, catalogues, units ---- */

static const cbi_form_field LEVEL_FIELDS[] = {
    NEEDED(FrameworkLevel, "level", cbi_form_milli, level_milli),
    KEY(FrameworkLevel, "title", cbi_form_titles, n_title),
    KEY(FrameworkLevel, "descriptor", cbi_form_titles, n_descriptor),
    KEY(FrameworkLevel, "label", cbi_form_text, label),
};
static const cbi_form_field CROSSWALK_FIELDS[] = {
    NEEDED(Crosswalk, "level", cbi_form_milli, level_milli),
    NEEDED(Crosswalk, "framework", cbi_form_text, framework),
    NEEDED(Crosswalk, "other_level", cbi_form_milli, other_level_milli),
    KEY(Crosswalk, "document", cbi_form_text, document),
};
static const cbi_form_field ENTRY_FIELDS[] = {
    NEEDED(CatalogueEntry, "code", cbi_form_text, code),
    NEEDED(CatalogueEntry, "title", cbi_form_titles, n_title),
    KEY(CatalogueEntry, "institution", cbi_form_text, institution),
    NEEDED(CatalogueEntry, "type", cbi_form_text, type),
    KEY(CatalogueEntry, "amounts", cbi_form_amounts, n_amounts),
    KEY(CatalogueEntry, "framework", cbi_form_text, framework),
    KEY(CatalogueEntry, "level", cbi_form_milli, level_milli),
    KEY(CatalogueEntry, "fields", cbi_form_texts, n_fields),
    KEY(CatalogueEntry, "valid", cbi_form_days, from),
};
static const cbi_form_field UNIT_FIELDS[] = {
    NEEDED(Unit, "id", cbi_form_text, id),
    KEY(Unit, "title", cbi_form_titles, n_title),
    KEY(Unit, "hours", cbi_form_range, hours),
    KEY(Unit, "class_hours", cbi_form_range, class_hours),
};
static const cbi_form_field RATIO_FIELDS[] = {
    NEEDED(UnitRatio, "unit", cbi_form_text, unit),
    NEEDED(UnitRatio, "other", cbi_form_text, other),
    NEEDED(UnitRatio, "ratio", cbi_form_share, num),
    KEY(UnitRatio, "document", cbi_form_text, document),
};

/* ---- grade scales ---- */

static void read_score(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    int64_t value;

    (void)extra;
    if (!cbi_form_is(form, node, CBI_YAML_TEXT))
        return;
    if (cbi_milli_parse(node->text, &value))
        *(int64_t *)target = value;
    else
        cbi_form_fault(form, CBI_REASON_FORM_VALUE, node, (const char *)node->text.data, "60");
}

/* "90..100": two scores side by side, both needed. */
static void read_scores(cbi_form *form, const cbi_yaml_node *node, void *target,
                        const void *extra)
{
    Cbank__V1__Range range = CBANK__V1__RANGE__INIT;
    int64_t *scores = target;

    (void)extra;
    if (!cbi_form_is(form, node, CBI_YAML_TEXT))
        return;
    if (!cbi_value_range(node->text, false, &range) || !range.bounded_below ||
        !range.bounded_above) {
        cbi_form_fault(form, CBI_REASON_FORM_VALUE, node, (const char *)node->text.data,
                       "90..100");
        return;
    }
    scores[0] = range.min_milli;
    scores[1] = range.max_milli;
}

static const cbi_form_field BAND_FIELDS[] = {
    NEEDED(GradeBand, "label", cbi_form_text, label),
    KEY(GradeBand, "scores", read_scores, from_milli),
    NEEDED(GradeBand, "value", read_score, value_milli),
    KEY(GradeBand, "point", read_score, point_milli),
    KEY(GradeBand, "passed", cbi_form_yes, passed),
    KEY(GradeBand, "count", cbi_form_count, count),
};
static const cbi_form_type BAND = CBI_FORM_TYPE(grade_band, BAND_FIELDS);
static const cbi_form_field SCALE_FIELDS[] = {
    NEEDED(GradeScale, "id", cbi_form_text, id),
    KEY(GradeScale, "title", cbi_form_titles, n_title),
    NEEDED(GradeScale, "scores", read_scores, min_milli),
    NEEDED(GradeScale, "pass", read_score, pass_milli),
    NEEDED(GradeScale, "step", cbi_form_milli, step_milli),
    {.key = "bands",
     .read = cbi_form_list,
     .offset = offsetof(Cbank__V1__GradeScale, n_bands),
     .extra = &BAND},
    KEY(GradeScale, "counted", cbi_form_days, counted_from),
};
static const cbi_form_field MAPPING_FIELDS[] = {
    NEEDED(GradeMapping, "from", cbi_form_text, from_scale),
    NEEDED(GradeMapping, "to", cbi_form_text, to_scale),
    {.key = "method",
     .read = cbi_form_word,
     .offset = offsetof(Cbank__V1__GradeMapping, method),
     .extra = &cbank__v1__mapping_method__descriptor,
     .needed = true},
    {.key = "pairs"},
    WORD(GradeMapping, "tie_break", tie_break, tie_break),
    KEY(GradeMapping, "ratio", cbi_form_share, num),
    KEY(GradeMapping, "offset", read_score, offset_milli),
    KEY(GradeMapping, "round", cbi_form_round, round),
};

static int by_from(const void *a, const void *b)
{
    return strcmp((*(Cbank__V1__GradePair *const *)a)->from,
                  (*(Cbank__V1__GradePair *const *)b)->from);
}

/* A map from the labels of one scale to those of the other. */
static void read_pairs(cbi_form *form, const cbi_yaml_node *node, Cbank__V1__GradeMapping *mapping)
{
    Cbank__V1__GradePair **pairs;

    if (node == NULL || !cbi_form_is(form, node, CBI_YAML_MAP))
        return;
    pairs = cbi_form_alloc(form, node->count + 1, sizeof(*pairs));
    mapping->pairs = pairs;
    for (const cbi_yaml_node *item = node->first; item != NULL && pairs != NULL;
         item = item->next) {
        Cbank__V1__GradePair *pair = cbi_form_message(form, &cbank__v1__grade_pair__descriptor);

        if (pair == NULL)
            return;
        pair->from = (char *)(uintptr_t)item->key.data;
        cbi_form_text(form, item, &pair->to, NULL);
        pairs[mapping->n_pairs++] = pair;
    }
    if (mapping->n_pairs > 1)
        qsort(pairs, mapping->n_pairs, sizeof(Cbank__V1__GradePair *), by_from);
}

/* ---- all of them ---- */

#define ROW(name, FIELDS) CBI_FORM_TYPE(name, FIELDS)

static const cbi_form_type PROGRAMME_TYPES[] = {
    [CBI_PROGRAMME_BUCKETS] = ROW(bucket, BUCKET_FIELDS),
    [CBI_PROGRAMME_RESIDENCY] = ROW(residency, RESIDENCY_FIELDS),
    [CBI_PROGRAMME_ENTRY_POINTS] = ROW(entry_point, POINT_FIELDS),
    [CBI_PROGRAMME_COURSES] = ROW(programme_course, COURSE_FIELDS),
};
static const cbi_form_type FRAMEWORK_TYPES[] = {
    [CBI_FRAMEWORK_LEVELS] = ROW(framework_level, LEVEL_FIELDS),
    [CBI_FRAMEWORK_CROSSWALKS] = ROW(crosswalk, CROSSWALK_FIELDS),
};
static const cbi_form_type CATALOGUE_TYPES[] = {
    [CBI_CATALOGUE_ENTRIES] = ROW(catalogue_entry, ENTRY_FIELDS),
};
static const cbi_form_type UNIT_TYPES[] = {
    [CBI_UNITS_UNITS] = ROW(unit, UNIT_FIELDS),
    [CBI_UNITS_RATIOS] = ROW(unit_ratio, RATIO_FIELDS),
};
static const cbi_form_type SCALE_TYPES[] = {
    [CBI_SCALES_SCALES] = ROW(grade_scale, SCALE_FIELDS),
    [CBI_SCALES_MAPPINGS] = ROW(grade_mapping, MAPPING_FIELDS),
};

const cbi_form_type *cbi_author_keys(int kind, unsigned list)
{
    static const cbi_form_type *const ruleset[] = {
        NULL, &cbi_author_institution_groups, &cbi_author_aliases, &cbi_author_groups,
        &cbi_author_caps, &cbi_author_rules};

    if (kind == KIND(RULE_SET))
        return ruleset[list];
    if (kind == KIND(PROGRAMME))
        return list == CBI_PROGRAMME_TERMS ? &cbi_author_terms : &PROGRAMME_TYPES[list];
    if (kind == KIND(FRAMEWORK))
        return &FRAMEWORK_TYPES[list];
    if (kind == KIND(CATALOGUE))
        return &CATALOGUE_TYPES[list];
    return kind == KIND(UNITS) ? &UNIT_TYPES[list] : &SCALE_TYPES[list];
}

/* What is not said has the meaning that authors expect. */
static void complete(cbi_form *form, const cbi_yaml_node *node, int kind, unsigned list,
                     void *message)
{
    Cbank__V1__Bucket *bucket = message;

    if (kind == KIND(SCALES) && list == CBI_SCALES_MAPPINGS)
        read_pairs(form, cbi_yaml_get(node, "pairs"), message);
    if (kind == KIND(PROGRAMME) && list == CBI_PROGRAMME_BUCKETS && bucket->max_milli > 0 &&
        bucket->over == CBANK__V1__CAP_OVER__CAP_OVER_UNSPECIFIED)
        bucket->over = CBANK__V1__CAP_OVER__CAP_OVER_REFUSE;
}

static void *read_item(cbi_form *form, const cbi_yaml_node *node, int kind, unsigned list,
                       const cbi_rule_defaults *defaults)
{
    const cbi_form_type *type = cbi_author_keys(kind, list);
    void *message = cbi_form_message(form, type->message);

    if (message == NULL)
        return NULL;
    if (kind == KIND(RULE_SET) && list == CBI_RULESET_RULES) {
        if (defaults != NULL)
            *(Cbank__V1__Rule *)message = defaults->rule;
        cbi_author_rule(form, node, message);
    } else if (kind == KIND(RULE_SET) && list == CBI_RULESET_CAPS) {
        cbi_author_cap(form, node, message);
    } else {
        cbi_form_map(form, node, type->fields, type->count, message);
        complete(form, node, kind, list, message);
    }
    return message;
}

void cbi_author_item(cbi_form *form, const cbi_yaml_node *node, unsigned list,
                     const cbi_rule_defaults *defaults, cbi_content *content)
{
    uint32_t faults = form->faults;
    cbi_spot spot = cbi_form_spot(form, node);
    void *message = read_item(form, node, (int)content->kind, list, defaults);
    cbank_error why = {0};
    cbank_status status;

    if (message == NULL || form->faults != faults || form->status != CBANK_OK)
        return;
    status = cbi_content_add(content, list, message, spot, &why);
    if (status == CBANK_OK)
        return;
    form->faults++;
    form->status = cbi_findings_take(form->findings, spot, status, &why, form->err);
}
