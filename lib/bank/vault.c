#include "bank/vault.h"

#include <string.h>

#include "bank/intake.h"
#include "bank/student.h"
#include "base/memory.h"
#include "record/opening.h"

/* With the name of a table, which is one word. */
#define ASSOCIATED_MAX (CBI_ORIGIN_MAX + 32 + CBI_KEY_MAX)

/* Associated data: origin | 00 | table | 00 | key. */
static cbi_bytes associate(const cbi_bank *bank, cbi_table table, cbi_bytes key,
                           uint8_t out[ASSOCIATED_MAX])
{
    const char *name = cbi_table_name(table);
    size_t origin_size = strlen(bank->config.origin) + 1, name_size = strlen(name) + 1;

    memcpy(out, bank->config.origin, origin_size);
    memcpy(out + origin_size, name, name_size);
    memcpy(out + origin_size + name_size, key.data, key.size);
    return cbi_bytes_of(out, origin_size + name_size + key.size);
}

/* The value of a row: bound to its place. */
static cbank_status seal_row(const cbi_bank *bank, cbi_table table, const cbi_secret *secret,
                             cbi_bytes key, cbi_bytes plain, cbank_buffer *sealed,
                             cbank_error *err)
{
    uint8_t associated[ASSOCIATED_MAX];

    CBI_REQUIRE(key.size <= CBI_KEY_MAX, err);
    return cbi_seal(bank->config.suite, secret, associate(bank, table, key, associated), plain,
                    sealed, err);
}

static cbank_status put_sealed(const cbi_bank *bank, cbi_txn *txn, cbi_table table,
                               const cbi_secret *secret, cbi_bytes key, cbi_bytes plain,
                               cbank_error *err)
{
    cbank_buffer sealed = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(seal_row(bank, table, secret, key, plain, &sealed, err));
    CBI_TRY(cbi_txn_put(txn, table, key, cbi_bytes_of_buffer(&sealed), err));
done:
    cbank_buffer_clear(&sealed);
    return status;
}

static cbank_status open_sealed(const cbi_bank *bank, cbi_table table, const cbi_secret *secret,
                                cbi_bytes key, cbi_bytes sealed,
                                const ProtobufCMessageDescriptor *type, void *out_message,
                                cbank_error *err)
{
    uint8_t associated[ASSOCIATED_MAX];
    cbank_buffer plain = {0};
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(key.size <= CBI_KEY_MAX, err);
    CBI_TRY(cbi_unseal(bank->config.suite, secret, associate(bank, table, key, associated), sealed,
                       &plain, err));
    CBI_TRY(cbi_message_parse(type, cbi_bytes_of_buffer(&plain), out_message, err));
done:
    cbank_buffer_clear(&plain);
    return status;
}

static cbank_status get_sealed(const cbi_bank *bank, cbi_txn *txn, cbi_table table,
                               const cbi_secret *secret, cbi_bytes key,
                               const ProtobufCMessageDescriptor *type, void *out_message,
                               cbank_error *err)
{
    cbank_buffer sealed = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_get(txn, table, key, &sealed, err));
    CBI_TRY(open_sealed(bank, table, secret, key, cbi_bytes_of_buffer(&sealed), type, out_message,
                        err));
done:
    cbank_buffer_clear(&sealed);
    return status;
}

cbank_status cbi_vault_put_person(const cbi_bank *bank, cbi_txn *txn, const char *account,
                                  cbi_bytes person, cbank_error *err)
{
    return put_sealed(bank, txn, CBI_TABLE_VAULT, &bank->secrets.vault,
                      cbi_bytes_of_text(account), person, err);
}

cbank_status cbi_vault_get_person(const cbi_bank *bank, cbi_txn *txn, const char *account,
                                  Cbank__Api__V1__Person **out, cbank_error *err)
{
    return get_sealed(bank, txn, CBI_TABLE_VAULT, &bank->secrets.vault,
                      cbi_bytes_of_text(account), &cbank__api__v1__person__descriptor, out, err);
}

