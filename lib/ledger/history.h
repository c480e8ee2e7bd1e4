/*
 * history.h - reading the log: rows, chains and proofs, never beyond the newest checkpoint.
 */
#ifndef CBI_LEDGER_HISTORY_H
#define CBI_LEDGER_HISTORY_H

#include "ledger/guard.h"
#include "ledger/met.h"
#include "ledger/node.h"
#include "ledger/subject.h"

/*
 * One snapshot, for one thread and for a short while (cbi_ledger_read_begin). Whoever reads other
 * tables through `txn` sees the last commit, which may be a little ahead of `sealed`.
 */
typedef struct cbi_reader {
    cbi_txn *txn;
    cbi_hasher *hasher;
    cbi_sealed sealed; /* what may be shown */
    cbank_buffer row;
    cbi_nodes *nodes; /* once a proof was asked for */
    cbi_met *met;     /* rows that were read lately: chains are walked back, then read */
    cbi_page beside;  /* rows that stand side by side, of a chain that has them so */
    unsigned side_by_side; /* steps back to the row right before, so far */
} cbi_reader;

/* Frees what the reader has come to own; its transaction and its hasher stay. */
void cbi_history_clear(cbi_reader *reader);

/* A row by its index; its statement is lent until the reader is used again. NOT_FOUND (NOT_SEALED)
 * beyond the checkpoint. */
cbank_status cbi_history_read(cbi_reader *reader, uint64_t index, cbi_logged *out,
                              cbank_error *err);

/* The entries of one subject, oldest first. Begin with {0}; clear with cbi_chain_clear. */
typedef struct cbi_chain {
    uint64_t *indices;
    size_t count;
    cbi_head head; /* the newest of them */
} cbi_chain;

/*
 * Walks back from the head and checks each link. NOT_FOUND (SUBJECT_UNKNOWN) if nothing of the
 * subject is sealed; TOO_LARGE past CBI_TRANSCRIPT_ENTRIES_MAX; CORRUPT if a link is broken.
 */
cbank_status cbi_history_chain(cbi_reader *reader, const cbi_subject *subject, cbi_chain *out,
                               cbank_error *err);
void cbi_chain_clear(cbi_chain *chain);

typedef struct cbi_path {
    cbi_hash hashes[CBI_CONSISTENCY_MAX];
    size_t count;
} cbi_path;

/*
 * Proofs for trees up to the checkpoint's size (NOT_FOUND beyond). Each is checked before it is
 * handed out: CORRUPT (PROOF_DIFFERS) if the stored bytes do not hash to the signed root.
 */
cbank_status cbi_history_inclusion(cbi_reader *reader, uint64_t index, uint64_t size, cbi_path *out,
                                   cbank_error *err);
/* Empty for sizes of which one is 0 or both are equal. `size1` is the smaller. */
cbank_status cbi_history_consistency(cbi_reader *reader, uint64_t size1, uint64_t size2,
                                     cbi_path *out, cbank_error *err);
/* The root of the first `size` rows. */
cbank_status cbi_history_root(cbi_reader *reader, uint64_t size, cbi_hash *out, cbank_error *err);

#endif
