#include "proof/withdrawal.h"

#include "proof/assembly.h"
#include "proof/checkpoint.h"
#include "proof/file.h"
#include "record/field.h"
#include "record/publication.h"

static cbank_status check_withdrawal(const Cbank__V1__PublicationWithdrawal *withdrawal,
                                     cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!cbi_origin_is_valid(cbi_message_text(withdrawal->origin)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "origin", NULL);
    CBI_TRY(cbi_field_institution("authority", withdrawal->authority, err));
    CBI_TRY(cbi_publication_ref_check("publication", withdrawal->publication, true, err));
    CBI_TRY(cbi_field_date("from", withdrawal->from, err));
    if (withdrawal->from != 0 && withdrawal->from % 100 == 0) /* a whole day */
        return cbi_fail(err, CBI_REASON_BAD_DATE, 0, "from", "%u", (unsigned)withdrawal->from);
    CBI_TRY(cbi_field_code("reason", withdrawal->reason, err));
    if (withdrawal->at <= 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "at", NULL);
done:
    return status;
}

cbank_status cbi_withdrawal_make(Cbank__V1__PublicationWithdrawal *withdrawal,
                                 const cbi_private *key, cbank_buffer *file, cbank_error *err)
{
    cbi_assembly assembly = {0};
    cbank_status status = CBANK_OK;

    withdrawal->version = 1;
    CBI_TRY(check_withdrawal(withdrawal, err));
    CBI_TRY(cbi_assembly_begin(cbi_private_public(key)->suite, &assembly, err));
    CBI_TRY(cbi_assembly_finish(&assembly, CBI_WITHDRAWAL_TYPE, withdrawal, &key, 1, file, err));
done:
    cbi_assembly_clear(&assembly);
    return status;
}

cbank_status cbi_withdrawal_parse(cbi_bytes envelope, cbi_withdrawal *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    out->bytes = envelope;
    CBI_TRY(cbi_envelope_parse(envelope, CBI_WITHDRAWAL_TYPE, &out->envelope, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__publication_withdrawal__descriptor,
                              out->envelope.payload, &out->message, err));
    if (out->message->version != 1)
        CBI_TRY(cbi_fail(err, CBI_REASON_FILE_VERSION, out->message->version, "withdrawal", NULL));
    CBI_TRY(cbi_field_refuse_signed(check_withdrawal(out->message, err), err));
done:
    if (status != CBANK_OK)
        cbi_withdrawal_clear(out);
    return status;
}

cbank_status cbi_withdrawal_open(cbi_bytes file, cbi_withdrawal *out, cbank_error *err)
{
    cbi_file container = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_artefact_open(file, &container.parts, err));
    CBI_TRY(cbi_file_end(&container, err));
    CBI_TRY(cbi_withdrawal_parse(container.parts.envelope, out, err));
done:
    return status;
}

void cbi_withdrawal_clear(cbi_withdrawal *withdrawal)
{
    cbi_message_free(withdrawal->message);
    *withdrawal = (cbi_withdrawal){0};
}