cbank_status cbi_vault_keep_person(const cbi_bank *bank, cbi_txn *txn, const char *account,
                                   const Cbank__Api__V1__Person *person, cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_pack(person, &bytes, err));
    CBI_TRY(cbi_vault_put_person(bank, txn, account, cbi_bytes_of_buffer(&bytes), err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_vault_add_note(const cbi_bank *bank, cbi_txn *txn, const char *account,
                                uint64_t index, const cbi_hash *random, const char *text,
                                cbank_error *err)
{
    Cbank__Api__V1__PersonNote note = CBANK__API__V1__PERSON_NOTE__INIT, **notes = NULL;
    Cbank__Api__V1__Person *person = NULL;
    Cbank__Api__V1__Person longer;
    cbank_status status = CBANK_OK;

    if (text[0] == '\0')
        return CBANK_OK;
    CBI_TRY(cbi_vault_get_person(bank, txn, account, &person, err));
    CBI_TRY(cbi_alloc(person->n_notes + 1, sizeof(Cbank__Api__V1__PersonNote *), &notes, err));
    for (size_t i = 0; i < person->n_notes; i++)
        notes[i] = person->notes[i];
    note.index = index;
    note.random = cbi_message_data(cbi_bytes_of_hash(random));
    note.text = cbi_message_string(text);
    notes[person->n_notes] = &note;
    longer = *person;
    longer.notes = notes;
    longer.n_notes++;
    CBI_TRY(cbi_vault_keep_person(bank, txn, account, &longer, err));
done:
    cbi_free(notes);
    cbi_vault_free_person(person);
    return status;
}

/* What a note has around its text; and what sealing adds, with room to spare. */
#define NOTE_AROUND 64u
#define SEAL_AROUND 1024u

cbank_status cbi_vault_check_room(cbi_txn *txn, const char *account, const char *note, size_t more,
                                  cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;

    if (note != NULL && note[0] != '\0')
        more += strlen(note) + NOTE_AROUND;
    if (more == 0)
        return CBANK_OK;
    status = cbi_txn_get(txn, CBI_TABLE_VAULT, cbi_bytes_of_text(account), &row, err);
    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
    CBI_TRY(status);
    if (row.size + more > CBI_VALUE_MAX - SEAL_AROUND)
        CBI_TRY(cbi_fail(err, CBI_REASON_VAULT_FULL, CBI_VALUE_MAX - SEAL_AROUND, account, NULL));
done:
    cbank_buffer_clear(&row);
    return status;
}

cbank_status cbi_vault_add_agent(const cbi_bank *bank, cbi_txn *txn, const char *account,
                                 const Cbank__Api__V1__PersonAgent *agent, cbank_error *err)
{
    Cbank__Api__V1__Person *person = NULL;
    Cbank__Api__V1__PersonAgent **agents = NULL;
    Cbank__Api__V1__Person longer;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_vault_get_person(bank, txn, account, &person, err));
    CBI_TRY(cbi_alloc(person->n_agents + 1, sizeof(*agents), &agents, err));
    for (size_t i = 0; i < person->n_agents; i++)
        agents[i] = person->agents[i];
    agents[person->n_agents] = (Cbank__Api__V1__PersonAgent *)(uintptr_t)agent; /* only packed */
    longer = *person;
    longer.agents = agents;
    longer.n_agents++;
    CBI_TRY(cbi_vault_keep_person(bank, txn, account, &longer, err));
done:
    cbi_free(agents);
    cbi_vault_free_person(person);
    return status;
}

static void wipe_text(char *text)
{
    if (text != NULL && text[0] != '\0') /* the empty one is shared and read-only */
        cbi_wipe(text, strlen(text));
}

void cbi_vault_wipe_person(Cbank__Api__V1__Person *person)
{
    for (size_t i = 0; i < person->n_names; i++)
        wipe_text(person->names[i]->value);
    for (size_t i = 0; i < person->n_documents; i++)
        wipe_text(person->documents[i]->number);
    for (size_t i = 0; i < person->n_contacts; i++)
        wipe_text(person->contacts[i]->value);
    for (size_t i = 0; i < person->n_student_numbers; i++)
        wipe_text(person->student_numbers[i]->number);
    for (size_t i = 0; i < person->n_notes; i++)
        wipe_text(person->notes[i]->text);
    for (size_t i = 0; i < person->n_agents; i++) {
        wipe_text(person->agents[i]->name);
        wipe_text(person->agents[i]->document_number);
    }
}

void cbi_vault_free_person(Cbank__Api__V1__Person *person)
{
    if (person == NULL)
        return;
    cbi_vault_wipe_person(person);
    cbi_message_free(person);
}

cbank_status cbi_vault_seal_opening(const cbi_bank *bank, uint64_t index, const cbi_hash *random,
                                    const char *type, const char *number, cbank_buffer *out,
                                    cbank_error *err)
{
    Cbank__V1__Opening opening = CBANK__V1__OPENING__INIT;
    cbank_status status = CBANK_OK;
    cbank_buffer plain = {0};
    uint8_t key[8];

    cbi_put_u64(key, index);
    opening.random = cbi_message_data(cbi_bytes_of_hash(random));
    opening.document_type = cbi_message_string(type);
    opening.number = cbi_message_string(number);
    CBI_TRY(cbi_message_pack(&opening, &plain, err));
    CBI_TRY(seal_row(bank, CBI_TABLE_OPENING, &bank->secrets.opening,
                     cbi_bytes_of(key, sizeof(key)), cbi_bytes_of_buffer(&plain), out, err));
done:
    cbank_buffer_clear(&plain);
    return status;
}

cbank_status cbi_vault_put_sealed_opening(cbi_txn *txn, uint64_t index, cbi_bytes sealed,
                                          cbank_error *err)
{
    cbank_status status;
    uint8_t bytes[8];
    cbi_bytes key;

    cbi_put_u64(bytes, index);
    key = cbi_bytes_of(bytes, sizeof(bytes));
    /* It mostly belongs to the log's newest entry, so that no other stands behind it. */
    status = cbi_txn_append(txn, CBI_TABLE_OPENING, key, sealed, err);
    if (status == CBANK_E_EXISTS)
        status = cbi_txn_put(txn, CBI_TABLE_OPENING, key, sealed, err);
    return status;
}

cbank_status cbi_vault_put_opening(const cbi_bank *bank, cbi_txn *txn, uint64_t index,
                                   const cbi_hash *random, const char *type, const char *number,
                                   cbank_error *err)
{
    cbank_buffer sealed = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_vault_seal_opening(bank, index, random, type, number, &sealed, err));
    CBI_TRY(cbi_vault_put_sealed_opening(txn, index, cbi_bytes_of_buffer(&sealed), err));
done:
    cbank_buffer_clear(&sealed);
    return status;
}

