#include "record/identity.h"

#include "base/memory.h"
#include "base/text.h"
#include "base/time.h"
#include "record/area.h"
#include "record/code.h"
#include "record/typed.h"

#include <string.h>

#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

#define CITIZEN_SIZE 18     /* also the other documents numbered like it */
#define CITIZEN_OLD_SIZE 15 /* GB 11643-1989: year of two digits, no check character */
#define PERMANENT_OLD_SIZE 15
#define PASSPORT_MIN 5
#define PASSPORT_MAX 9

static bool begins_with(cbi_bytes text, const char *prefix, cbi_bytes *rest)
{
    size_t size = strlen(prefix);

    if (text.size < size || memcmp(text.data, prefix, size) != 0)
        return false;
    *rest = cbi_bytes_of(text.data + size, text.size - size);
    return true;
}

static bool is_state(cbi_bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < 'A' || text.data[i] > 'Z')
            return false;
    }
    return text.size == 3;
}

cbank_status cbi_document_of(cbi_bytes type, cbi_document_kind *out, cbank_error *err)
{
    static const struct {
        const char *type;
        cbi_document_kind document;
    } PLAIN[] = {
        {"cn-id", CBI_DOCUMENT_CITIZEN},
        {"cn-residence", CBI_DOCUMENT_RESIDENCE},
        {"cn-permanent", CBI_DOCUMENT_PERMANENT},
    };
    cbi_bytes rest;

    for (size_t i = 0; i < sizeof(PLAIN) / sizeof(PLAIN[0]); i++) {
        if (cbi_bytes_equal(type, cbi_bytes_of_text(PLAIN[i].type))) {
            *out = PLAIN[i].document;
            return CBANK_OK;
        }
    }
    if (begins_with(type, "passport/", &rest) && is_state(rest)) {
        *out = CBI_DOCUMENT_PASSPORT;
        return CBANK_OK;
    }
    if (begins_with(type, "student/", &rest) && cbi_institution_code_is_valid(rest)) {
        *out = CBI_DOCUMENT_STUDENT;
        return CBANK_OK;
    }
    return cbi_fail(err, CBI_REASON_DOCUMENT_TYPE, 0, NULL, NULL);
}

/* ISO 7064 MOD 11-2 over the first seventeen digits. */
static char check_character(const char *digits)
{
    static const char CHECKS[] = "10X98765432";
    unsigned sum = 0;

    for (size_t i = 0; i < CITIZEN_SIZE - 1; i++)
        sum = (sum + (unsigned)(digits[i] - '0')) * 2 % 11;
    return CHECKS[sum];
}

static bool check_fits(const char *number)
{
    return check_character(number) == number[CITIZEN_SIZE - 1];
}

/*
 * Scientific notation, or a whole number with ".0". Where letters may stand in a number, "1E5" is
 * believed and only a sign or a point gives the spreadsheet away.
 */
static bool is_spreadsheet_number(const char *text, bool letters)
{
    size_t at = strspn(text, DIGITS);
    bool told = !letters;

    if (at == 0)
        return false;
    if (text[at] == '.') {
        size_t places = strspn(text + at + 1, DIGITS);

        told = true;
        if (text[at + 1 + places] == '\0')
            return strspn(text + at + 1, "0") == places;
        at += 1 + places;
    }
    if (text[at] != 'E')
        return false;
    at++;
    if (text[at] == '+') {
        told = true;
        at++;
    }
    return told && text[at] != '\0' && text[at + strspn(text + at, DIGITS)] == '\0';
}

static cbank_status refuse_character(const char *type, size_t position, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_BAD_CHARACTERS, position, type, NULL);
}

static cbank_status refuse_length(const char *type, size_t length, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_BAD_NUMBER_LENGTH, 0, type, "%zu", length);
}

/* Which of the documents that share the 18-character form a number with a good check is of. */
static cbi_document_kind document_of_number(const char *number)
{
    if (number[0] == '9')
        return CBI_DOCUMENT_PERMANENT;
    if (number[0] == '8' && number[1] >= '1' && number[1] <= '3' &&
        memcmp(number + 2, "0000", 4) == 0)
        return CBI_DOCUMENT_RESIDENCE;
    return CBI_DOCUMENT_CITIZEN;
}

/* Digits, and perhaps a final X. */
static cbank_status check_digits(const cbi_identity *identity, cbank_error *err)
{
    const char *number = identity->number;
    size_t digits = strspn(number, DIGITS);

    if (number[digits] != '\0' && strcmp(number + digits, "X") != 0)
        return refuse_character(identity->type, digits + 1, err);
    return CBANK_OK;
}

