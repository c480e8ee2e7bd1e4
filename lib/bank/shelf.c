#include "bank/shelf.h"

#include <pthread.h>

#include "base/memory.h"

struct cbi_shelf {
    pthread_mutex_t lock;
    cbi_volume *first;
    uint64_t clock; /* counts takings */
};

cbank_status cbi_shelf_new(cbi_shelf **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_shelf *shelf = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*shelf), &shelf, err));
    pthread_mutex_init(&shelf->lock, NULL);
    *out = shelf;
done:
    return status;
}

static void free_volume(cbi_volume *volume)
{
    cbi_publication_clear(&volume->publication);
    cbank_buffer_clear(&volume->envelope);
    cbi_ruleset_free(volume->ruleset);
    cbi_programme_free(volume->programme);
    cbi_free(volume);
}

void cbi_shelf_free(cbi_shelf *shelf)
{
    if (shelf == NULL)
        return;
    while (shelf->first != NULL) {
        cbi_volume *volume = shelf->first;

        shelf->first = volume->next;
        free_volume(volume);
    }
    pthread_mutex_destroy(&shelf->lock);
    cbi_free(shelf);
}

/* ---- loading ----------------------------------------------------------------------------- */

static cbank_status add_page(cbi_volume *volume, cbi_bytes page, cbank_error *err)
{
    return volume->ruleset != NULL ? cbi_ruleset_add(volume->ruleset, page, err)
                                   : cbi_programme_add(volume->programme, page, err);
}

/* Of another content than the one that is named, or of none, there is nothing to add. */
static cbank_status add_reference(cbi_txn *txn, const Cbank__V1__PublicationRef *named,
                                  cbi_reference *reference, cbank_error *err)
{
    Cbank__V1__PublicationRef ref = *named;
    cbank_status status;
    cbank_buffer page = {0};
    cbi_edition edition;

    status = cbi_edition_read(txn, (int)named->kind, named->id, named->edition, &edition, err);
    if (status == CBANK_E_NOT_FOUND ||
        (status == CBANK_OK && named->digest.len > 0 &&
         !cbi_bytes_equal(cbi_message_bytes(named->digest), cbi_bytes_of_hash(&edition.digest))))
        return CBANK_OK;
    CBI_TRY(status);
    ref.digest = cbi_message_data(cbi_bytes_of_hash(&edition.digest));
    CBI_TRY(cbi_reference_begin(reference, &ref, err));
    for (uint32_t i = 0; i < edition.pages; i++) {
        CBI_TRY(cbi_edition_page(txn, &edition, i, &page, err));
        CBI_TRY(cbi_reference_add(reference, cbi_bytes_of_buffer(&page), err));
    }
done:
    cbank_buffer_clear(&page);
    return status;
}

cbank_status cbi_shelf_refer(cbi_txn *txn, const Cbank__V1__PublicationHead *head,
                             cbi_ruleset *ruleset, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_reference *reference = NULL;

    CBI_TRY(cbi_reference_new(&reference, err));
    for (size_t i = 0; i < head->n_uses; i++)
        if (cbi_reference_is_one((int)head->uses[i]->kind))
            CBI_TRY(add_reference(txn, head->uses[i], reference, err));
    CBI_TRY(cbi_reference_finish(reference, err));
    cbi_ruleset_refer(ruleset, reference);
    reference = NULL;
done:
    cbi_reference_free(reference);
    return status;
}

static cbank_status new_ruleset(cbi_txn *txn, cbi_volume *volume, cbank_error *err)
{
    const Cbank__V1__PublicationHead *head = volume->publication.head;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ruleset_new(&volume->ruleset, err));
    CBI_TRY(cbi_ruleset_head(volume->ruleset, head, err));
    CBI_TRY(cbi_shelf_refer(txn, head, volume->ruleset, err));
done:
    return status;
}

