#include "bank/agent.h"

#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "record/field.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define GIVER(name) CBANK__V1__CONSENT_GIVER__CONSENT_GIVER_##name
#define ROLE(name) CBANK__V1__AGENT_ROLE__AGENT_ROLE_##name

/* ---- for those who consent --------------------------------------------------------------- */

cbank_status cbi_agent_age(const cbi_bank *bank, cbi_txn *txn, const char *account, int64_t now,
                           cbi_consent_age *out, cbank_error *err)
{
    Cbank__Api__V1__Person *person = NULL;
    cbank_status status = cbi_vault_get_person(bank, txn, account, &person, err);

    *out = CBI_CONSENT_AGE_UNKNOWN;
    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK;
    if (status == CBANK_OK)
        *out = cbi_consent_age_on(person->born_on, cbi_date_of(now));
    cbi_vault_free_person(person);
    return status;
}

cbank_status cbi_agent_find(cbi_txn *txn, cbi_hasher *hasher, const char *account, const char *id,
                            Cbank__V1__ConsentGiver giver, int64_t now, cbi_consent_row *out,
                            cbank_error *err)
{
    Cbank__V1__AgentRole role = giver == GIVER(GUARDIAN) ? ROLE(GUARDIAN) : ROLE(AGENT);
    bool learner = giver != GIVER(GUARDIAN) && giver != GIVER(AGENT);
    const Cbank__V1__AgentAuthorised *body;
    cbi_statement statement = {0};
    cbank_status status = CBANK_OK;

    *out = (cbi_consent_row){0};
    if (learner)
        return id[0] == '\0' ? CBANK_OK : cbi_fail(err, CBI_REASON_AGENT_ROLE, 0, id, NULL);
    CBI_TRY(cbi_consent_row_by_id(txn, hasher, account, id, CBI_CONSENT_AGENT, out, err));
    CBI_TRY(cbi_consent_row_statement(txn, hasher, out->index, &statement, err));
    body = statement.body;
    if (body->role != role)
        CBI_TRY(cbi_fail(err, CBI_REASON_AGENT_ROLE, 0, id, NULL));
    if (out->state.ended || now > out->state.until || now < cbi_date_begins(body->from))
        CBI_TRY(cbi_fail(err, CBI_REASON_AGENT_ENDED, 0, id, NULL));
done:
    cbi_statement_clear(&statement);
    return status;
}

cbank_status cbi_agent_check_count(cbi_txn *txn, const char *account, cbank_error *err)
{
    uint64_t sequence = 0, standing = 0;
    cbi_consent_row row;
    cbank_status status = CBANK_OK;
    bool found = true;

    while (found) {
        CBI_TRY(cbi_consent_row_next(txn, account, sequence, &row, &found, err));
        if (!found)
            break;
        standing += row.state.thing != CBI_CONSENT_DISCLOSURE && !row.state.ended;
        sequence = row.sequence + 1;
    }
    if (standing >= CBI_CONSENTS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_CONSENT_TOO_MANY, CBI_CONSENTS_MAX, account, NULL));
done:
    return status;
}

/* ---- authorising ------------------------------------------------------------------------- */

typedef struct agent_act {
    cbi_act act;
    cbi_bank *bank;
    cbi_hasher *hasher;
    const char *account;
    const cbi_order *order;
    Cbank__V1__AgentAuthorised body;
    Cbank__Api__V1__PersonAgent person; /* canonical; lends */
    cbi_identity document;
    cbi_hash random, commitment, tag_random;
    const char *id; /* of one that is to end */
    cbi_consent_row row;
} agent_act;

static cbank_status check_person(agent_act *it, const cbi_agent_terms *terms, cbank_error *err)
{
    const Cbank__Api__V1__PersonAgent *stated = terms->person;
    cbank_status status = CBANK_OK;

    if (stated == NULL || cbi_message_text(stated->name).size == 0 ||
        cbi_message_text(stated->document_number).size == 0 || it->order->document == NULL ||
        it->order->document[0] == '\0')
        return cbi_fail(err, CBI_REASON_AGENT_MANDATE, 0, terms->account, NULL);
    if (stated->index != 0 || stated->random.len != 0)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "agent", NULL);
    CBI_TRY(cbi_field_text("name", stated->name, 4 * CBI_NAME_CHARACTERS_MAX, err));
    if (cbi_message_text(stated->relation).size > 0)
        CBI_TRY(cbi_field_text("relation", stated->relation, CBI_NAME_CHARACTERS_MAX, err));
    CBI_TRY(cbi_identity_normalise(cbi_message_text(stated->document_type),
                                   cbi_message_text(stated->document_number), &it->document, err));
    it->person = *stated;
    it->person.document_type = it->document.type;
    it->person.document_number = it->document.number;
