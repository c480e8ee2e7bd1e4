#include "record/typed.h"

#include "base/text.h"

#include <string.h>

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Nothing but digits and capitals: as most numbers are typed, and all that were squeezed. */
static bool is_squeezed(cbi_bytes typed)
{
    for (size_t i = 0; i < typed.size; i++) {
        uint8_t c = typed.data[i];

        if ((c < '0' || c > '9') && (c < 'A' || c > 'Z'))
            return false;
    }
    return true;
}

cbank_status cbi_typed_squeeze(cbi_bytes typed, const char *object, char *out, size_t capacity,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer folded = {0};
    size_t size = 0;

    if (typed.size > 0 && typed.size < capacity && is_squeezed(typed)) {
        memcpy(out, typed.data, typed.size);
        out[typed.size] = '\0';
        return CBANK_OK;
    }
    CBI_TRY(cbi_text_fold_width(typed, &folded, err));
    for (size_t i = 0; i < folded.size; i++) {
        char c = upper((char)folded.data[i]);

        if (c != ' ' && c != '\t' && c != '-')
            folded.data[size++] = (uint8_t)c;
    }
    folded.size = size;
    if (!cbi_text_is_clean(cbi_bytes_of_buffer(&folded))) {
        status = cbi_fail(err, CBI_REASON_BAD_UTF8, 0, object, NULL);
        goto done;
    }
    if (size >= capacity) {
        status = cbi_fail(err, CBI_REASON_BAD_NUMBER_LENGTH, 0, object, "%zu", size);
        goto done;
    }
    if (size > 0)
        memcpy(out, folded.data, size);
    out[size] = '\0';
done:
    cbank_buffer_clear(&folded);
    cbi_error_name(status == CBANK_OK ? NULL : err, object);
    return status;
}
