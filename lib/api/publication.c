#include "api/publication.h"

#include <string.h>

#include "bank/errand.h"
#include "bank/withdrawal.h"
#include "base/memory.h"
#include "base/time.h"
#include "proof/withdrawal.h"

#define LIST_DEFAULT 100u
#define LIST_MAX 1000u
#define KINDS_MAX 6

/* ---- moments ----------------------------------------------------------------------------- */

cbank_status cbi_moment_read(const Cbank__Api__V1__PublicationMoment *message, cbi_moment *out,
                             cbank_error *err)
{
    *out = (cbi_moment){0, cbi_knowing_all};
    if (message == NULL)
        return CBANK_OK;
    if (message->day != 0 && (message->day % 100 == 0 || !cbi_date_is_valid(message->day)))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "day", NULL);
    if (message->before < 0)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "before", NULL);
    out->day = message->day;
    if (message->size != 0)
        out->known.size = message->size;
    if (message->before != 0)
        out->known.before = message->before;
    return CBANK_OK;
}

/* Today by the offset of most of those who publish here, unless the caller names a day. */
static uint32_t day_of(const cbi_moment *moment)
{
    char text[CBI_TIME_TEXT_MAX];
    uint32_t day = moment->day;

    if (day == 0) {
        cbi_time_format(cbi_face_now() + 8 * 3600, text);
        text[10] = '\0';
        (void)cbi_date_parse(cbi_bytes_of_text(text), &day);
    }
    return day;
}

/* ---- choosing ---------------------------------------------------------------------------- */

static cbank_status choose_of_kind(cbi_txn *txn, int kind, const char *id, uint32_t edition,
                                   const cbi_moment *moment, cbi_edition *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (edition == 0)
        return cbi_edition_in_force(txn, kind, id, &moment->known, day_of(moment), out, err);
    CBI_TRY(cbi_edition_read(txn, kind, id, edition, out, err));
    if (!cbi_edition_is_known(out, &moment->known))
        CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_UNKNOWN, edition, id, NULL));
done:
    return status;
}

cbank_status cbi_publication_choose(cbi_txn *txn, int kind, const char *name,
                                    const cbi_moment *moment, cbi_edition *out, cbank_error *err)
{
    char id[CBI_PUBLICATION_ID_MAX + 1];
    cbank_status status = CBANK_OK;
    cbi_edition found;
    uint32_t edition;
    int of = 0;

    CBI_TRY(cbi_publication_name_parse(name, id, &edition, err));
    for (int k = 1; k <= KINDS_MAX && kind == 0; k++) {
        status = cbi_edition_read(txn, k, id, 0, &found, err);
        if (status == CBANK_E_NOT_FOUND)
            continue;
        CBI_TRY(status);
        if (of != 0)
            CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_NAME, 0, name, "kind"));
        of = k;
    }
    CBI_TRY(choose_of_kind(txn, kind != 0 ? kind : of, id, edition, moment, out, err));
done:
    return status;
}

/* ---- showing ----------------------------------------------------------------------------- */

void cbi_publication_describe_head(const Cbank__V1__PublicationHead *head,
                                   Cbank__Api__V1__PublicationInfo *out)
{
    cbank__api__v1__publication_info__init(out);
    out->authority = head->authority;
    out->title = head->title;
    out->n_title = head->n_title;
    out->standing = head->standing;
    out->document = head->document;
    out->source = head->source;
    out->source_date = head->source_date;
    out->effective_from = head->effective_from;
    out->effective_until = head->effective_until;
    out->date_rule = head->date_rule;
    out->uses = head->uses;
    out->n_uses = head->n_uses;
    out->items = head->items;
    out->pages = head->pages;
}

