/* keybody.h - bodies of statements about keys that follow one another or are in other hands. */
#ifndef CBI_RECORD_KEYBODY_H
#define CBI_RECORD_KEYBODY_H

#include "base/error.h"

/* Each checks the body of its kind, as cbi_body_check says. */
cbank_status cbi_keybody_check_key_replaced(const void *body, cbank_error *err);
cbank_status cbi_keybody_check_key_compromised(const void *body, cbank_error *err);
cbank_status cbi_keybody_check_log_key_begun(const void *body, cbank_error *err);
cbank_status cbi_keybody_check_root_key_succeeded(const void *body, cbank_error *err);
cbank_status cbi_keybody_check_log_key_compromised(const void *body, cbank_error *err);

#endif
