#include "record/usage_part.h"

#include <string.h>

#include "record/kind.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

static cbank_status nothing(cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_NAMES_NOTHING, 0, NULL, NULL);
}

/* The award that is named; `*found` is false for one that went with a merger undone. */
static cbank_status find_award(const cbi_usage *usage, uint32_t from, uint64_t sequence,
                               ProtobufCBinaryData leaf, uint32_t *out, bool *found,
                               cbank_error *err)
{
    *found = cbi_usage_find(usage, from, sequence, cbi_message_bytes(leaf), out);
    if (!*found)
        return usage->entries[from].detached ? CBANK_OK : nothing(err);
    if (usage->entries[*out].entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
        return nothing(err);
    return CBANK_OK;
}

/* ---- uses -------------------------------------------------------------------------------- */

/* What is known of the programmes decides; what is not at hand is not taken to be the same. */
static bool meet(const cbi_usage *usage, const cbi_use *one, const cbi_use *other)
{
    const Cbank__V1__RecognitionHead *a = usage->entries[one->conversion].grounds.head;
    const Cbank__V1__RecognitionHead *b = usage->entries[other->conversion].grounds.head;
    bool known = a != NULL && b != NULL && a->programme != NULL && b->programme != NULL;

    return cbi_conversion_scopes_meet(
        one->scope, other->scope, known && strcmp(a->programme->id, b->programme->id) == 0,
        known && a->framework[0] != '\0' && strcmp(a->framework, b->framework) == 0 &&
            a->level_milli == b->level_milli);
}

/* The amount that a use takes in this unit, or -1 if that is not known. */
static int64_t taken(const cbi_usage *usage, const cbi_use *use, const char *unit)
{
    const cbi_usage_grounds *grounds = &usage->entries[use->conversion].grounds;

    if (grounds->head == NULL || grounds->sources == NULL || strcmp(grounds->head->unit, unit) != 0)
        return -1;
    return grounds->sources[use->position]->used_milli;
}

/* Parts of one record must not come to more than the record. */
static cbank_status check_parts(const cbi_usage *usage, const cbi_use *use, cbank_error *err)
{
    const Cbank__V1__CreditRecord *record = usage->entries[use->record].record;
    const Cbank__V1__RecognitionHead *head = usage->entries[use->conversion].grounds.head;
    const cbi_use *other = NULL;
    int64_t whole = -1, sum;

    if (record == NULL || head == NULL)
        return CBANK_OK;
    for (size_t i = 0; i < record->n_amounts; i++) {
        if (strcmp(record->amounts[i]->unit, head->unit) == 0)
            whole = record->amounts[i]->milli;
    }
    sum = taken(usage, use, head->unit);
    if (whole < 0 || sum < 0)
        return CBANK_OK;
    while ((other = cbi_usage_next(usage, use->record, other)) != NULL) {
        int64_t part = taken(usage, other, head->unit);

        if (part > 0 && part <= whole && meet(usage, use, other))
            sum += part; /* at most 256 times an amount, which is far from the end of the range */
    }
    return sum <= whole ? CBANK_OK : cbi_fail(err, CBI_REASON_RECORD_USED_UP, 0, NULL, NULL);
}

/* Before the use is linked to the record. */
static cbank_status check_room(const cbi_usage *usage, const cbi_use *use, cbank_error *err)
{
    const cbi_use *other = NULL;
    size_t count = 0;

    while ((other = cbi_usage_next(usage, use->record, other)) != NULL) {
        if (++count == CBI_RECORD_USES_MAX)
            return cbi_fail(err, CBI_REASON_TOO_MANY_USES, CBI_RECORD_USES_MAX, NULL, NULL);
        if (meet(usage, use, other) && other->leftover == CBANK__V1__LEFTOVER__LEFTOVER_LOST)
            return cbi_fail(err, CBI_REASON_RECORD_USED_UP, 0, NULL, NULL);
    }
    return check_parts(usage, use, err);
}

/* What may be used must be here and hold. */
static cbank_status check_usable(const cbi_usage_entry *award, cbank_error *err)
{
    if (award->state != CBI_RECORD_HELD)
        return cbi_fail(err, CBI_REASON_RECORD_NOT_HELD, 0, NULL, NULL);
    if (award->where == CBI_WHERE_OFFERED)
        return cbi_fail(err, CBI_REASON_RECORD_OFFERED, 0, NULL, NULL);
    if (award->where == CBI_WHERE_AWAY)
        return cbi_fail(err, CBI_REASON_RECORD_AWAY, 0, NULL, NULL);
    return CBANK_OK;
}

Cbank__V1__RecordUse *const *cbi_usage_uses_of(const cbi_usage_entry *entry, size_t *count)
{
    *count = 0;
    if (entry->kind == (int)KIND(CONVERSION_RECOGNISED)) {
        const Cbank__V1__ConversionRecognised *body = entry->body;

        *count = body->n_uses;
        return body->uses;
    }
    if (entry->kind == (int)KIND(CONVERSION_NOTED)) {
        const Cbank__V1__ConversionNoted *body = entry->body;

        *count = body->n_uses;
        return body->uses;
    }
    return NULL;
}

static cbank_status step_conversion(cbi_usage *usage, uint32_t at, cbank_error *err)
{
    size_t count;
    Cbank__V1__RecordUse *const *named = cbi_usage_uses_of(&usage->entries[at], &count);
    cbank_status status = CBANK_OK;
    bool found;

    for (size_t i = 0; i < count; i++) {
        cbi_use *use = &usage->uses[usage->use_count];

        *use = (cbi_use){.conversion = at,
                         .position = (uint32_t)i,
                         .scope = named[i]->scope,
                         .leftover = named[i]->leftover};
        CBI_TRY(
            find_award(usage, at, named[i]->sequence, named[i]->leaf, &use->record, &found, err));
        if (!found)
            continue;
        CBI_TRY(check_usable(&usage->entries[use->record], err));
        CBI_TRY(check_room(usage, use, err));
        use->next = usage->entries[use->record].first_use;
        usage->entries[use->record].first_use = (uint32_t)++usage->use_count;
    }
done:
    return status;
}

/* ---- conversions that change ------------------------------------------------------------- */

cbank_status cbi_usage_check_ground(const cbi_usage *usage, uint32_t conversion, cbank_error *err)
{
    size_t count;
    Cbank__V1__RecordUse *const *named = cbi_usage_uses_of(&usage->entries[conversion], &count);
    cbank_status status = CBANK_OK;
    uint32_t record;
    bool found;

    for (size_t i = 0; i < count; i++) {
        CBI_TRY(find_award(usage, conversion, named[i]->sequence, named[i]->leaf, &record, &found,
                           err));
        if (found && usage->entries[record].state != CBI_RECORD_HELD)
            CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_NOT_HELD, 0, NULL, NULL));
    }
