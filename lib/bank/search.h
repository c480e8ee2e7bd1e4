/*
 * search.h - finding records: an account's, a batch's or anybody's, that match what is asked.
 *
 * What narrows most settles which stretches of the log are walked, so that neither an account nor
 * a batch, nor an institution of not too many batches, makes it read everything. A search may pause
 * after any entry and go on with another reader: the log only grows, and what came in after it
 * began is not found.
 */
#ifndef CBI_BANK_SEARCH_H
#define CBI_BANK_SEARCH_H

#include "bank/holding.h"
#include "ledger/history.h"

/* Batches of an institution that are walked one by one; of one with more, the log is. */
#define CBI_SEARCH_BATCHES_MAX 4096u

/* All that is stated must hold; "" and empty are not stated. Borrowed until the search ends. */
typedef struct cbi_search_terms {
    const char *account;
    const char *institution; /* that awarded it */
    cbi_bytes batch;         /* its id */
    const char *code;
    const char *offering;
    const char *school_year;
    const char *term;
    bool bare; /* the caller does not look into records: `record` is NULL where no term does */
} cbi_search_terms;

/* Begin with {0}; end with cbi_search_clear. */
typedef struct cbi_search {
    cbi_search_terms terms;
    struct cbi_stretch {
        uint64_t from, end; /* log indices */
    } *stretches;
    size_t count;
    size_t at;       /* the stretch in hand */
    uint64_t next;   /* the entry to look at next */
    uint64_t looked; /* entries so far, */
    uint64_t total;  /* and all there are */
    cbi_holding_series series;
} cbi_search;

/*
 * Entries before `from` are left out. NOT_FOUND: no such account or batch; ARGUMENT: the batch is
 * no id.
 */
cbank_status cbi_search_begin(cbi_reader *reader, const cbi_search_terms *terms, uint64_t from,
                              cbi_search *out, cbank_error *err);
void cbi_search_clear(cbi_search *search);

/*
 * The next record, for the caller to clear. Looks at `budget` entries at most; `*found` is false
 * if none of them matched or there are no more (cbi_search_is_over).
 */
cbank_status cbi_search_next(cbi_search *search, cbi_reader *reader, uint32_t budget,
                             cbi_holding *out, bool *found, cbank_error *err);
bool cbi_search_is_over(const cbi_search *search);

#endif
