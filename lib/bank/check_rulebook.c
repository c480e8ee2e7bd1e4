#include "bank/check_part.h"

#include <string.h>

#include "bank/edition.h"
#include "bank/institution.h"
#include "proof/body.h"
#include "proof/withdrawal.h"

static cbank_status wrong(const cbi_check *check, const char *detail, cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_PUBLICATION, check->row, detail);
}

static bool names(const Cbank__V1__PublicationRef *ref, const cbi_edition *edition)
{
    return (int)ref->kind == edition->kind && strcmp(ref->id, edition->id) == 0 &&
           ref->edition == edition->edition &&
           cbi_bytes_equal(cbi_message_bytes(ref->digest), cbi_bytes_of_hash(&edition->digest));
}

/* ---- statements -------------------------------------------------------------------------- */

/* The key that a statement names signed this, and was the authority's at that place of the log. */
static cbank_status check_signature(cbi_check *check, cbi_txn *txn, const char *authority,
                                    ProtobufCBinaryData public_key, uint64_t index,
                                    const cbi_envelope *envelope, cbank_error *err)
{
    Cbank__V1__DirectoryInstitution *known = NULL;
    cbank_status status = CBANK_OK;
    bool found = false;
    cbi_public key;

    CBI_TRY(cbi_institution_read(txn, authority, &known, err));
    for (size_t i = 0; i < known->n_keys && !found; i++) {
        const Cbank__V1__InstitutionKey *stated = known->keys[i];

        found = stated->from_index < index &&
                (stated->until_index == 0 || index < stated->until_index) &&
                cbi_bytes_equal(cbi_message_bytes(stated->public_key),
                                cbi_message_bytes(public_key));
    }
    if (!found)
        CBI_TRY(wrong(check, "key", err));
    CBI_TRY(cbi_public_parse(check->bank->config.suite, cbi_message_bytes(public_key), &key, err));
    CBI_TRY(cbi_envelope_verify(envelope, &key, err));
done:
    cbi_message_free(known);
    return status;
}

static cbank_status check_published(cbi_check *check, cbi_txn *txn, uint64_t index, int64_t at,
                                    const Cbank__V1__Published *published, cbank_error *err)
{
    const Cbank__V1__PublicationRef *ref = published->publication;
    cbank_status status = CBANK_OK;
    cbi_edition edition;

    CBI_TRY(cbi_edition_read(txn, (int)ref->kind, ref->id, ref->edition, &edition, err));
    if (!names(ref, &edition) || edition.index != index || edition.at != at ||
        strcmp(edition.authority, published->authority) != 0)
        CBI_TRY(wrong(check, "published", err));
done:
    return status;
}

static cbank_status check_withdrawn(cbi_check *check, cbi_txn *txn, uint64_t index, int64_t at,
                                    const Cbank__V1__PublicationWithdrawn *withdrawn,
                                    cbank_error *err)
{
    const Cbank__V1__PublicationRef *ref = withdrawn->publication;
    cbi_withdrawal withdrawal = {0};
    cbank_status status = CBANK_OK;
    cbi_edition edition;

    CBI_TRY(cbi_edition_read(txn, (int)ref->kind, ref->id, ref->edition, &edition, err));
    CBI_TRY(cbi_withdrawal_parse(cbi_message_bytes(withdrawn->request), &withdrawal, err));
    if (!names(ref, &edition) || !names(withdrawal.message->publication, &edition) ||
        edition.withdrawn_index != index || edition.withdrawn_at != at ||
        edition.withdrawn_from != withdrawal.message->from || edition.index >= index ||
        strcmp(edition.authority, withdrawn->authority) != 0 ||
        strcmp(edition.authority, withdrawal.message->authority) != 0 ||
        strcmp(withdrawal.message->origin, check->bank->config.origin) != 0)
        CBI_TRY(wrong(check, "withdrawn", err));
    CBI_TRY(check_signature(check, txn, edition.authority, withdrawn->public_key, index,
                            &withdrawal.envelope, err));
done:
    cbi_withdrawal_clear(&withdrawal);
    return status;
}

cbank_status cbi_check_publication_said(cbi_check *check, cbi_txn *txn, uint64_t index,
                                        const cbi_statement *statement, cbank_error *err)
{
    const Cbank__V1__Published *published =
        cbi_statement_body(statement, &cbank__v1__published__descriptor);

    if (published != NULL)
        return check_published(check, txn, index, statement->message->at, published, err);
    return check_withdrawn(check, txn, index, statement->message->at, statement->body, err);
}

/* ---- rows -------------------------------------------------------------------------------- */

static cbank_status check_pages(cbi_check *check, cbi_txn *txn, const cbi_edition *edition,
                                const Cbank__V1__PublicationHead *head, cbank_error *err)
{
    cbi_hasher *hasher = NULL;
    cbank_buffer page = {0};
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    CBI_TRY(cbi_hasher_new(check->bank->config.suite, &hasher, err));
    CBI_TRY(cbi_body_begin(hasher, err));
    for (uint32_t i = 0; i < head->pages; i++) {
        CBI_TRY(cbi_edition_page(txn, edition, i, &page, err));
        CBI_TRY(cbi_body_part(hasher, cbi_bytes_of_buffer(&page), err));
    }
    CBI_TRY(cbi_body_end(hasher, &digest, err));
    if (!cbi_bytes_equal(cbi_bytes_of_hash(&digest), cbi_message_bytes(head->body_digest)))
        CBI_TRY(wrong(check, "pages", err));
done:
    cbank_buffer_clear(&page);
    cbi_hasher_free(hasher);
    return status;
}

