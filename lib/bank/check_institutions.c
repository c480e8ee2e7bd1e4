#include "bank/check_part.h"

#include <string.h>

#include "bank/institution.h"
#include "bank/intake.h"
#include "bank/vault.h"
#include "base/memory.h"
#include "record/code.h"
#include "record/description.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define STATUS(name) CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_##name

static cbank_status wrong(const cbi_check *check, cbi_table table, const char *detail,
                          cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_ROW, table, check->row, detail);
}

/* ---- institutions ------------------------------------------------------------------------- */

/* A row derived again from the statements that it names. Lends from `reads`. */
typedef struct derived {
    Cbank__V1__DirectoryInstitution row;
    Cbank__V1__InstitutionKey keys[CBI_INSTITUTION_KEYS_MAX];
    Cbank__V1__InstitutionKey *key_list[CBI_INSTITUTION_KEYS_MAX];
    cbi_check_read reads[CBI_INSTITUTION_KEYS_MAX + 1]; /* of each key, and of the status */
    cbi_description told;                               /* what the changes made of it */
    cbi_check_read changes[CBI_INSTITUTION_CHANGES_MAX];
} derived;

/* The key that a statement brought in, and whose it is; NULL if it brought none. */
static const char *key_of(const cbi_statement *statement, Cbank__V1__InstitutionKey *out)
{
    const Cbank__V1__InstitutionAdmitted *admitted =
        cbi_statement_body(statement, &cbank__v1__institution_admitted__descriptor);
    const Cbank__V1__KeyRotated *rotated =
        cbi_statement_body(statement, &cbank__v1__key_rotated__descriptor);
    const Cbank__V1__KeyReplaced *replaced =
        cbi_statement_body(statement, &cbank__v1__key_replaced__descriptor);

    cbank__v1__institution_key__init(out);
    if (admitted != NULL) {
        out->public_key = admitted->public_key;
        out->request = admitted->request;
        return admitted->institution;
    }
    if (replaced != NULL) {
        out->public_key = replaced->public_key;
        return replaced->institution;
    }
    if (rotated == NULL)
        return NULL;
    out->public_key = rotated->public_key;
    out->request = rotated->request;
    return rotated->institution;
}

/* A request must be what it is said to be: for this bank, of this key, signed by whom it takes. */
static cbank_status check_request(const cbi_check *check, const char *code,
                                  const Cbank__V1__InstitutionKey *key, const cbi_public *earlier,
                                  cbi_public *out, cbank_error *err)
{
    const cbi_bank *bank = check->bank;
    cbi_request request = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_public_parse(bank->config.suite, cbi_message_bytes(key->public_key), out, err));
    if (key->request.len == 0)
        goto done; /* vouched: no statement of a rotation is without one */
    CBI_TRY(cbi_request_parse(bank->config.suite, cbi_message_bytes(key->request), &request, err));
    CBI_TRY(cbi_request_verify(&request, earlier, err));
    if (!cbi_public_equal(&request.key, out) ||
        strcmp(request.head->origin, bank->config.origin) != 0 ||
        strcmp(request.head->institution, code) != 0)
        CBI_TRY(wrong(check, CBI_TABLE_INSTITUTION, "request", err));
done:
    cbi_request_clear(&request);
    return status;
}

static cbank_status derive_keys(cbi_check *check, cbi_txn *txn,
                                const Cbank__V1__DirectoryInstitution *known, derived *out,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_public keys[2];

    for (size_t i = 0; i < known->n_keys; i++) {
        uint64_t index = known->keys[i]->from_index;
        const char *code;

        CBI_TRY(cbi_check_read_at(check, txn, index, &out->reads[i], err));
        code = key_of(&out->reads[i].statement, &out->keys[i]);
        if (code == NULL || strcmp(code, known->institution) != 0)
            CBI_TRY(wrong(check, CBI_TABLE_INSTITUTION, "key", err));
        CBI_TRY(check_request(check, code, &out->keys[i], i == 0 ? NULL : &keys[(i - 1) % 2],
                              &keys[i % 2], err));
        out->keys[i].from_index = index;
        if (i > 0)
            out->keys[i - 1].until_index = index;
        out->key_list[i] = &out->keys[i];
    }
    for (size_t i = 0; i < known->n_keys; i++) {
        if (known->keys[i]->compromised_since != 0)
            CBI_TRY(cbi_check_lost_key(check, txn, known->institution, &out->keys[i], err));
    }
done:
    return status;
}

