#include "api/deskorder.h"
#include "api/face.h"

#include <string.h>

#include "base/memory.h"
#include "bank/desk.h"
#include "bank/errand.h"

#include "cbank/api/v1/credit.pb-c.h"

/* Outcomes as a reply holds them; one block, freed with cbi_free. */
typedef struct outcome_list {
    Cbank__Api__V1__CreditOutcome *rows;
    Cbank__Api__V1__CreditOutcome **list;
    char (*ids)[CBI_DISPLAY_ID_MAX];
} outcome_list;

static cbank_status list_outcomes(cbi_desk_result *results, size_t count, outcome_list *out,
                                  cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(count, sizeof(*out->rows), &out->rows, err));
    CBI_TRY(cbi_alloc(count, sizeof(*out->list), &out->list, err));
    CBI_TRY(cbi_alloc(count, sizeof(*out->ids), &out->ids, err));
    for (size_t i = 0; i < count; i++) {
        cbank__api__v1__credit_outcome__init(&out->rows[i]);
        out->list[i] = &out->rows[i];
        out->rows[i].outcome = (Cbank__Api__V1__OutcomeKind)results[i].outcome;
        out->rows[i].account = results[i].account.digits;
        out->rows[i].reference = results[i].reference;
        if (results[i].index != 0) {
            cbi_holding_display_id(results[i].index, &results[i].id, out->ids[i]);
            out->rows[i].id = out->ids[i];
        }
    }
done:
    return status;
}

static void free_outcomes(outcome_list *list)
{
    cbi_free(list->rows);
    cbi_free(list->list);
    cbi_free(list->ids);
}

/* ---- issue ------------------------------------------------------------------------------- */

static cbank_status take_drafts(const Cbank__Api__V1__CreditIssueRequest *asked,
                                cbi_desk_draft **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_face_check_list("drafts", asked->n_drafts, CBI_DESK_ITEMS_MAX, err));
    if (asked->n_drafts == 0)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "drafts", NULL);
    CBI_TRY(cbi_alloc(asked->n_drafts, sizeof(**out), out, err));
    for (size_t i = 0; i < asked->n_drafts; i++) {
        if (asked->drafts[i]->record == NULL)
            CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, i, "record", NULL));
        (*out)[i] = (cbi_desk_draft){.account = asked->drafts[i]->account,
                                     .record = asked->drafts[i]->record};
    }
done:
    return status;
}

cbank_status cbank_credit_issue(cbank_bank *bank, const cbank_key *key, const uint8_t *request,
                                size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CreditIssueReply answer = CBANK__API__V1__CREDIT_ISSUE_REPLY__INIT;
    Cbank__Api__V1__CreditIssueRequest *asked = NULL;
    cbi_desk_draft *drafts = NULL;
    cbi_desk_result *results = NULL;
    outcome_list list = {0};
    cbank_status status = CBANK_OK;
    cbi_desk_order order;
    cbi_bank *inner;
    cbi_hash batch = {{0}};

    CBI_REQUIRE(bank != NULL && key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__credit_issue_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(take_drafts(asked, &drafts, err));
    CBI_TRY(cbi_deskorder_of(inner, key, asked->institution, asked->token, asked->dry_run, "issue",
                             cbi_bytes_of(request, request_size), &order, err));
    CBI_TRY(cbi_alloc(asked->n_drafts, sizeof(*results), &results, err));
    CBI_TRY(cbi_desk_issue(inner, &order, drafts, asked->n_drafts, results, &batch, err));
    CBI_TRY(list_outcomes(results, asked->n_drafts, &list, err));
    answer.results = list.list;
    answer.n_results = asked->n_drafts;
    if (!asked->dry_run)
        answer.batch = cbi_message_data(cbi_bytes_of_hash(&batch));
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    free_outcomes(&list);
    cbi_free(results);
    cbi_free(drafts);
    cbi_message_free(asked);
    return status;
}

/* ---- change and amend -------------------------------------------------------------------- */

static cbank_status check_change(const Cbank__Api__V1__CreditChangeRequest *asked,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_face_check_list("ids", asked->n_ids, CBI_DESK_ITEMS_MAX, err));
    CBI_TRY(cbi_errand_check_reason(asked->reason, err));
    if (asked->n_ids == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "ids", NULL));
    if (asked->action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_UNSPECIFIED ||
        asked->action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "action", NULL));
