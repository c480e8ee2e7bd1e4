#include "bank/consentact.h"

#include <string.h>

#include "base/limits.h"

cbank_status cbi_consent_append(cbi_append *append, const char *account,
                                const cbi_errand_statement *statement, cbi_consent_row *out,
                                cbank_error *err)
{
    cbi_consent_row row;
    cbank_status status = CBANK_OK;
    uint64_t index, touched;
    cbi_bytes named;
    cbi_hash leaf;
    cbi_head head;

    CBI_TRY(cbi_errand_append(append, statement, &index, &leaf, err));
    if (cbi_consent_row_begin(statement->kind, statement->body, &row)) {
        CBI_TRY(cbi_subject_read_head(append->txn, &statement->subject, &head, err));
        memcpy(row.account.digits, account, CBI_ACCOUNT_SIZE);
        row.sequence = head.sequence;
        row.index = row.ground_index = index;
        row.leaf = leaf;
    } else if (cbi_consent_touched(statement->kind, statement->body, &touched, &named)) {
        CBI_TRY(cbi_consent_row_read(append->txn, account, touched, &row, err));
        CBI_TRY(cbi_consent_row_step(&row, statement->kind, statement->body, append->at, index,
                                     err));
    } else {
        goto done; /* a claim, which is in no table */
    }
    CBI_TRY(cbi_consent_row_write(append->txn, &row, err));
    if (out != NULL)
        *out = row;
done:
    return status;
}

cbank_status cbi_consent_say(const cbi_bank *bank, cbi_append *append, const char *account,
                             int kind, const void *body, const cbi_order *order, cbi_bytes token,
                             const cbi_hash *randomness, cbi_consent_row *out, cbank_error *err)
{
    cbi_errand_statement statement = {.subject = cbi_consent_subject(account),
                                      .kind = kind,
                                      .body = body,
                                      .randomness = randomness};
    cbi_note_seal seal = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_order_state(append->hasher, order, token, &seal, &statement, err));
    CBI_TRY(cbi_consent_append(append, account, &statement, out, err));
    CBI_TRY(cbi_vault_add_note(bank, append->txn, account, append->state.frontier.size - 1,
                               &seal.random, seal.text, err));
done:
    return status;
}

cbank_status cbi_consent_answer(cbi_act *act, const cbi_consent_row *row, cbank_error *err)
{
    char id[CBI_DISPLAY_ID_MAX];

    cbi_consent_row_id(row, id);
    return cbi_buffer_set(&act->result, cbi_bytes_of_text(id), err);
}

cbank_status cbi_consent_check_account(cbi_txn *txn, const char *account, bool active,
                                       cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_life life;

    CBI_TRY(cbi_account_life(txn, account, &life, err));
    if (life == CBI_LIFE_ERASED || (active && life != CBI_LIFE_ACTIVE))
        CBI_TRY(cbi_fail(err, cbi_life_refusal(life), 0, account, NULL));
done:
    return status;
}

cbank_status cbi_consent_check_room(cbi_txn *txn, const char *account, cbank_error *err)
{
    cbi_subject subject = cbi_consent_subject(account);
    cbank_status status;
    cbi_head head;

    status = cbi_subject_read_head(txn, &subject, &head, err);
    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK;
    if (status == CBANK_OK && head.sequence + 1 >= CBI_TRANSCRIPT_ENTRIES_MAX / 2)
        status = cbi_fail(err, CBI_REASON_SECOND_CHAIN_FULL, 0, account, NULL);
    return status;
}
