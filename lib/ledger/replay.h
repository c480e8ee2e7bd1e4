/*
 * replay.h - the auditor's check: everything derived again from the stored bytes.
 *
 * Rows in order: each is hashed into the tree, must follow the row that it names as its subject's
 * previous, and every inner node and stored checkpoint on the way must agree. Then heads, tags,
 * and what the tables hold at the end. What is wrong becomes a finding and the check goes on; only
 * a store that cannot be read stops it. A bank may be in use meanwhile: what is checked is the log
 * up to the checkpoint of the beginning, and for heads and counts what has been added since.
 *
 * Why each (tag, sequence) is unique and each subject has one chain, without remembering tags:
 *   1 every row of sequence s > 0 names an earlier row of sequence s - 1, the same kind and tag,
 *     by its index and its leaf; so from every row a chain of s + 1 rows leads to sequence 0;
 *   2 every row of `head` names a row by index, sequence and leaf, so it stands for sequence + 1
 *     rows of one tag;
 *   3 tags of different heads differ: a tag is derived again from the subject's id, except where
 *     the randomness was erased, and those few tags are kept and compared with all others;
 *   4 so the chains of different heads share no row, and when their lengths add up to the size of
 *     the log, every row is in exactly one of them, where sequences count 0, 1, 2, ...
 */
#ifndef CBI_LEDGER_REPLAY_H
#define CBI_LEDGER_REPLAY_H

#include "crypto/key.h"
#include "ledger/logged.h"

/* Further findings are only counted. */
#define CBI_REPLAY_FINDINGS_MAX 1000

typedef struct cbi_replay cbi_replay;

/* Whose log it is, as the auditor knows it; lent until the end. */
typedef struct cbi_replay_scope {
    cbi_store *store;
    const char *origin;
    const cbi_public *log_key;
    const cbi_public *earlier_key; /* whose note the guard may hold still; or NULL */
    const char *guard_path;
} cbi_replay_scope;

/* CONFLICT, NOT_FOUND or UNSUPPORTED if the store holds no ledger of this origin. */
cbank_status cbi_replay_begin(const cbi_replay_scope *scope, cbi_replay **out, cbank_error *err);

/*
 * A bounded piece of work in a transaction of its own, on any thread. `out_more` is false after the
 * last.
 */
cbank_status cbi_replay_step(cbi_replay *replay, bool *out_more, cbank_error *err);

/*
 * The rows that the last step checked, in order, for whoever knows what statements mean; false
 * when there is no other. Rows that cannot be read are left out. What `out` lends lives until the
 * step after the next.
 */
bool cbi_replay_next(cbi_replay *replay, cbi_logged *out);

/*
 * The newest row of a chain, once the rows are read: every row of it up to there was met and
 * follows the one before. False if that is not so, or not known, or the chain was set aside.
 */
bool cbi_replay_followed(const cbi_replay *replay, const cbi_hash *tag, cbi_head *out);
/* Whoever follows heads is to walk this chain again: it holds what cannot be told row by row. */
void cbi_replay_set_aside(cbi_replay *replay, const cbi_hash *tag);

/* Rows and heads seen, of how many. */
void cbi_replay_progress(const cbi_replay *replay, uint64_t *done, uint64_t *total);

/* Each as an error with reason, place and detail. `out_total` counts those left out too. */
const cbank_error *cbi_replay_findings(const cbi_replay *replay, size_t *out_count,
                                       uint64_t *out_total);

/* What there is, once the replay is done. */
typedef struct cbi_replay_extent {
    bool has_guard;
    uint64_t guard_size; /* of the guard's newest checkpoint, if there is one */
    cbi_hash guard_root;
    uint64_t log_size; /* entries, and the root that they hash to */
    cbi_hash log_root;
    /* The largest signed checkpoint, of the guard or kept in the store, that they hash to: up to
     * here the entries are what was signed. 0: there is none. */
    uint64_t sound_size;
} cbi_replay_extent;
void cbi_replay_measure(const cbi_replay *replay, cbi_replay_extent *out);

/* NULL is a no-op. */
void cbi_replay_end(cbi_replay *replay);

#endif
