#include "api/report.h"

#include <string.h>

#include "api/amounts.h"
#include "base/text.h"
#include "base/time.h"
#include "record/basis.h"
#include "record/mandate.h"
#include "wire/field.h"

#include "cbank/api/v1/transcript.pb-c.h"

typedef Cbank__Api__V1__VerdictReport report;

/* Numbers of VerdictReport.items and VerdictItem.record. */
#define ITEMS_FIELD 19
#define RECORD_FIELD 7

/* As a status file lists it; of one that simply holds, "held". */
static const char *state_word(const cbi_verdict_item *item)
{
    switch (item->listed) {
    case CBANK__V1__RECORD_STATE__RECORD_STATE_REVOKED:
        return "revoked";
    case CBANK__V1__RECORD_STATE__RECORD_STATE_SUSPENDED:
        return "suspended";
    case CBANK__V1__RECORD_STATE__RECORD_STATE_SUPERSEDED:
        return "superseded";
    case CBANK__V1__RECORD_STATE__RECORD_STATE_CONSUMED:
        return "consumed";
    case CBANK__V1__RECORD_STATE__RECORD_STATE_TRANSFERRED:
        return "transferred";
    default:
        return "held";
    }
}

static const char *conversion_word(cbi_conversion_state state)
{
    switch (state) {
    case CBI_CONVERSION_SUSPENDED:
        return "suspended";
    case CBI_CONVERSION_REVERSED:
        return "reversed";
    case CBI_CONVERSION_REPLACED:
        return "replaced";
    default:
        return "stands";
    }
}

/* What the transcript brings of the recognition behind a conversion. */
static void fill_conversion(const cbi_verdict_item *item, Cbank__Api__V1__VerdictItem *out)
{
    const Cbank__V1__ConversionRecognised *body = item->statement.body;

    out->status = cbi_message_string(conversion_word(item->conversion));
    if (!cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CONVERSION_RECOGNISED))
        return;
    out->recognition_id = body->recognition;
    if (item->decision == NULL)
        return;
    out->recognition = item->decision->recognition.head;
    out->grants = item->decision->recognition.rows.grants;
    out->n_grants = item->decision->recognition.rows.grant_count;
}

/* The name on a day (0: today's), as the pinned directory has it. */
static char *name_on(const cbi_directory_institution *institution, uint32_t day)
{
    const Cbank__V1__DirectoryInstitution *message = institution->message;

    for (size_t i = 0; i < message->n_names; i++) {
        const Cbank__V1__DatedName *name = message->names[i];

        if (day == 0 ? name->until == 0
                     : (name->from == 0 || cbi_date_first(name->from) <= cbi_date_last(day)) &&
                           (name->until == 0 || cbi_date_last(name->until) >= cbi_date_last(day)))
            return name->value;
    }
    return message->names[0]->value;
}

/* Who awarded, under the name of that day; and who signed, if that was another one. */
static void fill_institutions(const cbi_verdict *verdict, const cbi_verdict_item *item,
                              Cbank__Api__V1__VerdictItem *out)
{
    const cbi_directory_institution *awarder = NULL;
    char *signer = item->institution->message->institution;

    const char *code = item->record == NULL || item->record->awarded_by == NULL
                           ? signer
                           : item->record->awarded_by->institution;

    if (item->record != NULL && verdict->directory != NULL)
        awarder = cbi_directory_find(verdict->directory, cbi_bytes_of_text(code));
    if (awarder != NULL) {
        out->institution_name = name_on(awarder, cbi_mandate_day(item->record));
        out->institution_ended_on = awarder->message->ended_on;
    } else {
        out->institution_name = name_on(item->institution, 0);
    }
    if (strcmp(signer, code) != 0) {
        out->signed_by = signer;
        out->signed_by_name = name_on(item->institution, 0);
    }
    out->institution_suspended = item->institution->message->status ==
                                 CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_SUSPENDED;
}

static void fill_place(const cbi_verdict_item *item, Cbank__Api__V1__VerdictItem *out)
{
    out->sequence = item->sequence;
    out->chain = item->chain;
    out->shown = item->shown;
    out->entry_class = item->entry_class;
    if (!item->shown)
        return;
    out->kind = (uint32_t)item->statement.kind->kind;
    if ((item->record != NULL || item->enrolment != NULL) &&
        !cbi_hash_is_zero(&item->record_id))
        out->record_id = cbi_message_data(cbi_bytes_of_hash(&item->record_id));
}

/* All but the record. */
static void fill_item(const cbi_verdict *verdict, const cbi_verdict_item *item,
                          Cbank__Api__V1__VerdictItem *out)
{
    cbank__api__v1__verdict_item__init(out);
    fill_place(item, out);
    if (item->entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
        out->status = cbi_message_string(state_word(item));
    if (!item->shown)
        return;
    out->at = item->statement.message->at;
    out->proven = (Cbank__Api__V1__Proven)item->proven;
    out->enrolment = item->enrolment;
    out->enrolment_change = item->enrolment_change;
    if (item->enrolment != NULL)
        out->status = cbi_message_string(
            item->enrolment_state == CBI_ENROLMENT_ENDED ? "ended" : "active");
    out->holder_shown = item->holder_shown;
    if (cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CONVERSION_RECOGNISED) ||
        cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CONVERSION_NOTED))
        fill_conversion(item, out);
    if (item->institution != NULL)
        fill_institutions(verdict, item, out);
}

