#include "bank/account.h"

#include <string.h>

#include "bank/counter.h"
#include "bank/errand.h"
#include "bank/student.h"
#include "base/memory.h"

cbi_subject cbi_account_subject(const char *account)
{
    return (cbi_subject){CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER,
                         cbi_bytes_of_text(account)};
}

/* Is the name that the vault holds the one that is stated now? */
static cbank_status check_name(const cbi_bank *bank, cbi_txn *txn, const char *account,
                               const cbi_person *person, cbank_error *err)
{
    Cbank__Api__V1__Person *known = NULL;
    cbank_status status = CBANK_OK;

    if (person->name[0] == '\0')
        return CBANK_OK;
    CBI_TRY(cbi_vault_get_person(bank, txn, account, &known, err));
    if (!cbi_person_names_agree(cbi_person_current_name(known), person->name))
        CBI_TRY(cbi_fail(err, CBI_REASON_PERSON_CONFLICT, 0, NULL, NULL));
done:
    cbi_vault_free_person(known);
    return status;
}

/* Where documents that prove who somebody is are stated, student numbers find nobody. */
static bool finds(const cbi_person *person, size_t document)
{
    if (person->documents[document].document != CBI_DOCUMENT_STUDENT)
        return true;
    for (size_t i = 0; i < person->document_count; i++) {
        if (person->documents[i].document != CBI_DOCUMENT_STUDENT)
            return false;
    }
    return true;
}

static cbank_status find_one(const cbi_bank *bank, cbi_txn *txn, const cbi_person *person,
                             size_t document, cbi_account *out, cbank_error *err)
{
    const cbi_identity *identity = &person->documents[document];

    if (identity->document == CBI_DOCUMENT_STUDENT)
        return cbi_student_find(bank, txn, identity, person->on, out, err);
    return cbi_vault_find_account(bank, txn, identity, out, err);
}

/* Nobody else has the student numbers that are stated beside the documents. */
static cbank_status check_students(const cbi_bank *bank, cbi_txn *txn, const cbi_person *person,
                                   const char *account, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool linked;

    for (size_t i = 0; i < person->document_count; i++) {
        if (!finds(person, i))
            CBI_TRY(cbi_student_check(bank, txn, &person->documents[i], account,
                                      &person->periods[i], &linked, err));
    }
done:
    return status;
}

cbank_status cbi_account_match(const cbi_bank *bank, cbi_txn *txn, const cbi_person *person,
                               cbi_account *out, bool *known, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t found = 0, wanted = 0;
    cbi_account account = {0}, other;

    for (size_t i = 0; i < person->document_count; i++) {
        if (!finds(person, i))
            continue;
        wanted++;
        status = find_one(bank, txn, person, i, &other, err);
        if (status == CBANK_E_NOT_FOUND)
            continue;
        CBI_TRY(status);
        if (found > 0 && strcmp(account.digits, other.digits) != 0)
            CBI_TRY(cbi_fail(err, CBI_REASON_PERSON_SPLIT, 0, NULL, NULL));
        account = other;
        found++;
    }
    status = CBANK_OK;
    *known = found > 0;
    CBI_TRY(check_students(bank, txn, person, account.digits, err));
    if (found == 0)
        goto done;
    if (found < wanted)
        CBI_TRY(cbi_fail(err, CBI_REASON_PERSON_SPLIT, 0, NULL, NULL));
    CBI_TRY(check_name(bank, txn, account.digits, person, err));
    *out = account;
done:
    return status;
}

/* A write that links numbers may not fail for want of room. */
static cbank_status check_room(const cbi_bank *bank, cbi_txn *txn, const char *account,
                               size_t documents, cbank_error *err)
{
    Cbank__Api__V1__Person *known = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_vault_get_person(bank, txn, account, &known, err));
    if (known->n_documents + documents > CBI_PERSON_DOCUMENTS_EVER)
        CBI_TRY(cbi_fail(err, CBI_REASON_VAULT_FULL, CBI_VALUE_MAX, account, NULL));
    CBI_TRY(cbi_vault_check_room(txn, account, NULL, documents * CBI_VAULT_DOCUMENT_MAX, err));
done:
    cbi_vault_free_person(known);
    return status;
}

