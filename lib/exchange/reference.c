#include "exchange/draft.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"

#define MAC_BYTES 10 /* 80 bits: 20 hexadecimal digits */

/* What tells one result of a learner from another, in this order. */
static const cbi_sheet_id parts[] = {
    CBI_SHEET_CODE,     CBI_SHEET_SCHOOL_YEAR, CBI_SHEET_TERM,
    CBI_SHEET_ASSESSED, CBI_SHEET_AWARDED,     CBI_SHEET_ATTEMPT,
};

/* Appends the part and a hyphen; false if the reference would grow too long. */
static bool add_part(char *reference, size_t *size, const char *part)
{
    size_t length = strlen(part);

    if (*size + length + 1 + 2 * MAC_BYTES > CBI_REFERENCE_MAX)
        return false;
    memcpy(reference + *size, part, length);
    *size += length;
    reference[(*size)++] = '-';
    return true;
}

cbank_status cbi_draft_compose_reference(cbi_draft *draft, cbi_suite suite,
                                         const cbi_secret *secret, cbank_error *err)
{
    const cbi_identity *person = draft->student.type[0] != '\0' ? &draft->student : &draft->holder;
    cbi_bytes who[] = {cbi_bytes_of_text(person->type), cbi_bytes_of_text(person->number)};
    char *reference = draft->text + draft->text_size;
    size_t size = 0;
    cbank_status status;
    cbi_hash mac;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const char *part = cbi_draft_value(draft, parts[i]);
        bool dated = parts[i] == CBI_SHEET_AWARDED && *cbi_draft_value(draft, CBI_SHEET_ASSESSED);

        if (*part != '\0' && !dated && !add_part(reference, &size, part))
            return cbi_fail(err, CBI_REASON_FIELD_SIZE, CBI_REFERENCE_MAX, "reference", NULL);
    }
    if (size == 0)
        return cbi_fail(err, CBI_REASON_NOTHING_TO_NAME_IT, 0, "reference", NULL);
    status = cbi_mac(suite, secret, who, 2, &mac, err);
    if (status != CBANK_OK)
        return status;
    cbi_hex_encode(cbi_bytes_of(mac.bytes, MAC_BYTES), reference + size);
    draft->text_size += size + 2 * MAC_BYTES + 1;
    draft->record.reference = reference;
    return CBANK_OK;
}
