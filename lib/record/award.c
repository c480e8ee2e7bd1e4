#include "record/award.h"

#include "base/limits.h"
#include "base/text.h"
#include "record/amount.h"
#include "record/field.h"
#include "record/grade.h"
#include "record/organisation.h"

#include <string.h>

typedef Cbank__V1__CreditRecord credit_record;

/* A co-awarder may be one that the bank has no code for: its name is enough then. */
static cbank_status check_awarder(const char *field, const Cbank__V1__Awarder *awarder,
                                  bool needs_code, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes country = cbi_message_text(awarder->country);
    bool valid = country.size == 0 || country.size == 3;

    if (needs_code || cbi_message_says(awarder->institution))
        CBI_TRY(cbi_field_institution(field, awarder->institution, err));
    else
        CBI_TRY(cbi_field_text(field, awarder->name, CBI_TEXT_MAX, err));
    if (awarder->id != NULL)
        CBI_TRY(cbi_organisation_id_check(awarder->id, err));
    for (size_t i = 0; i < country.size && valid; i++)
        valid = country.data[i] >= 'A' && country.data[i] <= 'Z';
    if (!valid)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "country", "ISO 3166-1 alpha-3");
done:
    return status;
}

static cbank_status check_awarders(const credit_record *record, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (record->awarded_by == NULL)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "awarded_by", NULL);
    CBI_TRY(check_awarder("awarded_by", record->awarded_by, true, err));
    CBI_TRY(cbi_field_count("co_awarded_by", record->n_co_awarded_by, CBI_AWARD_LIST_MAX, err));
    for (size_t i = 0; i < record->n_co_awarded_by; i++)
        CBI_TRY(check_awarder("co_awarded_by", record->co_awarded_by[i], false, err));
    if (cbi_message_says(record->deposited_by))
        CBI_TRY(cbi_field_institution("deposited_by", record->deposited_by, err));
    CBI_TRY(cbi_field_size("delegation", record->delegation, CBI_HASH_SIZE, false, err));
    if (record->delegation.len > 0 && !cbi_message_says(record->deposited_by))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "deposited_by", NULL);
done:
    return status;
}

static cbank_status check_titles(const credit_record *record, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (record->n_title == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "title", NULL);
    CBI_TRY(cbi_field_count("title", record->n_title, CBI_AWARD_LIST_MAX, err));
    for (size_t i = 0; i < record->n_title; i++) {
        CBI_TRY(cbi_field_text("title", record->title[i]->value, CBI_TEXT_MAX, err));
        if (cbi_message_says(record->title[i]->lang))
            CBI_TRY(cbi_field_language("title", record->title[i]->lang, err));
    }
    if (cbi_message_says(record->language))
        CBI_TRY(cbi_field_language("language", record->language, err));
done:
    return status;
}

static cbank_status check_components(const credit_record *record, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_count("components", record->n_components, CBI_AWARD_LIST_MAX, err));
    for (size_t i = 0; i < record->n_components; i++) {
        const Cbank__V1__Component *component = record->components[i];

        if (!cbi_message_says(component->code) && !cbi_message_says(component->title))
            return cbi_fail(err, CBI_REASON_FIELD_MISSING, i, "components", NULL);
        CBI_TRY(cbi_amount_check(component->amount, err));
        CBI_TRY(cbi_grade_check(component->grade, err));
    }
done:
    return status;
}

static cbank_status check_levels(const credit_record *record, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_count("levels", record->n_levels, CBI_AWARD_LIST_MAX, err));
    for (size_t i = 0; i < record->n_levels; i++) {
        const Cbank__V1__Level *level = record->levels[i];

        CBI_TRY(cbi_field_text("framework", level->framework, CBI_TEXT_MAX, err));
        if (level->level_milli < 0 || level->level_milli > CBI_LEVEL_MAX)
            return cbi_fail(err, CBI_REASON_FIELD_VALUE, i, "levels", "level_milli");
        if (level->basis == CBANK__V1__LEVEL_BASIS__LEVEL_BASIS_UNSPECIFIED)
            return cbi_fail(err, CBI_REASON_FIELD_MISSING, i, "basis", NULL);
    }
done:
    return status;
}

static cbank_status check_codes(const credit_record *record, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const struct {
        const char *name;
        const Cbank__V1__Code *code;
    } codes[] = {
        {"category", record->category},
        {"education_level", record->education_level},
        {"education_category", record->education_category},
        {"term", record->term},
        {"attempt", record->attempt},
        {"nature", record->nature},
        {"assessment", record->assessment},
        {"mode", record->mode},
        {"area", record->area},
        {"legal_basis", record->legal_basis},
        {"retention", record->retention},
    };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        CBI_TRY(cbi_field_code(codes[i].name, codes[i].code, err));
    CBI_TRY(cbi_field_count("classifications", record->n_classifications, CBI_AWARD_LIST_MAX,
                            err));
    for (size_t i = 0; i < record->n_classifications; i++)
        CBI_TRY(cbi_field_code("classifications", record->classifications[i], err));
done:
    return status;
}

