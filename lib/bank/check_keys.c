/* The bank's own keys and lost ones: derived again from what the log says of them. */
#include "bank/check_part.h"

#include <string.h>

#include "bank/institution.h"
#include "bank/keyring.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* ---- the bank's ----------------------------------------------------------------------------- */

static cbank_status pack_keys(const Cbank__V1__BankKeys *keys, cbank_buffer *out, cbank_error *err)
{
    cbank_buffer_clear(out);
    return cbi_message_pack(keys, out, err);
}

cbank_status cbi_check_keys_begin(cbi_check *check, cbi_txn *txn, cbank_error *err)
{
    Cbank__V1__BankKeys *keys = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_keyring_read(check->bank, txn, &keys, err));
    CBI_TRY(pack_keys(keys, &check->stated_keys, err));
    cbi_message_free(keys);
    keys = NULL;
    if (check->bank->self == NULL)
        goto done; /* its first statement cannot be read, which the replay finds */
    CBI_TRY(cbi_keyring_found(check->bank->self, &keys, err));
    CBI_TRY(pack_keys(keys, &check->derived_keys, err));
done:
    cbi_message_free(keys);
    return status;
}

/* The checkpoint that an epoch begins with: of the earlier key, and of the log as it was then. */
static cbank_status check_begun(cbi_check *check, const Cbank__V1__LogKeyBegun *body,
                                cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_public earlier;
    cbi_sealed sealed;
    cbi_hash root;

    CBI_TRY(cbi_public_parse(check->bank->config.suite, cbi_message_bytes(body->earlier_key),
                             &earlier, err));
    CBI_TRY(cbi_sealed_from_note(cbi_message_bytes(body->checkpoint), check->bank->config.origin,
                                 &earlier, &sealed, err));
    CBI_TRY(cbi_ledger_look(check->bank->store, check->bank->config.suite, &reader, err));
    CBI_TRY(cbi_history_root(&reader, body->size, &root, err));
    if (sealed.size != body->size || !cbi_hash_equal(&sealed.root, &root) ||
        !cbi_bytes_equal(cbi_message_bytes(body->root), cbi_bytes_of_hash(&root)))
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_STATEMENT, CBI_TABLE_RECORD, body->size,
                                "checkpoint"));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_check_bank_key(cbi_check *check, uint64_t index, const cbi_statement *statement,
                                cbank_error *err)
{
    Cbank__V1__BankKeys *keys = NULL;
    cbank_buffer next = {0};
    cbank_status status = CBANK_OK;

    if (index >= check->stated_size || check->bank->self == NULL)
        return CBANK_OK;
    CBI_TRY(cbi_message_parse(&cbank__v1__bank_keys__descriptor,
                              cbi_bytes_of_buffer(&check->derived_keys), &keys, err));
    status = cbi_keyring_apply(check->bank, keys, statement->kind->kind, statement->body, index,
                               &next, err);
    if (status == CBANK_E_CORRUPT)
        status = cbi_check_wrong(err, CBI_REASON_CHECK_CHAIN, CBI_TABLE_RECORD, index,
                                 statement->kind->word);
    CBI_TRY(status);
    cbank_buffer_clear(&check->derived_keys);
    check->derived_keys = next;
    next = (cbank_buffer){0};
    if (statement->kind->kind == KIND(LOG_KEY_BEGUN))
        CBI_TRY(check_begun(check, statement->body, err));
done:
    cbank_buffer_clear(&next);
    cbi_message_free(keys);
    return status;
}

cbank_status cbi_check_keys_end(cbi_check *check, cbank_error *err)
{
    if (check->bank->self != NULL &&
        !cbi_bytes_equal(cbi_bytes_of_buffer(&check->stated_keys),
                         cbi_bytes_of_buffer(&check->derived_keys)))
        return cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_META, 0, "keys");
    return CBANK_OK;
}

/* ---- lost keys of institutions -------------------------------------------------------------- */

/* What one statement says of the key; statements come newest first. */
static void take_loss(const cbi_statement *statement, uint64_t index,
                      Cbank__V1__InstitutionKey *key)
{
    const Cbank__V1__KeyCompromised *said =
        cbi_statement_body(statement, &cbank__v1__key_compromised__descriptor);

    if (said == NULL || !cbi_bytes_equal(cbi_message_bytes(said->public_key),
                                         cbi_message_bytes(key->public_key)))
        return;
    /* Each report moves the place back, so the newest one counts; the oldest may have ended it. */
    if (key->compromised_since == 0) {
        key->compromised_since = said->since_index;
        key->compromised_at = said->since_at;
    }
    if (key->until_index == 0 || index < key->until_index)
        key->until_index = index;
}

cbank_status cbi_check_lost_key(cbi_check *check, cbi_txn *txn, const char *code,
                                Cbank__V1__InstitutionKey *key, cbank_error *err)
{
    cbi_subject subject = cbi_institution_subject(code);
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;
    uint64_t index = CBI_NO_INDEX;
    cbi_head head;

    CBI_TRY(cbi_subject_read_head(txn, &subject, &head, err));
    for (index = head.index; index != CBI_NO_INDEX && index > key->from_index;) {
        cbi_check_clear_read(&read);
        CBI_TRY(cbi_check_read_at(check, txn, index, &read, err));
        if (read.statement.kind != NULL)
            take_loss(&read.statement, index, key);
        index = read.logged.previous_index;
    }
done:
    cbi_check_clear_read(&read);
    return status;
}

cbank_status cbi_check_compromised(cbi_check *check, cbi_txn *txn, uint64_t index,
                                   const cbi_statement *statement, cbank_error *err)
{
    const Cbank__V1__KeyCompromised *said = statement->body;
    Cbank__V1__DirectoryInstitution *known = NULL;
    cbank_status status = CBANK_OK;
    bool found = false;

    (void)check;
    CBI_TRY(cbi_institution_read(txn, said->institution, &known, err));
    for (size_t i = 0; i < known->n_keys; i++) {
        const Cbank__V1__InstitutionKey *key = known->keys[i];

        found = found || (cbi_bytes_equal(cbi_message_bytes(key->public_key),
                                          cbi_message_bytes(said->public_key)) &&
                          key->compromised_since != 0 &&
                          key->compromised_since <= said->since_index &&
                          key->until_index != 0 && key->until_index <= index);
    }
    if (!found)
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_INSTITUTION, index,
                                "compromised"));
done:
    cbi_message_free(known);
    return status;
}
