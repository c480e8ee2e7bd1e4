#include "record/mandate.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/time.h"

/* ---- days --------------------------------------------------------------------------------- */

/* Both inclusive; 0: open. */
typedef struct span {
    uint32_t from;
    uint32_t until;
} span;

/* As it stood at a log position. */
static span span_at(uint32_t from, uint32_t until, uint64_t ended_index, uint32_t ended_on,
                    uint64_t index)
{
    if (ended_index != 0 && ended_index <= index && (until == 0 || ended_on < until))
        until = ended_on;
    return (span){from, until};
}

static bool holds(span it, uint32_t day)
{
    if (day == 0)
        return it.from == 0 && it.until == 0;
    return cbi_date_first(day) >= it.from && (it.until == 0 || cbi_date_last(day) <= it.until);
}

/* Is the day only not exact enough? */
static bool touches(span it, uint32_t day)
{
    if (day == 0)
        return true;
    return cbi_date_last(day) >= it.from && (it.until == 0 || cbi_date_first(day) <= it.until);
}

/* "2020-01-01..2024-06-30", for people. */
static void describe(span it, char out[2 * CBI_DATE_TEXT_MAX + 2])
{
    char from[CBI_DATE_TEXT_MAX], until[CBI_DATE_TEXT_MAX];

    cbi_date_format(it.from, from);
    cbi_date_format(it.until, until);
    snprintf(out, 2 * CBI_DATE_TEXT_MAX + 2, "%s..%s", from, until);
}

uint32_t cbi_mandate_day(const Cbank__V1__CreditRecord *record)
{
    if (record->awarded_on != 0)
        return record->awarded_on;
    return record->assessed_on != 0 ? record->assessed_on : record->ended_on;
}

/* ---- what an institution is --------------------------------------------------------------- */

bool cbi_mandate_has_role(const Cbank__V1__DirectoryInstitution *entry,
                          Cbank__V1__InstitutionRole role)
{
    for (size_t i = 0; i < entry->n_roles; i++) {
        if (entry->roles[i] == role)
            return true;
    }
    return entry->n_roles == 0;
}

static bool has_ended(const Cbank__V1__DirectoryInstitution *entry, uint64_t index)
{
    return entry->ended_on != 0 && entry->status_index <= index;
}

bool cbi_mandate_is_over(const Cbank__V1__DirectoryInstitution *entry, uint64_t index,
                         uint32_t day)
{
    return has_ended(entry, index) && day > entry->final_on;
}

/* ---- scopes and licences ------------------------------------------------------------------ */

static bool has_type(const Cbank__V1__RecordType *types, size_t count,
                     Cbank__V1__RecordType type)
{
    for (size_t i = 0; i < count; i++) {
        if (types[i] == type)
            return true;
    }
    return count == 0;
}

static bool has_level(const Cbank__V1__Scope *scope, const Cbank__V1__Level *level)
{
    for (size_t i = 0; i < scope->n_levels; i++) {
        const Cbank__V1__LevelRange *range = scope->levels[i];

        if (strcmp(range->framework, level->framework) == 0 &&
            level->level_milli >= range->from_milli && level->level_milli <= range->until_milli)
            return true;
    }
    return scope->n_levels == 0;
}

static bool has_unit(const Cbank__V1__Scope *scope, const char *unit)
{
    for (size_t i = 0; i < scope->n_units; i++) {
        if (strcmp(scope->units[i], unit) == 0)
            return true;
    }
    return scope->n_units == 0;
}

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* Whether all that it states in the schemes that the scope speaks of begins as the scope says. */
static bool has_field(const Cbank__V1__Scope *scope, const Cbank__V1__Code *field)
{
    bool spoken = false;

    for (size_t i = 0; i < scope->n_fields; i++) {
        if (strcmp(scope->fields[i]->scheme, field->scheme) != 0)
            continue;
        spoken = true;
        if (begins_with(field->value, scope->fields[i]->value))
            return true;
    }
    return !spoken;
}

static bool has_area(const Cbank__V1__Scope *scope, const Cbank__V1__Code *area)
{
    for (size_t i = 0; i < scope->n_areas; i++) {
        if (begins_with(area->value, scope->areas[i]))
            return true;
    }
    return scope->n_areas == 0;
}

static bool covers(const Cbank__V1__Scope *scope, const Cbank__V1__CreditRecord *record)
{
    bool fits = has_type(scope->types, scope->n_types, record->type);

    for (size_t i = 0; i < record->n_levels && fits; i++)
        fits = has_level(scope, record->levels[i]);
    for (size_t i = 0; i < record->n_amounts && fits; i++)
        fits = has_unit(scope, record->amounts[i]->unit);
    for (size_t i = 0; i < record->n_classifications && fits; i++)
        fits = has_field(scope, record->classifications[i]);
    return fits && (record->area == NULL || has_area(scope, record->area));
}

/* What a search through dated grants has found so far. */
typedef struct sought {
    bool any;   /* there are such grants */
    bool found; /* one holds */
    bool close; /* one might, if the day were exact */
    span last;  /* the newest that would fit but for the day */
} sought;

