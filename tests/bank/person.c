/* A person as somebody states it, made canonical. */
#include <criterion/criterion.h>

#include <string.h>

#include "bank/person.h"

#define NUMBER "36030218900101001X"

/* A statement of one document and one name, to be changed. */
typedef struct stated {
    Cbank__Api__V1__Person person;
    Cbank__Api__V1__PersonDocument document, *documents[20];
    Cbank__Api__V1__PersonName name, *names[20];
    Cbank__Api__V1__StudentNumber student, *students[1];
} stated;

static void state(stated *out)
{
    cbank__api__v1__person__init(&out->person);
    cbank__api__v1__person_document__init(&out->document);
    cbank__api__v1__person_name__init(&out->name);
    cbank__api__v1__student_number__init(&out->student);
    out->document.type = cbi_message_string("cn-id");
    out->document.number = cbi_message_string(NUMBER);
    out->name.value = cbi_message_string("学生甲");
    out->student.institution = cbi_message_string("PXU");
    out->student.number = cbi_message_string("20240001");
    for (size_t i = 0; i < 20; i++) {
        out->documents[i] = &out->document;
        out->names[i] = &out->name;
    }
    out->students[0] = &out->student;
    out->person.documents = out->documents;
    out->person.n_documents = 1;
    out->person.names = out->names;
    out->person.n_names = 1;
    out->person.student_numbers = out->students;
}

static cbi_person take(stated *of)
{
    cbi_person person = {0};

    cr_assert_eq(cbi_person_take(&of->person, &person, NULL), CBANK_OK);
    return person;
}

static cbank_status refuse(stated *of)
{
    cbi_person person = {0};
    cbank_error err;
    cbank_status status = cbi_person_take(&of->person, &person, &err);

    cr_expect_null(strstr(err.object, "3603"), "a number is never in an error");
    cr_expect_null(strstr(err.detail, "3603"));
    cr_expect_null(person.bytes.data, "nothing is left of it");
    return status;
}

static Cbank__Api__V1__Person *unpack(const cbi_person *person)
{
    Cbank__Api__V1__Person *message = NULL;

    cr_assert_eq(cbi_message_parse(&cbank__api__v1__person__descriptor,
                                   cbi_bytes_of_buffer(&person->bytes), &message, NULL),
                 CBANK_OK);
    return message;
}

Test(person, is_kept_with_canonical_numbers_and_composed_names)
{
    Cbank__Api__V1__Person *message;
    cbi_person person;
    stated it;

    state(&it);
    it.document.number = cbi_message_string(" 360302 1890-0101-001x");
    it.name.value = cbi_message_string("Ame\xcc\x81lie "); /* e and an accent, a blank behind */
    person = take(&it);
    cr_expect_str_eq(person.documents[0].number, NUMBER);
    cr_expect_str_eq(person.name, "Am\xc3\xa9lie");
    message = unpack(&person);
    cr_expect_str_eq(message->documents[0]->number, NUMBER);
    cr_expect_str_eq(message->names[0]->value, "Am\xc3\xa9lie");
    cr_expect_eq(message->names[0]->kind, CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT);
    cbi_message_free(message);
    cbi_person_clear(&person);
}

Test(person, stated_in_two_ways_is_kept_in_one)
{
    cbi_person plain, typed;
    stated it;

    state(&it);
    plain = take(&it);
    it.document.number = cbi_message_string("３６０３０２１８９００１０１００１ｘ");
    it.name.value = cbi_message_string("学生甲 ");
    typed = take(&it);
    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&plain.bytes),
                              cbi_bytes_of_buffer(&typed.bytes)));
    cbi_person_clear(&plain);
    cbi_person_clear(&typed);
}

Test(person, has_the_birth_date_of_its_number)
{
    Cbank__Api__V1__Person *message;
    cbi_person person;
    stated it;

    state(&it);
    person = take(&it);
    message = unpack(&person);
    cr_expect_eq(message->born_on, 18900101);
    cbi_message_free(message);
    cbi_person_clear(&person);
    it.person.born_on = 18900102;
    cr_expect_eq(refuse(&it), CBANK_E_INVALID);
    it.person.born_on = 18901301;
    cr_expect_eq(refuse(&it), CBANK_E_INVALID);
}

Test(person, has_student_numbers_among_its_documents)
{
    Cbank__Api__V1__Person *message;
    cbi_person person;
    stated it;

    state(&it);
    it.person.n_student_numbers = 1;
    person = take(&it);
    cr_assert_eq(person.document_count, 2);
    cr_expect_str_eq(person.documents[1].type, "student/PXU");
    message = unpack(&person);
    cr_expect_eq(message->n_student_numbers, 0);
    cr_expect_eq(message->n_documents, 2);
    cbi_message_free(message);
    cbi_person_clear(&person);
}

Test(person, has_at_least_one_document_and_not_too_many)
{
    stated it;

    state(&it);
    it.person.n_documents = 0;
    cr_expect_eq(refuse(&it), CBANK_E_INVALID);
    it.person.n_documents = CBI_PERSON_DOCUMENTS_MAX + 1;
    cr_expect_eq(refuse(&it), CBANK_E_TOO_LARGE);
    it.person.n_documents = 1;
    it.person.n_names = CBI_PERSON_NAMES_MAX + 1;
    cr_expect_eq(refuse(&it), CBANK_E_TOO_LARGE);
}

Test(person, with_a_number_or_name_that_cannot_be_is_refused)
{
    static const char *const numbers[] = {"360302189001010011", "36030218900101001", "", "abc"};
    static const char *const names[] = {"", " ", " 甲", "甲\n乙", "甲\xe2\x80\xae乙",
                                        "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七"};
    stated it;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        state(&it);
        it.document.number = cbi_message_string(numbers[i]);
        cr_expect_eq(refuse(&it), CBANK_E_INVALID, "number %zu", i);
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        state(&it);
        it.name.value = cbi_message_string(names[i]);
        cr_expect_eq(refuse(&it), CBANK_E_INVALID, "name %zu", i);
    }
}

Test(person, need_not_have_a_name)
{
    cbi_person person = {0};

    cr_assert_eq(cbi_person_from_opening("cn-id", NUMBER, "", &person, NULL), CBANK_OK);
    cr_expect_str_eq(person.name, "");
    cbi_person_clear(&person);
}

Test(person, of_a_name_that_is_not_stated_is_contradicted_by_nobody)
{
    cr_expect(cbi_person_names_agree("甲", "甲"));
    cr_expect(cbi_person_names_agree("", "甲"));
    cr_expect(cbi_person_names_agree("甲", ""));
    cr_expect(!cbi_person_names_agree("甲", "乙"));
}

Test(person, has_the_current_one_of_its_names)
{
    Cbank__Api__V1__PersonName former = CBANK__API__V1__PERSON_NAME__INIT;
    cbi_person person;
    stated it;

    state(&it);
    former.value = cbi_message_string("旧名");
    former.kind = CBANK__API__V1__NAME_KIND__NAME_KIND_FORMER;
    it.names[0] = &former;
    it.names[1] = &it.name;
    it.person.n_names = 2;
    person = take(&it);
    cr_expect_str_eq(person.name, "学生甲");
    cbi_person_clear(&person);
}
