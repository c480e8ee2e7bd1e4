#include "basis.h"

#include "call.h"
#include "fail.h"
#include "recognition.h"

#include "cbank/api/v1/credit.pb-c.h"
#include "cbank/api/v1/recognition.pb-c.h"

#include <string.h>

static bool take_id(const ProtobufCBinaryData *id, uint8_t room[32], ProtobufCBinaryData *out)
{
    if (id->len != 32)
        return false;
    memcpy(room, id->data, 32);
    *out = (ProtobufCBinaryData){.len = 32, .data = room};
    return true;
}

static bool add_record(cli *c, char *id, Cbank__V1__CreditRecord *record, basis *out)
{
    Cbank__Api__V1__CreditShowRequest ask = CBANK__API__V1__CREDIT_SHOW_REQUEST__INIT;
    size_t at = record->n_based_on;
    Cbank__Api__V1__CreditInfo *info;
    bool taken = false;

    if (at == BASIS_MAX) {
        fail_own(c, FAIL_ARGUMENTS_MANY, id);
        return false;
    }
    ask.id = id;
    info = call_bank(c, cbank_credit_show, &ask.base, &cbank__api__v1__credit_info__descriptor);
    if (info != NULL) {
        cbank__v1__based_on__init(&out->rows[at]);
        taken = take_id(&info->record_id, out->records[at], &out->rows[at].record);
        out->list[at] = &out->rows[at];
        record->based_on = out->list;
        record->n_based_on++;
    }
    message_free(info);
    return taken;
}

static bool add_recognition(cli *c, const char *id, Cbank__V1__CreditRecord *record, basis *out)
{
    Cbank__Api__V1__RecognitionShowRequest ask = CBANK__API__V1__RECOGNITION_SHOW_REQUEST__INIT;
    Cbank__Api__V1__RecognitionInfo *info;
    uint8_t room[RECOGNITION_ID];
    bool taken;

    if (!recognition_id(c, id, room, &ask.id))
        return false;
    info = call_bank(c, cbank_recognition_show, &ask.base,
                     &cbank__api__v1__recognition_info__descriptor);
    taken = info != NULL && take_id(&info->id, out->recognition, &record->recognition);
    message_free(info);
    return taken;
}

bool basis_fill(cli *c, Cbank__V1__CreditRecord *record, basis *out)
{
    size_t next = 0;
    char *id;

    while ((id = options_each(c, "based-on", &next)) != NULL) {
        if (!add_record(c, id, record, out))
            return false;
    }
    return !options_given(c, "recognition") ||
           add_recognition(c, options_text(c, "recognition"), record, out);
}
