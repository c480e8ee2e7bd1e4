#include "record/institution.h"

#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "record/field.h"
#include "record/organisation.h"

#include "cbank/v1/statement.pb-c.h"

#define LIST_MAX 32

static bool is_stated(const char *text)
{
    return cbi_message_text(text).size > 0;
}

/* ---- grants ------------------------------------------------------------------------------- */

static cbank_status check_day(const char *name, uint32_t day, cbank_error *err)
{
    if (day != 0 && (!cbi_date_is_valid(day) || day % 100 == 0))
        return cbi_fail(err, CBI_REASON_BAD_DATE, 0, name, "%u", (unsigned)day);
    return CBANK_OK;
}

static cbank_status check_span(uint32_t from, uint32_t until, const char *document,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_day("from", from, err));
    CBI_TRY(check_day("until", until, err));
    if (from != 0 && until != 0 && until < from)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "until", "%u", (unsigned)until);
    if (is_stated(document))
        CBI_TRY(cbi_field_text("document", document, CBI_TEXT_MAX, err));
done:
    return status;
}

/* A statement grants; only a directory knows where that stands and whether it has ended. */
static cbank_status check_unplaced(uint64_t granted, uint64_t ended, uint32_t ended_on,
                                   size_t grant, cbank_error *err)
{
    if (granted != 0 || ended != 0 || ended_on != 0 || grant != 0)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, granted, "granted_index", NULL);
    return CBANK_OK;
}

/* A list of enum values, each once; what they may be has been checked. */
static cbank_status check_once(const char *name, const int *values, size_t count,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_count(name, count, LIST_MAX, err));
    for (size_t i = 0; i < count; i++) {
        if (values[i] == 0)
            return cbi_fail(err, CBI_REASON_FIELD_VALUE, i, name, "0");
        for (size_t j = 0; j < i; j++) {
            if (values[i] == values[j])
                return cbi_fail(err, CBI_REASON_FIELD_TWICE, i, name, "%d", values[i]);
        }
    }
done:
    return status;
}

static cbank_status check_types(const Cbank__V1__RecordType *types, size_t count,
                                cbank_error *err)
{
    int values[LIST_MAX] = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_count("types", count, LIST_MAX, err));
    for (size_t i = 0; i < count; i++)
        values[i] = (int)types[i];
    CBI_TRY(check_once("types", values, count, err));
done:
    return status;
}

static cbank_status check_area(const char *area, cbank_error *err)
{
    size_t size = cbi_message_text(area).size;

    if (size < 2 || size > 12 || strspn(area, "0123456789") != size)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "areas", "GB/T 2260");
    return CBANK_OK;
}

static cbank_status check_scope_said(const Cbank__V1__Scope *scope, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_types(scope->types, scope->n_types, err));
    CBI_TRY(cbi_field_count("levels", scope->n_levels, LIST_MAX, err));
    for (size_t i = 0; i < scope->n_levels; i++) {
        CBI_TRY(cbi_field_text("framework", scope->levels[i]->framework, CBI_ID_MAX, err));
        if (scope->levels[i]->from_milli < 0 ||
            scope->levels[i]->until_milli < scope->levels[i]->from_milli)
            CBI_TRY(cbi_fail(err, CBI_REASON_FIELD_VALUE, i, "levels", NULL));
    }
    CBI_TRY(cbi_field_count("units", scope->n_units, LIST_MAX, err));
    for (size_t i = 0; i < scope->n_units; i++)
        CBI_TRY(cbi_field_text("units", scope->units[i], CBI_WORD_MAX, err));
    CBI_TRY(cbi_field_count("fields", scope->n_fields, LIST_MAX, err));
    for (size_t i = 0; i < scope->n_fields; i++)
        CBI_TRY(cbi_field_code("fields", scope->fields[i], err));
    CBI_TRY(cbi_field_count("areas", scope->n_areas, LIST_MAX, err));
    for (size_t i = 0; i < scope->n_areas; i++)
        CBI_TRY(check_area(scope->areas[i], err));
    CBI_TRY(check_span(scope->from, scope->until, scope->document, err));