done:
    return status;
}

/*
 * The bank alone may suspend what another has recognised; what it has noted itself, it alone
 * changes.
 */
static bool may_change(const cbi_usage_entry *touched, int kind, bool alone)
{
    if (touched->kind == (int)KIND(CONVERSION_NOTED))
        return alone;
    if (touched->kind != (int)KIND(CONVERSION_RECOGNISED))
        return false;
    return !alone || kind == (int)KIND(CONVERSION_SUSPENDED);
}

static cbank_status step_change(cbi_usage *usage, uint32_t at, uint64_t sequence,
                                ProtobufCBinaryData leaf, bool alone, cbank_error *err)
{
    int kind = usage->entries[at].kind;
    cbank_status status = CBANK_OK;
    uint32_t touched;

    if (!cbi_usage_find(usage, at, sequence, cbi_message_bytes(leaf), &touched))
        return usage->entries[at].detached ? CBANK_OK : nothing(err);
    if (!may_change(&usage->entries[touched], kind, alone))
        return nothing(err);
    CBI_TRY(cbi_conversion_state_step(&usage->entries[touched].conversion, kind, err));
    if (usage->entries[touched].conversion == CBI_CONVERSION_STANDS)
        CBI_TRY(cbi_usage_check_ground(usage, touched, err));
done:
    return status;
}

