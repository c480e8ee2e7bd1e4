#include "api/enrolmentinfo.h"

#include "bank/family.h"

/* The one that it goes on from, if it is still known. */
static cbank_status find_earlier(cbi_txn *txn, cbi_hasher *hasher, cbi_enrolmentinfo *it,
                                 cbank_error *err)
{
    cbi_enrolment_saying first = {0};
    cbi_enrolment_row earlier;
    cbank_status status = CBANK_OK;
    cbi_hash id;

    CBI_TRY(cbi_enrolment_read(txn, hasher, it->row.index, &first, err));
    if (first.enrolment == NULL ||
        !cbi_hash_from(cbi_message_bytes(first.enrolment->continues), &id))
        goto done;
    status = cbi_enrolment_by_id(txn, &id, &earlier, err);
    if (status == CBANK_OK)
        cbi_holding_display_id(earlier.index, &earlier.id, it->continues);
    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
done:
    cbi_enrolment_saying_clear(&first);
    return status;
}

static void fill_change(const Cbank__V1__EnrolmentChange *change,
                        Cbank__Api__V1__EnrolmentInfo *out)
{
    out->since = change->since;
    out->kind = change->kind;
    out->next_institution = change->next_institution;
    out->document = change->document;
}

cbank_status cbi_enrolmentinfo_read(cbi_txn *txn, cbi_hasher *hasher,
                                    const cbi_enrolment_row *row, cbi_enrolmentinfo *out,
                                    cbank_error *err)
{
    Cbank__Api__V1__EnrolmentInfo *message = &out->message;
    cbank_status status = CBANK_OK;

    out->row = *row;
    CBI_TRY(cbi_family_root(txn, row->account.digits, &out->account, err));
    CBI_TRY(cbi_enrolment_read(txn, hasher, row->newest, &out->now, err));
    CBI_TRY(find_earlier(txn, hasher, out, err));
    cbi_holding_display_id(row->index, &row->id, out->id);
    cbank__api__v1__enrolment_info__init(message);
    message->id = out->id;
    message->account = out->account.digits;
    message->institution = out->row.institution;
    message->reference = out->row.reference;
    message->status = (Cbank__Api__V1__EnrolmentStatus)row->state;
    message->revision = row->revision;
    message->continues = out->continues;
    if (out->now.change != NULL) {
        message->terms = out->now.change->terms;
        fill_change(out->now.change, message);
    } else {
        message->terms = out->now.enrolment->terms;
        message->document = out->now.enrolment->document;
    }
    message->at = out->now.statement.message->at;
    message->index = row->newest;
done:
    return status;
}

void cbi_enrolmentinfo_clear(cbi_enrolmentinfo *info)
{
    cbi_enrolment_saying_clear(&info->now);
    *info = (cbi_enrolmentinfo){0};
}
