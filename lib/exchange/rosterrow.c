#include "exchange/roster_part.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "exchange/cell.h"
#include "record/typed.h"
#include "wire/message.h"

/* The fields that a roster has, and which of `values` is theirs. */
static const cbi_sheet_id fields[CBI_ROSTER_FIELDS] = {
    CBI_SHEET_NAME, CBI_SHEET_ID_TYPE, CBI_SHEET_ID_NUMBER, CBI_SHEET_STUDENT_NUMBER,
    CBI_SHEET_SEX,  CBI_SHEET_BORN,    CBI_SHEET_PHONE,     CBI_SHEET_FAMILY_PHONE,
    CBI_SHEET_FROM, CBI_SHEET_UNTIL,
};

/* ---- values ------------------------------------------------------------------------------ */

static char *value_of(cbi_roster *roster, cbi_sheet_id id)
{
    size_t at = 0;

    while (fields[at] != id)
        at++;
    return roster->values[at];
}

static cbank_status take_values(cbi_roster *roster, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t size;

    for (size_t i = 0; i < CBI_ROSTER_FIELDS; i++) {
        const cbi_assignment *source = cbi_mapping_find(roster->mapping, fields[i]);

        roster->values[i][0] = '\0';
        if (source != NULL)
            CBI_TRY(
                cbi_assignment_take(source, &roster->row.row, true, roster->values[i], &size, err));
    }
done:
    return status;
}

static cbank_status refuse(const cbi_roster *roster, cbi_sheet_id id, cbi_reason reason,
                           const char *detail, cbank_error *err)
{
    return cbi_fail(err, reason, 0, cbi_roster_source(roster, id), "%s", detail);
}

/* Shows as much of the value as it may. */
static cbank_status refuse_value(cbi_roster *roster, cbi_sheet_id id, cbi_reason reason,
                                 cbank_error *err)
{
    size_t count;
    char shown[CBI_MASK_SIZE];

    cbi_mask_cell(&cbi_sheet_fields(&count)[id], cbi_bytes_of_text(value_of(roster, id)), shown);
    return refuse(roster, id, reason, shown, err);
}

/* A date that may be left out. */
static cbank_status take_date(cbi_roster *roster, cbi_sheet_id id, uint32_t *out, cbank_error *err)
{
    const char *value = value_of(roster, id);

    *out = 0;
    if (*value == '\0' || cbi_cell_date(cbi_bytes_of_text(value), out))
        return CBANK_OK;
    return refuse_value(roster, id, CBI_REASON_BAD_DATE, err);
}

static cbank_status take_name(cbi_roster *roster, cbank_error *err)
{
    cbi_bytes name = cbi_bytes_of_text(value_of(roster, CBI_SHEET_NAME));
    cbank_status status = CBANK_OK;
    size_t characters;

    if (name.size == 0 && roster->options.use == CBI_SHEET_FOR_ENROLMENTS)
        return CBANK_OK;
    if (name.size == 0)
        return refuse(roster, CBI_SHEET_NAME, CBI_REASON_MISSING_CELL, "", err);
    CBI_TRY(cbi_text_compose(name, &roster->composed, err));
    characters = cbi_text_characters(cbi_bytes_of_buffer(&roster->composed));
    if (characters > CBI_NAME_CHARACTERS_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_SIZE, CBI_NAME_CHARACTERS_MAX,
                        cbi_roster_source(roster, CBI_SHEET_NAME), "%zu", characters);
    CBI_TRY(cbi_buffer_append(&roster->composed, cbi_bytes_of("", 1), err));
    cbank__api__v1__person_name__init(&roster->name);
    roster->name.value = (char *)roster->composed.data;
    roster->name.kind = CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT;
    roster->names[0] = &roster->name;
    roster->person.names = roster->names;
    roster->person.n_names = 1;
done:
    return status;
}

/* ---- the number -------------------------------------------------------------------------- */

