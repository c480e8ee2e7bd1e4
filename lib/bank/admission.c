#include "bank/institution.h"

#include <string.h>

#include "bank/counter.h"
#include "bank/errand.h"
#include "bank/keyrow.h"
#include "bank/receipt.h"
#include "record/code.h"
#include "record/field.h"
#include "record/organisation.h"

/* ---- admission --------------------------------------------------------------------------- */

/* Who is admitted, whether by its own request or on the bank's word. */
typedef struct admission {
    cbi_act act;
    cbi_vouched who;
    cbi_bytes request; /* serialised envelope; empty: vouched */
} admission;

static cbank_status check_vouched(const cbi_vouched *who, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!cbi_institution_code_is_valid(cbi_bytes_of_text(who->code)))
        return cbi_fail(err, CBI_REASON_INSTITUTION_FIELD, 0, "code", NULL);
    CBI_TRY(cbi_field_names("names", who->names, who->name_count, err));
    CBI_TRY(cbi_organisation_ids_check(who->ids, who->id_count, err));
done:
    return status;
}

static cbank_status check_admission(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const admission *admit = (const admission *)(const void *)act;

    if (cbi_txn_has(append->txn, CBI_TABLE_INSTITUTION, cbi_bytes_of_text(admit->who.code)))
        return cbi_fail(err, CBI_REASON_INSTITUTION_TAKEN, 0, admit->who.code, NULL);
    return CBANK_OK;
}

/* `body` is what it lends. */
static cbi_errand_statement admission_statement(const admission *admit,
                                                Cbank__V1__InstitutionAdmitted *body)
{
    cbank__v1__institution_admitted__init(body);
    body->institution = cbi_message_string(admit->who.code);
    body->names = admit->who.names;
    body->n_names = admit->who.name_count;
    body->ids = admit->who.ids;
    body->n_ids = admit->who.id_count;
    body->public_key = cbi_message_data(cbi_public_bytes(&admit->who.key));
    body->request = cbi_message_data(admit->request);
    return (cbi_errand_statement){
        .subject = cbi_institution_subject(admit->who.code),
        .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_INSTITUTION_ADMITTED,
        .token = cbi_bytes_of(admit->act.token, sizeof(admit->act.token)),
        .body = body};
}

static cbank_status write_admission(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const admission *admit = (const admission *)(const void *)act;
    Cbank__V1__InstitutionAdmitted body;
    cbi_errand_statement statement = admission_statement(admit, &body);
    Cbank__V1__DirectoryInstitution row = CBANK__V1__DIRECTORY_INSTITUTION__INIT;
    Cbank__V1__InstitutionKey key = CBANK__V1__INSTITUTION_KEY__INIT;
    Cbank__V1__InstitutionKey *keys[1] = {&key};
    cbank_status status = CBANK_OK;
    uint64_t index;

    row.institution = body.institution;
    row.names = body.names;
    row.n_names = body.n_names;
    row.ids = body.ids;
    row.n_ids = body.n_ids;
    key.public_key = body.public_key;
    key.request = body.request;
    CBI_TRY(cbi_errand_append(append, &statement, &index, NULL, err));
    row.status = CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_ACTIVE;
    row.status_index = key.from_index = index;
    row.keys = keys;
    row.n_keys = 1;
    CBI_TRY(cbi_institution_write(append->txn, &row, err));
    CBI_TRY(cbi_counter_add(append->txn, CBI_COUNTER_INSTITUTIONS, 1, NULL, err));
done:
    return status;
}

/* All that the statement says of it: names and other ids too. */
static cbank_status digest_admission(const cbi_bank *bank, admission *admit, cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    Cbank__V1__InstitutionAdmitted body;
    cbi_bytes said[2];

    (void)admission_statement(admit, &body);
    CBI_TRY(cbi_message_pack(&body, &bytes, err));
    said[0] = cbi_bytes_of_text("admit");
    said[1] = cbi_bytes_of_buffer(&bytes);
    CBI_TRY(cbi_errand_digest(bank, said, 2, &admit->act.request, err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

static cbank_status submit_admission(cbi_bank *bank, admission *admit, cbi_bytes token,
                                     int64_t now, cbank_error *err)
{
    cbi_errand_statement statement;
    Cbank__V1__InstitutionAdmitted body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_errand_token(token, admit->act.token, err));
    statement = admission_statement(admit, &body);
    CBI_TRY(cbi_errand_try(&statement, err));
    CBI_TRY(digest_admission(bank, admit, err));
    admit->act.now = now;
    admit->act.check = check_admission;
    admit->act.write = write_admission;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &admit->act, err));
done:
    cbank_buffer_clear(&admit->act.result);
    return status;
}

/* A request for this bank, opened; signatures are the caller's to check. */
static cbank_status open_request(const cbi_bank *bank, cbi_bytes file, cbi_request *out,
                                 cbank_error *err)
{
    cbank_error error = {0};
    cbank_status status = cbi_request_open(bank->config.suite, file, out, &error);

    /* One of the other suite has a good form: it is for another bank. */
    if (error.reason == CBI_REASON_HEAD_VALUE && strcmp(error.object, "suite") == 0)
        status = cbi_fail(&error, CBI_REASON_FOR_ANOTHER_BANK, 0, "suite", NULL);
    if (status != CBANK_OK && err != NULL)
        *err = error;
    CBI_TRY(status);
    if (strcmp(out->head->origin, bank->config.origin) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_FOR_ANOTHER_BANK, 0, out->head->origin, NULL));
