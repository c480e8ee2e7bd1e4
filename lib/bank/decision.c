#include "bank/decision.h"

#include <string.h>

#include "bank/errand.h"
#include "bank/institution.h"

/* By an earlier key of the institution, or by nobody's: `err` says already that it is not good. */
static cbank_status refuse_signature(const cbi_envelope *envelope, cbi_bank *bank, cbi_txn *txn,
                                     const char *institution, cbank_error *err)
{
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbank_status status = CBANK_OK;
    cbi_public key;

    CBI_TRY(cbi_institution_read(txn, institution, &row, err));
    for (size_t i = 0; i + 1 < row->n_keys; i++) {
        CBI_TRY(cbi_public_parse(bank->config.suite, cbi_message_bytes(row->keys[i]->public_key),
                                 &key, err));
        if (cbi_envelope_verify(envelope, &key, NULL) == CBANK_OK)
            CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_KEY, i, institution, NULL));
    }
    status = cbi_fail(err, CBI_REASON_BAD_SIGNATURE, 0, institution, NULL);
done:
    cbi_message_free(row);
    return status;
}

/* Signed with the institution's key of today, for this bank. */
cbank_status cbi_decision_check_signature(cbi_bank *bank, cbi_txn *txn,
                                          const cbi_envelope *envelope, const char *origin,
                                          const char *institution, cbi_public *signer,
                                          cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (strcmp(origin, bank->config.origin) != 0)
        return cbi_fail(err, CBI_REASON_FOR_ANOTHER_BANK, 0, origin, NULL);
    CBI_TRY(cbi_institution_signer(bank, txn, institution, signer, err));
    status = cbi_envelope_verify(envelope, signer, err);
    if (status == CBANK_E_BAD_SIGNATURE)
        status = refuse_signature(envelope, bank, txn, institution, err);
done:
    return status;
}

cbank_status cbi_decision_receive(cbi_append *append, const char *institution, int kind,
                                  const cbi_hash *decision, const cbi_public *key, cbi_bytes token,
                                  uint64_t *index, cbank_error *err)
{
    Cbank__V1__DecisionReceived body = CBANK__V1__DECISION_RECEIVED__INIT;

    body.institution = cbi_message_string(institution);
    body.decision = cbi_message_data(cbi_bytes_of_hash(decision));
    body.public_key = cbi_message_data(cbi_public_bytes(key));
    return cbi_errand_append(
        append,
        &(cbi_errand_statement){.subject = cbi_institution_subject(institution),
                                .kind = kind,
                                .token = token,
                                .body = &body},
        index, NULL, err);
}
