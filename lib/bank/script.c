#include "bank/script.h"

#include "bank/errand.h"
#include "bank/holding.h"

/* Chains that are worth remembering: a college's learners. Of more, few come again. */
#define KNOWN_MAX 2048u

#define KIND CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_DEPOSITED

void cbi_script_clear(cbi_script *script)
{
    cbank_buffer_clear(&script->statement);
    cbank_buffer_clear(&script->packed.delta);
    cbank_buffer_clear(&script->opening);
    *script = (cbi_script){0};
}

static cbank_status seal_opening(const cbi_bank *bank, const cbi_ready_record *record,
                                 uint64_t index, cbi_script *script, cbank_error *err)
{
    script->index = index;
    return cbi_vault_seal_opening(bank, index, &record->random, record->document_type,
                                  record->document_number, &script->opening, err);
}

cbank_status cbi_script_prepare(const cbi_bank *bank, cbi_hasher *hasher, int64_t at,
                                const cbi_ready_batch *batch, const cbi_ready_record *record,
                                uint64_t index, cbi_script *out, cbank_error *err)
{
    Cbank__V1__CreditDeposited body = CBANK__V1__CREDIT_DEPOSITED__INIT;
    const cbi_errand_statement statement = {.kind = KIND, .token = batch->token, .body = &body};
    cbank_status status = CBANK_OK;

    body.account = cbi_message_string(record->account.digits);
    body.batch = cbi_message_data(cbi_bytes_of_hash(batch->id));
    body.index = record->item;
    body.record = cbi_message_data(record->bytes);
    out->has_before = out->packed.done = false;
    cbi_buffer_rewind(&out->statement);
    CBI_TRY(cbi_errand_build(&statement, at, &out->statement, err));
    CBI_TRY(cbi_entry_statement_digest(hasher, cbi_bytes_of_buffer(&out->statement), &out->digest,
                                       err));
    CBI_TRY(seal_opening(bank, record, index, out, err));
done:
    return status;
}

static cbank_status read_end(cbi_txn *txn, cbi_hasher *hasher, const cbi_subject *subject,
                             cbi_chain_end *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash randomness;

    CBI_TRY(cbi_subject_read_head(txn, subject, &out->head, err));
    CBI_TRY(cbi_subject_read_randomness(txn, subject, &randomness, err));
    CBI_TRY(cbi_entry_tag(hasher, subject->kind, &randomness, subject->id, &out->tag, err));
done:
    return status;
}

cbank_status cbi_script_find_before(cbi_txn *txn, cbi_hasher *hasher, cbi_heads *known,
                                    const cbi_ready_record *record, cbi_script *script,
                                    cbank_error *err)
{
    const cbi_subject subject = cbi_account_subject(record->account.digits);
    const cbi_chain_end *end = cbi_heads_find(known, &subject);
    cbank_status status = CBANK_OK;

    if (end != NULL) {
        script->before = *end;
    } else {
        status = read_end(txn, hasher, &subject, &script->before, err);
        if (status == CBANK_E_NOT_FOUND)
            return CBANK_OK;
        CBI_TRY(status);
        if (cbi_heads_count(known) < KNOWN_MAX)
            CBI_TRY(cbi_heads_set(known, &subject, &script->before, false, err));
    }
    script->has_before = true;
done:
    return status;
}

cbank_status cbi_script_write(const cbi_bank *bank, cbi_append *append,
                              const cbi_ready_record *record, cbi_script *script, uint64_t *index,
                              cbi_hash *leaf, cbank_error *err)
{
    const cbi_subject subject = cbi_account_subject(record->account.digits);
    const cbi_append_hashed hashed = {.statement = cbi_bytes_of_buffer(&script->statement),
                                      .digest = &script->digest,
                                      .before = script->has_before ? &script->before : NULL,
                                      .packed = &script->packed};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_append_hashed_statement(append, &subject,
                                        (uint8_t)cbi_kind_find(KIND)->entry_class, &hashed, index,
                                        leaf, err));
    if (*index != script->index)
        CBI_TRY(seal_opening(bank, record, *index, script, err));
    CBI_TRY(cbi_vault_put_sealed_opening(append->txn, *index,
                                         cbi_bytes_of_buffer(&script->opening), err));
    CBI_TRY(cbi_holding_put_reference(append->txn, record->awarder, record->reference, *index,
                                      &record->content, err));
done:
    return status;
}