static const struct {
    const char *word;
    const char *type;
} id_types[] = {
    {"", "cn-id"},
    {"居民身份证", "cn-id"},
    {"身份证", "cn-id"},
    {"公民身份号码", "cn-id"},
    {"港澳台居民居住证", "cn-residence"},
    {"港澳居民居住证", "cn-residence"},
    {"台湾居民居住证", "cn-residence"},
    {"外国人永久居留身份证", "cn-permanent"},
    {"外国人永久居留证", "cn-permanent"},
};

/* Words of offices, or a type as it is. */
static const char *type_of(const char *word)
{
    for (size_t i = 0; i < sizeof(id_types) / sizeof(id_types[0]); i++) {
        if (strcmp(id_types[i].word, word) == 0)
            return id_types[i].type;
    }
    return word;
}

/* The century of a number of fifteen digits: by the date of birth, or else by itself, where it is
 * none of those (996 to 999) that were kept for the oldest. */
static cbank_status widen(cbi_roster *roster, uint32_t born_on, char *number, cbank_error *err)
{
    unsigned century = born_on / 1000000;
    char wide[19];

    if (!cbi_identity_widen(number, century, wide))
        return CBANK_OK;
    if (born_on == 0 && strncmp(number + 12, "996", 3) >= 0)
        return refuse(roster, CBI_SHEET_ID_NUMBER, CBI_REASON_OLD_NUMBER_CENTURY, "", err);
    memcpy(number, wide, sizeof(wide));
    roster->row.converted = true;
    return CBANK_OK;
}

/* Where no type is stated, a number with a good check digit says itself of which document it is. */
static cbank_status normalise(cbi_roster *roster, const char *number, cbank_error *err)
{
    const char *word = value_of(roster, CBI_SHEET_ID_TYPE);
    cbi_bytes type = cbi_bytes_of_text(type_of(word));
    cbank_error why = {0};
    cbank_status status =
        cbi_identity_normalise(type, cbi_bytes_of_text(number), &roster->document, &why);

    if (status != CBANK_OK && *word == '\0' &&
        why.reason == (int32_t)CBI_REASON_OTHER_DOCUMENT_TYPE)
        status = cbi_identity_normalise(cbi_bytes_of_text(why.detail), cbi_bytes_of_text(number),
                                        &roster->document, &why);
    if (status != CBANK_OK && err != NULL) {
        bool bad_type = why.reason == (int32_t)CBI_REASON_DOCUMENT_TYPE;

        *err = why;
        err->object[0] = '\0';
        cbi_error_name(
            err, cbi_roster_source(roster, bad_type ? CBI_SHEET_ID_TYPE : CBI_SHEET_ID_NUMBER));
    }
    return status;
}

/* Is it a number that a spreadsheet could have ruined, and how does it fare otherwise? */
static cbank_status note_damage(cbi_roster *roster, const char *number, cbank_status good,
                                cbank_error *err)
{
    cbi_bytes text = cbi_bytes_of_text(number);

    roster->row.doubtful = cbi_damage_look(text) == CBI_DAMAGE_POSSIBLE;
    if (!cbi_damage_add(&roster->damage, text, good == CBANK_OK, roster->row.row.number))
        return good;
    return refuse(roster, CBI_SHEET_ID_NUMBER, CBI_REASON_SPREADSHEET_RUINED, "", err);
}

static cbank_status take_document(cbi_roster *roster, uint32_t born_on, cbank_error *err)
{
    char *number = value_of(roster, CBI_SHEET_ID_NUMBER);
    char plain[CBI_NUMBER_MAX + 1];
    cbank_status status = CBANK_OK;

    if (*number == '\0')
        return CBANK_OK;
    CBI_TRY(cbi_typed_squeeze(cbi_bytes_of_text(number),
                              cbi_roster_source(roster, CBI_SHEET_ID_NUMBER), plain, sizeof(plain),
                              err));
    memcpy(number, plain, sizeof(plain));
    CBI_TRY(widen(roster, born_on, number, err));
    status = normalise(roster, number, err);
    if (status == CBANK_OK || status == CBANK_E_INVALID)
        status = note_damage(roster, number, status, err);
done:
    return status;
}

