/* registrar.h - a college's registrar, who enrols learners and says what becomes of them. */
#ifndef CBI_TESTS_BANK_REGISTRAR_H
#define CBI_TESTS_BANK_REGISTRAR_H

#include "bank/enroldesk.h"
#include "bank/teller.h"

/* Days of admission of the two editions that registrar_publish makes. */
#define REGISTRAR_OLD 20220901u
#define REGISTRAR_NEW 20230901u

/*
 * Publishes an edition of the college's programme; meant for admissions of `from` to `until`, or
 * without cohorts if `from` is 0.
 */
void registrar_publish(teller *it, const char *programme, uint32_t edition, uint32_t from,
                       uint32_t until);

/* An enrolment about to be signed; everything in it may be changed before. */
typedef struct registrar {
    Cbank__V1__Enrolment enrolment;
    Cbank__V1__EnrolmentTerms terms;
    Cbank__V1__PublicationRef programme;
    cbi_enrol_draft draft;
    cbi_deposited item;
} registrar;
/* In edition 1, admitted on REGISTRAR_OLD. */
void registrar_prepare(registrar *out, teller *it, const char *reference, const char *programme);
cbank_status registrar_add(registrar *it, teller *bank, cbank_error *err);
/* All in one, which must work; the enrolment's display id. */
teller_id registrar_enrol(teller *it, const char *reference, const char *programme);

typedef struct registrar_change {
    Cbank__V1__EnrolmentChange change;
    Cbank__V1__EnrolmentTerms terms;
    Cbank__V1__PublicationRef programme;
} registrar_change;
/* Goes on, from 2023-09-01 on; the revision is the next one. */
void registrar_prepare_change(registrar_change *out, Cbank__V1__EnrolmentAction action);
void registrar_into(registrar_change *it, const char *programme, uint32_t edition);
cbank_status registrar_change_it(registrar_change *it, teller *bank, const char *id,
                                 cbi_outcome *outcome, cbank_error *err);

/* The row of an id, which must be there. */
cbi_enrolment_row registrar_row(teller *it, const char *id);

#endif
