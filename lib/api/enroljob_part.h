/*
 * enroljob_part.h - a list of enrolments on its way into the bank: what judging its rows and
 * running the job share.
 *
 * Each row is judged as if it were a batch of its own, before anything is written. What is new, and
 * what changes, then goes in batches of CBI_DESK_ITEMS_MAX: a file that stopped half way is fed
 * again, and finds its first part unchanged.
 */
#ifndef CBI_API_ENROLJOB_PART_H
#define CBI_API_ENROLJOB_PART_H

#include "api/rowreport.h"
#include "bank/enroldesk.h"
#include "crypto/spool.h"
#include "exchange/enrolments.h"
#include "record/seen.h"

#include "cbank/api/v1/enrolment.pb-c.h"

/* The job behind cbank_enrolment_import_begin. */
typedef enum cbi_enrol_phase {
    CBI_ENROL_READING,
    CBI_ENROL_WRITING,
    CBI_ENROL_OVER,
} cbi_enrol_phase;

/*
 * Items that wait to be written: row u32 | size u32 | EnrolmentDraft or EnrolmentChangeDraft |
 * size u32 | the row's cells, each size u32 | bytes: for the error file, if it is refused yet.
 */
typedef struct cbi_enrol_queue {
    cbi_spool *spool;
    uint64_t next; /* offset */
    uint64_t count;
} cbi_enrol_queue;

typedef struct cbi_enrol_job {
    cbi_bank *bank;
    const cbi_private *key;
    Cbank__Api__V1__EnrolmentImportRequest *asked;
    cbi_secret references; /* names enrolments that have no number of their own */
    cbi_profile profile;
    cbi_enrolments *file;
    cbi_seen *seen; /* references of the file's good rows so far, with what is said */
    cbi_seen *days; /* their learners and first days, with whether a number was stated */
    cbi_enrol_phase phase;
    cbi_enrol_queue added;
    cbi_enrol_queue changed;
    uint64_t written;
    cbank_buffer batches; /* ids, one after the other */
    cbi_spool *errors;
    uint64_t errors_read; /* bytes */
    cbank_buffer line;    /* of the error file */
    cbi_rowreport report;
    Cbank__Api__V1__EnrolmentImportReply counts;
} cbi_enrol_job;

/* A row that is being judged. */
typedef struct cbi_enrol_judging {
    cbi_enrol_job *job;
    cbi_reader *reader;
    const cbi_enrolments_row *row;
    cbi_account account;
    bool known; /* there is such an enrolment; then: */
    cbi_enrolment_row now;
    cbi_enrolment_saying saying; /* its newest */
    char reference[CBI_REFERENCE_MAX + 1];
} cbi_enrol_judging;

/* An order in the name of the institution, to judge by or to write. */
cbi_desk_order cbi_enrol_order(const cbi_enrol_job *job, bool dry_run);
/* What the file calls the column of a field. */
const char *cbi_enrol_source(const cbi_enrol_job *job, cbi_sheet_id id);
/* Finds the row's learner, and which enrolment it is about, if there is one. */
cbank_status cbi_enrol_match(cbi_enrol_judging *it, cbank_error *err);
/* Into the error file and the report; `column` is "" for the row as a whole. */
cbank_status cbi_enrol_reject(cbi_enrol_job *job, const cbi_grid_row *row, const char *column,
                              const char *value, const cbank_error *why, cbank_error *err);
/* Reads rows until the clock says `until`; at the end of the file the phase changes. */
cbank_status cbi_enrol_read_rows(cbi_enrol_job *job, uint64_t until, bool *wants,
                                 cbank_error *err);

#endif