cbank_status cbi_vault_get_opening(const cbi_bank *bank, cbi_txn *txn, uint64_t index,
                                   Cbank__V1__Opening **out, cbank_error *err)
{
    uint8_t key[8];

    cbi_put_u64(key, index);
    return get_sealed(bank, txn, CBI_TABLE_OPENING, &bank->secrets.opening,
                      cbi_bytes_of(key, sizeof(key)), &cbank__v1__opening__descriptor, out, err);
}

cbank_status cbi_vault_open_opening(const cbi_bank *bank, uint64_t index, cbi_bytes sealed,
                                    Cbank__V1__Opening **out, cbank_error *err)
{
    uint8_t key[8];

    cbi_put_u64(key, index);
    return open_sealed(bank, CBI_TABLE_OPENING, &bank->secrets.opening,
                       cbi_bytes_of(key, sizeof(key)), sealed, &cbank__v1__opening__descriptor, out,
                       err);
}

void cbi_vault_free_opening(Cbank__V1__Opening *opening)
{
    if (opening == NULL)
        return;
    cbi_opening_wipe(opening);
    cbi_message_free(opening);
}

/* Beside the batch's other rows. */
static cbi_bytes source_key(uint64_t batch, uint8_t out[CBI_INTAKE_KEY_SIZE])
{
    return cbi_intake_key(batch, 's', out);
}

cbank_status cbi_vault_put_source(const cbi_bank *bank, cbi_txn *txn, uint64_t batch,
                                  const Cbank__Api__V1__BatchSource *source, cbank_error *err)
{
    cbank_buffer plain = {0};
    cbank_status status = CBANK_OK;
    uint8_t key[CBI_INTAKE_KEY_SIZE];

    CBI_TRY(cbi_message_pack(source, &plain, err));
    CBI_TRY(put_sealed(bank, txn, CBI_TABLE_BATCH, &bank->secrets.vault, source_key(batch, key),
                       cbi_bytes_of_buffer(&plain), err));
done:
    cbank_buffer_clear(&plain);
    return status;
}

cbank_status cbi_vault_drop_source(cbi_txn *txn, uint64_t batch, cbank_error *err)
{
    uint8_t key[CBI_INTAKE_KEY_SIZE];

    return cbi_txn_delete(txn, CBI_TABLE_BATCH, source_key(batch, key), err);
}

cbank_status cbi_vault_get_source(const cbi_bank *bank, cbi_txn *txn, uint64_t batch,
                                  Cbank__Api__V1__BatchSource **out, cbank_error *err)
{
    uint8_t key[CBI_INTAKE_KEY_SIZE];

    return get_sealed(bank, txn, CBI_TABLE_BATCH, &bank->secrets.vault, source_key(batch, key),
                      &cbank__api__v1__batch_source__descriptor, out, err);
}

