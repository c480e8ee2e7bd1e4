/* learnerinfo.h - an account as replies show it. */
#ifndef CBI_API_LEARNERINFO_H
#define CBI_API_LEARNERINFO_H

#include "bank/account.h"

#include "cbank/api/v1/learner.pb-c.h"

/* As people write account numbers; one that cannot be is nobody's (ACCOUNT_UNKNOWN). */
cbank_status cbi_learnerinfo_account(const char *typed, cbi_account *out, cbank_error *err);

/* What the message lends from. Begin with {0}. */
typedef struct cbi_learnerinfo cbi_learnerinfo;
cbank_status cbi_learnerinfo_read(cbi_bank *bank, const char *account, bool with_person,
                                  cbi_learnerinfo **out, cbank_error *err);
Cbank__Api__V1__LearnerInfo *cbi_learnerinfo_message(cbi_learnerinfo *info);
void cbi_learnerinfo_free(cbi_learnerinfo *info);

/* The whole as a reply. */
cbank_status cbi_learnerinfo_reply(cbi_bank *bank, const char *account, bool with_person,
                                   cbank_buffer *reply, cbank_error *err);

#endif
