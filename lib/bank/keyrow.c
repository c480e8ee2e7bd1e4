#include "bank/keyrow.h"

#include "bank/institution.h"

cbank_status cbi_keyrow_check(const Cbank__V1__DirectoryInstitution *row, const cbi_public *key,
                               cbank_error *err)
{
    if (row->n_keys >= CBI_INSTITUTION_KEYS_MAX)
        return cbi_fail(err, CBI_REASON_TOO_MANY, CBI_INSTITUTION_KEYS_MAX, "keys", NULL);
    for (size_t i = 0; i < row->n_keys; i++) {
        if (cbi_bytes_equal(cbi_message_bytes(row->keys[i]->public_key), cbi_public_bytes(key)))
            return cbi_fail(err, CBI_REASON_KEY_USED_BEFORE, i, row->institution, NULL);
    }
    return CBANK_OK;
}

cbank_status cbi_keyrow_add(cbi_txn *txn, const Cbank__V1__DirectoryInstitution *row,
                             Cbank__V1__InstitutionKey *key, cbank_error *err)
{
    Cbank__V1__InstitutionKey *keys[CBI_INSTITUTION_KEYS_MAX];
    Cbank__V1__DirectoryInstitution next = *row;

    for (size_t i = 0; i < row->n_keys; i++)
        keys[i] = row->keys[i];
    keys[row->n_keys] = key;
    next.keys = keys;
    next.n_keys = row->n_keys + 1;
    return cbi_institution_write(txn, &next, err);
}