/* The status that a statement gave an institution; 0 if it gave none. */
static Cbank__V1__InstitutionStatus status_of(const cbi_statement *statement)
{
    if (statement->kind == NULL)
        return STATUS(UNSPECIFIED);
    switch (statement->kind->kind) {
    case KIND(INSTITUTION_ADMITTED):
    case KIND(INSTITUTION_REGISTERED):
    case KIND(INSTITUTION_RESUMED):
        return STATUS(ACTIVE);
    case KIND(INSTITUTION_SUSPENDED):
        return STATUS(SUSPENDED);
    case KIND(INSTITUTION_MERGED):
        return STATUS(MERGED);
    case KIND(INSTITUTION_CLOSED):
        return STATUS(CLOSED);
    default:
        return STATUS(UNSPECIFIED);
    }
}

/* The statement that an entry of the row points to stands on this institution's chain. */
static cbank_status read_own(cbi_check *check, cbi_txn *txn, const char *code, uint64_t index,
                             cbi_check_read *out, cbank_error *err)
{
    cbi_subject subject = cbi_institution_subject(code);
    cbank_status status = CBANK_OK;
    cbi_hash none = {{0}}, tag;

    CBI_TRY(cbi_check_read_at(check, txn, index, out, err));
    CBI_TRY(cbi_entry_tag(check->hasher, subject.kind, &none, subject.id, &tag, err));
    if (!cbi_hash_equal(&tag, &out->logged.entry.tag) || out->statement.kind == NULL)
        CBI_TRY(wrong(check, CBI_TABLE_INSTITUTION, "statement", err));
done:
    return status;
}

/* What version 2 of a directory knows comes from the changes, one by one. */
static cbank_status derive_changes(cbi_check *check, cbi_txn *txn,
                                   const Cbank__V1__DirectoryInstitution *known, derived *out,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_description_begin(&out->row, &out->told, err));
    for (size_t i = 0; i < known->n_changes; i++) {
        cbi_check_read *read = &out->changes[i];

        CBI_TRY(read_own(check, txn, known->institution, known->changes[i], read, err));
        if ((i > 0 && known->changes[i] <= known->changes[i - 1]) ||
            !cbi_description_is_told((int)read->statement.kind->kind))
            CBI_TRY(wrong(check, CBI_TABLE_INSTITUTION, "changes", err));
        CBI_TRY(cbi_description_apply(&out->told, read->statement.kind, read->statement.body,
                                      read->statement.message->document, known->changes[i],
                                      &read->logged.entry.statement, err));
    }
done:
    return status;
}

static cbank_status derive(cbi_check *check, cbi_txn *txn,
                           const Cbank__V1__DirectoryInstitution *known, derived *out,
                           cbank_error *err)
{
    cbi_check_read *read = &out->reads[CBI_INSTITUTION_KEYS_MAX];
    const Cbank__V1__InstitutionAdmitted *admitted;
    Cbank__V1__DirectoryInstitution *entry = &out->told.entry;
    cbank_status status = CBANK_OK;

    CBI_TRY(derive_keys(check, txn, known, out, err));
    admitted = known->n_keys == 0
                   ? NULL
                   : cbi_statement_body(&out->reads[0].statement,
                                        &cbank__v1__institution_admitted__descriptor);
    cbank__v1__directory_institution__init(&out->row);
    if (admitted != NULL) {
        out->row.institution = admitted->institution;
        out->row.names = admitted->names;
        out->row.n_names = admitted->n_names;
        out->row.ids = admitted->ids;
        out->row.n_ids = admitted->n_ids;
    }
    CBI_TRY(derive_changes(check, txn, known, out, err));
    CBI_TRY(read_own(check, txn, known->institution, known->status_index, read, err));
    if (strcmp(entry->institution, known->institution) != 0)
        CBI_TRY(wrong(check, CBI_TABLE_INSTITUTION, "status", err));
    entry->status = status_of(&read->statement);
    entry->status_index = known->status_index;
    if (entry->status == STATUS(ACTIVE) || entry->status == STATUS(SUSPENDED))
        cbi_description_resume(entry);
    entry->keys = out->key_list;
    entry->n_keys = known->n_keys;
done:
    return status;
}

