#include "bank/recall.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "bank/account.h"
#include "base/memory.h"

/* 12 MiB, of which is used what is found; a quarter of a million learners. */
#define SETS 65536u
#define SET_PLACES 4u
#define LOCKS 64u /* each over some sets: two jurors seldom meet */

struct place {
    cbi_fingerprint who;
    uint64_t version; /* in which it was found last */
    uint32_t entries; /* then; 0: free */
    cbi_account account;
};

struct cbi_recall {
    cbi_fingerprint_key *key; /* hidden */
    atomic_uint_fast64_t forgotten; /* nobody is added who was found in an earlier version */
    pthread_mutex_t locks[LOCKS];
    struct place places[SETS][SET_PLACES];
};

cbank_status cbi_recall_new(cbi_recall **out, cbank_error *err)
{
    cbi_recall *recall = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(1, sizeof(*recall), &recall, err));
    CBI_TRY(cbi_alloc_hidden(sizeof(*recall->key), &recall->key, err));
    CBI_TRY(cbi_fingerprint_draw(recall->key, err));
    for (size_t i = 0; i < LOCKS; i++)
        (void)pthread_mutex_init(&recall->locks[i], NULL);
    *out = recall;
    return CBANK_OK;
done:
    if (recall != NULL)
        cbi_free_hidden(recall->key, sizeof(*recall->key));
    cbi_free(recall);
    return status;
}

/* Without the key nobody can tell any more who is meant. */
void cbi_recall_free(cbi_recall *recall)
{
    if (recall == NULL)
        return;
    for (size_t i = 0; i < LOCKS; i++)
        (void)pthread_mutex_destroy(&recall->locks[i]);
    cbi_free_hidden(recall->key, sizeof(*recall->key));
    cbi_free(recall);
}

cbi_recall_view cbi_recall_look(const cbi_bank *bank, cbi_txn *txn)
{
    uint64_t version = cbi_txn_version(txn);

    return (cbi_recall_view){.recall = bank->recall,
                             .txn = txn,
                             .since = cbi_ledger_added_since(bank->ledger, version),
                             .version = version};
}

static size_t put(const void *part, size_t size, uint8_t *out, size_t at)
{
    memcpy(out + at, part, size);
    return at + size;
}

cbi_fingerprint cbi_recall_name(const cbi_recall_view *view, const cbi_person *person)
{
    const cbi_identity *document = &person->documents[0];
    uint8_t text[sizeof(document->type) + sizeof(document->number) + 4 + sizeof(person->name)];
    cbi_fingerprint who;
    uint8_t on[4];
    size_t size;

    /* Student numbers are given again to others. */
    cbi_put_u32(on, document->document == CBI_DOCUMENT_STUDENT ? person->on : 0);
    size = put(on, sizeof(on), text, 0);
    size = put(document->type, strlen(document->type) + 1, text, size);
    size = put(document->number, strlen(document->number) + 1, text, size);
    size = put(person->name, strlen(person->name), text, size);
    who = cbi_fingerprint_of(view->recall->key, cbi_bytes_of(text, size));
    cbi_wipe(text, size);
    return who;
}

/* ---- places -------------------------------------------------------------------------------- */

static uint32_t set_of(const cbi_fingerprint *who)
{
    return cbi_get_u32(who->bytes) % SETS;
}

void cbi_recall_expect(const cbi_recall_view *view, const cbi_fingerprint *who)
{
    const struct place *places = view->recall->places[set_of(who)];

    for (size_t i = 0; i < SET_PLACES; i++)
        __builtin_prefetch(&places[i]);
}

static bool holds(const struct place *at, const cbi_fingerprint *who)
{
    return at->entries > 0 && cbi_fingerprint_equal(&at->who, who);
}

/* A copy; false if there is none that the view may see. */
static bool read_place(const cbi_recall_view *view, const cbi_fingerprint *who, struct place *out)
{
    uint32_t set = set_of(who);
    const struct place *places = view->recall->places[set];
    pthread_mutex_t *lock = &view->recall->locks[set % LOCKS];
    bool found = false;

    (void)pthread_mutex_lock(lock);
    for (size_t i = 0; i < SET_PLACES && !found; i++) {
        found = holds(&places[i], who) && places[i].version >= view->since &&
                places[i].version <= view->version;
        if (found)
            *out = places[i];
    }
    (void)pthread_mutex_unlock(lock);
    return found;
}

/* The person's own, a free one, or that of whom nobody has asked for longest. */
static struct place *choose_place(struct place *places, const cbi_fingerprint *who)
{
    size_t first = who->bytes[4] % SET_PLACES; /* so that those of one version take turns */
    struct place *chosen = &places[first];

    for (size_t i = 0; i < SET_PLACES; i++) {
        struct place *at = &places[(first + i) % SET_PLACES];

        if (holds(at, who))
            return at;
        if (at->version < chosen->version)
            chosen = at; /* that of a free one is 0 */
    }
    return chosen;
}

void cbi_recall_add(const cbi_recall_view *view, const cbi_fingerprint *who,
                    const cbi_account *account, uint64_t entries)
{
    uint32_t set = set_of(who);
    pthread_mutex_t *lock = &view->recall->locks[set % LOCKS];
    struct place *at;

    (void)pthread_mutex_lock(lock);
    at = choose_place(view->recall->places[set], who);
    if (view->version >= atomic_load(&view->recall->forgotten) &&
        (!holds(at, who) || at->version <= view->version))
        *at = (struct place){.who = *who,
                             .version = view->version,
                             .entries = (uint32_t)entries, /* it takes more: they are few */
                             .account = *account};
    (void)pthread_mutex_unlock(lock);
}

void cbi_recall_forget(cbi_recall *recall, uint64_t version)
{
    uint_fast64_t before = atomic_load(&recall->forgotten);

    while (before < version &&
           !atomic_compare_exchange_weak(&recall->forgotten, &before, version))
        continue;
    for (size_t i = 0; i < LOCKS; i++) {
        (void)pthread_mutex_lock(&recall->locks[i]);
        for (size_t set = i; set < SETS; set += LOCKS) {
            for (size_t j = 0; j < SET_PLACES; j++) {
                if (recall->places[set][j].entries > 0)
                    cbi_wipe(&recall->places[set][j], sizeof(recall->places[set][j]));
            }
        }
        (void)pthread_mutex_unlock(&recall->locks[i]);
    }
}

bool cbi_recall_find(const cbi_recall_view *view, const cbi_fingerprint *who, cbi_account *account,
                     uint64_t *entries)
{
    struct place found;
    uint64_t now;

    if (!read_place(view, who, &found))
        return false;
    now = found.entries;
    if (found.version != view->version) {
        if (cbi_account_entries(view->txn, found.account.digits, &now, NULL) != CBANK_OK ||
            !cbi_account_takes(now, 1))
            return false; /* whoever looks for the person says why */
        cbi_recall_add(view, who, &found.account, now);
    }
    *account = found.account;
    *entries = now;
    return true;
}
