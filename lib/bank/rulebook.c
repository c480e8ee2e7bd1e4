#include "bank/rulebook.h"

#include <string.h>

#include "bank/errand.h"
#include "bank/examine.h"
#include "bank/institution.h"

/* Bytes of pages in one commit. */
#define CHUNK_BYTES (CBI_ACT_DIRTY_MAX / 4)
/* Pages of an upload that was given up, cleared away in one commit. */
#define CLEAR_PAGES 512u

/* ---- judging ----------------------------------------------------------------------------- */

/* Its id is free or its own, and its edition the next. */
static cbank_status check_name(cbi_txn *txn, const Cbank__V1__PublicationHead *head,
                               cbank_error *err)
{
    cbi_edition newest = {0};
    cbank_status status = cbi_edition_read(txn, (int)head->kind, head->id, 0, &newest, err);

    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
    CBI_TRY(status);
    if (newest.edition > 0 && strcmp(newest.authority, head->authority) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_OWNER, 0, head->id, "%s", newest.authority));
    if (head->edition != newest.edition + 1)
        CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_EDITION, newest.edition + 1, head->id, "%u",
                         (unsigned)head->edition));
done:
    return status;
}

static cbank_status check_uses(cbi_txn *txn, const Cbank__V1__PublicationHead *head,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_edition used;

    for (size_t i = 0; i < head->n_uses; i++) {
        const Cbank__V1__PublicationRef *ref = head->uses[i];

        status = cbi_edition_read(txn, (int)ref->kind, ref->id, ref->edition, &used, err);
        if (status == CBANK_E_NOT_FOUND ||
            (status == CBANK_OK && !cbi_bytes_equal(cbi_message_bytes(ref->digest),
                                                    cbi_bytes_of_hash(&used.digest))))
            status = cbi_fail(err, CBI_REASON_PUBLICATION_USES, ref->edition, ref->id, NULL);
        CBI_TRY(status);
    }
done:
    return status;
}

static cbank_status judge(cbi_publishing *it, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__PublicationHead *head = it->publication.head;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_institution_signer(it->bank, txn, head->authority, &it->signer, err));
    CBI_TRY(check_name(txn, head, err));
    CBI_TRY(check_uses(txn, head, err));
done:
    return status;
}

cbank_status cbi_publishing_refuse(const cbi_bank *bank, cbi_txn *txn, const char *authority,
                                   const cbi_envelope *envelope, cbank_error *err)
{
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbank_status status = CBANK_OK;
    cbi_public key;

    CBI_TRY(cbi_institution_read(txn, authority, &row, err));
    for (size_t i = 0; i + 1 < row->n_keys; i++) {
        CBI_TRY(cbi_public_parse(bank->config.suite, cbi_message_bytes(row->keys[i]->public_key),
                                 &key, err));
        if (cbi_envelope_verify(envelope, &key, NULL) == CBANK_OK)
            CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_SIGNER, i, authority, NULL));
    }
    status = cbi_fail(err, CBI_REASON_BAD_SIGNATURE, 0, authority, NULL);
done:
    cbi_message_free(row);
    return status;
}

/* ---- an upload under way ----------------------------------------------------------------- */

static cbi_bytes upload_key(const Cbank__V1__PublicationHead *head,
                            uint8_t out[2 + CBI_PUBLICATION_ID_MAX])
{
    size_t size = strlen(head->id);

    out[0] = 'u';
    out[1] = (uint8_t)head->kind;
    memcpy(out + 2, head->id, size);
    return cbi_bytes_of(out, 2 + size);
}

/* Whose pages are in the store, and how many; nobody's: zeros. */
static cbank_status read_upload(cbi_txn *txn, const Cbank__V1__PublicationHead *head,
                                cbi_hash *digest, uint32_t *next, cbank_error *err)
{
    uint8_t key[2 + CBI_PUBLICATION_ID_MAX];
    cbank_buffer value = {0};
    cbank_status status =
        cbi_txn_get(txn, CBI_TABLE_PUBLICATION, upload_key(head, key), &value, err);

    *digest = (cbi_hash){{0}};
    *next = 0;
    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK;
    CBI_TRY(status);
    if (value.size != CBI_HASH_SIZE + 4)
        CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_PUBLICATION),
                         NULL));
    memcpy(digest->bytes, value.data, CBI_HASH_SIZE);
    *next = cbi_get_u32(value.data + CBI_HASH_SIZE);
