#include "api/deskorder.h"

#include "bank/errand.h"

cbank_status cbi_deskorder_of(cbi_bank *bank, const cbank_key *key, const char *institution,
                              ProtobufCBinaryData token, bool dry_run, const char *call,
                              cbi_bytes request, cbi_desk_order *out, cbank_error *err)
{
    cbi_bytes said[] = {cbi_bytes_of_text(call), request};

    *out = (cbi_desk_order){.institution = institution,
                            .key = key->inner,
                            .token = cbi_message_bytes(token),
                            .now = cbi_face_now(),
                            .dry_run = dry_run};
    return cbi_errand_digest(bank, said, 2, &out->request, err);
}
