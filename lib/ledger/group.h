/*
 * group.h - the acts of one transaction: step 1 of a commit.
 */
#ifndef CBI_LEDGER_GROUP_H
#define CBI_LEDGER_GROUP_H

#include "ledger/epoch.h"
#include "ledger/queue.h"

typedef struct cbi_group {
    cbi_act *acts; /* all that were taken, in order */
    cbi_act *last;
    cbi_act *written; /* one that this transaction wrote; NULL if all failed or were replayed */
    size_t written_count;
} cbi_group;

/*
 * Takes acts from the queue and commits what they write. An act that fails its check has its
 * status and error set, the others are still OK. `sealed` is a newer checkpoint than the store
 * holds, or NULL; its note rides along. `additions` is what the caller keeps from one group to the
 * next, {0} at first. Nothing is written under a log key that signs no more.
 *
 * A failure undid everything: it is every act's. After a commit that may or may not have happened
 * it looks a token up, and answers UNKNOWN only if that fails too.
 */
cbank_status cbi_group_commit(cbi_store *store, const cbi_signers *signers, cbi_hasher *hasher,
                              cbi_queue *queue, const cbi_sealed *sealed,
                              cbi_additions *additions, cbi_group *out, cbank_error *err);

/* Whether a commit of unknown end wrote `act`: OK, IO (it did not), UNKNOWN. */
cbank_status cbi_group_resolve(cbi_store *store, const cbi_act *act, cbank_error *err);

/* Gives a failure to every act that is OK so far. */
void cbi_group_fail(cbi_group *group, cbank_status status, const cbank_error *error);
/* Whether somebody waits for a seal: an act that was written, or answered from its token. */
bool cbi_group_has_success(const cbi_group *group);

#endif