static void look_at(sought *it, span period, uint32_t day)
{
    it->last = period;
    it->found = it->found || holds(period, day);
    it->close = it->close || touches(period, day);
}

static cbank_status settle(const sought *it, cbi_reason reason,
                           const Cbank__V1__CreditRecord *record, cbank_error *err)
{
    char period[2 * CBI_DATE_TEXT_MAX + 2], day[CBI_DATE_TEXT_MAX];

    if (!it->any || it->found)
        return CBANK_OK;
    describe(it->last, period);
    cbi_date_format(cbi_mandate_day(record), day);
    return cbi_fail(err, it->close ? CBI_REASON_AWARD_DAY : reason, 0, record->reference,
                    "%s, %s", day, period);
}

static cbank_status check_licences(const Cbank__V1__DirectoryInstitution *entry,
                                   const Cbank__V1__CreditRecord *record, uint64_t index,
                                   cbank_error *err)
{
    uint32_t day = cbi_mandate_day(record);
    sought it = {0};

    for (size_t i = 0; i < entry->n_licences; i++) {
        const Cbank__V1__Licence *licence = entry->licences[i];

        if (licence->granted_index > index)
            continue;
        it.any = true;
        look_at(&it,
                span_at(licence->from, licence->until, licence->ended_index, licence->ended_on,
                        index),
                day);
    }
    return settle(&it, CBI_REASON_AWARD_LICENCE, record, err);
}

static cbank_status check_scopes(const Cbank__V1__DirectoryInstitution *entry,
                                 const Cbank__V1__CreditRecord *record, uint64_t index,
                                 cbank_error *err)
{
    uint32_t day = cbi_mandate_day(record);
    bool covered = false;
    sought it = {0};

    for (size_t i = 0; i < entry->n_scopes; i++) {
        const Cbank__V1__Scope *scope = entry->scopes[i];

        if (scope->granted_index > index)
            continue;
        it.any = true;
        if (!covers(scope, record))
            continue;
        covered = true;
        look_at(&it,
                span_at(scope->from, scope->until, scope->ended_index, scope->ended_on, index),
                day);
    }
    if (it.any && !covered)
        return cbi_fail(err, CBI_REASON_AWARD_SCOPE, 0, record->reference, "type %d",
                        (int)record->type);
    return settle(&it, CBI_REASON_AWARD_SCOPE, record, err);
}

cbank_status cbi_mandate_check_award(const Cbank__V1__DirectoryInstitution *entry,
                                     const Cbank__V1__CreditRecord *record, uint64_t index,
                                     cbank_error *err)
{
    sought life = {.any = has_ended(entry, index)};
    cbank_status status = CBANK_OK;

    look_at(&life, (span){0, entry->ended_on}, cbi_mandate_day(record));
    CBI_TRY(settle(&life, CBI_REASON_AWARD_AFTER_END, record, err));
    CBI_TRY(check_licences(entry, record, index, err));
    CBI_TRY(check_scopes(entry, record, index, err));
done:
    return status;
}

/* ---- who signs for whom ------------------------------------------------------------------- */

cbi_bytes cbi_mandate_grant(const cbi_mandate *mandate)
{
    return cbi_message_bytes(mandate->delegation != NULL ? mandate->delegation->grant
                                                         : mandate->succession->grant);
}

bool cbi_mandate_is_own(const cbi_mandate *mandate)
{
    return mandate->delegation != NULL ? mandate->delegation->request.len > 0
                                       : mandate->succession->request.len > 0;
}

static bool has_power(const Cbank__V1__Succession *succession, Cbank__V1__SuccessionPower power)
{
    for (size_t i = 0; i < succession->n_powers; i++) {
        if (succession->powers[i] == power)
            return true;
    }
    return false;
}

/* What is looked for among the grants. */
typedef struct wanted {
    const Cbank__V1__DirectoryInstitution *entry;
    const cbi_mandate_signer *signer;
    Cbank__V1__RecordType type;
    Cbank__V1__SuccessionPower power; /* 0: none will do, only a delegation */
    cbi_bytes grant;                  /* empty: whichever holds */
} wanted;

/* Is it this one that is meant? */
static bool is_meant(const wanted *it, const char *signer, uint64_t granted_index,
                     ProtobufCBinaryData grant)
{
    return strcmp(signer, it->signer->code) == 0 && granted_index <= it->signer->index &&
           (it->grant.size == 0 || cbi_bytes_equal(it->grant, cbi_message_bytes(grant)));
}

/*
 * Whoever had the institution's key could hand its work on to himself. The bank takes nothing under
 * such a grant any more; a verifier, who is told when the key was lost, weighs what there is.
 */
static cbank_status check_key(const wanted *it, uint64_t granted_index,
                              ProtobufCBinaryData request, cbank_error *err)
{
    if (it->signer->index != CBI_MANDATE_NOW || request.len == 0)
        return CBANK_OK;
    for (size_t i = 0; i < it->entry->n_keys; i++) {
        const Cbank__V1__InstitutionKey *key = it->entry->keys[i];

        if (key->from_index < granted_index &&
            (key->until_index == 0 || granted_index < key->until_index) &&
            key->compromised_since != 0 && granted_index >= key->compromised_since)
            return cbi_fail(err, CBI_REASON_GRANT_KEY_LOST, granted_index,
                            it->entry->institution, NULL);
    }
    return CBANK_OK;
}