static cbank_status check_dates(const credit_record *record, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_date("started_on", record->started_on, err));
    CBI_TRY(cbi_field_date("ended_on", record->ended_on, err));
    CBI_TRY(cbi_field_date("assessed_on", record->assessed_on, err));
    CBI_TRY(cbi_field_date("awarded_on", record->awarded_on, err));
    CBI_TRY(cbi_field_date("expires_on", record->expires_on, err));
    CBI_TRY(cbi_field_date_order("ended_on", record->started_on, record->ended_on, err));
    CBI_TRY(cbi_field_date_order("expires_on", record->awarded_on, record->expires_on, err));
done:
    return status;
}

static cbank_status check_taking_part(const credit_record *record, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__Attendance *attendance = record->attendance;
    const Cbank__V1__Placing *placing = record->placing;
    const Cbank__V1__Project *project = record->project;

    if (attendance != NULL && attendance->permille > 1000)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "attendance", "permille");
    if (attendance != NULL && attendance->attended > attendance->sessions)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "attendance", "attended");
    if (placing != NULL) {
        if (placing->place_in_team > placing->team_size)
            return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "placing", "place_in_team");
        CBI_TRY(cbi_field_code("contest_level", placing->contest_level, err));
    }
    if (project != NULL) {
        if (!cbi_message_says(project->code) && !cbi_message_says(project->name))
            return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "project", NULL);
        CBI_TRY(cbi_field_code("project", project->level, err));
        CBI_TRY(cbi_field_code("project", project->kind, err));
    }
done:
    return status;
}

static cbank_status check_grounds(const credit_record *record, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_count("evidence", record->n_evidence, CBI_AWARD_LIST_MAX, err));
    for (size_t i = 0; i < record->n_evidence; i++) {
        const Cbank__V1__SupportingDocument *document = record->evidence[i];

        CBI_TRY(cbi_field_size("evidence", document->digest, CBI_HASH_SIZE, true, err));
        CBI_TRY(cbi_field_code("evidence", document->kind, err));
        CBI_TRY(cbi_field_code("evidence", document->check, err));
        CBI_TRY(cbi_field_date("checked_on", document->checked_on, err));
    }
    CBI_TRY(cbi_field_count("based_on", record->n_based_on, CBI_AWARD_LIST_MAX, err));
    for (size_t i = 0; i < record->n_based_on; i++) {
        const Cbank__V1__BasedOn *basis = record->based_on[i];

        CBI_TRY(cbi_field_size("based_on", basis->record, CBI_HASH_SIZE, false, err));
        CBI_TRY(cbi_field_size("based_on", basis->digest, CBI_HASH_SIZE, false, err));
        if (basis->record.len == 0 && basis->digest.len == 0 && !cbi_message_says(basis->reference))
            return cbi_fail(err, CBI_REASON_FIELD_MISSING, i, "based_on", NULL);
    }
    CBI_TRY(cbi_field_size("recognition", record->recognition, CBI_HASH_SIZE, false, err));
done:
    return status;
}

static cbank_status check_attributes(const credit_record *record, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_count("attributes", record->n_attributes, CBI_ATTRIBUTES_MAX, err));
    for (size_t i = 0; i < record->n_attributes; i++) {
        cbi_bytes key = cbi_message_text(record->attributes[i]->key);

        if (!cbi_field_is_word(key))
            return cbi_fail(err, CBI_REASON_FIELD_VALUE, i, "attributes", "[a-z0-9.-]{1,32}");
        CBI_TRY(cbi_field_text("attributes", record->attributes[i]->value, CBI_TEXT_MAX, err));
        for (size_t j = 0; j < i; j++) {
            if (cbi_bytes_equal(key, cbi_message_text(record->attributes[j]->key)))
                return cbi_fail(err, CBI_REASON_FIELD_TWICE, i, "attributes", "%s",
                                record->attributes[i]->key);
        }
    }
done:
    return status;
}

cbank_status cbi_award_check(const Cbank__V1__CreditRecord *record, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (record->type == CBANK__V1__RECORD_TYPE__RECORD_TYPE_UNSPECIFIED)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "type", NULL);
    CBI_TRY(check_awarders(record, err));
    CBI_TRY(check_titles(record, err));
    CBI_TRY(cbi_amounts_check(record->amounts, record->n_amounts, err));
    CBI_TRY(cbi_grade_check(record->grade, err));
    CBI_TRY(check_components(record, err));
    CBI_TRY(check_levels(record, err));
    CBI_TRY(check_codes(record, err));
    CBI_TRY(check_dates(record, err));
    CBI_TRY(check_taking_part(record, err));
    CBI_TRY(check_grounds(record, err));
    CBI_TRY(check_attributes(record, err));
done:
    return status;
}
