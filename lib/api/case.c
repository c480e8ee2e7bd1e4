#include "api/face.h"

#include <string.h>

#include "api/caseinfo.h"
#include "api/learnerinfo.h"
#include "bank/errand.h"
#include "bank/family.h"
#include "base/memory.h"

#define LIST_DEFAULT 100u
#define LIST_MAX 1000u

/* ---- signing and entering ------------------------------------------------------------------ */

/* With a bank, for it, and as the next step of the case. */
static cbank_status sign_step(const Cbank__Api__V1__CaseSignRequest *asked, const cbi_private *key,
                              cbi_bank *bank, cbank_buffer *file, cbank_error *err)
{
    Cbank__V1__CaseStep step;
    cbank_status status = CBANK_OK;
    uint8_t salt[CBI_SALT_SIZE];

    if (asked->step == NULL)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "step", NULL);
    step = *asked->step;
    CBI_TRY(cbi_random(salt, sizeof(salt), err));
    step.salt = cbi_message_data(cbi_bytes_of(salt, sizeof(salt)));
    if (step.at == 0)
        step.at = cbi_face_now();
    if (bank != NULL) {
        step.origin = cbi_message_string(bank->config.origin);
        if (step.act != CBANK__V1__CASE_ACT__CASE_ACT_OPEN)
            CBI_TRY(cbi_hearing_steps(bank, step.institution, step.number, &step.step, err));
        if (step.act != CBANK__V1__CASE_ACT__CASE_ACT_OPEN && step.step == 0)
            CBI_TRY(cbi_fail(err, CBI_REASON_CASE_UNKNOWN, 0, step.number, NULL));
    }
    CBI_TRY(cbi_case_step_make(&step, key, file, err));
done:
    return status;
}

cbank_status cbank_case_sign(const cbank_key *key, const uint8_t *request, size_t request_size,
                             cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CaseFileReply message = CBANK__API__V1__CASE_FILE_REPLY__INIT;
    Cbank__Api__V1__CaseSignRequest *asked = NULL;
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__case_sign_request__descriptor, request, request_size,
                             &asked, err));
    CBI_TRY(sign_step(asked, key->inner, NULL, &file, err));
    message.file = cbi_message_data(cbi_bytes_of_buffer(&file));
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}