cbank_status cbi_account_link(const cbi_bank *bank, cbi_txn *txn, const cbi_person *person,
                              const char *account, bool write, bool *links, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool linked;

    *links = false;
    for (size_t i = 0; i < person->document_count; i++) {
        const cbi_identity *number = &person->documents[i];

        if (number->document != CBI_DOCUMENT_STUDENT)
            continue;
        CBI_TRY(cbi_student_check(bank, txn, number, account, &person->periods[i], &linked, err));
        *links = *links || !linked;
        if (write && !linked)
            CBI_TRY(cbi_student_link(bank, txn, number, account, &person->periods[i], err));
    }
    if (*links && !write)
        CBI_TRY(check_room(bank, txn, account, person->document_count, err));
done:
    return status;
}

static cbank_status put_documents(const cbi_bank *bank, cbi_txn *txn, const cbi_person *person,
                                  const char *account, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < person->document_count; i++) {
        const cbi_identity *document = &person->documents[i];

        if (document->document == CBI_DOCUMENT_STUDENT)
            CBI_TRY(cbi_student_put(bank, txn, document, account, &person->periods[i], err));
        else
            CBI_TRY(cbi_vault_put_account(bank, txn, document, account, err));
    }
done:
    return status;
}

/* `channel` is what the body lends. */
static void fill_opened(Cbank__V1__AccountOpened *body, const cbi_opening_terms *terms,
                        const cbi_account *account, const cbi_hash *holder,
                        Cbank__V1__Code *channel)
{
    body->account = cbi_message_string(account->digits);
    body->opened_by = cbi_message_string(terms->opened_by);
    if (terms->channel != NULL) {
        *channel = *terms->channel;
        body->channel = channel;
    }
    body->holder = cbi_message_data(cbi_bytes_of_hash(holder));
    body->assurance = terms->assurance;
}

/* The account-opened statement, with a fresh commitment to the first document. */
static cbank_status write_opened(const cbi_bank *bank, cbi_append *append,
                                 const cbi_person *person, const cbi_opening_terms *terms,
                                 const cbi_account *account, cbank_error *err)
{
    const cbi_identity *document = &person->documents[0];
    Cbank__V1__AccountOpened body = CBANK__V1__ACCOUNT_OPENED__INIT;
    Cbank__V1__Code channel;
    cbi_hash random, holder, tag_random;
    cbank_status status = CBANK_OK;
    uint64_t index;

    CBI_TRY(cbi_random(random.bytes, sizeof(random.bytes), err));
    CBI_TRY(cbi_random(tag_random.bytes, sizeof(tag_random.bytes), err));
    CBI_TRY(cbi_holder_commit(append->hasher, &random, cbi_bytes_of_text(document->type),
                              cbi_bytes_of_text(document->number), &holder, err));
    fill_opened(&body, terms, account, &holder, &channel);
    CBI_TRY(cbi_errand_append(append,
                              &(cbi_errand_statement){
                                  .subject = cbi_account_subject(account->digits),
                                  .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_OPENED,
                                  .token = terms->token,
                                  .body = &body,
                                  .randomness = &tag_random},
                              &index, NULL, err));
    CBI_TRY(cbi_vault_put_opening(bank, append->txn, index, &random, document->type,
                                  document->number, err));
done:
    cbi_wipe(&random, sizeof(random));
    return status;
}

cbank_status cbi_account_open(const cbi_bank *bank, cbi_append *append, const cbi_person *person,
                              const cbi_opening_terms *terms, cbi_account *out, cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    uint64_t counter;

    CBI_TRY(cbi_person_pack(person, &bytes, err));
    CBI_TRY(cbi_counter_add(append->txn, CBI_COUNTER_ACCOUNTS, 1, &counter, err));
    CBI_TRY(cbi_account_make(CBI_ACCOUNT_FIRST + counter, out, err));
    CBI_TRY(write_opened(bank, append, person, terms, out, err));
    CBI_TRY(put_documents(bank, append->txn, person, out->digits, err));
    CBI_TRY(cbi_vault_put_person(bank, append->txn, out->digits, cbi_bytes_of_buffer(&bytes),
                                 err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

/* Row of `state`: 'a' | account -> life u8. No row: open. */
static size_t life_key(const char *account, uint8_t out[1 + CBI_ACCOUNT_SIZE])
{
    out[0] = 'a';
    memcpy(out + 1, account, CBI_ACCOUNT_SIZE);
    return 1 + CBI_ACCOUNT_SIZE;
}

static cbank_status read_head(cbi_txn *txn, const char *account, cbi_head *out, cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(account);
    cbank_status status = CBANK_E_NOT_FOUND;

    if (cbi_account_is_valid(cbi_bytes_of_text(account)))
        status = cbi_subject_read_head(txn, &subject, out, err);
    if (status == CBANK_E_NOT_FOUND)
        return cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, account, NULL);
    return status;
}

/* The life of an account that is there. */
static cbank_status read_life(cbi_txn *txn, const char *account, cbi_life *out, cbank_error *err)
{
    uint8_t key[1 + CBI_ACCOUNT_SIZE];
    size_t size = life_key(account, key);
    cbank_buffer value = {0};
    cbank_status status;

    status = cbi_txn_get(txn, CBI_TABLE_STATE, cbi_bytes_of(key, size), &value, err);
    if (status == CBANK_E_NOT_FOUND) {
        *out = CBI_LIFE_ACTIVE;
        status = CBANK_OK;
    } else if (status == CBANK_OK && value.size == 1) {
        *out = (cbi_life)value.data[0];
    } else if (status == CBANK_OK) {
        status = cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_STATE), NULL);
    }
    cbank_buffer_clear(&value);
    return status;
}