done:
    cbank_buffer_clear(&value);
    return status;
}

static cbank_status write_upload(cbi_txn *txn, const Cbank__V1__PublicationHead *head,
                                 const cbi_hash *digest, uint32_t next, cbank_error *err)
{
    uint8_t key[2 + CBI_PUBLICATION_ID_MAX], value[CBI_HASH_SIZE + 4];

    if (next == 0)
        return cbi_txn_delete(txn, CBI_TABLE_PUBLICATION, upload_key(head, key), err);
    memcpy(value, digest->bytes, CBI_HASH_SIZE);
    cbi_put_u32(value + CBI_HASH_SIZE, next);
    return cbi_txn_put(txn, CBI_TABLE_PUBLICATION, upload_key(head, key),
                       cbi_bytes_of(value, sizeof(value)), err);
}

/* ---- opening ----------------------------------------------------------------------------- */

/* The signature comes first: nothing that it says is looked at before. */
static cbank_status verify(cbi_publishing *it, cbi_txn *txn, cbank_error *err)
{
    const char *authority = it->publication.head->authority;
    cbank_error error = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_institution_signer(it->bank, txn, authority, &it->signer, err));
    status = cbi_publication_verify(it->hasher, &it->publication, &it->signer, &error);
    if (error.reason == CBI_REASON_BAD_SIGNATURE)
        return cbi_publishing_refuse(it->bank, txn, authority, &it->publication.envelope,
                                     err);
    if (status != CBANK_OK && err != NULL)
        *err = error;
done:
    return status;
}

/* Where it stands: published, or so many of its pages are there. */
static cbank_status find_place(cbi_publishing *it, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = cbi_edition_find(txn, &it->publication.id, &it->edition, err);
    cbi_hash digest;

    it->published = status == CBANK_OK;
    if (status != CBANK_E_NOT_FOUND)
        return status;
    status = CBANK_OK;
    CBI_TRY(verify(it, txn, err));
    CBI_TRY(judge(it, txn, err));
    CBI_TRY(cbi_examine(txn, &it->publication, err));
    CBI_TRY(read_upload(txn, it->publication.head, &digest, &it->next, err));
    if (!cbi_hash_equal(&digest, &it->publication.id))
        it->next = 0;
done:
    return status;
}

cbank_status cbi_publishing_open(cbi_bank *bank, cbi_bytes file, cbi_bytes token,
                                 cbi_publishing *out, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    *out = (cbi_publishing){.bank = bank, .token = token};
    CBI_TRY(cbi_errand_check_token(token, err));
    CBI_TRY(cbi_hasher_new(bank->config.suite, &out->hasher, err));
    CBI_TRY(cbi_publication_open(out->hasher, file, 0, &out->publication, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(find_place(out, reader.txn, err));
    cbi_ledger_read_end(&reader);
    /* It is answered without a commit, and the one that published it may not have been sealed. */
    if (out->published)
        CBI_TRY(cbi_ledger_seal(bank->ledger, err));
done:
    cbi_ledger_read_end(&reader);
    if (status != CBANK_OK)
        cbi_publishing_clear(out);
    return status;
}

void cbi_publishing_clear(cbi_publishing *publishing)
{
    cbi_publication_clear(&publishing->publication);
    cbi_hasher_free(publishing->hasher);
    *publishing = (cbi_publishing){0};
}

/* ---- a chunk ----------------------------------------------------------------------------- */

typedef struct chunk_act {
    cbi_act act;
    cbi_publishing *publishing;
    uint32_t next;    /* pages that will be there */
    cbi_hash other;   /* whose pages have to go first; zero: nobody's */
    uint32_t left;    /* of them */
    bool published;
} chunk_act;

/* The key, the names and the upload may have changed since it was opened. */
static cbank_status check_chunk(cbi_act *act, cbi_append *append, cbank_error *err)
{
    chunk_act *chunk = (chunk_act *)(void *)act;
    cbi_publishing *it = chunk->publishing;
    cbi_public opened = it->signer;
    cbank_status status = CBANK_OK;
    cbi_hash digest;
    uint32_t next;

    CBI_TRY(judge(it, append->txn, err));
    if (!cbi_public_equal(&opened, &it->signer))
        CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_SIGNER, 0, it->publication.head->authority,
                         NULL));
    CBI_TRY(read_upload(append->txn, it->publication.head, &digest, &next, err));
    if (cbi_hash_equal(&digest, &it->publication.id) ? next != it->next
                                                     : it->next != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_ELSEWHERE, 0, it->publication.head->id,
                         NULL));
    chunk->other = (cbi_hash){{0}};
    if (!cbi_hash_equal(&digest, &it->publication.id) && next > 0) {
        chunk->other = digest;
        chunk->left = next;
    }
