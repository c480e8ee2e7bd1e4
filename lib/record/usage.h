/*
 * usage.h - what became of an account's records: whether they hold, where they are, what uses them.
 *
 * One fold over the entries of an account's chains, for everybody who has to know: the bank before
 * it writes and shows, its auditor, a verifier, a planner. Pure: it sees statements and, where
 * they are at hand, the recognitions behind them; what is not at hand is not guessed.
 *
 *   fill entries and chains, cbi_usage_settle, read; cbi_usage_clear.
 */
#ifndef CBI_RECORD_USAGE_H
#define CBI_RECORD_USAGE_H

#include "base/limits.h"
#include "record/conversion.h"
#include "record/lifecycle.h"
#include "record/transfer.h"

#include "cbank/v1/recognition.pb-c.h"
#include "cbank/v1/status.pb-c.h"

/* What of a conversion's recognition is at hand. Everything is lent. */
typedef struct cbi_usage_grounds {
    const Cbank__V1__RecognitionHead *head;       /* NULL: not at hand */
    Cbank__V1__RecognitionSource *const *sources; /* as many as the uses, in order; or NULL */
} cbi_usage_grounds;

/* One entry of a chain. */
typedef struct cbi_usage_entry {
    cbi_hash leaf;
    uint8_t entry_class;
    int kind;                              /* 0: withheld */
    const void *body;                      /* as the kind describes it; NULL: withheld; lent */
    Cbank__V1__ChangeAction action;        /* of a credit change, which its body holds as bytes */
    const Cbank__V1__CreditRecord *record; /* of an award, if its amounts are to be checked; lent */
    cbi_usage_grounds grounds;             /* of a conversion */
    /* Made while another account was merged in that no longer is: what it names may be gone. */
    bool detached;

    /* Found, of an award: */
    cbi_record_state state;
    cbi_whereabouts where;
    uint32_t offer;     /* entry of its newest offer, plus one */
    uint32_t first_use; /* see cbi_usage_next; 0: none */
    /* Found, of a conversion: */
    cbi_conversion_state conversion;
    /* Found, of an offer: it has been answered. */
    bool answered;
} cbi_usage_entry;

/* The entries of one chain, from its first on; in the order of a transcript. */
typedef struct cbi_usage_chain {
    uint32_t count;
    uint32_t merged_into; /* position of that chain, plus one; 0 for the first chain */
    uint64_t joined_at;   /* sequence of the merger there */
} cbi_usage_chain;

/* That a conversion uses a record. */
typedef struct cbi_use {
    uint32_t record;     /* entry */
    uint32_t conversion; /* entry */
    uint32_t position;   /* among the conversion's uses */
    uint32_t next;       /* of the same record, plus one */
    Cbank__V1__UseScope scope;
    Cbank__V1__Leftover leftover;
} cbi_use;

typedef struct cbi_usage {
    cbi_usage_entry *entries; /* chain by chain; the caller's, as are the chains */
    const cbi_usage_chain *chains;
    size_t chain_count; /* at most CBI_TRANSCRIPT_CHAINS_MAX */
    /* Its own: */
    uint32_t starts[CBI_TRANSCRIPT_CHAINS_MAX + 1]; /* of the chains among the entries */
    cbi_use *uses;
    size_t use_count;
} cbi_usage;

/*
 * Steps every record, conversion and offer through the entries. STATE if something is not possible:
 * a reference that names nothing, a use of what does not hold, is elsewhere or is used up, an
 * answer to no offer, a conversion that stands on a record that does not hold; TOO_LARGE for a
 * record with more uses than CBI_RECORD_USES_MAX. `where` of the error is the entry's sequence.
 */
cbank_status cbi_usage_settle(cbi_usage *usage, cbank_error *err);
void cbi_usage_clear(cbi_usage *usage);

/*
 * The uses of an award, the newest first, those of conversions that are reversed or replaced left
 * out: begin with `use` NULL; NULL is the end.
 */
const cbi_use *cbi_usage_next(const cbi_usage *usage, uint32_t entry, const cbi_use *use);

/* Towards what a record is to be used. All lent. */
typedef struct cbi_usage_aim {
    const char *programme; /* its id */
    const char *unit;
    const char *framework; /* "" for none */
    int64_t level_milli;
} cbi_usage_aim;

/*
 * What the standing conversions leave of an award for another use of this scope, in the aim's unit;
 * -1 if it is used up, and then `by` is the use that did it. `whole` is what they found: the
 * record's own amount, or the most that one of them had before it. NOT_FOUND (RECOGNITION_AWAY) if
 * the recognition that says how much is not at hand.
 */
cbank_status cbi_usage_left(const cbi_usage *usage, uint32_t entry, const cbi_usage_aim *aim,
                            Cbank__V1__UseScope scope, int64_t *left, int64_t *whole,
                            const cbi_use **by, cbank_error *err);

/* Whether any conversion that uses the award does more than count it. */
bool cbi_usage_is_consumed(const cbi_usage *usage, uint32_t entry);

/* How a status file lists an award: UNSPECIFIED while it simply holds. */
Cbank__V1__RecordState cbi_usage_listed(const cbi_usage *usage, uint32_t entry);
/* The same of a record about which the three are known. */
Cbank__V1__RecordState cbi_record_listed(cbi_record_state state, cbi_whereabouts where,
                                         bool consumed);

/*
 * The entry that `from` names by sequence and leaf: an earlier one of its own chain, or one of a
 * chain that had been merged into it by then. False if there is none. Once it is settled.
 */
bool cbi_usage_find(const cbi_usage *usage, uint32_t from, uint64_t sequence, cbi_bytes leaf,
                    uint32_t *out);

#endif
