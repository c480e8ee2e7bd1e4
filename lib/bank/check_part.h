/*
 * check_part.h - what the parts of a check share.
 *
 * A part fails with what is wrong with one row, as any reading function does; the check makes a
 * finding of it and goes on to the next row. Its `err` is never NULL.
 */
#ifndef CBI_BANK_CHECK_PART_H
#define CBI_BANK_CHECK_PART_H

#include "bank/check.h"
#include "bank/check_begun.h"
#include "bank/enrolment.h"
#include "bank/intake.h"
#include "bank/transfer.h"
#include "base/crew.h"
#include "crypto/fingerprint.h"
#include "ledger/replay.h"

#include "cbank/api/v1/learner.pb-c.h"
#include "cbank/v1/conversion.pb-c.h"
#include "cbank/v1/directory.pb-c.h"

/* What the log says there are of each. */
typedef struct cbi_check_counted {
    uint64_t accounts;
    uint64_t records;
    uint64_t ended;
    uint64_t institutions;
} cbi_check_counted;

/* Few: those that were suspended, or have ended, at the place that has been reached. */
typedef struct cbi_check_lives {
    struct cbi_check_tag_life {
        cbi_hash tag;
        uint8_t life;
    } *rows;
    size_t count, capacity;
} cbi_check_lives;
uint8_t cbi_check_lives_find(const cbi_check_lives *lives, const cbi_hash *tag, uint8_t usual);
cbank_status cbi_check_lives_put(cbi_check_lives *lives, const cbi_hash *tag, uint8_t life,
                                 uint8_t usual, cbank_error *err);

/*
 * What was found of accounts: the tag that their ids give, and a document that leads to them.
 * Records of one learner are many, and are asked the same. Each thread has a few of its own, and
 * reads what all have found so far, which is added to between the shares.
 */
#define CBI_CHECK_KNOWN_MAX 1024u       /* of a thread's own */
#define CBI_CHECK_FOUND_MAX (1u << 20)  /* of all; some 60 MiB */
typedef struct cbi_check_known {
    uint64_t account; /* its digits; 0 while nothing is known */
    cbi_hash tag;     /* zero while it is not known */
    cbi_fingerprint document; /* of type and number; the same */
    bool added; /* something that not all have found */
} cbi_check_known;

/* A row of the log before it is its turn. */
typedef struct cbi_check_ahead {
    cbi_logged logged;
    cbi_statement statement; /* as far as that can be parsed; of a deposit not kept */
    const cbi_kind *kind;    /* NULL if it cannot be parsed, or is erased */
    int64_t at;
    cbi_bytes opening;       /* its sealed row, lent; empty if it was not found beside the log */
    bool plain;              /* a deposit that simply holds */
    cbi_check_item item;     /* of a deposit */
} cbi_check_ahead;

/* What came of one row. */
typedef struct cbi_check_outcome {
    bool done;
    cbank_status status;
    cbank_error error;
} cbi_check_outcome;

/*
 * Rows of the log that are checked at once: first ahead of their turn, on all cores; then in their
 * order, by one thread, while the others look at the rows that follow.
 */
typedef struct cbi_check_rows {
    cbi_check_ahead *ahead;      /* CBI_CHECK_SHARE_MAX of each */
    cbi_check_outcome *outcomes; /* also of what is shared out else */
    size_t count;
    cbi_page sealed; /* openings beside them */
} cbi_check_rows;
cbank_status cbi_check_rows_make(cbi_check_rows *rows, cbank_error *err);
void cbi_check_rows_clear(cbi_check_rows *rows);

/* The batch that was looked at last, in the transaction at hand: items of one stand together. */
typedef struct cbi_check_last_batch {
    bool known;
    cbi_hash id; /* as its items say */
    cbi_intake intake;
    cbi_intake_ids ids;
} cbi_check_last_batch;

struct cbi_check {
    cbi_bank *bank;
    cbi_hasher *hasher;
    cbi_replay *replay;
    bool shaped;   /* the file has been looked at */
    bool replayed;
    bool more;                /* the replay has another step to make */
    cbi_check_outcome turn;   /* what came of what one thread does while others look ahead */
    char guard[CBI_PATH_MAX];

    /* The log. */
    int64_t time;       /* of the newest statement so far */
    uint64_t rows;      /* read so far */
    bool erased;        /* something that would have to be counted */
    cbi_check_counted counted;
    cbi_check_counted stated; /* by the bank, when its log was `stated_size` long */
    uint64_t stated_size;
    cbank_buffer stated_keys;  /* the bank's own keys, as its row had them then */
    cbank_buffer derived_keys; /* and as the log says, so far */

