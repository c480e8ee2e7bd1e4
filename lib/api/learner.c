#include "api/face.h"

#include <string.h>

#include "api/learnerinfo.h"
#include "api/ordering.h"
#include "bank/accountstate.h"
#include "base/memory.h"

#include "cbank/api/v1/learner.pb-c.h"

#define PERSONS_MAX 1000u
#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* ---- showing ------------------------------------------------------------------------------ */

cbank_status cbank_learner_show(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__LearnerShowRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_account account;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__learner_show_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
    CBI_TRY(cbi_learnerinfo_reply(inner, account.digits, asked->with_person, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

static cbank_status find_account(cbi_bank *bank, const cbi_identity *document, cbi_account *out,
                                 cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_vault_find_account(bank, reader.txn, document, out, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/* The request's own copy of a number, which is personal. */
static void wipe_request(Cbank__Api__V1__LearnerFindRequest *asked)
{
    if (asked != NULL && asked->document_number[0] != '\0')
        cbi_wipe(asked->document_number, strlen(asked->document_number));
    cbi_message_free(asked);
}

cbank_status cbank_learner_find(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__LearnerFindRequest *asked = NULL;
    cbi_identity document = {0};
    cbank_status status = CBANK_OK;
    cbi_account account;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__learner_find_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_identity_normalise(cbi_bytes_of_text(asked->document_type),
                                   cbi_bytes_of_text(asked->document_number), &document, err));
    CBI_TRY(find_account(inner, &document, &account, err));
    CBI_TRY(cbi_learnerinfo_reply(inner, account.digits, false, reply, err));
done:
    cbi_identity_clear(&document);
    wipe_request(asked);
    return status;
}

/* ---- opening ------------------------------------------------------------------------------ */

static cbank_status take_persons(const Cbank__Api__V1__LearnerOpenRequest *asked,
                                 cbi_person *persons, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < asked->n_persons; i++) {
        status = cbi_person_take(asked->persons[i], &persons[i], err);
        if (status != CBANK_OK && err != NULL)
            err->where = i;
        CBI_TRY(status);
    }
done:
    return status;
}

static cbank_status reply_opened(cbi_opened *opened, size_t count, cbank_buffer *reply,
                                 cbank_error *err)
{
    Cbank__Api__V1__LearnerOpenReply message = CBANK__API__V1__LEARNER_OPEN_REPLY__INIT;
    Cbank__Api__V1__LearnerOpened *results = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(count, sizeof(*results), &results, err));
    CBI_TRY(cbi_alloc(count, sizeof(*message.results), &message.results, err));
    for (size_t i = 0; i < count; i++) {
        cbank__api__v1__learner_opened__init(&results[i]);
        results[i].account = opened[i].account.digits;
        results[i].opened = opened[i].opened;
        message.results[i] = &results[i];
    }
    message.n_results = count;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbi_free(results);
    cbi_free(message.results);
    return status;
}

static cbank_status open_persons(cbi_bank *bank, const Cbank__Api__V1__LearnerOpenRequest *asked,
                                 cbank_buffer *reply, cbank_error *err)
{
    cbi_opening_terms terms = {.opened_by = asked->opened_by,
                               .channel = asked->channel,
                               .assurance = asked->assurance,
                               .token = cbi_message_bytes(asked->token)};
    cbank_status status = CBANK_OK;
    cbi_person *persons = NULL;
    cbi_opened *opened = NULL;

    if (terms.assurance == CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_UNSPECIFIED)
        terms.assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_STATED;
    CBI_TRY(cbi_alloc(asked->n_persons, sizeof(*persons), &persons, err));
    CBI_TRY(cbi_alloc(asked->n_persons, sizeof(*opened), &opened, err));
    CBI_TRY(take_persons(asked, persons, err));
    CBI_TRY(cbi_account_open_all(bank, persons, asked->n_persons, &terms, cbi_face_now(),
                                 asked->dry_run, opened, err));
    CBI_TRY(reply_opened(opened, asked->n_persons, reply, err));
done:
    for (size_t i = 0; persons != NULL && i < asked->n_persons; i++)
        cbi_person_clear(&persons[i]);
    cbi_free(persons);
    cbi_free(opened);
    return status;
}

cbank_status cbank_learner_open(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__LearnerOpenRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__learner_open_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_face_check_list("persons", asked->n_persons, PERSONS_MAX, err));
    CBI_TRY(open_persons(inner, asked, reply, err));
done:
    for (size_t i = 0; asked != NULL && i < asked->n_persons; i++)
        cbi_vault_wipe_person(asked->persons[i]);
    cbi_message_free(asked);
    return status;
}

/* ---- states ------------------------------------------------------------------------------- */

/* The statement that an action writes; 0 for one that is none. */
static int kind_of(Cbank__Api__V1__AccountAction action)
{
    static const int KINDS[] = {
        [CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_FREEZE] = KIND(ACCOUNT_FROZEN),
        [CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_UNFREEZE] = KIND(ACCOUNT_UNFROZEN),
        [CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_RESTRICT] = KIND(ACCOUNT_RESTRICTED),
        [CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_RELEASE] = KIND(ACCOUNT_RELEASED),
        [CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_CLOSE] = KIND(ACCOUNT_CLOSED),
        [CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_REOPEN] = KIND(ACCOUNT_REOPENED),
        [CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_DECEASED] = KIND(ACCOUNT_DECEASED),
    };

    return KINDS[action]; /* parsed: a number that the schema lists */
}

cbank_status cbank_learner_change(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                  cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__LearnerChangeRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_account account;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__learner_change_request__descriptor, request,
                             request_size, &asked, err));
    if (asked->action == CBANK__API__V1__ACCOUNT_ACTION__ACCOUNT_ACTION_UNSPECIFIED)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "action", NULL));
    CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
    order = cbi_order_of(asked->order, asked->token, asked->dry_run);
    CBI_TRY(cbi_account_change(inner, account.digits, kind_of(asked->action), &order, err));
    CBI_TRY(cbi_learnerinfo_reply(inner, account.digits, false, reply, err));
done:
    if (asked != NULL)
        cbi_order_wipe(asked->order);
    cbi_message_free(asked);
    return status;
}
