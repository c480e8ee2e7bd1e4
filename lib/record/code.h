/*
 * code.h - codes that name institutions and recipients, and the verification code of a transcript.
 */
#ifndef CBI_RECORD_CODE_H
#define CBI_RECORD_CODE_H

#include "base/bytes.h"

/* "[A-Z0-9][A-Z0-9.-]{0,31}" in ASCII, e.g. "PXU" or an organisation's USCC. */
bool cbi_institution_code_is_valid(cbi_bytes text);

/* Whom a transcript is for: a code of the same form, the origin of a bank, or "anyone". */
#define CBI_RECIPIENT_ANYONE "anyone"
bool cbi_recipient_is_valid(cbi_bytes text);

/*
 * A verification code: eleven characters of an alphabet without I, O, 0 and 1, and a check
 * character that notices every single wrong character and every two that are swapped.
 */
#define CBI_VERIFICATION_SIZE 12
typedef struct cbi_verification {
    char text[CBI_VERIFICATION_SIZE + 1];
} cbi_verification;

/* 55 of the 64 random bits make the code. */
void cbi_verification_make(const uint8_t random[8], cbi_verification *out);
/* The twelve characters as they are signed. */
bool cbi_verification_is_valid(cbi_bytes text);
/* As people type it: any case and width, blanks and hyphens between. */
cbank_status cbi_verification_parse(cbi_bytes typed, cbi_verification *out, cbank_error *err);

#endif
