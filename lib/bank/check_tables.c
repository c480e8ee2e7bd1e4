#include "bank/check_part.h"

#include <string.h>

#include "bank/account.h"
#include "bank/holding.h"
#include "bank/intake.h"
#include "bank/order.h"
#include "bank/vault.h"
#include "ledger/token.h"

static cbank_status wrong(const cbi_check *check, cbi_table table, const char *detail,
                          cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_ROW, table, check->row, detail);
}

/* Wrong, with this detail, if the log has no such account. */
static cbank_status want_account(const cbi_check *check, cbi_txn *txn, const char *account,
                                 cbi_table table, const char *detail, cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(account);
    cbank_status status;
    cbi_head head;

    status = cbi_subject_read_head(txn, &subject, &head, err);
    return status == CBANK_E_NOT_FOUND ? wrong(check, table, detail, err) : status;
}

/* A document as it is stored, canonical, must lead to this account. */
static cbank_status check_document(cbi_check *check, cbi_txn *txn, const char *type,
                                   const char *number, const char *account, cbi_table table,
                                   cbank_error *err)
{
    cbi_identity document = {0};
    cbank_status status = CBANK_OK;
    cbi_account found;

    CBI_TRY(cbi_identity_normalise(cbi_bytes_of_text(type), cbi_bytes_of_text(number), &document,
                                   err));
    if (strcmp(document.number, number) != 0 || strcmp(document.type, type) != 0)
        CBI_TRY(wrong(check, table, "document", err));
    CBI_TRY(cbi_vault_find_account(check->bank, txn, &document, &found, err));
    if (strcmp(found.digits, account) != 0)
        CBI_TRY(wrong(check, table, "account", err));
done:
    cbi_identity_clear(&document);
    return status;
}

/* A sealed reason is the one whose digest its statement holds. */
static cbank_status check_note(cbi_check *check, cbi_txn *txn,
                               const Cbank__Api__V1__PersonNote *note, cbank_error *err)
{
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;
    cbi_hash random, digest;

    CBI_TRY(cbi_check_read_at(check, txn, note->index, &read, err));
    if (!cbi_hash_from(cbi_message_bytes(note->random), &random))
        CBI_TRY(wrong(check, CBI_TABLE_VAULT, "note", err));
    CBI_TRY(cbi_order_digest_note(check->hasher, &random, cbi_message_text(note->text), &digest,
                                  err));
    if (read.statement.message == NULL ||
        !cbi_bytes_equal(cbi_message_bytes(read.statement.message->reason_digest),
                         cbi_bytes_of_hash(&digest)))
        CBI_TRY(wrong(check, CBI_TABLE_VAULT, "note", err));
done:
    cbi_check_clear_read(&read);
    return status;
}

cbank_status cbi_check_person(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                              cbank_error *err)
{
    Cbank__Api__V1__Person *person = NULL;
    cbi_account account = {0};
    cbank_status status = CBANK_OK;

    (void)value; /* opened by whoever knows how it is sealed */
    if (!cbi_account_is_valid(key))
        return wrong(check, CBI_TABLE_VAULT, "key", err);
    memcpy(account.digits, key.data, key.size);
    CBI_TRY(want_account(check, txn, account.digits, CBI_TABLE_VAULT, "account", err));
    CBI_TRY(cbi_vault_get_person(check->bank, txn, account.digits, &person, err));
    for (size_t i = 0; i < person->n_documents; i++)
        CBI_TRY(check_document(check, txn, person->documents[i]->type,
                               person->documents[i]->number, account.digits, CBI_TABLE_VAULT,
                               err));
    for (size_t i = 0; i < person->n_notes; i++)
        CBI_TRY(check_note(check, txn, person->notes[i], err));
done:
    cbi_vault_free_person(person);
    return status;
}

/* The commitment that an opening opens, and whose account it is for. */
static cbank_status find_holder(cbi_check *check, const cbi_statement *statement, cbi_hash *out,
                                cbi_account *account, cbank_error *err)
{
    const Cbank__V1__AccountOpened *opened =
        cbi_statement_body(statement, &cbank__v1__account_opened__descriptor);
    const Cbank__V1__CreditDeposited *deposited =
        cbi_statement_body(statement, &cbank__v1__credit_deposited__descriptor);
    Cbank__V1__CreditRecord *record = NULL;
    cbank_status status = CBANK_OK;
    bool good;

    if (opened == NULL && deposited == NULL)
        return wrong(check, CBI_TABLE_OPENING, "statement", err);
    if (opened != NULL) {
        good = cbi_hash_from(cbi_message_bytes(opened->holder), out);
        memcpy(account->digits, opened->account, sizeof(account->digits));
    } else {
        CBI_TRY(cbi_credit_record_parse(cbi_message_bytes(deposited->record), &record, err));
        good = cbi_hash_from(cbi_message_bytes(record->holder), out);
        memcpy(account->digits, deposited->account, sizeof(account->digits));
    }
    if (!good)
        CBI_TRY(wrong(check, CBI_TABLE_OPENING, "holder", err));
done:
    cbi_message_free(record);
    return status;
}

