#include "bank/keyloss.h"

#include <string.h>

#include "bank/errand.h"
#include "bank/keyring.h"
#include "bank/receipt.h"
#include "record/code.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

typedef struct reporting {
    cbi_act act;
    const cbi_bank *bank;
    const cbi_keyloss *loss;
} reporting;

static bool same(ProtobufCBinaryData a, cbi_bytes b)
{
    return cbi_bytes_equal(cbi_message_bytes(a), b);
}

static cbank_status already(uint64_t known, uint64_t since, cbank_error *err)
{
    if (known != 0 && (since == 0 || since >= known))
        return cbi_fail(err, CBI_REASON_COMPROMISED_ALREADY, known, NULL, NULL);
    return CBANK_OK;
}

/* The place lies where the key was valid: from its first one up to its end, if it has ended. */
static cbank_status check_place(uint64_t from, uint64_t end, uint64_t since, cbank_error *err)
{
    if (since < from || since >= end)
        return cbi_fail(err, CBI_REASON_COMPROMISE_PLACE, since, NULL, "%llu..%llu",
                        (unsigned long long)from, (unsigned long long)end - 1);
    return CBANK_OK;
}

static cbi_errand_statement statement_of(const reporting *it, int kind, const void *body)
{
    return (cbi_errand_statement){
        .subject = it->loss->institution[0] == '\0'
                       ? cbi_bank_subject(it->bank)
                       : cbi_institution_subject(it->loss->institution),
        .kind = kind,
        .reason = it->loss->reason,
        .document = it->loss->document,
        .token = cbi_bytes_of(it->act.token, sizeof(it->act.token)),
        .body = body};
}

/* What the token answers again: place, since, and the key. */
static cbank_status keep(cbi_act *act, uint64_t index, uint64_t since, ProtobufCBinaryData key,
                         cbank_error *err)
{
    uint8_t numbers[16];
    cbank_status status = CBANK_OK;

    cbi_put_u64(numbers, index);
    cbi_put_u64(numbers + 8, since);
    CBI_TRY(cbi_buffer_set(&act->result, cbi_bytes_of(numbers, sizeof(numbers)), err));
    CBI_TRY(cbi_buffer_append(&act->result, cbi_message_bytes(key), err));
done:
    return status;
}

/* ---- a log key ------------------------------------------------------------------------------ */

static cbank_status check_log_key(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const reporting *it = (const reporting *)(const void *)act;
    Cbank__V1__BankKeys *keys = NULL;
    const Cbank__V1__LogKey *found = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_keyring_read(it->bank, append->txn, &keys, err));
    for (size_t i = 0; i < keys->n_log_keys; i++) {
        if (same(keys->log_keys[i]->public_key, it->loss->key))
            found = keys->log_keys[i];
    }
    if (found == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_BANK_KEY_UNKNOWN, 0, "public_key", NULL));
    if (found->until_size == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_KEY_IN_USE, 0, "public_key", NULL));
    CBI_TRY(check_place(found->from_size, found->until_size, it->loss->since, err));
    CBI_TRY(already(found->compromised_since, it->loss->since, err));
done:
    cbi_message_free(keys);
    return status;
}

static void fill_log_key(const reporting *it, Cbank__V1__LogKeyCompromised *body)
{
    cbank__v1__log_key_compromised__init(body);
    body->origin = cbi_message_string(it->bank->config.origin);
    body->public_key = cbi_message_data(it->loss->key);
    body->since_size = it->loss->since;
    body->since_at = it->loss->since_at;
}

static cbank_status write_log_key(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const reporting *it = (const reporting *)(const void *)act;
    Cbank__V1__LogKeyCompromised body = CBANK__V1__LOG_KEY_COMPROMISED__INIT;
    cbi_errand_statement statement = statement_of(it, KIND(LOG_KEY_COMPROMISED), &body);
    cbank_status status = CBANK_OK;
    uint64_t index;

    fill_log_key(it, &body);
    CBI_TRY(cbi_errand_append(append, &statement, &index, NULL, err));
    CBI_TRY(cbi_keyring_write(it->bank, append->txn, statement.kind, &body, index, err));
    CBI_TRY(keep(act, index, body.since_size, body.public_key, err));
done:
    return status;
}

