#include "person.h"

#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"
#include "shape.h"
#include "values.h"

#include <stdlib.h>
#include <string.h>

#define NAME(kind) CBANK__API__V1__NAME_KIND__NAME_KIND_##kind

/* One string of the JSON file; NULL if it is none. The copies never outgrow the file. */
static char *keep(person *p, const json_t *value)
{
    const char *text = json_string_value(value);
    size_t size = json_string_length(value) + 1;
    char *copy;

    if (text == NULL || strlen(text) + 1 != size || p->text.size - p->text_used < size)
        return NULL;
    copy = (char *)p->text.data + p->text_used;
    memcpy(copy, text, size);
    p->text_used += size;
    return copy;
}

static bool add_name(person *p, const json_t *value, Cbank__Api__V1__NameKind kind)
{
    size_t at = p->message.n_names;

    if (at == PERSON_LIST_MAX)
        return false;
    p->names[at] = (Cbank__Api__V1__PersonName)CBANK__API__V1__PERSON_NAME__INIT;
    p->names[at].kind = kind;
    p->names[at].value = keep(p, value);
    p->name_list[at] = &p->names[at];
    p->message.names = p->name_list;
    p->message.n_names++;
    return p->names[at].value != NULL;
}

static bool add_document(person *p, const json_t *type, const json_t *number)
{
    size_t at = p->message.n_documents;

    if (at == PERSON_LIST_MAX)
        return false;
    p->documents[at] = (Cbank__Api__V1__PersonDocument)CBANK__API__V1__PERSON_DOCUMENT__INIT;
    p->documents[at].type = keep(p, type);
    p->documents[at].number = keep(p, number);
    p->document_list[at] = &p->documents[at];
    p->message.documents = p->document_list;
    p->message.n_documents++;
    return p->documents[at].type != NULL && p->documents[at].number != NULL;
}

static bool add_student(person *p, const json_t *item)
{
    size_t at = p->message.n_student_numbers;

    if (at == PERSON_LIST_MAX)
        return false;
    p->students[at] = (Cbank__Api__V1__StudentNumber)CBANK__API__V1__STUDENT_NUMBER__INIT;
    p->students[at].institution = keep(p, json_object_get(item, "institution"));
    p->students[at].number = keep(p, json_object_get(item, "number"));
    p->student_list[at] = &p->students[at];
    p->message.student_numbers = p->student_list;
    p->message.n_student_numbers++;
    return p->students[at].institution != NULL && p->students[at].number != NULL;
}

static bool add_contact(person *p, const json_t *item)
{
    size_t at = p->message.n_contacts;
    const json_t *owner = json_object_get(item, "owner");

    if (at == PERSON_LIST_MAX)
        return false;
    p->contacts[at] = (Cbank__Api__V1__Contact)CBANK__API__V1__CONTACT__INIT;
    p->contacts[at].kind = keep(p, json_object_get(item, "kind"));
    p->contacts[at].value = keep(p, json_object_get(item, "value"));
    if (owner != NULL)
        p->contacts[at].owner = keep(p, owner);
    p->contact_list[at] = &p->contacts[at];
    p->message.contacts = p->contact_list;
    p->message.n_contacts++;
    return p->contacts[at].kind != NULL && p->contacts[at].value != NULL &&
           p->contacts[at].owner != NULL;
}

static bool take_former(person *p, const json_t *item)
{
    return add_name(p, item, NAME(FORMER));
}

static bool take_document(person *p, const json_t *item)
{
    return add_document(p, json_object_get(item, "type"), json_object_get(item, "number"));
}

static bool take_each(person *p, const json_t *list, bool (*take)(person *, const json_t *))
{
    size_t i;
    const json_t *item;

    if (!json_is_array(list))
        return false;
    json_array_foreach(list, i, item) {
        if (!take(p, item))
            return false;
    }
    return true;
}

static bool take_code(person *p, size_t at, const json_t *value, char *scheme,
                      Cbank__V1__Code **out)
{
    p->codes[at] = (Cbank__V1__Code)CBANK__V1__CODE__INIT;
    p->codes[at].scheme = scheme;
    p->codes[at].value = keep(p, value);
    *out = &p->codes[at];
    return p->codes[at].value != NULL;
}

static bool take_birth(person *p, const json_t *value)
{
    const char *text = json_string_value(value);

    return text != NULL && value_date(text, &p->message.born_on);
}

static bool take_key(person *p, const char *key, const json_t *value)
{
    static char SEX[] = "GB/T 2261.1";
    static char STATE[] = "GB/T 2659";
    static char AREA[] = "GB/T 2260";

    if (strcmp(key, "name") == 0)
        return add_name(p, value, NAME(CURRENT));
    if (strcmp(key, "name_pinyin") == 0)
        return add_name(p, value, NAME(PINYIN));
    if (strcmp(key, "name_english") == 0)
        return add_name(p, value, NAME(ENGLISH));
    if (strcmp(key, "former_names") == 0)
        return take_each(p, value, take_former);
    if (strcmp(key, "documents") == 0)
        return take_each(p, value, take_document);
    if (strcmp(key, "student_numbers") == 0)
        return take_each(p, value, add_student);
    if (strcmp(key, "contacts") == 0)
        return take_each(p, value, add_contact);
    if (strcmp(key, "born") == 0)
        return take_birth(p, value);
    if (strcmp(key, "sex") == 0)
        return take_code(p, 0, value, SEX, &p->message.sex);
    if (strcmp(key, "nationality") == 0)
        return take_code(p, 1, value, STATE, &p->message.nationality);
    if (strcmp(key, "residence") == 0)
        return take_code(p, 2, value, AREA, &p->message.residence);
    return strcmp(key, "id_type") == 0 || strcmp(key, "id_number") == 0;
}

