#include "api/ordering.h"

#include <string.h>

#include "api/face.h"
#include "base/memory.h"

cbi_order cbi_order_of(const Cbank__Api__V1__Order *stated, ProtobufCBinaryData token,
                       bool dry_run)
{
    cbi_order order = {
        .token = cbi_message_bytes(token), .now = cbi_face_now(), .dry_run = dry_run};

    if (stated == NULL)
        return order;
    order.actor = stated->actor;
    order.approver = stated->approver;
    order.reason = stated->reason;
    order.document = stated->document;
    order.note = stated->note;
    return order;
}

void cbi_order_wipe(Cbank__Api__V1__Order *stated)
{
    if (stated != NULL && stated->note[0] != '\0')
        cbi_wipe(stated->note, strlen(stated->note));
}
