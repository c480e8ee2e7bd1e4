#include "record/organisation.h"

#include "record/area.h"
#include "record/field.h"

#include <string.h>

#define USCC_SIZE 18
#define SCHOOL_SIZE 10
#define ROR_SIZE 9
#define VALUE_MAX 64
#define IDS_MAX 16

static const char USCC_ALPHABET[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
static const char ORGANISATION_ALPHABET[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* Place of a character in an alphabet, or -1. */
static int place_of(const char *alphabet, uint8_t c)
{
    const char *place = c != 0 ? strchr(alphabet, c) : NULL;

    return place != NULL ? (int)(place - alphabet) : -1;
}

/* GB 11714: eight characters and a check character of 0-9 or X. */
static bool organisation_code_fits(const uint8_t *code)
{
    static const int WEIGHTS[] = {3, 7, 9, 10, 5, 8, 4, 2};
    static const char CHECKS[] = "0123456789X";
    int sum = 0;

    for (size_t i = 0; i < 8; i++) {
        int value = place_of(ORGANISATION_ALPHABET, code[i]);

        if (value < 0)
            return false;
        sum += value * WEIGHTS[i];
    }
    return code[8] == (uint8_t)CHECKS[(11 - sum % 11) % 11];
}

bool cbi_uscc_is_valid(cbi_bytes text)
{
    int sum = 0;
    int weight = 1; /* powers of 3 modulo 31 */

    if (text.size != USCC_SIZE)
        return false;
    for (size_t i = 0; i < USCC_SIZE - 1; i++) {
        int value = place_of(USCC_ALPHABET, text.data[i]);

        if (value < 0)
            return false;
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    if (text.data[USCC_SIZE - 1] != (uint8_t)USCC_ALPHABET[(31 - sum % 31) % 31])
        return false;
    return organisation_code_fits(text.data + 8);
}

bool cbi_school_code_is_valid(cbi_bytes text)
{
    static const char *const TYPES[] = {"11", "21", "22", "31", "32", "33", "34", "35", "36",
                                        "37", "41", "42", "51", "91", "92", "93"};
    bool known = false;

    if (text.size != SCHOOL_SIZE)
        return false;
    for (size_t i = 0; i < SCHOOL_SIZE; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]) && !known; i++)
        known = memcmp(text.data, TYPES[i], 2) == 0;
    return known && cbi_area_is_plausible((const char *)text.data + 2);
}

/* 1 plus what is left of 97 makes the number with its two digits 1 modulo 97 (ISO 7064). */
bool cbi_ror_is_valid(cbi_bytes text)
{
    static const char ALPHABET[] = "0123456789abcdefghjkmnpqrstvwxyz";
    int64_t number = 0;
    int check = 0;

    if (text.size != ROR_SIZE || text.data[0] != '0')
        return false;
    for (size_t i = 0; i < ROR_SIZE - 2; i++) {
        int value = place_of(ALPHABET, text.data[i]);

        if (value < 0)
            return false;
        number = number * 32 + value;
    }
    for (size_t i = ROR_SIZE - 2; i < ROR_SIZE; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        check = check * 10 + (text.data[i] - '0');
    }
    return check == 98 - (int)(number * 100 % 97);
}

cbank_status cbi_organisation_id_check(const Cbank__V1__OrganisationId *id, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes scheme = cbi_message_text(id->scheme);
    cbi_bytes value = cbi_message_text(id->value);
    bool valid = true;

    if (!cbi_field_is_word(scheme))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "scheme", "[a-z0-9.-]{1,32}");
    CBI_TRY(cbi_field_text("value", id->value, VALUE_MAX, err));
    if (cbi_bytes_equal(scheme, cbi_bytes_of_text("uscc")))
        valid = cbi_uscc_is_valid(value);
    if (cbi_bytes_equal(scheme, cbi_bytes_of_text("school")))
        valid = cbi_school_code_is_valid(value);
    if (cbi_bytes_equal(scheme, cbi_bytes_of_text("ror")))
        valid = cbi_ror_is_valid(value);
    if (!valid)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "ids", "%s", id->scheme);
done:
    return status;
}

cbank_status cbi_organisation_ids_check(Cbank__V1__OrganisationId *const *ids, size_t count,
                                        cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_count("ids", count, IDS_MAX, err));
    for (size_t i = 0; i < count; i++) {
        CBI_TRY(cbi_organisation_id_check(ids[i], err));
        for (size_t j = 0; j < i; j++) {
            if (cbi_bytes_equal(cbi_message_text(ids[i]->scheme),
                                cbi_message_text(ids[j]->scheme)) &&
                cbi_bytes_equal(cbi_message_text(ids[i]->value),
                                cbi_message_text(ids[j]->value)))
                return cbi_fail(err, CBI_REASON_FIELD_TWICE, i, "ids", "%s", ids[i]->scheme);
        }
    }
done:
    return status;
}
