/*
 * world.h - a small bank in memory, made of files alone.
 *
 * It holds every key there is, so a test can have it lie: change a struct before it is signed,
 * write a statement that should not be, or rewind the log and write another history. Everything
 * lives until world_free.
 */
#ifndef CBI_TESTS_PROOF_WORLD_H
#define CBI_TESTS_PROOF_WORLD_H

#include "proof/batch.h"
#include "proof/directory.h"
#include "proof/entry.h"
#include "proof/request.h"
#include "proof/statusfile.h"
#include "proof/transcript.h"
#include "record/statement.h"

#define WORLD_SUITES 2
#define WORLD_LOG_MAX 512
#define WORLD_CHAIN_MAX 32
#define WORLD_BEGIN 1700000000 /* the first statement; one second each from there on */
#define WORLD_AT (WORLD_BEGIN + 100000)
#define WORLD_EXPIRES (WORLD_BEGIN + 200000)

extern const cbi_suite world_suites[WORLD_SUITES];

typedef struct world_batch world_batch;

typedef struct world_entry {
    cbi_bytes statement;
    uint8_t entry_class;
    uint64_t sequence;
    uint64_t index;
    cbi_hash previous;
    cbi_hash leaf;
    world_batch *batch; /* of a deposit or change: where it comes from */
    uint32_t position;
} world_entry;

typedef struct world_chain {
    uint8_t kind;
    const char *id;
    cbi_hash random;
    cbi_hash tag;
    world_entry entries[WORLD_CHAIN_MAX];
    size_t count;
} world_chain;

typedef struct world_key {
    cbi_private *key;
    uint64_t from;
    uint64_t until;
    cbi_bytes request; /* envelope; empty: the bank vouches */
    uint64_t compromised; /* from this log position on; 0: never */
} world_key;

typedef struct world_institution {
    const char *code;
    const char *name;
    world_chain chain;
    world_key keys[4];
    size_t key_count;
    bool suspended;
    uint64_t status_index;
    uint64_t batches;
} world_institution;

typedef struct world_learner {
    char account[17];
    const char *type;
    const char *number;
    const char *name;
    cbi_hash random; /* of the account's commitment */
    world_chain chain;
    const struct world_learner *merged[4];
    size_t merged_count;
} world_learner;

typedef struct world_item {
    bool change;
    cbi_bytes bytes; /* what the bank writes into its statement */
    cbi_hash id;
    cbi_hash random; /* of a record's commitment */
    world_learner *learner;
    const world_entry *touched; /* by a change */
} world_item;

struct world_batch {
    world_institution *institution;
    const char *origin;
    uint64_t number;
    world_item items[8];
    uint32_t count;
    cbi_bytes file;
    cbi_bytes envelope;
    cbi_hash id;
    const cbi_private *signer;
    const world_entry *receipt;
};

typedef struct world {
    cbi_suite suite;
    cbi_hasher *hasher;
    const char *origin;
    cbi_private *root_key;
    cbi_private *log_key;
    Cbank__V1__LogKey log_keys[3]; /* as the directory lists them */
    size_t log_key_count;
    ProtobufCBinaryData successions[4]; /* up to `root_key` */
    size_t succession_count;
    cbi_hash log[WORLD_LOG_MAX]; /* leaves */
    uint64_t size;
    int64_t clock;
    uint64_t accounts;
    world_chain chain; /* the bank's own */
    world_institution own;     /* asked to join itself */
    world_institution vouched; /* brought in by the bank alone */
    world_institution rotated; /* asked to join, and changed its key */
    uint64_t random;
    void **kept;
    size_t kept_count;
} world;

world *world_new(cbi_suite suite);
void world_free(world *it);

/* Copies that live as long as the world; of NULL only the room. */
void *world_keep(world *it, const void *data, size_t size);
cbi_bytes world_keep_buffer(world *it, cbank_buffer *buffer); /* clears it */
cbi_hash world_random(world *it);
cbi_private *world_new_key(world *it);

