/* ordering.h - who orders an act and why, as requests say it. */
#ifndef CBI_API_ORDERING_H
#define CBI_API_ORDERING_H

#include "bank/order.h"

#include "cbank/api/v1/learner.pb-c.h"

/* Lends from the request; `stated` may be NULL. The time is now. */
cbi_order cbi_order_of(const Cbank__Api__V1__Order *stated, ProtobufCBinaryData token,
                       bool dry_run);
/* Overwrites the note of a request, which may be about a person. NULL is a no-op. */
void cbi_order_wipe(Cbank__Api__V1__Order *stated);

#endif
