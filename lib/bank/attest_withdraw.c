/* A claim that counts no more: found on the learner's second chain, and noted there. */
#include "bank/attest.h"

#include <string.h>

#include "bank/account.h"
#include "bank/errand.h"
#include "ledger/history.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define ID_PREFIX_MIN 8u

typedef struct withdrawing {
    cbi_act act;
    cbi_bank *bank;
    const cbi_attest_end *end;
    cbi_bytes wanted; /* the id, or its beginning */
    cbi_hash id;
    uint64_t index;
} withdrawing;

static cbi_subject second_chain(const withdrawing *it)
{
    return (cbi_subject){CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_DISCLOSURE,
                         cbi_bytes_of_text(it->end->account)};
}

static cbank_status unknown(const withdrawing *it, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_CLAIM_UNKNOWN, 0, it->end->account, NULL);
}

/* Whether the statement is about the claim that is wanted; its whole id then. */
static bool is_about(const withdrawing *it, const cbi_statement *statement, cbi_hash *id)
{
    const Cbank__V1__ClaimNoted *noted =
        cbi_statement_body(statement, &cbank__v1__claim_noted__descriptor);

    return noted != NULL && cbi_hash_from(cbi_message_bytes(noted->claim), id) &&
           memcmp(id->bytes, it->wanted.data, it->wanted.size) == 0;
}

/* From the newest entry back: the first that is about it says what has become of it. */
static cbank_status find_claim(withdrawing *it, cbi_txn *txn, cbi_hasher *hasher,
                               cbank_error *err)
{
    cbi_subject subject = second_chain(it);
    cbi_statement statement = {0};
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    bool found = false;
    cbi_logged logged;
    cbi_head named;

    status = cbi_subject_read_head(txn, &subject, &named, err);
    CBI_TRY(status == CBANK_E_NOT_FOUND ? unknown(it, err) : status);
    for (uint64_t left = named.sequence + 1; left > 0 && !found; left--) {
        CBI_TRY(cbi_logged_step_back(txn, hasher, &named, &row, &logged, err));
        if (logged.erased)
            continue;
        CBI_TRY(cbi_statement_parse(logged.statement, &statement, err));
        found = is_about(it, &statement, &it->id);
        if (found && (int)statement.kind->kind == (int)KIND(CLAIM_WITHDRAWN))
            CBI_TRY(cbi_fail(err, CBI_REASON_CLAIM_IS_WITHDRAWN, logged.index, it->end->account,
                             NULL));
        cbi_statement_clear(&statement);
    }
    if (!found)
        CBI_TRY(unknown(it, err));
done:
    cbi_statement_clear(&statement);
    cbank_buffer_clear(&row);
    return status;
}

static cbank_status check_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return find_claim((withdrawing *)(void *)act, append->txn, append->hasher, err);
}

/* `body` is what it lends. */
static cbi_errand_statement statement_of(const withdrawing *it, Cbank__V1__ClaimNoted *body)
{
    cbank__v1__claim_noted__init(body);
    body->account = cbi_message_string(it->end->account);
    body->claim = cbi_message_data(cbi_bytes_of_hash(&it->id));
    return (cbi_errand_statement){.subject = second_chain(it),
                                  .kind = KIND(CLAIM_WITHDRAWN),
                                  .reason = it->end->reason,
                                  .document = it->end->document,
                                  .token = cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE),
                                  .body = body};
}

static cbank_status write_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    withdrawing *it = (withdrawing *)(void *)act;
    Cbank__V1__ClaimNoted body;
    cbi_errand_statement statement = statement_of(it, &body);
    cbank_status status = CBANK_OK;
    uint8_t index[8];

    CBI_TRY(cbi_errand_append(append, &statement, &it->index, NULL, err));
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
                        cbi_bytes_of_hash(&it->id), cbi_bytes_of_text(it->end->reason)};
    Cbank__V1__ClaimNoted body;
    cbi_errand_statement statement;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_errand_token(it->end->token, it->act.token, err));
    statement = statement_of(it, &body);
    CBI_TRY(cbi_errand_try(&statement, err));
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
    withdrawing it = {.bank = bank, .end = end, .wanted = end->id};
    cbi_hasher *hasher = NULL;
    cbank_status status = CBANK_OK;
    cbi_hash room;

    CBI_TRY(cbi_errand_check_reason(end->reason, err));
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
    *id = it.id;
    *index = it.index;
done:
    cbi_hasher_free(hasher);
    return status;
}