/* The row that it has come to; with all of its steps if anything was entered. */
static cbank_status reply_heard(cbi_bank *bank, const cbi_heard *heard, bool dry_run,
                                cbank_buffer *reply, cbank_error *err)
{
    cbi_caseinfo info = {.row = heard->row};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    if (dry_run) {
        cbi_caseinfo_describe(&info);
    } else {
        CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
        CBI_TRY(cbi_case_read(reader.txn, heard->row.institution, heard->row.number, &info.row,
                              err));
        CBI_TRY(cbi_caseinfo_read(&reader, &info, err));
    }
    info.message.known = heard->known;
    CBI_TRY(cbi_face_reply(&info.message, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_caseinfo_clear(&info);
    return status;
}

cbank_status cbank_case_enter(cbank_bank *bank, const uint8_t *request, size_t request_size,
                              cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CaseEnterRequest *asked = NULL;
    cbi_heard heard;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__case_enter_request__descriptor, request, request_size,
                             &asked, err));
    CBI_TRY(cbi_errand_check_token(cbi_message_bytes(asked->token), err));
    CBI_TRY(cbi_hearing_enter(inner, cbi_message_bytes(asked->file),
                              &(cbi_hearing_order){.token = cbi_message_bytes(asked->token),
                                                   .now = cbi_face_now(),
                                                   .dry_run = asked->dry_run},
                              &heard, err));
    CBI_TRY(reply_heard(inner, &heard, asked->dry_run, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

/* Unless it was done under its token before: then how far the case has come. */
static cbank_status sign_and_enter(const Cbank__Api__V1__CaseSignRequest *asked,
                                   const cbi_private *key, cbi_bank *bank,
                                   const cbi_hearing_order *order, cbi_heard *out,
                                   cbank_error *err)
{
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;

    *out = (cbi_heard){.known = false};
    if (!order->dry_run && asked->step != NULL)
        CBI_TRY(cbi_hearing_find(bank, order, &out->known, err));
    if (out->known) {
        memcpy(out->row.institution, asked->step->institution,
               strlen(asked->step->institution) + 1);
        memcpy(out->row.number, asked->step->number, strlen(asked->step->number) + 1);
        goto done;
    }
    CBI_TRY(sign_step(asked, key, bank, &file, err));
    CBI_TRY(cbi_hearing_enter(bank, cbi_bytes_of_buffer(&file), order, out, err));
done:
    cbank_buffer_clear(&file);
    return status;
}

cbank_status cbank_case_act(cbank_bank *bank, const cbank_key *key, const uint8_t *request,
                            size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CaseSignRequest *asked = NULL;
    cbi_bytes parts[2] = {cbi_bytes_of_text("case act"), cbi_bytes_of(request, request_size)};
    cbi_hash digest;
    cbi_hearing_order order = {.request = &digest, .now = cbi_face_now()};
    cbi_heard heard;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__case_sign_request__descriptor, request, request_size,
                             &asked, err));
    CBI_TRY(cbi_errand_check_token(cbi_message_bytes(asked->token), err));
    CBI_TRY(cbi_errand_digest(inner, parts, 2, &digest, err));
    order.token = cbi_message_bytes(asked->token);
    order.dry_run = asked->dry_run;
    CBI_TRY(sign_and_enter(asked, key->inner, inner, &order, &heard, err));
    CBI_TRY(reply_heard(inner, &heard, asked->dry_run, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

/* ---- looking ------------------------------------------------------------------------------- */

cbank_status cbank_case_show(cbank_bank *bank, const uint8_t *request, size_t request_size,
                             cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CaseShowRequest *asked = NULL;
    cbi_caseinfo info = {.row = {.state = CBI_CASE_NONE}};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__case_show_request__descriptor, request, request_size,
                             &asked, err));
    CBI_TRY(cbi_face_check_text("institution", asked->institution, err));
    CBI_TRY(cbi_face_check_text("number", asked->number, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    CBI_TRY(cbi_case_read(reader.txn, asked->institution, asked->number, &info.row, err));
    CBI_TRY(cbi_caseinfo_read(&reader, &info, err));
    CBI_TRY(cbi_face_reply(&info.message, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_caseinfo_clear(&info);
    cbi_message_free(asked);
    return status;
}

/* A page of a list. */
typedef struct listing {
    const Cbank__Api__V1__CaseListRequest *asked;
    cbi_case_order order;
    const char *whose;
    cbi_account account;
    cbi_account members[CBI_TRANSCRIPT_CHAINS_MAX]; /* it, and what has been merged into it */
    size_t member_count, member;
    cbi_case_place place; /* of the last one that was looked at */
    cbi_caseinfo *infos;
    size_t limit;
    Cbank__Api__V1__CaseListReply message;
} listing;

static cbank_status choose(listing *it, cbank_error *err)
{
    const Cbank__Api__V1__CaseListRequest *asked = it->asked;
    bool institution = asked->institution[0] != '\0', account = asked->account[0] != '\0';
    cbank_status status = CBANK_OK;

    if (institution == account ||
        (account && (asked->due_until != 0 || asked->with_ended)) ||
        (asked->with_ended && asked->due_until != 0))
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "institution | account", NULL));
    it->order = account             ? CBI_CASES_ACCOUNT
                : asked->with_ended ? CBI_CASES_NUMBER
                                    : CBI_CASES_DUE;
    it->whose = asked->institution;
    if (account) {
        CBI_TRY(cbi_learnerinfo_account(asked->account, &it->account, err));
        it->whose = it->account.digits;
    }
    if (institution && cbi_bytes_of_text(it->whose).size > CBI_INSTITUTION_CODE_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, it->whose, NULL));
    if (asked->after.len > CBI_KEY_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "after", NULL));
    for (size_t i = 0; i < asked->after.len; i++)
        it->place.key[i] = asked->after.data[i];
    it->place.size = asked->after.len;
    CBI_TRY(cbi_face_check_list("limit", asked->limit, LIST_MAX, err));
    it->limit = asked->limit == 0 ? LIST_DEFAULT : asked->limit;
done:
    return status;
}

static bool fits(const listing *it, const cbi_case_row *row)
{
    return it->asked->state == 0 || (int)it->asked->state == (int)row->state;
}

/* An account's are those of all accounts that are merged into it, one account after the other. */
static cbank_status find_members(listing *it, cbi_reader *reader, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t entries;

    if (it->order != CBI_CASES_ACCOUNT)
        return CBANK_OK;
    CBI_TRY(cbi_family_members(reader->txn, it->account.digits, it->members, &it->member_count,
                               &entries, err));
    while (it->place.size > 0 && it->member < it->member_count &&
           !cbi_case_is_in(&it->place, CBI_CASES_ACCOUNT, it->members[it->member].digits))
        it->member++;
    if (it->member == it->member_count)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "after", NULL));
    it->whose = it->members[it->member].digits;
done:
    return status;
}

