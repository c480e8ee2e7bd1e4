#include "bank/check_part.h"

#include <stdio.h>
#include <string.h>

#include "bank/documents.h"
#include "bank/family.h"
#include "bank/holding.h"
#include "bank/intake.h"
#include "bank/order.h"
#include "bank/student.h"
#include "bank/vault.h"
#include "base/memory.h"
#include "ledger/token.h"
#include "record/body.h"

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

/* Was the document the account's once, or that of the one it was merged into? */
static cbank_status was_its_own(cbi_check *check, cbi_txn *txn, const char *type,
                                const char *number, const char *account, bool *out,
                                cbank_error *err)
{
    Cbank__Api__V1__Person *person = NULL;
    cbank_status status = CBANK_OK;
    cbi_account holder;

    CBI_TRY(cbi_family_root(txn, account, &holder, err));
    for (size_t i = 0; i < 2 && !*out; i++) {
        status = cbi_vault_get_person(check->bank, txn, i == 0 ? account : holder.digits, &person,
                                      err);
        if (status == CBANK_E_NOT_FOUND) {
            status = CBANK_OK;
            continue;
        }
        CBI_TRY(status);
        *out = cbi_documents_ended(person, type, number);
        cbi_vault_free_person(person);
        person = NULL;
    }
done:
    cbi_vault_free_person(person);
    return status;
}

/* After a merger was undone, what came for the other one in between stays where it was put. */
static bool was_merged(cbi_txn *txn, const char *account, const char *other)
{
    char key[1 + 2 * CBI_ACCOUNT_SIZE + 1];

    snprintf(key, sizeof(key), "M%s%s", account, other);
    return cbi_txn_has(txn, CBI_TABLE_STATE, cbi_bytes_of_text(key));
}

/*
 * A document as it is stored, canonical, must lead to this account, or to the one it was merged
 * into; unless it has ended.
 */
static cbank_status check_document(cbi_check *check, cbi_txn *txn, const char *type,
                                   const char *number, const char *account, cbi_table table,
                                   cbank_error *err)
{
    cbi_identity document = {0};
    cbank_status status = CBANK_OK;
    cbank_error missing = {0};
    cbi_account found, holder;
    bool ended = false, holds = false;

    CBI_TRY(cbi_identity_normalise(cbi_bytes_of_text(type), cbi_bytes_of_text(number), &document,
                                   err));
    if (strcmp(document.number, number) != 0 || strcmp(document.type, type) != 0)
        CBI_TRY(wrong(check, table, "document", err));
    CBI_TRY(cbi_family_root(txn, account, &holder, err));
    if (document.document == CBI_DOCUMENT_STUDENT)
        CBI_TRY(cbi_student_holds(check->bank, txn, &document, holder.digits, &holds, err));
    if (holds)
        goto done;
    status = cbi_vault_find_account(check->bank, txn, &document, &found, err);
    if (status == CBANK_OK && strcmp(found.digits, holder.digits) == 0)
        goto done;
    if (status != CBANK_OK && status != CBANK_E_NOT_FOUND)
        goto done;
    if (status == CBANK_OK && was_merged(txn, account, found.digits))
        goto done;
    if (status == CBANK_E_NOT_FOUND)
        missing = *err;
    status = was_its_own(check, txn, type, number, account, &ended, err);
    if (status == CBANK_OK && !ended)
        status = wrong(check, table, "account", err);
    if (status == CBANK_E_CORRUPT && missing.status != 0) {
        *err = missing; /* it leads nowhere, which says more */
        status = CBANK_E_NOT_FOUND;
    }
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
    for (size_t i = 0; i < person->n_documents; i++) {
        if (person->documents[i]->ended_at != 0)
            continue;
        CBI_TRY(check_document(check, txn, person->documents[i]->type,
                               person->documents[i]->number, account.digits, CBI_TABLE_VAULT,
                               err));
    }
    for (size_t i = 0; i < person->n_notes; i++)
        CBI_TRY(check_note(check, txn, person->notes[i], err));
    for (size_t i = 0; i < person->n_agents; i++)
        CBI_TRY(cbi_check_agent(check, txn, person->agents[i], err));
done:
    cbi_vault_free_person(person);
    return status;
}

