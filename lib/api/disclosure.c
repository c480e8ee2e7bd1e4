#include "api/face.h"
#include "api/learnerinfo.h"
#include "api/ordering.h"
#include "bank/disclosed.h"
#include "base/memory.h"

#include "cbank/api/v1/transcript.pb-c.h"

#define LIST_DEFAULT 100u
#define LIST_MAX 500u
#define STANDING(name) CBANK__API__V1__DISCLOSURE_STANDING__DISCLOSURE_STANDING_##name

/* One disclosure of a reply, with what it lends from. */
typedef struct shown {
    Cbank__Api__V1__DisclosureInfo message;
    cbi_consent_row row;
    cbi_statement issued;
    cbi_statement ground; /* the newest statement that names one */
    char consent[CBI_DISPLAY_ID_MAX];
} shown;

static void clear(shown *entry)
{
    cbi_statement_clear(&entry->issued);
    cbi_statement_clear(&entry->ground);
}

static Cbank__Api__V1__DisclosureStanding standing_of(const cbi_consent_row *row, int64_t now)
{
    if (row->state.ended)
        return STANDING(WITHDRAWN);
    return now > row->state.until ? STANDING(EXPIRED) : STANDING(VALID);
}

static cbank_status show_ground(cbi_reader *reader, shown *out, cbank_error *err)
{
    const Cbank__V1__DisclosureExtended *extended;
    const Cbank__V1__DisclosureIssued *issued = out->issued.body;
    const Cbank__V1__Code *basis = issued->basis;
    cbi_consent_row consent;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_row_statement(reader->txn, reader->hasher, out->row.ground_index,
                                      &out->ground, err));
    extended = cbi_statement_body(&out->ground, &cbank__v1__disclosure_extended__descriptor);
    if (extended != NULL)
        basis = extended->basis;
    if (basis != NULL) {
        out->message.basis = basis->value;
        out->message.document = out->ground.message->document;
    }
    if (out->row.parent == 0)
        goto done;
    CBI_TRY(cbi_consent_row_read(reader->txn, out->row.account.digits, out->row.parent - 1,
                                 &consent, err));
    cbi_consent_row_id(&consent, out->consent);
    out->message.consent = out->consent;
done:
    return status;
}

static cbank_status show(cbi_reader *reader, shown *out, cbank_error *err)
{
    const Cbank__V1__DisclosureIssued *issued;
    cbank_status status = CBANK_OK;

    cbank__api__v1__disclosure_info__init(&out->message);
    CBI_TRY(cbi_consent_row_statement(reader->txn, reader->hasher, out->row.index, &out->issued,
                                      err));
    issued = out->issued.body;
    out->message.code = out->row.code.text;
    out->message.account = out->row.account.digits;
    out->message.recipient = issued->recipient;
    if (issued->purpose != NULL)
        out->message.purpose = issued->purpose->value;
    out->message.issued_at = out->issued.message->at;
    out->message.expires_at = out->row.state.until;
    out->message.standing = standing_of(&out->row, cbi_face_now());
    out->message.extended = out->row.state.extended;
    out->message.claim = issued->items == 0;
    out->message.items = issued->items;
    out->message.shown = issued->shown;
    out->message.details = issued->details;
    out->message.n_details = issued->n_details;
    CBI_TRY(show_ground(reader, out, err));
done:
    return status;
}

/* ---- listing ----------------------------------------------------------------------------- */

typedef struct listing {
    cbi_reader reader;
    shown *entries;
    Cbank__Api__V1__DisclosureInfo **list;
    size_t count;
    uint64_t next;
} listing;

static cbank_status add(listing *it, const cbi_consent_row *row, cbank_error *err)
{
    shown *out = &it->entries[it->count];

    out->row = *row;
    it->list[it->count++] = &out->message; /* cleared with the rest whatever comes */
    return show(&it->reader, out, err);
}

