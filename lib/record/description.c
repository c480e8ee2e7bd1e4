#include "record/description.h"

#include <string.h>

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define STATUS(name) CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_##name

typedef Cbank__V1__DirectoryInstitution directory_entry;

static cbank_status full(const directory_entry *entry, uint64_t limit, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_INSTITUTION_FULL, limit, entry->institution, NULL);
}

bool cbi_description_is_told(int kind)
{
    return kind >= KIND(INSTITUTION_REGISTERED) && kind <= KIND(SUCCESSION_ENDED);
}

cbank_status cbi_description_begin(const Cbank__V1__DirectoryInstitution *entry,
                                   cbi_description *out, cbank_error *err)
{
    directory_entry *it = &out->entry;

    *it = *entry;
    it->scopes = out->scope_list;
    it->licences = out->licence_list;
    it->delegations = out->delegation_list;
    it->successions = out->succession_list;
    it->changes = out->changes;
    out->grant_count = 0;
    if (entry->n_scopes > CBI_INSTITUTION_GRANTS_MAX ||
        entry->n_licences > CBI_INSTITUTION_GRANTS_MAX ||
        entry->n_delegations > CBI_INSTITUTION_GRANTS_MAX ||
        entry->n_successions > CBI_INSTITUTION_GRANTS_MAX ||
        entry->n_changes > CBI_INSTITUTION_CHANGES_MAX)
        return full(entry, CBI_INSTITUTION_GRANTS_MAX, err);
    for (size_t i = 0; i < CBI_INSTITUTION_GRANTS_MAX; i++) {
        out->scope_list[i] = &out->scopes[i];
        out->licence_list[i] = &out->licences[i];
        out->delegation_list[i] = &out->delegations[i];
        out->succession_list[i] = &out->successions[i];
    }
    for (size_t i = 0; i < entry->n_scopes; i++)
        out->scopes[i] = *entry->scopes[i];
    for (size_t i = 0; i < entry->n_licences; i++)
        out->licences[i] = *entry->licences[i];
    for (size_t i = 0; i < entry->n_delegations; i++)
        out->delegations[i] = *entry->delegations[i];
    for (size_t i = 0; i < entry->n_successions; i++)
        out->successions[i] = *entry->successions[i];
    if (entry->n_changes > 0)
        memcpy(out->changes, entry->changes, entry->n_changes * sizeof(out->changes[0]));
    return CBANK_OK;
}

/* ---- what is said -------------------------------------------------------------------------- */

static void apply_registered(directory_entry *it, const Cbank__V1__InstitutionRegistered *said,
                             uint64_t index)
{
    it->institution = said->institution;
    it->names = said->names;
    it->n_names = said->n_names;
    it->ids = said->ids;
    it->n_ids = said->n_ids;
    it->parent = said->parent;
    it->status = STATUS(ACTIVE);
    it->status_index = index;
}

static void apply_described(directory_entry *it, const Cbank__V1__InstitutionDescribed *said)
{
    it->names = said->names;
    it->n_names = said->n_names;
    it->ids = said->ids;
    it->n_ids = said->n_ids;
    it->type = said->type;
    it->roles = said->roles;
    it->n_roles = said->n_roles;
    it->parent = said->parent;
    it->area = said->area;
    it->country = said->country;
}

static void apply_ended(directory_entry *it, const Cbank__V1__InstitutionEnded *said, int kind,
                        const char *document, uint64_t index)
{
    it->status = kind == KIND(INSTITUTION_MERGED) ? STATUS(MERGED) : STATUS(CLOSED);
    it->status_index = index;
    it->ended_on = said->ended_on;
    it->final_on = said->final_on;
    it->ended_document = cbi_message_string(document);
}

/* ---- grants -------------------------------------------------------------------------------- */

static ProtobufCBinaryData keep_digest(cbi_description *it, const cbi_hash *digest)
{
    cbi_hash *kept = &it->grants[it->grant_count++ % (2 * CBI_INSTITUTION_GRANTS_MAX)];

    *kept = *digest;
    return cbi_message_data(cbi_bytes_of_hash(kept));
}

