/*
 * scribe.h - scripts of records that are ready, prepared on other cores while one writes them.
 *
 * The writer takes them in the order of the batch; what nobody has prepared when its turn comes,
 * the writer prepares itself. So what is written is the same however many scribes there are, but
 * for what is drawn at random, and for how a row is packed (ledger/pattern.h).
 */
#ifndef CBI_BANK_SCRIBE_H
#define CBI_BANK_SCRIBE_H

#include "bank/decided.h"
#include "bank/script.h"

typedef struct cbi_scribes cbi_scribes;

/* All lent; records that are written as they are, of the items from `first` up to `end`. */
typedef struct cbi_scribes_work {
    const cbi_bank *bank;
    cbi_ready *ready;
    const cbi_deposited *items; /* how each was judged */
    const cbi_ready_batch *batch;
    int64_t at;      /* that the statements state */
    uint64_t index;  /* of the first one, if nothing comes between */
    uint64_t first, end;
} cbi_scribes_work;

/*
 * Calls `write` with `context`, on this thread, while others prepare; or answers MEMORY. The
 * writer's transaction stands on the newest commit, and no act before has done more than add.
 */
cbank_status cbi_scribes_run(const cbi_scribes_work *work, cbi_hasher *hasher,
                             void (*write)(cbi_scribes *scribes, void *context), void *context,
                             cbank_error *err);

/*
 * For `write`, which asks for one item after the other, and may leave some out: its record and its
 * script, lent until the next call. `*out_script` is NULL if the record is not ready. The record
 * of a person who had no account has none, and its script is not prepared. `patterns` is what the
 * writer packs with, so that others can; or NULL.
 */
cbank_status cbi_scribes_next(cbi_scribes *scribes, uint64_t item, const cbi_patterns *patterns,
                              cbi_ready_record *out_record, cbi_script **out_script,
                              cbank_error *err);

#endif
