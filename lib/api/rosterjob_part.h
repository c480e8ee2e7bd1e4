/*
 * rosterjob_part.h - a roster on its way into the bank: what reading its rows and running the job
 * share.
 */
#ifndef CBI_API_ROSTERJOB_PART_H
#define CBI_API_ROSTERJOB_PART_H

#include "api/rowreport.h"
#include "bank/roll.h"
#include "crypto/spool.h"
#include "exchange/roster.h"
#include "record/seen.h"

#include "cbank/api/v1/learner.pb-c.h"

/* The job behind cbank_learner_import_begin. */
typedef enum cbi_roster_phase {
    CBI_ROSTER_READING,
    CBI_ROSTER_WRITING,
    CBI_ROSTER_OVER,
} cbi_roster_phase;

typedef struct cbi_roster_job {
    cbi_bank *bank;
    Cbank__Api__V1__LearnerImportRequest *asked;
    cbi_profile profile;
    cbi_roster *roster;
    cbi_seen *documents; /* of the file so far, with the name: who stands in it twice */
    cbi_seen *students;  /* student numbers, with the document */
    cbi_roster_phase phase;
    cbi_spool *waiting; /* row u32 | size u32 | Person, of those to be taken in */
    uint64_t next;      /* offset in `waiting` */
    uint64_t waiting_count, taken_in;
    cbi_spool *errors;
    cbi_spool *accounts;
    uint64_t errors_read, accounts_read; /* bytes */
    cbank_buffer line;                   /* of one of the two */
    cbi_rowreport report;
    Cbank__Api__V1__LearnerImportReply counts;
} cbi_roster_job;

/* Reads rows until the clock says `until`; at the end of the file the phase changes. */
cbank_status cbi_roster_read_rows(cbi_roster_job *job, uint64_t until, bool *wants,
                                  cbank_error *err);
/* Names the column to look at, and the row, in what the bank has against a person. */
void cbi_roster_name_column(const cbi_roster_job *job, uint64_t row, cbank_error *why);
/* A row of the list of accounts; `outcome` is "opened" or "known". */
cbank_status cbi_roster_add_account(cbi_roster_job *job, uint64_t row,
                                    const Cbank__Api__V1__Person *person, const char *account,
                                    const char *outcome, cbank_error *err);

#endif