    cbi_check_last_batch last_batch;
    cbi_check_rows now;   /* those that are looked at ahead of their turn */
    cbi_check_rows other; /* those before, until it has been their turn; then the next */
    cbi_check *hands[CBI_CREW_MAX]; /* other threads', once they are needed */
    cbi_check_known *known; /* CBI_CHECK_KNOWN_MAX of them */
    cbi_check_known *told;  /* what is to be made known to all; CBI_CHECK_SHARE_MAX at most */
    size_t told_count;
    cbi_check_known *found; /* `found_size` of them, shared by all */
    size_t found_size;
    cbi_fingerprint_key key; /* of the documents among them */
    cbi_gap states;         /* records that do not simply hold, as far as they were looked for */
    uint64_t openings;   /* rows of these tables, found good with the statements they are about */
    uint64_t references;

    cbi_check_lives lives; /* of institutions that are not simply active */
    cbi_check_begun begun; /* changed by the one thread that follows the log */

    /* Tables. */
    size_t table; /* position in the list of what is visited */
    cbi_page page;
    uint8_t after[CBI_KEY_MAX + 1]; /* where the next page begins */
    size_t after_size;
    uint64_t row; /* number of the row in its table */
    uint64_t page_row; /* the same of the page's first */
    bool again;   /* as many rows as were found good in the log there are not: each is visited */
    uint64_t batches;
    uint64_t recognitions;
    uint64_t visited;
    uint64_t visits; /* to be made, as of the beginning */

    cbank_error *findings;
    size_t finding_count;
    uint64_t finding_total;
};

/* What is wrong at the row that is being looked at. */
cbank_status cbi_check_wrong(cbank_error *err, cbi_reason reason, cbi_table table, uint64_t where,
                             const char *detail);

/*
 * Makes a finding of what went wrong, about row `where` of `table` unless the error says so itself;
 * what stops a check goes to `err` and is returned.
 */
cbank_status cbi_check_judge(cbi_check *check, cbank_status status, const cbank_error *error,
                             cbi_table table, uint64_t where, cbank_error *err);

/* The tables that are visited, in this order; and a page of the one at hand. */
size_t cbi_check_visit_count(void);
cbi_table cbi_check_visit_table(size_t position);
cbank_status cbi_check_step_table(cbi_check *check, cbank_error *err);

/* The last step: the counters against what the log and the tables have shown. */
cbank_status cbi_check_counts(cbi_check *check, cbank_error *err);

/* A statement and where it stands. Begin with {0}; end with cbi_check_clear_read. */
typedef struct cbi_check_read {
    cbank_buffer row;
    cbi_logged logged;
    cbi_statement statement; /* kind is NULL once erased */
} cbi_check_read;
cbank_status cbi_check_read_at(cbi_check *check, cbi_txn *txn, uint64_t index,
                               cbi_check_read *out, cbank_error *err);
void cbi_check_clear_read(cbi_check_read *read);

/* What is known of this account, for the asking thread to add to. */
cbi_check_known *cbi_check_known_of(cbi_check *check, const char *account);
/* It will be asked for soon: what all have found may be brought nearer meanwhile. */
void cbi_check_known_prefetch(const cbi_check *check, const char *account);
/* What was added to it is to be known to all. */
void cbi_check_tell(cbi_check *check, cbi_check_known *known);
/* Makes known to all what this hand, or the check itself, has told; between shares. */
void cbi_check_hear(cbi_check *check, cbi_check *hand);
cbank_status cbi_check_known_make(cbi_check *check, cbank_error *err);
/* Wipes it. */
void cbi_check_known_clear(cbi_check *check);

/* Where an entry of a chain stands. */
typedef struct cbi_check_place {
    uint64_t index;
    cbi_hash leaf;
    cbi_hash statement; /* digest */
} cbi_check_place;
/* The same of an entry that was found in this transaction. */
cbank_status cbi_check_read_place(cbi_txn *txn, const cbi_check_place *place, cbi_check_read *out,
                                  cbank_error *err);
/*
 * All entries of a chain, walked back from its head and given from the first on; `*erased` says
 * that some have lost what they say. Freed with cbi_free. TOO_LARGE (CHAIN_TOO_LONG).
 */
cbank_status cbi_check_find_places(cbi_check *check, cbi_txn *txn, const cbi_head *head,
                                   cbi_check_place **out, size_t *count, bool *erased,
                                   cbank_error *err);