cbank_status cbi_check_opening(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                               cbank_error *err)
{
    Cbank__V1__Opening *opening = NULL;
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;
    cbi_hash random, holder, committed;
    cbi_account account;

    (void)value;
    if (key.size != 8)
        return wrong(check, CBI_TABLE_OPENING, "key", err);
    CBI_TRY(cbi_check_read_at(check, txn, cbi_get_u64(key.data), &read, err));
    CBI_TRY(find_holder(check, &read.statement, &holder, &account, err));
    CBI_TRY(cbi_vault_get_opening(check->bank, txn, cbi_get_u64(key.data), &opening, err));
    if (!cbi_hash_from(cbi_message_bytes(opening->random), &random))
        CBI_TRY(wrong(check, CBI_TABLE_OPENING, "random", err));
    CBI_TRY(cbi_holder_commit(check->hasher, &random, cbi_bytes_of_text(opening->document_type),
                              cbi_bytes_of_text(opening->number), &committed, err));
    if (!cbi_hash_equal(&holder, &committed))
        CBI_TRY(wrong(check, CBI_TABLE_OPENING, "commitment", err));
    CBI_TRY(check_document(check, txn, opening->document_type, opening->number, account.digits,
                           CBI_TABLE_OPENING, err));
done:
    cbi_check_clear_read(&read);
    cbi_vault_free_opening(opening);
    return status;
}

cbank_status cbi_check_identity(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                cbank_error *err)
{
    cbi_account account = {0};

    if (key.size != CBI_HASH_SIZE || !cbi_account_is_valid(value))
        return wrong(check, CBI_TABLE_IDENTITY, "form", err);
    memcpy(account.digits, value.data, value.size);
    return want_account(check, txn, account.digits, CBI_TABLE_IDENTITY, "account", err);
}

/* The row of a record or an account that does not simply hold; which state, its chain has told. */
cbank_status cbi_check_state(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                             cbank_error *err)
{
    cbi_check_read read = {0};
    cbi_account account = {0};
    cbank_status status = CBANK_OK;
    bool good = false;

    if (key.size == 9 && key.data[0] == 's') {
        CBI_TRY(cbi_check_read_at(check, txn, cbi_get_u64(key.data + 1), &read, err));
        good = value.size == 1 && value.data[0] >= CBI_RECORD_REVOKED &&
               value.data[0] <= CBI_RECORD_SUPERSEDED &&
               read.logged.entry.entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD;
    } else if (key.size == 1 + CBI_ACCOUNT_SIZE && key.data[0] == 'a') {
        memcpy(account.digits, key.data + 1, CBI_ACCOUNT_SIZE);
        CBI_TRY(want_account(check, txn, account.digits, CBI_TABLE_STATE, "form", err));
        good = value.size == 1 && cbi_life_listed((cbi_life)value.data[0]) != 0;
    }
    if (!good)
        CBI_TRY(wrong(check, CBI_TABLE_STATE, "form", err));
done:
    cbi_check_clear_read(&read);
    return status;
}

/* Institution and reference of a key; both texts are lent. */
static bool split_reference(cbi_bytes key, char text[CBI_KEY_MAX + 1], const char **institution,
                            const char **reference)
{
    memcpy(text, key.data, key.size);
    text[key.size] = '\0';
    *institution = text;
    *reference = text + strlen(text) + 1;
    return strlen(text) < key.size && strlen(*reference) > 0 &&
           *reference + strlen(*reference) == text + key.size;
}

static cbank_status check_content(cbi_check *check, cbi_txn *txn, const cbi_holding *holding,
                                  cbi_bytes stored, cbank_error *err)
{
    Cbank__V1__Opening *opening = NULL;
    cbank_status status = CBANK_OK;
    cbi_hash content;

    CBI_TRY(cbi_vault_get_opening(check->bank, txn, holding->index, &opening, err));
    CBI_TRY(cbi_holding_content(check->bank, holding->record, opening->document_type,
                                opening->number, &content, err));
    if (!cbi_bytes_equal(stored, cbi_bytes_of_hash(&content)))
        CBI_TRY(wrong(check, CBI_TABLE_REFERENCE, "content", err));
done:
    cbi_vault_free_opening(opening);
    return status;
}

cbank_status cbi_check_reference(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                 cbank_error *err)
{
    char text[CBI_KEY_MAX + 1];
    const char *institution, *reference;
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    cbi_intake intake;
    cbi_hash batch;

    if (!split_reference(key, text, &institution, &reference) || value.size != 8 + CBI_HASH_SIZE)
        return wrong(check, CBI_TABLE_REFERENCE, "form", err);
    CBI_TRY(cbi_holding_read(txn, check->hasher, cbi_get_u64(value.data), &holding, err));
    if (strcmp(holding.record->reference, reference) != 0)
        CBI_TRY(wrong(check, CBI_TABLE_REFERENCE, "reference", err));
    (void)cbi_hash_from(cbi_message_bytes(holding.deposited->batch), &batch);
    CBI_TRY(cbi_intake_find(txn, &batch, &intake, err));
    if (strcmp(intake.institution, institution) != 0)
        CBI_TRY(wrong(check, CBI_TABLE_REFERENCE, "institution", err));
    CBI_TRY(check_content(check, txn, &holding, cbi_bytes_of(value.data + 8, CBI_HASH_SIZE), err));
done:
    cbi_holding_clear(&holding);
    return status;
}

/* Nothing else says what was answered, so only the form of a row can be checked. */
cbank_status cbi_check_token(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                             cbank_error *err)
{
    (void)txn;
    if (key.size != CBI_TOKEN_SIZE || value.size < CBI_TOKEN_ROW_MIN)
        return wrong(check, CBI_TABLE_TOKEN, "form", err);
    return CBANK_OK;
}