/* ---- an institution's key ------------------------------------------------------------------- */

static Cbank__V1__InstitutionKey *find_key(const Cbank__V1__DirectoryInstitution *row,
                                           cbi_bytes key)
{
    if (key.size == 0)
        return row->n_keys == 0 ? NULL : row->keys[row->n_keys - 1];
    for (size_t i = 0; i < row->n_keys; i++) {
        if (same(row->keys[i]->public_key, key))
            return row->keys[i];
    }
    return NULL;
}

/* Its batches under way would have to be ended, which nobody may while it is suspended. */
static cbank_status check_suspended(cbi_append *append, const Cbank__V1__DirectoryInstitution *row,
                                    cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t after = 0;
    cbi_intake intake;
    bool found = true;

    if (row->status == CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_ACTIVE)
        return CBANK_OK;
    while (found) {
        CBI_TRY(cbi_intake_after(append->txn, row->institution, after, &intake, &found, err));
        if (found && intake.received_at == 0)
            CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_SUSPENDED, row->status_index,
                             row->institution, NULL));
        after = intake.batch_number;
    }
done:
    return status;
}

static cbank_status check_institution(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const reporting *it = (const reporting *)(const void *)act;
    uint64_t size = append->state.frontier.size, since = it->loss->since;
    Cbank__V1__DirectoryInstitution *row = NULL;
    const Cbank__V1__InstitutionKey *key;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_institution_read(append->txn, it->loss->institution, &row, err));
    key = find_key(row, it->loss->key);
    if (key == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_BANK_KEY_UNKNOWN, 0, it->loss->institution, NULL));
    CBI_TRY(already(key->compromised_since, since, err));
    if (since != 0 || key->until_index != 0)
        CBI_TRY(check_place(key->from_index, key->until_index != 0 ? key->until_index : size + 1,
                            since, err));
    if (key->until_index == 0)
        CBI_TRY(check_suspended(append, row, err));
done:
    cbi_message_free(row);
    return status;
}

static void fill_institution(const reporting *it, Cbank__V1__KeyCompromised *body)
{
    cbank__v1__key_compromised__init(body);
    body->institution = cbi_message_string(it->loss->institution);
    body->public_key = cbi_message_data(it->loss->key);
    body->since_index = it->loss->since;
    body->since_at = it->loss->since_at;
}

/* What is under way was signed with the key, whose time ends here: so does it. */
static cbank_status end_key(cbi_append *append, const reporting *it,
                            const Cbank__V1__DirectoryInstitution *row, cbi_bytes token,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_public key;

    if (row->keys[row->n_keys - 1]->until_index != 0 ||
        row->status != CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_ACTIVE)
        return CBANK_OK;
    CBI_TRY(cbi_public_parse(it->bank->config.suite,
                             cbi_message_bytes(row->keys[row->n_keys - 1]->public_key), &key,
                             err));
    CBI_TRY(cbi_receipt_end(append, row->institution, &key, false, token, err));
done:
    return status;
}

