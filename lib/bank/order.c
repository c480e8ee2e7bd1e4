#include "bank/order.h"

#include <string.h>

#include "base/text.h"
#include "record/field.h"

#define PARTS_MAX 8

static const char *text_of(const char *text)
{
    return text == NULL ? "" : text;
}

static cbank_status check_handle(const char *name, const char *handle, cbank_error *err)
{
    if (text_of(handle)[0] != '\0' && !cbi_field_is_word(cbi_bytes_of_text(handle)))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, name, NULL);
    return CBANK_OK;
}

cbank_status cbi_order_check(const cbi_order *order, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_handle("actor", order->actor, err));
    CBI_TRY(check_handle("approver", order->approver, err));
    CBI_TRY(cbi_errand_check_reason(text_of(order->reason), err));
    if (text_of(order->note)[0] != '\0')
        CBI_TRY(cbi_field_text("note", order->note, CBI_TEXT_MAX, err));
done:
    return status;
}

cbank_status cbi_order_check_two(const cbi_order *order, cbank_error *err)
{
    const char *actor = text_of(order->actor), *approver = text_of(order->approver);

    if (actor[0] == '\0' || approver[0] == '\0' || strcmp(actor, approver) == 0)
        return cbi_fail(err, CBI_REASON_APPROVER_NEEDED, 0, approver, NULL);
    return CBANK_OK;
}

cbank_status cbi_order_digest(const cbi_bank *bank, const cbi_order *order, const char *word,
                              const cbi_bytes *parts, size_t count, cbi_hash *out,
                              cbank_error *err)
{
    cbi_bytes said[6 + PARTS_MAX] = {
        cbi_bytes_of_text(word),
        cbi_bytes_of_text(text_of(order->actor)),
        cbi_bytes_of_text(text_of(order->approver)),
        cbi_bytes_of_text(text_of(order->reason)),
        cbi_bytes_of_text(text_of(order->document)),
        cbi_bytes_of_text(text_of(order->note)),
    };

    if (count > PARTS_MAX)
        return cbi_fail(err, CBI_REASON_INTERNAL, count, "parts", NULL);
    for (size_t i = 0; i < count; i++)
        said[6 + i] = parts[i];
    return cbi_errand_digest(bank, said, 6 + count, out, err);
}

cbank_status cbi_order_digest_note(cbi_hasher *hasher, const cbi_hash *random, cbi_bytes text,
                                   cbi_hash *out, cbank_error *err)
{
    static const char label[] = "cbank/v1/reason"; /* with the zero byte that ends it */
    cbi_bytes parts[] = {cbi_bytes_of(label, sizeof(label)), cbi_bytes_of_hash(random), text};

    return cbi_digest_parts(hasher, parts, 3, out, err);
}

cbank_status cbi_order_state(cbi_hasher *hasher, const cbi_order *order, cbi_bytes token,
                             cbi_note_seal *seal, cbi_errand_statement *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    out->actor = order->actor;
    out->approver = order->approver;
    out->reason = order->reason;
    out->document = order->document;
    out->token = token;
    seal->text = text_of(order->note);
    if (seal->text[0] == '\0')
        return CBANK_OK;
    CBI_TRY(cbi_random(seal->random.bytes, sizeof(seal->random.bytes), err));
    CBI_TRY(cbi_order_digest_note(hasher, &seal->random, cbi_bytes_of_text(seal->text),
                                  &seal->digest, err));
    out->reason_digest = &seal->digest;
done:
    return status;
}
