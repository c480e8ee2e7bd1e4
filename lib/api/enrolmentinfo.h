/* enrolmentinfo.h - an enrolment as replies have it. */
#ifndef CBI_API_ENROLMENTINFO_H
#define CBI_API_ENROLMENTINFO_H

#include "bank/enrolment.h"
#include "ledger/history.h"

#include "cbank/api/v1/enrolment.pb-c.h"

/* What a message lends from. Begin with {0}; end with cbi_enrolmentinfo_clear. */
typedef struct cbi_enrolmentinfo {
    cbi_enrolment_row row;
    cbi_enrolment_saying now; /* its newest statement */
    cbi_account account;
    char id[CBI_DISPLAY_ID_MAX];
    char continues[CBI_DISPLAY_ID_MAX];
    Cbank__Api__V1__EnrolmentInfo message;
} cbi_enrolmentinfo;

/* Fills `message` for `row`. */
cbank_status cbi_enrolmentinfo_read(cbi_txn *txn, cbi_hasher *hasher,
                                    const cbi_enrolment_row *row, cbi_enrolmentinfo *out,
                                    cbank_error *err);
void cbi_enrolmentinfo_clear(cbi_enrolmentinfo *info);

#endif