done:
    return status;
}

static cbank_status check_licence_said(const Cbank__V1__Licence *licence, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_code("kind", licence->kind, err));
    CBI_TRY(cbi_field_text("number", licence->number, CBI_ID_MAX, err));
    if (is_stated(licence->e_licence))
        CBI_TRY(cbi_field_text("e_licence", licence->e_licence, CBI_ID_MAX, err));
    CBI_TRY(check_span(licence->from, licence->until, licence->document, err));
done:
    return status;
}

static cbank_status check_other(const char *name, const char *code, const char *other,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_institution(name, other, err));
    if (strcmp(other, code) == 0)
        return cbi_fail(err, CBI_REASON_GRANT_SELF, 0, code, NULL);
done:
    return status;
}

static cbank_status check_delegation_said(const char *code,
                                          const Cbank__V1__Delegation *delegation,
                                          cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_other("signer", code, delegation->signer, err));
    CBI_TRY(check_types(delegation->types, delegation->n_types, err));
    CBI_TRY(check_span(delegation->from, delegation->until, delegation->document, err));
done:
    return status;
}

static cbank_status check_succession_said(const char *code,
                                          const Cbank__V1__Succession *succession,
                                          cbank_error *err)
{
    int values[LIST_MAX] = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(check_other("institution", code, succession->institution, err));
    if (succession->kind == CBANK__V1__SUCCESSION_KIND__SUCCESSION_KIND_UNSPECIFIED)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "kind", NULL);
    CBI_TRY(cbi_field_count("powers", succession->n_powers, LIST_MAX, err));
    for (size_t i = 0; i < succession->n_powers; i++)
        values[i] = (int)succession->powers[i];
    CBI_TRY(check_once("powers", values, succession->n_powers, err));
    CBI_TRY(check_span(succession->from, succession->until, succession->document, err));
done:
    return status;
}

cbank_status cbi_institution_check_scope(const Cbank__V1__Scope *scope, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_scope_said(scope, err));
    CBI_TRY(check_unplaced(scope->granted_index, scope->ended_index, scope->ended_on, 0, err));
done:
    return status;
}

cbank_status cbi_institution_check_licence(const Cbank__V1__Licence *licence, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_licence_said(licence, err));
    CBI_TRY(check_unplaced(licence->granted_index, licence->ended_index, licence->ended_on, 0,
                           err));
done:
    return status;
}

cbank_status cbi_institution_check_delegation(const char *code,
                                              const Cbank__V1__Delegation *delegation,
                                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_delegation_said(code, delegation, err));
    CBI_TRY(check_unplaced(delegation->granted_index, delegation->ended_index,
                           delegation->ended_on, delegation->grant.len, err));
done:
    return status;
}

cbank_status cbi_institution_check_succession(const char *code,
                                              const Cbank__V1__Succession *succession,
                                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_succession_said(code, succession, err));
    CBI_TRY(check_unplaced(succession->granted_index, succession->ended_index,
                           succession->ended_on, succession->grant.len, err));
done:
    return status;
}

/* ---- bodies ------------------------------------------------------------------------------- */