cbank_status cbi_check_institution(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                   cbank_error *err)
{
    Cbank__V1__DirectoryInstitution *known = NULL;
    char code[CBI_INSTITUTION_CODE_MAX + 1] = "";
    cbank_buffer expected = {0};
    derived *it = NULL;
    cbank_status status = CBANK_OK;

    if (!cbi_institution_code_is_valid(key))
        return wrong(check, CBI_TABLE_INSTITUTION, "key", err);
    memcpy(code, key.data, key.size);
    CBI_TRY(cbi_institution_read(txn, code, &known, err));
    if (strcmp(known->institution, code) != 0 || known->n_keys > CBI_INSTITUTION_KEYS_MAX)
        CBI_TRY(wrong(check, CBI_TABLE_INSTITUTION, "key", err));
    if (known->n_changes > CBI_INSTITUTION_CHANGES_MAX)
        CBI_TRY(wrong(check, CBI_TABLE_INSTITUTION, "changes", err));
    CBI_TRY(cbi_alloc(1, sizeof(*it), &it, err));
    CBI_TRY(derive(check, txn, known, it, err));
    CBI_TRY(cbi_message_pack(&it->told.entry, &expected, err));
    if (!cbi_bytes_equal(value, cbi_bytes_of_buffer(&expected)))
        CBI_TRY(wrong(check, CBI_TABLE_INSTITUTION, "content", err));
done:
    for (size_t i = 0; it != NULL && i <= CBI_INSTITUTION_KEYS_MAX; i++)
        cbi_check_clear_read(&it->reads[i]);
    for (size_t i = 0; it != NULL && i < CBI_INSTITUTION_CHANGES_MAX; i++)
        cbi_check_clear_read(&it->changes[i]);
    cbi_free(it);
    cbank_buffer_clear(&expected);
    cbi_message_free(known);
    return status;
}

/* ---- batches ------------------------------------------------------------------------------ */

/* The envelope is the one that the row is about. */
static cbank_status check_envelope(cbi_check *check, const cbi_intake *intake,
                                   const cbi_batch_head *head, cbank_error *err)
{
    if (!cbi_hash_equal(&head->id, &intake->id) || !cbi_hash_equal(&head->root, &intake->root) ||
        strcmp(head->head->institution, intake->institution) != 0 ||
        strcmp(head->head->origin, check->bank->config.origin) != 0 ||
        head->head->number != intake->batch_number || head->head->count != intake->count ||
        head->head->at != intake->signed_at)
        return wrong(check, CBI_TABLE_BATCH, "envelope", err);
    return CBANK_OK;
}

cbank_status cbi_check_key_at(cbi_check *check, cbi_txn *txn, const char *institution, uint64_t at,
                              cbi_table table, cbi_public *out, cbank_error *err)
{
    Cbank__V1__DirectoryInstitution *known = NULL;
    cbank_status status = CBANK_OK;
    bool found = false;

    CBI_TRY(cbi_institution_read(txn, institution, &known, err));
    for (size_t i = 0; i < known->n_keys && !found; i++) {
        const Cbank__V1__InstitutionKey *stated = known->keys[i];

        found = stated->from_index < at && (stated->until_index == 0 || at < stated->until_index);
        if (found)
            CBI_TRY(cbi_public_parse(check->bank->config.suite,
                                     cbi_message_bytes(stated->public_key), out, err));
    }
    if (!found)
        CBI_TRY(wrong(check, table, "key", err));
done:
    cbi_message_free(known);
    return status;
}

/* Signed by the key that was the institution's where the receipt stands, or is today's. */
static cbank_status check_signature(cbi_check *check, cbi_txn *txn, const cbi_intake *intake,
                                    const cbi_batch_head *head, cbank_error *err)
{
    uint64_t at = intake->received_at == 0 ? UINT64_MAX : intake->receipt_index;
    cbank_status status = CBANK_OK;
    cbi_public key;

    CBI_TRY(cbi_check_key_at(check, txn, intake->institution, at, CBI_TABLE_BATCH, &key, err));
    CBI_TRY(cbi_envelope_verify(&head->envelope, &key, err));
done:
    return status;
}

/* The statement at the receipt's place is about this batch; what it says was compared before. */
static cbank_status check_receipt(cbi_check *check, cbi_txn *txn, const cbi_intake *intake,
                                  cbank_error *err)
{
    const Cbank__V1__BatchReceived *received;
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_check_read_at(check, txn, intake->receipt_index, &read, err));
    received = cbi_statement_body(&read.statement, &cbank__v1__batch_received__descriptor);
    if (received == NULL || !cbi_bytes_equal(cbi_message_bytes(received->batch),
                                             cbi_bytes_of_hash(&intake->id)))
        CBI_TRY(wrong(check, CBI_TABLE_BATCH, "receipt", err));
done:
    cbi_check_clear_read(&read);
    return status;
}

