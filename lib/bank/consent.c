#include "bank/consent.h"

#include <stdlib.h>
#include <string.h>

#include "bank/disclosed.h"
#include "bank/family.h"
#include "base/memory.h"
#include "base/time.h"
#include "record/field.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define GIVER(name) CBANK__V1__CONSENT_GIVER__CONSENT_GIVER_##name
#define EXTENT(name) CBANK__V1__CONSENT_EXTENT__CONSENT_EXTENT_##name
#define DETAILS_MAX 3
#define TYPES_MAX 32u

typedef struct consent_act {
    cbi_act act;
    cbi_bank *bank;
    cbi_hasher *hasher;
    const char *account;
    const cbi_order *order;
    /* Giving: */
    const cbi_consent_terms *terms;
    Cbank__V1__ConsentGiven body;
    Cbank__V1__Code purpose;
    Cbank__V1__RecordType types[TYPES_MAX];
    Cbank__V1__PersonalDetail details[DETAILS_MAX];
    cbi_hash *records;
    ProtobufCBinaryData *record_list;
    cbi_hash tag_random;
    /* Withdrawing: */
    const cbi_consent_withdrawal *withdrawal;
    cbi_consent_row agent;
    cbi_consent_row row;
} consent_act;

static cbank_status begin(consent_act *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!cbi_account_is_valid(cbi_bytes_of_text(it->account)))
        return cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, it->account, NULL);
    CBI_TRY(cbi_order_check(it->order, err));
    CBI_TRY(cbi_hasher_new(it->bank->config.suite, &it->hasher, err));
    CBI_TRY(cbi_errand_token(it->order->token, it->act.token, err));
    CBI_TRY(cbi_random(it->tag_random.bytes, CBI_HASH_SIZE, err));
    it->act.now = it->order->now;
done:
    return status;
}

static cbank_status end(consent_act *it, cbank_status status)
{
    cbi_hasher_free(it->hasher);
    cbi_free(it->records);
    cbi_free(it->record_list);
    cbank_buffer_clear(&it->act.result);
    return status;
}

static cbank_status judge_in_reader(consent_act *it,
                                    cbank_status (*judge)(consent_act *it, cbi_txn *txn,
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

static void tell(const consent_act *it, cbi_consented *out)
{
    if (it->act.result.size > 0 && it->act.result.size < sizeof(out->id))
        memcpy(out->id, it->act.result.data, it->act.result.size);
}

/* ---- giving: the body -------------------------------------------------------------------- */

static int compare_hashes(const void *a, const void *b)
{
    return memcmp(a, b, CBI_HASH_SIZE);
}

/* Ids of the account's own records, or of those merged into it. */
static cbank_status find_record(consent_act *it, cbi_txn *txn, const char *id, cbi_hash *out,
                                cbank_error *err)
{
    cbi_holding holding = {0};
    cbi_account root = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_holding_find(txn, it->hasher, id, &holding, err));
    CBI_TRY(cbi_family_root(txn, holding.account, &root, err));
    if (strcmp(root.digits, it->account) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_UNKNOWN, 0, id, NULL));
    *out = holding.id;
done:
    cbi_holding_clear(&holding);
    return status;
}

static cbank_status list_records(consent_act *it, cbi_txn *txn, cbank_error *err)
{
    size_t count = it->terms->only_count;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(count, sizeof(*it->records), &it->records, err));
    CBI_TRY(cbi_alloc(count, sizeof(*it->record_list), &it->record_list, err));
    for (size_t i = 0; i < count; i++)
        CBI_TRY(find_record(it, txn, it->terms->only[i], &it->records[i], err));
    if (count > 0)
        qsort(it->records, count, sizeof(*it->records), compare_hashes);
    it->body.records = it->record_list;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !cbi_hash_equal(&it->records[i - 1], &it->records[i]))
            it->record_list[it->body.n_records++] =
                cbi_message_data(cbi_bytes_of_hash(&it->records[i]));
    }
done:
    return status;
}

