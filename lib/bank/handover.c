#include "bank/telling.h"

#include <string.h>

#include "bank/telling_part.h"
#include "proof/grant.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* ---- grants --------------------------------------------------------------------------------- */

/* A grant being entered; of the four bodies one is used. */
typedef struct granting {
    cbi_telling telling; /* first: the act is reached from it */
    const cbi_request *request;
    Cbank__V1__ScopeGranted scope;
    Cbank__V1__LicenceGranted licence;
    Cbank__V1__DelegationGranted delegation;
    Cbank__V1__SuccessionGranted succession;
    Cbank__V1__Delegation delegated;
    Cbank__V1__Succession succeeded;
} granting;

/* A request is good for one grant: what has ended does not begin again with it. */
static cbank_status check_new(const granting *it, const Cbank__V1__DirectoryInstitution *row,
                              cbank_error *err)
{
    for (size_t i = 0; i < row->n_delegations; i++) {
        if (cbi_bytes_equal(it->request->bytes, cbi_message_bytes(row->delegations[i]->request)))
            return cbi_fail(err, CBI_REASON_FIELD_TWICE, i, "request", NULL);
    }
    for (size_t i = 0; i < row->n_successions; i++) {
        if (cbi_bytes_equal(it->request->bytes, cbi_message_bytes(row->successions[i]->request)))
            return cbi_fail(err, CBI_REASON_FIELD_TWICE, i, "request", NULL);
    }
    return CBANK_OK;
}

/*
 * Who has a key of its own asks with it. Who follows one that has ended may also be named by the
 * bank, since there may be nobody left to ask; a verdict says whose word that was.
 */
static cbank_status check_word(cbi_telling *telling, const Cbank__V1__DirectoryInstitution *row,
                               cbank_error *err)
{
    const granting *it = (const granting *)(const void *)telling;
    const char *code = row->institution;
    cbank_status status = CBANK_OK;
    bool hands_on = it->telling.told[0].kind == KIND(DELEGATION_GRANTED) ||
                    it->telling.told[0].kind == KIND(SUCCESSION_GRANTED);
    cbi_public key;

    if (it->request == NULL && hands_on && row->n_keys > 0 && row->ended_on == 0)
        return cbi_fail(err, CBI_REASON_GRANT_NEEDS_REQUEST, 0, code, NULL);
    if (it->request == NULL)
        return CBANK_OK;
    if (row->n_keys == 0)
        return cbi_fail(err, CBI_REASON_INSTITUTION_KEYLESS, 0, code, NULL);
    CBI_TRY(cbi_public_parse(it->telling.bank->config.suite,
                             cbi_message_bytes(row->keys[row->n_keys - 1]->public_key), &key,
                             err));
    if (!cbi_public_equal(&key, &it->request->key))
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_SIGNER, 0, code, NULL));
    CBI_TRY(check_new(it, row, err));
done:
    return status;
}

static void fill(granting *it, const cbi_new_grant *grant)
{
    char *code = cbi_message_string(it->telling.notice->code);

    cbank__v1__scope_granted__init(&it->scope);
    cbank__v1__licence_granted__init(&it->licence);
    cbank__v1__delegation_granted__init(&it->delegation);
    cbank__v1__succession_granted__init(&it->succession);
    it->scope.institution = it->licence.institution = code;
    it->delegation.institution = it->succession.institution = code;
    it->scope.scope = (Cbank__V1__Scope *)(uintptr_t)grant->scope;
    it->licence.licence = (Cbank__V1__Licence *)(uintptr_t)grant->licence;
    if (grant->delegation != NULL) {
        it->delegated = *grant->delegation;
        it->delegation.delegation = &it->delegated;
    }
    if (grant->succession != NULL) {
        it->succeeded = *grant->succession;
        it->succession.succession = &it->succeeded;
    }
    if (grant->scope != NULL)
        it->telling.told[0] = (cbi_told){KIND(SCOPE_GRANTED), &it->scope};
    else if (grant->licence != NULL)
        it->telling.told[0] = (cbi_told){KIND(LICENCE_GRANTED), &it->licence};
    else if (grant->delegation != NULL)
        it->telling.told[0] = (cbi_told){KIND(DELEGATION_GRANTED), &it->delegation};
    else
        it->telling.told[0] = (cbi_told){KIND(SUCCESSION_GRANTED), &it->succession};
    it->telling.count = 1;
}

