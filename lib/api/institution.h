/* institution.h - what is answered of an institution, whichever call was asked. */
#ifndef CBI_API_INSTITUTION_H
#define CBI_API_INSTITUTION_H

#include "bank/bank.h"

/* InstitutionInfo. NOT_FOUND. */
cbank_status cbi_institution_reply(cbi_bank *bank, const char *code, cbank_buffer *reply,
                                   cbank_error *err);

#endif
