#include "bank/signatory.h"

#include "bank/institution.h"
#include "base/text.h"
#include "base/time.h"
#include "ledger/logged.h"
#include "record/mandate.h"

/* Who may have signed, as far as this has been searched. */
typedef struct search {
    cbi_txn *txn;
    cbi_hasher *hasher;
    const cbi_verdict_item *item;
    bool known; /* the key is one of theirs */
    bool holds; /* and it was when the other bank received the record */
} search;

/* ---- when a key held ---------------------------------------------------------------------- */

/* When the row before or at `index` was written whose statement is not erased; 0: there is none. */
static cbank_status time_at(const search *it, uint64_t index, int64_t *out, cbank_error *err)
{
    cbi_statement statement = {0};
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged = {.erased = true};

    *out = 0;
    for (uint64_t at = index + 1; at-- > 0 && logged.erased;)
        CBI_TRY(cbi_logged_read(it->txn, it->hasher, at, &row, &logged, err));
    if (logged.erased)
        goto done;
    CBI_TRY(cbi_statement_parse(logged.statement, &statement, err));
    *out = statement.message->at;
done:
    cbi_statement_clear(&statement);
    cbank_buffer_clear(&row);
    return status;
}

/* A key that was lost held until the day before; one that another one followed, on that day too. */
static cbank_status held_on(const search *it, const Cbank__V1__InstitutionKey *key, uint32_t day,
                            bool *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    int64_t lost, ended;

    *out = true;
    if (key->compromised_since != 0) {
        CBI_TRY(time_at(it, key->compromised_since, &lost, err));
        if (key->compromised_at != 0 && key->compromised_at < lost)
            lost = key->compromised_at;
        *out = day < cbi_date_of(lost);
    }
    if (key->until_index != 0 && *out) {
        CBI_TRY(time_at(it, key->until_index, &ended, err));
        *out = day <= cbi_date_of(ended);
    }
done:
    return status;
}

/* ---- whose it is -------------------------------------------------------------------------- */

static cbank_status look_at(search *it, const Cbank__V1__DirectoryInstitution *entry,
                            cbank_error *err)
{
    cbi_bytes used = cbi_public_bytes(it->item->key);
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < entry->n_keys && !it->holds; i++) {
        if (!cbi_bytes_equal(cbi_message_bytes(entry->keys[i]->public_key), used))
            continue;
        it->known = true;
        CBI_TRY(held_on(it, entry->keys[i], it->item->receipt_day, &it->holds, err));
    }
done:
    return status;
}

/* Another institution, if it may sign such a record for this one. */
static cbank_status look_at_other(search *it, const Cbank__V1__DirectoryInstitution *entry,
                                  const char *code, cbank_error *err)
{
    const Cbank__V1__CreditRecord *record = it->item->record;
    const cbi_mandate_signer signer = {code, CBI_MANDATE_NOW, it->item->receipt_day,
                                       cbi_date_before(it->item->receipt_day)};
    Cbank__V1__DirectoryInstitution *other = NULL;
    cbank_status status = CBANK_OK;
    cbi_mandate mandate;

    if (it->holds || cbi_mandate_find(entry, record->type, record->supersedes.len > 0, &signer,
                                      &mandate, NULL) != CBANK_OK)
        return CBANK_OK;
    CBI_TRY(cbi_institution_read(it->txn, code, &other, err));
    CBI_TRY(look_at(it, other, err));
done:
    cbi_message_free(other);
    return status;
}

static cbank_status refuse(const search *it, cbank_error *err)
{
    char text[2 * CBI_HASH_SIZE + 1];
    cbank_status status = CBANK_OK;
    cbi_hash fingerprint;

    CBI_TRY(cbi_public_fingerprint(it->item->key, &fingerprint, err));
    cbi_hex_encode(cbi_bytes_of_hash(&fingerprint), text);
    CBI_TRY(cbi_fail(err, it->known ? CBI_REASON_TRANSFER_KEY_OVER : CBI_REASON_TRANSFER_KEY,
                     it->item->sequence, it->item->record->awarded_by->institution, "%s", text));
done:
    return status;
}

cbank_status cbi_signatory_check(cbi_txn *txn, cbi_hasher *hasher, const cbi_verdict_item *item,
                                 cbank_error *err)
{
    search it = {.txn = txn, .hasher = hasher, .item = item};
    const char *code = item->record->awarded_by->institution;
    Cbank__V1__DirectoryInstitution *entry = NULL;
    cbank_status status = CBANK_OK;

    if (!cbi_txn_has(txn, CBI_TABLE_INSTITUTION, cbi_bytes_of_text(code)))
        return CBANK_OK;
    CBI_TRY(cbi_institution_read(txn, code, &entry, err));
    CBI_TRY(look_at(&it, entry, err));
    for (size_t i = 0; i < entry->n_delegations; i++)
        CBI_TRY(look_at_other(&it, entry, entry->delegations[i]->signer, err));
    for (size_t i = 0; i < entry->n_successions; i++)
        CBI_TRY(look_at_other(&it, entry, entry->successions[i]->institution, err));
    if (!it.holds)
        CBI_TRY(refuse(&it, err));
done:
    cbi_message_free(entry);
    return status;
}