/* False if the document is longer than any that an account has. */
static bool name_document(const cbi_check *check, const Cbank__V1__Opening *opening,
                          cbi_fingerprint *out)
{
    uint8_t text[CBI_DOCUMENT_TYPE_MAX + 1 + CBI_NUMBER_MAX];
    size_t first = strlen(opening->document_type) + 1, second = strlen(opening->number);

    if (first > CBI_DOCUMENT_TYPE_MAX + 1 || second > CBI_NUMBER_MAX)
        return false;
    memcpy(text, opening->document_type, first);
    memcpy(text + first, opening->number, second);
    *out = cbi_fingerprint_of(&check->key, cbi_bytes_of(text, first + second));
    cbi_wipe(text, first + second);
    return true;
}

/* The same; a document that has led to the account lately does. */
static cbank_status check_known_document(const cbi_check_logged_row *it,
                                         const Cbank__V1__Opening *opening, const char *account,
                                         cbank_error *err)
{
    cbi_check_known *known =
        it->known != NULL ? it->known : cbi_check_known_of(it->check, account);
    cbank_status status = CBANK_OK;
    cbi_fingerprint document = {{0}};
    bool named = name_document(it->check, opening, &document);

    if (named && known->account != 0 && cbi_fingerprint_equal(&known->document, &document))
        return CBANK_OK;
    CBI_TRY(check_document(it->check, it->txn, opening->document_type, opening->number, account,
                           CBI_TABLE_OPENING, err));
    known->document = document;
    known->added = true;
done:
    return status;
}

/* The commitment that an opening opens, and whose account it is for. */
static cbank_status find_holder(cbi_check *check, const cbi_statement *statement,
                                const Cbank__V1__CreditRecord *record, cbi_hash *out,
                                cbi_account *account, cbank_error *err)
{
    const Cbank__V1__Enrolled *enrolled =
        cbi_statement_body(statement, &cbank__v1__enrolled__descriptor);
    Cbank__V1__Enrolment *enrolment = NULL;
    const char *whose = NULL;
    cbank_status status = CBANK_OK;
    cbi_bytes commitment = {0};

    if (statement->kind != NULL)
        whose = cbi_body_account(statement->kind, statement->body);
    if (record != NULL) {
        commitment = cbi_message_bytes(record->holder);
    } else if (enrolled != NULL) {
        CBI_TRY(cbi_enrolment_parse(cbi_message_bytes(enrolled->enrolment), &enrolment, err));
        commitment = cbi_message_bytes(enrolment->holder);
    } else if (whose == NULL || !cbi_body_holder(statement->kind, statement->body, &commitment)) {
        CBI_TRY(wrong(check, CBI_TABLE_OPENING, "statement", err));
    }
    memcpy(account->digits, whose, sizeof(account->digits));
    if (!cbi_hash_from(commitment, out))
        CBI_TRY(wrong(check, CBI_TABLE_OPENING, "holder", err));
done:
    cbi_message_free(enrolment);
    return status;
}

/* The record of a deposit, or of what another bank sent; none of any other statement. */
static cbi_bytes record_of(const cbi_statement *statement)
{
    const Cbank__V1__CreditDeposited *deposited =
        cbi_statement_body(statement, &cbank__v1__credit_deposited__descriptor);
    const Cbank__V1__CreditReceived *received =
        cbi_statement_body(statement, &cbank__v1__credit_received__descriptor);

    if (deposited == NULL && received == NULL)
        return (cbi_bytes){0};
    return cbi_message_bytes(deposited != NULL ? deposited->record : received->record);
}

