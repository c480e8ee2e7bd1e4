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

/* As the cells have it; school year and term also where one column has both. */
static const char *part_of(const cbi_draft *draft, cbi_sheet_id id)
{
    if (id == CBI_SHEET_SCHOOL_YEAR)
        return draft->record.school_year;
    if (id == CBI_SHEET_TERM)
        return draft->record.term == NULL ? "" : draft->record.term->value;
    return cbi_draft_value(draft, id);
}

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

/* The MAC of whom the row is for. Most files list learners one after another: it is kept. */
static cbank_status name_person(cbi_draft *draft, cbi_suite suite, const cbi_secret *secret,
                                cbank_error *err)
{
    const cbi_identity *person = draft->student.type[0] != '\0' ? &draft->student : &draft->holder;
    cbi_bytes who[] = {cbi_bytes_of_text(person->type), cbi_bytes_of_text(person->number)};
    cbank_status status = CBANK_OK;

    if (strcmp(draft->person.type, person->type) == 0 &&
        strcmp(draft->person.number, person->number) == 0)
        return CBANK_OK;
    CBI_TRY(cbi_mac(suite, secret, who, 2, &draft->person_mac, err));
    draft->person = *person;
done:
    return status;
}

cbank_status cbi_draft_compose_reference(cbi_draft *draft, cbi_suite suite,
                                         const cbi_secret *secret, cbank_error *err)
{
    char *reference = draft->text + draft->text_size;
    size_t size = 0;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const char *part = part_of(draft, parts[i]);
        bool dated = parts[i] == CBI_SHEET_AWARDED && *cbi_draft_value(draft, CBI_SHEET_ASSESSED);

        if (*part != '\0' && !dated && !add_part(reference, &size, part))
            return cbi_fail(err, CBI_REASON_FIELD_SIZE, CBI_REFERENCE_MAX, "reference", NULL);
    }
    if (size == 0)
        return cbi_fail(err, CBI_REASON_NOTHING_TO_NAME_IT, 0, "reference", NULL);
    CBI_TRY(name_person(draft, suite, secret, err));
    cbi_hex_encode(cbi_bytes_of(draft->person_mac.bytes, MAC_BYTES), reference + size);
    draft->text_size += size + 2 * MAC_BYTES + 1;
    draft->record.reference = reference;
done:
    return status;
}