done:
    return status;
}

static cbank_status clear_other(chunk_act *chunk, cbi_append *append, cbank_error *err)
{
    uint8_t key[CBI_HASH_SIZE + 4];
    cbank_status status = CBANK_OK;

    for (uint32_t i = 0; i < CLEAR_PAGES && chunk->left > 0; i++, chunk->left--)
        CBI_TRY(cbi_txn_delete(append->txn, CBI_TABLE_BODY,
                               cbi_edition_body_key(&chunk->other, chunk->left - 1, key), err));
    CBI_TRY(write_upload(append->txn, chunk->publishing->publication.head, &chunk->other,
                         chunk->left, err));
done:
    return status;
}

/* Page 0 is the envelope; the file's pages follow. */
static cbank_status write_pages(chunk_act *chunk, cbi_append *append, cbank_error *err)
{
    cbi_publishing *it = chunk->publishing;
    cbi_artefact_reader *parts = &it->publication.parts;
    uint32_t pages = it->publication.head->pages + 1;
    cbi_bytes page = parts->envelope;
    uint8_t key[CBI_HASH_SIZE + 4];
    cbank_status status = CBANK_OK;
    size_t written = 0;

    cbi_artefact_rewind(parts);
    for (uint32_t i = 1; i < it->next; i++)
        (void)cbi_artefact_next(parts, &page);
    chunk->next = it->next;
    while (chunk->next < pages && written < CHUNK_BYTES) {
        if (chunk->next > 0 && !cbi_artefact_next(parts, &page))
            CBI_TRY(cbi_fail(err, CBI_REASON_PARTS_DIFFER, chunk->next, "body", NULL));
        CBI_TRY(cbi_txn_put(append->txn, CBI_TABLE_BODY,
                            cbi_edition_body_key(&it->publication.id, chunk->next, key), page,
                            err));
        written += page.size;
        chunk->next++;
    }
    chunk->published = chunk->next == pages;
done:
    return status;
}

/* `body` and `ref` are what the statement lends. */
static cbi_errand_statement published_statement(const chunk_act *chunk, char *room,
                                                Cbank__V1__PublicationRef *ref,
                                                Cbank__V1__Published *body)
{
    const cbi_publishing *it = chunk->publishing;
    const Cbank__V1__PublicationHead *head = it->publication.head;

    cbank__v1__publication_ref__init(ref);
    ref->kind = head->kind;
    ref->id = head->id;
    ref->edition = head->edition;
    ref->digest = cbi_message_data(cbi_bytes_of_hash(&it->publication.id));
    cbank__v1__published__init(body);
    body->publication = ref;
    body->authority = head->authority;
    body->public_key = cbi_message_data(cbi_public_bytes(&it->signer));
    return (cbi_errand_statement){
        .subject = cbi_edition_subject((int)head->kind, head->id, room),
        .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_PUBLISHED,
        .document = head->document,
        .token = cbi_bytes_of(chunk->act.token, CBI_TOKEN_SIZE),
        .body = body};
}