static cbank_status refuse(const wanted *it, cbi_reason reason, span period, cbank_error *err)
{
    char text[2 * CBI_DATE_TEXT_MAX + 2];

    describe(period, text);
    return cbi_fail(err, reason, 0, it->signer->code, "%s", text);
}

static cbank_status try_delegation(const wanted *it, const Cbank__V1__Delegation *delegation,
                                   cbank_error *err)
{
    span period = span_at(delegation->from, delegation->until, delegation->ended_index,
                          delegation->ended_on, it->signer->index);

    if (!has_type(delegation->types, delegation->n_types, it->type))
        return refuse(it, CBI_REASON_DELEGATION_TYPE, period, err);
    if (!holds(period, it->signer->day) && !holds(period, it->signer->since))
        return refuse(it, CBI_REASON_DELEGATION_PERIOD, period, err);
    return check_key(it, delegation->granted_index, delegation->request, err);
}

static cbank_status try_succession(const wanted *it, const Cbank__V1__Succession *succession,
                                   cbank_error *err)
{
    span period = span_at(succession->from, succession->until, succession->ended_index,
                          succession->ended_on, it->signer->index);

    if (it->power == 0 || !has_power(succession, it->power))
        return refuse(it, CBI_REASON_SUCCESSION_POWER, period, err);
    if (!holds(period, it->signer->day) && !holds(period, it->signer->since))
        return refuse(it, CBI_REASON_DELEGATION_PERIOD, period, err);
    return check_key(it, succession->granted_index, succession->request, err);
}

/* The newest that will do; else why the newest one that is meant will not. */
static cbank_status find(const wanted *it, cbi_mandate *out, cbank_error *err)
{
    const Cbank__V1__DirectoryInstitution *entry = it->entry;
    cbank_status status =
        cbi_fail(err, CBI_REASON_DELEGATION_MISSING, 0, it->signer->code, "%s",
                 entry->institution);
    bool refused = false;

    *out = (cbi_mandate){0};
    for (size_t i = entry->n_successions; i > 0 && status != CBANK_OK; i--) {
        const Cbank__V1__Succession *succession = entry->successions[i - 1];

        if (!is_meant(it, succession->institution, succession->granted_index, succession->grant))
            continue;
        status = try_succession(it, succession, refused ? NULL : err);
        out->succession = status == CBANK_OK ? succession : NULL;
        refused = true;
    }
    for (size_t i = entry->n_delegations; i > 0 && status != CBANK_OK; i--) {
        const Cbank__V1__Delegation *delegation = entry->delegations[i - 1];

        if (!is_meant(it, delegation->signer, delegation->granted_index, delegation->grant))
            continue;
        status = try_delegation(it, delegation, refused ? NULL : err);
        out->delegation = status == CBANK_OK ? delegation : NULL;
        refused = true;
    }
    return status;
}

static Cbank__V1__SuccessionPower power_of(Cbank__V1__ChangeAction action)
{
    return action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE
               ? CBANK__V1__SUCCESSION_POWER__SUCCESSION_POWER_AMEND
               : CBANK__V1__SUCCESSION_POWER__SUCCESSION_POWER_REVOKE;
}

cbank_status cbi_mandate_check_record(const Cbank__V1__DirectoryInstitution *entry,
                                      const Cbank__V1__CreditRecord *record,
                                      const cbi_mandate_signer *signer, cbi_mandate *out,
                                      cbank_error *err)
{
    wanted it = {.entry = entry,
                 .signer = signer,
                 .type = record->type,
                 .grant = cbi_message_bytes(record->delegation)};

    if (record->supersedes.len > 0)
        it.power = CBANK__V1__SUCCESSION_POWER__SUCCESSION_POWER_AMEND;
    if (it.grant.size == 0 || strcmp(record->deposited_by, signer->code) != 0)
        return cbi_fail(err, CBI_REASON_DELEGATION_MISSING, 0, signer->code, "%s",
                        entry->institution);
    return find(&it, out, err);
}

cbank_status cbi_mandate_check_change(const Cbank__V1__DirectoryInstitution *entry,
                                      Cbank__V1__RecordType type, Cbank__V1__ChangeAction action,
                                      const cbi_mandate_signer *signer, cbi_mandate *out,
                                      cbank_error *err)
{
    const wanted it = {
        .entry = entry, .signer = signer, .type = type, .power = power_of(action)};

    return find(&it, out, err);
}

cbank_status cbi_mandate_find(const Cbank__V1__DirectoryInstitution *entry,
                              Cbank__V1__RecordType type, bool amends,
                              const cbi_mandate_signer *signer, cbi_mandate *out,
                              cbank_error *err)
{
    wanted it = {.entry = entry, .signer = signer, .type = type};

    if (amends)
        it.power = CBANK__V1__SUCCESSION_POWER__SUCCESSION_POWER_AMEND;
    return find(&it, out, err);
}