/* Eighteen characters, of which the last is a check character. */
static cbank_status check_eighteen(const cbi_identity *identity, cbank_error *err)
{
    static const char *const TYPES[] = {
        [CBI_DOCUMENT_CITIZEN] = "cn-id",
        [CBI_DOCUMENT_RESIDENCE] = "cn-residence",
        [CBI_DOCUMENT_PERMANENT] = "cn-permanent",
    };
    const char *number = identity->number;
    cbi_document_kind document = document_of_number(number);

    if (check_fits(number) && document != identity->document)
        return cbi_fail(err, CBI_REASON_OTHER_DOCUMENT_TYPE, 0, identity->type, "%s",
                        TYPES[document]);
    /* Fifteen digits is what a spreadsheet keeps of a number. */
    if (!check_fits(number) && strcmp(number + CITIZEN_SIZE - 3, "000") == 0)
        return cbi_fail(err, CBI_REASON_SPREADSHEET_RUINED, 0, identity->type, NULL);
    if (identity->document == CBI_DOCUMENT_PERMANENT && document != identity->document)
        return refuse_character(identity->type, 1, err);
    if (document != identity->document ||
        (document == CBI_DOCUMENT_CITIZEN && !cbi_area_is_plausible(number)))
        return cbi_fail(err, CBI_REASON_UNKNOWN_AREA, 0, identity->type, NULL);
    return CBANK_OK;
}

/* cn-id and cn-residence: area 6, born 8, sequence 3 (odd for male), check character. */
static cbank_status read_born(cbi_identity *identity, cbank_error *err)
{
    const char *number = identity->number;
    uint32_t born_on = 0;

    for (size_t i = 6; i < 14; i++)
        born_on = born_on * 10 + (uint32_t)(number[i] - '0');
    if (born_on % 100 == 0 || born_on / 100 % 100 == 0 || !cbi_date_is_valid(born_on))
        return cbi_fail(err, CBI_REASON_IMPOSSIBLE_DATE, 0, identity->type, NULL);
    identity->born_on = born_on;
    identity->sex = (number[16] - '0') % 2 == 1 ? CBI_SEX_MALE : CBI_SEX_FEMALE;
    return CBANK_OK;
}

static cbank_status require_check(const cbi_identity *identity, cbank_error *err)
{
    if (!check_fits(identity->number))
        return cbi_fail(err, CBI_REASON_BAD_CHECK_DIGIT, 0, identity->type, NULL);
    return CBANK_OK;
}

bool cbi_identity_widen(const char *old, unsigned century, char out[19])
{
    if (strspn(old, DIGITS) != CITIZEN_OLD_SIZE || old[CITIZEN_OLD_SIZE] != '\0')
        return false;
    memcpy(out, old, 6);
    memcpy(out + 6, century == 18 ? "18" : "19", 2);
    memcpy(out + 8, old + 6, CITIZEN_OLD_SIZE - 6);
    out[CITIZEN_SIZE - 1] = check_character(out);
    out[CITIZEN_SIZE] = '\0';
    return true;
}

/* Who was born in 18xx has to be told from elsewhere; few of them ever had such a number. */
static cbank_status widen_old_citizen(cbi_identity *identity, cbank_error *err)
{
    char wide[CITIZEN_SIZE + 1];

    if (!cbi_identity_widen(identity->number, 19, wide))
        return refuse_character(identity->type, CITIZEN_OLD_SIZE, err);
    memcpy(identity->number, wide, sizeof(wide));
    return CBANK_OK;
}

static cbank_status normalise_citizen(cbi_identity *identity, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t size = strlen(identity->number);

    CBI_TRY(check_digits(identity, err));
    if (identity->document == CBI_DOCUMENT_CITIZEN && size == CITIZEN_OLD_SIZE)
        CBI_TRY(widen_old_citizen(identity, err));
    else if (size != CITIZEN_SIZE)
        return refuse_length(identity->type, size, err);
    CBI_TRY(check_eighteen(identity, err));
    CBI_TRY(read_born(identity, err));
    CBI_TRY(require_check(identity, err));
done:
    return status;
}

/* Of 2023: 18 characters beginning with 9. Of 2017: three letters and twelve digits. */
static cbank_status normalise_permanent(cbi_identity *identity, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const char *number = identity->number;
    size_t size = strlen(number);
    size_t letters = strspn(number, LETTERS);
    size_t digits;

    if (size == CITIZEN_SIZE) {
        CBI_TRY(check_digits(identity, err));
        CBI_TRY(check_eighteen(identity, err));
        return require_check(identity, err);
    }
    if (size != PERMANENT_OLD_SIZE)
        return refuse_length(identity->type, size, err);
    if (letters != 3)
        return refuse_character(identity->type, letters < 3 ? letters + 1 : 4, err);
    digits = strspn(number + 3, DIGITS);
    if (digits != PERMANENT_OLD_SIZE - 3)
        return refuse_character(identity->type, 3 + digits + 1, err);
done:
    return status;
}

