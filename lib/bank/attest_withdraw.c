/* A claim that counts no more: found on the learner's second chain, and noted there. */
#include "bank/attest.h"

#include <string.h>

#include "bank/consentact.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define ID_PREFIX_MIN 8u

typedef struct withdrawing {
    cbi_act act;
    cbi_bank *bank;
    const cbi_attest_end *end;
    cbi_bytes wanted; /* the id, or its beginning */
    cbi_order order;
    cbi_consent_row row; /* of the claim, which a file finds by its code */
    cbi_verification code;
    uint64_t index;
} withdrawing;

static cbank_status unknown(const withdrawing *it, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_CLAIM_UNKNOWN, 0, it->end->account, NULL);
}

static bool is_wanted(const withdrawing *it, const cbi_consent_row *row)
{
    return row->state.thing == CBI_CONSENT_DISCLOSURE &&
           memcmp(row->transcript.bytes, it->wanted.data, it->wanted.size) == 0;
}

/* By its code, if its file is at hand. */
static cbank_status find_coded(withdrawing *it, cbi_txn *txn, bool *found, cbank_error *err)
{
    cbank_status status = cbi_consent_row_by_code(txn, it->code.text, &it->row, err);

    *found = status == CBANK_OK && is_wanted(it, &it->row) &&
             strcmp(it->row.account.digits, it->end->account) == 0;
    return status == CBANK_E_NOT_FOUND ? CBANK_OK : status;
}

/* Else among all that was shown of the account. */
static cbank_status find_listed(withdrawing *it, cbi_txn *txn, bool *found, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t sequence = 0;
    bool more = true;

    *found = false;
    while (!*found && more) {
        CBI_TRY(cbi_consent_row_next(txn, it->end->account, sequence, &it->row, &more, err));
        *found = more && is_wanted(it, &it->row);
        sequence = it->row.sequence + 1;
    }
done:
    return status;
}

/* A transcript is withdrawn by its own name. */
static cbank_status check_claim(const withdrawing *it, cbi_txn *txn, cbi_hasher *hasher,
                                cbank_error *err)
{
    const Cbank__V1__DisclosureIssued *issued;
    cbi_statement statement = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_row_statement(txn, hasher, it->row.index, &statement, err));
    issued = cbi_statement_body(&statement, &cbank__v1__disclosure_issued__descriptor);
    if (issued == NULL || issued->items > 0)
        CBI_TRY(unknown(it, err));
    if (it->row.state.ended)
        CBI_TRY(cbi_fail(err, CBI_REASON_CLAIM_IS_WITHDRAWN, it->row.index, it->end->account,
                         NULL));
done:
    cbi_statement_clear(&statement);
    return status;
}

static cbank_status find_claim(withdrawing *it, cbi_txn *txn, cbi_hasher *hasher,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool found;

    if (it->code.text[0] != '\0')
        CBI_TRY(find_coded(it, txn, &found, err));
    else
        CBI_TRY(find_listed(it, txn, &found, err));
    if (!found)
        CBI_TRY(unknown(it, err));
    CBI_TRY(check_claim(it, txn, hasher, err));
    CBI_TRY(cbi_consent_check_account(txn, it->end->account, false, err));
done:
    return status;
}

static cbank_status check_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return find_claim((withdrawing *)(void *)act, append->txn, append->hasher, err);
}

/* `leaf` is what it lends. */
static void fill_body(const withdrawing *it, cbi_hash *leaf, Cbank__V1__DisclosureWithdrawn *body)
{
    cbank__v1__disclosure_withdrawn__init(body);
    *leaf = it->row.leaf;
    body->account = cbi_message_string(it->end->account);
    body->touched_sequence = it->row.sequence;
    body->touched_leaf = cbi_message_data(cbi_bytes_of_hash(leaf));
}