/* In their order, each once. */
static cbank_status list_types(consent_act *it, cbank_error *err)
{
    it->body.types = it->types;
    for (unsigned type = 1; type < TYPES_MAX; type++) {
        for (size_t i = 0; i < it->terms->type_count; i++) {
            if ((unsigned)it->terms->types[i] == type) {
                it->types[it->body.n_types++] = (Cbank__V1__RecordType)type;
                break;
            }
        }
    }
    if (it->terms->type_count > 0 && it->terms->only_count > 0)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "types", NULL);
    return CBANK_OK;
}

static void list_details(consent_act *it)
{
    it->body.details = it->details;
    if (it->terms->show_name)
        it->details[it->body.n_details++] = CBANK__V1__PERSONAL_DETAIL__PERSONAL_DETAIL_NAME;
    if (it->terms->show_number)
        it->details[it->body.n_details++] = CBANK__V1__PERSONAL_DETAIL__PERSONAL_DETAIL_NUMBER;
    if (it->terms->show_birth)
        it->details[it->body.n_details++] = CBANK__V1__PERSONAL_DETAIL__PERSONAL_DETAIL_BIRTH;
}

static cbank_status fill(consent_act *it, cbank_error *err)
{
    const cbi_consent_terms *terms = it->terms;
    cbank_status status = CBANK_OK;

    cbank__v1__consent_given__init(&it->body);
    it->body.account = cbi_message_string(terms->account);
    it->body.giver = terms->giver;
    it->body.recipient = cbi_message_string(terms->recipient[0] == '\0' ? CBI_RECIPIENT_ANYONE
                                                                        : terms->recipient);
    if (!cbi_recipient_is_valid(cbi_message_text(it->body.recipient)))
        return cbi_fail(err, CBI_REASON_RECIPIENT_CODE, 0, terms->recipient, NULL);
    if (terms->purpose[0] != '\0' && !cbi_field_is_word(cbi_bytes_of_text(terms->purpose)))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "purpose", NULL);
    if (cbi_errand_reason(terms->purpose, &it->purpose) != NULL)
        it->body.purpose = &it->purpose;
    CBI_TRY(list_types(it, err));
    it->body.extent = it->body.n_types > 0      ? EXTENT(TYPES)
                      : terms->only_count > 0   ? EXTENT(RECORDS)
                                                : EXTENT(WHOLE);
    list_details(it);
    it->body.from = terms->from != 0 ? terms->from : cbi_date_of(it->order->now);
    it->body.until = terms->until;
    it->body.method = terms->method;
    it->body.language = cbi_message_string(terms->language);
    it->body.form = cbi_message_string(terms->form);
    it->body.form_digest = cbi_message_data(terms->form_digest);
done:
    return status;
}

/* ---- giving: the act --------------------------------------------------------------------- */

/* Who gives it, as the statement names him. */
static void name_agent(const cbi_consent_row *agent, uint64_t *sequence, ProtobufCBinaryData *leaf)
{
    if (agent->state.thing == CBI_CONSENT_NONE)
        return;
    *sequence = agent->sequence;
    *leaf = cbi_message_data(cbi_bytes_of_hash(&agent->leaf));
}

static cbank_status judge_giving(consent_act *it, cbi_txn *txn, cbank_error *err)
{
    const cbi_consent_terms *terms = it->terms;
    cbi_consent_age age;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_check_account(txn, it->account, true, err));
    CBI_TRY(cbi_agent_age(it->bank, txn, it->account, it->order->now, &age, err));
    status = cbi_consent_check_giver(terms->giver, age, err);
    if (status != CBANK_OK)
        cbi_error_name(err, it->account);
    CBI_TRY(status);
    CBI_TRY(cbi_agent_find(txn, it->hasher, it->account, terms->agent, terms->giver,
                           it->order->now, &it->agent, err));
    CBI_TRY(cbi_agent_check_count(txn, it->account, err));
    CBI_TRY(cbi_consent_check_room(txn, it->account, err));
    CBI_TRY(cbi_vault_check_room(txn, it->account, it->order->note, 0, err));
done:
    return status;
}

static cbank_status check_giving(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge_giving((consent_act *)(void *)act, append->txn, err);
}