/* ---- transfers --------------------------------------------------------------------------- */

static bool is_named(const Cbank__V1__EntryRef *record, Cbank__V1__EntryRef *const *list,
                     size_t count, size_t *next)
{
    while (*next < count && cbi_entry_ref_compare(list[*next]->sequence, list[*next]->leaf,
                                                  record->sequence, record->leaf) < 0)
        (*next)++;
    return *next < count && cbi_entry_ref_compare(list[*next]->sequence, list[*next]->leaf,
                                                  record->sequence, record->leaf) == 0;
}

static cbank_status step_offer(cbi_usage *usage, uint32_t at, cbank_error *err)
{
    const Cbank__V1__TransferOffered *body = usage->entries[at].body;
    cbank_status status = CBANK_OK;
    uint32_t record;
    bool found;

    for (size_t i = 0; i < body->n_records; i++) {
        CBI_TRY(find_award(usage, at, body->records[i]->sequence, body->records[i]->leaf, &record,
                           &found, err));
        if (!found)
            continue;
        CBI_TRY(check_usable(&usage->entries[record], err));
        if (cbi_usage_is_consumed(usage, record))
            CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_USED_UP, 0, NULL, NULL));
        CBI_TRY(cbi_whereabouts_step(&usage->entries[record].where, usage->entries[at].kind, true,
                                     err));
        usage->entries[record].offer = at + 1;
    }
done:
    return status;
}

/* Moves one record of an offer, which must still be the one that it is out under. */
static cbank_status end_record(cbi_usage *usage, uint32_t at, uint32_t offer,
                               const Cbank__V1__EntryRef *ref, bool named, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t record;
    bool found;

    CBI_TRY(find_award(usage, offer, ref->sequence, ref->leaf, &record, &found, err));
    if (!found)
        return CBANK_OK;
    if (usage->entries[record].offer != offer + 1)
        return nothing(err);
    CBI_TRY(
        cbi_whereabouts_step(&usage->entries[record].where, usage->entries[at].kind, named, err));
done:
    return status;
}

static cbank_status step_end(cbi_usage *usage, uint32_t at, cbank_error *err)
{
    const Cbank__V1__TransferEnded *body = usage->entries[at].body;
    bool returned = usage->entries[at].kind == (int)KIND(TRANSFER_RETURNED);
    bool lists = returned || usage->entries[at].kind == (int)KIND(TRANSFER_PARTLY_ACCEPTED);
    const Cbank__V1__TransferOffered *offered;
    size_t next = 0, matched = 0;
    cbank_status status = CBANK_OK;
    uint32_t offer;

    if (!cbi_usage_find(usage, at, body->touched_sequence, cbi_message_bytes(body->touched_leaf),
                        &offer))
        return usage->entries[at].detached ? CBANK_OK : nothing(err);
    if (usage->entries[offer].kind != (int)KIND(TRANSFER_OFFERED) ||
        usage->entries[offer].answered != returned || (body->n_records > 0) != lists)
        return nothing(err);
    offered = usage->entries[offer].body;
    if (offered->by_letter != (body->answer.len == 0))
        return nothing(err);
    for (size_t i = 0; i < offered->n_records; i++) {
        bool named = is_named(offered->records[i], body->records, body->n_records, &next);

        matched += named;
        if (!returned || named)
            CBI_TRY(end_record(usage, at, offer, offered->records[i], named, err));
    }
    if (matched != body->n_records)
        return nothing(err);
    usage->entries[offer].answered = true;
done:
    return status;
}

static bool came_from(const cbi_usage_entry *award, const Cbank__V1__TransferGivenBack *goal)
{
    const Cbank__V1__CreditReceived *received = award->body;

    if (award->kind == 0) /* withheld */
        return true;
    return award->kind == (int)KIND(CREDIT_RECEIVED) &&
           strcmp(received->origin, goal->origin) == 0 &&
           cbi_bytes_equal(cbi_message_bytes(received->transfer),
                           cbi_message_bytes(goal->transfer));
}

