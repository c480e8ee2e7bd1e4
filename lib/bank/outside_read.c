/* outside_read.c - what was noted from outside, as it is kept: its statement, and the notice. */
#include "bank/outside.h"

#include "bank/vault.h"
#include "base/memory.h"

cbank_status cbi_outside_digest(cbi_hasher *hasher, const Cbank__V1__OutsideNotice *notice,
                                cbi_hash *out, cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_pack(notice, &bytes, err));
    CBI_TRY(cbi_digest_labelled(hasher, "cbank/v1/notice", cbi_bytes_of_buffer(&bytes), out, err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

void cbi_outside_clear(cbi_outside *outside)
{
    cbi_message_free(outside->notice);
    cbi_statement_clear(&outside->statement);
    *outside = (cbi_outside){0};
}

cbank_status cbi_outside_read(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                              const cbi_recognition_row *row, cbi_outside *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash id;

    CBI_TRY(cbi_recognition_noted(txn, hasher, row, &out->statement, &out->said, err));
    status = cbi_vault_get_notice(bank, txn, row->number, &out->notice, err);
    if (status == CBANK_E_NOT_FOUND)
        status = cbi_fail(err, CBI_REASON_RECOGNITION_ERASED, row->number, row->account.digits,
                          NULL);
    CBI_TRY(status);
    CBI_TRY(cbi_outside_digest(hasher, out->notice, &id, err));
    if (!cbi_hash_equal(&id, &row->id) ||
        !cbi_bytes_equal(cbi_message_bytes(out->said->notice), cbi_bytes_of_hash(&id)))
        CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, row->number,
                         cbi_table_name(CBI_TABLE_RECOGNITION), NULL));
done:
    if (status != CBANK_OK)
        cbi_outside_clear(out);
    return status;
}