done:
    return status;
}

static cbank_status fill(agent_act *it, const cbi_agent_terms *terms, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_random(it->random.bytes, CBI_HASH_SIZE, err));
    CBI_TRY(cbi_random(it->tag_random.bytes, CBI_HASH_SIZE, err));
    CBI_TRY(cbi_consent_commit_agent(it->hasher, &it->random,
                                     cbi_bytes_of_text(it->document.type),
                                     cbi_bytes_of_text(it->document.number), &it->commitment,
                                     err));
    cbank__v1__agent_authorised__init(&it->body);
    it->body.account = cbi_message_string(terms->account);
    it->body.role = terms->role;
    it->body.agent = cbi_message_data(cbi_bytes_of_hash(&it->commitment));
    it->body.from = terms->from != 0 ? terms->from : cbi_date_of(it->order->now);
    it->body.until = terms->until;
    it->person.random = cbi_message_data(cbi_bytes_of_hash(&it->random));
done:
    return status;
}

static cbank_status check_agents(agent_act *it, cbi_txn *txn, cbank_error *err)
{
    Cbank__Api__V1__Person *person = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_vault_get_person(it->bank, txn, it->account, &person, err));
    if (person->n_agents >= CBI_AGENTS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_CONSENT_TOO_MANY, CBI_AGENTS_MAX, it->account, NULL));
    CBI_TRY(cbi_agent_check_count(txn, it->account, err));
    CBI_TRY(cbi_consent_check_room(txn, it->account, err));
    CBI_TRY(cbi_vault_check_room(txn, it->account, it->order->note, CBI_VAULT_AGENT_MAX, err));
done:
    cbi_vault_free_person(person);
    return status;
}

static cbank_status judge_new(agent_act *it, cbi_txn *txn, cbank_error *err)
{
    bool guardian = it->body.role == ROLE(GUARDIAN);
    cbi_consent_age age;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_check_account(txn, it->account, true, err));
    CBI_TRY(cbi_agent_age(it->bank, txn, it->account, it->order->now, &age, err));
    CBI_TRY(cbi_consent_check_giver(guardian ? GIVER(GUARDIAN) : GIVER(AGENT), age, err));
    CBI_TRY(check_agents(it, txn, err));
done:
    if (status != CBANK_OK)
        cbi_error_name(err, it->account);
    return status;
}

static cbank_status check_new(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge_new((agent_act *)(void *)act, append->txn, err);
}

static cbank_status write_new(cbi_act *act, cbi_append *append, cbank_error *err)
{
    agent_act *it = (agent_act *)(void *)act;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_say(it->bank, append, it->account, KIND(AGENT_AUTHORISED), &it->body,
                            it->order, cbi_bytes_of(act->token, CBI_TOKEN_SIZE), &it->tag_random,
                            &it->row, err));
    it->person.index = it->row.index;
    CBI_TRY(cbi_vault_add_agent(it->bank, append->txn, it->account, &it->person, err));
    CBI_TRY(cbi_consent_answer(act, &it->row, err));
done:
    return status;
}

