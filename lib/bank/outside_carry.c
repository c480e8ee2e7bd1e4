/* outside_carry.c - a letter goes on with the record that it is about, when that is amended. */
#include "bank/outside.h"

#include <string.h>

#include "bank/account.h"
#include "bank/holding.h"
#include "bank/used.h"
#include "bank/vault.h"
#include "base/memory.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define BASIS_CHANGED "basis-changed"

cbank_status cbi_outside_begin(const cbi_bank *bank, cbi_append *append,
                               const cbi_errand_statement *statement,
                               const Cbank__V1__OutsideNotice *notice, cbi_recognition_row *out,
                               cbank_error *err)
{
    const Cbank__V1__ConversionNoted *body = statement->body;
    cbank_status status = CBANK_OK;
    cbi_head newest;

    *out = (cbi_recognition_row){.at = append->at, .sources = (uint32_t)body->n_uses};
    (void)cbi_hash_from(cbi_message_bytes(body->notice), &out->id);
    memcpy(out->account.digits, body->account, CBI_ACCOUNT_SIZE);
    CBI_TRY(cbi_errand_append(append, statement, &out->index, &out->leaf, err));
    CBI_TRY(cbi_subject_read_head(append->txn, &statement->subject, &newest, err));
    out->sequence = newest.sequence;
    CBI_TRY(cbi_recognition_begin_noted(append, out, err));
    CBI_TRY(cbi_vault_put_notice(bank, append->txn, out->number, notice, err));
done:
    return status;
}

/* What goes on, and on which record. All lent. */
typedef struct carrying {
    const cbi_bank *bank;
    cbi_append *append;
    const char *account;
    cbi_head revision;
    cbi_bytes token;
} carrying;

/* Under a salt of its own, so that it has an id of its own. */
static cbank_status note_anew(const carrying *it, const Cbank__V1__OutsideNotice *letter,
                              const cbi_use_row *old, cbank_error *err)
{
    Cbank__V1__ConversionNoted body = CBANK__V1__CONVERSION_NOTED__INIT;
    Cbank__V1__RecordUse use = CBANK__V1__RECORD_USE__INIT, *uses[1] = {&use};
    const cbi_errand_statement statement = {.subject = cbi_account_subject(it->account),
                                            .kind = KIND(CONVERSION_NOTED),
                                            .reason = BASIS_CHANGED,
                                            .token = it->token,
                                            .body = &body};
    Cbank__V1__OutsideNotice notice = *letter;
    cbi_use_row anew = *old;
    uint8_t salt[CBI_SALT_SIZE];
    cbank_status status = CBANK_OK;
    cbi_recognition_row row;
    cbi_hash id;

    CBI_TRY(cbi_random(salt, sizeof(salt), err));
    notice.salt = cbi_message_data(cbi_bytes_of(salt, sizeof(salt)));
    CBI_TRY(cbi_outside_digest(it->append->hasher, &notice, &id, err));
    use.sequence = it->revision.sequence;
    use.leaf = cbi_message_data(cbi_bytes_of_hash(&it->revision.leaf));
    use.scope = old->scope;
    use.leftover = old->leftover;
    body.account = cbi_message_string(it->account);
    body.notice = cbi_message_data(cbi_bytes_of_hash(&id));
    body.uses = uses;
    body.n_uses = 1;
    CBI_TRY(cbi_outside_begin(it->bank, it->append, &statement, &notice, &row, err));
    anew.number = row.number;
    CBI_TRY(cbi_use_put(it->append->txn, it->revision.index, &anew, err));
done:
    return status;
}

/* None of its records holds, or can again. */
static cbank_status has_no_ground(cbi_append *append, const cbi_recognition_row *row, bool *out,
                                  cbank_error *err)
{
    uint64_t *indices = NULL;
    cbank_status status = CBANK_OK;
    cbi_record_state state;

    *out = true;
    CBI_TRY(cbi_used_by(append->txn, append->hasher, row, &indices, err));
    for (uint32_t i = 0; *out && i < row->sources; i++) {
        CBI_TRY(cbi_holding_state(append->txn, indices[i], &state, err));
        *out = state == CBI_RECORD_REVOKED || state == CBI_RECORD_SUPERSEDED;
    }
done:
    cbi_free(indices);
    return status;
}

static cbank_status carry(const carrying *it, const cbi_use_row *use, cbank_error *err)
{
    const cbi_errand_statement said = {.reason = BASIS_CHANGED, .token = it->token};
    Cbank__V1__OutsideNotice *letter = NULL;
    cbi_recognition_row row;
    cbank_status status = CBANK_OK;
    bool ends;

    CBI_TRY(cbi_recognition_row_read(it->append->txn, use->number, &row, err));
    if (!cbi_recognition_is_noted(&row))
        goto done; /* its institution hears of it, and decides */
    CBI_TRY(cbi_vault_get_notice(it->bank, it->append->txn, row.number, &letter, err));
    CBI_TRY(has_no_ground(it->append, &row, &ends, err));
    if (ends)
        CBI_TRY(cbi_conversion_write(it->append, &row, KIND(CONVERSION_REVERSED), NULL, &said, NULL,
                                     err));
    CBI_TRY(note_anew(it, letter, use, err));
done:
    cbi_message_free(letter);
    return status;
}

cbank_status cbi_outside_carry(const cbi_bank *bank, cbi_append *append, uint64_t superseded,
                               const char *account, cbi_bytes token, cbank_error *err)
{
    const cbi_subject subject = cbi_account_subject(account);
    carrying it = {.bank = bank, .append = append, .account = account, .token = token};
    cbi_use_row uses[CBI_RECORD_USES_MAX];
    cbank_status status = CBANK_OK;
    size_t count;

    CBI_TRY(cbi_use_list(append->txn, superseded, uses, &count, err));
    CBI_TRY(cbi_subject_read_head(append->txn, &subject, &it.revision, err));
    for (size_t i = 0; i < count; i++)
        CBI_TRY(carry(&it, &uses[i], err));
done:
    return status;
}
