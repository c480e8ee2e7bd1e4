/* transfer.h - transfers between banks in the log: checks of their bodies, where a record is. */
#ifndef CBI_RECORD_TRANSFER_H
#define CBI_RECORD_TRANSFER_H

#include "wire/message.h"

#include "cbank/v1/transfer.pb-c.h"

/* Where a record of this account is. */
typedef enum cbi_whereabouts {
    CBI_WHERE_HERE = 0,
    CBI_WHERE_OFFERED = 1, /* locked until the other bank has answered */
    CBI_WHERE_AWAY = 2,    /* at the other bank, or back where it came from */
} cbi_whereabouts;

/*
 * Moves it by a statement of kind 141 to 146 or 148. `named`: the statement lists the record among
 * those that went or came back. STATE if that is not possible from where it is.
 */
cbank_status cbi_whereabouts_step(cbi_whereabouts *where, int kind, bool named, cbank_error *err);

/* The code of a bank without cbank: as an institution's. */
bool cbi_transfer_goal_is_valid(const char *to, bool by_letter);

/* An answer as it is hashed and signed. INVALID. */
cbank_status cbi_transfer_check_answer(const Cbank__V1__TransferAnswer *answer, cbank_error *err);

/* Bodies, for body.h. All answer INVALID. */
cbank_status cbi_transfer_check_offered(const void *body, cbank_error *err);
cbank_status cbi_transfer_check_ended(const void *body, cbank_error *err);
cbank_status cbi_transfer_check_received(const void *body, cbank_error *err);
cbank_status cbi_transfer_check_given_back(const void *body, cbank_error *err);
cbank_status cbi_transfer_check_answered(const void *body, cbank_error *err);

#endif