static cbank_status finish(chunk_act *chunk, cbi_append *append, cbank_error *err)
{
    cbi_publishing *it = chunk->publishing;
    const Cbank__V1__PublicationHead *head = it->publication.head;
    char room[CBI_PUBLICATION_SUBJECT_MAX];
    Cbank__V1__PublicationRef ref;
    Cbank__V1__Published body;
    cbi_errand_statement statement = published_statement(chunk, room, &ref, &body);
    cbi_edition edition = {.kind = (int)head->kind,
                           .edition = head->edition,
                           .digest = it->publication.id,
                           .at = append->at,
                           .effective_from = head->effective_from,
                           .effective_until = head->effective_until,
                           .date_rule = (int)head->date_rule,
                           .pages = head->pages,
                           .items = head->items};
    cbank_status status = CBANK_OK;

    memcpy(edition.id, head->id, strlen(head->id) + 1);
    memcpy(edition.authority, head->authority, strlen(head->authority) + 1);
    CBI_TRY(cbi_errand_append(append, &statement, &edition.index, NULL, err));
    CBI_TRY(cbi_edition_write(append->txn, &edition, err));
    it->edition = edition;
done:
    return status;
}

static cbank_status write_chunk(cbi_act *act, cbi_append *append, cbank_error *err)
{
    chunk_act *chunk = (chunk_act *)(void *)act;
    cbi_publishing *it = chunk->publishing;
    cbank_status status = CBANK_OK;
    uint8_t result[5];

    chunk->next = 0;
    chunk->published = false;
    if (chunk->left > 0) {
        CBI_TRY(clear_other(chunk, append, err));
    } else {
        CBI_TRY(write_pages(chunk, append, err));
        CBI_TRY(write_upload(append->txn, it->publication.head, &it->publication.id,
                             chunk->published ? 0 : chunk->next, err));
        if (chunk->published)
            CBI_TRY(finish(chunk, append, err));
    }
    result[0] = chunk->published;
    cbi_put_u32(result + 1, chunk->next);
    CBI_TRY(cbi_buffer_set(&act->result, cbi_bytes_of(result, sizeof(result)), err));
done:
    return status;
}

/* The caller's token is for the first chunk; each later one has one made of it and its place. */
static cbank_status name_chunk(chunk_act *chunk, cbank_error *err)
{
    const cbi_publishing *it = chunk->publishing;
    uint8_t next[4];
    uint8_t random[CBI_TOKEN_SIZE];
    cbi_bytes parts[] = {cbi_bytes_of_text("publish"), cbi_bytes_of_hash(&it->publication.id),
                         it->token, cbi_bytes_of(next, sizeof(next))};
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    cbi_put_u32(next, it->next);
    CBI_TRY(cbi_errand_digest(it->bank, parts, 4, &digest, err));
    chunk->act.request = digest;
    memcpy(chunk->act.token, digest.bytes, CBI_TOKEN_SIZE);
    if (it->next == 0 && it->token.size > 0) {
        memcpy(chunk->act.token, it->token.data, CBI_TOKEN_SIZE);
    } else if (it->next == 0) {
        CBI_TRY(cbi_random(random, sizeof(random), err)); /* clearing away begins there, too */
        memcpy(chunk->act.token, random, CBI_TOKEN_SIZE);
    }
done:
    return status;
}

cbank_status cbi_publishing_write(cbi_publishing *publishing, int64_t now, bool *more,
                                  cbank_error *err)
{
    chunk_act chunk = {.publishing = publishing};
    cbank_status status = CBANK_OK;
    char room[CBI_PUBLICATION_SUBJECT_MAX];
    Cbank__V1__PublicationRef ref;
    Cbank__V1__Published body;
    cbi_errand_statement statement;

    *more = false;
    if (publishing->published)
        return CBANK_OK;
    CBI_TRY(name_chunk(&chunk, err));
    statement = published_statement(&chunk, room, &ref, &body);
    CBI_TRY(cbi_errand_try(&statement, err));
    chunk.act.now = now;
    chunk.act.check = check_chunk;
    chunk.act.write = write_chunk;
    CBI_TRY(cbi_ledger_submit(publishing->bank->ledger, &chunk.act, err));
    if (chunk.act.result.size != 5)
        CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_TOKEN), NULL));
    publishing->published = chunk.act.result.data[0] != 0;
    publishing->next = cbi_get_u32(chunk.act.result.data + 1);
    *more = !publishing->published;
done:
    cbank_buffer_clear(&chunk.act.result);
    return status;
}