/*
 * Rows that need nothing of each other are shared out to all cores. Each thread has a hand: a copy
 * of the check, whose hasher, memory of what was met and counts are its own. What came of each row
 * stands in check->now.outcomes, whoever did it, so that findings keep their order.
 */
#define CBI_CHECK_SHARE_MAX CBI_PAGE_ROWS_MAX
typedef cbank_status (*cbi_check_one)(cbi_check *hand, cbi_txn *txn, size_t i, cbank_error *err);
/*
 * `beside` is done once, by one of the threads while others take rows, so that it may change what
 * is the check's but neither check->now nor what is known to all; or it is NULL.
 */
typedef void (*cbi_check_beside)(cbi_check *check, cbi_txn *txn);
cbank_status cbi_check_share(cbi_check *check, cbi_txn *txn, size_t count, cbi_check_one one,
                             cbi_check_beside beside, cbank_error *err);
void cbi_check_free_hands(cbi_check *check);
void cbi_check_forget_batch(cbi_check *check);

/* A step of the replay, and what its rows say. */
cbank_status cbi_check_step_log(cbi_check *check, cbank_error *err);
/* A row that was looked at ahead, when it is its turn: the tables must show what it says. */
cbank_status cbi_check_logged(cbi_check *check, cbi_txn *txn, const cbi_check_ahead *ahead,
                              const cbi_check_outcome *outcome, cbank_error *err);

/* One such row with what its checks need. */
typedef struct cbi_check_logged_row {
    cbi_check *check;
    cbi_txn *txn;
    const cbi_logged *logged;
    const cbi_statement *statement;
    cbi_bytes opening; /* its sealed row; empty if it is not at hand */
    cbi_check_known *known; /* of the account that it is about; NULL if it is not at hand */
} cbi_check_logged_row;
/* Is there one? */
bool cbi_check_has_opening(const cbi_check_logged_row *it);
/* The entry's tag must be that of the subject whose id this is. */
cbank_status cbi_check_subject(const cbi_check_logged_row *it, const char *id, cbank_error *err);
/*
 * Rows that the statement has a part in, while it is at hand: its opening, and the reference of
 * its record, if that is the newest one under it; `content` is what the reference's row holds.
 * `record` is NULL for what has none, or none parsed. What is good is counted. What is not, is
 * found when its table is visited.
 */
void cbi_check_note_rows(const cbi_check_logged_row *it, const Cbank__V1__CreditRecord *record,
                         const cbi_hash *content);
/* What came in a batch; of a deposit its record has been parsed. */
cbank_status cbi_check_deposited(const cbi_check_logged_row *it,
                                 const Cbank__V1__CreditRecord *record, cbank_error *err);
cbank_status cbi_check_credit_changed(const cbi_check_logged_row *it, cbank_error *err);
cbank_status cbi_check_enrolled(const cbi_check_logged_row *it, cbank_error *err);
cbank_status cbi_check_enrolment_changed(const cbi_check_logged_row *it, cbank_error *err);
/* What a transfer between banks says of an account, or what was answered to one. */
cbank_status cbi_check_transferred(const cbi_check_logged_row *it, cbank_error *err);
/* What was noted from outside; and a step of a case. */
cbank_status cbi_check_noted(const cbi_check_logged_row *it, cbank_error *err);
cbank_status cbi_check_case_step(const cbi_check_logged_row *it, cbank_error *err);
/* An account's chain, with those merged into it, against the rows of what it offered. */
cbank_status cbi_check_whereabouts(cbi_check *check, cbi_txn *txn, const char *account,
                                   cbank_error *err);
/* The row of what another bank offered, against what this one has answered. */
cbank_status cbi_check_incoming(cbi_check *check, cbi_txn *txn, const cbi_transfer_row *row,
                                cbank_error *err);

/* The same of a statement that something was published or withdrawn. */
cbank_status cbi_check_publication_said(cbi_check *check, cbi_txn *txn, uint64_t index,
                                        const cbi_statement *statement, cbank_error *err);

/* The bank's own keys: what the row says, then each statement, then whether they agree. */
cbank_status cbi_check_keys_begin(cbi_check *check, cbi_txn *txn, cbank_error *err);
cbank_status cbi_check_bank_key(cbi_check *check, uint64_t index, const cbi_statement *statement,
                                cbank_error *err);
cbank_status cbi_check_keys_end(cbi_check *check, cbank_error *err);

