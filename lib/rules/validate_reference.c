#include <string.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "record/amount.h"
#include "record/code.h"
#include "record/field.h"
#include "record/publication.h"
#include "rules/validate.h"
#include "rules/word.h"

#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name
#define METHOD(name) CBANK__V1__MAPPING_METHOD__MAPPING_METHOD_##name
#define FIELDS_MAX 16
#define PAIRS_MAX 1024

/* ---- frameworks ---- */

static void check_level(cbi_validator *validator, const Cbank__V1__FrameworkLevel *level)
{
    cbi_validate_amount(validator, "level", level->level_milli, true);
    cbi_validate_titles(validator, "title", level->title, level->n_title);
    cbi_validate_titles(validator, "descriptor", level->descriptor, level->n_descriptor);
    cbi_validate_text(validator, "label", level->label);
}

static void check_crosswalk(cbi_validator *validator, const Cbank__V1__Crosswalk *crosswalk)
{
    cbi_validate_amount(validator, "level", crosswalk->level_milli, true);
    cbi_validate_amount(validator, "other_level", crosswalk->other_level_milli, true);
    if (!cbi_publication_id_is_valid(cbi_message_text(crosswalk->framework)))
        cbi_complain(validator, CBI_REASON_FIELD_VALUE, "framework", "%s", crosswalk->framework);
    cbi_validate_text(validator, "document", crosswalk->document);
}

/* ---- catalogues ---- */

static void check_entry(cbi_validator *validator, const Cbank__V1__CatalogueEntry *entry)
{
    cbank_error why = {0};

    cbi_validate_id(validator, "code", entry->code);
    cbi_validate_titles(validator, "title", entry->title, entry->n_title);
    if (entry->n_title == 0)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "title", NULL);
    if (cbi_message_text(entry->institution).size > 0 &&
        !cbi_institution_code_is_valid(cbi_message_text(entry->institution)))
        cbi_complain(validator, CBI_REASON_FIELD_VALUE, "institution", "%s", entry->institution);
    if (cbi_word_value(&cbank__v1__record_type__descriptor, cbi_message_text(entry->type)) == 0)
        cbi_complain(validator, CBI_REASON_FIELD_VALUE, "type", "%s", entry->type);
    if (cbi_amounts_check(entry->amounts, entry->n_amounts, &why) != CBANK_OK)
        cbi_complain_of(validator, "amounts", &why);
    if (cbi_message_text(entry->framework).size > 0)
        cbi_validate_reference(validator, "framework", CBI_KNOWN_FRAMEWORKS, entry->framework);
    if ((cbi_message_text(entry->framework).size > 0) != (entry->level_milli != 0))
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "level", "framework");
    cbi_validate_amount(validator, "level", entry->level_milli, false);
    cbi_validate_list(validator, "fields", entry->fields, entry->n_fields, FIELDS_MAX);
    cbi_validate_days(validator, "valid", entry->from, entry->until);
}

/* ---- units ---- */

static void check_unit(cbi_validator *validator, const Cbank__V1__Unit *unit)
{
    if (!cbi_field_is_word(cbi_message_text(unit->id)))
        cbi_complain(validator, CBI_REASON_FIELD_VALUE, "id", "[a-z0-9.-]{1,32}");
    cbi_validate_titles(validator, "title", unit->title, unit->n_title);
    cbi_validate_range(validator, "hours", unit->hours);
    cbi_validate_range(validator, "class_hours", unit->class_hours);
    if ((unit->hours != NULL && unit->hours->bounded_below && unit->hours->min_milli <= 0) ||
        (unit->class_hours != NULL && unit->class_hours->bounded_below &&
         unit->class_hours->min_milli <= 0))
        cbi_complain(validator, CBI_REASON_RULE_NUMBER, "hours", NULL);
}

static void check_unit_ratio(cbi_validator *validator, const Cbank__V1__UnitRatio *ratio)
{
    cbi_validate_reference(validator, "unit", CBI_KNOWN_UNITS, ratio->unit);
    cbi_validate_reference(validator, "other", CBI_KNOWN_UNITS, ratio->other);
    if (strcmp(ratio->unit, ratio->other) == 0)
        cbi_complain(validator, CBI_REASON_RULE_LOOP, "other", "%s", ratio->unit);
    cbi_validate_ratio(validator, "ratio", ratio->num, ratio->den);
    if (ratio->num == 0)
        cbi_complain(validator, CBI_REASON_RULE_NUMBER, "ratio", "0");
    cbi_validate_text(validator, "document", ratio->document);
}

/* ---- grade scales ---- */

static bool is_number(int64_t milli)
{
    return milli >= -CBI_MILLI_MAX && milli <= CBI_MILLI_MAX;
}

static void check_band(cbi_validator *validator, const Cbank__V1__GradeScale *scale, size_t i)
{
    const Cbank__V1__GradeBand *band = scale->bands[i];

    cbi_validate_id(validator, "bands", band->label);
    if (!is_number(band->from_milli) || !is_number(band->until_milli) ||
        !is_number(band->value_milli) || !is_number(band->point_milli) ||
        band->count > UINT32_MAX)
        cbi_complain(validator, CBI_REASON_RULE_NUMBER, "bands", "%s", band->label);
    if (band->from_milli > band->until_milli)
        cbi_complain(validator, CBI_REASON_RULE_RANGE, "bands", "%s", band->label);
    for (size_t j = 0; j < i; j++) {
        if (strcmp(scale->bands[j]->label, band->label) == 0)
            cbi_complain(validator, CBI_REASON_FIELD_TWICE, "bands", "%s", band->label);
    }
    if (i > 0 && band->passed && !scale->bands[i - 1]->passed)
        cbi_complain(validator, CBI_REASON_PAGE_ORDER, "bands", "%s", band->label);
}