/* The document that the account is opened for comes first; NULL if all is well, else the key. */
static const char *take_all(person *p, json_t *root)
{
    const json_t *type = json_object_get(root, "id_type");
    const json_t *number = json_object_get(root, "id_number");
    const char *key;
    json_t *value;

    if ((type != NULL || number != NULL) && !add_document(p, type, number))
        return type == NULL ? "id_type" : "id_number";
    json_object_foreach(root, key, value) {
        if (!take_key(p, key, value))
            return key;
    }
    return NULL;
}

bool person_read(cli *c, const char *path, person *out)
{
    json_error_t fault;
    json_t *root;
    bytes file;
    const char *wrong = NULL;

    *out = (person){.message = CBANK__API__V1__PERSON__INIT};
    if (!file_read(c, path, &file))
        return false;
    root = json_loadb((const char *)file.data, file.size, JSON_REJECT_DUPLICATES, &fault);
    if (!json_is_object(root)) {
        wrong = root == NULL ? fault.text : path;
    } else {
        out->text = (bytes){memory_new(file.size, 1), file.size};
        wrong = take_all(out, root);
    }
    if (wrong != NULL) {
        fail_own(c, FAIL_BAD_PERSON, wrong);
        person_clear(out);
    }
    json_decref(root);
    memory_free(&file);
    return wrong == NULL;
}

void person_take(const cli *c, person *out)
{
    *out = (person){.message = CBANK__API__V1__PERSON__INIT};
    out->names[0] = (Cbank__Api__V1__PersonName)CBANK__API__V1__PERSON_NAME__INIT;
    out->names[0].value = options_text(c, "name");
    out->names[0].kind = NAME(CURRENT);
    out->name_list[0] = &out->names[0];
    out->message.names = out->name_list;
    out->message.n_names = 1;
    out->documents[0] = (Cbank__Api__V1__PersonDocument)CBANK__API__V1__PERSON_DOCUMENT__INIT;
    out->documents[0].type = options_text(c, "id-type");
    out->documents[0].number = options_text(c, "id-number");
    out->document_list[0] = &out->documents[0];
    out->message.documents = out->document_list;
    out->message.n_documents = 1;
}

bool person_choose(cli *c, person *out)
{
    bool by_file = options_given(c, "person");
    bool any = options_given(c, "name") || options_given(c, "id-type") ||
               options_given(c, "id-number");
    bool all = options_given(c, "name") && options_given(c, "id-type") &&
               options_given(c, "id-number");

    if (by_file ? any : !all) {
        fail_own(c, FAIL_OPTION_CHOICE, "--person | --name --id-type --id-number");
        return false;
    }
    if (by_file)
        return person_read(c, options_text(c, "person"), out);
    person_take(c, out);
    return true;
}

void person_clear(person *data)
{
    memory_free(&data->text);
    explicit_bzero(data, sizeof(*data));
}

/* ---- for people ---- */

json_t *person_mask(json_t *number)
{
    const char *text = json_string_value(number);
    size_t size = text != NULL ? strlen(text) : 0;
    size_t head = size >= 15 ? 6 : 0;
    size_t tail = size >= 8 ? 4 : size / 4;
    json_t *masked;
    char *copy;

    if (size == 0)
        return number;
    copy = memory_new(size + 1, 1);
    for (size_t i = 0; i < size; i++)
        copy[i] = i < head || i >= size - tail ? text[i] : '*';
    masked = json_string(copy);
    free(copy);
    json_decref(number);
    return masked;
}

static json_t *describe_number(const char *number, bool masked)
{
    return masked ? person_mask(shape_text(number)) : shape_text(number);
}

static json_t *describe_names(const Cbank__Api__V1__Person *message)
{
    json_t *list = json_array();

    for (size_t i = 0; i < message->n_names; i++)
        json_array_append_new(
            list, json_pack("{s:o, s:o}", "text", shape_text(message->names[i]->value), "kind",
                            shape_word(&cbank__api__v1__name_kind__descriptor,
                                       (int)message->names[i]->kind)));
    return list;
}

static json_t *describe_documents(const Cbank__Api__V1__Person *message, bool masked)
{
    json_t *list = json_array();

    for (size_t i = 0; i < message->n_documents; i++)
        json_array_append_new(
            list, json_pack("{s:o, s:o}", "type", shape_text(message->documents[i]->type),
                            "number", describe_number(message->documents[i]->number, masked)));
    return list;
}

json_t *person_describe(const Cbank__Api__V1__Person *message, bool masked)
{
    json_t *contacts = json_array();

    for (size_t i = 0; i < message->n_contacts; i++)
        json_array_append_new(
            contacts, json_pack("{s:o, s:o, s:o}", "kind", shape_text(message->contacts[i]->kind),
                                "value", shape_text(message->contacts[i]->value), "owner",
                                shape_text(message->contacts[i]->owner)));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "names", describe_names(message),
                     "documents", describe_documents(message, masked), "born",
                     shape_date(message->born_on), "sex", shape_code(message->sex), "nationality",
                     shape_code(message->nationality), "residence",
                     shape_code(message->residence), "contacts", contacts);
}