static cbank_status write_giving(cbi_act *act, cbi_append *append, cbank_error *err)
{
    consent_act *it = (consent_act *)(void *)act;
    cbank_status status = CBANK_OK;

    name_agent(&it->agent, &it->body.agent_sequence, &it->body.agent_leaf);
    CBI_TRY(cbi_consent_say(it->bank, append, it->account, KIND(CONSENT_GIVEN), &it->body,
                            it->order, cbi_bytes_of(act->token, CBI_TOKEN_SIZE), &it->tag_random,
                            &it->row, err));
    CBI_TRY(cbi_consent_answer(act, &it->row, err));
done:
    return status;
}

/* Which records are meant; and whether a statement can be made of it, whoever gives it. */
static cbank_status prepare(consent_act *it, cbi_txn *txn, cbank_error *err)
{
    cbi_errand_statement tried = {.kind = KIND(CONSENT_GIVEN), .body = &it->body,
                                  .document = it->order->document};
    cbank_status status = CBANK_OK;

    CBI_TRY(list_records(it, txn, err));
    if (it->terms->giver != GIVER(LEARNER))
        it->body.agent_leaf = cbi_message_data(cbi_bytes_of_hash(&it->tag_random));
    CBI_TRY(cbi_errand_try(&tried, err));
    it->body.agent_leaf = (ProtobufCBinaryData){0};
    if (it->order->dry_run)
        CBI_TRY(judge_giving(it, txn, err));
done:
    return status;
}

cbank_status cbi_consent_give(cbi_bank *bank, const cbi_consent_terms *terms,
                              const cbi_order *order, cbi_consented *out, cbank_error *err)
{
    consent_act it = {.bank = bank, .account = terms->account, .order = order, .terms = terms};
    Cbank__V1__ConsentGiven asked;
    cbank_buffer bytes = {0};
    cbi_bytes said[2];
    cbank_status status = CBANK_OK;

    *out = (cbi_consented){0};
    CBI_TRY(begin(&it, err));
    CBI_TRY(fill(&it, err));
    CBI_TRY(judge_in_reader(&it, prepare, err));
    if (order->dry_run)
        goto done;
    asked = it.body;
    asked.from = terms->from; /* what "today" is does not make it another request */
    CBI_TRY(cbi_message_pack(&asked, &bytes, err));
    said[0] = cbi_bytes_of_buffer(&bytes);
    said[1] = cbi_bytes_of_text(terms->agent);
    CBI_TRY(cbi_order_digest(bank, order, "consent_given", said, 2, &it.act.request, err));
    it.act.check = check_giving;
    it.act.write = write_giving;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &it.act, err));
    tell(&it, out);
done:
    cbank_buffer_clear(&bytes);
    return end(&it, status);
}

/* ---- withdrawing ------------------------------------------------------------------------- */

static cbank_status judge_withdrawing(consent_act *it, cbi_txn *txn, cbank_error *err)
{
    const cbi_consent_withdrawal *terms = it->withdrawal;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_check_account(txn, it->account, false, err));
    CBI_TRY(cbi_consent_row_by_id(txn, it->hasher, it->account, terms->consent, CBI_CONSENT_GIVEN,
                                  &it->row, err));
    CBI_TRY(cbi_agent_find(txn, it->hasher, it->account, terms->agent, terms->by, it->order->now,
                           &it->agent, err));
    if (it->row.state.ended)
        CBI_TRY(cbi_fail(err, CBI_REASON_CONSENT_WITHDRAWN, 0, terms->consent, NULL));
    CBI_TRY(cbi_vault_check_room(txn, it->account, it->order->note, 0, err));
done:
    return status;
}

static cbank_status check_withdrawing(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge_withdrawing((consent_act *)(void *)act, append->txn, err);
}

static cbank_status write_withdrawing(cbi_act *act, cbi_append *append, cbank_error *err)
{
    consent_act *it = (consent_act *)(void *)act;
    Cbank__V1__ConsentWithdrawn body = CBANK__V1__CONSENT_WITHDRAWN__INIT;
    cbank_status status = CBANK_OK;

    body.account = cbi_message_string(it->account);
    body.by = it->withdrawal->by;
    name_agent(&it->agent, &body.agent_sequence, &body.agent_leaf);
    body.touched_sequence = it->row.sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&it->row.leaf));
    CBI_TRY(cbi_consent_say(it->bank, append, it->account, KIND(CONSENT_WITHDRAWN), &body,
                            it->order, cbi_bytes_of(act->token, CBI_TOKEN_SIZE), NULL, &it->row,
                            err));
    CBI_TRY(cbi_consent_answer(act, &it->row, err));