/* In three pieces: a record stands in the report byte for byte as it was signed. */
static cbank_status write_items(const cbi_verdict *verdict, cbank_buffer *out, cbank_error *err)
{
    Cbank__Api__V1__VerdictItem message;
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];

        cbi_buffer_rewind(&bytes);
        fill_item(verdict, item, &message);
        CBI_TRY(cbi_message_write_fields(&message, 1, RECORD_FIELD - 1, &bytes, err));
        if (item->record != NULL)
            CBI_TRY(cbi_field_write_bytes(&bytes, RECORD_FIELD, item->record_bytes, err));
        CBI_TRY(cbi_message_write_fields(&message, RECORD_FIELD + 1, UINT32_MAX, &bytes, err));
        CBI_TRY(cbi_field_write_bytes(out, ITEMS_FIELD, cbi_bytes_of_buffer(&bytes), err));
    }
done:
    cbank_buffer_clear(&bytes);
    return status;
}

/* Who is trusted: said first whatever the verdict. `digits` holds the fingerprint. */
static void fill_trust(const cbi_directory *directory, char digits[2 * CBI_HASH_SIZE + 1],
                       report *out)
{
    if (directory == NULL)
        return;
    cbi_hex_encode(cbi_bytes_of_hash(&directory->fingerprint), digits);
    out->origin = cbi_message_string(directory->origin);
    out->fingerprint = digits;
}

cbank_status cbi_report_refusal(const char *word, const cbank_error *why,
                                const cbi_directory *directory, const cbi_verdict *verdict,
                                cbank_buffer *reply, cbank_error *err)
{
    report message = CBANK__API__V1__VERDICT_REPORT__INIT;
    char digits[2 * CBI_HASH_SIZE + 1];
    ProtobufCBinaryData notes[2] = {
        cbi_message_data(cbi_bytes_of_buffer(&verdict->fork[0])),
        cbi_message_data(cbi_bytes_of_buffer(&verdict->fork[1]))};
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    message.verdict = cbi_message_string(word);
    message.reason = cbi_message_string(cbi_reason_word((cbi_reason)why->reason));
    message.where = why->where;
    message.detail = cbi_message_string(why->detail[0] != '\0' ? why->detail : why->object);
    fill_trust(directory, digits, &message);
    message.fork_notes = notes;
    message.n_fork_notes = verdict->fork[0].size > 0 ? 2 : 0;
    CBI_TRY(cbi_message_pack(&message, &bytes, err));
    cbank_buffer_clear(reply);
    *reply = bytes;
    return CBANK_OK;
done:
    cbank_buffer_clear(&bytes);
    return status;
}

/* What stands before the items in the report. */
static void fill_head(const cbi_verdict *verdict, report *out)
{
    const Cbank__V1__TranscriptHead *head = verdict->transcript.head;

    out->evidence = (Cbank__Api__V1__Proven)verdict->least;
    out->consistency = (Cbank__Api__V1__Consistency)verdict->consistency;
    out->bank_name = head->bank_name;
    out->account = head->chains[0]->account;
    out->code = head->code;
    out->holder = head->holder;
    out->holder_proven = verdict->holder_proven;
    out->terms = head->terms;
    out->size = head->size;
    out->root = head->root;
    out->items_total = (uint32_t)verdict->item_count;
    out->items_shown = (uint32_t)verdict->shown;
}

/* The code of the legal basis, if it rests on one; else "". */
static cbank_status find_basis(const cbi_directory *directory, const cbi_verdict *verdict,
                               const char **out, cbank_error *err)
{
    cbi_hasher *hasher = NULL;
    const cbi_basis *basis = NULL;
    cbank_status status = CBANK_OK;

    *out = "";
    if (directory == NULL)
        return CBANK_OK;
    CBI_TRY(cbi_hasher_new(directory->suite, &hasher, err));
    CBI_TRY(cbi_basis_of_digest(hasher,
                                cbi_message_bytes(verdict->transcript.head->terms->consent),
                                &basis, err));
    if (basis != NULL)
        *out = basis->code;
done:
    cbi_hasher_free(hasher);
    return status;
}

/*
 * Head, items and tail are written one by one and stand in the order of their fields, which is what
 * packing the whole would give; but the whole may be too much for one message in memory.
 */
cbank_status cbi_report_content(const char *word, const cbi_directory *directory,
                                const cbi_verdict *verdict, cbank_buffer *reply, cbank_error *err)
{
    report head = CBANK__API__V1__VERDICT_REPORT__INIT;
    report tail = CBANK__API__V1__VERDICT_REPORT__INIT;
    char digits[2 * CBI_HASH_SIZE + 1];
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    cbi_amounts amounts;
    const char *basis;

    /* It says about as much as the transcript: to grow by and by would copy and wipe. */
    CBI_TRY(cbi_buffer_reserve(&bytes, verdict->transcript.file.parts.file.size, err));
    head.verdict = cbi_message_string(word);
    fill_trust(directory, digits, &head);
    fill_head(verdict, &head);
    CBI_TRY(cbi_message_write(&head, &bytes, err));
    CBI_TRY(write_items(verdict, &bytes, err));
    cbi_amounts_of(&verdict->totals, &amounts);
    tail.totals = amounts.list;
    tail.n_totals = amounts.count;
    tail.fresh = verdict->fresh;
    tail.status_size = verdict->status_size;
    tail.extended_until = verdict->extended_until;
    CBI_TRY(find_basis(directory, verdict, &basis, err));
    tail.basis = cbi_message_string(basis);
    CBI_TRY(cbi_message_write(&tail, &bytes, err));
    cbank_buffer_clear(reply);
    *reply = bytes;
    return CBANK_OK;
done:
    cbank_buffer_clear(&bytes);
    return status;
}