cbank_status cbi_publication_describe(cbi_reader *reader, const cbi_edition *edition,
                                      const cbi_moment *moment, cbi_shown_edition *out,
                                      cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_edition in_force;

    out->edition = *edition;
    CBI_TRY(cbi_edition_head(reader->txn, reader->hasher, edition, &out->envelope,
                             &out->publication, err));
    cbi_publication_describe_head(out->publication.head, &out->info);
    cbank__v1__publication_ref__init(&out->ref);
    out->ref.kind = (Cbank__V1__PublicationKind)edition->kind;
    out->ref.id = out->edition.id;
    out->ref.edition = edition->edition;
    out->ref.digest = cbi_message_data(cbi_bytes_of_hash(&out->edition.digest));
    out->info.publication = &out->ref;
    out->info.index = edition->index;
    out->info.published_at = edition->at;
    out->info.withdrawn = edition->withdrawn_index != 0;
    out->info.withdrawn_from = edition->withdrawn_from;
    out->info.withdrawn_at = edition->withdrawn_at;
    status = cbi_edition_in_force(reader->txn, edition->kind, edition->id, &moment->known,
                                  day_of(moment), &in_force, err);
    out->info.in_force = status == CBANK_OK && in_force.edition == edition->edition;
    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
done:
    return status;
}

void cbi_shown_edition_clear(cbi_shown_edition *shown)
{
    cbi_publication_clear(&shown->publication);
    cbank_buffer_clear(&shown->envelope);
}

/* An edition is not shown before the log that has it is sealed. */
static bool is_sealed(const cbi_reader *reader, const cbi_edition *edition)
{
    return edition->index < reader->sealed.size;
}