done:
    return status;
}

static void copy_code(const char *from, char out[CBI_INSTITUTION_CODE_MAX + 1])
{
    memcpy(out, from, strlen(from) + 1); /* a request's code has been checked */
}

cbank_status cbi_institution_admit(cbi_bank *bank, cbi_bytes file, cbi_bytes token, int64_t now,
                                   char code[CBI_INSTITUTION_CODE_MAX + 1], cbank_error *err)
{
    cbi_request request = {0};
    admission admit = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(open_request(bank, file, &request, err));
    CBI_TRY(cbi_request_verify(&request, NULL, err));
    admit.request = request.bytes;
    admit.who = (cbi_vouched){.code = request.head->institution,
                              .names = request.head->names,
                              .name_count = request.head->n_names,
                              .ids = request.head->ids,
                              .id_count = request.head->n_ids,
                              .key = request.key};
    CBI_TRY(check_vouched(&admit.who, err));
    CBI_TRY(submit_admission(bank, &admit, token, now, err));
    copy_code(request.head->institution, code);
done:
    cbi_request_clear(&request);
    return status;
}

cbank_status cbi_institution_vouch(cbi_bank *bank, const cbi_vouched *vouched, cbi_bytes token,
                                   int64_t now, cbank_error *err)
{
    admission admit = {.who = *vouched};
    cbank_status status = CBANK_OK;

    CBI_TRY(check_vouched(vouched, err));
    CBI_TRY(submit_admission(bank, &admit, token, now, err));
done:
    return status;
}

/* ---- rotation ---------------------------------------------------------------------------- */

typedef struct rotation {
    cbi_act act;
    const cbi_bank *bank;
    const cbi_request *request;
} rotation;

static cbank_status check_rotation(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const rotation *rotate = (const rotation *)(const void *)act;
    const char *code = rotate->request->head->institution;
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbank_status status = CBANK_OK;
    cbi_public earlier;

    CBI_TRY(cbi_institution_signer(rotate->bank, append->txn, code, &earlier, err));
    CBI_TRY(cbi_request_verify(rotate->request, &earlier, err));
    CBI_TRY(cbi_institution_read(append->txn, code, &row, err));
    CBI_TRY(cbi_keyrow_check(row, &rotate->request->key, err));
done:
    cbi_message_free(row);
    return status;
}

/* `body` is what it lends. */
static cbi_errand_statement rotation_statement(const rotation *rotate,
                                               Cbank__V1__KeyRotated *body)
{
    cbank__v1__key_rotated__init(body);
    body->institution = rotate->request->head->institution;
    body->public_key = cbi_message_data(cbi_public_bytes(&rotate->request->key));
    body->request = cbi_message_data(rotate->request->bytes);
    return (cbi_errand_statement){
        .subject = cbi_institution_subject(body->institution),
        .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_KEY_ROTATED,
        .token = cbi_bytes_of(rotate->act.token, sizeof(rotate->act.token)),
        .body = body};
}

/* What is under way was signed with the earlier key, whose time ends here: so does it. */
static cbank_status write_rotation(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const rotation *rotate = (const rotation *)(const void *)act;
    Cbank__V1__KeyRotated body;
    cbi_errand_statement statement = rotation_statement(rotate, &body);
    Cbank__V1__DirectoryInstitution *row = NULL;
    Cbank__V1__InstitutionKey key = CBANK__V1__INSTITUTION_KEY__INIT;
    cbank_status status = CBANK_OK;
    cbi_public earlier;
    uint64_t index;

    CBI_TRY(cbi_institution_signer(rotate->bank, append->txn, body.institution, &earlier, err));
    CBI_TRY(cbi_receipt_end(append, body.institution, &earlier, false, statement.token, err));
    CBI_TRY(cbi_institution_read(append->txn, body.institution, &row, err));
    key.public_key = body.public_key;
    key.request = body.request;
    CBI_TRY(cbi_errand_append(append, &statement, &index, NULL, err));
    key.from_index = row->keys[row->n_keys - 1]->until_index = index;
    CBI_TRY(cbi_keyrow_add(append->txn, row, &key, err));
done:
    cbi_message_free(row);
    return status;
}

cbank_status cbi_institution_rotate(cbi_bank *bank, cbi_bytes file, cbi_bytes token, int64_t now,
                                    char code[CBI_INSTITUTION_CODE_MAX + 1], cbank_error *err)
{
    cbi_request request = {0};
    rotation rotate = {.bank = bank, .request = &request};
    cbi_bytes said[] = {cbi_bytes_of_text("rotate"), file};
    cbi_errand_statement statement;
    Cbank__V1__KeyRotated body;
    cbank_status status = CBANK_OK;

    CBI_TRY(open_request(bank, file, &request, err));
    CBI_TRY(cbi_errand_token(token, rotate.act.token, err));
    statement = rotation_statement(&rotate, &body);
    CBI_TRY(cbi_errand_try(&statement, err));
    CBI_TRY(cbi_errand_digest(bank, said, 2, &rotate.act.request, err));
    rotate.act.now = now;
    rotate.act.check = check_rotation;
    rotate.act.write = write_rotation;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &rotate.act, err));
    copy_code(request.head->institution, code);
done:
    cbank_buffer_clear(&rotate.act.result);
    cbi_request_clear(&request);
    return status;
}
