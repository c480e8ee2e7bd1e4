/*
 * deskorder.h - what a call tells the desk besides its items: who signs, under which token, when.
 */
#ifndef CBI_API_DESKORDER_H
#define CBI_API_DESKORDER_H

#include "api/face.h"
#include "bank/desk.h"

/*
 * Everything in `out` is borrowed. What the token answers for is `call`, a word for the call, and
 * the serialised request.
 */
cbank_status cbi_deskorder_of(cbi_bank *bank, const cbank_key *key, const char *institution,
                              ProtobufCBinaryData token, bool dry_run, const char *call,
                              cbi_bytes request, cbi_desk_order *out, cbank_error *err);

#endif