static cbank_status load(cbi_txn *txn, cbi_hasher *hasher, const cbi_edition *edition,
                         cbi_volume **out, cbank_error *err)
{
    cbi_volume *volume = NULL;
    cbank_buffer page = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(1, sizeof(*volume), &volume, err));
    volume->edition = *edition;
    CBI_TRY(cbi_edition_head(txn, hasher, edition, &volume->envelope, &volume->publication, err));
    if (edition->kind == CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_RULE_SET)
        CBI_TRY(new_ruleset(txn, volume, err));
    else if (edition->kind == CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME)
        CBI_TRY(cbi_programme_new(&volume->programme, err));
    else
        CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_NAME, 0, edition->id, "kind"));
    for (uint32_t i = 0; i < edition->pages; i++) {
        CBI_TRY(cbi_edition_page(txn, edition, i, &page, err));
        CBI_TRY(add_page(volume, cbi_bytes_of_buffer(&page), err));
    }
    CBI_TRY(volume->ruleset != NULL ? cbi_ruleset_finish(volume->ruleset, err)
                                    : cbi_programme_finish(volume->programme, err));
    *out = volume;
    volume = NULL;
done:
    if (volume != NULL)
        free_volume(volume);
    cbank_buffer_clear(&page);
    return status;
}

/* ---- taking and giving back -------------------------------------------------------------- */

/* With the lock held. */
static cbi_volume *find(cbi_shelf *shelf, const cbi_hash *digest)
{
    for (cbi_volume *at = shelf->first; at != NULL; at = at->next) {
        if (cbi_hash_equal(&at->edition.digest, digest)) {
            at->holders++;
            at->used = ++shelf->clock;
            return at;
        }
    }
    return NULL;
}

/* With the lock held: takes the volume that nobody has used for longest out of the list. */
static cbi_volume *put_one_away(cbi_shelf *shelf)
{
    cbi_volume **oldest = NULL, *volume;
    size_t idle = 0;

    for (cbi_volume **at = &shelf->first; *at != NULL; at = &(*at)->next) {
        if ((*at)->holders > 0)
            continue;
        idle++;
        if (oldest == NULL || (*at)->used < (*oldest)->used)
            oldest = at;
    }
    if (idle <= CBI_SHELF_IDLE_MAX)
        return NULL;
    volume = *oldest;
    *oldest = volume->next;
    return volume;
}

cbank_status cbi_shelf_take(cbi_shelf *shelf, cbi_txn *txn, cbi_hasher *hasher,
                            const cbi_edition *edition, const cbi_volume **out, cbank_error *err)
{
    cbi_volume *loaded = NULL, *found;
    cbank_status status = CBANK_OK;

    pthread_mutex_lock(&shelf->lock);
    found = find(shelf, &edition->digest);
    pthread_mutex_unlock(&shelf->lock);
    if (found != NULL) {
        *out = found;
        return CBANK_OK;
    }
    CBI_TRY(load(txn, hasher, edition, &loaded, err)); /* others need not wait for it */
    pthread_mutex_lock(&shelf->lock);
    found = find(shelf, &edition->digest);
    if (found == NULL) {
        loaded->holders = 1;
        loaded->used = ++shelf->clock;
        loaded->next = shelf->first;
        found = shelf->first = loaded;
        loaded = NULL;
    }
    pthread_mutex_unlock(&shelf->lock);
    *out = found;
done:
    if (loaded != NULL)
        free_volume(loaded);
    return status;
}

void cbi_shelf_give_back(cbi_shelf *shelf, const cbi_volume *volume)
{
    cbi_volume *away;

    if (volume == NULL)
        return;
    pthread_mutex_lock(&shelf->lock);
    for (cbi_volume *at = shelf->first; at != NULL; at = at->next) {
        if (at == volume)
            at->holders--;
    }
    away = put_one_away(shelf);
    pthread_mutex_unlock(&shelf->lock);
    if (away != NULL)
        free_volume(away);
}