static cbank_status reply_info(cbi_bank *bank, int kind, const char *name,
                               const cbi_moment *moment, cbank_buffer *reply, cbank_error *err)
{
    cbi_shown_edition shown = {0};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_edition edition;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_publication_choose(reader.txn, kind, name, moment, &edition, err));
    if (!is_sealed(&reader, &edition))
        CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_UNKNOWN, edition.edition, edition.id, NULL));
    CBI_TRY(cbi_publication_describe(&reader, &edition, moment, &shown, err));
    CBI_TRY(cbi_face_reply(&shown.info, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_shown_edition_clear(&shown);
    return status;
}

cbank_status cbank_publication_show(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                    cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__PublicationShowRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_moment moment;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__publication_show_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_moment_read(asked->moment, &moment, err));
    CBI_TRY(reply_info(inner, (int)asked->kind, asked->name, &moment, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

/* ---- lists ------------------------------------------------------------------------------- */

static cbank_status fill_page(cbi_reader *reader,
                              const Cbank__Api__V1__PublicationListRequest *asked,
                              const cbi_moment *moment, size_t limit, cbi_shown_edition *list,
                              Cbank__Api__V1__PublicationListReply *out, cbank_error *err)
{
    const Cbank__V1__PublicationRef *after = asked->after;
    cbi_edition at = {0};
    cbank_status status = CBANK_OK;
    bool found;

    if (after != NULL) {
        at.kind = (int)after->kind;
        at.edition = after->edition;
        if (!cbi_publication_id_is_valid(cbi_message_text(after->id)))
            return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "after", NULL);
        memcpy(at.id, after->id, strlen(after->id) + 1);
    }
    for (;;) {
        cbi_shown_edition *shown = &list[out->n_publications];

        CBI_TRY(cbi_edition_after(reader->txn, at.kind, at.id, at.edition, &at, &found, err));
        if (!found)
            break;
        if ((asked->kind != 0 && (int)asked->kind != at.kind) ||
            (asked->id[0] != '\0' && strcmp(asked->id, at.id) != 0) ||
            !cbi_edition_is_known(&at, &moment->known) || !is_sealed(reader, &at))
            continue;
        if (out->n_publications == limit) {
            out->more = true;
            break;
        }
        CBI_TRY(cbi_publication_describe(reader, &at, moment, shown, err));
        if (asked->in_force && !shown->info.in_force) {
            cbi_shown_edition_clear(shown);
            *shown = (cbi_shown_edition){0};
            continue;
        }
        out->publications[out->n_publications++] = &shown->info;
    }
done:
    return status;
}

static cbank_status reply_list(cbi_bank *bank, const Cbank__Api__V1__PublicationListRequest *asked,
                               const cbi_moment *moment, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__PublicationListReply message = CBANK__API__V1__PUBLICATION_LIST_REPLY__INIT;
    size_t limit = asked->limit == 0 ? LIST_DEFAULT : asked->limit;
    cbi_shown_edition *list = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    /* One more: the last is read before it is known that there is no room for it. */
    CBI_TRY(cbi_alloc(limit + 1, sizeof(*list), &list, err));
    CBI_TRY(cbi_alloc(limit + 1, sizeof(*message.publications), &message.publications, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(fill_page(&reader, asked, moment, limit, list, &message, err));
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbi_ledger_read_end(&reader);
    for (size_t i = 0; list != NULL && i <= limit; i++)
        cbi_shown_edition_clear(&list[i]);
    cbi_free(list);
    cbi_free(message.publications);
    return status;
}

cbank_status cbank_publication_list(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                    cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__PublicationListRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_moment moment;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__publication_list_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_face_check_list("limit", asked->limit, LIST_MAX, err));
    CBI_TRY(cbi_moment_read(asked->moment, &moment, err));
    CBI_TRY(reply_list(inner, asked, &moment, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

/* ---- withdrawing ------------------------------------------------------------------------- */

static cbank_status withdraw(cbi_bank *bank, const cbank_key *key,
                             const Cbank__Api__V1__PublicationWithdrawRequest *asked,
                             const cbi_edition *edition, cbank_error *err)
{
    Cbank__V1__PublicationWithdrawal withdrawal = CBANK__V1__PUBLICATION_WITHDRAWAL__INIT;
    Cbank__V1__PublicationRef ref = CBANK__V1__PUBLICATION_REF__INIT;
    Cbank__V1__Code reason;
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;
    cbi_edition ended;

    ref.kind = (Cbank__V1__PublicationKind)edition->kind;
    ref.id = cbi_message_string(edition->id);
    ref.edition = edition->edition;
    ref.digest = cbi_message_data(cbi_bytes_of_hash(&edition->digest));
    CBI_TRY(cbi_errand_check_reason(asked->reason, err));
    withdrawal.origin = cbi_message_string(bank->config.origin);
    withdrawal.authority = asked->authority;
    withdrawal.publication = &ref;
    withdrawal.from = asked->from;
    if (cbi_errand_reason(asked->reason, &reason) != NULL)
        withdrawal.reason = &reason;
    withdrawal.document = asked->document;
    withdrawal.at = cbi_face_now();
    CBI_TRY(cbi_withdrawal_make(&withdrawal, key->inner, &file, err));
    if (!asked->dry_run)
        CBI_TRY(cbi_withdrawal_take(bank, cbi_bytes_of_buffer(&file),
                                    cbi_message_bytes(asked->token), cbi_face_now(), &ended, err));
done:
    cbank_buffer_clear(&file);
    return status;
}

cbank_status cbank_publication_withdraw(cbank_bank *bank, const cbank_key *key,
                                        const uint8_t *request, size_t request_size,
                                        cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__PublicationWithdrawRequest *asked = NULL;
    const cbi_moment now = {0, cbi_knowing_all};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_edition edition;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__publication_withdraw_request__descriptor, request,
                             request_size, &asked, err));
    if (strchr(asked->name, '@') == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_NAME, 0, asked->name, NULL));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    CBI_TRY(cbi_publication_choose(reader.txn, (int)asked->kind, asked->name, &now, &edition,
                                   err));
    cbi_ledger_read_end(&reader);
    CBI_TRY(withdraw(inner, key, asked, &edition, err));
    CBI_TRY(reply_info(inner, edition.kind, asked->name, &now, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_message_free(asked);
    return status;
}