/* 'e' | number, beside the recognition's other rows (recognition.h). */
static cbi_bytes notice_key(uint64_t number, uint8_t out[9])
{
    out[0] = 'e';
    cbi_put_u64(out + 1, number);
    return cbi_bytes_of(out, 9);
}

cbank_status cbi_vault_put_notice(const cbi_bank *bank, cbi_txn *txn, uint64_t number,
                                  const Cbank__V1__OutsideNotice *notice, cbank_error *err)
{
    cbank_buffer plain = {0};
    cbank_status status = CBANK_OK;
    uint8_t key[9];

    CBI_TRY(cbi_message_pack(notice, &plain, err));
    CBI_TRY(put_sealed(bank, txn, CBI_TABLE_RECOGNITION, &bank->secrets.vault,
                       notice_key(number, key), cbi_bytes_of_buffer(&plain), err));
done:
    cbank_buffer_clear(&plain);
    return status;
}

cbank_status cbi_vault_get_notice(const cbi_bank *bank, cbi_txn *txn, uint64_t number,
                                  Cbank__V1__OutsideNotice **out, cbank_error *err)
{
    uint8_t key[9];

    return get_sealed(bank, txn, CBI_TABLE_RECOGNITION, &bank->secrets.vault,
                      notice_key(number, key), &cbank__v1__outside_notice__descriptor, out, err);
}

cbank_status cbi_vault_key(const cbi_bank *bank, const cbi_identity *document, cbi_hash *out,
                           cbank_error *err)
{
    const cbi_secret *secret = document->document == CBI_DOCUMENT_STUDENT
                                   ? &bank->secrets.students
                                   : &bank->secrets.documents;
    cbi_bytes parts[2] = {cbi_bytes_of_text(document->type), cbi_bytes_of_text(document->number)};

    return cbi_mac(bank->config.suite, secret, parts, 2, out, err);
}

cbank_status cbi_vault_find_account(const cbi_bank *bank, cbi_txn *txn,
                                    const cbi_identity *document, cbi_account *out,
                                    cbank_error *err)
{
    cbank_buffer value = {0};
    cbank_status status = CBANK_OK;
    cbi_hash key;

    if (document->document == CBI_DOCUMENT_STUDENT)
        return cbi_student_find(bank, txn, document, 0, out, err);
    CBI_TRY(cbi_vault_key(bank, document, &key, err));
    status = cbi_txn_get(txn, CBI_TABLE_IDENTITY, cbi_bytes_of_hash(&key), &value, err);
    if (status == CBANK_E_NOT_FOUND)
        CBI_TRY(cbi_fail(err, CBI_REASON_LEARNER_UNKNOWN, 0, document->type, NULL));
    CBI_TRY(status);
    if (!cbi_account_is_valid(cbi_bytes_of_buffer(&value)))
        CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_IDENTITY),
                         NULL));
    memcpy(out->digits, value.data, value.size);
    out->digits[CBI_ACCOUNT_SIZE] = '\0';
done:
    cbank_buffer_clear(&value);
    return status;
}

cbank_status cbi_vault_put_account(const cbi_bank *bank, cbi_txn *txn,
                                   const cbi_identity *document, const char *account,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash key;

    if (document->document == CBI_DOCUMENT_STUDENT)
        return cbi_student_put(bank, txn, document, account, &(cbi_period){0}, err);
    CBI_TRY(cbi_vault_key(bank, document, &key, err));
    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_IDENTITY, cbi_bytes_of_hash(&key),
                        cbi_bytes_of_text(account), err));
done:
    return status;
}

cbank_status cbi_vault_move_account(const cbi_bank *bank, cbi_txn *txn,
                                    const cbi_identity *document, const char *from,
                                    const char *into, cbank_error *err)
{
    if (document->document == CBI_DOCUMENT_STUDENT)
        return cbi_student_move(bank, txn, document, from, into, err);
    return cbi_vault_put_account(bank, txn, document, into, err);
}

cbank_status cbi_vault_drop_account(const cbi_bank *bank, cbi_txn *txn,
                                    const cbi_identity *document, const char *account,
                                    cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash key;

    if (document->document == CBI_DOCUMENT_STUDENT)
        return cbi_student_drop(bank, txn, document, account, err);
    CBI_TRY(cbi_vault_key(bank, document, &key, err));
    CBI_TRY(cbi_txn_delete(txn, CBI_TABLE_IDENTITY, cbi_bytes_of_hash(&key), err));
done:
    return status;
}
