#include "store/compaction.h"

#include "base/memory.h"
#include "store/engine.h"

#define STEP_BYTES (4u * 1024 * 1024)
/*
 * Commits after the last row, so that pages which that one gave up are no longer what LMDB would
 * fall back to.
 */
#define AGING_COMMITS 2

struct cbi_compaction {
    cbi_store *store;
    int table;          /* being rewritten; CBI_TABLE_COUNT: done */
    cbank_buffer after; /* the last key that was */
    int last_table;     /* where there was one */
    int aged;
    cbi_compacted result;
};

cbank_status cbi_compaction_begin(cbi_store *store, cbi_compaction **out, cbank_error *err)
{
    cbi_compaction *compaction = NULL;
    cbank_status status = CBANK_OK;
    cbi_store_use use;

    CBI_TRY(cbi_store_measure(store, &use, err)); /* and checks whose the store is */
    CBI_TRY(store->engine->renew(store, err));
    CBI_TRY(cbi_alloc(1, sizeof(*compaction), &compaction, err));
    compaction->store = store;
    compaction->last_table = -1;
    compaction->result.total_bytes = use.used_bytes;
    *out = compaction;
done:
    return status;
}

void cbi_compaction_end(cbi_compaction *compaction)
{
    if (compaction == NULL)
        return;
    cbank_buffer_clear(&compaction->after);
    cbi_free(compaction);
}

cbi_compacted cbi_compaction_result(const cbi_compaction *compaction)
{
    return compaction->result;
}

/* Rows behind the last one, as many as fit; `*any` is false at the end of the table. */
static cbank_status rewrite_rows(cbi_compaction *compaction, cbi_txn *txn, cbi_page *page,
                                 bool *any, cbank_error *err)
{
    cbi_table table = (cbi_table)compaction->table;
    cbank_buffer *after = &compaction->after;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_page(txn, table, cbi_bytes_of(NULL, 0), cbi_bytes_of_buffer(after),
                         CBI_PAGE_ROWS_MAX, page, err));
    *any = false;
    for (size_t i = 0; i < page->count; i++) {
        cbi_bytes key = cbi_page_key(page, i), value = cbi_page_value(page, i);

        if (after->size > 0 && cbi_bytes_equal(key, cbi_bytes_of_buffer(after)))
            continue;
        CBI_TRY(cbi_txn_put(txn, table, key, value, err));
        compaction->result.rewritten_bytes += key.size + value.size;
        *any = true;
    }
    if (*any) {
        CBI_TRY(cbi_buffer_set(after, cbi_page_key(page, page->count - 1), err));
        compaction->last_table = compaction->table;
    }
done:
    return status;
}

static cbank_status rewrite(cbi_compaction *compaction, cbank_error *err)
{
    cbi_txn *txn = NULL;
    cbi_page page = {0};
    cbank_status status = CBANK_OK;
    bool any = true;

    /* It may use the space kept for erasing: that is what it is part of. */
    CBI_TRY(cbi_txn_begin(compaction->store, CBI_TXN_ERASE, &txn, err));
    while (any && cbi_txn_dirty(txn) < STEP_BYTES)
        CBI_TRY(rewrite_rows(compaction, txn, &page, &any, err));
    status = cbi_txn_commit(txn, err);
    txn = NULL;
    CBI_TRY(status);
    if (!any) {
        compaction->table++;
        cbi_buffer_rewind(&compaction->after);
    }
done:
    cbi_txn_abort(txn);
    cbi_page_clear(&page);
    return status;
}

/* The first row once more, for the sake of the commit. */
static cbank_status age(cbi_compaction *compaction, cbank_error *err)
{
    cbi_txn *txn = NULL;
    cbi_page page = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_begin(compaction->store, CBI_TXN_ERASE, &txn, err));
    CBI_TRY(cbi_txn_page(txn, (cbi_table)compaction->last_table, cbi_bytes_of(NULL, 0),
                         cbi_bytes_of(NULL, 0), 1, &page, err));
    if (page.count > 0)
        CBI_TRY(cbi_txn_put(txn, (cbi_table)compaction->last_table, cbi_page_key(&page, 0),
                            cbi_page_value(&page, 0), err));
    status = cbi_txn_commit(txn, err);
    txn = NULL;
    compaction->aged++;
done:
    cbi_txn_abort(txn);
    cbi_page_clear(&page);
    return status;
}

static cbank_status wipe(cbi_compaction *compaction, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_txn *txn = NULL;

    CBI_TRY(cbi_txn_begin(compaction->store, CBI_TXN_ERASE, &txn, err));
    CBI_TRY(compaction->store->engine->wipe(txn, &compaction->result.wiped_pages, err));
done:
    cbi_txn_abort(txn);
    return status;
}

cbank_status cbi_compaction_step(cbi_compaction *compaction, bool *more, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *more = true;
    if (compaction->table < CBI_TABLE_COUNT)
        return rewrite(compaction, err);
    if (compaction->last_table >= 0 && compaction->aged < AGING_COMMITS)
        return age(compaction, err);
    CBI_TRY(wipe(compaction, err));
    *more = false;
done:
    return status;
}
