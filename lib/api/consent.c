#include "api/face.h"
#include "api/learnerinfo.h"
#include "api/ordering.h"
#include "bank/consent.h"
#include "base/memory.h"
#include "base/time.h"

#include <string.h>

#include "cbank/api/v1/consent.pb-c.h"

#define LIST_DEFAULT 100u
#define LIST_MAX 500u
#define GIVER(name) CBANK__V1__CONSENT_GIVER__CONSENT_GIVER_##name
#define STANDING(name) CBANK__API__V1__CONSENT_STANDING__CONSENT_STANDING_##name

static cbank_status reply_id(const cbi_consented *made, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__ConsentId message = CBANK__API__V1__CONSENT_ID__INIT;

    message.id = cbi_message_string(made->id);
    message.standing = made->ended ? STANDING(WITHDRAWN) : STANDING(LIVE);
    message.recalled = made->recalled;
    return cbi_face_reply(&message, reply, err);
}

/* Its first day may be still to come. */
static cbank_status reply_begun(const cbi_consented *made, uint32_t from, cbank_buffer *reply,
                                cbank_error *err)
{
    Cbank__Api__V1__ConsentId message = CBANK__API__V1__CONSENT_ID__INIT;

    message.id = cbi_message_string(made->id);
    message.standing = from != 0 && cbi_face_now() < cbi_date_begins(from) ? STANDING(WAITING)
                                                                            : STANDING(LIVE);
    return cbi_face_reply(&message, reply, err);
}

/* ---- agents ------------------------------------------------------------------------------ */

static void wipe_agent(Cbank__Api__V1__AgentAuthoriseRequest *asked)
{
    Cbank__Api__V1__PersonAgent *agent = asked == NULL ? NULL : asked->agent;

    if (agent != NULL && agent->name[0] != '\0')
        cbi_wipe(agent->name, strlen(agent->name));
    if (agent != NULL && agent->document_number[0] != '\0')
        cbi_wipe(agent->document_number, strlen(agent->document_number));
    if (asked != NULL)
        cbi_order_wipe(asked->order);
    cbi_message_free(asked);
}

cbank_status cbank_consent_authorise(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                     cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__AgentAuthoriseRequest *asked = NULL;
    cbi_agent_terms terms;
    cbank_status status = CBANK_OK;
    cbi_consented made;
    cbi_account account;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__agent_authorise_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
    order = cbi_order_of(asked->order, asked->token, asked->dry_run);
    terms = (cbi_agent_terms){.account = account.digits,
                              .role = asked->role,
                              .person = asked->agent,
                              .from = asked->from,
                              .until = asked->until};
    CBI_TRY(cbi_agent_authorise(inner, &terms, &order, &made, err));
    CBI_TRY(reply_begun(&made, asked->from, reply, err));
done:
    wipe_agent(asked);
    return status;
}

cbank_status cbank_consent_end(cbank_bank *bank, const uint8_t *request, size_t request_size,
                               cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__AgentEndRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_consented made;
    cbi_account account;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__agent_end_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
    order = cbi_order_of(asked->order, asked->token, asked->dry_run);
    CBI_TRY(cbi_agent_end(inner, account.digits, asked->agent, &order, &made, err));
    CBI_TRY(reply_id(&made, reply, err));
done:
    if (asked != NULL)
        cbi_order_wipe(asked->order);
    cbi_message_free(asked);
    return status;
}

/* ---- consents ---------------------------------------------------------------------------- */

static cbi_consent_terms consent_terms(const Cbank__Api__V1__ConsentGiveRequest *asked,
                                       const cbi_account *account)
{
    bool learner = asked->giver == GIVER(UNSPECIFIED);
    bool counter = asked->method == CBANK__V1__CONSENT_METHOD__CONSENT_METHOD_UNSPECIFIED;

    return (cbi_consent_terms){
        .account = account->digits,
        .giver = learner ? GIVER(LEARNER) : asked->giver,
        .agent = asked->agent,
        .recipient = asked->recipient,
        .purpose = asked->purpose,
        .types = asked->types,
        .type_count = asked->n_types,
        .only = asked->only,
        .only_count = asked->n_only,
        .show_name = asked->show_name,
        .show_number = asked->show_number,
        .show_birth = asked->show_birth,
        .from = asked->from,
        .until = asked->until,
        .method = counter ? CBANK__V1__CONSENT_METHOD__CONSENT_METHOD_COUNTER : asked->method,
        .language = asked->language,
        .form = asked->form,
        .form_digest = cbi_message_bytes(asked->form_digest)};
}

cbank_status cbank_consent_give(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__ConsentGiveRequest *asked = NULL;
    cbi_consent_terms terms;
    cbank_status status = CBANK_OK;
    cbi_consented made;
    cbi_account account;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__consent_give_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_face_check_list("only", asked->n_only, CBI_CONSENT_RECORDS_MAX, err));
    CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
    terms = consent_terms(asked, &account);
    order = cbi_order_of(asked->order, asked->token, asked->dry_run);
    CBI_TRY(cbi_consent_give(inner, &terms, &order, &made, err));
    CBI_TRY(reply_begun(&made, asked->from, reply, err));
done:
    if (asked != NULL)
        cbi_order_wipe(asked->order);
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_consent_withdraw(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                    cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__ConsentWithdrawRequest *asked = NULL;
    cbi_consent_withdrawal terms;
    cbank_status status = CBANK_OK;
    cbi_consented made;
    cbi_account account;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__consent_withdraw_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
    order = cbi_order_of(asked->order, asked->token, asked->dry_run);
    terms = (cbi_consent_withdrawal){.account = account.digits,
                                     .consent = asked->consent,
                                     .by = asked->by == GIVER(UNSPECIFIED) ? GIVER(LEARNER)
                                                                           : asked->by,
                                     .agent = asked->agent,
                                     .recall = asked->recall};
    CBI_TRY(cbi_consent_withdraw(inner, &terms, &order, &made, err));
    CBI_TRY(reply_id(&made, reply, err));
done:
    if (asked != NULL)
        cbi_order_wipe(asked->order);
    cbi_message_free(asked);
    return status;
}