static cbank_status apply_granted(cbi_description *it, int kind, const void *body,
                                  uint64_t index, const cbi_hash *digest, cbank_error *err)
{
    directory_entry *entry = &it->entry;
    size_t *count = kind == KIND(SCOPE_GRANTED)        ? &entry->n_scopes
                    : kind == KIND(LICENCE_GRANTED)    ? &entry->n_licences
                    : kind == KIND(DELEGATION_GRANTED) ? &entry->n_delegations
                                                       : &entry->n_successions;
    size_t at = *count;

    if (at == CBI_INSTITUTION_GRANTS_MAX)
        return full(entry, CBI_INSTITUTION_GRANTS_MAX, err);
    switch (kind) {
    case KIND(SCOPE_GRANTED):
        it->scopes[at] = *((const Cbank__V1__ScopeGranted *)body)->scope;
        it->scopes[at].granted_index = index;
        break;
    case KIND(LICENCE_GRANTED):
        it->licences[at] = *((const Cbank__V1__LicenceGranted *)body)->licence;
        it->licences[at].granted_index = index;
        break;
    case KIND(DELEGATION_GRANTED):
        it->delegations[at] = *((const Cbank__V1__DelegationGranted *)body)->delegation;
        it->delegations[at].granted_index = index;
        it->delegations[at].grant = keep_digest(it, digest);
        break;
    default:
        it->successions[at] = *((const Cbank__V1__SuccessionGranted *)body)->succession;
        it->successions[at].granted_index = index;
        it->successions[at].grant = keep_digest(it, digest);
        break;
    }
    (*count)++;
    return CBANK_OK;
}

/* Where the end of one grant is kept. */
typedef struct ending {
    uint64_t *index;
    uint32_t *on;
} ending;

static bool find_ending(cbi_description *it, int kind, uint64_t granted, ending *out)
{
    for (size_t i = 0; i < CBI_INSTITUTION_GRANTS_MAX; i++) {
        if (kind == KIND(SCOPE_ENDED) && i < it->entry.n_scopes &&
            it->scopes[i].granted_index == granted)
            *out = (ending){&it->scopes[i].ended_index, &it->scopes[i].ended_on};
        else if (kind == KIND(LICENCE_ENDED) && i < it->entry.n_licences &&
                 it->licences[i].granted_index == granted)
            *out = (ending){&it->licences[i].ended_index, &it->licences[i].ended_on};
        else if (kind == KIND(DELEGATION_ENDED) && i < it->entry.n_delegations &&
                 it->delegations[i].granted_index == granted)
            *out = (ending){&it->delegations[i].ended_index, &it->delegations[i].ended_on};
        else if (kind == KIND(SUCCESSION_ENDED) && i < it->entry.n_successions &&
                 it->successions[i].granted_index == granted)
            *out = (ending){&it->successions[i].ended_index, &it->successions[i].ended_on};
        else
            continue;
        return true;
    }
    return false;
}

static cbank_status apply_grant_ended(cbi_description *it, int kind,
                                      const Cbank__V1__GrantEnded *said, uint64_t index,
                                      cbank_error *err)
{
    ending end;

    if (!find_ending(it, kind, said->granted_index, &end))
        return cbi_fail(err, CBI_REASON_GRANT_MISSING, said->granted_index,
                        it->entry.institution, NULL);
    if (*end.index != 0)
        return cbi_fail(err, CBI_REASON_GRANT_ENDED, said->granted_index, it->entry.institution,
                        NULL);
    *end.index = index;
    *end.on = said->ended_on;
    return CBANK_OK;
}

/* ---- one statement ------------------------------------------------------------------------- */

static cbank_status apply(cbi_description *it, int kind, const void *body, const char *document,
                          uint64_t index, const cbi_hash *digest, cbank_error *err)
{
    switch (kind) {
    case KIND(INSTITUTION_REGISTERED):
        apply_registered(&it->entry, body, index);
        return CBANK_OK;
    case KIND(INSTITUTION_DESCRIBED):
        apply_described(&it->entry, body);
        return CBANK_OK;
    case KIND(INSTITUTION_MERGED):
    case KIND(INSTITUTION_CLOSED):
        apply_ended(&it->entry, body, kind, document, index);
        return CBANK_OK;
    case KIND(SCOPE_GRANTED):
    case KIND(LICENCE_GRANTED):
    case KIND(DELEGATION_GRANTED):
    case KIND(SUCCESSION_GRANTED):
        return apply_granted(it, kind, body, index, digest, err);
    default:
        return apply_grant_ended(it, kind, body, index, err);
    }
}

cbank_status cbi_description_apply(cbi_description *it, const cbi_kind *kind, const void *body,
                                   const char *document, uint64_t index, const cbi_hash *digest,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!cbi_description_is_told((int)kind->kind))
        return CBANK_OK;
    if (it->entry.n_changes == CBI_INSTITUTION_CHANGES_MAX)
        return full(&it->entry, CBI_INSTITUTION_CHANGES_MAX, err);
    CBI_TRY(apply(it, (int)kind->kind, body, document, index, digest, err));
    it->changes[it->entry.n_changes++] = index;
done:
    return status;
}

void cbi_description_resume(Cbank__V1__DirectoryInstitution *entry)
{
    entry->ended_on = 0;
    entry->final_on = 0;
    entry->ended_document = cbi_message_string("");
}
