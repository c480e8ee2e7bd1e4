/* warrant.h - whether an institution may recognise towards a programme, under these rules. */
#ifndef CBI_BANK_WARRANT_H
#define CBI_BANK_WARRANT_H

#include "bank/edition.h"

#include "cbank/v1/programme.pb-c.h"
#include "cbank/v1/recognition.pb-c.h"

/*
 * The programme and the rule sets are published here, to the byte; unit and level are the
 * programme's; and the programme names the institution, or none but its authority may recognise.
 * NOT_FOUND, INVALID, DENIED.
 */
cbank_status cbi_warrant_check(cbi_txn *txn, const Cbank__V1__RecognitionHead *head,
                               cbank_error *err);

/* A programme and its first page, which is freed with cbi_message_free. NOT_FOUND, INVALID. */
cbank_status cbi_warrant_programme(cbi_txn *txn, const Cbank__V1__PublicationRef *ref,
                                   cbi_edition *edition, Cbank__V1__ProgrammePage **page,
                                   cbank_error *err);
/* Whether it names the institution, or none and the institution is its authority. */
bool cbi_warrant_names(const Cbank__V1__ProgrammeTerms *terms, const cbi_edition *edition,
                       const char *institution);

/*
 * What the programme says, into the head: unit, framework and level, lent by `page`, which is
 * freed with cbi_message_free once the head is packed. NOT_FOUND, INVALID.
 */
cbank_status cbi_warrant_fill(cbi_bank *bank, Cbank__V1__RecognitionHead *head,
                              Cbank__V1__ProgrammePage **page, cbank_error *err);

#endif
