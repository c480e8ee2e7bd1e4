#include "ledger/rehash.h"

#include <pthread.h>

#include "base/crew.h"
#include "base/memory.h"

/* Rows of a share, which is a full subtree but for the first and the last; and of one round. */
#define SHARE_ROWS 256u
#define ROUND_ROWS (64u * SHARE_ROWS)
/* How many make another thread worth having. */
#define WORTH_A_THREAD 1024u

typedef struct rehash {
    pthread_mutex_t lock; /* over `next` and what failed */
    pthread_t caller;     /* who has the next two; others make their own */
    cbi_txn *txn;
    cbi_hasher *hasher;
    cbi_store *store;
    uint64_t begin, end; /* of the round */
    uint64_t next;       /* row at which the next share begins */
    cbi_hash *hashes;    /* a leaf a row; of a full share its root, in the place of the first */
    uint64_t failed_at;  /* where the first share begins that failed */
    cbank_status status;
    cbank_error error;
} rehash;

static uint64_t share_end(uint64_t from, uint64_t end)
{
    uint64_t next = (from / SHARE_ROWS + 1) * SHARE_ROWS;

    return next < end ? next : end;
}

/* Adds the rows from the frontier's size up to `size`, one after the other. */
static cbank_status add_rows(cbi_txn *txn, cbi_hasher *hasher, uint64_t size,
                             cbi_frontier *frontier, cbank_error *err)
{
    cbi_logged_scan scan = {.next = frontier->size, .end = size};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    while (scan.next < size) {
        CBI_TRY(cbi_logged_scan_next(&scan, txn, hasher, &logged, err));
        CBI_TRY(cbi_frontier_append(hasher, frontier, &logged.leaf, err));
    }
done:
    cbi_logged_scan_clear(&scan);
    return status;
}

/* ---- one of the crew ----------------------------------------------------------------------- */

static cbank_status hash_share(rehash *it, cbi_txn *txn, cbi_hasher *hasher, uint64_t from,
                               uint64_t to, cbank_error *err)
{
    cbi_hash *hashes = it->hashes + (from - it->begin);
    cbi_logged_scan scan = {.next = from, .end = to};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    while (scan.next < to) {
        CBI_TRY(cbi_logged_scan_next(&scan, txn, hasher, &logged, err));
        hashes[logged.index - from] = logged.leaf;
    }
    if (to - from == SHARE_ROWS)
        CBI_TRY(cbi_tree_root_of(hasher, hashes, SHARE_ROWS, hashes, err));
done:
    cbi_logged_scan_clear(&scan);
    return status;
}

static void stop(rehash *it, uint64_t from, cbank_status status, const cbank_error *error)
{
    (void)pthread_mutex_lock(&it->lock);
    if (it->status == CBANK_OK || from < it->failed_at) {
        it->status = status;
        it->error = *error;
        it->failed_at = from;
    }
    it->next = it->end;
    (void)pthread_mutex_unlock(&it->lock);
}

static bool take(rehash *it, uint64_t *from, uint64_t *to)
{
    (void)pthread_mutex_lock(&it->lock);
    *from = it->next;
    *to = *from < it->end ? share_end(*from, it->end) : *from;
    it->next = *to;
    (void)pthread_mutex_unlock(&it->lock);
    return *from < *to;
}

static void hash_shares(rehash *it, cbi_txn *txn, cbi_hasher *hasher)
{
    cbank_status status = CBANK_OK;
    cbank_error error = {0};
    uint64_t from, to;

    while (status == CBANK_OK && take(it, &from, &to)) {
        status = hash_share(it, txn, hasher, from, to, &error);
        if (status != CBANK_OK)
            stop(it, from, status, &error);
    }
}

/* Whoever cannot begin leaves all to the caller. */
static void serve(void *context)
{
    rehash *it = context;
    cbi_hasher *hasher = NULL;
    cbi_txn *txn = NULL;

    if (pthread_equal(it->caller, pthread_self())) {
        hash_shares(it, it->txn, it->hasher);
        return;
    }
    if (cbi_hasher_new(cbi_hasher_suite(it->hasher), &hasher, NULL) == CBANK_OK &&
        cbi_txn_begin(it->store, CBI_TXN_READ, &txn, NULL) == CBANK_OK)
        hash_shares(it, txn, hasher);
    cbi_txn_abort(txn);
    cbi_hasher_free(hasher);
}

/* ---- the rounds ---------------------------------------------------------------------------- */

static cbank_status add_hashes(const rehash *it, cbi_frontier *frontier, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t to;

    for (uint64_t from = it->begin; from < it->end; from = to) {
        const cbi_hash *hashes = it->hashes + (from - it->begin);

        to = share_end(from, it->end);
        if (to - from == SHARE_ROWS)
            CBI_TRY(cbi_frontier_join(it->hasher, frontier, SHARE_ROWS, hashes, err));
        for (uint64_t i = 0; i < to - from && to - from < SHARE_ROWS; i++)
            CBI_TRY(cbi_frontier_append(it->hasher, frontier, &hashes[i], err));
    }
done:
    return status;
}

static cbank_status add_round(rehash *it, cbi_frontier *frontier, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    it->next = it->begin;
    cbi_crew_run(cbi_crew_size(it->end - it->begin, WORTH_A_THREAD), serve, it);
    if (it->status != CBANK_OK && err != NULL)
        *err = it->error;
    CBI_TRY(it->status);
    CBI_TRY(add_hashes(it, frontier, err));
done:
    return status;
}

cbank_status cbi_rehash_rows(cbi_store *store, cbi_txn *txn, cbi_hasher *hasher, uint64_t size,
                             cbi_frontier *frontier, cbank_error *err)
{
    rehash it = {.lock = PTHREAD_MUTEX_INITIALIZER,
                 .caller = pthread_self(),
                 .txn = txn,
                 .hasher = hasher,
                 .store = store};
    cbank_status status = CBANK_OK;

    if (size - frontier->size < 2 * WORTH_A_THREAD)
        return add_rows(txn, hasher, size, frontier, err);
    CBI_TRY(cbi_alloc(ROUND_ROWS, sizeof(*it.hashes), &it.hashes, err));
    while (frontier->size < size) {
        uint64_t left = size - frontier->size;

        it.begin = frontier->size;
        it.end = it.begin + (left < ROUND_ROWS ? left : ROUND_ROWS);
        CBI_TRY(add_round(&it, frontier, err));
    }
done:
    cbi_free(it.hashes);
    (void)pthread_mutex_destroy(&it.lock);
    return status;
}