cbank_status cbi_account_life(cbi_txn *txn, const char *account, cbi_life *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_head head;

    CBI_TRY(read_head(txn, account, &head, err));
    CBI_TRY(read_life(txn, account, out, err));
done:
    return status;
}

cbank_status cbi_account_put_life(cbi_txn *txn, const char *account, cbi_life life,
                                  cbank_error *err)
{
    uint8_t key[1 + CBI_ACCOUNT_SIZE], value = (uint8_t)life;
    size_t size = life_key(account, key);

    if (life == CBI_LIFE_ACTIVE)
        return cbi_txn_delete(txn, CBI_TABLE_STATE, cbi_bytes_of(key, size), err);
    return cbi_txn_put(txn, CBI_TABLE_STATE, cbi_bytes_of(key, size), cbi_bytes_of(&value, 1),
                       err);
}

cbank_status cbi_account_entries(cbi_txn *txn, const char *account, uint64_t *out,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_head head;

    CBI_TRY(read_head(txn, account, &head, err));
    *out = head.sequence + 1;
done:
    return status;
}

cbank_status cbi_account_open_entries(cbi_txn *txn, const char *account, uint64_t *out,
                                      cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_life life;

    CBI_TRY(cbi_account_entries(txn, account, out, err));
    CBI_TRY(read_life(txn, account, &life, err));
    if (life != CBI_LIFE_ACTIVE)
        CBI_TRY(cbi_fail(err, cbi_life_refusal(life), 0, account, NULL));
    if (!cbi_account_takes(*out, 1))
        CBI_TRY(cbi_fail(err, CBI_REASON_ACCOUNT_FULL, CBI_TRANSCRIPT_ENTRIES_MAX, account, NULL));
done:
    return status;
}

/* ---- opening ----------------------------------------------------------------------------- */

typedef struct open_act {
    cbi_act act;
    const cbi_bank *bank;
    const cbi_person *persons;
    size_t count;
    const cbi_opening_terms *terms;
} open_act;

/* Two persons of one request with a document in common must be one person. */
static cbank_status check_among(const cbi_person *persons, size_t count, cbank_error *err)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            const cbi_identity *a = &persons[i].documents[0], *b = &persons[j].documents[0];

            if (strcmp(a->type, b->type) == 0 && strcmp(a->number, b->number) == 0 &&
                (!cbi_person_names_agree(persons[i].name, persons[j].name) ||
                 persons[i].document_count != persons[j].document_count))
                return cbi_fail(err, CBI_REASON_PERSON_CONFLICT, i, NULL, NULL);
        }
    }
    return CBANK_OK;
}

static cbank_status judge_persons(const cbi_bank *bank, cbi_txn *txn, const cbi_person *persons,
                                  size_t count, const cbi_opening_terms *terms, cbi_opened *out,
                                  cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_account account;
    bool known, links;

    if (terms->opened_by[0] != '\0' &&
        !cbi_txn_has(txn, CBI_TABLE_INSTITUTION, cbi_bytes_of_text(terms->opened_by)))
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, terms->opened_by, NULL));
    CBI_TRY(check_among(persons, count, err));
    for (size_t i = 0; i < count; i++) {
        status = cbi_account_match(bank, txn, &persons[i], &account, &known, err);
        if (status == CBANK_OK && known)
            status = cbi_account_link(bank, txn, &persons[i], account.digits, false, &links, err);
        if (status != CBANK_OK && err != NULL)
            err->where = i;
        CBI_TRY(status);
        if (out == NULL)
            continue;
        out[i] = (cbi_opened){.opened = !known};
        if (known)
            out[i].account = account;
    }
