/* What is left of a record, beside what stands on it. */
#include "record/usage.h"

#include <string.h>

#include "base/text.h"

/* What a use from outside counted towards is not known: never the same programme. */
static bool meets(const Cbank__V1__RecognitionHead *head, const cbi_use *use,
                  const cbi_usage_aim *aim, Cbank__V1__UseScope scope)
{
    bool known = head != NULL && head->programme != NULL;

    return cbi_conversion_scopes_meet(
        use->scope, scope, known && strcmp(head->programme->id, aim->programme) == 0,
        known && aim->framework[0] != '\0' && strcmp(head->framework, aim->framework) == 0 &&
            head->level_milli == aim->level_milli);
}

/* Whether it matters towards what the other counted, or how much of the record it took. */
static bool has_to_be_read(const cbi_use *use, Cbank__V1__UseScope scope)
{
    const Cbank__V1__UseScope everywhere = CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE;

    return use->leftover == CBANK__V1__LEFTOVER__LEFTOVER_KEPT ||
           (use->scope != everywhere && scope != everywhere);
}

static cbank_status away(const cbi_usage *usage, const cbi_use *use, cbank_error *err)
{
    const Cbank__V1__ConversionRecognised *body = usage->entries[use->conversion].body;
    char id[2 * 32 + 1] = "";

    if (body != NULL && body->recognition.len == 32)
        cbi_hex_encode(cbi_message_bytes(body->recognition), id);
    return cbi_fail(err, CBI_REASON_RECOGNITION_AWAY, use->conversion, id, NULL);
}

static int64_t amount_of(const Cbank__V1__CreditRecord *record, const char *unit)
{
    for (size_t i = 0; record != NULL && i < record->n_amounts; i++) {
        if (strcmp(record->amounts[i]->unit, unit) == 0)
            return record->amounts[i]->milli;
    }
    return 0;
}

/* What a use that meets the new one has left; false if that is nothing that can be used. */
static bool leaves(const cbi_usage_grounds *grounds, const cbi_use *use, const char *unit,
                   int64_t *whole, int64_t *taken)
{
    const Cbank__V1__RecognitionSource *source;

    if (use->leftover == CBANK__V1__LEFTOVER__LEFTOVER_LOST || grounds->sources == NULL)
        return false;
    source = grounds->sources[use->position];
    if (strcmp(grounds->head->unit, unit) != 0)
        return false;
    *taken += source->used_milli;
    if (source->used_milli + source->left_milli > *whole)
        *whole = source->used_milli + source->left_milli;
    return true;
}

cbank_status cbi_usage_left(const cbi_usage *usage, uint32_t entry, const cbi_usage_aim *aim,
                            Cbank__V1__UseScope scope, int64_t *left, int64_t *whole,
                            const cbi_use **by, cbank_error *err)
{
    const cbi_use *use = NULL;
    int64_t taken = 0;

    *whole = amount_of(usage->entries[entry].record, aim->unit);
    *left = -1;
    *by = NULL;
    while ((use = cbi_usage_next(usage, entry, use)) != NULL) {
        const cbi_usage_entry *conversion = &usage->entries[use->conversion];
        const cbi_usage_grounds *grounds = &conversion->grounds;
        bool noted =
            conversion->kind == (int)CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CONVERSION_NOTED;

        if (use->scope == CBANK__V1__USE_SCOPE__USE_SCOPE_COUNTED ||
            scope == CBANK__V1__USE_SCOPE__USE_SCOPE_COUNTED)
            continue;
        if (!noted && has_to_be_read(use, scope) &&
            (grounds->head == NULL ||
             (use->leftover == CBANK__V1__LEFTOVER__LEFTOVER_KEPT && grounds->sources == NULL)))
            return away(usage, use, err);
        if (!meets(grounds->head, use, aim, scope))
            continue;
        *by = use;
        if (!leaves(grounds, use, aim->unit, whole, &taken))
            return CBANK_OK;
    }
    if (*by == NULL || *whole > taken)
        *left = *whole - taken;
    return CBANK_OK;
}