static cbank_status write_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    withdrawing *it = (withdrawing *)(void *)act;
    Cbank__V1__DisclosureWithdrawn body;
    cbank_status status = CBANK_OK;
    uint8_t index[8];
    cbi_hash leaf;

    fill_body(it, &leaf, &body);
    it->index = append->state.frontier.size;
    CBI_TRY(cbi_consent_say(it->bank, append, it->end->account, KIND(DISCLOSURE_WITHDRAWN), &body,
                            &it->order, cbi_bytes_of(act->token, CBI_TOKEN_SIZE), NULL, &it->row,
                            err));
    cbi_put_u64(index, it->index);
    CBI_TRY(cbi_buffer_set(&act->result, cbi_bytes_of(index, sizeof(index)), err));
done:
    return status;
}

/* The id of a file, which has to be this bank's. `room` holds it. */
static cbank_status read_file(withdrawing *it, cbi_hasher *hasher, cbi_hash *room,
                              cbank_error *err)
{
    cbi_attestation claim = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_attestation_open(hasher, it->end->file, &claim, err));
    if (strcmp(claim.head->origin, it->bank->config.origin) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_FOR_ANOTHER_BANK, 0, claim.head->origin, NULL));
    memcpy(it->code.text, claim.head->code, sizeof(it->code.text)); /* its form was checked */
    *room = claim.id;
    it->wanted = cbi_bytes_of_hash(room);
done:
    cbi_attestation_clear(&claim);
    return status;
}

static cbank_status look_only(withdrawing *it, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    CBI_TRY(find_claim(it, reader.txn, reader.hasher, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status submit(withdrawing *it, cbank_error *err)
{
    cbi_bytes said[] = {cbi_bytes_of_text("claim-withdraw"), cbi_bytes_of_text(it->end->account),
                        cbi_bytes_of_hash(&it->row.transcript),
                        cbi_bytes_of_text(it->end->reason)};
    Cbank__V1__DisclosureWithdrawn body;
    cbi_errand_statement tried = {.kind = KIND(DISCLOSURE_WITHDRAWN),
                                  .document = it->end->document,
                                  .body = &body};
    cbank_status status = CBANK_OK;
    cbi_hash leaf;

    fill_body(it, &leaf, &body);
    CBI_TRY(cbi_errand_try(&tried, err));
    CBI_TRY(cbi_errand_token(it->end->token, it->act.token, err));
    CBI_TRY(cbi_errand_digest(it->bank, said, 4, &it->act.request, err));
    it->act.now = it->end->now;
    it->act.check = check_act;
    it->act.write = write_act;
    CBI_TRY(cbi_ledger_submit(it->bank->ledger, &it->act, err));
    if (it->act.result.size == 8)
        it->index = cbi_get_u64(it->act.result.data);
done:
    cbank_buffer_clear(&it->act.result);
    return status;
}

cbank_status cbi_attest_withdraw(cbi_bank *bank, const cbi_attest_end *end, cbi_hash *id,
                                 uint64_t *index, cbank_error *err)
{
    withdrawing it = {.bank = bank,
                      .end = end,
                      .wanted = end->id,
                      .order = {.reason = end->reason, .document = end->document}};
    cbi_hasher *hasher = NULL;
    cbank_status status = CBANK_OK;
    cbi_hash room;

    CBI_TRY(cbi_order_check(&it.order, err));
    CBI_TRY(cbi_hasher_new(bank->config.suite, &hasher, err));
    if (end->file.size > 0)
        CBI_TRY(read_file(&it, hasher, &room, err));
    if (it.wanted.size < ID_PREFIX_MIN || it.wanted.size > CBI_HASH_SIZE)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "id", NULL));
    if (!cbi_account_is_valid(cbi_bytes_of_text(end->account)))
        CBI_TRY(cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, end->account, NULL));
    status = look_only(&it, err);
    /* Withdrawn by this very request, its token gives the same answer. */
    if (status == CBANK_E_STATE && end->token.size > 0 && !end->dry_run)
        status = CBANK_OK;
    CBI_TRY(status);
    if (!end->dry_run)
        CBI_TRY(submit(&it, err));
    *id = it.row.transcript;
    *index = it.index;
done:
    cbi_hasher_free(hasher);
    return status;
}