static cbank_status judge_in_reader(agent_act *it,
                                    cbank_status (*judge)(agent_act *it, cbi_txn *txn,
                                                          cbank_error *err),
                                    cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    CBI_TRY(judge(it, reader.txn, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status submit(agent_act *it, cbi_consented *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    it->act.now = it->order->now;
    CBI_TRY(cbi_ledger_submit(it->bank->ledger, &it->act, err));
    if (it->act.result.size < sizeof(out->id))
        memcpy(out->id, it->act.result.data, it->act.result.size);
done:
    cbank_buffer_clear(&it->act.result);
    return status;
}

static cbank_status begin(agent_act *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!cbi_account_is_valid(cbi_bytes_of_text(it->account)))
        return cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, it->account, NULL);
    CBI_TRY(cbi_order_check(it->order, err));
    CBI_TRY(cbi_hasher_new(it->bank->config.suite, &it->hasher, err));
    CBI_TRY(cbi_errand_token(it->order->token, it->act.token, err));
done:
    return status;
}

cbank_status cbi_agent_authorise(cbi_bank *bank, const cbi_agent_terms *terms,
                                 const cbi_order *order, cbi_consented *out, cbank_error *err)
{
    agent_act it = {.bank = bank, .account = terms->account, .order = order};
    cbi_errand_statement tried = {.kind = KIND(AGENT_AUTHORISED), .body = &it.body,
                                  .document = order->document};
    cbi_bytes said[6];
    cbank_status status = CBANK_OK;
    uint8_t numbers[12];

    *out = (cbi_consented){0};
    CBI_TRY(begin(&it, err));
    CBI_TRY(check_person(&it, terms, err));
    CBI_TRY(fill(&it, terms, err));
    CBI_TRY(cbi_errand_try(&tried, err));
    if (order->dry_run) {
        CBI_TRY(judge_in_reader(&it, judge_new, err));
        goto done;
    }
    cbi_put_u32(numbers, (uint32_t)terms->role);
    cbi_put_u32(numbers + 4, terms->from);
    cbi_put_u32(numbers + 8, terms->until);
    said[0] = cbi_bytes_of_text(terms->account);
    said[1] = cbi_bytes_of_text(it.document.type);
    said[2] = cbi_bytes_of_text(it.document.number);
    said[3] = cbi_message_text(it.person.name);
    said[4] = cbi_message_text(it.person.relation);
    said[5] = cbi_bytes_of(numbers, sizeof(numbers));
    CBI_TRY(cbi_order_digest(bank, order, "agent_authorised", said, 6, &it.act.request, err));
    it.act.check = check_new;
    it.act.write = write_new;
    CBI_TRY(submit(&it, out, err));
done:
    cbi_hasher_free(it.hasher);
    cbi_identity_clear(&it.document);
    return status;
}

/* ---- ending ------------------------------------------------------------------------------ */

static cbank_status judge_end(agent_act *it, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_check_account(txn, it->account, false, err));
    CBI_TRY(cbi_consent_row_by_id(txn, it->hasher, it->account, it->id, CBI_CONSENT_AGENT,
                                  &it->row, err));
    if (it->row.state.ended)
        CBI_TRY(cbi_fail(err, CBI_REASON_SECOND_CHAIN_TOUCHED, 0, it->id, NULL));
    CBI_TRY(cbi_vault_check_room(txn, it->account, it->order->note, 0, err));
done:
    return status;
}

static cbank_status check_end(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge_end((agent_act *)(void *)act, append->txn, err);
}

static cbank_status write_end(cbi_act *act, cbi_append *append, cbank_error *err)
{
    agent_act *it = (agent_act *)(void *)act;
    Cbank__V1__AgentEnded body = CBANK__V1__AGENT_ENDED__INIT;
    cbank_status status = CBANK_OK;

    body.account = cbi_message_string(it->account);
    body.touched_sequence = it->row.sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&it->row.leaf));
    CBI_TRY(cbi_consent_say(it->bank, append, it->account, KIND(AGENT_ENDED), &body, it->order,
                            cbi_bytes_of(act->token, CBI_TOKEN_SIZE), NULL, &it->row, err));
    CBI_TRY(cbi_consent_answer(act, &it->row, err));
done:
    return status;
}

cbank_status cbi_agent_end(cbi_bank *bank, const char *account, const char *id,
                           const cbi_order *order, cbi_consented *out, cbank_error *err)
{
    agent_act it = {.bank = bank, .account = account, .order = order, .id = id};
    cbi_bytes said[] = {cbi_bytes_of_text(account), cbi_bytes_of_text(id)};
    cbank_status status = CBANK_OK;

    *out = (cbi_consented){.ended = true};
    CBI_TRY(begin(&it, err));
    if (order->dry_run) {
        CBI_TRY(judge_in_reader(&it, judge_end, err));
        cbi_consent_row_id(&it.row, out->id);
        goto done;
    }
    CBI_TRY(cbi_order_digest(bank, order, "agent_ended", said, 2, &it.act.request, err));
    it.act.check = check_end;
    it.act.write = write_end;
    CBI_TRY(submit(&it, out, err));
done:
    cbi_hasher_free(it.hasher);
    return status;
}