/* What a description says beside names and identifiers. */
static cbank_status check_description(const char *code, const Cbank__V1__Code *type,
                                      const Cbank__V1__InstitutionRole *roles, size_t role_count,
                                      const char *parent, const Cbank__V1__Code *area,
                                      const char *country, cbank_error *err)
{
    int values[LIST_MAX] = {0};
    cbank_status status = CBANK_OK;
    size_t size = cbi_message_text(country).size;

    CBI_TRY(cbi_field_code("type", type, err));
    CBI_TRY(cbi_field_count("roles", role_count, LIST_MAX, err));
    for (size_t i = 0; i < role_count; i++)
        values[i] = (int)roles[i];
    CBI_TRY(check_once("roles", values, role_count, err));
    if (is_stated(parent))
        CBI_TRY(cbi_field_institution("parent", parent, err));
    if (is_stated(parent) && strcmp(parent, code) == 0)
        return cbi_fail(err, CBI_REASON_INSTITUTION_PARENT, 0, parent, NULL);
    CBI_TRY(cbi_field_code("area", area, err));
    if (size != 0 && (size != 3 || strspn(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "country", "ISO 3166-1 alpha-3");
done:
    return status;
}

cbank_status cbi_institution_check_registered(const void *body, cbank_error *err)
{
    const Cbank__V1__InstitutionRegistered *said = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_institution("institution", said->institution, err));
    CBI_TRY(cbi_field_names("names", said->names, said->n_names, err));
    CBI_TRY(cbi_organisation_ids_check(said->ids, said->n_ids, err));
    CBI_TRY(check_description(said->institution, NULL, NULL, 0, said->parent, NULL, "", err));
done:
    return status;
}

cbank_status cbi_institution_check_described(const void *body, cbank_error *err)
{
    const Cbank__V1__InstitutionDescribed *said = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_institution("institution", said->institution, err));
    CBI_TRY(cbi_field_names("names", said->names, said->n_names, err));
    CBI_TRY(cbi_organisation_ids_check(said->ids, said->n_ids, err));
    CBI_TRY(check_description(said->institution, said->type, said->roles, said->n_roles,
                              said->parent, said->area, said->country, err));
done:
    return status;
}

cbank_status cbi_institution_check_scope_granted(const void *body, cbank_error *err)
{
    const Cbank__V1__ScopeGranted *said = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_institution("institution", said->institution, err));
    if (said->scope == NULL)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "scope", NULL);
    CBI_TRY(cbi_institution_check_scope(said->scope, err));
done:
    return status;
}

cbank_status cbi_institution_check_licence_granted(const void *body, cbank_error *err)
{
    const Cbank__V1__LicenceGranted *said = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_institution("institution", said->institution, err));
    if (said->licence == NULL)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "licence", NULL);
    CBI_TRY(cbi_institution_check_licence(said->licence, err));
done:
    return status;
}

cbank_status cbi_institution_check_delegation_granted(const void *body, cbank_error *err)
{
    const Cbank__V1__DelegationGranted *said = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_institution("institution", said->institution, err));
    if (said->delegation == NULL)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "delegation", NULL);
    CBI_TRY(cbi_institution_check_delegation(said->institution, said->delegation, err));
done:
    return status;
}

cbank_status cbi_institution_check_succession_granted(const void *body, cbank_error *err)
{
    const Cbank__V1__SuccessionGranted *said = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_institution("institution", said->institution, err));
    if (said->succession == NULL)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "succession", NULL);
    CBI_TRY(cbi_institution_check_succession(said->institution, said->succession, err));
done:
    return status;
}

cbank_status cbi_institution_check_grant_ended(const void *body, cbank_error *err)
{
    const Cbank__V1__GrantEnded *said = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_institution("institution", said->institution, err));
    if (said->granted_index == 0 || said->ended_on == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0,
                        said->granted_index == 0 ? "granted_index" : "ended_on", NULL);
    CBI_TRY(check_day("ended_on", said->ended_on, err));
done:
    return status;
}

cbank_status cbi_institution_check_ended(const void *body, cbank_error *err)
{
    const Cbank__V1__InstitutionEnded *said = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_institution("institution", said->institution, err));
    if (said->ended_on == 0 || said->final_on == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "ended_on", NULL);
    CBI_TRY(check_day("ended_on", said->ended_on, err));
    CBI_TRY(check_day("final_on", said->final_on, err));
    if (said->final_on < said->ended_on)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "final_on", NULL);
    if (is_stated(said->into))
        CBI_TRY(check_other("into", said->institution, said->into, err));
done:
    return status;
}

/* ---- a directory's entry ------------------------------------------------------------------ */

