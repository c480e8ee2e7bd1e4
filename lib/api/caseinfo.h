/* caseinfo.h - what replies say of a case as the bank keeps it. */
#ifndef CBI_API_CASEINFO_H
#define CBI_API_CASEINFO_H

#include "bank/hearing.h"

#include "cbank/api/v1/case.pb-c.h"

/* A case, and the memory that its description lends. Begins as {0}. */
typedef struct cbi_caseinfo {
    cbi_case_row row;
    Cbank__Api__V1__CaseInfo message;
    struct cbi_caseinfo_step *steps;
    Cbank__Api__V1__CaseStepInfo **list;
} cbi_caseinfo;

/* By its row alone. */
void cbi_caseinfo_describe(cbi_caseinfo *it);
/* With its steps. */
cbank_status cbi_caseinfo_read(cbi_reader *reader, cbi_caseinfo *it, cbank_error *err);
void cbi_caseinfo_clear(cbi_caseinfo *it);

#endif