static cbank_status take_student(cbi_roster *roster, cbank_error *err)
{
    const char *number = value_of(roster, CBI_SHEET_STUDENT_NUMBER);
    char type[CBI_DOCUMENT_TYPE_MAX + 1];
    cbank_status status;

    if (*number == '\0')
        return CBANK_OK;
    if (roster->options.institution[0] == '\0')
        return refuse(roster, CBI_SHEET_STUDENT_NUMBER, CBI_REASON_ROSTER_INSTITUTION, "", err);
    snprintf(type, sizeof(type), "student/%s", roster->options.institution);
    status = cbi_identity_normalise(cbi_bytes_of_text(type), cbi_bytes_of_text(number),
                                    &roster->student, err);
    if (status != CBANK_OK && err != NULL) {
        err->object[0] = '\0';
        cbi_error_name(err, cbi_roster_source(roster, CBI_SHEET_STUDENT_NUMBER));
    }
    return status;
}

/* ---- what is held against the number ----------------------------------------------------- */

static const struct {
    const char *word;
    const char *code; /* GB/T 2261.1 */
    cbi_sex sex;
} sexes[] = {
    {"男", "1", CBI_SEX_MALE},         {"男性", "1", CBI_SEX_MALE},
    {"1", "1", CBI_SEX_MALE},          {"M", "1", CBI_SEX_MALE},
    {"male", "1", CBI_SEX_MALE},       {"女", "2", CBI_SEX_FEMALE},
    {"女性", "2", CBI_SEX_FEMALE},     {"2", "2", CBI_SEX_FEMALE},
    {"F", "2", CBI_SEX_FEMALE},        {"female", "2", CBI_SEX_FEMALE},
    {"未知", "0", CBI_SEX_UNSTATED},   {"0", "0", CBI_SEX_UNSTATED},
    {"未说明", "9", CBI_SEX_UNSTATED}, {"9", "9", CBI_SEX_UNSTATED},
};

/* "男, 360302**********12": what was stated, and the number it was held against. */
static cbank_status contradict(cbi_roster *roster, cbi_sheet_id id, cbi_reason reason,
                               cbank_error *err)
{
    char stated[CBI_MASK_SIZE];
    char number[CBI_MASK_SIZE];
    size_t count;
    const cbi_sheet_field *list = cbi_sheet_fields(&count);

    cbi_mask_cell(&list[id], cbi_bytes_of_text(value_of(roster, id)), stated);
    cbi_mask_cell(&list[CBI_SHEET_ID_NUMBER], cbi_bytes_of_text(roster->document.number), number);
    return cbi_fail(err, reason, 0, cbi_roster_source(roster, id), "%s, %s", stated, number);
}

static cbank_status take_sex(cbi_roster *roster, cbank_error *err)
{
    const char *word = value_of(roster, CBI_SHEET_SEX);
    size_t at = 0;

    if (*word == '\0')
        return CBANK_OK;
    while (at < sizeof(sexes) / sizeof(sexes[0]) && strcmp(sexes[at].word, word) != 0)
        at++;
    if (at == sizeof(sexes) / sizeof(sexes[0]))
        return refuse_value(roster, CBI_SHEET_SEX, CBI_REASON_UNKNOWN_SEX, err);
    if (sexes[at].sex != CBI_SEX_UNSTATED && roster->document.sex != CBI_SEX_UNSTATED &&
        sexes[at].sex != roster->document.sex)
        return contradict(roster, CBI_SHEET_SEX, CBI_REASON_ROSTER_SEX, err);
    cbank__v1__code__init(&roster->sex);
    roster->sex.scheme = cbi_message_string("GB/T 2261.1");
    roster->sex.value = cbi_message_string(sexes[at].code);
    roster->person.sex = &roster->sex;
    return CBANK_OK;
}

