/*
 * enrolled.h - what follows from an enrolment: the edition of the programme that counts for its
 * learner for good, whatever is published later; and what is recognised under it.
 */
#ifndef CBI_BANK_ENROLLED_H
#define CBI_BANK_ENROLLED_H

#include "bank/edition.h"
#include "bank/planning.h"

/*
 * The edition and the day of admission for a plan. `*admitted_on`, where it is not 0, must be the
 * enrolment's. NOT_FOUND (ENROLMENT_UNKNOWN), INVALID (ENROLMENT_OTHER), STATE (ENROLMENT_ENDED).
 */
cbank_status cbi_enrolled_pin(cbi_reader *reader, const cbi_planning *planning,
                              cbi_edition *edition, uint32_t *admitted_on, cbank_error *err);

/*
 * Whether a recognition that names an enrolment agrees with it: account, institution, edition of
 * the programme, day of admission. One that names none is for nobody's studies yet. As above.
 */
cbank_status cbi_enrolled_check(cbi_txn *txn, cbi_hasher *hasher,
                                const Cbank__V1__RecognitionHead *head, cbank_error *err);

#endif