/* NULL if there is none. */
static cbank_status parse_record(const cbi_statement *statement, Cbank__V1__CreditRecord **out,
                                 cbank_error *err)
{
    cbi_bytes record = record_of(statement);

    return record.size == 0 ? CBANK_OK : cbi_credit_record_parse(record, out, err);
}

/* The opening of this statement, and that it opens it; freed with cbi_vault_free_opening. */
static cbank_status check_opening(const cbi_check_logged_row *it,
                                  const Cbank__V1__CreditRecord *record, Cbank__V1__Opening **out,
                                  cbank_error *err)
{
    cbi_check *check = it->check;
    uint64_t index = it->logged->index;
    Cbank__V1__Opening *opening = NULL;
    cbank_status status = CBANK_OK;
    cbi_hash random, holder, committed;
    cbi_account account;

    CBI_TRY(find_holder(check, it->statement, record, &holder, &account, err));
    if (it->opening.size > 0)
        CBI_TRY(cbi_vault_open_opening(check->bank, index, it->opening, &opening, err));
    else
        CBI_TRY(cbi_vault_get_opening(check->bank, it->txn, index, &opening, err));
    if (!cbi_hash_from(cbi_message_bytes(opening->random), &random))
        CBI_TRY(wrong(check, CBI_TABLE_OPENING, "random", err));
    CBI_TRY(cbi_holder_commit(check->hasher, &random, cbi_bytes_of_text(opening->document_type),
                              cbi_bytes_of_text(opening->number), &committed, err));
    if (!cbi_hash_equal(&holder, &committed))
        CBI_TRY(wrong(check, CBI_TABLE_OPENING, "commitment", err));
    CBI_TRY(check_known_document(it, opening, account.digits, err));
    *out = opening;
    opening = NULL;
done:
    cbi_vault_free_opening(opening);
    return status;
}

cbank_status cbi_check_opening(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                               cbank_error *err)
{
    Cbank__V1__CreditRecord *record = NULL;
    Cbank__V1__Opening *opening = NULL;
    cbi_check_logged_row it;
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;

    if (key.size != 8)
        return wrong(check, CBI_TABLE_OPENING, "key", err);
    CBI_TRY(cbi_check_read_at(check, txn, cbi_get_u64(key.data), &read, err));
    CBI_TRY(parse_record(&read.statement, &record, err));
    it = (cbi_check_logged_row){check, txn, &read.logged, &read.statement, value, NULL};
    CBI_TRY(check_opening(&it, record, &opening, err));
done:
    cbi_check_clear_read(&read);
    cbi_message_free(record);
    cbi_vault_free_opening(opening);
    return status;
}

/* An account, or the holders of a student number; the key does not tell which. */
cbank_status cbi_check_identity(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                cbank_error *err)
{
    cbi_student_holder holders[CBI_STUDENT_HOLDERS_MAX];
    cbank_status status = CBANK_OK;
    size_t count;

    if (key.size != CBI_HASH_SIZE || !cbi_student_decode(value, holders, &count))
        return wrong(check, CBI_TABLE_IDENTITY, "form", err);
    for (size_t i = 0; i < count; i++)
        CBI_TRY(want_account(check, txn, holders[i].account.digits, CBI_TABLE_IDENTITY, "account",
                             err));
done:
    return status;
}

