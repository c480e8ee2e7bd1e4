/*
 * account.h - account numbers: 14 digits that count up, two that check them (ISO 7064 MOD 97-10).
 *
 * Sixteen digits can be dictated over the telephone in four groups of four; the check notices
 * every single wrong digit and every two neighbours swapped.
 */
#ifndef CBI_RECORD_ACCOUNT_H
#define CBI_RECORD_ACCOUNT_H

#include "base/bytes.h"

#define CBI_ACCOUNT_SIZE 16
#define CBI_ACCOUNT_COUNTER_MAX 99999999999999ull
#define CBI_ACCOUNT_DISPLAY_MAX 20

typedef struct cbi_account {
    char digits[CBI_ACCOUNT_SIZE + 1];
} cbi_account;

/* FULL beyond CBI_ACCOUNT_COUNTER_MAX. Numbers sort as their counters do. */
cbank_status cbi_account_make(uint64_t counter, cbi_account *out, cbank_error *err);
/* The sixteen digits as they are signed and stored. */
bool cbi_account_is_valid(cbi_bytes text);
/* As people type it: any width, blanks and hyphens between. INVALID, never naming the number. */
cbank_status cbi_account_parse(cbi_bytes typed, cbi_account *out, cbank_error *err);
/* "1234-5678-9012-3456"; `out` holds CBI_ACCOUNT_DISPLAY_MAX. */
void cbi_account_format(const cbi_account *account, char *out);

#endif
