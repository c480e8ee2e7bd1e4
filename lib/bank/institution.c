#include "bank/institution.h"

#include <string.h>

#include "bank/counter.h"
#include "bank/errand.h"
#include "bank/telling_part.h"
#include "base/time.h"
#include "record/code.h"
#include "record/field.h"
#include "record/description.h"
#include "record/lifecycle.h"
#include "record/mandate.h"
#include "record/organisation.h"

cbi_subject cbi_institution_subject(const char *code)
{
    return (cbi_subject){CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_INSTITUTION,
                         cbi_bytes_of_text(code)};
}

cbank_status cbi_institution_read(cbi_txn *txn, const char *code,
                                  Cbank__V1__DirectoryInstitution **out, cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;

    if (!cbi_institution_code_is_valid(cbi_bytes_of_text(code)))
        return cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, code, NULL);
    status = cbi_txn_get(txn, CBI_TABLE_INSTITUTION, cbi_bytes_of_text(code), &row, err);
    if (status == CBANK_E_NOT_FOUND)
        status = cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, code, NULL);
    CBI_TRY(status);
    CBI_TRY(cbi_message_parse(&cbank__v1__directory_institution__descriptor,
                              cbi_bytes_of_buffer(&row), out, err));
    if ((*out)->n_keys == 0 && (*out)->n_changes == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_INSTITUTION),
                         NULL));
done:
    cbank_buffer_clear(&row);
    return status;
}

cbank_status cbi_institution_write(cbi_txn *txn, const Cbank__V1__DirectoryInstitution *row,
                                   cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_pack(row, &bytes, err));
    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_INSTITUTION, cbi_bytes_of_text(row->institution),
                        cbi_bytes_of_buffer(&bytes), err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_institution_after(cbi_txn *txn, const char *after,
                                   char out[CBI_INSTITUTION_CODE_MAX + 1], bool *found,
                                   cbank_error *err)
{
    /* The least key above a text is the text with its zero byte. */
    size_t size = strnlen(after, CBI_INSTITUTION_CODE_MAX + 1);
    cbi_page page = {0};
    cbank_status status = CBANK_OK;
    cbi_bytes key;

    CBI_TRY(cbi_txn_page(txn, CBI_TABLE_INSTITUTION, cbi_bytes_of(NULL, 0),
                         cbi_bytes_of(after, size == 0 ? 0 : size + 1), 1, &page, err));
    *found = page.count > 0;
    if (!*found)
        goto done;
    key = cbi_page_key(&page, 0);
    if (!cbi_institution_code_is_valid(key))
        CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_INSTITUTION),
                         NULL));
    memcpy(out, key.data, key.size);
    out[key.size] = '\0';
done:
    cbi_page_clear(&page);
    return status;
}

static const Cbank__V1__InstitutionKey *newest_key(const Cbank__V1__DirectoryInstitution *row)
{
    return row->keys[row->n_keys - 1];
}

static cbank_status check_day(const Cbank__V1__DirectoryInstitution *row, int64_t now,
                              cbank_error *err)
{
    char day[CBI_DATE_TEXT_MAX];

    if (!cbi_mandate_is_over(row, CBI_MANDATE_NOW, cbi_date_of(now)))
        return CBANK_OK;
    cbi_date_format(row->final_on, day);
    return cbi_fail(err, CBI_REASON_INSTITUTION_ENDED, row->status_index, row->institution, "%s",
                    day);
}

cbank_status cbi_institution_check_day(cbi_txn *txn, const char *code, int64_t now,
                                       cbank_error *err)
{
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_institution_read(txn, code, &row, err));
    CBI_TRY(check_day(row, now, err));
done:
    cbi_message_free(row);
    return status;
}

cbank_status cbi_institution_signer(const cbi_bank *bank, cbi_txn *txn, const char *code,
                                    cbi_public *out, cbank_error *err)
{
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbank_status status = CBANK_OK;
    cbi_state state;

    CBI_TRY(cbi_institution_read(txn, code, &row, err));
    if (row->status == CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_SUSPENDED)
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_SUSPENDED, row->status_index, code, NULL));
    if (row->n_keys == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_KEYLESS, 0, code, NULL));
    CBI_TRY(cbi_state_read(txn, &state, err));
    CBI_TRY(check_day(row, state.time, err));
    if (newest_key(row)->until_index != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_SIGNER_COMPROMISED, newest_key(row)->until_index, code,
                         NULL));
    CBI_TRY(cbi_public_parse(bank->config.suite, cbi_message_bytes(newest_key(row)->public_key),
                             out, err));