static cbank_status find_next(listing *it, cbi_reader *reader, cbi_case_place *place,
                              cbi_case_row *row, bool *found, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_case_after(reader->txn, it->order, it->whose, place, row, found, err));
    while (!*found && it->order == CBI_CASES_ACCOUNT && it->member + 1 < it->member_count) {
        it->whose = it->members[++it->member].digits;
        place->size = 0;
        CBI_TRY(cbi_case_after(reader->txn, it->order, it->whose, place, row, found, err));
    }
done:
    return status;
}

/* In the order of days nothing more is due in time once one is not. */
static bool is_over(const listing *it, const cbi_case_row *row)
{
    return it->asked->due_until != 0 && (row->due_on == 0 || row->due_on > it->asked->due_until);
}

static cbank_status fill(listing *it, cbi_reader *reader, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_case_place next = it->place;
    cbi_case_row row;
    bool found;

    for (;;) {
        cbi_caseinfo *info = &it->infos[it->message.n_cases];

        CBI_TRY(find_next(it, reader, &next, &row, &found, err));
        if (!found || is_over(it, &row))
            break;
        if (fits(it, &row) && it->message.n_cases == it->limit) {
            it->message.next =
                cbi_message_data(cbi_bytes_of(it->place.key, it->place.size));
            break;
        }
        it->place = next;
        if (!fits(it, &row))
            continue;
        info->row = row;
        cbi_caseinfo_describe(info);
        it->message.cases[it->message.n_cases++] = &info->message;
    }
done:
    return status;
}

cbank_status cbank_case_list(cbank_bank *bank, const uint8_t *request, size_t request_size,
                             cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CaseListRequest *asked = NULL;
    listing it = {.message = CBANK__API__V1__CASE_LIST_REPLY__INIT};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__case_list_request__descriptor, request, request_size,
                             &asked, err));
    it.asked = asked;
    CBI_TRY(choose(&it, err));
    CBI_TRY(cbi_alloc(it.limit + 1, sizeof(*it.infos), &it.infos, err));
    CBI_TRY(cbi_alloc(it.limit, sizeof(*it.message.cases), &it.message.cases, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    CBI_TRY(find_members(&it, &reader, err));
    CBI_TRY(fill(&it, &reader, err));
    CBI_TRY(cbi_face_reply(&it.message, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_free(it.infos);
    cbi_free(it.message.cases);
    cbi_message_free(asked);
    return status;
}
