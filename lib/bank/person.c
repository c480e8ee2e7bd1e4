#include "bank/person.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/time.h"

static cbank_status take_document(cbi_person *out, const char *type, const char *number,
                                  cbi_period period, cbank_error *err)
{
    if (out->document_count == CBI_PERSON_DOCUMENTS_MAX)
        return cbi_fail(err, CBI_REASON_TOO_MANY, CBI_PERSON_DOCUMENTS_MAX, "documents",
                        NULL);
    if ((period.from != 0 && !cbi_date_is_valid(period.from)) ||
        (period.until != 0 && !cbi_date_is_valid(period.until)) ||
        (period.until != 0 && period.from > period.until))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "until", "%u", period.until);
    out->periods[out->document_count] = period;
    out->document_count++; /* cleared with the rest whatever comes */
    return cbi_identity_normalise(cbi_message_text(type), cbi_message_text(number),
                                  &out->documents[out->document_count - 1], err);
}

/* What only the bank says of a person. */
static cbank_status check_own(const Cbank__Api__V1__Person *stated, cbank_error *err)
{
    if (stated->n_notes > 0)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "notes", NULL);
    if (stated->n_agents > 0)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "agents", NULL);
    for (size_t i = 0; i < stated->n_documents; i++) {
        if (stated->documents[i]->ended_at != 0)
            return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, i, "ended_at", NULL);
    }
    return CBANK_OK;
}

static cbank_status take_documents(const Cbank__Api__V1__Person *stated, cbi_person *out,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;
    char type[CBI_DOCUMENT_TYPE_MAX + 1];

    for (size_t i = 0; i < stated->n_documents; i++) {
        const Cbank__Api__V1__PersonDocument *document = stated->documents[i];

        CBI_TRY(take_document(out, document->type, document->number,
                              (cbi_period){document->from, document->until}, err));
    }
    for (size_t i = 0; i < stated->n_student_numbers; i++) {
        const Cbank__Api__V1__StudentNumber *student = stated->student_numbers[i];
        int size = snprintf(type, sizeof(type), "student/%s", student->institution);

        if (size < 0 || (size_t)size >= sizeof(type))
            CBI_TRY(cbi_fail(err, CBI_REASON_PERSON_DOCUMENT, 0, "institution", NULL));
        CBI_TRY(take_document(out, type, student->number,
                              (cbi_period){student->from, student->until}, err));
    }
    if (out->document_count == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_PERSON_DOCUMENT, 0, "documents", NULL));
done:
    return status;
}

/* One of the names, composed and trimmed; counted in characters, for rare ones take four bytes. */
static cbank_status compose_name(const char *stated, cbank_buffer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes name;

    if (!cbi_text_is_clean(cbi_bytes_of_text(stated)))
        return cbi_fail(err, CBI_REASON_PERSON_NAME, 0, "name", NULL);
    CBI_TRY(cbi_text_compose(cbi_bytes_of_text(stated), out, err));
    while (out->size > 0 && out->data[out->size - 1] == ' ')
        out->size--;
    name = cbi_bytes_of_buffer(out);
    if (name.size == 0 || name.data[0] == ' ' ||
        cbi_text_characters(name) > CBI_NAME_CHARACTERS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_PERSON_NAME, 0, "name", NULL));
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of("", 1), err));
done:
    return status;
}

/* A date of birth that stands in the number may not be contradicted. */
static cbank_status settle_birth(const cbi_person *person, uint32_t *born_on, cbank_error *err)
{
    if (*born_on != 0 && !cbi_date_is_valid(*born_on))
        return cbi_fail(err, CBI_REASON_PERSON_BIRTH, 0, "born_on", NULL);
    for (size_t i = 0; i < person->document_count; i++) {
        uint32_t in_number = person->documents[i].born_on;

        if (in_number == 0)
            continue;
        if (*born_on != 0 && *born_on != in_number)
            return cbi_fail(err, CBI_REASON_PERSON_BIRTH, 0, "born_on", NULL);
        *born_on = in_number;
    }
    return CBANK_OK;
}