/* ---- the log ----------------------------------------------------------------------------- */

cbi_hash world_root(world *it, uint64_t size);
size_t world_inclusion(world *it, uint64_t index, uint64_t size, cbi_hash *path);
size_t world_consistency(world *it, uint64_t size1, uint64_t size2, cbi_hash *path);
cbi_bytes world_checkpoint(world *it, uint64_t size);
/* A statement at the end of the chain and of the log. */
world_entry *world_append(world *it, world_chain *chain, int kind, const void *body);
/* As if nothing had been written since: the log's size and the chain's length as they were. */
void world_rewind(world *it, uint64_t size, world_chain *chain, size_t count);

/* ---- acts -------------------------------------------------------------------------------- */

/* An institution asks to join (or, not `asked`, is brought in), changes its key, is suspended. */
void world_admit(world *it, world_institution *out, const char *code, const char *name,
                 bool asked);
void world_rotate(world *it, world_institution *institution);
void world_suspend(world *it, world_institution *institution);
cbi_bytes world_request(world *it, const char *code, const cbi_private *earlier,
                        const cbi_private *key);

void world_open(world *it, world_learner *out, const char *type, const char *number,
                const char *name);
void world_freeze(world *it, world_learner *learner, bool freeze);
/* One of the kinds whose body is AccountChanged. */
void world_state(world *it, world_learner *learner, int kind);
void world_merge(world *it, world_learner *from, world_learner *into);
/* The learner merged last is its own again; its chain goes on. */
void world_unmerge(world *it, world_learner *into);
/* Writes again, on the chain of the record, a change that was made where it was merged into. */
void world_restore(world *it, world_learner *learner, const world_entry *change);
/* A document joins, takes the place of the one an entry commits to, or goes. NULL: of none. */
void world_bind(world *it, world_learner *learner, const char *type, const char *number);
void world_correct(world *it, world_learner *learner, const world_entry *wrong, const char *number);
void world_unbind(world *it, world_learner *learner, const world_entry *gone);

/* A batch is begun, filled, signed with the institution's newest key, and deposited. */
world_batch *world_batch_new(world *it, world_institution *institution);
void world_award(world *it, world_batch *batch, world_learner *learner, const char *reference,
                 int64_t credit_milli);
void world_change(world *it, world_batch *batch, world_learner *learner,
                  const world_entry *touched, Cbank__V1__ChangeAction action);
/* Supersedes the record of that deposit by a new revision. */
void world_amend(world *it, world_batch *batch, world_learner *learner, const world_entry *old,
                 int64_t credit_milli);
/* For a record that says something unusual. */
void world_award_record(world *it, world_batch *batch, world_learner *learner,
                        Cbank__V1__CreditRecord *record);
void world_sign(world *it, world_batch *batch);
void world_deposit(world *it, world_batch *batch);
/* All of it for one award or one change; the entry of the learner. */
const world_entry *world_give(world *it, world_institution *institution, world_learner *learner,
                              const char *reference, int64_t credit_milli);
const world_entry *world_take(world *it, world_institution *institution, world_learner *learner,
                              const world_entry *touched, Cbank__V1__ChangeAction action);

/* ---- files ------------------------------------------------------------------------------- */

cbi_bytes world_directory(world *it);
void world_open_directory(world *it, cbi_directory *out);
cbi_hash world_fingerprint(const cbi_private *key);
/* A status file of those rows, as of now. */
cbi_bytes world_status(world *it, const cbi_status_row *records, size_t record_count,
                       const cbi_status_row *accounts, size_t account_count, int64_t expires_at);
/* The same of these disclosures: version 2. */
cbi_bytes world_disclosures(world *it, const cbi_status_disclosure *rows, size_t count);
/* The rows that are true of these learners. */
cbi_bytes world_true_status(world *it, world_learner *const *learners, size_t count);

#endif
