/*
 * enrolments.h - a list of who studies what in, persons with their terms of study out, row by row.
 *
 * It is a roster (roster.h), whose rows say besides under which programme, of which cohort and so
 * on. A name is held against the number where there is one. What a cell does not state is not
 * stated. A programme is "ID" or "ID@EDITION"; a profile says which its names stand for.
 */
#ifndef CBI_EXCHANGE_ENROLMENTS_H
#define CBI_EXCHANGE_ENROLMENTS_H

#include "exchange/roster.h"

#include "cbank/v1/enrolment.pb-c.h"

/* One row, lent until the next call. */
typedef struct cbi_enrolments_row {
    const cbi_roster_row *who;  /* or why the row cannot be used */
    const char *reference;      /* "": not stated */
    uint32_t since;             /* 0 likewise */
    const Cbank__V1__Code *kind; /* NULL likewise */
    const char *document;
    /* The programme by id and edition, 0 where none is stated; NULL where no programme is. */
    const Cbank__V1__EnrolmentTerms *terms;
} cbi_enrolments_row;

typedef struct cbi_enrolments cbi_enrolments;

/* `options` as of a roster; `use` is filled here. What it points to is borrowed until the end. */
cbank_status cbi_enrolments_new(const cbi_roster_options *options, cbi_enrolments **out,
                                cbank_error *err);
/* Wipes. NULL is a no-op. */
void cbi_enrolments_free(cbi_enrolments *enrolments);

/* The roster that it is: to feed, and for whatever is said of rows and columns. */
cbi_roster *cbi_enrolments_roster(cbi_enrolments *enrolments);
/* As cbi_roster_next. */
cbank_status cbi_enrolments_next(cbi_enrolments *enrolments, cbi_grid_step *step,
                                 const cbi_enrolments_row **out, cbank_error *err);

#endif