/* The message that the vault keeps: a copy with canonical numbers and names. */
static cbank_status pack_canonical(const Cbank__Api__V1__Person *stated, cbi_person *out,
                                   cbank_error *err)
{
    Cbank__Api__V1__Person person = *stated;
    Cbank__Api__V1__PersonName names[CBI_PERSON_NAMES_MAX], *name_list[CBI_PERSON_NAMES_MAX];
    Cbank__Api__V1__PersonDocument documents[CBI_PERSON_DOCUMENTS_MAX],
        *document_list[CBI_PERSON_DOCUMENTS_MAX];
    cbank_buffer composed[CBI_PERSON_NAMES_MAX] = {{0}};
    cbank_status status = CBANK_OK;

    if (stated->n_names > CBI_PERSON_NAMES_MAX)
        return cbi_fail(err, CBI_REASON_TOO_MANY, CBI_PERSON_NAMES_MAX, "names", NULL);
    for (size_t i = 0; i < stated->n_names; i++) {
        names[i] = *stated->names[i];
        CBI_TRY(compose_name(stated->names[i]->value, &composed[i], err));
        names[i].value = (char *)composed[i].data;
        if (names[i].kind == CBANK__API__V1__NAME_KIND__NAME_KIND_UNSPECIFIED)
            names[i].kind = CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT;
        name_list[i] = &names[i];
        if (names[i].kind == CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT && out->name[0] == '\0')
            memcpy(out->name, composed[i].data, composed[i].size);
    }
    for (size_t i = 0; i < out->document_count; i++) {
        documents[i] = (Cbank__Api__V1__PersonDocument)CBANK__API__V1__PERSON_DOCUMENT__INIT;
        if (i < stated->n_documents)
            documents[i] = *stated->documents[i];
        documents[i].type = out->documents[i].type;
        documents[i].number = out->documents[i].number;
        documents[i].from = out->periods[i].from;
        documents[i].until = out->periods[i].until;
        document_list[i] = &documents[i];
    }
    person.names = name_list;
    person.documents = document_list;
    person.n_documents = out->document_count;
    person.n_student_numbers = 0; /* they stand among the documents */
    CBI_TRY(settle_birth(out, &person.born_on, err));
    CBI_TRY(cbi_message_pack(&person, &out->bytes, err));
    if (out->bytes.size > CBI_PERSON_BYTES_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_PERSON_BYTES_MAX, "person", NULL));
done:
    for (size_t i = 0; i < CBI_PERSON_NAMES_MAX; i++)
        cbank_buffer_clear(&composed[i]);
    return status;
}

cbank_status cbi_person_take(const Cbank__Api__V1__Person *stated, cbi_person *out,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_own(stated, err));
    CBI_TRY(take_documents(stated, out, err));
    CBI_TRY(pack_canonical(stated, out, err));
done:
    if (status != CBANK_OK)
        cbi_person_clear(out);
    return status;
}

cbank_status cbi_person_take_data(const Cbank__Api__V1__Person *stated, cbi_person *out,
                                  cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_own(stated, err));
    CBI_TRY(pack_canonical(stated, out, err));
done:
    if (status != CBANK_OK)
        cbi_person_clear(out);
    return status;
}

static cbank_status take_name(cbi_person *out, const char *name, cbank_error *err)
{
    cbank_buffer composed = {0};
    cbank_status status = CBANK_OK;

    if (name[0] == '\0')
        return CBANK_OK;
    CBI_TRY(compose_name(name, &composed, err));
    memcpy(out->name, composed.data, composed.size);
done:
    cbank_buffer_clear(&composed);
    return status;
}

cbank_status cbi_person_claimed(const cbi_identity *document, const char *name, cbi_person *out,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;

    out->documents[0] = *document;
    out->document_count = 1;
    CBI_TRY(take_name(out, name, err));
done:
    if (status != CBANK_OK)
        cbi_person_clear(out);
    return status;
}

cbank_status cbi_person_from_opening(const char *type, const char *number, const char *name,
                                     cbi_person *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(take_document(out, type, number, (cbi_period){0}, err));
    CBI_TRY(take_name(out, name, err));
    CBI_TRY(cbi_person_pack(out, &out->bytes, err));
done:
    if (status != CBANK_OK)
        cbi_person_clear(out);
    return status;
}

cbank_status cbi_person_pack(const cbi_person *person, cbank_buffer *out, cbank_error *err)
{
    Cbank__Api__V1__Person message = CBANK__API__V1__PERSON__INIT;
    Cbank__Api__V1__PersonDocument document = CBANK__API__V1__PERSON_DOCUMENT__INIT;
    Cbank__Api__V1__PersonDocument *documents[1] = {&document};
    Cbank__Api__V1__PersonName name = CBANK__API__V1__PERSON_NAME__INIT;
    Cbank__Api__V1__PersonName *names[1] = {&name};

    if (person->bytes.size > 0)
        return cbi_buffer_set(out, cbi_bytes_of_buffer(&person->bytes), err);
    document.type = cbi_message_string(person->documents[0].type);
    document.number = cbi_message_string(person->documents[0].number);
    message.documents = documents;
    message.n_documents = 1;
    message.born_on = person->documents[0].born_on;
    name.kind = CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT;
    name.value = cbi_message_string(person->name);
    message.names = names;
    message.n_names = person->name[0] == '\0' ? 0 : 1;
    cbi_buffer_rewind(out);
    return cbi_message_pack(&message, out, err);
}

void cbi_person_clear(cbi_person *person)
{
    const size_t count = person->document_count;

    cbank_buffer_clear(&person->bytes);
    /* There was never more in it; all of it is twenty times as much as who is mostly named. */
    cbi_wipe(person->documents, count * sizeof(*person->documents));
    cbi_wipe(person->periods, count * sizeof(*person->periods));
    cbi_wipe(person->name, strlen(person->name));
    person->document_count = 0;
    person->on = 0;
}

const char *cbi_person_current_name(const Cbank__Api__V1__Person *message)
{
    for (size_t i = 0; i < message->n_names; i++) {
        if (message->names[i]->kind == CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT)
            return message->names[i]->value;
    }
    return "";
}

bool cbi_person_names_agree(const char *a, const char *b)
{
    return a[0] == '\0' || b[0] == '\0' || strcmp(a, b) == 0;
}