cbank_status cbi_telling_grant(cbi_bank *bank, const cbi_notice *notice,
                               const cbi_new_grant *grant, cbank_error *err)
{
    granting it = {.telling = {.bank = bank, .notice = notice, .prepare = check_word}};
    size_t stated = (grant->scope != NULL) + (grant->licence != NULL) +
                    (grant->delegation != NULL) + (grant->succession != NULL);

    if (stated != 1 || (grant->delegation != NULL && grant->delegation->request.len > 0) ||
        (grant->succession != NULL && grant->succession->request.len > 0))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "scope", NULL);
    fill(&it, grant);
    return cbi_telling_submit(&it.telling, err);
}

cbank_status cbi_telling_take(cbi_bank *bank, const cbi_notice *notice, cbi_bytes file,
                              char code[CBI_INSTITUTION_CODE_MAX + 1], cbank_error *err)
{
    cbi_notice named = *notice;
    cbi_request request = {0};
    cbi_new_grant grant = {0};
    granting it = {.telling = {.bank = bank, .notice = &named, .prepare = check_word},
                   .request = &request};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_request_open(bank->config.suite, file, &request, err));
    if (strcmp(request.head->origin, bank->config.origin) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_FOR_ANOTHER_BANK, 0, request.head->origin, NULL));
    if (!cbi_request_hands_on(&request))
        CBI_TRY(cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "act", NULL));
    CBI_TRY(cbi_request_verify(&request, NULL, err));
    named.code = request.head->institution;
    grant.delegation = request.head->delegation;
    grant.succession = request.head->succession;
    fill(&it, &grant);
    it.delegated.request = it.succeeded.request = cbi_message_data(request.bytes);
    CBI_TRY(cbi_telling_submit(&it.telling, err));
    memcpy(code, request.head->institution, strlen(request.head->institution) + 1);
done:
    cbi_request_clear(&request);
    return status;
}

/* ---- their end ------------------------------------------------------------------------------ */

typedef struct grant_ending {
    cbi_telling telling; /* first: the act is reached from it */
    Cbank__V1__GrantEnded body;
} grant_ending;

/* Of which sort the grant is, the row knows. */
static cbank_status find_sort(cbi_telling *telling, const Cbank__V1__DirectoryInstitution *row,
                              cbank_error *err)
{
    grant_ending *it = (grant_ending *)(void *)telling;
    uint64_t index = it->body.granted_index;
    int kind = 0;

    for (size_t i = 0; i < row->n_scopes && kind == 0; i++)
        kind = row->scopes[i]->granted_index == index ? KIND(SCOPE_ENDED) : 0;
    for (size_t i = 0; i < row->n_licences && kind == 0; i++)
        kind = row->licences[i]->granted_index == index ? KIND(LICENCE_ENDED) : 0;
    for (size_t i = 0; i < row->n_delegations && kind == 0; i++)
        kind = row->delegations[i]->granted_index == index ? KIND(DELEGATION_ENDED) : 0;
    for (size_t i = 0; i < row->n_successions && kind == 0; i++)
        kind = row->successions[i]->granted_index == index ? KIND(SUCCESSION_ENDED) : 0;
    if (kind == 0)
        return cbi_fail(err, CBI_REASON_GRANT_MISSING, index, row->institution, NULL);
    telling->told[0].kind = kind;
    return CBANK_OK;
}

cbank_status cbi_telling_end_grant(cbi_bank *bank, const cbi_notice *notice,
                                   uint64_t granted_index, uint32_t ended_on, cbank_error *err)
{
    grant_ending it = {
        .telling = {.bank = bank, .notice = notice, .prepare = find_sort, .count = 1}};

    cbank__v1__grant_ended__init(&it.body);
    it.body.institution = cbi_message_string(notice->code);
    it.body.granted_index = granted_index;
    it.body.ended_on = ended_on;
    it.telling.told[0].body = &it.body;
    return cbi_telling_submit(&it.telling, err);
}