/* What came from there goes back there. */
static cbank_status step_given_back(cbi_usage *usage, uint32_t at, cbank_error *err)
{
    const Cbank__V1__TransferGivenBack *body = usage->entries[at].body;
    cbank_status status = CBANK_OK;
    uint32_t record;
    bool found;

    for (size_t i = 0; i < body->n_records; i++) {
        CBI_TRY(find_award(usage, at, body->records[i]->sequence, body->records[i]->leaf, &record,
                           &found, err));
        if (!found)
            continue;
        if (!came_from(&usage->entries[record], body))
            CBI_TRY(nothing(err));
        if (cbi_usage_is_consumed(usage, record))
            CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_USED_UP, 0, NULL, NULL));
        CBI_TRY(cbi_whereabouts_step(&usage->entries[record].where, usage->entries[at].kind, true,
                                     err));
    }
done:
    return status;
}

/* ---- records ----------------------------------------------------------------------------- */

/*
 * A record that is out may be revoked or suspended here, but not amended: the new revision would
 * be here while the old one is there.
 */
static cbank_status step_record(cbi_usage *usage, uint32_t at, uint64_t sequence,
                                ProtobufCBinaryData leaf, Cbank__V1__ChangeAction action,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t record;
    bool found;

    CBI_TRY(find_award(usage, at, sequence, leaf, &record, &found, err));
    if (!found)
        return CBANK_OK;
    if (action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE &&
        usage->entries[record].where != CBI_WHERE_HERE)
        return cbi_fail(err,
                        usage->entries[record].where == CBI_WHERE_AWAY ? CBI_REASON_RECORD_AWAY
                                                                       : CBI_REASON_RECORD_OFFERED,
                        0, NULL, NULL);
    CBI_TRY(cbi_record_state_step(&usage->entries[record].state, action, err));
done:
    return status;
}

cbank_status cbi_usage_step(cbi_usage *usage, uint32_t at, cbank_error *err)
{
    const cbi_usage_entry *entry = &usage->entries[at];
    const Cbank__V1__CreditChanged *changed = entry->body;
    const Cbank__V1__CreditQuestioned *questioned = entry->body;
    const Cbank__V1__ConversionChanged *conversion = entry->body;
    const Cbank__V1__ConversionReplaced *replaced = entry->body;

    switch (entry->kind) {
    case KIND(CREDIT_CHANGED):
        return step_record(usage, at, changed->touched_sequence, changed->touched_leaf,
                           entry->action, err);
    case KIND(CREDIT_QUESTIONED):
        return step_record(usage, at, questioned->touched_sequence, questioned->touched_leaf,
                           CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND, err);
    case KIND(CONVERSION_RECOGNISED):
    case KIND(CONVERSION_NOTED):
        return step_conversion(usage, at, err);
    case KIND(CONVERSION_SUSPENDED):
    case KIND(CONVERSION_REINSTATED):
    case KIND(CONVERSION_REVERSED):
        return step_change(usage, at, conversion->touched_sequence, conversion->touched_leaf,
                           conversion->change.len == 0, err);
    case KIND(CONVERSION_REPLACED):
        return step_change(usage, at, replaced->touched_sequence, replaced->touched_leaf, false,
                           err);
    case KIND(TRANSFER_OFFERED):
        return step_offer(usage, at, err);
    case KIND(TRANSFER_ACCEPTED):
    case KIND(TRANSFER_PARTLY_ACCEPTED):
    case KIND(TRANSFER_DECLINED):
    case KIND(TRANSFER_EXPIRED):
    case KIND(TRANSFER_RETURNED):
        return step_end(usage, at, err);
    case KIND(TRANSFER_GIVEN_BACK):
        return step_given_back(usage, at, err);
    default:
        return CBANK_OK;
    }
}
