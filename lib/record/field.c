#include "record/field.h"

#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "crypto/suite.h"
#include "record/account.h"
#include "record/code.h"

#include <string.h>

#define LANGUAGE_MAX 35
#define NAMES_MAX 64

bool cbi_field_is_word(cbi_bytes text)
{
    if (text.size == 0 || text.size > CBI_WORD_MAX)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'))
            return false;
    }
    return true;
}

cbank_status cbi_field_text(const char *name, const char *value, size_t max, cbank_error *err)
{
    cbi_bytes text = cbi_message_text(value);

    if (text.size == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, name, NULL);
    if (text.size > max)
        return cbi_fail(err, CBI_REASON_FIELD_SIZE, max, name, "%zu", text.size);
    if (!cbi_text_is_clean(text))
        return cbi_fail(err, CBI_REASON_BAD_UTF8, 0, name, NULL);
    return CBANK_OK;
}

cbank_status cbi_field_size(const char *name, ProtobufCBinaryData value, size_t size,
                            bool required, cbank_error *err)
{
    if (value.len == 0 && required)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, name, NULL);
    if (value.len != 0 && value.len != size)
        return cbi_fail(err, CBI_REASON_FIELD_SIZE, size, name, "%zu", value.len);
    return CBANK_OK;
}

cbank_status cbi_field_hash(const char *name, ProtobufCBinaryData value, cbank_error *err)
{
    return cbi_field_size(name, value, CBI_HASH_SIZE, true, err);
}

cbank_status cbi_field_key(const char *name, ProtobufCBinaryData key, cbank_error *err)
{
    if (key.len != cbi_suite_public_size(CBI_SUITE_SHA256_ED25519) &&
        key.len != cbi_suite_public_size(CBI_SUITE_SM3_SM2))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, name, "%zu", key.len);
    return CBANK_OK;
}

cbank_status cbi_field_account(const char *name, const char *value, cbank_error *err)
{
    if (!cbi_account_is_valid(cbi_message_text(value)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, name, "ISO 7064 MOD 97-10");
    return CBANK_OK;
}

cbank_status cbi_field_date(const char *name, uint32_t date, cbank_error *err)
{
    if (date != 0 && !cbi_date_is_valid(date))
        return cbi_fail(err, CBI_REASON_BAD_DATE, 0, name, "%u", (unsigned)date);
    return CBANK_OK;
}

/* "2024-06-30" and "2024" are in order either way: they are compared by year. */
cbank_status cbi_field_date_order(const char *name, uint32_t earlier, uint32_t later,
                                  cbank_error *err)
{
    if (earlier == 0 || later == 0)
        return CBANK_OK;
    for (int part = 0; part < 2 && (earlier % 100 == 0 || later % 100 == 0); part++) {
        earlier /= 100;
        later /= 100;
    }
    if (later < earlier)
        return cbi_fail(err, CBI_REASON_DATE_ORDER, 0, name, NULL);
    return CBANK_OK;
}

cbank_status cbi_field_code(const char *name, const Cbank__V1__Code *code, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (code == NULL)
        return CBANK_OK;
    CBI_TRY(cbi_field_text(name, code->scheme, CBI_TEXT_MAX, err));
    CBI_TRY(cbi_field_text(name, code->value, CBI_TEXT_MAX, err));
done:
    return status;
}

cbank_status cbi_field_institution(const char *name, const char *value, cbank_error *err)
{
    cbi_bytes text = cbi_message_text(value);

    if (text.size == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, name, NULL);
    if (!cbi_institution_code_is_valid(text))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, name, "[A-Z0-9][A-Z0-9.-]*");
    return CBANK_OK;
}

cbank_status cbi_field_language(const char *name, const char *value, cbank_error *err)
{
    cbi_bytes text = cbi_message_text(value);
    size_t letters = 0; /* of the first subtag */
    bool valid = text.size <= LANGUAGE_MAX;

    for (size_t i = 0; i < text.size && valid; i++) {
        uint8_t c = text.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (letter && letters == i)
            letters++;
        valid = letter || (i >= 2 && ((c >= '0' && c <= '9') || c == '-'));
    }
    if (!valid || letters < 2)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, name, "BCP 47");
    return CBANK_OK;
}

cbank_status cbi_field_count(const char *name, size_t count, size_t max, cbank_error *err)
{
    if (count > max)
        return cbi_fail(err, CBI_REASON_FIELD_COUNT, max, name, NULL);
    return CBANK_OK;
}

cbank_status cbi_field_names(const char *name, Cbank__V1__DatedName *const *names, size_t count,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (count == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, name, NULL);
    CBI_TRY(cbi_field_count(name, count, NAMES_MAX, err));
    for (size_t i = 0; i < count; i++) {
        CBI_TRY(cbi_field_text(name, names[i]->value, CBI_TEXT_MAX, err));
        if (cbi_message_text(names[i]->lang).size > 0)
            CBI_TRY(cbi_field_language(name, names[i]->lang, err));
        CBI_TRY(cbi_field_date(name, names[i]->from, err));
        CBI_TRY(cbi_field_date(name, names[i]->until, err));
        CBI_TRY(cbi_field_date_order(name, names[i]->from, names[i]->until, err));
    }
done:
    return status;
}

cbank_status cbi_field_refuse_signed(cbank_status status, cbank_error *err)
{
    char object[sizeof(err->object)] = "";
    const char *word = "";

    if (status != CBANK_E_INVALID)
        return status;
    if (err != NULL) {
        memcpy(object, err->object, sizeof(object));
        word = cbi_reason_word((cbi_reason)err->reason);
    }
    return cbi_fail(err, CBI_REASON_BAD_CONTENT, 0, object, "%s", word);
}
