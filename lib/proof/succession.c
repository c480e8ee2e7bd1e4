#include "proof/succession.h"

#include <string.h>

#include "proof/assembly.h"
#include "proof/checkpoint.h"
#include "proof/file.h"

cbank_status cbi_succession_make(const char *origin, uint32_t epoch, int64_t at,
                                 const cbi_private *earlier, const cbi_private *next,
                                 cbank_buffer *file, cbank_error *err)
{
    Cbank__V1__SuccessionHead head = CBANK__V1__SUCCESSION_HEAD__INIT;
    const cbi_private *keys[2] = {earlier, next};
    const cbi_public *old = cbi_private_public(earlier), *new = cbi_private_public(next);
    cbi_assembly assembly = {0};
    cbank_status status = CBANK_OK;

    if (!cbi_origin_is_valid(cbi_bytes_of_text(origin)))
        return cbi_fail(err, CBI_REASON_BAD_ORIGIN, 0, origin, NULL);
    if (epoch < 2 || epoch > CBI_ROOT_KEYS_MAX)
        return cbi_fail(err, CBI_REASON_SUCCESSION_NOT_NEXT, epoch, origin, "epoch");
    if (old->suite != new->suite)
        return cbi_fail(err, CBI_REASON_SUCCESSION_NOT_NEXT, epoch, origin, "suite");
    if (cbi_public_equal(old, new))
        return cbi_fail(err, CBI_REASON_KEY_USED_BEFORE, epoch, "public_key", NULL);
    head.version = 1;
    head.origin = cbi_message_string(origin);
    head.suite = (Cbank__V1__Suite)new->suite;
    head.epoch = epoch;
    head.earlier_key = cbi_message_data(cbi_public_bytes(old));
    head.public_key = cbi_message_data(cbi_public_bytes(new));
    head.at = at;
    CBI_TRY(cbi_assembly_begin(new->suite, &assembly, err));
    CBI_TRY(cbi_assembly_finish(&assembly, CBI_SUCCESSION_TYPE, &head, keys, 2, file, err));
done:
    cbi_assembly_clear(&assembly);
    return status;
}

static cbank_status check_head(const Cbank__V1__SuccessionHead *head, cbi_suite suite,
                               cbank_error *err)
{
    if (head->version != 1)
        return cbi_fail(err, CBI_REASON_FILE_VERSION, head->version, "succession", NULL);
    if (!cbi_origin_is_valid(cbi_message_text(head->origin)))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "origin", NULL);
    if ((int)head->suite != (int)suite)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "suite", NULL);
    if (head->epoch < 2 || head->epoch > CBI_ROOT_KEYS_MAX)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, head->epoch, "epoch", NULL);
    if (head->at <= 0)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "at", NULL);
    return CBANK_OK;
}

cbank_status cbi_succession_parse(cbi_suite suite, cbi_bytes envelope, cbi_succession *out,
                                  cbank_error *err)
{
    const cbi_public *keys[2] = {&out->earlier, &out->key};
    cbank_status status = CBANK_OK;
    cbi_envelope form;

    out->bytes = envelope;
    CBI_TRY(cbi_envelope_parse(envelope, CBI_SUCCESSION_TYPE, &form, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__succession_head__descriptor, form.payload, &out->head,
                              err));
    CBI_TRY(check_head(out->head, suite, err));
    CBI_TRY(cbi_public_parse(suite, cbi_message_bytes(out->head->earlier_key), &out->earlier,
                             err));
    CBI_TRY(cbi_public_parse(suite, cbi_message_bytes(out->head->public_key), &out->key, err));
    CBI_TRY(cbi_envelope_verify_all(&form, keys, 2, err));
done:
    if (status != CBANK_OK)
        cbi_succession_clear(out);
    return status;
}

cbank_status cbi_succession_open(cbi_suite suite, cbi_bytes file, cbi_succession *out,
                                 cbank_error *err)
{
    cbi_file container = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_artefact_open(file, &container.parts, err));
    CBI_TRY(cbi_file_end(&container, err));
    CBI_TRY(cbi_succession_parse(suite, container.parts.envelope, out, err));
done:
    return status;
}

void cbi_succession_clear(cbi_succession *succession)
{
    cbi_message_free(succession->head);
    *succession = (cbi_succession){0};
}

static cbank_status broken(uint64_t epoch, const char *detail, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_SUCCESSION_BROKEN, epoch, NULL, "%s", detail);
}

/* Nobody follows himself, nor comes back. */
static bool was_there(const cbi_root_keys *roots, const cbi_public *key)
{
    for (size_t i = 0; i < roots->count; i++) {
        if (cbi_public_equal(&roots->keys[i], key))
            return true;
    }
    return false;
}

static cbank_status follow_one(cbi_suite suite, const char *origin, cbi_bytes envelope,
                               cbi_root_keys *roots, cbank_error *err)
{
    uint64_t epoch = roots->count == 0 ? 2 : roots->count + 1;
    cbi_succession link = {0};
    cbank_error finer = {0};
    cbank_status status = cbi_succession_parse(suite, envelope, &link, &finer);

    if (status == CBANK_E_MEMORY || status == CBANK_E_INTERNAL)
        return cbi_fail(err, (cbi_reason)finer.reason, finer.where, NULL, NULL);
    if (status != CBANK_OK)
        return broken(epoch, cbi_reason_word((cbi_reason)finer.reason), err);
    if (strcmp(link.head->origin, origin) != 0)
        CBI_TRY(broken(epoch, "origin", err));
    if (link.head->epoch != epoch)
        CBI_TRY(broken(epoch, "number", err));
    if (roots->count == 0)
        roots->keys[roots->count++] = link.earlier;
    if (!cbi_public_equal(&roots->keys[roots->count - 1], &link.earlier))
        CBI_TRY(broken(epoch, "earlier key", err));
    if (was_there(roots, &link.key))
        CBI_TRY(broken(epoch, "key used before", err));
    roots->keys[roots->count++] = link.key;
done:
    cbi_succession_clear(&link);
    return status;
}

cbank_status cbi_succession_follow(cbi_suite suite, const char *origin,
                                   const ProtobufCBinaryData *links, size_t count,
                                   const cbi_public *last, cbi_root_keys *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    out->count = 0;
    if (count >= CBI_ROOT_KEYS_MAX)
        return broken(count + 1, "too long", err);
    for (size_t i = 0; i < count; i++)
        CBI_TRY(follow_one(suite, origin, cbi_message_bytes(links[i]), out, err));
    if (count == 0)
        out->keys[out->count++] = *last;
    if (!cbi_public_equal(&out->keys[out->count - 1], last))
        CBI_TRY(broken(out->count, "today's key", err));
done:
    return status;
}

cbank_status cbi_root_keys_find(const cbi_root_keys *roots, const cbi_hash *fingerprint,
                                uint32_t *epoch, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    *epoch = 0;
    for (size_t i = 0; i < roots->count && *epoch == 0; i++) {
        CBI_TRY(cbi_public_fingerprint(&roots->keys[i], &digest, err));
        if (cbi_hash_equal(&digest, fingerprint))
            *epoch = (uint32_t)i + 1;
    }
done:
    return status;
}
