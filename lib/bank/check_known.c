/* check_known.c - what need not be found out again of an account that was met lately. */
#include "bank/check_part.h"

#include <string.h>

cbi_check_known *cbi_check_known_of(cbi_check *check, const char *account)
{
    uint32_t place = 0;

    for (const char *at = account; *at != '\0'; at++)
        place = place * 31 + (uint8_t)*at;
    return &check->known[place % CBI_CHECK_KNOWN_MAX];
}

void cbi_check_know(cbi_check_known *known, const char *account)
{
    if (strcmp(known->account.digits, account) == 0)
        return;
    *known = (cbi_check_known){0};
    strncpy(known->account.digits, account, sizeof(known->account.digits) - 1);
}
