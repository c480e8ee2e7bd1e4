/*
 * verdict.h - what a verification finds: every entry of the account, and what it is worth.
 *
 * It lends from the bytes of the file and from the directory, and is handed out only when the
 * answer is OK.
 */
#ifndef CBI_PROOF_VERDICT_H
#define CBI_PROOF_VERDICT_H

#include "proof/decision.h"
#include "record/conversion.h"
#include "record/enrolment.h"
#include "record/lifecycle.h"
#include "record/statement.h"
#include "record/totals.h"
#include "record/transfer.h"

#include "cbank/v1/status.pb-c.h"

/* One entry. What of it is in the memory of the transcript's head ends with that. */
typedef struct cbi_verdict_item {
    Cbank__V1__TranscriptItem *message; /* within the head */
    cbi_statement statement;            /* within the head; zero if it is withheld */
    bool shown;
    uint32_t chain;
    uint64_t sequence;
    uint8_t entry_class;
    cbi_hash leaf;
    /* Of a merger or a document: the sequence at which it was undone; 0 while it stands. */
    uint64_t undone_at;
    /* Made while an account was merged in that no longer is: what it names may be gone. */
    bool left;
    /* Of a change: made while the account was merged, and written again on its own chain. */
    bool restored;
    /* Of a deposit that is shown: */
    Cbank__V1__CreditRecord *record; /* within the head */
    cbi_bytes record_bytes; /* as it was signed; lent from the statement */
    cbi_hash record_id; /* of whatever an institution signed */
    bool holder_shown;  /* of an enrolment too */
    /* Of a change: */
    Cbank__V1__CreditChange *change;
    /* Of an enrolment that is shown, and of a change to one: */
    Cbank__V1__Enrolment *enrolment;
    Cbank__V1__EnrolmentChange *enrolment_change;
    cbi_enrolment_state enrolment_state; /* of an enrolment: as far as changes are shown */
    uint32_t revision;
    /* Of a deposit, shown or not: */
    cbi_record_state state;
    cbi_whereabouts where;
    Cbank__V1__RecordState listed; /* as a status file has it */
    /* Of a conversion, and of a change to one, if the transcript brings the decision. */
    cbi_conversion_state conversion;
    const cbi_decision *decision;
    /* Of what an institution signed, with evidence; else the bank's word. */
    cbi_proven proven;
    const cbi_directory_institution *institution; /* that signed */
    const cbi_public *key; /* of it; of a deposit and an enrolment */
    uint64_t receipt_index; /* where the bank received it, and on which day */
    uint32_t receipt_day;
} cbi_verdict_item;

/* The numbers of cbank.api.v1.Consistency. */
typedef enum cbi_consistency {
    CBI_CONSISTENCY_NOT_PINNED = 1,
    CBI_CONSISTENCY_SHOWN = 2,
    CBI_CONSISTENCY_NOT_SHOWN = 3,
} cbi_consistency;

typedef struct cbi_verdict {
    cbi_transcript transcript;
    const cbi_directory *directory; /* NULL where a file is only looked at */
    cbi_verdict_item *items; /* chain by chain, in the order of the file */
    size_t item_count;
    size_t shown;
    cbi_decision *decisions;
    size_t decision_count;
    cbi_hash *tags;        /* one a chain */
    uint64_t *joins;       /* one a chain: where its merger stands in the chain it went into */
    cbi_totals totals;     /* of the shown records that hold */
    cbi_proven least;      /* proven over all shown records */
    bool holder_proven;    /* the disclosed number is the account's */
    cbi_consistency consistency;
    cbank_buffer fork[2];  /* FORK: the two signed notes */
    bool fresh;
    uint64_t status_size;
    cbi_hash id;            /* the transcript's payload id */
    int64_t extended_until; /* by the status file; 0 if it was not */
} cbi_verdict;

void cbi_verdict_clear(cbi_verdict *verdict);

/* Two signed notes of one bank that no tree can join: keeps them and answers FORK. */
cbank_status cbi_verdict_fork(cbi_verdict *verdict, cbi_bytes one, cbi_bytes other,
                              cbank_error *err);
/* Clears everything else, so that nothing of a file that failed is handed out. */
void cbi_verdict_keep_fork(cbi_verdict *verdict);

/* The items of one chain stand together: where it begins. */
size_t cbi_verdict_first(const cbi_verdict *verdict, uint32_t chain);

/* A shown item of this kind. */
static inline bool cbi_verdict_is(const cbi_verdict_item *item, Cbank__V1__StatementKind kind)
{
    return item->shown && item->statement.kind->kind == kind;
}

/* The bytes of the record in an item, whoever the bank has it from; false if it brings none. */
bool cbi_verdict_find_record(const cbi_verdict_item *item, cbi_bytes *out);

#endif
