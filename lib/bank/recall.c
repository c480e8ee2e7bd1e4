#include "bank/recall.h"

#include <pthread.h>

#include "base/memory.h"

/* Places, 64 bytes each; and how many items are worth having them. */
#define PLACES 16384u
#define WORTH_RECALLING 256u

struct place {
    cbi_hash who;
    uint64_t entries; /* 0: free */
    cbi_account account;
};

struct cbi_recall {
    pthread_mutex_t lock;
    uint64_t version;
    struct place places[PLACES];
};

cbank_status cbi_recall_new(uint64_t items, cbi_recall **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *out = NULL;
    if (items < WORTH_RECALLING)
        return CBANK_OK;
    CBI_TRY(cbi_alloc(1, sizeof(**out), out, err));
    (void)pthread_mutex_init(&(*out)->lock, NULL);
done:
    return status;
}

void cbi_recall_free(cbi_recall *recall)
{
    if (recall == NULL)
        return;
    (void)pthread_mutex_destroy(&recall->lock);
    cbi_wipe(recall, sizeof(*recall));
    cbi_free(recall);
}

void cbi_recall_turn(cbi_recall *recall, uint64_t version)
{
    if (recall == NULL || recall->version == version)
        return;
    memset(recall->places, 0, sizeof(recall->places));
    recall->version = version;
}

cbank_status cbi_recall_name(cbi_hasher *hasher, const cbi_person *person, cbi_hash *out,
                             cbank_error *err)
{
    const cbi_identity *document = &person->documents[0];
    uint8_t on[4];
    cbi_bytes parts[] = {cbi_bytes_of(document->type, strlen(document->type) + 1),
                         cbi_bytes_of(document->number, strlen(document->number) + 1),
                         cbi_bytes_of(on, sizeof(on)), cbi_bytes_of_text(person->name)};

    /* Student numbers are given again to others. */
    cbi_put_u32(on, document->document == CBI_DOCUMENT_STUDENT ? person->on : 0);
    return cbi_digest_parts(hasher, parts, 4, out, err);
}

static struct place *place_of(cbi_recall *recall, const cbi_hash *who)
{
    return &recall->places[cbi_get_u32(who->bytes) % PLACES];
}

bool cbi_recall_find(cbi_recall *recall, const cbi_hash *who, cbi_account *account,
                     uint64_t *entries)
{
    const struct place *at;
    bool found;

    if (recall == NULL)
        return false;
    at = place_of(recall, who);
    (void)pthread_mutex_lock(&recall->lock);
    found = at->entries > 0 && cbi_hash_equal(&at->who, who);
    if (found) {
        *account = at->account;
        *entries = at->entries;
    }
    (void)pthread_mutex_unlock(&recall->lock);
    return found;
}

void cbi_recall_add(cbi_recall *recall, const cbi_hash *who, const cbi_account *account,
                    uint64_t entries)
{
    if (recall == NULL)
        return;
    (void)pthread_mutex_lock(&recall->lock);
    *place_of(recall, who) =
        (struct place){.who = *who, .entries = entries, .account = *account};
    (void)pthread_mutex_unlock(&recall->lock);
}