static cbank_status normalise_passport(cbi_identity *identity, cbank_error *err)
{
    size_t size = strlen(identity->number);
    size_t known = strspn(identity->number, DIGITS LETTERS);

    if (known != size)
        return refuse_character(identity->type, known + 1, err);
    if (size < PASSPORT_MIN || size > PASSPORT_MAX)
        return refuse_length(identity->type, size, err);
    return CBANK_OK;
}

/* A student number is the institution's own text: only its width and outer blanks are ours. */
static cbank_status read_student(cbi_bytes typed, cbi_identity *identity, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer folded = {0};

    CBI_TRY(cbi_text_fold_width(typed, &folded, err));
    if (folded.size == 0 || folded.size > CBI_NUMBER_MAX) {
        status = refuse_length(identity->type, folded.size, err);
        goto done;
    }
    if (!cbi_text_is_clean(cbi_bytes_of_buffer(&folded))) {
        status = cbi_fail(err, CBI_REASON_BAD_UTF8, 0, identity->type, NULL);
        goto done;
    }
    memcpy(identity->number, folded.data, folded.size);
done:
    cbank_buffer_clear(&folded);
    return status;
}

static cbank_status normalise(cbi_bytes typed, cbi_identity *identity, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool letters = identity->document == CBI_DOCUMENT_PASSPORT ||
                   identity->document == CBI_DOCUMENT_STUDENT;

    if (identity->document == CBI_DOCUMENT_STUDENT)
        CBI_TRY(read_student(typed, identity, err));
    else
        CBI_TRY(cbi_typed_squeeze(typed, identity->type, identity->number,
                                  sizeof(identity->number), err));
    if (is_spreadsheet_number(identity->number, letters))
        return cbi_fail(err, CBI_REASON_SPREADSHEET_RUINED, 0, identity->type, NULL);
    switch (identity->document) {
    case CBI_DOCUMENT_CITIZEN:
    case CBI_DOCUMENT_RESIDENCE:
        return normalise_citizen(identity, err);
    case CBI_DOCUMENT_PERMANENT:
        return normalise_permanent(identity, err);
    case CBI_DOCUMENT_PASSPORT:
        return normalise_passport(identity, err);
    case CBI_DOCUMENT_STUDENT:
        break;
    }
done:
    return status;
}

cbank_status cbi_identity_normalise(cbi_bytes type, cbi_bytes number, cbi_identity *out,
                                    cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_identity identity = {0};

    CBI_TRY(cbi_document_of(type, &identity.document, err));
    memcpy(identity.type, type.data, type.size);
    CBI_TRY(normalise(number, &identity, err));
    *out = identity;
done:
    cbi_identity_clear(&identity);
    cbi_error_name(status == CBANK_OK ? NULL : err, "number");
    return status;
}

void cbi_identity_clear(cbi_identity *identity)
{
    cbi_wipe(identity, sizeof(*identity));
}

void cbi_identity_mask(const char *number, char *out)
{
    size_t characters = cbi_text_characters(cbi_bytes_of_text(number));
    size_t shown = characters >= 12 ? 4 : characters >= 6 ? 2 : 0;
    const char *tail = number + strlen(number);

    for (size_t i = 0; i < shown; i++) {
        do {
            tail--;
        } while (((unsigned char)*tail & 0xc0) == 0x80);
    }
    memset(out, '*', characters - shown);
    memcpy(out + characters - shown, tail, strlen(tail) + 1);
}

cbank_status cbi_holder_commit(cbi_hasher *hasher, const cbi_hash *random, cbi_bytes type,
                               cbi_bytes number, cbi_hash *out, cbank_error *err)
{
    static const char LABEL[] = "cbank/v1/holder"; /* its final zero is part of it */
    uint8_t type_size[4];
    uint8_t number_size[4];
    const cbi_bytes parts[] = {
        cbi_bytes_of(LABEL, sizeof(LABEL)),
        cbi_bytes_of_hash(random),
        cbi_bytes_of(type_size, sizeof(type_size)),
        type,
        cbi_bytes_of(number_size, sizeof(number_size)),
        number,
    };

    cbi_put_u32(type_size, (uint32_t)type.size);
    cbi_put_u32(number_size, (uint32_t)number.size);
    return cbi_digest_parts(hasher, parts, sizeof(parts) / sizeof(parts[0]), out, err);
}
