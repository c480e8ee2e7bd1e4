#include "ledger/epoch.h"

#define KEYS_ROW "keys"

static cbank_status damaged(cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_LEDGER_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_META), "%s",
                    KEYS_ROW);
}

cbank_status cbi_epoch_read_row(cbi_txn *txn, Cbank__V1__BankKeys **out, cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status =
        cbi_txn_get(txn, CBI_TABLE_META, cbi_bytes_of_text(KEYS_ROW), &row, err);

    *out = NULL;
    if (status == CBANK_E_NOT_FOUND) {
        status = CBANK_OK;
    } else if (status == CBANK_OK) {
        status = cbi_message_parse(&cbank__v1__bank_keys__descriptor, cbi_bytes_of_buffer(&row),
                                   out, err);
        if (status != CBANK_OK && status != CBANK_E_MEMORY)
            status = damaged(err);
    }
    cbank_buffer_clear(&row);
    return status;
}

cbank_status cbi_epoch_write_row(cbi_txn *txn, const Cbank__V1__BankKeys *keys, cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_pack(keys, &row, err));
    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_META, cbi_bytes_of_text(KEYS_ROW),
                        cbi_bytes_of_buffer(&row), err));
done:
    cbank_buffer_clear(&row);
    return status;
}

cbank_status cbi_epochs_read(cbi_txn *txn, cbi_suite suite, cbi_epochs *out, cbank_error *err)
{
    Cbank__V1__BankKeys *row = NULL;
    cbank_status status = CBANK_OK;

    out->count = 0;
    CBI_TRY(cbi_epoch_read_row(txn, &row, err));
    if (row == NULL)
        goto done;
    if (row->n_log_keys == 0 || row->n_log_keys > CBI_LOG_KEYS_MAX)
        CBI_TRY(damaged(err));
    for (size_t i = 0; i < row->n_log_keys; i++) {
        const Cbank__V1__LogKey *key = row->log_keys[i];
        cbi_epoch *epoch = &out->items[i];

        epoch->from_size = key->from_size;
        if (cbi_public_parse(suite, cbi_message_bytes(key->public_key), &epoch->key, NULL) !=
                CBANK_OK ||
            (i > 0 && epoch->from_size <= epoch[-1].from_size))
            CBI_TRY(damaged(err));
    }
    out->count = row->n_log_keys;
done:
    cbi_message_free(row);
    return status;
}

const cbi_public *cbi_epochs_at(const cbi_epochs *epochs, uint64_t size, const cbi_public *only)
{
    size_t i = epochs->count;

    if (i == 0)
        return only;
    while (i > 1 && size < epochs->items[i - 1].from_size)
        i--;
    return &epochs->items[i - 1].key; /* the first signed the empty log too */
}

cbank_status cbi_epochs_check_note(const cbi_epochs *epochs, const cbi_public *only,
                                   cbi_bytes note, const char *origin, cbi_sealed *out,
                                   const cbi_public **by, cbank_error *err)
{
    cbank_status status = CBANK_E_UNTRUSTED_KEY;
    const cbi_public *key = only;
    cbi_sealed sealed;

    if (epochs->count == 0)
        status = cbi_sealed_from_note(note, origin, only, &sealed, err);
    /* A note names the key it is signed by, so another key's answer is UNTRUSTED_KEY. */
    for (size_t i = epochs->count; i > 0 && status == CBANK_E_UNTRUSTED_KEY; i--) {
        key = &epochs->items[i - 1].key;
        status = cbi_sealed_from_note(note, origin, key, &sealed, err);
    }
    if (status == CBANK_OK && cbi_epochs_at(epochs, sealed.size, only) != key)
        status = cbi_fail(err, CBI_REASON_LOG_KEY_RANGE, sealed.size, origin, NULL);
    if (status != CBANK_OK)
        return status;
    *out = sealed;
    if (by != NULL)
        *by = key;
    return CBANK_OK;
}

static bool is_named(const cbi_private *key, const cbi_epoch *epoch)
{
    return key != NULL && cbi_public_equal(cbi_private_public(key), &epoch->key);
}

cbank_status cbi_signers_choose(const cbi_signers *signers, cbi_txn *txn, const char *origin,
                                const cbi_private **out, cbank_error *err)
{
    const cbi_epoch *newest;
    cbank_status status = CBANK_OK;
    cbi_epochs epochs;

    CBI_TRY(cbi_epochs_read(txn, cbi_private_public(signers->key)->suite, &epochs, err));
    newest = epochs.count == 0 ? NULL : &epochs.items[epochs.count - 1];
    if (newest == NULL || is_named(signers->key, newest))
        *out = signers->key;
    else if (is_named(signers->next, newest))
        *out = signers->next;
    else
        status = cbi_fail(err, CBI_REASON_LOG_KEY_SUPERSEDED, 0, origin, NULL);
done:
    return status;
}