/* The next one that is under way from its number on is this one, if it is under way. */
static cbank_status check_way(cbi_check *check, cbi_txn *txn, const cbi_intake *intake,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_intake next;
    bool found;

    CBI_TRY(cbi_intake_under_way(txn, intake->institution, intake->batch_number - 1, &next, &found,
                                 err));
    found = found && next.number == intake->number;
    if (found != (intake->received_at == 0))
        CBI_TRY(wrong(check, CBI_TABLE_BATCH, "under way", err));
done:
    return status;
}

static cbank_status check_intake(cbi_check *check, cbi_txn *txn, const cbi_intake *intake,
                                 cbank_error *err)
{
    uint64_t decided = (uint64_t)intake->taken + intake->unchanged + intake->refused;
    cbank_buffer envelope = {0};
    cbi_batch_head head = {0};
    cbank_status status = CBANK_OK;
    cbi_intake found;

    if (decided != intake->next || intake->next > intake->count ||
        (intake->received_at != 0) != (intake->next == intake->count))
        CBI_TRY(wrong(check, CBI_TABLE_BATCH, "items", err));
    CBI_TRY(cbi_intake_find(txn, &intake->id, &found, err));
    if (found.number != intake->number ||
        !cbi_intake_has_number(txn, intake->institution, intake->batch_number))
        CBI_TRY(wrong(check, CBI_TABLE_BATCH, "number", err));
    CBI_TRY(check_way(check, txn, intake, err));
    if (intake->received_at == 0)
        CBI_TRY(cbi_check_begun_under_way(check, txn, intake, err));
    CBI_TRY(cbi_intake_envelope(txn, intake, &envelope, err));
    CBI_TRY(cbi_batch_head_parse(check->hasher, cbi_bytes_of_buffer(&envelope), &head, err));
    CBI_TRY(check_envelope(check, intake, &head, err));
    CBI_TRY(check_signature(check, txn, intake, &head, err));
    CBI_TRY(cbi_intake_check_ids(txn, check->hasher, intake, err));
    if (intake->received_at != 0)
        CBI_TRY(check_receipt(check, txn, intake, err));
done:
    cbi_batch_head_clear(&head);
    cbank_buffer_clear(&envelope);
    return status;
}

/* A row that names a batch names it by its own id, or by its institution's number of it. */
static bool names_batch(cbi_bytes key, const cbi_intake *intake)
{
    size_t code = strlen(intake->institution) + 1;

    if (key.data[0] == 'i')
        return cbi_bytes_equal(cbi_bytes_of(key.data + 1, key.size - 1),
                               cbi_bytes_of_hash(&intake->id));
    return key.size == 1 + code + 8 && memcmp(key.data + 1, intake->institution, code) == 0 &&
           cbi_get_u64(key.data + 1 + code) == intake->batch_number;
}

/*
 * Its envelope is looked at from its row 'r'. What it was made from is not kept: its row must open,
 * which only one that the bank sealed for this batch does.
 */
static cbank_status check_part(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                               cbank_error *err)
{
    Cbank__Api__V1__BatchSource *source = NULL;
    cbank_status status = CBANK_OK;
    cbi_intake intake;
    uint64_t number;
    char part;

    if (!cbi_intake_key_is(key, &number, &part))
        return wrong(check, CBI_TABLE_BATCH, "form", err);
    CBI_TRY(cbi_intake_read(txn, number, &intake, err));
    if (part == 'h' || part == 'p')
        CBI_TRY(cbi_intake_check_page(txn, check->hasher, &intake, key, value, err));
    if (part == 's')
        CBI_TRY(cbi_vault_get_source(check->bank, txn, number, &source, err));
    if (part != 'r')
        goto done;
    if (number != ++check->batches)
        CBI_TRY(wrong(check, CBI_TABLE_BATCH, "number", err));
    CBI_TRY(check_intake(check, txn, &intake, err));
done:
    cbi_message_free(source);
    return status;
}

/* Each row must belong to a batch. */
cbank_status cbi_check_batch(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_intake intake;

    if (key.data[0] == 'b')
        return check_part(check, txn, key, value, err);
    if (value.size != 8 || memchr("inu", key.data[0], 3) == NULL)
        return wrong(check, CBI_TABLE_BATCH, "form", err);
    CBI_TRY(cbi_intake_read(txn, cbi_get_u64(value.data), &intake, err));
    if (!names_batch(key, &intake))
        CBI_TRY(wrong(check, CBI_TABLE_BATCH, "name", err));
done:
    return status;
}