static void check_scale(cbi_validator *validator, const Cbank__V1__GradeScale *scale)
{
    cbi_validate_id(validator, "id", scale->id);
    cbi_validate_titles(validator, "title", scale->title, scale->n_title);
    if (!is_number(scale->min_milli) || !is_number(scale->max_milli) ||
        !is_number(scale->pass_milli))
        cbi_complain(validator, CBI_REASON_RULE_NUMBER, "min, max, pass", NULL);
    else if (scale->min_milli > scale->pass_milli || scale->pass_milli > scale->max_milli)
        cbi_complain(validator, CBI_REASON_RULE_RANGE, "min, pass, max", NULL);
    cbi_validate_amount(validator, "step", scale->step_milli, true);
    if (scale->n_bands > CBI_BANDS_MAX)
        cbi_complain(validator, CBI_REASON_FIELD_COUNT, "bands", "%zu", scale->n_bands);
    for (size_t i = 0; i < scale->n_bands && i < CBI_BANDS_MAX; i++)
        check_band(validator, scale, i);
    cbi_validate_days(validator, "counted", scale->counted_from, scale->counted_until);
}

static void check_pairs(cbi_validator *validator, const Cbank__V1__GradeMapping *mapping)
{
    bool table = mapping->method == METHOD(TABLE);

    if (table != (mapping->n_pairs > 0))
        cbi_complain(validator, table ? CBI_REASON_FIELD_MISSING : CBI_REASON_RULE_UNFIT, "pairs",
                     NULL);
    if (mapping->n_pairs > PAIRS_MAX)
        cbi_complain(validator, CBI_REASON_FIELD_COUNT, "pairs", "%zu", mapping->n_pairs);
    for (size_t i = 0; i < mapping->n_pairs && i < PAIRS_MAX; i++) {
        cbi_validate_id(validator, "pairs", mapping->pairs[i]->from);
        cbi_validate_id(validator, "pairs", mapping->pairs[i]->to);
        if (i > 0 && strcmp(mapping->pairs[i - 1]->from, mapping->pairs[i]->from) >= 0)
            cbi_complain(validator, CBI_REASON_RULE_ORDER, "pairs", "%s",
                         mapping->pairs[i]->from);
    }
}

static void check_mapping(cbi_validator *validator, const Cbank__V1__GradeMapping *mapping)
{
    bool linear = mapping->method == METHOD(LINEAR);
    bool shares = mapping->method == METHOD(DISTRIBUTION);

    cbi_validate_reference(validator, "from_scale", CBI_KNOWN_SCALES, mapping->from_scale);
    cbi_validate_reference(validator, "to_scale", CBI_KNOWN_SCALES, mapping->to_scale);
    if (strcmp(mapping->from_scale, mapping->to_scale) == 0)
        cbi_complain(validator, CBI_REASON_RULE_LOOP, "to_scale", "%s", mapping->to_scale);
    if (mapping->method == METHOD(UNSPECIFIED))
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "method", NULL);
    check_pairs(validator, mapping);
    if (shares != (mapping->tie_break != CBANK__V1__TIE_BREAK__TIE_BREAK_UNSPECIFIED))
        cbi_complain(validator, shares ? CBI_REASON_FIELD_MISSING : CBI_REASON_RULE_UNFIT,
                     "tie_break", NULL);
    if (linear) {
        cbi_validate_ratio(validator, "ratio", mapping->num, mapping->den);
        if (mapping->round == CBANK__V1__ROUND_MODE__ROUND_MODE_UNSPECIFIED)
            cbi_complain(validator, CBI_REASON_RULE_ROUND, "round", NULL);
        cbi_validate_amount(validator, "round", mapping->step_milli, true);
        if (!is_number(mapping->offset_milli))
            cbi_complain(validator, CBI_REASON_RULE_NUMBER, "offset", NULL);
    } else if (mapping->num != 0 || mapping->den != 0 || mapping->offset_milli != 0 ||
               mapping->round != CBANK__V1__ROUND_MODE__ROUND_MODE_UNSPECIFIED ||
               mapping->step_milli != 0) {
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, "ratio", NULL);
    }
}

void cbi_validate_reference_item(cbi_validator *validator, int kind, unsigned list,
                                 const void *message)
{
    if (kind == KIND(CATALOGUE))
        check_entry(validator, message);
    else if (kind == KIND(FRAMEWORK) && list == CBI_FRAMEWORK_LEVELS)
        check_level(validator, message);
    else if (kind == KIND(FRAMEWORK))
        check_crosswalk(validator, message);
    else if (kind == KIND(UNITS) && list == CBI_UNITS_UNITS)
        check_unit(validator, message);
    else if (kind == KIND(UNITS))
        check_unit_ratio(validator, message);
    else if (list == CBI_SCALES_SCALES)
        check_scale(validator, message);
    else
        check_mapping(validator, message);
}
