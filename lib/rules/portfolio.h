/*
 * portfolio.h - what an account holds, as a plan sees it: from its entries, one after the other.
 *
 * Fed chain by chain in the order of a transcript, by a bank from its log and by anybody else from
 * a transcript: the same entries give the same sources.
 *
 *   add chains and their entries, settle, read; clear.
 */
#ifndef CBI_RULES_PORTFOLIO_H
#define CBI_RULES_PORTFOLIO_H

#include "crypto/digest.h"
#include "record/statement.h"
#include "record/usage.h"
#include "rules/proposal.h"

struct cbi_portfolio_ground;

/* Begins as {0}; owns what it is fed. */
typedef struct cbi_portfolio {
    cbi_usage_entry *entries;
    cbi_statement *statements;         /* one an entry */
    Cbank__V1__CreditRecord **records; /* of awards; else NULL */
    uint32_t count;
    uint32_t entry_room, statement_room, record_room;
    cbi_usage_chain chains[CBI_TRANSCRIPT_CHAINS_MAX];
    size_t chain_count;
    struct cbi_portfolio_ground *grounds;
    uint32_t ground_count, ground_room;

    /* Once it is settled: */
    cbi_source *sources;
    uint32_t source_count;
    cbi_left *left; /* one a source */
    char (*ids)[2 * CBI_HASH_SIZE + 1];
    char (*by)[2 * CBI_HASH_SIZE + 1];
} cbi_portfolio;

/* The next chain; `merged_into` is the position of the chain that it was merged into, plus one. */
cbank_status cbi_portfolio_add_chain(cbi_portfolio *portfolio, uint32_t merged_into,
                                     uint64_t joined_at, cbank_error *err);
/* The next entry of the newest chain. `statement` is empty for one that is withheld or erased. */
cbank_status cbi_portfolio_add(cbi_portfolio *portfolio, const cbi_hash *leaf,
                               uint8_t entry_class, cbi_bytes statement, cbank_error *err);

/*
 * What an earlier recognition says, for the statement that names it. Lent until it is settled. One
 * that is not at hand need not be, unless it says how much is left, or for which programme.
 */
cbank_status cbi_portfolio_ground(cbi_portfolio *portfolio, const cbi_hash *id,
                                  const Cbank__V1__RecognitionHead *head,
                                  Cbank__V1__RecognitionSource *const *sources, cbank_error *err);
/* The ids of recognitions that its entries name, one after the other: begin with `*at` 0. */
bool cbi_portfolio_names(const cbi_portfolio *portfolio, uint32_t *at, cbi_hash *id);

/* What became of its records, as usage.h has it; for the caller to clear. As cbi_usage_settle. */
cbank_status cbi_portfolio_fold(cbi_portfolio *portfolio, cbi_usage *out, cbank_error *err);

/* By what records are judged before any rule. */
typedef struct cbi_portfolio_terms {
    uint32_t as_of;
    uint32_t awarded_from;
    uint32_t awarded_until;
    Cbank__V1__PartialDates partial_dates;
    cbi_usage_aim aim;
    const cbi_hash *replaces; /* the recognition of this id uses nothing; or NULL */
} cbi_portfolio_terms;

/*
 * Fills the sources: every award that is shown, whether it can be used or not. STATE if the entries
 * do not fit together; BAD_SEMANTICS (an award is withheld: no plan can be made again without it);
 * NOT_FOUND (RECOGNITION_AWAY).
 */
cbank_status cbi_portfolio_settle(cbi_portfolio *portfolio, cbi_hasher *hasher,
                                  const cbi_portfolio_terms *terms, cbank_error *err);
/*
 * Settles it by the question's own terms, and answers the question: `asked` is without its sources.
 * `partial_dates` are those of the first rule set; of the programme, where there is none.
 */
cbank_status cbi_portfolio_propose(cbi_portfolio *portfolio, cbi_hasher *hasher,
                                   const cbi_proposal *asked, Cbank__V1__PartialDates partial_dates,
                                   cbank_buffer *plan, cbank_error *err);
void cbi_portfolio_clear(cbi_portfolio *portfolio);

/* The day that is meant by a date; 0 if it is not known as exactly as it has to be. */
uint32_t cbi_portfolio_day(uint32_t date, Cbank__V1__PartialDates partial);

#endif
