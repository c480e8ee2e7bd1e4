#include "api/face.h"

#include <time.h>

#include "base/memory.h"
#include "base/process.h"

cbank_status cbi_face_bank(const cbank_bank *handle, cbi_bank **out, cbank_error *err)
{
    if (handle->pid != cbi_process())
        return cbi_fail(err, CBI_REASON_HANDLE_FORKED, 0, "bank", NULL);
    *out = handle->inner;
    return CBANK_OK;
}

cbank_status cbi_face_request(const ProtobufCMessageDescriptor *type, const uint8_t *request,
                              size_t size, void *out_message, cbank_error *err)
{
    cbank_status status;

    if (request == NULL && size != 0)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "request", NULL);
    status = cbi_message_parse(type, cbi_bytes_of(request, size), out_message, err);
    if (status == CBANK_OK || status == CBANK_E_MEMORY)
        return status;
    if (err != NULL)
        err->status = CBANK_E_ARGUMENT; /* the finer reason stays */
    return CBANK_E_ARGUMENT;
}

void cbi_face_give(cbank_buffer *bytes, cbank_buffer *reply)
{
    cbank_buffer_clear(reply);
    *reply = *bytes;
    *bytes = (cbank_buffer){0};
}

cbank_status cbi_face_reply(const void *message, cbank_buffer *reply, cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_write(message, &bytes, err));
    cbi_face_give(&bytes, reply);
done:
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_face_check_list(const char *name, size_t count, size_t limit, cbank_error *err)
{
    if (count > limit)
        return cbi_fail(err, CBI_REASON_LIST_LIMIT, limit, name, NULL);
    return CBANK_OK;
}

cbank_status cbi_face_check_text(const char *name, const char *value, cbank_error *err)
{
    if (value[0] == '\0')
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, name, NULL);
    return CBANK_OK;
}

int64_t cbi_face_now(void)
{
    return (int64_t)time(NULL);
}

cbi_bytes cbi_face_passphrase(const uint8_t *passphrase, size_t size)
{
    return cbi_bytes_of(passphrase, passphrase == NULL ? 0 : size);
}

/* One block: the pointers, then the names. */
cbank_status cbi_face_names(Cbank__V1__LangText *const *texts, size_t count,
                            Cbank__V1__DatedName ***out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    Cbank__V1__DatedName **list = NULL;
    Cbank__V1__DatedName *names;

    CBI_TRY(cbi_alloc(count, sizeof(*list) + sizeof(*names), &list, err));
    names = (Cbank__V1__DatedName *)(void *)(list + count);
    for (size_t i = 0; i < count; i++) {
        cbank__v1__dated_name__init(&names[i]);
        names[i].lang = texts[i]->lang;
        names[i].value = texts[i]->value;
        list[i] = &names[i];
    }
    *out = list;
done:
    return status;
}

void cbi_face_free_names(Cbank__V1__DatedName **names)
{
    cbi_free(names);
}

cbank_status cbi_face_texts(Cbank__V1__DatedName *const *names, size_t count,
                            Cbank__V1__LangText ***out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    Cbank__V1__LangText **list = NULL;
    Cbank__V1__LangText *texts;

    CBI_TRY(cbi_alloc(count, sizeof(*list) + sizeof(*texts), &list, err));
    texts = (Cbank__V1__LangText *)(void *)(list + count);
    for (size_t i = 0; i < count; i++) {
        cbank__v1__lang_text__init(&texts[i]);
        texts[i].lang = names[i]->lang;
        texts[i].value = names[i]->value;
        list[i] = &texts[i];
    }
    *out = list;
done:
    return status;
}