done:
    cbi_message_free(row);
    return status;
}

cbank_status cbi_institution_check_key(const cbi_bank *bank, cbi_txn *txn, const char *code,
                                       const cbi_public *key, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_public signer;

    CBI_TRY(cbi_institution_signer(bank, txn, code, &signer, err));
    if (!cbi_public_equal(&signer, key))
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_SIGNER, 0, code, NULL));
done:
    return status;
}

/* ---- suspension -------------------------------------------------------------------------- */

typedef struct suspension {
    cbi_act act;
    const char *code;
    bool suspend;
    const char *reason;
    const char *document;
} suspension;

static int suspension_kind(const suspension *change)
{
    return change->suspend ? CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_INSTITUTION_SUSPENDED
                           : CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_INSTITUTION_RESUMED;
}

static cbank_status check_suspension(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const suspension *change = (const suspension *)(const void *)act;
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbank_status status = CBANK_OK;
    cbi_lifecycle life;

    CBI_TRY(cbi_institution_read(append->txn, change->code, &row, err));
    life = cbi_telling_life(row);
    CBI_TRY(cbi_lifecycle_step(&life, suspension_kind(change), err));
done:
    if (status != CBANK_OK)
        cbi_error_name(err, change->code);
    cbi_message_free(row);
    return status;
}

/* `body` is what it lends. */
static cbi_errand_statement suspension_statement(const suspension *change,
                                                 Cbank__V1__InstitutionChanged *body)
{
    cbank__v1__institution_changed__init(body);
    body->institution = cbi_message_string(change->code);
    return (cbi_errand_statement){
        .subject = cbi_institution_subject(change->code),
        .kind = suspension_kind(change),
        .reason = change->reason,
        .document = change->document,
        .token = cbi_bytes_of(change->act.token, sizeof(change->act.token)),
        .body = body};
}

static cbank_status write_suspension(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const suspension *change = (const suspension *)(const void *)act;
    Cbank__V1__DirectoryInstitution *row = NULL, next;
    cbi_errand_statement statement;
    Cbank__V1__InstitutionChanged body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_institution_read(append->txn, change->code, &row, err));
    statement = suspension_statement(change, &body);
    CBI_TRY(cbi_errand_append(append, &statement, &row->status_index, NULL, err));
    row->status = change->suspend ? CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_SUSPENDED
                                  : CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_ACTIVE;
    next = *row;
    cbi_description_resume(&next);
    CBI_TRY(cbi_institution_write(append->txn, &next, err));
done:
    cbi_message_free(row);
    return status;
}

cbank_status cbi_institution_change(cbi_bank *bank, const char *code, bool suspend,
                                    const char *reason, const char *document, cbi_bytes token,
                                    int64_t now, cbank_error *err)
{
    suspension change = {
        .code = code, .suspend = suspend, .reason = reason, .document = document};
    cbi_bytes said[] = {cbi_bytes_of_text(suspend ? "suspend" : "resume"), cbi_bytes_of_text(code),
                        cbi_bytes_of_text(reason), cbi_bytes_of_text(document)};
    cbi_errand_statement statement;
    Cbank__V1__InstitutionChanged body;
    cbank_status status = CBANK_OK;

    if (!cbi_institution_code_is_valid(cbi_bytes_of_text(code)))
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, code, NULL));
    CBI_TRY(cbi_errand_token(token, change.act.token, err));
    statement = suspension_statement(&change, &body);
    CBI_TRY(cbi_errand_try(&statement, err));
    CBI_TRY(cbi_errand_digest(bank, said, 4, &change.act.request, err));
    change.act.now = now;
    change.act.check = check_suspension;
    change.act.write = write_suspension;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &change.act, err));
done:
    cbank_buffer_clear(&change.act.result);
    return status;
}