/* Rows 'e' of erase.h; 'm' and 'M' of family.h: the accounts are there, and live as they say. */
static cbank_status check_merger_row(cbi_check *check, cbi_txn *txn, cbi_bytes key,
                                     cbi_bytes value, bool *good, cbank_error *err)
{
    bool parent = key.size == 1 + CBI_ACCOUNT_SIZE && key.data[0] == 'm';
    bool pair = key.size == 1 + 2 * CBI_ACCOUNT_SIZE && key.data[0] == 'M';
    cbi_account one = {0}, other = {0};
    cbank_status status = CBANK_OK;
    cbi_life life;

    if (key.size == 1 + CBI_ACCOUNT_SIZE && key.data[0] == 'e') { /* an erasure that goes on */
        memcpy(one.digits, key.data + 1, CBI_ACCOUNT_SIZE);
        CBI_TRY(cbi_account_life(txn, one.digits, &life, err));
        *good = value.size == 8 && life == CBI_LIFE_ERASED;
        return CBANK_OK;
    }
    if (!parent && !pair)
        return CBANK_OK;
    memcpy(one.digits, key.data + 1, CBI_ACCOUNT_SIZE);
    if (parent && value.size == CBI_ACCOUNT_SIZE)
        memcpy(other.digits, value.data, CBI_ACCOUNT_SIZE);
    else if (pair)
        memcpy(other.digits, key.data + 1 + CBI_ACCOUNT_SIZE, CBI_ACCOUNT_SIZE);
    CBI_TRY(want_account(check, txn, one.digits, CBI_TABLE_STATE, "form", err));
    CBI_TRY(want_account(check, txn, other.digits, CBI_TABLE_STATE, "form", err));
    CBI_TRY(cbi_account_life(txn, one.digits, &life, err));
    *good = pair ? value.size == 1 : life == CBI_LIFE_MERGED || life == CBI_LIFE_ERASED;
done:
    return status;
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
    } else {
        CBI_TRY(check_merger_row(check, txn, key, value, &good, err));
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

/* What a reference's row must hold of the record, with what its opening says. */
static bool has_content(const cbi_check *check, cbi_bytes record,
                        const Cbank__V1__Opening *opening, const cbi_hash *stored)
{
    cbank_error error;
    cbi_hash content;

    return cbi_holding_content_of(check->bank, record, opening->document_type, opening->number,
                                  &content, &error) == CBANK_OK &&
           cbi_hash_equal(&content, stored);
}

/* The content of what another bank sent, if it is the newest under its reference. */
static const cbi_hash *find_content(const cbi_check_logged_row *it,
                                    const Cbank__V1__CreditRecord *record, cbi_hash *out)
{
    cbank_error error;
    uint64_t newest;

    if (record == NULL ||
        cbi_holding_by_reference(it->txn, record->awarded_by->institution, record->reference,
                                 &newest, out, &error) != CBANK_OK ||
        newest != it->logged->index)
        return NULL;
    return out;
}

void cbi_check_note_rows(const cbi_check_logged_row *it, const Cbank__V1__CreditRecord *record,
                         const cbi_hash *content)
{
    Cbank__V1__CreditRecord *parsed = NULL;
    Cbank__V1__Opening *opening = NULL;
    cbank_error error;
    cbi_hash stored;

    if (record == NULL && parse_record(it->statement, &parsed, &error) != CBANK_OK)
        return;
    if (record == NULL) {
        record = parsed;
        content = find_content(it, record, &stored);
    }
    if (check_opening(it, record, &opening, &error) == CBANK_OK) {
        it->check->openings++;
        it->check->references +=
            content != NULL &&
            has_content(it->check, record_of(it->statement), opening, content);
    }
    cbi_message_free(parsed);
    cbi_vault_free_opening(opening);
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
    if (!cbi_bytes_equal(stored, cbi_bytes_of(content.bytes, CBI_CONTENT_SIZE)))
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

    if (!split_reference(key, text, &institution, &reference) ||
        value.size != CBI_REFERENCE_ROW_SIZE)
        return wrong(check, CBI_TABLE_REFERENCE, "form", err);
    CBI_TRY(cbi_holding_read(txn, check->hasher, cbi_get_u64(value.data), &holding, err));
    if (strcmp(holding.record->reference, reference) != 0)
        CBI_TRY(wrong(check, CBI_TABLE_REFERENCE, "reference", err));
    if (strcmp(holding.record->awarded_by->institution, institution) != 0)
        CBI_TRY(wrong(check, CBI_TABLE_REFERENCE, "institution", err));
    CBI_TRY(check_content(check, txn, &holding, cbi_bytes_of(value.data + 8, CBI_CONTENT_SIZE),
                          err));
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