/* What it builds on was there before it. */
static cbank_status check_uses(cbi_check *check, cbi_txn *txn, const cbi_edition *edition,
                               const Cbank__V1__PublicationHead *head, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_edition used;

    for (size_t i = 0; i < head->n_uses; i++) {
        const Cbank__V1__PublicationRef *ref = head->uses[i];

        CBI_TRY(cbi_edition_read(txn, (int)ref->kind, ref->id, ref->edition, &used, err));
        if (!names(ref, &used) || used.index >= edition->index)
            CBI_TRY(wrong(check, "uses", err));
    }
done:
    return status;
}

static bool says(const Cbank__V1__PublicationHead *head, const cbi_edition *edition)
{
    return (int)head->kind == edition->kind && strcmp(head->id, edition->id) == 0 &&
           head->edition == edition->edition && strcmp(head->authority, edition->authority) == 0 &&
           head->effective_from == edition->effective_from &&
           head->effective_until == edition->effective_until &&
           (int)head->date_rule == edition->date_rule && head->pages == edition->pages &&
           head->items == edition->items;
}

static cbank_status check_edition(cbi_check *check, cbi_txn *txn, const cbi_edition *edition,
                                  cbank_error *err)
{
    const Cbank__V1__Published *published;
    cbi_publication publication = {0};
    cbank_buffer envelope = {0};
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;
    cbi_edition before;

    CBI_TRY(cbi_edition_head(txn, check->hasher, edition, &envelope, &publication, err));
    CBI_TRY(cbi_check_read_at(check, txn, edition->index, &read, err));
    published = cbi_statement_body(&read.statement, &cbank__v1__published__descriptor);
    if (published == NULL || !names(published->publication, edition) ||
        !says(publication.head, edition))
        CBI_TRY(wrong(check, "head", err));
    CBI_TRY(check_signature(check, txn, edition->authority, published->public_key, edition->index,
                            &publication.envelope, err));
    CBI_TRY(check_pages(check, txn, edition, publication.head, err));
    CBI_TRY(check_uses(check, txn, edition, publication.head, err));
    if (edition->edition == 1)
        goto done;
    CBI_TRY(cbi_edition_read(txn, edition->kind, edition->id, edition->edition - 1, &before, err));
    if (before.index >= edition->index || strcmp(before.authority, edition->authority) != 0)
        CBI_TRY(wrong(check, "edition", err));
done:
    cbi_check_clear_read(&read);
    cbi_publication_clear(&publication);
    cbank_buffer_clear(&envelope);
    return status;
}

/* The key of an edition's row, from that of a row which leads there. */
static cbank_status read_named(cbi_check *check, cbi_txn *txn, cbi_bytes name, cbi_edition *out,
                               cbank_error *err)
{
    char id[CBI_PUBLICATION_ID_MAX + 1] = "";

    if (name.size < 1 + 1 + 1 + 4 || name.size > 1 + CBI_PUBLICATION_ID_MAX + 1 + 4)
        return wrong(check, "form", err);
    memcpy(id, name.data + 1, name.size - 1 - 1 - 4);
    return cbi_edition_read(txn, name.data[0], id, cbi_get_u32(name.data + name.size - 4), out,
                            err);
}

cbank_status cbi_check_publication(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_edition edition;
    uint8_t page[CBI_HASH_SIZE + 4];
    cbi_hash digest;

    switch (key.data[0]) {
    case 'e':
        CBI_TRY(read_named(check, txn, cbi_bytes_of(key.data + 1, key.size - 1), &edition, err));
        CBI_TRY(check_edition(check, txn, &edition, err));
        break;
    case 'd':
        CBI_TRY(read_named(check, txn, value, &edition, err));
        if (!cbi_bytes_equal(cbi_bytes_of(key.data + 1, key.size - 1),
                             cbi_bytes_of_hash(&edition.digest)))
            CBI_TRY(wrong(check, "digest", err));
        break;
    case 'u': /* its last page is there; what they say nobody has claimed yet */
        if (value.size != CBI_HASH_SIZE + 4 || cbi_get_u32(value.data + CBI_HASH_SIZE) == 0)
            CBI_TRY(wrong(check, "upload", err));
        memcpy(digest.bytes, value.data, CBI_HASH_SIZE);
        if (!cbi_txn_has(txn, CBI_TABLE_BODY,
                         cbi_edition_body_key(
                             &digest, cbi_get_u32(value.data + CBI_HASH_SIZE) - 1, page)))
            CBI_TRY(wrong(check, "upload", err));
        break;
    default:
        CBI_TRY(wrong(check, "form", err));
    }
done:
    return status;
}
