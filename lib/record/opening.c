#include "record/opening.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "record/field.h"

cbank_status cbi_opening_check(const Cbank__V1__Opening *opening, cbi_identity *document,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes type = cbi_message_text(opening->document_type);
    cbi_bytes number = cbi_message_text(opening->number);
    cbi_bytes name = cbi_message_text(opening->name);
    cbi_identity identity = {0};

    CBI_TRY(cbi_field_size("random", opening->random, CBI_HASH_SIZE, true, err));
    CBI_TRY(cbi_identity_normalise(type, number, &identity, err));
    if (!cbi_bytes_equal(number, cbi_bytes_of_text(identity.number))) {
        status = cbi_fail(err, CBI_REASON_NOT_CANONICAL, 0, identity.type, NULL);
        goto done;
    }
    if (!cbi_text_is_clean(name)) {
        status = cbi_fail(err, CBI_REASON_BAD_UTF8, 0, "name", NULL);
        goto done;
    }
    if (cbi_text_characters(name) > CBI_NAME_CHARACTERS_MAX) {
        status = cbi_fail(err, CBI_REASON_FIELD_SIZE, CBI_NAME_CHARACTERS_MAX, "name", "%zu",
                          cbi_text_characters(name));
        goto done;
    }
    *document = identity;
done:
    cbi_identity_clear(&identity);
    return status;
}

static void wipe_text(char *text)
{
    if (text != NULL && text[0] != '\0') /* the empty one is shared and read-only */
        cbi_wipe(text, strlen(text));
}

void cbi_opening_wipe(Cbank__V1__Opening *opening)
{
    if (opening == NULL)
        return;
    wipe_text(opening->number);
    wipe_text(opening->name);
    cbi_wipe(opening->random.data, opening->random.len);
}
