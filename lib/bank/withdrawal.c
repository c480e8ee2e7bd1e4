#include "bank/withdrawal.h"

#include <string.h>

#include "bank/errand.h"
#include "bank/institution.h"
#include "bank/rulebook.h"
#include "proof/withdrawal.h"

typedef struct withdrawing {
    cbi_act act;
    cbi_bank *bank;
    cbi_withdrawal withdrawal;
    cbi_public signer;
    cbi_edition edition;
} withdrawing;

static cbank_status check_withdrawal(cbi_act *act, cbi_append *append, cbank_error *err)
{
    withdrawing *it = (withdrawing *)(void *)act;
    const Cbank__V1__PublicationWithdrawal *asked = it->withdrawal.message;
    const Cbank__V1__PublicationRef *ref = asked->publication;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_edition_read(append->txn, (int)ref->kind, ref->id, ref->edition, &it->edition,
                             err));
    if (!cbi_bytes_equal(cbi_message_bytes(ref->digest), cbi_bytes_of_hash(&it->edition.digest)))
        CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_UNKNOWN, ref->edition, ref->id, NULL));
    if (strcmp(it->edition.authority, asked->authority) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_OWNER, 0, ref->id, "%s",
                         it->edition.authority));
    CBI_TRY(cbi_institution_signer(it->bank, append->txn, asked->authority, &it->signer, err));
    status = cbi_envelope_verify(&it->withdrawal.envelope, &it->signer, err);
    if (status == CBANK_E_BAD_SIGNATURE)
        status = cbi_publishing_refuse(it->bank, append->txn, asked->authority,
                                       &it->withdrawal.envelope, err);
    CBI_TRY(status);
    if (it->edition.withdrawn_index != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_WITHDRAWN, ref->edition, ref->id, NULL));
done:
    return status;
}

/* `body` and `room` are what it lends. */
static cbi_errand_statement withdrawn_statement(const withdrawing *it, char *room,
                                                Cbank__V1__PublicationWithdrawn *body)
{
    const Cbank__V1__PublicationWithdrawal *asked = it->withdrawal.message;

    cbank__v1__publication_withdrawn__init(body);
    body->publication = asked->publication;
    body->authority = asked->authority;
    body->request = cbi_message_data(it->withdrawal.bytes);
    body->public_key = cbi_message_data(cbi_public_bytes(&it->signer));
    return (cbi_errand_statement){
        .subject =
            cbi_edition_subject((int)asked->publication->kind, asked->publication->id, room),
        .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_PUBLICATION_WITHDRAWN,
        .document = asked->document,
        .token = cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE),
        .body = body};
}

static cbank_status write_withdrawal(cbi_act *act, cbi_append *append, cbank_error *err)
{
    withdrawing *it = (withdrawing *)(void *)act;
    char room[CBI_PUBLICATION_SUBJECT_MAX];
    Cbank__V1__PublicationWithdrawn body;
    cbi_errand_statement statement = withdrawn_statement(it, room, &body);
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_errand_append(append, &statement, &it->edition.withdrawn_index, NULL, err));
    it->edition.withdrawn_at = append->at;
    it->edition.withdrawn_from = it->withdrawal.message->from;
    CBI_TRY(cbi_edition_write(append->txn, &it->edition, err));
done:
    return status;
}

cbank_status cbi_withdrawal_take(cbi_bank *bank, cbi_bytes file, cbi_bytes token, int64_t now,
                                 cbi_edition *out, cbank_error *err)
{
    withdrawing it = {.bank = bank};
    cbi_bytes said[] = {cbi_bytes_of_text("withdraw"), file};
    const Cbank__V1__PublicationRef *ref;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_withdrawal_open(file, &it.withdrawal, err));
    ref = it.withdrawal.message->publication;
    if (strcmp(it.withdrawal.message->origin, bank->config.origin) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_FOR_ANOTHER_BANK, 0, it.withdrawal.message->origin,
                         NULL));
    CBI_TRY(cbi_errand_token(token, it.act.token, err));
    CBI_TRY(cbi_errand_digest(bank, said, 2, &it.act.request, err));
    it.act.now = now;
    it.act.check = check_withdrawal;
    it.act.write = write_withdrawal;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &it.act, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_edition_read(reader.txn, (int)ref->kind, ref->id, ref->edition, out, err));
done:
    cbi_ledger_read_end(&reader);
    cbank_buffer_clear(&it.act.result);
    cbi_withdrawal_clear(&it.withdrawal);
    return status;
}
