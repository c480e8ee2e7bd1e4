/* The other half of keyloss.h: a key on the bank's word. */
#include "bank/keyloss.h"

#include "bank/errand.h"
#include "bank/keyrow.h"
#include "record/code.h"

typedef struct replacing {
    cbi_act act;
    const char *code;
    const cbi_public *key;
} replacing;

static cbank_status check_replacing(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const replacing *it = (const replacing *)(const void *)act;
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_institution_read(append->txn, it->code, &row, err));
    if (row->status != CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_ACTIVE)
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_SUSPENDED, row->status_index, it->code,
                         NULL));
    if (row->n_keys > 0 && row->keys[row->n_keys - 1]->until_index == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_KEY_NOT_COMPROMISED, 0, it->code, NULL));
    CBI_TRY(cbi_keyrow_check(row, it->key, err));
done:
    cbi_message_free(row);
    return status;
}

/* `body` is what it lends. */
static cbi_errand_statement said(const replacing *it, Cbank__V1__KeyReplaced *body)
{
    cbank__v1__key_replaced__init(body);
    body->institution = cbi_message_string(it->code);
    body->public_key = cbi_message_data(cbi_public_bytes(it->key));
    return (cbi_errand_statement){
        .subject = cbi_institution_subject(it->code),
        .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_KEY_REPLACED,
        .token = cbi_bytes_of(it->act.token, sizeof(it->act.token)),
        .body = body};
}

static cbank_status write_replacing(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const replacing *it = (const replacing *)(const void *)act;
    Cbank__V1__KeyReplaced body;
    cbi_errand_statement statement = said(it, &body);
    Cbank__V1__DirectoryInstitution *row = NULL;
    Cbank__V1__InstitutionKey key = CBANK__V1__INSTITUTION_KEY__INIT;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_institution_read(append->txn, it->code, &row, err));
    key.public_key = body.public_key;
    CBI_TRY(cbi_errand_append(append, &statement, &key.from_index, NULL, err));
    CBI_TRY(cbi_keyrow_add(append->txn, row, &key, err));
done:
    cbi_message_free(row);
    return status;
}

cbank_status cbi_keyloss_replace(cbi_bank *bank, const char *institution, const cbi_public *key,
                                 cbi_bytes token, int64_t now, cbank_error *err)
{
    replacing it = {.code = institution, .key = key};
    cbi_bytes parts[] = {cbi_bytes_of_text("replace"), cbi_bytes_of_text(institution),
                         cbi_public_bytes(key)};
    cbi_errand_statement statement;
    Cbank__V1__KeyReplaced body;
    cbank_status status = CBANK_OK;

    if (!cbi_institution_code_is_valid(cbi_bytes_of_text(institution)))
        return cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, institution, NULL);
    CBI_TRY(cbi_errand_token(token, it.act.token, err));
    statement = said(&it, &body);
    CBI_TRY(cbi_errand_try(&statement, err));
    CBI_TRY(cbi_errand_digest(bank, parts, 3, &it.act.request, err));
    it.act.now = now;
    it.act.check = check_replacing;
    it.act.write = write_replacing;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &it.act, err));
done:
    cbank_buffer_clear(&it.act.result);
    return status;
}