/* A date to the year or month agrees with every day of it. */
static bool dates_agree(uint32_t stated, uint32_t in_number)
{
    if (stated % 10000 == 0)
        return stated / 10000 == in_number / 10000;
    return stated % 100 == 0 ? stated / 100 == in_number / 100 : stated == in_number;
}

static cbank_status check_birth(cbi_roster *roster, uint32_t born_on, cbank_error *err)
{
    uint32_t in_number = roster->document.born_on;

    if (born_on != 0 && in_number != 0 && !dates_agree(born_on, in_number))
        return contradict(roster, CBI_SHEET_BORN, CBI_REASON_ROSTER_BIRTH, err);
    roster->person.born_on = in_number != 0 ? in_number : born_on;
    return CBANK_OK;
}

/* ---- the person -------------------------------------------------------------------------- */

static void add_document(cbi_roster *roster, cbi_identity *identity, uint32_t from, uint32_t until)
{
    size_t at = roster->person.n_documents++;

    cbank__api__v1__person_document__init(&roster->documents[at]);
    roster->documents[at].type = identity->type;
    roster->documents[at].number = identity->number;
    roster->documents[at].from = from;
    roster->documents[at].until = until;
    roster->document_list[at] = &roster->documents[at];
    roster->person.documents = roster->document_list;
}

static cbank_status add_documents(cbi_roster *roster, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t from, until;

    CBI_TRY(take_date(roster, CBI_SHEET_FROM, &from, err));
    CBI_TRY(take_date(roster, CBI_SHEET_UNTIL, &until, err));
    if (until != 0 && from > until)
        return refuse_value(roster, CBI_SHEET_UNTIL, CBI_REASON_STUDENT_SPAN, err);
    if (roster->document.type[0] != '\0')
        add_document(roster, &roster->document, 0, 0);
    if (roster->student.type[0] != '\0')
        add_document(roster, &roster->student, from, until);
    if (roster->person.n_documents == 0)
        return refuse(roster, CBI_SHEET_ID_NUMBER, CBI_REASON_MISSING_CELL, "", err);
done:
    return status;
}

static void add_contact(cbi_roster *roster, cbi_sheet_id id, const char *owner)
{
    size_t at = roster->person.n_contacts;
    char *value = value_of(roster, id);

    if (*value == '\0')
        return;
    cbank__api__v1__contact__init(&roster->contacts[at]);
    roster->contacts[at].kind = cbi_message_string("phone");
    roster->contacts[at].value = value;
    roster->contacts[at].owner = cbi_message_string(owner);
    roster->contact_list[at] = &roster->contacts[at];
    roster->person.contacts = roster->contact_list;
    roster->person.n_contacts++;
}

cbank_status cbi_roster_judge(cbi_roster *roster, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t born_on;
    size_t columns;

    cbi_grid_columns(roster->grid, &columns);
    if (roster->row.row.count != columns)
        return cbi_fail(err, CBI_REASON_ROW_CELLS, columns, NULL, "%zu", roster->row.row.count);
    cbank__api__v1__person__init(&roster->person);
    cbi_identity_clear(&roster->document);
    cbi_identity_clear(&roster->student);
    CBI_TRY(take_values(roster, err));
    CBI_TRY(take_date(roster, CBI_SHEET_BORN, &born_on, err));
    CBI_TRY(take_document(roster, born_on, err));
    CBI_TRY(take_name(roster, err));
    CBI_TRY(take_student(roster, err));
    CBI_TRY(take_sex(roster, err));
    CBI_TRY(check_birth(roster, born_on, err));
    CBI_TRY(add_documents(roster, err));
    add_contact(roster, CBI_SHEET_PHONE, "self");
    add_contact(roster, CBI_SHEET_FAMILY_PHONE, "family");
done:
    return status;
}