static cbank_status write_institution(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const reporting *it = (const reporting *)(const void *)act;
    Cbank__V1__KeyCompromised body = CBANK__V1__KEY_COMPROMISED__INIT;
    cbi_errand_statement statement = statement_of(it, KIND(KEY_COMPROMISED), &body);
    Cbank__V1__DirectoryInstitution *row = NULL;
    Cbank__V1__InstitutionKey *key;
    cbank_status status = CBANK_OK;
    uint64_t index;

    CBI_TRY(cbi_institution_read(append->txn, it->loss->institution, &row, err));
    key = find_key(row, it->loss->key);
    if (key == row->keys[row->n_keys - 1])
        CBI_TRY(end_key(append, it, row, statement.token, err));
    fill_institution(it, &body);
    body.public_key = key->public_key;
    if (body.since_index == 0)
        body.since_index = append->state.frontier.size;
    CBI_TRY(cbi_errand_append(append, &statement, &index, NULL, err));
    key->compromised_since = body.since_index;
    key->compromised_at = body.since_at;
    if (key->until_index == 0)
        key->until_index = index;
    CBI_TRY(cbi_institution_write(append->txn, row, err));
    CBI_TRY(keep(act, index, body.since_index, body.public_key, err));
done:
    cbi_message_free(row);
    return status;
}

/* ---- reporting ------------------------------------------------------------------------------ */

/* Whatever the caller states must make a statement, before it shares a transaction. */
static cbank_status try_statement(const reporting *it, cbank_error *err)
{
    static const uint8_t some_key[32];
    Cbank__V1__LogKeyCompromised log_body;
    Cbank__V1__KeyCompromised body;
    cbi_errand_statement statement;

    if (it->loss->institution[0] == '\0') {
        fill_log_key(it, &log_body);
        statement = statement_of(it, KIND(LOG_KEY_COMPROMISED), &log_body);
    } else {
        fill_institution(it, &body);
        if (it->loss->key.size == 0)
            body.public_key = cbi_message_data(cbi_bytes_of(some_key, sizeof(some_key)));
        if (it->loss->since == 0)
            body.since_index = 1;
        statement = statement_of(it, KIND(KEY_COMPROMISED), &body);
    }
    return cbi_errand_try(&statement, err);
}

static cbank_status submit(cbi_bank *bank, reporting *it, cbi_bytes token, cbank_error *err)
{
    const cbi_keyloss *loss = it->loss;
    uint8_t numbers[16];
    cbi_bytes said[] = {cbi_bytes_of_text("compromised"), cbi_bytes_of_text(loss->institution),
                        loss->key, cbi_bytes_of(numbers, sizeof(numbers)),
                        cbi_bytes_of_text(loss->reason), cbi_bytes_of_text(loss->document)};
    cbank_status status = CBANK_OK;

    cbi_put_u64(numbers, loss->since);
    cbi_put_u64(numbers + 8, (uint64_t)loss->since_at);
    CBI_TRY(cbi_errand_token(token, it->act.token, err));
    CBI_TRY(try_statement(it, err));
    CBI_TRY(cbi_errand_digest(bank, said, sizeof(said) / sizeof(said[0]), &it->act.request, err));
    CBI_TRY(cbi_ledger_submit(bank->ledger, &it->act, err));
done:
    return status;
}

cbank_status cbi_keyloss_report(cbi_bank *bank, const cbi_keyloss *loss, cbi_bytes token,
                                int64_t now, cbi_keyloss_noted *out, cbank_error *err)
{
    bool of_bank = loss->institution[0] == '\0';
    reporting it = {.bank = bank, .loss = loss};
    const cbank_buffer *kept = &it.act.result;
    cbank_status status = CBANK_OK;

    if (!of_bank && !cbi_institution_code_is_valid(cbi_bytes_of_text(loss->institution)))
        return cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, loss->institution, NULL);
    it.act.now = now;
    it.act.check = of_bank ? check_log_key : check_institution;
    it.act.write = of_bank ? write_log_key : write_institution;
    CBI_TRY(submit(bank, &it, token, err));
    if (kept->size < 16)
        CBI_TRY(cbi_fail(err, CBI_REASON_INTERNAL, kept->size, "result", NULL));
    out->index = cbi_get_u64(kept->data);
    out->since = cbi_get_u64(kept->data + 8);
    CBI_TRY(cbi_public_parse(bank->config.suite, cbi_bytes_of(kept->data + 16, kept->size - 16),
                             &out->key, err));
done:
    cbank_buffer_clear(&it.act.result);
    return status;
}