/* A statement that an institution's key is compromised: its row must say so too. */
cbank_status cbi_check_compromised(cbi_check *check, cbi_txn *txn, uint64_t index,
                                   const cbi_statement *statement, cbank_error *err);
/* The other way round: since when, and its end, from what the institution's chain says. */
cbank_status cbi_check_lost_key(cbi_check *check, cbi_txn *txn, const char *code,
                                Cbank__V1__InstitutionKey *key, cbank_error *err);

/* An enrolment of an account's chain as it has been followed so far. */
typedef struct cbi_check_enrolment {
    uint64_t sequence, index, newest;
    cbi_hash leaf, id;
    cbi_enrolment_state state;
    uint32_t revision;
} cbi_check_enrolment;
/* The enrolments of one chain; begin with {0}, end with cbi_check_enrolments_clear. */
typedef struct cbi_check_enrolments {
    cbi_check_enrolment *rows; /* CBI_ENROLMENTS_MAX, once there is one */
    size_t count;
} cbi_check_enrolments;
/*
 * One statement of the chain. `*elsewhere`: what it changes is not of this chain, which the caller
 * has to account for. NOT of these kinds: nothing.
 */
cbank_status cbi_check_enrolling(cbi_check *check, const cbi_logged *logged,
                                 cbi_check_enrolments *it, bool *elsewhere, cbank_error *err);
/* The chain's end: what `enrolment` has. `merged`: what went on elsewhere may be ahead of it. */
cbank_status cbi_check_enrolments_end(cbi_txn *txn, const cbi_check_enrolments *it, bool merged,
                                      cbank_error *err);
void cbi_check_enrolments_clear(cbi_check_enrolments *it);
/* Of a statement: the row that it has, or has moved, is there. */
cbank_status cbi_check_enrolled_said(cbi_txn *txn, cbi_hasher *hasher, const cbi_logged *logged,
                                     cbank_error *err);

/* The newest entry of a second chain: what the chain says must be what `consent` has. */
cbank_status cbi_check_second(cbi_check *check, cbi_txn *txn, const char *account,
                              const cbi_head *head, cbank_error *err);
/* Who may act for an account's person, as the vault has it. */
cbank_status cbi_check_agent(cbi_check *check, cbi_txn *txn,
                             const Cbank__Api__V1__PersonAgent *agent, cbank_error *err);

/* A statement that something was recognised, and the receipt for it or for a `change` of it. */
cbank_status cbi_check_recognised(cbi_check *check, cbi_txn *txn, const cbi_logged *logged,
                                  const Cbank__V1__ConversionRecognised *said, cbank_error *err);
/* A case's chain, from its head on, and its rows. */
cbank_status cbi_check_case(cbi_check *check, cbi_txn *txn, cbi_bytes subject,
                            const cbi_head *head, cbank_error *err);
cbank_status cbi_check_decision(cbi_check *check, cbi_txn *txn, uint64_t index, bool change,
                                const Cbank__V1__DecisionReceived *said, cbank_error *err);

/* The key that was the institution's at this place of the log; wrong, of `table`, if none was. */
cbank_status cbi_check_key_at(cbi_check *check, cbi_txn *txn, const char *institution, uint64_t at,
                              cbi_table table, cbi_public *out, cbank_error *err);

/* One row of a table, backwards: the log must bear it out. */
typedef cbank_status (*cbi_check_visit)(cbi_check *check, cbi_txn *txn, cbi_bytes key,
                                        cbi_bytes value, cbank_error *err);
cbank_status cbi_check_head(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                            cbank_error *err);
cbank_status cbi_check_institution(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                   cbank_error *err);
cbank_status cbi_check_batch(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                             cbank_error *err);
cbank_status cbi_check_reference(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                 cbank_error *err);
cbank_status cbi_check_state(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                             cbank_error *err);
cbank_status cbi_check_person(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                              cbank_error *err);
cbank_status cbi_check_opening(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                               cbank_error *err);
cbank_status cbi_check_identity(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                cbank_error *err);
cbank_status cbi_check_publication(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                   cbank_error *err);
cbank_status cbi_check_recognition(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                   cbank_error *err);
cbank_status cbi_check_consent(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                               cbank_error *err);
cbank_status cbi_check_enrolment_row(cbi_check *check, cbi_txn *txn, cbi_bytes key,
                                     cbi_bytes value, cbank_error *err);
cbank_status cbi_check_transfer_row(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                    cbank_error *err);
cbank_status cbi_check_token(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                             cbank_error *err);

#endif
