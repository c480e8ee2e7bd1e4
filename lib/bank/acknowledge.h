/*
 * acknowledge.h - what the other bank has answered is taken in: records leave, or are free again.
 *
 * Only a receipt that the other bank's log proves ends an offer, and the first one that comes does;
 * another answer to the same offer changes nothing and is refused.
 */
#ifndef CBI_BANK_ACKNOWLEDGE_H
#define CBI_BANK_ACKNOWLEDGE_H

#include "bank/order.h"
#include "bank/transfer.h"
#include "proof/answer.h"

/*
 * `answer` has been proven under the other bank's directory. The same answer again changes nothing
 * (`*known`). INVALID (TRANSFER_OTHER), NOT_FOUND (TRANSFER_UNKNOWN), CONFLICT (TRANSFER_ANSWERED),
 * STATE (TRANSFER_STATE: returned is what is not there).
 */
cbank_status cbi_acknowledge(cbi_bank *bank, const cbi_answer *answer, const cbi_order *order,
                             cbi_transfer_row *out, bool *known, cbank_error *err);

#endif
