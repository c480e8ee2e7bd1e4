/*
 * accountstate.h - an account is frozen, restricted, closed, its holder has died; and the way back.
 */
#ifndef CBI_BANK_ACCOUNTSTATE_H
#define CBI_BANK_ACCOUNTSTATE_H

#include "bank/account.h"
#include "bank/order.h"

/*
 * Writes a statement of this kind, whose body is AccountChanged. NOT_FOUND (ACCOUNT_UNKNOWN),
 * STATE if it may not follow; a dry run judges only.
 */
cbank_status cbi_account_change(cbi_bank *bank, const char *account, int kind,
                                const cbi_order *order, cbank_error *err);

#endif
