#include "proof/grant.h"

#include <string.h>

#include "base/time.h"

/* ---- requests ------------------------------------------------------------------------------ */

/* Equal as packed; NULL for what cannot be packed is equal to nothing. */
static bool same_message(const void *a, const void *b)
{
    cbank_buffer left = {0}, right = {0};
    bool same = cbi_message_pack(a, &left, NULL) == CBANK_OK &&
                cbi_message_pack(b, &right, NULL) == CBANK_OK &&
                cbi_bytes_equal(cbi_bytes_of_buffer(&left), cbi_bytes_of_buffer(&right));

    cbank_buffer_clear(&left);
    cbank_buffer_clear(&right);
    return same;
}

bool cbi_grant_is_asked(const Cbank__V1__RequestHead *head,
                        const Cbank__V1__Delegation *delegation,
                        const Cbank__V1__Succession *succession)
{
    if (delegation != NULL && head->delegation != NULL) {
        Cbank__V1__Delegation asked = *delegation;

        asked.granted_index = asked.ended_index = asked.ended_on = 0;
        asked.grant = asked.request = cbi_message_data((cbi_bytes){0});
        return same_message(&asked, head->delegation);
    }
    if (succession != NULL && head->succession != NULL) {
        Cbank__V1__Succession asked = *succession;

        asked.granted_index = asked.ended_index = asked.ended_on = 0;
        asked.grant = asked.request = cbi_message_data((cbi_bytes){0});
        return same_message(&asked, head->succession);
    }
    return false;
}

/* The key that was the institution's where a grant stands. */
static const cbi_directory_key *key_at(const cbi_directory_institution *institution,
                                       uint64_t index)
{
    for (size_t i = 0; i < institution->key_count; i++) {
        const cbi_directory_key *key = &institution->keys[i];

        if (key->from_index < index && (key->until_index == 0 || index < key->until_index))
            return key;
    }
    return NULL;
}

static cbank_status check_request(const cbi_directory *directory,
                                  const cbi_directory_institution *institution,
                                  cbi_bytes envelope, uint64_t granted_index,
                                  const Cbank__V1__Delegation *delegation,
                                  const Cbank__V1__Succession *succession, cbank_error *err)
{
    const char *code = institution->message->institution;
    const cbi_directory_key *key = key_at(institution, granted_index);
    cbi_request request = {0};
    cbank_error finer = {0};
    cbank_status status;
    bool fits = false;

    status = cbi_request_parse(directory->suite, envelope, &request, &finer);
    if (status == CBANK_OK)
        status = cbi_request_verify(&request, NULL, &finer);
    if (status == CBANK_OK)
        fits = key != NULL && cbi_request_hands_on(&request) &&
               cbi_public_equal(&request.key, &key->key) &&
               strcmp(request.head->origin, directory->origin) == 0 &&
               strcmp(request.head->institution, code) == 0 &&
               cbi_grant_is_asked(request.head, delegation, succession);
    cbi_request_clear(&request);
    if (status == CBANK_E_MEMORY || status == CBANK_E_INTERNAL)
        return cbi_fail(err, (cbi_reason)finer.reason, finer.where, NULL, NULL);
    if (!fits)
        return cbi_fail(err, CBI_REASON_REQUEST_DIFFERS, granted_index, code, NULL);
    return CBANK_OK;
}

/* What has ended is not granted again by the same request. */
static cbank_status check_once(const Cbank__V1__DirectoryInstitution *entry,
                               ProtobufCBinaryData request, ProtobufCBinaryData earlier,
                               cbank_error *err)
{
    if (request.len > 0 && cbi_bytes_equal(cbi_message_bytes(request), cbi_message_bytes(earlier)))
        return cbi_fail(err, CBI_REASON_REQUEST_DIFFERS, 0, entry->institution, NULL);
    return CBANK_OK;
}

