#include "bank/receipt.h"

#include "bank/errand.h"
#include "bank/institution.h"

cbank_status cbi_receipt_write(cbi_append *append, cbi_intake *intake, const cbi_public *key,
                               const char *actor, cbi_bytes token, cbank_error *err)
{
    Cbank__V1__BatchReceived body = CBANK__V1__BATCH_RECEIVED__INIT;
    cbank_status status = CBANK_OK;

    body.institution = intake->institution;
    body.batch = cbi_message_data(cbi_bytes_of_hash(&intake->id));
    body.number = intake->batch_number;
    body.taken = intake->taken;
    body.unchanged = intake->unchanged;
    body.refused = intake->refused;
    body.public_key = cbi_message_data(cbi_public_bytes(key));
    CBI_TRY(cbi_errand_append(append,
                              &(cbi_errand_statement){
                                  .subject = cbi_institution_subject(intake->institution),
                                  .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_BATCH_RECEIVED,
                                  .actor = actor,
                                  .token = token,
                                  .body = &body},
                              &intake->receipt_index, NULL, err));
    intake->received_at = append->at;
    CBI_TRY(cbi_intake_write(append->txn, intake, err));
done:
    return status;
}

cbank_status cbi_receipt_end(cbi_append *append, const char *institution, const cbi_public *key,
                             bool imports, cbi_bytes token, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t after = 0;
    cbi_intake intake;
    bool found;

    for (;;) {
        CBI_TRY(cbi_intake_under_way(append->txn, institution, after, &intake, &found, err));
        if (!found)
            break;
        after = intake.batch_number;
        if (imports && !intake.imported)
            continue;
        intake.refused += intake.count - intake.next;
        intake.next = intake.count;
        CBI_TRY(cbi_receipt_write(append, &intake, key, NULL, token, err));
    }
done:
    return status;
}
