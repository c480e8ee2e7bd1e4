#include "proof/once.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* What a statement rests on; ids of different kinds have different labels (batch.h, envelope.h). */
typedef struct decided {
    cbi_hash id;
    uint32_t item;
} decided;

/* False if it rests on no decision that it names. */
static bool find_decided(const cbi_verdict_item *item, cbi_hash *out)
{
    const Cbank__V1__ConversionRecognised *recognised = item->statement.body;
    const Cbank__V1__ConversionChanged *changed = item->statement.body;

    if (!item->shown)
        return false;
    switch ((int)item->statement.kind->kind) {
    case KIND(CREDIT_CHANGED):
    case KIND(ENROLLED):
        *out = item->record_id;
        return true;
    case KIND(CONVERSION_RECOGNISED):
        return cbi_hash_from(cbi_message_bytes(recognised->recognition), out);
    case KIND(CONVERSION_SUSPENDED):
    case KIND(CONVERSION_REINSTATED):
    case KIND(CONVERSION_REVERSED):
        return cbi_hash_from(cbi_message_bytes(changed->change), out);
    default:
        return false;
    }
}

static int compare_decided(const void *a, const void *b)
{
    const decided *left = a, *right = b;
    int order = memcmp(left->id.bytes, right->id.bytes, CBI_HASH_SIZE);

    return order != 0 ? order : left->item < right->item ? -1 : left->item > right->item;
}

/* On another chain: what is said again there, or was first said there. */
static bool is_said_again(const cbi_verdict_item *one, const cbi_verdict_item *other)
{
    return one->chain != other->chain && (one->restored || other->restored);
}

cbank_status cbi_once_check(const cbi_verdict *verdict, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    decided *list = NULL;
    size_t count = 0;

    CBI_TRY(cbi_alloc(verdict->shown, sizeof(*list), &list, err));
    for (uint32_t i = 0; i < verdict->item_count; i++) {
        if (find_decided(&verdict->items[i], &list[count].id))
            list[count++].item = i;
    }
    qsort(list, count, sizeof(*list), compare_decided);
    for (size_t i = 1; i < count; i++) {
        const cbi_verdict_item *item = &verdict->items[list[i].item];

        if (cbi_hash_equal(&list[i - 1].id, &list[i].id) &&
            !is_said_again(&verdict->items[list[i - 1].item], item))
            CBI_TRY(cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, item->sequence, "decision",
                             "used before"));
    }
done:
    cbi_free(list);
    return status;
}