done:
    return status;
}

static cbank_status find_row(consent_act *it, cbi_txn *txn, cbank_error *err)
{
    return cbi_consent_row_by_id(txn, it->hasher, it->account, it->withdrawal->consent,
                                 CBI_CONSENT_GIVEN, &it->row, err);
}

/* First that nothing new is disclosed, then what was is called back, as far as it takes. */
cbank_status cbi_consent_withdraw(cbi_bank *bank, const cbi_consent_withdrawal *terms,
                                  const cbi_order *order, cbi_consented *out, cbank_error *err)
{
    consent_act it = {.bank = bank, .account = terms->account, .order = order,
                      .withdrawal = terms};
    uint8_t by = (uint8_t)terms->by;
    cbi_bytes said[] = {cbi_bytes_of_text(terms->account), cbi_bytes_of_text(terms->consent),
                        cbi_bytes_of_text(terms->agent), cbi_bytes_of(&by, 1)};
    cbank_status status = CBANK_OK;

    *out = (cbi_consented){.ended = true};
    if (terms->by < GIVER(LEARNER) || terms->by > GIVER(GUARDIAN))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "by", NULL);
    CBI_TRY(begin(&it, err));
    if (order->dry_run) {
        CBI_TRY(judge_in_reader(&it, judge_withdrawing, err));
        goto done;
    }
    CBI_TRY(cbi_order_digest(bank, order, "consent_withdrawn", said, 4, &it.act.request, err));
    it.act.check = check_withdrawing;
    it.act.write = write_withdrawing;
    status = cbi_ledger_submit(bank->ledger, &it.act, err);
    if (terms->recall && status == CBANK_E_STATE && it.row.state.ended)
        status = CBANK_OK;
    CBI_TRY(status);
    if (terms->recall) {
        if (it.row.state.thing == CBI_CONSENT_NONE) /* answered by its token */
            CBI_TRY(judge_in_reader(&it, find_row, err));
        CBI_TRY(cbi_disclosed_recall(bank, &it.row, order, &out->recalled, err));
    }
done:
    if (status == CBANK_OK)
        memcpy(out->id, terms->consent, strnlen(terms->consent, sizeof(out->id) - 1));
    return end(&it, status);
}

/* ---- with the account -------------------------------------------------------------------- */

static cbank_status end_one(cbi_append *append, const cbi_consent_row *row, cbi_bytes token,
                            cbank_error *err)
{
    bool agent = row->state.thing == CBI_CONSENT_AGENT;
    Cbank__V1__ConsentWithdrawn withdrawn = CBANK__V1__CONSENT_WITHDRAWN__INIT;
    Cbank__V1__AgentEnded ended = CBANK__V1__AGENT_ENDED__INIT;
    const char *account = row->account.digits;
    cbi_errand_statement statement = {.subject = cbi_consent_subject(account),
                                      .kind = agent ? KIND(AGENT_ENDED) : KIND(CONSENT_WITHDRAWN),
                                      .reason = "account-ended",
                                      .token = token,
                                      .body = agent ? (void *)&ended : (void *)&withdrawn};

    withdrawn.account = ended.account = cbi_message_string(account);
    withdrawn.by = GIVER(BANK);
    withdrawn.touched_sequence = ended.touched_sequence = row->sequence;
    withdrawn.touched_leaf = ended.touched_leaf =
        cbi_message_data(cbi_bytes_of_hash(&row->leaf));
    return cbi_consent_append(append, account, &statement, NULL, err);
}

cbank_status cbi_consent_end_all(cbi_append *append, const char *account, cbi_bytes token,
                                 cbank_error *err)
{
    cbi_consent_row row;
    cbank_status status = CBANK_OK;
    uint64_t sequence = 0;
    bool found = true;

    while (found) {
        CBI_TRY(cbi_consent_row_next(append->txn, account, sequence, &row, &found, err));
        if (!found)
            break;
        if (row.state.thing != CBI_CONSENT_DISCLOSURE && !row.state.ended)
            CBI_TRY(end_one(append, &row, token, err));
        sequence = row.sequence + 1;
    }
done:
    return status;
}