/* Where a grant stands, and its end if it has one: both or neither of position and day. */
static cbank_status check_placed(uint64_t granted, uint64_t ended, uint32_t ended_on,
                                 cbank_error *err)
{
    if (granted == 0 || (ended != 0) != (ended_on != 0) || (ended != 0 && ended <= granted))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, granted, "granted_index", NULL);
    return check_day("ended_on", ended_on, err);
}

static cbank_status check_grants(const Cbank__V1__DirectoryInstitution *entry, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < entry->n_scopes; i++) {
        const Cbank__V1__Scope *it = entry->scopes[i];

        CBI_TRY(check_scope_said(it, err));
        CBI_TRY(check_placed(it->granted_index, it->ended_index, it->ended_on, err));
    }
    for (size_t i = 0; i < entry->n_licences; i++) {
        const Cbank__V1__Licence *it = entry->licences[i];

        CBI_TRY(check_licence_said(it, err));
        CBI_TRY(check_placed(it->granted_index, it->ended_index, it->ended_on, err));
    }
    for (size_t i = 0; i < entry->n_delegations; i++) {
        const Cbank__V1__Delegation *it = entry->delegations[i];

        CBI_TRY(check_delegation_said(entry->institution, it, err));
        CBI_TRY(check_placed(it->granted_index, it->ended_index, it->ended_on, err));
        CBI_TRY(cbi_field_hash("grant", it->grant, err));
    }
    for (size_t i = 0; i < entry->n_successions; i++) {
        const Cbank__V1__Succession *it = entry->successions[i];

        CBI_TRY(check_succession_said(entry->institution, it, err));
        CBI_TRY(check_placed(it->granted_index, it->ended_index, it->ended_on, err));
        CBI_TRY(cbi_field_hash("grant", it->grant, err));
    }
done:
    return status;
}

static bool is_of_version_1(const Cbank__V1__DirectoryInstitution *entry)
{
    return entry->type == NULL && entry->n_roles == 0 && !is_stated(entry->parent) &&
           entry->area == NULL && !is_stated(entry->country) && entry->n_scopes == 0 &&
           entry->n_licences == 0 && entry->n_delegations == 0 && entry->n_successions == 0 &&
           entry->ended_on == 0 && entry->final_on == 0 && !is_stated(entry->ended_document) &&
           entry->n_changes == 0 && entry->n_keys > 0 &&
           entry->status <= CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_SUSPENDED;
}

cbank_status cbi_institution_check_entry(const Cbank__V1__DirectoryInstitution *entry,
                                         uint32_t version, cbank_error *err)
{
    bool ended = entry->status > CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_SUSPENDED;
    cbank_status status = CBANK_OK;

    if (version == 1 && !is_of_version_1(entry))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, version, "version", NULL);
    if (version == 1)
        return CBANK_OK;
    CBI_TRY(check_description(entry->institution, entry->type, entry->roles, entry->n_roles,
                              entry->parent, entry->area, entry->country, err));
    CBI_TRY(cbi_field_count("scopes", entry->n_scopes, CBI_INSTITUTION_GRANTS_MAX, err));
    CBI_TRY(cbi_field_count("licences", entry->n_licences, CBI_INSTITUTION_GRANTS_MAX, err));
    CBI_TRY(cbi_field_count("delegations", entry->n_delegations, CBI_INSTITUTION_GRANTS_MAX, err));
    CBI_TRY(cbi_field_count("successions", entry->n_successions, CBI_INSTITUTION_GRANTS_MAX, err));
    CBI_TRY(cbi_field_count("changes", entry->n_changes, CBI_INSTITUTION_CHANGES_MAX, err));
    CBI_TRY(check_grants(entry, err));
    CBI_TRY(check_day("ended_on", entry->ended_on, err));
    CBI_TRY(check_day("final_on", entry->final_on, err));
    if (ended != (entry->ended_on != 0) || ended != (entry->final_on != 0) ||
        entry->final_on < entry->ended_on)
        CBI_TRY(cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "ended_on", NULL));
done:
    return status;
}
