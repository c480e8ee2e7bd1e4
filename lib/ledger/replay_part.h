/* replay_part.h - what the parts of a replay share. */
#ifndef CBI_LEDGER_REPLAY_PART_H
#define CBI_LEDGER_REPLAY_PART_H

#include "ledger/epoch.h"
#include "ledger/replay.h"
#include "ledger/state.h"
#include "ledger/tile.h"

#define CBI_REPLAY_PAGE 256 /* rows of small tables */
#define CBI_REPLAY_ROWS_MAX CBI_PAGE_ROWS_MAX /* of the log, of one step */

typedef enum cbi_replay_phase {
    CBI_REPLAY_ROWS,
    CBI_REPLAY_HEADS,
    CBI_REPLAY_HIDDEN, /* tags whose randomness was erased against all others */
    CBI_REPLAY_TAGS,
    CBI_REPLAY_ENDS, /* what the tables hold at the end */
    CBI_REPLAY_DONE,
} cbi_replay_phase;

/* A chain as far as its rows have been met. */
typedef struct cbi_replay_chain {
    cbi_hash tag;
    cbi_hash leaf; /* of its newest row */
    uint64_t index, sequence;
    uint8_t subject_kind;
    bool used;  /* is this place */
    bool aside; /* not every row followed the one before, or somebody wants it looked at again */
} cbi_replay_chain;

/* Chains by their tags. Those that find no room are followed by reading their rows again. */
typedef struct cbi_replay_chains {
    cbi_replay_chain *places;
    size_t size, count;
} cbi_replay_chains;

struct cbi_replay {
    cbi_replay_scope scope;
    cbi_hasher *hasher;
    cbi_guard guard;
    bool has_guard;
    cbi_epochs epochs; /* whose checkpoints the log's are */
    cbi_sealed sealed; /* if has_guard */
    uint64_t size;     /* rows to be checked */
    uint64_t sound;    /* the largest signed size so far that the rows hash to */
    cbi_frontier whole; /* of all rows, the last of them unsealed perhaps */
    cbi_hash whole_root;
    cbi_replay_phase phase;
    uint64_t seen; /* rows and heads */
    uint64_t total;

    /* Rows. */
    uint64_t next;
    cbi_frontier frontier;
    cbi_page page; /* of rows, then of heads or tags */
    cbi_page given; /* the rows before, which others lend still */
    cbank_buffer plain, given_plain; /* of both, those that were packed */
    cbi_pattern pattern;
    cbi_logged rows[CBI_REPLAY_ROWS_MAX];
    cbi_replay_chains chains;
    size_t row_count;
    size_t row_given;
    cbank_buffer row;

    /* Stored checkpoints, met in the order of their sizes. */
    cbi_page notes;
    size_t note_row;
    uint64_t note_next; /* size from which the next page begins */
    bool notes_ended;
    bool root_differs;

    /* Heads and tags. */
    cbi_subject_key after; /* the last key seen in the table being read */
    uint64_t position;     /* of the row in that table */
    uint64_t covered;      /* rows that chains of heads hold */
    cbank_buffer hidden;   /* tags, 32 bytes each; sorted once all are known */

    cbank_error *findings;
    size_t finding_count;
    uint64_t finding_total;
};

void cbi_replay_add(cbi_replay *replay, const cbank_error *finding);
/* Turns a failure that lies in the data into a finding; others go to `err` and are returned. */
cbank_status cbi_replay_judge(cbi_replay *replay, cbank_status status, const cbank_error *error,
                              cbank_error *err);

/* NULL if there is none; valid until one is added. */
cbi_replay_chain *cbi_replay_chain_find(const cbi_replay_chains *chains, const cbi_hash *tag);
/* The chain will be looked for soon: its place may be brought nearer meanwhile. */
void cbi_replay_chain_prefetch(const cbi_replay_chains *chains, const cbi_hash *tag);
/* Of a tag that has none; `*out` is NULL if there is no room. */
cbank_status cbi_replay_chain_add(cbi_replay_chains *chains, const cbi_hash *tag,
                                  cbi_replay_chain **out, cbank_error *err);

/* One step of a phase; moves on to the next phase when there is no more. */
cbank_status cbi_replay_step_rows(cbi_replay *replay, cbi_txn *txn, cbank_error *err);
cbank_status cbi_replay_step_heads(cbi_replay *replay, cbi_txn *txn, cbank_error *err);
cbank_status cbi_replay_step_hidden(cbi_replay *replay, cbi_txn *txn, cbank_error *err);
cbank_status cbi_replay_step_tags(cbi_replay *replay, cbi_txn *txn, cbank_error *err);
cbank_status cbi_replay_step_ends(cbi_replay *replay, cbi_txn *txn, cbank_error *err);

/* Stored checkpoints up to the frontier's size, and at the end the rest. */
cbank_status cbi_replay_check_notes(cbi_replay *replay, cbi_txn *txn, cbank_error *err);
cbank_status cbi_replay_check_last_notes(cbi_replay *replay, cbi_txn *txn, uint64_t guard_size,
                                         cbank_error *err);

#endif