cbank_status cbi_grant_check(const cbi_directory *directory,
                             const cbi_directory_institution *institution, cbank_error *err)
{
    const Cbank__V1__DirectoryInstitution *entry = institution->message;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < entry->n_delegations; i++) {
        const Cbank__V1__Delegation *it = entry->delegations[i];

        for (size_t j = 0; j < i; j++)
            CBI_TRY(check_once(entry, it->request, entry->delegations[j]->request, err));
        if (it->request.len > 0)
            CBI_TRY(check_request(directory, institution, cbi_message_bytes(it->request),
                                  it->granted_index, it, NULL, err));
    }
    for (size_t i = 0; i < entry->n_successions; i++) {
        const Cbank__V1__Succession *it = entry->successions[i];

        for (size_t j = 0; j < i; j++)
            CBI_TRY(check_once(entry, it->request, entry->successions[j]->request, err));
        if (it->request.len > 0)
            CBI_TRY(check_request(directory, institution, cbi_message_bytes(it->request),
                                  it->granted_index, NULL, it, err));
    }
done:
    return status;
}

/* ---- what was signed ------------------------------------------------------------------------ */

/* Whose word is it that the awarder has handed this on? */
static cbank_status weigh_grant(const cbi_trust *trust, const cbi_directory_institution *awarder,
                                const cbi_mandate *mandate, cbi_proven *out, cbank_error *err)
{
    uint64_t index = mandate->delegation != NULL ? mandate->delegation->granted_index
                                                 : mandate->succession->granted_index;
    const cbi_directory_key *key = key_at(awarder, index);
    bool own = cbi_mandate_is_own(mandate) && key != NULL && cbi_directory_key_is_sound(key, index);
    size_t used = own ? (size_t)(key - awarder->keys) : awarder->key_count;

    *out = own && !key->vouched ? CBI_PROVEN_INSTITUTION : CBI_PROVEN_VOUCHED;
    return cbi_evidence_weigh_pins(trust, awarder, used, out, err);
}

static cbank_status refuse(cbank_status status, const cbank_error *why, const char *code,
                           uint64_t sequence, cbank_error *err)
{
    if (status == CBANK_OK || status == CBANK_E_MEMORY)
        return status;
    return cbi_fail(err, CBI_REASON_AWARD_NOT_ALLOWED, sequence, code, "%s",
                    cbi_reason_word((cbi_reason)why->reason));
}

cbank_status cbi_grant_check_record(const cbi_trust *trust, const cbi_evidence *evidence,
                                    const Cbank__V1__CreditRecord *record, uint64_t sequence,
                                    cbi_proven *proven, cbank_error *err)
{
    const char *code = record->awarded_by->institution;
    const cbi_directory_institution *awarder =
        cbi_directory_find(trust->directory, cbi_bytes_of_text(code));
    const cbi_mandate_signer signer = {evidence->batch.head->institution, evidence->index,
                                       evidence->day, cbi_date_before(evidence->day)};
    cbank_status status = CBANK_OK;
    cbank_error why = {0};
    cbi_mandate mandate;
    cbi_proven word;

    if (awarder == NULL)
        return cbi_fail(err, CBI_REASON_INSTITUTION_UNKNOWN, 0, code, NULL);
    if (strcmp(code, signer.code) != 0) {
        status = cbi_mandate_check_record(awarder->message, record, &signer, &mandate, &why);
        CBI_TRY(refuse(status, &why, code, sequence, err));
        CBI_TRY(weigh_grant(trust, awarder, &mandate, &word, err));
        if (word < *proven)
            *proven = word;
    }
    if (record->supersedes.len == 0) {
        status = cbi_mandate_check_award(awarder->message, record, evidence->index, &why);
        CBI_TRY(refuse(status, &why, code, sequence, err));
    }
done:
    return status;
}

cbank_status cbi_grant_check_change(const cbi_trust *trust, const cbi_mandate_signer *signer,
                                    const Cbank__V1__CreditRecord *record,
                                    Cbank__V1__ChangeAction action, bool *allowed,
                                    cbi_proven *word, cbank_error *err)
{
    const char *code = record->awarded_by->institution;
    const cbi_directory_institution *awarder =
        cbi_directory_find(trust->directory, cbi_bytes_of_text(code));
    cbi_mandate mandate;

    *allowed = awarder != NULL && cbi_mandate_check_change(awarder->message, record->type, action,
                                                           signer, &mandate, NULL) == CBANK_OK;
    return *allowed ? weigh_grant(trust, awarder, &mandate, word, err) : CBANK_OK;
}