static cbank_status fill(listing *it, const char *account, uint64_t after, uint32_t limit,
                         cbank_error *err)
{
    cbi_consent_row row;
    cbank_status status = CBANK_OK;
    bool found = true;
    cbi_life life;

    CBI_TRY(cbi_account_life(it->reader.txn, account, &life, err));
    while (found) {
        CBI_TRY(cbi_consent_row_next(it->reader.txn, account, after, &row, &found, err));
        if (!found)
            break;
        after = row.sequence + 1;
        if (row.state.thing != CBI_CONSENT_DISCLOSURE || row.index >= it->reader.sealed.size)
            continue;
        if (it->count == limit) {
            it->next = row.sequence;
            break;
        }
        CBI_TRY(add(it, &row, err));
    }
done:
    return status;
}

static cbank_status find_code(listing *it, const char *typed, cbank_error *err)
{
    cbi_verification code;
    cbi_consent_row row;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_verification_parse(cbi_bytes_of_text(typed), &code, err));
    CBI_TRY(cbi_consent_row_by_code(it->reader.txn, code.text, &row, err));
    CBI_TRY(add(it, &row, err));
done:
    return status;
}

static cbank_status list(cbi_bank *bank, const Cbank__Api__V1__TranscriptListRequest *asked,
                         cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TranscriptListReply message = CBANK__API__V1__TRANSCRIPT_LIST_REPLY__INIT;
    uint32_t limit = asked->limit == 0 ? LIST_DEFAULT : asked->limit;
    listing it = {.count = 0};
    cbank_status status = CBANK_OK;
    cbi_account account;

    CBI_TRY(cbi_face_check_list("limit", limit, LIST_MAX, err));
    if ((asked->code[0] != '\0') == (asked->account[0] != '\0'))
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "code", NULL));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &it.reader, err));
    CBI_TRY(cbi_alloc(limit, sizeof(*it.entries), &it.entries, err));
    CBI_TRY(cbi_alloc(limit, sizeof(*it.list), &it.list, err));
    if (asked->code[0] != '\0') {
        CBI_TRY(find_code(&it, asked->code, err));
    } else {
        CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
        CBI_TRY(fill(&it, account.digits, asked->after, limit, err));
    }
    message.disclosures = it.list;
    message.n_disclosures = it.count;
    message.next = it.next;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    for (size_t i = 0; i < it.count; i++)
        clear(&it.entries[i]);
    cbi_free(it.entries);
    cbi_free(it.list);
    cbi_ledger_read_end(&it.reader);
    return status;
}

cbank_status cbank_transcript_list(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                   cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TranscriptListRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__transcript_list_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(list(inner, asked, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

/* ---- changing ---------------------------------------------------------------------------- */

static cbank_status reply_one(cbi_bank *bank, const cbi_consent_row *row, cbank_buffer *reply,
                              cbank_error *err)
{
    cbi_reader reader = {0};
    shown entry = {.row = *row};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(show(&reader, &entry, err));
    CBI_TRY(cbi_face_reply(&entry.message, reply, err));
done:
    clear(&entry);
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbank_transcript_extend(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                     cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TranscriptExtendRequest *asked = NULL;
    cbi_ground_terms ground = {.consent = "", .basis = ""};
    cbank_status status = CBANK_OK;
    cbi_verification code;
    cbi_consent_row row;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__transcript_extend_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_verification_parse(cbi_bytes_of_text(asked->code), &code, err));
    order = cbi_order_of(asked->order, asked->token, asked->dry_run);
    if (asked->ground != NULL)
        ground = (cbi_ground_terms){asked->ground->consent, asked->ground->basis, NULL};
    ground.document = order.document;
    CBI_TRY(cbi_disclosed_extend(inner, code.text, asked->expires_at, &ground, &order, &row, err));
    CBI_TRY(reply_one(inner, &row, reply, err));
done:
    if (asked != NULL)
        cbi_order_wipe(asked->order);
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_transcript_withdraw(cbank_bank *bank, const uint8_t *request,
                                       size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TranscriptWithdrawRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_verification code;
    cbi_consent_row row;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__transcript_withdraw_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_verification_parse(cbi_bytes_of_text(asked->code), &code, err));
    order = cbi_order_of(asked->order, asked->token, asked->dry_run);
    CBI_TRY(cbi_disclosed_withdraw(inner, code.text, &order, &row, err));
    CBI_TRY(reply_one(inner, &row, reply, err));
done:
    if (asked != NULL)
        cbi_order_wipe(asked->order);
    cbi_message_free(asked);
    return status;
}