/* ---- listing ----------------------------------------------------------------------------- */

/* One entry of the reply, with what it lends from. */
typedef struct shown {
    Cbank__Api__V1__ConsentInfo message;
    cbi_statement statement;
    char id[CBI_DISPLAY_ID_MAX];
    char given_by[CBI_DISPLAY_ID_MAX];
} shown;

typedef struct listing {
    cbi_bank *bank;
    cbi_reader reader;
    const char *account;
    Cbank__Api__V1__Person *person; /* NULL once erased */
    int64_t now;
    shown *entries;
    Cbank__Api__V1__ConsentInfo **list;
    size_t count;
} listing;

static Cbank__Api__V1__ConsentStanding standing_of(const cbi_consent_row *row, uint32_t from,
                                                   int64_t now)
{
    if (row->state.ended)
        return STANDING(WITHDRAWN);
    if (now > row->state.until)
        return STANDING(EXPIRED);
    return now < cbi_date_begins(from) ? STANDING(WAITING) : STANDING(LIVE);
}

static Cbank__Api__V1__PersonAgent *find_agent(const Cbank__Api__V1__Person *person,
                                               uint64_t index)
{
    for (size_t i = 0; person != NULL && i < person->n_agents; i++) {
        if (person->agents[i]->index == index)
            return person->agents[i];
    }
    return NULL;
}

static cbank_status show(listing *it, const cbi_consent_row *row, cbank_error *err)
{
    shown *out = &it->entries[it->count];
    cbi_consent_row giver;
    cbank_status status = CBANK_OK;

    cbank__api__v1__consent_info__init(&out->message);
    it->list[it->count++] = &out->message; /* cleared with the rest whatever comes */
    CBI_TRY(cbi_consent_row_statement(it->reader.txn, it->reader.hasher, row->index,
                                      &out->statement, err));
    cbi_consent_row_id(row, out->id);
    out->message.id = out->id;
    out->message.at = out->statement.message->at;
    out->message.ended_at = row->ended_at;
    out->message.document = out->statement.message->document;
    if (row->state.thing == CBI_CONSENT_AGENT) {
        out->message.authorised = out->statement.body;
        out->message.agent = find_agent(it->person, row->index);
        out->message.standing = standing_of(row, out->message.authorised->from, it->now);
        goto done;
    }
    out->message.consent = out->statement.body;
    out->message.standing = standing_of(row, out->message.consent->from, it->now);
    if (row->parent == 0)
        goto done;
    CBI_TRY(cbi_consent_row_read(it->reader.txn, it->account, row->parent - 1, &giver, err));
    cbi_consent_row_id(&giver, out->given_by);
    out->message.given_by = out->given_by;
done:
    return status;
}

static cbank_status fill(listing *it, uint64_t after, uint32_t limit, uint64_t *next,
                         cbank_error *err)
{
    cbi_consent_row row;
    cbank_status status = CBANK_OK;
    bool found = true;

    *next = 0;
    while (found) {
        CBI_TRY(cbi_consent_row_next(it->reader.txn, it->account, after, &row, &found, err));
        if (!found)
            break;
        if (row.state.thing == CBI_CONSENT_DISCLOSURE || row.index >= it->reader.sealed.size) {
            after = row.sequence + 1;
            continue;
        }
        if (it->count == limit) {
            *next = row.sequence;
            break;
        }
        CBI_TRY(show(it, &row, err));
        after = row.sequence + 1;
    }
done:
    return status;
}

static cbank_status list(listing *it, uint64_t after, uint32_t limit, cbank_buffer *reply,
                         cbank_error *err)
{
    Cbank__Api__V1__ConsentListReply message = CBANK__API__V1__CONSENT_LIST_REPLY__INIT;
    cbank_status status = CBANK_OK;
    cbi_life life;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &it->reader, err));
    CBI_TRY(cbi_account_life(it->reader.txn, it->account, &life, err));
    status = cbi_vault_get_person(it->bank, it->reader.txn, it->account, &it->person, err);
    if (status != CBANK_E_NOT_FOUND)
        CBI_TRY(status);
    CBI_TRY(cbi_alloc(limit, sizeof(*it->entries), &it->entries, err));
    CBI_TRY(cbi_alloc(limit, sizeof(*it->list), &it->list, err));
    CBI_TRY(fill(it, after, limit, &message.next, err));
    message.entries = it->list;
    message.n_entries = it->count;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    for (size_t i = 0; i < it->count; i++)
        cbi_statement_clear(&it->entries[i].statement);
    cbi_free(it->entries);
    cbi_free(it->list);
    cbi_vault_free_person(it->person);
    cbi_ledger_read_end(&it->reader);
    return status;
}

cbank_status cbank_consent_list(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__ConsentListRequest *asked = NULL;
    listing it = {.now = cbi_face_now()};
    cbank_status status = CBANK_OK;
    cbi_account account;
    uint32_t limit;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &it.bank, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__consent_list_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
    limit = asked->limit == 0 ? LIST_DEFAULT : asked->limit;
    CBI_TRY(cbi_face_check_list("limit", limit, LIST_MAX, err));
    it.account = account.digits;
    CBI_TRY(list(&it, asked->after, limit, reply, err));
done:
    cbi_message_free(asked);
    return status;
}