done:
    return status;
}

static cbank_status check_open_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const open_act *open = (const open_act *)(const void *)act;

    return judge_persons(open->bank, append->txn, open->persons, open->count, open->terms, NULL,
                         err);
}

/* The result under the token: 17 bytes a person, "1" or "0" and the account. */
static cbank_status write_open_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const open_act *open = (const open_act *)(const void *)act;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < open->count; i++) {
        cbi_account account;
        bool known, links;

        CBI_TRY(cbi_account_match(open->bank, append->txn, &open->persons[i], &account, &known,
                                  err));
        if (known)
            CBI_TRY(cbi_account_link(open->bank, append->txn, &open->persons[i], account.digits,
                                     true, &links, err));
        else
            CBI_TRY(cbi_account_open(open->bank, append, &open->persons[i], open->terms, &account,
                                     err));
        CBI_TRY(cbi_buffer_append(&act->result, cbi_bytes_of(known ? "0" : "1", 1), err));
        CBI_TRY(cbi_buffer_append(&act->result, cbi_bytes_of_text(account.digits), err));
    }
done:
    return status;
}

/* Persons and terms; what an earlier act said of the same persons in another way is another act. */
static cbank_status digest_request(const cbi_bank *bank, const cbi_person *persons, size_t count,
                                   const cbi_opening_terms *terms, cbi_hash *out,
                                   cbank_error *err)
{
    cbi_bytes *parts = NULL;
    uint8_t assurance = (uint8_t)terms->assurance;
    cbank_buffer channel = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(count + 4, sizeof(*parts), &parts, err));
    if (terms->channel != NULL)
        CBI_TRY(cbi_message_pack(terms->channel, &channel, err));
    parts[0] = cbi_bytes_of_text("open");
    parts[1] = cbi_bytes_of_text(terms->opened_by);
    parts[2] = cbi_bytes_of_buffer(&channel);
    parts[3] = cbi_bytes_of(&assurance, 1);
    for (size_t i = 0; i < count; i++)
        parts[4 + i] = cbi_bytes_of_buffer(&persons[i].bytes);
    CBI_TRY(cbi_errand_digest(bank, parts, count + 4, out, err));
done:
    cbank_buffer_clear(&channel);
    cbi_free(parts);
    return status;
}

/* What the terms say must make a statement; of which account does not matter. */
static cbank_status check_terms(const cbi_opening_terms *terms, cbank_error *err)
{
    Cbank__V1__AccountOpened body = CBANK__V1__ACCOUNT_OPENED__INIT;
    const cbi_hash holder = {{1}};
    Cbank__V1__Code channel;
    cbank_status status = CBANK_OK;
    cbi_account account;

    CBI_TRY(cbi_account_make(1, &account, err));
    fill_opened(&body, terms, &account, &holder, &channel);
    CBI_TRY(cbi_errand_try(&(cbi_errand_statement){
                               .subject = cbi_account_subject(account.digits),
                               .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_OPENED,
                               .body = &body},
                           err));
done:
    return status;
}

static cbank_status judge_only(cbi_bank *bank, const cbi_person *persons, size_t count,
                               const cbi_opening_terms *terms, cbi_opened *out, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(judge_persons(bank, reader.txn, persons, count, terms, out, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_account_open_all(cbi_bank *bank, const cbi_person *persons, size_t count,
                                  const cbi_opening_terms *terms, int64_t now, bool dry_run,
                                  cbi_opened *out, cbank_error *err)
{
    open_act open = {
        .bank = bank, .persons = persons, .count = count, .terms = terms};
    const size_t row = 1 + CBI_ACCOUNT_SIZE;
    cbank_status status = CBANK_OK;

    CBI_TRY(check_terms(terms, err));
    if (dry_run)
        return judge_only(bank, persons, count, terms, out, err);
    CBI_TRY(digest_request(bank, persons, count, terms, &open.act.request, err));
    CBI_TRY(cbi_errand_token(terms->token, open.act.token, err));
    open.act.now = now;
    open.act.check = check_open_act;
    open.act.write = write_open_act;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &open.act, err));
    if (open.act.result.size != count * row)
        CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_TOKEN), NULL));
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = open.act.result.data + i * row;

        out[i] = (cbi_opened){.opened = at[0] == '1'};
        memcpy(out[i].account.digits, at + 1, CBI_ACCOUNT_SIZE);
    }
done:
    cbank_buffer_clear(&open.act.result);
    return status;
}