done:
    return status;
}

cbank_status cbank_credit_change(cbank_bank *bank, const cbank_key *key, const uint8_t *request,
                                 size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CreditChangeReply answer = CBANK__API__V1__CREDIT_CHANGE_REPLY__INIT;
    Cbank__Api__V1__CreditChangeRequest *asked = NULL;
    cbi_desk_result *results = NULL;
    outcome_list list = {0};
    cbank_status status = CBANK_OK;
    cbi_desk_order order;
    cbi_bank *inner;
    cbi_hash batch = {{0}};

    CBI_REQUIRE(bank != NULL && key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__credit_change_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(check_change(asked, err));
    CBI_TRY(cbi_deskorder_of(inner, key, asked->institution, asked->token, asked->dry_run,
                             "change", cbi_bytes_of(request, request_size), &order, err));
    CBI_TRY(cbi_alloc(asked->n_ids, sizeof(*results), &results, err));
    CBI_TRY(cbi_desk_change(inner, &order, asked->ids, asked->n_ids, asked->action, asked->reason,
                            asked->document, results, &batch, err));
    CBI_TRY(list_outcomes(results, asked->n_ids, &list, err));
    answer.changed = asked->dry_run ? 0 : (uint32_t)asked->n_ids;
    answer.affected = list.list;
    answer.n_affected = asked->n_ids;
    if (!asked->dry_run)
        answer.batch = cbi_message_data(cbi_bytes_of_hash(&batch));
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    free_outcomes(&list);
    cbi_free(results);
    cbi_message_free(asked);
    return status;
}

/* The revision that the new record has, as the log holds it; 0 for what was only judged. */
static cbank_status read_revision(cbi_bank *bank, uint64_t index, uint32_t *out, cbank_error *err)
{
    cbi_reader reader = {0};
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    *out = 0;
    if (index == 0)
        return CBANK_OK;
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_holding_read(reader.txn, reader.hasher, index, &holding, err));
    *out = holding.record->revision;
done:
    cbi_holding_clear(&holding);
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbank_credit_amend(cbank_bank *bank, const cbank_key *key, const uint8_t *request,
                                size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CreditAmendReply answer = CBANK__API__V1__CREDIT_AMEND_REPLY__INIT;
    Cbank__Api__V1__CreditAmendRequest *asked = NULL;
    cbi_desk_result results[2];
    char id[CBI_DISPLAY_ID_MAX] = "";
    cbank_status status = CBANK_OK;
    cbi_desk_order order;
    cbi_bank *inner;
    cbi_hash batch = {{0}};

    CBI_REQUIRE(bank != NULL && key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__credit_amend_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_errand_check_reason(asked->reason, err));
    if (asked->record == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "record", NULL));
    CBI_TRY(cbi_deskorder_of(inner, key, asked->institution, asked->token, asked->dry_run, "amend",
                             cbi_bytes_of(request, request_size), &order, err));
    CBI_TRY(cbi_desk_amend(inner, &order, asked->id, asked->record, asked->reason,
                           asked->document, results, &batch, err));
    CBI_TRY(read_revision(inner, results[1].index, &answer.revision, err));
    if (!asked->dry_run) {
        cbi_holding_display_id(results[1].index, &results[1].id, id);
        answer.batch = cbi_message_data(cbi_bytes_of_hash(&batch));
    }
    answer.id = id;
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_message_free(asked);
    return status;
}
