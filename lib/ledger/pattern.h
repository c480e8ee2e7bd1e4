/*
 * pattern.h - what many statements have in common, kept once.
 *
 * A row of `pattern` is number u64, counted from 1, -> bytes that statements of two learners had in
 * common: what two people's statements share is nobody's, so that it may stay when they are erased.
 * Cases and disclosures make none, as two of them may be one learner's. Rows of the log that are
 * much like a pattern keep what they differ in (logged.h). A row here is never changed. What it
 * should be, the rows tell that need it: their statements hash to the log.
 */
#ifndef CBI_LEDGER_PATTERN_H
#define CBI_LEDGER_PATTERN_H

#include "proof/entry.h"
#include "store/store.h"

/* Longer statements, and shorter ones, are kept as they are. */
#define CBI_PATTERN_STATEMENT_MAX 4096u
#define CBI_PATTERN_STATEMENT_MIN 64u

/* A pattern that was read; begin with {0}. For committed rows, of one store, by one thread. */
typedef struct cbi_pattern {
    uint64_t number; /* 0: none */
    cbank_buffer bytes;
} cbi_pattern;

/* Reads this one, unless it is the one at hand. CORRUPT if it is missing or has not the form. */
cbank_status cbi_pattern_read(cbi_txn *txn, uint64_t number, cbi_pattern *out, cbank_error *err);
void cbi_pattern_clear(cbi_pattern *pattern);

/* A statement as what it differs in from a pattern. */
typedef struct cbi_packed {
    uint64_t number; /* of the pattern; 0: the statement is kept as it is */
    size_t size;
    uint8_t delta[CBI_PATTERN_STATEMENT_MAX];
} cbi_packed;

/* What the writer of one transaction knows of the newest patterns. */
typedef struct cbi_patterns cbi_patterns;

/*
 * What another thread has packed for the writer, who takes it as long as it knows no newer pattern
 * than that thread did. Begins as {0}.
 */
typedef struct cbi_prepacked {
    bool done;
    uint64_t newest; /* of the patterns that it was packed with */
    uint64_t number; /* as in cbi_packed */
    cbank_buffer delta;
} cbi_prepacked;

/*
 * Packs a statement for its row; `*patterns` is NULL at first, and made here. May write a new
 * pattern: when enough statements were packed less well than one made of them would. `before` is
 * what the statement was packed into before, or NULL.
 */
cbank_status cbi_patterns_pack(cbi_patterns **patterns, cbi_txn *txn, const cbi_entry *entry,
                               cbi_bytes statement, const cbi_prepacked *before, cbi_packed *out,
                               cbank_error *err);
/* NULL is a no-op. */
void cbi_patterns_free(cbi_patterns *patterns);

/* For other threads: what the writer knows by now. `*to` is NULL at first, or a copy before. */
cbank_status cbi_patterns_copy(const cbi_patterns *from, cbi_patterns **to, cbank_error *err);
/* The number of the newest one; 0: none. */
uint64_t cbi_patterns_newest(const cbi_patterns *patterns);
cbank_status cbi_patterns_prepack(cbi_patterns *copy, cbi_bytes statement, cbi_prepacked *out,
                                  cbank_error *err);

#endif
